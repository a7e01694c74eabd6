"""The occupancy programs without a linear program: the same multipliers, about, and proofs that hold."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.programs import rule
from certigap.bounds.programs.duality import Duality
from certigap.bounds.programs.program import OccupancyProgram
from certigap.bounds.programs.sweeps import OccupancySweeps
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.scaled import ScaledGame
from certigap.semantics.evaluation import occupancy
from certigap.work.deadline import Deadline
from tests.helpers.random_games import games_with_experts, random_center, random_game


def bounds(game: Game, expert: Policy, measure: str, eps: Fraction, player: int = 0) -> tuple[Fraction, Fraction]:
    """What the sweeps and what the solver's multipliers prove."""
    lower, ball = occupancy(game, expert).lower, ErrorBall(expert, Measure.named(measure), eps)
    exact, by_state = Duality(expert, player, lower, ScaledGame(game)), measure == "mu"
    kinds = OccupancySweeps, OccupancyProgram
    ours, other = (exact.bound(ball, kind(expert, player, lower, by_state).solve(ball)).upper for kind in kinds)
    return ours, other


@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
@pytest.mark.parametrize("seed", range(4))
def test_sweeps_come_near_the_solver(measure: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    states, actions, players = ((6, 2, 2), (3, 3, 2), (4, 2, 3), (1, 3, 2))[seed]
    game = random_game(rng, states, actions, players, ("9/10", "1/2", "4/5", "0")[seed])
    expert = random_center(game, rng)
    for eps in (Fraction(1, 100), Fraction(1, 5)):
        ours, other = bounds(game, expert, measure, eps)
        assert ours <= other * Fraction(105, 100) + Fraction(1, 1000)
        assert other <= ours + Fraction(1, 10**5)


def test_uneven_actions_and_pure_experts() -> None:
    for game, expert in games_with_experts(4):
        ours, other = bounds(game, expert, "rho", Fraction(1, 20))
        assert abs(ours - other) <= Fraction(5, 100) * other + Fraction(1, 1000)


def test_a_large_game_is_not_left_out() -> None:
    """More joint actions than the solver is asked for; the trivial bound is 20."""
    game = cg.games.load("sparse", states=1300, discount="9/10")
    assert game.layout.rows > rule.MAX_ROWS
    center = Center(Policy.uniform(game))
    found = rule.OCCUPANCY.find(center, ErrorBall(center.expert, Measure.RHO, Fraction(1, 100)), Deadline(20))
    assert found.value is not None
    assert found.value < 7


def test_time_that_is_over_leaves_multipliers_that_prove_something() -> None:
    game = cg.games.load("sparse", states=60, discount="9/10")
    expert = Policy.uniform(game)
    lower, ball = occupancy(game, expert).lower, ErrorBall(expert, Measure.RHO, Fraction(1, 100))
    given = OccupancySweeps(expert, 0, lower).solve(ball, Deadline(0))
    found = Duality(expert, 0, lower, ScaledGame(game)).bound(ball, given).upper
    assert 0 < found < math.inf
    better = OccupancySweeps(expert, 0, lower).solve(ball)
    assert Duality(expert, 0, lower, ScaledGame(game)).bound(ball, better).upper < found


def test_the_answer_says_occupancy_and_its_certificate_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "MAX_ROWS", 100)
    game = cg.games.load("sparse", states=40, discount="9/10")
    answer = cg.worst_case(game, Policy.uniform(game), "1/100", measure="rho", budget=10)
    assert answer.bounds["occupancy"] is not None
    cg.certificate(answer).write(tmp_path / "c.json")
    assert cg.verify(game, tmp_path / "c.json")[0].is_valid
