"""Known values, the choice of back end, float proposals that lie, and the exact linear solver."""

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certigap.errors import InputError, SolverError
from certigap.exact.grid import outward
from certigap.exact.interval import Interval
from certigap.exact.linear import RowMatrix, components, solve_fixed_point, solve_transposed_fixed_point
from certigap.exact.vector import Bracket, Vector
from certigap.floats import solvers
from certigap.model.build import bimatrix, markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import (
    FloatGame,
    best_response,
    enclosed_backend,
    eps_bc,
    eps_mu,
    eps_rho,
    errors,
    exact_backend,
    expert_regret,
    gaps,
    nash_conv,
    nash_gap,
    occupancy,
    player_gaps,
    program,
    value_gap,
    values,
    visited,
)
from certigap.semantics.deviation import Solver
from certigap.semantics.induced import decision_process
from certigap.semantics.matching import distance_terms
from certigap.semantics.tensor import action_payoffs
from tests.helpers.by_hand import dumb_rows, dumb_values, eliminate
from tests.helpers.strategies import random_markov_game, random_normal_form, random_policy

WAYS: list[tuple[str, Solver]] = [
    ("auto", "policy_iteration"),
    ("exact", "policy_iteration"),
    ("enclosed", "policy_iteration"),
    ("auto", "lp"),
]


def lemma1(discount: str) -> tuple[Game, Policy, Policy]:
    """The game, expert and learner of the paper's Lemma 1."""
    states = ["s0", "s1", "s2"]

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        k = states.index(state)
        if joint == ("a1", "a1"):
            return [Fraction(k + 1, 3)] * 2, {states[(k + 1) % 3]: 1}
        return [Fraction(-1)] * 2, {state: 1}

    game = markov_game(
        players=["1", "2"],
        states=states,
        actions=[["a1", "a2"]] * 2,
        outcome=outcome,
        discount=discount,
        initial=dict.fromkeys(states, "1/3"),
    )
    return game, Policy.pure(game), Policy.pure(game, {"2": "a2"})


@pytest.mark.parametrize("discount", ["1/2", "9/10", "99/100"])
@pytest.mark.parametrize("way", WAYS)
def test_lemma_1(discount: str, way: tuple[str, Solver]) -> None:
    game, expert, learner = lemma1(discount)
    truth = Fraction(5, 3) * game.horizon
    assert truth in nash_gap(game, learner, *way)
    assert expert_regret(game, expert, way[0]).lower == 0
    if way[0] != "enclosed":
        assert nash_gap(game, learner, *way).value == truth
        assert [x.value for x in player_gaps(game, learner, *way)] == [0, truth]
        assert nash_conv(game, learner, *way).value == truth


def test_lemma_1_errors() -> None:
    game, expert, learner = lemma1("9/10")
    assert occupancy(game, learner).lower.fractions() == [Fraction(1, 3)] * 3
    assert eps_mu(game, expert, learner).value == 0
    assert eps_bc(game, expert, learner).value == eps_rho(game, expert, learner).value == 2
    assert value_gap(game, expert, learner).value == Fraction(5, 3) * game.horizon
    assert value_gap(game, learner, expert).value == -Fraction(5, 3) * game.horizon


def test_prisoners_dilemma_by_hand() -> None:
    game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    cooperate, defect = Policy.pure(game), Policy.pure(game, {"1": "2", "2": "2"})
    mixed = Policy.from_rows(game, [["1/2", "1/2"], [1, 0]])
    assert nash_gap(game, defect).value == 0
    assert [x.value for x in player_gaps(game, cooperate)] == [2, 2]
    assert [x.value for x in player_gaps(game, mixed)] == [1, Fraction(3, 2)]  # 5 - 4, and 3 - 3/2
    assert nash_conv(game, mixed).value == Fraction(5, 2)
    assert errors(game, cooperate, mixed).eps_bc.value == 1


def test_matching_pennies_has_its_equilibrium_exactly() -> None:
    game = bimatrix([[1, -1], [-1, 1]])
    near = Policy.from_rows(game, [["1/2", "1/2"], [Fraction(2**60 + 1, 2**61), Fraction(2**60 - 1, 2**61)]])
    assert nash_gap(game, Policy.from_rows(game, [["1/2", "1/2"]] * 2)).value == 0
    assert nash_gap(game, near).value == Fraction(1, 2**60)


def test_visited_region_follows_positive_weights_only() -> None:
    game, _, _ = lemma1("9/10")
    start = markov_game(
        players=["1", "2"],
        states=["x", "y", "z"],
        actions=[["l", "r"], ["n"]],
        outcome=lambda s, a: ([0, 0], {"y" if a[0] == "l" else "z": 1} if s == "x" else {s: 1}),
        discount="1/2",
        initial={"x": 1},
    )
    assert visited(start, Policy.pure(start)) == (True, True, False)
    assert occupancy(start, Policy.pure(start), "enclosed").upper[2] == 0
    assert visited(game, Policy.pure(game)) == (True, True, True)


def test_ties_keep_an_action_and_the_deviation_is_pure() -> None:
    game = bimatrix([[0, 0], [0, 0]])
    response = best_response(game, Policy.from_rows(game, [["1/2", "1/2"]] * 2), 0)
    assert response.rows[0].weights == (1, 0)
    assert response.deviating().rows[1] == response.policy.rows[1]


def test_auto_is_exact_while_answers_stay_short_and_enclosed_beyond() -> None:
    rng = random.Random(1)
    small = random_markov_game(rng, 2, 5, 2, "9/10")
    assert gaps(small, random_policy(rng, small)).arithmetic == "exact"
    large = random_markov_game(rng, 2, 120, 2, "9/10", successors=4)
    assert gaps(large, random_policy(rng, large, bits=53)).arithmetic == "enclosed"
    assert errors(large, Policy.pure(large), Policy.pure(large)).arithmetic == "exact"


def test_auto_is_exact_on_a_long_acyclic_game() -> None:
    game = _corridor(500)
    policy = Policy.pure(game)
    answer = gaps(game, policy)
    assert answer.arithmetic == "exact"
    g = game.discount
    assert values(game, policy)[0].lower[0] == g**499 / (1 - g)
    assert occupancy(game, policy).lower[499] == g**499
    assert answer.nash_gap.value == Fraction(1, 2) - g**499 / (1 - g)


def _corridor(length: int) -> Game:
    """Player 1 walks to the last state, which pays 1 for ever; stopping at the start pays 1/2 once, then nothing."""
    states = [*(f"s{k}" for k in range(length)), "out"]

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        k = states.index(state)
        if state == "out":
            return [Fraction(0)] * 2, {"out": 1}
        if joint[0] == "stop":
            return [Fraction(int(k == 0), 2), Fraction(0)], {"out": 1}
        return [Fraction(int(k == length - 1)), Fraction(0)], {states[min(k + 1, length - 1)]: 1}

    return markov_game(
        players=["1", "2"],
        states=states,
        actions=[["go", "stop"], ["wait"]],
        outcome=outcome,
        discount="9/10",
        initial={"s0": 1},
    )


@pytest.mark.parametrize("limit", ["dense", "sparse", "iterative"])
def test_enclosures_hold_with_every_float_solver(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    if limit != "dense":
        monkeypatch.setattr(solvers, "_DENSE_STATES", 0)
    if limit == "iterative":
        monkeypatch.setattr(solvers, "_LU_COMPONENT", 0)
    rng = random.Random(4)
    game = random_markov_game(rng, 2, 30, 2, "49/50", successors=3)
    policy = random_policy(rng, game)
    exact, enclosed = gaps(game, policy, "exact"), gaps(game, policy, "enclosed")
    assert exact.nash_gap.value in enclosed.nash_gap
    assert enclosed.nash_gap.upper - enclosed.nash_gap.lower < exact.nash_gap.value / 10**12
    truth, bracket = occupancy(game, policy, "exact").lower, occupancy(game, policy, "enclosed")
    assert all(
        a <= x <= b
        for a, x, b in zip(bracket.lower.fractions(), truth.fractions(), bracket.upper.fractions(), strict=True)
    )


@pytest.mark.parametrize("arithmetic", ["exact", "enclosed"])
def test_a_lying_float_solver_cannot_make_a_false_answer(monkeypatch: pytest.MonkeyPatch, arithmetic: str) -> None:
    rng = random.Random(6)
    game = random_markov_game(rng, 2, 4, 3, "4/5")
    policy = random_policy(rng, game)
    truth = gaps(game, policy, "exact")
    honest = solvers.Resolvent.values

    def biased(self: solvers.Resolvent, right: np.ndarray) -> np.ndarray:
        return honest(self, right) * 1.5 + 0.25

    monkeypatch.setattr(solvers.Resolvent, "values", biased)
    found = gaps(game, policy, arithmetic)
    for before, after in zip(truth.player_gaps, found.player_gaps, strict=True):
        assert before.value in after


def test_a_program_whose_policy_is_not_optimal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    game, _, learner = lemma1("1/2")
    stays = game.layout.action_offsets[1][:-1] + 1
    monkeypatch.setattr(program.BestResponseProgram, "solve", lambda self, policy: stays)
    with pytest.raises(SolverError, match="exact test"):
        best_response(game, learner, 1, "lp")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dense_states", [300, 0])
def test_a_discount_that_floats_take_for_1(monkeypatch: pytest.MonkeyPatch, dense_states: int) -> None:
    monkeypatch.setattr(solvers, "_DENSE_STATES", dense_states)
    game, _, learner = lemma1("99999999999999999999/100000000000000000000")
    truth = Fraction(5, 3) * game.horizon
    assert nash_gap(game, learner).value == truth
    assert truth in nash_gap(game, learner, "enclosed")


def test_a_wrong_first_policy_is_improved_to_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(12)
    game = random_markov_game(rng, 2, 6, 3, "9/10")
    policy = random_policy(rng, game)
    truth = gaps(game, policy, "exact")

    def first_rows(rewards: Any, matrix: Any, discount: float, offsets: Any) -> tuple[Any, Any]:
        return np.zeros(len(offsets) - 1), offsets[:-1]

    for module in (exact_backend, enclosed_backend):
        monkeypatch.setattr(module, "policy_iteration", first_rows)
    assert any(row.weights[0] == 0 for own in truth.deviations for row in own)
    assert gaps(game, policy, "exact").optima == truth.optima
    for interval, exact in zip(gaps(game, policy, "enclosed").player_gaps, truth.player_gaps, strict=True):
        assert exact.value in interval
        assert interval.upper - interval.lower < Fraction(1, 10**12)


def test_every_action_of_a_tie_is_optimal() -> None:
    game, _, _ = lemma1("1/2")
    stays = Policy.pure(game, {"1": "a2", "2": "a2"})
    induced = decision_process(game, stays, 0)
    for choice in (0, 1):
        rows = induced.offsets[:-1] + choice
        vector = exact_backend.evaluate_choice(induced, game.discount, rows)
        assert exact_backend.is_optimal(induced, game.discount, rows, vector)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.integers(0, 5), st.integers(0, 5), st.fractions(0, 1))
def test_distance_of_products_over_wide_brackets(ends: list[int], p: int, q: int, share: Fraction) -> None:
    (a, b), (c, d) = sorted(ends[:2]), sorted(ends[2:])
    first, second = Bracket(Vector((a,), 3), Vector((b,), 3)), Bracket(Vector((c,), 5), Vector((d,), 5))
    sizes = [np.array([x], dtype=object) for x in (p, q)]
    lower, upper = (Fraction(x[0], 15) for x in distance_terms(first, sizes[0], second, sizes[1]))
    corners = [abs(Fraction(x, 3) * p - Fraction(y, 5) * q) for x in (a, b) for y in (c, d)]
    inside = abs((a + share * (b - a)) / 3 * p - (c + share * (d - c)) / 5 * q)
    assert lower <= min(*corners, inside)
    assert upper == max(corners)
    assert lower in (0, min(corners))


@given(st.integers(-(2**700), 2**700), st.integers(2**600, 2**700))
def test_rounding_outward_is_outward_and_short(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = outward(Interval.point(exact))
    assert exact in rounded
    assert rounded.upper - rounded.lower <= abs(exact) / 2**90


def test_wrong_method_and_foreign_policy_are_input_errors() -> None:
    game, expert, _ = lemma1("1/2")
    other = Policy.pure(bimatrix([[1, 2], [3, 4]]))
    with pytest.raises(InputError, match="expected 'auto', 'exact' or 'enclosed', got 'fast'"):
        gaps(game, expert, "fast")
    with pytest.raises(InputError, match="policy: expected one of"):
        gaps(game, other)
    with pytest.raises(InputError, match="policy_iteration"):
        best_response(game, expert, 0, "exact")  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [(3, 3), (20, 53), (20, 90), (57, 53), (80, 80)])
def test_contraction_is_exact_in_every_word_length(bits: tuple[int, int]) -> None:
    rng = random.Random(bits[0])
    game = random_normal_form(rng, (4, 3, 5), bits[0])
    policy = random_policy(rng, game, bits[1])
    for player in range(3):
        numerators, denominator = action_payoffs(game, policy, player)
        for a, numerator in enumerate(numerators.tolist()):
            rows = dumb_rows(policy)
            rows[player] = [[Fraction(int(b == a)) for b in range(game.layout.shapes[0][player])]]
            assert Fraction(numerator, denominator) == dumb_values(game, rows)[player][0]


@pytest.mark.parametrize("game_size", [(2, 3), (3, 4)])
def test_float_game_agrees_with_exact_semantics(game_size: tuple[int, int]) -> None:
    rng = random.Random(9)
    game = random_markov_game(rng, *game_size, 3, "9/10")
    policy = random_policy(rng, game)
    floats, model = policy.floats(), FloatGame(game)
    exact = gaps(game, policy, "exact")
    assert model.values(floats) == pytest.approx(np.array([v.lower.floats() for v in exact.values]), rel=1e-9, abs=1e-9)
    assert model.occupancy(floats) == pytest.approx(
        np.array(occupancy(game, policy, "exact").lower.floats()), abs=1e-12
    )
    assert model.gaps(floats) == pytest.approx(np.array([float(x.value) for x in exact.player_gaps]), abs=1e-9)
    values_1, response = model.optimum(1, floats)
    assert values_1 == pytest.approx(np.array(exact.optima[1].lower.floats()), rel=1e-9, abs=1e-9)
    played = model.values([response if i == 1 else own for i, own in enumerate(floats)])[1]
    assert played == pytest.approx(values_1, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_linear_fixed_points_equal_elimination(seed: int) -> None:
    rng = random.Random(seed)
    size, bits = rng.choice([(7, 4), (9, 70)])
    rows = [_sparse_row(rng, size, bits) for _ in range(size)]
    matrix, discount = RowMatrix.from_fractions(rows), Fraction(rng.randrange(1, 20), 20)
    constants = [Fraction(rng.randrange(-50, 50), rng.randrange(1, 9)) for _ in range(size)]
    pair = (
        np.array([c.numerator for c in constants], dtype=object),
        np.array([c.denominator for c in constants], dtype=object),
    )
    dense = [[row.get(t, Fraction(0)) for t in range(size)] for row in rows]
    straight = [[(s == t) - discount * dense[s][t] for t in range(size)] for s in range(size)]
    turned = [[(s == t) - discount * dense[t][s] for t in range(size)] for s in range(size)]
    assert solve_fixed_point(matrix, discount, [pair])[0].fractions() == eliminate(straight, constants)
    assert solve_transposed_fixed_point(matrix, discount, pair).fractions() == eliminate(turned, constants)


def _sparse_row(rng: random.Random, size: int, bits: int) -> dict[int, Fraction]:
    weights = {t: rng.getrandbits(bits) + 1 for t in rng.sample(range(size), rng.randint(1, 2))}
    return {t: Fraction(w, sum(weights.values())) for t, w in weights.items()}


def test_components_come_after_what_they_lead_to() -> None:
    rng = random.Random(2)
    for _ in range(20):
        matrix = RowMatrix.from_fractions([_sparse_row(rng, 12, 2) for _ in range(12)])
        order = components(matrix.offsets, matrix.columns)
        place = {state: position for position, block in enumerate(order) for state in block}
        assert all(place[s] >= place[t] for s, t in zip(matrix.owners.tolist(), matrix.columns.tolist(), strict=True))
        assert sorted(state for block in order for state in block) == list(range(12))
