"""delta_sel, delta_max and kappa of one-state games: known by hand, dense sampling, brute force, convex programs."""

import itertools
import random
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import certigap as cg
from certigap.exact.vector import Vector
from certigap.regions.replies import DeltaFunction, Faces, delta_max, delta_sel, kappa
from certigap.regions.replies.programs import nearest

ALL = Fraction(2)
Steps = list[tuple[str, bool, str, str]]


def steps(function: DeltaFunction) -> Steps:
    return [(str(s.start), s.is_open, str(s.lower), str(s.upper)) for s in function.steps]


def both(expert: cg.Policy, player: int = 0, largest: Fraction = ALL) -> tuple[Steps, Steps]:
    faces = Faces(expert, player)
    return steps(delta_sel(faces, largest)), steps(delta_max(faces, largest))


def test_matching_pennies_jumps_at_zero():
    coin = cg.bimatrix([[1, -1], [-1, 1]])
    half = cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2)
    for player in range(2):
        sel, most = both(half, player)
        assert sel == [("0", False, "0", "0"), ("0", True, "1", "1")]
        assert most == [("0", False, "1", "1")]
    assert cg.continuity(coin, half).is_consistent is False


def test_prisoners_dilemma_never_moves():
    expert = cg.games.expert("algorithm1")
    assert both(expert) == ([("0", False, "0", "0")], [("0", False, "0", "0")])
    answer = cg.continuity(expert.game, expert)
    assert answer.is_consistent
    assert [own.value.upper for own in answer.kappa] == [0, 0]


def test_constant_game_moves_only_the_farthest_best_reply():
    """The refutation of "dominant exactly when delta = 0" for delta_max (THEORY 3)."""
    expert = cg.Policy.pure(cg.bimatrix([[1, 1], [1, 1]]))
    assert both(expert) == ([("0", False, "0", "0")], [("0", False, "2", "2")])


@pytest.mark.parametrize(("a", "b"), [(3, 2), (1, 1), (1, 7), (Fraction(5, 3), Fraction(1, 9))])
def test_coordination_breaks_where_the_formula_says(a, b):
    """Against mass p moved to the other action, switching pays once p b > (1 - p) a: distance 2 p = 2 a / (a + b)."""
    expert = cg.Policy.pure(cg.bimatrix([[a, 0], [0, b]]))
    place = str(2 * Fraction(a) / (Fraction(a) + Fraction(b)))
    sel, most = both(expert)
    assert sel == [("0", False, "0", "0"), (place, True, "2", "2")]
    assert most == [("0", False, "0", "0"), (place, False, "2", "2")]
    assert both(expert, 0, Fraction(place) / 2) == ([("0", False, "0", "0")], [("0", False, "0", "0")])


def test_shapleys_game():
    """At the uniform equilibrium any tilt of the opponent makes one action the only best reply: 2 (1 - 1/3)."""
    game = cg.bimatrix([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    uniform = cg.Policy.from_rows(game, [["1/3"] * 3] * 2)
    for player in range(2):
        sel, most = both(uniform, player)
        assert sel == [("0", False, "0", "0"), ("0", True, "4/3", "4/3")]
        assert most == [("0", False, "4/3", "4/3")]


def test_several_steps_with_open_ends():
    """Rows 1 and 2 of the expert fall one after the other: row 3 beats row 2 first, and beats both later."""
    game = cg.bimatrix([[3, 1], [3, 0], [2, 2]])
    expert = cg.Policy.from_rows(game, [["3/4", "1/4", 0], [1, 0]])
    sel, _ = both(expert)
    assert sel == [("0", False, "0", "0"), ("0", True, "1/2", "1/2"), ("1", True, "2", "2")]


def samples(faces: Faces, grain: int) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Distance, nearest and farthest best reply of many plays, exactly: towards a grid of rows, from near and far."""
    center, found = faces.center.fractions(), []
    for weights in itertools.product(range(grain + 1), repeat=len(center)):
        if sum(weights) != grain:
            continue
        for share in map(Fraction, ("0", "1", "1/2", "1/5", "1/40", "1/3000")):
            play = Vector.of(
                [(1 - share) * e + share * Fraction(w, grain) for e, w in zip(center, weights, strict=True)]
            )
            best = faces.best(play)
            found.append((faces.distance(play), faces.nearest(best), faces.farthest(best)))
    return found


def beside(faces: Faces, function: DeltaFunction) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Where the witnesses point, evaluated anew: steps too narrow for the grid."""
    found = []
    for witness in function.witnesses:
        near = faces.joint(witness.near).fractions()
        far = near if witness.far is None else faces.joint(witness.far).fractions()
        play = Vector.of([x + Fraction(1, 10**9) * (y - x) for x, y in zip(near, far, strict=True)])
        best = faces.best(play)
        found.append((faces.distance(play), faces.nearest(best), faces.farthest(best)))
    return found


def sampled_from_below(expert: cg.Policy, player: int, grain: int) -> None:
    faces = Faces(expert, player)
    grid = samples(faces, grain)
    for function, which in ((delta_sel(faces, ALL), 1), (delta_max(faces, ALL), 2)):
        plays = grid + beside(faces, function)
        assert function.complete
        assert all(step.lower == step.upper for step in function.steps)
        assert all(play[which] <= function.upper(play[0]) for play in plays)
        ends = [*(step.start for step in function.steps[1:]), ALL]
        for step, end in zip(function.steps, ends, strict=True):
            if end > step.start:
                assert max(play[which] for play in plays if play[0] <= end) >= step.lower


def random_equilibrium(rng: random.Random, size: int) -> cg.Policy:
    tables = [[[rng.randint(-4, 4) for _ in range(size)] for _ in range(size)] for _ in range(2)]
    return rng.choice(cg.equilibria(cg.bimatrix(*tables)).equilibria)


def test_random_games_equal_dense_sampling():
    rng = random.Random(1)
    for _ in range(20):
        expert = random_equilibrium(rng, 3)
        for player in range(2):
            sampled_from_below(expert, player, 10)


@pytest.mark.slow
def test_two_hundred_random_games_equal_dense_sampling():
    rng = random.Random(2)
    for _ in range(200):
        expert = random_equilibrium(rng, 3)
        for player in range(2):
            sampled_from_below(expert, player, 14)


def test_experts_that_are_no_equilibria():
    rng = random.Random(3)
    for _ in range(10):
        game = cg.bimatrix(*([[rng.randint(-2, 2) for _ in range(3)] for _ in range(3)] for _ in range(2)))
        rows = [[rng.randint(0, 3) for _ in range(3)] for _ in range(2)]
        expert = cg.Policy.from_counts(game, [[row] for row in rows])
        for player in range(2):
            sampled_from_below(expert, player, 8)


def ball_supremum(faces: Faces, eps: Fraction) -> Fraction:
    """kappa by the vertices of the ball: mass eps/2 from donors to one receiver."""
    center, half = faces.center.fractions(), eps / 2
    best = Fraction(0)
    for receiver in range(len(center)):
        for order in itertools.permutations(b for b in range(len(center)) if b != receiver):
            row, left = list(center), half
            for donor in order:
                moved = min(left, row[donor])
                row[donor], row[receiver], left = row[donor] - moved, row[receiver] + moved, left - moved
                payoffs = [
                    sum(y * Fraction(int(u), faces.table.denominator) for y, u in zip(row, line, strict=True))
                    for line in faces.table.numerators
                ]
                best = max(best, max(payoffs) - sum(x * p for x, p in zip(faces.row, payoffs, strict=True)))
    return best


def test_kappa_is_the_supremum_over_the_ball():
    rng = random.Random(5)
    for _ in range(10):
        expert = random_equilibrium(rng, 3)
        faces = Faces(expert, 0)
        for eps in map(Fraction, ("0", "1/10", "2/3", "2")):
            value, play = kappa(faces, eps)
            assert value.lower == value.upper == ball_supremum(faces, eps)
            assert faces.distance(faces.joint(play)) <= eps


def test_kappa_of_a_full_support_equilibrium_starts_at_zero():
    coin = cg.bimatrix([[1, -1], [-1, 1]])
    faces = Faces(cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2), 0)
    assert kappa(faces, Fraction(0))[0].upper == 0
    assert kappa(faces, Fraction(1, 10))[0].upper == Fraction(1, 10)


def product_game() -> cg.Policy:
    """Player 1 gains 4 p q - 1 by its second action, p and q the others' second actions: pq > 1/4 is needed."""
    own = np.zeros((2, 2, 2), dtype=int)
    own[1] = -1
    own[1, 1, 1] = 3
    return cg.Policy.pure(cg.normal_form([own, 0 * own, 0 * own]))


def test_three_players_enclose_the_least_product():
    """The least joint distance 2 (p + q - p q) with p q = 1/4 is 3/2 at p = q = 1/2; correlated play needs 1/2."""
    faces = Faces(product_game(), 0)
    assert nearest(faces, 1, [0]).distance == Fraction(1, 2)
    function = delta_sel(faces, ALL)
    assert function.upper(Fraction(147, 100)) == 0
    assert function.lower(Fraction(151, 100)) == 2
    assert steps(function)[0] == ("0", False, "0", "0")
    assert delta_max(faces, ALL).upper(Fraction(147, 100)) == 0


def test_three_players_are_never_below_samples():
    draws = np.random.default_rng(2)
    for shape in ((2, 2, 2), (3, 2, 2)):
        game = cg.normal_form([draws.integers(-5, 6, shape) for _ in shape])
        for expert in (cg.Policy.pure(game), cg.Policy.from_counts(game, [[[1] * size] for size in shape])):
            faces = Faces(expert, 0)
            functions = (delta_sel(faces, ALL), delta_max(faces, ALL))
            for _ in range(200):
                counts = [draws.integers(0, 4, size) + np.eye(size, dtype=int)[0] for size in shape[1:]]
                joint = faces.joint(tuple(Vector(tuple(map(int, row)), int(row.sum())) for row in counts))
                best, eps = faces.best(joint), faces.distance(joint)
                assert faces.nearest(best) <= functions[0].upper(eps)
                assert faces.farthest(best) <= functions[1].upper(eps)


def test_a_ran_out_budget_leaves_an_interval():
    answer = cg.continuity(product_game().game, product_game(), budget=0)
    assert not answer.complete
    assert answer.delta_sel[0].steps[0].lower == 0
    assert answer.delta_sel[0].upper(ALL) == 2


def ten_by_ten(rows: list[int]) -> cg.Policy:
    """A 10x10 game of random payoffs in which a given row is an equilibrium of both."""
    draws = np.random.default_rng(0)
    tables = [draws.integers(-1000, 1001, (10, 10)).astype(object) for _ in range(2)]
    weights, total = np.array(rows, dtype=object), sum(rows)
    for table in (tables[0], tables[1].T):
        table *= total
        payoffs = table @ weights
        losses = [0 if w else int(draws.integers(1, 1000)) for w in rows]
        for a in range(10):
            table[a] += (payoffs.max() - payoffs[a]) // total - losses[a]
    game = cg.bimatrix(*(table.tolist() for table in tables))
    return cg.Policy.from_counts(game, [[rows], [rows]])


@pytest.mark.parametrize(("rows", "seconds"), [([1] + [0] * 9, 1), ([3, 1, 2, 4] + [0] * 6, 10)])
def test_ten_by_ten_in_time(rows, seconds):
    expert = ten_by_ten(rows)
    began = time.process_time()
    answer = cg.continuity(expert.game, expert)
    assert time.process_time() - began < seconds
    assert answer.complete
    assert all(step.lower == step.upper for own in (*answer.delta_sel, *answer.delta_max) for step in own.steps)
    assert len(answer.delta_sel[0].steps) > 1


def least_distance_by_cvxpy(faces: Faces, action: int, rivals: list[int]) -> float:
    """The program of `nearest` as one writes it: the L1 distance, the simplex, and no worse than every rival."""
    import cvxpy as cp

    table = np.array(faces.table.numerators / faces.table.denominator, dtype=float)
    y = cp.Variable(table.shape[1], nonneg=True)
    center = np.array(faces.center.floats())
    better = [(table[action] - table[k]) @ y >= 0 for k in rivals]
    return float(cp.Problem(cp.Minimize(cp.norm1(y - center)), [cp.sum(y) == 1, *better]).solve(solver=cp.CLARABEL))


def test_nearest_equals_the_convex_program():
    rng = random.Random(8)
    for _ in range(15):
        faces = Faces(random_equilibrium(rng, 4), 0)
        action, *rivals = rng.sample(range(4), 3)
        exact, floats = nearest(faces, action, rivals), least_distance_by_cvxpy(faces, action, rivals)
        if exact.play is None:
            assert floats == float("inf")
        else:
            assert float(exact.distance) == pytest.approx(floats, abs=1e-6)


def test_refusals():
    coin = cg.bimatrix([[1, -1], [-1, 1]])
    with pytest.raises(cg.InputError, match=r"\[0, 2\]"):
        cg.continuity(coin, cg.Policy.pure(coin), "5/2")
    with pytest.raises(cg.InputError, match="one state"):
        cg.continuity(cg.games.load("lemma1"), cg.games.expert("lemma1"))
    wide = cg.bimatrix([[0]] * 13)
    with pytest.raises(cg.LimitError, match="at most 12"):
        cg.continuity(wide, cg.Policy.from_counts(wide, [[[1] * 13], [[1]]]))


tables = st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=3, max_size=3)
counts = st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any)


@settings(max_examples=25, deadline=None)
@given(tables, tables, counts, counts, st.integers(-5, 5), st.integers(1, 4), st.permutations(range(3)))
def test_properties_of_the_step_functions(first, second, x, y, shift, scale, order):
    """Monotone, delta_sel below delta_max, the same when payoffs are shifted and scaled or actions renamed."""

    def steps_of(one: list[list[int]], rows: list[list[int]]) -> tuple[Steps, Steps]:
        game = cg.bimatrix(one, second)
        faces = Faces(cg.Policy.from_counts(game, [[row] for row in rows]), 0)
        sel, most = delta_sel(faces, ALL), delta_max(faces, ALL)
        for function in (sel, most):
            assert [s.upper for s in function.steps] == sorted(s.upper for s in function.steps)
        assert all(sel.upper(step.start) <= most.upper(step.start) for step in (*sel.steps, *most.steps))
        return steps(sel), steps(most)

    known = steps_of(first, [x, y])
    assert steps_of([[scale * u + shift for u in line] for line in first], [x, y]) == known
    columns = [[line[b] for b in order] for line in first]
    assert steps_of(columns, [x, [y[b] for b in order]]) == known
    assert steps_of([first[a] for a in order], [[x[a] for a in order], y]) == known
