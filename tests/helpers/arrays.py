"""Array games for tests, and certificates of them whose parts are changed."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import certigap as cg
from certigap.certificates.verify import ARRAY_CHECKER, CHECKER
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game
from certigap.model.large.container import read_container, write_container

TYPES = {".*_.": "<i4", "values|optima|occupancy|together|witness_(value|optimum|occupancy)": "<i8"}


def drawn_policy(game: ArrayGame, seed: int) -> ArrayPolicy:
    """A policy with small weights, some of them 0."""
    draw = np.random.default_rng(seed)
    weights = []
    for own in game.action_offsets:
        row = draw.integers(0, 4, size=int(own[-1]), dtype=np.int32)
        row[own[:-1]] += 1
        weights.append(row)
    return ArrayPolicy.from_weights(game, tuple(weights))


def named(game: ArrayGame, policy: ArrayPolicy) -> Any:
    """The policy for `game.to_game()`."""
    rows: list[Any] = []
    for i, own in enumerate(policy.weights):
        ends = game.action_offsets[i]
        rows.append(
            [
                [Fraction(int(w), int(policy.denominators[i][s])) for w in own[ends[s] : ends[s + 1]]]
                for s in range(game.states)
            ]
        )
    return cg.Policy.from_rows(game.to_game(), rows)


def uneven_game(seed: int) -> ArrayGame:
    """Numbers of actions that differ by state and player."""
    draw = random.Random(seed)
    states, shapes = 4, [[draw.randint(1, 3) for _ in range(3)] for _ in range(4)]
    rows = sum(a * b * c for a, b, c in shapes)
    counts = [draw.randint(1, 3) for _ in range(rows)]
    weights = np.array([draw.randint(1, 5) for _ in range(sum(counts))], dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return ArrayGame(
        discount=Fraction(9, 10),
        scales=(Fraction(1, 7), Fraction(3), Fraction(1, 10**15)),
        shapes=np.array(shapes, dtype=np.int32),
        rewards=np.array([[draw.randint(-9, 9) for _ in range(rows)] for _ in range(3)]),
        offsets=offsets,
        columns=np.array([draw.randrange(states) for _ in weights], dtype=np.int32),
        weights=weights,
        denominators=np.add.reduceat(weights, offsets[:-1]).astype(np.int32),
        initial=np.array([1, 0, 2, 0], dtype=np.int32),
    )


class Case:
    """A certificate, whose parts are changed, judged by both checkers."""

    def __init__(self, folder: Path, game: ArrayGame, write: Callable[[Path], None]) -> None:
        self.game, self.path = folder / "g.npz", folder / "c.npz"
        write_array_game(game, self.game)
        write(self.path)

    def copied(self, folder: Path) -> "Case":
        """The same files in another folder."""
        found = Case.__new__(Case)
        found.game, found.path = (Path(shutil.copy(path, folder)) for path in (self.game, self.path))
        return found

    def edit(self, change: Any) -> None:
        node, arrays = read_container(self.path, TYPES)
        header = json.loads(json.dumps(node.value))
        change(header, arrays)
        write_container(self.path, header, arrays)

    def verdicts(self, *options: str) -> tuple[str, str]:
        found = []
        for program in (["-S", str(CHECKER)], [str(ARRAY_CHECKER)]):
            command = [sys.executable, "-I", *program, "--json", *options, str(self.game), str(self.path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            found.append(json.loads(done.stdout)["results"][0]["verdict"])
        return found[0], found[1]


def shifted(header: Any, key: str, side: str, by: Fraction) -> None:
    header["claim"][key][side] = str(Fraction(header["claim"][key][side]) + by)


def hidden(name: str, by: int) -> Any:
    return lambda header, arrays: arrays.update({name: arrays[name] + np.array(by, dtype=arrays[name].dtype)})


def accepted(checker: Any, case: Case) -> bool:
    try:
        checker.check_arrays(checker.ArrayGame(str(case.game)), str(case.path), {})
    except (checker.Malformed, checker.Invalid):
        return False
    return True
