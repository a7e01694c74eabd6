"""Other programs' floats as exact numbers; every rule is stated, and none has a tolerance.

*Read*: a float stands for the fraction of least distance with denominator at most 10^6 when that fraction rounds to
this very float (0.1 is 1/10), and for its own binary value otherwise. A probability row is read so when the fractions
then sum to exactly 1; otherwise its binary values are divided by their exact sum.

*Rounded* (only where the user names a denominator D): x becomes round(D x)/D; in a probability row the largest entry
absorbs what is missing to 1.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from certigap.errors import InputError

__all__ = ["MAX_DENOMINATOR", "read_number", "read_row", "rounded_number", "rounded_row"]

MAX_DENOMINATOR = 10**6


@lru_cache(maxsize=2**14)
def read_number(value: float) -> Fraction:
    """The exact number that a float stands for.

    >>> read_number(0.1), read_number(1 / 3), read_number(-2.0)
    (Fraction(1, 10), Fraction(1, 3), Fraction(-2, 1))
    """
    exact = _finite(value)
    simple = exact.limit_denominator(MAX_DENOMINATOR)
    return simple if float(simple) == value else exact


@lru_cache(maxsize=2**14)
def read_row(row: tuple[float, ...]) -> tuple[Fraction, ...]:
    """The exact probability row that floats stand for.

    >>> read_row((1 / 3, 1 / 3, 1 / 3))
    (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))
    """
    simple = tuple(read_number(value) for value in row)
    if min(simple) < 0:
        raise InputError(f"probabilities: expected numbers >= 0, got {row}")
    if sum(simple) == 1:
        return simple
    if abs(math.fsum(row) - 1) > 1e-6:
        raise InputError(f"probabilities: sum to {math.fsum(row)!r}, expected 1 within 1e-6")
    exact = [Fraction(value) for value in row]
    total = sum(exact)
    return tuple(value / total for value in exact)


def rounded_number(value: float, denominator: int) -> Fraction:
    """The nearest multiple of `1/denominator`.

    >>> rounded_number(0.333, 100)
    Fraction(33, 100)
    """
    return Fraction(round(_finite(value) * denominator), denominator)


def rounded_row(row: Sequence[float], denominator: int, what: str) -> list[Fraction]:
    """A probability row rounded to `denominator`, the largest entry absorbing the remainder.

    >>> rounded_row([0.3, 0.7], 8, "row")
    [Fraction(1, 4), Fraction(3, 4)]
    """
    exact = [_finite(value) for value in row]
    if min(exact) < 0 or abs(math.fsum(row) - 1) > 1e-6:
        raise InputError(f"{what}: expected probabilities >= 0 that sum to 1 within 1e-6, got sum {math.fsum(row)!r}")
    weights = [round(value * denominator) for value in exact]
    largest = max(range(len(weights)), key=weights.__getitem__)
    weights[largest] += denominator - sum(weights)
    if weights[largest] < 0:
        raise InputError(f"{what}: expected a denominator fine enough for {len(weights)} entries, got {denominator}")
    return [Fraction(weight, denominator) for weight in weights]


def _finite(value: float) -> Fraction:
    if not math.isfinite(value):
        raise InputError(f"number: expected a finite one, got {value!r}")
    return Fraction(value)
