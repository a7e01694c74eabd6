"""How far a regularised best response strays as the opponents do: the bound delta_tau of THEORY 10, enclosed.

With c_i the half-range, |A| the most actions that player i has at a state and mu_min the least occupancy of the expert,

    delta_tau(eps) <= d_i + (c_i + g tau log|A| / 2) eps [1 + g / ((1 - g) mu_min)] / (tau (1 - g)),   and <= 2,

where d_i = E_{mu_piE} || piE_i - softmax(q/tau) ||_1 is the distance of the expert's rows from its own regularised best
response to the others: 0 for an exact regularised equilibrium (own entropy only).
"""

from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.enclosures import Enclosure, log
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.rounding import decimal_up
from certigap.exact.vector import Bracket
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.semantics import occupancy
from certigap.semantics.entropic import RegularisedGaps, regularised_best_response, regularised_gaps

__all__ = ["RegularisedDelta", "regularised_delta"]

_DIGITS = 12  # of the bound that is claimed: rounded up, above the enclosures of any checker


@dataclass(frozen=True, repr=False)
class RegularisedDelta(Shown):
    """`upper` bounds delta_tau(radius), the largest over the players; `distances` bound the d_i."""

    gaps: RegularisedGaps
    radius: Fraction
    upper: Fraction
    distances: tuple[Fraction, ...]
    occupancy: Bracket

    def sheet(self) -> Sheet:
        """The bound, and what each player's own gap adds to it."""
        names = (f"distance of player {player}" for player in self.gaps.game.players)
        return Sheet(("quantity", "at most"), [("delta", self.upper), *zip(names, self.distances, strict=True)])

    def _line(self) -> str:
        tau = format_rational(self.gaps.temperature)
        return f"<RegularisedDelta tau {tau}: delta({format_rational(self.radius)}) <= {float(self.upper):.6g}>"


def regularised_delta(game: Game, expert: Policy, temperature: RationalLike, eps: RationalLike) -> RegularisedDelta:
    """A proven bound of delta_tau(eps): regularised best responses to opponents within `eps` of the expert's.

    Args:
        game: the game.
        expert: a policy that visits every state.
        temperature: tau > 0 of the player's own entropy.
        eps: joint L1 distance of the opponents, in expectation over the expert's occupancy.

    Raises:
        InputError: a temperature or radius out of range, or an expert that leaves a state unvisited.

    Source: THEORY 10.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[1, -1], [-1, 1]])
    >>> even = Policy.from_rows(game, [["1/2", "1/2"], ["1/2", "1/2"]])
    >>> regularised_delta(game, even, 2, "1/10")
    <RegularisedDelta tau 2: delta(1/10) <= 0.05>
    """
    radius = rational(eps)
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    gaps = regularised_gaps(game, expert, temperature)
    mass = occupancy(game, expert)
    least = min(mass.lower.fractions())
    if least <= 0:
        state = game.states[mass.lower.fractions().index(least)]
        raise InputError(f"regularised delta: expected an expert that visits every state, got none at {state!r}")
    distances = tuple(_distance(game, expert, i, gaps.temperature, mass) for i in range(len(game.players)))
    bounds = [distance + _slope(game, i, gaps.temperature, least) * radius for i, distance in enumerate(distances)]
    upper = min(Fraction(2), decimal_up(max(bounds), _DIGITS))
    return RegularisedDelta(gaps, radius, upper, distances, mass)


def _slope(game: Game, player: int, tau: Fraction, least: Fraction) -> Fraction:
    """(c_i + g tau log|A| / 2) [1 + g / ((1 - g) mu_min)] / (tau (1 - g)), from above"""
    most, g = max(shape[player] for shape in game.layout.shapes), game.discount
    spread = game.half_range(player) + g * tau * log(Fraction(most))[1] / 2
    return spread * (1 + g * game.horizon / least) * game.horizon / tau


def _distance(game: Game, expert: Policy, player: int, tau: Fraction, mass: Bracket) -> Fraction:
    """An upper bound of E_{mu_piE} || piE_i - softmax(q/tau) ||_1"""
    _, enclosures = regularised_best_response(game, expert, player, tau)
    total = Fraction(0)
    for s, row in enumerate(enclosures):
        own = expert.rows[player][s].fractions()
        total += mass.upper[s] * sum((_farthest(p, ends) for p, ends in zip(own, row, strict=True)), Fraction(0))
    return total


def _farthest(p: Fraction, ends: Enclosure) -> Fraction:
    return max(abs(p - end) for end in ends)
