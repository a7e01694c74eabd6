"""Weakened checks of the linear rule at a leaf (FORMAT 5.8)."""

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

MUTANTS = (
    Mutant(
        "linear-top-unchecked",
        "    check_vector(leaf.game, leaf.i, leaf.rows, more[0], Step.policy_value, UPPER, leaf.where, "
        "paid and paid[1:3])\n",
        "",
        "linear pair",
    ),
    Mutant(
        "linear-limit",
        'shown = rule("leaf", name)(leaf, known, parts[name])',
        'rule("leaf", name)(leaf, known, parts[name])\n        return',
        "linear pair",
    ),
    Mutant("simplex-low-center", "e - radius / 2, 1 - sum", "e, 1 - sum", "linear pair"),
    Mutant("simplex-high-center", "high = [min(u, e + radius / 2)", "high = [min(u, e + radius / 8)", "linear high"),
    Mutant("simplex-half-tau", "int(tau * self.den)", "int(tau * self.den) // 2", "linear pair"),
    Mutant(
        "simplex-price-unscaled",
        "Rows(middle, radius / scale, (first, last)), price * scale",
        "Rows(middle, radius / scale, (first, last)), price * scale * 2",
        "linear tempt",
    ),
    Mutant(
        "simplex-radius-unscaled",
        "Rows(middle, radius / scale, (first, last))",
        "Rows(middle, radius, (first, last))",
        "linear pair",
    ),
    Mutant(
        "ranges-low-high",
        "best if tilted else [max(x, y) for x, y in zip(best, self.floor)]",
        "best if tilted else [max(x, y) for x, y in zip(self.high, self.floor)]",
        "linear trap",
    ),
    Mutant(
        "spread-no-high", "points = (self.low[t], kink, self.high[t])", "points = (self.low[t], kink)", "linear mixed"
    ),
    Mutant(
        "spread-no-low", "points = (self.low[t], kink, self.high[t])", "points = (kink, self.high[t])", "linear trap"
    ),
    Mutant(
        "spread-no-kink",
        "points = (self.low[t], kink, self.high[t])",
        "points = (self.low[t], self.high[t])",
        "linear low",
    ),
    Mutant("spread-no-floor", "beta * (max(floor, v - gap)", "beta * (min(v, max(floor, v))", "linear pair"),
    Mutant("spread-no-top", "else min(top, v)) for v", "else min(floor, v)) for v", "linear mixed"),
    Mutant(
        "expansion-rewards-of-one",
        "rewards = paid or (game.rewards[i], game.rewards[i], game.reward_den[i], game.bits)",
        "rewards = paid or (game.rewards[0], game.rewards[0], game.reward_den[0], game.bits)",
        "linear mixed",
    ),
    Mutant(
        "expansion-own-vertices",
        "return [self.around[self.i].den * x for x in table], self.around[self.i].vertices(table, self.stride)",
        "return [self.around[self.i].den * x for x in table], [self.around[self.i].den * x for x in table]",
        "linear low",
    ),
    Mutant(
        "gain-reward-sign",
        "n * (w[0] * self.rewards[0][other] - w[1] * self.rewards[1][k])",
        "n * (w[0] * self.rewards[0][other] - 2 * w[1] * self.rewards[1][k])",
        "linear trap",
    ),
    Mutant("gain-no-mean", "w[1] * (n * bound[k] - self.means[t][1])", "w[1] * n * bound[k]", "linear trap"),
    Mutant(
        "gain-first-state",
        "            total += ranges.spread(t, alpha, beta)\n        return total",
        "            total += 0\n        return total",
        "linear pair",
    ),
    Mutant(
        "maximum-first-action",
        "for a in range(self.size):\n            gains",
        "for a in range(1):\n            gains",
        "linear pair",
    ),
    Mutant(
        "maximum-min",
        "return Fraction(max(best), scale * extra",
        "return Fraction(min(best), scale * extra",
        "linear pair",
    ),
    Mutant(
        "linear-nest-lower",
        "rows.optimum(value, UPPER, prices[j] * inside)",
        "rows.optimum(value, -UPPER, prices[j] * inside)",
        "linear pair",
    ),
    Mutant(
        "linear-nest-price",
        "rows.optimum(value, UPPER, prices[j] * inside)",
        "rows.optimum(value, UPPER, 2 * prices[j] * inside)",
        "linear tempt",
    ),
    Mutant(
        "linear-price-negative",
        'node.rational() if node.rational() >= 0 else node.fail("a price >= 0") for node in prices',
        "node.rational() for node in prices",
        "coin.price-negative.json",
    ),
    Mutant("linear-no-budget", "total = summed(price) * region.budget", "total = ZERO", "linear pair"),
    Mutant(
        "linear-no-rest",
        "return total + summed(ranges.spread(t, *pair) for t, pair in enumerate(zip(*rest))) / ranges.den",
        "return total",
        "linear pair",
    ),
    Mutant(
        "linear-rest-start",
        "rest = [[p - w[t] for t, p in enumerate(game.initial)] for w in weights]",
        "rest = [[- w[t] for t, p in enumerate(game.initial)] for w in weights]",
        "linear pair",
    ),
    Mutant("linear-heavy-price", "price[j] * region.weights[s])", "price[j])", "linear pair"),
    Mutant("optimum-price-free", "2 * price * amount", "3 * price * amount", "linear tempt"),
    Mutant(
        "optimum-price-stops",
        "takers[0][0] - donors[0][0] > 2 * price",
        "takers[0][0] - donors[0][0] > 4 * price",
        "linear tempt",
    ),
)
