"""The clock that budgets run by: it stands still while the process only waits for kernels to be compiled.

Compiling happens once a machine and says nothing of the question asked, so it is never counted in a budget.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["now", "paused"]


class _Pauses:
    """How long the clock has stood still in all, and since when it does now (None: it runs)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.total, self.waiting, self.since = 0.0, 0, 0.0


_PAUSES = _Pauses()


def now() -> float:
    """Seconds of a monotonic clock, the pauses left out."""
    with _PAUSES.lock:
        moment = _PAUSES.since if _PAUSES.waiting else time.monotonic()
        return moment - _PAUSES.total


@contextmanager
def paused() -> Iterator[None]:
    """The clock stands still inside; threads that pause together pause it once.

    >>> with paused():
    ...     before = now()
    ...     time.sleep(0.01)
    ...     now() == before
    True
    """
    with _PAUSES.lock:
        if not _PAUSES.waiting:
            _PAUSES.since = time.monotonic()
        _PAUSES.waiting += 1
    try:
        yield
    finally:
        with _PAUSES.lock:
            _PAUSES.waiting -= 1
            if not _PAUSES.waiting:
                _PAUSES.total += time.monotonic() - _PAUSES.since
