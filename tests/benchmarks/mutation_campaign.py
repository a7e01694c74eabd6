"""100,000 mutated certificates against the checker.

    python -m tests.benchmarks.mutation_campaign [--count N] [--seed S] [--modes]

`--modes`: only certificates with covers by modes (FORMAT 6.5), stratified by their own fields as well; then the least
claim is judged too that a mutated proof shows, as it is ("settled") or with vectors that are made for it ("repaired").

Prints what became of them, by kind of field; exit code 1 if a false claim was accepted or the checker crashed.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.checker.campaign import Campaign
from tests.helpers.modes.mutations import ModeMutations

COLUMNS = (
    "malformed",
    "invalid",
    "limit",
    "same claim",
    "true claim",
    "settled",
    "repaired",
    "unchanged",
    "FALSE",
    "crash",
)


def table(campaign: Campaign) -> str:
    """One line a stratum."""
    lines = ["".join([f"{'field':<18}", *(f"{name:>12}" for name in ("tried", *COLUMNS))])]
    for name in campaign.strata:
        row = campaign.table[name]
        lines.append("".join([f"{name:<18}", *(f"{n:>12}" for n in (sum(row.values()), *(row[c] for c in COLUMNS)))]))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modes", action="store_true")
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    began = time.monotonic()

    def progress(done: int) -> None:
        if done % (1_000 if sys.stderr.isatty() else 10_000) == 0:
            print(f"{done} of {given.count}, {time.monotonic() - began:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as scratch:
        campaign = (ModeMutations if given.modes else Campaign)(given.seed, Path(scratch))
        campaign.run(given.count, progress)
    print(table(campaign))
    if isinstance(campaign, ModeMutations):
        print(
            "claims of settled proofs that were judged: " + ", ".join(f"{n} {how}" for how, n in campaign.met.items())
        )
    print(f"seed {given.seed}, {len(campaign.cases)} certificates, {time.monotonic() - began:.0f} s")
    for name, case, data in campaign.false:
        print(f"NOT REFUSED: {name} {case}: {json.dumps(data)}")
    return 1 if campaign.false else 0


if __name__ == "__main__":
    sys.exit(main())
