"""`certigap best-case`: the least NashGap at a given distance from a Nash equilibrium of a bimatrix game."""

import argparse

from certigap.commands.output import plain, print_json, progress_line, rational_option, say_written
from certigap.exact.rational import format_rational
from certigap.model.codec import read_game
from certigap.report import interval_text, quantity, table

__all__ = ["best_case"]


def best_case(given: argparse.Namespace) -> int:
    """m_rho(game, eps), a proven interval."""
    from certigap.certificates.claims import certificate
    from certigap.questions.best_case import best_case as least_gap

    game, eps = read_game(given.game), rational_option(given.eps, "--eps")
    tolerance = rational_option(given.tolerance, "--tolerance")
    with progress_line("the least NashGap") as tell:
        answer = least_gap(game, eps, budget=given.budget, tolerance=tolerance, seed=given.seed, progress=tell)
    if given.output:
        certificate(answer).write(given.output)
    found, interval = answer.equilibria, answer.interval
    if given.json:
        ends = {"lower": interval.lower, "upper": interval.upper}
        return print_json(
            {
                **{side: None if end is None else quantity(end, given.exact) for side, end in ends.items()},
                "infinite": answer.is_infinite,
                "equilibria": len(found.equilibria),
                "finitely_many": found.is_finite,
                "complete": answer.complete,
                "reason": answer.reason,
            }
        )
    print(repr(game))
    what = f"least NashGap at distance {format_rational(eps)}"
    shown = "infinity: nothing is that far from an equilibrium" if answer.is_infinite else interval_text(interval)
    count = str(len(found.equilibria)) if found.is_finite else "infinitely many"
    rows = [("Nash equilibria", count), (what, shown), ("complete", plain(answer.complete))]
    print(table(rows + ([("reason", answer.reason)] if answer.reason else [])))
    say_written(given.output)
    return 0
