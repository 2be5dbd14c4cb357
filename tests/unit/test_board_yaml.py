"""YAML from strangers: what is no JSON in other words is refused, and cheaply."""

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.board import strict_yaml
from goldspan.board.strict_yaml import YamlError, load

LAUGHS = b"a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("j"))
)
REFUSED = {
    "a billion laughs": (LAUGHS, "line 1: anchors and aliases are refused"),
    "an anchor alone": (b"a: &x 1", "line 1: anchors"),
    "an object of Python": (b"a: !!python/object/apply:os.system [id]", "line 1: tags are refused"),
    "a local tag": (b"a: !x 1", "line 1: tags are refused"),
    "a merge by aliases": (b"a: &x {b: 1}\nc:\n  <<: *x", "line 1: anchors"),
    "a repeated key": (b"name: a\nlicence: b\nname: c", "line 3: the key 'name' is there twice"),
    "a key that is no text": (b"a: {1: 2}", "line 1: a key must be a text"),
    "a list as a key": (b"? [a]\n: b", "line 1: a key must be a text"),
    "a second document": (b"a: 1\n---\nb: 2", "line 2: more than one document"),
    "ten levels": (b"[" * 10 + b"]" * 10, "line 1: more than 8 levels"),
    "thirty thousand levels": (b"[" * 30_000, "line 1: more than 8 levels"),
    "levels by indentation": (b"\n".join(b" " * n + b"a:" for n in range(200)), "more than 8 levels"),
    "many nodes": (b"[" + b"1," * 3000 + b"]", "or than 2000 nodes"),
    "much": (b"a: " + b"x" * 70_000, "longer than 64 KiB"),
    "no UTF-8": (b"a: \xff", "not UTF-8"),
    "a control character": (b"a: \x00", "special characters"),
    "no YAML": (b"a: [1", "expected ',' or ']'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    data, message = REFUSED[name]
    with pytest.raises(YamlError, match=re.escape(message)):
        load(data)


def test_plain_scalars_are_those_of_yaml_1_2() -> None:
    # examples of the core schema, YAML 1.2.2, 10.3.2; and what YAML 1.1 takes for something else
    text = b"[~, null, true, False, 0, -19, 0., -0.0, .5, +12e03, -2E+05, no, on, 2026-11-22, 12:30, 1_000, 0x1F, '']"
    assert load(text) == [
        None, None, True, False, 0, -19, 0.0, -0.0, 0.5, 12000.0, -200000.0,
        "no", "on", "2026-11-22", "12:30", "1_000", "0x1F", "",
    ]  # fmt: skip


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(-1e9, 1e9).map(lambda x: round(x, 6))
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


def depth(value: Any) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) + max(map(depth, members), default=0)


@settings(deadline=None)
@given(VALUES.filter(lambda value: depth(value) <= strict_yaml.MAX_DEPTH))
def test_json_says_the_same_as_yaml(value: Any) -> None:
    found = load(json.dumps(value, ensure_ascii=False).encode())
    assert found == value
    assert not isinstance(found, float) or math.isfinite(found)
