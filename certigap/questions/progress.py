"""What long questions tell of the interval that they have come to, for a display: floats, not yet proved."""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

__all__ = ["Progress", "SweepProgress"]

Progress: TypeAlias = Callable[[float, float], None]
"""Told the lower and the upper end."""

SweepProgress: TypeAlias = Callable[[Fraction, float, float], None]
"""Told a radius and both ends there."""
