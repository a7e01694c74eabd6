"""The fixed point x = T x of a monotone contraction that is piecewise linear, proposed in floats.

Plain sweeps need about 1/(1 - g) rounds at discount g: a million at 0.999999. Between them the points are mixed
(Anderson's method): with residuals f_k = T x_k - x_k and differences dx, df of the last points,

    x <- T x - (dX + dF) c,    c the least-squares solution of dF c = f.

On one linear piece this is a Krylov method, and with as many points as states it is Newton's: policy iteration without
the policies, for any operator. A point that does not lower the residual is dropped, and sweeps go on from the last good
one, so nothing is lost to the plain iteration but time.

Source: Walker, Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49 (2011), Section 2.
"""

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from certigap.errors import SolverError, foreign
from certigap.floats.compiled import Floats
from certigap.work.deadline import Deadline

__all__ = ["Sweeps", "fixed_point"]


Sweeps: TypeAlias = Callable[[Floats, int], float]
"""So many sweeps on a vector, in place, fewer when it no longer moves; returns the largest move of the last one."""

_MEMORY = 12
_GAIN, _MISSES = 0.9, 4
"""A point that lowers the residual by less is a miss; so many in a row, and the mixing begins anew."""
_NOISE = 1e-14
"""Of the entries: residuals that differ by less say nothing."""
_PATIENCE = 4
"""Turns that do not halve the residual, after which nothing more is expected."""


def fixed_point(sweeps: Sweeps, x: Floats, discount: float, tolerance: float, length: int, deadline: Deadline) -> float:
    """Bring `x` near the fixed point, in place; returns the largest residual `|T x - x|` where it ended.

    Args:
        sweeps: the operator.
        x: `[S]` where to start, and the result.
        discount: how much T contracts.
        tolerance: residual that is small enough.
        length: sweeps between two looks at the clock; the first ones are made in any case.
        deadline: when to stop.
    """
    move, idle = sweeps(x, length), 0
    while move > tolerance and idle < _PATIENCE and deadline.going:
        before = move
        move = _mixed(sweeps, x, discount, tolerance, deadline)
        if move > tolerance and deadline.going:
            move = sweeps(x, length)
        idle = idle + 1 if move > before / 2 else 0
    return move


def _mixed(sweeps: Sweeps, x: Floats, discount: float, tolerance: float, deadline: Deadline) -> float:
    """Mix points while that lowers the residual now and then; `x` becomes the best image."""
    points: deque[Floats] = deque(maxlen=_MEMORY + 1)
    residuals: deque[Floats] = deque(maxlen=_MEMORY + 1)
    point, move, misses = x.copy(), np.inf, 0
    while misses < _MISSES and deadline.going:
        image = point.copy()
        sweeps(image, 1)
        residual = image - point
        reached = float(np.abs(residual).max())
        if not np.isfinite(reached):
            break
        misses = 0 if reached < _GAIN * move else misses + 1
        if reached < move:
            x[:], move = image, reached
        if move <= tolerance:
            break
        points.append(point)
        residuals.append(residual)
        far = image + residual * (discount / (1 - discount))
        point = far if len(points) == 1 else _mixture(image, np.array(points), np.array(residuals))
    return move


def _mixture(image: Floats, points: Floats, residuals: Floats) -> Floats:
    moved, changed = np.diff(points, axis=0).T, np.diff(residuals, axis=0).T
    sizes = np.linalg.norm(changed, axis=0)
    told = sizes > _NOISE * float(np.abs(points).max())
    if not told.any():
        return image
    moved, changed = moved[:, told] / sizes[told], changed[:, told] / sizes[told]
    try:
        with foreign("least squares"):
            weights = np.linalg.lstsq(changed, residuals[-1], rcond=None)[0]
    except SolverError:
        return image
    return np.asarray(image - (moved + changed) @ weights)
