"""How often Python's garbage collector looks for cycles while much is read and compared."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

MANY = 50_000
"""So many objects more than before, and the collector looks."""


class _Uses:
    """How many blocks are under way in this process, in all its threads; and what held before the first of them."""

    lock = Lock()
    number = 0
    before = gc.get_threshold()


@contextmanager
def seldom_collected() -> "Generator[None]":
    """Let the collector look rarely: what is read and compared holds no cycles, and is many small objects.

    A collector that is off stays off. When the last block ends, in whatever thread, all is as before the first.
    """
    with _Uses.lock:
        if not _Uses.number:
            _Uses.before = gc.get_threshold()
            first, *others = _Uses.before
            gc.set_threshold(max(first, MANY) if first else 0, *others)
        _Uses.number += 1
    try:
        yield
    finally:
        with _Uses.lock:
            _Uses.number -= 1
            if not _Uses.number:
                gc.set_threshold(*_Uses.before)
