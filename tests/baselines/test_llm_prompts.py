"""Prompts: pinned, made of schema and guidelines, and with nothing of the gold in them."""

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from support import object_of, schema_of

from goldspan import Document, load_documents, load_schema
from goldspan_baselines.adapters.langextract_adapter import EXAMPLES
from goldspan_baselines.llm.prompts import (
    FOLDER,
    PINS,
    extract_task,
    guidelines_text,
    pins,
    types_task,
    user_prompt,
)

ROOT = Path(__file__).resolve().parents[2]
GOLD = [json.loads(line) for line in (ROOT / "annotations" / "gold.jsonl").read_text().splitlines()]
NAME_KINDS = ("name", "text", "name list", "text list")
NUMBER_KINDS = ("money", "percent", "quantity", "duration", "money list")


def everything_that_is_asked() -> str:
    schema, guidelines = load_schema(), guidelines_text()
    names = list(schema.types)
    tasks = [types_task(schema, in_prompt=in_prompt) for in_prompt in (False, True)]
    for asked in (names, *([name] for name in names)):
        for in_prompt, quotes in ((False, True), (True, True), (True, False)):
            tasks.append(extract_task(schema, asked, guidelines=guidelines, in_prompt=in_prompt, quotes=quotes))
    files = [path.read_text() for path in (*FOLDER.glob("*.jinja"), EXAMPLES)]
    users = [user_prompt(Document("d", "", "d"), "", sees) for sees in ("text", "title", "nothing")]
    return "\n".join([*(task.system + json.dumps(task.schema) for task in tasks), *files, *users])


def gold_values(kinds: tuple[str, ...]) -> set[str]:
    """Values, accepted values and quotes of the fields of some kinds, as text."""
    schema = load_schema()
    found: set[str] = set()
    for event in chain.from_iterable(line["events"] for line in GOLD):
        fields = schema.types[event["type"]].group.fields
        for name, value in event["fields"].items():
            if fields[name].kind in kinds:
                found |= {str(each) for each in _flat(value)}
        for name in ("evidence", "accepted"):
            for place, entries in event[name].items():
                if fields[place.split("/")[1]].kind in kinds:
                    found |= {
                        str(each)
                        for entry in entries
                        for each in _flat(entry.get("quote", entry) if isinstance(entry, dict) else entry)
                    }
    return found


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for key, one in value.items() if key not in ("bound", "currency", "unit") for each in _flat(one)]
    return [each for one in value for each in _flat(one)] if isinstance(value, list) else [value]


def stands_in(value: str, text: str) -> bool:
    return re.search(rf"(?<![\w.,]){re.escape(' '.join(value.casefold().split()))}(?!\w|[.,]\d)", text) is not None


def test_no_name_of_the_gold_stands_in_a_prompt():
    asked = " ".join(everything_that_is_asked().casefold().split())
    names = gold_values(NAME_KINDS)
    assert {"Alexandr Wang", "Brattle Group", "Scale AI"} < names
    assert stands_in("Contoso Group", asked)
    assert {name for name in names if stands_in(name, asked)} == set()


def test_no_figure_of_the_gold_stands_in_a_prompt():
    asked = " ".join(everything_that_is_asked().casefold().split())
    figures = gold_values(NUMBER_KINDS)
    assert len(figures) > 40
    assert stands_in("731 million", asked)
    # a bare small number is nothing by itself: it stands in any list of numbered rules
    told = {figure for figure in figures if not re.fullmatch(r"\d{1,2}", figure) and stands_in(figure, asked)}
    assert told == set()
    for amount in (float(each) for each in figures if re.fullmatch(r"\d+(\.\d+)?", each) and float(each) >= 1000):
        spelled = [f"{amount:,.0f}", f"{amount / 1e6:g} million", f"{amount / 1e9:g} billion", f"{amount / 1e6:g}m"]
        assert not [each for each in spelled if stands_in(each, asked)], amount


def test_no_sentence_of_a_document_stands_in_a_prompt():
    asked = everything_that_is_asked().casefold().split()
    runs = {" ".join(asked[i : i + 6]) for i in range(len(asked))}
    for document in load_documents().values():
        words = document.text.casefold().split()
        assert not runs & {" ".join(words[i : i + 6]) for i in range(len(words))}


def test_the_pins_are_current():
    assert PINS.read_text() == pins(), "python -m goldspan_baselines.llm.prompts writes them anew"


def test_every_field_and_every_value_of_an_enum_is_asked_for():
    schema = load_schema()
    for name, event_type in schema.types.items():
        task = extract_task(schema, [name])
        for path, field in event_type.walk():
            assert f"- {path.removeprefix(name + '.')}" in task.system
            assert field.description in task.system
            for value in schema.leaves[path].values:
                assert re.search(rf"\b{value}\b", task.system)


def test_guidelines_come_along_without_the_format_of_gold():
    text = guidelines_text()
    assert "**Background counts.**" in text
    assert "text_sha256" not in text
    assert "story_event" not in text
    assert text in extract_task(load_schema(), ["deal"], guidelines=text).system


def test_a_schema_of_ones_own():
    schema = schema_of({"invoice": {"lines": {"type": "array", "items": object_of(item={"type": "string"})}}})
    task = extract_task(schema, ["invoice"], in_prompt=True)
    assert "- lines: object list." in task.system
    assert "- lines.item: text." in task.system
    assert json.dumps(task.schema, separators=(",", ":")) in task.system
    assert "money" not in task.system


@pytest.mark.parametrize("sees", ["title", "nothing"])
def test_a_closed_book_is_closed(sees: str):
    for document in load_documents().values():
        shown = user_prompt(document, document.text, sees)
        without_title = shown.replace(document.title or "", "")
        assert ((document.title or "(none)") in shown) == (sees == "title")
        assert not re.search(r"\d", without_title)
        words = document.text.split()
        assert not [i for i in range(len(words) - 3) if " ".join(words[i : i + 4]) in without_title]


def test_markup_in_a_document_is_text():
    document = Document("d", "{{ 7 * 7 }} {% raw %} </s>", "d", title="{{ 1 }}")
    assert "{{ 7 * 7 }} {% raw %} </s>" in user_prompt(document, document.text, "text")
    assert "{{ 1 }}" in user_prompt(document, document.text, "title")
