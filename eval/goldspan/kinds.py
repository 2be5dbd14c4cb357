"""The kinds of value, and when two values of a kind are equal.

A kind's name is the same here, in the schema (`x-kind`), and in every table. A normaliser turns a value into a
form that is the same for values that mean the same; numbers, which are equal within a relative 1e-9, have none.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from string import ascii_letters
from typing import Any, cast

from goldspan.normal import ARTICLES, normal_duration, normal_name, normal_text

RELATIVE_TOLERANCE = Decimal("1e-9")

Units = Mapping[str, Decimal]
"""Each unit of a quantity and its size in the unit whose factor is 1."""


def close(first: float | Decimal, second: float | Decimal) -> bool:
    """Whether two numbers are equal to a relative 1e-9, compared as decimals.

    >>> close(0.1 + 0.2, 0.3), close(14.3e9, 14.3e6), close(0, 1e-12)
    (True, False, False)
    """
    if first == second:
        return True
    if isinstance(first, int | float) and isinstance(second, int | float) and not _near(first, second):
        return False
    one, two = _decimal(first), _decimal(second)
    return abs(one - two) <= RELATIVE_TOLERANCE * max(abs(one), abs(two))


def _decimal(number: float | Decimal) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))


def _same_string(gold: str, pred: str, units: Units) -> bool:
    return gold == pred


def _same_json(gold: Any, pred: Any, units: Units) -> bool:
    """Equal as JSON values: true is not 1, but 1.0 is, at any depth."""
    if gold != pred or isinstance(gold, bool) != isinstance(pred, bool):
        return False
    if isinstance(gold, dict):
        members = cast("dict[str, Any]", gold)
        return all(_same_json(member, pred[name], units) for name, member in members.items())
    if isinstance(gold, list):
        return all(_same_json(item, other, units) for item, other in zip(cast("list[Any]", gold), pred, strict=True))
    return True


def _same_text(gold: str, pred: str, units: Units) -> bool:
    return not told_apart(gold, pred) and normal_text(gold) == normal_text(pred)


def _same_name(gold: str, pred: str, units: Units) -> bool:
    return not told_apart(gold, pred) and normal_name(gold) == normal_name(pred)


def _same_money(gold: Mapping[str, Any], pred: Mapping[str, Any], units: Units) -> bool:
    return gold["currency"] == pred["currency"] and close(gold["amount"], pred["amount"])


def _same_percent(gold: Mapping[str, Any], pred: Mapping[str, Any], units: Units) -> bool:
    return close(gold["value"], pred["value"])


def _same_quantity(gold: Mapping[str, Any], pred: Mapping[str, Any], units: Units) -> bool:
    if gold["unit"] == pred["unit"]:
        return close(gold["value"], pred["value"])
    if _quantity_apart(gold, pred, units):
        return False
    return close(_decimal(gold["value"]) * units[gold["unit"]], _decimal(pred["value"]) * units[pred["unit"]])


def _same_duration(gold: str, pred: str, units: Units) -> bool:
    return normal_duration(gold) == normal_duration(pred)


def _same_number(gold: float, pred: float, units: Units) -> bool:
    return close(gold, pred)


SAME: Mapping[str, Callable[[Any, Any, Units], bool]] = {
    "name": _same_name,
    "text": _same_text,
    "enum": _same_json,
    "boolean": _same_json,
    "money": _same_money,
    "percent": _same_percent,
    "quantity": _same_quantity,
    "date": _same_string,
    "duration": _same_duration,
    "number": _same_number,
}
"""For each kind, whether two valid values are equal."""

TOLERANT = frozenset({"money", "percent", "quantity", "number"})
"""The kinds whose equality leaves room, so that two values may equal a third and not each other."""

QUOTED = frozenset({"name", "text"})
"""The kinds for which a gold quote is a right answer."""

_STRING: Mapping[str, Any] = {"type": ["string", "null"]}
_NUMBERS: Mapping[str, Any] = {"type": "number"}


def _object(**members: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": ["object", "null"], "properties": members, "required": list(members)}


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "name": _STRING,
    "text": _STRING,
    "enum": {},
    "boolean": {"type": ["boolean", "null"]},
    "money": _object(amount=_NUMBERS, currency={"type": "string"}),
    "percent": _object(value=_NUMBERS),
    "quantity": _object(value=_NUMBERS, unit={"type": "string"}),
    "date": {**_STRING, "format": "edtf"},
    "duration": {**_STRING, "format": "duration"},
    "number": {"type": ["number", "null"]},
}
"""What a value of a kind must be, as JSON Schema, however lenient the schema of its field is."""


def equal(
    kind: str, gold: Any, pred: Any, units: Units, accepted: Sequence[Any] = (), quotes: Sequence[str] = ()
) -> bool:
    """Whether a predicted value is right: equal to gold, an accepted value or, for a name or text, a gold quote.

    All values are valid by the schema (loading has seen to that).

    >>> equal("name", "Northwind Holdings", "northwind", {}, accepted=["Northwind"])
    True
    >>> equal("money", {"amount": 14.3e9, "currency": "USD"}, {"amount": 14.3e6, "currency": "USD"}, {})
    False
    """
    same = SAME[kind]
    if (gold == pred and same is not _same_json) or same(gold, pred, units):
        return True
    if accepted and any(same(value, pred, units) for value in accepted):
        return True
    return bool(quotes) and kind in QUOTED and any(same(quote, pred, units) for quote in quotes)


def told_apart(one: str, other: str) -> bool:
    """Whether a look at the first words tells two texts apart: plain letters, and no article, which folding would drop.

    Mostly the first two letters are enough, which folding keeps, if perhaps with a diacritic that follows them.

    >>> told_apart("Northwind Inc", "Fabrikam"), told_apart("Northwind", "northwind"), told_apart("A Northwind", "B")
    (True, False, False)
    """
    start, other_start = _STARTS.get(one[:2]), _STARTS.get(other[:2])
    if start != other_start and start and other_start:
        return True
    word, other_word = _first_word(one), _first_word(other)
    return word != other_word and word is not None and other_word is not None


def all_told_apart(texts: Sequence[str]) -> bool:
    """Whether a look at the first four signs tells each of some texts from the others: letters, and so no article.

    >>> all_told_apart(["Northwind Inc", "Fabrikam", "Contoso"]), all_told_apart(["Northwind Inc", "Northwind"])
    (True, False)
    """
    if len(texts) == 2:
        return told_apart(texts[0], texts[1])
    starts = {text[:4].lower() for text in texts}
    if len(starts) < len(texts):
        return False
    letters = "".join(starts)
    return letters.isascii() and letters.isalpha()


_STARTS = {
    start: start.lower()
    for start in map("".join, product(ascii_letters, repeat=2))
    if start.lower() not in {article[:2] for article in ARTICLES}
}
"""Two letters that a word may begin with and no article does, and the same in lower case."""


def start_of(text: str) -> str | None:
    """The first two letters in lower case, which folding keeps; None where it might not.

    >>> start_of("Northwind"), start_of("The Northwind"), start_of("“Northwind”"), start_of("n")
    ('no', None, None, None)
    """
    return _STARTS.get(text[:2])


def _first_word(text: str) -> str | None:
    """The first word in lower case; None where folding could change it: it has other signs, or is an article.

    >>> _first_word("Northwind Inc"), _first_word("The Northwind"), _first_word("“Northwind”")
    ('northwind', None, None)
    """
    word = text.partition(" ")[0].lower()
    return word if word.isascii() and word.isalpha() and word not in ARTICLES else None


def _near(one: float, other: float) -> bool:
    try:
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other))
    except OverflowError:  # integers beyond what a float can hold: let decimals decide
        return True


def unequal(gold: Any, pred: Any) -> bool:
    """All that tells values apart whose JSON must be the same."""
    return gold != pred


def _money_apart(gold: Mapping[str, Any], pred: Mapping[str, Any]) -> bool:
    return gold["currency"] != pred["currency"] or not _near(gold["amount"], pred["amount"])


def _percent_apart(gold: Mapping[str, Any], pred: Mapping[str, Any]) -> bool:
    return not _near(gold["value"], pred["value"])


def _quantity_apart(gold: Mapping[str, Any], pred: Mapping[str, Any], units: Units) -> bool:
    try:
        one, other = gold["value"] * float(units[gold["unit"]]), pred["value"] * float(units[pred["unit"]])
    except OverflowError:
        return False
    return not _near(one, other)


def _number_apart(gold: float, pred: float) -> bool:
    return not _near(gold, pred)


def _quantity_look(gold: Mapping[str, Any], pred: Mapping[str, Any]) -> bool:
    return gold["unit"] == pred["unit"] and not _near(gold["value"], pred["value"])


def never(gold: Any, pred: Any) -> bool:
    """Tells nothing apart."""
    return False


APART: Mapping[str, Callable[[Any, Any], bool]] = {
    "name": told_apart,
    "text": told_apart,
    "enum": unequal,
    "boolean": unequal,
    "money": _money_apart,
    "percent": _percent_apart,
    "quantity": _quantity_look,
    "date": unequal,
    "duration": never,
    "number": _number_apart,
}
"""For each kind, whether a look tells that two valid values are not equal; where it does not, they may be or not."""


def is_stated(value: Any) -> bool:
    """Whether a checked value states something: the quick form of `not states_nothing`, one level deep.

    >>> [is_stated(value) for value in (None, "", [], 0, False, "x")]
    [False, False, False, True, True, True]
    """
    return bool(value) or isinstance(value, int | float)


def states_nothing(value: Any) -> bool:
    """Whether a JSON value states nothing: null, "", [], {} and what holds nothing else. 0 and false are values.

    >>> [states_nothing(value) for value in (None, "", [], {}, [None], {"amount": None}, 0, False)]
    [True, True, True, True, True, True, False, False]
    """
    if value is None or value == "":
        return True
    if isinstance(value, list):
        return all(map(states_nothing, cast("list[Any]", value)))
    if isinstance(value, dict):
        return all(map(states_nothing, cast("dict[str, Any]", value).values()))
    return False
