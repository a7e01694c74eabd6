"""Game files: reading, the normalised form, writing, and the hash.

The outcomes of a state are one per joint action, row-major, the last player's action varying fastest; `next` maps
states to probabilities. The hash is the SHA-256 of the normalised form without `name` and `meta`, written as compact
JSON with sorted keys.
"""

import math
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NoReturn

from certigap.errors import InputError
from certigap.model.build import common_denominator, self_loops
from certigap.model.content import FORMAT, VERSION, game_digest, game_to_json
from certigap.model.files.atomic import write_atomically
from certigap.model.files.game_columns import IrregularError, state_columns
from certigap.model.files.json_node import Node, brief, name_fault
from certigap.model.files.strict_json import dumps, parse_json, read_json
from certigap.model.game import Game
from certigap.model.rows import Distribution, distribution
from certigap.work.collector import collector_off

__all__ = [
    "HEADER",
    "VERSION",
    "check_header",
    "game_digest",
    "game_from_node",
    "game_to_json",
    "indices",
    "parse_game",
    "read_game",
    "stage_from_node",
    "title",
    "write_game",
]

HEADER = ("format", "version")
_READABLE_ROWS = 2_000  # larger games are written on one line, a third of the size


@collector_off()
def read_game(path: str | os.PathLike[str]) -> Game:
    """The game in a file.

    Raises:
        InputError: a file that is no strictly written game; the message names the place, what was expected and what
            came.
    """
    return game_from_node(read_json(path))


def parse_game(text: str, where: str = "game") -> Game:
    """The game that `text` writes; `where` names the text in messages.

    >>> head = '"format": "certigap-game", "version": 1, "players": ["1", "2"]'
    >>> parse_game('{%s, "actions": [["a", "b"], ["c"]], "payoffs": [["1", "0"], ["1/2", "0"]]}' % head)
    <Game normal form, 2 players, 2x1>
    """
    return game_from_node(parse_json(text, where))


@collector_off()
def game_from_node(node: Node) -> Game:
    """The game that a JSON value writes; a normal form when it has `payoffs`."""
    check_header(node, FORMAT)
    return _normal_form(node) if "payoffs" in node.value else _markov_game(node)


def write_game(game: Game, path: str | os.PathLike[str]) -> None:
    """Write the normalised form of a game, wholly or not at all."""
    if game.name and (fault := name_fault(game.name)):
        raise InputError(f"title of the game: {fault}")
    pretty = game.layout.rows <= _READABLE_ROWS
    write_atomically(path, dumps(game_to_json(game), pretty=pretty) + "\n")


def check_header(node: Node, expected: str) -> None:
    """Refuse a value whose `format` or `version` is another."""
    members = node.mapping()
    for key in HEADER:
        if key not in members:
            node.fail(f"expected the key {key!r} of a {expected} file, got none")
    if members["format"].text() != expected:
        members["format"].fail(f"expected {expected!r}, got {brief(members['format'].value)}")
    if members["version"].integer() != VERSION:
        members["version"].fail(f"expected version {VERSION}, got {brief(members['version'].value)}")


def title(members: Mapping[str, Node]) -> str:
    """The optional `name`: a name, or empty; the optional `meta` must be an object."""
    if "meta" in members:
        members["meta"].mapping()
    if "name" not in members or members["name"].value == "":
        return ""
    return members["name"].name()


def indices(names: Sequence[str]) -> dict[str, int]:
    """The index of each name."""
    return {name: index for index, name in enumerate(names)}


def state_row(node: Node, position: Mapping[str, int]) -> tuple[list[int], Distribution]:
    """A probability row over named states: their indices, in the order of the text, and the row over them."""
    entries = node.mapping()
    for state in entries:
        if state not in position:
            node.fail(f"expected names of states, got {brief(state)}")
    values = [entry.rational() for entry in entries.values()]
    return [position[state] for state in entries], distribution(values, node.where)


def stage_from_node(node: Node) -> tuple[Game, dict[str, Node]]:
    """The stage game, of discount 0, of a file with a horizon (FORMAT 19), and the members of the file."""
    check_header(node, FORMAT)
    members = node.object((*HEADER, "players", "horizon", "initial", "states"), ("discount", "name", "meta"))
    return _states_of(members, Fraction(0)), members


def _markov_game(node: Node) -> Game:
    if "horizon" in node.value:
        answered = "gap, errors, certify, solve and verify"
        node.fail(f"expected a game without a horizon here (a game with one is for {answered}), got one with it")
    members = node.object((*HEADER, "players", "discount", "initial", "states"), ("name", "meta"))
    return _states_of(members, _discount(members["discount"]))


def _states_of(members: Mapping[str, Node], discount: Fraction) -> Game:
    players = members["players"].names()
    try:
        columns = state_columns(members["states"].value, len(players))
    except IrregularError:
        _refuse_states(members["states"], len(players))
    return Game(
        players=players,
        states=columns.names,
        actions=columns.actions,
        discount=discount,
        initial=_initial(members["initial"], indices(columns.names)),
        rewards=columns.rewards,
        reward_denominators=columns.reward_denominators,
        transitions=columns.transitions,
        name=title(members),
        meta=members["meta"].value if "meta" in members else {},
    )


def _refuse_states(node: Node, players: int) -> NoReturn:
    """Raise for the first of the states that is not one, with its place and the reason."""
    bodies = [state.object(("name", "actions", "outcomes")) for state in node.array()]
    position = indices(_state_names(node, [body["name"] for body in bodies]))
    for body in bodies:
        sizes = [len(names.names()) for names in body["actions"].array(players)]
        for outcome in body["outcomes"].array(math.prod(sizes)):
            parts = outcome.object(("rewards", "next"))
            for reward in parts["rewards"].array(players):
                reward.rational()
            state_row(parts["next"], position)
    node.fail("expected states, got what no reader of states explains")


def _normal_form(node: Node) -> Game:
    members = node.object((*HEADER, "players", "actions", "payoffs"), ("name", "meta"))
    players = members["players"].names()
    actions = tuple(names.names() for names in members["actions"].array(len(players)))
    payoffs = members["payoffs"].array(math.prod(map(len, actions)))
    table = [[payoff.rational() for payoff in entry.array(len(players))] for entry in payoffs]
    rewards, denominators = zip(*map(common_denominator, zip(*table, strict=True)), strict=True)
    return Game(
        players=players,
        states=("",),
        actions=(actions,),
        discount=Fraction(0),
        initial=distribution([1], "initial"),
        rewards=rewards,
        reward_denominators=denominators,
        transitions=self_loops(len(table)),
        is_normal_form=True,
        name=title(members),
        meta=members["meta"].value if "meta" in members else {},
    )


def _state_names(node: Node, entries: Sequence[Node]) -> tuple[str, ...]:
    if not entries:
        node.fail("expected at least one state, got none")
    states = tuple(entry.name() for entry in entries)
    seen: set[str] = set()
    for entry, state in zip(entries, states, strict=True):
        if state in seen:
            entry.fail(f"expected distinct names of states, got {brief(state)} again")
        seen.add(state)
    return states


def _discount(node: Node) -> Fraction:
    discount = node.rational()
    if not 0 <= discount < 1:
        node.fail(f"expected a rational in [0, 1), got {brief(discount)}")
    return discount


def _initial(node: Node, position: Mapping[str, int]) -> Distribution:
    columns, row = state_row(node, position)
    weights = [0] * len(position)
    for column, weight in zip(columns, row.weights, strict=True):
        weights[column] = weight
    return Distribution(tuple(weights), row.denominator)
