"""From a float policy to an exact one inside the ball: rounded to a grid, then drawn towards the expert until it fits.

The error sum_s u(s) || y(s) - e(s) ||_1, with u >= mu of the expert, is positively homogeneous in y - e: the factor
min(1, eps / error), rounded down, brings it to at most eps exactly.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from certigap.exact.vector import Vector
from certigap.floats.play import Floats
from certigap.model.policy import Policy
from certigap.model.rows import distribution

__all__ = ["inside_ball", "matching_cost"]

GRID = 2**32  # probabilities to 2e-10: a witness loses as much of its gap, and its numbers stay short
_SHORT = 1_000  # denominators of numbers that people write


def inside_ball(policy: Sequence[Floats], expert: Policy, occupancy_upper: Vector, eps: Fraction) -> Policy:
    """A rational policy near `policy` whose error is at most `eps` for every player, by the occupancy bound.

    Args:
        policy: per player `[L_i]` float probabilities.
        expert: the center.
        occupancy_upper: `[S]` u >= mu of the expert.
        eps: radius of B_BC.
    """
    game = expert.game
    rows = []
    for player, own in enumerate(policy):
        offsets = game.layout.action_offsets[player]
        rounded = [_rounded(own[offsets[s] : offsets[s + 1]]) for s in range(len(game.states))]
        centers = [row.fractions() for row in expert.rows[player]]
        factor = _factor(rounded, centers, occupancy_upper, eps)
        rows.append(
            [
                [e + factor * (y - e) for y, e in zip(row, center, strict=True)]
                for row, center in zip(rounded, centers, strict=True)
            ]
        )
    names = zip(game.players, rows, strict=True)
    return Policy(game, tuple(tuple(distribution(row, f"witness of {name}") for row in own) for name, own in names))


def matching_cost(policy: Policy, expert: Policy, occupancy_upper: Vector) -> Fraction:
    """max_i sum_s u(s) || pi_i(.|s) - piE_i(.|s) ||_1: at least eps_BC(pi) when u >= mu of the expert."""
    pairs = zip(policy.rows, expert.rows, strict=True)
    return max(
        _cost([row.fractions() for row in own], [row.fractions() for row in center], occupancy_upper)
        for own, center in pairs
    )


def _cost(rows: Sequence[Sequence[Fraction]], centers: Sequence[Sequence[Fraction]], occupancy: Vector) -> Fraction:
    distances = (
        sum((abs(y - e) for y, e in zip(row, center, strict=True)), Fraction(0))
        for row, center in zip(rows, centers, strict=True)
    )
    return sum((m * d for m, d in zip(occupancy.fractions(), distances, strict=True)), Fraction(0))


def _factor(
    rows: Sequence[Sequence[Fraction]], centers: Sequence[Sequence[Fraction]], occupancy: Vector, eps: Fraction
) -> Fraction:
    cost = _cost(rows, centers, occupancy)
    if cost <= eps:
        return Fraction(1)
    return Fraction(int(eps / cost * GRID), GRID)


def _rounded(row: Floats) -> list[Fraction]:
    """The short rationals that the floats stand for, if they sum to 1; else the row over the grid."""
    clipped = np.clip(row, 0.0, 1.0)
    short = [Fraction(float(value)).limit_denominator(_SHORT) for value in clipped]
    if sum(short) == 1 and all(abs(float(x) - value) < 1e-12 for x, value in zip(short, clipped, strict=True)):
        return short
    weights = [round(float(value) * GRID) for value in clipped / clipped.sum()]
    weights[int(np.argmax(clipped))] += GRID - sum(weights)
    return [Fraction(weight, GRID) for weight in weights]
