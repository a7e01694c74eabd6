"""`certify` as games of one family grow: how wide the interval is, what it cost, and which bounds were left out.

    python tests/benchmarks/large_certify.py [--budget 60] [--eps 1/20] [--states 100,10000] [FAMILY ..]

A line a size: upper over lower end, the same against the smallest size, processor and wall-clock seconds, peak memory;
below it every bound without a value and why. Families: sparse (fast mixing) and token (a grid, slow mixing), at
discount 9/10; the expert is the uniform policy, so that no solver stands between the sizes. Each size is a process.
"""

import argparse
import math
import multiprocessing
import resource
import time
from fractions import Fraction
from typing import Any

FAMILIES = ("sparse", "token")


def answered(family: str, states: int, eps: str, budget: float) -> dict[str, Any]:
    """One question, in a process of its own."""
    import certigap as cg
    from certigap.model import catalog

    size = {"states": states} if family == "sparse" else {"side": math.isqrt(states)}
    game = catalog.load(family, discount="9/10", **size)
    processor, wall = time.process_time(), time.perf_counter()
    answer = cg.worst_case(game, cg.Policy.uniform(game), eps, budget=budget)
    lower, upper = answer.interval.lower or Fraction(0), answer.interval.upper or Fraction(0)
    return {
        "states": len(game.states),
        "ratio": float(upper / lower) if lower else math.inf,
        "by": answer.upper_name,
        "processor": time.process_time() - processor,
        "wall": time.perf_counter() - wall,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "why": dict(answer.why),
    }


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("families", nargs="*", default=FAMILIES, metavar="FAMILY")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--eps", default="1/20")
    parser.add_argument("--states", default="100,10000")
    given = parser.parse_args()
    for family in given.families:
        print(f"{family}, discount 9/10, eps_BC <= {given.eps}, {given.budget:g} s")
        print("states  upper/lower  to smallest  by          cpu s  wall s    MB")
        first: float | None = None
        for states in map(int, given.states.split(",")):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                row = pool.apply(answered, (family, states, given.eps, given.budget))
            first = row["ratio"] if first is None else first
            print(
                f"{row['states']:6d}  {row['ratio']:11.3f}  {row['ratio'] / first:11.3f}  {row['by']:10s}"
                f"  {row['processor']:5.1f}  {row['wall']:6.1f}  {row['megabytes']:4.0f}"
            )
            for name, why in row["why"].items():
                print(f"          no {name}: {why}")


if __name__ == "__main__":
    main()
