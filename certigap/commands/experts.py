"""`certigap solve`: an expert of a game, or all of them, with certified regrets."""

import argparse
from fractions import Fraction
from pathlib import Path

from certigap.commands.finite import solve_with_horizon
from certigap.commands.output import plain, print_json, rational_option, say_written, status
from certigap.commands.policies import policy_text
from certigap.commands.streams import say
from certigap.commands.targets import check_file, check_folder, is_same_file
from certigap.errors import InputError
from certigap.model.files.codec import policy_rows_to_json, read_game, write_policy
from certigap.model.finite import FiniteGame, read_any_game
from certigap.report import interval_text, quantity, table

__all__ = ["solve"]

_LISTED = 10  # equilibria: more do not fit a screen


def solve(given: argparse.Namespace) -> int:
    """One expert, or with `--all` every equilibrium of a normal form."""
    from certigap.certificates.claims import certificate
    from certigap.solve import solve as find

    if given.all:
        return _solve_all(given)
    check_file(given.output, given.game)
    check_file(given.certificate, given.game, option="--certificate")
    if given.certificate and is_same_file(given.output, given.certificate):
        raise InputError(f"--certificate: expected a file other than that of -o, got {given.certificate}")
    game = read_any_game(given.game)
    if isinstance(game, FiniteGame):
        return solve_with_horizon(given, game)
    temperature: Fraction | None = None
    if given.temperature is not None:
        temperature = rational_option(given.temperature, "--temperature")
    with status("solving"):
        answer = find(game, given.method, temperature=temperature, budget=given.budget, seed=given.seed)
    if given.json:
        facts = {"expert_regret": quantity(answer.regret, given.exact), "method": answer.method}
        facts |= {"policy": policy_rows_to_json(answer.expert)}
        print_json({**facts, "complete": answer.complete})
    else:
        rows = [("method", answer.method), ("expert's own NashGap", interval_text(answer.regret, given.exact))]
        rows += [(str(key), plain(value)) for key, value in answer.details.items()]
        cut = "" if answer.complete else "\nstopped early: the regret is certified, a better expert may exist"
        say(f"{game!r}\n{table(rows)}{cut}\n{policy_text(answer.expert)}")
    write_policy(answer.expert, given.output)
    say_written(given)
    if given.certificate:
        certificate(answer.gaps, "equilibrium").write(given.certificate)
        say_written(given, given.certificate)
    return 0


def _solve_all(given: argparse.Namespace) -> int:
    """Equilibria of a one-state game, one policy and one certificate each, in a folder."""
    from certigap.certificates.claims import certificate
    from certigap.solve import equilibria

    if given.certificate or given.temperature is not None or given.method != "auto":
        raise InputError("--all: expected no --method, --temperature or --certificate (each equilibrium gets its own)")
    check_folder(given.output)
    game = read_game(given.game)
    with status("enumerating equilibria"):
        answer = equilibria(game, budget=given.budget, seed=given.seed)
    if given.json:
        regrets = [quantity(own.nash_gap, given.exact) for own in answer.gaps]
        found = [policy_rows_to_json(policy) for policy in answer.equilibria]
        facts = {"equilibria": found, "expert_regrets": regrets}
        print_json({**facts, "complete": answer.complete, "reason": answer.reason})
    else:
        rows = [
            ("equilibria", str(len(answer.gaps))),
            ("complete", plain(answer.complete) + (f": {answer.reason}" if answer.reason else "")),
        ]
        listed = [f"equilibrium {k}\n{policy_text(policy)}" for k, policy in enumerate(answer.equilibria[:_LISTED], 1)]
        more = len(answer.equilibria) - _LISTED
        listed += [f"and {more} more equilibria, in {given.output}"] if more > 0 else []
        say("\n".join([repr(game), table(rows), *listed]))
    folder = Path(given.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be made, got: {error.strerror}") from None
    digits = len(str(len(answer.gaps)))
    for k, own in enumerate(answer.gaps, 1):
        write_policy(own.policy, folder / f"expert-{k:0{digits}}.json")
        certificate(own, "equilibrium").write(folder / f"expert-{k:0{digits}}.cert.json")
    say_written(given)
    return 0
