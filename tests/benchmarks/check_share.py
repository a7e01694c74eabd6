"""What the check of an array game's NashGap costs beside its solution, in seconds of wall and of processor.

    python tests/benchmarks/check_share.py [STATES ..] [--rounds 5] [--discount 99/100]

Solution: every player's value and best response, certified, the game in memory. Check: all of `array_checker.py` but
reading its files (the hash of the game is part of it). One run, the two alternated, medians. Families: random (4
actions, 5 successors: mixes fast, so that a solution takes few sweeps) and grid (3 actions: mixes slowly).
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from certigap import array_checker
from certigap.certificates.array_gaps import array_gaps_certificate
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game
from certigap.model.large.families import grid_game, random_game
from certigap.semantics.array_gaps import array_gaps

Clock = tuple[float, float]
READ = array_checker.read


def clock() -> Clock:
    return time.perf_counter(), time.process_time()


def seconds(work: Callable[[], Any]) -> Clock:
    """Of wall and of processor."""
    began = clock()
    work()
    ended = clock()
    return ended[0] - began[0], ended[1] - began[1]


class Files:
    """The files, read once: the checker's `read` is given what it read before."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def read(self, path: str, *choices: dict[str, str]) -> Any:
        if path not in self.found:
            self.found[path] = READ(path, *choices)
        return self.found[path]


def compare(name: str, game: ArrayGame, rounds: int) -> None:
    policy = ArrayPolicy.uniform(game)
    with tempfile.TemporaryDirectory() as folder:
        paths = f"{folder}/game.npz", f"{folder}/gap.npz"
        write_array_game(game, paths[0])
        array_gaps_certificate(array_gaps(game, policy)).write(paths[1])
        array_checker.read = Files().read  # type: ignore[assignment]

        def check() -> None:
            array_checker.check(array_checker.Game(paths[0]), paths[1], {})

        check()  # reads
        times: dict[str, list[Clock]] = {"solution": [], "check": []}
        for _ in range(rounds):
            times["solution"].append(seconds(lambda: array_gaps(game, policy)))
            times["check"].append(seconds(check))
    for place, kind in enumerate(("wall", "CPU")):
        solution, checked = (statistics.median(each[place] for each in times[who]) for who in ("solution", "check"))
        print(
            f"{name:7} {game.states:9} states  {kind:4}  solution {solution:8.3f} s  check {checked:8.3f} s  "
            f"share {100 * checked / solution:5.1f} %",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("states", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--discount", default="99/100")
    given = parser.parse_args()
    for states in given.states:
        compare("random", random_game(states, 4, 5, discount=given.discount), given.rounds)
        compare("grid", grid_game(int(states**0.5), discount=given.discount), given.rounds)


if __name__ == "__main__":
    main()
