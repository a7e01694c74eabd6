"""Solvers of array games in floats: rows, sweeps and systems against dense algebra; deadlines; compiled types."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from certigap.exact.integers import FloatArray
from certigap.floats.compiled import Kernel, interpreted
from certigap.floats.solvers import policy_iteration
from certigap.floats.sparse import process as home
from certigap.floats.sparse.anderson import Mixer
from certigap.floats.sparse.backward import occupancy
from certigap.floats.sparse.halves import ranks
from certigap.floats.sparse.kernels import merged
from certigap.floats.sparse.krylov import Followed, in_turns
from certigap.floats.sparse.process import Process, Sweeps, Tables
from certigap.floats.sparse.solver import solve
from certigap.floats.warm import every_kernel
from certigap.model.large import ArrayGame, ArrayPolicy
from certigap.model.large.families import grid_game, random_game
from certigap.semantics.array_gaps import array_gaps
from certigap.work.deadline import Deadline
from tests.benchmarks.slow_mixing import chain_game, near_deterministic_game, pure_policy


@pytest.fixture(autouse=True)
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two blocks in small games too."""
    monkeypatch.setattr(home, "_ALONE", 10)


def process_of(game: ArrayGame, own: int) -> Process:
    return Process(Tables(game, ArrayPolicy.uniform(game)), own)


def dense(process: Process) -> FloatArray:
    """`[L, S]`"""
    matrix = np.zeros((int(process.actions[-1]), process.states))
    for rows in process.blocks:
        base = int(rows.actions[rows.first])
        for row in range(len(rows.offsets) - 1):
            entries = slice(int(rows.offsets[row]), int(rows.offsets[row + 1]))
            np.add.at(matrix[base + row], rows.columns[entries], rows.values[entries])
    return matrix


def expected_rows(game: ArrayGame, own: int) -> tuple[FloatArray, FloatArray]:
    """Rows and rewards of two players' uniform opponents, from the definition."""
    joint = np.zeros((game.rows, game.states))
    row_of = np.repeat(np.arange(game.rows), np.diff(game.offsets))
    np.add.at(joint, (row_of, game.columns), game.weights / game.denominators[row_of])
    axes = game.shapes[0].tolist()
    rows = joint.reshape(game.states, *axes, game.states).mean(axis=2 - own)
    rewards = game.rewards[own].reshape(game.states, *axes).mean(axis=2 - own)
    return rows.reshape(-1, game.states), rewards.reshape(-1)


@pytest.mark.parametrize("game", [random_game(60, 3), grid_game(7)], ids=["random", "grid"])
@pytest.mark.parametrize("own", [0, 1])
def test_the_others_are_averaged_away(game: ArrayGame, own: int) -> None:
    process, (rows, rewards) = process_of(game, own), expected_rows(game, own)
    assert len(process.blocks) == 2
    np.testing.assert_allclose(dense(process), rows, atol=1e-14)
    np.testing.assert_allclose(process.expected[0], rewards, rtol=1e-12, atol=1e-9)


def test_rows_are_merged_where_that_pays() -> None:
    """A grid's 15 outcomes of an own action name 6 states at most; a random game's are nearly all distinct."""
    grid, wide = process_of(grid_game(20), 0), process_of(random_game(2_000, 3), 0)
    assert max(int(np.diff(rows.offsets).max()) for rows in grid.blocks) == 6
    assert {int(size) for rows in wide.blocks for size in np.diff(rows.offsets)} == {15}


@pytest.mark.parametrize("junk", [0, 3, 4, 6, 2**32 - 1])
def test_entries_of_the_same_state_are_added_up_whatever_was_left_in_memory(junk: int) -> None:
    """A row at 3 .. 8 of an array; its states were named before, at places inside and outside of it."""
    columns = np.array([9, 9, 9, 5, 2, 5, 7, 2, 5, 9], dtype=np.uint32)
    values, place = np.arange(10.0), np.full(10, junk, dtype=np.uint32)
    assert interpreted(merged)(columns, values, place, 3, 9) == 6
    assert columns[:6].tolist() == [9, 9, 9, 5, 2, 7]
    assert values[:6].tolist() == [0, 1, 2, 3 + 5 + 8, 4 + 7, 6]


@pytest.mark.parametrize("discount", ["0", "1/2", "99/100", "99999/100000"])
@pytest.mark.parametrize("kind", [random_game, grid_game])
def test_best_responses_are_those_of_policy_iteration(kind: Any, discount: str) -> None:
    game = kind(10, discount=discount)
    process = process_of(game, 0)
    x, _ = solve(Sweeps(process, process.expected[0]), 1e-6, Deadline())
    truth, _ = policy_iteration(process.expected[0], dense(process), process.discount, process.actions)
    np.testing.assert_allclose(x, truth, atol=2e-6 + 1e-11 * float(np.abs(truth).max()))


def test_systems_of_chosen_actions_are_solved() -> None:
    game = grid_game(9)
    process, random = process_of(game, 0), np.random.default_rng(0)
    choice, right = random.integers(0, 3, game.states), random.normal(size=game.states)
    system = Followed(process)
    system.take(choice)
    system.solution(np.full(game.states, np.nan), 1e-12, 200, Deadline())  # which leaves nothing behind
    found = system.solution(right, 1e-12, 200, Deadline())
    matrix = np.eye(game.states) - process.discount * dense(process)[process.actions[:-1] + choice]
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-8, atol=1e-8)


def test_states_are_numbered_along_their_likeliest_steps() -> None:
    """3 -> 1 -> 0, 2 -> 4 -> 2, 5 alone: a cycle is cut once, all other steps lead to a lower number."""
    lead, rank, order = np.array([0, 0, 4, 1, 2, 5]), np.empty(6, dtype=np.int64), np.empty(6, dtype=np.int64)
    ranks(lead, rank, order)
    assert sorted(rank) == list(range(6))
    assert order[rank].tolist() == list(range(6))
    assert [s for s in range(6) if rank[lead[s]] > rank[s]] == [4]


def test_two_runs_of_states_are_numbered_in_turns() -> None:
    assert in_turns(np.array([3, 1, 4, 0, 2])).tolist() == [3, 0, 1, 2, 4]


@pytest.mark.parametrize("discount", ["9/10", "999/1000"])
def test_nearly_deterministic_best_responses_are_those_of_policy_iteration(discount: str) -> None:
    game = near_deterministic_game(300, discount=discount)
    process = Process(Tables(game, pure_policy(game)), 0)
    x, _ = solve(Sweeps(process, process.expected[0]), 1e-6, Deadline())
    truth, _ = policy_iteration(process.expected[0], dense(process), process.discount, process.actions)
    np.testing.assert_allclose(x, truth, atol=2e-6 + 1e-11 * float(np.abs(truth).max()))
    assert Followed(process).paths(np.zeros(game.states, dtype=np.int64)) > 0.9


def test_systems_keep_step_with_few_and_many_other_choices() -> None:
    """Few new rows are copied where they were numbered before; many are numbered anew."""
    game = near_deterministic_game(120, discount="9/10")
    process, random = Process(Tables(game, pure_policy(game)), 0), np.random.default_rng(5)
    choice, right = random.integers(0, 4, game.states), random.normal(size=game.states)
    system = Followed(process)
    for others in (0, 3, 80):
        choice[random.choice(game.states, others, replace=False)] = 2
        system.take(choice)
        found = system.solution(right, 1e-13, 100, Deadline())
        matrix = np.eye(game.states) - process.discount * dense(process)[process.actions[:-1] + choice]
        np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-8, atol=1e-8)


def test_chosen_rows_are_copied_again_where_the_choice_changes() -> None:
    game = grid_game(9)
    process, random = process_of(game, 1), np.random.default_rng(1)
    choices = random.integers(0, 3, (2, game.states))
    x = random.normal(size=game.states)
    again, out = process.chosen, np.empty_like(x)
    for choice in choices:
        again.take(choice)
    again.follow(np.zeros_like(x), x, out)
    np.testing.assert_allclose(out, process.discount * dense(process)[process.actions[:-1] + choices[1]] @ x)


def test_mixing_solves_a_linear_iteration_in_as_many_steps_as_it_has_directions() -> None:
    """x -> b + M x on 6 numbers, where plain iteration shrinks errors by 0.99 a step."""
    random = np.random.default_rng(4)
    axes = np.linalg.qr(random.normal(size=(6, 6)))[0]
    matrix, right = axes @ np.diag([0.99, 0.9, 0.5, -0.3, -0.8, 0.1]) @ axes.T, random.normal(size=6)
    mixer, x = mixer_of(6, 6), np.zeros(6)
    sizes = [mixer.next(x, right + matrix @ x) for _ in range(10)]
    assert sizes[-1] < 1e-6 * sizes[0]
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(6) - matrix, right), rtol=1e-4)


def test_mixing_forgets_what_misleads() -> None:
    """A residual of more than twice that before: the image itself comes next."""
    mixer, x = mixer_of(2, 3), np.zeros(2)
    for image in ([1.0, 1.0], [1.5, 1.0]):
        mixer.next(x, np.array(image))
    worse = x + 5.0
    assert mixer.next(x, worse) == 5.0
    assert x.tolist() == worse.tolist()


def mixer_of(states: int, memory: int) -> Mixer:
    game = random_game(states)
    return Mixer(Tables(game, ArrayPolicy.uniform(game)), memory)


@pytest.mark.parametrize("game", [random_game(80), grid_game(9), chain_game(120, discount="999/1000")])
@pytest.mark.parametrize("own", [1, 2])
def test_occupancies_are_those_of_dense_algebra(game: ArrayGame, own: int) -> None:
    """Of the policy, and of a deviator: by sweeps in the random game, as systems in the others."""
    process, random = process_of(game, own), np.random.default_rng(7)
    choice = random.integers(0, 2, game.states) if own == 1 else np.zeros(game.states, dtype=np.int64)
    process.chosen.take(choice)
    found = occupancy(process, process.chosen.blocks, Deadline())
    moves = dense(process)[process.actions[:-1] + choice]
    start = (1 - process.discount) * game.initial / game.initial.sum()
    truth = np.linalg.solve(np.eye(game.states) - process.discount * moves.T, start)
    assert float(np.abs(found - truth).sum()) < 1e-12
    assert (found >= 0).all()


@pytest.mark.parametrize("kind", [random_game, grid_game])
def test_what_a_deadline_leaves_is_enclosed(kind: Any) -> None:
    """No time at all: the interval is wider, and contains the narrow one."""
    game = kind(12)
    policy = ArrayPolicy.uniform(game)
    narrow, wide = array_gaps(game, policy), array_gaps(game, policy, deadline=Deadline(0))
    for inside, outside in zip(narrow.player_gaps, wide.player_gaps, strict=True):
        assert outside.lower <= inside.lower <= inside.upper <= outside.upper
        assert outside.upper - outside.lower > inside.upper - inside.lower


def test_one_limb_and_two_give_the_same_integers() -> None:
    """A vector of few digits, and the same in units so small that products no longer fit one limb."""
    game = random_game(30, 3)
    process = process_of(game, 0)
    x = np.random.default_rng(2).integers(-(2**30), 2**30, game.states)
    for y, bits in ((x, 0), (x << 29, 29)):
        assert process.integer_step(y, bits, 0).tolist() == exact_step(game, y.tolist(), bits)


def exact_step(game: ArrayGame, x: list[int], bits: int) -> list[int]:
    """F x of FORMAT 16 for player 1 of two against the uniform policy, in Python's integers."""
    result, g = [], game.discount
    mine, other = (int(size) for size in game.shapes[0])
    for s in range(game.states):
        z = []
        for k in range(s * mine * other, (s + 1) * mine * other):
            entries = range(int(game.offsets[k]), int(game.offsets[k + 1]))
            total = sum(int(game.weights[e]) * x[int(game.columns[e])] for e in entries)
            mean = total // int(game.denominators[k])
            z.append((int(game.rewards[0, k]) << bits) + g.numerator * mean // g.denominator)
        result.append(max(sum(z[a * other : (a + 1) * other]) // other for a in range(mine)))
    return result


def test_kernels_are_called_with_the_types_that_they_say() -> None:
    array_gaps(grid_game(25), ArrayPolicy.uniform(grid_game(25)), Fraction(1, 10**9))
    kernels = [kernel for kernel in every_kernel() if ".sparse." in kernel.__module__ and kernel.function.signatures]
    assert {kernel.__name__ for kernel in kernels} >= {"induce", "improve", "follow", "upper", "lower", "integer_step"}
    assert {len(kernel.function.signatures) for kernel in kernels} == {1}


def test_small_games_need_no_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    game = random_game(12, discount="99/100")
    policy = ArrayPolicy.uniform(game)
    compiled = array_gaps(game, policy)
    monkeypatch.setattr(Kernel, "at_once", lambda self, small: self._interpreted if small else self)
    interpreted = array_gaps(game, policy)
    assert np.array_equal(interpreted.values, compiled.values)
    assert interpreted.player_gaps == compiled.player_gaps
