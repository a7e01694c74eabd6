"""The checker in NumPy against the checker of integers: every step at every size of numbers, every entry's unit."""

import math
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certigap import array_checker
from certigap.certificates.array_gaps import array_gaps_certificate
from certigap.certificates.verify import ARRAY_CHECKER
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game
from certigap.model.large.families import random_game
from certigap.semantics.array_gaps import array_gaps
from tests.helpers.arrays import Case, drawn_policy
from tests.helpers.checker.harness import load

LIMIT = 2**53
MOST = 2**31 - 1


def quotient(number: int, den: int) -> int:
    """What the checker makes of number/den in floats."""
    return int(array_checker.averaged(np.array([float(number)]), 1.0, np.array([den]), np.multiply)[0])


def test_floats_divide_integers_below_2_to_the_53_exactly() -> None:
    """Nearest to a wrong floor are numbers one below a multiple, as large as they may be."""
    draw = random.Random(0)
    for _ in range(20_000):
        den = draw.choice((1, 2, 3, draw.randint(1, 1000), draw.randint(1, MOST), MOST))
        times = draw.choice((draw.randint(0, 9), draw.randint(0, LIMIT // den), LIMIT // den, (LIMIT - 1) // den - 1))
        for number in (times * den - 1, times * den, times * den + 1):
            for signed in (number, -number):
                if abs(signed) + den < LIMIT:
                    assert quotient(signed, den) == signed // den, (signed, den)


def test_beyond_that_they_do_not() -> None:
    den = 2**20 + 1
    number = 2**34 * den - 1  # a float holds it not, nor the quotient's distance from 2^34
    assert quotient(number, den) != number // den
    assert not array_checker.are_exact(2**34, den)


def drawn_game(draw: random.Random) -> ArrayGame:
    """Rows of one length or of several, states of one shape or of several, weights and rewards of any size."""
    players, states, length = draw.randint(1, 3), draw.randint(1, 12), draw.randint(1, 5)
    shapes = [[draw.randint(1, 3) for _ in range(players)] for _ in range(states)]
    shapes = shapes[:1] * states if draw.random() < 0.5 else shapes
    rows, is_even = sum(map(math.prod, shapes)), draw.random() < 0.5
    counts = [length if is_even else draw.randint(1, 5) for _ in range(rows)]
    heaviest, reward = draw.choice((5, 255, 2**20, MOST // 5)), draw.choice((9, 2**40, 2**59))
    weights = np.array([draw.choice((1, heaviest, draw.randint(1, heaviest))) for _ in range(sum(counts))], np.int32)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return ArrayGame(
        discount=draw.choice((Fraction(0), Fraction(99, 100), Fraction(MOST - 1, MOST), Fraction(1, MOST))),
        scales=(Fraction(1),) * players,
        shapes=np.array(shapes, dtype=np.int32),
        rewards=np.array([[draw.randint(-reward, reward) for _ in range(rows)] for _ in range(players)]),
        offsets=offsets,
        columns=np.array([draw.randrange(states) for _ in weights], dtype=np.int32),
        weights=weights,
        denominators=np.add.reduceat(weights, offsets[:-1]).astype(np.int32),
        initial=np.ones(states, dtype=np.int32),
    )


def heavier(game: ArrayGame, policy: ArrayPolicy, draw: random.Random) -> ArrayPolicy:
    """The same policy over larger denominators."""
    most = MOST // max(int(own.max()) for own in policy.denominators)
    factor = draw.choice((1, most // 1000, most))
    return ArrayPolicy.from_weights(game, tuple((own * factor).astype(np.int32) for own in policy.weights))


def members(policy: ArrayPolicy) -> dict[str, Any]:
    parts = {"weights": policy.weights, "denominators": policy.denominators}
    return {f"{name}_{j}": own for name, all_ in parts.items() for j, own in enumerate(all_)}


def rows_of(game: ArrayGame, policy: ArrayPolicy) -> list[list[list[int]]]:
    """The policy as `checker.py` holds it."""
    return [
        [[*map(int, own[a:b]), int(den)] for a, b, den in zip(first[:-1], first[1:], sums, strict=True)]
        for own, sums, first in zip(policy.weights, policy.denominators, game.action_offsets, strict=True)
    ]


def test_steps_are_those_of_integers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just below, at and above every size from which floats no longer do, in blocks of any length."""
    checker, kinds = load(), set()
    for seed in range(150):
        draw = random.Random(seed)
        monkeypatch.setattr(array_checker, "CHUNK", draw.choice((1, 7, 40, 2**17)))
        monkeypatch.setattr(array_checker, "SHORT", draw.choice((1, 3, 64)))
        game = drawn_game(draw)
        policy = heavier(game, drawn_policy(game, seed), draw)
        write_array_game(game, tmp_path / "g.npz")
        ours, plain = array_checker.Game(str(tmp_path / "g.npz")), checker.ArrayGame(str(tmp_path / "g.npz"))
        assert ours.digest == plain.digest == game.digest
        own_rows, rows = ours.policy(members(policy)), rows_of(game, policy)
        i, room = draw.randrange(game.players), LIMIT // max(int(game.denominators.max()), game.discount.denominator)
        reward = int(np.abs(game.rewards[i]).max())
        bits = draw.choice((0, 61 - reward.bit_length()))
        for size in (room - 2, room - 1, room, LIMIT - (reward << bits) - 1, LIMIT - (reward << bits), 2**61, 2**30):
            top = min(max(size, 1), 2**61)
            x = np.array([draw.choice((top, -top, top - 1, draw.randint(-top, top))) for _ in range(game.states)])
            vectors = [array_checker.Vector(x, bits, i), array_checker.Vector(x[::-1] // 2, bits, i)]
            backups = array_checker.Backups(ours, vectors[:1])
            largest = max(int(own.max()) for own in policy.denominators)
            kinds.add((backups.x.dtype.kind, array_checker.are_exact(backups.size, largest)))
            for chooses in ([game.players, i], [i, game.players]):
                for found, vector, own in zip(
                    array_checker.steps(ours, own_rows, vectors, chooses), vectors, chooses, strict=True
                ):
                    expected = checker.array_steps(plain, rows, vector.x.tolist(), bits, i, own)
                    assert found.tolist() == list(expected), (seed, size)
    assert kinds >= {("f", True), ("f", False), ("i", False)}


def test_a_unit_at_any_state_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims that are tight do not survive one unit more or less in an entry that matters, at blocks' edges or not."""
    monkeypatch.setattr(array_checker, "CHUNK", 60)
    checker, game = load(), random_game(24, 2, discount="99/100", seed=5)
    policy = drawn_policy(game, 5)
    case = Case(tmp_path, game, lambda path: array_gaps_certificate(array_gaps(game, policy)).write(path))
    ours, plain = array_checker.Game(str(case.game)), checker.ArrayGame(str(case.game))
    assert len(ours.blocks) > 5
    header, arrays = array_checker.read(str(case.path), *array_checker.certificate_types(ours))
    own_rows, rows, verdicts = ours.policy(arrays), rows_of(game, policy), set()
    for name, i, s, by in [
        (n, i, s, by) for n in ("values", "optima") for i in (0, 1) for s in range(24) for by in (-1, 1)
    ]:
        changed = {"values": arrays["values"].copy(), "optima": arrays["optima"].copy()}
        changed[name][i, s] += by
        own, bits, x = i if name == "optima" else 2, header["bits"][i], changed[name][i]
        (shown,) = array_checker.ends(ours, own_rows, [array_checker.Vector(x, bits, i)], [own])
        assert shown == checker.array_ends(plain, rows, x.tolist(), bits, i, own)
        monkeypatch.setattr(array_checker, "read", lambda *_, new=changed: (header, arrays | new))
        try:
            array_checker.check(ours, "", {})
            verdicts.add("valid")
        except array_checker.Invalid:
            verdicts.add("invalid")
    assert "invalid" in verdicts


def gap_case(folder: Path) -> Case:
    game = random_game(5)
    policy = ArrayPolicy.uniform(game)
    return Case(folder, game, lambda path: array_gaps_certificate(array_gaps(game, policy)).write(path))


def test_a_certificate_of_another_game_says_so_whatever_else_is_wrong(tmp_path: Path) -> None:
    """The hash comes last, and decides first."""
    case = gap_case(tmp_path)
    case.edit(lambda header, arrays: header["claim"].update(kind="none"))
    assert case.verdicts() == ("malformed", "malformed")
    case.edit(lambda header, arrays: header.update(game="arrays:0"))
    assert case.verdicts() == ("invalid", "invalid")


def test_an_archive_begins_at_its_first_byte(tmp_path: Path) -> None:
    """Libraries read archives behind anything."""
    case = gap_case(tmp_path)
    for path in (case.game, case.path):
        data = path.read_bytes()
        path.write_bytes(b"xx" + data)
        assert case.verdicts() == ("malformed", "malformed")
        path.write_bytes(data)
    assert case.verdicts() == ("valid", "valid")


def test_a_full_output_changes_no_verdict(tmp_path: Path) -> None:
    """Exit code 1 would say that the certificate proves nothing."""
    case = gap_case(tmp_path)
    command = [sys.executable, "-I", str(ARRAY_CHECKER), str(case.game), str(case.path)]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("array_checker.py: the verdict was not written: ")


def test_a_file_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(ARRAY_CHECKER), "none.npz", "c.npz"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "malformed: none.npz: cannot be read: No such file or directory\n"
