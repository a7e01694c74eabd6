"""How large values are, state by state: the units in which float iterations measure moves and margins.

A rare state with huge rewards must not blur the others: where values are 1e19 at one state and 1e4 at the start, a move
of 1e-12 of the largest value is 1e7. With u > 0 and u(s) >= max |r(s,.)| + g' max_k P(.|k).u, g' = (1 + g)/2, every
operator of THEORY 5 contracts by g/g' in the norm max_s |X(s)|/u(s), because its slope in X is at most g P. So the
iteration runs on X/u, with r(s,.)/u(s) and P(t|.) u(t)/u(s), and nothing else changes. Units are proposals: what comes
out is checked in integers as ever.

They are 1 wherever that will do: unless the start's unit is far below the largest.
"""

import numpy as np

from certigap.exact.integers import FloatArray
from certigap.floats.fixed_point import fixed_point
from certigap.model.game import Game
from certigap.work.deadline import Deadline

__all__ = ["state_units"]

_FAR = 2.0**16
"""Largest unit over the start's, above which units are worth it: rounding to 1e-12 then costs 1e-7 at the start."""
_LEAST = 2.0**-200
"""Of the largest unit: below, integers would grow for nothing."""
_SECONDS, _SLICE = 1.0, 200
"""Time for them, and sweeps between two looks at the clock: without units bounds are blurred, not lost."""
_PART = 1 / 4
"""Of what a sweep contracts: units that still grow by less per sweep will do."""


def state_units(game: Game) -> FloatArray:
    """u `[S]`: discounted payoffs of every player, divided by its largest reward; all 1 where values are even."""
    even, g = np.ones(len(game.states)), game.float_discount
    rewards = np.abs(game.float_rewards())
    largest = rewards.max(axis=1, keepdims=True)
    rows = (rewards / np.where(largest > 0, largest, 1.0)).max(axis=0)
    first = game.layout.row_offsets[:-1]
    own = np.maximum.reduceat(rows, first)
    if not g or not own.max() > 0 or own.min() * _FAR >= 1:
        return even
    units = _grown(game, own, (1 + g) / 2, _PART * (1 - g) / 2)
    if units is None:
        return even
    start = float(units @ [float(p) for p in game.initial.fractions()])
    return np.maximum(units, _LEAST * units.max()) if units.max() > _FAR * start else even


def _grown(game: Game, own: FloatArray, discount: float, enough: float) -> FloatArray | None:
    """u = own + discount max_k P(.|k).u, nearly, from below; None where that takes too long."""
    from scipy.sparse import csr_array

    transitions, first = game.transitions, game.layout.row_offsets[:-1]
    shape = (game.layout.rows, len(game.states))
    matrix = csr_array((transitions.floats(), transitions.columns, transitions.offsets), shape=shape)
    floor = _LEAST * float(own.max())

    def grown(units: FloatArray) -> FloatArray:
        return np.maximum(own + discount * np.maximum.reduceat(matrix @ units, first), floor)

    def sweeps(units: FloatArray, count: int) -> float:
        """Until nothing grows by more than `enough` of itself; the largest move, 0 there."""
        for _ in range(count):
            after = grown(units)
            move, ended = float(np.abs(after - units).max()), bool((after <= units * (1 + enough)).all())
            units[:] = after
            if ended:
                return 0.0
        return move

    units = np.maximum(own, floor)
    fixed_point(sweeps, units, discount, 0.0, _SLICE, Deadline(_SECONDS))
    return units if (grown(units) <= units * (1 + enough)).all() else None
