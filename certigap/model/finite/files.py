"""Files of finite horizon (FORMAT 19): a game file with `horizon`, a policy file with one object of rows a step."""

import os
from typing import Any

from certigap.model.files.atomic import write_atomically
from certigap.model.files.game_codec import check_header, game_from_node, stage_from_node, title
from certigap.model.files.json_node import Node, brief
from certigap.model.files.policy_codec import FORMAT, policy_rows_from_node, policy_rows_to_json
from certigap.model.files.strict_json import dumps, read_json
from certigap.model.finite.game import MAX_HORIZON, FiniteGame, finite_to_json
from certigap.model.finite.policy import FinitePolicy
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = [
    "finite_policy_from_node",
    "finite_policy_to_json",
    "finite_rows_to_json",
    "read_any_game",
    "read_finite_policy",
    "write_finite_game",
    "write_finite_policy",
]

_READABLE_ROWS = 2_000  # of a file: a longer one is read by programs


def read_any_game(path: str | os.PathLike[str]) -> Game | FiniteGame:
    """The game in a file, of finite horizon where it has a `horizon`.

    Raises:
        InputError: a file that is no strictly written game.
    """
    node = read_json(path)
    if not (isinstance(node.value, dict) and "horizon" in node.value):
        return game_from_node(node)
    stage, members = stage_from_node(node)
    horizon = members["horizon"].integer()
    if not 1 <= horizon <= MAX_HORIZON:
        members["horizon"].fail(f"expected an integer from 1 to {MAX_HORIZON}, got {brief(horizon)}")
    if "discount" not in members:
        return FiniteGame(stage, horizon)
    discount = members["discount"].rational()
    if not 0 <= discount <= 1:
        members["discount"].fail(f"expected a rational in [0, 1] beside a horizon, got {brief(discount)}")
    return FiniteGame(stage, horizon, discount)


def write_finite_game(game: FiniteGame, path: str | os.PathLike[str]) -> None:
    """Write the normalised form of a game, wholly or not at all."""
    pretty = game.layout.rows <= _READABLE_ROWS
    write_atomically(path, dumps(finite_to_json(game), pretty=pretty) + "\n")


def read_finite_policy(path: str | os.PathLike[str], game: FiniteGame) -> FinitePolicy:
    """The policy of `game` in a file: its rows are repeated, unless the file has an array with those of every step.

    Raises:
        InputError: a file that is no strictly written policy of this game, or that names another game's hash.
    """
    node = read_json(path)
    check_header(node, FORMAT)
    members = node.object(("format", "version", "rows"), ("game", "name", "meta"))
    title(members)
    if "game" in members and members["game"].text() != game.digest:
        members["game"].fail(f"expected the hash of this game, {game.digest}, got {brief(members['game'].value)}")
    return finite_policy_from_node(members["rows"], game)


def finite_policy_from_node(node: Node, game: FiniteGame) -> FinitePolicy:
    """The policy that a JSON value under `rows` writes."""
    if not isinstance(node.value, list):
        return FinitePolicy.repeated(game, Policy(game.stage, policy_rows_from_node(node, game.stage)))
    steps = [Policy(game.stage, policy_rows_from_node(step, game.stage)) for step in node.array(game.horizon)]
    return FinitePolicy.shared(game, steps)


def finite_rows_to_json(policy: FinitePolicy) -> Any:
    """The normalised `rows`: one object where all steps play alike, else an array of one a step."""
    if policy.is_stationary:
        return policy_rows_to_json(policy.steps[0])
    written = {id(step): policy_rows_to_json(step) for step in policy.steps}
    return [written[id(step)] for step in policy.steps]


def finite_policy_to_json(policy: FinitePolicy) -> dict[str, Any]:
    """The normalised form of a policy, with the hash of its game."""
    return {"format": FORMAT, "version": 1, "game": policy.game.digest, "rows": finite_rows_to_json(policy)}


def write_finite_policy(policy: FinitePolicy, path: str | os.PathLike[str]) -> None:
    """Write the normalised form of a policy, wholly or not at all."""
    pretty = len(policy.game.states) * policy.game.horizon <= _READABLE_ROWS
    write_atomically(path, dumps(finite_policy_to_json(policy), pretty=pretty) + "\n")
