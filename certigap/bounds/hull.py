"""The bound `region`: nu.gap_upper over the ball's rectangular hull, the largest over the players (`regions.engine`).

`certigap.bounds.boxes` cuts the ball further; either way the proof is a tree a player, here of a single leaf.
"""

from dataclasses import dataclass
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Turn
from certigap.bounds.center import Center
from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.regions.engine import PlayerBound, RegionBound
from certigap.work.deadline import Deadline

__all__ = ["REGION", "HullEvidence", "cover_json", "covers_json"]


@dataclass(frozen=True, slots=True, repr=False)
class HullEvidence(Brief):
    """Vectors of every player on the hull; `occupancy_lower` `[S]` <= mu of the expert gives its radii."""

    region: RegionBound
    occupancy_lower: Vector

    @property
    def method(self) -> str:
        """How the bound was found."""
        return "rectangular hull"

    def to_json(self) -> dict[str, Any]:
        """FORMAT 7: a cover."""
        players = covers_json(self.region.region.game, self.region)
        return {"cover": {"occupancy": {"lower": vector_json(self.occupancy_lower)}, "players": players}}


def covers_json(game: Game, bound: RegionBound) -> dict[str, Any]:
    """Per player a tree of one leaf, the whole region (FORMAT 6.3)."""
    return {player: cover_json(own) for player, own in zip(game.players, bound.players, strict=True)}


def cover_json(bound: PlayerBound) -> dict[str, Any]:
    """A tree of one leaf (FORMAT 6.3)."""
    vectors = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
    return {"vectors": [vector_json(vector) for vector in vectors], "tree": [{"leaf": [0, 1, 2, 3]}]}


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    region = center.engine.bound(ball.hull(center.occupancy_lower), deadline=deadline)
    return Bound("region", region.upper, HullEvidence(region, center.occupancy_lower))


REGION = Rule("region", Turn.QUICK, _find, written=("cover",))
