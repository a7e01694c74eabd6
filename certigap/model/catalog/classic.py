"""Classic two-player normal forms and all their equilibria, as exact rationals.

Matching pennies, rock-paper-scissors (zero-sum) and Shapley's 3x3 game have one equilibrium, uniform for both. Battle
of the sexes, chicken and the stag hunt have three, chosen by the parameter `equilibrium`: 0 is the mixed one, 1 and 2
the pure ones. In the mixed one each player makes the other indifferent:

- battle of the sexes (2,1) (-1,-1) / (-1,-1) (1,2): x = (3/5, 2/5), y = (2/5, 3/5),
- chicken (0,0) (-1,1) / (1,-1) (-crash,-crash): both go straight with probability 1/crash,
- stag hunt (4,4) (0,hare) / (hare,0) (hare,hare): both hunt the stag with probability hare/4.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.build import bimatrix
from certigap.model.catalog.recipe import Parameters, Recipe, integer
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES"]

_Row = Sequence[Fraction | int]

_STAG = 4


def _matching_pennies(_: Parameters) -> Game:
    return bimatrix([[1, -1], [-1, 1]], actions=[["heads", "tails"]] * 2)


def _rock_paper_scissors(_: Parameters) -> Game:
    return bimatrix([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], actions=[["rock", "paper", "scissors"]] * 2)


def _shapley(_: Parameters) -> Game:
    row = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    column = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    return bimatrix(row, column, actions=[["a1", "a2", "a3"]] * 2)


def _uniform(game: Game, _: Parameters) -> Policy:
    return Policy.from_counts(game, [[1] * len(own) for own in game.actions[0]])


def _battle_of_the_sexes(_: Parameters) -> Game:
    return bimatrix([[2, -1], [-1, 1]], [[1, -1], [-1, 2]], actions=[["fight", "ballet"]] * 2)


def _battle_mix(_: Parameters) -> tuple[_Row, _Row]:
    return (Fraction(3, 5), Fraction(2, 5)), (Fraction(2, 5), Fraction(3, 5))


def _chicken(parameters: Parameters) -> Game:
    crash = _crash(parameters)
    return _symmetric([[0, -1], [1, -crash]], ("swerve", "straight"))


def _crash(parameters: Parameters) -> Fraction:
    crash = parameters["crash"]
    if crash <= 1:
        raise InputError(f"parameter crash: expected a rational above 1, got {format_rational(crash)}")
    return crash


def _chicken_mix(parameters: Parameters) -> tuple[_Row, _Row]:
    straight = 1 / parameters["crash"]
    return (1 - straight, straight), (1 - straight, straight)


def _stag_hunt(parameters: Parameters) -> Game:
    hare = parameters["hare"]
    if not 0 < hare < _STAG:
        raise InputError(f"parameter hare: expected a rational in (0, {_STAG}), got {format_rational(hare)}")
    return _symmetric([[_STAG, 0], [hare, hare]], ("stag", "hare"))


def _stag_mix(parameters: Parameters) -> tuple[_Row, _Row]:
    stag = parameters["hare"] / _STAG
    return (stag, 1 - stag), (stag, 1 - stag)


def _symmetric(own: Sequence[_Row], actions: Sequence[str]) -> Game:
    """The game in which both players have the payoffs `own[mine][theirs]`."""
    return bimatrix(own, [list(column) for column in zip(*own, strict=True)], actions=[actions] * 2)


def _one_of_three(
    mix: Callable[[Parameters], tuple[_Row, _Row]], first: tuple[int, int], second: tuple[int, int]
) -> Callable[[Game, Parameters], Policy]:
    """Equilibrium 0 is `mix`, 1 and 2 are the pure profiles `first` and `second` (action indices)."""

    def expert(game: Game, parameters: Parameters) -> Policy:
        which = integer(parameters, "equilibrium", 0, 2)
        if which == 0:
            return Policy.from_rows(game, mix(parameters))
        profile = (first, second)[which - 1]
        return Policy.from_rows(game, [[int(k == action) for k in range(2)] for action in profile])

    return expert


RECIPES = {
    "matching-pennies": Recipe(_matching_pennies, _uniform),
    "rock-paper-scissors": Recipe(_rock_paper_scissors, _uniform),
    "shapley": Recipe(_shapley, _uniform),
    "battle-of-the-sexes": Recipe(_battle_of_the_sexes, _one_of_three(_battle_mix, (0, 0), (1, 1))),
    "chicken": Recipe(_chicken, _one_of_three(_chicken_mix, (1, 0), (0, 1))),
    "stag-hunt": Recipe(_stag_hunt, _one_of_three(_stag_mix, (0, 0), (1, 1))),
}
