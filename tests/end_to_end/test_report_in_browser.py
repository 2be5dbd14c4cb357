"""The report in a real browser: from a number to its leaves to the marked words, by mouse, by keys, without scripts."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import TEXTS, chromium, contrast, luminance
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import goldspan
from goldspan import Score
from goldspan.report.html import ReportData, score_page

OUTCOMES = ("matched", "misread", "missed", "invented")
HOSTILE = (
    "</script></title></mark><script>ran = 1</script><img src=x onerror='ran = 1'>"
    "\"' onfocus=ran=1 autofocus x=\u2028&lt;"
)
SCHEMA = {
    "type": "object",
    "properties": {
        "buyer": {"type": "string"},
        "price": {"type": "number"},
        "status": {"enum": ["planned", "done"]},
    },
}
TEXT_FIELD = {"type": "string"}
TEXT = "Acme & Sons bought Bolt <Ltd> for 5 million, not 7. It is done, says Dora."

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by playwright."""
    with chromium() as program:
        yield program


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page from disk. Whatever the test does: nothing is requested but the file, nothing is complained about."""
    contexts: list[BrowserContext] = []
    noticed: list[str] = []

    def open_it(report: str, *, width: int = 1400, watch: bool = True, **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(report, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if watch:
            page.on("request", lambda request: request.url == file.as_uri() or noticed.append(request.url))
            page.on("console", lambda message: noticed.append(message.text))
            page.on("pageerror", lambda error: noticed.append(str(error)))
            page.on("dialog", lambda dialog: (noticed.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert noticed == []


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Score:
    """The rules baseline on the documents that goldspan ships."""
    out = tmp_path_factory.mktemp("rules") / "predictions.jsonl"
    goldspan.run("rules", out)
    return goldspan.score(out)


@pytest.fixture(scope="module")
def baseline_page(baseline: Score) -> str:
    """Its page."""
    return score_page(baseline)


def spans(text: str, **quotes: str) -> dict[str, list[dict[str, Any]]]:
    return {
        f"/{field}": [{"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}]
        for field, quote in quotes.items()
    }


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def scored(
    folder: Path, rows: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]], schema: Any = SCHEMA
) -> Score:
    """Score triples of document, gold and prediction."""
    target = folder / "schema"
    target.mkdir()
    (target / "sale.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return goldspan.score(
        write(folder, "p.jsonl", [pred for _, _, pred in rows]),
        gold=write(folder, "g.jsonl", [gold for _, gold, _ in rows]),
        documents=write(folder, "d.jsonl", [document for document, _, _ in rows]),
        schema=target,
    )


@pytest.fixture
def sale(tmp_path: Path) -> Score:
    """Two documents: in s1 the buyer is matched, the price misread, the status missed; in s2 a price is invented."""
    gold = {
        "id": "e1",
        "type": "sale",
        "fields": {"buyer": "Acme & Sons", "price": 5, "status": "done"},
        "evidence": spans(TEXT, buyer="Acme & Sons", price="5", status="done"),
    }
    pred = {
        "type": "sale",
        "fields": {"buyer": "Acme & Sons", "price": 7},
        "evidence": spans(TEXT, buyer="Acme & Sons", price="7"),
    }
    two = {"type": "sale", "fields": {"price": 9}, "evidence": spans("Nothing sold at 9.", price="9")}
    return scored(
        tmp_path,
        [
            (
                {"doc_id": "s1", "text": TEXT, "title": "A sale"},
                {"doc_id": "s1", "events": [gold]},
                {"doc_id": "s1", "events": [pred]},
            ),
            (
                {"doc_id": "s2", "text": "Nothing sold at 9."},
                {"doc_id": "s2", "events": []},
                {"doc_id": "s2", "events": [two]},
            ),
        ],
    )


@pytest.fixture
def sale_page(sale: Score) -> str:
    """The page of that score, with what is derived apart from it."""
    classes = {"s1": {(0, 1): "number"}, "s2": {(0, 0): "in_text"}}
    return score_page(
        sale,
        ReportData(
            micro_interval=(0.1, 0.6),
            field_intervals={"sale.price": (0.0, 0.25), "sale.buyer": None},
            errors={"sale.price": {"number": 1, "in_text": 1}},
            classes=lambda match: classes[match.doc_id],
            bounds={"sale.price": (1, 2)},
            confusions={"sale.status": {("done", None): 1}},
            type_confusions={("sale", "sale"): 1, (None, "sale"): 1},
            notes=["indicative: fewer than ten stories"],
        ),
    )


def cells(page: Page) -> list[list[str]]:
    """The list of leaves: the lines of each cell."""
    rows = page.locator("#list tbody tr").all()
    return [[" / ".join(cell.splitlines()) for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def here(page: Page) -> list[str]:
    return page.locator("mark.here").all_inner_texts()


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_from_a_number_to_its_leaves_to_the_marked_words(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    page.get_by_label("1 misread of sale.price", exact=True).click()
    expect(page.locator("#found")).to_have_text("1 leaf in 1 of 2 documents.")
    assert cells(page) == [["sale.price / s1: A sale / sale: found", "misread / number", "5", "7"]]
    expect(page.locator("#list")).to_be_in_viewport()
    expect(page.locator("#d0 .text").first).to_be_hidden()
    page.locator("#list tbody a").click()
    expect(page.locator("#d0 .text").first).to_have_text(TEXT)
    assert here(page) == ["5", "7"]
    expect(page.locator(".sides > :first-child mark.here")).to_have_text("5")
    expect(page.locator("mark.here").first).to_be_in_viewport()
    expect(focused(page)).to_have_text("5")
    expect(page.locator("#bar p")).to_have_text("1 of 1: sale.price misread (number). Gold: 5. Prediction: 7.")


@pytest.mark.parametrize(
    ("label", "rows"),
    [
        (
            "1 invented of all fields",
            [["sale.price / s2 / sale: invented", "invented / in_text", "–", "9"]],
        ),
        ("1 missed of all of sale", [["sale.status / s1: A sale / sale: found", "missed", "done", "–"]]),
        ("1 leaves of class number", [["sale.price / s1: A sale / sale: found", "misread / number", "5", "7"]]),
        ("1 sale.price, class in_text", [["sale.price / s2 / sale: invented", "invented / in_text", "–", "9"]]),
        ("1 events invented: their leaves", [["sale.price / s2 / sale: invented", "invented / in_text", "–", "9"]]),
        ("1 done, predicted as –", [["sale.status / s1: A sale / sale: found", "missed", "done", "–"]]),
    ],
)
def test_every_kind_of_number_leads_to_its_leaves(
    open_page: Open, sale_page: str, label: str, rows: list[list[str]]
) -> None:
    page = open_page(sale_page)
    for closed in page.locator("#confusions summary").all():
        closed.click()
    page.get_by_label(label, exact=True).click()
    assert cells(page) == rows


def test_the_diagonal_of_a_confusion_leads_to_what_was_accepted_too_whatever_the_values(
    open_page: Open, tmp_path: Path
) -> None:
    schema = {"type": "object", "properties": {"code": {"enum": [10000, 20000, {"b": 1, "a": 2}]}, "to": TEXT_FIELD}}
    gold = {"id": "e", "type": "sale", "fields": {"code": 10000, "to": "x"}, "accepted": {"/code": [20000]}}
    other = {"id": "e", "type": "sale", "fields": {"code": {"b": 1, "a": 2}, "to": "x"}}
    result = scored(
        tmp_path,
        [
            ({"doc_id": doc_id, "text": ""}, {"doc_id": doc_id, "events": [one]}, {"doc_id": doc_id, "events": [two]})
            for doc_id, one, two in [
                ("d1", gold, {"type": "sale", "fields": {"code": 20000, "to": "x"}}),
                ("d2", other, {"type": "sale", "fields": {"code": 20000, "to": "x"}}),
            ]
        ],
        schema,
    )
    cells_of = {("10000", "10000"): 1, ('{"a":2,"b":1}', "20000"): 1}
    page = open_page(score_page(result, ReportData(confusions={"sale.code": cells_of})))
    page.locator("#confusions summary").click()
    page.get_by_label("1 10000, predicted as 10000", exact=True).click()
    assert cells(page) == [["sale.code / d1 / sale: found", "matched", "10000", "20000"]]
    page.get_by_label('1 {"a":2,"b":1}, predicted as 20000', exact=True).click()
    assert cells(page) == [["sale.code / d2 / sale: found", "misread", '{"a":2,"b":1}', "20000"]]


def test_grounding_shows_its_tiers_and_quotes_and_what_was_located(open_page: Open, sale: Score) -> None:
    block = {"matched": 3, "misread": 1, "missed": 4, "invented": 0, "precision": 0.75, "recall": 0.375, "f1": 0.5}
    tiers = dict.fromkeys(("value", "value_and_overlap", "value_and_exact"), block)
    quotes = {"in_place": 88, "elsewhere": 33, "fabricated": 11}
    located = {**tiers, "value_and_exact": {**block, "matched": 2}, "quotes": None}
    page = open_page(score_page(sale, ReportData(grounding={**tiers, "quotes": quotes, "located": located})))
    rows = page.locator("#grounding tbody tr").all_inner_texts()
    assert [row.split("\t")[1:] for row in rows] == [
        ["0.500", *counts, "0.750", "0.375"] for counts in [["3", "1", "4", "0"]] * 5 + [["2", "1", "4", "0"]]
    ]
    expect(page.locator("#grounding p")).to_have_text(
        "Quotes: 88 stand in the document at their place, 33 elsewhere, 11 nowhere (fabricated)."
    )
    nothing = {**dict.fromkeys((*tiers, "quotes")), "located": None}
    page = open_page(score_page(sale, ReportData(grounding=nothing)))
    assert page.locator("#grounding table, #grounding p").count() == 0


def test_the_numbers_of_the_baseline_are_as_many_as_the_leaves_behind_them(
    open_page: Open, baseline: Score, baseline_page: str
) -> None:
    counts: Counter[str] = Counter()
    for match in baseline.documents.values():
        for outcome in (outcome for pair in match.pairs for outcome in pair.outcomes):
            for of in ("all fields", f"all of {outcome.field.split('.')[0]}", outcome.field):
                counts[f"{outcome.result} of {of}"] += 1
    page = open_page(baseline_page)
    links = page.locator("#fields a[data-q]").all()
    labels = [(link.get_attribute("aria-label") or "").split(" ", 1) for link in links]
    assert {label: int(number) for number, label in labels} == counts
    for link, (number, _) in zip(links, labels, strict=True):
        link.evaluate("link => link.click()")
        expect(page.locator("#found")).to_have_text(re.compile(rf"^{number} lea(f|ves) in "))


def test_words_stand_where_gold_says_in_the_baseline(open_page: Open, baseline: Score, baseline_page: str) -> None:
    page = open_page(baseline_page)
    match = baseline.documents["seed-000-01"]
    number = 0
    page.locator("#d0 > summary").click()
    for pair in match.pairs:
        for outcome in pair.outcomes:
            if pair.gold is not None and outcome.gold is not None:
                quotes = [span.quote for span in match.gold.events[pair.gold].evidence[outcome.gold]]
                marked = page.locator(f"#d0 .sides > :first-child [data-l~='{number}']").all_text_contents()
                assert "".join(marked) == "".join(quotes)
            number += 1
    assert number > 5


def test_back_returns_to_the_list_and_a_reload_keeps_the_leaf(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    page.get_by_label("1 misread of sale.price", exact=True).click()
    page.locator("#list tbody a").click()
    expect(page.locator("#bar")).to_be_visible()
    page.reload()
    assert here(page) == ["5", "7"]
    page.go_back()
    expect(page.locator("#found")).to_have_text("1 leaf in 1 of 2 documents.")
    page.locator("#list tbody a").click()
    page.get_by_role("link", name="Back to the list").click()
    expect(focused(page)).to_have_text("sale.price")
    expect(focused(page)).to_be_in_viewport()


def test_filters_narrow_the_leaves_and_the_documents_and_are_told_to_screen_readers(
    open_page: Open, sale_page: str
) -> None:
    page = open_page(sale_page)
    found = page.get_by_role("status").first
    page.get_by_role("combobox", name="Outcome", exact=True).select_option("wrong")
    expect(found).to_have_text("3 leaves in 2 of 2 documents.")
    page.get_by_role("combobox", name="Field", exact=True).select_option(label="sale.price")
    assert [(row[0].split(" / ")[:2], row[2:]) for row in cells(page)] == [
        (["sale.price", "s1: A sale"], ["5", "7"]),
        (["sale.price", "s2"], ["–", "9"]),
    ]
    page.get_by_role("combobox", name="Event", exact=True).select_option("found")
    expect(found).to_have_text("1 leaf in 1 of 2 documents.")
    expect(page.locator("#d1")).to_be_hidden()
    page.locator("#d0 > summary").click()
    styles = {
        text: page.locator("#d0 .text mark", has_text=text).first.evaluate(
            "e => getComputedStyle(e).textDecorationLine"
        )
        for text in ("Acme & Sons", "5", "done")
    }
    assert styles == {"Acme & Sons": "none", "5": "underline", "done": "none"}
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#d1")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("searchbox", name="Words").fill("ACME")
    assert [row[2] for row in cells(page)] == ["Acme & Sons"]
    page.get_by_role("searchbox", name="Words").fill("no such words")
    expect(found).to_have_text("0 leaves in 0 of 2 documents.")
    assert cells(page) == []


def press_until(page: Page, wanted: str, key: str = "Tab", most: int = 60) -> None:
    """Press a key until what has the focus has this accessible name or text."""
    for _ in range(most):
        page.keyboard.press(key)
        name = page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()")
        if name == wanted:
            return
    raise AssertionError(f"{key} does not lead to {wanted!r}")


def test_all_of_it_by_keys_alone_and_the_focus_is_always_seen(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    expect(page.get_by_text("Scripts are off")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to the figures")
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_id("main")
    press_until(page, "1 misread of all fields")
    assert focused(page).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_text("Leaves")
    press_until(page, "sale.price")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_text("5")
    press_until(page, "Back to the list", most=4)
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_text("sale.price")
    press_until(page, "Clear", key="Shift+Tab", most=8)
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("sale.")
    press_until(page, "sale.buyer")
    page.keyboard.press("Enter")
    press_until(page, "Next", most=4)
    page.keyboard.press("Enter")
    assert here(page) == ["5", "7"]
    press_until(page, "Previous", most=4)
    page.keyboard.press("Enter")
    assert here(page) == ["Acme & Sons", "Acme & Sons"]


def test_it_reads_without_scripts(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page, java_script_enabled=False)
    expect(page.get_by_text("Scripts are off")).to_be_visible()
    expect(page.get_by_role("heading", name="Leaves", exact=True)).to_be_hidden()
    expect(page.get_by_role("link", name="Leaves", exact=True)).to_be_hidden()
    expect(page.get_by_role("table", name="Leaves by field and outcome")).to_contain_text("0.100 to 0.600")
    page.get_by_label("1 misread of sale.price", exact=True).click()
    row = page.locator("tr:target")
    assert row.locator("th, td").all_inner_texts() == ["sale.price", "5", "7", "misread\nnumber"]
    expect(row).to_be_in_viewport()
    row.get_by_role("link", name="7").click()
    expect(page.locator("mark:target")).to_have_text("7")
    expect(page.locator("mark:target")).to_be_in_viewport()
    page.locator("#d1 > summary").click()
    expect(page.locator("#d1 .text").first).to_be_visible()


def test_hostile_text_stays_text(open_page: Open, tmp_path: Path) -> None:
    name = "n" + HOSTILE.replace(".", "")
    text = f"Before {HOSTILE} after"
    gold = {"id": HOSTILE, "type": "sale", "fields": {name: HOSTILE, "status": HOSTILE}}
    evidence = {"/" + name.replace("~", "~0").replace("/", "~1"): spans(text, x=HOSTILE)["/x"]}
    pred = {"type": "sale", "fields": {name: HOSTILE + "!", "status": HOSTILE, HOSTILE: HOSTILE}, "evidence": evidence}
    rows = [
        (
            {"doc_id": HOSTILE, "text": text, "title": HOSTILE},
            {"doc_id": HOSTILE, "events": [{**gold, "evidence": evidence | spans(text, status=HOSTILE)}]},
            {"doc_id": HOSTILE, "events": [pred, {"type": HOSTILE, "fields": {"x": HOSTILE}}]},
        ),
        (
            {"doc_id": "2" + HOSTILE, "text": HOSTILE},
            {"doc_id": "2" + HOSTILE, "events": []},
            {"doc_id": "2" + HOSTILE, "events": [], "error": HOSTILE},
        ),
    ]
    schema = {"type": "object", "properties": {name: {"type": "string"}, "status": {"enum": ["a", HOSTILE]}}}
    path = f"sale.{name}"
    result = scored(tmp_path, rows, schema)
    extra = ReportData(
        errors={path: {HOSTILE: 1}},
        classes=lambda match: (
            {(0, k): HOSTILE for k, o in enumerate(match.pairs[0].outcomes) if o.field == path} if match.pairs else {}
        ),
        confusions={"sale.status": {(HOSTILE, HOSTILE): 1}},
    )
    page = open_page(score_page(result, extra))
    for closed in page.locator("summary").all():
        closed.click()
    shown = re.sub(r"[\n\u2028]", " ", HOSTILE)

    def lines(locator: Locator) -> list[str]:
        return [re.sub(r"[\n\u2028]", " ", each) for each in locator.all_text_contents()]

    assert lines(page.locator("#d0 .text")) == [f"Before {shown} after"] * 2
    assert lines(page.locator("h3"))[-2:] == [f"{shown}: {shown}", f"2{shown}"]
    assert lines(page.locator("#d1 .note")) == [shown]
    page.locator("#errors td.n a").click()
    assert lines(page.locator("#list tbody td"))[1:] == [shown, shown + "!"]
    page.locator("#list tbody a").click()
    assert lines(page.locator("mark.here")) == [shown] * 2
    assert f"Gold: {shown}. Prediction: {shown}!." in lines(page.locator("#bar p"))[0]
    page.get_by_label(f"1 {HOSTILE}, predicted as {HOSTILE}").evaluate("link => link.click()")
    assert lines(page.locator("#list tbody td"))[1:] == [shown, shown]
    assert page.evaluate("typeof ran") == "undefined"
    assert page.locator("img, iframe, [onerror], [onfocus], [autofocus]").count() == 0
    assert page.locator("script").count() == 1


def test_the_policy_lets_no_other_script_and_no_other_style_run(open_page: Open, sale_page: str) -> None:
    page = open_page(
        sale_page.replace("<header>", "<header><script>ran = 1</script><i style='color: red'>x</i>"), watch=False
    )
    assert page.evaluate("typeof ran") == "undefined"
    assert page.locator("header i").evaluate("e => getComputedStyle(e).color") != "rgb(255, 0, 0)"
    assert page.evaluate("fetch('data:,x').then(() => 'let through', () => 'refused')") == "refused"
    expect(page.locator("#leaves")).to_be_visible()  # its own script did run


def test_the_contrast_formula_gives_the_published_values() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.005)  # #777, WebAIM


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_of_level_aa(open_page: Open, sale_page: str, scheme: str) -> None:
    page = open_page(sale_page, color_scheme=scheme)
    back = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (luminance(tuple(map(float, re.findall(r"\d+", back)))) > 0.5) == (scheme == "light")
    for closed in page.locator("summary").all():
        closed.click()
    page.get_by_label("1 missed of sale.status", exact=True).click()
    page.locator("#list tbody a").click()
    states = [page.evaluate(TEXTS)]
    page.get_by_role("link", name="Fields", exact=True).hover()
    page.evaluate("document.getElementById('clear').click()")
    states.append(page.evaluate(TEXTS))
    texts = [tuple(text) for state in states for text in state]
    assert all(any(outcome in text[0] for text in texts) for outcome in OUTCOMES)
    assert [text for text in texts if contrast(text[1], text[2]) < 4.5] == []
    lines = page.locator(".legend mark").evaluate_all(
        "all => all.map(e => [getComputedStyle(e).textDecorationColor, getComputedStyle(e).backgroundColor])"
    )
    assert [line for line in lines if contrast(*line) < 3] == []  # success criterion 1.4.11
    focus = page.get_by_role("link", name="Fields", exact=True)
    focus.focus()
    assert contrast(focus.evaluate("e => getComputedStyle(e).outlineColor"), back) >= 3


def test_no_outcome_is_told_by_colour_alone(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    lines = page.locator(".legend mark").evaluate_all("all => all.map(e => getComputedStyle(e).textDecorationStyle)")
    assert len(set(lines)) == len(OUTCOMES)
    sign = "e => getComputedStyle(e, '::before').content"
    signs = {outcome: page.locator(f"thead .{outcome}").first.evaluate(sign) for outcome in OUTCOMES}
    assert len(set(signs.values())) == len(OUTCOMES)
    page.locator("#d0 > summary").click()
    for row in page.locator(".event tbody tr").all():
        word = row.locator("b")
        assert word.text_content() == row.get_attribute("class")
        assert word.evaluate(sign) == signs[word.text_content() or ""]


def test_tables_name_their_rows_and_columns_and_controls_have_labels(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    page.get_by_role("combobox", name="Outcome", exact=True).select_option("wrong")
    assert page.locator("#list tbody tr").count() == 3
    assert page.locator("th:not([scope=row]):not([scope=col])").count() == 0
    assert page.locator("tr:not(:has(th))").count() == 0
    assert page.locator("table:not(:has(> caption))").count() == 0
    controls = page.locator("select, input")
    assert controls.count() == 5
    assert controls.evaluate_all("all => all.every(e => e.labels.length === 1)")
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(e => Number(e.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def bar(row: Locator) -> dict[str, float]:
    """Where the parts of a picture of F1 stand on its axis, as shares of the axis from 0 to 1."""
    return row.evaluate(
        """row => {
          const box = (selector) => row.querySelector(selector)?.getBoundingClientRect();
          const [axis, point, reach, bar] = [".axis", ".point", ".reach", ".bar"].map(box);
          const at = (x) => (x - axis.left) / axis.width;
          return { point: at(point.left + point.width / 2), end: at(bar.right),
            low: reach && at(reach.left), high: reach && at(reach.right) };
        }"""
    )


def test_the_picture_of_an_interval_stands_where_its_figures_say(open_page: Open, sale_page: str) -> None:
    page = open_page(sale_page)
    all_fields, _, buyer, price, _ = page.locator("table.fields tbody tr").all()
    # 1 matched, 1 misread, 1 missed, 1 invented: F1 = 2 / (2 + 2 + 1 + 1) = 1/3
    assert bar(all_fields) == pytest.approx({"point": 1 / 3, "end": 1 / 3, "low": 0.1, "high": 0.6}, abs=0.01)
    assert "0.333" in all_fields.inner_text()
    assert "0.100 to 0.600" in all_fields.inner_text()
    assert bar(price) == pytest.approx({"point": 0, "end": 0, "low": 0, "high": 0.25}, abs=0.01)
    assert {key: value for key, value in bar(buyer).items() if value is not None} == pytest.approx(
        {"point": 1, "end": 1}, abs=0.01
    )
    assert " to " not in buyer.inner_text()


@pytest.mark.parametrize("width", [320, 400, 1400])
def test_the_page_never_scrolls_sideways(open_page: Open, baseline_page: str, sale_page: str, width: int) -> None:
    for report in (baseline_page, sale_page.replace("Dora", "Do" + "ra" * 400).replace("s2", "s" + "2" * 300)):
        page = open_page(report, width=width)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.get_by_role("combobox", name="Outcome", exact=True).select_option("wrong")
        page.locator("#list tbody a").last.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.body.scrollWidth") <= width


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_all_documents_and_no_controls(open_page: Open, sale_page: str, scripts: bool) -> None:
    page = open_page(sale_page, java_script_enabled=scripts, color_scheme="dark")
    text = page.locator("#d0 .text").first
    expect(text).to_be_hidden()
    page.emulate_media(media="print")
    assert text.evaluate("e => e.getBoundingClientRect().height") > 0
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()
    assert page.locator("body").evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert page.pdf().startswith(b"%PDF")
    expect(page.locator("#d0")).not_to_have_attribute("open", "")  # closed again


def test_a_thousand_documents_open_and_their_leaves_are_listed_by_the_hundred(open_page: Open, tmp_path: Path) -> None:
    event = {
        "type": "sale",
        "fields": {"buyer": "Acme & Sons", "price": 5},
        "evidence": spans(TEXT, buyer="Acme & Sons", price="5"),
    }
    result = scored(
        tmp_path,
        [
            (
                {"doc_id": f"n{i}", "text": TEXT},
                {"doc_id": f"n{i}", "events": [{"id": "e", **event}]},
                {"doc_id": f"n{i}", "events": [{**event, "fields": {"buyer": "Acme & Sons", "price": 5 + i % 2}}]},
            )
            for i in range(1000)
        ],
    )
    page = open_page(score_page(result))
    page.get_by_label("500 misread of sale.price", exact=True).click()
    expect(page.locator("#found")).to_have_text("500 leaves in 500 of 1000 documents.")
    expect(page.locator("#list tbody tr")).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#list tbody tr")).to_have_count(200)
    expect(focused(page)).to_be_in_viewport()
    page.locator("#list tbody a").nth(100).click()
    expect(page.locator("#bar p")).to_contain_text("101 of 500: sale.price misread")
    expect(page.locator("details[open] h3")).to_have_text("n201")
