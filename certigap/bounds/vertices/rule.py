"""The bound `vertices`: with one state W over B_BC is attained at vertices, and so is a number (FORMAT 8.5, 8.6).

Two players: a search among the vertices, which the checker repeats; more: all of them, listed.
"""

from fractions import Fraction
from functools import partial
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.vertices.branching import branch_worst_case
from certigap.bounds.vertices.listing import NormalFormWorstCase, exact_worst_case
from certigap.errors import LimitError
from certigap.exact.rational import format_rational
from certigap.work.deadline import Deadline

__all__ = ["VERTICES"]

_SECONDS = 10.0  # that the vertices may take when nobody says how much time there is
_SEARCH_SHARE = 0.6  # of the time left for the search of vertices: the exact decision of its nodes takes half as long


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    if not ball.measure.is_by_rows:
        return Bound.untried("vertices", f"the ball of eps_{ball.measure} is no product of polytopes")
    if len(center.game.states) != 1:
        return Bound.untried("vertices", f"expected a game of one state, got {len(center.game.states)}")
    deadline = deadline.or_within(2 * _SECONDS)
    if len(center.game.players) == 2:
        return _searched(center, ball, deadline.share(_SEARCH_SHARE))
    try:
        found = exact_worst_case(center.game, center.expert, ball.radius, deadline=deadline.share(1 / 2))
    except LimitError as error:
        return Bound.unproven("vertices", str(error))
    evidence = Theorem("vertices", partial(_listed, found), "vertices")
    return Bound("vertices", found.value, evidence, witness=found.witness)


def _searched(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    found = branch_worst_case(center.game, center.expert, ball.radius, deadline=deadline, seed=center.seed)
    upper, ended = found.interval.upper, found.complete
    if upper is None:
        return Bound("vertices", why="the search was cut", witness=found.witness, is_complete=ended)
    # Quicker to check than the list, and possible beyond it.
    evidence = Theorem("vertex-search", partial(_search_proof, upper), "vertices")
    return Bound("vertices", upper, evidence, witness=found.witness, is_complete=ended)


def _search_proof(upper: Fraction) -> dict[str, Any]:
    return {"bound": format_rational(upper)}


def _listed(found: NormalFormWorstCase) -> dict[str, Any]:
    players = found.game.players
    return {player: players[k] for player, k in zip(players, found.left_out, strict=True)}


VERTICES = Rule("vertices", Turn.ATTAINED, _find, written=("vertices", "vertex-search"))
