"""Out to a real server, opened and submitted in a real browser, and back: nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from served import project_of
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, object_of, write_lines, write_schema

from goldspan import UsageError
from goldspan.annotate.client import Server
from goldspan.annotate.pull import pull
from goldspan.annotate.push import push
from goldspan.content import GOLD

pytestmark = pytest.mark.xdist_group("browser")

PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events without what is empty."""
    return [{key: value for key, value in event.items() if value} for event in events]


def spans_of(record: dict[str, Any]) -> int:
    return sum(len(spans) for event in record["events"] for spans in event["evidence"].values())


_BOXES = """() => Object.fromEntries(['slots', 'text', 'form'].map(name => {
  const box = document.querySelector(`[class*=gs-${name}]`).getBoundingClientRect();
  return [name, [box.left, box.right, box.top, box.bottom]];
}))"""


def is_readable(editor: Editor) -> None:
    """At 1400 pixels: three columns beside each other, lines of a book's width; in a long text the rest stays."""
    text = editor.page.locator("[class*=gs-text]")
    editor.page.mouse.move(500, 400)
    start = editor.page.evaluate(_BOXES)
    assert start["text"][3] > 2 * 900, "an article of several screens"
    editor.page.evaluate("() => document.querySelector('[class*=gs-text]').scrollIntoView({block: 'end'})")
    boxes = editor.page.evaluate(_BOXES)
    assert boxes["text"][2] < 0, "the text is scrolled"
    left, right = boxes["text"][:2]
    assert boxes["slots"][1] <= left < right <= boxes["form"][0] < boxes["form"][1] <= 1400
    assert 450 <= right - left <= 800
    for name in ("slots", "form"):
        assert 0 <= boxes[name][2] < boxes[name][3] <= 900, f"{name} stays in view"
    assert text.evaluate("each => each.scrollWidth <= each.clientWidth"), "no line is cut off"
    editor.picture(PICTURES / "annotate-long.png")


def test_the_whole_gold_comes_back_as_it_went(
    label_studio: Any, annotate: Any, editor: Editor, goldspan: Any, tmp_path: Path
):
    sent = annotate("push", "gold", "--records", GOLD)
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.startswith("tasks: 14 added, 0 there before; predictions added: 14")
    project = project_of(label_studio.server, "goldspan: gold")
    editor.label_all(project)
    gold = rows(GOLD)
    numbers = [spans_of(record) for record in gold]
    longest = numbers.index(max(numbers))
    editor.submit_all(numbers, look=lambda i: is_readable(editor) if i == longest else None)
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
    with pytest.raises(UsageError, match="--replace"):
        pull(label_studio.server, "gold", tmp_path / "back.jsonl")


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


def test_emoji_line_ends_overlaps_and_two_events_of_a_type_come_back(label_studio: Any, editor: Editor, tmp_path: Path):
    assert through_the_editor(label_studio.server, editor, tmp_path, "odd", ODD, odd_record()) == odd_record()["events"]


def through_the_editor(
    server: Server, editor: Editor, folder: Path, name: str, text: str, record: dict[str, Any], **options: Any
) -> list[dict[str, Any]]:
    """A record's events, sent as a first annotation, submitted in the browser, and fetched."""
    documents = write_lines(folder / "documents.jsonl", [{"doc_id": record["doc_id"], "text": text}])
    records = write_lines(folder / "records.jsonl", [record])
    pushed = push(server, name, records=records, documents=documents, **options)
    editor.label_all(pushed.project)
    editor.submit_all([spans_of(record)])
    pull(server, name, folder / "back.jsonl", documents=documents, **options)
    return said(rows(folder / "back.jsonl")[0]["events"])


CODES = [f"Q{i}" for i in range(30)]
OWN = {
    "sale": {
        "buyer": kind("name"),
        "price": kind("money"),
        "size": kind("power"),
        "share": kind("percent"),
        "day": kind("date"),
        "term": kind("duration"),
        "stage": {"enum": ["open", "shut"]},
        "code": {"enum": CODES},
        "done": BOOLEAN,
        "score": NUMBER,
        "lines": list_of(object_of(item=TEXT, number=NUMBER, marks=list_of(TEXT))),
    },
    "visit": {"guests": list_of(kind("name")), "day": kind("date")},
}


def test_a_schema_of_ones_own_with_values_of_every_kind_comes_back(label_studio: Any, editor: Editor, tmp_path: Path):
    fields = {
        "buyer": "Ann",
        "price": {"amount": 0.1, "currency": "EUR", "bound": "up_to"},
        "size": {"value": 1.5, "unit": "GW"},
        "share": {"value": 12.5},
        "day": "2031-06/2031-07",
        "term": "P1Y6M",
        "stage": "shut",
        "code": "Q17",
        "done": False,
        "score": -3,
        "lines": [{"item": "bolts", "number": 2, "marks": ["red", "blue"]}, {"item": "nuts", "number": 7}],
    }
    leaves = [
        *(f"/{name}" for name in fields if name != "lines"),
        *(f"/lines/0/{name}" for name in ("item", "number", "marks/0", "marks/1")),
        *(f"/lines/1/{name}" for name in ("item", "number")),
    ]
    text = " ".join(["bolts", "red", "blue", "nuts", *(f"w{i}" for i in range(20))])
    words = {"/lines/0/item": "bolts", "/lines/0/marks/0": "red", "/lines/0/marks/1": "blue", "/lines/1/item": "nuts"}

    def span(quote: str) -> list[dict[str, Any]]:
        return [{"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}]

    sale = {
        "id": "e1",
        "type": "sale",
        "fields": fields,
        "evidence": {leaf: span(words.get(leaf, f"w{i}")) for i, leaf in enumerate(leaves)},
    }
    visit = {"id": "e2", "type": "visit", "fields": {"guests": ["w19"]}, "evidence": {"/guests/0": span("w19")}}
    record = {"doc_id": "own", "events": [sale, visit]}
    schema = write_schema(tmp_path, OWN)
    back = through_the_editor(
        label_studio.server, editor, tmp_path, "own", text, record, schema=schema, project="own", slots=12
    )
    assert back == record["events"]


HAND = (
    "Northwind agrees to buy Fabrikam Robotics\n\nNorthwind Holdings has struck a deal to buy Fabrikam Robotics for "
    "nearly $2.5 billion, the companies said on Monday. Northwind expects to close the deal by September 2031.\n"
)


def test_a_person_makes_an_event_from_nothing(label_studio: Any, annotate: Any, editor: Editor, tmp_path: Path):
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "hand", "text": HAND}])
    editor.label_all(push(label_studio.server, "hand", documents=documents).project, regions=0)
    editor.choose_settings(PICTURES / "annotate-settings.png")
    editor.take("1", "E1")
    editor.take("q", "deal/investors")
    editor.mark("Northwind", 0)
    editor.mark("Northwind Holdings")
    for key, role, quote, nth in (
        ("w", "target", "Fabrikam Robotics", 1),
        ("r", "amount", "nearly $2.5 billion", 0),
        ("s", "status", "agrees to buy", 0),
        ("f", "expected_close", "by September 2031", 0),
    ):
        editor.take(key, f"deal/{role}")
        editor.mark(quote, nth)
    editor.picture(PICTURES / "annotate-spans.png")
    editor.leave()

    editor.choose("Northwind", 0)
    editor.write("the fullest form in the document", "Northwind Holdings")
    editor.write("a shorter form", "Northwind")
    editor.choose("nearly $2.5")
    editor.number(2500000000)
    editor.write("ISO 4217", "USD")
    editor.pick("less_than")
    editor.picture(PICTURES / "annotate-value.png")
    editor.choose("agrees to buy")
    editor.pick("agreed")
    editor.choose("by September 2031")
    editor.write("2031-06", "../2031-09")
    editor.write("story_event", "E1 story_event: northwind-buys-fabrikam")
    editor.submit()

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


DRAFT = "Fabrikam buys Contoso for $5 million. Nordwind looks on."


def test_a_person_corrects_a_prediction_and_the_origin_of_each_span_is_kept(
    label_studio: Any, editor: Editor, tmp_path: Path
):
    def span(quote: str) -> list[dict[str, Any]]:
        return [{"start": DRAFT.index(quote), "end": DRAFT.index(quote) + len(quote), "quote": quote}]

    amount = {"amount": 5000000, "currency": "USD"}
    wrong = {
        "id": "e1",
        "type": "deal",
        "fields": {"investors": ["Nordwind"], "target": "Contoso", "amount": amount, "status": "rumoured"},
        "evidence": {
            "/investors/0": span("Nordwind"),
            "/target": span("Contoso"),
            "/amount": span("$5 million"),
            "/status": span("buys"),
        },
    }
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "draft", "text": DRAFT}])
    records = write_lines(tmp_path / "records.jsonl", [{"doc_id": "draft", "events": [wrong]}])
    server = label_studio.server
    editor.label_all(push(server, "draft", records=records, documents=documents).project, regions=4)
    editor.choose_settings()
    editor.choose("buys")
    editor.pick("announced")
    editor.remove("Nordwind")
    editor.take("1", "E1")
    editor.take("q", "deal/investors")
    editor.mark("Fabrikam")
    editor.submit()
    pull(server, "draft", tmp_path / "back.jsonl", documents=documents)
    (record,) = rows(tmp_path / "back.jsonl")
    right = {
        **wrong,
        "fields": {"investors": ["Fabrikam"], "target": "Contoso", "amount": amount, "status": "announced"},
        "evidence": {**wrong["evidence"], "/investors/0": span("Fabrikam")},
    }
    assert said(record["events"]) == [right]
    provenance = rows(tmp_path / "back.provenance.jsonl")[0]
    assert provenance["origins"] == {
        "/events/0/evidence/~1investors~10/0": "manual",
        "/events/0/evidence/~1status/0": "prediction-changed",
        "/events/0/evidence/~1target/0": "prediction",
        "/events/0/evidence/~1amount/0": "prediction",
    }
    assert provenance["annotator"] == "goldspan@localhost"
    assert provenance["created_at"] <= provenance["updated_at"]
    assert provenance["seconds"] > 0
