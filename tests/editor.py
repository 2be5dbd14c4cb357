"""Label Studio's editor as a person uses it: by mouse and keys, in a real browser."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

WAIT = 90_000
"""Milliseconds that a page may take: two shared cores are slow."""

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
_READY = """() => window.Htx && !Htx.isLoading && Htx.annotationStore && Htx.annotationStore.selected
  && document.querySelector('button[aria-label="Submit current annotation"]')"""


class Editor:
    """One user's browser on one server."""

    def __init__(self, browser: Browser, url: str, email: str, password: str) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(WAIT)
        self.page.goto(f"{url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{url}/**")
        self.page.wait_for_function("() => !location.pathname.includes('login')")

    def label_all(self, project: int) -> None:
        """Open the first task of a project's queue; the next one follows each that is submitted."""
        self.page.goto(f"{self.url}/projects/{project}/data?labeling=1")
        self.ready()

    def ready(self, regions: int = 0) -> int:
        """Wait for a task that can be submitted, with so many regions; its id."""
        self.page.wait_for_function(_READY)
        self.page.wait_for_function("n => Htx.annotationStore.selected.regionStore.regions.length >= n", arg=regions)
        self.page.wait_for_timeout(300)
        return self.page.evaluate("Htx.task.id")

    def submit(self, *, last: bool = False) -> None:
        """Submit the task, and wait for the next one."""
        task = self.page.evaluate("Htx.task.id")
        with self.page.expect_response(
            lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
        ) as answer:
            self.page.get_by_label("Submit current annotation").click()
        assert answer.value.status == 201, answer.value.text()
        if not last:
            self.page.wait_for_function("old => window.Htx && Htx.task && Htx.task.id != old", arg=task)

    def submit_all(self, regions: Sequence[int]) -> None:
        """Submit as many tasks as there are numbers; each is opened, shows so many regions, and is submitted."""
        for i, number in enumerate(regions):
            self.ready(number)
            self.submit(last=i == len(regions) - 1)

    def mark(self, quote: str, nth: int = 0) -> None:
        """Drag over words of the text."""
        box: Any = self.page.evaluate(_RANGE, [quote, nth])
        assert box, f"the text does not show {quote!r}"
        box = self.page.evaluate(_RANGE, [quote, nth])
        self.page.mouse.move(box[0] + 1, box[1])
        self.page.mouse.down()
        self.page.mouse.move((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, steps=4)
        self.page.mouse.move(box[2] - 1, box[3], steps=4)
        self.page.mouse.up()
        self.page.wait_for_timeout(200)

    def choose(self, quote: str, nth: int = 0) -> None:
        """Click on a span: its form is shown."""
        box: Any = self.page.evaluate(_RANGE, [quote, nth])
        assert box, f"the text does not show {quote!r}"
        box = self.page.evaluate(_RANGE, [quote, nth])
        self.page.mouse.click(box[0] + 6, box[1])
        self.page.wait_for_function("() => Htx.annotationStore.selected.regionStore.selection.size === 1")
        self.page.wait_for_timeout(200)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(100)

    def form(self) -> Locator:
        """The form of the selected span."""
        return self.page.locator("[class*=gs-form]")

    def picture(self, path: Path) -> None:
        """A picture of the window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
