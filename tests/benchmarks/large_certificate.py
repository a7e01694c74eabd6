"""A certificate of many leaves: `python -m tests.benchmarks.large_certificate [leaves] [states] [radius] [seed]`.

The search of a random game with two players and two actions goes on, past any ratio worth having, until its trees hold
that many leaves; then their exact settlement, the certificate's size and the checker are measured.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from certigap.bounds.boxes import BranchSearch
from certigap.bounds.boxes.evidence import boxes_bound
from certigap.certificates import certificate
from certigap.model.files.codec import write_game
from certigap.questions.worst_case.question import worst_case
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget
from tests.helpers.random_games import games_with_experts

CHECKER = Path(__file__).resolve().parents[2] / "certigap" / "checker.py"


def main() -> int:
    given = [*sys.argv[1:5], *["10000", "4", "2/5", "0"][len(sys.argv) - 1 :]]
    wanted, states, eps, seed = int(given[0]), int(given[1]), given[2], int(given[3])
    game, expert = next(iter(games_with_experts(1, seed, states, 2, 2)))
    answer = worst_case(game, expert, eps, ratio=2)
    weights = tuple(max(m, Fraction(0)) for m in answer.occupancy_lower.fractions())
    search = BranchSearch(RegionEngine(game), expert, ErrorBudget(answer.radius, weights))
    began = time.perf_counter()
    search.open_roots()
    search.run(lambda: 0.0, lambda: search.leaves < wanted, lambda player, policy: None)
    searched, began = time.perf_counter() - began, time.perf_counter()
    covers = search.covers()
    settled, upper = time.perf_counter() - began, max(cover.upper for cover in covers)
    answer = replace(
        answer, table=answer.table.joined(boxes_bound(game, covers, answer.occupancy_lower)), upper_name="region"
    )
    answer = replace(answer, interval=replace(answer.interval, upper=upper))
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "large.game.json", Path(folder) / "large.cert.json"
        write_game(game, files[0])
        began = time.perf_counter()
        certificate(answer).write(files[1])
        written, began = time.perf_counter() - began, time.perf_counter()
        done = subprocess.run([sys.executable, "-I", "-S", str(CHECKER), *map(str, files)], check=False)
        checked = time.perf_counter() - began
        size = files[1].stat().st_size / 1e6
    leaves = sum(len(cover.leaves) for cover in covers)
    print(
        f"{leaves} leaves, {size:.1f} MB; search {searched:.1f} s, settlement {settled:.1f} s, writing {written:.1f} s,"
    )
    print(f"checker {checked:.1f} s, exit code {done.returncode}; {answer!r}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
