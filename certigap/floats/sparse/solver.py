"""Values and best responses of array games in floats: modified policy iteration, stopped by the span.

With d = T x - x, the fixed point lies between T x + g/(1-g) min d and T x + g/(1-g) max d (MacQueen 1966; Puterman,
Markov Decision Processes, 6.6). Only the span of d counts: it falls as fast as the game forgets where it began, which
may be far faster than g^k. After each improvement the chosen actions are followed until the span is small: by plain
sweeps while those forget, by BiCGSTAB where they do not (grids, chains). Proposals only: what proves is the step in
integers.
"""

import numpy as np

from certigap.errors import SolverError, foreign
from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.process import Process

__all__ = ["correction", "solve"]

_ROUNDS = 500  # improvements: an end for what does not converge
_SWEEPS = 60  # of following, between two improvements
_TRIAL = 4  # sweeps before their rate is judged
_FORGETS = 0.7  # rate of the span per sweep up to which plain sweeps are kept
_SHRINK = 0.02  # of the span, before the next improvement, which costs as many sweeps as there are actions
_KRYLOV = 100  # steps of BiCGSTAB at most, each of which costs two sweeps
_NOISE = 2.0**-50  # of the values: rounding of one sweep, about
_PATIENCE = 3  # improvements without a narrower span, once it is near the noise, before rounding is blamed
_NEAR = 1e4  # times the noise


def solve(
    process: Process, width: float, start: FloatArray | None = None, choice: IndexArray | None = None
) -> tuple[FloatArray, IndexArray]:
    """A vector within about `width` of the fixed point, up to rounding, and the actions chosen.

    Args:
        process: whose T it is.
        width: of the enclosure that the last sweep shows, in the units of the process.
        start: a first guess `[S]`; by default 0.
        choice: the first choice `[S]`; changed in place.

    Returns:
        x `[S]` and the choice `[S]` that attains T x.

    Raises:
        SolverError: rewards beyond the range of floats.
    """
    size = process.tables.game.states
    x = np.zeros(size) if start is None else start
    choice = process.first_choice() if choice is None else choice
    carry = process.discount / (1 - process.discount)
    best, waited = np.inf, 0
    for _ in range(_ROUNDS):
        stepped = process.improve(x, choice)
        low, high = _ends(stepped, x)
        x = stepped + carry * (low + high) / 2
        if not np.isfinite(low + high):
            raise SolverError("float sweeps: expected finite values, got an overflow")
        noise = _NOISE * float(np.abs(x).max())
        waited = 0 if high - low < 0.9 * best or high - low > _NEAR * noise else waited + 1
        best = min(best, high - low)
        if carry * (high - low) <= max(width, carry * noise) or waited >= _PATIENCE:
            return x, choice
        if process.own < process.tables.game.players or high - low > noise:
            x = _followed(process, x, choice, process.rewards(choice), high - low, noise)
    return x, choice


def correction(process: Process, choice: IndexArray, residual: FloatArray) -> FloatArray:
    """y with y = residual + g P y for the chosen actions, about: a Newton step for T, whose residual is T x - x."""
    span = float(residual.max() - residual.min())
    return _followed(process, residual, choice, residual, span, _SHRINK**2 * span)


def _followed(
    process: Process, x: FloatArray, choice: IndexArray, rewards: FloatArray, span: float, noise: float
) -> FloatArray:
    """Nearer to the values of the chosen actions: until the span of a step is `_SHRINK` of `span`."""
    discount = process.discount
    carry, goal, last = discount / (1 - discount), max(_SHRINK * span, noise), span
    for sweep in range(_SWEEPS):
        stepped = rewards + discount * process.follow(x, choice)
        low, high = _ends(stepped, x)
        x = stepped + carry * (low + high) / 2
        if high - low <= goal:
            return x
        if sweep >= _TRIAL and high - low > _FORGETS * last:
            return _krylov(process, x, choice, rewards, goal)
        last = high - low
    return x


def _krylov(process: Process, x: FloatArray, choice: IndexArray, rewards: FloatArray, goal: float) -> FloatArray:
    """BiCGSTAB from x for (I - g P) y = r; the better of both by the span of a step."""
    from scipy.sparse.linalg import LinearOperator, bicgstab

    size, discount = len(x), process.discount
    matrix = process.chosen(choice)
    operator = LinearOperator((size, size), matvec=lambda v: v - discount * (matrix @ v), dtype=np.float64)
    with foreign("BiCGSTAB"):
        found, _ = bicgstab(operator, rewards, x0=x, rtol=0.0, atol=0.3 * goal * size**0.5, maxiter=_KRYLOV)
    if not np.isfinite(found).all():
        return x
    spans = []
    for y in (x, found):
        low, high = _ends(rewards + discount * (matrix @ y), y)
        spans.append(high - low)
    return found if spans[1] < spans[0] else x


def _ends(stepped: FloatArray, x: FloatArray) -> tuple[float, float]:
    change = stepped - x
    return float(change.min()), float(change.max())
