"""Bounds by modes against the truth: random nodes, policies, rates, tilts and visits, for two to four players.

    python -m tests.benchmarks.mode_campaign [--count N] [--attacks N] [--seed S]

Prints what was checked, how far bounds are above the worst of a crowd of policies (of the largest discounted payoff;
visits: of the horizon), and how near they come to policies that are made as bad as possible; exit code 1 if a bound was
below the truth, a visit below a true occupancy, or the checker showed anything else than the package.
"""

import argparse
import random
import statistics
import sys
import time

from tests.helpers.checker.harness import load
from tests.helpers.modes.attack import attack
from tests.helpers.modes.campaign import ModeCampaign


def slack_of(slack: list[float]) -> str:
    """The least, the median, how many are next to nothing."""
    near = sum(x < 1e-3 for x in slack)
    return f"least {min(slack):.7f}, median {statistics.median(slack):.4f}, {near} of {len(slack)} below 0.001"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--attacks", type=int, default=500)
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
    for what, found in sorted(campaign.slack.items()):
        print(f"{what}: {slack_of(found)}")
    met = [attack(random.Random(f"{given.seed} {k}")) for k in range(given.attacks)]
    for kind, measure in sorted({(one.kind, one.measure) for one in met}):
        slack = [float(one.bound - one.worth) for one in met if (one.kind, one.measure) == (kind, measure)]
        print(f"bound less worst policy, {kind} {measure}: {slack_of(slack)}")
    campaign.faults += [f"attack: {one}" for one in met if not one.holds]
    print(f"seed {given.seed}, {len(campaign.faults)} faults, {time.monotonic() - began:.0f} s")
    for fault in campaign.faults:
        print(f"FAULT: {fault}")
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    sys.exit(main())
