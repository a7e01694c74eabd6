"""Exact vectors over one common denominator, and two-sided brackets of unknown vectors.

A vector is `numerators / denominator`: sums and comparisons stay in integers, no gcd in a hot path.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.brief import Brief

__all__ = ["Bracket", "Vector"]


@dataclass(frozen=True, slots=True, repr=False)
class Vector(Brief):
    """The rational vector `numerators / denominator` (`[S]`, denominator > 0).

    >>> Vector.of([Fraction(1, 2), Fraction(1, 3)])
    Vector(numerators=(3, 2), denominator=6)
    """

    numerators: tuple[int, ...]
    denominator: int

    @classmethod
    def of(cls, values: Iterable[Fraction | int]) -> "Vector":
        """The same numbers over their least common denominator."""
        fractions = [Fraction(value) for value in values]
        denominator = math.lcm(*(value.denominator for value in fractions)) if fractions else 1
        return cls(tuple(value.numerator * (denominator // value.denominator) for value in fractions), denominator)

    def __len__(self) -> int:
        return len(self.numerators)

    def __getitem__(self, index: int) -> Fraction:
        return Fraction(self.numerators[index], self.denominator)

    def fractions(self) -> list[Fraction]:
        """The entries as `Fraction`s."""
        return [Fraction(numerator, self.denominator) for numerator in self.numerators]

    def floats(self) -> list[float]:
        """The entries as nearest floats, for display and for starting points only."""
        return [numerator / self.denominator for numerator in self.numerators]

    def dot(self, weights: Sequence[int], denominator: int = 1) -> Fraction:
        """`sum_s self[s] * weights[s] / denominator`."""
        total = sum(x * int(w) for x, w in zip(self.numerators, weights, strict=True) if w)
        return Fraction(total, self.denominator * denominator)

    def bits(self) -> int:
        """Bits of the longest integer that it holds."""
        return max(self.denominator.bit_length(), *(abs(x).bit_length() for x in self.numerators), 1)


@dataclass(frozen=True, slots=True, repr=False)
class Bracket(Brief):
    """Vectors `lower <= v <= upper` (entrywise) around an unknown `v`; the same object twice when `v` is known."""

    lower: Vector
    upper: Vector

    @classmethod
    def exact(cls, vector: Vector) -> "Bracket":
        """The bracket of a known vector."""
        return cls(vector, vector)

    @property
    def is_exact(self) -> bool:
        """The bracket holds one vector alone."""
        return self.lower == self.upper
