"""A moment at which work stops and hands over what it has: every loop that can run long asks `going`."""

import math
from dataclasses import dataclass
from fractions import Fraction

from certigap.work.clock import now

__all__ = ["Deadline"]


@dataclass(slots=True)
class _Family:
    """What a deadline shares with its parts."""

    stopped: bool = False
    ended: bool = False


class Deadline:
    """`budget` seconds from now, by a clock that stands still while kernels are compiled; None: never.

    >>> Deadline(None).going, Deadline(0).going
    (True, False)
    >>> Deadline(60).share(Fraction(1, 2)).left < 31
    True
    """

    __slots__ = ("_began", "_end", "_family")

    def __init__(self, budget: float | None = None, family: "_Family | None" = None) -> None:
        self._began = now()
        self._end = math.inf if budget is None else self._began + budget
        self._family = _Family() if family is None else family

    def end(self) -> None:
        """No time is left: of this one, the one that it is a part of, and all its parts."""
        self._family.ended = True

    @property
    def going(self) -> bool:
        """There is time left."""
        if now() < self._end and not self._family.ended:
            return True
        self._family.stopped = True
        return False

    @property
    def stopped(self) -> bool:
        """Work was told to stop: by this one, the one that it is a part of, or another part of that."""
        return self._family.stopped

    @property
    def is_open(self) -> bool:
        """It never comes."""
        return self._end == math.inf

    @property
    def left(self) -> float:
        """Seconds left, at least 0; infinity when it never comes."""
        return 0.0 if self._family.ended else max(0.0, self._end - now())

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
        return Deadline(None if self.is_open else self.left * float(part), self._family)

    def before(self, seconds: float) -> "Deadline":
        """One that comes so many seconds sooner: while it is `going`, work of that length ends in time."""
        return Deadline(self.left - seconds, self._family)

    def within(self, seconds: float) -> "Deadline":
        """This one, or one in so many seconds where that comes first."""
        return Deadline(min(self.left, seconds), self._family)

    def or_within(self, seconds: float) -> "Deadline":
        """This one; where it never comes, one in so many seconds."""
        return Deadline(seconds, self._family) if self.is_open else self
