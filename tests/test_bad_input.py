"""Bad files: each is refused with one line that names the place, what was expected and what came."""

import copy
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certigap.errors import InputError
from certigap.model import Game, read_game, read_policy
from certigap.model.files.codec import parse_game, parse_policy
from certigap.model.files.strict_json import MAX_DEPTH, brief, parse_json, read_json

MARKOV: dict[str, Any] = {
    "format": "certigap-game",
    "version": 1,
    "name": "two rooms",
    "meta": {"source": "by hand"},
    "players": ["1", "2"],
    "discount": "9/10",
    "initial": {"s0": "1/3", "s1": "2/3"},
    "states": [
        {
            "name": "s0",
            "actions": [["a", "b"], ["c"]],
            "outcomes": [
                {"rewards": ["1", "-1"], "next": {"s0": "1/2", "s1": "0.5"}},
                {"rewards": ["0", "1/2"], "next": {"s1": "1"}},
            ],
        },
        {"name": "s1", "actions": [["a"], ["c"]], "outcomes": [{"rewards": ["0", "0"], "next": {"s0": "1"}}]},
    ],
}
NORMAL: dict[str, Any] = {
    "format": "certigap-game",
    "version": 1,
    "players": ["1", "2"],
    "actions": [["C", "D"], ["C"]],
    "payoffs": [["1", "2"], ["3", "4"]],
}
POLICY: dict[str, Any] = {
    "format": "certigap-policy",
    "version": 1,
    "rows": {"1": {"s0": {"a": "1/4", "b": "3/4"}}, "2": {}},
}

DELETE = object()


def changed(document: dict[str, Any], pointer: str, value: Any) -> str:
    """The document with the value at a pointer exchanged, added, or deleted."""
    result = copy.deepcopy(document)
    *path, last = [int(step) if step.isdigit() and step != "1" else step for step in pointer.split("/")[1:]]
    target: Any = result
    for step in path:
        target = target[int(step) if isinstance(target, list) else step]
    key = int(last) if isinstance(target, list) else str(last)
    if value is DELETE:
        del target[key]
    else:
        target[key] = value
    return json.dumps(result)


def refusal(read: Callable[[], Any]) -> str:
    """The message of the refusal, which must be one printable line of reasonable length."""
    with pytest.raises(InputError) as error:
        read()
    message = str(error.value)
    assert message.isprintable(), message
    assert len(message) < 500
    return message


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


OUTCOME = MARKOV["states"][0]["outcomes"][0]

MARKOV_CASES = [
    ("/format", DELETE, ": expected the key 'format' of a certigap-game file, got none"),
    ("/format", "certigap-policy", ": /format: expected 'certigap-game', got 'certigap-policy'"),
    ("/format", ["certigap-game"], ": /format: expected text, got an array"),
    ("/version", DELETE, ": expected the key 'version' of a certigap-game file, got none"),
    ("/version", 2, ": /version: expected version 1, got 2"),
    ("/version", True, ": /version: expected an integer, got true"),
    ("/version", "1", ": /version: expected an integer, got '1'"),
    ("/version", None, ": /version: expected an integer, got null"),
    ("/surprise", 1, "expected only the keys 'discount', 'format', 'initial', 'meta', 'name', 'players', 'states', "
     "'version', got 'surprise'"),
    ("/states/0/surprise", 1, ": /states/0: expected only the keys 'actions', 'name', 'outcomes', got 'surprise'"),
    ("/states/0/outcomes/1/prob", 1, ": /states/0/outcomes/1: expected only the keys 'next', 'rewards', got 'prob'"),
    ("/actions", [["a"], ["b"]], "got 'actions'"),
    ("/players", DELETE, ": expected the key 'players', got 'format', 'version', "),
    ("/players", [], ": /players: expected at least one name, got none"),
    ("/players", "12", ": /players: expected an array, got '12'"),
    ("/players", ["1", "1"], ": /players: expected distinct names, got '1' twice"),
    ("/players", ["1", 2], ": /players/1: expected text, got 2"),
    ("/players", ["1", ""], ": /players/1: expected a name, got empty text"),
    ("/players", ["1", "2\n"], r": /players/1: expected a name without control characters and lone surrogates, got '2"),
    ("/players", ["1", "\ud800"], r": /players/1: expected text without lone surrogates, got '\ud800'"),
    ("/players", ["1", "x" * 1001], ": /players/1: expected a name of at most 1000 characters, got 1001"),
    ("/players", ["1", "2", "3"], ": /states/0/actions: expected 3 entries, got 2"),
    ("/name", "two\nlines", ": /name: expected a name without control characters"),
    ("/name", 7, ": /name: expected text, got 7"),
    ("/meta", [], ": /meta: expected an object, got an array"),
    ("/meta", {"x": [1, 0.5]}, ": /meta/x/1: expected an integer, or a rational written as text, got the number '0.5'"),
    ("/meta", {"x": nested(MAX_DEPTH - 1)}, f": expected at most {MAX_DEPTH} levels of nesting, got more"),
    ("/discount", "1", ": /discount: expected a rational in [0, 1), got 1"),
    ("/discount", "-1/10", ": /discount: expected a rational in [0, 1), got -1/10"),
    ("/discount", 1, ": /discount: expected a rational in [0, 1), got 1"),
    ("/discount", None, ": /discount: expected an integer, or a rational written as text, got null"),
    ("/discount", 0.9, ": /discount: expected an integer, or a rational written as text, got the number '0.9'"),
    ("/discount", "9/10 ", ": /discount: expected a rational such as -3, 3/4 or 0.75, got '9/10 '"),
    ("/discount", "18/20", ": /discount: expected lowest terms with a denominator above 1, got '18/20'"),
    ("/discount", "9e-1", ": /discount: expected a rational such as"),
    ("/discount", "-0", ": /discount: expected 0 without a sign, got '-0'"),
    ("/discount", "0." + "9" * 10**6, ": /discount: expected a number of at most 100000 digits, got 1000001"),
    ("/initial", ["1"], ": /initial: expected an object, got an array"),
    ("/initial", {}, ": /initial: sums to 0, expected 1"),
    ("/initial", {"s0": "1/3", "s1": "1/3"}, ": /initial: sums to 2/3, expected 1"),
    ("/initial", {"s0": "4/3", "s1": "-1/3"}, ": /initial: expected probabilities >= 0, got -1/3"),
    ("/initial", {"s2": "1"}, ": /initial: expected names of states, got 's2'"),
    ("/states", [], ": /states: expected at least one state, got none"),
    ("/states", {"s0": 1}, ": /states: expected an array, got an object"),
    ("/states/1/name", "s0", ": /states/1/name: expected distinct names of states, got 's0' again"),
    ("/states/1/actions", [["a"]], ": /states/1/actions: expected 2 entries, got 1"),
    ("/states/1/actions/0", [], ": /states/1/actions/0: expected at least one name, got none"),
    ("/states/0/actions/0", ["a", "a"], ": /states/0/actions/0: expected distinct names, got 'a' twice"),
    ("/states/0/outcomes", [OUTCOME], ": /states/0/outcomes: expected 2 entries, got 1"),
    ("/states/0/outcomes", [OUTCOME] * 3, ": /states/0/outcomes: expected 2 entries, got 3"),
    ("/states/0/outcomes/1", "stay", ": /states/0/outcomes/1: expected an object, got 'stay'"),
    ("/states/0/outcomes/1/next", DELETE, ": /states/0/outcomes/1: expected the key 'next', got 'rewards'"),
    ("/states/0/outcomes/1/rewards", ["1"], ": /states/0/outcomes/1/rewards: expected 2 entries, got 1"),
    ("/states/0/outcomes/1/rewards/0", True, "/rewards/0: expected an integer, or a rational written as text"),
    ("/states/0/outcomes/1/rewards/0", "1_0", ": /states/0/outcomes/1/rewards/0: expected a rational such as"),
    ("/states/0/outcomes/1/next", {"s1": "9/10"}, ": /states/0/outcomes/1/next: sums to 9/10, expected 1"),
    ("/states/0/outcomes/1/next", {"s1": "1.5", "s0": "-0.5"}, "/next: expected probabilities >= 0, got -1/2"),
    ("/states/0/outcomes/1/next", {"s/~1": "1"}, ": /states/0/outcomes/1/next: expected names of states, got 's/~1'"),
    ("/states/0/outcomes/1/next", {"s1": True}, "/1/next/s1: expected an integer, or a rational written as text"),
    ("/states/0/outcomes/1/next", {"s1": "0." + "3" * 5000}, "/next: sums to 3333333333"),
]  # fmt: skip

NORMAL_CASES = [
    ("/payoffs", [["1", "2"]], ": /payoffs: expected 2 entries, got 1"),
    ("/payoffs", {}, ": /payoffs: expected an array, got an object"),
    ("/payoffs/1", ["1"], ": /payoffs/1: expected 2 entries, got 1"),
    ("/payoffs/1/0", "1/0", ": /payoffs/1/0: expected a rational such as -3, 3/4 or 0.75, got '1/0'"),
    ("/payoffs/1/0", ["1"], ": /payoffs/1/0: expected an integer, or a rational written as text, got an array"),
    ("/actions", [["C", "D"]], ": /actions: expected 2 entries, got 1"),
    ("/actions/1", ["C", "C"], ": /actions/1: expected distinct names, got 'C' twice"),
    ("/discount", "0", "expected only the keys 'actions', "),
    ("/states", [], "expected only the keys 'actions', "),
]

POLICY_CASES = [
    ("/format", "certigap-game", ": /format: expected 'certigap-policy', got 'certigap-game'"),
    ("/rows", DELETE, ": expected the key 'rows', got 'format', 'version'"),
    ("/rows/1", DELETE, ": /rows: expected the key '1', got '2'"),
    ("/rows/3", {}, ": /rows: expected only the keys '1', '2', got '3'"),
    ("/rows/1/s0", DELETE, ": /rows/1: expected a row for state 's0', which has 2 actions, got none"),
    ("/rows/1/s9", {"a": "1"}, ": /rows/1: expected names of states, got 's9'"),
    ("/rows/1/s1", {"b": "1"}, ": /rows/1/s1: expected names of actions here, got 'b'"),
    ("/rows/1/s1", {}, ": /rows/1/s1: sums to 0, expected 1"),
    ("/rows/1/s0", {"a": "1/4"}, ": /rows/1/s0: sums to 1/4, expected 1"),
    ("/rows/1/s0", {"a": "5/4", "b": "-1/4"}, ": /rows/1/s0: expected probabilities >= 0, got -1/4"),
    ("/rows/1/s0", ["1/4", "3/4"], ": /rows/1/s0: expected an object, got an array"),
    ("/rows/1/s0/a", 1, ": /rows/1/s0: sums to "),
    ("/rows/1/s0/a", False, ": /rows/1/s0/a: expected an integer, or a rational written as text, got false"),
    ("/game", "0" * 64, ": /game: expected the hash of this game, "),
    ("/game", 5, ": /game: expected text, got 5"),
    ("/meta", "x", ": /meta: expected an object, got 'x'"),
    ("/comment", "x", "got 'comment'"),
]

TEXT_CASES = [
    ("", "x.json: expected JSON, got an empty text"),
    (" \n ", "x.json: expected JSON, got an empty text"),
    ("\ufeff{}", "x.json: expected JSON without a byte order mark, got one"),
    ('{"a": 1', "x.json: expected strict JSON, got at line 1 column 8: Expecting ',' delimiter"),
    ('{"a": 1,\n}', "x.json: expected strict JSON, got at line "),
    ("{} {}", "x.json: expected strict JSON, got at line 1 column 4: Extra data"),
    ("{'a': 1}", "x.json: expected strict JSON, got at line 1 column 2: "),
    ('["a\nb"]', "x.json: expected strict JSON, got at line 1 column 4: Invalid control character at"),
    ("[01]", "x.json: expected strict JSON, got at line 1 column 3: "),
    ("[1, // one\n2]", "x.json: expected strict JSON, got at line 1 column 5: "),
    ("nul", "x.json: expected strict JSON, got at line 1 column 1: "),
    ('{"a": {"b": 1, "c": 2, "b": 1}}', "x.json: /a: expected distinct keys, got 'b' twice"),
    ('[{"\\u0061": 1, "a": 2}]', "x.json: /0: expected distinct keys, got 'a' twice"),
    ("[NaN]", "x.json: /0: expected strict JSON, got NaN"),
    ("[[], [NaN], 1.5]", "x.json: /1/0: expected strict JSON, got NaN"),
    ("[0, -Infinity]", "x.json: /1: expected strict JSON, got -Infinity"),
    ('{"a": [1, 1e5]}', "x.json: /a/1: expected an integer, or a rational written as text, got the number '1e5'"),
    ("[1.0]", "x.json: /0: expected an integer, or a rational written as text, got the number '1.0'"),
    ("[-0]", "x.json: /0: expected 0 without a sign, got -0"),
    ("[" + "7" * 10**6 + "]", "x.json: /0: expected a number of at most 100000 digits, got 1000000"),
    ('{"~a/b": NaN}', "x.json: /~0a~1b: expected strict JSON, got NaN"),
    ('{"a\\nb": NaN}', r"x.json: /a\nb: expected strict JSON, got NaN"),
    ('{"' + "k" * 500 + '": NaN}', "kkk... (500 characters): expected strict JSON, got NaN"),
    ('{"a": ["\\uD83D\\uDE00", "\\udbff!"]}', r"x.json: /a/1: expected text without lone surrogates, got '\udbff!'"),
    ('{"a": {"\\udfff": 1}}', r"x.json: /a: expected text without lone surrogates, got '\udfff'"),
    ("[" * 150 + "]" * 150, f"x.json: {'/0' * MAX_DEPTH}: expected at most 100 levels of nesting, got more"),
    ("[" * 200_000, "x.json: expected at most 100 levels of nesting, got far more"),
    ('{"a":' * 200_000, "x.json: expected at most 100 levels of nesting, got far more"),
]


@pytest.mark.parametrize(("pointer", "value", "message"), MARKOV_CASES)
def test_bad_markov_games(pointer: str, value: Any, message: str) -> None:
    got = refusal(lambda: parse_game(changed(MARKOV, pointer, value), "game.json"))
    assert got.startswith("game.json: ")
    assert message in got


@pytest.mark.parametrize(("pointer", "value", "message"), NORMAL_CASES)
def test_bad_normal_forms(pointer: str, value: Any, message: str) -> None:
    got = refusal(lambda: parse_game(changed(NORMAL, pointer, value), "game.json"))
    assert got.startswith("game.json: ")
    assert message in got


@pytest.mark.parametrize(("pointer", "value", "message"), POLICY_CASES)
def test_bad_policies(pointer: str, value: Any, message: str) -> None:
    got = refusal(lambda: parse_policy(changed(POLICY, pointer, value), game(), "policy.json"))
    assert got.startswith("policy.json: ")
    assert message in got


@pytest.mark.parametrize(("text", "message"), TEXT_CASES)
def test_text_that_is_not_strict_json(text: str, message: str) -> None:
    assert message in refusal(lambda: parse_json(text, "x.json"))


@pytest.mark.parametrize("value", [[], "x", 1, None, True])
def test_a_file_that_is_no_object(value: Any) -> None:
    for read in (lambda text: parse_game(text, "f"), lambda text: parse_policy(text, game(), "f")):
        assert refusal(lambda read=read: read(json.dumps(value))) == f"f: expected an object, got {brief(value)}"


def game() -> Game:
    return parse_game(json.dumps(MARKOV))


def test_the_documents_themselves_are_accepted() -> None:
    assert repr(game()) == "<Game two rooms: 2 players, 2 states, 3 joint actions, discount 9/10>"
    assert parse_game(json.dumps(NORMAL)).is_normal_form
    assert parse_policy(json.dumps(POLICY | {"game": game().digest, "name": "", "meta": {}}), game())


@pytest.mark.parametrize("cut", range(1, len(json.dumps(POLICY)), 7))
def test_truncated_files(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(POLICY)[:cut])
    assert refusal(lambda: read_policy(path, game())).startswith(f"{path}: expected strict JSON, got at line 1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected JSON, got an empty text"),
        (b'{"a": "\xff"}', "expected UTF-8, got byte 0xff at offset 7"),
        (b"\xef\xbb\xbf{}", "expected UTF-8 without a byte order mark, got one"),
        (json.dumps(MARKOV).encode("utf-16"), "expected UTF-8, got byte 0xff at offset 0"),
        (
            b"PK\x03\x04\x14",
            "expected JSON, got an archive (.npz), damaged or of another kind; certigap convert reads arrays",
        ),
        (b"\xed\xa0\x80", "expected UTF-8, got byte 0xed at offset 0"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "game.json"
    path.write_bytes(content)
    assert refusal(lambda: read_game(path)) == f"{path}: {message}"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    message = "expected a readable file, got: "
    assert refusal(lambda: read_game(tmp_path)) == f"{tmp_path}: {message}Is a directory"
    assert refusal(lambda: read_game(tmp_path / "no")) == f"{tmp_path}/no: {message}No such file or directory"
    assert refusal(lambda: read_game("a\0b")) == rf"a\x00b: {message}embedded null byte"
    assert "File name too long" in refusal(lambda: read_game("x" * 300))


def test_files_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    path.write_text("{}")
    path.chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        assert refusal(lambda: read_game(path)).endswith("expected a readable file, got: Permission denied")
    finally:
        os.seteuid(user)


def test_the_file_name_stays_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.json"
    path.write_text("[")
    assert r"two\nlines.json: expected strict JSON" in refusal(lambda: read_game(path))


def test_files_over_the_limit_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    path.write_text("[1, 2, 3]")
    assert read_json(path, max_bytes=9).value == [1, 2, 3]
    assert refusal(lambda: read_json(path, max_bytes=8)) == f"{path}: expected at most 8 bytes, got more"
    with open(path, "wb") as file:
        file.truncate(2**31)
    start = time.perf_counter()
    assert "expected at most 1073741824 bytes, got more" in refusal(lambda: read_json(path))
    assert time.perf_counter() - start < 1


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless file here")
def test_endless_files_are_refused() -> None:
    assert "expected at most 1000 bytes" in refusal(lambda: read_json("/dev/zero", max_bytes=1000))


def test_pairs_of_surrogates_are_text() -> None:
    assert parse_json('["\\uD83D\\uDE00", "\\\\udfff"]').value == ["\U0001f600", r"\udfff"]


def test_nesting_up_to_the_limit_is_accepted() -> None:
    text = json.dumps(nested(MAX_DEPTH))
    assert parse_json(text).value == nested(MAX_DEPTH)
    assert "levels" in refusal(lambda: parse_json(f"[{text}]"))


def test_numbers_of_thousands_of_digits_are_accepted_and_a_million_refused_quickly() -> None:
    long = "3" * 5000
    assert parse_game(changed(NORMAL, "/payoffs/0/0", long)).reward(0, 0) == (10**5000 - 1) // 3
    assert parse_json(f"[{long}]").child(0).integer() == (10**5000 - 1) // 3
    start = time.perf_counter()
    for text in ("3" * 10**6, "1/" + "3" * 10**6, "0." + "3" * 10**6):
        got = refusal(lambda text=text: parse_game(changed(NORMAL, "/payoffs/0/0", text), "g"))
        assert got.startswith("g: /payoffs/0/0: expected a number of at most 100000 digits, got 100000")
    assert time.perf_counter() - start < 2


def test_a_list_of_many_players_is_counted_without_overflow() -> None:
    players = [str(k) for k in range(20_000)]
    document = NORMAL | {"players": players, "actions": [["a", "b"]] * len(players)}
    assert "(6021 characters) entries, got 2" in refusal(lambda: parse_game(json.dumps(document), "g"))


def test_integers_have_ends_and_booleans_are_none() -> None:
    node = parse_json("[5, true, -1]", "w.json")
    assert node.child(0).integer(0, 5) == 5
    assert refusal(lambda: node.child(0).integer(0, 4)) == "w.json: /0: expected an integer from 0 to 4, got 5"
    assert refusal(lambda: node.child(1).integer()) == "w.json: /1: expected an integer, got true"
    assert refusal(lambda: node.child(2).integer(0)) == "w.json: /2: expected an integer of at least 0, got -1"


def test_canonical_rationals_are_no_decimals() -> None:
    node = parse_json('["0.5", "1/2"]', "c.json")
    assert node.child(1).rational(canonical=True) == node.child(0).rational()
    expected = "c.json: /0: expected an integer or a fraction in lowest terms, got '0.5'"
    assert refusal(lambda: node.child(0).rational(canonical=True)) == expected
