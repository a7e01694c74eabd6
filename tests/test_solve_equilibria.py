"""All equilibria of small one-state games: known counts, degenerate games, three players, and the peers."""

import itertools
import random
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from certigap.certificates.certificate import Certificate
from certigap.certificates.claims import certificate
from certigap.certificates.verify import verify_files
from certigap.errors import InputError, LimitError
from certigap.exact.rational import format_rational
from certigap.model.build import bimatrix, normal_form
from certigap.model.files.codec import write_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps
from certigap.solve import equilibria, solve
from certigap.solve.answer import EquilibriaAnswer
from certigap.solve.float_lp import matrix_games
from certigap.solve.lemke_howson import lemke_howson
from certigap.solve.vertices import vertices
from certigap.solve.zero_sum import nash_policy_iteration
from tests.helpers.by_supports import vertices_by_supports
from tests.helpers.peers import peer

# B. von Stengel, New maximal numbers of equilibria in bimatrix games, Discrete Comput. Geom. 21 (1999): 75 equilibria
VON_STENGEL_ROWS = [
    [9504, -660, 19976, -20526, 1776, -8976],
    [-111771, 31680, -130944, 168124, -8514, 52764],
    [397584, -113850, 451176, -586476, 29216, -178761],
    [171204, -45936, 208626, -263076, 14124, -84436],
    [1303104, -453420, 1227336, -1718376, 72336, -461736],
    [737154, -227040, 774576, -1039236, 48081, -300036],
]
VON_STENGEL_COLUMNS = [
    [72336, 48081, 29216, 14124, 1776, -8514],
    [-461736, -300036, -178761, -84436, -8976, 52764],
    [1227336, 774576, 451176, 208626, 19976, -130944],
    [-1718376, -1039236, -586476, -263076, -20526, 168124],
    [1303104, 737154, 397584, 171204, 9504, -111771],
    [-453420, -227040, -113850, -45936, -660, 31680],
]

# R. Nau, S. Gomez Canovas, P. Hansen, Int. J. Game Theory 32 (2004), section 4: `[1][2][3] -> payoffs`
NAU = {
    (0, 0, 0): (3, 0, 2),
    (1, 0, 0): (0, 1, 0),
    (0, 1, 0): (0, 2, 0),
    (1, 1, 0): (1, 0, 0),
    (0, 0, 1): (1, 0, 0),
    (1, 0, 1): (0, 3, 0),
    (0, 1, 1): (0, 1, 0),
    (1, 1, 1): (2, 0, 3),
}


@pytest.fixture(scope="module")
def pygambit() -> ModuleType:
    return peer("pygambit")


def nau() -> Game:
    tables = np.zeros((3, 2, 2, 2), dtype=object)
    for joint, payoffs in NAU.items():
        for player, value in enumerate(payoffs):
            tables[(player, *joint)] = value
    return normal_form(list(tables))


def random_bimatrix(rng: random.Random, largest: int = 5, top: int = 50) -> tuple[Game, np.ndarray, np.ndarray]:
    rows, columns = rng.randint(1, largest), rng.randint(1, largest)
    first, second = (
        np.array([[rng.randint(-top, top) for _ in range(columns)] for _ in range(rows)]) for _ in range(2)
    )
    return bimatrix(first, second), first, second


def profiles(answer: EquilibriaAnswer) -> set[tuple[tuple[Fraction, ...], ...]]:
    return {tuple(tuple(own[0].fractions()) for own in policy.rows) for policy in answer.equilibria}


def gambit_profiles(gbt: ModuleType, result: Any) -> set[tuple[tuple[Fraction, ...], ...]]:
    return {
        tuple(tuple(Fraction(str(profile[s])) for s in player.strategies) for player in profile.game.players)
        for profile in result.equilibria
    }


def test_von_stengels_game_has_75_equilibria() -> None:
    answer = equilibria(bimatrix(VON_STENGEL_ROWS, VON_STENGEL_COLUMNS))
    assert len(set(answer.equilibria)) == len(answer.equilibria) == 75
    assert [regret.value for regret in answer.regrets] == [0] * 75
    assert (answer.complete, answer.is_finite) == (True, True)
    assert len(answer.subsets) == 75
    assert answer.details["vertices"] == (111, 111)  # dual cyclic polytopes of dimension 6 with 12 facets have 112


def test_the_checker_accepts_equilibria_and_refuses_a_regret_below_the_truth(tmp_path: Path) -> None:
    games = [bimatrix(VON_STENGEL_ROWS, VON_STENGEL_COLUMNS), nau()]
    answers = [equilibria(games[0]).gaps[37], solve(games[1]).gaps]
    for game, answer in zip(games, answers, strict=True):
        proof = certificate(answer, "equilibrium")
        proof.write(tmp_path / "good.cert.json")
        write_game(game, tmp_path / "game.json")
        (verdict,) = verify_files(tmp_path / "game.json", [tmp_path / "good.cert.json"], [])
        assert verdict.verdict == "valid"
    regret = format_rational(answers[1].nash_gap.value / 2)
    Certificate(proof.game, proof.claim | {"regret": regret}, proof.proof).write(tmp_path / "bad.cert.json")
    (verdict,) = verify_files(tmp_path / "game.json", [tmp_path / "bad.cert.json"], [])
    assert verdict.verdict == "invalid"


def test_naus_irrational_equilibrium_is_found_to_any_precision() -> None:
    game = nau()
    answer = equilibria(game)
    assert (len(answer.equilibria), answer.complete, answer.is_finite) == (1, False, None)
    assert 0 < answer.regrets[0].value < Fraction(1, 10**14)
    solved = solve(game, denominator=2**200)
    assert solved.method == "support"
    assert 0 < solved.regret.value < Fraction(1, 10**55)


def test_a_rational_equilibrium_of_three_players_is_exact() -> None:
    tables = np.zeros((3, 2, 2, 2), dtype=object)
    for a, b, c in itertools.product(range(2), repeat=3):
        tables[:, a, b, c] = [(a == b) * 2 - 1, 1 - 2 * (b == c), 1 - 2 * (c == a)]
    answer = equilibria(normal_form(list(tables)))
    halves = (Fraction(1, 2), Fraction(1, 2))
    assert (halves,) * 3 in profiles(answer)
    assert all(regret.value == 0 for regret in answer.regrets if regret.is_exact)


def test_a_game_of_ties_is_one_square_of_equilibria() -> None:
    answer = equilibria(bimatrix([[1, 1], [1, 1]], [[0, 0], [0, 0]]))
    assert (len(answer.equilibria), len(answer.subsets), answer.is_finite) == (4, 1, False)
    assert [len(own) for own in answer.subsets[0].rows] == [2, 2]
    assert answer.reason.endswith("maximal Nash subsets: 1, continua: 1")


def test_a_segment_and_a_point_are_told_apart() -> None:
    # Column 1 is dominated against row 1 only by a tie at row 0: (0, any y with y0 >= 1/2) and (1, 1).
    answer = equilibria(bimatrix([[1, 0], [0, 1]], [[0, 0], [0, 1]]))
    half = Fraction(1, 2)
    assert profiles(answer) == {((1, 0), (1, 0)), ((1, 0), (half, half)), ((0, 1), (0, 1))}
    assert sorted(len(subset.rows[1]) for subset in answer.subsets) == [1, 2]


@pytest.mark.parametrize("seed", range(15))
def test_maximal_subsets_hold_nothing_but_equilibria(seed: int) -> None:
    rng = random.Random(seed)
    game, _, _ = random_bimatrix(rng, 3, 1)
    answer = equilibria(game)
    covered = set()
    for subset in answer.subsets:
        covered |= set(itertools.product(*subset.rows))
        rows = []
        for own in subset.rows:
            shares = [rng.randint(1, 9) for _ in own]
            mixed = zip(*(row.fractions() for row in own), strict=True)
            rows.append([sum(w * p for w, p in zip(shares, column, strict=True)) / sum(shares) for column in mixed])
        assert gaps(game, Policy.from_rows(game, rows)).nash_gap.value == 0
    assert covered == {(policy.rows[0][0], policy.rows[1][0]) for policy in answer.equilibria}


def test_one_mover_and_a_bystander() -> None:
    game = normal_form([np.array([[[3], [1], [3]]]), np.array([[[0], [7], [2]]]), np.zeros((1, 3, 1), dtype=int)])
    answer = equilibria(game)
    assert profiles(answer) == {((1,), (0, 1, 0), (1,))}
    assert equilibria(normal_form([[5, 2, 5]])).subsets[0].rows[0] == tuple(
        Policy.pure(normal_form([[5, 2, 5]]), {"1": action}).rows[0][0] for action in "13"
    )


def test_limits_and_refusals() -> None:
    game = bimatrix(VON_STENGEL_ROWS, VON_STENGEL_COLUMNS)
    with pytest.raises(LimitError, match="vertices of 6x6: expected at most 100 bases, got more"):
        equilibria(game, limit=100)
    with pytest.raises(LimitError, match="in time"):
        equilibria(game, budget=0)
    with pytest.raises(LimitError, match="deterministic profiles"):
        equilibria(game, "pure", limit=10)
    with pytest.raises(InputError, match="'all' or 'pure'"):
        equilibria(game, "mixed")  # type: ignore[arg-type]


def test_lemke_howson_ends_at_an_equilibrium_from_every_label_in_degenerate_games() -> None:
    rng = random.Random(0)
    for _ in range(60):
        game, first, second = random_bimatrix(rng, 4, 2)
        known = profiles(equilibria(game))
        for label in range(sum(first.shape)):
            x, y = lemke_howson(first.tolist(), second.tolist(), label)
            assert (tuple(x), tuple(y)) in known


@pytest.mark.parametrize("top", [1, 2, 1000])
def test_extreme_equilibria_equal_gambits(pygambit: ModuleType, top: int) -> None:
    for seed in range(60):
        game, first, second = random_bimatrix(random.Random(seed), 4, top)
        theirs = pygambit.nash.enummixed_solve(pygambit.Game.from_arrays(first, second), rational=True)
        assert profiles(equilibria(game)) == gambit_profiles(pygambit, theirs), f"seed {seed}"


@pytest.mark.parametrize("top", [0, 1, 2, 3, 10**30])
def test_the_walk_meets_every_vertex_that_supports_have(top: int) -> None:
    """Ties of all kinds, in the same order of support sizes, and payoffs beyond 64 bits."""
    rng = random.Random(top)
    for _ in range(60):
        shape = (rng.randint(1, 5), rng.randint(1, 5))
        payoffs = np.array([rng.randint(-top, top) for _ in range(shape[0] * shape[1])], dtype=object).reshape(shape)
        ours, theirs = vertices(payoffs), vertices_by_supports(payoffs)
        assert len(set(ours)) == len(ours)
        assert set(ours) == set(theirs)
        assert [x.support for x in ours] == [x.support for x in theirs]


def test_more_actions_than_a_word_has_bits() -> None:
    """70 x 2: best replies of 70 bits."""
    rng = random.Random(0)
    first, second = (np.array([[rng.randint(-9, 9) for _ in range(2)] for _ in range(70)]) for _ in range(2))
    answer = equilibria(bimatrix(first, second))
    rows, columns = vertices_by_supports(second), vertices_by_supports(first.T)
    known = {
        (x.probabilities, y.probabilities)
        for x in rows
        for y in columns
        if not y.support & ~x.replies and not x.support & ~y.replies
    }
    assert profiles(answer) == known
    assert any(x.support >> 62 for x in rows)


def test_a_game_of_agreement_has_an_equilibrium_for_every_set_of_actions() -> None:
    """2^n - 1 of them: each support with itself (Quint, Shubik, Int. J. Game Theory 26, 1997)."""
    answer = equilibria(bimatrix(np.eye(9, dtype=int), np.eye(9, dtype=int)))
    assert (len(answer.equilibria), len(answer.subsets), answer.is_finite) == (511, 511, True)


def test_twelve_by_twelve() -> None:
    """704,431 square systems a player; every regret is computed exactly, apart from the walk."""
    rng = random.Random(12)
    first, second = ([[rng.randint(-50, 50) for _ in range(12)] for _ in range(12)] for _ in range(2))
    answer = equilibria(bimatrix(first, second))
    assert (answer.complete, answer.is_finite) == (True, True)
    assert len(answer.equilibria) % 2 == 1  # Wilson; Harsanyi: a nondegenerate game has an odd number
    for label in range(24):
        assert tuple(map(tuple, lemke_howson(first, second, label))) in profiles(answer)


def test_pure_equilibria_equal_gambits(pygambit: ModuleType) -> None:
    for seed in range(60):
        rng = random.Random(seed)
        shape = tuple(rng.randint(1, 3) for _ in range(rng.randint(2, 4)))
        tables = [np.array([rng.randint(-2, 2) for _ in range(int(np.prod(shape)))]).reshape(shape) for _ in shape]
        theirs = pygambit.nash.enumpure_solve(pygambit.Game.from_arrays(*tables))
        ours = equilibria(normal_form(tables), "pure")
        assert profiles(ours) == gambit_profiles(pygambit, theirs), f"seed {seed}"


def test_nashpys_support_enumeration_agrees_on_generic_games() -> None:
    """All that it finds is found; what it misses to rounding (one game here) is an exact equilibrium all the same."""
    nashpy, missed = peer("nashpy"), 0
    for seed in range(25):
        game, first, second = random_bimatrix(random.Random(seed), 4, 10**6)
        answer = equilibria(game)
        ours = [np.concatenate([own[0] for own in _floats(policy)]) for policy in answer.equilibria]
        theirs = [np.concatenate(pair) for pair in nashpy.Game(first, second).support_enumeration()]
        assert answer.is_finite
        assert all(any(np.allclose(x, y, atol=1e-9) for y in ours) for x in theirs), f"seed {seed}"
        assert all(gaps(game, policy).nash_gap.value == 0 for policy in answer.equilibria)
        missed += len(ours) - len(theirs)
    assert 0 <= missed <= 2


def _floats(policy: Policy) -> list[list[np.ndarray]]:
    return [[np.array([float(p) for p in row.fractions()]) for row in own] for own in policy.rows]


def linear_program_value(table: np.ndarray) -> float:
    """The value of a matrix game by HiGHS: max v : table' x >= v, x in the simplex."""
    from scipy.optimize import linprog

    rows, columns = table.shape
    answer = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.hstack([-table.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    return float(-answer.fun)


def test_matrix_games_in_lockstep_equal_linear_programs() -> None:
    rng = np.random.default_rng(2)
    sizes = np.stack([rng.integers(1, 6, 60), rng.integers(1, 5, 60)], axis=1)
    payoffs = rng.integers(-3, 4, (60, 5, 4)).astype(float)
    values, x, y = matrix_games(payoffs, sizes)
    for k, (rows, columns) in enumerate(sizes.tolist()):
        table = payoffs[k, :rows, :columns]
        assert values[k] == pytest.approx(linear_program_value(table), abs=1e-9)
        assert (x[k, :rows] @ table).min() == pytest.approx(values[k], abs=1e-9)
        assert (table @ y[k, :columns]).max() == pytest.approx(values[k], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_zero_sum_markov_values_equal_value_iteration_by_linear_programs(seed: int) -> None:
    from tests.helpers.strategies import random_markov_game

    general = random_markov_game(random.Random(seed), 2, 3, 3, "1/2")
    game = Game(
        **{
            name: getattr(general, name)
            for name in ("players", "states", "actions", "discount", "initial", "transitions")
        },
        rewards=(general.rewards[0], -general.rewards[0]),
        reward_denominators=(general.reward_denominators[0],) * 2,
    )
    rewards, shapes = game.float_rewards()[0], game.layout.shapes
    values = np.zeros(3)
    for _ in range(45):
        rows = [
            rewards[k] + 0.5 * sum(float(p) * values[t] for t, p in game.transitions.row(k).items())
            for k in range(len(rewards))
        ]
        parts = np.split(np.array(rows), game.layout.row_offsets[1:-1])
        values = np.array(
            [linear_program_value(part.reshape(shape)) for part, shape in zip(parts, shapes, strict=True)]
        )
    assert nash_policy_iteration(game).values == pytest.approx(values, abs=1e-9)
    answer = solve(game, "zero-sum")
    assert answer.regret.upper is not None
    assert answer.regret.upper < Fraction(1, 10**12)
    assert answer.gaps.values[0].lower.floats() == pytest.approx(values.tolist(), abs=1e-9)
