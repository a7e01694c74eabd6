"""Instances of the closed-form theorems: hypotheses checked on the game at hand, then the conclusion (THEORY 5).

For every policy with eps_BC <= eps around the expert:

    trivial           NashGap <= 2 max c_i / (1 - g)
    dse               NashGap <= [1 + g (n - 1)] max c_i eps / (1 - g)^2, the expert dominant (paper: Lemma 3, with 2n)
    concentrability   NashGap <= max_i [n eps + K_i] c_i / (1 - g)^2 + eta
    value-gap         ValueGap <= n max c_i eps / (1 - g)^2
"""

from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.concentrability import MAX_STATES, Concentrability, concentrability_bound
from certigap.bounds.dominance import Dominance, statewise_dominance
from certigap.bounds.short_occupancy import short_occupancy
from certigap.bounds.table import dse_bound, trivial_bound
from certigap.errors import InputError, LimitError
from certigap.exact.rational import RationalLike, rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.semantics import GapAnswer, gaps, occupancy

__all__ = ["THEOREMS", "TheoremInstance", "theorem_instance"]

THEOREMS = ("trivial", "dse", "concentrability", "value-gap")


@dataclass(frozen=True, slots=True)
class TheoremInstance:
    """A theorem applied to a game: `bound` holds for every policy with eps_BC <= `radius`, with the evidence needed."""

    game: Game
    expert: Policy
    theorem: str
    radius: Fraction
    bound: Fraction
    dominance: Dominance | None = None
    concentrability: Concentrability | None = None
    occupancy_lower: Vector | None = None
    expert_gaps: GapAnswer | None = None


def theorem_instance(game: Game, expert: Policy, theorem: str, eps: RationalLike) -> TheoremInstance:
    """Check a theorem's hypotheses on a game and expert, and return its conclusion.

    Args:
        game: the game.
        expert: the expert.
        theorem: one of "trivial", "dse", "concentrability", "value-gap".
        eps: radius of the ball, eps_BC <= eps (full L1).

    Raises:
        InputError: an unknown theorem, a negative radius, or a hypothesis that is not shown to hold, with the state,
            action and profile at which it fails.
        LimitError: more states than the theorem's evidence is made for.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> theorem_instance(game, expert, "dse", "1/10").bound
    Fraction(9, 200)
    """
    radius = rational(eps)
    if theorem not in THEOREMS:
        raise InputError(f"theorem: expected one of {', '.join(THEOREMS)}, got {theorem!r}")
    if radius < 0:
        raise InputError(f"radius: expected a rational >= 0, got {radius}")
    if theorem == "trivial":
        return TheoremInstance(game, expert, theorem, radius, trivial_bound(game))
    if theorem == "value-gap":
        half_range = max(game.half_range(player) for player in range(len(game.players)))
        bound = len(game.players) * half_range * radius * game.horizon**2
        return TheoremInstance(game, expert, theorem, radius, bound)
    if theorem == "dse":
        return _dse(game, expert, radius)
    return _concentrability(game, expert, radius)


def _dse(game: Game, expert: Policy, radius: Fraction) -> TheoremInstance:
    dominance = statewise_dominance(RegionEngine(game), expert)
    if dominance.refusal is not None:
        raise InputError(f"dse: expected a dominant expert, got {dominance.refusal}")
    return TheoremInstance(game, expert, "dse", radius, dse_bound(game, radius), dominance=dominance)


def _concentrability(game: Game, expert: Policy, radius: Fraction) -> TheoremInstance:
    expert_gaps = gaps(game, expert)
    regret = expert_gaps.nash_gap.upper
    lower = short_occupancy(expert, occupancy(game, expert).lower)
    evidence = None if regret is None else concentrability_bound(expert, radius, lower, regret)
    if evidence is None:
        raise LimitError(f"concentrability: expected at most {MAX_STATES} states, got {len(game.states)}")
    return TheoremInstance(
        game,
        expert,
        "concentrability",
        radius,
        evidence.bound,
        concentrability=evidence,
        occupancy_lower=lower,
        expert_gaps=expert_gaps,
    )
