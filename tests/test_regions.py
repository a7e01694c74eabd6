"""Row sets, region bounds, the bounds table: exact rules against linear programs, bounds against sampled policies."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.concentrability import reach_vectors
from certigap.bounds.dse import dse_bound
from certigap.bounds.short_occupancy import occupancy_upper_holds, short_occupancy
from certigap.bounds.table import bounds_table
from certigap.bounds.trivial import trivial_bound
from certigap.errors import InputError
from certigap.exact.knapsack import knapsack
from certigap.exact.vector import Vector
from certigap.floats.compiled import interpreted
from certigap.floats.kernel import sweeps
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions import operators
from certigap.regions.engine import PlayerBound, RegionEngine
from certigap.regions.greedy import RowSet, maximiser, maximum, minimum, nested_infimum, nested_supremum, row_set
from certigap.regions.region import Region, rectangular_hull
from certigap.regions.statewise import statewise_dominance
from certigap.semantics.evaluation import occupancy, values
from certigap.semantics.exploitability import gaps
from tests.helpers.random_games import random_center, random_game, random_in_ball

HALF = Fraction(1, 2)


@st.composite
def row_problems(draw: st.DrawFn) -> tuple[list[int], list[Fraction], list[Fraction], list[Fraction], Fraction]:
    """An objective, a center, a box that meets the simplex, a radius; the center may lie outside the box."""
    size = draw(st.integers(1, 5))
    weights = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size).filter(any))
    center = [Fraction(w, sum(weights)) for w in weights]
    inside = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size).filter(any))
    point = [Fraction(w, sum(inside)) for w in inside]
    grains = st.lists(st.integers(0, 4), min_size=size, max_size=size)
    lower = [max(Fraction(0), y - Fraction(k, 8)) for y, k in zip(point, draw(grains), strict=True)]
    upper = [min(Fraction(1), y + Fraction(k, 8)) for y, k in zip(point, draw(grains), strict=True)]
    objective = draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size))
    return objective, center, lower, upper, Fraction(draw(st.integers(0, 20)), 10)


def linear_program(
    c: list[int], center: list[Fraction], lower: list[Fraction], upper: list[Fraction], radius: Fraction
) -> float | None:
    """max c.y over the row set by HiGHS, variables (y, distances); None when there is no row."""
    size = len(c)
    eye = np.eye(size)
    e = np.array([float(x) for x in center])
    result = linprog(
        np.concatenate([-np.array(c, dtype=float), np.zeros(size)]),
        A_ub=np.block([[eye, -eye], [-eye, -eye], [np.zeros((1, size)), np.ones((1, size))]]),
        b_ub=np.concatenate([e, -e, [float(radius)]]),
        A_eq=np.concatenate([np.ones((1, size)), np.zeros((1, size))], axis=1),
        b_eq=[1.0],
        bounds=[(float(a), float(b)) for a, b in zip(lower, upper, strict=True)] + [(0, None)] * size,
    )
    return -float(result.fun) if result.status == 0 else None


@settings(max_examples=200, deadline=None)
@given(row_problems())
def test_greedy_equals_the_linear_program(problem) -> None:
    c, center, lower, upper, radius = problem
    rows = row_set(center, radius, lower, upper)
    expected = linear_program(c, center, lower, upper, radius)
    if rows.is_empty or expected is None:
        distance = 2 * max(
            sum(max(a - e, Fraction(0)) for a, e in zip(lower, center, strict=True)),
            sum(max(e - b, Fraction(0)) for b, e in zip(upper, center, strict=True)),
        )
        assert rows.is_empty == (distance > radius)
        return
    assert maximum(rows, c) / rows.denominator == pytest.approx(expected, abs=1e-7)
    assert minimum(rows, c) == -maximum(rows, [-x for x in c])
    y = [Fraction(v, rows.denominator) for v in maximiser(rows, c)]
    assert sum(y) == 1
    assert all(a <= v <= b for a, v, b in zip(lower, y, upper, strict=True))
    assert sum(abs(v - e) for v, e in zip(y, center, strict=True)) <= radius
    assert sum(k * v for k, v in zip(c, y, strict=True)) == Fraction(maximum(rows, c), rows.denominator)


@settings(max_examples=100, deadline=None)
@given(row_problems())
def test_compiled_greedy_agrees_with_the_exact_one(problem) -> None:
    c, center, lower, upper, radius = problem
    rows = row_set(center, radius, lower, upper)
    if rows.is_empty:
        return
    scaled = [np.array(x, dtype=float) / rows.denominator for x in (rows.base, rows.donors, rows.receivers)]
    sets = sweeps.SetArrays(
        np.zeros((1, 1), dtype=np.int64),
        np.array([float(x) for x in center]),
        *scaled,
        np.array([[rows.need / rows.denominator]]),
        np.array([[rows.exchange / rows.denominator]]),
    )
    found = interpreted(sweeps.row_maximum)(
        np.array(c, dtype=float), len(c), sets, 0, 0, np.empty(len(c), dtype=np.int64), 0.0
    )
    assert found == pytest.approx(maximum(rows, c) / rows.denominator, abs=1e-12)


def vertices(rows: RowSet, grid: int = 40) -> list[list[Fraction]]:
    """Maximisers of many directions: enough rows of the set for a brute-force comparison."""
    directions = itertools.product((-2, -1, 0, 1, 3), repeat=len(rows.base))
    found = {tuple(maximiser(rows, list(c))) for c in directions}
    return [[Fraction(v, rows.denominator) for v in y] for y in found]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=8, max_size=8), st.integers(0, 2))
def test_nested_values_enclose_every_product(tensor: list[int], own: int) -> None:
    sets = [row_set([HALF, HALF], Fraction(1, k + 2)) for k in range(3)]
    scale = 1
    for j, rows in enumerate(sets):
        scale *= rows.denominator if j != own else 1
    above, below = nested_supremum(tensor, own, sets, (2, 2, 2)), nested_infimum(tensor, own, sets, (2, 2, 2))
    table = np.array(tensor, dtype=object).reshape(2, 2, 2)
    others = [j for j in range(3) if j != own]
    for first, second in itertools.product(vertices(sets[others[0]]), vertices(sets[others[1]])):
        for a in range(2):
            block = np.take(table, a, axis=own)
            value = sum(first[i] * second[k] * int(block[i, k]) for i in range(2) for k in range(2))
            assert Fraction(below[a], scale) <= value <= Fraction(above[a], scale)


def test_nested_order_is_every_rotation_and_the_better_one_wins() -> None:
    sets = [row_set([HALF, HALF], Fraction(2)), row_set([HALF, HALF], Fraction(0)), row_set([HALF, HALF], Fraction(2))]
    tensor = [1, 0, 0, 1, 0, 0, 0, 0]  # player 1's first action pays when the others agree
    outer_first = nested_supremum(tensor, 0, sets, (2, 2, 2))
    assert [Fraction(v, sets[1].denominator * sets[2].denominator) for v in outer_first] == [HALF, 0]


def random_policy_inside(region: Region, rng: np.random.Generator) -> Policy:
    """Rows that are random mixtures of two maximisers of random directions, so inside the convex row sets."""
    rows = []
    for player in range(len(region.game.players)):
        own = []
        for sets in region.sets:
            size, part = len(sets[player].base), Fraction(int(rng.integers(0, 5)), 4)
            ends = [maximiser(sets[player], [int(x) for x in rng.integers(-9, 10, size)]) for _ in range(2)]
            denominator = sets[player].denominator
            own.append([Fraction(a * part + b * (1 - part), denominator) for a, b in zip(*ends, strict=True)])
        rows.append(own)
    return Policy.from_rows(region.game, rows)


CASES = [(2, 2, 2, "4/5"), (3, 3, 2, "9/10"), (2, 2, 3, "1/2"), (1, 3, 2, "0"), (4, 2, 1, "3/4")]


@pytest.mark.parametrize(("states", "actions", "players", "discount"), CASES)
def test_region_vectors_bound_every_policy_of_the_region(
    states: int, actions: int, players: int, discount: str
) -> None:
    rng = np.random.default_rng(states + 10 * players)
    game = random_game(rng, states, actions, players, discount)
    center = random_center(game, rng)
    radii = [[Fraction(int(r), 10) for r in rng.integers(0, 8, states)] for _ in range(players)]
    region = Region(center, tuple(map(tuple, radii)))
    bound = RegionEngine(game).bound(region)
    for _ in range(25):
        policy = random_policy_inside(region, rng)
        assert region.contains(policy)
        answer = gaps(game, policy, "exact")
        for i, known in enumerate(bound.players):
            gap = answer.player_gaps[i].value
            assert gap <= min(known.pair, known.decoupled)
            pairs = zip(answer.optima[i].lower.fractions(), answer.values[i].lower.fractions(), strict=True)
            for s, (best, value) in enumerate(pairs):
                assert known.best_lower[s] <= best <= known.best_upper[s]
                assert known.value_lower[s] <= value
                assert best - value <= known.gap_upper[s]


def test_the_vectors_pass_their_checks_and_lowered_ones_do_not() -> None:
    rng = np.random.default_rng(3)
    game = random_game(rng, 3, 2)
    engine = RegionEngine(game)
    region = Region(random_center(game, rng), ((Fraction(1, 5),) * 3,) * 2)
    known = engine.player_bound(region, 0)
    assert gap_check(engine, region, known, known.gap_upper)
    smaller = Vector(tuple(x * 999 // 1000 for x in known.gap_upper.numerators), known.gap_upper.denominator)
    assert not gap_check(engine, region, known, smaller)
    high = known.best_upper
    assert operators.at_least(
        high.numerators, operators.best_upper_steps(engine.scaled, region, 0, high.numerators, high.denominator)
    )
    lowered = [x - high.denominator // 1000 for x in high.numerators]
    assert not operators.at_least(
        lowered, operators.best_upper_steps(engine.scaled, region, 0, lowered, high.denominator)
    )


def gap_check(engine: RegionEngine, region: Region, known: PlayerBound, gap: Vector) -> bool:
    shared, (x, *given_vectors) = operators.common_denominator(
        gap, known.best_upper, known.best_lower, known.value_lower
    )
    return operators.at_least(x, operators.gap_upper_steps(engine.scaled, region, 0, given_vectors, x, shared))


def test_pair_bound_is_no_larger_than_the_decoupled_one_for_two_players() -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        game = random_game(rng, 2, 2)
        region = Region(random_center(game, rng), ((Fraction(1, 10),) * 2,) * 2)
        for known in RegionEngine(game).bound(region).players:
            assert known.pair <= known.decoupled + Fraction(1, 10**9)


def test_a_region_of_one_policy_gives_its_gap() -> None:
    rng = np.random.default_rng(6)
    game = random_game(rng, 3, 2)
    center = random_center(game, rng)
    bound = RegionEngine(game).bound(Region(center, ((Fraction(0),) * 3,) * 2))
    for known, gap in zip(bound.players, gaps(game, center, "exact").player_gaps, strict=True):
        assert gap.value <= known.pair <= gap.value + Fraction(1, 10**9)


def test_normal_form_bound_is_exact_where_the_opponent_is_fixed() -> None:
    game = bimatrix([[0, -1], [1, 0]])
    region = Region(Policy.from_rows(game, [[0, 1], [0, 1]]), ((Fraction(1, 5),), (Fraction(0),)))
    assert RegionEngine(game).bound(region).upper == Fraction(1, 10)


def test_zero_rewards_give_zero_bounds() -> None:
    game = markov_game(
        players=["1", "2"], states=["s"], actions=[["a", "b"]] * 2, discount="1/2", initial={"s": 1},
        outcome=lambda s, joint: ([0, 0], {"s": 1}),
    )  # fmt: skip
    bound = RegionEngine(game).bound(Region(Policy.pure(game), ((Fraction(2),),) * 2))
    assert bound.upper <= Fraction(1, 10**9)


def test_large_constant_rewards_stay_sound() -> None:
    game = random_game(np.random.default_rng(8), 2, 2)
    shifted = markov_game(
        players=game.players, states=game.states, actions=game.actions[0], discount=game.discount,
        initial=dict(zip(game.states, game.initial.fractions(), strict=True)),
        outcome=lambda s, joint: _shifted(game, s, joint),
    )  # fmt: skip
    for one in (game, shifted):
        center = Policy.pure(one)
        bound = RegionEngine(one).bound(Region(center, ((Fraction(1, 10),) * 2,) * 2))
        for known, gap in zip(bound.players, gaps(one, center, "exact").player_gaps, strict=True):
            assert gap.value <= known.pair


def _shifted(game: Game, state: str, joint: tuple[str, ...]):
    s = game.states.index(state)
    row = game.layout.row(s, tuple(game.actions[s][i].index(a) for i, a in enumerate(joint)))
    following = {game.states[t]: p for t, p in game.transitions.row(row).items()}
    return [game.reward(i, row) + 10**9 for i in range(2)], following


def test_hull_radii_come_from_the_occupancy() -> None:
    game = random_game(np.random.default_rng(1), 3, 2)
    region = rectangular_hull(Policy.pure(game), Fraction(1, 10), Vector((4, 1, 0), 5))
    assert region.radii[0] == (Fraction(1, 8), HALF, Fraction(2))
    with pytest.raises(InputError, match=r"expected a rational >= 0, got -1/10"):
        rectangular_hull(Policy.pure(game), Fraction(-1, 10), Vector((4, 1, 0), 5))


def test_short_occupancy_is_short_below_the_true_one_and_proved() -> None:
    rng = np.random.default_rng(2)
    game = random_game(rng, 6, 2)
    policy = random_center(game, rng)
    exact = occupancy(game, policy, "exact").lower
    short = short_occupancy(policy, exact)
    assert exact.denominator.bit_length() > 64 >= short.denominator.bit_length()
    for m, mu in zip(short.fractions(), exact.fractions(), strict=True):
        assert m <= mu <= m + Fraction(1, 2**30)
    assert occupancy_upper_holds(policy, exact)
    assert not occupancy_upper_holds(policy, short)


def test_reach_vectors_bound_the_occupancy_of_every_deviation() -> None:
    rng = np.random.default_rng(4)
    game = random_game(rng, 3, 2)
    expert = random_center(game, rng)
    for player in range(2):
        most = [u.dot(game.initial.weights, game.initial.denominator) for u in reach_vectors(expert, player)]
        largest = [Fraction(0)] * 3
        for choice in itertools.product(range(2), repeat=3):
            rows = [Policy.from_counts(game, [[[1, 0]] * 3] * 2).rows[player][0] for _ in choice]
            rows = [type(row)(tuple(int(k == a) for k in range(2)), 1) for row, a in zip(rows, choice, strict=True)]
            mu = occupancy(game, expert.replace(player, rows), "exact").lower.fractions()
            assert all(m <= bound for m, bound in zip(mu, most, strict=True))
            largest = list(map(max, largest, mu))
        assert all(bound - m < Fraction(1, 10**8) for m, bound in zip(largest, most, strict=True))


def test_knapsack_by_linear_program() -> None:
    gains, costs, budget = [3, 1, 2, 5], [2, 1, 1, 0], Fraction(5, 2)
    program = linprog([-g for g in gains], A_ub=[costs], b_ub=[float(budget)], bounds=[(0, 2)] * 4)
    found = knapsack([Fraction(g) for g in gains], [Fraction(c) for c in costs], budget)
    assert float(found) == pytest.approx(-program.fun)


def test_dominance_is_proved_for_a_dominant_action_and_refused_with_a_reason() -> None:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    engine = RegionEngine(game)
    assert statewise_dominance(engine, Policy.from_rows(game, [[0, 1], [0, 1]])).refusal is None
    refused = statewise_dominance(engine, Policy.from_rows(game, [[1, 0], [0, 1]])).refusal
    assert refused is not None
    assert (refused.player, refused.action, refused.deviation) == ("1", "1", "2")


def test_dominance_in_a_markov_game_with_moving_states() -> None:
    def outcome(state: str, joint: tuple[str, ...]):
        mine = [1 if a == "x" else -1 for a in joint]
        return mine, {"s" if state == "t" else "t": 1}

    game = markov_game(
        players=["1", "2"],
        states=["s", "t"],
        actions=[["x", "y"]] * 2,
        discount="9/10",
        initial={"s": 1},
        outcome=outcome,
    )
    assert statewise_dominance(RegionEngine(game), Policy.pure(game)).refusal is None
    assert statewise_dominance(RegionEngine(game), Policy.pure(game, {"2": "y"})).refusal is not None


def test_bounds_table_names_and_values() -> None:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    expert = Policy.from_rows(game, [[0, 1], [0, 1]])
    ball = ErrorBall(expert, Measure.BC, Fraction(1, 10))
    table = bounds_table(Center(expert), ball)
    assert table.values["trivial"] == trivial_bound(game) == Fraction(9, 10)
    assert table.values["dse"] == dse_bound(ball) == Fraction(9, 200)
    assert table.values["delta"] == table.values["dse"]  # no best response strays from a dominant action
    assert table.values["concentrability"] == Fraction(9, 20) * (2 * Fraction(1, 10) + Fraction(1, 10))
    assert table.values["region"] is not None


def test_every_bound_of_the_table_holds_on_the_ball() -> None:
    rng = np.random.default_rng(11)
    for states, players in ((2, 2), (2, 3)):
        game = random_game(rng, states, 2, players)
        expert = random_center(game, rng)
        eps = Fraction(1, 10)
        mu = occupancy(game, expert, "exact").lower
        table = bounds_table(Center(expert), ErrorBall(expert, Measure.BC, eps))
        for _ in range(20):
            policy = random_in_ball(expert, eps, mu, rng)
            gap = gaps(game, policy, "exact").nash_gap.value
            assert all(gap <= bound for bound in table.values.values() if bound is not None)


def test_a_region_with_a_box_is_smaller_and_knows_when_it_is_empty() -> None:
    game = normal_form([[[0, 1], [1, 0]], [[1, 0], [0, 1]]])
    center = Policy.from_rows(game, [[1, 0], [1, 0]])
    whole = ((Fraction(1),),) * 2
    low = (((Fraction(3, 4), Fraction(0)),), ((Fraction(0), Fraction(0)),))
    high = (((Fraction(1), Fraction(1)),), ((Fraction(1), Fraction(1)),))
    boxed, free = Region(center, whole, low, high), Region(center, whole)
    engine = RegionEngine(game)
    assert engine.bound(boxed).players[0].pair <= engine.bound(free).players[0].pair
    assert boxed.contains(center)
    far = (((Fraction(0), Fraction(3, 4)),), ((Fraction(0), Fraction(0)),))
    assert Region(center, whole, far, high).is_empty
    assert not boxed.is_empty


def test_values_of_the_center_lie_between_its_region_vectors() -> None:
    game = random_game(np.random.default_rng(12), 3, 2)
    center = Policy.pure(game)
    known = RegionEngine(game).player_bound(Region(center, ((Fraction(1, 4),) * 3,) * 2), 1)
    own = values(game, center, "exact")[1].lower
    for s in range(3):
        assert known.value_lower[s] <= own[s] <= known.best_upper[s]
