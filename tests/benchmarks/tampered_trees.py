"""Tampered certificates of branch and bound against the checker.

    python -m tests.benchmarks.tampered_trees [--count 17000] [--seed 1]

Prints what became of them, by kind of tampering; exit code 1 if a claim was accepted that is false or not known to be
true, or if the checker crashed.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.campaign.tampering import VERDICTS, Tampering, cases
from tests.helpers.checker.harness import load


def table(campaign: Tampering) -> str:
    """One line a kind."""
    lines = ["".join([f"{'kind':<16}", *(f"{name:>13}" for name in ("tried", *VERDICTS))])]
    for kind, row in campaign.table.items():
        counts = (sum(row.values()), *(row[verdict] for verdict in VERDICTS))
        lines.append("".join([f"{kind:<16}", *(f"{count:>13}" for count in counts)]))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=17_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    began = time.monotonic()

    def progress(done: int) -> None:
        if done % 1_000 == 0:
            print(f"{done} of {given.count}, {time.monotonic() - began:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as scratch:
        campaign = Tampering(given.seed, cases(), load(), Path(scratch))
        campaign.run(given.count, progress=progress)
    print(table(campaign))
    print(f"seed {given.seed}, {len(campaign.cases)} certificates, {time.monotonic() - began:.0f} s")
    for kind, name, data in campaign.failures:
        print(f"NOT REFUSED: {kind}, {name}: {json.dumps(data)}")
    return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
