"""Label Studio's editor as a person uses it: by mouse and keys, in a real browser.

Nothing waits for a time: after each step it is asked whether the editor has taken it in.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

WAIT = 120_000
"""Milliseconds that a step may take at most: a shared machine may be slow."""

_RANGE = """([quote, nth]) => {
  const walker = document.createTreeWalker(document.querySelector('.lsf-richtext__container, [class*=richtext]'), 4);
  const nodes = []; let whole = '';
  while (walker.nextNode()) { nodes.push([walker.currentNode, whole.length]); whole += walker.currentNode.data; }
  let at = -1; for (let i = 0; i <= nth; i++) at = whole.indexOf(quote, at + 1);
  if (at < 0) return null;
  const place = (offset, end) => { for (const [node, start] of nodes) {
    const inside = offset - start;
    const size = node.data.length;
    if (end ? inside > 0 && inside <= size : inside >= 0 && inside < size) return [node, inside];
  } };
  const range = document.createRange();
  range.setStart(...place(at, false)); range.setEnd(...place(at + quote.length, true));
  range.startContainer.parentElement.scrollIntoView({block: 'center'});
  const boxes = range.getClientRects(), first = boxes[0], last = boxes[boxes.length - 1];
  return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
}"""
_READY = """([regions, before]) => {
  const store = window.Htx && !Htx.isLoading && Htx.annotationStore, shown = store && store.selected;
  const button = document.querySelector('button[aria-label="Submit current annotation"]');
  return shown && shown.type === 'annotation' && shown.id !== before && button && !button.disabled
    && shown.objects.length && shown.objects.every(each => each.isReady)
    && (regions === null || shown.regionStore.regions.length === regions);
}"""
_ANNOTATION = "Htx.annotationStore.selected.id"
_REGIONS = "Htx.annotationStore.selected.regionStore.regions.length"
_LABELS = """['role', 'event'].flatMap(name =>
  Htx.annotationStore.selected.names.get(name).selectedLabels.map(each => each.alias || each.value))"""
_CHOSEN = """quote => [...Htx.annotationStore.selected.regionStore.selection.selected.values()]
  .filter(region => region.text.startsWith(quote)).length === 1"""
_COUNT = """([key, content]) => Htx.annotationStore.selected.serializeAnnotation()
  .filter(each => [each.value[key]].flat().includes(content)).length"""
_MORE = f"([key, content, before]) => ({_COUNT})([key, content]) > before"


def log_in(context: BrowserContext, url: str, email: str, password: str) -> None:
    """Log a browser in; its pages stay so."""
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_function("() => !location.pathname.includes('login')")
    page.close()


class Editor:
    """A page of a browser that is logged in."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def label_all(self, project: int, regions: int | None = None) -> None:
        """Open the first task of a project's queue; the next one follows each that is submitted."""
        self.page.goto(f"{self.url}/projects/{project}/data?labeling=1")
        self.ready(regions)

    def ready(self, regions: int | None = None, after: str | None = None) -> None:
        """Wait until an annotation other than `after` can be submitted, and has so many regions."""
        self.page.wait_for_function(_READY, arg=[regions, after])

    def submit(self) -> str:
        """Submit the annotation, and wait until the server has taken it; the editor's id of it."""
        annotation: str = self.page.evaluate(_ANNOTATION)
        with self.page.expect_response(
            lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
        ) as answer:
            self.page.get_by_label("Submit current annotation").click()
        assert answer.value.status == 201, answer.value.text()
        return annotation

    def submit_all(self, regions: Sequence[int], look: Callable[[int], None] = lambda number: None) -> None:
        """Submit as many tasks as there are numbers; each is opened, shows so many regions, and is submitted."""
        before = None
        for i, number in enumerate(regions):
            self.ready(number, after=before)
            look(i)
            before = self.submit()

    def choose_settings(self, picture: Path | None = None) -> None:
        """Set what the annotators' guide says first; the browser remembers it."""
        self.page.get_by_label("Settings").last.click()
        keep = self.page.locator("label", has_text="Keep label selected after creating a region")
        keep.wait_for()
        if not keep.locator("input").is_checked():
            keep.click()
        expect(keep.locator("input")).to_be_checked(timeout=WAIT)
        select = self.page.locator("label", has_text="Select region after creating it")
        expect(select.locator("input")).not_to_be_checked(timeout=WAIT)
        if picture:
            self.picture(picture)
        self.page.get_by_role("dialog").get_by_label("Close").click()
        keep.wait_for(state="hidden")

    def take(self, key: str, label: str) -> None:
        """Choose a label by its key."""
        self.page.keyboard.press(key)
        self.page.wait_for_function(f"label => ({_LABELS}).includes(label)", arg=label)

    def leave(self) -> None:
        """Let go of labels and spans."""
        self.page.keyboard.press("Escape")
        self.page.wait_for_function(f"() => !({_LABELS}).length")

    def mark(self, quote: str, nth: int = 0) -> None:
        """Drag over words of the text."""
        box, before = self._box(quote, nth), self.page.evaluate(_REGIONS)
        self.page.mouse.move(box[0] + 1, box[1])
        self.page.mouse.down()
        self.page.mouse.move((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, steps=4)
        self.page.mouse.move(box[2] - 1, box[3], steps=4)
        self.page.mouse.up()
        self.page.wait_for_function(f"before => {_REGIONS} === before + 1", arg=before)

    def choose(self, quote: str, nth: int = 0) -> None:
        """Click on a span: its form is shown."""
        box = self._box(quote, nth)
        self.page.mouse.click(box[0] + 6, box[1])
        self.page.wait_for_function(_CHOSEN, arg=quote)

    def remove(self, quote: str, nth: int = 0) -> None:
        """Delete a span. Its labels are let go of by Escape: with the setting of the guide they stay chosen."""
        self.choose(quote, nth)
        before = self.page.evaluate(_REGIONS)
        self.page.keyboard.press("Backspace")
        self.page.wait_for_function(f"before => {_REGIONS} === before - 1", arg=before)
        self.leave()

    def write(self, hint: str, text: str) -> None:
        """Give a text in the box with this hint."""

        def act() -> None:
            self.form().get_by_placeholder(hint).locator("visible=true").fill(text)
            self.page.keyboard.press("Enter")

        self._give("text", text, act)

    def number(self, value: int) -> None:
        """Give a number."""
        box = self.form().locator("input[type=number]").locator("visible=true")
        self._give("number", value, lambda: box.fill(str(value)))

    def pick(self, choice: str) -> None:
        """Make a choice."""
        self._give("choices", choice, self.form().get_by_text(choice, exact=True).locator("visible=true").click)

    def form(self) -> Locator:
        """The form of the selected span."""
        return self.page.locator("[class*=gs-form]")

    def picture(self, path: Path) -> None:
        """A picture of the window, with everything that moves at its end."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, animations="disabled")

    def _box(self, quote: str, nth: int) -> list[float]:
        """Where words begin and end, after the text has been scrolled to them."""
        box: Any = self.page.evaluate(_RANGE, [quote, nth])
        assert box, f"the text does not show {quote!r}"
        return self.page.evaluate(_RANGE, [quote, nth])

    def _give(self, key: str, content: Any, act: Callable[[], None]) -> None:
        before = self.page.evaluate(_COUNT, [key, content])
        act()
        self.page.wait_for_function(_MORE, arg=[key, content, before])
