"""Policy files: reading, the normalised form, and writing.

`rows` maps players to states to actions to probabilities, and without states for a normal form. Actions left out have
probability 0; a state may be left out only where the player has one action.
"""

import os
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from certigap.exact.rational import format_rational
from certigap.model.files.atomic import write_atomically
from certigap.model.files.game_codec import HEADER, VERSION, check_header, indices, title
from certigap.model.files.json_node import Node, brief
from certigap.model.files.strict_json import dumps, parse_json, read_json
from certigap.model.game import Game
from certigap.model.policy import Policy, Rows
from certigap.model.rows import Distribution, distribution

__all__ = [
    "parse_policy",
    "policy_from_node",
    "policy_rows_from_node",
    "policy_rows_to_json",
    "policy_to_json",
    "read_policy",
    "write_policy",
]

FORMAT = "certigap-policy"
_READABLE_ROWS = 2_000  # a longer file is read by programs: indenting it would only make it larger
_SURE = Distribution((1,), 1)


def read_policy(path: str | os.PathLike[str], game: Game) -> Policy:
    """The policy of `game` in a file.

    Raises:
        InputError: a file that is no strictly written policy of this game, or that names another game's hash.
    """
    return policy_from_node(read_json(path), game)


def parse_policy(text: str, game: Game, where: str = "policy") -> Policy:
    """The policy of `game` that `text` writes; `where` names the text in messages."""
    return policy_from_node(parse_json(text, where), game)


def policy_from_node(node: Node, game: Game) -> Policy:
    """The policy of `game` that a JSON value writes."""
    check_header(node, FORMAT)
    members = node.object((*HEADER, "rows"), ("game", "name", "meta"))
    title(members)
    if "game" in members and members["game"].text() != game.digest:
        members["game"].fail(f"expected the hash of this game, {game.digest}, got {brief(members['game'].value)}")
    return Policy(game, policy_rows_from_node(members["rows"], game))


def policy_rows_from_node(node: Node, game: Game) -> Rows:
    """The rows `[n][S]` of a policy of `game`, from the value under `rows`."""
    members = node.object(game.players)
    states = indices(game.states)
    return tuple(_player_rows(members[player], i, game, states) for i, player in enumerate(game.players))


def policy_rows_to_json(policy: Policy) -> dict[str, Any]:
    """The normalised `rows` of a policy: no action of probability 0, no state of a Markov game with one action."""
    return {player: _player_to_json(policy, i) for i, player in enumerate(policy.game.players)}


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """The normalised form of a policy, with the hash of its game."""
    rows = policy_rows_to_json(policy)
    return {"format": FORMAT, "version": VERSION, "game": policy.game.digest, "rows": rows}


def write_policy(policy: Policy, path: str | os.PathLike[str]) -> None:
    """Write the normalised form of a policy, wholly or not at all."""
    pretty = len(policy.game.states) <= _READABLE_ROWS
    write_atomically(path, dumps(policy_to_json(policy), pretty=pretty) + "\n")


def _player_rows(node: Node, player: int, game: Game, states: dict[str, int]) -> tuple[Distribution, ...]:
    if game.is_normal_form:
        return (_action_row(node, game.actions[0][player]),)
    given = node.mapping()
    for state in given:
        if state not in states:
            node.fail(f"expected names of states, got {brief(state)}")
    rows = []
    for state, index in states.items():
        actions = game.actions[index][player]
        if state in given:
            rows.append(_action_row(given[state], actions))
        elif len(actions) == 1:
            rows.append(_SURE)
        else:
            node.fail(f"expected a row for state {brief(state)}, which has {len(actions)} actions, got none")
    return tuple(rows)


def _action_row(node: Node, actions: Sequence[str]) -> Distribution:
    given = node.mapping()
    for action in given:
        if action not in actions:
            node.fail(f"expected names of actions here, got {brief(action)}")
    values = [given[action].rational() if action in given else Fraction(0) for action in actions]
    return distribution(values, node.where)


def _player_to_json(policy: Policy, player: int) -> dict[str, Any]:
    game, rows = policy.game, policy.rows[player]
    if game.is_normal_form:
        return _row_to_json(game.actions[0][player], rows[0])
    return {
        state: _row_to_json(game.actions[s][player], rows[s])
        for s, state in enumerate(game.states)
        if len(game.actions[s][player]) > 1
    }


def _row_to_json(actions: Sequence[str], row: Distribution) -> dict[str, str]:
    pairs = zip(actions, row.fractions(), strict=True)
    return {action: format_rational(probability) for action, probability in pairs if probability}
