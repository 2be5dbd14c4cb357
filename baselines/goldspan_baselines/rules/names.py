"""Names in a text: capitalised runs and gazetteer entries, each with the kind of thing it seems to name."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from goldspan_baselines.rules.gazetteer import gazetteer
from goldspan_baselines.rules.segment import Sentence

_CHAR = r"[\w\u0300-\u036f]"
_TOKEN = re.compile(rf"{_CHAR}(?:{_CHAR}|[&+]){{0,60}}(?:[-.'’/]{_CHAR}(?:{_CHAR}|[&+]){{0,60}}){{0,8}}")
_POSSESSIVE = re.compile(r"['’]s\Z|(?<=s)['’]\Z")
_COMMA_SUFFIX = re.compile(r",? (?:Inc|Ltd|LLC|L\.L\.C|Corp|PLC|LP|LLP|S\.A|N\.V)\b\.?")
_COURT_REST = re.compile(
    r"(?: of (?:Appeals?|Chancery|Justice|Claims|International Trade))?"
    r"(?: for the (?:[A-Z]\w{1,20}|of)(?: [A-Z]\w{1,20}| of){0,5})?"
    r"(?: (?:in|of) (?:[A-Z]\w{1,20}(?: [A-Z]\w{1,20}){0,2}))?"
)
_PLAIN_COURT = re.compile(
    r"\b(?:Northern|Southern|Eastern|Western|Central|Middle) District of [A-Z]\w{1,20}(?: [A-Z]\w{1,20})?"
    r"|\b(?:federal|district|state|appeals|commercial|regional|superior|high|labou?r|bankruptcy|civil|criminal)"
    r"(?: (?:district|appeals|patent))? court (?:in|of) [A-Z]\w{1,20}(?: [A-Z]\w{1,20}){0,2}"
)
_ROLE_AFTER = re.compile(
    r"(?:, (?:\d\d, )?(?:the |a |an |its |our |former )?(?:[\w'’-]{1,20} ){0,4}"
    r"(?:ceo|cfo|coo|cto|chief|president|chair\w*|founder|co-founder|analyst|director|partner|professor|lawyer|attorney"
    r"|counsel|spokes\w+|head|manager|minister|secretary|economist|engineer|executive|author|novelist)\b)",
    re.IGNORECASE,
)
_PLANT_AFTER = re.compile(
    r"(?: (?:nuclear|solar|wind|offshore|onshore|hydroelectric|hydropower|hydro|geothermal|gas|gas-fired"
    r"|coal|coal-fired"
    r"|battery|energy|power|generating|storage|atomic|tidal|biomass)){1,4} (?:plant|station|farm|park|facility|project"
    r"|complex|array|reactors?|site|dam)\b"
)
_STATE_AFTER = re.compile(r", (?P<state>[A-Z][a-z]{2,12}(?: [A-Z][a-z]{3,12})?)\b")
_CONNECTORS = frozenset(["de", "du", "la", "van", "von", "der", "del", "di", "al", "bin"])
_MAX_TOKENS = 10  # No name is longer; a longer run of capitals is a table or junk.


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a name stands, without possessive."""

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    closed: bool  # a possessive or "-backed" follows: the name ends here

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or (len(self.text) > 2 and any(c.isupper() for c in self.text))


def find_names(text: str, parts: Sequence[Sentence], taken: Iterable[tuple[int, int]] = ()) -> list[Mention]:
    """All names of a text, in order. Spans in `taken` (figures, dates) are no part of a name.

    >>> from goldspan_baselines.rules.segment import sentences
    >>> text = "Tailspin Toys Inc. sued Nintendo's chief Ada Winters in Oslo."
    >>> [(m.text, m.kind) for m in find_names(text, sentences(text))]
    [('Tailspin Toys Inc.', 'org'), ('Nintendo', 'org'), ('Ada Winters', 'person'), ('Oslo', 'place')]
    """
    finder = _Finder(text, sorted(taken))
    body = [m for part in parts if not part.headline for m in finder.runs(part)]
    known = _known(body)
    headlines = [m for part in parts if part.headline for m in finder.matches(part, known)]
    return sorted(body + headlines, key=lambda m: m.start)


def _known(mentions: Sequence[Mention]) -> dict[str, dict[tuple[str, ...], str]]:
    """Token tuples of the body's names by first token, the likely short forms included, for use in headlines."""
    known: dict[str, dict[tuple[str, ...], str]] = {}
    common = gazetteer().words["common"]
    for mention in mentions:
        parts = tuple(mention.text.split())
        known.setdefault(parts[0], {})[parts] = mention.kind
        short = parts[-1] if mention.kind == "person" else parts[0] if mention.kind in ("org", "unknown") else ""
        if len(short) > 3 and short.lower() not in common:
            known.setdefault(short, {}).setdefault((short,), mention.kind)
    return known


class _Finder:
    def __init__(self, text: str, taken: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.taken = taken
        self.starts = [start for start, _ in taken]
        self.lower = set(re.findall(r"\b[a-z]{2,40}\b", text))
        self.words = gazetteer().words
        self.names = gazetteer().names

    def tokens(self, part: Sentence) -> list[_Token]:
        return [self.token(match, part.end) for match in _TOKEN.finditer(self.text, part.start, part.end)]

    def token(self, match: re.Match[str], limit: int) -> _Token:
        start, text = match.start(), match.group()
        if text in self.names and f"{text}." not in self.words["suffix"]:
            return _Token(start, match.end(), text, False)
        bare = _POSSESSIVE.sub("", text)
        closed = bare != text or self.text[match.end() : match.end() + 1] in ("'", "’")
        head, hyphen, rest = bare.partition("-")
        if hyphen and head[:1].isupper() and rest.islower() and bare not in self.words["title"]:
            bare, closed = head, True
        dotted = f"{bare}."
        follows = not closed and match.end() < limit and self.text[match.end()] == "."
        if follows and (dotted in self.words["suffix"] or dotted in self.words["nationality"] | self.words["title"]
                        or (len(bare) == 1 and bare.isupper()) or dotted in gazetteer().by_first):  # fmt: skip
            bare = dotted
        return _Token(start, start + len(bare), bare, closed)

    def blocked(self, token: _Token) -> bool:
        place = bisect_right(self.starts, token.start) - 1
        return place >= 0 and self.taken[place][1] > token.start

    def runs(self, part: Sentence) -> list[Mention]:
        """The names of a sentence in ordinary case."""
        tokens, found, i = self.tokens(part), list[Mention](), 0
        titled = False
        while i < len(tokens):
            token, fixed = tokens[i], self.fixed(tokens, i)
            title = token.text in self.words["title"] or (titled and token.text in self.words["title_part"])
            if fixed == 0 and (not token.capital or title or self.ends_run(token)):
                titled = title
                i += 1
                continue
            j = self.run_end(tokens, i, max(fixed, 1))
            if j - i <= _MAX_TOKENS:
                found += self.mention(tokens[i:j], i == 0, titled, part)
            titled, i = False, j
        found += [
            Mention(*m.span(), m.group(), "court") for m in _PLAIN_COURT.finditer(self.text, part.start, part.end)
        ]
        return _longest(found)

    def ends_run(self, token: _Token) -> bool:
        return token.text in self.words["no_name"] or self.blocked(token)

    def fixed(self, tokens: Sequence[_Token], i: int) -> int:
        """How many tokens from i on make the longest gazetteer name; 0 where none does."""
        for parts in gazetteer().by_first.get(tokens[i].text, ()):
            if tuple(t.text for t in tokens[i : i + len(parts)]) == parts and not self.blocked(tokens[i]):
                return len(parts)
        return 0

    def run_end(self, tokens: Sequence[_Token], i: int, fixed: int) -> int:
        j = i + fixed
        while j < len(tokens) and not tokens[j - 1].closed:
            gap = self.text[tokens[j - 1].end : tokens[j].start]
            token = tokens[j]
            inside = token.capital or (token.text[0].isdigit() and j > i and len(token.text) < 6)
            if gap in (" ", "\u00a0", " & ") and inside and not self.stops(tokens, j):
                j += max(self.fixed(tokens, j), 1)
            elif gap == " " and j + 1 < len(tokens) and tokens[j + 1].capital and self.connects(tokens, j):
                j += 2
            else:
                break
        return j

    def stops(self, tokens: Sequence[_Token], j: int) -> bool:
        return self.ends_run(tokens[j]) or tokens[j].text in self.words["title"]

    def connects(self, tokens: Sequence[_Token], j: int) -> bool:
        word = tokens[j].text
        return word in _CONNECTORS or (word == "of" and tokens[j - 1].text in self.words["of_head"])

    def mention(self, run: Sequence[_Token], first: bool, titled: bool, part: Sentence) -> list[Mention]:
        run = self.stripped(run, first)
        if not run:
            return []
        start, end = run[0].start, run[-1].end
        words = [token.text for token in run]
        suffix = None if run[-1].closed else _COMMA_SUFFIX.match(self.text, end, part.end)
        if suffix:
            return [Mention(start, suffix.end(), self.text[start : suffix.end()], "org")]
        kind = self.kind(words, end, titled)
        if kind == "court":
            end = self.court_end(end, part)
        state = _STATE_AFTER.match(self.text, end, part.end)
        if state and state["state"] in gazetteer().states and kind in ("unknown", "place") and not run[-1].closed:
            end, kind = state.end(), "place"
        return [Mention(start, end, self.text[start:end], kind)]

    def court_end(self, end: int, part: Sentence) -> int:
        rest = _COURT_REST.match(self.text, end, part.end)
        return end if rest is None else rest.end()

    def stripped(self, run: Sequence[_Token], first: bool) -> Sequence[_Token]:
        """The run without words that owe their capital to the sentence, and without a nationality in front."""
        common, whole = self.words["common"], " ".join(token.text for token in run)
        if whole in self.names:
            return run
        if first and run[0].text.lower() in common and not self.fixed(run, 0):
            run = run[1:]
        if len(run) > 1 and run[0].text in self.words["nationality"] and not self.fixed(run, 0):
            heads = self.words["tail"] | self.words["agency"] | self.words["suffix"] | self.words["paper"] | {"Court"}
            run = run if heads & {token.text for token in run[1:]} else run[1:]
        if not run:
            return run
        alone, text = len(run) == 1, run[0].text
        lower = text.lower().rstrip(".")
        if alone and text not in self.names and (
            lower in common or len(lower) < 2 or text in self.words["nationality"] or text in self.words["tail"]
            or text in self.words["title_part"] or (first and lower in self.lower)
        ):  # fmt: skip
            return []
        return run

    def kind(self, words: Sequence[str], end: int, titled: bool) -> str:
        whole, last, many = " ".join(words), words[-1], len(words) > 1
        w = self.words
        if known := self.names.get(whole) or self.names.get(whole.removeprefix("The ")):
            return known
        if "Court" in words or "Tribunal" in words:
            return "court"
        if (many and last in w["law"]) or (many and words[0] in ("Section", "Article") and last[0].isdigit()):
            return "law"
        if last in w["suffix"]:
            return "org"
        if many and (last in w["agency"] or words[0] in ("Department", "Ministry", "Office")):
            return "agency"
        if (many and last in w["facility"]) or _PLANT_AFTER.match(self.text, end):
            return "facility"
        if 1 < len(words) < 5 and words[0] in w["first_name"] and last not in w["tail"] and not last[0].isdigit():
            return "person"
        if (titled or (many and _ROLE_AFTER.match(self.text, end))) and last not in w["tail"]:
            return "person"
        if many and last in w["paper"]:
            return "news"
        if any(any(c.isdigit() for c in word) for word in words) or words[0][0].islower():
            return "thing"
        return "org" if many and (last in w["tail"] or words[0] in w["of_head"]) else "unknown"

    def matches(self, part: Sentence, known: dict[str, dict[tuple[str, ...], str]]) -> list[Mention]:
        """The names of a title-case sentence: only what the gazetteer or the document's body knows."""
        tokens, found, i = self.tokens(part), list[Mention](), 0
        while i < len(tokens):
            length, kind = self.fixed(tokens, i), ""
            if length:
                kind = self.names[" ".join(t.text for t in tokens[i : i + length])]
            for parts, named in known.get(tokens[i].text, {}).items():
                if len(parts) > length and tuple(t.text for t in tokens[i : i + len(parts)]) == parts:
                    length, kind = len(parts), named
            if length:
                start, end = tokens[i].start, tokens[i + length - 1].end
                found.append(Mention(start, end, self.text[start:end], kind))
            i += max(length, 1)
        return found


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    """Of overlapping mentions the longer one."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept
