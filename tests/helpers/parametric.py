"""A game in one parameter, and the certificate of where its policy is an equilibrium."""

import itertools
import json
from pathlib import Path
from typing import Any

import certigap as cg
from certigap.model.files.policy_codec import policy_rows_from_node
from certigap.model.parametric import parse_parametric_game
from certigap.questions.parametric import ParametricSet, some_game


def grim(temptation: str, discount: str = "g", move: str = "1") -> dict[str, Any]:
    """A prisoner's dilemma with a state that remembers defections; `move`: how surely it is remembered."""
    pay = {(0, 0): ["2", "2"], (0, 1): ["0", temptation], (1, 0): [temptation, "0"], (1, 1): ["1", "1"]}
    states = []
    for name in ("trust", "grudge"):
        outcomes = []
        for joint in itertools.product(range(2), repeat=2):
            keeps = name == "trust" and joint == (0, 0)
            following = (
                {"trust": "1"}
                if keeps
                else {"grudge": move, "trust": f"1 - ({move})"}
                if move != "1"
                else {"grudge": "1"}
            )
            outcomes.append({"rewards": pay[joint], "next": following})
        states.append({"name": name, "actions": [["C", "D"], ["C", "D"]], "outcomes": outcomes})
    return {
        "format": "certigap-parametric-game",
        "version": 1,
        "parameters": {"g": {"from": "0", "to": "1"}},
        "players": ["1", "2"],
        "discount": discount,
        "initial": {"trust": "1"},
        "states": states,
        "policy": {player: {"trust": {"C": "1"}, "grudge": {"D": "1"}} for player in "12"},
    }


def certified(data: dict[str, Any], folder: Path) -> tuple[dict[str, Any], Path, ParametricSet]:
    path = folder / "game.json"
    path.write_text(json.dumps(data))
    game, rows = parse_parametric_game(json.dumps(data))
    assert rows is not None
    template = some_game(game)
    answer = cg.parametric_equilibrium(game, cg.Policy(template, policy_rows_from_node(rows, template)))
    assert isinstance(answer, ParametricSet)
    return cg.certificate(answer).to_json(), path, answer
