"""Boxes with tilts in balls of rho and mu (FORMAT 6.6): sound whatever the tilt; the best tilt; how near they come."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.boxes.search import BranchSearch
from certigap.bounds.boxes.settle import settled_leaf
from certigap.bounds.boxes.tilting import Tilting
from certigap.bounds.center import Center
from certigap.certificates import certificate, verify
from certigap.floats.compiled import interpreted
from certigap.floats.kernel.tilt import COLUMNS, new_tilt_room, program
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import worst_case
from certigap.semantics.exploitability import gaps
from certigap.semantics.matching import errors
from certigap.witnesses import inside_ball
from certigap.witnesses.occupancy.pool import Pool
from tests.helpers.random_games import games_with_experts, random_center

SHAPES = [(1, 3, 2, "0"), (2, 2, 2, "4/5"), (2, 2, 3, "1/2"), (3, 2, 2, "9/10")]


def search_over(expert: Policy, measure: str, eps: str) -> BranchSearch:
    center = Center(expert)
    mass = tuple(max(m, Fraction(0)) for m in center.occupancy_lower.fractions())
    tilting = Tilting(center.engine, ErrorBall(expert, Measure(measure), Fraction(eps)), mass)
    return BranchSearch(center.engine, expert, tilting.budget, 1, tilting)


def policies_in(expert: Policy, measure: str, eps: str, count: int) -> list[Policy]:
    """Random policies of the ball, exactly."""
    center, rng = Center(expert), np.random.default_rng(1)
    pool = Pool(expert, center.occupancy_upper, measure == "mu")
    drawn = (pool.draw(random_center(expert.game, rng).floats(), float(Fraction(eps)) * 0.999) for _ in range(count))
    found = [inside_ball(rows, expert, center.occupancy_upper, Fraction(4)) for rows in drawn]
    exact = [getattr(errors(expert.game, expert, one, "exact"), f"eps_{measure}").value for one in found]
    return [one for one, error in zip(found, exact, strict=True) if error <= Fraction(eps)]


@pytest.mark.parametrize("measure", ["rho", "mu"])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_policy_of_the_ball_is_above_the_tree(measure: str, shape: tuple[int, int, int, str]) -> None:
    for _, expert in games_with_experts(2, 3, *shape):
        search = search_over(expert, measure, "1/5")
        search.open_roots()
        whole = search.upper
        asked = itertools.count()
        search.run(lambda: 0.0, lambda asked=asked: next(asked) < 80, lambda *_: None)  # type: ignore[misc]
        assert search.upper <= whole + 1e-9
        covers, policies = search.covers(), policies_in(expert, measure, "1/5", 12)
        assert policies
        assert float(max(cover.upper for cover in covers)) == pytest.approx(search.upper, rel=1e-3, abs=1e-6)
        for policy in policies:
            found = gaps(expert.game, policy, "exact").player_gaps
            assert all(gap.value <= cover.upper for gap, cover in zip(found, covers, strict=True))


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_any_tilt_is_sound(measure: str) -> None:
    rng = np.random.default_rng(5)
    for _, expert in games_with_experts(2, 7, 2, 2, 2):
        search = search_over(expert, measure, "1/5")
        search.open_roots()
        policies = policies_in(expert, measure, "1/5", 8)
        for root, player in zip(search._roots, range(2), strict=True):
            for size in (0.1, 3.0, 100.0):
                arrays = root.arrays
                assert arrays is not None
                arrays.tilt[:] = rng.normal(size=len(arrays.tilt)) * size
                arrays.bounds[:] = np.inf, 0.0
                leaf = settled_leaf(search.engine, expert, search.budget, player, {}, arrays, search.tilting)
                for policy in policies:
                    assert gaps(expert.game, policy, "exact").player_gaps[player].value <= leaf.bound


@pytest.mark.parametrize("seed", range(20))
def test_the_program_is_that_of_a_linear_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size, count, eps, penalty = int(rng.integers(1, 6)), int(rng.integers(1, 30)), float(rng.choice([0.02, 0.3])), 40.0
    game = next(games_with_experts(1))[0]
    room = new_tilt_room(Center(Policy.pure(game)).engine.arrays, np.zeros(size), np.ones(size))
    room.columns[:count] = rng.normal(size=(count, size)) * 0.4 + rng.normal(size=size) * 0.2
    room.gains[:count] = rng.normal(size=count)
    top = interpreted(program)(count, eps, penalty, room)
    k = room.tilt
    assert top == pytest.approx(max(room.gains[:count] - room.columns[:count] @ k), abs=1e-7)
    shown = top + eps * np.abs(k).max()
    # least t + eps c with t + k.D >= gain, |k| <= c <= penalty
    above = np.hstack([-room.columns[:count], -np.ones((count, 1)), np.zeros((count, 1))])
    ends = [np.hstack([sign * np.eye(size), np.zeros((size, 1)), -np.ones((size, 1))]) for sign in (1, -1)]
    limits = [(None, None)] * (size + 1) + [(0, penalty)]
    right = np.concatenate([-room.gains[:count], np.zeros(2 * size)])
    best = linprog([*[0] * size, 1, eps], np.vstack([above, *ends]), right, bounds=limits)
    assert count < COLUMNS
    assert shown == pytest.approx(best.fun, abs=1e-6)


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_two_states_are_closed_and_certified(measure: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    for game, expert in games_with_experts(2, 4):
        answer = worst_case(game, expert, "1/10", measure, budget=60, ratio="21/20")
        lower, upper = answer.interval.lower, answer.interval.upper
        assert lower is not None
        assert upper is not None
        assert lower <= upper <= lower * Fraction(21, 20)
        certificate(answer).write(tmp_path / "worst.cert.json")
        assert verify(game, tmp_path / "worst.cert.json", expert=expert)[0].is_valid
