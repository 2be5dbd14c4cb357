"""A text that is put together piece by piece and knows where in it each value is stated."""

import re
from typing import NamedTuple

_LETTERS = re.compile(r"[A-Z]{2,}\b|[A-Z]-[A-Z]")
_NOT_A_NUMBER = re.compile(r"^[$£€¥“‘\"'(]+")


def article(following: str) -> str:
    """The article that fits what follows: by its sound, not its letter.

    >>> [article(words) for words in ("$8 billion", "$14 billion", "18% stake", "unit", "FTC case", "DSA fee", "owner")]
    ['an', 'a', 'an', 'a', 'an', 'a', 'an']
    >>> [article(words) for words in ("180 MW", "11-year term", "1,100 jobs", "11.5%", "AI model", "European firm")]
    ['a', 'an', 'a', 'an', 'an', 'a']
    """
    words = _NOT_A_NUMBER.sub("", following)
    if _LETTERS.match(words):
        return "an" if words[0] in "AEFHILMNORSX" and not words.startswith("NATO") else "a"
    if words[:1].isdigit():
        whole = re.match(r"\d+", words)
        digits = whole[0] if whole else ""
        return "an" if digits.startswith("8") or digits in ("11", "18") else "a"
    if re.match(r"(?i)eu|one\b|once\b|uni|us[ea]|ut[ei]|ub", words):
        return "a"
    return "an" if re.match(r"(?i)[aeiou]|hour|heir|hono|hone|x-", words) else "a"


class Mark(NamedTuple):
    """A value that a run of characters states: of which event, by its JSON Pointer."""

    event: int
    pointer: str
    start: int
    end: int


class Builder:
    """Takes pieces; `mark` and `close` enclose what states a value."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._article = False
        self._open: list[list[int | str | None]] = []
        self.marks: list[Mark] = []

    @property
    def text(self) -> str:
        """What has been put together so far."""
        return "".join(self._pieces)

    def __len__(self) -> int:
        return self._length

    def add(self, piece: str) -> None:
        """Add characters; an article that waits is settled by the first of them."""
        if not piece:
            return
        if self._article:
            piece = piece.lstrip(" ")
            if not piece:
                return
            self._article = False
            self._put(article(piece) + " ")
        for entry in self._open:
            if entry[2] is None:
                entry[2] = self._length
        if piece.startswith("’s") and self._pieces and self._pieces[-1].endswith("s"):
            piece = "’" + piece[2:]
        self._put(piece)

    def _put(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def capitalize(self, start: int) -> None:
        """Make the character at a place a capital, if that is one character too."""
        seen = 0
        for i, piece in enumerate(self._pieces):
            if seen + len(piece) > start:
                at = start - seen
                upper = piece[at].upper()
                if len(upper) == 1:
                    self._pieces[i] = piece[:at] + upper + piece[at + 1 :]
                return
            seen += len(piece)

    def add_article(self) -> None:
        """Add "a " or "an ", as what follows wants it; a mark that is open already encloses it."""
        for entry in self._open:
            if entry[2] is None:
                entry[2] = self._length
        self._article = True

    def mark(self, event: int, pointer: str) -> None:
        """From the next character on, the text states this value."""
        self._open.append([event, pointer, None])

    def close(self) -> None:
        """End the mark that was opened last."""
        event, pointer, start = self._open.pop()
        if isinstance(event, int) and isinstance(pointer, str) and isinstance(start, int):
            self.marks.append(Mark(event, pointer, start, self._length))
