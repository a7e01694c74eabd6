"""Policies of an error ball that try to be more exploitable than a bound allows.

Random ones; vertices of the ball (mass moved to one action, the budget spent state after state in a random order);
then rounds of moves towards single actions from the best policies so far, paid for by the player's other states.
Floats choose, the best few are rounded, drawn into the ball exactly and judged in Fractions.
"""

from fractions import Fraction

import numpy as np

from tests.helpers.campaign.balls import ball
from tests.helpers.campaign.screen import Array, Screen
from tests.helpers.checker.truth import Row, Rows, TrueGame

__all__ = ["Attack"]

GRAIN = 2**30
STEPS = (1.0, 0.5, 0.15)


class Attack:
    """The attack on one ball."""

    def __init__(self, game: TrueGame, expert: Rows, eps: Fraction, measure: str = "bc") -> None:
        self.game, self.expert, self.eps, self.screen = game, expert, eps, Screen(game)
        self.ball = ball(self.screen, expert, eps, measure)
        self.center = self.screen.stack([expert])[0]
        self.costs = self.ball.costs
        self.free = self.costs == 0

    def policies(self, rng: np.random.Generator, starts: list[Rows], count: int = 60, rounds: int = 3) -> list[Rows]:
        """The most exploitable policies found, one a player and the runner-up, each in the ball."""
        spare = [self.random(rng, count), self.vertices(rng, count), self.screen.stack([self.expert, *starts])]
        known = self.ball.shrunk(np.concatenate(spare))
        gaps = self.screen.gaps(known)
        for _ in range(rounds):
            moved = np.concatenate([self.moves(known[k]) for k in dict.fromkeys(gaps.argmax(axis=0).tolist())])
            found = self.screen.gaps(moved)
            if found.max() <= gaps.max() * (1 + 1e-9):
                break
            known, gaps = np.concatenate([known, moved]), np.concatenate([gaps, found])
        order = [*gaps.argmax(axis=0), *gaps.max(axis=1).argsort()[-2:]]
        return [self.ball.inside(self.rounded(known[k])) for k in dict.fromkeys(int(k) for k in order)]

    def random(self, rng: np.random.Generator, count: int) -> Array:
        """Rows drawn at random, sparse ones among them; some rows stay the expert's."""
        drawn = rng.gamma(rng.choice([0.2, 1.0], (count, 1, 1, 1)), size=(count, *self.center.shape)) + 1e-9
        drawn = drawn * self.screen.allowed
        drawn /= drawn.sum(axis=3, keepdims=True)
        kept = rng.random((count, *self.center.shape[:2], 1)) < 0.4
        return np.where(kept, self.center, drawn)

    def vertices(self, rng: np.random.Generator, count: int) -> Array:
        """Each player spends its budget in states taken in a random order, for one action in each of them."""
        result = np.repeat(self.center[None], count, axis=0)
        games, players = np.ogrid[:count, : self.screen.n]
        order = rng.random(result.shape[:3]).argsort(axis=2)
        left = np.full(result.shape[:2], float(self.eps))
        for rank in range(self.screen.states):
            s = order[..., rank]
            room = np.where(self.free[s], 1.0, left / (2 * np.where(self.free[s], 1.0, self.costs[s])))
            rows, moved = filled(rng, self.center[players, s], self.screen.allowed[players, s], room)
            result[games, players, s] = rows
            left -= 2 * self.costs[s] * moved
        return result

    def moves(self, policy: Array) -> Array:
        """One row moved a step towards one action; then all rows of the player shrink, or only the others do."""
        found = []
        for j, s, a in np.argwhere(self.screen.allowed):
            for step in STEPS:
                moved = policy.copy()
                moved[j, s] *= 1 - step
                moved[j, s, a] += step
                found += [moved, self.paid(moved, j, s)]
        return self.ball.shrunk(np.array(found))

    def paid(self, policy: Array, j: int, s: int) -> Array:
        """The player's rows at the other states drawn back to the expert's as far as the row at `s` needs it."""
        apart = self.costs * np.abs(policy[j] - self.center[j]).sum(axis=1)
        others, left = apart.sum() - apart[s], max(float(self.eps) - apart[s], 0.0)
        if others <= left:
            return policy
        part = np.where(self.free, 1.0, left / others)
        part[s] = 1.0
        result = policy.copy()
        result[j] = self.center[j] + part[:, None] * (policy[j] - self.center[j])
        return result

    def rounded(self, policy: Array) -> Rows:
        """An exact policy next to a stacked one."""
        return [
            [rounded(rows[s], len(row)) for s, row in enumerate(own)]
            for rows, own in zip(policy, self.expert, strict=True)
        ]


def filled(rng: np.random.Generator, rows: Array, allowed: Array, room: Array) -> tuple[Array, Array]:
    """Rows `[.., A]` with up to `room` moved to a random action, others emptied in a random order; what was moved."""
    noise = np.where(allowed, rng.random(rows.shape), -1.0)
    target = noise.argmax(axis=-1)[..., None]
    donors = rows.copy()
    np.put_along_axis(donors, target, 0.0, axis=-1)
    order = rng.random(rows.shape).argsort(axis=-1)
    waiting = np.take_along_axis(donors, order, -1)
    before = waiting.cumsum(axis=-1) - waiting
    taken = np.zeros(rows.shape)
    np.put_along_axis(taken, order, np.clip(room[..., None] - before, 0.0, waiting), axis=-1)
    moved = taken.sum(axis=-1)
    result = rows - taken
    np.put_along_axis(result, target, np.take_along_axis(result, target, -1) + moved[..., None], axis=-1)
    return result, moved


def rounded(row: Array, size: int) -> Row:
    """A row of `size` multiples of 1/GRAIN; the largest entry takes the rest."""
    weights = [round(max(float(x), 0.0) * GRAIN) for x in row[:size]]
    weights[weights.index(max(weights))] += GRAIN - sum(weights)
    return [Fraction(w, GRAIN) for w in weights]
