"""Draw `.github/worst-case.png`, the picture of the README: the frontier of the Tag game (about three minutes)."""

from pathlib import Path

import certigap as cg
from certigap.questions.frontier.figure import frontier_figure
from certigap.questions.frontier.question import frontier
from certigap.report.frontiers import frontier_table

RADII = ["0", "1/100", "1/50", "1/25", "7/100", "1/10", "3/20", "1/4", "2/5"]
SECONDS = 160.0


def main() -> None:
    """Compute the frontier, print it, save the picture beside this file."""
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    answer = frontier(game, expert, RADII, budget=SECONDS)
    print(frontier_table(answer))
    frontier_figure(answer, str(Path(__file__).with_name("worst-case.png")))


if __name__ == "__main__":
    main()
