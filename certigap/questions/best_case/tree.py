"""Trees of boxes over the profiles of a bimatrix game, examined exactly, in integers.

The ends of all boxes are dyadic, k / 2^m: with `unit` = 2^m the rules of `certigap.questions.best_case.boxes` run in
integers, in `int64` where every intermediate number fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from certigap.exact.integers import IntArray, as_object, bit_length
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.best_case.boxes import Numbers, gap_lowers, ranges, tighten

__all__ = ["Leaves", "Split", "leaf_bounds"]

_CHUNK = 1_000  # boxes checked at a time: arrays of a few megabytes
_SAFE_BITS = 62  # one of 64 is the sign, one is kept for the last sum


@dataclass(frozen=True, slots=True)
class Split:
    """A box divided at `probability(player, action) = at`: first the part below, then the part above."""

    player: int
    action: int
    at: Fraction


@dataclass(frozen=True, slots=True)
class Leaves:
    """Boxes `[N, A + B]` with dyadic ends, and which equilibrium `[N]` each belongs to."""

    low: Numbers
    high: Numbers
    trees: Sequence[int]


def leaf_bounds(game: Game, leaves: Leaves, experts: Sequence[Policy], eps: Fraction) -> list[Fraction | None]:
    """A lower bound of NashGap over each box's profiles at distance `eps`, exactly; None where there are none.

    Args:
        game: a bimatrix game.
        leaves: the boxes.
        experts: the equilibria.
        eps: joint L1 distance.
    """
    (low, high, unit), (tables, denominator) = _integers(leaves), _tables(game)
    targets, scale = _targets(experts, eps)
    wanted, first = int(eps * scale) * unit**2, len(tables[0])
    sizes = (bit_length(tables[0]), bit_length(tables[1]), scale.bit_length())
    if 2 * unit.bit_length() + max(sizes) + tables[0].size.bit_length() + 4 <= _SAFE_BITS:
        low, high, targets = low.astype(np.int64), high.astype(np.int64), targets.astype(np.int64)
        tables = (tables[0].astype(np.int64), tables[1].astype(np.int64))
    found: list[Fraction | None] = []
    for start in range(0, len(low), _CHUNK):
        a, b = tighten(low[start : start + _CHUNK], high[start : start + _CHUNK], first, unit)
        stretch = np.array([scale] * first + [1] * (a.shape[1] - first), dtype=a.dtype)
        own = targets[list(leaves.trees[start : start + _CHUNK])] * unit**2
        closest, farthest = ranges(a * stretch, b * stretch, first, own)
        far = (a > b).any(axis=1) | (closest > wanted) | (farthest < wanted)
        pairs = zip(far.tolist(), gap_lowers(a, b, tables, unit).tolist(), strict=True)
        found += [None if gone else Fraction(int(bound), denominator * unit**2) for gone, bound in pairs]
    return found


def _integers(leaves: Leaves) -> tuple[IntArray, IntArray, int]:
    """The boxes' ends as Python integers over one power of 2."""
    ends = np.concatenate([leaves.low, leaves.high])
    unit = max(x.as_integer_ratio()[1] for x in np.unique(ends).tolist())
    scaled = [[p * (unit // q) for p, q in (x.as_integer_ratio() for x in row)] for row in ends.tolist()]
    low, high = np.split(np.array(scaled, dtype=object), 2)
    return low, high, unit


def _tables(game: Game) -> tuple[tuple[IntArray, IntArray], int]:
    """`[A, B]` payoffs of both players over one denominator."""
    denominator = lcm(*game.reward_denominators)
    shape = game.layout.shapes[0]
    first, second = (
        as_object(own).reshape(shape) * (denominator // d)
        for own, d in zip(game.rewards, game.reward_denominators, strict=True)
    )
    return (first, second), denominator


def _targets(experts: Sequence[Policy], eps: Fraction) -> tuple[IntArray, int]:
    """`[E, A, B]` joint distributions over one denominator, which is one of `eps` too."""
    rows = [[own[0].fractions() for own in expert.rows] for expert in experts]
    scale = lcm(eps.denominator, *(p.denominator * q.denominator for x, y in rows for p in x for q in y))
    return np.array([[[int(p * q * scale) for q in y] for p in x] for x, y in rows], dtype=object), scale
