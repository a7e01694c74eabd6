"""The catalog against what its sources state, by an evaluation of its own: exact linear systems and policy iteration.

Expected numbers are those of THEORY 2, 3 and 5, worked out by hand from the games' definitions.
"""

import itertools
import json
import math
import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from flint import fmpq, fmpq_mat

from certigap.errors import InputError, LimitError
from certigap.model import catalog
from certigap.model.catalog.chain import chain_length
from certigap.model.files.codec import game_to_json, parse_game, parse_policy, policy_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy

DISCOUNTS = [Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)]
CELLS = [(row, column) for row in range(2) for column in range(3)]
POSITIONS = list(itertools.product(CELLS, CELLS, (1, 2)))


def rows_of(policy: Policy) -> list[list[list[Fraction]]]:
    return [[row.fractions() for row in own] for own in policy.rows]


def solve(
    game: Game, kernel: list[dict[int, Fraction]], right: list[Fraction], transpose: bool = False
) -> list[Fraction]:
    """x with (I - g P) x = right, or with the transposed matrix."""
    size = len(kernel)
    matrix = fmpq_mat(size, size)
    for s in range(size):
        matrix[s, s] += 1
        for t, p in kernel[s].items():
            place = (t, s) if transpose else (s, t)
            matrix[place] -= as_fmpq(game.discount * p)
    solution = matrix.solve(fmpq_mat(size, 1, [as_fmpq(x) for x in right]))
    return [Fraction(int(solution[s, 0].p), int(solution[s, 0].q)) for s in range(size)]


def as_fmpq(x: Fraction | int) -> fmpq:
    return fmpq(Fraction(x).numerator, Fraction(x).denominator)


def averaged(game: Game, rows: list[list[list[Fraction]]], player: int, state: int, joints: list[tuple[int, ...]]):
    """Mean reward of a player and mean next state over some joint actions, weighted by the players' rows."""
    reward, following = Fraction(0), {}
    for joint in joints:
        weight = math.prod((rows[j][state][a] for j, a in enumerate(joint)), start=Fraction(1))
        if not weight:
            continue
        row = game.layout.row(state, joint)
        reward += weight * game.reward(player, row)
        for t, p in game.transitions.row(row).items():
            following[t] = following.get(t, Fraction(0)) + weight * p
    return reward, following


def joint_actions(game: Game, state: int) -> list[tuple[int, ...]]:
    return list(itertools.product(*(range(size) for size in game.layout.shapes[state])))


def values(policy: Policy, player: int) -> list[Fraction]:
    game, rows = policy.game, rows_of(policy)
    pairs = [averaged(game, rows, player, s, joint_actions(game, s)) for s in range(len(game.states))]
    return solve(game, [kernel for _, kernel in pairs], [reward for reward, _ in pairs])


def at_start(game: Game, vector: list[Fraction]) -> Fraction:
    return sum((p * v for p, v in zip(game.initial.fractions(), vector, strict=True)), Fraction(0))


def best_values(policy: Policy, player: int) -> list[Fraction]:
    """Optimal values of a player against the others, by exact policy iteration."""
    game, rows = policy.game, rows_of(policy)
    induced = []
    for s in range(len(game.states)):
        own = []
        for action in range(game.layout.shapes[s][player]):
            pure = [list(r) for r in rows]
            pure[player] = {s: [int(a == action) for a in range(game.layout.shapes[s][player])]}
            own.append(averaged(game, pure, player, s, joint_actions(game, s)))
        induced.append(own)
    choice = [0] * len(induced)
    while True:
        chosen = [own[a] for own, a in zip(induced, choice, strict=True)]
        vector = solve(game, [kernel for _, kernel in chosen], [reward for reward, _ in chosen])
        worth = [
            [reward + game.discount * sum(p * vector[t] for t, p in kernel.items()) for reward, kernel in own]
            for own in induced
        ]
        better = [a if q[a] == max(q) else q.index(max(q)) for a, q in zip(choice, worth, strict=True)]
        if better == choice:
            return vector
        choice = better


def gaps(policy: Policy) -> list[Fraction]:
    return [
        at_start(policy.game, best_values(policy, i)) - at_start(policy.game, values(policy, i))
        for i in range(len(policy.game.players))
    ]


def occupancy(policy: Policy) -> list[Fraction]:
    game, rows = policy.game, rows_of(policy)
    kernel = [averaged(game, rows, 0, s, joint_actions(game, s))[1] for s in range(len(game.states))]
    right = [(1 - game.discount) * p for p in game.initial.fractions()]
    return solve(game, kernel, right, transpose=True)


def bc_error(policy: Policy, expert: Policy) -> Fraction:
    mu = occupancy(expert)
    return max(
        sum(m * sum(abs(p - q) for p, q in zip(own[s], other[s], strict=True)) for s, m in enumerate(mu))
        for own, other in zip(rows_of(policy), rows_of(expert), strict=True)
    )


def joint_occupancy(policy: Policy) -> dict[tuple[int, tuple[int, ...]], Fraction]:
    rows = rows_of(policy)
    return {
        (s, joint): m * math.prod(rows[i][s][a] for i, a in enumerate(joint))
        for s, m in enumerate(occupancy(policy))
        for joint in joint_actions(policy.game, s)
    }


def instance(name: str, **parameters) -> tuple[Game, Policy, Policy]:
    return (
        catalog.load(name, **parameters),
        catalog.expert(name, **parameters),
        catalog.learner(name, **parameters),
    )


@pytest.mark.parametrize("name", catalog.names())
def test_entry_says_what_can_be_loaded(name):
    found = catalog.entry(name)
    game = catalog.load(name)
    assert game.name == name
    assert game.meta["source"] == found.source
    assert set(game.meta["parameters"]) == set(found.parameters) - found.policy_only
    for has, make in _policies(found):
        if has:
            assert make(name).game is game
        else:
            with pytest.raises(InputError, match=name):
                make(name)


def test_listing_builds_nothing():
    code = (
        "import sys; from certigap.model import catalog; [catalog.entry(n) for n in catalog.names()]; "
        "sys.exit(any(m.startswith('certigap.model.catalog.') and not m.endswith('.entries') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("lemma3", {}, "lemma1"),
        ("lemma1", {"gamma": "1/2"}, "discount"),
        ("lemma1", {"discount": "1"}, "discount"),
        ("lemma1", {"discount": "0.5e1"}, "parameter discount"),
        ("lemma2", {"eps": 0}, "eps"),
        ("lemma2", {"discount": 0}, "discount"),
        ("three-player", {"k": "3/2"}, "parameter k"),
        ("three-player", {"k": 0}, "parameter k"),
        ("sharpness", {"players": 1}, "parameter players"),
    ],
)
def test_refusals_name_what_exists(name, parameters, words):
    with pytest.raises(InputError, match=words):
        catalog.load(name, **parameters)


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="float"):
        catalog.load("lemma1", discount=0.5)


def test_learner_parameters_change_the_learner_alone():
    assert catalog.load("tag", noise="1/5") is catalog.load("tag")
    assert catalog.expert("sharpness", e="1/5") == catalog.expert("sharpness")
    assert catalog.learner("sharpness", e="1/5") != catalog.learner("sharpness")


@pytest.mark.parametrize("g", DISCOUNTS)
def test_lemma1(g):
    _, expert, learner = instance("lemma1", discount=g)
    assert occupancy(learner) == occupancy(expert) == [Fraction(1, 3)] * 3
    assert gaps(expert) == [0, 0]
    assert at_start(expert.game, values(expert, 1)) == Fraction(2, 3) / (1 - g)
    assert gaps(learner) == [0, Fraction(5, 3) / (1 - g)]


@pytest.mark.parametrize("g", DISCOUNTS)
def test_theorem2_printed_expert_is_not_nash(g):
    _, expert, learner = instance("theorem2-printed", discount=g)
    assert gaps(expert) == [g, 0]
    assert joint_occupancy(learner) == joint_occupancy(expert)


@pytest.mark.parametrize("g", DISCOUNTS)
def test_theorem2_repaired(g):
    _, expert, learner = instance("theorem2", discount=g)
    assert gaps(expert) == [0, 0]
    assert joint_occupancy(learner) == joint_occupancy(expert)
    assert max(gaps(learner)) == g**2 / (1 - g)


@pytest.mark.parametrize(("g", "eps"), [("1/2", "1/10"), ("9/10", "1/10"), ("9/10", 1)])
def test_lemma2(g, eps):
    game, expert, learner = instance("lemma2", discount=g, eps=eps)
    g, k = game.discount, len(game.states) - 2
    assert g**k <= Fraction(eps) * (1 - g) / 2 < g ** (k - 1)
    assert gaps(expert) == [0, 0]
    assert occupancy(expert)[-1] == g ** (k + 1)
    assert bc_error(learner, expert) == 2 * g ** (k + 1) <= Fraction(eps)
    assert gaps(learner) == [(g - g ** (k + 1)) / (1 - g), g ** (k + 1) / (1 - g)]


@pytest.mark.parametrize("g", ["1/10", "1/2", "9/10", "99/100", "999/1000"])
@pytest.mark.parametrize("eps", ["2", "1/3", "1/10", "1/1000000"])
def test_chain_length_is_the_ceiling_of_the_logarithms(g, eps):
    g, eps = Fraction(g), Fraction(eps)
    with mpmath.workdps(60):
        quotient = mpmath.log(mpmath.mpf(eps.numerator) / eps.denominator * (1 - as_mpf(g)) / 2) / mpmath.log(as_mpf(g))
        assert chain_length(g, eps) == mpmath.ceil(quotient)


def as_mpf(x: Fraction) -> mpmath.mpf:
    return mpmath.mpf(x.numerator) / x.denominator


@pytest.mark.parametrize("k", [2, 64, 999])
def test_chain_length_where_the_logarithms_divide(k):
    assert chain_length(Fraction(1, 2), Fraction(4, 2**k)) == k
    assert chain_length(Fraction(9, 10), 20 * Fraction(9, 10) ** (k + 30)) == k + 30


def test_chain_length_has_a_limit():
    with pytest.raises(LimitError, match="100000"):
        chain_length(1 - Fraction(1, 10**9), Fraction(1, 10))


def test_three_player():
    game, expert, learner = instance("three-player")
    g = Fraction(9, 10)
    assert len(game.states) == 65
    assert all(game.half_range(i) <= 1 for i in range(3))
    assert gaps(expert) == [0, 0, 0]
    assert bc_error(learner, expert) == (1 - g) * g**61
    assert float((1 - g) * g**61) == pytest.approx(1.617e-4, abs=5e-8)
    detour, stay = g**3 / (1 - g), (g**62 + g**63) / (2 * (1 - g))
    nash_gap = max(gaps(learner))
    assert nash_gap == gaps(learner)[0] == Fraction(19, 20) * (detour - stay)
    assert float(nash_gap) == pytest.approx(6.9124, abs=5e-5)


def test_three_player_second_actions_cost_who_does_not_control():
    game = catalog.load("three-player", k=1)
    for s, state in enumerate(game.states):
        for joint in joint_actions(game, s):
            for i in range(3):
                first = tuple(0 if j == i else a for j, a in enumerate(joint))
                change = game.reward(i, game.layout.row(s, joint)) - game.reward(i, game.layout.row(s, first))
                controls = {"s0": 0, "s1": 1, "s2": 2}.get(state) == i
                assert change == (0 if controls or joint[i] == 0 else Fraction(-1, 20))


def test_algorithm1_has_strictly_dominant_d():
    game = catalog.load("algorithm1")
    payoff = {joint: [game.reward(i, game.layout.row(0, joint)) for i in range(2)] for joint in joint_actions(game, 0)}
    assert payoff == {
        (0, 0): [Fraction(-1, 10)] * 2,
        (0, 1): [Fraction(-9, 10), 0],
        (1, 0): [0, Fraction(-9, 10)],
        (1, 1): [0, 0],
    }
    assert all(payoff[1, b][0] > payoff[0, b][0] and payoff[b, 1][1] > payoff[b, 0][1] for b in range(2))
    assert rows_of(catalog.expert("algorithm1")) == [[[0, 1]]] * 2


def test_algorithm1_lowered_differs_in_row_d_of_player_1_only():
    game, lowered = catalog.load("algorithm1"), catalog.load("algorithm1-lowered")
    for joint in joint_actions(game, 0):
        row = game.layout.row(0, joint)
        assert lowered.reward(0, row) == (Fraction(-19, 20) if joint[0] else game.reward(0, row))
        assert lowered.reward(1, row) == game.reward(1, row)
    assert rows_of(catalog.expert("algorithm1-lowered")) == [[[1, 0]], [[0, 1]]]


def test_constant_leaves_nothing_to_gain():
    game = catalog.load("constant")
    assert [game.half_range(i) for i in range(2)] == [0, 0]
    assert game.layout.shapes == ((2, 2),)


@pytest.mark.parametrize("players", [2, 3, 4])
@pytest.mark.parametrize("g", [Fraction(1, 2), Fraction(9, 10)])
def test_sharpness_attains_the_bound(players, g):
    e = Fraction(1, 10_000)
    game, expert, learner = instance("sharpness", players=players, discount=g, e=e)
    assert gaps(expert) == [0] * players
    error = bc_error(learner, expert)
    assert error == (1 - g) * e
    nash_gap, half = max(gaps(learner)), e / 2
    assert nash_gap == 2 / (1 - g) * (half + (1 - half) * g * (1 - (1 - half) ** (players - 1)))
    bound = (1 + g * (players - 1)) * game.half_range(0) * error / (1 - g) ** 2
    assert Fraction(9999, 10_000) < nash_gap / bound < 1


def test_sharpness_expert_is_dominant():
    game = catalog.load("sharpness", players=3)
    everything_else = Policy.from_rows(game, [[[1, 0], [1, 0], [1], [1]], *[[["1/3", "2/3"], [1], [1], [1]]] * 2])
    assert gaps(everything_else)[0] == 0
    assert max(game.reward(0, row) for row in range(game.layout.rows)) == 1


def tag_state(position) -> int:
    (row1, column1), (row2, column2), tagger = position
    game = catalog.load("tag")
    return game.states.index(f"1 at {row1},{column1}; 2 at {row2},{column2}; {tagger} tags")


@pytest.mark.parametrize(
    ("position", "joint", "reward", "reached"),
    [
        (((0, 0), (0, 2), 1), ("right", "down"), "-1/2", ((0, 1), (1, 2), 1)),
        (((0, 0), (0, 2), 1), ("up", "down"), "-3/4", ((0, 0), (1, 2), 1)),
        (((0, 0), (0, 2), 2), ("left", "up"), "1/2", ((0, 0), (0, 2), 2)),
        (((0, 0), (0, 2), 2), ("down", "right"), "3/4", ((1, 0), (0, 2), 2)),
        (((0, 0), (0, 2), 1), ("right", "left"), "-1/2", ((0, 1), (0, 1), 2)),
        (((0, 0), (0, 1), 1), ("right", "left"), "-1/2", ((0, 1), (0, 0), 2)),
        (((0, 0), (0, 1), 2), ("up", "left"), "1/4", ((0, 0), (0, 0), 1)),
        (((0, 1), (0, 1), 1), ("down", "down"), "-1/2", ((1, 1), (1, 1), 2)),
        (((0, 1), (0, 1), 2), ("left", "right"), "1/2", ((0, 0), (0, 2), 2)),
        (((0, 1), (1, 1), 1), ("left", "up"), "-1/2", ((0, 0), (0, 1), 1)),
    ],
)
def test_tag_rules(position, joint, reward, reached):
    game = catalog.load("tag")
    state = tag_state(position)
    actions = game.actions[state]
    row = game.layout.row(state, (actions[0].index(joint[0]), actions[1].index(joint[1])))
    assert game.reward(0, row) == Fraction(reward)
    assert game.transitions.row(row) == {tag_state(reached): 1}


def test_tag_is_zero_sum_with_72_states():
    game = catalog.load("tag")
    assert len(game.states) == 72
    assert all(game.reward(0, row) == -game.reward(1, row) for row in range(game.layout.rows))
    start = {tag_state(((0, 0), cell, 1)): Fraction(1, 2) for cell in [(0, 2), (1, 2)]}
    assert {s: p for s, p in enumerate(game.initial.fractions()) if p} == start


def test_tag_is_symmetric_in_the_players():
    game = catalog.load("tag")
    for cell1, cell2, tagger in POSITIONS:
        s, t = tag_state((cell1, cell2, tagger)), tag_state((cell2, cell1, 3 - tagger))
        for a, b in joint_actions(game, s):
            here, there = game.layout.row(s, (a, b)), game.layout.row(t, (b, a))
            assert game.reward(0, here) == game.reward(1, there)
            (reached,), (other,) = game.transitions.row(here), game.transitions.row(there)
            assert POSITIONS[other] == (POSITIONS[reached][1], POSITIONS[reached][0], 3 - POSITIONS[reached][2])


def test_tag_parameters_scale_the_rewards():
    game = catalog.load("tag", wall_penalty=0, tag_penalty=1, discount=0)
    assert {game.reward(0, row) for row in range(game.layout.rows)} == {1, -1}


def test_tag_expert_is_shipped_for_the_default_game_alone():
    with pytest.raises(InputError, match=r"expected discount 4/5, got 9/10"):
        catalog.expert("tag", discount="9/10")
    with pytest.raises(InputError, match="wall_penalty"):
        catalog.learner("tag", wall_penalty=0)


def test_tag_learner_is_the_expert_with_noise():
    expert = catalog.expert("tag")
    assert catalog.learner("tag", noise=0) == expert
    assert rows_of(catalog.learner("tag", noise=1)) == [[[Fraction(1, 4)] * 4] * 72] * 2
    mixed, pure = rows_of(catalog.learner("tag"))[1][17], rows_of(expert)[1][17]
    assert mixed == [Fraction(9, 10) * p + Fraction(1, 40) for p in pure]
    with pytest.raises(InputError, match="noise"):
        catalog.learner("tag", noise="5/4")


def test_tag_expert_regret():
    game, expert = catalog.load("tag"), catalog.expert("tag")
    assert all(row.denominator <= 2**52 and min(row.weights) > 0 for own in expert.rows for row in own)
    regret = max(gaps(expert))
    assert Fraction("0.06713005") < regret < Fraction("0.06713006")
    with mpmath.workdps(30):
        entropy_of_both = Fraction(1, 10) * Fraction(str(2 * mpmath.log(4)))
    assert regret <= entropy_of_both / (1 - game.discount)


@pytest.mark.parametrize("name", catalog.names())
def test_instances_survive_their_files(name):
    found, game = catalog.entry(name), catalog.load(name)
    again = parse_game(json.dumps(game_to_json(game)))
    assert again == game
    assert again.meta == game.meta
    policies = [make(name) for has, make in _policies(found) if has]
    assert all(parse_policy(json.dumps(policy_to_json(policy)), game) == policy for policy in policies)


def _policies(found: catalog.Entry):
    return [(found.has_expert, catalog.expert), (found.has_learner, catalog.learner)]
