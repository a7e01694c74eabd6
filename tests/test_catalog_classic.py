"""The second part of the catalog: classic games with their equilibria, soccer, pursuit, and random games."""

import hashlib
import itertools
from fractions import Fraction

import pytest

from certigap.errors import InputError, LimitError
from certigap.model import catalog
from certigap.model.catalog.generated import Stream
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import eps_bc, gaps, values

THREE_EQUILIBRIA = ["battle-of-the-sexes", "chicken", "stag-hunt"]
SOCCER_ACTIONS = ["up", "down", "left", "right", "stand"]


def payoffs(name: str, **parameters: object) -> list[list[Fraction]]:
    """`[K][n]` payoffs of a normal form, row by row."""
    game = catalog.load(name, **parameters)
    return [[game.reward(i, row) for i in range(len(game.players))] for row in range(game.layout.rows)]


def rows_of(policy: Policy) -> list[list[Fraction]]:
    """`[n][A_i]` of a profile of a normal form."""
    return [own[0].fractions() for own in policy.rows]


def outcome(game: Game, state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
    """Rewards and next states of a joint action, by names."""
    s = game.states.index(state)
    row = game.layout.row(s, tuple(own.index(a) for own, a in zip(game.actions[s], joint, strict=True)))
    rewards = [game.reward(i, row) for i in range(len(game.players))]
    return rewards, {game.states[t]: p for t, p in game.transitions.row(row).items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("matching-pennies", [(1, -1), (-1, 1), (-1, 1), (1, -1)]),
        ("battle-of-the-sexes", [(2, 1), (-1, -1), (-1, -1), (1, 2)]),
        ("chicken", [(0, 0), (-1, 1), (1, -1), (-10, -10)]),
        ("stag-hunt", [(4, 4), (0, 3), (3, 0), (3, 3)]),
        ("shapley", [(1, 0), (0, 1), (0, 0), (0, 0), (1, 0), (0, 1), (0, 1), (0, 0), (1, 0)]),
    ],
)
def test_payoffs_are_the_published_ones(name: str, expected: list[tuple[int, int]]) -> None:
    assert payoffs(name) == [list(pair) for pair in expected]


def test_rock_paper_scissors_is_cyclic() -> None:
    table = payoffs("rock-paper-scissors")
    assert [pair[0] for pair in table] == [0, -1, 1, 1, 0, -1, -1, 1, 0]
    assert all(sum(pair) == 0 for pair in table)


@pytest.mark.parametrize(("name", "worth"), [("matching-pennies", 0), ("rock-paper-scissors", 0), ("shapley", "1/3")])
def test_the_only_equilibrium_is_uniform(name: str, worth: object) -> None:
    expert = catalog.expert(name)
    assert {p for row in rows_of(expert) for p in row} == {Fraction(1, len(rows_of(expert)[0]))}
    answer = gaps(expert.game, expert)
    assert answer.nash_gap.value == 0
    assert [value.lower[0] for value in answer.values] == [Fraction(worth)] * 2


@pytest.mark.parametrize("name", THREE_EQUILIBRIA)
def test_three_different_equilibria(name: str) -> None:
    experts = [catalog.expert(name, equilibrium=which) for which in range(3)]
    assert all(gaps(expert.game, expert).nash_gap.value == 0 for expert in experts)
    assert len({expert.rows for expert in experts}) == 3
    assert all(0 < p < 1 for row in rows_of(experts[0]) for p in row)
    assert {p for expert in experts[1:] for row in rows_of(expert) for p in row} == {0, 1}
    assert all(expert.game is experts[0].game for expert in experts)
    with pytest.raises(InputError, match="parameter equilibrium"):
        catalog.expert(name, equilibrium=3)


def test_mixed_equilibria_are_the_published_ones() -> None:
    battle = catalog.expert("battle-of-the-sexes")
    assert rows_of(battle) == [[Fraction(3, 5), Fraction(2, 5)], [Fraction(2, 5), Fraction(3, 5)]]
    assert [value.lower[0] for value in values(battle.game, battle)] == [Fraction(1, 5)] * 2
    for crash in ("3/2", "2", "7/3", "1000"):
        chicken = catalog.expert("chicken", crash=crash)
        assert rows_of(chicken)[0][1] == 1 / Fraction(crash)
        assert gaps(chicken.game, chicken).nash_gap.value == 0
    for hare in ("1/7", "2", "27/7"):
        hunt = catalog.expert("stag-hunt", hare=hare)
        assert rows_of(hunt)[0][0] == Fraction(hare) / 4
        assert gaps(hunt.game, hunt).nash_gap.value == 0


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("chicken", {"crash": 1}),
        ("stag-hunt", {"hare": 4}),
        ("stag-hunt", {"hare": 0}),
        ("public-goods", {"players": 1}),
        ("public-goods", {"factor": -1}),
        ("pursuit", {"size": 1}),
        ("random", {"successors": 5}),
        ("random", {"seed": -1}),
        ("random", {"grain": "1/2"}),
    ],
)
def test_parameters_out_of_range_are_refused(name: str, parameters: dict[str, object]) -> None:
    with pytest.raises(InputError, match=f"parameter {next(iter(parameters))}"):
        catalog.load(name, **parameters)


@pytest.mark.parametrize("players", [2, 3, 5])
@pytest.mark.parametrize("factor", ["0", "8/5", "5", "7"])
def test_public_goods(players: int, factor: str) -> None:
    parameters = {"players": players, "factor": factor, "e": "1/10"}
    game, expert, learner = (
        make("public-goods", **parameters) for make in (catalog.load, catalog.expert, catalog.learner)
    )
    share = Fraction(factor) / players
    for row, joint in enumerate(itertools.product((0, 1), repeat=players)):
        assert [game.reward(i, row) for i in range(players)] == [share * sum(joint) + 1 - own for own in joint]
    assert gaps(game, expert).nash_gap.value == 0
    assert expert.rows[0][0].weights == ((1, 0) if Fraction(factor) <= players else (0, 1))
    assert eps_bc(game, expert, learner).value == Fraction(1, 5)
    assert gaps(game, learner).nash_gap.value == abs(1 - share) / 10


def soccer(first: tuple[int, int], second: tuple[int, int], ball: str) -> str:
    return f"A at {first[0]},{first[1]}; B at {second[0]},{second[1]}; {ball} has the ball"


KICK_OFF = {soccer((1, 3), (2, 1), ball): Fraction(1, 2) for ball in "AB"}


@pytest.mark.parametrize(
    ("before", "joint", "gain", "after"),
    [
        (((1, 3), (2, 1), "A"), ("left", "up"), 0, {((1, 2), (1, 1), "A"): 1}),
        (((1, 3), (2, 1), "B"), ("stand", "stand"), 0, {((1, 3), (2, 1), "B"): 1}),
        (((0, 0), (3, 4), "A"), ("left", "right"), 0, {((0, 0), (3, 4), "A"): 1}),
        (((1, 4), (2, 0), "A"), ("right", "left"), 0, {((1, 4), (2, 0), "A"): 1}),
        (((1, 2), (1, 1), "A"), ("left", "stand"), 0, {((1, 2), (1, 1), "B"): 1}),
        (((1, 2), (1, 1), "A"), ("stand", "right"), 0, {((1, 2), (1, 1), "A"): 1}),
        (((1, 2), (1, 1), "B"), ("stand", "right"), 0, {((1, 2), (1, 1), "A"): 1}),
        (((1, 2), (1, 1), "A"), ("up", "right"), 0, {((0, 2), (1, 2), "A"): "1/2", ((0, 2), (1, 1), "A"): "1/2"}),
        (((1, 2), (1, 1), "A"), ("left", "right"), 0, {((1, 2), (1, 1), "A"): "1/2", ((1, 2), (1, 1), "B"): "1/2"}),
        (((1, 3), (1, 1), "A"), ("left", "right"), 0, {((1, 2), (1, 1), "A"): "1/2", ((1, 3), (1, 2), "B"): "1/2"}),
        (((1, 0), (2, 3), "A"), ("left", "up"), 1, None),
        (((3, 3), (2, 4), "B"), ("up", "right"), -1, None),
        (((2, 0), (1, 0), "A"), ("left", "down"), 1, None),
        (((1, 0), (1, 1), "B"), ("left", "left"), "1/2", {((1, 0), (1, 1), "A"): "1/2"}),
    ],
)
def test_soccer_rules(before: tuple, joint: tuple, gain: object, after: dict | None) -> None:
    rewards, reached = outcome(catalog.load("soccer"), soccer(*before), joint)
    assert rewards == [Fraction(gain), -Fraction(gain)]
    expected = {soccer(*place): Fraction(p) for place, p in (after or {}).items()}
    restart = 1 - sum(expected.values())
    for state, p in KICK_OFF.items():
        if restart:
            expected[state] = expected.get(state, Fraction(0)) + restart * p
    assert reached == expected


def test_soccer_is_symmetric_under_a_half_turn() -> None:
    game = catalog.load("soccer")
    assert len(game.states) == 20 * 19 * 2
    turned = {"up": "down", "down": "up", "left": "right", "right": "left", "stand": "stand"}

    def mirror(state: str) -> str:
        first, second, ball = (part.split(" ")[2 if k < 2 else 0] for k, part in enumerate(state.split("; ")))
        (a, b), (c, d) = ([int(x) for x in cell.split(",")] for cell in (first, second))
        return soccer((3 - c, 4 - d), (3 - a, 4 - b), "AB"["BA".index(ball)])

    for state in game.states[::37]:
        for a, b in itertools.product(SOCCER_ACTIONS, repeat=2):
            rewards, reached = outcome(game, state, (a, b))
            other, there = outcome(game, mirror(state), (turned[b], turned[a]))
            assert other == rewards[::-1]
            assert there == {mirror(t): p for t, p in reached.items()}
    start = {game.states[s]: p for s, p in enumerate(game.initial.fractions()) if p}
    assert start == KICK_OFF == {mirror(state): p for state, p in start.items()}


def pursuit(pursuer: tuple[int, int], evader: tuple[int, int]) -> str:
    return f"pursuer at {pursuer[0]},{pursuer[1]}; evader at {evader[0]},{evader[1]}"


@pytest.mark.parametrize(
    ("before", "joint", "after"),
    [
        (((0, 0), (2, 2)), ("right", "up"), ((0, 1), (1, 2))),
        (((0, 0), (2, 2)), ("up", "down"), ((0, 0), (2, 2))),
        (((0, 0), (0, 1)), ("right", "down"), ((0, 1), (1, 1))),
        (((0, 0), (2, 2)), ("down-right", "stay"), ((1, 1), (2, 2))),
        (((0, 1), (2, 2)), ("up-left", "left"), ((0, 1), (2, 1))),
        (((1, 1), (2, 0)), ("down-left", "stay"), None),
        (((0, 0), (0, 1)), ("right", "stay"), None),
        (((0, 0), (0, 2)), ("right", "left"), None),
        (((0, 0), (0, 1)), ("right", "left"), None),
    ],
)
def test_pursuit_rules(before: tuple, joint: tuple, after: tuple | None) -> None:
    rewards, reached = outcome(catalog.load("pursuit"), pursuit(*before), joint)
    assert rewards == ([0, 0] if after else [1, -1])
    assert reached == {pursuit(*after) if after else "caught": 1}


@pytest.mark.parametrize("size", [2, 3])
def test_pursuit_of_an_evader_who_stays_takes_the_shortest_way(size: int) -> None:
    game = catalog.load("pursuit", size=size)
    assert len(game.states) == size**2 * (size**2 - 1) + 1
    still = Policy.pure(game, {"pursuer": "stay", "evader": "stay"})
    answer = gaps(game, still, "exact")
    assert [interval.value for interval in answer.player_gaps] == [Fraction(9, 10) ** (size - 2), 0]


@pytest.mark.parametrize("name", ["pursuit", "soccer"])
def test_shipped_experts_are_equilibria_up_to_rounding(name: str) -> None:
    game, expert, learner = catalog.load(name), catalog.expert(name), catalog.learner(name, noise="1/5")
    assert gaps(game, expert).nash_gap.upper < Fraction(1, 10**15)
    assert all(game.reward(0, row) == -game.reward(1, row) for row in range(game.layout.rows))
    rows = zip(expert.rows[0][0].fractions(), learner.rows[0][0].fractions(), strict=True)
    assert all(q == p * Fraction(4, 5) + Fraction(1, 5) / len(game.actions[0][0]) for p, q in rows)
    with pytest.raises(InputError, match=f"shipped expert of {name}: expected discount 9/10"):
        catalog.expert(name, discount="1/2")


def test_soccer_is_worth_nothing_before_the_ball_is_given_and_something_after() -> None:
    game = catalog.load("soccer")
    value = values(game, catalog.expert("soccer"))[0]
    worth = dict(zip(game.states, value.lower.floats(), strict=True))
    assert sum(worth[state] for state in KICK_OFF) == pytest.approx(0, abs=1e-14)
    assert worth[soccer((1, 3), (2, 1), "A")] > 0.1


def test_random_games_follow_their_documented_generator() -> None:
    game = catalog.load("random", seed=7, players=2, states=3, actions=2, successors=2, grain=10)
    draws = (
        int.from_bytes(hashlib.sha256(f"certigap-random/7/{t}".encode()).digest(), "big") for t in itertools.count()
    )
    for state, joint in itertools.product(game.states, itertools.product(("a1", "a2"), repeat=2)):
        rewards = [Fraction(next(draws) % 21 - 10, 10) for _ in range(2)]
        places = [0, 1, 2]
        for k in range(2):
            other = k + next(draws) % (3 - k)
            places[k], places[other] = places[other], places[k]
        weights = [1 + next(draws) % 10 for _ in range(2)]
        following = {f"s{t}": Fraction(w, sum(weights)) for t, w in zip(places, weights, strict=False)}
        assert outcome(game, state, joint) == (rewards, following)


def test_a_seed_gives_one_game_for_ever() -> None:
    assert catalog.load("random", seed=1).digest == "e90c7b49050f53f0da25dc0c565cbb07e79ab641b3ac2c463211f30cc3bf1cf6"
    assert catalog.load("random", seed=2).digest != catalog.load("random", seed=1).digest


def test_draws_at_the_end_of_the_range_are_drawn_again() -> None:
    """With m = 2^255 + 1 almost half of the draws are rejected, and m - 1 is the largest result."""
    stream, m = Stream(3), 2**255 + 1
    raw = [int.from_bytes(hashlib.sha256(f"certigap-random/3/{t}".encode()).digest(), "big") for t in range(40)]
    kept = [draw for draw in raw if draw < m]
    assert len(kept) < len(raw)
    assert [stream.below(m) for _ in kept] == kept


def test_random_games_have_a_size_limit() -> None:
    with pytest.raises(LimitError, match="2000000"):
        catalog.load("random", players=8, actions=100)
