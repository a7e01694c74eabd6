"""`certigap frontier`: the worst NashGap over a grid of imitation errors, as a table and a picture."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from certigap.commands.output import PICTURES, print_json, progress_line, rational_option, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file, check_folder
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.files.codec import read_game, read_policy
from certigap.questions.frontier.figure import frontier_figure
from certigap.report import interval_text
from certigap.report.frontiers import frontier_json, frontier_table

if TYPE_CHECKING:
    from certigap.questions.frontier.question import FrontierAnswer

__all__ = ["frontier"]


def frontier(given: argparse.Namespace) -> int:
    """Lower and upper curve of W(eps)."""
    from certigap.certificates.known import read_known
    from certigap.questions.frontier.question import frontier as curves

    check_file(given.output, given.game, given.expert)
    _check_picture(given.output)
    if given.certificates is not None:
        check_folder(given.certificates, "--certificates")
    game, largest = read_game(given.game), rational_option(given.eps_max, "--eps-max")
    expert = read_policy(given.expert, game)
    known = read_known(game, expert, given.known)
    with progress_line("the worst NashGap") as tell:
        answer = curves(
            game,
            expert,
            eps_max=largest,
            points=given.points,
            measure=given.measure,
            budget=given.budget,
            seed=given.seed,
            progress=tell,
            known=known,
        )
    if given.json:
        print_json(frontier_json(answer, given.exact))
    else:
        own = f"expert's own NashGap: {interval_text(answer.expert_regret, given.exact)}"
        cut = [] if answer.complete else ["stopped early: the intervals are valid, not final"]
        say("\n".join([repr(game), own, frontier_table(answer, given.exact), *cut]))
    if given.output:
        frontier_figure(answer, given.output)
        say_written(given)
    if given.certificates:
        say_written(given, *_certificates(answer, Path(given.certificates)))
    return 0


def _certificates(answer: "FrontierAnswer", folder: Path) -> list[str]:
    """A certificate for each radius, of what was proven there: `bc-1-20.cert.json`."""
    from certigap.certificates.claims import certificate

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for point in answer.points:
        eps = format_rational(point.radius).replace("/", "-")
        written.append(str(folder / f"{answer.measure}-{eps}.cert.json"))
        certificate(point.answer).write(written[-1])
    return written


def _check_picture(path: str | None) -> None:
    """Refuse a kind of picture that cannot be drawn."""
    if path is not None and Path(path).suffix.lower() not in PICTURES:
        raise InputError(f"{path}: expected a name that ends in {', '.join(PICTURES)}")
