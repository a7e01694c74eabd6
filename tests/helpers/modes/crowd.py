"""Many policies of a node at once, in floats: as bad as some steps make them; what is suspicious is made exact again.

Policies are `[P]` mixtures of exact ones by dyadic shares, so each of them is known in Fractions as well.
"""

import random
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.modes.nodes import ModeNode
from certigap.exact.integers import FloatArray, IndexArray
from tests.helpers.checker.truth import Rows, TrueGame, l1
from tests.helpers.modes.draws import Draw, inside, mixed, simplex
from tests.helpers.modes.occupancies import occupancies, worth

__all__ = ["Crowd", "FloatGame"]

NEAR = 1e-9  # of what floats are trusted with, relative to the largest value
HALVINGS = 8


class FloatGame:
    """A game's joint actions in arrays; policies are `[P, n, S, A]`, rows padded with zeros."""

    def __init__(self, true: TrueGame) -> None:
        self.true, self.g, self.nu = true, float(true.g), np.array(true.nu, dtype=float)
        self.n, self.states = len(true.players), len(true.states)
        self.most = max(len(own) for state in true.actions for own in state)
        self.joint = [np.array([*own]) for own in true.next]  # [J, n] per state
        self.next = [np.array([*own.values()], dtype=float) for own in true.next]  # [J, S]
        self.reward = [np.array([*own.values()], dtype=float) for own in true.reward]  # [J, n]

    def floats(self, policies: list[Rows]) -> FloatArray:
        """`[P, n, S, A]`"""
        result = np.zeros((len(policies), self.n, self.states, self.most))
        for p, policy in enumerate(policies):
            for j, own in enumerate(policy):
                for s, row in enumerate(own):
                    result[p, j, s, : len(row)] = [float(x) for x in row]
        return result

    def weights(self, policies: FloatArray, s: int, without: int | None = None) -> FloatArray:
        """`[P, J]` probabilities of the joint actions, of the players but one."""
        joint = self.joint[s]
        result = np.ones((len(policies), len(joint)))
        for j in range(self.n):
            if j != without:
                result *= policies[:, j, s, joint[:, j]]
        return result

    def chain(self, policies: FloatArray) -> FloatArray:
        """`[P, S, S]`"""
        return np.stack([self.weights(policies, s) @ self.next[s] for s in range(self.states)], axis=1)

    def flow(self, chain: FloatArray, entered: FloatArray) -> FloatArray:
        """`[P, S]` d = entered + g chain^T d"""
        system = np.eye(self.states) - self.g * np.swapaxes(chain, 1, 2)
        found: FloatArray = np.linalg.solve(system, np.broadcast_to(entered, chain.shape[:2])[:, :, None])[:, :, 0]
        return found

    def deviations(self, policies: FloatArray, i: int) -> tuple[FloatArray, FloatArray]:
        """`[P, S, A]` rewards (-inf where there is no such action) and `[P, S, A, S]` moves of player `i`'s actions."""
        count = len(policies)
        rewards = np.full((count, self.states, self.most), -np.inf)
        moves = np.zeros((count, self.states, self.most, self.states))
        for s in range(self.states):
            weights, own = self.weights(policies, s, i), self.joint[s][:, i]
            for a in range(own.max() + 1):
                here = weights * (own == a)
                rewards[:, s, a], moves[:, s, a] = here @ self.reward[s][:, i], here @ self.next[s]
        return rewards, moves

    def optima(self, policies: FloatArray, i: int) -> tuple[FloatArray, IndexArray]:
        """`[P]` V* at the start, and `[P, S]` replies: policy iteration."""
        rewards, moves = self.deviations(policies, i)
        people, places = np.arange(len(policies))[:, None], np.arange(self.states)[None]
        reply = np.zeros((len(policies), self.states), dtype=np.int64)
        for _ in range(50):
            system = np.eye(self.states) - self.g * moves[people, places, reply]
            values = np.linalg.solve(system, rewards[people, places, reply][:, :, None])[:, :, 0]
            q = rewards + self.g * np.einsum("psat,pt->psa", moves, values)
            better = q.max(axis=2) > q[people, places, reply] + 1e-12
            if not better.any():
                break
            reply = np.where(better, q.argmax(axis=2), reply)
        return values @ self.nu, reply

    def values(self, policies: FloatArray, i: int) -> FloatArray:
        """`[P]` V at the start."""
        paid = np.stack([self.weights(policies, s) @ self.reward[s][:, i] for s in range(self.states)], axis=1)
        return (self.flow(self.chain(policies), self.nu) * paid).sum(axis=1)

    def worth(self, policies: FloatArray, i: int, kind: str) -> FloatArray:
        """`[P]` what a cover of this kind bounds."""
        if kind == "value":
            return -self.values(policies, i)
        best = self.optima(policies, i)[0]
        return best if kind == "optimum" else best - self.values(policies, i)

    def occupancies(self, policies: FloatArray, i: int, kind: str) -> dict[str, FloatArray]:
        """`[P, S]` by groups, as `occupancies.occupancies` has them."""
        result = {"imitator": self.flow(self.chain(policies), self.nu)}
        if kind == "value":
            return result
        moves, reply = self.deviations(policies, i)[1], self.optima(policies, i)[1]
        alone = moves[np.arange(len(policies))[:, None], np.arange(self.states)[None], reply]
        if kind == "optimum":
            return result | {"deviator": self.flow(alone, self.nu)}
        together = np.zeros_like(alone)
        for s in range(self.states):
            weights, joint = self.weights(policies, s), self.joint[s]
            place = {tuple(a): k for k, a in enumerate(joint.tolist())}
            for a in range(joint[:, i].max() + 1):
                other = [place[(*own[:i], a, *own[i + 1 :])] for own in joint.tolist()]
                shared = weights @ np.minimum(self.next[s], self.next[s][other])
                together[:, s] += (reply[:, s] == a)[:, None] * shared
        both = self.flow(together, self.nu)
        entered = self.g * np.einsum("ps,pst->pt", both, alone - together)
        return result | {"deviator": self.flow(alone, entered)}


@dataclass(frozen=True)
class Crowd:
    """Policies of a node of a draw's tree."""

    drawn: Draw
    node: ModeNode
    i: int
    kind: str
    exact: list[Rows]
    floats: FloatArray
    worth: FloatArray

    @classmethod
    def met(cls, rng: random.Random, game: FloatGame, drawn: Draw, node: ModeNode, i: int, kind: str) -> "Crowd":
        """Two generations: the second sets out from the worst of the first."""
        base, size = drawn.policy, 24
        exact: list[Rows] = [base]
        for _ in range(3):
            targets = [moved(rng, base) for _ in range(size)]
            shares = reached(game, drawn, node, base, targets)
            exact += [mixed(base, target, share) for target, share in zip(targets, shares, strict=True) if share]
            worth = game.worth(game.floats(exact), i, kind)
            base = exact[int(worth.argmax())]
        return cls(drawn, node, i, kind, exact, game.floats(exact), worth)

    def beyond(self, bound: Fraction) -> Rows | None:
        """A policy that is truly of the node and worth more."""
        for p in np.flatnonzero(self.worth > float(bound) - NEAR * (1 + abs(float(bound)))):
            policy = self.exact[p]
            if worth(self.drawn.true, policy, self.i, self.kind) > bound and belongs(self.drawn, self.node, policy):
                return policy
        return None

    def seen(
        self, game: FloatGame, limit: Fraction, bounds: dict[str, list[Fraction]], places: list[tuple[str, int]]
    ) -> tuple[float, Rows | None]:
        """The least slack of visit bounds at some places, over the policies beyond the limit; one that visits more."""
        beyond = np.flatnonzero(self.worth > float(limit) + NEAR * (1 + abs(float(limit))))
        if not beyond.size:
            return np.inf, None
        least, drawn = np.inf, self.drawn
        own = game.occupancies(self.floats[beyond], self.i, self.kind)
        for group, s in places:
            slack = float(bounds[group][s]) - own[group][:, s]
            least = min(least, float(slack.min()))
            for policy in (self.exact[beyond[p]] for p in np.flatnonzero(slack < NEAR)):
                more = occupancies(drawn.true, policy, self.i, self.kind)[group][s] > bounds[group][s]
                exceeds = worth(drawn.true, policy, self.i, self.kind) > limit
                if more and exceeds and belongs(drawn, self.node, policy):
                    return least, policy
        return least, None


def moved(rng: random.Random, policy: Rows) -> Rows:
    """Some rows towards an action or another row."""
    part = rng.choice((0.25, 0.6))
    return [[simplex(rng, len(row), 0.85) if rng.random() < part else row for row in own] for own in policy]


def belongs(drawn: Draw, node: ModeNode, policy: Rows) -> bool:
    """The policy is in the ball and in the node, exactly."""
    mu = drawn.true.occupancy(drawn.expert)
    if not inside(drawn.true, drawn.expert, policy, mu, drawn.measure, drawn.eps):
        return False
    for j, own in enumerate(policy):
        for s, row in enumerate(own):
            lower, upper = node.boxes.get((j, s), ((0,) * len(row), (1,) * len(row)))
            if not all(a <= x <= b for a, x, b in zip(lower, row, upper, strict=True)):
                return False
            if not node.least[j][s] <= l1(row, drawn.expert[j][s]) <= node.far[j][s]:
                return False
    return True


def reached(game: FloatGame, drawn: Draw, node: ModeNode, base: Rows, targets: list[Rows]) -> list[Fraction]:
    """How far one may go from a policy of the node to each target, found by halving, in floats."""
    start, ends = game.floats([base]), game.floats(targets)
    low, high = np.zeros(len(targets)), np.ones(len(targets))
    test = Membership(game, drawn, node)
    low[test.holds(ends)] = 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        holds = test.holds(start + middle[:, None, None, None] * (ends - start))
        low, high = np.where(holds, np.maximum(low, middle), low), np.where(holds, high, middle)
    return [Fraction(x) for x in low.tolist()]


class Membership:
    """Whether policies are of a node, in floats."""

    def __init__(self, game: FloatGame, drawn: Draw, node: ModeNode) -> None:
        self.game, self.measure, self.eps = game, drawn.measure, float(drawn.eps)
        self.expert = game.floats([drawn.expert])
        self.mu = (1 - game.g) * game.flow(game.chain(self.expert), game.nu)[0]
        self.least, self.far = (np.array(own, dtype=float) for own in (node.least, node.far))
        self.lower, self.upper = np.zeros(self.expert.shape[1:]), np.ones(self.expert.shape[1:])
        for (j, s), (lower, upper) in node.boxes.items():
            for ends, row in ((self.lower, lower), (self.upper, upper)):
                ends[j, s, : len(row)] = [float(x) for x in row]

    def holds(self, policies: FloatArray) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """`[P]`"""
        apart, tiny = np.abs(policies - self.expert).sum(axis=3), 1e-13
        fits = (policies >= self.lower - tiny) & (policies <= self.upper + tiny)
        near = (apart >= self.least - tiny) & (apart <= self.far + tiny)
        result: np.ndarray[tuple[int], np.dtype[np.bool_]] = fits.all(axis=(1, 2, 3)) & near.all(axis=(1, 2))
        return result & (self.errors(policies, apart) <= self.eps + tiny)

    def errors(self, policies: FloatArray, apart: FloatArray) -> FloatArray:
        """`[P]` of the ball's measure."""
        if self.measure == "bc":
            bc: FloatArray = (apart * self.mu).sum(axis=2).max(axis=1)
            return bc
        game, own = self.game, (1 - self.game.g) * self.game.flow(self.game.chain(policies), self.game.nu)
        if self.measure == "mu":
            return np.abs(own - self.mu).sum(axis=1)
        total = np.zeros(len(policies))
        for s in range(game.states):
            expert = self.mu[s] * game.weights(self.expert, s)
            total += np.abs(own[:, s : s + 1] * game.weights(policies, s) - expert).sum(axis=1)
        return total
