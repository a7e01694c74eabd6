"""Dominance in Markov games: proven, refuted, undecided; certificates, and a mutant for every condition."""
# ruff: noqa: E501, a snippet of the source stays in one piece

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.strategies import random_policy

CHECKER = load()


def tempting(gain: str) -> tuple[cg.Game, cg.Policy]:
    """Player 1 moves to t by `b`; there it earns what player 2 allows: 1 or `gain`. Staying by `a` earns 1 a step."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
        if state == "s":
            return (["1", "0"], {"s": "1"}) if joint[0] == "a" else (["1", "0"], {"t": "1"})
        return ["1" if joint[1] == "c" else gain, "0"], {"t": "1"}

    game = cg.markov_game(
        players=["1", "2"],
        states=["s", "t"],
        actions={"s": [["a", "b"], ["-"]], "t": [["-"], ["c", "d"]]},
        outcome=outcome,
        discount="1/2",
        initial={"s": "1"},
    )
    return game, cg.Policy.pure(game)


@pytest.mark.parametrize(("gain", "verdict"), [("1/2", "proven"), ("1", "proven"), ("1000001/1000000", "refuted")])
def test_a_millionth_decides(gain: str, verdict: str, tmp_path: Path) -> None:
    game, expert = tempting(gain)
    answer = cg.markov_dominance(game, expert)
    assert answer.dominant == (verdict, "proven")
    cg.write_game(game, tmp_path / "g.json")
    cg.certificate(answer).write(tmp_path / "x.cert.json")
    (result,) = cg.verify(tmp_path / "g.json", tmp_path / "x.cert.json")
    assert result.verdict == "valid"
    if verdict == "refuted":
        refutation = answer.refutations["1"]
        assert refutation.player_gaps[0].value == Fraction(1, 1_000_000)
        cg.certificate(refutation).write(tmp_path / "y.cert.json")
        (result,) = cg.verify(tmp_path / "g.json", tmp_path / "y.cert.json")
        assert result.verdict == "valid"


def correlated() -> tuple[cg.Game, cg.Policy]:
    """Player 2's row at t counts for both actions of player 1 at s, with a little more by `a`: branching must see it.

    From s, `a` leads to t and `b` to u; u pays what t pays less 1/20, by going through t a step later.
    """

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
        if state == "s":
            return ["0", "0"], {"t": "1"} if joint[0] == "a" else {"u": "1"}
        if state == "u":
            return ["-1/20", "0"], {"t": "1"}
        return ["1" if joint[1] == "c" else "0", "0"], {"end": "1"}

    def rewards(state: str, joint: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
        return (["0", "0"], {"end": "1"}) if state == "end" else outcome(state, joint)

    game = cg.markov_game(
        players=["1", "2"],
        states=["s", "t", "u", "end"],
        actions={"s": [["a", "b"], ["-"]], "t": [["-"], ["c", "d"]], "u": [["-"], ["-"]], "end": [["-"], ["-"]]},
        outcome=rewards,
        discount="9/10",
        initial={"s": "1"},
    )
    return game, cg.Policy.pure(game)


def test_branching_proves_what_one_box_does_not(tmp_path: Path) -> None:
    game, expert = correlated()
    answer = cg.markov_dominance(game, expert)
    assert answer.dominant == ("proven", "proven")
    assert len(answer.proofs["1"]) > 10
    assert cg.markov_dominance(game, expert, max_nodes=5).dominant[0] == "undecided"
    cg.write_game(game, tmp_path / "g.json")
    cg.certificate(answer).write(tmp_path / "x.cert.json")
    (result,) = cg.verify(tmp_path / "g.json", tmp_path / "x.cert.json")
    assert result.verdict == "valid"


@pytest.mark.parametrize("name", ["sharpness", "theorem2", "lemma2", "algorithm1"])
def test_proven_players_gain_nothing_against_random_policies(name: str) -> None:
    game, expert = cg.games.load(name), cg.games.expert(name)
    answer = cg.markov_dominance(game, expert, budget=20)
    rng = random.Random(name)
    for i, verdict in enumerate(answer.dominant):
        for _ in range(10 if verdict == "proven" else 0):
            policy = random_policy(rng, game).replace(i, expert.rows[i])
            assert cg.player_gaps(game, policy)[i].value == 0
    for player, refutation in answer.refutations.items():
        i = game.players.index(player)
        assert refutation.policy.rows[i] == expert.rows[i]
        assert refutation.player_gaps[i].value > 0


def trees(game: cg.Game, expert: cg.Policy) -> Iterator[dict[str, Any]]:
    """Claims that player 1 is dominant, which is false, with proofs bent in every place."""
    size = len(game.states)

    def vector(*values: str) -> dict[str, Any]:
        numbers = [Fraction(x) for x in values * (1 if len(values) == size else size)]
        return {"den": "1000", "num": [int(1000 * x) for x in numbers]}

    base = cg.certificate(cg.gaps(game, expert)).to_json()
    claim = {"kind": "dominant", "expert": base["claim"]["policy"], "players": ["1"]}
    leaf = {"leaf": [0, 1]}
    halves = [{"split": ["2", "t", "c", "1/2"]}, leaf, leaf]
    vectors = [vector("2", "4"), vector("2", "2"), vector("9"), vector("-9"), vector("1"), vector("2", "3")]
    for k, high in enumerate(vectors):
        for low in vectors[k:] + vectors[:k]:
            for tree in ([leaf], halves, [{"split": ["2", "t", "c", "1"]}, leaf, leaf]):
                yield base | {"claim": claim, "proof": {"1": {"vectors": [high, low], "tree": tree}}}


MUTANTS = [
    ("region = Region(game, expert, [[ZERO if j == i else TWO] * game.size for j in range(game.n)])", "region = Region(game, expert, [[ZERO] * game.size for j in range(game.n)])"),
    ("            check_vector(game, i, rows, high, Step.best_value, UPPER, where)\n", ""),
    ("            check_vector(game, i, rows, low, Step.best_value, LOWER, where)\n", ""),
    ("check_best(game, i, expert, rows, (high, low), reached, where)", "pass"),
    ("for a, best in itertools.product(step.actions, step.actions):", "for a, best in zip(step.actions, step.actions):"),
    ("step.regret(own, bounds, best, a) > 0:", "step.regret(own, bounds, a, a) > 0:"),
    ("reached = {s for s, p in enumerate(game.initial) if p}", "reached = {1}"),
]  # fmt: skip


@pytest.fixture(scope="module")
def false(tmp_path_factory: pytest.TempPathFactory) -> Any:
    game, expert = tempting("2")
    folder = tmp_path_factory.mktemp("tempting")
    cg.write_game(game, folder / "g.json")
    return folder, [*trees(game, expert)]


def test_no_bent_tree_is_accepted(false: Any) -> None:
    folder, made = false
    bench = Bench(CHECKER, folder / "g.json", folder)
    assert {bench.verdict(data) for data in made} == {"invalid"}


@pytest.mark.parametrize(("old", "new"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_accepts_one(old: str, new: str, false: Any) -> None:
    folder, made = false
    text = source()
    assert text["dominant"].count(old) == 1
    bench = Bench(load(text | {"dominant": text["dominant"].replace(old, new)}), folder / "g.json", folder)
    assert any(bench.verdict(data) == "valid" for data in made)


def test_rows_that_are_never_reached_may_be_bad(tmp_path: Path) -> None:
    """Player 1 stays at s by `a`; at t, where only its own `b` leads, its row is the worse one. Dominant at the start."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
        if state == "s":
            return (["1", "0"], {"s": "1"}) if joint[0] == "a" else (["0", "0"], {"t": "1"})
        return [{"x": "0", "y": "1/2"}[joint[0]], "0"], {"t": "1"}

    actions = {"s": [["a", "b"], ["c", "d"]], "t": [["x", "y"], ["c", "d"]]}
    game = cg.markov_game(
        players=["1", "2"], states=["s", "t"], actions=actions, outcome=outcome, discount="1/2", initial={"s": "1"}
    )
    answer = cg.markov_dominance(game, cg.Policy.pure(game))
    assert answer.dominant == ("proven", "proven")
    cg.write_game(game, tmp_path / "g.json")
    cg.certificate(answer).write(tmp_path / "x.cert.json")
    (result,) = cg.verify(tmp_path / "g.json", tmp_path / "x.cert.json")
    assert result.verdict == "valid"
    leaving = cg.Policy.pure(game, {"1": {"s": "b"}})
    assert cg.markov_dominance(game, leaving).dominant == ("refuted", "proven")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"players": []}, "malformed"),
        ({"players": ["3"]}, "malformed"),
        ({"players": ["1", "1"]}, "malformed"),
        ({"extra": 1}, "malformed"),
    ],
)
def test_malformed_claims(change: dict[str, Any], verdict: str, tmp_path: Path) -> None:
    game, expert = tempting("1/2")
    cg.write_game(game, tmp_path / "g.json")
    data = cg.certificate(cg.markov_dominance(game, expert)).to_json()
    data = json.loads(json.dumps(data))
    data["claim"] |= change
    assert Bench(CHECKER, tmp_path / "g.json", tmp_path).verdict(data) == verdict
