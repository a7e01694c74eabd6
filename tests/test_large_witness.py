"""Witnesses of large games come from the engine of array games, and before the bounds."""

from fractions import Fraction

import numpy as np
import pytest

import certigap as cg
from certigap.floats.game import FloatGame
from certigap.model.large.families import grid_game
from certigap.questions.worst_case import cloning
from certigap.questions.worst_case.large import array_witness
from certigap.work.deadline import Deadline


def test_the_witness_is_in_the_ball_and_gains() -> None:
    game = grid_game(8, discount="9/10").to_game()
    expert = cg.Policy.uniform(game)
    found = array_witness(expert, Fraction(1, 5), Deadline())
    assert found is not None
    player, rows = found
    floats = FloatGame(game)
    assert float(floats.gaps(rows)[player]) > 1.2 * float(floats.gaps(expert.floats()).max())
    occupancy = np.array(cg.occupancy(game, expert).upper.floats())
    for j, (own, center) in enumerate(zip(rows, expert.floats(), strict=True)):
        apart = np.abs(np.asarray(own) - np.asarray(center))
        assert float(occupancy[game.layout.action_state[j]] @ apart) <= 0.2 + 1e-6


def test_long_numbers_have_none() -> None:
    game = cg.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    long = Fraction(1, 2**40)
    expert = cg.Policy.from_rows(game, [[[long, 1 - long]], [[long, 1 - long]]])
    assert array_witness(expert, Fraction(1, 5), Deadline()) is None


def test_it_comes_before_bounds_that_take_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search of its own would find nothing: it has no time."""
    game = grid_game(8, discount="9/10").to_game()
    expert = cg.Policy.uniform(game)
    monkeypatch.setattr(cloning, "_LARGE", 100)
    monkeypatch.setattr(cloning.Search, "run", lambda *_, **__: False)
    found = cg.worst_case(game, expert, "1/5", budget=20, ratio=3)
    assert found.interval.lower > 2 * found.expert_regret.upper
