"""Huge, tiny and near-one numbers, states that nobody reaches: a true interval or a refusal, never a wrong number.

Every interval that floats propose is compared with the answer over the rationals, for games in JSON and in arrays, in
Python and on the command line.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import CertigapError, InputError
from certigap.exact.interval import Interval
from certigap.exact.vector import Bracket
from certigap.io.from_arrays import from_arrays
from certigap.model.build import markov_game
from certigap.model.files.codec import write_game, write_policy
from certigap.model.game import Game
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game, write_array_policy
from certigap.model.policy import Policy
from certigap.semantics import gaps, occupancy
from certigap.semantics.array_gaps import array_gaps
from tests.helpers.command_line import run_json
from tests.helpers.scaled import times
from tests.helpers.strategies import random_markov_game, random_policy

DISCOUNTS = ("0", "1/2", "9/10", "99/100", "999999/1000000")
UNITS = (Fraction(1, 10**15), Fraction(1), Fraction(10**15))
GAMES, PARTS = 1000, 10


def assert_true(found: Interval, true: Interval) -> None:
    assert true.lower == true.upper
    assert found.lower <= true.lower <= found.upper


def assert_brackets(found: Bracket, true: Bracket) -> None:
    rows = zip(found.lower.fractions(), true.lower.fractions(), found.upper.fractions(), strict=True)
    assert all(low <= x <= high for low, x, high in rows)


def compare(game: Game, policy: Policy) -> set[str]:
    """Both float paths against the rationals; those that answered."""
    exact, answers = gaps(game, policy, "exact"), set()
    try:
        enclosed = gaps(game, policy, "enclosed")
        answers.add("enclosed")
        for name in ("nash_gap", "nash_conv"):
            assert_true(getattr(enclosed, name), getattr(exact, name))
        for field in ("values", "optima"):
            for found, true in zip(getattr(enclosed, field), getattr(exact, field), strict=True):
                assert_brackets(found, true)
        assert_brackets(occupancy(game, policy, "enclosed"), occupancy(game, policy, "exact"))
    except CertigapError:
        pass
    try:
        arrays, rows = ArrayGame.from_game(game), ArrayPolicy.from_policy(policy)
        found_arrays = array_gaps(arrays, rows)
    except CertigapError:
        return answers
    for name in ("nash_gap", "nash_conv"):
        assert_true(getattr(found_arrays, name), getattr(exact, name))
    for found, true in zip(found_arrays.player_gaps, exact.player_gaps, strict=True):
        assert_true(found, true)
    return answers | {"arrays"}


def drawn(seed: int) -> tuple[Game, Policy]:
    rng = random.Random(seed)
    players, states, actions = rng.randint(1, 3), rng.randint(1, 5), rng.randint(1, 3)
    successors = rng.randint(0, states)
    game = random_markov_game(rng, players, states, actions, rng.choice(DISCOUNTS), rng.choice((1, 3, 8)), successors)
    game = times(game, rng.choice(UNITS))
    return game, random_policy(rng, game, rng.choice((1, 3, 8)))


@pytest.mark.parametrize("seed", range(30))
def test_float_intervals_contain_the_exact_values(seed: int) -> None:
    assert "enclosed" in compare(*drawn(seed))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_float_intervals_of_a_thousand_games_contain_the_exact_values(part: int) -> None:
    answers = [compare(*drawn(10_000 + PARTS * k + part)) for k in range(GAMES // PARTS)]
    assert all("enclosed" in found for found in answers)
    assert sum("arrays" in found for found in answers) >= 0.7 * len(answers)  # the other rewards are beyond 2^61


def base(seed: int = 0, discount: str = "9/10") -> Game:
    return random_markov_game(random.Random(seed), 2, 3, 2, discount)


def with_rewards(factor: Fraction) -> Callable[[], Game]:
    return lambda: times(base(), factor)


def one_reward(value: Fraction, reachable: bool) -> Callable[[], Game]:
    """A last state that pays `value`, and that nobody reaches, or the first state does."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        small = Fraction(len(state) + (joint[0] == joint[1]), 3)
        following = {"far": 1} if state == "far" else {"a": Fraction(1, 3), "b": Fraction(2, 3)}
        if state == "a" and reachable:
            following = {"a": Fraction(1, 2), "far": Fraction(1, 2)}
        paid = value * (1 + (joint[0] == "x")) if state == "far" else small
        return [paid, -small], {name: Fraction(p) for name, p in following.items()}

    return lambda: markov_game(
        players=["1", "2"],
        states=["a", "b", "far"],
        actions=[["x", "y"]] * 2,
        outcome=outcome,
        discount="9/10",
        initial={"a": 1},
    )


def rare(probability: Fraction) -> Callable[[], Game]:
    """What follows `leave` happens almost never, and pays as much as it is rare."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        if state == "there":
            return [1 / probability], {"there": Fraction(1)}
        if joint == ("leave",):
            return [Fraction(0)], {"here": 1 - probability, "there": probability}
        return [Fraction(1)], {"here": Fraction(1)}

    return lambda: markov_game(
        players=["1"],
        states=["here", "there"],
        actions=[["leave", "stay"]],
        outcome=outcome,
        discount="9/10",
        initial={"here": 1},
    )


TEN = Fraction(10)
EXTREMES: dict[str, tuple[Callable[[], Game], bool]] = {  # a game, and whether array games have room for its numbers
    "rewards 1e15": (with_rewards(TEN**15), True),
    "rewards 1e-15": (with_rewards(TEN**-15), True),
    "rewards 1e300": (with_rewards(TEN**300), False),
    "rewards beyond floats": (with_rewards(TEN**400), False),
    "denormal rewards": (with_rewards(TEN**-310), True),
    "rewards below floats": (with_rewards(TEN**-400), True),
    "discount 1 - 1e-6": (lambda: base(discount="999999/1000000"), True),
    "discount 1 - 1e-12": (lambda: base(discount=f"{10**12 - 1}/{10**12}"), False),
    "discount 1 - 1e-20": (lambda: base(discount=f"{10**20 - 1}/{10**20}"), False),
    "discount 1e-400": (lambda: base(discount=f"1/{10**400}"), False),
    "huge where nobody comes": (one_reward(TEN**15, False), True),
    "beyond floats where nobody comes": (one_reward(TEN**400, False), False),
    "huge where all come": (one_reward(TEN**15, True), True),
    "beyond floats where all come": (one_reward(TEN**400, True), False),
    "below floats where all come": (one_reward(TEN**-400, True), False),
    "rare, 1e-8": (rare(TEN**-8), True),
    "rare, 1e-300": (rare(TEN**-300), False),
    "rare, below floats": (rare(TEN**-400), False),
}


def policies(game: Game) -> list[Policy]:
    """An ordinary policy, and one with probabilities that floats do not have."""
    tiny = TEN**-330
    rows = [
        [[1 - (len(own[i]) - 1) * tiny, *[tiny] * (len(own[i]) - 1)] for own in game.actions]
        for i in range(len(game.players))
    ]
    return [random_policy(random.Random(1), game), Policy.from_rows(game, rows)]


@pytest.mark.parametrize("title", EXTREMES)
def test_extreme_games_have_true_intervals_or_are_refused(title: str) -> None:
    game = EXTREMES[title][0]()
    for policy in policies(game):
        compare(game, policy)
        exact = gaps(game, policy, "exact")
        try:
            chosen = gaps(game, policy)
        except CertigapError:
            continue
        assert_true(chosen.nash_gap, exact.nash_gap)


def assert_shown(shown: dict[str, Any], true: Fraction) -> None:
    """The NashGap of a command's JSON, a number or an interval."""
    gap = shown["nash_gap"]
    lower, upper = (gap["lower"], gap["upper"]) if isinstance(gap, dict) else (gap, gap)
    assert Fraction(lower) <= true <= Fraction(upper)


@pytest.mark.parametrize("title", EXTREMES)
def test_extreme_games_on_the_command_line(title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, fits = EXTREMES[title]
    game = make()
    policy = policies(game)[0]
    at = {name: str(tmp_path / f"{name}.json") for name in ("game", "policy", "cert")}
    write_game(game, at["game"])
    write_policy(policy, at["policy"])
    shown = run_json(capsys, "gap", at["game"], at["policy"], "-o", at["cert"])
    true = gaps(game, policy, "exact").nash_gap.value
    assert_shown(shown, true)
    assert main(["verify", at["game"], at["cert"]]) == 0
    array = str(tmp_path / "array.npz")
    if not fits:
        with pytest.raises(InputError, match="expected"):
            ArrayGame.from_game(game)
        return
    write_array_game(arrays := ArrayGame.from_game(game), array)
    write_array_policy(ArrayPolicy.from_policy(policy), tmp_path / "p.npz", arrays)
    shown = run_json(capsys, "gap", array, str(tmp_path / "p.npz"), "-o", str(tmp_path / "c.npz"))
    assert_shown(shown, true)
    assert main(["verify", array, str(tmp_path / "c.npz")]) == 0


def spoiled(**changes: Any) -> dict[str, Any]:
    """The fields of a small array game with some of them changed."""
    game = ArrayGame.from_game(base())
    return {name: changes.get(name, getattr(game, name)) for name in ("discount", "scales", *game.arrays)}


def filled(name: str, value: int) -> dict[str, Any]:
    return {name: np.full_like(ArrayGame.from_game(base()).arrays[name], value)}


OVERFLOWS: list[dict[str, Any]] = [
    filled("rewards", -(2**63)),
    filled("rewards", 2**63 - 1),
    filled("rewards", 2**61 + 1),
    filled("weights", 2**31 - 1),
    filled("weights", -(2**31)),
    filled("denominators", 2**31 - 1),
    filled("initial", 2**31 - 1),
    filled("shapes", 2**31 - 1),
    filled("columns", 2**31 - 1),
    filled("columns", -1),
    filled("offsets", 2**63 - 1),
    {"discount": Fraction(2**31, 2**31 + 1)},
    {"scales": (Fraction(0), Fraction(1))},
]


@pytest.mark.parametrize("changes", OVERFLOWS, ids=lambda changes: "-".join(map(str, changes)))
def test_overflows_of_array_games_are_refused(changes: dict[str, Any]) -> None:
    fields = spoiled(**changes)
    with pytest.raises(InputError, match="expected"):
        ArrayGame(**fields)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), 1e300, 5e-324])
def test_floats_are_taken_as_the_numbers_they_are_or_refused(number: float) -> None:
    moves, start = np.ones((1, 1, 1)), [1]
    if not abs(number) < 2**61:
        with pytest.raises(InputError, match="expected"):
            from_arrays(moves, np.full((1, 1, 1), number), start, "1/2", from_floats=10**6)
        return
    game = from_arrays(moves, np.full((1, 1, 1), number), start, "1/2", from_floats=10**6)
    assert abs(game.reward(0, 0) - Fraction(number)) <= Fraction(1, 10**6)


def test_the_largest_numbers_of_array_games_do_not_overflow() -> None:
    small = ArrayGame.from_game(base())
    draw = np.random.default_rng(0)
    for discount, size in ((Fraction(9, 10), 2**56), (Fraction(2**31 - 2, 2**31 - 1), 2**28), (Fraction(0), 2**59)):
        rewards = draw.integers(-size, size, size=small.rewards.shape, endpoint=True)
        game = replace(small, rewards=rewards, discount=discount, scales=(Fraction(10**300), Fraction(1, 10**300)))
        policy = ArrayPolicy.uniform(game)
        whole = game.to_game()
        exact = cg.gaps(whole, Policy.from_counts(whole, [[[1] * len(s[i]) for s in whole.actions] for i in range(2)]))
        for found, true in zip(array_gaps(game, policy).player_gaps, exact.player_gaps, strict=True):
            assert found.lower <= true.lower
            assert true.upper <= found.upper
