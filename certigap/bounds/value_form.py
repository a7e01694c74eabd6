"""The bound `value_form`: by how far the value of a best response moves (THEORY 5, 9 and 11).

kappa_i = sup over the opponents of the ball of V_i^{*,pi_-i}(nu) - V_i^{piE_i,pi_-i}(nu) is bounded by the pair rule
over the opponents' rows, the player's own being the expert's (`straying.Opponents`). Then, with the ball's
limits as in `certigap.bounds.delta_form`,

    gap_i <= kappa_i + min( d + g D, D + (1 - g) R ) c_i / (1 - g)^2.

No hypothesis. kappa_i is the expert's own regret where the opponents cannot move. A ball that limits no rows has none.
"""

from fractions import Fraction
from functools import partial
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.delta_form import opponents
from certigap.bounds.dse import slipping
from certigap.bounds.hull import cover_json
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.files.vectors import vector_json
from certigap.regions.engine import PlayerBound
from certigap.work.deadline import Deadline

__all__ = ["VALUE_FORM", "kappa"]


def kappa(center: Center, ball: ErrorBall, player: int, deadline: Deadline | None = None) -> PlayerBound:
    """The pair bound with the player's own rows fixed: `.pair` >= kappa_i."""
    region = opponents(center, ball, player).region({})
    if region is None:
        raise InputError("ball: expected a radius of at least 0, got less")
    return center.engine.player_bound(region, player, deadline=deadline)


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    if ball.measure.is_by_state:
        return Bound.unproven("value_form", f"the ball of eps_{ball.measure} limits no player's rows")
    game = center.game
    found = [kappa(center, ball, i, deadline) for i in range(len(game.players))]
    slip, horizon = slipping(ball), game.horizon**2
    value = max(max(Fraction(0), own.pair) + slip * game.half_range(i) * horizon for i, own in enumerate(found))
    return Bound("value_form", value, Theorem("value-form", partial(_proof, center, found)))


def _proof(center: Center, found: list[PlayerBound]) -> dict[str, Any]:
    """FORMAT 8.8: per player a bound of kappa and a cover of the opponents' rows, here of a single leaf."""
    players = {
        player: {"kappa": format_rational(max(Fraction(0), own.pair)), "cover": cover_json(own)}
        for player, own in zip(center.game.players, found, strict=True)
    }
    return {"occupancy": {"lower": vector_json(center.occupancy_lower)}, "players": players}


VALUE_FORM = Rule("value_form", Turn.AFTER_SEARCH, _find, written=("value-form",))
