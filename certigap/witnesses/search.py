"""Multi-start ascent on a player's gap inside B_BC(eps) (THEORY 6), in floats.

At a policy with best response pi_i* the gap is V^{pi_i*,pi_-i}(nu) - V^pi(nu), so its gradient (envelope theorem) is

    player i:    -mu_pi(s) Q_i^pi(s,a) / (1 - g)
    opponent j:  [ mu_{pi*}(s) Q_j^{pi*}(s,b) - mu_pi(s) Q_j^pi(s,b) ] / (1 - g),   pi* = (pi_i*, pi_-i)

(Q_j: the payoff to i of j's action). A move goes towards the vertex of one player's share of the ball that the gradient
points to (`oracle`), and a line search along it looks inside as well: in an opponent's row the gap can peak
between the ends. States that the expert does not visit cost nothing, so small weights are added to their
occupancies to give them a direction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from certigap.floats.play import Floats, Gap, Play
from certigap.witnesses.oracle import Share

__all__ = ["Found", "ascend", "sparse_starts", "starts"]

_ROUNDS = 40  # of a climb: an end for slow ones
_TINY = 1e-9  # occupancy of states that nobody visits: enough for a direction, too little to outweigh one
_STEPS = (1.0, 0.5, 0.2, 0.05)
"""From the far end inwards: gaps are convex in most rows, so the end is the best as a rule."""
_REFINEMENTS = 5  # halvings around the best step: to 1 % of the segment
_SPARSE = (0.1, 0.4)  # of the states
_HOPE_SWEEPS = 100  # values of a guess: a direction, not an answer


@dataclass(frozen=True, slots=True)
class Found:
    """A float policy and the gap of the player that exploits it."""

    player: int
    gap: float
    policy: tuple[Floats, ...]


def ascend(
    play: Play, shares: Sequence[Share], player: int, start: Sequence[Floats], going: Callable[[], bool]
) -> Found:
    """Climb from `start` until a whole round of moves gains nothing, or `going()` says stop."""
    policy = list(start)
    here = play.gap(policy, player)
    for _ in range(_ROUNDS):
        before = here.gap
        for mover in (player, *(j for j in range(len(shares)) if j != player)):
            if not going():
                return Found(player, here.gap, tuple(policy))
            target = shares[mover].vertex(gradient(play, policy, player, mover, here))
            policy[mover], here = _line_search(play, policy, player, mover, target, here)
        if here.gap <= before + 1e-9 * (abs(before) + 1e-12 * play.scale):
            break
    return Found(player, here.gap, tuple(policy))


def gradient(play: Play, policy: Sequence[Floats], player: int, mover: int, here: Gap) -> Floats:
    """`[L_mover]` the gradient of the gap in the mover's rows, times (1 - g)."""
    states = play.layout.action_state[mover]
    current = play.occupancy(policy) + _TINY
    q = play.own_values(policy, player, mover, here.value)
    if mover == player:
        return -current[states] * q
    deviating = [here.best if j == player else own for j, own in enumerate(policy)]
    better = play.occupancy(deviating) + _TINY
    q_best = play.own_values(deviating, player, mover, here.optimum)
    return np.asarray(better[states] * q_best - current[states] * q)


def _line_search(
    play: Play, policy: Sequence[Floats], player: int, mover: int, target: Floats, here: Gap
) -> tuple[Floats, Gap]:
    """The best point found on the segment from the mover's rows to `target`: a few steps, then a narrowing bracket."""
    origin = policy[mover]
    if np.array_equal(origin, target):
        return origin, here
    tried: dict[float, Gap] = {0.0: here}

    def at(step: float) -> float:
        if step not in tried:
            rows = origin + step * (target - origin)
            candidate = [rows if j == mover else own for j, own in enumerate(policy)]
            tried[step] = play.gap(candidate, player, here.best)
        return tried[step].gap

    best = max((0.0, *_STEPS), key=at)
    if best < 1.0 and best > 0.0:
        _narrow(at, tried)
        best = max(tried, key=at)
    return origin + best * (target - origin), tried[best]


def _narrow(at: Callable[[float], float], tried: dict[float, Gap]) -> None:
    for _ in range(_REFINEMENTS):
        points = sorted(tried)
        place = points.index(max(points, key=at))
        for near in (place - 1, place + 1):
            if 0 <= near < len(points):
                at((points[place] + points[near]) / 2)


def starts(
    play: Play,
    shares: Sequence[Share],
    player: int,
    expert: Sequence[Floats],
    rng: np.random.Generator,
    count: int,
) -> Iterator[list[Floats]]:
    """At most `count` starting points: the expert, hopeful ones, all budgets at one state, random vertices."""
    yield list(expert)
    hopeful = [share.vertex(slope) for share, slope in zip(shares, _hopes(play, player), strict=True)]
    yield hopeful
    yield [expert[j] if j == player else own for j, own in enumerate(hopeful)]
    here = play.gap(expert, player)
    slopes = [gradient(play, expert, player, j, here) for j in range(len(shares))]
    focus = np.argsort(-play.occupancy(expert), kind="stable")[: count // 3]
    for state in focus:
        yield [
            share.vertex(np.where(share.states == state, slope, slope * 1e-6))
            for share, slope in zip(shares, slopes, strict=True)
        ]
    for turn in range(max(count - 3 - len(focus), 0)):
        mixed = [share.vertex(rng.normal(size=len(share.center))) for share in shares]
        yield [expert[j] if j == player and turn % 2 else own for j, own in enumerate(mixed)]


def sparse_starts(
    shares: Sequence[Share], player: int, expert: Sequence[Floats], rng: np.random.Generator, count: int
) -> Iterator[list[Floats]]:
    """Vertices for random gradients on a tenth to two fifths of the states: budgets that are not scattered."""
    for turn in range(count):
        chosen = rng.random(len(shares[0].offsets) - 1) < rng.uniform(*_SPARSE)
        mixed = [
            share.vertex(np.where(chosen[share.states], rng.normal(size=len(share.center)), 0.0)) for share in shares
        ]
        yield [expert[j] if j == player and turn % 2 else own for j, own in enumerate(mixed)]


def _hopes(play: Play, player: int) -> list[Floats]:
    """Directions that need no gradient: opponents as if all helped the deviator, the player as if all harmed it.

    Where nobody goes under the expert the gradient vanishes, yet a gap may need several rows to change at once.
    """
    best, worst = _joint_extremes(play, player, 1.0), _joint_extremes(play, player, -1.0)

    def slope(j: int) -> Floats:
        order, places = play.groups[j]
        if j == player:
            return np.asarray(-np.minimum.reduceat(worst[order], places))
        return np.asarray(np.maximum.reduceat(best[order], places))

    return [slope(j) for j in range(play.layout.players)]


def _joint_extremes(play: Play, player: int, sign: float) -> Floats:
    """`[K]` action values when every joint action is chosen for (`sign` 1) or against (-1) the player."""
    value = np.zeros(play.layout.states)
    q = play.action_values(player, value)
    for _ in range(_HOPE_SWEEPS):
        value = sign * np.maximum.reduceat(sign * q, play.layout.row_offsets[:-1])
        q = play.action_values(player, value)
    return q
