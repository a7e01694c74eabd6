"""Experts of every method: exact where a proof says so, a certified regret elsewhere, an honest refusal else."""

import importlib
import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from certigap.errors import InputError, LimitError, SolverError
from certigap.model import catalog
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps
from certigap.solve import dispatch, equilibria, solve
from certigap.solve.answer import SolveAnswer
from certigap.solve.lemke_howson import lemke_howson
from certigap.solve.structure import constant_sum
from certigap.solve.turns import strategy_iteration
from tests.helpers.peers import peer
from tests.helpers.strategies import games, random_markov_game

PENNIES = [[1, -1], [-1, 1]]
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def is_subgame_perfect(answer: SolveAnswer) -> bool:
    return answer.gaps.arithmetic == "exact" and answer.gaps.values == answer.gaps.optima


def winner(board: str) -> str | None:
    return next((board[i] for i, j, k in LINES if board[i] != "." and board[i] == board[j] == board[k]), None)


def tic_tac_toe(discount: str) -> Game:
    """x against o; the move that ends the game pays 1 to the winner and -1 to the loser; ended games stay."""
    moves: dict[str, dict[str, str]] = {}
    todo = ["." * 9]
    while todo:
        board = todo.pop()
        if board in moves:
            continue
        mark = "x" if board.count("x") == board.count("o") else "o"
        free = [] if winner(board) else [k for k in range(9) if board[k] == "."]
        moves[board] = {str(k): board[:k] + mark + board[k + 1 :] for k in free}
        todo += moves[board].values()

    def outcome(board: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        cell = next((name for name in joint if name != "-"), None)
        following = moves[board][cell] if cell else board
        won = winner(following) if cell else None
        reward = {"x": 1, "o": -1, None: 0}[won]
        return [reward, -reward], {following: 1}

    def own(board: str) -> list[list[str]]:
        cells = list(moves[board]) or ["-"]
        return [cells, ["-"]] if board.count("x") == board.count("o") else [["-"], cells]

    return markov_game(
        players=["x", "o"],
        states=list(moves),
        actions={board: own(board) for board in moves},
        outcome=outcome,
        discount=discount,
        initial={"." * 9: 1},
    )


def turn_based(rng: random.Random, players: int, states: int, acyclic: bool = False, zero_sum: bool = True) -> Game:
    names = [f"s{k}" for k in range(states)]
    actions = {}
    for name in names:
        mover = rng.randrange(players)
        actions[name] = [["a", "b", "c"] if i == mover else ["-"] for i in range(players)]

    def outcome(state: str, _joint: tuple[str, ...]) -> tuple[list[Any], dict[str, Any]]:
        first = names.index(state)
        reachable = names[first:] if acyclic else names
        rewards = [Fraction(rng.randint(-9, 9), rng.choice([1, 3])) for _ in range(players)]
        if zero_sum:
            rewards[1] = -rewards[0]
        chosen = rng.sample(reachable, min(2, len(reachable)))
        return rewards, {t: Fraction(1, len(chosen)) for t in chosen}

    return markov_game(
        players=[str(i) for i in range(players)],
        states=names,
        actions=actions,
        outcome=outcome,
        discount="9/10",
        initial={"s0": 1},
    )


def pennies_chain(second: int = -1) -> Game:
    """Matching pennies at s0; a match leads to s1, where it is played again for double stakes, for ever."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        sign = 1 if joint[0] == joint[1] else -1
        reward = sign * (1 if state == "s0" else 2)
        return [reward, second * reward], {"s1" if sign > 0 or state == "s1" else "s0": 1}

    return markov_game(
        players=["1", "2"],
        states=["s0", "s1"],
        actions=[["h", "t"], ["h", "t"]],
        outcome=outcome,
        discount="1/2",
        initial={"s0": 1},
    )


def test_tic_tac_toe_is_a_draw_by_backward_induction_and_by_strategy_iteration() -> None:
    game = tic_tac_toe("99/100")
    assert len(game.states) == 5478
    for method in ("auto", "zero-sum"):
        answer = solve(game, method)
        assert answer.method == {"auto": "backward"}.get(method, method)
        assert is_subgame_perfect(answer)
        assert answer.gaps.values[0].lower[game.states.index("." * 9)] == 0
    perfect = solve(game).gaps.values
    assert perfect == solve(game, "zero-sum").gaps.values


@pytest.mark.slow
def test_tic_tac_toe_values_have_the_signs_of_openspiels_at_every_state() -> None:
    """Only the last move pays, so discounting changes sizes, not signs."""
    pyspiel = peer("pyspiel")
    value_iteration = importlib.import_module("open_spiel.python.algorithms.value_iteration").value_iteration
    theirs = value_iteration(pyspiel.load_game("tic_tac_toe"), depth_limit=-1, threshold=1e-9)
    answer = solve(tic_tac_toe("99/100"))
    ours = dict(zip(answer.game.states, answer.gaps.values[0].lower.numerators, strict=True))
    boards = {text.replace("\n", ""): round(value) for text, value in theirs.items()}
    decided = {board: value for board, value in boards.items() if winner(board) is None}
    assert len(decided) > 4000
    assert {board: (ours[board] > 0) - (ours[board] < 0) for board in decided} == decided


@pytest.mark.parametrize("seed", range(6))
def test_turn_based_games_are_solved_exactly(seed: int) -> None:
    rng = random.Random(seed)
    cyclic = turn_based(rng, 2, 6)
    answer = solve(cyclic)
    assert (answer.method, answer.details["algorithm"]) == ("zero-sum", "strategy iteration")
    assert is_subgame_perfect(answer)
    policy, _ = strategy_iteration(cyclic, Fraction(0))
    assert gaps(cyclic, policy).values == answer.gaps.values
    for players in (2, 3):
        several = solve(turn_based(rng, players, 6, acyclic=True, zero_sum=False))
        assert several.method == "backward"
        assert is_subgame_perfect(several)


def test_constant_sum_is_as_good_as_zero_sum() -> None:
    game = turn_based(random.Random(4), 2, 5)
    moved = {
        (s, joint): (
            [game.reward(0, row), 3 - game.reward(0, row)],
            {game.states[t]: p for t, p in game.transitions.row(row).items()},
        )
        for row in range(game.layout.rows)
        for k, choice in [game.layout.joint(row)]
        for s in [game.states[k]]
        for joint in [tuple(game.actions[k][i][a] for i, a in enumerate(choice))]
    }
    actions = dict(zip(game.states, game.actions, strict=True))
    shifted = markov_game(
        players=game.players,
        states=game.states,
        actions=actions,
        outcome=moved,
        discount=game.discount,
        initial={"s0": 1},
    )
    answer = solve(shifted)
    assert answer.method == "zero-sum"
    assert is_subgame_perfect(answer)
    assert answer.gaps.values[0] == solve(game).gaps.values[0]


def test_a_mixed_markov_game_is_put_on_small_fractions() -> None:
    answer = solve(pennies_chain(), "zero-sum")
    assert answer.regret.value == 0
    assert all(row.weights == (1, 1) for own in answer.expert.rows for row in own)


def test_an_irrational_value_gets_a_tiny_certified_regret() -> None:
    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        reward = {"hh": 1, "tt": 2}.get("".join(joint), 0) if state == "s0" else 0
        return [reward, -reward], {"s1" if joint == ("h", "t") else state: 1}

    game = markov_game(
        players=["1", "2"],
        states=["s0", "s1"],
        actions=[["h", "t"], ["h", "t"]],
        outcome=outcome,
        discount="1/2",
        initial={"s0": 1},
    )
    answer = solve(game)
    assert answer.method == "zero-sum"
    assert 0 < answer.regret.value < Fraction(1, 10**14)
    finer = solve(game, denominator=2**300)
    assert finer.details["polished"]
    assert 0 < finer.regret.value < Fraction(1, 10**85)
    v = answer.gaps.values[0].lower[0]  # near the root of v = val [[1 + v/2, 0], [v/2, 2 + v/2]]: sqrt(17) - 3
    assert abs((v + 3) ** 2 - 17) < Fraction(1, 10**13)


def test_goofspiel_like_simultaneous_acyclic_games_are_exact() -> None:
    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        if state == "end":
            return [0, 0], {"end": 1}
        stage = int(state)
        reward = [[3, -1, 2], [-2, 4, 0], [1, 0, -3]][int(joint[0])][int(joint[1])] + stage
        following = stage + 1 + (joint[0] == joint[1])
        return [reward, -reward], {str(following) if following < 5 else "end": 1}

    states = [*map(str, range(5)), "end"]
    actions = {s: [["0", "1", "2"]] * 2 if s != "end" else [["-"]] * 2 for s in states}
    game = markov_game(
        players=["1", "2"], states=states, actions=actions, outcome=outcome, discount="9/10", initial={"0": 1}
    )
    answer = solve(game)
    assert answer.method == "backward"
    assert is_subgame_perfect(answer)
    assert any(row.denominator > 1 for row in answer.expert.rows[0])


@pytest.mark.parametrize("name", ["lemma1", "theorem2", "lemma2", "algorithm1", "tag"])
def test_catalog_games_get_an_expert(name: str) -> None:
    answer = solve(catalog.load(name))
    assert answer.complete
    assert answer.regret.upper is not None
    assert answer.regret.upper < Fraction(1, 10**14)


def test_regularised_equilibrium_of_tag_is_the_catalogs_expert() -> None:
    answer = solve(catalog.load("tag"), temperature="1/10")
    assert (answer.method, answer.details["temperature"]) == ("regularised", "1/10")
    shipped = catalog.expert("tag").floats()
    for ours, theirs in zip(answer.expert.floats(), shipped, strict=True):
        assert np.abs(ours - theirs).max() < 1e-9


def test_lemke_howson_on_shapleys_game_from_every_label() -> None:
    first = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    second = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    third = [Fraction(1, 3)] * 3
    assert [lemke_howson(first, second, label) for label in range(6)] == [(third, third)] * 6


def test_a_general_sum_markov_game_without_pure_equilibria_gets_a_mixed_one() -> None:
    answer = solve(catalog.load("random"))
    assert answer.method == "nash-iteration"
    assert answer.regret.upper is not None
    assert 0 < answer.regret.upper < Fraction(1, 10**13)


def test_an_iteration_that_does_not_settle_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    game = pennies_chain()
    first = [[np.array([1.0, 0.0])] * 2] * 2
    monkeypatch.setattr(dispatch, "nash_value_iteration", lambda *_: first)
    with pytest.raises(SolverError, match="undecided"):
        solve(game, "nash-iteration")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(games())
def test_every_expert_has_a_small_regret(game: Game) -> None:
    try:
        answer = solve(game)
    except SolverError:
        assert len(game.players) > 2 or (len(game.states) > 1 and constant_sum(game) is None and not brute_pure(game))
        return
    upper = answer.regret.upper
    assert upper is not None
    if answer.method in ("pure", "backward") or (len(game.players) == 2 and answer.method == "support"):
        assert upper == 0
    scale = max(game.half_range(i) for i in range(len(game.players))) * game.horizon
    assert upper <= scale / 10**8
    assert answer.regret == gaps(game, answer.expert).nash_gap


def brute_pure(game: Game) -> set[Policy]:
    shapes = game.layout.shapes
    rows = [[np.eye(shape[i], dtype=int).tolist() for shape in shapes] for i in range(len(game.players))]
    profiles = itertools.product(*(itertools.product(*own) for own in rows))
    policies = [Policy.from_rows(game, [list(own) for own in profile]) for profile in profiles]
    return {policy for policy in policies if gaps(game, policy, "exact").nash_gap.value == 0}


@pytest.mark.parametrize("seed", range(8))
def test_pure_stationary_equilibria_equal_brute_force(seed: int) -> None:
    game = random_markov_game(random.Random(seed), 2 + seed % 2, 2, 2, "4/5")
    expected = brute_pure(game)
    answer = equilibria(game, "pure")
    assert answer.complete
    assert set(answer.equilibria) == expected
    if expected:
        assert solve(game, "pure").expert in expected
        return
    with pytest.raises(SolverError, match="got none among all"):
        solve(game, "pure")


def test_dynamics_settle_in_a_common_payoff_game_and_stay_undecided_in_matching_pennies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "_MOST_PROFILES", 0)
    assert solve(pennies_chain(second=1), "pure").details["algorithm"] == "best-response dynamics"
    with pytest.raises(SolverError, match="undecided"):
        solve(pennies_chain(), "pure")


def test_a_lying_float_solver_only_worsens_the_certified_regret(monkeypatch: pytest.MonkeyPatch) -> None:
    from certigap.solve import zero_sum

    def first_actions(payoffs: Any, sizes: Any) -> Any:
        states, rows, columns = payoffs.shape
        return payoffs[:, 0, 0], np.eye(rows)[np.zeros(states, int)], np.eye(columns)[np.zeros(states, int)]

    monkeypatch.setattr(zero_sum, "matrix_games", first_actions)
    game = pennies_chain()
    answer = solve(game, "zero-sum")
    assert answer.regret.value > 1
    assert answer.regret == gaps(game, answer.expert, "exact").nash_gap


def test_a_wrong_exact_solver_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "lemke_howson", lambda *_, **__: ([1, 0], [1, 0]))
    with pytest.raises(SolverError, match="expected regret 0"):
        solve(bimatrix(PENNIES), "support")


def test_an_exhausted_budget_leaves_a_valid_expert_or_an_error() -> None:
    early = solve(catalog.load("tag"), budget=0)
    assert not early.complete
    assert early.regret == gaps(early.game, early.expert).nash_gap
    with pytest.raises(LimitError):
        solve(turn_based(random.Random(1), 2, 6, acyclic=True), budget=0)
    with pytest.raises(LimitError):
        solve(random_markov_game(random.Random(3), 2, 2, 2, "4/5"), "pure", budget=0)


CUBE = normal_form([np.arange(8).reshape(2, 2, 2) * k for k in (1, -1, 2)])


@pytest.mark.parametrize(
    ("game", "options", "message"),
    [
        (bimatrix(PENNIES), {"method": "magic"}, "expected one of auto"),
        (bimatrix(PENNIES), {"method": "pure", "temperature": "1/10"}, "expected method 'regularised'"),
        (bimatrix(PENNIES), {"method": "regularised"}, "expected a temperature"),
        (bimatrix(PENNIES), {"denominator": 0}, "expected an integer >= 1"),
        (bimatrix(PENNIES, [[1, 0], [0, 1]]), {"method": "zero-sum"}, "the same everywhere"),
        (CUBE, {"method": "zero-sum"}, "expected 2 players"),
        (pennies_chain(), {"method": "support"}, "one state"),
        (turn_based(random.Random(4), 2, 5), {"method": "backward"}, "without cycles"),
    ],
)
def test_refusals_name_what_was_expected(game: Game, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        solve(game, **options)


def test_three_movers_without_a_pure_stage_equilibrium_are_approximated() -> None:
    cycle = np.array([1 if a == b else -1 for a, b, _ in itertools.product(range(2), repeat=3)]).reshape(2, 2, 2)
    game = normal_form([cycle, -cycle, np.zeros((2, 2, 2), dtype=int)])
    assert solve(game, "backward").regret.value == 0
    assert solve(game, "support").regret.value == 0


def test_a_stage_game_with_irrational_equilibria_alone_leaves_a_certified_regret() -> None:
    payoffs = {
        "aaa": (3, 0, 2), "baa": (0, 1, 0), "aba": (0, 2, 0), "bba": (1, 0, 0),
        "aab": (1, 0, 0), "bab": (0, 3, 0), "abb": (0, 1, 0), "bbb": (2, 0, 3),
    }  # fmt: skip

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return list(payoffs["".join(joint)]), {"late": 1}

    game = markov_game(
        players=["1", "2", "3"],
        states=["early", "late"],
        actions=[["a", "b"]] * 3,
        outcome=outcome,
        discount="1/2",
        initial={"early": 1},
    )
    answer = solve(game, denominator=2**100)
    assert (answer.method, answer.details["exact_stages"]) == ("backward", False)
    assert 0 < answer.regret.value < Fraction(1, 10**25)
