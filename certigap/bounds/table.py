"""The table of named upper bounds of W_BC(eps) = sup { NashGap(pi) : pi in B_BC(eps) } (THEORY 5), each one certified.

    trivial           2 max_i c_i / (1 - g)
    dse               [1 + g (n - 1)] max_i c_i eps / (1 - g)^2, once dominance is proved (regions/dominance)
    delta, value_form not computed here: None
    concentrability   regions/concentrability
    region            nu.gap_upper of the rectangular hull of the ball, the largest over the players (regions/bound)

A bound is None while its hypothesis is unproven.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from certigap.bounds.concentrability import Concentrability, concentrability_bound
from certigap.bounds.dominance import Dominance, statewise_dominance
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionBound, RegionEngine
from certigap.regions.region import rectangular_hull

__all__ = ["NAMES", "BoundsTable", "bounds_table", "dse_bound", "sharper_tables", "trivial_bound"]

NAMES = ("trivial", "dse", "delta", "value_form", "concentrability", "region")


@dataclass(frozen=True, slots=True)
class BoundsTable:
    """Named bounds with their evidence; `details` are certified too, but carry no vectors of their own."""

    values: Mapping[str, Fraction | None]
    region: RegionBound | None = None
    dominance: Dominance | None = None
    concentrability: Concentrability | None = None
    details: Mapping[str, Fraction] = field(default_factory=dict)


def trivial_bound(game: Game) -> Fraction:
    """2 max_i c_i / (1 - g): no policy has a larger gap.

    >>> from certigap.model.build import bimatrix
    >>> trivial_bound(bimatrix([[1, -1], [-1, 1]]))
    Fraction(2, 1)
    """
    return 2 * _half_range(game) * game.horizon


def dse_bound(game: Game, eps: Fraction) -> Fraction:
    """[1 + g (n - 1)] max_i c_i eps / (1 - g)^2: holds when the expert is a dominant strategy equilibrium."""
    return (1 + game.discount * (len(game.players) - 1)) * _half_range(game) * eps * game.horizon**2


def bounds_table(
    game: Game,
    expert: Policy,
    eps: Fraction,
    occupancy_lower: Vector,
    expert_regret: Fraction,
    engine: RegionEngine | None = None,
) -> BoundsTable:
    """Every bound of W_BC(eps) that can be certified without branching.

    Args:
        game: the game.
        expert: the center of the ball.
        eps: radius of the ball.
        occupancy_lower: `[S]` m <= mu of the expert.
        expert_regret: an upper bound of NashGap(expert).
        engine: the game's region engine, if there is one already.

    Source: THEORY 5.
    """
    *_, last = sharper_tables(game, expert, eps, occupancy_lower, expert_regret, engine)
    return last


def sharper_tables(
    game: Game,
    expert: Policy,
    eps: Fraction,
    occupancy_lower: Vector,
    expert_regret: Fraction,
    engine: RegionEngine | None = None,
) -> Iterator[BoundsTable]:
    """The table after each step, every one valid: trivial, region, dominance, concentrability (see `bounds_table`)."""
    engine = engine or RegionEngine(game)
    values: dict[str, Fraction | None] = dict.fromkeys(NAMES) | {"trivial": trivial_bound(game)}
    yield BoundsTable(values)
    region = engine.bound(rectangular_hull(expert, eps, occupancy_lower), advantage=True)
    values = values | {"region": region.upper}
    details = region_details(region)
    yield BoundsTable(values, region, details=details)
    dominance = statewise_dominance(engine, expert)
    if dominance.refusal is None:
        values = values | {"dse": dse_bound(game, eps)}
    yield BoundsTable(values, region, dominance, details=details)
    concentrability = concentrability_bound(expert, eps, occupancy_lower, expert_regret)
    if concentrability is not None:
        values = values | {"concentrability": concentrability.bound}
    yield BoundsTable(values, region, dominance, concentrability, details)


def region_details(region: RegionBound) -> dict[str, Fraction]:
    """The three region bounds of the gap, each the largest over the players."""
    details = {
        "region_pair": max(player.pair for player in region.players),
        "region_decoupled": max(player.decoupled for player in region.players),
    }
    advantages = [player.advantage for player in region.players if player.advantage is not None]
    if len(advantages) == len(region.players):
        details["region_advantage"] = max(advantages)
    return details


def _half_range(game: Game) -> Fraction:
    return max(game.half_range(player) for player in range(len(game.players)))
