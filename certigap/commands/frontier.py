"""`certigap frontier`: the worst NashGap over a grid of imitation errors, as a table and a picture."""

import argparse
from pathlib import Path

from certigap.commands.output import print_json, progress_line, rational_option, say_written
from certigap.errors import InputError
from certigap.model.codec import read_game, read_policy
from certigap.report import frontier_figure, frontier_json, frontier_table, interval_text

__all__ = ["frontier"]

_PICTURES = (".png", ".pdf", ".svg")


def frontier(given: argparse.Namespace) -> int:
    """Lower and upper curve of W(eps)."""
    from certigap.questions.frontier import frontier as curves

    _check_picture(given.output)
    game, largest = read_game(given.game), rational_option(given.eps_max, "--eps-max")
    expert = read_policy(given.expert, game)
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
        )
    if given.output:
        frontier_figure(answer, given.output)
    if given.json:
        return print_json(frontier_json(answer, given.exact))
    print(repr(game))
    print(f"expert's own NashGap: {interval_text(answer.expert_regret)}")
    print(frontier_table(answer))
    if not answer.complete:
        print("stopped early: the intervals are valid, not final")
    say_written(given.output)
    return 0


def _check_picture(path: str | None) -> None:
    """Refuse before the work what could not be written after it."""
    if path is None:
        return
    if Path(path).suffix.lower() not in _PICTURES:
        raise InputError(f"{path}: expected a name that ends in {', '.join(_PICTURES)}")
    if not Path(path).parent.is_dir():
        raise InputError(f"{path}: expected a folder {Path(path).parent}, got none")
