"""2x2 normal forms against two statements of the paper (THEORY 3.3 and 3.4): Theorem 3 by its Algorithm 1, and
"DSE iff delta = 0".

`algorithm1`: u_1 = [[-1/10, -9/10], [0, 0]] over rows C, D and u_2 = u_1^T. D is strictly dominant, (D, D) the only
equilibrium. `algorithm1-lowered`: what Algorithm 1 asks about next, row D of player 1 at K = -19/20, below all payoffs;
the only equilibrium is (C, D). At distance 1/10 the least NashGap is 0.02227 in the first, 0.0021 in the second: the
algorithm takes that for a sign that D is not in the support. `constant`: payoff 0 everywhere, so every policy is a
dominant strategy equilibrium and every reply is best.
"""

from fractions import Fraction

from certigap.model.build import bimatrix
from certigap.model.catalog.recipe import Parameters, Recipe
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES"]


def _algorithm1(_: Parameters) -> Game:
    own = [[Fraction(-1, 10), Fraction(-9, 10)], [Fraction(0), Fraction(0)]]
    transposed = [list(column) for column in zip(*own, strict=True)]
    return bimatrix(own, transposed, actions=[["C", "D"]] * 2)


def _algorithm1_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"1": "D", "2": "D"})


def _lowered(_: Parameters) -> Game:
    own = [[Fraction(-1, 10), Fraction(-9, 10)], [Fraction(-19, 20)] * 2]
    other = [[Fraction(-1, 10), Fraction(0)], [Fraction(-9, 10), Fraction(0)]]
    return bimatrix(own, other, actions=[["C", "D"]] * 2)


def _lowered_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"1": "C", "2": "D"})


def _constant(_: Parameters) -> Game:
    return bimatrix([[0, 0], [0, 0]], actions=[["a1", "a2"]] * 2)


def _constant_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game)


RECIPES = {
    "algorithm1": Recipe(_algorithm1, _algorithm1_expert),
    "algorithm1-lowered": Recipe(_lowered, _lowered_expert),
    "constant": Recipe(_constant, _constant_expert),
}
