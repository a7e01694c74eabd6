"""Best case m_rho: the refutation of Algorithm 1, hand-solved games, random profiles, exact bounds."""

import random
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

import certigap as cg
from certigap.certificates.best_case import best_case_certificate
from certigap.errors import InputError
from certigap.model.build import bimatrix, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.best_case import BestCaseAnswer, best_case
from certigap.questions.best_case.search import Search
from certigap.questions.best_case.shell import distance, onto_shell
from certigap.questions.best_case.tree import Leaves, Split, leaf_bounds
from certigap.semantics import eps_rho, gaps
from tests.helpers.strategies import random_normal_form, random_row

COINS = bimatrix([[1, -1], [-1, 1]])
COORDINATION = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
SCISSORS = bimatrix([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
Row = Sequence[Fraction]


def modified() -> Game:
    """The game `algorithm1` with row D of player 1 at K = -19/20, as Algorithm 1 of the paper does it."""
    return cg.games.load("algorithm1-lowered")


def check_answer(answer: BestCaseAnswer) -> None:
    """The witness is at the exact distance of an exact equilibrium, and has the upper end as its gap."""
    assert answer.witness is not None
    assert answer.expert is not None
    assert gaps(answer.game, answer.expert, "exact").nash_gap.value == 0
    assert eps_rho(answer.game, answer.expert, answer.witness).value == answer.radius
    assert gaps(answer.game, answer.witness, "exact").nash_gap.value == answer.interval.upper
    if answer.trees and not answer.is_infinite and len(answer.trees[0]) < 1000:
        found = proven_lower(answer)
        assert answer.interval.lower <= found < answer.interval.lower + Fraction(1, 2**40) or found <= 0


def row_minimum(costs: Row, lower: Row, upper: Row) -> Fraction:
    left, total = 1 - sum(lower), sum((c * x for c, x in zip(costs, lower, strict=True)), Fraction(0))
    for c, room in sorted((c, b - a) for c, a, b in zip(costs, lower, upper, strict=True)):
        mass = min(left, room)
        total, left = total + c * mass, left - mass
    return total


def box_bound(game: Game, sides: Sequence[tuple[Row, Row]], expert: Policy, eps: Fraction) -> Fraction | None:
    """The rules of `best_case.boxes` for one box, in fractions, from their definition."""
    if any(sum(low) > 1 or sum(high) < 1 for low, high in sides):
        return None
    tight = [
        (
            [max(x, 1 - sum(high) + y) for x, y in zip(low, high, strict=True)],
            [min(y, 1 - sum(low) + x) for x, y in zip(low, high, strict=True)],
        )
        for low, high in sides
    ]
    e, f = (own[0].fractions() for own in expert.rows)
    ends = [
        [x * y - p * q for x, p in zip(tight[0][k], e, strict=True) for y, q in zip(tight[1][k], f, strict=True)]
        for k in (0, 1)
    ]
    plus = [sum(max(v, Fraction(0)) for v in end) for end in ends]
    minus = [sum(max(-v, Fraction(0)) for v in end) for end in ends]
    if not 2 * max(plus[0], minus[1]) <= eps <= 2 * min(plus[1], minus[0]):
        return None
    first, second = game.layout.shapes[0]
    tables = [[[game.reward(i, a * second + b) for b in range(second)] for a in range(first)] for i in (0, 1)]
    tables[1] = [list(column) for column in zip(*tables[1], strict=True)]
    bounds = []
    for own, other, table in ((tight[0], tight[1], tables[0]), (tight[1], tight[0], tables[1])):
        for best in table:
            gains = [[x - y for x, y in zip(best, row, strict=True)] for row in table]
            bounds.append(row_minimum([row_minimum(row, *other) for row in gains], *own))
            columns = [row_minimum(list(column), *own) for column in zip(*gains, strict=True)]
            bounds.append(row_minimum(columns, *other))
    return max(bounds)


def proven_lower(answer: BestCaseAnswer) -> Fraction:
    """The least bound over all leaves, walked from the splits alone."""
    shape = answer.game.layout.shapes[0]
    bounds = []
    for expert, tree in zip(answer.equilibria.equilibria, answer.trees, strict=True):
        waiting = [[([Fraction(0)] * size, [Fraction(1)] * size) for size in shape]]
        for node in tree:
            sides = waiting.pop()
            if node is None:
                bounds.append(box_bound(answer.game, sides, expert, answer.radius))
            else:
                waiting += reversed(parts(sides, node))
        assert not waiting
    return min(bound for bound in bounds if bound is not None)


def parts(
    sides: list[tuple[list[Fraction], list[Fraction]]], node: Split
) -> list[list[tuple[list[Fraction], list[Fraction]]]]:
    low, high = sides[node.player]
    assert low[node.action] <= node.at <= high[node.action]
    below = (low, [*high[: node.action], node.at, *high[node.action + 1 :]])
    above = ([*low[: node.action], node.at, *low[node.action + 1 :]], high)
    return [[half if i == node.player else own for i, own in enumerate(sides)] for half in (below, above)]


def test_algorithm_1_is_refuted_by_two_intervals_that_do_not_overlap() -> None:
    original, changed = best_case(cg.games.load("algorithm1"), "1/10"), best_case(modified(), "1/10")
    for answer in (original, changed):
        check_answer(answer)
        assert answer.complete
        assert answer.equilibria.complete
        assert len(answer.equilibria.equilibria) == 1
    assert changed.interval.upper < original.interval.lower
    assert Fraction("0.02225") < original.interval.lower <= original.interval.upper < Fraction("0.02228")
    assert Fraction("0.00213") < changed.interval.lower <= changed.interval.upper < Fraction(1, 400)


@pytest.mark.parametrize(
    ("game", "eps", "value"),
    [
        (
            COINS,
            "1/2",
            Fraction(3, 8),
        ),  # one coin is moved by d: the distance is 2d, the gaps 2d and 0, or both by less
        (COINS, "3/2", Fraction(2)),  # only the pure profiles are that far
        (cg.games.load("algorithm1"), "2", Fraction(1, 10)),  # (C, D) and (D, C) with (C, C): player 1 or 2 gains 1/10
    ],
)
def test_values_by_hand(game: Game, eps: str, value: Fraction) -> None:
    answer = best_case(game, eps)
    check_answer(answer)
    assert value in answer.interval
    assert answer.complete


def test_nothing_is_that_far_from_a_full_support_equilibrium() -> None:
    answer = best_case(COINS, "7/4")
    assert answer.is_infinite
    assert answer.witness is None
    assert answer.interval.to_json() == {}
    assert "+infinity" in repr(answer)
    assert best_case(COORDINATION, "21/10").is_infinite


def test_another_equilibrium_at_the_distance_makes_it_zero() -> None:
    answer = best_case(COORDINATION, 2)
    check_answer(answer)
    assert answer.interval.to_json() == {"lower": "0", "upper": "0"}


@pytest.mark.parametrize("seed", range(8))
def test_no_random_profile_at_the_distance_is_below_the_lower_end(seed: int) -> None:
    rng = random.Random(seed)
    game = random_normal_form(rng, (rng.randint(2, 3), 2))
    eps = Fraction(rng.randint(1, 8), 10)
    answer = best_case(game, eps, tolerance="1/50")
    if answer.witness is not None:
        check_answer(answer)
    lower = answer.interval.lower or Fraction(0)
    shape, tried = game.layout.shapes[0], 0
    for expert in answer.equilibria.equilibria:
        target = tuple(own[0].fractions() for own in expert.rows)
        for _ in range(40):
            start = tuple(random_row(rng, size, 6) for size in shape)
            for x, y in onto_shell(start, target, eps):
                assert distance(x, y, target) == eps
                assert not answer.is_infinite
                assert gaps(game, Policy.from_rows(game, [x, y]), "exact").nash_gap.value >= lower
                tried += 1
    assert tried or answer.is_infinite or answer.witness is None


@pytest.mark.parametrize("seed", range(4))
def test_integer_boxes_agree_with_fractions(seed: int) -> None:
    rng = random.Random(seed)
    game = random_normal_form(rng, (3, 2), bits=5 if seed % 2 else 80)
    expert = Policy.from_rows(game, [random_row(rng, 3), random_row(rng, 2)])
    eps, corners = Fraction(1, 3), []
    for _ in range(60):
        a, b = (np.array([rng.randint(0, 8) for _ in range(5)]) / 8 for _ in range(2))
        corners.append((np.minimum(a, b) * rng.choice([0.0, 0.5, 1.0]), np.maximum(a, b)))
    leaves = Leaves(np.array([c[0] for c in corners]), np.array([c[1] for c in corners]), [0] * len(corners))
    found = leaf_bounds(game, leaves, [expert], eps)
    for (low, high), bound in zip(corners, found, strict=True):
        ends = [list(map(Fraction, side.tolist())) for side in (low, high)]
        sides = [(ends[0][:3], ends[1][:3]), (ends[0][3:], ends[1][3:])]
        assert bound == box_bound(game, sides, expert, eps)
    assert len([b for b in found if b is not None]) > 5


def test_infinitely_many_equilibria_leave_one_side() -> None:
    game = bimatrix([[0, 0], [-1, 3]], [[0, 0], [1, 0]])  # row 1 with the left column at least 3/4
    answer = best_case(game, "3/2")
    assert not answer.complete
    assert "infinitely many" in answer.reason
    assert answer.interval.lower == 0
    assert answer.trees == ()
    check_answer(answer)


def test_equilibria_that_the_checker_would_not_find_leave_one_side() -> None:
    size = 8
    coordination = [[int(a == b) for b in range(size)] for a in range(size)]
    spoiled = [[(a + 1) * x for x in row] for a, row in enumerate(coordination)]
    answer = best_case(bimatrix(spoiled, coordination), "1/10")
    assert not answer.complete
    assert "too large" in answer.reason
    assert answer.trees == ()
    check_answer(answer)


def test_no_budget_and_few_nodes_give_valid_intervals() -> None:
    for answer in (best_case(SCISSORS, "1/2", budget=0), best_case(SCISSORS, "1/2", max_nodes=200)):
        assert not answer.complete
        assert "before the tolerance was met" in answer.reason
        assert (answer.interval.lower or 0) <= Fraction(157, 1000)
    assert answer.interval.upper >= Fraction(156, 1000)


def test_an_interrupt_of_the_proof_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("certigap.questions.best_case.question.proven", interrupted)
    answer = best_case(cg.games.load("algorithm1"), "1/10")
    assert not answer.complete
    assert answer.reason == "interrupted before the lower end was proved"
    assert answer.interval.lower == 0
    check_answer(answer)


@pytest.mark.parametrize("place", ["_step", "_sample"])
def test_an_interrupt_returns_the_interval_that_stands(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    original, calls = getattr(Search, place), []

    def interrupted(*given: object) -> None:
        calls.append(place)
        if len(calls) > 1 or place == "_sample":
            raise KeyboardInterrupt
        original(*given)

    monkeypatch.setattr(Search, place, interrupted)
    answer = best_case(COINS, "1/10")
    assert not answer.complete
    assert (answer.interval.lower or 0) <= Fraction(11, 120)


def test_certificates_hold_witness_trees_and_infinity() -> None:
    data = best_case_certificate(best_case(modified(), "1/10")).to_json()
    assert set(data["proof"]) == {"witness", "equilibria"}
    nodes = data["proof"]["equilibria"][0]["tree"]
    assert sum("leaf" in node for node in nodes) == sum("split" in node for node in nodes) + 1
    endless = best_case_certificate(best_case(COINS, "7/4")).to_json()
    assert endless["claim"]["nash_gap"] == "infinity"
    assert set(endless["proof"]) == {"equilibria"}


def test_progress_is_told_ends_that_close() -> None:
    told: list[tuple[float, float]] = []
    answer = best_case(modified(), "1/10", progress=lambda *ends: told.append(ends))
    assert len(told) >= 2
    assert all(lower <= upper for lower, upper in told)
    lower, upper = told[-1]
    assert float(answer.interval.upper) <= upper * (1 + 1e-6)
    assert upper - lower <= told[0][1] - told[0][0]


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="tolerance: expected a rational >= 0, got -1"):
        best_case(modified(), "1/10", tolerance=-1)
    with pytest.raises(InputError, match="expected a bimatrix game, got <Game normal form, 3 players"):
        best_case(normal_form([np.zeros((2, 2, 2), dtype=np.int64)] * 3), "1/10")
    with pytest.raises(InputError, match=r"eps: expected a rational >= 0, got -1/10"):
        best_case(COINS, "-1/10")
    with pytest.raises(TypeError, match="floats are taken only by name"):
        best_case(COINS, 0.1)  # type: ignore[arg-type]
