"""Policies in a ball of finite horizon with a large gap (THEORY 14).

Every play passes each step once, so V_i is affine in the rows `pi_{j,t}` of one player at one step together, and
player i's gap, a maximum of such functions less another, convex in them: over the ball it is largest at a vertex. So
the search goes through players and steps, last step first, and puts the best vertex for the present deviation there,
a fractional knapsack: mass moves to the best action of its state, the largest gain per unit of error first. No move
lowers the gap. What is found in floats is put on a grid, and into the ball, exactly.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from certigap.bounds.balls import Measure
from certigap.bounds.finite.ball import FiniteBall
from certigap.model.finite.policy import FinitePolicy
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.semantics.finite_errors import finite_errors
from certigap.work.deadline import Deadline

__all__ = ["best_witnesses"]

Floats = npt.NDArray[np.float64]
_SWEEPS = 40
_GAINED = 1e-9
_STARTS = 4  # at random, beside the expert
_GRID = 1 << 40
_HALVINGS = 12


def best_witnesses(ball: FiniteBall, seed: int, deadline: Deadline) -> Iterator[FinitePolicy]:
    """For every player the most exploitable policy that was found in the ball, if there was time to look for any."""
    search = _Search(ball)
    draw = np.random.default_rng(seed)
    for player in range(len(ball.game.players)):
        best: tuple[float, list[list[Floats]]] | None = None
        for start in range(2 + _STARTS):
            if not deadline.going:
                break
            first = search.unseen(player) if start == 0 else search.start(draw if start > 1 else None)
            found = search.climb(player, first, deadline)
            if best is None or found[0] > best[0] + _GAINED:
                best = found
        if best is not None:
            yield into_ball(ball, search.policy(best[1]))


@dataclass(frozen=True)
class _Step:
    """The expert at one step, in floats."""

    rows: list[Floats]  # [n][L_j] flat
    mass: Floats  # [S]


class _Search:
    """The stage game and the expert in floats; a policy is `[H][n][L_j]`."""

    def __init__(self, ball: FiniteBall) -> None:
        game, layout = ball.game, ball.game.layout
        self.ball, self.players, self.discount = ball, range(len(game.players)), float(game.discount)
        self.rewards, self.index = game.stage.float_rewards(), layout.action_index
        self.owner, self.rows = layout.row_state, layout.rows
        t = game.stage.transitions
        self.row_of, self.columns, self.chances = (
            np.repeat(np.arange(layout.rows), np.diff(t.offsets)),
            t.columns,
            t.floats(),
        )
        self.states = len(game.states)
        self.action_state, self.action_offsets = layout.action_state, layout.action_offsets
        self.initial = np.array([float(p) for p in game.stage.initial.fractions()])
        kept = {id(step): list(step.floats()) for step in ball.expert.steps}
        masses = [np.array(bracket.upper.floats()) for bracket in ball.occupancy]
        self.expert = [_Step(kept[id(step)], m) for step, m in zip(ball.expert.steps, masses, strict=True)]
        self.radius = float(ball.radius)

    def start(self, draw: np.random.Generator | None) -> list[list[Floats]]:
        """The expert, or a vertex of the ball in a random direction at every step."""
        if draw is None:
            return [list(step.rows) for step in self.expert]
        return [
            [self.vertex(t, j, draw.normal(size=len(step.rows[j]))) for j in self.players]
            for t, step in enumerate(self.expert)
        ]

    def unseen(self, player: int) -> list[list[Floats]]:
        """The expert, but at states that it does not visit the others help whoever deviates, and the player fails.

        Such rows cost no error, and no sweep would find those that pay only once the deviation leads to them.
        """
        value = optimum = np.zeros(self.states)
        result = []
        for step in reversed(self.expert):
            rows, q, u = list(step.rows), self.backup(player, value), self.backup(player, optimum)
            for j in self.players:
                worth = (
                    self.with_best(player, j, rows, u) if j != player else -self.own(j, self.product(rows, (j,)) * q)
                )
                free = step.mass[self.action_state[j]] == 0
                rows[j] = np.where(free, self.best(j, worth)[1], rows[j])
            value = np.asarray(np.bincount(self.owner, self.product(rows, ()) * q, self.states), dtype=np.float64)
            optimum = self.best(player, self.own(player, self.product(rows, (player,)) * u))[0]
            result.append(rows)
        return result[::-1]

    def with_best(self, player: int, j: int, rows: list[Floats], values: Floats) -> Floats:
        """`[L_j]` what each action of j is worth with the player's best action beside it, the others as they are."""
        own = self.index[player] - self.action_offsets[player][self.owner]
        width = int(own.max()) + 1
        key = self.index[j] * width + own
        size = len(self.action_state[j]) * width
        sums = np.bincount(key, self.product(rows, (player, j)) * values, size)
        sums[np.bincount(key, minlength=size) == 0] = -np.inf
        return np.asarray(sums.reshape(-1, width).max(axis=1), dtype=np.float64)

    def climb(self, player: int, policy: list[list[Floats]], deadline: Deadline) -> tuple[float, list[list[Floats]]]:
        """Sweeps until the player's gap no longer grows: the gap, and the policy."""
        deviation = self.reply(player, policy)
        gap = -np.inf
        for _ in range(_SWEEPS):
            found = self.sweep(player, policy, deviation)
            if found <= gap + _GAINED or not deadline.going:
                return max(gap, found), policy
            gap = found
        return gap, policy

    def reply(self, player: int, policy: list[list[Floats]]) -> list[Floats]:
        """`[H][L_i]` a best response."""
        later, result = np.zeros(self.states), []
        for rows in reversed(policy):
            worth = self.own(player, self.product(rows, (player,)) * self.backup(player, later))
            later, chosen = self.best(player, worth)
            result.append(chosen)
        return result[::-1]

    def sweep(self, player: int, policy: list[list[Floats]], deviation: list[Floats]) -> float:
        """Every block once, from the last step to the first; policy and deviation are changed in place."""
        played = self.masses(policy)
        deviated = self.masses([self.swapped(rows, player, own) for rows, own in zip(policy, deviation, strict=True)])
        value = optimum = np.zeros(self.states)
        for t in reversed(range(len(policy))):
            rows, q, u = policy[t], self.backup(player, value), self.backup(player, optimum)
            here, there = played[t][self.owner], deviated[t][self.owner]
            for j in self.players:
                if j == player:
                    continue
                swapped = self.swapped(rows, player, deviation[t])
                gain = there * self.product(swapped, (j,)) * u - here * self.product(rows, (j,)) * q
                rows[j] = self.vertex(t, j, self.own(j, gain))
            rows[player] = self.vertex(t, player, self.own(player, -here * self.product(rows, (player,)) * q))
            value = np.asarray(np.bincount(self.owner, self.product(rows, ()) * q, self.states), dtype=np.float64)
            worth = self.own(player, self.product(rows, (player,)) * u)
            optimum, deviation[t] = self.best(player, worth)
        return float(self.initial @ (optimum - value))

    def vertex(self, t: int, j: int, gain: Floats) -> Floats:
        """The rows `[L_j]` of the ball's block (t, j) with the largest `rows . gain`."""
        step, state = self.expert[t], self.action_state[j]
        own = step.rows[j]
        if self.ball.measure is Measure.MU:
            return self.best(j, gain)[1]
        starts = self.action_offsets[j][:-1]
        most = np.maximum.reduceat(gain, starts)
        better = most[state] - gain
        cost = 2 * step.mass[state]
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(cost > 0, better / cost, np.inf)
        order = np.argsort(-rate, kind="stable")
        order = order[(better[order] > 1e-13) & (own[order] > 0)]
        price = own[order] * cost[order]
        before = np.concatenate([[0.0], np.cumsum(price)[:-1]])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(price > 0, np.clip((self.radius - before) / price, 0, 1), 1.0)
        moved = np.zeros(len(own))
        moved[order] = own[order] * share
        result = own - moved
        receiver = self.first_best(j, gain)
        np.add.at(result, receiver[state], moved)
        return result

    def first_best(self, j: int, gain: Floats) -> npt.NDArray[np.int64]:
        """`[S]` the entry of the first best action."""
        ends = self.action_offsets[j].tolist()
        return np.array([a + int(np.argmax(gain[a:b])) for a, b in _pairs(ends)], dtype=np.int64)

    def best(self, player: int, worth: Floats) -> tuple[Floats, Floats]:
        """Optimal values `[S]` and the pure rows `[L_i]`."""
        chosen = self.first_best(player, worth)
        rows = np.zeros(len(worth))
        rows[chosen] = 1
        return worth[chosen], rows

    def backup(self, player: int, later: Floats) -> Floats:
        """`[K]` r + g P later."""
        following = np.bincount(self.row_of, self.chances * later[self.columns], self.rows)
        return np.asarray(self.rewards[player] + self.discount * following)

    def product(self, rows: list[Floats], left_out: tuple[int, ...]) -> Floats:
        """`[K]` the players' probabilities multiplied, some left out."""
        result = np.ones(self.rows)
        for j in self.players:
            if j not in left_out:
                result = result * rows[j][self.index[j]]
        return result

    def own(self, player: int, values: Floats) -> Floats:
        """`[L_i]` sums over the rows that play each own action."""
        sums = np.bincount(self.index[player], values, len(self.action_state[player]))
        return np.asarray(sums, dtype=np.float64)

    def masses(self, policy: list[list[Floats]]) -> list[Floats]:
        """`[H][S]` g^t times the distribution at step t."""
        now, result = self.initial, []
        for rows in policy:
            result.append(now)
            flow = (now[self.owner] * self.product(rows, ()))[self.row_of] * self.chances
            now = self.discount * np.bincount(self.columns, flow, self.states)
        return result

    def swapped(self, rows: list[Floats], player: int, own: Floats) -> list[Floats]:
        return [own if j == player else row for j, row in enumerate(rows)]

    def policy(self, found: list[list[Floats]]) -> FinitePolicy:
        """On a grid; simple fractions where the floats are next to them."""
        steps = []
        for rows in found:
            own = [
                tuple(_row(rows[j][a:b].tolist()) for a, b in _pairs(self.action_offsets[j].tolist()))
                for j in self.players
            ]
            steps.append(Policy(self.ball.game.stage, tuple(own)))
        return FinitePolicy.shared(self.ball.game, steps)


def _pairs(ends: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(ends))


def _row(floats: list[float]) -> Distribution:
    weights = [_number(x) for x in floats]
    largest = weights.index(max(weights))
    weights[largest] += 1 - sum(weights)
    return distribution(weights, "row of a witness")


def _number(x: float) -> Fraction:
    simple = Fraction(x).limit_denominator(1_000)
    if abs(float(simple) - x) < 1e-12:
        return max(Fraction(0), simple)
    return Fraction(max(0, int(x * _GRID)), _GRID)


def into_ball(ball: FiniteBall, policy: FinitePolicy) -> FinitePolicy:
    """The policy, drawn towards the expert until it lies in the ball, by exact errors."""
    if ball.measure is Measure.BC:
        steps = [_step_into_ball(ball, t, step) for t, step in enumerate(policy.steps)]
        return FinitePolicy.shared(ball.game, steps)
    if _error(ball, policy) <= ball.radius:
        return policy
    low, high = Fraction(0), Fraction(1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        drawn = drawn_to(ball.expert, policy, lambda *_, share=middle: share)
        low, high = (middle, high) if _error(ball, drawn) <= ball.radius else (low, middle)
    return drawn_to(ball.expert, policy, lambda *_: low)


def _error(ball: FiniteBall, policy: FinitePolicy) -> Fraction:
    errors = finite_errors(ball.game, ball.expert, policy)
    upper = getattr(errors, f"eps_{ball.measure}").upper
    return Fraction(2) if upper is None else upper


def _step_into_ball(ball: FiniteBall, t: int, step: Policy) -> Policy:
    """One step, each player's rows drawn to the expert's so far that the error is at most the radius."""
    mass, expert = ball.occupancy[t].upper.fractions(), ball.expert.steps[t]
    shares = []
    for own, wanted in zip(step.rows, expert.rows, strict=True):
        error = sum((m * _distance(a, b) for m, a, b in zip(mass, own, wanted, strict=True) if a != b), Fraction(0))
        exact = ball.radius / error if error > ball.radius else Fraction(1)
        shares.append(exact if exact.denominator < _GRID else Fraction(int(exact * _GRID), _GRID))
    rows = tuple(
        tuple(_between(b, a, share) for a, b in zip(own, wanted, strict=True))
        for own, wanted, share in zip(step.rows, expert.rows, shares, strict=True)
    )
    return Policy(ball.game.stage, rows)


def drawn_to(expert: FinitePolicy, policy: FinitePolicy, share: Callable[[int, int], Fraction]) -> FinitePolicy:
    """expert + share(t, j) (policy - expert), row by row."""
    steps = []
    for t, (step, wanted) in enumerate(zip(policy.steps, expert.steps, strict=True)):
        rows = [
            tuple(_between(b, a, share(t, j)) for a, b in zip(own, other, strict=True))
            for j, (own, other) in enumerate(zip(step.rows, wanted.rows, strict=True))
        ]
        steps.append(Policy(expert.game.stage, tuple(rows)))
    return FinitePolicy.shared(expert.game, steps)


def _distance(a: Distribution, b: Distribution) -> Fraction:
    return sum((abs(x - y) for x, y in zip(a.fractions(), b.fractions(), strict=True)), Fraction(0))


def _between(expert: Distribution, own: Distribution, share: Fraction) -> Distribution:
    if share == 1 or own == expert:
        return own
    pairs = zip(expert.fractions(), own.fractions(), strict=True)
    return distribution([e + share * (x - e) for e, x in pairs], "row of a witness")
