"""FORMAT 5.8: the linear bound of the gap at the start over a leaf."""

import math
from fractions import Fraction
from typing import Any

from game import Game, Vector
from kernel import UPPER, Box, Rows, Step, check_vector
from limits import bits, common, hold, longest, spend, summed, weight
from reading import ONE, ZERO, Node
from regions import Leaf

Paid = tuple[list[int], list[int], int, int]  # rewards of deviator and of imitator, their denominator, bits (6.6)


class Simplex:
    """FORMAT 5.8: the simplex {low + tau theta} around a row set, over `den`; the set, and a price, in theta."""

    def __init__(self, center: list[Fraction], radius: Fraction, box: Box | None, price: Fraction) -> None:
        lower, upper = box or ([ZERO] * len(center), [ONE] * len(center))
        den = common((*center, *lower, *upper, radius), 6 * len(center))
        spend(32 * len(center) * weight(4 * den.bit_length() + bits(price)))
        high = [min(u, e + radius / 2) for e, u in zip(center, upper)]
        low = [max(l, e - radius / 2, 1 - sum(high) + h) for e, l, h in zip(center, lower, high)]
        tau = 1 - sum(low)
        scale, origin = (tau, low) if tau else (ONE, [ZERO] * len(low))
        middle, first, last = ([(x - o) / scale for x, o in zip(row, origin)] for row in (center, lower, upper))
        self.rows, self.price = Rows(middle, radius / scale, (first, last)), price * scale
        self.den = common(low, len(low))
        self.low, self.tau = [int(x * self.den) for x in low], int(tau * self.den)

    def vertices(self, table: list[int], stride: int) -> list[int]:
        """`den * table` with the player's actions, `stride` apart, replaced by the vertices low + tau e_a."""
        result, span = list(table), stride * len(self.low)
        spend(len(table) * len(self.low) * weight(longest(table) + self.den.bit_length()))
        for k in range(len(table)):
            first = k - k % span + k % stride
            result[k] = sum(w * x for w, x in zip(self.low, table[first : first + span : stride])) + self.tau * table[k]
        return result


class Ranges:
    """Over `den`, at every state: low <= V* <= high, floor <= V <= top, V* - V <= gap; V <= V* if it is not tilted."""

    def __init__(self, vectors: list[Vector], tilted: bool) -> None:
        self.tilted = tilted
        self.den = common((Fraction(1, v.den) for v in vectors), 8 * len(vectors[0].num))
        self.bits = self.den.bit_length() + max(v.bits for v in vectors)
        spend(8 * len(vectors[0].num) * weight(self.bits))
        self.high, best, self.floor, self.gap, self.top = ([x * (self.den // v.den) for x in v.num] for v in vectors)
        self.low = best if tilted else [max(x, y) for x, y in zip(best, self.floor)]

    def spread(self, t: int, alpha: Any, beta: Any) -> Any:
        """max alpha V*(t) - beta V(t): piecewise linear in V* for the best V, with one kink."""
        floor, gap, top = self.floor[t], self.gap[t], self.top[t]
        kink = min(max(floor + gap if beta >= 0 else top, self.low[t]), self.high[t])
        points = (self.low[t], kink, self.high[t])
        if self.tilted and beta < 0:
            return max(alpha * v for v in points) - beta * top
        return max(alpha * v - beta * (max(floor, v - gap) if beta >= 0 else min(top, v)) for v in points)


class Expansion:
    """FORMAT 5.8 at one state: rewards and discounted moves of player `i` at the vertices, integers over `unit`."""

    def __init__(self, game: Game, i: int, s: int, around: list[Simplex], reference: int, paid: Paid) -> None:
        best, own, den, length = paid
        step, self.around, self.i, self.strides = Step(game, i, s, (best, den)), around, i, game.strides[s]
        self.size, self.stride, rows = game.sizes[s][i], self.strides[i], range(*game.offsets[s : s + 2])
        self.count, self.unit = len(rows), step.unit * math.prod(own.den for own in around)
        gains = [[x[k] * step.bottom * game.next_den[s] for k in rows] for x in (best, own)]
        self.rewards = self.at_vertices(gains[0])[0], self.at_vertices(gains[1])[1]
        reached = {t for k in rows for t, _ in game.next[k]}
        self.bits = length + self.unit.bit_length()
        hold(4 * self.count * (len(reached) + 1), self.bits)
        spend(4 * self.count * (len(reached) + 1))
        moves: dict[int, list[int]] = {t: [0] * self.count for t in reached}
        for place, k in enumerate(rows):
            for t, w in game.next[k]:
                moves[t][place] = w * step.reward_den * step.top
        self.moves = {t: self.at_vertices(table) for t, table in moves.items()}
        chosen = [k for k in range(self.count) if k // self.stride % self.size == reference]
        self.means: dict[int, list[int]] = {}  # `count` times the average moves of deviator and player
        for t, (free, bound) in self.moves.items():
            self.means[t] = [self.size * sum(free[k] for k in chosen), sum(bound)]

    def at_vertices(self, table: list[int]) -> tuple[list[int], list[int]]:
        """The table at the vertices of the opponents' simplices, and at those of all."""
        for j, own in enumerate(self.around):
            table = own.vertices(table, self.strides[j]) if j != self.i else table
        return [self.around[self.i].den * x for x in table], self.around[self.i].vertices(table, self.stride)

    def gain(self, best: int, k: int, w: list[int], ranges: Ranges) -> int:
        """phi(best, k) over `count * unit`, the denominators of the weights `w` and of the ranges"""
        other, n = k + (best - k // self.stride % self.size) * self.stride, self.count
        total = n * (w[0] * self.rewards[0][other] - w[1] * self.rewards[1][k]) * ranges.den
        for t, (free, bound) in self.moves.items():
            alpha, beta = w[0] * (n * free[other] - self.means[t][0]), w[1] * (n * bound[k] - self.means[t][1])
            total += ranges.spread(t, alpha, beta)
        return total

    def maximum(self, w: list[int], w_den: int, ranges: Ranges) -> Fraction:
        """max over deviations and rows of phi less the prices of the rows"""
        extra = math.lcm(*(x.price.denominator for x in self.around))
        scale = self.count * self.unit * w_den * ranges.den
        prices, best = [int(x.price * extra) * scale for x in self.around], []
        length = self.bits + w_den.bit_length() + longest(w) + ranges.bits + extra.bit_length() + scale.bit_length()
        spend(self.size * self.count * (8 * len(self.moves) + 4 * len(self.around)) * weight(length))
        for a in range(self.size):
            gains = [extra * self.gain(a, k, w, ranges) for k in range(self.count)]
            best.append(self.nest([self.i], gains, prices, 0))
        dens = [x.rows.den for m, x in enumerate(self.around) if m == self.i or len(x.low) > 1]
        return Fraction(max(best), scale * extra * math.prod(dens))

    def nest(self, order: list[int], gains: list[int], prices: list[int], k: int) -> int:
        """The maximum over the rows of `order`, outermost first; after the own row, the best rotation."""
        if not order:
            return gains[k]
        j, rest = order[0], [order[1:]]
        if j == self.i:
            others = [m for m, own in enumerate(self.around) if m != j and len(own.low) > 1]
            rest = [others[t:] + others[:t] for t in range(max(1, len(others)))]
        inside = math.prod(self.around[m].rows.den for m in rest[0])

        def value(a: int) -> int:
            return min(self.nest(then, gains, prices, k + a * self.strides[j]) for then in rest)

        return self.around[j].rows.optimum(value, UPPER, prices[j] * inside)


def leaf_linear(leaf: Leaf, known: list[Vector], node: Node, paid: Paid | None = None) -> Fraction:
    """The bound over a leaf whose first four vectors are `known`, from three vectors more; `paid`: it has a tilt."""
    free = node.fields(("vectors", "reference", "prices"))
    more = leaf.vectors(free["vectors"], 3)
    if leaf.rows is None:
        return ZERO
    check_vector(leaf.game, leaf.i, leaf.rows, more[0], Step.policy_value, UPPER, leaf.where, paid and paid[1:3])
    return linear_bound(leaf, [*known, more[0]], more[1:], free["reference"], free["prices"], paid)


def linear_bound(
    leaf: Leaf, known: list[Vector], weights: list[Vector], choice: Node, fees: Node, paid: Paid | None = None
) -> Fraction:
    """From five vectors that bound values and gaps, two weights, a reference action a state and a price a player."""
    game, i, region, boxes = leaf.game, leaf.i, leaf.region, leaf.boxes
    reference, prices = choice.items(game.size), fees.items(game.n)
    price = [node.rational() if node.rational() >= 0 else node.fail("a price >= 0") for node in prices]
    ranges, radii = Ranges(known, paid is not None), [region.radii(j, boxes) or [] for j in range(game.n)]
    rewards = paid or (game.rewards[i], game.rewards[i], game.reward_den[i], game.bits)
    den = common((Fraction(1, w.den) for w in weights), 2 * game.size)
    rest = [[p - w[t] for t, p in enumerate(game.initial)] for w in weights]
    total = summed(price) * region.budget
    for s in range(game.size):
        rows = [(region.center[j][s], radii[j][s], boxes.get((j, s))) for j in range(game.n)]
        around = [Simplex(*row, price[j] * region.weights[s]) for j, row in enumerate(rows)]
        state = Expansion(game, i, s, around, reference[s].integer(range(game.sizes[s][i])), rewards)
        w = [v.num[s] * (den // v.den) for v in weights]
        total = summed((total, state.maximum(w, den, ranges)))
        for t, means in state.means.items():
            for k in (0, 1):
                change = Fraction(w[k] * means[k], den * state.count * state.unit)
                spend(1 + (bits(rest[k][t]) * bits(change) >> 16))
                rest[k][t] += change
                hold(2 * game.size, bits(rest[k][t]))
    spend(8 * game.size * weight(ranges.bits + longest(rest[0]) + longest(rest[1])))
    return total + summed(ranges.spread(t, *pair) for t, pair in enumerate(zip(*rest))) / ranges.den
