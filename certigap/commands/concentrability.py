"""`certigap concentrability`: how far each player alone can raise the occupancy of a state above the expert's."""

import argparse
from typing import Any

from certigap.commands.output import print_json, rational_option, say_written, status
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.model.files.codec import read_game, read_policy
from certigap.report import interval_text, quantity, table

__all__ = ["concentrability"]

_SHOWN = 6  # steps of a path on the terminal, at either end


def concentrability(given: argparse.Namespace) -> int:
    """C_i of every player."""
    from certigap.questions.concentrability import concentrability as coefficients

    check_file(given.output, given.game, given.expert)
    game, ratio = read_game(given.game), rational_option(given.ratio, "--ratio")
    expert = read_policy(given.expert, game)
    with status("concentrability"):
        answer = coefficients(game, expert, ratio=ratio, budget=given.budget)
    if given.json:
        print_json(_json(answer, given.exact))
    else:
        cut = [] if answer.complete else ["stopped early: the intervals are valid, not final"]
        say("\n".join([repr(game), _text(answer, given.exact), *cut]))
    if given.output:
        from certigap.certificates.claims import certificate

        certificate(answer).write(given.output)
        say_written(given)
    return 0


def _json(answer: Any, exact: bool) -> dict[str, Any]:
    pairs = list(zip(answer.game.players, answer.coefficients, strict=True))
    return {
        "concentrability": {
            player: "infinity" if own.is_infinite else quantity(own.value, exact) for player, own in pairs
        },
        "paths": {
            player: {"states": [*own.path[0]], "actions": [*own.path[1]]} for player, own in pairs if own.is_infinite
        },
        "complete": answer.complete,
    }


def _text(answer: Any, exact: bool) -> str:
    rows = []
    for player, own in zip(answer.game.players, answer.coefficients, strict=True):
        value = "infinity" if own.is_infinite else interval_text(own.value, exact)
        rows.append((f"concentrability of player {player}", value))
        if own.is_infinite:
            rows.append(("  a state that the expert never visits", _path(*own.path)))
        elif own.deviation is not None:
            rows.append(("  attained at", answer.game.states[own.deviation.state]))
    return table(rows)


def _path(states: tuple[str, ...], actions: tuple[str, ...]) -> str:
    steps = [f"{state} -({action})->" for state, action in zip(states, actions, strict=False)]
    if len(steps) > 2 * _SHOWN:
        steps = [*steps[:_SHOWN], f"... {len(steps) - 2 * _SHOWN} more ...", *steps[-_SHOWN:]]
    return " ".join([*steps, states[-1]])
