"""What must not be in a release: text that may not be given away, and secrets."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WINDOW = 40
"""This many characters in a row, from a multiple of it on, are a leak; so any 79 in a row are one."""

_SECRETS = {
    "a Hugging Face token": rb"\bhf_[A-Za-z0-9]{30,}\b",
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an AWS key": rb"\bAKIA[0-9A-Z]{16}\b",
    "a GitHub token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b",
    "an API key": rb"\b(?:sk-[A-Za-z0-9_-]{32,}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[0-9A-Za-z-]{20,})\b",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SECRETS.items()}


def secrets_in(data: bytes) -> list[str]:
    """What kinds of secret stand in some bytes.

    >>> secrets_in(b"token: hf_" + b"a" * 34), secrets_in(b"hf_hub_download")
    (['a Hugging Face token'], [])
    """
    return [what for what, pattern in _PATTERNS.items() if pattern.search(data)]


class Withheld:
    """Texts that must not be in a release, and what of them may: their titles."""

    def __init__(self, texts: Iterable[str], allowed: Iterable[str]) -> None:
        may = [" ".join(part.split()) for part in allowed]
        self._windows: set[str] = set()
        for text in texts:
            plain = " ".join(text.split())
            pieces = (plain[i : i + WINDOW] for i in range(0, len(plain) - WINDOW + 1, WINDOW))
            self._windows.update(piece for piece in pieces if not any(piece in part for part in may))

    def found_in(self, text: str) -> str | None:
        """A piece of a withheld text that stands in this one, spaces and line ends aside."""
        if not self._windows:
            return None
        plain = " ".join(text.split())
        windows = (plain[i : i + WINDOW] for i in range(len(plain) - WINDOW + 1))
        return next((window for window in windows if window in self._windows), None)


def strings_of(value: Any, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every string in a JSON value, but for what stands under the keys of `skip`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, member in value.items():  # pyright: ignore[reportUnknownVariableType]
            if key not in skip:
                yield from strings_of(member, skip)
    elif isinstance(value, list):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from strings_of(item, skip)
