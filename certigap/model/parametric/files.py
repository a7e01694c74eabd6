"""Files of parametric games: a game file whose rationals may be expressions, and the ranges of the parameters.

    {"format":"certigap-parametric-game","version":1,"name"?,"meta"?,"parameters":{name:{"from"?:rational,"to"?:rational}},
     .. players, discount, initial, states or players, actions, payoffs as in a game file .., "policy"?: rows}

`policy` is the policy that is asked about; its numbers are rationals.
"""

import math
import os
import re
from typing import Any

from certigap.exact.rational import format_rational
from certigap.model.files.game_codec import HEADER, check_header, title
from certigap.model.files.json_node import Node, brief, repeated
from certigap.model.files.strict_json import parse_json, read_json
from certigap.model.parametric.expressions import parse_expression
from certigap.model.parametric.game import Function, ParametricGame, Range, function_field

__all__ = ["parse_parametric_game", "read_parametric_game"]

FORMAT = "certigap-parametric-game"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,30}")
_MAX_PARAMETERS = 8  # the work of exact sets grows fast with their number


def read_parametric_game(path: str | os.PathLike[str]) -> tuple[ParametricGame, Node | None]:
    """The parametric game in a file, and the rows of the policy in it, if any.

    Raises:
        InputError: a file that is no strictly written parametric game; the message names the place.
    """
    return _game(read_json(path))


def parse_parametric_game(text: str, where: str = "game") -> tuple[ParametricGame, Node | None]:
    """The parametric game that `text` writes, and the rows of the policy in it, if any."""
    return _game(parse_json(text, where))


class _Numbers:
    """Expressions over the parameters of one file."""

    def __init__(self, node: Node) -> None:
        given = node.mapping()
        if not 1 <= len(given) <= _MAX_PARAMETERS:
            node.fail(f"expected from 1 to {_MAX_PARAMETERS} parameters, got {len(given)}")
        for name in given:
            if not _NAME.fullmatch(name):
                node.fail(f"expected names of letters, digits and _, got {brief(name)}")
        self.names = tuple(given)
        self.ranges = tuple(_range(entry) for entry in given.values())
        self.domain, self.symbols = function_field(self.names)
        self.known: dict[str, Function] = {}

    def read(self, node: Node) -> Function:
        text = format_rational(node.integer()) if type(node.value) is int else node.text()
        if text not in self.known:
            try:
                self.known[text] = parse_expression(text, self.symbols, self.domain.one)
            except ValueError as error:
                node.fail(str(error))
        return self.known[text]

    def row(self, node: Node, states: dict[str, int]) -> dict[int, Function]:
        entries = node.mapping()
        for state in entries:
            if state not in states:
                node.fail(f"expected names of states, got {brief(state)}")
        result = {states[state]: self.read(entry) for state, entry in entries.items()}
        total = sum(result.values(), self.domain.zero)
        if total != self.domain.one:
            node.fail(f"sums to {brief(str(total))}, expected 1 for all parameter values")
        return {t: f for t, f in result.items() if f}


def _range(node: Node) -> Range:
    ends = node.object((), ("from", "to"))
    lower, upper = (ends[side].rational() if side in ends else None for side in ("from", "to"))
    if lower is not None and upper is not None and lower > upper:
        node.fail(f"expected from <= to, got {brief(lower)} and {brief(upper)}")
    return lower, upper


def _game(node: Node) -> tuple[ParametricGame, Node | None]:
    check_header(node, FORMAT)
    is_normal_form = "payoffs" in node.value
    own = ("actions", "payoffs") if is_normal_form else ("discount", "initial", "states")
    members = node.object((*HEADER, "parameters", "players", *own), ("name", "meta", "policy"))
    numbers, players = _Numbers(members["parameters"]), members["players"].names()
    body = (_normal_form if is_normal_form else _markov)(members, numbers, len(players))
    game = ParametricGame(
        parameters=numbers.names,
        ranges=numbers.ranges,
        domain=numbers.domain,
        players=players,
        name=title(members),
        meta=members["meta"].value if "meta" in members else {},
        content={key: value for key, value in node.value.items() if key not in ("name", "meta", "policy")},
        **body,
    )
    return game, members.get("policy")


def _normal_form(members: dict[str, Node], numbers: _Numbers, players: int) -> dict[str, Any]:
    actions = tuple(names.names() for names in members["actions"].array(players))
    payoffs = members["payoffs"].array(math.prod(map(len, actions)))
    table = [[numbers.read(payoff) for payoff in entry.array(players)] for entry in payoffs]
    return {
        "states": ("",),
        "actions": (actions,),
        "discount": numbers.domain.zero,
        "initial": (numbers.domain.one,),
        "rewards": tuple(zip(*table, strict=True)),
        "transitions": ({0: numbers.domain.one},) * len(table),
        "is_normal_form": True,
    }


def _markov(members: dict[str, Node], numbers: _Numbers, players: int) -> dict[str, Any]:
    bodies = [state.object(("name", "actions", "outcomes")) for state in members["states"].array()]
    names = [body["name"].name() for body in bodies]
    if not names or len(set(names)) < len(names):
        members["states"].fail(f"expected distinct names of states, at least one, got {brief(repeated(names))}")
    states = {name: s for s, name in enumerate(names)}
    actions, rewards, transitions = [], [], []
    for body in bodies:
        own = tuple(entry.names() for entry in body["actions"].array(players))
        for outcome in body["outcomes"].array(math.prod(map(len, own))):
            parts = outcome.object(("rewards", "next"))
            rewards.append([numbers.read(reward) for reward in parts["rewards"].array(players)])
            transitions.append(numbers.row(parts["next"], states))
        actions.append(own)
    start = numbers.row(members["initial"], states)
    return {
        "states": tuple(names),
        "actions": tuple(actions),
        "discount": numbers.read(members["discount"]),
        "initial": tuple(start.get(s, numbers.domain.zero) for s in range(len(names))),
        "rewards": tuple(zip(*rewards, strict=True)),
        "transitions": tuple(transitions),
    }
