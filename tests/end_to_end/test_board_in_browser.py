"""The board in a real browser: it is opened, sorted, filtered, and leads to the page of a system."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from boards import as_prediction, gold_rows, submit
from browser import TEXTS, chromium, contrast, luminance
from playwright.sync_api import Browser, BrowserContext, Page, expect

from goldspan import content
from goldspan.board import build

HOSTILE = "</script><script>ran = 1</script><img src=x onerror='ran = 1'> \"' onfocus=ran=1 {{7*7}}"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules baseline, five documents of the gold, a good system with a bad name, and one that says nothing."""
    folder = tmp_path_factory.mktemp("board")
    shutil.copytree(content.BOARD / "submissions/0.1.0/rules", folder / "in/0.1.0/rules")
    rows = [as_prediction(row) for row in gold_rows()]
    used = [{**row, "usage": {"cost_usd": 0.125, "seconds": 3}} for row in rows]
    submit(folder / "in", "five", rows[:5], name="Zeta five", kind="llm")
    submit(
        folder / "in",
        "bad",
        used,
        name=HOSTILE[:79],
        kind="trained",
        authors=[HOSTILE],
        licence=HOSTILE[:79],
        contamination=HOSTILE,
        how_made=HOSTILE,
        model={"name": HOSTILE},
    )
    submit(folder / "in", "nothing", [], name="alpha", kind="llm")
    build(folder / "out", submissions=folder / "in")
    return folder / "out"


@pytest.fixture
def open_board(browser: Browser, board: Path) -> Iterator[Open]:
    """Open the board from disk. Whatever a test does: nothing but its files is requested, nothing complained about."""
    contexts: list[BrowserContext] = []
    noticed: list[str] = []

    def open_it(path: str = "index.html", *, width: int = 1400, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: request.url.startswith(board.as_uri()) or noticed.append(request.url))
        page.on("console", lambda message: noticed.append(message.text))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.on("dialog", lambda dialog: (noticed.append(dialog.message), dialog.dismiss()))
        page.goto((board / path).as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert noticed == []


def systems(page: Page) -> list[str]:
    """The names in the table that are seen, from top to bottom; the annotators' row is the last."""
    return page.locator("#table tbody tr:visible th a").all_inner_texts()


BAD = HOSTILE[:79]
AGREEMENT = "Agreement of the annotators"


def test_it_opens_in_order_and_sorts_by_any_column(open_board: Open) -> None:
    page = open_board()
    assert systems(page) == [BAD, "Rules", "Zeta five", "alpha", AGREEMENT]
    page.get_by_role("button", name="system", exact=True).first.click()
    assert systems(page) == [BAD, "alpha", "Rules", "Zeta five", AGREEMENT]
    heading = page.locator("#table thead th", has_text="system")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="system", exact=True).first.click()
    assert systems(page) == ["Zeta five", "Rules", "alpha", BAD, AGREEMENT]
    expect(heading).to_have_attribute("aria-sort", "descending")
    page.locator("#table").get_by_role("button", name="F1").click()
    assert systems(page) == [BAD, "Rules", "Zeta five", "alpha", AGREEMENT]
    expect(heading).not_to_have_attribute("aria-sort", re.compile(""))
    page.locator("#table").get_by_role("button", name="seconds").click()  # the least first, who tells none last
    assert systems(page)[:2] == ["Rules", BAD]
    page.locator("#table").get_by_role("button", name="seconds").click()
    assert systems(page)[:2] == [BAD, "Rules"]


def test_fields_are_sorted_for_themselves(open_board: Open) -> None:
    page = open_board()
    table = page.get_by_role("table", name="F1 by field of deal")
    table.get_by_role("button", name="amount").click()
    column = page.locator("#fields details").first.locator("thead th").all_inner_texts().index("amount")
    values = [row.locator("th, td").nth(column).inner_text() for row in table.locator("tbody:not(.fixed) tr").all()]
    assert values == sorted(values, reverse=True)
    assert values[0] == "1.000"
    assert systems(page)[0] == BAD


def test_it_filters_and_tells_how_many_are_left(open_board: Open) -> None:
    page = open_board()
    found = page.get_by_role("status")
    expect(found).to_have_text("4 of 4 systems")
    page.get_by_role("searchbox", name="Words").fill("ZETA")
    assert systems(page) == ["Zeta five", AGREEMENT]
    expect(found).to_have_text("1 of 4 systems")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("combobox", name="Kind").select_option("llm")
    assert systems(page) == ["Zeta five", "alpha", AGREEMENT]
    expect(page.get_by_role("table", name="F1 by field of deal").locator("tbody tr:visible")).to_have_count(3)
    page.get_by_role("combobox", name="Fields of").select_option("energy")
    assert page.locator("#fields h3:visible").all_inner_texts() == ["energy"]
    expect(page.get_by_role("table", name="F1 by field of energy")).to_be_visible()


def test_predictions_are_had_from_a_static_host(browser: Browser, board: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=board)) as server:
        Thread(target=server.serve_forever).start()
        context = browser.new_context()
        try:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/0.1.0/rules/")
            with page.expect_download() as download:
                page.get_by_role("link", name="Predictions").click()
            got = Path(download.value.path()).read_bytes()
        finally:
            context.close()
            server.shutdown()
    assert got == (content.BOARD / "submissions/0.1.0/rules/predictions.jsonl").read_bytes()


class Quiet(SimpleHTTPRequestHandler):
    """A static host that writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def test_from_the_table_to_the_system_to_the_leaves_and_back(open_board: Open) -> None:
    page = open_board()
    page.get_by_role("link", name="Rules").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    expect(page.locator(".tiles strong").first).to_have_text("0.562")
    expect(page.locator(".signature")).to_contain_text("|pred:")
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Score")
    expect(page.locator(".tiles strong").first).to_have_text("0.562")
    page.go_back()
    page.get_by_role("link", name="goldspan board 0.1.0").click()
    assert systems(page)[1] == "Rules"


def test_hostile_text_stays_text(open_board: Open) -> None:
    page = open_board()
    page.get_by_role("link", name=BAD).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(BAD)
    assert page.locator("dd.lines").all_text_contents() == [HOSTILE] * 2
    assert page.evaluate("typeof ran") == "undefined"
    for each in (page, open_board()):
        assert each.locator("img, iframe, [onerror], [onfocus]").count() == 0
    assert page.locator("script").count() == 0


def test_it_is_a_plain_table_without_scripts(open_board: Open) -> None:
    page = open_board(java_script_enabled=False)
    assert systems(page) == [BAD, "Rules", "Zeta five", "alpha", AGREEMENT]
    expect(page.get_by_role("search")).to_be_hidden()
    assert page.locator("#table button").count() == 0
    page.locator("summary", has_text="product").click()
    expect(page.get_by_role("table", name="F1 by field of product")).to_be_visible()
    page.get_by_role("link", name="Rules").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")


def test_pictures_say_what_the_table_says(open_board: Open) -> None:
    page = open_board()
    picture = page.get_by_role("img", name="F1 of each system")
    names = [label for label in picture.locator(".name").all_text_contents() if label]
    assert [name.split(". ")[-1] for name in names[1:]] == ["Rules", "Zeta five", "alpha", AGREEMENT]
    points = [float(point.get_attribute("cx") or 0) for point in picture.locator("circle").all()]
    shown = [float(text) for text in page.locator("#table td.f b").all_inner_texts()]
    assert points == pytest.approx([4 + 392 * value for value in shown], abs=0.3)
    expect(
        page.get_by_text("F1 against cost in US dollars; the numbers are ranks; 3 of 4 do not tell theirs")
    ).to_be_visible()


@pytest.mark.parametrize("path", ["index.html", "0.1.0/bad/index.html"])
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_seen_and_has_the_contrast_of_level_aa(
    open_board: Open, path: str, width: int, scheme: str
) -> None:
    page = open_board(path, width=width, color_scheme=scheme)
    back = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (luminance(tuple(map(float, re.findall(r"\d+", back)))) > 0.5) == (scheme == "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("details").evaluate_all("all => all.forEach(e => { e.open = true; })")
    texts = [tuple(text) for text in page.evaluate(TEXTS) if not text[0].startswith(("text ", "title "))]
    assert len(texts) > 50
    assert [text for text in texts if contrast(text[1], text[2]) < 4.5] == []


def test_tables_name_their_rows_and_columns_and_controls_have_labels(open_board: Open) -> None:
    for page in (open_board(), open_board("0.1.0/rules/index.html")):
        assert page.locator("th:not([scope=row]):not([scope=col])").count() == 0
        assert page.locator("tr:not(:has(th))").count() == 0
        assert page.locator("table:not(:has(> caption))").count() == 0
        assert page.locator("svg:not([role=img]):not([aria-hidden])").count() == 0
        assert page.locator("select, input").evaluate_all("all => all.every(e => e.labels.length === 1)")


def test_all_of_it_by_keys_alone(open_board: Open) -> None:
    page = open_board()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the table")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_id("main")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "system":
            break
    assert page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert systems(page) == [BAD, "alpha", "Rules", "Zeta five", AGREEMENT]
