"""Rare states with huge rewards: values come in units of their state, and wider balls have no smaller ends."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from certigap.certificates import certificate, verify
from certigap.model import catalog
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.frontier.question import frontier
from certigap.questions.worst_case.limits import short_width
from certigap.questions.worst_case.question import worst_case
from certigap.regions.engine import RegionEngine
from certigap.regions.region import all_policies
from certigap.regions.units import state_units
from certigap.semantics.exploitability import gaps
from tests.helpers.random_games import games_with_experts, random_center

RARE, HUGE = Fraction(1, 10**15), 10**18


def rare() -> tuple[Game, Policy]:
    """Where both play `a`, c: with 1e-15 on to y, where player 1 may earn 1e18 a turn for ever, or go back for nothing.

    The expert stays at y; player 2 gains 1 at x by d.
    """
    first = {("a", "c"): [1, 1], ("a", "d"): [0, 2], ("b", "c"): [2, 0], ("b", "d"): [0, 0]}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, Fraction]]:
        if state == "x":
            moved = RARE if joint == ("a", "c") else Fraction(0)
            return first[joint[0], joint[1]], {"x": 1 - moved, "y": moved}
        return ([HUGE, 0], {"y": Fraction(1)}) if joint[0] == "a" else ([0, -HUGE], {"x": Fraction(1)})

    game = markov_game(
        players=["1", "2"],
        states=["x", "y"],
        actions={"x": [["a", "b"], ["c", "d"]], "y": [["a", "b"], ["."]]},
        outcome=outcome,
        discount="9/10",
        initial={"x": 1},
    )
    return game, Policy.from_rows(game, [[[1, 0], [1, 0]], [[0, 1], [1]]])


@pytest.mark.parametrize("eps", ["1/10", "1"])
def test_a_rare_state_does_not_blur_the_start(eps: str, tmp_path: Path) -> None:
    """Without units the upper end was 2,079,526 at 1/10, above that at 1: margins and moves of 1e-12 times 1e19."""
    game, expert = rare()
    answer = worst_case(game, expert, eps, budget=10)
    assert answer.interval.upper is not None
    assert answer.interval.lower is not None
    assert answer.interval.upper <= Fraction(1001, 1000) * answer.interval.lower
    certificate(answer).write(tmp_path / "x.json")
    assert verify(game, tmp_path / "x.json")[0].verdict == "valid"


def test_upper_ends_do_not_fall_as_the_ball_grows() -> None:
    for game, expert in [rare(), *games_with_experts(2, seed=5)]:
        ends = [worst_case(game, expert, eps, budget=1).interval for eps in ("1/100", "1/10", "1/2", "2")]
        uppers = [end.upper or Fraction(0) for end in ends]
        assert all(a <= b * (1 + Fraction(1, 10**9)) for a, b in pairwise(uppers))
        points = frontier(game, expert, ["1/100", "1/10", "1/2"], budget=1).points
        for one, other in pairwise(points):
            assert (one.interval.lower or 0) <= (other.interval.lower or 0)
            assert (one.interval.upper or 0) <= (other.interval.upper or 0)


def test_vectors_in_units_bound_every_policy() -> None:
    game, expert = rare()
    bound = RegionEngine(game).bound(all_policies(expert))
    rng = np.random.default_rng(0)
    for _ in range(20):
        found = gaps(game, random_center(game, rng), "exact")
        for i, known in enumerate(bound.players):
            pairs = zip(found.optima[i].lower.fractions(), found.values[i].lower.fractions(), strict=True)
            for s, (best, value) in enumerate(pairs):
                assert known.best_lower[s] <= best <= known.best_upper[s]
                assert known.value_lower[s] <= value
                assert best - value <= known.gap_upper[s]


def test_units_are_one_unless_the_start_is_far_below() -> None:
    for name in ("lemma1", "tag", "chain"):
        if name in catalog.names():
            assert (state_units(catalog.load(name)) == 1).all()
    game, _ = rare()
    x, y = state_units(game)
    g = (1 + float(game.discount)) / 2
    assert y == pytest.approx(1 / (1 - g), rel=0.3)
    assert x == pytest.approx(g * float(RARE) * y / (1 - g), rel=0.3)


def test_an_interval_is_short_by_what_the_start_can_have() -> None:
    (even, _), *_ = games_with_experts(1)
    assert short_width(even) == pytest.approx(1e-6 * float(2 * even.half_range(0) * even.horizon), rel=0.5)
    game, _ = rare()
    assert 1e-6 < short_width(game) < 10
