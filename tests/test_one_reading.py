"""Odd game files: the package and the checker refuse the same, and give what they take the same hash."""

import itertools
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certigap.errors import InputError
from certigap.model.finite.files import read_any_game
from tests.helpers.checker.harness import load

GAME = (
    '{"format": "certigap-game", "version": 1, "players": ["1", NAME], "discount": "1/2", "initial": {"s": "1"}, '
    '"meta": META, "states": [{"name": "s", "actions": [["a"], ["b"]], '
    '"outcomes": [{"rewards": [REWARD, "0"], "next": {"s": CHANCE}}]}]}'
)
USUAL = {"NAME": '"2"', "META": "{}", "REWARD": "1", "CHANCE": '"1"'}
LONG = "7" * 100_000
NUMBERS = (
    *("0", "-0", "-3", "1.5", "1e3", "true", "null", "[]", LONG, "-" + LONG, LONG + "7", "NaN"),
    *(f'"{x}"' for x in ("0", "-0", "-0.0", "0.50", "1.0", "00", ".5", "1.", "2/4", "3/1", "0/3", "1/0", "-2/3", "+1")),
    *(f'"{x}"' for x in (" 1", "1_0", "\u0661", "", "-", LONG, "-" + LONG, LONG + "7", f"{LONG[1:]}.5", f"0.{LONG}")),
    *(f'"{x}"' for x in (f"1/{LONG}", f"1/{LONG}1", "1/18446744073709551616")),
)
NAMES = ("", "a\u2028", "\u2029", "\u2027", "\x7f", "\x85", "\xa0", "x" * 1000, "x" * 1001, "\ue000", "1", "\ud800")
NAMES += ("\ud83d\ude00", "\n", "\ufeff")
METAS = [
    *("{" + f'"a": {"[" * depth}{inner}{"]" * depth}' + "}" for depth in (98, 99, 100) for inner in ("", "1", '"x"')),
    *('{"a": 1, "a": 2}', '{"a": -0}', '{"\\ud800": 1}', '{"a": 1.5}', "[]", "null", '"x"'),
]


@pytest.fixture(autouse=True)
def long_integers() -> Iterator[None]:
    """The checker, which bounds digits itself, switches this limit off for its process."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(before)


def reading(module: Any, path: Path) -> tuple[str, str]:
    """The hashes of checker and package, or that a file is refused."""
    found = []
    for read, refusal in (
        (lambda: module.read_game(module.read_json(str(path))), module.Malformed),
        (lambda: read_any_game(path), InputError),
    ):
        try:
            found.append(read().digest)
        except refusal:
            found.append("refused")
    return found[0], found[1]


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("REWARD", NUMBERS),
        ("CHANCE", NUMBERS),
        ("NAME", [json.dumps(name, ensure_ascii=flag) for name in NAMES for flag in (True, False)]),
        ("META", METAS),
    ],
)
def test_both_read_the_same(tmp_path: Path, place: str, values: Any) -> None:
    module, path, taken = load(), tmp_path / "g.json", set()
    for value in values:
        text = GAME
        for name, usual in USUAL.items():
            text = text.replace(name, value if name == place else usual)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        module.METER.allow(path.stat().st_size, 0)
        checker, package = reading(module, path)
        assert checker == package, value[:60]
        taken.add(checker)
    assert len(taken) > 1
    assert "refused" in taken


def test_both_read_damaged_files_the_same(tmp_path: Path) -> None:
    rng, module, path = random.Random(1), load(), tmp_path / "g.json"
    text = GAME
    for name, usual in USUAL.items():
        text = text.replace(name, usual)
    for _, piece in itertools.product(range(12), ('"', "\\", "{", "]", ",", "-", "0", ".", " ", "\u2028", "s", "")):
        at = rng.randrange(len(text))
        path.write_text(text[:at] + piece + text[at + rng.randrange(2) :], encoding="utf-8")
        checker, package = reading(module, path)
        assert checker == package, path.read_text(encoding="utf-8")
