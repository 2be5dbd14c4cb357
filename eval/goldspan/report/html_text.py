"""A document's text as HTML, each run of words marked with the leaves that it is evidence for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape


class Segment(NamedTuple):
    """A run of a document's text, with the numbers of the leaves that it is evidence for."""

    text: str
    leaves: tuple[int, ...]


class Mark(NamedTuple):
    """A piece of evidence for a leaf: half-open, in code points."""

    start: int
    end: int
    leaf: int


class LeafLabel(NamedTuple):
    """What a mark says of its leaf."""

    field: str
    result: str


_WORST_FIRST = ("misread", "missed", "invented", "matched")


def segments(text: str, marks: Iterable[tuple[int, int, int]]) -> Iterator[Segment]:
    """Cut a text at the ends of its marks (start, end, leaf), which may overlap or lie outside.

    >>> [tuple(segment) for segment in segments("Meta buys", [(0, 4, 1), (2, 99, 2)])]
    [('Me', (1,)), ('ta', (1, 2)), (' buys', (2,))]
    """
    changes: dict[int, list[tuple[int, int]]] = {0: [], len(text): []}
    for start, end, leaf in marks:
        start, end = max(0, start), min(end, len(text))
        if start < end:
            changes.setdefault(start, []).append((leaf, 1))
            changes.setdefault(end, []).append((leaf, -1))
    over: Counter[int] = Counter()
    for start, end in pairwise(sorted(changes)):
        for leaf, by in changes[start]:
            over[leaf] += by
            if not over[leaf]:
                del over[leaf]
        yield Segment(text[start:end], tuple(sorted(over)))


def marked(text: str, marks: Iterable[tuple[int, int, int]], labels: Sequence[LeafLabel], anchor: str) -> Markup:
    """The text as HTML. The first run of each leaf bears the id `anchor` + number, so that a plain link can lead there.

    >>> print(marked("Meta <3", [(0, 4, 0)], [LeafLabel("deal.target", "missed")], "d1g"))
    <mark id="d1g0" class="missed" data-l="0" title="deal.target (missed)">Meta</mark> &lt;3
    """
    seen: set[int] = set()
    parts: list[str] = []
    for segment in segments(text, marks):
        if not segment.leaves:
            parts.append(escape(segment.text))
            continue
        new = [leaf for leaf in segment.leaves if leaf not in seen]
        seen.update(new)
        # an element has one id: where several leaves begin at once, the others have theirs on elements around it
        parts += [f'<span id="{anchor}{leaf}">' for leaf in new[1:]]
        parts.append(_mark(segment, labels, f'id="{anchor}{new[0]}" ' if new else ""))
        parts += ["</span>"] * len(new[1:])
    return Markup("".join(parts))  # noqa: S704 - every part is escaped, or made here of numbers and known words


def _mark(segment: Segment, labels: Sequence[LeafLabel], identity: str) -> str:
    over = [labels[leaf] for leaf in segment.leaves]
    result = min((label.result for label in over), key=_WORST_FIRST.index)
    title = escape(", ".join(dict.fromkeys(f"{label.field} ({label.result})" for label in over)))
    numbers = " ".join(map(str, segment.leaves))
    return f'<mark {identity}class="{result}" data-l="{numbers}" title="{title}">{escape(segment.text)}</mark>'
