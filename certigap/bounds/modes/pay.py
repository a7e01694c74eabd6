"""What the two chains of the mode rules are paid (FORMAT 6.5), exactly."""

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from certigap.bounds.modes.nodes import ModeBall
from certigap.bounds.modes.proof import Tilt
from certigap.exact.integers import IndexArray, IntArray

__all__ = ["Pay"]


@dataclass(frozen=True)
class Pay:
    """theta r (deviator) and -theta r - (1 - g) k (imitator) of every joint action, over one denominator."""

    best: IntArray  # [K]
    own: IntArray  # [K]
    denominator: int
    size: float  # of the largest of both, together
    _known: dict[int, tuple[IndexArray, IndexArray]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, rewards: IntArray, denominator: int, theta: Fraction, ball: ModeBall, tilt: Tilt | None) -> "Pay":
        """For rewards `[K]` over a denominator."""
        common, stay = denominator * theta.denominator, 1 - ball.game.discount
        best = rewards * theta.numerator
        own = -best
        if tilt is not None:
            k = tilt.by_row(ball)
            factor = math.lcm(*(x.denominator for x in k)) * stay.denominator
            best, own, common = best * factor, own * factor, common * factor
            own = own - np.array([int(stay * x * common) for x in k], dtype=object)
        size = sum(float(Fraction(int(np.abs(x).max()), common)) for x in (best, own))
        return cls(best, own, common, size)

    def up(self, bits: int) -> tuple[IndexArray, IndexArray]:
        """Both times 2^bits, rounded up."""
        if bits not in self._known:
            top, bottom = 1 << max(bits, 0), self.denominator << max(-bits, 0)
            best, own = (-((-x * top) // bottom) for x in (self.best, self.own))
            self._known[bits] = best.astype(np.int64), own.astype(np.int64)
        return self._known[bits]
