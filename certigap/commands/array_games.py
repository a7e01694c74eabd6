"""`certigap gap`, `errors` and `certify` on an array game: policies are `.npz` files, or `uniform`."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from certigap.commands.gaps import show_errors, show_gaps, worst_json
from certigap.commands.interrupts import ended_by_interrupt
from certigap.commands.output import print_json, rational_option, say_written, status
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.exact.brief import number_brief
from certigap.model.large import ArrayGame, ArrayPolicy, read_array_game, read_array_policy, write_array_policy
from certigap.report import interval_text, number_text, table

__all__ = ["array_certify", "array_errors", "array_gap"]


def array_gap(given: argparse.Namespace) -> int:
    """Player gaps, NashGap and NashConv as intervals."""
    from certigap.certificates.array_gaps import array_gaps_certificate
    from certigap.semantics.array_gaps import array_gaps

    if given.temperature is not None or given.arithmetic == "exact" or given.claim != "nash-gap":
        raise InputError("an array game: expected its nash-gap, enclosed, without entropies, got another question")
    game = read_array_game(given.game)
    policy = _policy(given.policy, game)
    answer = array_gaps(game, policy, None if given.width is None else rational_option(given.width, "--width"))
    show_gaps(given, answer, tuple(str(i + 1) for i in range(len(answer.player_gaps))))
    if answer.wide:
        print("certigap: warning: an interval is wider than --width: floats find none narrower", file=sys.stderr)
    if given.output:
        array_gaps_certificate(answer).write(given.output)
        say_written(given)
    return 0


def array_errors(given: argparse.Namespace) -> int:
    """eps_BC, eps_mu, eps_rho and ValueGap as intervals."""
    from certigap.semantics.array_errors import array_errors as errors_of

    if given.arithmetic == "exact" or given.idle != "keep":
        raise InputError("an array game: expected its errors enclosed, without --idle, got another question")
    if given.output:
        raise InputError("-o: expected no certificate of an array game's errors, which have none, got a file")
    game = read_array_game(given.game)
    show_errors(given, errors_of(game, _policy(given.expert, game), _policy(given.policy, game)))
    return 0


def array_certify(given: argparse.Namespace) -> int:
    """The worst case over an error ball: the interval, the certificate, the witness."""
    from certigap.certificates.array_worst_case import array_worst_case_certificate
    from certigap.questions.array_worst_case.question import array_worst_case, imitation_error
    from certigap.work.deadline import Deadline

    if given.known or given.scheduler or given.idle != "keep":
        raise InputError("an array game: expected no --known, --scheduler or --idle, got one of them")
    deadline = Deadline(given.budget)
    game = read_array_game(given.game)
    expert = _policy(given.expert, game)
    if given.policy is None:
        radius = rational_option(given.eps, "--eps")
    else:
        radius = imitation_error(game, expert, _policy(given.policy, game), deadline.share(0.2), given.measure)
    with status("the worst NashGap"), ended_by_interrupt(deadline):
        answer = array_worst_case(game, expert, radius, deadline, given.measure)
    if given.json:
        print_json(worst_json(answer, given.exact, {"player": str(answer.witness_player + 1)}))
    else:
        say(f"{game!r}\n{_text(answer, given.exact)}")
    if given.output:
        array_worst_case_certificate(answer).write(given.output)
        say_written(given)
    if given.witness:
        write_array_policy(answer.witness.policy, given.witness, game)
        say_written(given, given.witness)
    return 0


def _policy(named: str, game: ArrayGame) -> ArrayPolicy:
    return ArrayPolicy.uniform(game) if named == "uniform" else read_array_policy(named, game)


def _missed(why: Mapping[str, str]) -> dict[str, list[str]]:
    """By reason, the names."""
    return {reason: [name for name, own in why.items() if own == reason] for reason in why.values()}


def _text(answer: Any, exact: bool) -> str:
    error = f"eps_{answer.measure.label} <= {number_brief(answer.radius)}"
    rows = [
        ("expert's own NashGap", interval_text(answer.expert_regret, exact)),
        (f"worst NashGap with {error}", interval_text(answer.interval, exact)),
    ]
    rows += [(f"  bound: {name}", number_text(x, exact)) for name, x in answer.bounds.items() if x is not None]
    missed = "".join(f"\n  no bound: {', '.join(names)}: {why}" for why, names in _missed(answer.why).items())
    cut = "" if answer.complete else "\nstopped early: the interval is valid, not final"
    return f"{table(rows)}{missed}{cut}"
