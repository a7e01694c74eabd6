"""The three error balls around an expert, and what each allows, in the terms that the bounds need (THEORY 11).

Write D_j(s) = ||pi_j(.|s) - piE_j(.|s)||_1 for one player's rows, D(s) for the opponents' joint rows, mu, rho for the
expert's occupancies, and m <= mu. Columns: bounds of sum_s m(s) D_j(s) and of sum_s m(s) D(s); a b with
D(s) <= min(2, b / m(s)); a bound of the occupancy's L1 error.

                           own          budget        spread        reach
    bc    eps_BC  <= eps   eps          (n - 1) eps   (n - 1) eps   n eps / (1 - g)   of rho
    rho   eps_rho <= eps   (1 + g) eps  (1 + g) eps   eps           eps               of rho
    mu    eps_mu  <= eps   2            2             2             eps               of mu      (D <= 2 always)

Proof for rho. From mu = (1 - g) nu + g P^T rho follows ||mu_pi - mu||_1 <= g ||rho_pi - rho||_1 <= g eps. At each state
mu(s) ||pi(.|s) - piE(.|s)||_1 <= d(s) + |mu_pi(s) - mu(s)|, d(s) = ||rho_pi(s,.) - rho(s,.)||_1; the sum over s is
at most eps + g eps. At a single state, sum_t d(t) <= eps and sum_{t != s} d(t) >= |sum_{t != s} (mu_pi - mu)(t)| =
|mu_pi(s) - mu(s)|, so d(s) + |mu_pi(s) - mu(s)| <= eps. A marginal is never farther than the joint row.

Hence B_rho(eps) lies in B_BC((1 + g) eps), and in the rectangular hull of B_BC(eps). (Some texts have 2 eps for both.)
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.region import Region, all_policies, rectangular_hull
from certigap.semantics.matching import ErrorsAnswer

__all__ = ["ErrorBall", "Measure", "ball_radius", "visit_bounds"]

_TWO = Fraction(2)
"""No two rows, and no two occupancies, are farther apart."""


class Measure(StrEnum):
    """How an imitation error is measured; nobody else compares measures, everybody asks them.

    >>> Measure.named("rho").is_by_state, f"{Measure.BC}"
    (False, 'bc')
    """

    BC = "bc"
    RHO = "rho"
    MU = "mu"

    @classmethod
    def named(cls, name: Any) -> "Measure":
        """The measure of this name.

        Raises:
            InputError: there is none.
        """
        if name not in list(cls):
            *others, last = (repr(one.value) for one in cls)
            raise InputError(f"measure: expected {', '.join(others)} or {last}, got {name!r}")
        return cls(name)

    @property
    def is_by_rows(self) -> bool:
        """The error is an expected distance of rows, over the expert's states: the ball is a product of polytopes."""
        return self is Measure.BC

    @property
    def is_by_state(self) -> bool:
        """The error sees the occupancy of states alone, so no row is limited."""
        return self is Measure.MU

    @property
    def label(self) -> str:
        """As the paper writes the error's index."""
        return self.value.upper() if self is Measure.BC else self.value

    def error(self, found: ErrorsAnswer) -> Interval:
        """What is known of this error among all errors of a policy."""
        error: Interval = getattr(found, f"eps_{self.value}")
        return error


@dataclass(frozen=True, slots=True)
class ErrorBall:
    """The policies pi with eps_measure(pi) <= radius around `expert`, and the limits of the module's table.

    >>> from certigap.model.build import bimatrix
    >>> ErrorBall(Policy.pure(bimatrix([[0]])), Measure.RHO, Fraction(1, 10)).budget
    Fraction(1, 10)
    """

    expert: Policy
    measure: Measure
    radius: Fraction

    @property
    def game(self) -> Game:
        """The expert's game."""
        return self.expert.game

    @property
    def own(self) -> Fraction:
        """At least sum_s m(s) D_j(s), for every player j."""
        return {Measure.BC: self.radius, Measure.RHO: self._grown, Measure.MU: _TWO}[self.measure]

    @property
    def budget(self) -> Fraction:
        """At least sum_s m(s) D(s), for the opponents of every player."""
        return {Measure.BC: self._others, Measure.RHO: self._grown, Measure.MU: _TWO}[self.measure]

    @property
    def spread(self) -> Fraction:
        """At least m(s) D(s) at every state (or 2 m(s) is)."""
        return {Measure.BC: self._others, Measure.RHO: self.radius, Measure.MU: _TWO}[self.measure]

    @property
    def reach(self) -> Fraction:
        """At least the L1 error of the occupancy: of rho, or of mu where the measure `is_by_state`."""
        return len(self.game.players) * self.radius * self.game.horizon if self.measure.is_by_rows else self.radius

    def hull(self, occupancy_lower: Vector) -> Region:
        """A product of row balls that holds the ball, player by player.

        Args:
            occupancy_lower: `[S]` m <= mu of the expert.
        """
        if self.measure.is_by_state:
            return all_policies(self.expert)
        return rectangular_hull(self.expert, self.radius, occupancy_lower)

    @property
    def _grown(self) -> Fraction:
        return (1 + self.game.discount) * self.radius

    @property
    def _others(self) -> Fraction:
        return (len(self.game.players) - 1) * self.radius


def visit_bounds(game: Game) -> tuple[Fraction, ...]:
    """M(s) `[S]` >= mu_pi(s) for every policy pi: g^k if s is first reached after k >= 1 steps, (1 - g) nu(s) + g at a
    start, 0 where no policy comes.

    >>> from certigap.model.build import bimatrix
    >>> visit_bounds(bimatrix([[0]]))
    (Fraction(1, 1),)
    """
    g, start = game.discount, game.initial
    steps = _first_visits(game)
    return tuple(
        Fraction(0) if k is None else g**k if k else (1 - g) * Fraction(weight, start.denominator) + g
        for k, weight in zip(steps, start.weights, strict=True)
    )


def _first_visits(game: Game) -> list[int | None]:
    rows, transitions = game.layout.row_offsets.tolist(), game.transitions
    entries, columns = transitions.offsets.tolist(), transitions.columns.tolist()
    steps: list[int | None] = [0 if weight else None for weight in game.initial.weights]
    waiting = deque((s, 0) for s, weight in enumerate(game.initial.weights) if weight)
    while waiting:
        s, k = waiting.popleft()
        for following in columns[entries[rows[s]] : entries[rows[s + 1]]]:
            if steps[following] is None:
                steps[following] = k + 1
                waiting.append((following, k + 1))
    return steps


def ball_radius(eps: RationalLike) -> Fraction:
    """The radius of a ball.

    Raises:
        InputError: it is negative.
        TypeError: a float.
    """
    radius = rational(eps)
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    return radius
