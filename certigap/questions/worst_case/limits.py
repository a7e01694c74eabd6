"""When the interval of a worst case is short enough, unless somebody asks for more."""

from fractions import Fraction

__all__ = ["RATIO", "SHORT"]

RATIO = Fraction(201, 200)
"""upper/lower at which an interval is tight enough, unless asked otherwise."""

SHORT = Fraction(1, 10**6)
"""Of the trivial bound: an interval this short is closed whatever its ratio."""
