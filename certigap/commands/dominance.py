"""`certigap dominance`: which actions are dominated, whether the expert is dominant, what elimination leaves."""

import argparse
from typing import Any

from certigap.commands.output import print_json, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.files.codec import read_game, read_policy
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.report import number_text, quantities, table

__all__ = ["dominance"]


def dominance(given: argparse.Namespace) -> int:
    """One state: everything exactly, with or without an expert. Several states: whether the expert is dominant."""
    check_file(given.output, given.game, given.expert)
    game = read_game(given.game)
    expert = None if given.expert is None else read_policy(given.expert, game)
    answer, data, text = _of_one_state(given, game, expert) if len(game.states) == 1 else _of_many(given, game, expert)
    if given.json:
        print_json(data)
    else:
        say(f"{game!r}\n{text}")
    if given.output:
        from certigap.certificates.claims import certificate

        certificate(answer).write(given.output)
        say_written(given)
    return 0


def _of_many(given: argparse.Namespace, game: Game, expert: Policy | None) -> tuple[Any, dict[str, Any], str]:
    from certigap.questions.dominance.markov import markov_dominance

    if expert is None:
        raise InputError(f"dominance: expected --expert for a game of {len(game.states)} states")
    answer = markov_dominance(game, expert, budget=given.budget, seed=given.seed)
    verdicts = dict(zip(game.players, answer.dominant, strict=True))
    rows = [(f"expert of player {player} dominant", verdict) for player, verdict in verdicts.items()]
    return answer, {"dominant": verdicts, "complete": answer.complete}, table(rows)


def _of_one_state(given: argparse.Namespace, game: Game, expert: Policy | None) -> tuple[Any, dict[str, Any], str]:
    from certigap.questions.dominance import dominance as exact_dominance

    answer = exact_dominance(game, expert, elimination=given.elimination, mixed=not given.pure)
    return answer, _json(answer, given.exact), _text(answer, given.exact)


def _json(answer: Any, exact: bool) -> dict[str, Any]:
    game, found = answer.game, answer.elimination
    names = game.actions[0]
    least = {p: None if own is None else own.value for p, own in zip(game.players, answer.least, strict=True)}
    steps = [
        {
            "player": game.players[step.player],
            "action": names[step.player][step.action],
            "mixture": _mixture(names[step.player], step.mixture),
        }
        for step in found.steps
    ]
    return {
        "dominant": dict(zip(game.players, answer.dominant, strict=True)),
        "kappa": quantities(dict(zip(game.players, answer.kappa, strict=True)), exact),
        "least_kappa": quantities(least, exact),
        "dominant_actions": _named(game, answer.dominant_actions),
        "dominated": {
            player: {name: own.dominated[0] for name, own in zip(named, actions, strict=True) if own.dominated}
            for player, named, actions in zip(game.players, names, answer.actions, strict=True)
        },
        "elimination": {
            "strength": found.strength,
            "by": "mixtures" if found.is_mixed else "actions",
            "steps": steps,
            "remaining": _named(game, found.remaining),
            "complete": found.complete,
        },
    }


def _text(answer: Any, exact: bool) -> str:
    game, rows = answer.game, []
    whose = "expert" if answer.expert is not None else "best strategy"
    for i, player in enumerate(game.players):
        verdict, regret = answer.dominant[i], answer.regrets[i]
        rows.append((f"{whose} of player {player} dominant", verdict))
        if verdict != "proven":
            against = ", ".join(f"{other} plays {action}" for other, action in regret.profile.items())
            loss = f"{number_text(regret.kappa, exact)}, against {regret.deviation} when {against}"
            rows.append((f"  kappa of player {player}", loss))
        for name, own in zip(game.actions[0][i], answer.actions[i], strict=True):
            if own.dominated is not None:
                strength, mixture = own.dominated
                by = ", ".join(
                    a if p == "1" else f"{a} ({p})" for a, p in _mixture(game.actions[0][i], mixture).items()
                )
                rows.append((f"  {name} of player {player}", f"dominated by {by}: {strength}"))
    found = answer.elimination
    left = "; ".join(f"{p}: {', '.join(own)}" for p, own in _named(game, found.remaining).items())
    order = "" if found.strength == "strict" else ", in the order of --json"
    rows.append((f"left after {len(found.steps)} steps of {found.strength} elimination{order}", left))
    return table(rows)


def _mixture(names: tuple[str, ...], mixture: Any) -> dict[str, str]:
    pairs = zip(names, mixture.fractions(), strict=True)
    return {name: format_rational(weight) for name, weight in pairs if weight}


def _named(game: Game, lists: Any) -> dict[str, list[str]]:
    pairs = zip(game.players, game.actions[0], lists, strict=True)
    return {player: [names[a] for a in own] for player, names, own in pairs}
