"""Units of payoffs mean nothing: a game multiplied by 1e-15 or 1e15 has answers multiplied by it, for every question.

Exact answers scale exactly, and policies stay the same. Proved intervals come from float searches; their ends scale up
to what rounding makes of the search.
"""

import dataclasses
import random
from fractions import Fraction

import pytest

import certigap as cg
from certigap.exact.interval import Interval
from certigap.exact.vector import Vector
from certigap.model.build import bimatrix
from certigap.model.finite import FinitePolicy, finite_horizon
from certigap.model.game import Game
from certigap.model.large import ArrayGame, ArrayPolicy
from certigap.model.parametric.game import evaluated
from certigap.model.policy import Policy
from certigap.questions.explain import gap_shares
from certigap.questions.worst_case.off_path import with_zero
from certigap.regions.short import shortened
from certigap.semantics.finite import finite_gaps
from certigap.solve.finite import solve_finite
from certigap.solve.regularised import regularised_equilibrium
from tests.helpers.random_games import games_with_experts
from tests.helpers.scaled import times
from tests.helpers.strategies import random_markov_game, random_normal_form, random_policy

SCALES = [Fraction(1, 10**15), Fraction(10**15)]
CLOSE = 1e-4
"""Relative, where the searches of both games visit the same boxes."""
FLAT = 1e-10
"""What rounding leaves of a 0, in games with payoffs of about 1."""
TIGHT = 5e-3
"""Relative, in general: a search ends at upper/lower = 1.005, at other boxes where the last bit of a float differs."""


def on(game: Game, policy: Policy) -> Policy:
    """The policy in the other game."""
    return Policy(game, policy.rows)


def zero_sum(game: Game) -> Game:
    """The first player's rewards against their negatives."""
    return dataclasses.replace(
        game, rewards=(game.rewards[0], -game.rewards[0]), reward_denominators=(game.reward_denominators[0],) * 2
    )


def assert_scaled(first: Interval, second: Interval, factor: Fraction, close: float = CLOSE) -> None:
    """Both ends of two intervals, the second in units of `factor`."""
    assert float(second.lower / factor) == pytest.approx(float(first.lower), rel=close, abs=FLAT)
    assert float(second.upper / factor) == pytest.approx(float(first.upper), rel=close, abs=FLAT)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("seed", range(4))
def test_gaps_and_errors(seed: int, factor: Fraction) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 3, 2, "9/10")
    expert, policy, large = random_policy(rng, game), random_policy(rng, game), times(game, factor)
    assert cg.nash_gap(large, on(large, policy)).value == factor * cg.nash_gap(game, policy).value
    before = cg.matching_errors(game, expert, policy)
    after = cg.matching_errors(large, on(large, expert), on(large, policy))
    assert after.value_gap.value == factor * before.value_gap.value
    for name in ("eps_bc", "eps_mu", "eps_rho"):
        assert getattr(after, name).value == getattr(before, name).value
    enclosed = cg.nash_gap(large, on(large, policy), "enclosed")
    assert enclosed.upper - enclosed.lower <= factor * Fraction(1, 10**12)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
@pytest.mark.parametrize("seed", range(3))
def test_worst_cases(seed: int, measure: str, factor: Fraction) -> None:
    game, expert = next(iter(games_with_experts(1, seed, states=1 + seed % 2, actions=3 - seed % 2)))
    large = times(game, factor)
    before = cg.worst_case(game, expert, "1/10", measure=measure)
    after = cg.worst_case(large, on(large, expert), "1/10", measure=measure)
    assert before.complete
    assert after.complete
    assert_scaled(before.interval, after.interval, factor, TIGHT)
    for name, value in before.bounds.items():
        bound = after.bounds[name]
        assert (bound is None) == (value is None), name
        if value is None or bound is None:
            continue
        assert float(bound / factor) == pytest.approx(float(value), rel=TIGHT), name


@pytest.mark.parametrize("factor", SCALES)
def test_frontier_region_bound_and_theorems(factor: Fraction) -> None:
    game, expert = cg.games.load("public-goods", players="2"), cg.games.expert("public-goods", players="2")
    large = times(game, factor)
    points = [cg.frontier(g, on(g, expert), ["1/20", "1/5"]).points for g in (game, large)]
    for before, after in zip(*points, strict=True):
        assert_scaled(before.interval, after.interval, factor)
    for theorem in ("trivial", "dse", "concentrability", "value-gap"):
        bounds = [cg.theorem_instance(g, on(g, expert), theorem, "1/10").bound for g in (game, large)]
        assert float(bounds[1] / factor) == pytest.approx(float(bounds[0]), rel=1e-9)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("seed", range(4))
def test_best_cases(seed: int, factor: Fraction) -> None:
    size = 2 + seed % 2
    game = random_normal_form(random.Random(seed), (size, size))
    before, after = (cg.best_case(g, "1/10", budget=20) for g in (game, times(game, factor)))
    assert before.complete
    assert after.complete
    assert_scaled(before.interval, after.interval, factor)


def test_a_best_case_is_complete_only_where_the_proved_ends_are_close() -> None:
    """3 x 3 in units of 1e-12: lower end once 0, with `complete`."""
    rows = [[0, 3, 0], [2, 2, 0], [3, 0, 1]]
    columns = [[0, 2, 3], [3, 2, 0], [0, 0, 1]]
    answers = [cg.best_case(times(bimatrix(rows, columns), f), "1/10") for f in (Fraction(1), Fraction(1, 10**12))]
    assert_scaled(answers[0].interval, answers[1].interval, Fraction(1, 10**12))
    assert float(answers[0].interval.upper) == pytest.approx(0.0111969, rel=1e-4)
    for answer in answers:
        assert answer.complete
        assert answer.interval.upper - answer.interval.lower <= answer.interval.upper / 1000
    loose = cg.best_case(bimatrix(rows, columns), "1/10", tolerance=0, max_nodes=100)
    assert not loose.complete
    assert loose.reason


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("seed", range(3))
def test_experts_and_equilibria(seed: int, factor: Fraction) -> None:
    rng = random.Random(seed)
    games = [
        random_normal_form(rng, (4, 4)),
        random_normal_form(rng, (2, 2, 2)),
        random_markov_game(rng, 2, 3, 3, "9/10"),
        zero_sum(random_markov_game(rng, 2, 3, 3, "9/10")),
    ]
    for game in games:
        large = times(game, factor)
        before, after = cg.solve_game(game, seed=1), cg.solve_game(large, seed=1)
        assert after.method == before.method
        assert float(after.regret.upper / factor) == pytest.approx(float(before.regret.upper), abs=1e-12)
        if before.regret.upper == 0:
            assert after.regret.upper == 0
    small = cg.equilibria(games[0])
    assert {policy.rows for policy in cg.equilibria(times(games[0], factor)).equilibria} == {
        policy.rows for policy in small.equilibria
    }


@pytest.mark.parametrize("factor", SCALES)
def test_the_big_match(factor: Fraction) -> None:
    """Gillette's big match, discounted: its optimal rows are rational and found exactly, whatever a win pays."""
    win, lose, stay = {"win": 1}, {"lose": 1}, {"x": 1}
    outcome = {
        ("x", ("top", "l")): ([factor, -factor], win),
        ("x", ("top", "r")): ([0, 0], lose),
        ("x", ("bot", "l")): ([0, 0], stay),
        ("x", ("bot", "r")): ([factor, -factor], stay),
        ("win", (".", ".")): ([factor, -factor], win),
        ("lose", (".", ".")): ([0, 0], lose),
    }
    actions = {"x": [["top", "bot"], ["l", "r"]], "win": [["."], ["."]], "lose": [["."], ["."]]}
    game = cg.markov_game(
        players=["A", "B"],
        states=["x", "win", "lose"],
        actions=actions,
        outcome=outcome,
        discount="9/10",
        initial={"x": 1},
    )
    answer = cg.solve_game(game)
    assert answer.regret.upper == 0
    assert cg.values(game, answer.expert)[0].lower[0] == 5 * factor  # 1/2 a step


@pytest.mark.parametrize("factor", SCALES)
def test_regularised_equilibria(factor: Fraction) -> None:
    game = zero_sum(random_markov_game(random.Random(3), 2, 3, 3, "9/10"))
    before = regularised_equilibrium(game, "1/10")
    after = regularised_equilibrium(times(game, factor), factor / 10)
    assert after.residual <= 1e-11 * float(factor)
    for own, other in zip(before.rows, after.rows, strict=True):
        for row, same in zip(own, other, strict=True):
            assert same == pytest.approx(row, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_two_hundred_games(block: int) -> None:
    """Ten games a block, sizes and scales drawn at random: worst cases over the three balls, best cases, experts."""
    rng = random.Random(block)
    for k in range(10):
        factor = Fraction(10) ** rng.randint(-15, 15)
        seed = 1000 * block + k
        game, expert = next(iter(games_with_experts(1, seed, states=rng.randint(1, 2), actions=rng.randint(2, 3))))
        large, measure = times(game, factor), rng.choice(["bc", "rho", "mu"])
        before = cg.worst_case(game, expert, "1/10", measure=measure)
        after = cg.worst_case(large, on(large, expert), "1/10", measure=measure)
        assert_scaled(before.interval, after.interval, factor, TIGHT)
        table = random_normal_form(rng, (2, rng.randint(2, 3)))
        least = [cg.best_case(g, "1/10", budget=30) for g in (table, times(table, factor))]
        if least[0].complete and not least[0].is_infinite:
            assert least[1].complete
            assert_scaled(least[0].interval, least[1].interval, factor, TIGHT)
        solved = [cg.solve_game(g, seed=k) for g in (table, times(table, factor))]
        assert solved[1].regret.upper == factor * solved[0].regret.upper == 0


def test_the_answers_would_differ_if_they_did_not_scale() -> None:
    """The comparison can fail: the same game at another radius is no multiple."""
    game, expert = next(iter(games_with_experts(1, 1)))
    one, two = (cg.worst_case(game, expert, eps) for eps in ("1/10", "1/8"))
    with pytest.raises(AssertionError):
        assert_scaled(one.interval, two.interval, Fraction(1))


@pytest.mark.parametrize("factor", [Fraction(1), Fraction(3, 7), *SCALES])
def test_ties_are_exact_in_any_units(factor: Fraction) -> None:
    """Values of 2/3 and 5/7 of a unit are found as such from 40 bits of them, or left alone where they do not hold."""
    game = times(bimatrix([[0, 1], [2, 5]]), factor)
    exact = Vector.of([factor * Fraction(2, 3), factor * Fraction(5, 7)])
    near = Vector.of(x + factor * Fraction(1, 2**40) for x in exact.fractions())
    found = shortened(game, 0, near, lambda numerators, denominator: True)
    assert found.fractions() == exact.fractions()
    assert shortened(game, 0, near, lambda numerators, denominator: False) == near


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("seed", range(3))
def test_dominance_and_continuity_of_normal_forms(seed: int, factor: Fraction) -> None:
    """Exact answers: relations and steps are the same, kappa is multiplied."""
    rng = random.Random(seed)
    game = random_normal_form(rng, (2, 3))
    expert, large = random_policy(rng, game), times(game, factor)
    before, after = (cg.dominance(g, on(g, expert)) for g in (game, large))
    assert repr(after.dominant_actions) == repr(before.dominant_actions)
    assert after.elimination.remaining == before.elimination.remaining
    first, second = (cg.continuity(g, on(g, expert), "1/2") for g in (game, large))
    for name in ("delta_sel", "delta_max"):
        for own, other in zip(getattr(first, name), getattr(second, name), strict=True):
            assert [(s.start, s.lower, s.upper) for s in own.steps] == [
                (s.start, s.lower, s.upper) for s in other.steps
            ]
    for own, other in zip(first.kappa, second.kappa, strict=True):
        assert_scaled(own.value, other.value, factor, 1e-9)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("name", ["sharpness", "lemma2", "theorem2-printed"])
def test_dominance_and_straying_of_markov_games(name: str, factor: Fraction) -> None:
    game, expert = cg.games.load(name), cg.games.expert(name)
    large = times(game, factor)
    before, after = (cg.markov_dominance(g, on(g, expert), budget=20) for g in (game, large))
    assert after.dominant == before.dominant
    first, second = (cg.straying(g, on(g, expert), "1/100", budget=20) for g in (game, large))
    for own, other in zip(first.delta_sel, second.delta_sel, strict=True):
        assert other == own
    for own, other in zip(first.kappa, second.kappa, strict=True):
        assert_scaled(own, other, factor, TIGHT)


@pytest.mark.parametrize("factor", SCALES)
def test_regularised_gaps(factor: Fraction) -> None:
    rng = random.Random(2)
    game = random_markov_game(rng, 2, 3, 2, "9/10")
    policy, large = random_policy(rng, game), times(game, factor)
    before = cg.regularised_gaps(game, policy, "1/10").regularised_gap
    after = cg.regularised_gaps(large, on(large, policy), factor / 10).regularised_gap
    assert_scaled(before, after, factor, 1e-9)
    assert after.upper - after.lower <= factor * Fraction(1, 10**9)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("name", ["lemma1", "theorem2-printed"])
def test_what_hangs_on_distances_and_chances_alone_stays(name: str, factor: Fraction) -> None:
    """Concentrability, where an error lies, shares of the gap by states; bounds of regions are multiplied."""
    game, expert = cg.games.load(name), cg.games.expert(name)
    learner = cg.games.learner(name)
    large = times(game, factor)
    first, second = (cg.concentrability(g, on(g, expert)) for g in (game, large))
    assert [own.value for own in second.coefficients] == [own.value for own in first.coefficients]
    assert [own.path for own in second.coefficients] == [own.path for own in first.coefficients]
    rows = [cg.matching_errors(g, on(g, expert), on(g, learner)).rows() for g in (game, large)]
    assert rows[0] == rows[1]
    shares = [gap_shares(on(g, learner), 1) for g in (game, large)]
    assert [(s.state, pytest.approx(s.gap_share, abs=1e-9)) for s in shares[0]] == [
        (s.state, s.gap_share) for s in shares[1]
    ]
    bounds = [cg.region_bound(on(g, expert), "1/10").upper for g in (game, large)]
    assert float(bounds[1] / factor) == pytest.approx(float(bounds[0]), rel=1e-9)


@pytest.mark.parametrize("factor", SCALES)
def test_no_error_and_the_expert_off_its_path(factor: Fraction) -> None:
    game, expert = cg.games.load("theorem2-printed"), cg.games.expert("theorem2-printed")
    large = times(game, factor)
    ends = [with_zero(cg.worst_case(g, on(g, expert), "1/100", budget=20), budget=10) for g in (game, large)]
    assert_scaled(ends[0][0].interval, ends[1][0].interval, factor, TIGHT)
    assert_scaled(ends[0][1], ends[1][1], factor, TIGHT)


@pytest.mark.parametrize("factor", SCALES)
@pytest.mark.parametrize("seed", range(3))
def test_array_games_finite_horizons_and_formulas(seed: int, factor: Fraction) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 3, 2, "9/10")
    policy, large = random_policy(rng, game), times(game, factor)
    arrays = [ArrayGame.from_game(g) for g in (game, large)]
    played = ArrayPolicy.from_policy(policy)
    before, after = (cg.array_gaps(g, played) for g in arrays)
    assert_scaled(before.nash_gap, after.nash_gap, factor, 1e-9)
    dated = [finite_horizon(g, 4) for g in (game, large)]
    plays = [FinitePolicy.repeated(g, Policy(g.stage, policy.rows)) for g in dated]
    exact = [finite_gaps(g, play).nash_gap.value for g, play in zip(dated, plays, strict=True)]
    assert exact[1] == factor * exact[0]
    solved = [solve_finite(g).regret for g in dated]
    assert solved[1].upper == factor * solved[0].upper
    gaps = [cg.parametric_gap(cg.free_discount(g, "g"), on(g, policy)) for g in (game, large)]
    place = Fraction(1, 3)
    at = [
        {
            player: [evaluated(p.values[0], (place,)) for p in own if place in p.where]
            for player, own in g.player_gaps.items()
        }
        for g in gaps
    ]
    assert at[1] == {player: [factor * value for value in values] for player, values in at[0].items()}
    assert all(at[0].values())


@pytest.mark.parametrize("factor", SCALES)
def test_regularised_deltas_and_straying_curves(factor: Fraction) -> None:
    game = random_normal_form(random.Random(1), (2, 3))
    even, large = Policy.uniform(game), times(game, factor)
    first, second = (cg.regularised_delta(g, on(g, even), t, "1/10") for g, t in ((game, "1/10"), (large, factor / 10)))
    assert float(second.upper) == pytest.approx(float(first.upper), rel=1e-6)
    markov, expert = cg.games.load("sharpness"), cg.games.expert("sharpness")
    curves = [cg.straying_curve(g, on(g, expert), "1/50", points=2) for g in (markov, times(markov, factor))]
    for one, two in zip(curves[0].delta_sel, curves[1].delta_sel, strict=True):
        assert [(s.start, s.lower, s.upper) for s in two.steps] == [(s.start, s.lower, s.upper) for s in one.steps]
