"""The worst-case interval: brute force on normal forms, random policies of the ball, interrupts."""

import itertools
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.programs.program import OccupancyProgram
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.certificates import Certificate, certificate, verify
from certigap.errors import InputError, LimitError, SolverError
from certigap.exact.rational import format_rational
from certigap.floats.play import Play
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import WorstCaseAnswer, worst_case
from certigap.regions.greedy import maximiser, row_set
from certigap.semantics.exploitability import gaps
from certigap.semantics.matching import eps_bc, errors
from certigap.witnesses import matching_cost
from certigap.witnesses.oracle import Share
from certigap.work.deadline import Deadline
from tests.benchmarks.root_region import ratio
from tests.helpers.random_games import games_with_experts, random_center, random_game, random_in_ball

EPS = Fraction(1, 10)


def check_answer(answer: WorstCaseAnswer) -> None:
    """The lower end is the witness's own gap, its error at most the radius, the upper end the smallest bound."""
    assert answer.witness is not None
    assert answer.interval.lower is not None
    assert eps_bc(answer.game, answer.expert, answer.witness).upper <= answer.radius
    assert matching_cost(answer.witness, answer.expert, answer.occupancy_upper) <= answer.radius
    gap = gaps(answer.game, answer.witness, "exact").player_gaps[answer.witness_player].value
    initial = answer.game.initial
    proved = answer.optimum_lower.dot(initial.weights, initial.denominator) - answer.value_upper.dot(
        initial.weights, initial.denominator
    )
    assert answer.interval.lower == max(proved, Fraction(0)) <= gap
    assert answer.interval.upper == min(bound for bound in answer.bounds.values() if bound is not None)


def brute_force(game: Game, expert: Policy, eps: Fraction) -> Fraction:
    """W of a bimatrix game: the gap is convex in each row, so vertices of the two balls suffice (THEORY 5)."""
    sets = [row_set(own[0].fractions(), eps) for own in expert.rows]
    rows = []
    for one in sets:
        directions = itertools.permutations(range(len(one.base)))
        found = {tuple(maximiser(one, list(c))) for c in directions}
        rows.append([[Fraction(v, one.denominator) for v in y] for y in found])
    policies = (Policy.from_rows(game, [[list(x)], [list(y)]]) for x, y in itertools.product(*rows))
    return max(gaps(game, policy, "exact").nash_gap.value for policy in policies)


@pytest.mark.parametrize("seed", range(6))
def test_normal_form_interval_holds_the_brute_force_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = [[[Fraction(int(x), 10) for x in row] for row in rng.integers(-10, 11, (3, 3))] for _ in range(2)]
    game = normal_form(tables)
    expert = random_center(game, rng)
    answer = worst_case(game, expert, EPS)
    check_answer(answer)
    truth = brute_force(game, expert, EPS)
    assert truth in answer.interval
    assert answer.interval.lower >= truth * Fraction(999_999, 1_000_000)


def test_prisoners_dilemma_is_solved_exactly() -> None:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    answer = worst_case(game, Policy.from_rows(game, [[0, 1], [0, 1]]), EPS)
    assert answer.interval.lower == answer.interval.upper == Fraction(9, 200)
    assert answer.complete


@pytest.mark.parametrize("players", [2, 3])
def test_random_policies_of_the_ball_never_exceed_the_upper_end(players: int) -> None:
    rng = np.random.default_rng(players)
    game = random_game(rng, 2, 2, players)
    expert = random_center(game, rng)
    answer = worst_case(game, expert, EPS)
    check_answer(answer)
    for _ in range(30):
        policy = random_in_ball(expert, EPS, answer.occupancy_upper, rng)
        assert gaps(game, policy, "exact").nash_gap.value <= answer.interval.upper


@pytest.mark.parametrize("eps", ["1/50", "1/10"])
def test_root_region_is_within_three_times_of_the_witness(eps: str) -> None:
    for game, expert in games_with_experts(6):
        answer = worst_case(game, expert, eps)
        check_answer(answer)
        assert ratio(answer) <= 3


def two_step_game() -> Game:
    """From s0 player 1 may go to s1, which the expert never visits; only there, and only with player 2, it gains."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        if state == "s0":
            return [0, 0], {"s1" if joint[0] == "y" else "bottom": 1}
        if state == "s1":
            return [0, 0], {"top" if joint == ("y", "y") else "bottom": 1}
        return ([1, 1] if state == "top" else [0, 0]), {state: 1}

    return markov_game(
        players=["1", "2"],
        states=["s0", "s1", "top", "bottom"],
        actions=[["x", "y"]] * 2,
        outcome=outcome,
        discount="1/2",
        initial={"s0": 1},
    )


def test_rows_that_the_expert_never_plays_are_used_by_the_witness() -> None:
    game = two_step_game()
    answer = worst_case(game, Policy.pure(game), 0)
    check_answer(answer)
    assert answer.interval.lower == Fraction(1, 4) * 2  # discount^2 / (1 - discount)
    assert answer.interval.upper - answer.interval.lower < Fraction(1, 10**9)


def test_radius_zero_is_the_expert() -> None:
    (game, expert), *_ = games_with_experts(1)
    answer = worst_case(game, expert, 0)
    assert answer.interval.lower == 0
    assert answer.interval.upper <= Fraction(1, 10**9)


def test_the_interval_is_never_below_the_expert_regret() -> None:
    game = random_game(np.random.default_rng(9), 2, 2)
    expert = Policy.pure(game)
    regret = gaps(game, expert, "exact").nash_gap.value
    assert regret > 0
    answer = worst_case(game, expert, 0)
    assert answer.interval.lower == regret
    assert answer.expert_regret.value == regret


def test_the_answer_is_reproducible_by_its_seed() -> None:
    (game, expert), *_ = games_with_experts(1)
    first, second = (worst_case(game, expert, EPS, seed=3) for _ in range(2))
    assert first.interval == second.interval
    assert first.witness == second.witness


def test_no_budget_left_gives_a_valid_incomplete_interval() -> None:
    (game, expert), *_ = games_with_experts(1)
    answer = worst_case(game, expert, EPS, budget=0)
    assert not answer.complete
    check_answer(answer)


@pytest.mark.parametrize("place", ["_Work._ask", "Search._keep", "exact_witness"])
def test_an_interrupt_returns_the_interval_that_stands(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def interrupted(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"certigap.questions.worst_case.cloning.{place}", interrupted)
    (game, expert), *_ = games_with_experts(1)
    answer = worst_case(game, expert, EPS)
    assert not answer.complete
    check_answer(answer)


def test_wrong_arguments_are_refused() -> None:
    (game, expert), *_ = games_with_experts(1)
    with pytest.raises(InputError, match="measure: expected 'bc', 'rho' or 'mu', got 'tv'"):
        worst_case(game, expert, EPS, measure="tv")
    with pytest.raises(InputError, match="ratio: expected a rational > 1, got 1"):
        worst_case(game, expert, EPS, ratio=1)
    with pytest.raises(InputError, match="expected"):
        worst_case(game, Policy.pure(two_step_game()), EPS)
    with pytest.raises(InputError, match=r"eps: expected a rational >= 0, got -1/10"):
        worst_case(game, expert, "-1/10")
    with pytest.raises(TypeError, match="floats are taken only by name"):
        worst_case(game, expert, 0.1)  # type: ignore[arg-type]


def test_share_vertex_maximises_over_the_ball() -> None:
    from scipy.optimize import linprog

    rng = np.random.default_rng(0)
    offsets, states = np.array([0, 3, 5]), np.array([0, 0, 0, 1, 1])
    center, mu = np.array([0.5, 0.5, 0.0, 0.25, 0.75]), np.array([0.7, 0.3])
    share = Share(center, mu, 0.3, offsets, states)
    for _ in range(20):
        slope = rng.normal(size=5)
        y = share.vertex(slope)
        eye, price = np.eye(5), mu[states]
        program = linprog(
            np.concatenate([-slope, np.zeros(5)]),
            A_ub=np.block([[eye, -eye], [-eye, -eye], [np.zeros((1, 5)), price[None, :]]]),
            b_ub=np.concatenate([center, -center, [0.3]]),
            A_eq=np.concatenate([(states == np.arange(2)[:, None]).astype(float), np.zeros((2, 5))], axis=1),
            b_eq=np.ones(2),
            bounds=[(0, 1)] * 5 + [(0, None)] * 5,
        )
        assert slope @ y == pytest.approx(-program.fun, abs=1e-9)
        assert share.spent(y) <= 0.3 + 1e-12


def test_play_agrees_with_exact_gaps() -> None:
    rng = np.random.default_rng(1)
    game = random_game(rng, 4, 3, 2)
    policy = random_center(game, rng)
    answer = gaps(game, policy, "exact")
    for player, interval in enumerate(answer.player_gaps):
        assert Play(game).gap(policy.floats(), player).gap == pytest.approx(float(interval.value), abs=1e-9)


def verdict(answer: WorstCaseAnswer, folder: Path, claim: dict[str, object] | None = None) -> str:
    """What the checker says of an answer's certificate, or of its proof with another claim."""
    own = certificate(answer)
    path = folder / "w.cert.json"
    Certificate(own.game, {**own.claim, **(claim or {})}, own.proof).write(path)
    return verify(answer.game, path)[0].verdict


def repeated_game() -> Game:
    """One state that is never left, discount 3/4."""

    def outcome(_: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return [int(joint == ("x", "a")) - int(joint == ("x", "b")), int(joint == ("y", "b"))], {"s": 1}

    return markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[["x", "y"], ["a", "b", "c"]],
        outcome=outcome,
        discount="3/4",
        initial={"s": 1},
    )


@pytest.mark.parametrize("game", [repeated_game(), random_game(np.random.default_rng(5), 1, 3, 3)])
def test_one_state_is_answered_exactly_with_a_certificate(game: Game, tmp_path: Path) -> None:
    expert = random_center(game, np.random.default_rng(6))
    answer = worst_case(game, expert, "1/3")
    check_answer(answer)
    assert answer.complete
    assert (answer.upper_name, answer.method) == ("vertices", "vertices")
    assert answer.interval.is_exact
    value = exact_worst_case(game, expert, "1/3").value
    assert answer.interval.value == value
    assert verdict(answer, tmp_path) == "valid"
    below = format_rational(value * Fraction(10**9 - 1, 10**9))
    assert verdict(answer, tmp_path, {"nash_gap": {"upper": below}}) == "invalid"


def test_too_many_vertices_leave_an_interval(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    game = random_game(np.random.default_rng(5), 1, 3, 3)
    expert = random_center(game, np.random.default_rng(6))
    value = exact_worst_case(game, expert, "1/3").value
    monkeypatch.setattr("certigap.bounds.vertices.rule.exact_worst_case", partial(exact_worst_case, limit=10))
    answer = worst_case(game, expert, "1/3")
    check_answer(answer)
    assert value in answer.interval
    assert "expected at most 10" in answer.why["vertices"]
    assert answer.bounds["vertices"] is None
    assert verdict(answer, tmp_path) == "valid"


def test_vertices_end_in_the_time_given() -> None:
    game = random_game(np.random.default_rng(5), 1, 3, 3)
    with pytest.raises(LimitError, match="expected an end in the time given"):
        exact_worst_case(game, random_center(game, np.random.default_rng(6)), "1/3", deadline=Deadline(0))


def test_an_interrupt_of_the_vertices_leaves_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("certigap.bounds.vertices.rule.exact_worst_case", interrupted)
    game = random_game(np.random.default_rng(5), 1, 3, 3)
    answer = worst_case(game, random_center(game, np.random.default_rng(6)), "1/3")
    check_answer(answer)
    assert not answer.complete


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_the_other_measures_answer_alike(measure: str, tmp_path: Path) -> None:
    (game, expert), *_ = games_with_experts(1)
    answer = worst_case(game, expert, EPS, measure, budget=5)
    assert (answer.measure, answer.radius) == (measure, EPS)
    assert answer.interval.upper == min(bound for bound in answer.bounds.values() if bound is not None)
    assert answer.bounds[answer.upper_name] == answer.interval.upper
    assert getattr(errors(game, expert, answer.witness, "exact"), f"eps_{measure}").value <= EPS
    gap = gaps(game, answer.witness, "exact").player_gaps[answer.witness_player].value
    assert 0 < answer.interval.lower <= gap
    assert answer.expert_regret.value == gaps(game, expert, "exact").nash_gap.value
    assert verdict(answer, tmp_path) == "valid"
    above = format_rational(answer.interval.upper * 2)
    assert verdict(answer, tmp_path, {"nash_gap": {"lower": above}}) == "invalid"


def many_states() -> tuple[Game, Policy]:
    """40 states, where the occupancy programs bound the worst case better than the hull."""
    rng = np.random.default_rng(4022)
    game = random_game(rng, 40, 2, 2)
    return game, random_center(game, rng)


def test_occupancy_bound_proves_the_upper_end_of_a_large_game(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    game, expert = many_states()
    monkeypatch.setattr("certigap.questions.worst_case.cloning.MAX_ENTRIES", 0)
    monkeypatch.setattr("certigap.bounds.modes.rule.MOST_PAIRS", 0)
    answer = worst_case(game, expert, "1/20", budget=60)
    assert answer.upper_name == "occupancy"
    assert answer.interval.upper < Fraction(9, 10) * answer.bounds["region"]
    assert set(certificate(answer).proof) == {"occupancy", "witness"}
    assert verdict(answer, tmp_path) == "valid"
    below = format_rational(answer.interval.upper * Fraction(10**9 - 1, 10**9))
    assert verdict(answer, tmp_path, {"nash_gap": {"upper": below}}) == "invalid"


def test_occupancy_programs_that_fail_or_find_no_time_cost_a_bound_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(*_: object) -> None:
        raise SolverError("no solution")

    game, expert = many_states()
    monkeypatch.setattr("certigap.bounds.modes.rule.MOST_PAIRS", 0)
    hurried = worst_case(game, expert, "1/20", budget=0.2)
    check_answer(hurried)
    assert hurried.bounds["occupancy"] is None
    assert "half of the time left" in hurried.why["occupancy"] or "ended before" in hurried.why["occupancy"]
    monkeypatch.setattr("certigap.questions.worst_case.cloning.MAX_ENTRIES", 0)
    monkeypatch.setattr(OccupancyProgram, "solve", failed)
    answer = worst_case(game, expert, "1/20", budget=60)
    check_answer(answer)
    assert answer.bounds["occupancy"] is None
    assert answer.why["occupancy"] == "no solution"


def test_modes_prove_the_upper_end_of_a_large_game(tmp_path: Path) -> None:
    """Tag: the occupancy programs show 4.436, one joint leaf 4.037 (THEORY, "Modes"), trees less."""
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    answer = worst_case(game, expert, "1/20", budget=120, ratio="6/5")  # some seconds on an idle machine
    check_answer(answer)
    assert answer.upper_name == "modes"
    assert answer.interval.upper < Fraction(403, 100)
    assert verdict(answer, tmp_path) == "valid"
    below = format_rational(answer.interval.upper * Fraction(10**6 - 1, 10**6))
    assert verdict(answer, tmp_path, {"nash_gap": {"upper": below}}) == "invalid"


@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
def test_progress_is_told_ends_that_close(measure: str) -> None:
    (game, expert), *_ = games_with_experts(1)
    told: list[tuple[float, float]] = []
    answer = worst_case(game, expert, EPS, measure, budget=4, progress=lambda *ends: told.append(ends))
    assert len(told) >= 3
    assert all(lower <= upper for lower, upper in told)
    assert sorted(told, key=lambda ends: -ends[1]) == told
    assert float(answer.interval.upper) <= told[-1][1] * (1 + 1e-6)
