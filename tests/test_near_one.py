"""Discounts near one: what takes 1/(1 - discount) sweeps elsewhere takes a few here, and is as sharp."""

import random
import re
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import certigap
import certigap as cg
from certigap.bounds.concentrability import reach_vectors
from certigap.bounds.short_occupancy import short_occupancy
from certigap.bounds.trivial import trivial_bound
from certigap.certificates import certificate, verify
from certigap.floats.fixed_point import fixed_point
from certigap.floats.kernel import node, sweeps
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.frontier.question import frontier
from certigap.questions.worst_case.question import worst_case
from certigap.regions.engine import RegionEngine
from certigap.regions.region import Region
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import gaps
from certigap.solve import solve
from certigap.work.deadline import Deadline
from tests.helpers.strategies import random_markov_game, random_policy

NEAR = ("99999/100000", "999999/1000000", "999999999/1000000000")
ORDINARY = Fraction(9, 10)


@pytest.mark.parametrize("discount", NEAR)
@pytest.mark.parametrize("states", [1, 2, 5, 12])
def test_a_region_of_one_policy_has_its_gap(discount: str, states: int) -> None:
    game = random_markov_game(random.Random(states), 2, states, 3, discount)
    policy = random_policy(random.Random(states), game)
    shown = gaps(game, policy).nash_gap
    began = time.process_time()
    bound = RegionEngine(game).bound(_ball(policy, Fraction(0))).upper
    assert time.process_time() - began < 10  # milliseconds; millions of sweeps took minutes
    assert shown.upper is not None
    assert shown.lower is not None
    assert shown.lower <= bound <= shown.upper + trivial_bound(game) / 10**4


@pytest.mark.parametrize("discount", NEAR[:2])  # nearer, this game's values are lost in the rounding of its sweeps
@pytest.mark.parametrize("seed", range(4))
def test_a_lazy_game_near_one_has_the_bounds_of_the_game_it_slows_down(discount: str, seed: int) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 4, 2, str(ORDINARY))
    policy, radius = random_policy(rng, game), Fraction(1, 20)
    slow, stay = _slowed(game, Fraction(discount))
    factor = 1 - slow.discount * stay
    plain = RegionEngine(game).bound(_ball(policy, radius))
    found = RegionEngine(slow).bound(_ball(Policy.from_rows(slow, _rows(policy)), radius))
    span = trivial_bound(game)
    for one, other in zip(found.players, plain.players, strict=True):
        assert abs(one.decoupled * factor - other.decoupled) < span / 10**4
        assert one.pair * factor <= other.pair + span / 10**4


@pytest.mark.parametrize("discount", NEAR)
def test_vectors_that_a_deadline_cuts_still_hold(discount: str) -> None:
    game = random_markov_game(random.Random(3), 2, 6, 2, discount)
    policy = random_policy(random.Random(3), game)
    region = _ball(policy, Fraction(1, 10))
    cut, whole = (RegionEngine(game).bound(region, deadline=Deadline(budget)) for budget in (0, None))
    assert whole.upper <= cut.upper <= trivial_bound(game)
    assert whole.upper < trivial_bound(game)


@pytest.mark.parametrize("discount", NEAR)
def test_short_occupancies(discount: str) -> None:
    game = random_markov_game(random.Random(5), 2, 8, 2, discount)
    policy = random_policy(random.Random(5), game)
    lower = occupancy(game, policy).lower
    began = time.process_time()
    short = short_occupancy(policy, lower)
    assert time.process_time() - began < 10
    assert all(0 <= mu - m < Fraction(1, 10**6) for m, mu in zip(short.fractions(), lower.fractions(), strict=True))


@pytest.mark.parametrize("discount", NEAR)
def test_reach_is_close_to_what_the_expert_alone_reaches(discount: str) -> None:
    """One action each: nobody can deviate, so the reach is the occupancy."""
    game = random_markov_game(random.Random(7), 2, 9, 1, discount)
    policy = Policy.pure(game)
    began = time.process_time()
    reach = [u.dot(game.initial.weights, game.initial.denominator) for u in reach_vectors(policy, 0)]
    assert time.process_time() - began < 10
    mu = occupancy(game, policy, "exact").lower.fractions()
    assert all(0 <= most - m < Fraction(1, 100) for most, m in zip(reach, mu, strict=True))
    late = reach_vectors(policy, 0, Deadline(0))
    assert all(u.dot(game.initial.weights, game.initial.denominator) >= m for u, m in zip(late, mu, strict=True))


def test_a_fixed_point_of_several_slow_classes() -> None:
    """Two closed classes and a way between them: the slow modes are as many as the classes."""
    discount, rng = 1 - 1e-8, np.random.default_rng(0)
    matrix = np.zeros((9, 9))
    for block in (slice(0, 4), slice(4, 8)):
        matrix[block, block] = rng.dirichlet(np.ones(4), 4)
    matrix[8] = rng.dirichlet(np.ones(9))
    right = rng.normal(size=9)
    count = 0

    def sweeps(x: np.ndarray, many: int) -> float:
        nonlocal count
        count += many
        move = 0.0
        for _ in range(many):
            new = right + discount * matrix @ x
            move, x[:] = float(np.abs(new - x).max()), new
        return move

    x = np.zeros(9)
    true = np.linalg.solve(np.eye(9) - discount * matrix, right)
    residual = fixed_point(sweeps, x, discount, 1e-15 * float(np.abs(true).max()), 20, Deadline(60))
    assert residual <= 1e-12 * float(np.abs(true).max())
    assert np.allclose(x, true, rtol=1e-4)
    assert count < 1_000


@pytest.mark.parametrize("discount", [*NEAR[1:], "99999999999999999999/100000000000000000000"])
@pytest.mark.parametrize("shape", [(1, 3, 2), (2, 1, 3), (2, 4, 2), (3, 2, 2)])
def test_every_question_ends_with_its_budget(
    shape: tuple[int, int, int], discount: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """CPU time of this process with a budget of a fifth of a second; it took minutes, whatever the budget."""
    monkeypatch.setenv("CERTIGAP_WORKERS", "1")
    players, states, actions = shape
    rng = random.Random(sum(shape))
    game = random_markov_game(rng, players, states, actions, discount)
    expert = random_policy(rng, game)
    for kernel in (sweeps.iterate, node.pair_bound, node.linear_bound):
        kernel.load()
    for measure in ("bc", "rho", "mu"):
        began = time.process_time()
        answer = worst_case(game, expert, "1/10", measure, budget=0.2)
        assert time.process_time() - began < 8
        lower, upper = answer.interval.lower, answer.interval.upper
        assert lower is not None
        assert upper is not None
        assert 0 <= lower <= upper <= trivial_bound(game)
        path = tmp_path / f"{measure}.json"
        certificate(answer).write(path)
        assert [found.verdict for found in verify(game, path)] == ["valid"]
        if measure == "bc" and discount in NEAR:
            assert upper < trivial_bound(game) or upper == 0
    began = time.process_time()
    frontier(game, expert, ["1/20", "1/10"], budget=0.2)
    assert time.process_time() - began < 16


@pytest.mark.parametrize("discount", NEAR)
def test_rewards_of_very_different_sizes(discount: str) -> None:
    """The units of the states' values are a fixed point too."""
    game = random_markov_game(random.Random(11), 2, 6, 2, discount)
    rewards = tuple(np.where(game.layout.row_state == 5, own * 10**12, own) for own in game.rewards)
    uneven = replace(game, rewards=rewards)
    policy = Policy(uneven, random_policy(random.Random(11), game).rows)
    began = time.process_time()
    bound = RegionEngine(uneven).bound(_ball(policy, Fraction(1, 10))).upper
    assert time.process_time() - began < 10
    assert 0 <= bound < trivial_bound(uneven)


@pytest.mark.parametrize("discount", NEAR)
def test_regularised_equilibria(discount: str) -> None:
    game = cg.games.load("random", players="2", states="4", actions="2", successors="2", seed="1", discount=discount)
    zero_sum = replace(game, rewards=(game.rewards[0], -game.rewards[0]))
    began = time.process_time()
    found = solve(zero_sum, temperature="1/10", budget=5)
    assert time.process_time() - began < 8
    assert found.details["residual"] <= 1e-13 * float(trivial_bound(zero_sum))


def test_time_is_asked_of_deadlines_alone() -> None:
    """Apart: the clock itself, the progress line, and compiling, which no budget counts."""
    package = Path(certigap.__file__).parent
    apart = {"work/clock.py", "commands/output.py", "commands/warm.py", "floats/warm.py"}
    for path in package.rglob("*.py"):
        if str(path.relative_to(package)) not in apart:
            assert not re.search(r"\btime\.(monotonic|perf_counter|time|process_time)\b", path.read_text()), path


def _ball(center: Policy, radius: Fraction) -> Region:
    states = len(center.game.states)
    return Region(center, ((radius,) * states,) * len(center.game.players))


def _rows(policy: Policy) -> list[list[list[Fraction]]]:
    return [[list(row.fractions()) for row in own] for own in policy.rows]


def _slowed(game: Game, discount: Fraction) -> tuple[Game, Fraction]:
    """The game that stays where it is with probability c, so that V' = V / (1 - g' c) for every policy.

    (1 - g' c) V' = r + g' (1 - c) P V', so the discount of V is g' (1 - c) / (1 - g' c).
    """
    stay = (discount - game.discount) / (discount * (1 - game.discount))
    layout, transitions = game.layout, game.transitions
    rewards = [
        [Fraction(int(x), d) for x in own] for own, d in zip(game.rewards, game.reward_denominators, strict=True)
    ]

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        s = game.states.index(state)
        place = tuple(names.index(a) for names, a in zip(game.actions[s], joint, strict=True))
        row = int(layout.row_offsets[s]) + int(np.ravel_multi_index(place, layout.shapes[s]))
        following = dict.fromkeys(game.states, Fraction(0))
        for entry in range(int(transitions.offsets[row]), int(transitions.offsets[row + 1])):
            weight = Fraction(int(transitions.weights[entry]), int(transitions.denominators[row]))
            following[game.states[int(transitions.columns[entry])]] += (1 - stay) * weight
        following[state] += stay
        return [own[row] for own in rewards], following

    slow = markov_game(
        players=game.players,
        states=game.states,
        actions={s: [list(names) for names in game.actions[k]] for k, s in enumerate(game.states)},
        outcome=outcome,
        discount=discount,
        initial=dict(zip(game.states, game.initial.fractions(), strict=True)),
    )
    return slow, stay
