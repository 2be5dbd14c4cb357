"""Label Studio results read strictly: regions with their forms, and the lines that are said of the whole document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from goldspan.annotate.forms import Control, Forms, Role
from goldspan.annotate.notes import Note, parse_item, read_json, read_note, read_text, read_value

_TYPES: Mapping[str, tuple[str, str]] = {
    "number": ("number", "number"),
    "choices": ("choices", "choices"),
    "typed": ("textarea", "text"),
    "text": ("textarea", "text"),
    "json": ("textarea", "text"),
}
"""For each widget, the type of its results and the key of their content."""


@dataclass
class Region:
    """One span: what its results say of it."""

    id: str
    start: int = -1
    end: int = -1
    role: Role | None = None
    slot: str | None = None
    parts: dict[str, Any] = field(default_factory=dict[str, Any])
    item: tuple[int, ...] = ()
    accepted: list[str] = field(default_factory=list[str])
    origins: set[str] = field(default_factory=set[str])

    @property
    def origin(self) -> str:
        """Who made it: `manual`, `prediction`, or `prediction-changed`; `unknown` where Label Studio does not say."""
        if len(self.origins) == 1:
            return next(iter(self.origins))
        return "prediction-changed" if self.origins & {"prediction", "prediction-changed"} else "unknown"


class ResultReader:
    """Reads the results of one annotation; `problems` gathers everything that is wrong with them."""

    def __init__(self, forms: Forms, text: str, slots: int) -> None:
        self.forms, self.text = forms, text
        self.slots = {f"E{i + 1}" for i in range(slots)}
        self.regions: dict[str, Region] = {}
        self.notes: list[Note] = []
        self.reasons: list[str] = []
        self.problems: list[str] = []

    def read(self, results: Iterable[Any]) -> None:
        """Take in all results, then see that each region is whole."""
        for result in results:
            self._result(result)
        for region in [*self.regions.values()]:
            if region.role is None or region.slot is None:
                missing = "role" if region.role is None else "event"
                self._wrong(region.id, f"has no {missing}")
                del self.regions[region.id]

    def _wrong(self, region: str, message: str) -> None:
        self.problems.append(f"region {region} {message}")

    def _result(self, result: Any) -> None:
        raw = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
        name, value = raw.get("from_name"), raw.get("value")
        if not isinstance(name, str) or not isinstance(value, dict):
            self.problems.append(f"a result that is no part of the interface (type {raw.get('type')!r})")
            return
        content = cast("dict[str, Any]", value)
        if name in ("more", "reason"):
            self._lines(name, content.get("text"))
            return
        if not isinstance(raw.get("id"), str):
            self.problems.append(f"a result of {name!r} has no region id")
            return
        region = self.regions.setdefault(raw["id"], Region(raw["id"]))
        region.origins.add(str(raw.get("origin") or "unknown"))
        self._place(region, content)
        self._content(region, name, raw.get("type"), content)

    def _lines(self, name: str, texts: Any) -> None:
        for text in cast("list[Any]", texts) if isinstance(texts, list) else [texts]:
            if not isinstance(text, str):
                self.problems.append(f"{name!r} holds {text!r}, which is no text")
            elif name == "reason":
                self.reasons.append(text.strip())
            else:
                self._notes(text)

    def _notes(self, text: str) -> None:
        for line in filter(str.strip, re.split(r"\r\n|\r|\n", text)):
            note = read_note(line)
            if note is None or note.slot not in self.slots:
                self.problems.append(f"the line {line!r} is none of 'E1 id: …', 'E1 story_event: …', 'E1 ROLE: VALUE'")
            else:
                self.notes.append(note)

    def _place(self, region: Region, value: Mapping[str, Any]) -> None:
        start, end = value.get("start"), value.get("end")
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(self.text):
            self._wrong(region.id, f"is no span of the text: {start!r} to {end!r} of {len(self.text)} code points")
        elif region.start == -1:
            region.start, region.end = start, end
        elif (region.start, region.end) != (start, end):
            self._wrong(region.id, f"stands at {region.start} to {region.end} and at {start} to {end}")

    def _content(self, region: Region, name: str, kind: Any, value: Mapping[str, Any]) -> None:
        if name in ("role", "event"):
            self._label(region, name, value)
        elif name in ("item", "accepted"):
            self._list(region, name, value.get("text"))
        elif name in self.forms.controls:
            control = self.forms.controls[name]
            expected, key = _TYPES[control.widget]
            if kind != expected:
                self._wrong(region.id, f"has a result of type {kind!r} in {name!r}, which holds {expected!r}")
            else:
                self._part(region, control, value.get(key))
        else:
            self._wrong(region.id, f"has a result of {name!r}, which the interface does not have")

    def _label(self, region: Region, name: str, value: Mapping[str, Any]) -> None:
        labels, quote = value.get("labels"), value.get("text")
        found = self.text[max(region.start, 0) : max(region.end, 0)]
        if isinstance(quote, str) and _breaks(quote) != _breaks(found):
            self._wrong(region.id, f"is {quote!r}, but at {region.start} to {region.end} the text has {found!r}")
        if not isinstance(labels, list) or len(cast("list[Any]", labels)) != 1:
            self._wrong(region.id, f"must have one label of {name!r}, not {labels!r}")
            return
        label: Any = cast("list[Any]", labels)[0]
        known = self.forms.roles if name == "role" else self.slots
        taken = region.role if name == "role" else region.slot
        if not isinstance(label, str) or label not in known:
            self._wrong(
                region.id, f"has the label {label!r}, which the {'schema' if name == 'role' else 'interface'} lacks"
            )
        elif taken is not None:
            self._wrong(region.id, f"has two labels of {name!r}")
        elif name == "role":
            region.role = self.forms.roles[label]
        else:
            region.slot = label

    def _list(self, region: Region, name: str, texts: Any) -> None:
        entries = cast("list[Any]", texts) if isinstance(texts, list) else [texts]
        if not all(isinstance(entry, str) for entry in entries):
            self._wrong(region.id, f"has {texts!r} in {name!r}, which is no text")
        elif name == "accepted":
            region.accepted += [entry for entry in entries if entry.strip()]
        elif entries:
            item = parse_item("".join(entries).strip())
            if item is None:
                self._wrong(region.id, f"has {entries!r} as the item of a list: it must be a number from 1")
            else:
                region.item = item

    def _part(self, region: Region, control: Control, content: Any) -> None:
        if content is None or content == []:
            return
        try:
            region.parts[control.name] = _value(control, content)
        except ValueError as error:
            self._wrong(region.id, f"has {content!r} in {control.name!r}: {error}")


def _value(control: Control, content: Any) -> Any:
    """The value that a control's content stands for; ValueError says what is wrong with it."""
    if control.widget == "number":
        if isinstance(content, bool) or not isinstance(content, int | float):
            raise ValueError("that is no number")
        return content
    entries = cast("list[Any]", content) if isinstance(content, list) else [content]
    if len(entries) != 1 or not isinstance(entries[0], str):
        raise ValueError("one text was expected")
    if control.widget in ("choices", "typed"):
        if entries[0].strip() not in control.by_label:
            raise ValueError("that is none of the choices")
        return control.by_label[entries[0].strip()]
    return read_text(entries[0]) if control.widget == "text" else read_json(entries[0])


def _breaks(text: str) -> str:
    """With one sign for a line break: a browser shows CRLF, CR and LF alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\\n", "\n")


def accepted_values(role: Role, texts: Iterable[str]) -> list[Any]:
    """The values that are accepted beside a value; ValueError where a text is none."""
    return [read_value(role, text) for text in texts]
