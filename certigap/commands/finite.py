"""The commands on games of finite horizon: `gap`, and what it prints."""

import argparse
from typing import TYPE_CHECKING

from certigap.commands.gaps import show_gaps
from certigap.commands.output import plain, print_json, say_written, status
from certigap.commands.policies import policy_text
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.model.finite import FiniteGame, read_finite_policy, write_finite_policy
from certigap.model.finite.files import finite_rows_to_json
from certigap.report import interval_text, quantity, table

if TYPE_CHECKING:
    from certigap.semantics.finite_errors import FiniteErrorsAnswer

__all__ = ["finite_errors_of", "finite_gap", "solve_with_horizon"]


def finite_gap(given: argparse.Namespace, game: FiniteGame) -> int:
    """Player gaps, NashGap and NashConv."""
    from certigap.certificates.claims import certificate
    from certigap.semantics.finite import finite_gaps

    if given.temperature is not None:
        raise InputError("--temperature: expected a game without a horizon, got one with it")
    answer = finite_gaps(game, read_finite_policy(given.policy, game), given.arithmetic)
    show_gaps(given, answer, game.players)
    if given.output:
        certificate(answer, given.claim).write(given.output)
        say_written(given)
    return 0


def finite_errors_of(given: argparse.Namespace, game: FiniteGame) -> "FiniteErrorsAnswer":
    """eps_BC, eps_mu, eps_rho, ValueGap."""
    from certigap.semantics.finite_errors import finite_errors

    expert, policy = (read_finite_policy(path, game) for path in (given.expert, given.policy))
    return finite_errors(game, expert, policy, given.arithmetic)


def solve_with_horizon(given: argparse.Namespace, game: FiniteGame) -> int:
    """An expert by backward induction, with its certified regret."""
    from certigap.certificates.claims import certificate
    from certigap.solve.finite import solve_finite

    if given.temperature is not None or given.method not in ("auto", "backward"):
        raise InputError("--method: expected 'auto' or 'backward' for a game with a horizon, got another")
    with status("solving"):
        answer = solve_finite(game, budget=given.budget, seed=given.seed)
    if given.json:
        facts = {"expert_regret": quantity(answer.regret, given.exact), "method": answer.method}
        print_json({**facts, "policy": finite_rows_to_json(answer.expert), "complete": answer.complete})
    else:
        rows = [("method", answer.method), ("expert's own NashGap", interval_text(answer.regret, given.exact))]
        rows += [(str(key), plain(value)) for key, value in answer.details.items()]
        say(f"{game!r}\n{table(rows)}\nat step 0:\n{policy_text(answer.expert.steps[0])}")
    write_finite_policy(answer.expert, given.output)
    say_written(given)
    if given.certificate:
        certificate(answer.gaps, "equilibrium").write(given.certificate)
        say_written(given, given.certificate)
    return 0
