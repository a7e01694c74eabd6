"""Finite horizon: gaps by brute force and on the time expansion written out, files, policies, and what is refused."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.errors import InputError
from certigap.model.finite import (
    FiniteGame,
    FinitePolicy,
    finite_horizon,
    read_any_game,
    read_finite_policy,
    write_finite_game,
    write_finite_policy,
)
from certigap.semantics.finite import finite_gaps, finite_occupancy, finite_values
from tests.helpers.finite import (
    gap_by_enumeration,
    layered,
    layered_policy,
    random_game,
    random_policy,
    value_by_plays,
)


@pytest.mark.parametrize("seed", range(6))
def test_gaps_by_enumeration_of_plays_and_deviations(seed: int) -> None:
    game = random_game(seed, players=2 + seed % 2, states=2, horizon=2, discount=("1", "2/3", "0")[seed % 3])
    policy = random_policy(game, seed)
    answer = finite_gaps(game, policy)
    for i in range(len(game.players)):
        assert answer.player_gaps[i].value == gap_by_enumeration(game, policy, i)
        at_start = answer.values[i][0].lower.dot(game.stage.initial.weights, game.stage.initial.denominator)
        assert at_start == value_by_plays(game, policy, i)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("discount", ["1", "3/4"])
def test_gaps_equal_the_discounted_ones_of_the_time_expansion(seed: int, discount: str) -> None:
    game = random_game(seed, states=3, horizon=4, discount=discount)
    policy = random_policy(game, seed)
    expanded = layered(game, Fraction(3, 4))
    wanted = cg.gaps(expanded, layered_policy(expanded, policy), arithmetic="exact")
    found = finite_gaps(game, policy)
    assert [gap.value for gap in found.player_gaps] == [gap.value for gap in wanted.player_gaps]
    assert found.nash_conv.value == wanted.nash_conv.value
    masses = cg.occupancy(expanded, layered_policy(expanded, policy), "exact").lower.fractions()
    flat = [
        x * Fraction(3, 4) ** t / 4
        for t, own in enumerate(finite_occupancy(game, policy))
        for x in own.lower.fractions()
    ]
    assert flat == masses[:-1]


def test_the_deviation_attains_the_optimum() -> None:
    game = random_game(3, states=3, horizon=4)
    policy = random_policy(game, 4)
    answer = finite_gaps(game, policy)
    for i, rows in enumerate(answer.deviations):
        deviating = finite_values(game, policy.replace(i, rows))[i]
        assert [bracket.lower for bracket in deviating] == [bracket.lower for bracket in answer.optima[i]]


@pytest.mark.parametrize("seed", range(4))
def test_enclosed_gaps_surround_the_exact_ones(seed: int) -> None:
    game = random_game(seed, states=3, horizon=6, discount="9/10")
    policy = random_policy(game, seed)
    exact, enclosed = finite_gaps(game, policy, "exact"), finite_gaps(game, policy, "enclosed")
    for one, other in zip(exact.player_gaps, enclosed.player_gaps, strict=True):
        assert one.value in other
        assert other.width < Fraction(1, 2**90)
    for one, other in zip(
        finite_occupancy(game, policy, "exact"), finite_occupancy(game, policy, "enclosed"), strict=True
    ):
        pairs = zip(other.lower.fractions(), one.lower.fractions(), other.upper.fractions(), strict=True)
        assert all(low <= x <= high for low, x, high in pairs)


def test_long_numbers_become_enclosures() -> None:
    game = finite_horizon(cg.games.load("tag"), 50)
    policy = FinitePolicy.repeated(game, cg.games.learner("tag"))
    answer = finite_gaps(game, policy)
    assert answer.arithmetic == "enclosed"
    assert answer.nash_gap.width < Fraction(1, 2**80)


def test_the_paper_s_games_of_appendix_f() -> None:
    for name, slope, shift in (("lemma1", Fraction(5, 3), 0), ("theorem2", Fraction(1), 2)):
        game = finite_horizon(cg.games.load(name), 7)
        answer = finite_gaps(game, FinitePolicy.repeated(game, cg.games.learner(name)))
        assert answer.nash_gap.value == slope * 7 - shift


def test_nothing_is_as_large_as_the_time_expansion() -> None:
    """A long horizon of a large game: only what is asked for is kept, and the transitions once."""
    game = finite_horizon(cg.games.load("tag"), 100_000)
    assert game.stage.transitions.columns.nbytes < 2**16
    policy = FinitePolicy.repeated(game, cg.games.expert("tag"))
    assert len({id(step) for step in policy.steps}) == 1


def test_files_go_round(tmp_path: Path) -> None:
    game = random_game(1, horizon=3, discount="1/2")
    write_finite_game(game, tmp_path / "game.json")
    assert read_any_game(tmp_path / "game.json") == game
    for policy in (random_policy(game, 2), FinitePolicy.uniform(game)):
        write_finite_policy(policy, tmp_path / "policy.json")
        assert read_finite_policy(tmp_path / "policy.json", game) == policy
    assert isinstance(json.loads((tmp_path / "policy.json").read_text())["rows"], dict)


def test_discount_is_1_where_it_is_left_out(tmp_path: Path) -> None:
    write_finite_game(random_game(1), tmp_path / "game.json")
    data = json.loads((tmp_path / "game.json").read_text())
    assert data.pop("discount") == "1"
    (tmp_path / "short.json").write_text(json.dumps(data))
    assert read_any_game(tmp_path / "short.json") == read_any_game(tmp_path / "game.json")


def test_the_hash_depends_on_horizon_and_discount() -> None:
    stage = cg.games.load("lemma1")
    games: list[Any] = [finite_horizon(stage, h, g) for h in (2, 3) for g in ("1", "9/10")] + [stage]
    assert len({game.digest for game in games}) == 5
    assert len(set(games[:4])) == 4


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("horizon", 0, "/horizon: expected an integer from 1 to 1000000, got 0"),
        ("horizon", 10**6 + 1, "/horizon: expected an integer from 1 to 1000000"),
        ("horizon", "5", "/horizon: expected an integer"),
        ("horizon", True, "/horizon: expected an integer"),
        ("horizon", None, "/horizon: expected an integer"),
        ("discount", "3/2", "/discount: expected a rational in [0, 1] beside a horizon"),
        ("discount", "-1/2", "/discount: expected a rational in [0, 1] beside a horizon"),
        ("payoffs", [], "payoffs"),
    ],
)
def test_bad_games_are_refused(key: str, value: Any, said: str, tmp_path: Path) -> None:
    write_finite_game(random_game(1), tmp_path / "game.json")
    data = json.loads((tmp_path / "game.json").read_text()) | {key: value}
    (tmp_path / "game.json").write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        read_any_game(tmp_path / "game.json")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_discount_1_needs_a_horizon(tmp_path: Path) -> None:
    write_finite_game(random_game(1), tmp_path / "game.json")
    data = json.loads((tmp_path / "game.json").read_text())
    data.pop("horizon")
    (tmp_path / "game.json").write_text(json.dumps(data))
    with pytest.raises(InputError, match=r"/discount: expected a rational in \[0, 1\), got"):
        cg.read_game(tmp_path / "game.json")


def test_bad_policies_are_refused(tmp_path: Path) -> None:
    game = random_game(1, horizon=3)
    write_finite_policy(random_policy(game, 2), tmp_path / "policy.json")
    data = json.loads((tmp_path / "policy.json").read_text())
    for wrong, said in (
        ({"rows": data["rows"][:2]}, "expected 3 entries, got 2"),
        ({"game": "0" * 64}, "expected the hash of this game"),
        ({"rows": []}, "expected 3 entries, got 0"),
        ({"rows": [*data["rows"][:2], {}]}, "/rows/2"),
    ):
        (tmp_path / "policy.json").write_text(json.dumps(data | wrong))
        with pytest.raises(InputError, match=said):
            read_finite_policy(tmp_path / "policy.json", game)
    with pytest.raises(InputError, match="expected 3 steps, got 1"):
        FinitePolicy(game, (random_policy(game, 1).steps[0],))
    with pytest.raises(InputError, match="expected steps of the stage game"):
        FinitePolicy(game, (cg.games.learner("lemma1"),) * 3)
    with pytest.raises(InputError, match="expected one with the names"):
        FinitePolicy.repeated(game, cg.games.learner("lemma1"))
    other = random_game(2, horizon=3)
    with pytest.raises(InputError, match="expected one of"):
        finite_gaps(game, random_policy(other, 1))


def test_a_normal_form_is_repeated() -> None:
    game = finite_horizon(cg.games.load("algorithm1"), 4)
    expert = FinitePolicy.repeated(game, cg.games.expert("algorithm1"))
    assert finite_gaps(game, expert).nash_gap.value == 0
    assert isinstance(game, FiniteGame)
