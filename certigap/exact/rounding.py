"""Directed rounding of rationals to decimals: down never exceeds the number, up is never below it.

A number x is put between neighbours k 10^e and (k + 1) 10^e with k of a stated number of digits.
"""

import math
from fractions import Fraction

__all__ = ["decimal_down", "decimal_text", "decimal_up"]


def decimal_down(value: Fraction, digits: int) -> Fraction:
    """The largest decimal of about `digits` significant digits that is at most `value`.

    >>> decimal_down(Fraction(2, 3), 3)
    Fraction(333, 500)
    """
    unit = _unit(value, digits)
    return math.floor(value / unit) * unit


def decimal_up(value: Fraction, digits: int) -> Fraction:
    """The smallest decimal of about `digits` significant digits that is at least `value`.

    >>> decimal_up(Fraction(2, 3), 3)
    Fraction(667, 1000)
    """
    return -decimal_down(-value, digits)


def decimal_text(value: Fraction, digits: int = 6) -> str:
    """`value` rounded to nearest, `digits` significant digits, for reading only.

    >>> decimal_text(Fraction(50, 3)), decimal_text(Fraction(-1, 70000))
    ('16.6667', '-1.42857e-05')
    """
    if value == 0:
        return "0"
    exponent = _exponent(value)
    if abs(exponent) < 300:
        return f"{float(value):.{digits}g}"
    mantissa = float(abs(value) / Fraction(10) ** exponent)
    return f"{'-' if value < 0 else ''}{mantissa:.{digits - 1}f}e{exponent:+d}"


def _unit(value: Fraction, digits: int) -> Fraction:
    return Fraction(10) ** (_exponent(value) - digits + 1) if value else Fraction(1)


def _exponent(value: Fraction) -> int:
    """The decimal exponent of `value`, exactly: 10^e <= |value| < 10^(e+1)."""
    top, bottom = abs(value.numerator), value.denominator
    guess = int((top.bit_length() - bottom.bit_length()) * math.log10(2))
    while Fraction(10) ** guess > abs(value):
        guess -= 1
    while Fraction(10) ** (guess + 1) <= abs(value):
        guess += 1
    return guess
