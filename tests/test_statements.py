"""Statements that no single game shows, as properties of random games: Theorem 1, Corollary 1, value gaps."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import errors, nash_gap, visited
from tests.helpers.random_games import games_with_experts, random_center
from tests.helpers.strategies import games_with_policies

quick = settings(max_examples=60, deadline=None)


def rows_of(policy: Policy) -> list[list[list[Fraction]]]:
    return [[row.fractions() for row in own] for own in policy.rows]


def mixed(first: Policy, second: Policy, choose: list[list[bool]]) -> Policy:
    """The rows of `second` where `choose[player][state]`, else those of `first`."""
    pairs = zip(rows_of(first), rows_of(second), choose, strict=True)
    rows = [[b if turn else a for a, b, turn in zip(*own, strict=True)] for own in pairs]
    return Policy.from_rows(first.game, rows)


@quick
@given(games_with_policies(2), st.data())
def test_theorem_1_equal_joint_occupancy_means_equal_rows_where_visited(
    drawn: tuple[Game, Policy, Policy], data: st.DataObject
) -> None:
    """Theorem 1, both ways: changed rows leave eps_rho at 0 exactly where they stand at unvisited states alone."""
    game, expert, other = drawn
    seen = visited(game, expert)
    turns = st.lists(st.booleans(), min_size=len(seen), max_size=len(seen))
    choose = [data.draw(turns) for _ in game.players]
    policy = mixed(expert, other, choose)
    differs = any(
        here and own[s] != theirs[s]
        for own, theirs in zip(rows_of(policy), rows_of(expert), strict=True)
        for s, here in enumerate(seen)
    )
    answer = errors(game, expert, policy, "exact")
    assert (answer.eps_rho.value == 0) == (not differs)
    if not differs:
        assert visited(game, policy) == seen


@quick
@given(games_with_policies(2))
def test_value_gap_is_at_most_the_errors_allow(drawn: tuple[Game, Policy, Policy]) -> None:
    """ValueGap <= n c eps_BC/(1-g)^2 and ValueGap <= c eps_rho/(1-g), c the half-range of rewards."""
    game, expert, policy = drawn
    answer = errors(game, expert, policy, "exact")
    half = max(game.half_range(player) for player in range(len(game.players)))
    assert answer.value_gap.value <= len(game.players) * half * answer.eps_bc.value * game.horizon**2
    assert answer.value_gap.value <= half * answer.eps_rho.value * game.horizon


@pytest.mark.parametrize("seed", range(4))
def test_corollary_1_with_full_support_equal_occupancy_leaves_no_gap(seed: int) -> None:
    """Every row counts: what differs from the expert anywhere has eps_rho > 0, so eps_rho = 0 is the expert alone."""
    rng = np.random.default_rng(seed)
    game, expert = next(iter(games_with_experts(1, seed, states=3)))
    assert all(visited(game, expert))
    assert nash_gap(game, expert, "exact").value == 0
    other = random_center(game, rng)
    for player, state in itertools.product(range(len(game.players)), range(len(game.states))):
        choose = [[(i, s) == (player, state) for s in range(len(game.states))] for i in range(len(game.players))]
        policy = mixed(expert, other, choose)
        assert (errors(game, expert, policy, "exact").eps_rho.value == 0) == (rows_of(policy) == rows_of(expert))
