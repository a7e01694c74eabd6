"""Balls around an expert of finite horizon (THEORY 14): what the error allows at every step.

With D the distance of some players' joint rows, m_t <= mu_t of the expert:

           sum_s mu_t(s) D(s) <=             mu_t(s) D(s) <=        players
    bc     k eps                             k eps                  k of them
    rho    2 eps (eps at t = 0)              eps                    any
    mu     2                                 2 (D <= 2 alone)       any
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from certigap.bounds.balls import Measure
from certigap.exact.vector import Vector
from certigap.model.finite.game import FiniteGame
from certigap.model.finite.policy import FinitePolicy
from certigap.regions.region import Region
from certigap.semantics.finite import Timeline, finite_occupancy, occupancies, rounded

__all__ = ["FiniteBall"]

_MASS_BITS = 40  # of the lower occupancy that proofs use: short numbers, and nobody sees 1e-12
_TWO = Fraction(2)


@dataclass(frozen=True)
class FiniteBall:
    """The policies whose error of this measure is at most `radius` at every step."""

    game: FiniteGame
    expert: FinitePolicy
    measure: Measure
    radius: Fraction

    @cached_property
    def occupancy(self) -> Timeline:
        """`[H]` brackets of the expert's mu_t."""
        return finite_occupancy(self.game, self.expert)

    @cached_property
    def mass(self) -> tuple[Vector, ...]:
        """`[H]` short lower bounds m_t of mu_t, at least 0; each follows from the one before (FORMAT 19)."""

        def down(vector: Vector, _: bool) -> Vector:
            return rounded(vector, _MASS_BITS, False)

        return tuple(bracket.lower for bracket in occupancies(self.game, self.expert, down))

    def joint(self, t: int, players: int) -> tuple[Fraction, Fraction]:
        """What the sum of mu_t D is at most, and each of its terms."""
        if self.measure is Measure.BC:
            return players * self.radius, players * self.radius
        if self.measure is Measure.RHO:
            return self.radius * (2 if t else 1), self.radius
        return _TWO, _TWO

    def within(self, t: int, spread: Fraction) -> list[Fraction]:
        """`[S]` the largest D(s)."""
        if self.measure is Measure.MU:
            return [_TWO] * len(self.game.states)
        return [min(_TWO, spread / m) if m > 0 else _TWO for m in self.mass[t].fractions()]

    @cached_property
    def regions(self) -> Sequence[Region]:
        """`[H]` the rows that the ball allows, each alone."""
        players = len(self.game.players)
        pairs = enumerate(self.expert.steps)
        return [Region(step, (tuple(self.within(t, self.radius)),) * players) for t, step in pairs]

    @cached_property
    def everything(self) -> Sequence[Region]:
        """`[H]` all rows."""
        radii = ((_TWO,) * len(self.game.states),) * len(self.game.players)
        kept = {id(step): Region(step, radii) for step in self.expert.steps}
        return [kept[id(step)] for step in self.expert.steps]
