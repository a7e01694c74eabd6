"""Game files: reading, the normalised form, writing, and the hash.

The outcomes of a state are one per joint action, row-major, the last player's action varying fastest; `next` maps
states to probabilities. The hash is the SHA-256 of the normalised form without `name` and `meta`, written as compact
JSON with sorted keys.
"""

import math
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.rational import parse_rational
from certigap.model.build import common_denominator, self_loops
from certigap.model.content import FORMAT, VERSION, game_digest, game_to_json
from certigap.model.files.atomic import write_atomically
from certigap.model.files.json_node import Node, brief, name_fault
from certigap.model.files.strict_json import dumps, parse_json, read_json
from certigap.model.game import Game
from certigap.model.rows import Distribution, SparseRows, distribution
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
_KNOWN = 2**18  # texts of numbers that are remembered while a game is read
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


class _Known(dict[Any, tuple[int, int]]):
    """Text -> the numerator and the denominator that it writes; each is read once. What is no text has no entry."""

    def __missing__(self, text: Any) -> tuple[int, int]:
        if type(text) is not str:
            raise KeyError(text)
        value = parse_rational(text)
        pair = value.numerator, value.denominator
        if len(self) < _KNOWN:
            self[text] = pair
        return pair


class _Outcomes:
    """Rewards and transitions in the order of the rows, as they are read."""

    def __init__(self, players: int, states: Sequence[str]) -> None:
        self.position = indices(states)
        self.rewards: list[list[tuple[int, int]]] = [[] for _ in range(players)]
        self.offsets = [0]
        self.columns: list[int] = []
        self.weights: list[int] = []
        self.denominators: list[int] = []
        self._known = _Known()

    def add(self, node: Node) -> None:
        """One outcome; places are made only for one that cannot be read, which then says where and why."""
        try:
            rewards, following = node.value["rewards"], node.value["next"]
            if len(node.value) != 2 or type(rewards) is not list or len(rewards) != len(self.rewards):
                raise ValueError
            own = [self._known[text] for text in rewards]
            columns = [self.position[state] for state in following]
            pairs = [self._known[text] for text in following.values()]
        except (LookupError, TypeError, ValueError, AttributeError):
            own, columns, pairs = self._placed(node)
        denominator = math.lcm(*[bottom for _, bottom in pairs])
        weights = [top * (denominator // bottom) for top, bottom in pairs]
        if sum(weights) != denominator or min(weights) <= 0 or sorted(columns) != columns:
            row = distribution([Fraction(*pair) for pair in pairs], node.child("next").where)
            entries = sorted((column, weight) for column, weight in zip(columns, row.weights, strict=True) if weight)
            columns, weights = [column for column, _ in entries], [weight for _, weight in entries]
        for player, reward in zip(self.rewards, own, strict=True):
            player.append(reward)
        self.columns += columns
        self.weights += weights
        self.denominators.append(denominator)
        self.offsets.append(len(self.columns))

    def _placed(self, node: Node) -> tuple[list[tuple[int, int]], list[int], list[tuple[int, int]]]:
        """Rewards, next states and probabilities of an outcome, whatever form its numbers have."""
        members = node.object(("rewards", "next"))
        own = [reward.rational() for reward in members["rewards"].array(len(self.rewards))]
        columns, values = _state_entries(members["next"], self.position)
        return [_pair(value) for value in own], columns, [_pair(value) for value in values]

    def scaled_rewards(self) -> tuple[tuple[IntArray, ...], tuple[int, ...]]:
        """Per player numerators over one denominator, and that."""
        denominators = tuple(math.lcm(1, *{bottom for _, bottom in own}) for own in self.rewards)
        scaled = [
            integer_array([top * (denominator // bottom) for top, bottom in own])
            for own, denominator in zip(self.rewards, denominators, strict=True)
        ]
        return tuple(scaled), denominators

    def transitions(self) -> SparseRows:
        return SparseRows(
            np.array(self.offsets, dtype=np.int64),
            np.array(self.columns, dtype=np.int64),
            integer_array(self.weights),
            integer_array(self.denominators),
        )


def _pair(value: Fraction) -> tuple[int, int]:
    return value.numerator, value.denominator


def state_row(node: Node, position: Mapping[str, int]) -> tuple[list[int], Distribution]:
    """A probability row over named states: their indices, in the order of the text, and the row over them."""
    columns, values = _state_entries(node, position)
    return columns, distribution(values, node.where)


def _state_entries(node: Node, position: Mapping[str, int]) -> tuple[list[int], list[Fraction]]:
    """Indices of the named states, in the order of the text, and their numbers."""
    entries = node.mapping()
    for state in entries:
        if state not in position:
            node.fail(f"expected names of states, got {brief(state)}")
    return [position[state] for state in entries], [entry.rational() for entry in entries.values()]


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
    bodies = [state.object(("name", "actions", "outcomes")) for state in members["states"].array()]
    states = _state_names(members["states"], [body["name"] for body in bodies])
    outcomes = _Outcomes(len(players), states)
    actions = []
    for body in bodies:
        own = tuple(names.names() for names in body["actions"].array(len(players)))
        for outcome in body["outcomes"].array(math.prod(map(len, own))):
            outcomes.add(outcome)
        actions.append(own)
    rewards, denominators = outcomes.scaled_rewards()
    return Game(
        players=players,
        states=states,
        actions=tuple(actions),
        discount=discount,
        initial=_initial(members["initial"], outcomes.position),
        rewards=rewards,
        reward_denominators=denominators,
        transitions=outcomes.transitions(),
        name=title(members),
        meta=members["meta"].value if "meta" in members else {},
    )


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
