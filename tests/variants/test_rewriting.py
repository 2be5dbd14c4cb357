"""Offsets after edits, and articles, against plain oracles."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import DataError
from goldspan.variants.grammar import parse, read_grammar
from goldspan.variants.rewriting import Edit, Rewriting
from goldspan.variants.text import Builder, article

PIECES = st.lists(st.tuples(st.text("abc", min_size=1, max_size=4), st.none() | st.text("xyz", max_size=4)), max_size=8)


@given(PIECES)
def test_what_is_not_edited_is_where_it_was_put(pieces: list[tuple[str, str | None]]):
    """Each piece is kept or replaced; the oracle joins the new pieces and remembers where each went."""
    edits: list[Edit] = []
    expected: list[tuple[int, int, int, int]] = []
    old = new = 0
    for text, replacement in pieces:
        shown = text if replacement is None else replacement
        if replacement is not None:
            edits.append(Edit(old, old + len(text), replacement))
        expected.append((old, old + len(text), new, new + len(shown)))
        old, new = old + len(text), new + len(shown)
    rewriting = Rewriting("".join(text for text, _ in pieces), edits)
    assert rewriting.text == "".join(text if r is None else r for text, r in pieces)
    for start, end, at, to in expected:
        assert rewriting.span(start, end) == (at, to)
    for i, first in enumerate(expected):
        for last in expected[i:]:
            assert rewriting.span(first[0], last[1]) == (first[2], last[3])


def test_an_insertion_beside_a_run_is_outside_and_one_within_is_inside():
    rewriting = Rewriting("abcdef", [Edit(2, 2, "XX"), Edit(3, 3, "YY"), Edit(4, 4, "ZZ")])
    assert rewriting.text == "abXXcYYdZZef"
    start, end = rewriting.span(2, 4)
    assert rewriting.text[start:end] == "cYYd"
    with pytest.raises(ValueError, match="overlap"):
        Rewriting("abcdef", [Edit(0, 3, ""), Edit(2, 4, "")])


SPOKEN = {
    "an": [
        "8",
        "18",
        "11",
        "80",
        "800",
        "18.5%",
        "11-year",
        "$8",
        "£11",
        "FTC",
        "MBA",
        "X-ray",
        "hour",
        "heir",
        "honest",
        "apple",
        "€8.1",
        "AI",
    ],
    "a": [
        "1",
        "10",
        "17",
        "100",
        "1,100",
        "180",
        "$14",
        "€9",
        "DSA",
        "BBC",
        "unit",
        "European",
        "one-off",
        "user",
        "company",
        "PPA",
        "UK",
    ],
}


@pytest.mark.parametrize(("expected", "words"), [(a, w) for a, each in SPOKEN.items() for w in each])
def test_articles_go_by_the_sound(expected: str, words: str):
    assert article(words) == expected


def test_a_builder_settles_an_article_when_it_hears_the_next_word():
    builder = Builder()
    builder.mark(0, "/whole")
    builder.add_article()
    builder.add(" ")
    builder.mark(0, "/stake")
    builder.add("8%")
    builder.close()
    builder.add(" stake")
    builder.close()
    text = builder.text
    assert text == "an 8% stake"
    assert {(m.pointer, text[m.start : m.end]) for m in builder.marks} == {("/whole", "an 8% stake"), ("/stake", "8%")}


def test_a_grammar_that_cannot_be_read_is_told_whole():
    content = {"lead": ["{x} <status=agreed|open", "[a|b", "a] b", "@nowhere", "fine"], "rules": {"r": ["<a=b|@s>"]}}
    with pytest.raises(DataError) as caught:
        read_grammar(Path("own.toml"), content)
    assert [problem.pointer for problem in caught.value.problems] == ["/lead"] * 4 + ["/rules/r"]
    assert parse("(status=agreed,planned; kind=a) x").only == (("status", {"agreed", "planned"}), ("kind", {"a"}))
