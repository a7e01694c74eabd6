"""What each error ball allows, in the terms that the bounds need (THEORY 11), and where the constants come from.

Write D(s) = ||pi_-i(.|s) - piE_-i(.|s)||_1 for the opponents' joint rows, mu, rho for the expert's occupancies, and
m <= mu. Columns: a bound of sum_s m(s) D(s); a b with D(s) <= min(2, b / m(s)); a bound of the occupancy's L1 error.

    BC    eps_BC  <= eps     (n - 1) eps     (n - 1) eps     n eps / (1 - g)   of rho
    rho   eps_rho <= eps     (1 + g) eps     eps             eps               of rho
    mu    eps_mu  <= eps     2               2               eps               of mu      (D <= 2 always)

Proof for rho. From mu = (1 - g) nu + g P^T rho follows ||mu_pi - mu||_1 <= g ||rho_pi - rho||_1 <= g eps. At each state
mu(s) ||pi(.|s) - piE(.|s)||_1 <= d(s) + |mu_pi(s) - mu(s)|, d(s) = ||rho_pi(s,.) - rho(s,.)||_1; the sum over s is
at most eps + g eps. At a single state, sum_t d(t) <= eps and sum_{t != s} d(t) >= |sum_{t != s} (mu_pi - mu)(t)| =
|mu_pi(s) - mu(s)|, so d(s) + |mu_pi(s) - mu(s)| <= eps. A marginal is never farther than the joint row.

Hence B_rho(eps) lies in B_BC((1 + g) eps), and in the rectangular hull of B_BC(eps). (Some texts have 2 eps for both.)
"""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.region import Region, all_policies, rectangular_hull

__all__ = ["MEASURES", "Shape", "ball_radius", "hull", "shape", "visit_bounds"]

MEASURES = ("bc", "rho", "mu")


@dataclass(frozen=True, slots=True)
class Shape:
    """An error ball as the table of the module has it."""

    measure: str
    budget: Fraction
    spread: Fraction
    occupancy: Fraction


def shape(game: Game, measure: str, eps: Fraction) -> Shape:
    """The limits that eps_`measure` <= `eps` puts on a policy.

    >>> from certigap.model.build import bimatrix
    >>> shape(bimatrix([[0]]), "rho", Fraction(1, 10)).budget
    Fraction(1, 10)
    """
    n, g = len(game.players), game.discount
    if measure == "bc":
        return Shape("bc", (n - 1) * eps, (n - 1) * eps, n * eps * game.horizon)
    if measure == "rho":
        return Shape("rho", (1 + g) * eps, eps, eps)
    if measure == "mu":
        return Shape("mu", Fraction(2), Fraction(2), eps)
    raise InputError(f"measure: expected one of {', '.join(MEASURES)}, got {measure!r}")


def hull(expert: Policy, measure: str, eps: Fraction, occupancy_lower: Vector) -> Region:
    """A product of row balls that holds the ball, player by player.

    Args:
        expert: the center.
        measure: "bc", "rho" (the same hull) or "mu" (every policy).
        eps: radius of the ball.
        occupancy_lower: `[S]` m <= mu of the expert.
    """
    return all_policies(expert) if measure == "mu" else rectangular_hull(expert, eps, occupancy_lower)


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
