"""The grid 2^-k: floats onto it, integers off it, and intervals rounded outward to it."""

import math
from fractions import Fraction

import numpy as np

from certigap.exact.integers import FloatArray, IntArray
from certigap.exact.interval import Interval
from certigap.exact.vector import Vector

__all__ = ["bits_below", "nearest", "on_grid", "outward", "to_grid"]

_SHORT_BITS = 512  # a shorter number is handed on as it is
_OUTWARD_BITS = 96  # of the larger end: twice a float's, so nobody sees the rounding


def to_grid(values: FloatArray, bits: int) -> IntArray:
    """The nearest integers to `values * 2^bits`, as Python integers (a float is a dyadic rational)."""
    result = np.empty(len(values), dtype=object)
    result[:] = [_nearest(value, bits) for value in values.tolist()]
    return result


def nearest(value: float, bits: int) -> Fraction:
    """The nearest multiple of 2^-bits.

    >>> nearest(0.3, 2)
    Fraction(1, 4)
    """
    return Fraction(_nearest(value, bits), 1 << bits)


def bits_below(size: float) -> int:
    """How many bits a number is below 1, by which a grid must be finer to be as fine for it; 0 for 0 and from 1 on.

    >>> bits_below(0.3), bits_below(1e-15), bits_below(7.0)
    (1, 49, 0)
    """
    return max(0, -math.frexp(size)[1]) if size > 0 else 0


def on_grid(grid: IntArray, bits: int) -> Vector:
    """The vector `grid / 2^bits`."""
    return Vector(tuple(int(x) for x in grid), 1 << bits)


def outward(interval: Interval) -> Interval:
    """The same interval with long ends rounded outward, to about 2^-96 of the larger end.

    >>> outward(Interval.point(Fraction(1, 3)))
    Interval(lower=Fraction(1, 3), upper=Fraction(1, 3))
    """
    lower, upper = interval.lower, interval.upper
    if lower is None or upper is None or max(_length(lower), _length(upper)) <= _SHORT_BITS:
        return interval
    size = max(abs(lower), abs(upper))
    bits = max(0, _OUTWARD_BITS + size.denominator.bit_length() - size.numerator.bit_length())
    scale = 1 << bits
    return Interval(Fraction(math.floor(lower * scale), scale), Fraction(math.ceil(upper * scale), scale))


def _nearest(value: float, bits: int) -> int:
    try:
        return round(math.ldexp(value, bits))  # a shift of the exponent is exact
    except OverflowError:
        numerator, denominator = value.as_integer_ratio()
        return round(Fraction(numerator << bits, denominator))


def _length(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
