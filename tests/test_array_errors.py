"""Errors of array policies: intervals beside the exact errors of the same games, the command line, refusals."""

import random
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game, write_array_policy
from certigap.model.large.families import grid_game, random_game
from certigap.work.deadline import Deadline
from tests.helpers.arrays import drawn_policy, named, uneven_game
from tests.helpers.command_line import fails, run_json

NAMES = ("eps_bc", "eps_mu", "eps_rho", "value_gap")


def exact_errors(game: ArrayGame, expert: ArrayPolicy, policy: ArrayPolicy) -> Any:
    return cg.matching_errors(game.to_game(), named(game, expert), named(game, policy), arithmetic="exact")


def assert_contains(game: ArrayGame, expert: ArrayPolicy, policy: ArrayPolicy) -> None:
    found, exact = cg.array_errors(game, expert, policy), exact_errors(game, expert, policy)
    for name in NAMES:
        inside, outside = getattr(exact, name), getattr(found, name)
        assert outside.lower <= inside.lower <= outside.upper
        near = 1e-8 if name != "value_gap" else 1e-8 * float(max(game.scales) * 1000)
        assert outside.upper - outside.lower <= near / float(1 - game.discount) ** 2


@pytest.mark.parametrize("seed", range(25))
def test_intervals_contain_the_exact_errors(seed: int) -> None:
    draw = random.Random(seed)
    sizes = (draw.randint(1, 6), draw.randint(1, 3), draw.randint(1, 3))
    discount = draw.choice(["0", "1/2", "9/10", "99/100"])
    game = random_game(*sizes, players=draw.randint(1, 3), discount=discount, seed=seed)
    assert_contains(game, drawn_policy(game, seed), drawn_policy(game, seed + 1000))


@pytest.mark.parametrize("seed", range(3))
def test_players_may_have_different_numbers_of_actions(seed: int) -> None:
    game = uneven_game(seed)
    assert_contains(game, drawn_policy(game, seed), drawn_policy(game, seed + 1))


def test_the_same_policy_errs_by_nothing() -> None:
    game = grid_game(6)
    policy = drawn_policy(game, 3)
    found = cg.array_errors(game, policy, policy)
    for name in NAMES[:3]:
        assert getattr(found, name).lower == 0
        assert getattr(found, name).upper < 1e-9


def test_what_a_deadline_leaves_is_enclosed() -> None:
    game = grid_game(6)
    expert, policy = ArrayPolicy.uniform(game), drawn_policy(game, 1)
    narrow, wide = cg.array_errors(game, expert, policy), cg.array_errors(game, expert, policy, Deadline(0))
    for name in NAMES:
        inside, outside = getattr(narrow, name), getattr(wide, name)
        assert outside.lower <= inside.lower <= inside.upper <= outside.upper
    assert wide.eps_mu.upper - wide.eps_mu.lower > 1e-3


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    game = random_game(30)
    expert = drawn_policy(game, 5)
    paths = {name: str(tmp_path / f"{name}.npz") for name in ("game", "expert")}
    write_array_game(game, paths["game"])
    write_array_policy(expert, paths["expert"], game)
    return paths


def test_the_command_prints_a_table_and_json(capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> None:
    given = ["errors", files["game"], "--expert", files["expert"], "--policy", "uniform"]
    assert set(run_json(capsys, *given)) >= set(NAMES)
    assert main(given) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["eps_BC", "eps_mu", "eps_rho", "ValueGap"]


@pytest.mark.parametrize("more", [["--idle", "ignore"], ["--arithmetic", "exact"], ["-o", "errors.cert.json"]])
def test_what_array_games_do_not_have_is_refused(
    capsys: pytest.CaptureFixture[str], files: dict[str, str], more: list[str]
) -> None:
    assert "array game" in fails(capsys, "errors", files["game"], "--expert", "uniform", "--policy", "uniform", *more)


def test_policies_of_another_game_are_refused() -> None:
    game = random_game(30)
    with pytest.raises(cg.InputError, match="expected"):
        cg.array_errors(game, ArrayPolicy.uniform(game), ArrayPolicy.uniform(random_game(20)))
    with pytest.raises(cg.InputError, match="expected an array game, got Game"):
        cg.array_errors(cg.games.load("tag"), ArrayPolicy.uniform(game), ArrayPolicy.uniform(game))  # type: ignore[arg-type]


@pytest.mark.parametrize("question", [cg.gaps, cg.values, cg.occupancy, cg.nash_gap])
def test_array_games_are_named_where_others_are_expected(question: Any) -> None:
    game = random_game(3)
    with pytest.raises(
        cg.InputError, match=r"policy: expected a Policy, got <ArrayPolicy .*; array games have array_gaps"
    ):
        question(game, ArrayPolicy.uniform(game))
    with pytest.raises(cg.InputError, match=r"game: expected a Game, got <ArrayGame .*; array games have array_gaps"):
        question(game, cg.Policy.uniform(cg.games.load("tag")))
