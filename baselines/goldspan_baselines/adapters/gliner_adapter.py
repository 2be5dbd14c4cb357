"""GLiNER2 as an extractor: a small encoder that fills structures with spans of the text, each with its confidence.

What it is asked for is derived from the schema: one structure an event type, with its fields in the schema's words.
It answers with words of the text; what they say is read by the parsers of the rules baseline.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, cast

from goldspan import Document, Schema, UsageError, load_schema
from goldspan_baselines.rules.page import Page, read
from goldspan_baselines.rules.record import one_line
from goldspan_baselines.trained.candidates import candidates
from goldspan_baselines.trained.record import Value, event
from goldspan_baselines.trained.shape import Shape, Slot, shapes

_VERBATIM = ("name", "text")
"""The kinds whose value is the words themselves."""


class Gliner:
    """Extracts with a GLiNER2 model.

    Args:
        model: A model's name on the Hugging Face Hub, or a folder that holds one.
        schema: A directory of schema files; goldspan's own where it is empty.
        threshold: From which confidence on a span is taken.
        device: Where it runs, in torch's words: cpu, cuda, mps.

    Fields inside objects are not asked for. Raises UsageError where the package is not installed or there is no such
    model.
    """

    def __init__(
        self,
        model: str = "fastino/gliner2-base-v1",
        schema: str = "",
        threshold: float = 0.5,
        device: str = "cpu",
    ) -> None:
        if not 0 <= threshold <= 1:
            raise UsageError(f"threshold must be between 0 and 1, not {threshold}")
        try:
            library: Any = import_module("gliner2").GLiNER2
        except ImportError as error:
            raise UsageError("the gliner adapter needs: pip install 'goldspan[gliner]'") from error
        self._schema = load_schema(Path(schema) if schema else None)
        self._shapes = shapes(self._schema)
        try:
            self._model: Any = library.from_pretrained(model).to(device).eval()
        except (OSError, ValueError, RuntimeError) as error:
            raise UsageError(f"gliner: the model {model!r} cannot be loaded: {error}") from error
        self._asked = {name: self._structure(name) for name in self._shapes}
        self._settings = {"model": model, "threshold": threshold, "device": device}

    def __call__(self, document: Document) -> dict[str, Any]:
        """The events of a document as a record: each value with the span that the model gave, and its confidence."""
        page = read(document)
        events: list[dict[str, Any]] = []
        for name, asked in self._asked.items():
            answer: Any = self._model.extract_long(
                document.text,
                asked,
                threshold=self._settings["threshold"],
                include_spans=True,
                include_confidence=True,
            )
            for instance in instances(answer, name):
                values = values_of(page, instance, self._shapes[name])
                built = event(page.text, self._schema.types[name], self._shapes[name], values)
                events += [{"id": f"e{len(events) + 1}"} | built] if built else []
        return {"events": events}

    def describe(self) -> dict[str, Any]:
        """What makes the run what it is."""
        return {"extractor": "gliner", "gliner2": version("gliner2"), **self._settings}

    def _structure(self, name: str) -> Any:
        """An event type as a structure of GLiNER2's."""
        asked: Any = self._model.create_schema()
        builder = asked.structure(name)
        for label in labels(self._schema, name):
            builder.field(
                label.name,
                dtype="list" if label.is_list else "str",
                choices=list(label.choices) or None,
                description=label.description,
            )
        return asked


class Label(NamedTuple):
    """What is asked for: a field, in few of the schema's words, since the model reads them with each piece of text.

    `choices` are the values, where they are given.
    """

    name: str
    is_list: bool
    description: str
    choices: tuple[str, ...]


def labels(schema: Schema, name: str) -> list[Label]:
    """The labels of an event type's fields, those inside objects left out.

    >>> [label for label in labels(load_schema(), "deal") if label.name == "target"]
    [Label(name='target', is_list=False, description='Target: What is bought into or funded', choices=())]
    """
    shape = shapes(schema)[name]
    found: list[Label] = []
    for field in schema.types[name].group.fields.values():
        slot = shape.slots.get(field.name)
        if slot or field.name in shape.choices:
            choices = tuple(_as_word(choice) for choice in shape.choices.get(field.name, ()))
            told = field.title if choices else f"{field.title}: {field.description.partition('. ')[0]}"
            # of several spans for a number the surest one that can be read is taken, so more than one is asked for
            is_list = slot is not None and (slot.is_list or slot.kind not in _VERBATIM)
            found.append(Label(field.name, is_list, told, choices))
    return found


def _as_word(choice: str) -> str:
    """A choice without the quotation marks of its JSON."""
    return choice.strip('"')


def instances(answer: Any, name: str) -> list[dict[str, Any]]:
    """The structures in GLiNER2's answer, which for none at all is an empty object."""
    found: Any = cast("Mapping[str, Any]", answer).get(name) or []
    return cast("list[dict[str, Any]]", found) if isinstance(found, list) else []


def values_of(page: Page, instance: Mapping[str, Any], shape: Shape) -> list[Value]:
    """The values of one structure: spans read by the parsers, choices as they are; what cannot be read is left out.

    A value that several spans state has them all; of several values for a field that holds one the surest is taken.
    """
    found: dict[tuple[str, str], Value] = {}
    for name, answer in instance.items():
        told: list[Any] = cast("list[Any]", answer) if isinstance(answer, list) else [answer]
        for span in (cast("dict[str, Any]", item) for item in told if isinstance(item, dict)):
            value = (
                _choice(span, shape.choices[name]) if name in shape.choices else _read(page, span, shape.slots[name])
            )
            if value is not None:
                spans = ((span["start"], span["end"]),) if "start" in span else ()
                key = (name, json.dumps(value, sort_keys=True))
                before = found.get(key, Value(name, value, (), 0.0, None))
                sure = max(before.sure, float(span["confidence"]))
                found[key] = Value(
                    name, value, (*before.spans, *(span for span in spans if span not in before.spans)), sure, None
                )
    best = {value.path: value for value in sorted(found.values(), key=lambda value: value.sure)}
    return [
        value
        for value in found.values()
        if ((slot := shape.slots.get(value.path)) and slot.is_list) or best[value.path] is value
    ]


def _choice(span: Mapping[str, Any], choices: tuple[str, ...]) -> Any:
    return next((json.loads(choice) for choice in choices if _as_word(choice) == span["text"]), None)


def _read(page: Page, span: Mapping[str, Any], slot: Slot) -> Any:
    """What the words of a span say: themselves, or the first number or date of the slot's kind that they touch."""
    start, end = span["start"], span["end"]
    if slot.kind in _VERBATIM:
        return one_line(page.text[start:end]) or None
    fitting = (
        candidate.value
        for part in page.parts
        if part.start < end and start < part.end
        for candidate in candidates(page, part, frozenset([slot.kind]), slot.units)
        if candidate.start < end and start < candidate.end
        if slot.kind != "quantity" or candidate.value["unit"] in slot.units
    )
    return next(fitting, None)
