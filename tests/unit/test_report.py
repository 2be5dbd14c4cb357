"""A score as JSON and as a page: complete, valid, and proof against hostile text."""

import base64
import hashlib
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
from goldspan.counts import RESULTS
from goldspan.report.as_json import score_as_json
from goldspan.report.html import ReportData, Section, Table, score_page
from goldspan.report.html_text import LeafLabel, marked, segments
from goldspan.report.html_views import shown

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
COUNTS = {"matched", "misread", "missed", "invented", "precision", "recall", "f1", "f1_interval", "accuracy"}


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


ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3", "h4", "dl", "div",
    "dt", "dd", "strong", "b", "small", "span", "svg", "path", "rect", "circle", "code", "nav",
    "main", "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "mark",
    "label", "select", "optgroup", "option", "input", "button", "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "hidden", "tabindex", "role",
    "type", "scope", "title", "value", "for", "label", "aria-label", "aria-labelledby", "aria-hidden",
    "autocomplete", "spellcheck", "viewbox", "d", "x", "y", "width", "height", "cx", "cy", "r", "data-q",
    "data-f", "data-e", "data-l", "data-by", "data-type",
}  # fmt: skip


def test_hostile_text_makes_no_element_and_no_attribute(page: Page) -> None:
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert [tag for tag, _ in page.elements].count("script") == 1


def test_hostile_text_is_shown_as_it_is_wherever_it_stands(page: Page, hostile: Score) -> None:
    titles = [attributes["title"] or "" for _, attributes in page.elements if "title" in attributes]
    for (doc_id, document), value in zip(hostile.documents.items(), HOSTILE, strict=True):
        assert f"{doc_id}: {ALL}" in page.text
        assert f"Before. {value} After. {ALL}" in page.text
        assert document.gold.events[0].fields[f"x {HOSTILE[0]}"] == value
    assert page.text.count(ALL) > 3 * len(HOSTILE)
    assert ALL + "!" in page.text
    assert any(HOSTILE[0] in title for title in titles)


def test_hostile_text_from_other_figures_is_shown_as_it_is_too(hostile: Score) -> None:
    path = next(iter(hostile.fields))
    words = [f"{i} {ALL}" for i in range(12)]
    extra = ReportData(
        errors={path: {words[0]: 1}},
        classes=lambda match: {(0, 0): words[0]},
        confusions={path: {(words[1], words[2]): 1}},
        type_confusions={(words[3], words[4]): 1},
        stories=Section(words[5], [words[6]], [Table(words[7], (words[8],), [(words[9],)])]),
        more=[Section(words[10])],
        notes=[words[11]],
    )
    page = Page(score_page(hostile, extra))
    assert [word for word in words if word not in page.text] == []
    assert {tag for tag, _ in page.elements} <= ELEMENTS | {"ul", "li"}
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES


def inner(page: str, tag: str) -> str:
    return page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]


def test_a_page_asks_nothing_of_the_network_and_allows_no_script_but_its_own(page: Page, hostile: Score) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "form", "base")
        assert not {"src", "action", "srcset", "style", "background", "ping"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    text = score_page(hostile)
    allowed = {
        tag: "'sha256-" + base64.b64encode(hashlib.sha256(inner(text, tag).encode()).digest()).decode() + "'"
        for tag in ("style", "script")
    }
    assert dict(part.strip().split(" ", 1) for part in (policy or "").split(";")) == {
        "default-src": "'none'",
        "style-src": allowed["style"],
        "script-src": allowed["script"],
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_a_page_loads_nothing_from_its_style_sheet_and_its_script_makes_no_markup(hostile: Score) -> None:
    page = score_page(hostile)
    style, script = inner(page, "style"), inner(page, "script")
    assert "--matched" in style
    assert "url(" not in style
    assert "@import" not in style
    assert "textContent" in script
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "DOMParser"):
        assert way not in script


@pytest.mark.parametrize("kept", [0, 2, 6, 7])
def test_of_more_documents_than_fit_those_with_most_wrong_leaves_are_kept_and_the_page_says_so(
    hostile: Score, kept: int
) -> None:
    text = score_page(hostile, most=kept)
    wrong = {key: (c := match.counts).misread + c.missed + c.invented for key, match in hostile.documents.items()}
    worst = sorted(wrong.values(), reverse=True)[:kept]
    page = Page(text)
    shown = [key for key in hostile.documents if f"{key}: {ALL}" in page.text]
    assert sorted((wrong[key] for key in shown), reverse=True) == worst
    assert ("documents with most wrong leaves, of 6" in page.text) == (kept < 6)


def test_what_nobody_gave_has_no_part_of_the_page(hostile: Score) -> None:
    ids = {attributes.get("id") for _, attributes in Page(score_page(hostile)).elements}
    assert {"fields", "leaves", "documents"} <= ids
    assert not {"errors", "confusions", "bounds", "grounding", "stories", "confidence", "more-1"} & ids


def test_every_link_of_a_page_leads_somewhere_and_no_id_is_there_twice(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(attributes["href"] or "")[1:] for tag, attributes in page.elements if tag == "a"}
    assert targets <= set(ids)
    assert len(targets) > 20


def test_the_character_that_html_cannot_write_is_shown_by_its_symbol(write_lines: Write) -> None:
    gold = write_lines("g.jsonl", [{"doc_id": "a\0b", "events": []}])
    assert "a\u2400b" in score_page(score(gold, gold=gold))


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
    undefined = dict.fromkeys(("precision", "recall", "f1", "f1_interval", "accuracy"))
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


spans = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40), st.integers(0, 3)))


@given(st.text(max_size=30), spans)
def test_segments_join_to_the_text_and_each_character_has_the_leaves_of_its_marks(
    text: str, marks: list[tuple[int, int, int]]
) -> None:
    found = list(segments(text, marks))
    assert "".join(segment.text for segment in found) == text
    assert all(segment.text for segment in found)
    leaves = [segment.leaves for segment in found for _ in segment.text]
    expected = [{leaf for start, end, leaf in marks if start <= i < end} for i in range(len(text))]
    assert leaves == [tuple(sorted(each)) for each in expected]


@given(st.text(alphabet="ab<>&\"' \n", max_size=30), spans)
def test_marked_text_reads_as_the_text_and_each_leaf_that_is_marked_has_one_anchor(
    text: str, marks: list[tuple[int, int, int]]
) -> None:
    labels = [LeafLabel(f"<{i}>", result) for i, result in enumerate(RESULTS)]
    page = Page(str(marked(text, marks, labels, "d0g")))
    assert page.text == text
    anchors = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    inside = {leaf for start, end, leaf in marks if max(0, start) < min(end, len(text))}
    assert sorted(map(str, anchors)) == [f"d0g{leaf}" for leaf in sorted(inside)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a <b>", "a <b>"),
        (None, "–"),
        (False, "false"),
        (0, "0"),
        (2025, "2025"),
        (12345, "12,345"),
        (0.5, "0.5"),
        ({"value": 49, "bound": "exact"}, "value 49, bound exact"),
        ({"a": {"b": 1}}, '{"a":{"b":1}}'),
        ([1, "x"], '[1,"x"]'),
    ],
)
def test_values_are_shown_for_people(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_value_nested_beyond_measure_is_shown_all_the_same() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    assert shown(value) == "…"
    while isinstance(value, list):  # taken apart by hand: Python would recurse
        value = value.pop()
