"""The short way of reading takes what the long way takes; what is read once is known only where it may stand."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checker.harness import cases, load, source

PIECES = (
    '"',
    "\\",
    "\\u",
    "\\ud800",
    "\\u00e9",
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    "-",
    "-0",
    "1.5",
    "NaN",
    "0",
    "1",
    " ",
    "\n",
)
PIECES += ("\u2028", "\u00e9", "\U0001f600", '"a":', '"name":', "", "", "true")


def told(module: Any, path: Path) -> str:
    """What the reader makes of a file, types included, or why it refuses it."""
    try:
        return repr(module.read_json(str(path)).value)
    except module.Malformed as error:
        return f"refused: {error}"


def files() -> list[Path]:
    return [
        path for folder in ("games", "accept", "malformed") for path in cases(folder) if path.stat().st_size < 10_000
    ]


def test_the_short_way_takes_what_the_long_way_takes(tmp_path: Path) -> None:
    """Files with pieces put in, cut out or exchanged; most are read the short way when nothing was done to them."""
    short, long, rng, path = load(), load(), random.Random(3), tmp_path / "file.json"
    long.is_plain = lambda value, data: False
    texts = [file.read_bytes().decode("utf-8", "replace") for file in rng.sample(files(), 60)]
    taken = plain = 0
    for text in texts:
        for damage in range(20):
            changed = text
            for _ in range(damage and rng.randint(1, 3)):
                at, end = rng.randrange(len(changed) + 1), rng.choice((0, 0, 1, 6))
                changed = changed[:at] + rng.choice(PIECES) + changed[at + end :]
            path.write_text(changed, encoding="utf-8", errors="surrogatepass")
            found = told(short, path)
            assert found == told(long, path), changed
            taken += not found.startswith("refused")
            plain += not found.startswith("refused") and short.is_plain(json.loads(changed), changed.encode())
    assert 60 < plain < taken < 1100


NESTED = "[" * 97 + "0" + "]" * 97


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{"a": 1, "b": [{"a": "\u00e9"}]}', True),
        ('{"a": {"b": 1, "b": 2}}', False),
        ('{"a": {"b": 1, "c:": 2}}', False),  # cannot be told apart from a key given twice
        ('{"a": "\\u003a", "a": 2}', False),
        ('{"a": "\\n"}', True),
        ('{"a": -0}', False),
        ('{"a": [0, [1.5]]}', False),
        (f'{{"a": [{NESTED}, {{}}]}}', True),
        (f'{{"a": [[{NESTED}]]}}', True),
        (f'{{"a": [[[{NESTED}]]]}}', False),
        (f'{{"a": [[{NESTED.replace("0", "[]")}]]}}', False),
        ("[]", False),
        ("{}", True),
    ],
)
def test_what_is_plain(text: str, plain: bool) -> None:
    module = load()
    value = json.loads(text, **module.HOOKS)
    assert module.is_plain(value, text.encode()) == plain


@pytest.mark.parametrize("changed", [False, True])
def test_decimals_that_are_known_from_a_game_are_no_numbers_of_certificates(changed: bool) -> None:
    text = source()
    if changed:
        text["reading"] = text["reading"].replace(
            "value, known = self.value, KNOWN[decimals]", "value, known = self.value, KNOWN[True]"
        )
    module = load(text)
    for value in ({"x": "0.5", "y": "1/2"}, ["0.5"]):
        node = module.Node(value, "file")
        assert [x[0] for x in node.numbers(True)] == [module.ONE / 2] * len(value)
        if changed:
            assert node.numbers(False)
        else:
            with pytest.raises(module.Malformed, match=r"lowest terms, got 0\.5"):
                node.numbers(False)


@pytest.mark.parametrize("value", [True, None, [], {}, 1, "01", "1/1"])
def test_what_equals_a_known_number_is_not_known(value: Any) -> None:
    module = load()
    assert module.Node(["1", 1], "file").numbers(True)
    for decimals in (False,) if type(value) is int else (False, True):
        with pytest.raises(module.Malformed):
            module.Node([value], "file").numbers(decimals)


GAME: dict[str, Any] = {
    "format": "certigap-game",
    "version": 1,
    "players": ["1", "2"],
    "discount": "1/2",
    "initial": {"s": "1"},
    "states": [
        {
            "name": name,
            "actions": [own, ["c"]],
            "outcomes": [{"rewards": ["0", "1"], "next": {"s": "1"}} for _ in own],
        }
        for name, own in (("s", ["a", "b"]), ("t", ["b", "a"]), ("u", ["a", "b"]), ("v", ["a", "b"]))
    ],
}
ROWS = {"s": {"a": "1/4", "b": "3/4"}, "t": {"a": "1/4", "b": "3/4"}, "u": {"b": "3/4", "a": "1/4"}, "v": {"a": "1"}}
READ = [["1/4", "3/4"], ["3/4", "1/4"], ["1/4", "3/4"], ["1", "0"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("key = (id(actions), repr(own[s].value)", "key = (0, repr(own[s].value)"),
        ("key = (id(actions), repr(own[s].value)", 'key = (id(actions), ""'),
        ("text = repr(actions.value)", "text = str(len(actions.value))"),
        ("{id(row): row for own", "{id(row) * 0: row for own"),
    ],
)
def test_rows_and_actions_that_are_alike_are_read_once_and_no_others(old: str, new: str) -> None:
    text = {name: module.replace(old, new) if old else module for name, module in source().items()}
    assert not old or text != source()
    module = load(text)
    try:
        game = module.Game(module.Node(GAME, "game"))
        read = module.read_rows(game, module.Node({"1": ROWS, "2": {}}, "rows"))
        points = module.point_rows(read)
        found = [[str(x) for x in row] for row in read[0]]
        shares = [[w * 4 // row.den for w in row.start] for row in points[0]]
        same = found == READ and shares == [[1, 3], [3, 1], [1, 3], [4, 0]]
    except KeyError:
        same = False
    assert same == (not old)
