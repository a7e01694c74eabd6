"""The three error balls around an expert: policies drawn back to the expert's until they lie inside.

`shrunk` works on stacks of floats `[N, n, S, A]` (`Screen`), `inside` on one exact policy; `error` is exact.
"""

from fractions import Fraction
from typing import Protocol

import numpy as np

from tests.helpers.campaign.screen import Array, Screen
from tests.helpers.checker.truth import ONE, ZERO, Rows, l1

__all__ = ["Ball", "ball"]


class Ball(Protocol):
    """What an attack asks of a ball; `costs` `[S]`: the expert's occupancy."""

    costs: Array

    def shrunk(self, policies: Array) -> Array: ...

    def inside(self, policy: Rows) -> Rows: ...

    def error(self, policy: Rows) -> Fraction: ...


def ball(screen: Screen, expert: Rows, eps: Fraction, measure: str) -> Ball:
    """The ball of a measure: "bc", "rho" or "mu"."""
    if measure == "bc":
        return RowBall(screen, expert, eps)
    return OccupancyBall(screen, expert, eps, measure)


class RowBall:
    """eps_BC: every player within `eps`, weighted by the expert's occupancy; rows of unvisited states are free."""

    def __init__(self, screen: Screen, expert: Rows, eps: Fraction) -> None:
        self.game, self.expert, self.eps = screen.game, expert, eps
        self.mu = self.game.occupancy(expert)
        self.center = screen.stack([expert])[0]
        self.costs = np.array([float(m) for m in self.mu])

    def error(self, policy: Rows) -> Fraction:
        return max(self.game.bc_errors(self.expert, policy))

    def shrunk(self, policies: Array) -> Array:
        apart = policies - self.center
        spent = np.einsum("s,zjsa->zj", self.costs, np.abs(apart))
        part = np.minimum(1.0, float(self.eps) / np.where(spent > 0, spent, np.inf)) if self.eps else (spent <= 0) * 1.0
        scale = np.where(self.costs == 0, 1.0, part[..., None])
        return np.asarray(self.center + scale[..., None] * apart)

    def inside(self, policy: Rows) -> Rows:
        result = []
        for rows, own in zip(policy, self.expert, strict=True):
            spent = sum((m * l1(x, y) for m, x, y in zip(self.mu, rows, own, strict=True)), ZERO)
            part = min(ONE, self.eps / spent) if spent else ONE
            scales = [part if m else ONE for m in self.mu]
            result.append([mixed(t, x, y) for t, x, y in zip(scales, rows, own, strict=True)])
        return result


class OccupancyBall:
    """eps_rho or eps_mu: occupancies of (state, joint action), or of states, within `eps`, all players together."""

    def __init__(self, screen: Screen, expert: Rows, eps: Fraction, measure: str) -> None:
        self.screen, self.expert, self.eps, self.key = screen, expert, eps, f"eps_{measure}"
        self.center = screen.stack([expert])[0]
        self.known = self.occupancies(self.center[None])
        self.costs = screen.occupancies(self.center[None])[0]

    def occupancies(self, policies: Array) -> Array:
        if self.key == "eps_mu":
            return self.screen.occupancies(policies)
        return np.asarray(self.screen.occupancies(policies)[..., None] * self.screen.joint(policies))

    def error(self, policy: Rows) -> Fraction:
        return self.screen.game.errors(self.expert, policy)[self.key]

    def errors(self, policies: Array) -> Array:
        apart = np.abs(self.occupancies(policies) - self.known)
        return np.asarray(apart.reshape(len(policies), -1).sum(axis=1))

    def shrunk(self, policies: Array) -> Array:
        """Bisection between expert and policy; the error need not grow on the way, any step inside will do."""
        apart = policies - self.center
        low, high = np.zeros(len(policies)), np.ones(len(policies))
        good = self.errors(policies) <= float(self.eps)
        low[good] = 1.0
        for _ in range(12):
            middle = (low + high) / 2
            good = self.errors(self.center + middle[:, None, None, None] * apart) <= float(self.eps)
            low, high = np.where(good, middle, low), np.where(good, high, middle)
        return np.asarray(self.center + low[:, None, None, None] * apart)

    def inside(self, policy: Rows) -> Rows:
        for part in (ONE, 1 - Fraction(1, 2**20), 1 - Fraction(1, 2**8), Fraction(1, 2)):
            drawn = [
                [mixed(part, x, y) for x, y in zip(rows, own, strict=True)]
                for rows, own in zip(policy, self.expert, strict=True)
            ]
            if self.error(drawn) <= self.eps:
                return drawn
        return self.expert


def mixed(part: Fraction, x: list[Fraction], y: list[Fraction]) -> list[Fraction]:
    """The row that is `part` of the way from `y` to `x`."""
    return [b + part * (a - b) for a, b in zip(x, y, strict=True)]
