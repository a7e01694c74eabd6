"""Exact worst case of normal forms: brute force over all vertices of all players, hand-solved games, refusals."""

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest

from certigap.bounds.vertices import ball_of, ball_vertices, vertex_optimum
from certigap.bounds.vertices.branching import branch_worst_case
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.bounds.vertices.tree import VertexTree
from certigap.errors import InputError, LimitError
from certigap.exact.interval import Interval
from certigap.model.build import bimatrix, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.questions.worst_case.question import worst_case
from certigap.regions.greedy import maximiser, row_set
from certigap.semantics import eps_bc, gaps
from certigap.work.deadline import Deadline
from tests.helpers.strategies import random_normal_form, random_row

GAMES = 300
RADII = [Fraction(x) for x in ("1/20", "3/10", "1/2", "1", "3/2", "2")]


def brute_vertices(row: Distribution, eps: Fraction) -> tuple[list[list[int]], int]:
    """Greedy maximisers of every ranking of the actions, over one denominator."""
    rows = row_set(row.fractions(), eps)
    rankings = itertools.permutations(range(len(row.weights)))
    return [list(y) for y in {tuple(maximiser(rows, list(c))) for c in rankings}], rows.denominator


def brute_force(game: Game, expert: Policy, eps: Fraction) -> tuple[Fraction, ...]:
    """Every player's largest gap over all profiles of vertices, the own row's among them."""
    shape = game.layout.shapes[0]
    vertices, dens = zip(*(brute_vertices(own[0], eps) for own in expert.rows), strict=True)
    values = []
    for i in range(len(shape)):
        table = np.array(game.rewards[i]).astype(object).reshape(shape)
        for j, rows in enumerate(vertices):
            if j != i:
                table = np.moveaxis(np.tensordot(table, np.array(rows, dtype=object), (j, 1)), -1, j)
        table = np.moveaxis(table, i, -1)
        own = np.tensordot(table, np.array(vertices[i], dtype=object), (-1, 1))
        most = (table.max(axis=-1)[..., None] * dens[i] - own).max()
        values.append(Fraction(int(most), game.reward_denominators[i] * math.prod(dens)))
    return tuple(values)


def random_case(seed: int) -> tuple[Game, Policy, Fraction]:
    """2 to 4 players with 2 to 5 actions; experts pure, mixed, or one of each."""
    rng = random.Random(seed)
    players = rng.choice([2, 2, 3, 4])
    shape = tuple(rng.randint(2, 5 if players < 4 else 3) for _ in range(players))
    if players == 4 and rng.random() < 0.2:
        shape = (5, 2, 2, 3)
    size = math.prod(shape)
    tables = [
        np.array([Fraction(rng.randint(-9, 9), d) for _ in range(size)], dtype=object).reshape(shape)
        for d in (rng.choice([1, 3, 10]) for _ in shape)
    ]
    game = normal_form(tables)
    mixed = rng.choice([0.0, 0.5, 1.0])
    rows = [
        random_row(rng, n) if rng.random() < mixed else [int(a == 0) for a in rng.sample(range(n), n)] for n in shape
    ]
    return game, Policy.from_rows(game, rows), rng.choice(RADII)


@pytest.mark.parametrize("block", range(6))
def test_equals_brute_force_over_all_vertices(block: int) -> None:
    for seed in range(block * GAMES // 6, (block + 1) * GAMES // 6):
        game, expert, eps = random_case(seed)
        answer = exact_worst_case(game, expert, eps)
        assert answer.values == brute_force(game, expert, eps), seed
        assert eps_bc(game, expert, answer.witness).value <= eps, seed
        assert gaps(game, answer.witness, "exact").nash_gap.value == answer.value, seed


@pytest.mark.parametrize("seed", range(8))
def test_every_choice_of_the_player_left_out_gives_the_same_value(seed: int) -> None:
    game, expert, eps = random_case(seed)
    balls = [ball_of(own[0], eps) for own in expert.rows]
    found = exact_worst_case(game, expert, eps)
    for i, k in itertools.product(range(len(balls)), repeat=2):
        # only player k's vertices are "too many", so k is the one left out
        optimum = vertex_optimum(
            game, i, balls, lambda j, k=k: None if j == k else ball_vertices(balls[j], 10**6), 10**9
        )
        assert optimum.left_out == k
        assert optimum.value == found.values[i]


def test_vertices_of_a_mixed_row_are_those_of_the_definition() -> None:
    row = distribution(["1/2", "3/10", "1/5"], "row")
    ball = ball_of(row, Fraction(4, 5))  # the mass 2/5 may move
    rows = {tuple(Fraction(int(x), ball.denominator) * 10 for x in y) for y in ball_vertices(ball, 100)}
    assert rows == {(9, 1, 0), (9, 0, 1), (1, 7, 2), (3, 7, 0), (1, 3, 6), (4, 0, 6)}


def test_long_denominators_are_exact() -> None:
    rng = random.Random(5)
    game = bimatrix(*[[[Fraction(rng.getrandbits(60), 3**40) for _ in range(4)] for _ in range(3)] for _ in range(2)])
    expert = Policy.from_rows(game, [random_row(rng, 3, 70), random_row(rng, 4, 70)])
    assert exact_worst_case(game, expert, "1/7").values == brute_force(game, expert, Fraction(1, 7))


def test_fifty_actions_with_a_pure_expert() -> None:
    rng = np.random.default_rng(0)
    game = bimatrix(*(rng.integers(-100, 101, (50, 50)) for _ in range(2)))
    answer = exact_worst_case(game, Policy.pure(game), "1/2")
    interval = worst_case(game, Policy.pure(game), "1/2").interval
    assert answer.value in interval


def test_a_repeated_game_multiplies_by_the_horizon() -> None:
    from certigap.model.build import markov_game

    payoff = {("x", "x"): [0, 0], ("x", "y"): [1, 0], ("y", "x"): [2, 1], ("y", "y"): [-1, 3]}
    game = markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[["x", "y"]] * 2,
        outcome=lambda _, joint: (payoff[joint], {"s": 1}),
        discount="4/5",
        initial={"s": 1},
    )
    stage = bimatrix([[0, 1], [2, -1]], [[0, 0], [1, 3]])
    answer, one = exact_worst_case(game, Policy.pure(game), "1/5"), exact_worst_case(stage, Policy.pure(stage), "1/5")
    assert answer.values == tuple(5 * value for value in one.values)


def test_radius_zero_is_the_expert_and_radius_two_is_everything() -> None:
    game = bimatrix([[1, -1], [-1, 1]])
    expert = Policy.from_rows(game, [["1/2", "1/2"]] * 2)
    assert exact_worst_case(game, expert, 0).values == (0, 0)
    assert exact_worst_case(game, expert, 2).values == (2, 2)


def test_too_many_vertices_are_refused() -> None:
    game = bimatrix(np.eye(12, dtype=np.int64))
    expert = Policy.from_rows(game, [["1/12"] * 12] * 2)
    with pytest.raises(LimitError, match="expected at most 1000"):
        exact_worst_case(game, expert, 1, limit=1000)
    with pytest.raises(LimitError, match="more vertices than that"):
        exact_worst_case(game, expert, 1, max_vertices=10)


def test_wrong_arguments_are_refused() -> None:
    import certigap as cg

    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    with pytest.raises(InputError, match=r"eps: expected a rational >= 0, got -1/10"):
        exact_worst_case(game, expert, "-1/10")
    with pytest.raises(TypeError, match="floats are taken only by name"):
        exact_worst_case(game, expert, 0.1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="expected a game of one state, got 3 states"):
        exact_worst_case(cg.games.load("lemma1"), cg.games.expert("lemma1"), "1/10")
    with pytest.raises(InputError, match="a policy of this game"):
        exact_worst_case(bimatrix([[1, 0], [0, 1]]), expert, "1/10")


def bimatrix_cases(count: int) -> list[tuple[Game, Policy, Fraction]]:
    cases = (random_case(seed) for seed in itertools.count(1000))
    return list(itertools.islice((case for case in cases if len(case[0].players) == 2), count))


@pytest.mark.parametrize("block", range(3))
def test_branch_and_bound_finds_the_exact_value(block: int) -> None:
    for game, expert, eps in bimatrix_cases(60)[block::3]:
        answer = branch_worst_case(game, expert, eps)
        assert answer.complete
        assert answer.interval == Interval.point(exact_worst_case(game, expert, eps).value)
        assert eps_bc(game, expert, answer.witness).value <= eps
        assert gaps(game, answer.witness, "exact").player_gaps[answer.witness_player].value == answer.interval.lower


@pytest.mark.parametrize("seed", range(12))
def test_nodes_hold_their_vertices_and_are_decided_exactly(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the expert as the only witness, the tree itself must end at the best vertex."""
    game, expert, eps = bimatrix_cases(12)[seed]
    monkeypatch.setattr("certigap.bounds.vertices.branching.ascend", lambda *_, **__: expert)
    answer = branch_worst_case(game, expert, eps)
    assert answer.interval == Interval.point(exact_worst_case(game, expert, eps).value)


def test_a_cut_tree_still_holds_the_value() -> None:
    rng = random.Random(3)
    game = random_normal_form(rng, (8, 8))
    expert = Policy.from_rows(game, [random_row(rng, 8, 6), random_row(rng, 8, 6)])
    value = exact_worst_case(game, expert, "1/2").value
    for answer in (
        branch_worst_case(game, expert, "1/2", deadline=Deadline(0)),
        branch_worst_case(game, expert, "1/2", max_nodes=1),
    ):
        assert not answer.complete
        assert value in answer.interval
        assert not answer.interval.is_exact


def test_thirty_actions_with_mixed_experts_close() -> None:
    rng = np.random.default_rng(1)
    game = bimatrix(*(rng.integers(-100, 101, (30, 30)) for _ in range(2)))
    expert = Policy.from_counts(game, [[rng.integers(1, 50, 30).tolist()] for _ in range(2)])
    answer = branch_worst_case(game, expert, 1)
    assert answer.complete
    assert answer.interval.is_exact


def test_branch_and_bound_refuses_other_games() -> None:
    game = normal_form([np.zeros((2, 2, 2), dtype=np.int64)] * 3)
    with pytest.raises(InputError, match="expected a bimatrix game, got <Game normal form, 3 players"):
        branch_worst_case(game, Policy.pure(game), "1/10")


def test_an_interrupt_of_the_ascent_stops_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Policy:
        raise KeyboardInterrupt

    monkeypatch.setattr("certigap.bounds.vertices.branching.ascend", interrupted)
    game, expert, eps = bimatrix_cases(1)[0]
    answer = branch_worst_case(game, expert, eps)
    assert not answer.complete
    assert exact_worst_case(game, expert, eps).value in answer.interval


@pytest.mark.parametrize("place", ["_add", "_children"])
def test_an_interrupt_keeps_every_vertex(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    rng = random.Random(3)
    game = random_normal_form(rng, (8, 8))
    expert = Policy.from_rows(game, [random_row(rng, 8, 6), random_row(rng, 8, 6)])
    value = exact_worst_case(game, expert, "1/2").value
    original, calls = getattr(VertexTree, place), []

    def interrupted(*given: object) -> object:
        calls.append(place)
        if len(calls) % 7 == 3:
            raise KeyboardInterrupt
        return original(*given)

    monkeypatch.setattr(VertexTree, place, interrupted)
    answer = branch_worst_case(game, expert, "1/2")
    assert not answer.complete
    assert value in answer.interval
