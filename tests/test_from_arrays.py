"""Games from arrays in memory and from a function of one step: one game by every way, floats recorded, refusals."""

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

import certigap as cg
from certigap.errors import InexactError, InputError, LimitError
from certigap.model.large.families import random_game

WEIGHTS = np.array([[[[3, 1, 0], [0, 2, 2]]], [[[1, 1, 1], [0, 0, 5]]], [[[1, 0, 0], [2, 2, 2]]]])
REWARDS = np.arange(12).reshape(2, 3, 1, 2) - 5


def by_hand() -> cg.Game:
    def outcome(state: str, joint: tuple[str, ...]) -> Any:
        s, b = int(state) - 1, int(joint[1]) - 1
        row = WEIGHTS[s, 0, b]
        following = {str(t + 1): Fraction(int(w), int(row.sum())) for t, w in enumerate(row) if w}
        return [int(REWARDS[i, s, 0, b]) for i in range(2)], following

    return cg.markov_game(
        players="12",
        states="123",
        actions=[["1"], ["1", "2"]],
        outcome=outcome,
        discount="4/5",
        initial={"1": "1/4", "3": "3/4"},
    )


def test_dense_sparse_and_by_hand_are_one_game() -> None:
    dense = cg.from_arrays(WEIGHTS, REWARDS, [1, 0, 3], "4/5")
    sparse = cg.from_arrays(csr_matrix(WEIGHTS.reshape(6, 3)), REWARDS, [1, 0, 3], "4/5")
    assert dense == sparse == by_hand()


def test_floats_are_rounded_and_recorded() -> None:
    chances = WEIGHTS / WEIGHTS.sum(axis=-1, keepdims=True)
    game = cg.from_arrays(chances, REWARDS / 3, [0.25, 0, 0.75], "4/5", from_floats=1000)
    assert game.transitions.row(2) == {0: Fraction(334, 1000), 1: Fraction(333, 1000), 2: Fraction(333, 1000)}
    assert game.reward(0, 1) == Fraction(round(-4000 / 3), 1000)
    thirds = [abs(Fraction(w, 1000) - Fraction(1 / 3)) for w in (334, 333, 333)]
    assert Fraction(game.meta["largest_rounding"]) == sum(thirds)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"transitions": WEIGHTS / 2}, "from_floats"),
        ({"transitions": WEIGHTS * 0}, "row without"),
        ({"transitions": WEIGHTS * np.array([1, 1, -1])}, "weights >= 0"),
        ({"transitions": WEIGHTS[:2]}, "shape"),
        ({"rewards": REWARDS[0]}, "rewards"),
        ({"initial": [0, 0, 0]}, "initial"),
        ({"initial": [1, 1]}, "initial"),
        ({"discount": "1"}, "discount"),
        ({"transitions": [[1], [2, 3]]}, "transitions: expected an array, got lists of several lengths"),
        ({"transitions": csr_matrix(WEIGHTS.reshape(6, 3).astype(complex))}, "transitions: expected integer weights"),
        ({"transitions": csr_matrix(WEIGHTS.reshape(6, 3) * 2**40)}, "transitions: expected integer weights"),
        ({"transitions": csr_matrix(([1] * 6, [0, 0, 0, 0, 0, 3], range(7)), (6, 3))}, "transitions: expected"),
        ({"transitions": csr_matrix(([1] * 6, [0, 0, 0, 0, 0, -1], range(7)), (6, 3))}, "transitions: expected"),
        ({"from_floats": 1e6}, "from_floats: expected a whole denominator"),
        ({"rewards": REWARDS[0].astype(str), "zero_sum": True, "initial": None}, "initial: expected the shape"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], words: str) -> None:
    given = {"transitions": WEIGHTS, "rewards": REWARDS, "initial": [1, 0, 3], "discount": "4/5"} | changed
    with pytest.raises(InputError, match=words):
        cg.from_arrays(**given)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"discount": 0.9}, "discount: expected an int"),
        ({"initial": [True, False, False]}, "initial: expected an int"),
        ({"rewards": REWARDS.astype(bool)}, "rewards: expected an int"),
        ({"rewards": REWARDS[0].astype(bool), "zero_sum": True}, "rewards: expected an int"),
    ],
)
def test_what_is_not_exact(changed: dict[str, Any], words: str) -> None:
    given = {"transitions": WEIGHTS, "rewards": REWARDS, "initial": [1, 0, 3], "discount": "4/5"} | changed
    with pytest.raises(InexactError, match=words):
        cg.from_arrays(**given)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64])
def test_entries_of_one_place_add_up_whatever_holds_them(kind: Any) -> None:
    matrix = csr_matrix((np.array([100, 100, 44, 1], dtype=kind), [0, 0, 1, 0], [0, 3, 4]), (2, 2))
    game = cg.from_arrays(matrix, [[[0], [0]]], [1, 0], "1/2")
    assert game.transitions.row(0) == {0: Fraction(200, 244), 1: Fraction(44, 244)}


def test_sums_that_leave_64_bits_are_refused() -> None:
    matrix = csr_matrix((np.full(4, 2**62), [0] * 4, [0, 4]), (1, 1))
    with pytest.raises(InputError, match="integer weights below"):
        cg.from_arrays(matrix, [[[0]]], [1], "1/2")


def test_many_states_take_no_square() -> None:
    """50,000 states: a square of them would be 20 GB."""
    drawn = random_game(50_000, 2, 3)
    matrix = csr_matrix((drawn.weights, drawn.columns, drawn.offsets), shape=(drawn.rows, drawn.states))
    began = time.process_time()
    game = cg.from_arrays(matrix, drawn.rewards.reshape(2, -1, 2, 2), drawn.initial, "9/10")
    assert time.process_time() - began < 20
    assert game.layout.rows == drawn.rows
    assert int(game.transitions.denominators[7]) == drawn.denominators[7] // np.gcd.reduce(drawn.weights[21:24])


def test_steps_give_the_game_by_hand() -> None:
    def step(state: int, joint: tuple[int, ...]) -> Any:
        row = WEIGHTS[state - 1, 0, joint[1] - 1]
        following = {t + 1: Fraction(int(w), int(row.sum())) for t, w in enumerate(row) if w}
        return [int(REWARDS[i, state - 1, 0, joint[1] - 1]) for i in range(2)], following

    game = cg.from_step(step, {1: "1/4", 2: 0, 3: "3/4"}, lambda state: [[1], [1, 2]], "4/5")
    assert game == by_hand()


def test_steps_without_end_and_names_that_collide() -> None:
    with pytest.raises(LimitError):
        cg.from_step(lambda s, a: ([0], {s + 1: 1}), 0, lambda s: [[0]], "1/2", max_states=10)
    game = cg.from_step(lambda s, a: ([0], {"1": 1}), 1, lambda s: [[0, "0"]], "1/2")
    assert game.states == ("1", "2")
    assert game.actions[0][0] == ("1", "2")
    with pytest.raises(InputError, match="rewards"):
        cg.from_step(lambda s, a: ([0, 0], {s: 1}), 0, lambda s: [[0]], "1/2")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, r"step\(0, \(0,\)\): expected rewards and"),
        (([1, 0], [0]), r"step\(0, \(0,\)\): expected rewards and"),
        (([1], 2, 3), r"step\(0, \(0,\)\): expected rewards and"),
        (([1, 0], {0: 1}), r"step\(0, \(0,\)\): expected 1 rewards, got 2"),
        (([0.5], {0: 1}), r"step\(0, \(0,\)\): expected an int, a Fraction or a string, got the float 0.5"),
    ],
)
def test_steps_that_are_none(answer: Any, words: str) -> None:
    with pytest.raises((InputError, InexactError), match=words):
        cg.from_step(lambda _, __: answer, 0, lambda _: [[0]], "1/2")


@pytest.mark.parametrize("legal", [None, [], [[]], [2]])
def test_actions_that_are_none(legal: Any) -> None:
    with pytest.raises(InputError, match=r"legal\(0\): expected actions"):
        cg.from_step(lambda s, _: ([1], {s: 1}), 0, lambda _: legal, "1/2")
    with pytest.raises(InputError, match="start: expected a state"):
        cg.from_step(lambda s, _: ([1], {s: 1}), {}, lambda _: legal, "1/2")


@settings(max_examples=60)
@given(st.lists(st.floats(-1e9, 1e9) | st.floats(-1, 1), min_size=8, max_size=8), st.integers(1, 2**70), st.booleans())
def test_tables_of_floats_are_rounded_by_name_and_say_so(values: list[float], grain: int, single: bool) -> None:
    """Every payoff is a nearest multiple of 1/D, and the largest change is the one recorded."""
    tables = np.array(values, dtype=np.float32 if single else np.float64).reshape(2, 2, 2)
    game = cg.normal_form(list(tables), from_floats=grain)
    given_ones = [Fraction(float(x)) for x in tables.reshape(-1)]
    found = [game.reward(i, k) for i in range(2) for k in range(4)]
    pairs = list(zip(found, given_ones, strict=True))
    assert all((x * grain).denominator == 1 and abs(x - y) <= Fraction(1, 2 * grain) for x, y in pairs)
    largest = max(abs(x - y) for x, y in pairs)
    assert game.meta == {"source": "arrays", "floats_rounded_to": f"1/{grain}", "largest_rounding": str(largest)}


def test_zero_sum_tables_and_what_is_refused() -> None:
    game = cg.bimatrix([[0.5, 1], ["1/3", 0]], from_floats=1)
    assert [game.reward(1, k) for k in range(4)] == [0, -1, Fraction(-1, 3), 0]  # ties to even; exact types stay
    assert cg.bimatrix([[1, 2]]).meta == {}
    for table in ([[0.5, 1]], np.array([[0.5, 1]])):
        with pytest.raises(TypeError, match="from_floats=DENOMINATOR, got the float 0"):
            cg.bimatrix(table)
    for wrong in (0, -3, 1.0, True):
        with pytest.raises(InputError, match="from_floats: expected a denominator"):
            cg.bimatrix([[0.5]], from_floats=wrong)  # type: ignore[arg-type]
    for number in (float("nan"), float("inf")):
        with pytest.raises(InputError, match="payoffs: expected finite numbers"):
            cg.normal_form([[number]], from_floats=10)


@pytest.mark.parametrize(
    "own",
    [
        REWARDS[0],
        REWARDS[0].astype(np.int8),
        (REWARDS[0] + 9).astype(np.uint8),
        np.full((3, 1, 2), -128, dtype=np.int8),
        REWARDS[0] / 8,
        np.array([[["1/3", 2]], [[Fraction(-1, 7), 0]], [[1, "-5"]]], dtype=object),
    ],
)
def test_a_zero_sum_game_is_one_players_rewards(own: Any) -> None:
    game = cg.from_arrays(WEIGHTS, own, [1, 0, 3], "4/5", from_floats=8, zero_sum=True)
    first = [Fraction(x) for x in own.reshape(-1).tolist()]
    assert [game.reward(0, k) for k in range(6)] == first
    assert [game.reward(1, k) for k in range(6)] == [-x for x in first]


def test_a_zero_sum_game_has_two_players() -> None:
    with pytest.raises(InputError, match=r"expected the shape \(S, A_1, A_2\) of a zero-sum game, got \(2, 3, 1, 2\)"):
        cg.from_arrays(WEIGHTS, REWARDS, [1, 0, 3], "4/5", zero_sum=True)
    with pytest.raises(InputError, match="transitions: expected the shape"):
        cg.from_arrays(WEIGHTS, REWARDS[0].reshape(3, 2, 1), [1, 0, 3], "4/5", zero_sum=True)
