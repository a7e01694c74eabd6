"""The certificates of `looseness.ipynb`: worst cases around dominant experts of random games.

A random two-player game in which each player's first action earns a prize; kept when playing it is proven to be
dominant, so that the closed forms of Lemma 3 apply. 18 games at eps_BC = 1/10, a third of them at each of three
discounts; one again at other radii.

python notebooks/make_looseness.py
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import certigap as cg
from certigap.audit import Draw

FOLDER = Path(__file__).parent / "certificates" / "looseness"
DISCOUNTS = (Fraction(1, 2), Fraction(4, 5), Fraction(9, 10))
GAMES_EACH = 6
EPS = Fraction(1, 10)
RADII = tuple(Fraction(k, 100) for k in (2, 5, 10, 20, 40, 80, 120))
BUDGET, RATIO = 6.0, Fraction(21, 20)  # seconds; upper/lower that is close enough here, and keeps files small
PRIZE = Fraction(1)


def candidate(seed: int, discount: Fraction) -> cg.Game:
    """A random game whose players earn a prize for their first action."""
    base = Draw(seed).game(players=2, states=3, discount=discount, full=True)

    def outcome(state: str, picks: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        row = base.layout.row(base.states.index(state), tuple(int(pick[1:]) for pick in picks))
        following = {base.states[t]: p for t, p in base.transitions.row(row).items()}
        rewards = [base.reward(i, row) + PRIZE * (pick == "a0") for i, pick in enumerate(picks)]
        return rewards, following

    return cg.markov_game(
        players=base.players,
        states=base.states,
        actions=[["a0", "a1"]] * 2,
        outcome=outcome,
        discount=discount,
        initial=dict(zip(base.states, base.initial.fractions(), strict=True)),
    )


def is_dominant(game: cg.Game) -> bool:
    """Playing the first action is proven to be dominant for everybody."""
    answer = cg.markov_dominance(game, cg.Policy.pure(game))
    return len(answer.proofs) == len(game.players)


def family(discount: Fraction, count: int) -> Iterator[cg.Game]:
    """The first `count` random games with dominant first actions."""
    seed = 0
    while count:
        game = candidate(seed, discount)
        seed += 1
        if is_dominant(game):
            count -= 1
            yield game


def write(game: cg.Game, name: str, eps: Fraction, what: str = "worst") -> None:
    """The worst case around the dominant expert, and the game beside it."""
    answer = cg.worst_case(game, cg.Policy.pure(game), eps, budget=BUDGET, ratio=RATIO)
    cg.write_game(replace(game, name=name), FOLDER / f"{name}.game.json")
    cg.certificate(answer).write(FOLDER / f"{name}.{what}.cert.json")
    print(name, what, float(answer.interval.lower or 0), float(answer.interval.upper or 0), answer.bounds["dse"])


def main() -> None:
    """The family, then one of its games at other radii."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for discount in DISCOUNTS:
        for k, game in enumerate(family(discount, GAMES_EACH)):
            write(game, f"g{int(100 * discount)}-{k}", EPS)
    one = next(family(DISCOUNTS[1], 1))
    for eps in RADII:
        write(one, "one", eps, f"eps-{eps.numerator}-{eps.denominator}")


if __name__ == "__main__":
    main()
