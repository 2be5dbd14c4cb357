"""A score as JSON and as a page: complete, valid, and proof against hostile text."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import DataError, Score, load_schema, score
from goldspan.cli.common import write_json
from goldspan.report.as_json import score_as_json
from goldspan.report.html import score_page, segments

Write = Callable[..., Path]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% raw %}",
    "</mark></details></table><iframe src=https://evil.example></iframe>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp;amp; <!-- ]]> <![CDATA[",
]
ALL = " ".join(HOSTILE)
COUNTS = {"matched", "misread", "missed", "invented", "precision", "recall", "f1", "accuracy"}


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def span(text: str, quote: str) -> dict[str, Any]:
    return {"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}


@pytest.fixture
def hostile(write_lines: Write, tmp_path: Path) -> Score:
    """A score in which documents, values, quotes, field names, error texts, titles and ids are all hostile."""
    field = f"x {HOSTILE[0]}"
    schema = {"type": "object", "properties": {field: {"type": "string", "title": ALL}, "n": {"type": "number"}}}
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "visit.schema.json").write_text(json.dumps(schema))
    ids = {f"d{i} {text}": f"Before. {text} After. {ALL}" for i, text in enumerate(HOSTILE)}
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    gold, predicted = [], []
    for (doc_id, text), value in zip(ids.items(), HOSTILE, strict=True):
        fields = {field: value, "n": 1}
        event = {"id": "e", "type": "visit", "fields": fields, "evidence": {pointer: [span(text, value)]}}
        gold.append({"doc_id": doc_id, "events": [event]})
        predicted.append({"doc_id": doc_id, "events": [{**event, "fields": {**fields, "n": 2, ALL: ALL}}]})
    predicted[1] = {"doc_id": predicted[1]["doc_id"], "events": [], "error": ALL}
    predicted[2]["events"].append({"type": ALL, "fields": {"n": ALL}})
    predicted[3]["events"][0]["fields"] = {field: ALL + "!"}
    return score(
        write_lines("p.jsonl", predicted),
        gold=write_lines("gold.jsonl", gold),
        schema=folder,
        documents=write_lines("d.jsonl", [{"doc_id": d, "text": t, "title": ALL} for d, t in ids.items()]),
    )


@pytest.fixture
def page(hostile: Score) -> Page:
    return Page(score_page(hostile))


def test_hostile_text_makes_no_element_and_no_attribute(page: Page) -> None:
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "code",
        "div",
        "section",
        "mark",
    }
    allowed |= {"table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"}
    assert {tag for tag, _ in page.elements} <= allowed
    names = {name for _, attributes in page.elements for name in attributes}
    assert names <= {"lang", "charset", "name", "content", "http-equiv", "class", "id", "scope", "title"}


def test_hostile_text_is_shown_as_it_is_wherever_it_stands(page: Page, hostile: Score) -> None:
    titles = [attributes["title"] or "" for _, attributes in page.elements if "title" in attributes]
    for (doc_id, document), value in zip(hostile.documents.items(), HOSTILE, strict=True):
        assert f"{doc_id}: {ALL}" in page.text
        assert f"Before. {value} After. {ALL}" in page.text
        assert document.gold.events[0].fields[f"x {HOSTILE[0]}"] == value
    assert page.text.count(ALL) > 3 * len(HOSTILE)
    assert ALL + "!" in page.text
    assert any(HOSTILE[0] in title for title in titles)


def test_a_page_asks_nothing_of_the_network_and_forbids_scripts(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "img", "iframe", "object", "form", "base")
        assert not {"src", "href", "action", "srcset", "style", "background"} & set(attributes)
    policies = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert [policy and policy.startswith("default-src 'none'") for policy in policies] == [True]


def test_a_page_loads_nothing_from_its_style_sheet(hostile: Score) -> None:
    style = score_page(hostile).partition("<style>")[2].partition("</style>")[0]
    assert style
    assert "url(" not in style
    assert "@import" not in style


def test_the_json_of_a_score_has_the_keys_of_the_contract(hostile: Score) -> None:
    shown = score_as_json(hostile)
    contract = {"goldspan", "signature", "overall", "types", "fields", "documents", "validity", "usage"}
    assert contract <= set(shown)
    assert {"micro", "macro_field_f1", "macro_document_f1", "events"} <= set(shown["overall"])
    assert {"matched", "missed", "invented", "precision", "recall", "f1", "perfect"} <= set(shown["overall"]["events"])
    assert {"documents", "missing", "unreadable", "schema_errors"} <= set(shown["validity"])
    assert {"cost_usd", "seconds", "input_tokens", "output_tokens"} <= set(shown["usage"])
    blocks = [
        shown["overall"]["micro"],
        *(b for name in ("types", "fields", "documents") for b in shown[name].values()),
    ]
    assert all(set(block) >= COUNTS for block in blocks)
    assert list(shown["documents"]) == list(hostile.documents)


def strict(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def written(target: Path, result: Score) -> Any:
    write_json(target, score_as_json(result))
    return json.loads(target.read_bytes(), parse_constant=strict)


def test_the_json_is_strict_and_survives_hostile_text(hostile: Score, tmp_path: Path) -> None:
    assert list(written(tmp_path / "score.json", hostile)["documents"]) == list(hostile.documents)


def test_rates_that_nothing_defines_are_null(write_lines: Write, tmp_path: Path) -> None:
    silent = [{"doc_id": "d1", "events": []}]
    shown = written(tmp_path / "s.json", score(write_lines("p.jsonl", silent), gold=write_lines("g.jsonl", silent)))
    empty = dict.fromkeys(("matched", "misread", "missed", "invented"), 0)
    undefined = dict.fromkeys(("precision", "recall", "f1", "accuracy"))
    assert shown["overall"]["micro"] == {**empty, **undefined}
    assert shown["documents"] == {"d1": {**empty, **undefined}}
    assert (shown["overall"]["macro_field_f1"], shown["overall"]["macro_document_f1"]) == (None, None)
    assert shown["overall"]["events"]["f1"] is None
    assert set(shown["usage"].values()) == {None}


def test_usage_is_the_sum_of_what_the_predictions_say(write_lines: Write) -> None:
    gold = write_lines("g.jsonl", [{"doc_id": d, "events": []} for d in "abc"])
    usages = {"a": {"seconds": 1.5, "input_tokens": 10}, "b": {"seconds": 2.25, "cost_usd": 0.5}, "c": {}}
    predicted = write_lines("p.jsonl", [{"doc_id": d, "events": [], "usage": usage} for d, usage in usages.items()])
    usage = score_as_json(score(predicted, gold=gold))["usage"]
    assert usage == {"seconds": 3.75, "cost_usd": 0.5, "input_tokens": 10, "output_tokens": None}


def test_validity_counts_what_was_wrong_with_the_file(write_lines: Write) -> None:
    gold = write_lines("g.jsonl", [{"doc_id": d, "events": []} for d in "abcd"])
    faulty = {"type": "deal", "fields": {"target": "x", "status": "done", "colour": "red"}}
    rows = [{"doc_id": "a", "events": [faulty]}, {"doc_id": "b", "events": [], "error": "slow"}, b"{"]
    validity = score_as_json(score(write_lines("p.jsonl", rows), gold=gold, keep_going=True))["validity"]
    expected = {"documents": 4, "missing": 2, "failed": 1, "unreadable": 1, "schema_errors": 2}
    assert validity == expected


def test_names_with_a_dot_are_refused_since_paths_are_dotted(tmp_path: Path) -> None:
    folder = tmp_path / "schema"
    folder.mkdir()
    schema = {"type": "object", "properties": {"a.b": {"type": "string"}}}
    (folder / "pet.visit.schema.json").write_text(json.dumps(schema))
    with pytest.raises(DataError) as raised:
        load_schema(folder)
    assert {problem.pointer for problem in raised.value.problems} == {"", "/properties/a.b"}


marks = st.lists(
    st.tuples(st.integers(-5, 40), st.integers(-5, 40), st.sampled_from("abc"), st.sampled_from(["matched", "missed"]))
)


@given(st.text(max_size=30), marks)
def test_segments_join_to_the_text_and_each_character_has_the_labels_of_its_marks(
    text: str, marks: list[tuple[int, int, str, str]]
) -> None:
    found = segments(text, marks)
    assert "".join(segment.text for segment in found) == text
    assert all(segment.text for segment in found)
    labels = [set(segment.labels) for segment in found for _ in segment.text]
    assert labels == [{label for start, end, label, _ in marks if start <= i < end} for i in range(len(text))]
