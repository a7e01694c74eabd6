"""Zero-sum equilibria beyond floating point: Newton steps (Pollatschek, Avi-Itzhak) over the rationals.

From values V on the grid 2^-bits, the matrix games Q_V are solved exactly (Lemke-Howson, so degenerate ones too), their
strategies put on a grid, and V becomes the exact value of that profile, rounded. Near the fixed point, where the
supports no longer change, the number of correct bits doubles at each step.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from certigap.exact.grid import bits_below
from certigap.exact.vector import Bracket, Vector
from certigap.floats.game import payoff_scale
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import values
from certigap.semantics.evaluation import action_values
from certigap.solve.lemke_howson import lemke_howson
from certigap.solve.rationalise import grid_row
from certigap.work.deadline import Deadline

__all__ = ["polished_rows"]

_FLOAT_BITS = 45  # of a float solution that are right; each exact round doubles them
_SPARE_BITS = 16  # beyond the denominator asked for: rounding of values must not show in the policy


def polished_rows(game: Game, start: Sequence[float], denominator: int, deadline: Deadline) -> list[list[Any]]:
    """Rows of a near-equilibrium on the grid.

    Args:
        game: two players, constant sum.
        start: `[S]` values in floats, discounted payoff to player 1.
        denominator: of the grid.
        deadline: when to stop early.

    Returns:
        `[2][S][A_i(s)]` probabilities.
    """
    bits = denominator.bit_length() + _SPARE_BITS + bits_below(payoff_scale(game))
    point = _on_grid([Fraction(float(value)) for value in start], bits)
    rows = _stage_rows(game, point, denominator)
    known = _FLOAT_BITS
    while known < bits and deadline.going:
        point = _on_grid(values(game, Policy.from_rows(game, rows), "exact")[0].lower.fractions(), bits)
        rows = _stage_rows(game, point, denominator)
        known *= 2
    return rows


def _stage_rows(game: Game, point: Vector, denominator: int) -> list[list[Any]]:
    numerators = action_values(game, 0, Bracket.exact(point)).lower.numerators
    offsets = game.layout.row_offsets.tolist()
    rows: list[list[Any]] = [[], []]
    for state, (own, other) in enumerate(game.layout.shapes):
        flat = numerators[offsets[state] : offsets[state + 1]]
        table = [list(flat[a * other : (a + 1) * other]) for a in range(own)]
        mixed = lemke_howson(table, [[-x for x in line] for line in table])
        for player in range(2):
            rows[player].append(grid_row(mixed[player], denominator))
    return rows


def _on_grid(numbers: Sequence[Fraction], bits: int) -> Vector:
    return Vector(tuple(round(number * 2**bits) for number in numbers), 2**bits)
