"""Every identity of THEORY 4 as a Hypothesis property, over the rationals: equalities are equalities."""

import dataclasses
import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certigap.exact.integers import as_object
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import errors, gaps, occupancy, q_values, values
from tests.helpers.strategies import games_with_policies, normal_forms, policies, rationals

quick = settings(max_examples=60, deadline=None)


@quick
@given(games_with_policies(2))
def test_errors_bound_one_another(drawn: tuple[Game, Policy, Policy]) -> None:
    game, expert, policy = drawn
    answer = errors(game, expert, policy, "exact")
    n, horizon = len(game.players), game.horizon
    bc, mu, rho = answer.eps_bc.value, answer.eps_mu.value, answer.eps_rho.value
    assert mu <= game.discount * n * bc * horizon
    assert rho <= n * bc * horizon
    assert bc <= 2 * rho
    assert mu <= rho
    assert 0 <= max(bc, mu, rho) <= 2


@quick
@given(games_with_policies(2))
def test_l1_of_a_product_is_at_most_the_sum(drawn: tuple[Game, Policy, Policy]) -> None:
    game, first, second = drawn
    for s in range(len(game.states)):
        factors = [(a[s].fractions(), b[s].fractions()) for a, b in zip(first.rows, second.rows, strict=True)]
        joint = Fraction(0)
        for picks in itertools.product(*(range(len(p)) for p, _ in factors)):
            p, q = Fraction(1), Fraction(1)
            for (x, y), a in zip(factors, picks, strict=True):
                p, q = p * x[a], q * y[a]
            joint += abs(p - q)
        assert joint <= sum(abs(x - y) for p, q in factors for x, y in zip(p, q, strict=True))
        if len(game.states) == 1:
            assert errors(game, first, second, "exact").eps_rho.value == joint


@quick
@given(games_with_policies(2))
def test_nash_gap_and_value_gap_ranges(drawn: tuple[Game, Policy, Policy]) -> None:
    game, expert, policy = drawn
    answer = gaps(game, policy, "exact")
    widest = max(game.half_range(i) for i in range(len(game.players)))
    assert 0 <= answer.nash_gap.value <= 2 * widest * game.horizon
    assert answer.nash_gap.value <= answer.nash_conv.value <= len(game.players) * answer.nash_gap.value
    found = errors(game, expert, policy, "exact")
    assert found.value_gap.value <= len(game.players) * found.eps_bc.value * widest * game.horizon**2
    assert found.value_gap.value <= found.eps_rho.value * widest * game.horizon


@quick
@given(games_with_policies(2), st.data())
def test_shift_invariance_and_scaling(drawn: tuple[Game, Policy, Policy], data: st.DataObject) -> None:
    game, expert, policy = drawn
    shifts = [data.draw(rationals()) for _ in game.players]
    factor = data.draw(rationals(0, 4)) + Fraction(1, 3)
    moved = _rescaled(game, factor, shifts)
    before, after = gaps(game, policy, "exact"), gaps(moved, policy, "exact")
    assert [x.value * factor for x in before.player_gaps] == [x.value for x in after.player_gaps]
    errors_before, errors_after = errors(game, expert, policy, "exact"), errors(moved, expert, policy, "exact")
    assert errors_after.value_gap.value == factor * errors_before.value_gap.value
    assert errors_after.eps_rho == errors_before.eps_rho
    for i, shift in enumerate(shifts):
        old, new = before.values[i].lower.fractions(), after.values[i].lower.fractions()
        assert new == [factor * v + shift * game.horizon for v in old]


def _rescaled(game: Game, factor: Fraction, shifts: list[Fraction]) -> Game:
    rewards, denominators = [], []
    for own, denominator, shift in zip(game.rewards, game.reward_denominators, shifts, strict=True):
        common = denominator * factor.denominator * shift.denominator
        constant = shift.numerator * denominator * factor.denominator
        rewards.append(as_object(own) * (factor.numerator * shift.denominator) + constant)
        denominators.append(common)
    return dataclasses.replace(game, rewards=tuple(rewards), reward_denominators=tuple(denominators))


@quick
@given(games_with_policies(2), st.data())
def test_relabelling_permutes_results(drawn: tuple[Game, Policy, Policy], data: st.DataObject) -> None:
    game, expert, policy = drawn
    players = data.draw(st.permutations(range(len(game.players))))
    states = data.draw(st.permutations(range(len(game.states))))
    orders = {
        (s, i): data.draw(st.permutations(range(len(game.actions[s][i]))))
        for s in range(len(game.states))
        for i in range(len(game.players))
    }
    renamed = _relabelled_game(game, players, states, orders)
    ours, theirs = (_relabelled_policy(p, renamed, players, states, orders) for p in (policy, expert))
    before, after = gaps(game, policy, "exact"), gaps(renamed, ours, "exact")
    assert [before.player_gaps[i] for i in players] == list(after.player_gaps)
    for position, i in enumerate(players):
        old, new = before.values[i].lower.fractions(), after.values[position].lower.fractions()
        assert [old[s] for s in states] == new
    mass = occupancy(game, policy, "exact").lower.fractions()
    assert [mass[s] for s in states] == occupancy(renamed, ours, "exact").lower.fractions()
    first, second = errors(game, expert, policy, "exact"), errors(renamed, theirs, ours, "exact")
    for name in ("eps_bc", "eps_mu", "eps_rho", "value_gap"):
        assert getattr(first, name) == getattr(second, name)


Orders = dict[tuple[int, int], list[int]]


def _relabelled_game(game: Game, players: list[int], states: list[int], orders: Orders) -> Game:
    names = [f"t{position}" for position in range(len(states))]
    place = {s: names[position] for position, s in enumerate(states)}

    def outcome(state: str, joint: tuple[str, ...]) -> Any:
        s = states[names.index(state)]
        own = {i: orders[s, i][int(a)] for i, a in zip(players, joint, strict=True)}
        row = game.layout.row(s, tuple(own[i] for i in range(len(players))))
        following = {place[t]: p for t, p in game.transitions.row(row).items()}
        return [game.reward(i, row) for i in players], following

    return markov_game(
        players=[f"p{i}" for i in players],
        states=names,
        actions={place[s]: [[str(a) for a in range(len(orders[s, i]))] for i in players] for s in states},
        outcome=outcome,
        discount=game.discount,
        initial={place[s]: game.initial.fractions()[s] for s in states},
    )


def _relabelled_policy(policy: Policy, game: Game, players: list[int], states: list[int], orders: Orders) -> Policy:
    rows = [[[policy.rows[i][s].fractions()[a] for a in orders[s, i]] for s in states] for i in players]
    return Policy.from_rows(game, rows)


@quick
@given(normal_forms(), st.data())
def test_a_normal_form_is_a_one_state_game(game: Game, data: st.DataObject) -> None:
    first, second = data.draw(policies(game)), data.draw(policies(game))

    def outcome(_state: str, joint: tuple[str, ...]) -> Any:
        picks = tuple(names.index(a) for names, a in zip(game.actions[0], joint, strict=True))
        row = game.layout.row(0, picks)
        return [game.reward(i, row) for i in range(len(game.players))], {"only": 1, "never": 0}

    def in_markov_game(discount: Fraction, policy: Policy) -> tuple[Game, Policy]:
        markov = markov_game(
            players=game.players,
            states=["only", "never"],
            actions={"only": game.actions[0], "never": [["x"]] * len(game.players)},
            outcome=lambda s, a: outcome(s, a) if s == "only" else ([0] * len(game.players), {"never": 1}),
            discount=discount,
            initial={"only": 1},
        )
        return markov, Policy.from_rows(markov, [[own[0].fractions(), [1]] for own in policy.rows])

    expected = gaps(game, first)
    for discount in (Fraction(0), Fraction(3, 5)):
        markov, policy = in_markov_game(discount, first)
        expert = in_markov_game(discount, second)[1]
        scaled = [x.value * markov.horizon for x in expected.player_gaps]
        assert [x.value for x in gaps(markov, policy, "exact").player_gaps] == scaled
        before, after = errors(game, second, first), errors(markov, expert, policy, "exact")
        assert (before.eps_bc, before.eps_mu, before.eps_rho) == (after.eps_bc, after.eps_mu, after.eps_rho)


@quick
@given(games_with_policies(2))
def test_performance_difference_lemma_in_both_forms(drawn: tuple[Game, Policy, Policy]) -> None:
    game, base, other = drawn
    start, layout = game.initial, game.layout
    mass_base = occupancy(game, base, "exact").lower.fractions()
    mass_other = occupancy(game, other, "exact").lower.fractions()
    p, q = _joint(base), _joint(other)
    for i in range(len(game.players)):
        v, w = values(game, base, "exact")[i].lower, values(game, other, "exact")[i].lower
        difference = w.dot(start.weights, start.denominator) - v.dot(start.weights, start.denominator)
        q_base, q_other = (q_values(game, x, i, "exact").lower.fractions() for x in (base, other))
        state = layout.row_state.tolist()
        rows = range(layout.rows)
        first = sum(mass_other[state[k]] * q[k] * (q_base[k] - v[state[k]]) for k in rows)
        second = sum(mass_base[state[k]] * (q[k] - p[k]) * q_other[k] for k in rows)
        assert difference == game.horizon * first
        assert difference == game.horizon * second


def _joint(policy: Policy) -> list[Fraction]:
    layout = policy.game.layout
    result = []
    for k in range(layout.rows):
        s, picks = layout.joint(k)
        weight = Fraction(1)
        for own, a in zip(policy.rows, picks, strict=True):
            weight *= own[s].fractions()[a]
        result.append(weight)
    return result


@pytest.mark.parametrize("arithmetic", ["exact", "enclosed"])
def test_a_policy_has_no_error_against_itself(arithmetic: str) -> None:
    @quick
    @given(games_with_policies(1))
    def check(drawn: tuple[Game, Policy]) -> None:
        answer = errors(*drawn, drawn[1], arithmetic)
        for interval in (answer.eps_bc, answer.eps_mu, answer.eps_rho, answer.value_gap):
            assert 0 in interval
        assert answer.eps_bc.value == 0

    check()
