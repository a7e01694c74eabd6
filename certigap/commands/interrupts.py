"""Ctrl-C at a question that can hand over what it has."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from certigap.work.deadline import Deadline

__all__ = ["ended_by_interrupt"]


@contextmanager
def ended_by_interrupt(deadline: Deadline) -> Iterator[None]:
    """Inside, the first Ctrl-C ends the deadline; another is what it always is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: Any) -> None:
        signal.signal(signal.SIGINT, before)
        deadline.end()

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
