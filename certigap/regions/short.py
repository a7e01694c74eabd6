"""Short exact vectors in place of rounded ones: ties are decided by exact numbers alone."""

from collections.abc import Callable, Sequence

from certigap.exact.vector import Vector

__all__ = ["shortened"]

_LARGEST = 10**5  # denominators of exact values in hand-made games; rounding, 1e-11, stays far below their distances


def shortened(vector: Vector, holds: Callable[[Sequence[int], int], bool]) -> Vector:
    """The vector of short fractions beside a rounded one, where it `holds` (numerators, denominator) too."""
    short = Vector.of(x.limit_denominator(_LARGEST) for x in vector.fractions())
    return short if holds(short.numerators, short.denominator) else vector
