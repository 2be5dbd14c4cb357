"""The lines of text that hold what no span of a document can: ids, and values that no words state.

`E1 story_event: a-buys-b`, `E1 id: deal-7`, `E1 type: deal` (an event without spans), `E1 deal/amount: {"amount": 5}`,
`E1 deal/investors[2]: Fabrikam`, `E1 deal/investors[2] accepted: Fab`.
"""

import json
import re
from typing import Any, NamedTuple

from goldspan.annotate.forms import Role

_LINE = re.compile(r"(E[0-9]{1,4}) ([^:\[\]]+?)(?:\[([0-9.]+)\])?( accepted)?: ?(.*)", re.DOTALL)
_PLAIN = re.compile(r"[^\s\"\[\]{}][^\x00-\x1f\x7f-\xa0\u2028\u2029]*(?<!\s)")


class Note(NamedTuple):
    """One line: the slot, what it tells (`id`, `story_event`, `type` or a role), which item of a list, the value."""

    slot: str
    key: str
    text: str
    item: tuple[int, ...] = ()
    accepted: bool = False

    def __str__(self) -> str:
        item = f"[{'.'.join(map(str, self.item))}]" if self.item else ""
        return f"{self.slot} {self.key}{item}{' accepted' if self.accepted else ''}: {self.text}"


def read_note(line: str) -> Note | None:
    """The note that a line is, or None.

    >>> read_note('E1 deal/investors[2]: Fabrikam')
    Note(slot='E1', key='deal/investors', text='Fabrikam', item=(2,), accepted=False)
    """
    match = _LINE.fullmatch(line.strip())
    item = parse_item(match[3] or "") if match else None
    return Note(match[1], match[2], match[5], item, bool(match[4])) if match and item is not None else None


def write_text(text: str) -> str:
    """A text as it stands in a line or a text area: as it is where nothing could be lost, else as JSON.

    >>> write_text("Fabrikam Inc."), write_text(" two\\nlines")
    ('Fabrikam Inc.', '" two\\\\nlines"')
    """
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def read_text(text: str) -> str:
    """What `write_text` wrote, or a person; ValueError where it starts like JSON and is none."""
    text = text.strip()
    if not text.startswith('"'):
        return text
    value = json.loads(text)
    if not isinstance(value, str):
        raise ValueError(f"{text!r} is no text")
    return value


def write_value(role: Role, value: Any) -> str:
    """A value of a role in one line: texts and choices as they are, everything else as JSON."""
    control = role.controls.get("")
    if control is not None and control.widget in ("choices", "typed"):
        return next(label for label, choice in control.choices if same_choice(choice, value))
    if control is not None and control.widget == "text":
        return write_text(value)
    return json.dumps(value, ensure_ascii=False)


def read_value(role: Role, text: str) -> Any:
    """What `write_value` wrote; ValueError where it is nothing of the kind."""
    control = role.controls.get("")
    if control is not None and control.widget in ("choices", "typed"):
        if text.strip() not in control.by_label:
            raise ValueError(f"{text.strip()!r} is none of the choices")
        return control.by_label[text.strip()]
    if control is not None and control.widget == "text":
        return read_text(text)
    return read_json(text)


def read_json(text: str) -> Any:
    """The value of a JSON text; ValueError where it is none, NaN and infinity included."""
    return json.loads(text, parse_constant=_no_constant)


def same_choice(choice: Any, value: Any) -> bool:
    """Whether two values of an enum are the same: true is not 1."""
    return choice == value and isinstance(choice, bool) == isinstance(value, bool)


def parse_item(text: str) -> tuple[int, ...] | None:
    """The numbers, from 1, that say which item of nested lists a value is; None where it is something else.

    >>> parse_item("2.1"), parse_item(""), parse_item("0"), parse_item("two")
    ((2, 1), (), None, None)
    """
    parts = text.split(".") if text else []
    if not all(part.isascii() and part.isdigit() and 0 < int(part) < 100_000 for part in parts if len(part) < 9):
        return None
    return tuple(map(int, parts)) if all(0 < len(part) < 9 for part in parts) else None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
