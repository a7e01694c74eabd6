"""The bound `occupancy`: the joint-occupancy programs of every player, their multipliers made exact (`duality`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Turn
from certigap.bounds.center import Center
from certigap.bounds.programs.duality import Duality, OccupancyBound
from certigap.bounds.programs.program import MAX_ROWS, OccupancyProgram, occupancy_seconds
from certigap.bounds.programs.sweeps import OccupancySweeps, sweeps_seconds
from certigap.errors import SolverError
from certigap.exact.brief import Brief
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.work.deadline import Deadline

__all__ = ["OCCUPANCY", "OccupancyEvidence", "occupancy_bounds", "occupancy_proof", "programs"]

_MANY_STATES = 20  # with fewer the bound of B_BC was never below the hull's in trials; on Tag it is 8 % below
_TRIED_SECONDS = 1.0  # programs that take less are tried whatever the time, where nothing else is as sharp
_SECONDS = 20.0  # that the programs of B_BC may take when nobody says how much time there is


@dataclass(frozen=True, slots=True, repr=False)
class OccupancyEvidence(Brief):
    """The multipliers of every player; `occupancy_lower` `[S]` <= mu of the expert."""

    game: Game
    players: tuple[OccupancyBound, ...]
    occupancy_lower: Vector

    @property
    def method(self) -> str:
        """How the bound was found."""
        return "occupancy programs"

    @property
    def upper(self) -> Fraction:
        """The largest gap that the multipliers allow a player."""
        return max(own.upper for own in self.players)

    def to_json(self) -> dict[str, Any]:
        """FORMAT 7: multipliers."""
        return {"occupancy": occupancy_proof(self.game, self.occupancy_lower, self.players)}


def occupancy_proof(game: Game, lower: Vector, bounds: Iterable[OccupancyBound]) -> dict[str, Any]:
    """FORMAT 6.4: a lower bound of the expert's occupancy, and per player the multipliers."""
    players = {
        player: {
            "best": vector_json(own.best),
            "price": format_rational(own.price),
            "value": vector_json(own.value),
            "toll": format_rational(own.toll),
        }
        for player, own in zip(game.players, bounds, strict=True)
    }
    return {"occupancy": {"lower": vector_json(lower)}, "players": players}


def programs(center: Center, by_state: bool) -> list[tuple[OccupancyProgram | OccupancySweeps, Duality]]:
    """Both sides of every player's programs, compiled once for all radii: use `center.once`."""
    expert, lower = center.expert, center.occupancy_lower
    kind = OccupancySweeps if _is_large(center.game) else OccupancyProgram
    return [
        (kind(expert, i, lower, by_state), Duality(expert, i, lower, center.engine.scaled))
        for i in range(len(center.game.players))
    ]


def _is_large(game: Game) -> bool:
    return game.layout.rows > MAX_ROWS


def occupancy_bounds(center: Center, ball: ErrorBall, deadline: Deadline | None = None) -> OccupancyEvidence:
    """The proved bounds of all players over one ball.

    Args:
        center: the expert and what its balls share.
        ball: a ball around it.
        deadline: of all programs together; None: as long as they take.

    Raises:
        SolverError: a program failed, or its time ended.
    """
    pairs = center.once(programs, ball.measure.is_by_state)
    until, players = deadline or Deadline(), []
    for place, (program, duality) in enumerate(pairs):
        share = until.share(1 / (len(pairs) - place))
        players.append(duality.bound(ball, program.solve(ball, share)))
    return OccupancyEvidence(center.game, tuple(players), center.occupancy_lower)


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    """Half of the time left is enough, or it is not begun."""
    game = center.game
    share = deadline.share(1 / 2)
    if ball.measure.is_by_rows:
        if len(game.states) < _MANY_STATES:
            return Bound.untried("occupancy", f"with fewer than {_MANY_STATES} states `region` is as sharp")
        share = share.or_within(_SECONDS)
    least = 0.0 if ball.measure.is_by_rows else _TRIED_SECONDS
    needed = sweeps_seconds(game) if _is_large(game) else occupancy_seconds(game)
    if max(share.left, least) < needed:
        return Bound.unproven("occupancy", f"its programs take about {needed:.1f} s, more than half of the time left")
    try:
        found = occupancy_bounds(center, ball, share)
    except SolverError as error:
        return Bound.unproven("occupancy", str(error))
    return Bound("occupancy", found.upper, found)


OCCUPANCY = Rule("occupancy", Turn.COSTLY, _find, written=("occupancy",))
