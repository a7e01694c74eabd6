"""Games in which equal occupancies leave a gap linear in the horizon (the paper's Lemma 1 and Theorem 2; THEORY 2).

Lemma 1: (a1, a1) walks s0 -> s1 -> s2 -> s0 with shared reward 1/3, 2/3, 1; any other joint action stays with reward
-1. The learner plays (a1, a2): the same uniform state occupancy, NashGap (5/3)/(1 - g).

Theorem 2: common payoff; s0 -(a2,a1)-> s1, else B; s1 -(a2,a1)-> T, else B; T pays 1 for ever, B nothing. T and B stand
for the printed tails of odd and of even states. As printed s1 pays 1, and the expert's NashGap is g; with r(s1) = 0 the
expert is Nash and the learner's NashGap is g^2/(1 - g).
"""

from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.catalog.recipe import Parameters, Recipe
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES"]

_Outcome = tuple[list[Fraction], dict[str, int]]

_CYCLE = {"s0": ("s1", Fraction(1, 3)), "s1": ("s2", Fraction(2, 3)), "s2": ("s0", Fraction(1))}


def _lemma1(parameters: Parameters) -> Game:
    return markov_game(
        players=("1", "2"),
        states=tuple(_CYCLE),
        actions=(("a1", "a2"), ("a1", "a2")),
        outcome=_lemma1_outcome,
        discount=parameters["discount"],
        initial=dict.fromkeys(_CYCLE, Fraction(1, 3)),
    )


def _lemma1_outcome(state: str, joint: tuple[str, str]) -> _Outcome:
    if joint != ("a1", "a1"):
        return [Fraction(-1)] * 2, {state: 1}
    following, reward = _CYCLE[state]
    return [reward] * 2, {following: 1}


def _lemma1_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game)


def _lemma1_learner(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"2": "a2"})


def _theorem2_printed(parameters: Parameters) -> Game:
    return _theorem2(parameters["discount"], paying=("s1", "T"))


def _theorem2_repaired(parameters: Parameters) -> Game:
    return _theorem2(parameters["discount"], paying=("T",))


def _theorem2(discount: Fraction, paying: tuple[str, ...]) -> Game:
    branch = {"s0": "s1", "s1": "T"}

    def outcome(state: str, joint: tuple[str, str]) -> _Outcome:
        reward = Fraction(int(state in paying))
        if state not in branch:
            return [reward] * 2, {state: 1}
        return [reward] * 2, {branch[state] if joint == ("a2", "a1") else "B": 1}

    return markov_game(
        players=("1", "2"),
        states=("s0", "s1", "T", "B"),
        actions=(("a1", "a2", "a3"),) * 2,
        outcome=outcome,
        discount=discount,
        initial={"s0": 1},
    )


def _theorem2_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"1": {"s1": "a3"}, "2": {"s1": "a3"}})


def _theorem2_learner(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game)


RECIPES = {
    "lemma1": Recipe(_lemma1, _lemma1_expert, _lemma1_learner),
    "theorem2-printed": Recipe(_theorem2_printed, _theorem2_expert, _theorem2_learner),
    "theorem2": Recipe(_theorem2_repaired, _theorem2_expert, _theorem2_learner),
}
