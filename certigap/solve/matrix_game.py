"""Entropy-regularised zero-sum matrix games, many at once.

For a payoff matrix Q (row player maximises) and temperature tau the game  max_x min_y  x'Qy + tau H(x) - tau H(y)
has one equilibrium: x = softmax(u), y = softmax(v) at the root of

    F(u, v) = ( u - Q softmax(v)/tau,  v + Q' softmax(u)/tau ).

Its Jacobian is I + S D with S = [[0, -Q], [Q', 0]]/tau skew and D = diag(J(u), J(v)) positive semidefinite (J the
Jacobian of softmax). If z + S D z = 0 then (Dz)'z = -(Dz)'S(Dz) = 0, so Dz = 0 and z = 0: it is never singular, |F|
grows without bound, and Newton's method with a line search on |F| reaches the root from any start. Small tau is
approached by cooling: without it, random 4x4 games with payoffs in [-1, 1] need more than 200 steps at tau = 1/1000.

u and v are of size q = max |Q|/tau and known to about q eps, which F multiplies by q: q^2 eps is what rounding
leaves of F.

For any x, y the value lies between  tau H(x) - tau logsumexp(-Q'x/tau)  and  tau logsumexp(Qy/tau) - tau H(y).
"""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.errors import SolverError
from certigap.floats.solvers import linear_solution

__all__ = ["Floats", "Mask", "logit_equilibria", "saddle_bounds", "softmax"]

Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

_MOST_STEPS = 200  # Newton's: few are needed with cooling (module docstring); an end for what fails
_EASY = 8.0  # max |Q| / tau from which Newton's method starts without cooling
_ROUNDING = 8 * float(np.finfo(np.float64).eps)  # of a sum of a few terms


def softmax(logits: Floats, mask: Mask) -> Floats:
    """Probabilities `[..., A]` proportional to exp(logits) where `mask` holds, 0 elsewhere."""
    shown = np.where(mask, logits, -np.inf)
    weights = np.exp(shown - shown.max(axis=-1, keepdims=True))
    result: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return result


def logit_equilibria(
    payoffs: Floats, temperature: float, masks: tuple[Mask, Mask], start: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Floats]:
    """Logits of the regularised equilibria of many matrix games, by damped Newton.

    Args:
        payoffs: `[S, A, B]` to the row player; 0 where an action does not exist.
        temperature: tau > 0, in units of payoff.
        masks: `[S, A]` and `[S, B]`, the actions that exist.
        start: logits to start from; zeros by default.

    Returns:
        Logits `[S, A]` and `[S, B]`, 0 where an action does not exist, at the rounding error of F.

    Raises:
        SolverError: no convergence.
    """
    rows = payoffs.shape[1]
    mask = np.concatenate(masks, axis=1)
    point, reached = np.zeros(mask.shape), False
    if start is not None:
        point, reached = _newton(payoffs / temperature, np.concatenate(start, axis=1), mask)
    if not reached:
        point = _cooled(payoffs, temperature, mask)
    return point[:, :rows], point[:, rows:]


def _cooled(payoffs: Floats, temperature: float, mask: Mask) -> Floats:
    """The logits `[S, A + B]`, from a temperature high enough for Newton's method down to the one asked for."""
    spread = float(np.abs(payoffs).max(initial=0.0)) / temperature
    halvings = max(0, math.ceil(math.log2(max(spread, 1.0) / _EASY)))
    point, reached = np.zeros(mask.shape), True
    for remaining in range(halvings, -1, -1):
        point, reached = _newton(payoffs / (temperature * 2.0**remaining), point, mask)
        point = 2 * point if remaining else point
    if not reached:
        raise SolverError(f"matrix games at temperature {temperature:g}: expected convergence, got none")
    return point


def _newton(scaled: Floats, point: Floats, mask: Mask) -> tuple[Floats, bool]:
    """Roots `[S, A + B]` of F from a start, and whether each is at the rounding error of F."""
    top = 1 + np.abs(scaled).max(axis=(1, 2), initial=0.0)
    unit = _ROUNDING * mask.shape[1] * top
    value = _residual(scaled, point, mask)
    stalled = np.zeros(len(point), dtype=np.bool_)
    for _ in range(_MOST_STEPS):
        size = np.abs(value).max(axis=1)
        if np.all((size <= unit) | stalled):
            break
        step = linear_solution(_jacobian(scaled, point, mask), -value[:, :, None])[:, :, 0]
        moved, reached = _line_search(scaled, point, step, value, mask)
        stalled = np.all(moved == point, axis=1)
        point, value = moved, reached
    return point, bool(np.all(np.abs(value).max(axis=1) <= unit * top))


def saddle_bounds(
    payoffs: Floats, temperature: float, x: Floats, y: Floats, masks: tuple[Mask, Mask]
) -> tuple[Floats, Floats]:
    """Lower and upper bounds `[S]` of the regularised values, by best replies to `x` and `y` (`[S, A]`, `[S, B]`)."""
    against_x = np.einsum("sab,sa->sb", payoffs, x)
    against_y = np.einsum("sab,sb->sa", payoffs, y)
    lower = temperature * (_entropy(x) - _log_sum_exp(-against_x / temperature, masks[1]))
    upper = temperature * (_log_sum_exp(against_y / temperature, masks[0]) - _entropy(y))
    return lower, upper


def _residual(scaled: Floats, point: Floats, mask: Mask) -> Floats:
    rows = scaled.shape[1]
    x, y = softmax(point[:, :rows], mask[:, :rows]), softmax(point[:, rows:], mask[:, rows:])
    wanted = np.concatenate([np.einsum("sab,sb->sa", scaled, y), -np.einsum("sab,sa->sb", scaled, x)], axis=1)
    result: Floats = point - wanted
    return result


def _jacobian(scaled: Floats, point: Floats, mask: Mask) -> Floats:
    rows, size = scaled.shape[1], point.shape[1]
    x, y = softmax(point[:, :rows], mask[:, :rows]), softmax(point[:, rows:], mask[:, rows:])
    result = np.tile(np.eye(size), (len(point), 1, 1))
    result[:, :rows, rows:] -= scaled @ _softmax_jacobian(y)
    result[:, rows:, :rows] += scaled.transpose(0, 2, 1) @ _softmax_jacobian(x)
    return result


def _softmax_jacobian(p: Floats) -> Floats:
    result: Floats = p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])
    return result


def _line_search(scaled: Floats, point: Floats, step: Floats, value: Floats, mask: Mask) -> tuple[Floats, Floats]:
    """Per game the longest of 1, 1/2, 1/4, ... of the step that lowers |F| enough; 0 if rounding hides progress."""
    before = np.linalg.norm(value, axis=1)
    length = np.ones(len(point))
    for _ in range(60):
        moved = point + length[:, None] * step
        reached = _residual(scaled, moved, mask)
        worse = np.linalg.norm(reached, axis=1) > (1 - 1e-4 * length) * before
        if not worse.any():
            return moved, reached
        length = np.where(worse, length / 2, length)
    kept = worse[:, None]
    return np.where(kept, point, moved), np.where(kept, value, reached)


def _entropy(p: Floats) -> Floats:
    logs = np.log(np.where(p > 0, p, 1.0))
    result: Floats = -(p * logs).sum(axis=-1)
    return result


def _log_sum_exp(logits: Floats, mask: Mask) -> Floats:
    shown = np.where(mask, logits, -np.inf)
    top = shown.max(axis=-1)
    result: Floats = top + np.log(np.exp(shown - top[..., None]).sum(axis=-1))
    return result
