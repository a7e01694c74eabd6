"""A moment at which a solver stops and hands over what it has."""

import time

__all__ = ["Deadline"]


class Deadline:
    """`budget` seconds from now; None: never.

    >>> Deadline(None).passed
    False
    """

    def __init__(self, budget: float | None) -> None:
        self._end = None if budget is None else time.monotonic() + budget

    @property
    def passed(self) -> bool:
        """The time is over."""
        return self._end is not None and time.monotonic() >= self._end
