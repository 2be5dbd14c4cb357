"""Twins: each article rewritten with other names, figures and dates, and gold with it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, cast

from goldspan import content
from goldspan.check import check_event, leaves_of
from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, UsageError
from goldspan.pointers import replaced
from goldspan.records import Event, Record, read_records
from goldspan.schema import Schema, load_schema
from goldspan.validation import file_problems
from goldspan.variants.corpus import words_of
from goldspan.variants.figures import figures
from goldspan.variants.making import Made, Track, made, write
from goldspan.variants.plan import Forms, Plan, automatic, load_plan
from goldspan.variants.rewriting import Edit, Rewriting, event_row, moved
from goldspan.variants.world import World

REVIEW = "made from an annotated document by rule; not reviewed by a person"
_COMMON = tuple(
    "AI University Commission Group Holdings Inc Ltd Corp Corporation Company Bank Act Court Department Ministry "  # noqa: SIM905
    "Energy Power Plant Station Farm Park Center Centre The Of And For In".split()
)


class Survivor(NamedTuple):
    """A name or a figure of an original that its twin keeps: where, how often, and why (None where nobody said)."""

    doc_id: str
    kind: str
    words: str
    times: int
    why: str | None


class Inputs(NamedTuple):
    """What twins are made of."""

    schema: Schema
    documents: Mapping[str, Document]
    gold: Mapping[str, Record]
    plan: Plan


def load_inputs(
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    gold: Path | str | None = None,
    plan: Path | str | None = None,
) -> Inputs:
    """Read documents, their gold and the plan; goldspan's own where none is named, no plan with gold of one's own.

    Raises DataError with all that is wrong with gold, UsageError where a file cannot be read.
    """
    if (gold is None) != (documents is None):
        raise UsageError("gold and documents go together: name both, or neither")
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None)
    path = Path(gold) if gold else content.GOLD
    problems = list(file_problems(path, loaded, texts, gold=True, complete=True))
    if problems:
        raise DataError(problems)
    records = {line.record.doc_id: line.record for line in read_records(path) if line.record is not None}
    own = Plan() if gold else load_plan(content.TWINS)
    return Inputs(loaded, texts, records, load_plan(Path(plan)) if plan else own)


def twins(
    out: Path | str,
    *,
    copies: int = 1,
    seed: int = 0,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    gold: Path | str | None = None,
    plan: Path | str | None = None,
    force: bool = False,
    track: Track = lambda made, _: made,
) -> int:
    """Write `copies` twins of every document that has gold: what `goldspan variants twins` does.

    Documents of one copy share one world: a party has the same new name in all of them. The same seed gives the same
    bytes on any machine. Returns the number of documents. Raises DataError where gold or plan is wrong, UsageError
    where a file cannot be read or is there already.
    """
    if copies < 1:
        raise UsageError(f"copies must be at least 1, not {copies}")
    inputs = load_inputs(schema, documents, gold, plan)
    number = copies * len(inputs.gold)
    write(Path(out), track(make_twins(inputs, copies, seed), number), force)
    return number


def make_twins(inputs: Inputs, copies: int, seed: int) -> Iterator[Made]:
    """Yield the twins, copy by copy, in the order of gold."""
    for copy, world in enumerate(worlds(inputs, copies, seed), start=1):
        for doc_id, record in inputs.gold.items():
            yield _twin(inputs.documents[doc_id], record, inputs.schema, world, copy)


def worlds(inputs: Inputs, copies: int, seed: int) -> Iterator[World]:
    """Yield the world of each copy."""
    forbidden = words_of(document.text + " " + (document.title or "") for document in inputs.documents.values())
    listed = Forms.of({form: "" for party in inputs.plan.party for form in party.forms})
    parties = [*inputs.plan.party, *automatic(_names(inputs), listed, _COMMON)]
    for copy in range(1, copies + 1):
        yield World(f"goldspan twins {seed} {copy}", inputs.plan, parties, forbidden)


def _names(inputs: Inputs) -> dict[str, str]:
    """Every name that gold has, accepted forms and quotes included."""
    names: dict[str, str] = {}
    for record in inputs.gold.values():
        for event in record.events:
            for leaf in leaves_of(inputs.schema.types[event.type].group, event.fields):
                if leaf.leaf.kind == "name":
                    quotes = (span.quote for span in event.evidence.get(leaf.pointer, ()))
                    names |= dict.fromkeys((leaf.value, *event.accepted.get(leaf.pointer, ()), *quotes), leaf.path)
    return names


def _twin(document: Document, record: Record, schema: Schema, world: World, copy: int) -> Made:
    edits, values = world.edits(document.text, document.doc_id)
    rewriting = Rewriting(document.text, edits)
    events = [_event(event, schema, rewriting, world, values, copy) for event in record.events]
    about = {
        "doc_id": f"{document.doc_id}~t{copy}",
        "story": document.story,
        "title": _rewritten(document.title, world),
        "published": world.edtf(document.published) if document.published else None,
        "author": _rewritten(document.author, world),
        "variant": "twin",
        "variant_of": document.doc_id,
    }
    return made(about, rewriting.text, events, record.schema_version, REVIEW)


def _rewritten(words: str | None, world: World) -> str | None:
    return None if words is None else Rewriting(words, world.edits(words)[0]).text


def _event(
    event: Event,
    schema: Schema,
    rewriting: Rewriting,
    world: World,
    values: Mapping[tuple[str, Decimal], Decimal],
    copy: int,
) -> dict[str, Any]:
    checked = check_event(event, schema)[0]
    new: dict[str, Any] = {}
    accepted: dict[str, list[Any]] = {}
    for leaf in leaves_of(checked.group, checked.fields):
        quotes = [span.quote for span in event.evidence.get(leaf.pointer, ())]
        new[leaf.pointer] = _value(leaf.leaf.kind, leaf.value, quotes, world, values)
        others = [
            _value(leaf.leaf.kind, other, quotes, world, values) for other in event.accepted.get(leaf.pointer, ())
        ]
        if others:
            accepted[leaf.pointer] = others
    row = event_row(event, moved(event, rewriting), replaced(event.fields, new), accepted)
    if event.story_event is not None:
        row["story_event"] = f"{event.story_event}~t{copy}"
    return row


def _value(
    kind: str, value: Any, quotes: Sequence[str], world: World, values: Mapping[tuple[str, Decimal], Decimal]
) -> Any:
    """A value of gold in the twin: rewritten as the words that state it are."""
    if kind in ("name", "text"):
        return _rewritten(value, world)
    if kind == "date":
        return world.edtf(value)
    if kind == "duration":
        return re.sub(r"\d+", lambda match: str(values.get(("term", Decimal(match[0])), match[0])), value)
    if kind not in ("money", "percent", "quantity", "number"):
        return value
    inside = cast("dict[str, Any]", value) if isinstance(value, dict) else None
    key = "amount" if kind == "money" else "value"
    number = Decimal(str(cast("Any", value) if inside is None else inside[key]))
    ratio = _ratio(number, quotes, values)
    scaled = Fraction(number) * ratio
    plain = scaled.numerator if scaled.denominator == 1 else float(scaled)
    return plain if inside is None else {**inside, key: plain}


def _ratio(number: Decimal, quotes: Sequence[str], values: Mapping[tuple[str, Decimal], Decimal]) -> Fraction:
    """By how much a figure of the text grew: the one in the quotes that is this number, in whatever unit."""
    for quote in quotes:
        for figure in figures(quote):
            new = values.get((figure.dimension, figure.value))
            if new is not None and figure.value and _digits(number) == _digits(figure.value):
                return Fraction(new) / Fraction(figure.value)
    return Fraction(1)


def _digits(number: Decimal) -> tuple[int, ...]:
    return number.normalize().as_tuple().digits


def survivors(inputs: Inputs, seed: int = 0) -> list[Survivor]:
    """What the first twin of each document keeps of its original's names and figures.

    Names are the capitalised words that are not written small anywhere in the documents; figures, in digits or in
    words, are those that no edit touches.
    """
    found: list[Survivor] = []
    lower = frozenset(
        word for document in inputs.documents.values() for word in re.findall(r"(?<![\w-])[a-z][a-z]*", document.text)
    )
    reasons = inputs.plan.reasons()
    world = next(worlds(inputs, 1, seed))
    for doc_id in inputs.gold:
        text = inputs.documents[doc_id].text
        edits, _ = world.edits(text, doc_id)
        twin = Rewriting(text, edits).text
        kept = Counter(_capitals(text, lower)) & Counter(_capitals(twin, lower))
        found += [Survivor(doc_id, "name", word, times, reasons.get(word)) for word, times in sorted(kept.items())]
        found += _kept_figures(doc_id, text, edits, inputs.plan)
    return found


def _capitals(text: str, lower: frozenset[str]) -> list[str]:
    return [word for word in re.findall(r"[A-Z][\w]*", text) if word.lower() not in lower]


_COUNTED = re.compile(
    r"(?<!\w)(?:\d[\w.,%]*|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: \w+)?"
    r"|second-highest|double(?:-counted)?|first half|multibillion|(?:tens|hundreds) of \w+|thousands|millions|billions)"
    r"(?!\w)"
)


def _kept_figures(doc_id: str, text: str, edits: Sequence[Edit], plan: Plan) -> list[Survivor]:
    touched = bytearray(len(text))
    for edit in edits:
        touched[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
    kept = Counter(m[0] for m in _COUNTED.finditer(text) if not any(touched[m.start() : m.end()]))
    reasons = [(figure, stay.why) for stay in plan.stay for figure in stay.figures]
    return [
        Survivor(doc_id, "figure", words, times, next((why for part, why in reasons if part in words), None))
        for words, times in sorted(kept.items())
    ]
