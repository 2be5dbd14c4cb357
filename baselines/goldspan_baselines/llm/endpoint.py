"""One request to an OpenAI-compatible endpoint: bounded in size and time, kept in a cache, its faults told apart."""

import ipaddress
import os
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import msgspec

from goldspan import UsageError
from goldspan_baselines.llm.cache import Cache
from goldspan_baselines.llm.prices import Tokens

LARGEST_REPLY = 1 << 20
"""Bytes: what a whole reply may have, its envelope included."""
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})


class EndpointError(Exception):
    """A request that brought no reply.

    `transient` says whether the same request may succeed later; `retry_after` is what the server asks to wait
    (seconds), `status` the HTTP status where there is one.
    """

    def __init__(
        self, message: str, transient: bool, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.transient, self.status, self.retry_after = transient, status, retry_after


class Reply(NamedTuple):
    """What the model said; `finish_reason` and `refusal` as the endpoint gave them."""

    content: str | None
    refusal: str | None
    finish_reason: str | None
    tokens: Tokens
    seconds: float


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class Endpoint:
    """Sends chat completions. Safe for threads. Raises UsageError where the key or the `openai` package is missing."""

    def __init__(self, base_url: str, timeout: float, cache: Cache | None = None) -> None:
        try:
            import openai
        except ImportError as error:
            raise UsageError("the llm baseline needs: pip install 'goldspan[llm]'") from error
        self._openai: Any = openai
        self.base_url, self.timeout, self.cache = base_url, timeout, cache
        self._key = api_key(base_url)
        self._client = openai.OpenAI(api_key=self._key, base_url=base_url, timeout=timeout, max_retries=0)

    def ask(self, request: Mapping[str, Any]) -> Reply:
        """The reply to a request body, from the cache where it is known; EndpointError where none comes."""
        key = Cache.key({"base_url": self.base_url, **request})
        known = self.cache.get(key) if self.cache else None
        if known is not None:
            return _reply(known[1], known[0])
        started = time.perf_counter()
        body = self._send(request, started + self.timeout)
        seconds = round(time.perf_counter() - started, 6)
        try:
            raw: Any = msgspec.json.decode(body)
            reply = _reply(raw, seconds)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EndpointError(f"the reply is no chat completion: {error}", transient=False) from error
        if self.cache:
            self.cache.put(key, seconds, _kept(raw))
        return reply

    def close(self) -> None:
        """Close the connections and the cache."""
        self._client.close()
        if self.cache:
            self.cache.close()

    def _send(self, request: Mapping[str, Any], deadline: float) -> bytes:
        create: Any = self._client.chat.completions.with_streaming_response.create
        try:
            with create(**request) as response:
                return _bounded(response.iter_bytes(), deadline)
        except self._openai.APIStatusError as error:
            raise self._status_error(error) from error
        except (EndpointError, UsageError):
            raise
        except (
            Exception
        ) as error:  # time-outs and cut connections come as openai's, httpx's or httpx2's, by its version
            if isinstance(error, self._openai.APIConnectionError) or type(error).__module__.startswith("httpx"):
                raise EndpointError(f"no reply: {type(error).__name__}: {error}", transient=True) from error
            raise

    def _status_error(self, error: Any) -> EndpointError:
        status = int(error.status_code)
        text = _without_key(str(error.message), self._key)[:300]
        wait = _seconds(error.response.headers.get("retry-after", ""))
        return EndpointError(f"HTTP {status}: {text!r}", is_transient_status(status), status, wait)


def is_transient_status(status: int) -> bool:
    """Whether the same request may succeed later: too many requests, time-outs, faults of the server."""
    return status in _TRANSIENT_STATUS or (status >= 500 and status != 501)


def without_credentials(url: str) -> str:
    """A URL that may be shown: without user, password, query.

    >>> without_credentials("https://me:secret@api.example.org/v1?key=1")
    'https://api.example.org/v1'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def api_key(base_url: str) -> str:
    """The key of an endpoint, from OPENAI_API_KEY; "none" for one on this machine. Raises UsageError."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError(f"base_url: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"base_url must be an address like https://api.example.org/v1, not {base_url!r}")
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not _is_loopback(host):
        raise UsageError("the environment has no OPENAI_API_KEY")
    return key or "none"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bounded(chunks: Iterable[bytes], deadline: float) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_REPLY:
            raise EndpointError(f"the reply is longer than {LARGEST_REPLY} bytes", transient=False)
        if time.perf_counter() > deadline:
            raise EndpointError("no whole reply in time", transient=True)
    return bytes(body)


def _reply(raw: Any, seconds: float) -> Reply:
    """Raises msgspec.ValidationError where the reply is no chat completion."""
    completion = msgspec.convert(raw, _Completion)
    if not completion.choices:
        raise msgspec.ValidationError("no choices")
    choice, usage = completion.choices[0], completion.usage or _Usage()
    tokens = Tokens(_count(usage.prompt_tokens), _count(usage.completion_tokens))
    return Reply(choice.message.content, choice.message.refusal, choice.finish_reason, tokens, seconds)


def _kept(raw: Any) -> Any:
    """What the cache keeps of a reply: what is read of it."""
    return msgspec.to_builtins(msgspec.convert(raw, _Completion))


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number < 1 << 50 else None


def _seconds(text: str) -> float | None:
    try:
        return min(max(float(text), 0.0), 3600.0)
    except ValueError:
        return None


def _without_key(text: str, key: str) -> str:
    return text.replace(key, "…") if len(key) > 4 else text
