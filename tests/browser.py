"""What the tests of pages share: a real browser, and what every page is held to."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by playwright."""
    program = shutil.which("chromium")
    assert program, "pages are tested in chromium, which is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance of an sRGB colour: WCAG 2.2, definition of "relative luminance"."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two computed colours, (L1 + 0.05) / (L2 + 0.05): WCAG 2.2, success criterion 1.4.3."""
    values: list[float] = []
    for colour in (one, other):
        numbers = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
        assert numbers, f"{colour} is no opaque colour"
        values.append(luminance(tuple(map(float, numbers.groups()))))
    return (max(values) + 0.05) / (min(values) + 0.05)


TEXTS = """() => [...document.querySelectorAll("body *")].filter((element) =>
  element.checkVisibility() && !["SCRIPT", "OPTION", "OPTGROUP", "NOSCRIPT"].includes(element.tagName)
  && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
).map((element) => {
  let behind = element;
  while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  return [`${element.tagName} ${element.className} ${element.textContent.slice(0, 20)}`,
    getComputedStyle(element).color, behind ? getComputedStyle(behind).backgroundColor : "none"];
})"""
