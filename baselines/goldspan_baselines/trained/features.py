"""What the classifiers see of a sentence, of a candidate in it, and of two sentences that may tell one event."""

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from goldspan_baselines.rules.page import Page, Part
from goldspan_baselines.trained.candidates import Candidate

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]{0,40}\w)?|\d+|[%$£€?!:;()]")
_NEAR, _FAR = 3, 8
_DISTANCES = [1, 2, 3, 6]
_PLACES = [1, 2, 5, 10]


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case; or, for a name, figure or date, its kind in angle brackets."""

    start: int
    end: int
    word: str


def tokens(page: Page, part: Part) -> list[Token]:
    """The tokens of a sentence. Names are hidden, so that nothing is learned about any one company."""
    hidden = [(m.start, m.end, f"<{e.kind}>") for m, e in part.names]
    hidden += [(f.start, f.end, f"<{f.kind}>") for f in part.figures] + [(d.start, d.end, "<date>") for d in part.dates]
    hidden.sort()
    found: list[Token] = []
    place = part.start
    for start, end, word in [*hidden, (part.end, part.end, "")]:
        if start < place:
            continue
        found += [Token(*m.span(), m.group().lower()) for m in _WORD.finditer(page.text, place, start)]
        if word:
            found.append(Token(start, end, word))
        place = end
    return found


def of_sentence(part: Part, words: Sequence[Token]) -> list[str]:
    """Words, pairs of neighbours, and whether it is a headline."""
    texts = [token.word for token in words]
    pairs = [f"{a} {b}" for a, b in pairwise(texts)]
    return _interned([*texts, *pairs, *(["<headline>"] if part.headline else [])])


def of_candidate(part: Part, words: Sequence[Token], candidate: Candidate, among: Sequence[Candidate]) -> list[str]:
    """What it is, the words around it, its rank `among` the sentence's candidates of its kind, and the sentence."""
    before = [token.word for token in words if token.end <= candidate.start]
    after = [token.word for token in words if token.start >= candidate.end]
    inside = [token.word for token in words if token.start < candidate.end and candidate.start < token.end]
    keys = list(dict.fromkeys(other.key for other in among))
    rank = keys.index(candidate.key)
    found = [
        f"is {candidate.note}",
        f"shape {_shape(candidate)}",
        f"rank {min(rank, 3)}",
        f"from end {min(len(keys) - rank, 4)}",
    ]
    found += [f"{i} before {word}" for i, word in enumerate(reversed(before[-_NEAR:]), 1)]
    found += [f"{i} after {word}" for i, word in enumerate(after[:_NEAR], 1)]
    found += [f"near before {word}" for word in before[-_FAR:]] + [f"near after {word}" for word in after[:_FAR]]
    found += ["first"] if not before else []
    found += ["last"] if not after else []
    if candidate.kind == "text":
        found += [f"has {word}" for word in inside] + [f"ends {inside[-1] if inside else ''}", f"words {len(inside)}"]
    found += [f"in {token.word}" for token in words if not token.word.startswith("<")]
    return _interned([*found, f"place {bisect_right(_PLACES, part.index)}", *(["headline"] if part.headline else [])])


def _shape(candidate: Candidate) -> str:
    """A value's text with each run of capitals, small letters, digits and spaces as one character."""
    text = candidate.value if isinstance(candidate.value, str) else ""
    text = re.sub(r"[^\W\d_]+", lambda m: "A" if m.group().isupper() else "a" if m.group().islower() else "Aa", text)
    return re.sub(r"\d+", "0", text)[:20]


def shares(page: Page) -> dict[str, float]:
    """For each name, by its key: the share of the document's sentences that have it."""
    counts = Counter(key for part in page.parts for key in {entity.key for _, entity in part.names})
    return {key: count / len(page.parts) for key, count in counts.items()}


def of_pair(common: Mapping[str, float], one: Part, two: Part) -> list[str]:
    """How far apart two sentences are, whether they share names and figures, and how `common` the rarest name is."""
    names = [{entity.key for _, entity in part.names} for part in (one, two)]
    shared = names[0] & names[1]
    found = [f"apart {bisect_right(_DISTANCES, abs(two.index - one.index))}", f"shared {min(len(shared), 3)}"]
    found += [f"rarest {min(3, int(4 * min(common[key] for key in shared)))}"] if shared else []
    found += ["new names"] if names[1] - names[0] else ["no new names"]
    for kind in sorted({f.kind for f in one.figures} & {f.kind for f in two.figures}):
        values = [{str(f.value) for f in part.figures if f.kind == kind} for part in (one, two)]
        found.append(f"{kind} {'same' if values[0] & values[1] else 'other'}")
    found += ["headline"] if one.headline or two.headline else []
    return _interned(found)


def _interned(names: list[str]) -> list[str]:
    """Without this, ten thousand documents would hold each word many times."""
    return [sys.intern(name) for name in names]
