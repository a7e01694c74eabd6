"""OpenSpiel's policies as policies of the imported game: a `TabularPolicy`, any other `Policy` (of Python or C++).

The game is walked again as it was imported (its `meta` says how), and the policy is asked at the OpenSpiel state behind
every state of the game. Where histories were merged, it must answer alike on the second way as on the first (of up to
10,000 second ways that are kept): one that remembers how it came there is no policy of the merged game.
"""

from typing import Any

from certigap.errors import InputError
from certigap.io.openspiel import MAX_STATES, load_openspiel
from certigap.io.openspiel_graph import Expansion, Explorer
from certigap.io.peer import peer_errors
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["policy_from_openspiel"]

_SAME = 1e-9  # probabilities on two ways to one state that differ by less are noise


def policy_from_openspiel(game: Game, policy: Any, denominator: int = 2**52) -> Policy:
    """The product policy that an OpenSpiel policy plays in a game imported from OpenSpiel.

    Args:
        game: made by `convert("openspiel:..")`, or read from a file that was.
        policy: an object with `action_probabilities(state, player)`, as OpenSpiel's policies have.
        denominator: common denominator to which its floats are rounded, as by `Policy.from_floats`.

    Raises:
        InputError: a game from elsewhere, no policy, one of another game, or one that remembers more than the state.
    """
    if "openspiel_game" not in game.meta:
        raise InputError(f"game: expected one imported from OpenSpiel (its meta says so), got {game!r}")
    if not hasattr(policy, "action_probabilities"):
        raise InputError(f"policy: expected an OpenSpiel policy, got the {type(policy).__name__} {str(policy)[:40]!r}")
    name = game.meta["openspiel_game"]
    where = f"policy for openspiel:{name}"
    explorer = Explorer(load_openspiel(name, where), game.meta.get("merged_by", "text"), where)
    rows: list[list[list[float]]] = [[[1.0]] * len(game.states) for _ in game.players]

    def ask(state: Any, offer: Expansion) -> list[list[float]]:
        return [_probabilities(policy, state, i, own) for i, own in enumerate(offer.actions)]

    def visit(number: int, state: Any, offer: Expansion) -> None:
        for i, row in enumerate(ask(state, offer)):
            rows[i][number] = row

    with peer_errors(where, "a policy of that game"):
        graph = explorer.explore(MAX_STATES if game.is_normal_form else len(game.states), visit=visit)
        for key, state in graph.second_ways.items():
            number = graph.index[key]
            offer = graph.offers[number]
            again = ask(state, offer) if offer is not None else []
            for i, row in enumerate(again):
                if any(abs(a - b) > _SAME for a, b in zip(row, rows[i][number], strict=True)):
                    got = f"two rows of player {game.players[i]} at {game.states[number]!r}"
                    raise InputError(f"{where}: expected one row a state (or merge='history'), got {got}"[:300])
    return Policy.from_floats(game, rows, denominator)


def _probabilities(policy: Any, state: Any, player: int, actions: tuple[int, ...]) -> list[float]:
    """`[A_i]` what a player plays at a state; `actions` are its numbers in OpenSpiel, none where it does not move."""
    if not actions:
        return [1.0]
    chances = dict(_answer(policy, state, player))
    return [float(chances.get(action, 0.0)) for action in actions]


def _answer(policy: Any, state: Any, player: int) -> Any:
    """`{action: probability}`; policies of C++ take no player, but what the player sees where all move at once."""
    import pyspiel

    if not isinstance(policy, pyspiel.Policy):
        return policy.action_probabilities(state, player)
    seen = state.information_state_string(player) if state.is_simultaneous_node() else state
    return policy.action_probabilities(seen)
