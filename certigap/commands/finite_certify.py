"""`certigap certify` on a game of finite horizon: the worst NashGap within an error at every step."""

import argparse
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import Measure
from certigap.commands.gaps import worst_json
from certigap.commands.output import print_json, rational_option, say_written, status
from certigap.commands.streams import say
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_up
from certigap.model.finite import FiniteGame, FinitePolicy, read_finite_policy, write_finite_policy
from certigap.model.finite.files import finite_rows_to_json
from certigap.report import interval_text, number_text, quantities, table

__all__ = ["certify_with_horizon"]

_BITS = 256  # of a radius: a longer one makes every number of the proof long
_DIGITS = 15


def certify_with_horizon(given: argparse.Namespace, game: FiniteGame) -> int:
    """The interval, the named bounds, the certificate, the witness."""
    from certigap.certificates.claims import certificate
    from certigap.questions.finite.worst_case import finite_worst_case

    expert = read_finite_policy(given.expert, game)
    own: dict[str, Interval] = {}
    if given.policy is None:
        radius = rational_option(given.eps, "--eps")
    else:
        own = _measured(game, expert, read_finite_policy(given.policy, game), given.measure)
        radius = _short(own["eps"])
    with status("the worst NashGap"):
        answer = finite_worst_case(game, expert, radius, given.measure, budget=given.budget, seed=given.seed)
    if given.json:
        found = worst_json(answer, given.exact, finite_rows_to_json(answer.witness))
        print_json(found | ({"policy": quantities(own, given.exact)} if own else {}))
    else:
        say(f"{game!r}\n{_text(answer, own, given.exact)}")
    if given.output:
        certificate(answer).write(given.output)
        say_written(given)
    if given.witness:
        write_finite_policy(answer.witness, given.witness)
        say_written(given, given.witness)
    return 0


def _measured(game: FiniteGame, expert: FinitePolicy, policy: FinitePolicy, measure: str) -> dict[str, Interval]:
    """A policy's error and its own NashGap."""
    from certigap.semantics.finite import finite_gaps
    from certigap.semantics.finite_errors import finite_errors

    errors = finite_errors(game, expert, policy)
    return {"eps": getattr(errors, f"eps_{Measure.named(measure)}"), "nash_gap": finite_gaps(game, policy).nash_gap}


def _short(error: Interval) -> Fraction:
    upper = error.upper if error.upper is not None else Fraction(2)
    is_short = max(upper.numerator.bit_length(), upper.denominator.bit_length()) <= _BITS
    return upper if is_short else decimal_up(upper, _DIGITS)


def _text(answer: Any, own: dict[str, Interval], exact: bool) -> str:
    label, radius = answer.measure.label, format_rational(answer.radius)
    names = {"eps": f"the policy's eps_{label}", "nash_gap": "the policy's own NashGap"}
    rows = [(names[key], interval_text(value, exact)) for key, value in own.items()]
    rows += [
        ("expert's own NashGap", interval_text(answer.expert_regret, exact)),
        (f"worst NashGap with eps_{label} <= {radius} at every step", interval_text(answer.interval, exact)),
    ]
    rows += [(f"  bound: {name}", number_text(x, exact)) for name, x in answer.bounds.items() if x is not None]
    rows += [(f"  no bound: {name}", why) for name, why in answer.why.items()]
    cut = "" if answer.complete else "\nstopped early: the interval is valid, not final"
    return f"{table(rows)}{cut}"
