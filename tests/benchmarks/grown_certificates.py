"""A certificate of every claim and rule, grown at one place at a time: time and memory of a check against its size.

    python -m tests.benchmarks.grown_certificates [--seconds 20] [--case NAME] [--plot grown.png]

At a list of claim or proof its entries are repeated, at a number its digits, until the certificate has `--bytes` or a
check has taken `--seconds`: so that no rule rests on its author's thinking of what could be long. `--places` of each
certificate, drawn by `--seed`. Exit code 1 if a check took more time or memory than FORMAT 9 allows, or ended by
anything but a verdict.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certigap as cg
from tests.benchmarks.resource_attacks import allowed, measured, plot
from tests.helpers.checker.harness import HERE
from tests.helpers.checker.metered import METERED
from tests.helpers.parametric import certified, grim

Place = tuple[str | int, ...]
Row = tuple[str, int, float, int, str, bool]

FIRST, FACTOR = 64, 8  # entries or digits to begin with, and how many times as many follow
WHOLE = "#"  # around the digits of an integer
SLOW = 1.0  # seconds of a check from which on a plot shows more than the interpreter's start


def places(node: Any, here: Place = ()) -> Iterator[Place]:
    """Where a list that is not empty or a number stands; of alike entries of a list the first speaks for all."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*here, key))
    elif isinstance(node, list) and node:
        yield here
        for k, value in enumerate(node[:1]):
            yield from places(value, (*here, k))
    elif isinstance(node, int) or (isinstance(node, str) and node.strip("-0123456789/") == ""):
        yield here


def grown(node: Any, place: Place, size: int) -> Any:
    """The tree with what stands at a place grown to `size` entries or digits."""
    if place:
        key, *rest = place
        inner = grown(node[key], tuple(rest), size)
        if isinstance(node, dict):
            return node | {key: inner}
        return [inner if k == key else value for k, value in enumerate(node)]
    if isinstance(node, list):
        return [node[k % len(node)] for k in range(size)]
    digits = "1" + "0" * (size - 2) + "1"
    return WHOLE + digits + WHOLE if isinstance(node, int) else f"1/{digits}"


def written(data: Any) -> str:
    """As JSON, long integers without Python's conversion, whose time is quadratic."""
    return json.dumps(data).replace(f'"{WHOLE}', "").replace(f'{WHOLE}"', "")


def certificates(folder: Path) -> Iterator[tuple[str, Path, Any]]:
    """Name, game file and certificate, of every claim and rule."""
    for case in METERED:
        game = HERE / "games" / f"{case.split('.')[0]}.json"
        yield case, game, json.loads((HERE / "accept" / f"{case}.json").read_text())
    for name, made, answer in made_here():
        file = folder / f"{name}.game.json"
        cg.write_game(made, file)
        yield name, file, cg.certificate(answer).to_json()
    data, file, _ = certified(grim("3"), folder)
    yield "parametric", file, data


def made_here() -> Iterator[tuple[str, Any, Any]]:
    """Games and answers whose certificates are nobody's case file."""
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    pennies = cg.bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    even = cg.Policy.uniform(pennies)
    yield "entropy", pennies, cg.regularised_gaps(pennies, even, "1/2", opponents_temperature="1/2")
    yield "entropy-delta", pennies, cg.regularised_delta(pennies, even, 8, "1/50")
    yield (
        "dominant",
        cg.games.load("constant"),
        cg.markov_dominance(cg.games.load("constant"), cg.games.expert("constant")),
    )
    yield "straying", game, cg.straying(game, expert, "1/10", budget=5)
    yield "concentrability", game, cg.concentrability(game, expert)


def rows(name: str, game: Path, data: Any, folder: Path, given: argparse.Namespace) -> Iterator[Row]:
    """Name of certificate and place, its bytes, seconds, memory, verdict, whether FORMAT 9 allows that."""
    file, chosen = folder / "certificate.json", [(p, at) for p in ("claim", "proof") for at in places(data[p])]
    if len(chosen) > given.places:
        chosen = random.Random(f"{given.seed} {name}").sample(chosen, given.places)
    for part, place in chosen:
        size = FIRST
        while True:
            file.write_text(written(data | {part: grown(data[part], place, size)}))
            length = file.stat().st_size
            if length > given.bytes:
                break
            spent, memory, verdict = measured((game, file), given.seconds)
            fits = allowed(game.stat().st_size, length, spent, memory) and "signal" not in verdict
            yield f"{name} {part}/" + "/".join(map(str, place)), length, spent, memory, verdict, fits
            size *= FACTOR
            if spent > given.seconds / FACTOR:
                break


def main() -> int:
    """Print the slowest of each certificate, what is too much, and how many checks there were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--bytes", type=int, default=1 << 19)
    parser.add_argument("--places", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append")
    parser.add_argument("--plot", metavar="FILE")
    given = parser.parse_args()
    found, count, began = list[Row](), 0, time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        for name, game, data in certificates(Path(scratch)):
            if given.only and name not in given.only:
                continue
            own = list(rows(name, game, data, Path(scratch), given))
            slowest, count = max(own, key=lambda row: row[2]), count + 1
            print(
                f"{name:24} {len(own):4} checks, most {max(row[3] for row in own) >> 20:4} MiB; slowest "
                f"{slowest[2]:6.2f} s at {slowest[1]:7} B: {slowest[4].split(':')[0]}, {slowest[0].split()[-1]}",
                flush=True,
            )
            for row in own:
                if not row[-1]:
                    print(f"    TOO MUCH: {row[0]}: {row[1]} B, {row[2]:.2f} s, {row[3] >> 20} MiB, {row[4][:80]}")
            found += own
    bad = sum(not row[-1] for row in found)
    print(f"{len(found)} checks of {count} certificates, {bad} above the limits, {time.monotonic() - began:.0f} s")
    if given.plot:
        slow = {row[0] for row in found if row[2] > SLOW}
        plot([row for row in found if row[0] in slow], given.plot)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
