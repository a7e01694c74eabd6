"""Prices of what moves: the cheapest of a convex cost, on ranges of states that stand for all."""

import math
from collections.abc import Callable

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import times_down
from certigap.questions.array_worst_case.steps import Steps
from certigap.work.deadline import Deadline

__all__ = ["cheapest", "chosen_states", "fees", "places", "priced"]

_SECTIONS = 14
_SAMPLED = 4096  # states on which prices are chosen


def fees(price: int, ratio: IndexArray) -> IndexArray:
    """floor(2 p ratio 2^-28) `[S]`"""
    return times_down(np.full(len(ratio), 2 * price, dtype=np.int64), ratio.astype(np.int64))


def places(states: int) -> list[tuple[int, int]]:
    """Ranges of states on which prices are chosen."""
    if states <= _SAMPLED:
        return [(0, states)]
    length = _SAMPLED // 64
    firsts = np.linspace(0, states - length, 64).astype(np.int64).tolist()
    return [(first, first + length) for first in firsts]


def chosen_states(places: list[tuple[int, int]]) -> IndexArray:
    """Their states, one after the other."""
    return np.concatenate([np.arange(first, last, dtype=np.int64) for first, last in places])


def priced(
    steps: Steps,
    places: list[tuple[int, int]],
    weights: FloatArray,
    ratio: IndexArray,
    x: IndexArray,
    y: IndexArray,
    deadline: Deadline,
) -> int:
    """About the price p at which weights.S(x, y; fees) + B p is least, the weights being of the chosen places."""
    if not weights.any():
        return 0
    own, chosen, paid = weights / weights.sum(), chosen_states(places), steps.nothing

    def cost(price: int) -> float:
        paid[chosen] = fees(price, ratio[chosen])
        return float(own @ steps.at(places, x, y, paid)) + float(steps.budget) * price

    top = int(y.max()) - int(x.min()) + 1
    return cheapest(cost, max(top, 1), deadline)


def cheapest(cost: Callable[[int], float], size: int, deadline: Deadline) -> int:
    """The price at which a convex cost is least, 0 or from 2^-12 to 2^26 of `size`, to a few per cent in time."""
    golden = (math.sqrt(5) - 1) / 2

    def price(power: float) -> int:
        return min(int(size * 2.0**power), 1 << 58)

    low, high = -12.0, 26.0
    inner = [high - golden * (high - low), low + golden * (high - low)]
    costs = [cost(price(power)) for power in inner]
    for _ in range(_SECTIONS):
        if not deadline.going:
            break
        if costs[0] <= costs[1]:
            high, inner[1], costs[1] = inner[1], inner[0], costs[0]
            inner[0] = high - golden * (high - low)
            costs[0] = cost(price(inner[0]))
        else:
            low, inner[0], costs[0] = inner[0], inner[1], costs[1]
            inner[1] = low + golden * (high - low)
            costs[1] = cost(price(inner[1]))
    best = price(inner[0] if costs[0] <= costs[1] else inner[1])
    return best if cost(best) < cost(0) else 0
