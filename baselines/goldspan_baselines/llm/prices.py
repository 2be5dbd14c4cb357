"""What tokens cost, from a file of the user's: prices change, and none ships with goldspan."""

import tomllib
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from goldspan import UsageError

_Amount = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars per million tokens."""

    input: _Amount
    output: _Amount


class Tokens(NamedTuple):
    """How many tokens a request and its answer had; None where the endpoint does not say."""

    input: int | None = None
    output: int | None = None


def load_prices(path: Path) -> dict[str, Price]:
    """Read a TOML file with a table per model: `[model]`, `input = 0.15`, `output = 0.6`. Raises UsageError."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Price])
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: {error}") from error


def cost(price: Price | None, tokens: Tokens) -> float | None:
    """US dollars; None where the price or the number of tokens is not known.

    >>> cost(Price(input=2.0, output=10.0), Tokens(500_000, 100_000))
    2.0
    """
    if price is None or tokens.input is None or tokens.output is None:
        return None
    return round((price.input * tokens.input + price.output * tokens.output) / 1e6, 9)
