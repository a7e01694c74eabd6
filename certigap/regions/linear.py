"""The linear bound: a player's gap over a node of the ball, expanded around reference kernels (FORMAT 5.8).

For any weights w1, w2 `[S]` and kernels K1, K2, with rho_k = nu + discount K_k^T w_k - w_k (about 0 for occupancies),

    nu.(V* - V) = sum_t ( rho1 V* - rho2 V )(t)
                + sum_s { w1(s) [ max_a' Q*(s,a') - discount K1(s).V* ] - w2(s) [ Q(s,x) - discount K2(s).V ] }

exactly, where Q*, Q back up V* = V_i^{*,pi_-i} and V = V_i^pi. Every policy of the ball has sum_s m(s) ||row_j(s) -
e_j(s)||_1 <= eps, so for prices >= 0 the sum over s is at most sum_j price_j eps plus, for each state, the
maximum over the rows of

    max_a' { w1 [ r(a',y) + discount (P(a',y) - K1).V* ] - w2 [ r(x,y) + discount (P(x,y) - K2).V ] }
        - sum_j price_j m ||row_j - e_j||_1.

At the vertices z of the simplices around the row sets (`certigap.regions.priced`) the braces are at most

    phi(a', z) = w1 r(a',z) - w2 r(z) + sum_t max { alpha v - beta u },   alpha = discount w1 (P(a',z) - K1)(t),
                                                                         beta = discount w2 (P(z) - K2)(t)

over what is known of (v, u) = (V*, V)(t): best_lower <= v <= best_upper, value_lower <= u <= min(value_upper, v), v - u
<= gap_upper (with a tilt, V is of what the imitator is paid, and u <= v is not known). The maximum is convex in each
row, so its interpolation from the vertices is above it; then the rows are chosen greedily, nested as everywhere. K1, K2
are averages over the vertices (of the opponents, at the reference action; of everyone), so alpha and beta shrink with
the node, as do the ranges of v and u: the error is of second order in its size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from certigap.exact.vector import Vector
from certigap.regions.operators import common_denominator
from certigap.regions.priced import PricedRows, priced_rows, priced_supremum
from certigap.regions.region import Region
from certigap.regions.scaled import ScaledGame, ScaledState

__all__ = ["ErrorBudget", "Expansion", "linear_bound"]

Number = TypeVar("Number", int, Fraction)


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """sum_s weights(s) || row_j(s) - e_j(s) ||_1 <= eps for every player j."""

    eps: Fraction
    weights: tuple[Fraction, ...]  # [S] >= 0, at most the expert's occupancy
    share: Fraction | None = None  # no state spends more (measure rho)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The free choices of the bound: every choice is sound."""

    weights: tuple[Vector, Vector]  # [S] of the deviator, of the player
    reference: tuple[int, ...]  # [S] actions of the deviator
    prices: tuple[Fraction, ...]  # [n] >= 0


def linear_bound(
    game: ScaledGame, region: Region, budget: ErrorBudget, player: int, known: Sequence[Vector], choice: Expansion
) -> Fraction:
    """An upper bound of the player's gap at nu over the policies of the ball inside `region`.

    Args:
        game: the game in integers.
        region: the node, not empty.
        budget: what the ball allows.
        player: who may deviate.
        known: best_upper, best_lower, value_lower, gap_upper, value_upper, proved on the region.
        choice: weights, reference actions, prices.

    Source: THEORY 5, budget bound; proof in the module docstring.
    """
    den, vectors = common_denominator(*known)
    weight_den, weights = common_denominator(*choice.weights)
    ranges = [_Range(game.is_tilted, *entries) for entries in zip(*vectors, strict=True)]
    initial = game.game.initial.fractions()
    rho = [[p - Fraction(w, weight_den) for p, w in zip(initial, own, strict=True)] for own in weights]
    total = sum(choice.prices, Fraction(0)) * budget.eps
    for s, state in enumerate(game.states):
        rows = [priced_rows(region, j, s, price * budget.weights[s]) for j, price in enumerate(choice.prices)]
        node = _State(state, player, rows, choice.reference[s])
        pair = (weights[0][s], weights[1][s])
        gains = [list(node.gains(best, pair, ranges, den)) for best in range(state.shape[player])]
        total += priced_supremum(gains, node.scale * weight_den * den, player, rows, state.shape)
        for own, weight, mean in zip(rho, pair, node.means, strict=True):
            for t, value in mean.items():
                own[t] += Fraction(weight * value, node.scale * weight_den)
    rest = sum((held.spread(one, two) for held, one, two in zip(ranges, *rho, strict=True)), Fraction(0))
    return total + rest / den


class _Range:
    """What is known of V* and V at one state, in integers over a common denominator."""

    def __init__(self, tilted: bool, high: int, best_lower: int, low: int, gap: int, top: int) -> None:
        self.tilted, self.start = tilted, best_lower if tilted else max(best_lower, low)
        self.high, self.low, self.gap, self.top = high, low, gap, top

    def spread(self, alpha: Number, beta: Number) -> Number:
        """max alpha V* - beta V: linear between the ends of V* and the kink of the best V."""
        kink = self.low + self.gap if beta >= 0 else self.top
        points = (self.start, min(max(kink, self.start), self.high), self.high)
        if beta >= 0:
            return max(alpha * v - beta * max(self.low, v - self.gap) for v in points)
        return max(alpha * v - beta * (self.top if self.tilted else min(self.top, v)) for v in points)


class _State:
    """Rewards and transitions of one state over the vertices, in integers over `scale`."""

    def __init__(self, state: ScaledState, player: int, rows: Sequence[PricedRows], reference: int) -> None:
        self.state, self.player, self.rows = state, player, rows
        self.count, self.size, self.stride = len(state.following), state.shape[player], state.stride(player)
        self.scale = state.scale * self.count
        for own in rows:
            self.scale *= own.denominator
        tables: dict[int, list[int]] = {t: [0] * self.count for row in state.following for t, _ in row}
        for k, entries in enumerate(state.following):
            for t, weight in entries:
                tables[t][k] = weight
        free, _ = self._restricted(list(state.rewards[player]))
        self.rewards = (free, self._restricted(list(state.paid[player]))[1])
        self.next = {t: self._restricted(table) for t, table in tables.items()}
        both = {t: sum(everyone) for t, (_, everyone) in self.next.items()}
        self.means = ({t: self._mean(own, reference) for t, (own, _) in self.next.items()}, both)

    def gains(self, best: int, pair: tuple[int, int], ranges: Sequence[_Range], den: int) -> Iterator[int]:
        """phi of one deviation at every joint vertex, over `scale`, the weights' and the vectors' denominators."""
        one, two = (weight * self.count for weight in pair)
        shift = [(pair[0] * self.means[0][t], pair[1] * self.means[1][t]) for t in self.next]
        for k in range(self.count):
            other = k + (best - (k // self.stride) % self.size) * self.stride
            total = (one * self.rewards[0][other] - two * self.rewards[1][k]) * den
            for (t, (own, everyone)), (first, second) in zip(self.next.items(), shift, strict=True):
                alpha, beta = one * own[other] - first, two * everyone[k] - second
                if alpha or beta:
                    total += ranges[t].spread(alpha, beta)
            yield total

    def _mean(self, table: list[int], action: int) -> int:
        """`count` times the average over the opponents' vertices at an own action."""
        return self.size * sum(x for k, x in enumerate(table) if (k // self.stride) % self.size == action)

    def _restricted(self, table: list[int]) -> tuple[list[int], list[int]]:
        """The table over vertices of the opponents, and of everyone, both times all denominators of the rows."""
        for j, own in enumerate(self.rows):
            if j != self.player:
                table = own.restrict(table, self.state.stride(j))
        own = self.rows[self.player]
        return [own.denominator * x for x in table], own.restrict(table, self.stride)
