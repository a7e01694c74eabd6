"""Other programs' floats as exact numbers; every rule is stated, and what is not exact is recorded.

*Read*: a float stands for the fraction of least distance with denominator at most 10^6 when that fraction rounds to
this very float (0.1 is 1/10), for the decimal of at most six digits that rounds to it (1e-15), and for its own binary
value otherwise. A probability row is read so when the fractions then sum to exactly 1; otherwise its binary values are
divided by their exact sum.

*Snapped* (`Reading`): sums of floats carry noise, so the same 1/3 arrives as several floats and 0 as -5.6e-17. A float
without a simple reading becomes 0 within 2^-44 of the largest payoff, or the nearest fraction with denominator at most
10^4 within 2^-44 of itself: less than one float in 10^5 is that near to one by accident. What was snapped, and what
kept its binary value, is recorded.

*Rounded* (only where the user names a denominator D): x becomes round(D x)/D; in a probability row the largest entry
absorbs what is missing to 1.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from certigap.errors import InputError

__all__ = ["MAX_DENOMINATOR", "Reading", "read_number", "read_row", "rounded_number", "rounded_row"]

MAX_DENOMINATOR = 10**6
_SNAPPED_DENOMINATOR = 10**4
_NOISE = Fraction(1, 2**44)
"""About 250 roundings: what long sums of payoffs and chances accumulate."""
_DIGITS = 6


def read_number(value: float) -> Fraction:
    """The exact number that a float stands for.

    >>> read_number(0.1), read_number(1 / 3), read_number(-2.0)
    (Fraction(1, 10), Fraction(1, 3), Fraction(-2, 1))
    """
    simple = _simple(value)
    return Fraction(value) if simple is None else simple


@lru_cache(maxsize=2**14)
def _simple(value: float) -> Fraction | None:
    """The simple number that rounds to this very float, if there is one."""
    exact = _finite(value)
    simple = exact.limit_denominator(MAX_DENOMINATOR)
    if float(simple) == value:
        return simple
    decimal = Decimal(repr(value))
    return Fraction(decimal) if len(decimal.as_tuple().digits) <= _DIGITS else None


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


class Reading:
    """Reads the floats of one game, snaps the noisy ones, and remembers both kinds that are not exact."""

    def __init__(self, scale: float) -> None:
        """`scale`: the largest payoff that is possible, in absolute value; 0 or infinity where it is not known."""
        self.scale = Fraction(scale) if math.isfinite(scale) else Fraction(0)
        self.snapped: dict[float, Fraction] = {}
        self.binary: set[float] = set()
        self.normalised: set[tuple[float, ...]] = set()

    def number(self, value: float) -> Fraction:
        """A payoff.

        >>> reading = Reading(1.0)
        >>> reading.number(0.1 + 0.2), reading.number(-5.6e-17), len(reading.snapped)
        (Fraction(3, 10), Fraction(0, 1), 2)
        """
        simple = None if 0 < abs(value) <= _NOISE * self.scale else _simple(value)
        if simple is None:
            simple = self._nearest(value)
            if simple is None:
                self.binary.add(value)
                return Fraction(value)
            self.snapped[value] = simple
        return simple

    def row(self, row: tuple[float, ...]) -> tuple[Fraction, ...]:
        """A probability row."""
        plain = read_row(row)
        if all(map(_is_simple, row)) and sum(map(read_number, row)) == 1:
            return plain
        near = [self._nearest(value) if _simple(value) is None else _simple(value) for value in row]
        found = tuple(value for value in near if value is not None)
        if len(found) == len(row) and sum(found) == 1 and min(found) >= 0:
            self.snapped |= {value: new for value, new in zip(row, found, strict=True) if not _is_simple(value)}
            return found
        self.normalised.add(row)
        return plain

    def _nearest(self, value: float) -> Fraction | None:
        exact = Fraction(value)
        if abs(exact) <= _NOISE * self.scale:
            return Fraction(0)
        near = exact.limit_denominator(_SNAPPED_DENOMINATOR)
        return near if abs(near - exact) <= _NOISE * abs(exact) else None

    def facts(self) -> dict[str, str]:
        """What was not exact, for a game's `meta`; empty where all was."""
        facts = {}
        if self.snapped:
            largest = max(abs(new - Fraction(old)) for old, new in self.snapped.items())
            facts["floats_snapped"] = f"{len(self.snapped)} distinct, by at most {float(largest):.2g}"
        if self.binary:
            facts["floats_binary"] = f"{len(self.binary)} distinct payoffs are no simple fractions: taken as stored"
        if self.normalised:
            rows = f"{len(self.normalised)} distinct rows are no simple fractions"
            facts["chances_binary"] = f"{rows}: divided by their sum"
        return facts


def _is_simple(value: float) -> bool:
    return _simple(value) is not None


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
    exact = [_finite(value, what) for value in row]
    if min(exact) < 0 or abs(math.fsum(row) - 1) > 1e-6:
        raise InputError(f"{what}: expected probabilities >= 0 that sum to 1 within 1e-6, got sum {math.fsum(row)!r}")
    weights = [round(value * denominator) for value in exact]
    largest = max(range(len(weights)), key=weights.__getitem__)
    weights[largest] += denominator - sum(weights)
    if weights[largest] < 0:
        raise InputError(f"{what}: expected a denominator fine enough for {len(weights)} entries, got {denominator}")
    return [Fraction(weight, denominator) for weight in weights]


def _finite(value: float, what: str = "number") -> Fraction:
    if not math.isfinite(value):
        raise InputError(f"{what}: expected a finite number, got {value!r}")
    return Fraction(value)
