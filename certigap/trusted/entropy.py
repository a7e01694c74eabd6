"""FORMAT 13: gaps of a policy in the entropy-regularised game, and how far its best responses stray.

All exponents are at most 0 and all logarithms of numbers in (0, 1], bounded from one side in integers over 2^PLACES.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from game import Game, Policy, Vector
from kernel import LOWER, UPPER, Ask, Step, check_interval, over_others, point_rows, show
from limits import bits, longest, spend, summed, weight
from reading import ONE, TWO, ZERO, Invalid, Node
from values import Evaluation, players_words

PLACES = 160
TERMS = 40  # of the exponential series; the logarithm's has half as many again
SMALLEST = -64  # e^-64 < 2^-92


def rounded(x: Fraction, sign: int) -> Fraction:
    """`x` on the grid 2^-PLACES, up or down."""
    spend(1 + 4 * weight(bits(x)))
    scaled = x * (1 << PLACES)
    return Fraction(math.ceil(scaled) if sign == UPPER else math.floor(scaled), 1 << PLACES)


def exp_end(x: Fraction, sign: int) -> Fraction:
    """A bound of e^x from above or below, for x <= 0: the alternating series of e^(x/64), and its 64th power."""
    if x < SMALLEST:
        return Fraction(1, 1 << 92) if sign == UPPER else ZERO
    t = rounded(-x / 64, -sign)
    total, term = ZERO, ONE
    for j in range(TERMS + (sign == UPPER)):
        total += term
        term *= -t / (j + 1)
    result = rounded(total, sign)
    for _ in range(6):
        result = rounded(result * result, sign)
    return result


def atanh_end(z: Fraction, sign: int) -> Fraction:
    """A bound of atanh z for |z| <= 1/3: its series, whose rest is at most twice the next power."""
    if z < 0:
        return -atanh_end(-z, -sign)
    z = rounded(z, sign)
    total, power = ZERO, z
    for j in range(TERMS + TERMS // 2):
        total += power / (2 * j + 1)
        power = rounded(power * z * z, sign)
    return total + (2 * power if sign == UPPER else 0)


def log_end(p: Fraction, sign: int) -> Fraction:
    """A bound of log p, 0 < p <= 1: log p = 2 atanh((m - 1)/(m + 1)) - k log 2 with m = 2^k p in (1/2, 2)."""
    spend(8 * weight(bits(p)))
    k = p.denominator.bit_length() - p.numerator.bit_length()
    m = p * (1 << k)
    return 2 * atanh_end((m - 1) / (m + 1), sign) - k * 2 * atanh_end(Fraction(1, 3), -sign)


def entropy_end(row: Sequence[Fraction], sign: int) -> Fraction:
    """A bound of - sum p log p"""
    return max(ZERO, summed(-p * log_end(p, -sign) for p in row if 0 < p < 1))


class View:
    """Player `i`'s regularised values against the others: own temperature `tau`, `sigma` of the others' entropy."""

    def __init__(self, game: Game, policy: Policy, i: int, tau: Fraction, sigma: Fraction) -> None:
        self.game, self.policy, self.i, self.tau, self.sigma = game, policy, i, tau, sigma
        self.rows = point_rows(policy)

    def cost(self, s: int, sign: int) -> Fraction:
        """sigma sum_{j != i} H(pi_j(.|s))"""
        others = [own[s] for j, own in enumerate(self.policy) if j != self.i and self.sigma]
        return self.sigma * summed(entropy_end(row, sign) for row in others)

    def actions(self, s: int, vector: Vector) -> list[Fraction]:
        """q_X(s, a, pi_{-i}) for every own action"""
        step, rows = Step(self.game, self.i, s), [own[s] for own in self.rows]
        length = self.game.bits + vector.bits + sum(row.den.bit_length() for row in rows)
        spend(4 * self.game.n * self.game.work[s] * weight(length))
        scale = step.unit * vector.den * math.prod(row.den for j, row in enumerate(rows) if j != self.i)
        value, stride = step.row_value(vector), step.strides[self.i]
        starts = [step.first + a * stride for a in step.actions]
        return [Fraction(over_others(rows, self.i, value, k, step.strides, UPPER), scale) for k in starts]

    def check_optimum(self, vector: Vector, sign: int, where: str) -> None:
        """sum_a exp((q_X(a) - cost - X(s)) / tau) <= 1 for an upper bound of the optimal value, >= 1 for a lower."""
        for s in range(self.game.size):
            level = vector[s] + self.cost(s, -sign)
            spend(8 * self.game.sizes[s][self.i] * weight(2 * self.game.bits + 2 * vector.bits + bits(level)))
            exponents = [(q - level) / self.tau for q in self.actions(s, vector)]
            if sign == LOWER and max(exponents) >= 0:
                continue
            if max(exponents) > 0 or sign * (1 - sum((exp_end(x, sign) for x in exponents), ZERO)) < 0:
                raise Invalid(f"{where}: fails at state {self.game.states[s]!r}")

    def check_value(self, vector: Vector, sign: int, where: str) -> None:
        """X(s) >= sum_a pi_i(a|s) q_X(a) + tau H(pi_i) - cost for an upper bound of the policy's value, or <=."""
        for s in range(self.game.size):
            own = self.policy[self.i][s]
            values = self.actions(s, vector)
            spend(4 * len(own) * weight(longest(own) + longest(values)))
            total = summed(p * q for p, q in zip(own, values))
            total += self.tau * entropy_end(own, sign) - self.cost(s, -sign)
            if sign * (vector[s] - total) < 0:
                raise Invalid(f"{where}: fails at state {self.game.states[s]!r}")

    def response(self, s: int, lower: Vector, upper: Vector) -> list[tuple[Fraction, Fraction]]:
        """Ends of exp((q(a) - U(s)) / tau), the regularised best response's row, from both sides of the optimum"""
        ends = []
        for low, high in zip(self.actions(s, lower), self.actions(s, upper)):
            spend(8 * weight(bits(low) + bits(high) + lower.bits + upper.bits + bits(self.tau)))
            least, most = (low - upper[s]) / self.tau, (high - lower[s]) / self.tau
            ends.append((exp_end(min(least, ZERO), LOWER), exp_end(most, UPPER) if most < 0 else ONE))
        return ends


class Regularised:
    """What the brackets of a proof show; each vector is checked once."""

    def __init__(self, game: Game, policy: Policy, proof: Node, tau: Fraction, sigma: Fraction) -> None:
        self.game, self.shown = game, Evaluation(game, policy, proof)
        self.views = [View(game, policy, i, tau, sigma) for i in range(game.n)]

    def vector(self, name: str, i: int, sign: int) -> Vector:
        view = self.views[i]
        check: Callable[[Vector, int, str], None] = view.check_value if name == "values" else view.check_optimum
        return self.shown.vector(name, sign, lambda v, where: check(v, sign, where), self.game.players[i])

    def player_gap(self, i: int, sign: int) -> Fraction:
        best, own = self.vector("optima", i, sign), self.vector("values", i, -sign)
        return max(ZERO, self.game.at_start(best) - self.game.at_start(own))

    def regularised_gap(self, sign: int) -> Fraction:
        return max(self.player_gap(i, sign) for i in range(self.game.n))

    def stray(self, i: int, radius: Fraction) -> Fraction:
        """d_i + (c_i + g tau log|A| / 2) eps [1 + g / ((1 - g) mu_min)] / (tau (1 - g))"""
        view, g = self.views[i], self.game.discount
        lower, upper = self.vector("optima", i, LOWER), self.vector("optima", i, UPPER)
        least = min(self.shown.mass(s, LOWER) for s in range(self.game.size))
        if least <= 0:
            raise Invalid(f"{self.shown.proof.where}/occupancy: a state is not shown to be visited")
        distance = ZERO
        for s in range(self.game.size):
            pairs = zip(view.policy[i][s], view.response(s, lower, upper))
            apart = summed(max(abs(p - low), abs(high - p)) for p, (low, high) in pairs)
            mass = self.shown.mass(s, UPPER)
            spend(weight(bits(mass) + bits(apart)))
            distance = summed((distance, mass * apart))
        most = max(sizes[i] for sizes in self.game.sizes)
        spread = self.game.half_range(i) - g * view.tau * log_end(Fraction(1, most), LOWER) / 2
        return distance + spread * radius * (1 + g / ((1 - g) * least)) / (view.tau * (1 - g))


def claim_entropy(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(
        ("kind", "policy", "temperature", "opponents_temperature"), ("regularised_gap", "player_gaps", "delta")
    )
    proof.fields(("values", "optima"), ("occupancy",))
    tau, sigma = members["temperature"].rational(), members["opponents_temperature"].rational()
    if tau <= 0 or sigma < 0:
        claim.fail("a temperature > 0 and an opponents' temperature >= 0")
    shown, words = Regularised(game, ask("policy"), proof, tau, sigma), []
    if "regularised_gap" in members:
        words.append(f"regularised gap {check_interval(members['regularised_gap'], shown.regularised_gap)}")
    if "player_gaps" in members:
        words += players_words(game, members["player_gaps"], shown.player_gap, "regularised gap")
    if "delta" in members:
        parts = members["delta"].fields(("radius", "upper"))
        radius, upper = parts["radius"].rational(), parts["upper"].rational()
        if sigma or radius < 0:
            members["delta"].fail("a radius >= 0 and an opponents' temperature of 0")
        found = TWO if upper >= TWO else max(shown.stray(i, radius) for i in range(game.n))
        if upper < found:
            raise Invalid(f"{parts['upper'].where}: claims {show(upper)}, the proof shows {show(found)}")
        words.append(f"regularised best responses stray at most {show(upper, UPPER)} within {show(radius)}")
    if not words:
        claim.fail("regularised_gap, player_gaps or delta")
    return [f"at temperature {show(tau)}, opponents' {show(sigma)}: {'; '.join(words)}"]
