"""`certigap continuity`: how far best replies move when the others do, as step functions and as a picture.

Games of one state: the steps themselves. Others: proven ends at radii of a grid; a certificate speaks of the largest.
"""

import argparse
from pathlib import Path
from typing import Any

from certigap.commands.output import PICTURES, print_json, rational_option, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.model.files.codec import read_game, read_policy
from certigap.questions.continuity.figure import continuity_figure
from certigap.report import interval_text, number_text, quantity, table

__all__ = ["continuity"]


def continuity(given: argparse.Namespace) -> int:
    """delta_sel, delta_max and kappa of every player."""
    from certigap.questions.continuity import continuity as step_functions
    from certigap.questions.straying_curve import straying_curve

    check_file(given.output, given.game, given.expert)
    game, largest = read_game(given.game), rational_option(given.eps_max, "--eps-max")
    expert = read_policy(given.expert, game)
    answer: Any
    if len(game.states) == 1:
        answer = step_functions(game, expert, largest, budget=given.budget)
    else:
        answer = straying_curve(game, expert, largest, budget=given.budget)
    if given.json:
        print_json(_json(answer, given.exact))
    else:
        cut = [] if answer.complete else ["stopped early: the steps are valid, their ends apart"]
        say("\n".join([repr(game), _text(answer, given.exact), *cut]))
    if given.output:
        if Path(given.output).suffix.lower() in PICTURES:
            continuity_figure(answer, given.output)
        else:
            from certigap.certificates.claims import certificate

            certificate(answer if len(game.states) == 1 else answer.answers[-1]).write(given.output)
        say_written(given)
    return 0


def _json(answer: Any, exact: bool) -> dict[str, Any]:
    players = answer.game.players
    functions = {"delta_sel": answer.delta_sel, "delta_max": answer.delta_max}
    return {
        "eps_max": quantity(answer.radius, exact),
        **{
            name: {
                player: [_step(step, exact) for step in own.steps] for player, own in zip(players, found, strict=True)
            }
            for name, found in functions.items()
        },
        "kappa": {player: quantity(own.value, exact) for player, own in zip(players, answer.kappa, strict=True)},
        "consistent": answer.is_consistent,
        "complete": answer.complete,
    }


def _step(step: Any, exact: bool) -> dict[str, Any]:
    ends = {"from": step.start, "lower": step.lower, "upper": step.upper}
    said: dict[str, Any] = {
        name: quantity(value, exact, name if name != "from" else "") for name, value in ends.items()
    }
    return said | {"open": True} if step.is_open else said


def _text(answer: Any, exact: bool) -> str:
    rows = []
    for i, player in enumerate(answer.game.players):
        for name, found in (("delta_sel", answer.delta_sel[i]), ("delta_max", answer.delta_max[i])):
            for k, step in enumerate(found.steps):
                title = f"{name} of player {player}" if k == 0 else ""
                sign = ">" if step.is_open else ">="
                same = step.lower == step.upper
                ends = [number_text(end, exact) for end in ([step.lower] if same else [step.lower, step.upper])]
                value = ends[0] if same else f"[{ends[0]}, {ends[1]}]"
                rows.append((title, f"eps {sign} {number_text(step.start, exact)}", value))
        at = number_text(answer.radius, exact)
        rows.append((f"kappa of player {player}", f"eps = {at}", interval_text(answer.kappa[i].value, exact)))
    return table(rows)
