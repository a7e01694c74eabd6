"""The fast paths give the slow answers: typed builders, component orders, and tic-tac-toe as a game of 5,478 states."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from certigap.exact import linear
from certigap.exact.linear import RowMatrix, components, longest_path
from certigap.model.build import bimatrix
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps, values
from tests.benchmarks import exact_core, peers, tic_tac_toe
from tests.helpers.peers import peer


@pytest.fixture(scope="module")
def board_game() -> Game:
    return tic_tac_toe.game()


def test_tic_tac_toe_is_a_draw(board_game: Game) -> None:
    assert (len(board_game.states), board_game.layout.rows) == (5478, 17125)
    answer = gaps(board_game, tic_tac_toe.minimax(board_game), "exact")
    assert answer.nash_gap.value == 0
    assert [value.lower[0] for value in answer.values] == [0, 0]


def test_uniform_tic_tac_toe_has_the_value_that_counting_games_gives(board_game: Game) -> None:
    """Games won after k = 5..9 moves: 1440, 5328, 47952, 72576, 81792, by x when k is odd; each has (9 - k)!/9!."""
    won = {5: 1440, 6: 5328, 7: 47952, 8: 72576, 9: 81792}
    terms = [(-1) ** (k + 1) * Fraction(99, 100) ** (k - 1) * n * math.factorial(9 - k) for k, n in won.items()]
    worth = sum(terms) / math.factorial(9)
    exact = values(board_game, tic_tac_toe.uniform(board_game), "exact")
    assert [value.lower[0] for value in exact] == [worth, -worth]


def test_both_back_ends_agree_on_a_large_acyclic_game(board_game: Game) -> None:
    policy = tic_tac_toe.uniform(board_game)
    exact, enclosed = gaps(board_game, policy, "exact"), gaps(board_game, policy, "enclosed")
    for truth, bracket in zip(exact.player_gaps, enclosed.player_gaps, strict=True):
        assert truth.value in bracket
        assert bracket.upper - bracket.lower < Fraction(1, 10**12)


def test_rows_whose_common_denominator_explodes_are_enclosed_unless_asked(board_game: Game) -> None:
    rng = random.Random(0)

    def drawn(bits: int) -> Policy:
        weights = [[[1 + rng.getrandbits(bits) for _ in own[i]] for own in board_game.actions] for i in range(2)]
        return Policy.from_counts(board_game, weights)

    assert gaps(board_game, drawn(3)).values[0].is_exact
    policy = drawn(30)
    exact, chosen = gaps(board_game, policy, "exact"), gaps(board_game, policy)
    for truth, bracket in zip(exact.player_gaps, chosen.player_gaps, strict=True):
        assert truth.value in bracket
        assert 0 < bracket.upper - bracket.lower < Fraction(1, 10**12)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "uint64", "object"])
def test_integer_arrays_build_the_game_of_the_same_fractions(dtype: str) -> None:
    table = np.array([[1, 0], [2, 127]]).astype(dtype)
    slow = [[Fraction(int(x)) for x in row] for row in table]
    assert bimatrix(table, table) == bimatrix(slow, slow) == bimatrix(table.tolist(), table.tolist())
    assert bimatrix(table) == bimatrix(slow)


@pytest.mark.parametrize("largest", [2**62 - 1, 2**62, 2**63 - 1, 2**64 - 1])
def test_long_integers_are_negated_without_overflow(largest: int) -> None:
    game = bimatrix(np.array([[largest, 0]], dtype=np.uint64))
    assert [game.reward(i, 0) for i in range(2)] == [largest, -largest]
    if largest < 2**63:
        assert bimatrix(np.array([[-largest - 1, 0]])).reward(1, 0) == largest + 1


def test_a_built_game_does_not_share_the_callers_array() -> None:
    table = np.array([[1, 2], [3, 4]])
    game = bimatrix(table)
    table[0, 0] = 9
    assert game.reward(0, 0) == 1


@pytest.mark.parametrize("table", [np.array([[True, False]]), np.array([[1.0, 2.0]]), [[1, True]], [[1, 2.0]]])
def test_builders_refuse_what_is_not_an_exact_number(table: object) -> None:
    with pytest.raises(TypeError, match=r"expected (an int|exact numbers)"):
        bimatrix(table)


@pytest.mark.parametrize("seed", range(5))
def test_an_order_that_scipy_does_not_give_is_still_found(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Components are ordered by their edges, whatever numbers SciPy gives them."""
    rng = np.random.default_rng(seed)
    successors = [sorted({int(t) for t in rng.integers(s // 2, s + 1, 2)}) for s in range(12)]
    matrix = RowMatrix.from_fractions([{t: Fraction(1, len(row)) for t in row} for row in successors])
    longest = longest_path(matrix.offsets, matrix.columns, range(12))
    labels, count = linear._labels(matrix.offsets, matrix.columns)
    shuffled = rng.permutation(count)[labels]
    monkeypatch.setattr(linear, "_labels", lambda *_: (shuffled, count))
    place = {s: k for k, block in enumerate(components(matrix.offsets, matrix.columns)) for s in block}
    assert all(place[s] >= place[t] for s, row in enumerate(successors) for t in row)
    assert longest_path(matrix.offsets, matrix.columns, range(12)) == longest


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 17])
def test_values_equal_storms_exact_ones(size: int) -> None:
    peer("stormpy")
    rng = np.random.default_rng(size)
    weights = rng.integers(0, 5, (size, size)) + np.eye(size, dtype=np.int64)
    rewards = [Fraction(int(x), 7) for x in rng.integers(0, 9, size)]
    game = exact_core.chain(weights, rewards, Fraction(19, 20))
    found, _ = peers.storm_value(peers.storm_chain(weights, rewards, game.discount))
    assert values(game, Policy.pure(game), "exact")[0].lower[0] == found
