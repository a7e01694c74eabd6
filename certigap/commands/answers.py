"""`certigap gap`, `errors`, `certify`: read a game and policies, answer, print, write the certificate."""

import argparse
from typing import Any

from certigap.commands.output import print_json, progress_line, rational_option, say_written
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.codec import read_game, read_policy
from certigap.report import interval_text, number_text, quantities, quantity, table

__all__ = ["certify", "certify_json", "certify_text", "errors", "gap", "worst_case_of"]

_OPTIONAL = ("occupancy", "vertices")  # computed where they may help, no hypothesis to be proved


def gap(given: argparse.Namespace) -> int:
    """Player gaps, NashGap, NashConv."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import gaps

    game = read_game(given.game)
    answer = gaps(game, read_policy(given.policy, game), method=given.method)
    if given.output:
        certificate(answer, given.claim).write(given.output)
    named = dict(zip(game.players, answer.player_gaps, strict=True))
    totals = {"nash_gap": answer.nash_gap, "nash_conv": answer.nash_conv}
    if given.json:
        return print_json(quantities(totals, given.exact) | {"player_gaps": quantities(named, given.exact)})
    rows = [(f"gap of player {player}", interval_text(value)) for player, value in named.items()]
    print(repr(game))
    print(table([*rows, ("NashGap", interval_text(answer.nash_gap)), ("NashConv", interval_text(answer.nash_conv))]))
    say_written(given.output)
    return 0


def errors(given: argparse.Namespace) -> int:
    """eps_BC, eps_mu, eps_rho, ValueGap."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import matching_errors

    game = read_game(given.game)
    expert, policy = read_policy(given.expert, game), read_policy(given.policy, game)
    answer = matching_errors(game, expert, policy, method=given.method)
    if given.output:
        certificate(answer).write(given.output)
    names = {"eps_bc": "eps_BC", "eps_mu": "eps_mu", "eps_rho": "eps_rho", "value_gap": "ValueGap"}
    if given.json:
        return print_json(quantities({name: getattr(answer, name) for name in names}, given.exact))
    print(repr(game))
    print(table([(title, interval_text(getattr(answer, name))) for name, title in names.items()]))
    say_written(given.output)
    return 0


def certify(given: argparse.Namespace) -> int:
    """The worst case over an error ball."""
    from certigap.certificates.claims import certificate

    game = read_game(given.game)
    answer = worst_case_of(game, read_policy(given.expert, game), given)
    if given.output:
        certificate(answer).write(given.output)
    if given.json:
        return print_json(certify_json(answer, given.exact))
    print(repr(game))
    print(certify_text(answer))
    say_written(given.output)
    return 0


def worst_case_of(game: Any, expert: Any, given: argparse.Namespace) -> Any:
    from certigap.questions.worst_case import worst_case

    eps, ratio = rational_option(given.eps, "--eps"), rational_option(given.ratio, "--ratio")
    with progress_line("the worst NashGap") as tell:
        return worst_case(game, expert, eps, given.measure, given.budget, given.seed, ratio, tell)


def certify_json(answer: Any, exact: bool) -> dict[str, Any]:
    return {
        "lower": quantity(answer.interval.lower, exact),
        "upper": quantity(answer.interval.upper, exact),
        "bounds": quantities(answer.bounds, exact),
        "expert_regret": quantity(answer.expert_regret, exact),
        "complete": answer.complete,
    }


def certify_text(answer: Any) -> str:
    measure = {"bc": "BC"}.get(answer.measure, answer.measure)
    rows = [
        ("expert's own NashGap", interval_text(answer.expert_regret)),
        (f"worst NashGap with eps_{measure} <= {format_rational(answer.radius)}", _span(answer.interval)),
    ]
    known = [(f"  bound: {name}", number_text(value)) for name, value in answer.bounds.items() if value is not None]
    unproven = [name for name, value in answer.bounds.items() if value is None and name not in _OPTIONAL]
    lines = [] if not unproven else [("  not proven here", ", ".join(unproven))]
    lines += [(f"  no bound: {name}", reason) for name, reason in answer.table.notes.items()]
    return table(rows + known + lines) + (
        "" if answer.complete else "\nstopped early: the interval is valid, not final"
    )


def _span(interval: Interval) -> str:
    if interval.lower and interval.upper is not None:
        return f"{interval_text(interval)}, upper/lower {float(interval.upper / interval.lower):.3f}"
    return interval_text(interval)
