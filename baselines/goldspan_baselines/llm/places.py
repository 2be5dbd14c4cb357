"""Where the words that a model quotes stand in the document."""

import re
from functools import lru_cache
from typing import Any

_FORMS = ("'‘’‚‛", '"“”„‟', "-‐‑‒–—―−")
_LONGEST = 1000


def spans(text: str, quote: str) -> list[dict[str, Any]]:
    """The evidence that a quote makes: every place of the text where it stands as whole words.

    Spaces, forms of quotation marks and dashes may differ: `quote` in the result is what the text has. A quote that
    stands nowhere is kept as the model gave it, at 0 to 0: no place, so that a score counts it as fabricated.

    >>> spans("A deal. Another deal, an ideal one.", "deal")
    [{'start': 2, 'end': 6, 'quote': 'deal'}, {'start': 16, 'end': 20, 'quote': 'deal'}]
    >>> spans("A deal.", "no deal")
    [{'start': 0, 'end': 0, 'quote': 'no deal'}]
    """
    quote = quote.strip()[:_LONGEST]
    found = [match.span() for match in _pattern(quote).finditer(text)] if quote else []
    if not found:
        return [{"start": 0, "end": 0, "quote": quote}] if quote else []
    return [{"start": start, "end": end, "quote": text[start:end]} for start, end in found]


@lru_cache(maxsize=1 << 12)
def _pattern(quote: str) -> re.Pattern[str]:
    words = (r"\s+").join("".join(map(_any_form, word)) for word in quote.split())
    before = r"(?<!\w)" if quote[0].isalnum() else ""
    after = r"(?!\w)" if quote[-1].isalnum() else ""
    return re.compile(before + words + after)


def _any_form(character: str) -> str:
    for forms in _FORMS:
        if character in forms:
            return f"[{re.escape(forms)}]"
    return re.escape(character)
