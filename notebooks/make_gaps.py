"""The certificates of `pitfalls.ipynb`: two games for pencil and paper, and ten random ones to test code with.

python notebooks/make_gaps.py
"""

import itertools
from fractions import Fraction
from pathlib import Path

import certigap as cg
from certigap.audit import Draw

FOLDER = Path(__file__).parent / "certificates"
RANDOM_GAMES = 10
HALF, FOUR_FIFTHS = Fraction(1, 2), Fraction(4, 5)


def sign_game() -> cg.Game:
    """One state for ever, discount 1/2: player 1 earns A = [[-1, 0], [-2, -2]], player 2 its negative."""
    payoff = {("first", "first"): -1, ("first", "second"): 0, ("second", "first"): -2, ("second", "second"): -2}
    return cg.markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[["first", "second"]] * 2,
        outcome=lambda _, picks: ([payoff[picks], -payoff[picks]], {"s": 1}),
        discount=HALF,
        initial={"s": 1},
        name="sign",
    )


def rooms_game() -> cg.Game:
    """Three rooms in a row, discount 4/5: player 1 may stay or go on; the last pays it 3/5 a step, player 2 -3/5."""

    def outcome(room: str, picks: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        prize = Fraction(3, 5) if room == "2" else Fraction(0)
        following = str(min(int(room) + 1, 2)) if picks[0] == "go" else room
        return [prize, -prize], {following: 1}

    return cg.markov_game(
        players=["1", "2"],
        states=["0", "1", "2"],
        actions=[["stay", "go"], ["wait"]],
        outcome=outcome,
        discount=FOUR_FIFTHS,
        initial={"0": 1},
        name="rooms",
    )


def random_game(seed: int) -> tuple[cg.Game, cg.Policy]:
    """A zero-sum game of three states and a policy of it, small rational numbers."""
    draw = Draw(seed)
    states = ["a", "b", "c"]
    table = {
        key: (draw.rational(), dict(zip(states, draw.row(3), strict=True)))
        for key in itertools.product(states, "xy", "xy")
    }

    def outcome(state: str, picks: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        payoff, following = table[state, *picks]
        return [payoff, -payoff], following

    game = cg.markov_game(
        players=["1", "2"],
        states=states,
        actions=[["x", "y"]] * 2,
        outcome=outcome,
        discount=Fraction(draw.integer(1, 9), 10),
        initial=dict(zip(states, draw.row(3), strict=True)),
        name=f"random-{seed}",
    )
    return game, draw.policy(game)


def write(game: cg.Game, policy: cg.Policy, what: str) -> None:
    """The game's file and a certificate of the policy's gaps beside it."""
    cg.write_game(game, FOLDER / f"{game.name}.game.json")
    cg.certificate(cg.gaps(game, policy)).write(FOLDER / f"{game.name}.{what}.cert.json")


def main() -> None:
    """All of them."""
    FOLDER.mkdir(exist_ok=True)
    sign, rooms = sign_game(), rooms_game()
    write(sign, cg.Policy.pure(sign), "first")
    write(rooms, cg.Policy.pure(rooms), "staying")
    write(rooms, cg.Policy.pure(rooms, {"1": dict.fromkeys("012", "go"), "2": dict.fromkeys("012", "wait")}), "going")
    for seed in range(RANDOM_GAMES):
        write(*random_game(seed), "policy")


if __name__ == "__main__":
    main()
