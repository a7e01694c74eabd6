"""Values and best responses of array games in floats: modified policy iteration, stopped by the span.

With d = T x - x, the fixed point lies between T x + g/(1-g) min d and T x + g/(1-g) max d (MacQueen 1966; Puterman,
Markov Decision Processes, 6.6). Only the span of d counts: it falls as fast as the game forgets where it began, which
may be far faster than g^k; and an action worse than the best by more than g/(1-g) span is never best (6.7).

Between two improvements the chosen actions are followed by sweeps while they forget. Where they do not (grids, chains,
games whose moves are nearly certain), their values are solved for (`krylov`): roughly, while choices change. Proposals
only: what proves is the step in integers.
"""

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.krylov import Followed
from certigap.floats.sparse.process import Chosen, Process, Sweeps
from certigap.work.deadline import Deadline

__all__ = ["correction", "solve"]

_ROUNDS = 500  # improvements: an end for what does not converge
_SWEEPS = 60  # of following, between two improvements
_TRIAL = 4  # sweeps before their rate is judged
_FORGETS = 0.7  # rate of the span per sweep up to which plain sweeps are kept
_SHRINK = 0.02  # of the span, before the next improvement, which costs as many sweeps as there are actions
_PATHS = 0.25  # of the states have a likely next one: choices are far from good before they look far ahead
_AHEAD = 12  # sweeps
_ROUGHLY = 0.1  # of the residual, while choices change
_STEPS = 1000  # of BiCGSTAB, each of which costs two sweeps and some
_CLOSE = 0.3  # of the residual that is asked for, as BiCGSTAB measures another
_NOISE = 2.0**-50  # of the values: rounding of one sweep, about
_PATIENCE = 3  # improvements without a narrower span, once it is near the noise, before rounding is blamed
_NEAR = 1e4  # times the noise


def solve(
    sweeps: Sweeps, width: float, deadline: Deadline, start: FloatArray | None = None
) -> tuple[FloatArray, IndexArray]:
    """A vector within about `width` of the fixed point, up to rounding, and the actions chosen.

    Args:
        sweeps: whose T it is.
        width: of the enclosure that the last sweep shows, in the units of the process.
        deadline: when to stop with what there is.
        start: a first guess `[S]`, changed in place; by default 0.

    Returns:
        x `[S]` and the choice `[S]` that attains T x.

    Raises:
        SolverError: rewards beyond the range of floats.
    """
    x, choice = sweeps.first()
    if start is not None:
        x = start
    chosen, out = sweeps.process.chosen, np.empty_like(x)
    chosen.take(choice)
    discount = chosen.discount
    carry, margin, best, waited, forgets = discount / (1 - discount), np.inf, np.inf, 0, True
    system: Followed | None = None
    for _ in range(_ROUNDS):
        low, high, changed = _improved(sweeps, x, choice, margin, out, forgets)
        if not np.isfinite(low + high):
            raise SolverError("float sweeps: expected finite values, got an overflow")
        x, out, span = out, x, high - low
        if forgets:  # else errors differ from state to state, and their middle is none's
            x += carry * (low + high) / 2
        noise = _NOISE * max(abs(float(x.max())), abs(float(x.min())))
        margin = carry * (span * (1 + _NEAR * _NOISE) + noise)
        waited = 0 if span < 0.9 * best or span > _NEAR * noise else waited + 1
        best = min(best, span)
        if carry * span <= max(width, carry * noise) or waited >= _PATIENCE or not deadline.going:
            break
        if forgets:
            rewards = sweeps.rewards_of(choice)
            chosen.take(choice)
            x, out, forgets = _followed(chosen, rewards, x, out, max(_SHRINK * span, noise), deadline)
            continue
        if system is None:
            system = Followed(sweeps.process)
            for _ in range(_AHEAD if sweeps.has_choice and system.paths(choice) > _PATHS else 0):
                low, high, changed = sweeps.improve(x, choice, np.inf, out, False)
                x, out = out, x
        size, goal = max(abs(low), abs(high)), max(width / carry, noise) * _CLOSE
        if size > goal:
            system.take(choice)
            x -= out
            y = system.solution(x, max(goal / size, _ROUGHLY if changed else 0.0), _STEPS, deadline)
            np.add(out, x if y is None else y, out=x)
    return x, choice


def correction(process: Process, choice: IndexArray, residual: FloatArray, deadline: Deadline) -> FloatArray:
    """y with y = residual + g P y for the chosen actions, about: a Newton step for T, whose residual is T x - x."""
    system = Followed(process)
    system.take(choice)
    found = system.solution(residual, _SHRINK**2, _STEPS, deadline)
    return residual if found is None else found


def _improved(
    sweeps: Sweeps, x: FloatArray, choice: IndexArray, margin: float, out: FloatArray, follow: bool
) -> tuple[float, float, int]:
    """out = T x: least and most of out - x, and how many choices change; `follow`: those before were taken, and copied
    rows are faster.
    """
    if not follow:
        return sweeps.improve(x, choice, margin, out, False)
    low, high = sweeps.process.chosen.follow(sweeps.rewards_of(choice), x, out)
    return sweeps.improve(x, choice, margin, out, True) if sweeps.has_choice else (low, high, 0)


def _followed(
    chosen: Chosen, rewards: FloatArray, x: FloatArray, out: FloatArray, goal: float, deadline: Deadline
) -> tuple[FloatArray, FloatArray, bool]:
    """Nearer to the values of the chosen actions by sweeps: x, room, and whether the sweeps forget fast."""
    carry, last, forgets = chosen.discount / (1 - chosen.discount), np.inf, True
    for sweep in range(_SWEEPS):
        low, high = chosen.follow(rewards, x, out)
        x, out = out, x
        x += carry * (low + high) / 2
        forgets = sweep < _TRIAL or high - low <= _FORGETS * last
        last = high - low
        if last <= goal or not deadline.going or not forgets:
            break
    return x, out, forgets
