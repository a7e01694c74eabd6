"""A moment at which work stops and hands over what it has: every loop that can run long asks `going`."""

import math
from fractions import Fraction

from certigap.work.clock import now

__all__ = ["Deadline"]


class Deadline:
    """`budget` seconds from now, by a clock that stands still while kernels are compiled; None: never.

    >>> Deadline(None).going, Deadline(0).going
    (True, False)
    >>> Deadline(60).share(Fraction(1, 2)).left < 31
    True
    """

    __slots__ = ("_began", "_end", "_stops")

    def __init__(self, budget: float | None = None, stops: list[bool] | None = None) -> None:
        self._began = now()
        self._end = math.inf if budget is None else self._began + budget
        self._stops = [] if stops is None else stops

    @property
    def going(self) -> bool:
        """There is time left."""
        if now() < self._end:
            return True
        self._stops[:] = [True]
        return False

    @property
    def stopped(self) -> bool:
        """Work was told to stop: by this one, the one that it is a part of, or another part of that."""
        return bool(self._stops)

    @property
    def is_open(self) -> bool:
        """It never comes."""
        return self._end == math.inf

    @property
    def left(self) -> float:
        """Seconds left, at least 0; infinity when it never comes."""
        return max(0.0, self._end - now())

    @property
    def budget(self) -> float | None:
        """Seconds left as an argument of others' programs: None when it never comes."""
        return None if self.is_open else self.left

    @property
    def spent(self) -> float:
        """Seconds since it was set."""
        return now() - self._began

    def share(self, part: Fraction | float) -> "Deadline":
        """A deadline after this part of the time left; never, if this one never comes."""
        return Deadline(None if self.is_open else self.left * float(part), self._stops)

    def before(self, seconds: float) -> "Deadline":
        """One that comes so many seconds sooner: while it is `going`, work of that length ends in time."""
        return Deadline(self.left - seconds, self._stops)

    def within(self, seconds: float) -> "Deadline":
        """This one, or one in so many seconds where that comes first."""
        return Deadline(min(self.left, seconds), self._stops)

    def or_within(self, seconds: float) -> "Deadline":
        """This one; where it never comes, one in so many seconds."""
        return Deadline(seconds, self._stops) if self.is_open else self
