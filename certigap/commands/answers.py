"""`certigap gap`, `errors`, `certify`: read a game and policies, answer, print, write the certificate."""

import argparse
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from certigap.commands.array_games import array_certify, array_errors, array_gap
from certigap.commands.carriers import rows_json, rows_text, warn_of_idle
from certigap.commands.entropy import regularised_gap
from certigap.commands.finite import finite_errors_of, finite_gap
from certigap.commands.finite_certify import certify_with_horizon
from certigap.commands.gaps import show_errors, show_gaps, worst_json
from certigap.commands.imitator import measured
from certigap.commands.output import print_json, progress_line, rational_option, say_written
from certigap.commands.policies import witness_text
from certigap.commands.streams import say
from certigap.commands.targets import check_file, is_same_file
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json, read_policy, write_policy
from certigap.model.files.json_node import printable
from certigap.model.finite import FiniteGame, read_any_game
from certigap.model.large.container import is_array_file
from certigap.report import interval_text, number_text, quantity, table
from certigap.semantics.idle import RowError

__all__ = ["certify", "certify_json", "certify_text", "errors", "gap", "worst_case_of"]


def gap(given: argparse.Namespace) -> int:
    """Player gaps, NashGap, NashConv."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import gaps

    check_file(given.output, given.game, given.policy)
    if is_array_file(given.game):
        return array_gap(given)
    if given.width is not None:
        raise InputError("--width: expected an array game, got another file: its gaps are exact, or 1e-17 wide")
    game = read_any_game(given.game)
    if isinstance(game, FiniteGame):
        return finite_gap(given, game)
    policy = read_policy(given.policy, game)
    if given.temperature is not None:
        return regularised_gap(given, game, policy)
    answer = gaps(game, policy, arithmetic=given.arithmetic)
    show_gaps(given, answer, game.players)
    if given.output:
        certificate(answer, given.claim).write(given.output)
        say_written(given)
    return 0


def errors(given: argparse.Namespace) -> int:
    """eps_BC, eps_mu, eps_rho, ValueGap."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import matching_errors
    from certigap.semantics.idle import row_errors

    check_file(given.output, given.game, given.expert, given.policy)
    if is_array_file(given.game):
        return array_errors(given)
    game = read_any_game(given.game)
    answer: Any
    rows_of: Sequence[RowError] = ()
    if isinstance(game, FiniteGame):
        _without(given, "idle", "keep")
        answer = finite_errors_of(given, game)
    else:
        expert, policy = read_policy(given.expert, game), read_policy(given.policy, game)
        answer = matching_errors(game, expert, policy, arithmetic=given.arithmetic, idle=given.idle)
        rows_of = row_errors(answer)
        warn_of_idle(rows_of)
    if isinstance(game, FiniteGame):
        show_errors(given, answer)
    else:
        show_errors(given, answer, rows_json(rows_of), rows_text(rows_of))
    if given.output:
        certificate(answer).write(given.output)
        say_written(given)
    return 0


def certify(given: argparse.Namespace) -> int:
    """The worst case over an error ball, of a given radius or of a given imitator's error."""
    from certigap.certificates.claims import certificate

    check_file(given.output, given.game, given.expert, given.policy)
    check_file(given.witness, given.game, given.expert, given.policy, option="--witness")
    if given.output and given.witness and is_same_file(given.output, given.witness):
        raise InputError(f"--witness: expected a file other than that of -o, got {printable(given.witness)}")
    if is_array_file(given.game):
        return array_certify(given)
    game = read_any_game(given.game)
    if isinstance(game, FiniteGame):
        _without(given, "idle", "keep")
        _without(given, "known", [])
        return certify_with_horizon(given, game)
    expert = read_policy(given.expert, game)
    imitator = (
        None
        if given.policy is None
        else measured(game, expert, read_policy(given.policy, game), given.measure, given.idle)
    )
    radius = rational_option(given.eps, "--eps") if imitator is None else imitator.radius
    answer, zero = _with_zero(game, expert, radius, given)
    if given.json:
        about = {} if imitator is None else imitator.to_json(given.exact)
        print_json(certify_json(answer, given.exact) | {"at_zero": quantity(zero, given.exact), **about})
    else:
        own = "" if imitator is None else f"{imitator.text(given.exact)}\n"
        text = certify_text(answer, rational_option(given.ratio, "--ratio"), given.exact, zero)
        say(f"{game!r}\n{own}{text}\n{witness_text(answer)}")
    if given.output:
        certificate(answer).write(given.output)
        say_written(given)
    if given.witness:
        write_policy(answer.witness, given.witness)
        say_written(given, given.witness)
    return 0


def _with_zero(game: Any, expert: Any, eps: Fraction, given: argparse.Namespace) -> tuple[Any, Interval]:
    """The answer, and W(0), on which a fifth of the budget is spent, or as much as on the answer.

    After an interrupt nothing more is searched: W(0) then lies between the expert's own gap and the answer's upper end.
    """
    from certigap.certificates.known import read_known
    from certigap.questions.worst_case.off_path import has_off_path, with_zero
    from certigap.work.deadline import Deadline

    known = read_known(game, expert, given.known)
    deadline = Deadline(given.budget)
    fifth = deadline.left / 5
    if eps > 0 and has_off_path(expert, given.measure):
        given.budget = deadline.left - fifth
    answer = worst_case_of(game, expert, eps, given, known)
    interrupted = not answer.complete and answer.seconds < given.budget
    try:
        return with_zero(answer, 0 if interrupted else min(deadline.left, max(fifth, answer.seconds)))
    except KeyboardInterrupt:
        return answer, Interval(answer.expert_regret.lower, answer.interval.upper)


def _without(given: argparse.Namespace, option: str, default: Any) -> None:
    """Refuse an option that games of finite horizon do not have."""
    if getattr(given, option) != default:
        raise InputError(f"--{option}: expected a discounted game, got one of finite horizon")


def worst_case_of(game: Any, expert: Any, eps: Fraction, given: argparse.Namespace, known: Any = ()) -> Any:
    from certigap.questions.worst_case.question import worst_case

    ratio = rational_option(given.ratio, "--ratio")
    with progress_line("the worst NashGap") as tell:
        return worst_case(
            game,
            expert,
            eps,
            measure=given.measure,
            budget=given.budget,
            seed=given.seed,
            ratio=ratio,
            progress=tell,
            known=known,
            scheduler=getattr(given, "scheduler", None),
        )


def certify_json(answer: Any, exact: bool) -> dict[str, Any]:
    witness = policy_rows_to_json(answer.witness)
    return worst_json(answer, exact, witness) | {"witness_player": answer.game.players[answer.witness_player]}


def certify_text(answer: Any, ratio: Fraction, exact: bool = False, zero: Interval | None = None) -> str:
    """The interval, the named bounds, and why the work ended where its interval is wider than `ratio` asks.

    `zero`: W(0), which is shown where it is not the expert's own gap.
    """
    off_path = zero is not None and answer.radius > 0 and zero != answer.expert_regret
    rows = [
        ("expert's own NashGap", interval_text(answer.expert_regret, exact)),
        *([("worst NashGap at no error, off the expert's path", _span(zero, exact))] if zero and off_path else []),
        (
            f"worst NashGap with eps_{answer.measure.label} <= {format_rational(answer.radius)}",
            _span(answer.interval, exact),
        ),
    ]
    bounds = answer.bounds.items()
    known = [(f"  bound: {name}", number_text(value, exact)) for name, value in bounds if value is not None]
    missed = [(f"  no bound: {one.name}", one.why) for one in answer.table.bounds.values() if one.is_missed]
    return "\n".join([table(rows + known + missed), *_not_reached(answer), *_ending(answer, ratio)])


def _not_reached(answer: Any) -> list[str]:
    """The bounds that nobody came to, in a line."""
    from certigap.bounds.table import NOT_REACHED

    names = [name for name, why in answer.why.items() if why == NOT_REACHED]
    return [f"  no bound: {', '.join(names)}: {NOT_REACHED}"] if names else []


def _span(interval: Interval, exact: bool) -> str:
    text = interval_text(interval, exact)
    if interval.lower and interval.upper is not None and not interval.is_exact:
        return f"{text}, upper/lower {float(interval.upper / interval.lower):.3f}"
    return text


def _ending(answer: Any, ratio: Fraction) -> list[str]:
    """The line that says why the interval is not tighter, if it is not as tight as was asked."""
    from certigap.questions.worst_case.limits import short_width

    if not answer.complete:
        return ["stopped early: the interval is valid, not final"]
    lower, upper = answer.interval.lower, answer.interval.upper
    if upper <= ratio * lower or upper - lower <= short_width(answer.game):
        return []
    return [f"ended after {answer.seconds:.0f} s: nothing it knows brings the ends closer at a fair rate"]
