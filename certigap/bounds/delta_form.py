"""The bound `delta`: by how far a best response to the imitators strays from the expert (THEORY 5, 9 and 11).

With delta_i >= delta^sel_i over the opponents of the ball (`straying`), and d, D, R the ball's limits of one
player's and the opponents' distances and of the occupancy's error (`balls`: own, budget, reach),

    gap_i <= [ min( d + g D, D + (1 - g) R ) + delta_i ] c_i / (1 - g)^2.

The paper's Lemma 4 as repaired: delta at the opponents' joint error, and a best response of one's choice. No
hypothesis: delta_i <= 2 always. A ball that limits no rows has none.
"""

from functools import partial
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.dse import slipping
from certigap.bounds.straying import Straying, straying
from certigap.exact.rational import format_rational
from certigap.model.files.vectors import vector_json
from certigap.work.deadline import Deadline

__all__ = ["DELTA"]


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    if ball.measure.is_by_state:
        return Bound.unproven("delta", f"the ball of eps_{ball.measure} limits no player's rows")
    game = center.game
    found = [straying(center, ball, i, deadline) for i in range(len(game.players))]
    slip, horizon = slipping(ball), game.horizon**2
    value = max((slip + own.bound) * game.half_range(i) * horizon for i, own in enumerate(found))
    return Bound("delta", value, Theorem("delta", partial(_proof, center, found)))


def _proof(center: Center, found: list[Straying]) -> dict[str, Any]:
    """FORMAT 8.7: vectors over the opponents' rows, and the radii at which the expert's support stays optimal."""
    players = {
        player: {
            "best_upper": vector_json(own.best_upper),
            "best_lower": vector_json(own.best_lower),
            "safe": [format_rational(x) for x in own.safe],
        }
        for player, own in zip(center.game.players, found, strict=True)
    }
    return {"occupancy": {"lower": vector_json(center.occupancy_lower)}, "players": players}


DELTA = Rule("delta", Turn.AFTER_SEARCH, _find, written=("delta",), is_closed_form=True)
