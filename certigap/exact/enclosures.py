"""Rational enclosures of exp and log, by interval arithmetic with outward rounding (mpmath's `iv`).

The context is this module's own, so that no user's precision is changed, and none of theirs changes a result here.
"""

from fractions import Fraction
from typing import Any

from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import to_rational

from certigap.errors import InputError

__all__ = ["Enclosure", "entropy", "exp", "log"]

Enclosure = tuple[Fraction, Fraction]
"""A lower and an upper end."""

_CONTEXT = MPIntervalContext()
_CONTEXT.prec = 160  # bits: ends about 1e-45 apart, far below the margins of the vectors that are checked with them


def exp(value: Fraction) -> Enclosure:
    """Ends around e^value.

    >>> lower, upper = exp(Fraction(1))
    >>> lower < Fraction(2718281828459045235, 10**18) + Fraction(1, 10**18) and upper - lower < Fraction(1, 10**40)
    True
    """
    return _ends(_CONTEXT.exp(_interval(value)))


def log(value: Fraction) -> Enclosure:
    """Ends around the natural logarithm of a positive rational."""
    if value <= 0:
        raise InputError(f"log: expected a rational > 0, got {value}")
    return _ends(_CONTEXT.log(_interval(value)))


def entropy(row: list[Fraction]) -> Enclosure:
    """Ends around -sum p log p, in nats; 0 log 0 = 0.

    >>> entropy([Fraction(1), Fraction(0)])
    (Fraction(0, 1), Fraction(0, 1))
    """
    logs = [(p, *log(p)) for p in row if 0 < p < 1]
    lower = sum((-p * high for p, _, high in logs), Fraction(0))
    return max(Fraction(0), lower), sum((-p * low for p, low, _ in logs), Fraction(0))


def _interval(value: Fraction) -> Any:
    return _CONTEXT.mpf(value.numerator) / value.denominator


def _ends(found: Any) -> Enclosure:
    low, high = (to_rational(end) for end in found._mpi_)
    return Fraction(int(low[0]), int(low[1])), Fraction(int(high[0]), int(high[1]))
