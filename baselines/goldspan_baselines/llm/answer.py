"""Reads what a model said as JSON, or says what is wrong with it."""

import re
from typing import Any, cast

import msgspec

from goldspan_baselines.llm.endpoint import Reply

_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)


class AnswerError(Exception):
    """An answer that cannot be used: refused, cut off, withheld, empty, no JSON, of the wrong shape."""


def content_of(reply: Reply) -> dict[str, Any]:
    """The JSON object that a model answered with; AnswerError where there is none, or not all of it."""
    if reply.refusal:
        raise AnswerError(f"the model refused: {reply.refusal[:300]!r}")
    if reply.finish_reason == "length":
        raise AnswerError("the answer was cut off: a larger max_tokens may help")
    if reply.finish_reason == "content_filter":
        raise AnswerError("the endpoint withheld the answer (content_filter)")
    if not (reply.content or "").strip():
        raise AnswerError("the answer is empty")
    return _object(cast(str, reply.content))


def list_of(content: dict[str, Any], name: str) -> list[Any]:
    """The list that an answer holds under a name; AnswerError where it holds none."""
    value = content.get(name)
    if not isinstance(value, list):
        raise AnswerError(f"the answer has no list {name!r}")
    return cast("list[Any]", value)


def _object(text: str) -> dict[str, Any]:
    """The object in a text: the text itself, or what stands in a fence or between the outermost braces.

    >>> _object('Here it is:\\n```json\\n{"events": []}\\n```')
    {'events': []}
    """
    fenced = _FENCED.search(text)
    braced = text[text.find("{") : text.rfind("}") + 1]
    fault: Exception | None = None
    for candidate in (text, fenced[1] if fenced else "", braced):
        try:
            value: Any = msgspec.json.decode(candidate)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            fault = fault or error
            continue
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
        fault = TypeError("the answer is no JSON object")
    raise AnswerError(f"the answer is no JSON object: {fault}")
