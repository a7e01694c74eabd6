"""Certified worst cases of random small games against policies that attack them: no upper end may be exceeded.

    python -m tests.benchmarks.soundness_campaign [--count 10000] [--seed 1] [--out ROWS.jsonl] [--checked 10]

Normal forms and Markov games of 2-3 players, 1-3 states, 1-3 actions, with pure, near-equilibrium and mixed experts,
two thirds of the balls of measure bc, the others rho or mu; question K of a seed is the same whatever ran before. Every
witness is judged exactly, every `--checked`-th certificate goes through the checker. `--out` appends a row a question
and goes on where the file ends. Prints counts; exit code 1 if anything contradicts a certificate.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.helpers.campaign.soundness import outcomes, warm_up

Row = dict[str, Any]
SHARP = 0.95  # of the upper end: an attack that reaches it would notice a bound that is too small by 5 %


def known(path: Path | None, seed: int) -> dict[int, Row]:
    """The rows of a file by the number of their question; a last line that was cut is dropped from the file."""
    if path is None or not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        path.write_text("".join(lines[:-1]), encoding="utf-8")
        lines.pop()
    rows = [json.loads(line) for line in lines]
    return {row["number"]: row for row in rows if row["seed"] == seed}


def report(rows: list[Row]) -> str:
    """The counts in a few lines."""
    kinds = Counter(name for row in rows for name in (row["kind"], f"measure {row['measure']}"))
    answered = [row for row in rows if row["upper"] is not None]
    branched = sum(row["leaves"] > row["players"] for row in answered)
    sharp = sum(row["attack"] >= SHARP * row["upper"] for row in answered)
    beyond = sum(row["attack"] > row["lower"] * (1 + 1e-6) for row in answered)
    faults = sum(bool(row["faults"]) for row in rows)
    seconds = [sum(row[key] for row in rows) for key in ("ask_seconds", "attack_seconds")]
    lines = [
        f"{len(rows)} questions, {faults} contradicted",
        f"{branched} branched; attack at {SHARP:.0%} of the upper end in {sharp}, above the witness in {beyond}",
        f"{seconds[0]:.0f} s for the answers, {seconds[1]:.0f} s for attack and checks",
        "; ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="ROWS.jsonl")
    parser.add_argument(
        "--checked", type=int, default=10, help="every how many certificates the checker runs; 0: never"
    )
    given = parser.parse_args()
    sys.set_int_max_str_digits(0)
    rows = {number: row for number, row in known(given.out, given.seed).items() if number < given.count}
    left = [number for number in range(given.count) if number not in rows]
    if left:
        warm_up()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        for done, outcome in enumerate(outcomes(given.seed, left, Path(scratch), checked=given.checked), 1):
            rows[outcome.number] = {"seed": given.seed, **outcome.to_json()}
            if given.out is not None:
                with given.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[outcome.number]) + "\n")
            if outcome.faults:
                print(f"question {given.seed}/{outcome.number}: {'; '.join(outcome.faults)}", flush=True)
            if done % 500 == 0:
                print(f"{done} of {len(left)}, {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(report(list(rows.values())))
    return 1 if any(row["faults"] for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
