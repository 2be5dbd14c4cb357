"""Which failures may pass by themselves, and trying again after a while."""

import errno
import socket
from collections.abc import Callable, Mapping
from typing import Any

from goldspan.documents import Document

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0

_NETWORK = frozenset(
    {errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT}
)

Call = Callable[[Document], Mapping[str, Any]]
Told = Callable[[Document, BaseException], None]


def is_transient(error: BaseException) -> bool:
    """Whether a failure may pass: it says so (`transient = True`), or the network failed.

    >>> is_transient(ConnectionResetError()), is_transient(FileNotFoundError()), is_transient(ValueError())
    (True, False, False)
    """
    told = getattr(error, "transient", None)
    if isinstance(told, bool):
        return told
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror):
        return True
    reason = getattr(error, "reason", None)  # what urllib wraps
    if isinstance(error, OSError) and isinstance(reason, OSError) and reason is not error:
        return is_transient(reason)
    return isinstance(error, OSError) and error.errno in _NETWORK


def retrying(call: Call, retries: int, told: Told) -> Call:
    """The same function, called again up to `retries` times after transient failures, waiting ever longer.

    `told` hears of each failure that is tried again; what fails for good is raised as it is.
    """
    if not retries:
        return call
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

    def call_again(document: Document) -> Mapping[str, Any]:
        def tell(state: Any) -> None:
            told(document, state.outcome.exception())

        attempts = Retrying(
            stop=stop_after_attempt(retries + 1),
            wait=wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S) + wait_random(0, FIRST_WAIT_S),
            retry=retry_if_exception(is_transient),
            before_sleep=tell,
            reraise=True,
        )
        return attempts(call, document)

    return call_again
