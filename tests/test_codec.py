"""Game and policy files: round trips, the normalised form, the hash (FORMAT 1 to 4)."""

import gc
import hashlib
import itertools
import json
import random
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certigap.errors import InputError
from certigap.model import Game, Policy, bimatrix, normal_form, read_game, read_policy, write_game, write_policy
from certigap.model.build import markov_game
from certigap.model.files.codec import (
    game_digest,
    game_to_json,
    parse_game,
    parse_policy,
    policy_rows_from_node,
    policy_rows_to_json,
    policy_to_json,
)
from certigap.model.files.strict_json import Node, dumps
from tests.helpers.checker.harness import load

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=3)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)
NUMBERS = st.fractions(max_denominator=30)
HUGE = Fraction(7**6000, 3**5000)


@st.composite
def _weights(draw: st.DrawFn, names: list[str]) -> dict[str, str]:
    weights = draw(st.lists(st.integers(0, 4), min_size=len(names), max_size=len(names)).filter(any))
    row = {name: str(Fraction(w, sum(weights))) for name, w in zip(names, weights, strict=True)}
    return {name: row[name] for name in draw(st.permutations(names))}


def _names(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(NAMES, min_size=least, max_size=most, unique=True)


@st.composite
def markov_files(draw: st.DrawFn) -> dict[str, Any]:
    """A game file of up to 3 players and 3 states, with zero entries and any order of keys."""
    players, states = draw(_names(1, 3)), draw(_names(1, 3))
    bodies = []
    for state in states:
        actions = [draw(_names(1, 2)) for _ in players]
        outcomes = [
            {"rewards": [str(draw(NUMBERS)) for _ in players], "next": draw(_weights(states))}
            for _ in itertools.product(*actions)
        ]
        bodies.append({"name": state, "actions": actions, "outcomes": outcomes})
    game = {
        "format": "certigap-game",
        "version": 1,
        "name": draw(NAMES),
        "meta": draw(st.dictionaries(TEXTS, st.integers() | TEXTS | st.lists(st.none()), max_size=2)),
        "players": players,
        "discount": str(draw(st.fractions(0, 1, max_denominator=20).filter(lambda g: g < 1))),
        "initial": draw(_weights(states)),
        "states": bodies,
    }
    return {key: game[key] for key in draw(st.permutations(list(game)))}


@st.composite
def normal_form_files(draw: st.DrawFn) -> dict[str, Any]:
    players = draw(_names(1, 3))
    actions = [draw(_names(1, 3)) for _ in players]
    payoffs = [[str(draw(NUMBERS)) for _ in players] for _ in itertools.product(*actions)]
    return {"format": "certigap-game", "version": 1, "players": players, "actions": actions, "payoffs": payoffs}


@st.composite
def policy_files(draw: st.DrawFn, file: dict[str, Any]) -> dict[str, Any]:
    """A policy file for a game file: every row given, zero entries included."""
    if "payoffs" in file:
        rows: Any = {p: draw(_weights(own)) for p, own in zip(file["players"], file["actions"], strict=True)}
    else:
        rows = {
            player: {state["name"]: draw(_weights(state["actions"][i])) for state in file["states"]}
            for i, player in enumerate(file["players"])
        }
    return {"format": "certigap-policy", "version": 1, "rows": rows}


GAME_FILES = markov_files() | normal_form_files()
GAMES_WITH_POLICIES = GAME_FILES.flatmap(lambda file: st.tuples(st.just(file), policy_files(file)))


def independent_digest(file: dict[str, Any]) -> str:
    """The hash from the file alone: FORMAT 3's rule applied by hand."""

    def nonzero(row: dict[str, str]) -> dict[str, str]:
        return {name: str(Fraction(text)) for name, text in row.items() if Fraction(text) != 0}

    form = {key: value for key, value in file.items() if key not in ("name", "meta")}
    if "payoffs" in form:
        form["payoffs"] = [[str(Fraction(text)) for text in entry] for entry in form["payoffs"]]
    else:
        form["discount"] = str(Fraction(form["discount"]))
        form["initial"] = nonzero(form["initial"])
        form["states"] = [
            state
            | {
                "outcomes": [
                    {"rewards": [str(Fraction(x)) for x in one["rewards"]], "next": nonzero(one["next"])}
                    for one in state["outcomes"]
                ]
            }
            for state in form["states"]
        ]
    return hashlib.sha256(json.dumps(form, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@settings(max_examples=40)
@given(GAME_FILES)
def test_games_survive_the_round_trip(file: dict[str, Any]) -> None:
    game = parse_game(json.dumps(file))
    form = game_to_json(game)
    again = parse_game(dumps(form, pretty=True))
    assert again == game
    assert game_to_json(again) == form
    assert (again.name, again.meta) == (file.get("name", ""), file.get("meta", {}))


@settings(max_examples=40)
@given(GAME_FILES)
def test_the_hash_follows_from_the_file_alone(file: dict[str, Any]) -> None:
    assert parse_game(json.dumps(file)).digest == independent_digest(file)


@settings(max_examples=40)
@given(markov_files())
def test_the_game_says_what_the_file_says(file: dict[str, Any]) -> None:
    game = parse_game(json.dumps(file))
    outcomes = [outcome for state in file["states"] for outcome in state["outcomes"]]
    assert game.layout.rows == len(outcomes)
    for row, outcome in enumerate(outcomes):
        assert [game.reward(i, row) for i in range(len(game.players))] == [Fraction(x) for x in outcome["rewards"]]
        expected = {game.states.index(s): Fraction(p) for s, p in outcome["next"].items() if Fraction(p)}
        assert game.transitions.row(row) == expected
        columns = game.transitions.columns[game.transitions.offsets[row] : game.transitions.offsets[row + 1]].tolist()
        assert columns == sorted(columns)
    start = dict(zip(game.states, game.initial.fractions(), strict=True))
    assert start == {state: Fraction(file["initial"].get(state, 0)) for state in game.states}


def number_forms(rng: random.Random, x: Fraction) -> list[Any]:
    """The ways of a game file to write a number."""
    forms: list[Any] = [str(x)]
    if x.denominator == 1:
        forms += [int(x), f"{x}.0"]
    if 10**9 % x.denominator == 0:
        whole, part = divmod(abs(int(x * 10**9)), 10**9)
        forms.append(f"{'-' if x < 0 else ''}{whole}.{part:09}")
    return rng.choice(forms)


@pytest.mark.parametrize("bits", [1, 3, 20, 30, 53, 59, 60, 61, 62, 63, 64, 70, 400])
def test_numbers_of_every_size_and_form(bits: int) -> None:
    rng = random.Random(bits)
    states = [f"s{k}" for k in range(4)]

    def row() -> dict[str, Any]:
        weights = [rng.getrandbits(bits) if rng.random() < 2 / 3 else 0 for _ in states]
        weights[rng.randrange(4)] += 10 ** rng.randrange(2)
        parts = [(state, Fraction(weight, sum(weights))) for state, weight in zip(states, weights, strict=True)]
        rng.shuffle(parts)
        return {state: part for state, part in parts if part or rng.random() < 1 / 2}

    def reward() -> Fraction:
        return Fraction(rng.getrandbits(bits) - rng.getrandbits(bits), rng.choice([1, 8, 10**6, 7, 2**bits + 1]))

    rows = [[([reward()], row()) for _ in range(2)] for _ in states]
    outcome = {(s, (a,)): rows[k][j] for k, s in enumerate(states) for j, a in enumerate("ab")}
    own = {"players": ["1"], "discount": "1/2"}
    built = markov_game(states=states, actions=[["a", "b"]], outcome=outcome, initial={"s0": 1}, **own)
    bodies = [
        {
            "name": state,
            "actions": [["a", "b"]],
            "outcomes": [
                {
                    "rewards": [number_forms(rng, x) for x in rewards],
                    "next": {other: number_forms(rng, p) for other, p in following.items()},
                }
                for rewards, following in rows[k]
            ],
        }
        for k, state in enumerate(states)
    ]
    file = {"format": "certigap-game", "version": 1, "initial": {"s0": 1}, "states": bodies, **own}
    game = parse_game(json.dumps(file))
    assert game.digest == built.digest == independent_digest(file)
    for k in range(8):
        assert game.transitions.row(k) == built.transitions.row(k)
        assert game.reward(0, k) == built.reward(0, k)
    for ours, others in ((game.transitions.weights, built.transitions.weights), (game.rewards[0], built.rewards[0])):
        assert ours.dtype == others.dtype
        assert ours.tolist() == others.tolist()


@settings(max_examples=40)
@given(GAMES_WITH_POLICIES)
def test_policies_survive_the_round_trip(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    game = parse_game(json.dumps(pair[0]))
    policy = parse_policy(json.dumps(pair[1]), game)
    form = policy_to_json(policy)
    assert parse_policy(dumps(form), game) == policy
    assert form["game"] == game.digest
    assert policy_rows_from_node(Node(form["rows"], "rows"), game) == policy.rows
    for i, player in enumerate(game.players):
        for s, state in enumerate(game.states):
            given_row = pair[1]["rows"][player] if game.is_normal_form else pair[1]["rows"][player][state]
            expected = [Fraction(given_row[action]) for action in game.actions[s][i]]
            assert policy.rows[i][s].fractions() == expected


@settings(max_examples=40)
@given(markov_files())
def test_zero_entries_and_titles_do_not_change_the_hash(file: dict[str, Any]) -> None:
    before = parse_game(json.dumps(file)).digest
    for state in file["states"]:
        for outcome in state["outcomes"]:
            outcome["next"] = {s: p for s, p in outcome["next"].items() if p != "0"}
    file["name"], file["meta"] = "another", {"source": ["x", 1, None, True]}
    assert parse_game(json.dumps(file)).digest == before


@settings(max_examples=40)
@given(markov_files())
def test_relabelling_changes_the_hash(file: dict[str, Any]) -> None:
    before = parse_game(json.dumps(file)).digest
    file["players"] = [*file["players"][:-1], "a new player"]
    assert parse_game(json.dumps(file)).digest != before


def test_decimals_and_fractions_are_one_game() -> None:
    assert bimatrix([["0.50", "-1.0"]]) == bimatrix([["1/2", -1]])
    assert bimatrix([["0.50", "-1.0"]]) != bimatrix([["1/2", 1]])


def test_the_hash_of_a_known_file() -> None:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]], actions=[["C", "D"], ["C", "D"]])
    text = (
        '{"actions":[["C","D"],["C","D"]],"format":"certigap-game","payoffs":[["-1/10","-1/10"],["-9/10","0"],'
        '["0","-9/10"],["0","0"]],"players":["1","2"],"version":1}'
    )
    assert game_digest(game) == hashlib.sha256(text.encode()).hexdigest()


def _one_state(actions: list[list[str]], outcomes: int) -> dict[str, Any]:
    outcome = {"rewards": ["0"] * len(actions), "next": {"s": "1"}}
    return {
        "format": "certigap-game",
        "version": 1,
        "players": [str(k) for k in range(len(actions))],
        "discount": "0",
        "initial": {"s": "1"},
        "states": [{"name": "s", "actions": actions, "outcomes": [outcome] * outcomes}],
    }


def test_a_normal_form_is_not_the_markov_game_of_one_state() -> None:
    markov = parse_game(json.dumps(_one_state([["a"]], 1)))
    assert markov != normal_form([[0]], players=["0"], actions=[["a"]])


def test_the_normalised_policy_leaves_out_what_need_not_be_said() -> None:
    game = parse_game(json.dumps(_one_state([["a", "b"], ["c"]], 2)))
    policy = Policy.from_rows(game, [[[1, 0]], [[1]]])
    assert policy_rows_to_json(policy) == {"0": {"s": {"a": "1"}}, "1": {}}
    in_full = {"0": {"s": {"b": "0", "a": "1.0"}}, "1": {"s": {"c": "1"}}}
    assert policy_rows_from_node(Node(in_full, "rows"), game) == policy.rows


def test_numbers_of_thousands_of_digits(tmp_path: Path) -> None:
    game = bimatrix([[HUGE, 1]])
    assert game.reward(1, 0) == -HUGE
    write_game(game, tmp_path / "g.json")
    assert read_game(tmp_path / "g.json") == game
    policy = Policy.from_rows(game, [[1], [1 / HUGE, 1 - 1 / HUGE]])
    write_policy(policy, tmp_path / "p.json")
    assert read_policy(tmp_path / "p.json", game) == policy
    assert len(game._repr_html_()) < 1000


def test_files_keep_title_meta_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    file = {"format": "certigap-game", "version": 1, "players": ["é", "2"], "actions": [["a"], ["ü", "\u2027"]]}
    path.write_text(json.dumps(file | {"payoffs": [["0.5", "1"]] * 2, "name": "x", "meta": {"k": [1, {}]}}), "utf-8")
    game = read_game(path)
    write_game(game, tmp_path / "copy.json")
    copy = read_game(tmp_path / "copy.json")
    assert (copy, copy.name, copy.meta) == (game, "x", {"k": [1, {}]})
    raw = json.loads((tmp_path / "copy.json").read_text("utf-8"))
    assert raw["payoffs"] == [["1/2", "1"]] * 2


def test_a_title_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="title of the game: expected a name without control characters"):
        write_game(bimatrix([[1]], name="two\nlines"), tmp_path / "g.json")
    assert list(tmp_path.iterdir()) == []


def test_an_equal_game_is_the_same_dictionary_key() -> None:
    games: dict[Game, int] = {bimatrix([[1]]): 1}
    assert games[bimatrix([["1.0"]])] == 1


def as_integers(value: Any) -> Any:
    """The JSON value with every integer that is written as text as a JSON number; names in lists stay."""
    if isinstance(value, dict):
        named = ("name", "players", "actions")
        return {key: item if key in named else as_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_integers(item) for item in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii() else value


@settings(max_examples=40, deadline=None)  # the checker is compiled for each example
@given(GAMES_WITH_POLICIES)
def test_integers_may_be_numbers(files: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Of games and policies: the same game, with the same hash, and the trusted reader's digest is that too."""
    file, policy = files
    file.pop("meta", None)
    game, numbers = parse_game(json.dumps(file)), json.dumps(as_integers(file))
    again = parse_game(numbers)
    assert again == game
    assert parse_policy(json.dumps(as_integers(policy)), again) == parse_policy(json.dumps(policy), game)
    trusted = load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.json"
        path.write_text(numbers)
        judged = trusted.Game(trusted.read_json(str(path)))
        assert judged.digest == game.digest == independent_digest(file)
        path.write_text(json.dumps(as_integers(policy)))
        rows = trusted.read_policy(judged, str(path))
    assert rows == [[list(row.fractions()) for row in own] for own in parse_policy(json.dumps(policy), game).rows]


def test_numbers_that_are_no_integers_stay_refused() -> None:
    """A point or an exponent, or true: what a JSON writer made of a float would be a guess."""
    form = '{"format":"certigap-game","version":1,"players":["1"],"actions":[["a"]],"payoffs":[[%s]]}'
    assert parse_game(form % "-3") == parse_game(form % '"-3"')
    for wrong in ("1.0", "1e3", "true", "null", "[1]"):
        with pytest.raises(InputError, match="expected an integer, or a rational written as text"):
            parse_game(form % wrong)


def test_the_hash_is_that_of_the_written_form() -> None:
    """The text is hashed without being built as a tree: names out of order or escaped, long numbers, certain moves."""
    long = "1" + 4_900 * "0" + "7"  # more digits than `int` takes by itself
    text = (
        '{"format":"certigap-game","version":1,"players":["\\u00e9","2"],"discount":"1/2","initial":{"z":"1"},'
        '"states":[{"name":"z","actions":[["a"],["b","c"]],"outcomes":['
        f'{{"rewards":["1/{long}","-2"],"next":{{"z":"1/3","\\ud83d\\ude00":"1/6","\\"":"1/2"}}}},'
        '{"rewards":[3,"0.5"],"next":{"z":"1","\\"":"0"}}]},'
        '{"name":"\\ud83d\\ude00","actions":[["a"],["b"]],"outcomes":[{"rewards":["0","0"],"next":{"z":1}}]},'
        f'{{"name":"\\"","actions":[["a"],["b"]],"outcomes":[{{"rewards":["0","0"],"next":'
        f'{{"z":"1/{long}","\\"":"1{4_900 * "0"}6/{long}"}}}}]}}]}}'
    )
    game = parse_game(text)
    written = dumps(game_to_json(game), sort_keys=True)
    assert game.digest == hashlib.sha256(written.encode()).hexdigest()
    assert parse_game(written) == game


def test_the_collector_is_as_it_was() -> None:
    with pytest.raises(InputError):
        parse_game("{}")
    assert gc.isenabled()
