"""`certigap parametric`: a game with parameters, and what holds of a policy for which of their values."""

import argparse
from fractions import Fraction
from typing import Any

from certigap.commands.output import print_json, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.errors import InputError
from certigap.model.files.codec import read_game
from certigap.model.files.json_node import Node
from certigap.model.files.policy_codec import policy_from_node, policy_rows_from_node
from certigap.model.files.strict_json import read_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.report import table

__all__ = ["parametric"]


def parametric(given: argparse.Namespace) -> int:
    """The set of parameter values for which the statement holds, or the gap as formulas."""
    from certigap.questions import parametric as questions

    check_file(given.output, given.file, given.policy)
    game, rows = _game(given)
    policy = _policy(given, game, rows)
    answer: Any
    if given.ask == "gap":
        answer = questions.parametric_gap(game, policy, budget=given.budget)
    else:
        ask = {
            "equilibrium": questions.parametric_equilibrium,
            "dominant": questions.parametric_dominance,
            "delta": questions.parametric_delta,
        }[given.ask]
        answer = ask(game, policy, resolution=given.resolution, budget=given.budget)
    if given.json:
        print_json({"ask": given.ask, **answer.to_json()})
    else:
        say(f"{game!r}\n{table(_gap_rows(answer) if given.ask == 'gap' else _set_rows(answer))}")
    if given.output:
        from certigap.certificates.claims import certificate

        certificate(answer).write(given.output)
        say_written(given)
    return 0


def _game(given: argparse.Namespace) -> tuple[Any, Node | None]:
    from certigap.model.parametric import free_discount, read_parametric_game

    if given.discount is None:
        return read_parametric_game(given.file)
    return free_discount(read_game(given.file), given.discount), None


def _policy(given: argparse.Namespace, game: Any, rows: Node | None) -> Policy:
    template = _some_game(game)
    if given.policy is not None:
        node = read_json(given.policy)
        node.value.pop("game", None) if isinstance(node.value, dict) else None  # of another parameter value
        return policy_from_node(node, template)
    if rows is None:
        raise InputError(f"{given.file}: expected a policy in the file, or --policy FILE, got none")
    return Policy(template, policy_rows_from_node(rows, template))


def _some_game(game: Any) -> Game:
    """The game at some parameter values of its domain: its names are those of all."""
    from certigap.questions.parametric import some_game

    found: Game = some_game(game)
    return found


def _set_rows(answer: Any) -> list[tuple[str, str]]:
    if hasattr(answer, "domain"):
        name = answer.game.parameters[0]
        rows = [("a game for", answer.domain), (answer.question, answer.holds), ("not", answer.fails)]
        rows += [("undecided", answer.undecided)] if answer.undecided else []
        return [(what, f"{name} in {found}") for what, found in rows]
    parts = [(answer.question, answer.holds), ("not", answer.fails), ("undecided", answer.undecided)]
    rows = [(what, f"{len(boxes)} boxes, {_percent(answer.share(boxes))} of the volume") for what, boxes in parts]
    return [*rows, ("no game", f"{_percent(answer.share(answer.outside))} of the volume")]


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.3g} %"


def _gap_rows(gap: Any) -> list[tuple[str, str]]:
    from certigap.questions.parametric import formula

    name = gap.game.parameters[0]
    rows = [(f"value of player {player}", str(formula(value))) for player, value in gap.values.items()]
    families = [*((f"gap of player {player}", pieces) for player, pieces in gap.player_gaps.items())]
    for what, pieces in [*families, ("NashGap", gap.nash_gap)]:
        rows += [(what, f"{formula(piece.values[0])}   for {name} in {piece.where}") for piece in pieces]
    return rows
