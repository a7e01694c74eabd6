"""`certigap solve`: an expert of a game, or all of them, with certified regrets."""

import argparse
from fractions import Fraction
from pathlib import Path

from certigap.commands.output import plain, print_json, rational_option, say_written, status
from certigap.errors import InputError
from certigap.model.codec import read_game, write_policy
from certigap.model.game import Game
from certigap.report import interval_text, quantity, table

__all__ = ["solve"]


def solve(given: argparse.Namespace) -> int:
    """One expert, or with `--all` every equilibrium of a normal form."""
    from certigap.certificates.claims import certificate
    from certigap.solve import solve as find

    game = read_game(given.game)
    if given.all:
        return _solve_all(game, given)
    temperature: Fraction | None = None
    if given.temperature is not None:
        temperature = rational_option(given.temperature, "--temperature")
    with status("solving"):
        answer = find(game, given.method, temperature=temperature, budget=given.budget, seed=given.seed)
    write_policy(answer.expert, given.output)
    if given.certificate:
        certificate(answer.gaps, "equilibrium").write(given.certificate)
    if given.json:
        facts = {"expert_regret": quantity(answer.regret, given.exact), "method": answer.method}
        return print_json({**facts, "complete": answer.complete})
    print(repr(game))
    rows = [("method", answer.method), ("expert's own NashGap", interval_text(answer.regret))]
    rows += [(str(key), plain(value)) for key, value in answer.details.items()]
    print(table(rows))
    if not answer.complete:
        print("stopped early: the regret is certified, a better expert may exist")
    say_written(given.output)
    say_written(given.certificate)
    return 0


def _solve_all(game: Game, given: argparse.Namespace) -> int:
    """Equilibria of a one-state game, one policy and one certificate each, in a folder."""
    from certigap.certificates.claims import certificate
    from certigap.solve import equilibria

    if given.certificate or given.temperature is not None or given.method != "auto":
        raise InputError("--all: expected no --method, --temperature or --certificate (each equilibrium gets its own)")
    with status("enumerating equilibria"):
        answer = equilibria(game, budget=given.budget, seed=given.seed)
    folder = Path(given.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be made, got: {error.strerror}") from None
    digits = len(str(len(answer.gaps)))
    for k, own in enumerate(answer.gaps, 1):
        write_policy(own.policy, folder / f"expert-{k:0{digits}}.json")
        certificate(own, "equilibrium").write(folder / f"expert-{k:0{digits}}.cert.json")
    regrets = [quantity(own.nash_gap, given.exact) for own in answer.gaps]
    if given.json:
        facts = {"expert_regrets": regrets, "complete": answer.complete, "reason": answer.reason}
        return print_json(facts)
    print(repr(game))
    print(
        table(
            [
                ("equilibria", str(len(answer.gaps))),
                ("complete", plain(answer.complete) + (f": {answer.reason}" if answer.reason else "")),
            ]
        )
    )
    say_written(str(folder))
    return 0
