"""The semantics against programs that share no code with it: elimination, brute force, pygambit, linear programs."""

import itertools
import random
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from certigap import semantics
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import best_response, errors, gaps, occupancy, q_values, values, visited
from tests.helpers.by_hand import dumb_chain, dumb_occupancy, dumb_rows, dumb_values
from tests.helpers.peers import peer
from tests.helpers.strategies import random_markov_game, random_normal_form, random_policy

CASES = [  # players, states, actions, discount, bits
    (2, 2, 3, "9/10", 3),
    (2, 3, 2, "1/2", 3),
    (3, 2, 2, "4/5", 3),
    (3, 3, 2, "99/100", 3),
    (2, 3, 2, "7/11", 53),
    (3, 2, 2, "1/3", 70),
    (2, 3, 3, "0", 40),
]


def brute_force_optimum(game: Game, policy: Policy, player: int) -> list[Fraction]:
    """The best value of each state over all deterministic stationary deviations."""
    rows = dumb_rows(policy)
    counts = [len(game.actions[s][player]) for s in range(len(game.states))]
    best: list[Fraction] = []
    for choice in itertools.product(*(range(count) for count in counts)):
        pure = [[Fraction(int(a == c)) for a in range(n)] for n, c in zip(counts, choice, strict=True)]
        own = dumb_values(game, [pure if i == player else other for i, other in enumerate(rows)])[player]
        best = own if not best else [max(pair) for pair in zip(best, own, strict=True)]
    return best


def cases(count: int) -> list[tuple[int, tuple[int, int, int, str, int]]]:
    return [(seed, case) for case in CASES for seed in range(count)]


@pytest.mark.parametrize(("seed", "case"), cases(4))
def test_exact_semantics_equal_brute_force(seed: int, case: tuple[int, int, int, str, int]) -> None:
    players, states, actions, discount, bits = case
    rng = random.Random(1000 * seed + states)
    game = random_markov_game(rng, players, states, actions, discount, bits)
    policy, expert = random_policy(rng, game, bits), random_policy(rng, game, bits)
    truth = dumb_values(game, dumb_rows(policy))
    assert [v.lower.fractions() for v in values(game, policy, "exact")] == truth
    mass = dumb_occupancy(game, policy)
    assert occupancy(game, policy, "exact").lower.fractions() == mass
    assert visited(game, policy) == tuple(m > 0 for m in mass)
    answer = gaps(game, policy, "exact")
    start = game.initial.fractions()
    for i in range(players):
        best = brute_force_optimum(game, policy, i)
        assert answer.optima[i].lower.fractions() == best
        gap = sum(nu * (b - v) for nu, b, v in zip(start, best, truth[i], strict=True))
        assert answer.player_gaps[i].value == gap
        deviating = policy.replace(i, answer.deviations[i])
        assert dumb_values(game, dumb_rows(deviating))[i] == best
    assert answer.nash_gap.value == max(x.value for x in answer.player_gaps)
    assert answer.nash_conv.value == sum(x.value for x in answer.player_gaps)
    _check_errors(game, expert, policy)


def _check_errors(game: Game, expert: Policy, policy: Policy) -> None:
    answer = errors(game, expert, policy, "exact")
    first, second = dumb_occupancy(game, expert), dumb_occupancy(game, policy)
    assert answer.eps_mu.value == sum(abs(x - y) for x, y in zip(first, second, strict=True))
    ours, theirs = dumb_rows(policy), dumb_rows(expert)
    states, players = range(len(game.states)), range(len(game.players))
    l1 = [[sum(abs(x - y) for x, y in zip(ours[i][s], theirs[i][s], strict=True)) for s in states] for i in players]
    assert answer.eps_bc.value == max(sum(first[s] * own[s] for s in states) for own in l1)
    joint = Fraction(0)
    for s in states:
        for a in itertools.product(*(range(len(game.actions[s][i])) for i in players)):
            p, q = second[s], first[s]
            for i in players:
                p, q = p * ours[i][s][a[i]], q * theirs[i][s][a[i]]
            joint += abs(p - q)
    assert answer.eps_rho.value == joint
    before, after = dumb_values(game, theirs), dumb_values(game, ours)
    start = game.initial.fractions()
    differences = [sum(nu * (x - y) for nu, x, y in zip(start, before[i], after[i], strict=True)) for i in players]
    assert answer.value_gap.value == max(differences)


@pytest.mark.parametrize(("seed", "case"), cases(2))
def test_linear_programs_agree_with_policy_iteration(seed: int, case: tuple[int, int, int, str, int]) -> None:
    players, states, actions, discount, bits = case
    rng = random.Random(77 * seed + states)
    game = random_markov_game(rng, players, states, actions, discount, min(bits, 20))
    policy = random_policy(rng, game, bits)
    for player in range(players):
        by_program = best_response(game, policy, player, "lp")
        assert by_program.optimum == best_response(game, policy, player, arithmetic="exact").optimum
    by_programs, exact = semantics.nash_gap(game, policy, method="lp"), semantics.nash_gap(game, policy, "exact")
    assert by_programs == exact


def test_one_compiled_program_serves_many_opponents() -> None:
    from certigap.semantics.program import BestResponseProgram

    rng = random.Random(5)
    game = random_markov_game(rng, 3, 3, 3, "9/10")
    program = BestResponseProgram(game, 1)
    for _ in range(4):
        policy = random_policy(rng, game)
        rows = program.solve(policy) - game.layout.action_offsets[1][:-1]
        optimum = best_response(game, policy, 1, arithmetic="exact").optimum
        pure = [
            [Fraction(int(a == row)) for a in range(shape[1])]
            for row, shape in zip(rows, game.layout.shapes, strict=True)
        ]
        deviating = [pure if i == 1 else own for i, own in enumerate(dumb_rows(policy))]
        assert dumb_values(game, deviating)[1] == optimum.lower.fractions()


@pytest.mark.parametrize(("seed", "case"), cases(3))
def test_enclosures_hold_and_are_tight(seed: int, case: tuple[int, int, int, str, int]) -> None:
    players, states, actions, discount, bits = case
    rng = random.Random(31 * seed + states)
    game = random_markov_game(rng, players, states, actions, discount, bits)
    policy, expert = random_policy(rng, game, bits), random_policy(rng, game, bits)
    exact, enclosed = gaps(game, policy, "exact"), gaps(game, policy, "enclosed")
    for truth, bracket in [
        *zip(exact.values, enclosed.values, strict=True),
        *zip(exact.optima, enclosed.optima, strict=True),
        (occupancy(game, policy, "exact"), occupancy(game, policy, "enclosed")),
        (q_values(game, policy, 0, "exact"), q_values(game, policy, 0, "enclosed")),
    ]:
        pairs = zip(bracket.lower.fractions(), truth.lower.fractions(), bracket.upper.fractions(), strict=True)
        size = max(map(abs, truth.lower.fractions()), default=Fraction(0))
        for low, x, high in pairs:
            assert low <= x <= high
            assert high - low <= size / 10**12
    for truth, interval in zip(exact.player_gaps, enclosed.player_gaps, strict=True):
        assert truth.value in interval
    first, second = errors(game, expert, policy, "exact"), errors(game, expert, policy, "enclosed")
    for name in ("eps_bc", "eps_mu", "eps_rho", "value_gap"):
        assert getattr(first, name).value in getattr(second, name)


def test_enclosed_vectors_satisfy_the_checkers_inequalities() -> None:
    rng = random.Random(8)
    game = random_markov_game(rng, 2, 4, 3, "19/20", bits=40)
    policy = random_policy(rng, game, bits=40)
    answer, mass = gaps(game, policy, "enclosed"), occupancy(game, policy, "enclosed")
    assert answer.arithmetic == "enclosed"
    g, states = game.discount, range(4)
    rewards, moves = dumb_chain(game, dumb_rows(policy))

    def backup(player: int, own: list[Fraction], x: list[Fraction]) -> list[Fraction]:
        return [own[s] + g * sum(moves[s][t] * x[t] for t in states) for s in states]

    for i in range(2):
        low, high = answer.values[i].lower.fractions(), answer.values[i].upper.fractions()
        assert all(x <= y for x, y in zip(low, backup(i, rewards[i], low), strict=True))
        assert all(x >= y for x, y in zip(high, backup(i, rewards[i], high), strict=True))
        for side, vector in ((1, answer.optima[i].lower), (-1, answer.optima[i].upper)):
            x = vector.fractions()
            best = _dumb_optimal_backup(game, policy, i, x)
            assert all(side * (y - z) >= 0 for y, z in zip(best, x, strict=True))
    for side, vector in ((1, mass.lower), (-1, mass.upper)):
        m, nu = vector.fractions(), game.initial.fractions()
        pushed = [(1 - g) * nu[t] + g * sum(moves[s][t] * m[s] for s in states) for t in states]
        assert all(side * (y - x) >= 0 for x, y in zip(m, pushed, strict=True))
        assert min(m) >= 0


def _dumb_optimal_backup(game: Game, policy: Policy, player: int, x: list[Fraction]) -> list[Fraction]:
    rows = dumb_rows(policy)
    most = max(len(actions[player]) for actions in game.actions)
    candidates = []
    for a in range(most):
        pure = [[Fraction(int(b == min(a, n - 1))) for b in range(n)] for n in (len(s[player]) for s in game.actions)]
        rewards, moves = dumb_chain(game, [pure if i == player else own for i, own in enumerate(rows)])
        candidates.append(
            [
                r + game.discount * sum(p * y for p, y in zip(move, x, strict=True))
                for r, move in zip(rewards[player], moves, strict=True)
            ]
        )
    return [max(column) for column in zip(*candidates, strict=True)]


@pytest.fixture(scope="module")
def pygambit() -> ModuleType:
    return peer("pygambit")


def _gambit_regret(gbt: ModuleType, game: Game, policy: Policy) -> Fraction:
    shape = game.layout.shapes[0]
    tables = []
    for i in range(len(shape)):
        flat = [gbt.Rational(str(game.reward(i, k))) for k in range(game.layout.rows)]
        tables.append(np.array(flat, dtype=object).reshape(shape))
    theirs = gbt.Game.from_arrays(*tables)
    profile = theirs.mixed_strategy_profile(rational=True)
    for player, own in zip(theirs.players, policy.rows, strict=True):
        for strategy, probability in zip(player.strategies, own[0].fractions(), strict=True):
            profile[strategy] = gbt.Rational(str(probability))
    return Fraction(str(profile.max_regret()))


@pytest.mark.parametrize("block", range(10))
def test_500_normal_forms_equal_gambits_rational_regret(pygambit: ModuleType, block: int) -> None:
    for seed in range(50 * block, 50 * block + 50):
        rng = random.Random(seed)
        players = 2 + seed % 4
        shape = tuple(rng.randint(2, 4 if players < 4 else 3) for _ in range(players))
        game = random_normal_form(rng, shape, bits=rng.choice([3, 12, 55]))
        policy = random_policy(rng, game, bits=rng.choice([2, 30, 53, 90]))
        assert gaps(game, policy).nash_gap.value == _gambit_regret(pygambit, game, policy), f"seed {seed}"
