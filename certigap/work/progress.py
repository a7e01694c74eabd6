"""Long questions: what they tell of the interval they have come to (floats, not yet proved), and how they are cut."""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

__all__ = ["Progress", "SweepProgress", "uninterrupted"]

Progress: TypeAlias = Callable[[float, float], None]
"""Told the lower and the upper end."""

SweepProgress: TypeAlias = Callable[[Fraction, float, float], None]
"""Told a radius and both ends there."""


def uninterrupted(work: Callable[[], bool]) -> bool:
    """What `work` returns; False when Ctrl-C ended it."""
    try:
        return work()
    except KeyboardInterrupt:
        return False
