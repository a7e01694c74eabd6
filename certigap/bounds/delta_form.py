"""The bound `delta`: by how far a best response to the imitators strays from the expert (THEORY 5, 9 and 11).

With delta_i >= delta^sel_i over the opponents of the ball (`straying`), and d, D, R the ball's limits of one
player's and the opponents' distances and of the occupancy's error (`balls`: own, budget, reach),

    gap_i <= [ min( d + g D, D + (1 - g) R ) + delta_i ] c_i / (1 - g)^2.

The paper's Lemma 4 as repaired: delta at the opponents' joint error, and a best response of one's choice. No
hypothesis: delta_i <= 2 always. A ball that limits no rows has none.

In a game of one state delta^sel_i is known as a step function of D (`certigap.regions.replies`), for two players
exactly. It is used where it is smaller for the players together.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.dse import slipping
from certigap.errors import LimitError
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.regions.dominant import Split
from certigap.regions.replies import DeltaFunction, Faces, delta_sel
from certigap.regions.replies.evidence import covers_json
from certigap.regions.straying import Opponents, StrayTree, least_straying
from certigap.work.deadline import Deadline

__all__ = ["DELTA", "opponents", "stray_json"]


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    if ball.measure.is_by_state:
        return Bound.unproven("delta", f"the ball of eps_{ball.measure} limits no player's rows")
    players = range(len(center.game.players))
    found = [least_straying(center.engine, opponents(center, ball, i), deadline) for i in players]
    value = _value(ball, [own.bound for own in found])
    if len(center.game.states) == 1 and value > 0:
        steps = _steps(center, ball, deadline)
        if steps is not None and (sharper := _value(ball, [own.steps[-1].upper for own in steps])) < value:
            return Bound("delta", sharper, Theorem("delta-steps", partial(_steps_proof, center, steps)))
    return Bound("delta", value, Theorem("delta", partial(_proof, center, found)))


def _value(ball: ErrorBall, straying_bounds: Sequence[Fraction]) -> Fraction:
    game, slip = ball.game, slipping(ball)
    return max((slip + own) * game.half_range(i) * game.horizon**2 for i, own in enumerate(straying_bounds))


def _steps(center: Center, ball: ErrorBall, deadline: Deadline) -> list[DeltaFunction] | None:
    """delta^sel of every player up to the opponents' joint error; None where there are too many subsets."""
    reach = min(Fraction(2), ball.budget)
    try:
        return [delta_sel(Faces(center.expert, i), reach, deadline) for i in range(len(center.game.players))]
    except LimitError:
        return None


def _steps_proof(center: Center, found: Sequence[DeltaFunction]) -> dict[str, Any]:
    """FORMAT 8.9: the covers of every player's delta_sel."""
    pairs = enumerate(zip(center.game.players, found, strict=True))
    return {player: covers_json(Faces(center.expert, i), own.covers) for i, (player, own) in pairs}


def opponents(center: Center, ball: ErrorBall, player: int) -> Opponents:
    """The opponents of a player within the limits of a ball."""
    return Opponents(center.expert, player, ball.budget, ball.spread, center.occupancy_lower)


def _proof(center: Center, found: list[StrayTree]) -> dict[str, Any]:
    """FORMAT 8.7: the lower occupancy, and a tree a player."""
    players = {player: stray_json(center.game, own) for player, own in zip(center.game.players, found, strict=True)}
    return {"occupancy": {"lower": vector_json(center.occupancy_lower)}, "players": players}


def stray_json(game: Game, tree: StrayTree) -> dict[str, Any]:
    """Vectors, safe radii, and the nodes (FORMAT 15)."""
    vectors: list[Vector] = []
    safe: list[list[str]] = []
    nodes: list[dict[str, Any]] = []
    for node in tree.nodes:
        if isinstance(node, Split):
            action = game.actions[node.state][node.player][node.action]
            place = [game.players[node.player], game.states[node.state], action, format_rational(node.at)]
            nodes.append({"split": place})
            continue
        vectors += [node.best_upper, node.best_lower]
        safe.append([format_rational(x) for x in node.safe])
        nodes.append({"leaf": [len(vectors) - 2, len(vectors) - 1, len(safe) - 1]})
    return {"vectors": [vector_json(vector) for vector in vectors], "safe": safe, "tree": nodes}


DELTA = Rule("delta", Turn.AFTER_SEARCH, _find, written=("delta", "delta-steps"), is_closed_form=True)
