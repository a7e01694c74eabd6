"""Long questions: what they tell of the interval they have come to (floats, not yet proved), and how they are cut."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from certigap.errors import SolverError

__all__ = ["Progress", "SweepProgress", "closing", "uninterrupted"]

Progress: TypeAlias = Callable[[float, float], None]
"""Told the lower and the upper end."""

SweepProgress: TypeAlias = Callable[[Fraction, float, float], None]
"""Told a radius and both ends there."""


def closing(progress: Progress) -> Progress:
    """It is told the least upper end so far: a bound's proof may come out a little above what it promised in floats."""
    least = math.inf

    def told(lower: float, upper: float) -> None:
        nonlocal least
        least = min(least, upper)
        progress(lower, max(lower, least))

    return told


def uninterrupted(work: Callable[[], bool]) -> bool:
    """What `work` returns; False when Ctrl-C or the failure of a solver ended it: what stands is what there is."""
    try:
        return work()
    except (KeyboardInterrupt, SolverError):
        return False
