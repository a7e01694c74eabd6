"""Bounds by modes against the truth: random nodes, policies, rates, tilts and visits, for two to four players.

    python -m tests.benchmarks.mode_campaign [--count N] [--seed S]

Prints what was checked and how tight plain leaves at the root are; exit code 1 if a bound was below the truth, a visit
below a true occupancy, or the checker showed anything else than the package.
"""

import argparse
import statistics
import sys
import time

from tests.helpers.checker.harness import load
from tests.helpers.modes.campaign import ModeCampaign


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    began, told = time.monotonic(), 0

    def progress(done: int) -> None:
        nonlocal told
        if done - told >= 1_000:
            told = done
            print(f"{done} of {given.count}, {time.monotonic() - began:.0f} s", file=sys.stderr)

    campaign = ModeCampaign(load(), given.seed)
    campaign.run(given.count, progress)
    print(", ".join(f"{count} {name}" for name, count in campaign.counts.items()))
    for name, slack in sorted(campaign.slack.items()):
        quartiles = ", ".join(f"{x:.4f}" for x in statistics.quantiles(slack, n=4))
        print(f"bound less truth, {name}: least {min(slack):.6f}, quartiles {quartiles} ({len(slack)})")
    print(f"seed {given.seed}, {len(campaign.faults)} faults, {time.monotonic() - began:.0f} s")
    for fault in campaign.faults:
        print(f"FAULT: {fault}")
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    sys.exit(main())
