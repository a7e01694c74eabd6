"""How near the certified ends come over the balls of eps_rho and eps_mu: games of up to four states and the catalog.

    python -m tests.benchmarks.occupancy_balls [FAMILY ..] [--measure rho|mu] [--games 3] [--budget 5] [--ratio 101/100]
        [--seed 0] [--out ROWS.jsonl]

Families: 2x2x2, 3x2x2, 4x2x2, 2x3x2, 2x2x3 (states x actions x players; random games, discount 4/5, pure equilibria as
experts) at eps 1/50, 1/10 and 2/5; `campaign`: questions of the soundness campaign, whatever they are; `catalog`: cited
games of at most `MOST_ROWS` joint actions at 1/20. One row a game: lower and upper end, ratio, seconds until the
certificate is written, its kilobytes, the checker's seconds (the run stops where it does not say valid), the bound that
is the smallest. Then, by measure and family, and by measure alone: games, the median of the ratio, its 90th percentile
and the largest. An interval of 1e-6 of the trivial bound counts as closed, 1.0; one above a lower end of 0 otherwise as
infinite.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from certigap.certificates import certificate, verify
from certigap.errors import CertigapError
from certigap.model import catalog
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import worst_case
from tests.benchmarks.branch_and_bound import CLOSED, at, ends
from tests.helpers.campaign.draws import draw
from tests.helpers.random_games import games_with_experts

SHAPES = {"2x2x2": (2, 2, 2), "3x2x2": (3, 2, 2), "4x2x2": (4, 2, 2), "2x3x2": (2, 3, 2), "2x2x3": (2, 2, 3)}
RADII = ("1/50", "1/10", "2/5")
FAMILIES = (*SHAPES, "campaign", "catalog")
MEASURES = ("rho", "mu")
MOST_ROWS = 1200


class Case(NamedTuple):
    """One question."""

    name: str
    game: Game
    expert: Policy
    eps: str


def cases(family: str, measure: str, count: int, seed: int) -> Iterator[Case]:
    """The first `count` games of a family, each at every radius."""
    if family == "catalog":
        yield from _cited()
    elif family == "campaign":
        numbers = (number for number in range(10**6) if draw(seed, number).measure == measure)
        for _ in range(3 * count):
            asked = draw(seed, next(numbers))
            yield Case(asked.name, asked.game, asked.expert, asked.eps)
    else:
        games = list(games_with_experts(count, seed, *SHAPES[family]))
        for eps in RADII:
            yield from (Case(f"{number} at {eps}", *pair, eps) for number, pair in enumerate(games))


def _cited() -> Iterator[Case]:
    for name in catalog.names():
        game = catalog.load(name)
        if game.layout.rows <= MOST_ROWS:
            try:
                expert = catalog.expert(name)
            except CertigapError:  # the entry comes without an expert
                continue
            yield Case(name, game, expert, "1/20")


def measured(case: Case, measure: str, budget: float, ratio: str) -> dict[str, Any]:
    """The interval of one question, its certificate's size and what they cost."""
    began = time.perf_counter()
    answer = worst_case(case.game, case.expert, case.eps, measure, budget=budget, ratio=ratio)
    row = ends(answer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worst.cert.json"
        certificate(answer).write(path)
        row |= {"seconds": time.perf_counter() - began, "kilobytes": path.stat().st_size / 1000}
        began = time.perf_counter()
        verdict = verify(case.game, path, expert=case.expert)[0]
        row["check"] = time.perf_counter() - began
    if not verdict.is_valid:
        raise SystemExit(f"{case.name}: {verdict}")
    if row["width"] <= CLOSED:
        row["ratio"] = 1.0
    return row


def ratio_of(row: dict[str, Any]) -> float:
    """Upper over lower end, infinite above a lower end of 0."""
    return float("inf") if row["ratio"] is None else float(row["ratio"])


def line(row: dict[str, Any]) -> str:
    """A row of the table."""
    numbers = f"{row['lower']:10.5f}{row['upper']:10.5f}{ratio_of(row):9.4f}"
    costs = f"{row['seconds']:7.1f}{row['kilobytes']:8.0f}{row['check']:7.1f}"
    return f"{row['measure']:4}{row['family']:9}{row['name']:20}{numbers}{costs}  {row['by']}"


def summary(rows: list[dict[str, Any]], title: str) -> str:
    """Of one group of rows."""
    ratios = sorted(map(ratio_of, rows))
    numbers = f"median {median(ratios):.4f}, 90 % {at(ratios, 0.9):.4f}, largest {ratios[-1]:.4f}"
    return f"{title:15}{len(rows):4} games: {numbers}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=", ".join(FAMILIES))
    parser.add_argument("--measure", choices=MEASURES, help="this one only")
    parser.add_argument("--games", type=int, default=3)
    parser.add_argument("--budget", type=float, default=5.0, help="seconds a game")
    parser.add_argument("--ratio", default="101/100", help="where the search stops")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, metavar="ROWS.jsonl", help="rows are appended here")
    asked = parser.parse_args()
    if unknown := [name for name in asked.families if name not in FAMILIES]:
        parser.error(f"family: expected some of {', '.join(FAMILIES)}, got {', '.join(unknown)}")
    rows: list[dict[str, Any]] = []
    print(f"{'':33}{'lower':>10}{'upper':>10}{'ratio':>9}{'s':>7}{'KB':>8}{'check':>7}  bound")
    for measure in [asked.measure] if asked.measure else MEASURES:
        for family in asked.families or FAMILIES:
            for case in cases(family, measure, asked.games, asked.seed):
                row = measured(case, measure, asked.budget, asked.ratio)
                rows.append({"measure": measure, "family": family, "name": case.name, **row})
                print(line(rows[-1]))
                sys.stdout.flush()
                if asked.out is not None:
                    with asked.out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
    for measure in MEASURES:
        own = [row for row in rows if row["measure"] == measure]
        for family in dict.fromkeys(row["family"] for row in own):
            print(summary([row for row in own if row["family"] == family], f"{measure} {family}"))
        if own:
            print(summary(own, f"{measure} all"))


if __name__ == "__main__":
    main()
