"""How near the certified ends of the worst case come: families of random games, the whole distribution of each.

    python -m tests.benchmarks.branch_and_bound [FAMILY..] [--eps E] [--games 30] [--seed 0] [--budget S]
        [--ratio 201/200] [--out ROWS.jsonl] [--check] [--summary]

Families, states x actions x players, discount 4/5: 2x2x2, 4x2x2, 3x3x2, 2x2x3 with pure equilibria as experts,
zero-sum (2 states, 3x3) with mixed ones. A game is named by family, eps, seed and number; the same name is the same
game on every machine.

One row a game: the ends, their ratio, their distance over the trivial bound, seconds from the call to the written
certificate (after one call that compiles), leaves, bytes; with `--check` the checker's seconds, and the run stops if it
does not say valid. `--out` appends every row as soon as it is known and skips the games that the file already has
(under the same budget and ratio), so a run that was cut goes on where it stopped; `--summary` only reads the file.

The summary gives count, smallest, median, 90th percentile and largest of ratio and seconds, the worst games by name,
every goal with its verdict (a game later than the family's seconds fails it too), and how many games are above the
hard limit. An interval of 1e-6 of the trivial bound is closed, whatever its ratio. Exit code 1 if a goal is missed.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certigap.certificates import certificate, verify
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import WorstCaseAnswer, worst_case
from certigap.solve import solve
from tests.helpers.random_games import games_with_experts, random_game

Row = dict[str, Any]
CLOSED = 1e-6  # of the trivial bound
SAME = ("family", "eps", "seed", "game", "budget", "target")  # what names a row


@dataclass(frozen=True)
class Family:
    """Random games of one shape; `goals`: (quantile, largest ratio allowed there)."""

    states: int
    actions: int
    players: int
    radii: tuple[str, ...]
    seconds: float
    goals: tuple[tuple[float, float], ...]
    zero_sum: bool = False

    @property
    def limit(self) -> float:
        """The ratio that no game may exceed."""
        return max(ratio for _, ratio in self.goals)

    def games(self, count: int, seed: int) -> Iterator[tuple[Game, Policy]]:
        """The first `count` games of a seed with their experts."""
        if not self.zero_sum:
            yield from games_with_experts(count, seed, self.states, self.actions, self.players)
            return
        rng = np.random.default_rng(seed)
        for _ in range(count):
            game = zero_sum_game(rng, self.states, self.actions)
            yield game, solve(game).expert


SMALL = ("1/50", "1/10", "2/5")
FAMILIES = {
    "2x2x2": Family(2, 2, 2, SMALL, 5, ((0.9, 1.005), (1, 1.05))),
    "4x2x2": Family(4, 2, 2, SMALL, 60, ((0.5, 1.05), (1, 1.15))),
    "3x3x2": Family(3, 3, 2, ("1/20",), 60, ((1, 1.15),)),
    "2x2x3": Family(2, 2, 3, ("1/20",), 60, ((1, 1.15),)),
    "zero-sum": Family(2, 3, 2, ("1/20",), 60, ((1, 1.2),), zero_sum=True),
}


def zero_sum_game(rng: np.random.Generator, states: int, actions: int, discount: str = "4/5") -> Game:
    """The first player's rewards and all transitions as in `random_game`; the second one loses what the first wins."""
    base = random_game(rng, states, actions, 2, discount)

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        actions_of = base.actions[base.states.index(state)]
        row = base.layout.row(base.states.index(state), (actions_of[0].index(joint[0]), actions_of[1].index(joint[1])))
        following = {base.states[t]: p for t, p in base.transitions.row(row).items()}
        return [base.reward(0, row), -base.reward(0, row)], following

    return markov_game(
        players=list(base.players),
        states=list(base.states),
        actions=[list(own) for own in base.actions[0]],
        outcome=outcome,
        discount=discount,
        initial=dict(zip(base.states, base.initial.fractions(), strict=True)),
    )


def measure(game: Game, expert: Policy, eps: str, budget: float, ratio: str, check: bool) -> Row:
    """The interval of one game, its certificate's size and what they cost."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worst.cert.json"
        began = time.perf_counter()
        answer = worst_case(game, expert, eps, budget=budget, ratio=ratio)
        certificate(answer).write(path)
        row = {**ends(answer), "seconds": time.perf_counter() - began, "bytes": path.stat().st_size}
        if check:
            began = time.perf_counter()
            verdict = verify(game, path, expert=expert)[0]
            row["check_seconds"] = time.perf_counter() - began
            if not verdict.is_valid:
                raise SystemExit(f"checker: {verdict}")
    return row


def ends(answer: WorstCaseAnswer) -> Row:
    """The interval in numbers; `ratio` is null where the lower end is 0 and the upper one is not."""
    lower, upper = answer.interval.lower or Fraction(0), answer.interval.upper
    trivial = answer.bounds["trivial"]
    if upper is None or trivial is None:
        raise SystemExit(f"expected an upper end and the trivial bound, got {answer}")
    return {
        "lower": float(lower),
        "upper": float(upper),
        "ratio": float(upper / lower) if lower else None if upper else 1.0,
        "width": float((upper - lower) / trivial) if trivial else 0.0,
        "by": answer.upper_name,
        "leaves": sum(len(cover.leaves) for cover in getattr(answer, "covers", None) or ()),
    }


class Rows:
    """The rows of this run and of the file that it continues."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
        whole = text.splitlines(keepends=True)
        if whole and not whole[-1].endswith("\n"):  # the run was cut while it wrote this line
            whole.pop()
            Path(str(path)).write_text("".join(whole), encoding="utf-8")
        self.rows: dict[tuple[Any, ...], Row] = {}
        for line in whole:
            self.keep(json.loads(line))

    def keep(self, row: Row) -> None:
        self.rows[tuple(row[key] for key in SAME)] = row

    def add(self, row: Row) -> None:
        self.keep(row)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def has(self, names: Row) -> bool:
        return tuple(names[key] for key in SAME) in self.rows

    def of(self, settings: Row) -> list[Row]:
        """The rows of these settings, of every seed."""
        keys = [key for key in settings if key != "seed"]
        return [row for row in self.rows.values() if all(row[key] == settings[key] for key in keys)]


def settings_of(name: str, eps: str, given: argparse.Namespace) -> Row:
    """What the rows of one run have in common."""
    ratio = given.ratio or "201/200"
    budget = FAMILIES[name].seconds if given.budget is None else given.budget
    return {"family": name, "eps": eps, "seed": given.seed, "budget": budget, "target": ratio}


def run(rows: Rows, settings: Row, games: int, check: bool) -> None:
    """Measure the games that are not yet among the rows."""
    names = [{**settings, "game": number} for number in range(games)]
    if all(map(rows.has, names)):
        return
    eps, budget, ratio = (settings[key] for key in ("eps", "budget", "target"))
    for own, (game, expert) in zip(names, FAMILIES[settings["family"]].games(games, settings["seed"]), strict=True):
        if own["game"] == 0:
            worst_case(game, expert, eps, ratio="11/10")  # compiles
        if not rows.has(own):
            row = {**own, **measure(game, expert, eps, budget, ratio, check)}
            rows.add(row)
            print(title(row), *(f"{key} {row[key]}" for key in ("ratio", "seconds", "leaves")), flush=True)


def title(row: Row) -> str:
    """The game by name."""
    return f"{row['family']} eps {row['eps']} seed {row['seed']} game {row['game']}"


def ratio_of(row: Row) -> float:
    """Upper over lower end, infinite above a lower end of 0."""
    return float("inf") if row["ratio"] is None else float(row["ratio"])


def is_above(row: Row, limit: float) -> bool:
    """The ratio exceeds a limit and the interval is not closed."""
    return ratio_of(row) > limit and row["width"] > CLOSED


def is_late(row: Row, family: Family) -> bool:
    """The certificate was written after the family's time."""
    return bool(row["seconds"] > family.seconds)


def quantiles(values: Iterable[float]) -> str:
    """Smallest, median, 90th percentile, largest: each a value that occurs (the next larger one)."""
    ordered = sorted(values)
    return " ".join(f"{at(ordered, q):.5g}" for q in (0, 0.5, 0.9, 1))


def at(ordered: list[float], quantile: float) -> float:
    """The smallest value that at least this part of all do not exceed."""
    return ordered[max(0, int(np.ceil(quantile * len(ordered))) - 1)]


def summary(rows: list[Row], family: Family) -> bool:
    """Print the distribution of one family and radius; False if a goal is missed."""
    worst, slowest = max(rows, key=ratio_of), max(rows, key=lambda row: float(row["seconds"]))
    print(f"{worst['family']} eps {worst['eps']}: {len(rows)} games; smallest, median, 90 %, largest:")
    print(f"  ratio   {quantiles(map(ratio_of, rows))}; worst: {title(worst)}, width {worst['width']:.2g} of trivial")
    print(f"  seconds {quantiles(row['seconds'] for row in rows)}; slowest: {title(slowest)}")
    print(f"  leaves  {quantiles(row['leaves'] for row in rows)}; bytes {quantiles(row['bytes'] for row in rows)}")
    checked = [row["check_seconds"] for row in rows if "check_seconds" in row]
    if checked:
        print(f"  checker {quantiles(checked)} s, all {len(checked)} valid")
    missed = False
    for quantile, limit in family.goals:
        allowed = len(rows) - int(np.ceil(quantile * len(rows)))
        failed = [row for row in rows if is_above(row, limit) or is_late(row, family)]
        missed |= len(failed) > allowed
        verdict = "MISSED" if len(failed) > allowed else "met"
        goal = f"{limit} within {family.seconds:g} s for {quantile:.0%}"
        print(f"  goal {goal}: {len(failed)} fail, {allowed} may: {verdict}")
    late = sum(is_late(row, family) for row in rows)
    over = sum(is_above(row, family.limit) for row in rows)
    print(f"  {over} games above the hard limit {family.limit}, {late} later than {family.seconds:g} s", flush=True)
    return not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=", ".join(FAMILIES))
    parser.add_argument("--eps", help="this radius only")
    parser.add_argument("--games", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, help="seconds a game; by default the family's limit")
    parser.add_argument("--ratio", help="where the search stops")
    parser.add_argument("--out", type=Path, metavar="ROWS.jsonl", help="rows are appended here, known ones are skipped")
    parser.add_argument("--check", action="store_true", help="every certificate must pass the checker")
    parser.add_argument("--summary", action="store_true", help="no new games")
    given = parser.parse_args()
    if unknown := [name for name in given.families if name not in FAMILIES]:
        parser.error(f"family: expected some of {', '.join(FAMILIES)}, got {', '.join(unknown)}")
    rows, good = Rows(given.out), True
    for name in given.families or FAMILIES:
        for eps in [given.eps] if given.eps else FAMILIES[name].radii:
            settings = settings_of(name, eps, given)
            if not given.summary:
                run(rows, settings, given.games, given.check)
            if found := rows.of(settings):
                good &= summary(found, FAMILIES[name])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
