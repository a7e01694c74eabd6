"""FORMAT 5.6: the pair bound, V* - V for the best case of both over the same opponents."""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from game import Game, Vector
from kernel import Rows, Sets, Step, Weights, over_others, rounds, widest
from limits import common, spend, weight
from reading import Invalid


class PairBounds:
    """Four vectors over one denominator: V* <= high, V* >= low_best, V >= low, V* - V <= up."""

    def __init__(self, best_upper: Vector, best_lower: Vector, value_lower: Vector, gap_upper: Vector) -> None:
        vectors = (best_upper, best_lower, value_lower, gap_upper)
        self.den = common((Fraction(1, v.den) for v in vectors), 8 * len(best_upper.num))
        spend(8 * len(best_upper.num) * weight(self.den.bit_length()))
        self.bits = max(v.bits for v in vectors)
        high, best, low, up = ([x * (self.den // v.den) for x in v.num] for v in vectors)
        self.high, self.up = high, up
        self.keep = [max(x, h - u) for x, h, u in zip(low, high, up)]
        self.floor = [max(x, b - u) for x, b, u in zip(low, best, up)]
        self.cap = [min(h, f + u) for h, f, u in zip(high, self.floor, up)]

    def spread(self, best: Weights, own: Weights) -> int:
        """Integer upper bound of `best . V* - own . V` for two rows of transition weights."""
        q, total = dict(own), 0
        for t, p in best:
            x = q.pop(t, 0)
            total += p * self.high[t] - x * self.keep[t] if p >= x else p * self.cap[t] - x * self.floor[t]
        return total - sum(x * self.floor[t] for t, x in q.items())


class PairStep(Step):
    """One state's backup of the bound of V* - V."""

    def gap_value(self, rows: Sequence[Rows], bounds: PairBounds) -> int:
        """The pair bound from `PairBounds` (FORMAT 5.6)."""
        return max(rows[self.i].optimum(partial(self.regret, rows, bounds, best), 1) for best in self.actions)

    def regret(self, rows: Sequence[Rows], bounds: PairBounds, best: int, a: int) -> int:
        """The opponents' best case of the gain from `best` over `a`"""
        fixed, moving = self.bottom * self.game.next_den[self.s] * bounds.den, self.reward_den * self.top
        stride, following = self.strides[self.i], self.game.next

        def value(k: int) -> int:
            other = k + (best - a) * stride
            gain = (self.rewards[other] - self.paid[k]) * fixed
            return gain + moving * bounds.spread(following[other], following[k])

        return over_others(rows, self.i, value, self.first + a * stride, self.strides, 1)


def check_gap_vector(game: Game, i: int, rows: Sets, vectors: list[Vector], what: str) -> None:
    bounds = PairBounds(*vectors)
    deviations = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    length = game.bits + bounds.den.bit_length() + bounds.bits + widest(game, rows)
    spend(4 * rounds(game) * deviations * weight(length))
    for s in range(game.size):
        step, own = PairStep(game, i, s), [row[s] for row in rows]
        left = bounds.up[s] * step.unit * math.prod(row.den for row in own)
        if left < step.gap_value(own, bounds):
            raise Invalid(f"{what}: gap vector of player {game.players[i]} fails at state {game.states[s]!r}")
