r"""How far regularised best responses of a two-player game stray, bounded in exact arithmetic.

Player i answers opponents y by p = softmax(q/tau), q = sum_b y(b) f(., b), f = r + g P V, V its regularised optimal
value (own entropy alone, as in THEORY 10). Let sum_s mu(s) ||y(s) - e(s)||_1 <= eps, so that ||y(s) - e(s)||_1 <= b(s)
with b(s) = min(2, eps/mu(s)).

Vectors hi >= V >= lo hold for all such y if at every state, the maximum and minimum taken over rows within b(s),

    sum_a exp((max_y q_hi(a) - hi)/tau) <= 1     and     sum_a exp((min_y q_lo(a) - lo)/tau) >= 1:

the regularised Bellman operators are monotone contractions. Let q0 = sum_b e(b) f at V = (hi + lo)/2. Then
q - q0 has two parts: that of V, at most w(s) = max_a g sum_b e(b) P (hi - lo)/2 in size, and that of y - e, at most
||y(s) - e(s)||_1 R(s)/2, R(s) the largest range of f(a, .) over [lo, hi]. Two softmaxes are within span/(2 tau), a span
being at most twice the size, so with d0 = ||softmax(q0/tau) - e_i||_1

    delta_tau(eps) <= sum_s mu(s) min(2, d0(s) + w(s)/tau) + eps max_s R(s)/(2 tau).

This needs no least occupancy, where the closed form of `regularised-delta` divides by one.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

import certigap as cg
from certigap.exact.enclosures import exp

GRID = 2**24  # vectors are whole multiples of 1/GRID
RADIUS_GRID = 2**30
MARGIN = 2.0**-20  # of proposed vectors, above their rounding
STEPS = 400  # of value iteration in floats

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Side:
    """The game as player i sees it: rewards `[S][own][other]`, following states with weights, the expert's rows."""

    rewards: list[Matrix]
    following: list[list[list[dict[int, Fraction]]]]
    own: Matrix
    other: Matrix
    mass: list[tuple[Fraction, Fraction]]
    discount: Fraction

    @classmethod
    def of(cls, game: cg.Game, expert: cg.Policy, player: int) -> "Side":
        """Player 0 or 1 of a two-player game."""
        found = cg.occupancy(game, expert)
        rewards, following = [], []
        for s, shape in enumerate(game.layout.shapes):
            pairs = [
                [(a, b) if player == 0 else (b, a) for b in range(shape[1 - player])] for a in range(shape[player])
            ]
            rows = [[game.layout.row(s, pair) for pair in line] for line in pairs]
            rewards.append([[game.reward(player, row) for row in line] for line in rows])
            following.append([[dict(game.transitions.row(row)) for row in line] for line in rows])
        own, other = ([row.fractions() for row in expert.rows[j]] for j in (player, 1 - player))
        mass = list(zip(found.lower.fractions(), found.upper.fractions(), strict=True))
        return cls(rewards, following, own, other, mass, game.discount)

    def continuation(self, s: int, values: list[Fraction]) -> Matrix:
        """r + g P V `[own][other]`"""
        return [
            [r + self.discount * sum(p * values[t] for t, p in nexts.items()) for r, nexts in zip(*line, strict=True)]
            for line in zip(self.rewards[s], self.following[s], strict=True)
        ]

    def radii(self, eps: Fraction) -> list[Fraction]:
        """min(2, eps/mu) `[S]`, rounded up."""
        return [
            min(Fraction(2), Fraction(-(-eps * RADIUS_GRID // low), RADIUS_GRID)) if low else Fraction(2)
            for low, _ in self.mass
        ]


def farthest(f: list[Fraction], e: list[Fraction], radius: Fraction) -> Fraction:
    """max of y.f over rows y within `radius` of e: mass moves from the smallest entries to the largest."""
    top = max(range(len(f)), key=f.__getitem__)
    left = min(radius / 2, 1 - e[top])
    total = sum((p * x for p, x in zip(e, f, strict=True)), Fraction(0)) + left * f[top]
    for k in sorted(range(len(f)), key=f.__getitem__):
        moved = min(left, e[k]) if k != top else Fraction(0)
        total, left = total - moved * f[k], left - moved
    return total


def bound(side: Side, tau: Fraction, eps: Fraction, hi: list[Fraction], lo: list[Fraction]) -> Fraction:
    """The bound of delta_tau(eps) that hi and lo prove.

    Raises:
        ValueError: they prove nothing; the message names the state.
    """
    radii, middle = side.radii(eps), [(x + y) / 2 for x, y in zip(hi, lo, strict=True)]
    total, rate = Fraction(0), Fraction(0)
    for s, e in enumerate(side.other):
        above, below = side.continuation(s, hi), side.continuation(s, lo)
        if sum(exp((farthest(f, e, radii[s]) - hi[s]) / tau)[1] for f in above) > 1:
            raise ValueError(f"state {s}: expected a larger hi")
        if sum(exp((-farthest([-x for x in f], e, radii[s]) - lo[s]) / tau)[0] for f in below) < 1:
            raise ValueError(f"state {s}: expected a smaller lo")
        rate = max(rate, *(max(f) - min(g) for f, g in zip(above, below, strict=True)))
        inside = [sum((p * x for p, x in zip(e, f, strict=True)), Fraction(0)) for f in side.continuation(s, middle)]
        spread = max(
            sum((p * (x - y) for p, x, y in zip(e, f, g, strict=True)), Fraction(0)) / 2
            for f, g in zip(above, below, strict=True)
        )
        total += side.mass[s][1] * min(Fraction(2), _off(side.own[s], inside, tau) + spread / tau)
    return min(Fraction(2), total + eps * rate / (2 * tau))


def _off(row: list[Fraction], q: list[Fraction], tau: Fraction) -> Fraction:
    """|| row - softmax(q/tau) ||_1 from above."""
    weights = [exp((x - max(q)) / tau) for x in q]
    low, high = (sum(w[side] for w in weights) for side in (0, 1))
    return sum((max(abs(p - w[0] / high), abs(p - w[1] / low)) for p, w in zip(row, weights, strict=True)), Fraction(0))


def proposed(side: Side, tau: Fraction, eps: Fraction) -> tuple[list[int], list[int]]:
    """hi and lo over GRID, from value iteration in floats: to be checked by `bound`."""
    r = np.array([[[float(x) for x in line] for line in rows] for rows in side.rewards])
    moves = np.zeros((*r.shape, len(r)))
    for s, a, b in np.ndindex(*r.shape):
        for t, p in side.following[s][a][b].items():
            moves[s, a, b, t] = p
    e, radii = np.array([[float(p) for p in row] for row in side.other]), [float(x) for x in side.radii(eps)]
    found = []
    for sign in (1, -1):
        values = np.zeros(len(r))
        for _ in range(STEPS):
            f = sign * (r + float(side.discount) * moves @ values)
            q = sign * np.array(
                [[_float_farthest(f[s, a], e[s], radii[s]) for a in range(r.shape[1])] for s in range(len(r))]
            )
            top, before = q.max(axis=1), values
            values = top + float(tau) * np.log(np.exp((q - top[:, None]) / float(tau)).sum(axis=1))
            if abs(values - before).max() < MARGIN / 16:
                break
        found.append([int(np.round((v + sign * MARGIN) * GRID)) for v in values])
    return found[0], found[1]


def _float_farthest(f: np.ndarray, e: np.ndarray, radius: float) -> float:
    order = np.argsort(f)
    left = min(radius / 2, 1 - e[order[-1]])
    total = float(e @ f) + left * float(f[order[-1]])
    for k in order[:-1]:
        moved = min(left, float(e[k]))
        total, left = total - moved * float(f[k]), left - moved
    return total
