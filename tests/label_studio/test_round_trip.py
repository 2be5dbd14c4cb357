"""Out to a real server, opened and submitted in a real browser, and back: nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from served import project_of
from support import write_lines

from goldspan.content import GOLD

pytestmark = pytest.mark.xdist_group("label-studio")

PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events without what is empty."""
    return [{key: value for key, value in event.items() if value} for event in events]


def spans_of(record: dict[str, Any]) -> int:
    return sum(len(spans) for event in record["events"] for spans in event["evidence"].values())


def test_the_whole_gold_comes_back_as_it_went(
    label_studio: Any, annotate: Any, editor: Editor, goldspan: Any, tmp_path: Path
):
    sent = annotate("push", "gold", "--records", GOLD)
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.startswith("tasks: 14 added, 0 there before; predictions added: 14")
    project = project_of(label_studio.server, "goldspan: gold")
    editor.label_all(project)
    gold = rows(GOLD)
    editor.submit_all([spans_of(record) for record in gold])
    back = annotate("pull", "gold", "--out", "back.jsonl")
    assert back.returncode == 0, back.stderr
    found = rows(tmp_path / "back.jsonl")
    assert [record["doc_id"] for record in found] == [record["doc_id"] for record in gold]
    for record, original in zip(found, gold, strict=True):
        assert said(record["events"]) == said(original["events"]), record["doc_id"]
        assert record["text_sha256"] == original["text_sha256"]
    assert goldspan("validate", "--gold", "back.jsonl").returncode == 0
    (export,) = tmp_path.glob("back.export-*.json")
    assert len(json.loads(export.read_text())) == 14
    provenance = rows(tmp_path / "back.provenance.jsonl")
    assert {each["annotator"] for each in provenance} == {"goldspan@localhost"}
    origins = [origin for each in provenance for origin in each["origins"].values()]
    assert len(origins) == sum(map(spans_of, gold)) == 412
    assert set(origins) == {"prediction"}
    progress = json.loads(annotate("status", "--json", "-").stdout)["annotators"]
    assert next(each for each in progress if each["annotator"] == "gold")["submitted"] == 14
    again = annotate("pull", "gold", "--out", "back.jsonl")
    assert (again.returncode, "--replace" in again.stderr) == (2, True)


ODD = (
    "A\tB 👩‍👩‍👧 Café & Sons\r\n\r\nbuys cafe\u0301 “Nord”’s 🇩🇪 Werk <b>GmbH</b>, 🙂 for $5 million; "
    "Nord buys Süd.\r\n  Ende 🏁."
)


def odd_record() -> dict[str, Any]:
    def span(quote: str, nth: int = 0) -> dict[str, Any]:
        start = -1
        for _ in range(nth + 1):
            start = ODD.index(quote, start + 1)
        return {"start": start, "end": start + len(quote), "quote": quote}

    first = {
        "id": "e1",
        "type": "deal",
        "story_event": "café “x”: a\\b",
        "fields": {
            "investors": ["👩‍👩‍👧 Café & Sons", "B"],
            "target": "“Nord”’s 🇩🇪 Werk <b>GmbH</b>",
            "amount": {"amount": 5000000.5, "currency": "USD", "bound": "about"},
            "status": "announced",
        },
        "evidence": {
            "/investors/0": [span("👩‍👩‍👧 Café & Sons"), span("Café & Sons")],
            "/investors/1": [span("B")],
            "/target": [span("“Nord”’s 🇩🇪 Werk <b>GmbH</b>"), span("Nord"), span("🇩🇪 Werk")],
            "/amount": [span("$5 million")],
            "/status": [span("Sons\r\n\r\nbuys cafe\u0301"), span("buys")],
        },
        "accepted": {"/investors/0": ["Café & Sons", "Café"], "/target": ["Nord"]},
    }
    second = {
        "id": "other-id",
        "type": "deal",
        "fields": {"investors": ["Nord"], "target": "Süd", "date": "2025-06~"},
        "evidence": {
            "/investors/0": [span("Nord", 1)],
            "/target": [span("Süd")],
            "/date": [span("Süd.\r\n  Ende 🏁")],
        },
    }
    return {"doc_id": "odd", "events": [first, second]}


def test_emoji_line_ends_overlaps_and_two_events_of_a_type_come_back(
    label_studio: Any, annotate: Any, editor: Editor, tmp_path: Path
):
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "odd", "text": ODD}])
    records = write_lines(tmp_path / "records.jsonl", [odd_record()])
    sent = annotate("push", "odd", "--records", records, "--documents", documents)
    assert sent.returncode == 0, sent.stderr
    editor.label_all(project_of(label_studio.server, "goldspan: odd"))
    editor.submit_all([spans_of(odd_record())])
    back = annotate("pull", "odd", "--out", "back.jsonl", "--documents", documents)
    assert back.returncode == 0, back.stderr
    assert said(rows(tmp_path / "back.jsonl")[0]["events"]) == odd_record()["events"]


HAND = (
    "Northwind agrees to buy Fabrikam Robotics\n\nNorthwind Holdings has struck a deal to buy Fabrikam Robotics for "
    "nearly $2.5 billion, the companies said on Monday. Northwind expects to close the deal by September 2031.\n"
)


def test_a_person_makes_an_event_from_nothing(label_studio: Any, annotate: Any, editor: Editor, tmp_path: Path):
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "hand", "text": HAND}])
    assert annotate("push", "hand", "--documents", documents).returncode == 0
    editor.label_all(project_of(label_studio.server, "goldspan: hand"))
    page, form = editor.page, editor.form()
    page.get_by_label("Settings").last.click()
    keep = page.locator("label", has_text="Keep label selected after creating a region")
    keep.click()
    assert keep.locator("input").is_checked()
    assert not page.locator("label", has_text="Select region after creating it").locator("input").is_checked()
    page.wait_for_timeout(500)
    editor.picture(PICTURES / "annotate-settings.png")
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)

    editor.press("1", "q")
    editor.mark("Northwind", 0)
    editor.mark("Northwind Holdings")
    editor.press("w")
    editor.mark("Fabrikam Robotics", 1)
    editor.press("r")
    editor.mark("nearly $2.5 billion")
    editor.press("s")
    editor.mark("agrees to buy")
    editor.press("f")
    editor.mark("by September 2031")
    editor.picture(PICTURES / "annotate-spans.png")
    editor.press("Escape")

    def choose(quote: str, nth: int = 0) -> None:
        editor.choose(quote, nth)

    choose("Northwind", 0)
    form.get_by_placeholder("the fullest form in the document").locator("visible=true").fill("Northwind Holdings")
    editor.press("Enter")
    form.get_by_placeholder("a shorter form").locator("visible=true").fill("Northwind")
    editor.press("Enter")
    choose("nearly $2.5")
    form.locator("input[type=number]").locator("visible=true").fill("2500000000")
    form.get_by_placeholder("ISO 4217").locator("visible=true").fill("USD")
    page.keyboard.press("Enter")
    form.get_by_text("less_than", exact=True).locator("visible=true").click()
    page.wait_for_timeout(300)
    editor.picture(PICTURES / "annotate-value.png")
    choose("agrees to buy")
    form.get_by_text("agreed", exact=True).locator("visible=true").click()
    choose("by September 2031")
    form.get_by_placeholder("2031-06").locator("visible=true").fill("../2031-09")
    editor.press("Enter")
    form.get_by_placeholder("story_event").locator("visible=true").fill("E1 story_event: northwind-buys-fabrikam")
    editor.press("Enter")
    editor.submit(last=True)

    back = annotate("pull", "hand", "--out", "back.jsonl", "--documents", documents)
    assert back.returncode == 0, back.stderr
    (record,) = rows(tmp_path / "back.jsonl")
    assert said(record["events"]) == [
        {
            "id": "e1",
            "type": "deal",
            "story_event": "northwind-buys-fabrikam",
            "fields": {
                "investors": ["Northwind Holdings"],
                "target": "Fabrikam Robotics",
                "amount": {"amount": 2500000000, "currency": "USD", "bound": "less_than"},
                "status": "agreed",
                "expected_close": "../2031-09",
            },
            "evidence": {
                "/investors/0": [
                    {"start": 0, "end": 9, "quote": "Northwind"},
                    {"start": 43, "end": 61, "quote": "Northwind Holdings"},
                ],
                "/target": [{"start": 87, "end": 104, "quote": "Fabrikam Robotics"}],
                "/amount": [{"start": 109, "end": 128, "quote": "nearly $2.5 billion"}],
                "/status": [{"start": 10, "end": 23, "quote": "agrees to buy"}],
                "/expected_close": [{"start": 196, "end": 213, "quote": "by September 2031"}],
            },
            "accepted": {"/investors/0": ["Northwind"]},
        }
    ]
    provenance = rows(tmp_path / "back.provenance.jsonl")[0]
    assert set(provenance["origins"].values()) == {"manual"}
