"""`certigap best-case`: the least NashGap at a given distance from a Nash equilibrium of a bimatrix game."""

import argparse
from typing import Any

from certigap.commands.output import plain, print_json, progress_line, rational_option, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.exact.rational import format_rational
from certigap.model.files.codec import read_game
from certigap.report import interval_text, number_text, quantity, table

__all__ = ["best_case"]


def best_case(given: argparse.Namespace) -> int:
    """m_rho(game, eps), a proven interval."""
    from certigap.certificates.claims import certificate
    from certigap.questions.best_case import best_case as least_gap

    check_file(given.output, given.game)
    game, eps = read_game(given.game), rational_option(given.eps, "--eps")
    tolerance = rational_option(given.tolerance, "--tolerance")
    with progress_line("the least NashGap") as tell:
        answer = least_gap(game, eps, budget=given.budget, tolerance=tolerance, seed=given.seed, progress=tell)
    if given.json:
        print_json(_json(answer, given.exact))
    else:
        count = str(len(answer.equilibria.equilibria)) if answer.equilibria.is_finite else "infinitely many"
        what = f"least NashGap at distance {format_rational(eps)}"
        rows = [("Nash equilibria", count), (what, _span(answer, given.exact)), ("complete", plain(answer.complete))]
        say(f"{game!r}\n{table(rows + ([('reason', answer.reason)] if answer.reason else []))}")
    if given.output:
        certificate(answer).write(given.output)
        say_written(given)
    return 0


def _json(answer: Any, exact: bool) -> dict[str, Any]:
    ends = {"lower": answer.interval.lower, "upper": answer.interval.upper}
    return {
        **{side: None if end is None else quantity(end, exact, side) for side, end in ends.items()},
        "infinite": answer.is_infinite,
        "equilibria": len(answer.equilibria.equilibria),
        "finitely_many": answer.equilibria.is_finite,
        "complete": answer.complete,
        "reason": answer.reason,
    }


def _span(answer: Any, exact: bool) -> str:
    if answer.is_infinite:
        return "infinity: nothing is that far from an equilibrium"
    if answer.interval.upper is None:
        return f"at least {number_text(answer.interval.lower, exact)}, no witness found"
    return interval_text(answer.interval, exact)
