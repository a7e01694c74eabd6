"""A local search along the border of an occupancy ball: linear programs in trust regions, in floats.

At a policy, gap and occupancy are replaced by their tangents in all rows together, and the program moves the rows, by
at most a width each, for the most gap within the ball; what leaves the ball costs `toll` a unit. A step that raises
gap - toll (error - eps)+ is taken and the next may be longer, else shorter. So rows that balance each other in a thin
ball move together, which moves of single rows (`moves`) do not find; a start outside the ball is as good.
"""

from collections.abc import Callable

import numpy as np

from certigap.errors import SolverError
from certigap.floats.play import Floats, Indices
from certigap.floats.solvers import least_cost
from certigap.floats.stack import Stack

__all__ = ["polished"]

_NUDGE = 1e-6  # of an entry, for tangents
_STEPS = 30
_WIDEST, _FIRST, _LEAST = 1.0, 0.3, 1e-4
"""Widths of the trust region."""
_LONGER, _SHORTER = 2.0, 0.3
_INSIDE = 1e-7  # of the radius: what the search stays below it
_ACCURACY = 1e-10  # of the solver's constraints, above all the radius
_GAIN = 1e-8  # of the toll: what raises the score less, or promises to, is no step


def polished(
    stack: Stack, policy: Floats, rows: Indices, player: int, eps: float, toll: float, going: Callable[[], bool]
) -> Floats | None:
    """A policy of the ball with a large gap of one player, near `policy`; None where none in the ball is found.

    Args:
        stack: evaluates, and knows the expert.
        policy: `[L]`, anywhere.
        rows: `[L]` the row of each entry.
        player: who gains.
        eps: radius, > 0.
        toll: of a unit of error beyond it.
        going: asked before every step.
    """
    radius = eps * (1 - _INSIDE)

    def score(one: Floats) -> float:
        return float(stack.gaps(one[None])[0, player] - toll * max(float(stack.errors(one[None])[0]) - radius, 0.0))

    here, width = score(policy), _FIRST
    for _ in range(_STEPS):
        if width < _LEAST or not going():
            break
        step, promise = _step(stack, policy, rows, player, radius, toll, width)
        if promise <= here + _GAIN * toll:
            break
        trial = np.clip(policy + step, 0.0, 1.0)
        trial /= np.bincount(rows, trial)[rows]
        value = score(trial)
        if value > here + _GAIN * toll:
            policy, here, width = trial, value, min(_WIDEST, _LONGER * width)
        else:
            width *= _SHORTER
    return policy if float(stack.errors(policy[None])[0]) <= eps else None


def _step(
    stack: Stack, policy: Floats, rows: Indices, player: int, radius: float, toll: float, width: float
) -> tuple[Floats, float]:
    """`[L]` the best step of the linear program, and the score that it promises; -inf where the solver fails."""
    size = len(policy)
    nudged = np.concatenate([policy[None], policy + _NUDGE * np.eye(size)])
    gaps, moved = stack.gaps(nudged)[:, player], stack.moved(nudged)
    slope, tangent = (gaps[1:] - gaps[0]) / _NUDGE, (moved[1:] - moved[0]).T / _NUDGE
    many = len(tangent)
    wide = size + many + 1  # the step, the error's parts, what is beyond the radius
    limits, right = np.zeros((2 * many + 1, wide)), np.concatenate([-moved[0], moved[0], [radius]])
    for sign, begin in ((1, 0), (-1, many)):
        limits[begin : begin + many, :size] = sign * tangent
        limits[begin : begin + many, size:-1] = -np.eye(many)
    limits[-1, size:] = 1.0
    limits[-1, -1] = -1.0
    places = np.unique(rows, return_inverse=True)[1]
    sums = np.zeros((places.max() + 1, wide))
    sums[places, np.arange(size)] = 1.0
    low, high = np.maximum(-width, -policy), np.minimum(width, 1.0 - policy)
    ends = np.concatenate([np.stack([low, high], axis=1), np.tile([0.0, np.inf], (many + 1, 1))])
    cost = np.concatenate([-slope, np.zeros(many), [toll]])
    try:
        found = least_cost(cost, limits, right, ends, equal=(sums, np.zeros(len(sums))), accuracy=_ACCURACY)
    except SolverError:
        return np.zeros(size), -np.inf
    return found[:size], float(gaps[0] - cost @ found)
