"""Worst cases over B_rho and B_mu: every bound against policies of the ball, the multipliers against tampering."""

from fractions import Fraction

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure, visit_bounds
from certigap.bounds.center import Center
from certigap.bounds.programs.duality import Duality
from certigap.bounds.programs.program import Multipliers
from certigap.bounds.programs.rule import occupancy_bounds, programs
from certigap.bounds.short_occupancy import short_occupancy
from certigap.bounds.table import bounds_table
from certigap.errors import InputError
from certigap.floats.play import Play
from certigap.floats.stack import Stack
from certigap.model import catalog
from certigap.model.build import bimatrix, markov_game
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.game_codec import game_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.balls import balls_around
from certigap.questions.worst_case.occupancy import OccupancyBalls, worst_case_mu, worst_case_rho
from certigap.regions.scaled import ScaledGame
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import gaps
from certigap.semantics.matching import errors, row_distances
from certigap.witnesses import inside_ball
from certigap.witnesses.occupancy.moves import Moves
from certigap.witnesses.occupancy.pool import Pool
from certigap.witnesses.occupancy.starts import starts
from certigap.witnesses.occupancy.tangents import polished
from tests.helpers.campaign.attack import Attack
from tests.helpers.campaign.draws import draw
from tests.helpers.checker.truth import TrueGame
from tests.helpers.random_games import games_with_experts, random_center, random_game

SHAPES = [(1, 3, 2, "0"), (2, 2, 3, "1/2"), (3, 2, 2, "4/5"), (4, 3, 2, "9/10")]
FREE = Fraction(4)


def cases(seed: int) -> list[tuple[Game, Policy, Fraction]]:
    rng = np.random.default_rng(seed)
    found = []
    for states, actions, players, discount in SHAPES:
        game = random_game(rng, states, actions, players, discount)
        expert = random_center(game, rng) if rng.random() < 0.5 else Policy.pure(game)
        found.append((game, expert, Fraction(int(rng.integers(2, 50)), 100)))
    return found


def policies_in_ball(expert: Policy, eps: Fraction, measure: str, seed: int, count: int = 5) -> list[Policy]:
    """Random product policies whose exact error is at most `eps`, most of them near it."""
    game, rng = expert.game, np.random.default_rng(seed)
    mu = occupancy(game, expert).upper
    pool = Pool(expert, mu, measure == "mu")
    result = []
    for _ in range(count):
        target = random_center(game, rng).floats()
        if measure == "bc":
            policy = inside_ball(target, expert, mu, eps)
        else:
            policy = inside_ball(pool.draw(target, float(eps) * (1 - 1e-7)), expert, mu, FREE)
        if getattr(errors(game, expert, policy, "exact"), f"eps_{measure}").value <= eps:
            result.append(policy)
    assert result
    return result


@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
@pytest.mark.parametrize("seed", range(3))
def test_no_policy_of_the_ball_exceeds_any_bound(measure: str, seed: int) -> None:
    for game, expert, eps in cases(seed):
        center, ball = Center(expert), ErrorBall(expert, Measure(measure), eps)
        table = bounds_table(center, ball)
        multipliers = occupancy_bounds(center, ball)
        assert table.values["occupancy" if measure != "bc" else "region"] is not None
        start = game.initial
        for policy in policies_in_ball(expert, eps, measure, seed):
            found = gaps(game, policy, "exact")
            for i, bound in enumerate(multipliers.players):
                assert found.optima[i].lower.dot(start.weights, start.denominator) <= bound.best_upper
                assert found.values[i].lower.dot(start.weights, start.denominator) >= bound.value_lower
            assert all(found.nash_gap.value <= bound for bound in table.values.values() if bound is not None)


@pytest.mark.parametrize("seed", range(3))
def test_inclusions_of_the_rho_ball(seed: int) -> None:
    """eps_mu <= g eps_rho; eps_BC <= (1 + g) eps_rho; one state spends at most eps_rho (`balls`)."""
    for game, expert, eps in cases(seed):
        mu = occupancy(game, expert, "exact").lower.fractions()
        for policy in policies_in_ball(expert, eps, "rho", seed + 10):
            found = errors(game, expert, policy, "exact")
            assert found.eps_mu.value <= game.discount * found.eps_rho.value
            assert found.eps_bc.value <= (1 + game.discount) * found.eps_rho.value
            for player in range(len(game.players)):
                numerators, denominators = row_distances(expert, policy, player)
                rows = zip(numerators.tolist(), denominators.tolist(), strict=True)
                assert all(m * Fraction(x, d) <= found.eps_rho.value for m, (x, d) in zip(mu, rows, strict=True))


def test_the_inclusion_in_the_bc_ball_is_sharp() -> None:
    """The learner never goes to `rare`, where its row is then free, and gains mass at `usual` for a new action."""
    part, g = Fraction(1, 1000), Fraction(9, 10)

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return [0], {({"x": "usual", "y": "rare"}[joint[0]] if state == "start" else state): 1}

    game = markov_game(
        players=["1"],
        states=["start", "usual", "rare"],
        actions=[["x", "y"]],
        outcome=outcome,
        discount=g,
        initial={"start": 1},
    )
    expert = Policy.from_rows(game, [[[1 - part, part], [1, 0], [1, 0]]])
    learner = Policy.from_rows(game, [[[1, 0], [1 - part, part], [0, 1]]])
    found = errors(game, expert, learner, "exact")
    assert found.eps_rho.value == 2 * part
    assert found.eps_mu.value == g * found.eps_rho.value
    assert found.eps_bc.value == (1 + g - g * part) * found.eps_rho.value


def test_visit_bounds_hold_for_every_policy() -> None:
    for seed in range(3):
        for game, _, _ in cases(seed):
            policy = random_center(game, np.random.default_rng(seed))
            mu = occupancy(game, policy, "exact").lower.fractions()
            assert all(m <= most for m, most in zip(mu, visit_bounds(game), strict=True))


def test_any_multipliers_give_a_valid_bound() -> None:
    """Weak duality: random X, Z, prices prove something true, only weaker."""
    rng = np.random.default_rng(5)
    for game, expert, eps in cases(2):
        lower = short_occupancy(expert, occupancy(game, expert).lower)
        states = len(game.states)
        policies = policies_in_ball(expert, eps, "rho", 3, 3)
        for player in range(len(game.players)):
            duality = Duality(expert, player, lower, ScaledGame(game))
            for scale in (0.0, 0.3, 3.0):
                given = Multipliers(rng.normal(size=states) * scale, scale, rng.normal(size=states) * scale, scale)
                bound = duality.bound(ErrorBall(expert, Measure.RHO, eps), given)
                for policy in policies:
                    assert gaps(game, policy, "exact").player_gaps[player].value <= bound.upper


def check(answer: WorstCaseAnswer) -> None:
    """The witness is in the ball and has the gap claimed; the upper end is the smallest named bound."""
    found = errors(answer.game, answer.expert, answer.witness, "exact")
    error = found.eps_rho if answer.measure == "rho" else found.eps_mu
    assert error.value <= answer.radius
    gap = gaps(answer.game, answer.witness, "exact").player_gaps[answer.witness_player].value
    start = answer.game.initial
    proved = answer.optimum_lower.dot(start.weights, start.denominator)
    proved -= answer.value_upper.dot(start.weights, start.denominator)
    assert answer.interval.lower == max(proved, Fraction(0)) <= gap
    assert answer.interval.upper == min(bound for bound in answer.bounds.values() if bound is not None)


def test_mu_ball_of_radius_zero_holds_linear_gaps() -> None:
    """Lemma 1 of the paper: same state occupancy, NashGap (5/3)/(1 - g)."""
    for discount in ("1/2", "9/10", "99/100"):
        game, expert = catalog.load("lemma1", discount=discount), catalog.expert("lemma1", discount=discount)
        answer = worst_case_mu(game, expert, 0)
        check(answer)
        truth = Fraction(5, 3) * game.horizon
        assert answer.interval.lower == truth
        assert answer.interval.upper - truth < Fraction(1, 10**6)


def test_rho_ball_of_lemma_1_is_closed_by_the_occupancy_bound() -> None:
    game, expert = catalog.load("lemma1"), catalog.expert("lemma1")
    answer = worst_case_rho(game, expert, "1/20")
    check(answer)
    assert answer.bounds["occupancy"] - answer.interval.lower < Fraction(1, 10**5)


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_intervals_on_random_games(measure: str) -> None:
    for game, expert in games_with_experts(3, seed=4):
        sweep = OccupancyBalls(game, expert, Measure(measure))
        answers = [sweep.answer(eps, ratio=Fraction(11, 10)) for eps in ("1/50", "1/5")]
        for answer in answers:
            check(answer)
            assert answer.complete
        assert answers[0].interval.lower <= answers[1].interval.upper


def test_the_second_radius_reuses_the_compiled_programs() -> None:
    (_, expert), *_ = games_with_experts(1)
    near, far = (ErrorBall(expert, Measure.RHO, eps) for eps in (Fraction(1, 10), Fraction(1, 5)))
    center = Center(expert)
    first = occupancy_bounds(center, near)
    compiled = center.once(programs, False)
    assert compiled[0][0]._best[0].is_dpp()
    second, fresh = occupancy_bounds(center, far), occupancy_bounds(Center(expert), far)
    assert center.once(programs, False) is compiled
    assert [float(one.upper) for one in second.players] == pytest.approx(
        [float(one.upper) for one in fresh.players], abs=1e-6
    )
    assert first.upper < second.upper


def test_occupancy_bound_is_the_value_of_the_program() -> None:
    """Strong duality: the exact bound differs from the float optima by the solver's accuracy alone."""
    for _, expert, eps in cases(1):
        center = Center(expert)
        found = occupancy_bounds(center, ErrorBall(expert, Measure.RHO, eps))
        for own, (program, _) in zip(found.players, center.once(programs, False), strict=True):
            assert float(own.best_upper) == pytest.approx(-program._best[0].value, abs=1e-5)
            assert float(own.value_lower) == pytest.approx(program._value[0].value, abs=1e-5)


def test_no_budget_and_interrupts_leave_a_valid_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    (game, expert), *_ = games_with_experts(1)
    hurried = worst_case_rho(game, expert, "1/10", budget=0)
    check(hurried)
    assert not hurried.complete

    def interrupted(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pool, "search", interrupted)
    answer = worst_case_rho(game, expert, "1/10")
    check(answer)
    assert not answer.complete


def test_a_first_witness_comes_before_the_programs() -> None:
    for game, expert in games_with_experts(3, seed=4):
        for worst_case in (worst_case_rho, worst_case_mu):
            hurried = worst_case(game, expert, "1/5", budget=0)
            check(hurried)
            assert hurried.interval.lower > gaps(game, expert, "exact").nash_gap.value


@pytest.mark.parametrize("number", [262, 337, 703])
def test_the_rho_witness_withstands_an_attack(number: int) -> None:
    """Questions where a random search beat the ascent of gap - toll error by more than 1 %."""
    question = draw(4, number)
    truth = TrueGame(game_to_json(question.game))
    center = truth.rows(policy_rows_to_json(question.expert))
    attack = Attack(truth, center, Fraction(question.eps), "rho")
    found = attack.policies(np.random.default_rng(number), [])
    best = max(max(truth.gaps(policy)) for policy in found)
    answer = worst_case_rho(question.game, question.expert, question.eps)
    assert float(answer.interval.lower) > 0.995 * float(best)


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_stacked_evaluation_is_that_of_one_policy(measure: str) -> None:
    for game, expert, _ in cases(4):
        rng = np.random.default_rng(1)
        play, center = Play(game), [np.asarray(own) for own in expert.floats()]
        stack = Stack(play, center, measure == "mu")
        policies = [random_center(game, rng) for _ in range(4)]
        stacked = np.array([np.concatenate(policy.floats()) for policy in policies])
        exact = [getattr(errors(game, expert, policy, "exact"), f"eps_{measure}").value for policy in policies]
        assert stack.errors(stacked) == pytest.approx([float(one) for one in exact], abs=1e-9)
        expected = [[play.gap(policy.floats(), i).gap for i in range(len(center))] for policy in policies]
        assert stack.gaps(stacked).tolist() == [pytest.approx(row, abs=1e-8) for row in expected]


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_a_search_by_tangents_ends_in_the_ball_from_anywhere(measure: str) -> None:
    gains = []
    for game, expert, eps in cases(4):
        center = [np.asarray(own) for own in expert.floats()]
        stack = Stack(Play(game), center, measure == "mu")
        row = Moves(stack, np.ones(len(stack.center), dtype=bool)).row
        starts = [np.concatenate(random_center(game, np.random.default_rng(seed)).floats()) for seed in range(3)]
        for policy in (stack.center, *starts):
            found = polished(stack, policy, row, 0, float(eps), 1e3, lambda: True)
            if found is not None:
                assert stack.errors(found[None])[0] <= float(eps)
                assert np.bincount(row, found) == pytest.approx(np.ones(row.max() + 1))
                gains.append(stack.gaps(found[None])[0, 0] - stack.gaps(stack.center[None])[0, 0])
    assert len(gains) >= 12
    assert max(gains) > 1e-2


def test_a_thin_ball_of_four_states_is_searched_to_its_border() -> None:
    """Where moves of single rows end at 1.138; boxes show that nothing is above 1.8923."""
    (game, expert), *_ = games_with_experts(1, 0, 4)
    pool = Pool(expert, occupancy(game, expert).upper, True)
    pool.search(Fraction(1, 50))
    assert pool.drawn(1 / 50)[0].gap > 1.89


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_climbs_stay_in_the_ball_and_gain(measure: str) -> None:
    gains = []
    for game, expert, eps in cases(4):
        center = [np.asarray(own) for own in expert.floats()]
        stack = Stack(Play(game), center, measure == "mu")
        moves = Moves(stack, np.ones(len(stack.center), dtype=bool))
        rng, radius = np.random.default_rng(2), float(eps)
        inside = moves.shrunk(starts(stack.center, moves.row, rng), radius)
        assert inside.sum(axis=1) == pytest.approx(np.full(len(inside), len(center) * len(game.states)))
        assert stack.errors(inside).max() <= radius + 1e-12
        found = moves.climb(inside, radius, 1, 50, rng, lambda: True)
        before, after = stack.gaps(inside).max(axis=0), stack.gaps(np.array([policy for _, policy in found]))
        assert stack.errors(np.array([policy for _, policy in found])).max() <= radius + 1e-12
        assert all(after[k, player] >= before[player] for k, (player, _) in enumerate(found))
        gains.append(after.max() - before.max())
    assert max(gains) > 1e-3


def test_rows_of_several_players_balance_each_other_in_a_thin_ball() -> None:
    """eps_mu <= 1/1000 where every row moves mu: moves inside the ball end at a gap of 2.56, from outside at 3.55."""
    question = draw(4, 240)
    answer = worst_case_mu(question.game, question.expert, question.eps)
    check(answer)
    assert answer.interval.lower > Fraction(17, 5)


def test_a_failed_solver_costs_a_bound_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from certigap.bounds.programs.program import OccupancyProgram
    from certigap.errors import SolverError

    def failed(*_: object) -> None:
        raise SolverError("no solution")

    monkeypatch.setattr(OccupancyProgram, "solve", failed)
    (game, expert), *_ = games_with_experts(1)
    answer = worst_case_rho(game, expert, "1/10")
    check(answer)
    assert answer.bounds["occupancy"] is None
    assert answer.why["occupancy"] == "no solution"


def test_wrong_arguments_are_refused() -> None:
    game = bimatrix([[1, 0], [0, 1]])
    expert = Policy.pure(game)
    with pytest.raises(InputError, match="measure: expected 'bc', 'rho' or 'mu', got 'BC'"):
        balls_around(game, expert, "BC")
    with pytest.raises(InputError, match=r"eps: expected a rational >= 0, got -1/10"):
        worst_case_rho(game, expert, "-1/10")
    with pytest.raises(TypeError, match="floats are taken only by name"):
        worst_case_mu(game, expert, 0.1)  # type: ignore[arg-type]


def test_answers_are_reproducible_by_their_seed() -> None:
    (game, expert), *_ = games_with_experts(1)
    first, second = (worst_case_rho(game, expert, "1/10", seed=3) for _ in range(2))
    assert first.interval == second.interval
    assert first.witness == second.witness


def test_trees_of_modes_bring_the_rho_ball_of_a_small_game_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without boxes; 0.385 is the best of all bounds without trees, and 1.37 times the best gap known."""
    monkeypatch.setattr("certigap.questions.worst_case.occupancy.MAX_ENTRIES", 0)
    game = cg.games.load("random", states=2, seed=0, successors=2, discount="4/5", players=2, actions=2)
    expert = cg.solve_game(game).expert
    plain = cg.worst_case(game, expert, "1/10", measure="rho")
    grown = cg.worst_case(game, expert, "1/10", measure="rho", budget=60, ratio="27/20")
    assert grown.upper_name == "modes"
    assert grown.interval.lower <= grown.interval.upper < Fraction(98, 100) * plain.interval.upper
