"""Settings: what an extractor lets its user choose, converted to what its parameters say; and what must stay secret."""

import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import msgspec

from goldspan.errors import GoldspanError, UsageError

SECRET_NAMES = ("key", "token", "secret", "password")
"""A setting whose name contains one of these is never written anywhere."""

HIDDEN = "***"
_SHORTEST_SECRET = 6  # shorter ones would blot out ordinary words

Parameters = Mapping[str, inspect.Parameter]


class Secrets:
    """The values of secret settings, and texts without them.

    >>> secrets = Secrets({"api_key": "sk-12345678", "model": "small"})
    >>> secrets.settings, secrets.hide("refused: sk-12345678")
    ({'api_key': '***', 'model': 'small'}, 'refused: ***')
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = {name: HIDDEN if is_secret(name) else value for name, value in settings.items()}
        values = {str(value) for name, value in settings.items() if is_secret(name)}
        self._values = sorted((value for value in values if len(value) >= _SHORTEST_SECRET), key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with `***` in place of every secret value."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text

    def hide_in(self, value: Any) -> Any:
        """A copy of a piece of JSON without secret values, and without texts under the name of a secret."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, Mapping):
            members = cast("Mapping[str, Any]", value).items()
            return {k: HIDDEN if isinstance(v, str) and is_secret(k) else self.hide_in(v) for k, v in members}
        if isinstance(value, list | tuple):
            return [self.hide_in(item) for item in cast("list[Any]", value)]
        return value


def is_secret(name: str) -> bool:
    """Whether a setting of this name is never written.

    >>> is_secret("API_KEY"), is_secret("model")
    (True, False)
    """
    return any(part in name.lower() for part in SECRET_NAMES)


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """`KEY=VALUE` texts as settings; a key that is there more than once has the list of its values.

    >>> read_settings(["model=small", "of=a", "of=b"])
    {'model': 'small', 'of': ['a', 'b']}
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError("--set needs KEY=VALUE")  # what stands there may be a secret
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def settings_of(found: object) -> Parameters:
    """The settings that an extractor takes: a class by its parameters, a function by its keyword-only ones."""
    try:
        parameters = inspect.signature(cast("Callable[..., Any]", found)).parameters
    except (TypeError, ValueError):  # some built-in functions have no signature
        return {}
    kinds = {inspect.Parameter.KEYWORD_ONLY}
    if isinstance(found, type):
        kinds.add(inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        kinds.add(inspect.Parameter.VAR_KEYWORD)
    return {name: each for name, each in parameters.items() if each.kind in kinds}


def bind(found: object, name: str, settings: Mapping[str, Any]) -> Callable[..., Any]:
    """The extractor that a class, with its settings, or a function becomes.

    Raises UsageError that lists the settings there are where one is unknown, missing, or of another type.
    """
    takes = settings_of(found)
    free = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in takes.values())
    named = {key: each for key, each in takes.items() if each.kind is not inspect.Parameter.VAR_KEYWORD}
    unknown = [key for key in settings if key not in named and not free]
    missing = [key for key, each in named.items() if each.default is inspect.Parameter.empty and key not in settings]
    if unknown or missing:
        wrong = [f"no setting {key!r}" for key in unknown] + [f"setting {key!r} is missing" for key in missing]
        raise UsageError(f"{name}: {', '.join(wrong)}; {_tell(named)}")
    hints = _hints(found)
    ready = {key: _convert(name, key, value, hints.get(key, Any)) for key, value in settings.items()}
    if not isinstance(found, type):
        return functools.partial(cast("Callable[..., Any]", found), **ready) if ready else cast("Any", found)
    try:
        made: object = found(**ready)
    except GoldspanError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(Secrets(settings).hide(f"{name}: {type(error).__name__}: {error}")) from None
    if not callable(made):
        raise UsageError(f"{name}: its instances cannot be called with a document (they have no __call__)")
    return made


def _tell(takes: Parameters) -> str:
    return f"there are {', '.join(_tell_one(each) for each in takes.values())}" if takes else "it has none"


def _tell_one(each: inspect.Parameter) -> str:
    default = f" = {each.default!r}" if each.default is not inspect.Parameter.empty else ""
    return str(each.replace(default=inspect.Parameter.empty)) + (default if not is_secret(each.name) else "")


def _hints(found: object) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(found.__init__ if isinstance(found, type) else found)
    except (NameError, TypeError, AttributeError):  # names for type checkers only, or a callable without annotations
        return {}


def _convert(name: str, key: str, value: Any, hint: Any) -> Any:
    def other(of: Any, value: Any) -> Any:
        return value if isinstance(of, type) and isinstance(value, of) else of(value)

    if isinstance(value, str) and _is_list(hint):
        value = [value]
    try:
        return msgspec.convert(value, hint, strict=False, dec_hook=other)
    except msgspec.ValidationError as error:
        told = "it is not what the parameter says" if is_secret(key) else str(error).replace("`", "")
        raise UsageError(f"{name}: setting {key!r}: {told}") from None
    except TypeError:  # an annotation that msgspec knows nothing of
        return value


def _is_list(hint: Any) -> bool:
    origin: Any = typing.get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, str | bytes | Mapping)
