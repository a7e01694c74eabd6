"""Worst case of bimatrix games: vertices, listed or in a tree, against SCIP's bilinear solver; prints a table.

Run from the repository root: `python -m tests.benchmarks.normal_form_scip [seconds a SCIP run] [sizes..]`. Payoffs are
uniform in [-1, 1] on a grid of 1/100. Pure experts: a random pure profile; mixed ones: the exact equilibrium of a
random zero-sum game. SCIP solves one program a player,

    max best - x' U y   over x, y in the two balls, one b_a' = 1, best <= U(a', y) + range (1 - b_a'),

and stops at a relative gap of 1e-6. Its numbers are right up to its feasibility tolerance, ours exact.
"""

import random
import sys
import time
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.vertices.branching import branch_worst_case
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.errors import LimitError
from certigap.exact.interval import Interval
from certigap.model.build import bimatrix
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.solve import solve
from certigap.work.deadline import Deadline

SIZES = (5, 10, 20, 50)
RADII = ("1/10", "1/2", "1")
GAP = 1e-6
ENUMERATED = 200_000


@dataclass(frozen=True)
class Scip:
    """SCIP's interval of W and its seconds; `closed`: it reached the gap."""

    lower: float
    upper: float
    seconds: float
    closed: bool


def scip_worst_case(game: Game, expert: Policy, eps: Fraction, seconds: float) -> Scip:
    began = time.perf_counter()
    results = [_player(game, expert, float(eps), i, seconds) for i in range(2)]
    lower, upper = max(r[0] for r in results), max(r[1] for r in results)
    return Scip(lower, upper, time.perf_counter() - began, upper - lower <= 2 * GAP * max(1.0, abs(upper)))


def _player(game: Game, expert: Policy, eps: float, i: int, seconds: float) -> tuple[float, float]:
    from pyscipopt import Model, quicksum

    shape = game.layout.shapes[0]
    table = game.float_rewards()[i].reshape(shape)
    table = table if i == 0 else table.T
    centers = expert.floats()
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", seconds)
    model.setParam("limits/gap", GAP)
    rows = []
    for name, center in (("x", centers[i]), ("y", centers[1 - i])):
        row = [model.addVar(f"{name}{k}", lb=0.0, ub=1.0) for k in range(len(center))]
        more = [model.addVar(f"{name}more{k}", lb=0.0, ub=1.0) for k in range(len(center))]
        less = [model.addVar(f"{name}less{k}", lb=0.0, ub=float(e)) for k, e in enumerate(center)]
        model.addCons(quicksum(row) == 1)
        model.addCons(quicksum(more) + quicksum(less) <= eps)
        for v, m, d, e in zip(row, more, less, center, strict=True):
            model.addCons(v == float(e) + m - d)
        rows.append(row)
    x, y = rows
    size = range(len(table))
    pick = [model.addVar(f"b{a}", vtype="B") for a in size]
    model.addCons(quicksum(pick) == 1)
    best = model.addVar("best", lb=float(table.min()), ub=float(table.max()))
    spread = float(np.ptp(table))
    for a in size:
        payoff = quicksum(float(u) * y[b] for b, u in enumerate(table[a]))
        model.addCons(best <= payoff + spread * (1 - pick[a]))
    gap = model.addVar("gap", lb=0.0, ub=spread)
    own = quicksum(float(table[a, b]) * x[a] * y[b] for a in size for b in range(len(y)))
    model.addCons(gap <= best - own)
    model.setObjective(gap, "maximize")
    model.optimize()
    return float(model.getPrimalbound()), float(model.getDualbound())


def instance(size: int, mixed: bool, seed: int) -> tuple[Game, Policy]:
    rng = np.random.default_rng([size, mixed, seed])
    first = rng.integers(-100, 101, (size, size))
    tables = [
        [[Fraction(int(v), 100) for v in row] for row in table]
        for table in (first, rng.integers(-100, 101, (size, size)))
    ]
    if not mixed:
        game = bimatrix(*tables)
        choice = random.Random(seed).choices(range(size), k=2)
        return game, Policy.from_rows(game, [[int(k == c) for k in range(size)] for c in choice])
    game = bimatrix(tables[0])
    return game, solve(game).expert


def vertices(game: Game, expert: Policy, eps: Fraction, seconds: float) -> Interval:
    """Ours: vertices listed, or in a tree where they are too many."""
    try:
        return Interval.point(exact_worst_case(game, expert, eps, limit=ENUMERATED).value)
    except LimitError:
        return branch_worst_case(game, expert, eps, deadline=Deadline(seconds)).interval


def main() -> None:
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    sizes = [int(v) for v in sys.argv[2:]] or list(SIZES)
    print("actions expert eps      ours          seconds   SCIP interval              seconds   ratio")
    for size in sizes:
        for mixed in (False, True):
            game, expert = instance(size, mixed, 0)
            for eps in RADII:
                print(line(game, expert, eps, size, mixed, limit), flush=True)


def line(game: Game, expert: Policy, eps: str, size: int, mixed: bool, limit: float) -> str:
    kind = "mixed" if mixed else "pure"
    began = time.perf_counter()
    found = vertices(game, expert, Fraction(eps), limit)
    ours = time.perf_counter() - began
    ends = (
        f"[{float(found.lower or 0):.9f}, {float(found.upper or 0):.9f}]"
        if not found.is_exact
        else f"= {float(found.value):.9f}"
    )
    scip = scip_worst_case(game, expert, Fraction(eps), limit)
    state = "" if scip.closed else " (not closed)"
    return (
        f"{size:7} {kind:6} {eps:5} {ends} {ours:9.3f}   "
        f"[{scip.lower:.9f}, {scip.upper:.9f}]{state} {scip.seconds:9.2f} {scip.seconds / ours:9.1f}"
    )


if __name__ == "__main__":
    main()
