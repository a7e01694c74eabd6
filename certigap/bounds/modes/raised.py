"""Vectors of one leaf in integers: what floats propose is rounded up until every rule of FORMAT 6.5 holds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from certigap.bounds.modes.pay import Pay
from certigap.bounds.modes.proof import GROUPS, ModeLeaf
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.vector import Vector
from certigap.floats.kernel.mode_integers import (
    N0,
    N1,
    U0,
    U1,
    FixedGame,
    FixedLeaf,
    FixedRoom,
    FixedSets,
    X,
    raise_vector,
    worst_lack,
)

__all__ = ["RATE_BITS", "Raised", "Rules"]

CODES = {"X": X, "N1": N1, "N0": N0, "U1": U1, "U0": U0}
RATE_BITS = 32
RANGE_BITS = 27  # of all vectors and rewards together: differences stay below 2^29
GRAIN = 8  # vectors are multiples of 2^8 units: about 2^-19 of that range


@dataclass(frozen=True)
class Rules:
    """What the vectors of a leaf must satisfy: rates `[3][n][S]` w0, w1, wX over 2^32; group and state of a mark."""

    sets: FixedSets
    pay: Pay
    rates: list[list[list[int]]]
    mark: tuple[str, int] | None


class Raised:
    """The integers of one leaf, over 2^bits."""

    def __init__(
        self,
        game: FixedGame,
        discount: Fraction,
        room: FixedRoom,
        rounds: int,
        rules: Rules,
        leaf: ModeLeaf,
        total: float,
    ) -> None:
        self.game, self.discount, self.room, self.rounds = game, discount, room, rounds
        self.sets, self.leaf, self.grain = rules.sets, leaf, GRAIN
        self.bits = bits = RANGE_BITS - math.frexp(total or 1.0)[1]
        self.best, self.own = rules.pay.up(bits)
        w0, w1, wx = (
            np.array([[_shifted(w, bits) for w in row] for row in rate], dtype=np.int64) for rate in rules.rates
        )
        self.prices, states = (w0, w1, wx), len(game.shapes)
        self.vectors, self.marks = np.zeros((5, states), dtype=np.int64), np.zeros((5, states), dtype=np.int64)
        if rules.mark is not None:
            group, state = rules.mark
            for name in GROUPS[group]:
                self.marks[CODES[name], state] = math.ceil(Fraction(2) ** bits)

    def set_known(self, name: str, vector: Vector) -> None:
        """A vector that holds already, rounded up."""
        scale = Fraction(2) ** self.bits / vector.denominator
        self.vectors[CODES[name]] = [math.ceil(x * scale) for x in vector.numerators]

    def settled(self, floats: Mapping[str, FloatArray], grid: int | None = None, rest: int = 0) -> ModeLeaf | None:
        """The vectors, rounded up until their rules hold: as fine as fits, or multiples of 2^-grid.

        All but the one that bounds are `rest` bits coarser.
        """
        found, last = dict[str, Vector](), [*floats][-1]
        for name, vector in floats.items():
            bits = self.bits - GRAIN if grid is None else min(self.bits - GRAIN, grid - (rest if name != last else 0))
            self.grain = self.bits - bits
            self.vectors[CODES[name]] = np.ceil(np.ldexp(vector, bits)).astype(np.int64) << self.grain
            if not self.settle(name):
                return None
            found[name] = self.exact(name)
        return replace(self.leaf, vectors=found)

    def settle(self, name: str) -> bool:
        """Raise one vector until its rule holds; those on which it rests have been settled before."""
        which, unit, v = CODES[name], 1 << self.grain, self.vectors
        for _ in range(4):
            together: IndexArray = np.stack([v[U0] - v[X] - v[N0], v[U1] - v[X] - v[N1]])
            lows = np.array([v[X].min(), v[N1].min(), v[N0].min(), together[1].min(), together[0].min()])
            fixed = np.array([math.ceil(self.discount * int(low)) for low in lows], dtype=np.int64)
            leaf = FixedLeaf(v, together, lows, fixed, self.best, self.own, *self.prices, self.marks)
            if not raise_vector(self.game, self.sets, leaf, which, unit, self.rounds, self.room):
                return self._in_range()
            lack = worst_lack(self.game, self.sets, leaf, which, self.room)
            more = max(0, math.ceil(lack / ((1 - self.discount) * unit))) * unit
            if more >= 1 << (RANGE_BITS + 1):
                return False
            v[which] += more
            if not self._in_range():
                return False
        return False

    def exact(self, name: str) -> Vector:
        """The vector as a certificate has it."""
        bits, numbers = self.bits - self.grain, (self.vectors[CODES[name]] >> self.grain).tolist()
        return Vector(tuple(numbers), 1 << bits) if bits >= 0 else Vector(tuple(x << -bits for x in numbers), 1)

    def _in_range(self) -> bool:
        """Differences of values stay below 2^29."""
        most = np.abs(self.vectors).max(axis=1).sum() + np.abs(self.best).max() + np.abs(self.own).max()
        return bool(most < 1 << (RANGE_BITS + 1))


def _shifted(rate: int, bits: int) -> int:
    """A rate over 2^32 as one over 2^bits, rounded down; one that is never worth paying where it is very large."""
    return min(rate >> (RATE_BITS - bits) if bits <= RATE_BITS else rate << (bits - RATE_BITS), 1 << 29)
