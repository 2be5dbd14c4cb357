"""The words of a corpus, which no fictional name may be."""

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d_]+")


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Every word of some texts, case folded.

    >>> sorted(words_of(["Ada’s 2 boats"]))
    ['ada', 'boats', 's']
    """
    return frozenset(word.casefold() for text in texts for word in WORD.findall(text))
