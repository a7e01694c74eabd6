"""Where a deviator against the expert may be after so many steps: M_0 = nu, M_(t+1) from M_t (FORMAT 16)."""

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import ONE, share
from certigap.floats.sparse.stray import Reach, flow
from certigap.questions.array_worst_case.ball import ArrayBall
from certigap.questions.array_worst_case.prices import chosen_states, places
from certigap.questions.array_worst_case.steps import Steps
from certigap.semantics.array_occupancy import UNIT
from certigap.work.deadline import Deadline

__all__ = ["first_reach", "next_reach", "stages"]

_STAGES = 40


def first_reach(ball: ArrayBall) -> IndexArray:
    """M_0 = nu `[S]`, in units of 2^-61, rounded up."""
    initial = ball.tables.game.initial.astype(np.int64)
    whole = int(initial.sum())
    high = initial << 30
    upper = high // whole
    return np.asarray((upper << 31) - ((-((high - upper * whole) << 31)) // whole))


def next_reach(ball: ArrayBall, player: int, now: IndexArray) -> IndexArray:
    """M_{t+1} from M_t."""
    t = ball.tables
    high, low = np.zeros_like(now), np.zeros_like(now)
    reach = Reach(np.zeros_like(now), np.zeros_like(now))
    t.ready(flow)(t.arrays, t.play, player, now, high, low, np.empty(t.largest, dtype=np.int64), reach)
    high += low >> 31
    return np.where(high >= UNIT >> 31, UNIT, (np.minimum(high, UNIT >> 31) << 31) + (low & (2**31 - 1)))


def stages(best: Steps, player: int, deadline: Deadline) -> list[tuple[FloatArray, IndexArray]]:
    """Per stage a guess of where the deviator is, at the chosen places, and m/M_t `[S]`.

    They end where no fee that is worth its price is left, and where time would not do for the passes of one more.
    """
    found, chosen = list[tuple[FloatArray, IndexArray]](), chosen_states(places(best.states))
    now, step = first_reach(best.ball), 2 * best.seconds
    for _ in range(_STAGES):
        if not deadline.before(step + 2 * best.seconds * (len(found) + 2)).going:
            break
        watch = Deadline()
        ratio = share(best.ball.lower, now)
        weights = now / now.sum(dtype=np.float64)
        if 2 * float(weights @ ratio) / ONE <= best.budget:
            break
        found.append((weights[chosen], ratio.astype(np.int32)))
        now = next_reach(best.ball, player, now)
        step = watch.spent
    return found
