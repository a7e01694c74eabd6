"""Entropy-regularised equilibria: closed forms, the fixed point itself, symmetry, and the shipped expert of Tag."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certigap.errors import InputError, SolverError
from certigap.model import catalog
from certigap.model.build import bimatrix, markov_game
from certigap.solve.matrix_game import logit_equilibria, saddle_bounds, softmax
from certigap.solve.regularised import regularised_equilibrium

CELLS = list(itertools.product(range(2), range(3)))
POSITIONS = list(itertools.product(CELLS, CELLS, (1, 2)))
SHIPPED_DIGITS = Fraction(1, 2**40)


def whole(shape):
    return np.ones(shape[:2], dtype=bool), np.ones((shape[0], shape[2]), dtype=bool)


def equilibria(payoffs, temperature):
    masks = whole(payoffs.shape)
    u, v = logit_equilibria(payoffs, temperature, masks)
    return softmax(u, masks[0]), softmax(v, masks[1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6), st.sampled_from([3.0, 1.0, 0.1, 0.01, 0.001]))
def test_rows_are_the_softmax_of_their_own_payoffs(seed, rows, columns, temperature):
    payoffs = np.random.default_rng(seed).uniform(-1, 1, (5, rows, columns))
    x, y = equilibria(payoffs, temperature)
    masks = whole(payoffs.shape)
    best_x = softmax(np.einsum("sab,sb->sa", payoffs, y) / temperature, masks[0])
    best_y = softmax(-np.einsum("sab,sa->sb", payoffs, x) / temperature, masks[1])
    conditioning = 1e-14 / temperature**2 + 1e-14
    assert np.abs(x - best_x).max() <= conditioning
    assert np.abs(y - best_y).max() <= conditioning
    lower, upper = saddle_bounds(payoffs, temperature, x, y, masks)
    assert (upper - lower).max() <= 1e-14 * (1 + temperature) * 4


def test_cooling_reaches_small_temperatures():
    payoffs = np.random.default_rng(0).uniform(-1, 1, (200, 4, 4))
    x, y = equilibria(payoffs, 1e-4)
    lower, upper = saddle_bounds(payoffs, 1e-4, x, y, whole(payoffs.shape))
    assert (upper - lower).max() < 1e-14


@pytest.mark.parametrize("temperature", ["1/10", "1", "7"])
def test_one_player_with_a_choice_plays_the_softmax(temperature):
    tau = float(Fraction(temperature))
    found = regularised_equilibrium(bimatrix([[1], [0], ["-1/2"]]), temperature, 1e-14)
    weights = np.exp(np.array([1, 0, -0.5]) / tau)
    assert found.rows[0][0] == pytest.approx(weights / weights.sum(), abs=1e-15)
    assert found.rows[1][0].tolist() == [1]
    assert found.values == pytest.approx([tau * math.log(weights.sum())], abs=1e-14)


def test_values_of_a_ragged_markov_game_by_hand():
    """Matching pennies at a, then b, where player 2 alone chooses between paying 1 and 0, then a again."""
    payoff = {("H", "H"): 1, ("T", "T"): 1, ("H", "T"): -1, ("T", "H"): -1, ("wait", "pay"): 1, ("wait", "keep"): 0}
    game = markov_game(
        players=("1", "2"),
        states=("a", "b"),
        actions={"a": [["H", "T"]] * 2, "b": [["wait"], ["pay", "keep"]]},
        outcome=lambda state, joint: ((payoff[joint], -payoff[joint]), {"b" if state == "a" else "a": 1}),
        discount="1/2",
        initial={"a": 1},
    )
    found = regularised_equilibrium(game, "1/2", 1e-14)
    at_b = -0.5 * math.log(1 + math.exp(-2))
    assert found.rows[0][0] == pytest.approx([0.5, 0.5], abs=1e-15)
    assert found.rows[1][1] == pytest.approx([1 / (1 + math.exp(2)), 1 / (1 + math.exp(-2))], abs=1e-14)
    assert [len(row) for row in found.rows[0]] == [2, 1]
    assert found.values == pytest.approx([at_b / 2 / 0.75, at_b / 0.75], abs=1e-13)


def test_temperature_to_zero_gives_the_value_of_the_game():
    rock_paper_scissors_and_a_bad_row = [[0, -1, 2], [1, 0, -1], [-2, 1, 0], [-3, -3, -3]]
    found = regularised_equilibrium(bimatrix(rock_paper_scissors_and_a_bad_row), "1/10000")
    assert found.rows[0][0] == pytest.approx([0.25, 0.5, 0.25, 0], abs=1e-3)
    assert abs(found.values[0]) < 1e-3


@pytest.mark.parametrize(
    ("game", "temperature", "words"),
    [
        (bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]]), "1/10", "zero-sum"),
        (bimatrix([[1, 0], [0, 1]]), 0, "temperature"),
        (catalog.load("three-player"), "1/10", "2 players"),
    ],
)
def test_refusals(game, temperature, words):
    with pytest.raises(InputError, match=words):
        regularised_equilibrium(game, temperature)


def test_a_tolerance_below_rounding_is_an_error():
    with pytest.raises(SolverError, match="residual"):
        regularised_equilibrium(catalog.load("tag"), "1/10", 1e-17)


@pytest.fixture(scope="module")
def tag():
    return regularised_equilibrium(catalog.load("tag"), "1/10", 2e-14)


def test_shipped_expert_is_the_equilibrium(tag):
    shipped = catalog.expert("tag")
    for own, fresh in zip(shipped.rows, tag.rows, strict=True):
        for row, again in zip(own, fresh, strict=True):
            pairs = zip(row.fractions(), again.tolist(), strict=True)
            assert sum(abs(p - Fraction(q)) for p, q in pairs) <= SHIPPED_DIGITS


def test_tag_residual_holds_for_the_returned_rows(tag):
    """One sweep written out from the game itself, without the solver's arrays."""
    game, tau = catalog.load("tag"), 0.1
    for s in range(72):
        q = np.zeros((4, 4))
        for a, b in itertools.product(range(4), range(4)):
            row = game.layout.row(s, (a, b))
            q[a, b] = game.reward(0, row) + sum(
                float(game.discount * p) * tag.values[t] for t, p in game.transitions.row(row).items()
            )
        x, y = tag.rows[0][s], tag.rows[1][s]
        best = tau * np.log(np.exp(q @ y / tau).sum()) + tau * y @ np.log(y)
        worst = -tau * np.log(np.exp(-(x @ q) / tau).sum()) - tau * x @ np.log(x)
        assert abs(tag.values[s] - best) <= tag.residual + 1e-14
        assert abs(tag.values[s] - worst) <= tag.residual + 1e-14


def test_tag_is_antisymmetric_in_the_players(tag):
    for s, (cell1, cell2, tagger) in enumerate(POSITIONS):
        t = POSITIONS.index((cell2, cell1, 3 - tagger))
        assert tag.values[s] == pytest.approx(-tag.values[t], abs=1e-12)
        assert tag.rows[0][s] == pytest.approx(tag.rows[1][t], abs=float(SHIPPED_DIGITS))


@pytest.mark.parametrize(
    ("mirror", "order"),
    [(lambda cell: (1 - cell[0], cell[1]), [1, 0, 2, 3]), (lambda cell: (cell[0], 2 - cell[1]), [0, 1, 3, 2])],
    ids=["upside down", "left to right"],
)
def test_shipped_expert_commutes_with_mirrors(mirror, order):
    shipped = catalog.expert("tag")
    for s, (cell1, cell2, tagger) in enumerate(POSITIONS):
        t = POSITIONS.index((mirror(cell1), mirror(cell2), tagger))
        for own in shipped.rows:
            here, there = own[s].fractions(), own[t].fractions()
            assert all(abs(there[order[a]] - here[a]) <= SHIPPED_DIGITS for a in range(4))
