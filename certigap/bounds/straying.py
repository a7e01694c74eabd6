"""How far best responses stray from the expert while its opponents stay near it: delta^sel from above (THEORY 9).

For player i let the opponents' joint rows satisfy D(s) <= b(s) = min(2, spread/m(s)) and sum_s m(s) D(s) <= budget.
With H >= V_i^{*,pi_-i} >= B on that region, and for rows within a radius x of the expert's at a state s,

    cbar_x(s, a) = max_a' sup_y [ r(a', y) - r(a, y) + g sum_t ( D+ H - D- B )(t) ],    D = P(.|s, a', y) - P(.|s, a,
    y),

an action with cbar_x(s, a) <= 0 is optimal at s against every such opponents. Let Opt(s) hold those for x = b(s),
and let safe(s) be a radius x <= b(s) at which all actions of the support of piE_i(.|s) are optimal. A best response
then need not leave piE_i(.|s) where D(s) <= safe(s), and elsewhere need not go farther than w(s) = 2 (1 -
piE_i(Opt(s)|s)). So

    delta^sel_i <= max { sum_s m(s) w(s) x(s) : sum_s m(s) safe(s) x(s) <= budget, 0 <= x <= 1 } + 2 (1 - sum m).
"""

from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.balls import ErrorBall
from certigap.bounds.center import Center
from certigap.bounds.concentrability import knapsack
from certigap.exact.rounding import decimal_down
from certigap.exact.vector import Vector
from certigap.regions.greedy import RowSet, nested_supremum, row_set
from certigap.regions.operators import common_denominator, differences
from certigap.regions.region import Region
from certigap.work.deadline import Deadline

__all__ = ["Straying", "opponents_region", "straying"]

_TWO = Fraction(2)
_STEPS = 7  # bisections of a safe radius: within 1 % of the largest, and a step costs as much as a state of a sweep
_DIGITS = 6  # of a safe radius, rounded down: it is a factor in every inequality of its state


@dataclass(frozen=True, slots=True)
class Straying:
    """`bound` >= delta^sel of one player, with H, B and the safe radii `[S]` (L1) that show it."""

    best_upper: Vector
    best_lower: Vector
    safe: tuple[Fraction, ...]
    bound: Fraction


def opponents_region(center: Center, player: int, spread: Fraction) -> Region:
    """The expert's row for `player`, all rows within b(s) for the others."""
    radii, players = _radii(center, spread), range(len(center.game.players))
    return Region(center.expert, tuple((Fraction(0),) * len(radii) if j == player else radii for j in players))


def _radii(center: Center, spread: Fraction) -> tuple[Fraction, ...]:
    return tuple(min(_TWO, spread / m) if m > 0 else _TWO for m in center.occupancy_lower.fractions())


def straying(center: Center, ball: ErrorBall, player: int, deadline: Deadline | None = None) -> Straying:
    """The bound of delta^sel for opponents within the limits of a ball."""
    region = opponents_region(center, player, ball.spread)
    engine = center.engine
    sets = engine.set_arrays(region)
    high = engine.best_upper(region, player, sets, None, deadline)
    low = engine.best_lower(region, player, sets, None, deadline)
    states = [_State(center, player, s, b, (high, low)) for s, b in enumerate(_radii(center, ball.spread))]
    weights, safe = [state.weight() for state in states], tuple(state.safe() for state in states)
    mass = center.occupancy_lower.fractions()
    gains = [m * w / 2 for m, w in zip(mass, weights, strict=True)]
    costs = [m * x / 2 for m, x in zip(mass, safe, strict=True)]
    total = knapsack(gains, costs, ball.budget) + 2 * (1 - sum(mass))
    return Straying(high, low, safe, min(_TWO, total))


class _State:
    """Which own actions are optimal at one state, against all rows within a radius of the opponents'."""

    def __init__(self, center: Center, player: int, s: int, radius: Fraction, vectors: tuple[Vector, Vector]) -> None:
        self.player, self.radius, scaled = player, radius, center.engine.scaled
        self.rows = [own[s] for own in center.expert.rows]
        self.shape = scaled.states[s].shape
        self.deviations = scaled.deviations(player)[s]
        denominator, (high, low) = common_denominator(*vectors)
        self.prices, self.denominator = (high, high, low, low), denominator

    def optimal(self, radius: Fraction) -> list[bool]:
        """`[A_i]` whether cbar is at most 0."""
        sets: list[RowSet] = [row_set(row.fractions(), radius) for row in self.rows]
        regrets = [
            nested_supremum(differences(rows, self.prices, self.denominator), self.player, sets, self.shape)
            for rows in self.deviations
        ]
        return [max(column) <= 0 for column in zip(*regrets, strict=True)]

    def weight(self) -> Fraction:
        """2 (1 - piE_i(Opt)) for the whole radius."""
        own = self.rows[self.player].fractions()
        kept = sum((p for p, best in zip(own, self.optimal(self.radius), strict=True) if best), Fraction(0))
        return 2 * (1 - kept)

    def safe(self) -> Fraction:
        """A radius, nearly the largest, at which the expert's whole support is optimal."""
        if self._is_safe(self.radius):
            return self.radius
        low, high = Fraction(0), self.radius
        for _ in range(_STEPS if self._is_safe(low) else 0):
            middle = decimal_down((low + high) / 2, _DIGITS)
            low, high = (middle, high) if self._is_safe(middle) else (low, middle)
        return low

    def _is_safe(self, radius: Fraction) -> bool:
        pairs = zip(self.rows[self.player].weights, self.optimal(radius), strict=True)
        return all(best for weight, best in pairs if weight)
