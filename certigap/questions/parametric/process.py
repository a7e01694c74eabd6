"""Decision processes over rational functions: some players' rows are fixed, the others' joint actions are choices.

One shape serves every question: with the opponents' rows fixed the choices are a player's deviations (its induced
process); with its own row fixed, what the opponents can do to it; with nothing fixed, the best that all could do for
it.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import fmpq, fmpq_mat
from sympy.polys.matrices import DomainMatrix

from certigap.errors import LimitError
from certigap.model.parametric.game import Function, ParametricGame, evaluated
from certigap.model.policy import Policy

__all__ = ["Choice", "Process", "induced"]

_MAX_CHOICES = 100_000  # of all states together: each is a function that is solved for and compared
_SIGN = {True: 1, False: -1}


@dataclass(frozen=True, slots=True)
class Choice:
    """A reward and where it leads."""

    reward: Function
    following: Mapping[int, Function]


@dataclass(frozen=True)
class Process:
    """Choices `[S][..]` of a decision process with a discount; all numbers are functions of the parameters."""

    game: ParametricGame
    choices: tuple[tuple[Choice, ...], ...]

    def values(self, taken: Sequence[int]) -> list[Function]:
        """The values `[S]` of a pure stationary policy: V = r + g P V, solved over the ring of polynomials."""
        domain, size = self.game.domain, len(self.choices)
        rows, right = [], []
        for s, k in enumerate(taken):
            choice = self.choices[s][k]
            row = [domain.zero] * size
            for t, probability in choice.following.items():
                row[t] = -self.game.discount * probability
            row[s] += domain.one
            rows.append(row)
            right.append([choice.reward])
        system = DomainMatrix(rows, (size, size), domain)
        solution = system.lu_solve(DomainMatrix(right, (size, 1), domain))
        return [row[0] for row in solution.to_list()]

    def backup(self, s: int, k: int, values: Sequence[Function]) -> Function:
        """r + g P V of one choice."""
        choice = self.choices[s][k]
        future = sum((p * values[t] for t, p in choice.following.items()), self.game.domain.zero)
        return choice.reward + self.game.discount * future

    def best_at(self, point: Sequence[Fraction], largest: bool = True) -> list[int]:
        """An optimal pure policy at rational parameter values, by policy iteration over Q; ties keep what was taken."""
        numbers, sign = self._at(point), _SIGN[largest]
        taken = [0] * len(self.choices)
        while True:
            values = _solved(numbers, taken)
            better = list(taken)
            for s, choices in enumerate(numbers.choices):
                backups = [sign * numbers.backup(choice, values) for choice in choices]
                top = max(backups)
                better[s] = taken[s] if backups[taken[s]] == top else backups.index(top)
            if better == taken:
                return taken
            taken = better

    def _at(self, point: Sequence[Fraction]) -> "_Numbers":
        def number(function: Function) -> fmpq:
            value = evaluated(function, point)
            if value is None:
                raise LimitError("parametric game: expected numbers without a pole inside the domain, got one")
            return fmpq(value.numerator, value.denominator)

        known: dict[Function, fmpq] = {}

        def cached(function: Function) -> fmpq:
            if function not in known:
                known[function] = number(function)
            return known[function]

        choices = [
            [(cached(c.reward), [(t, cached(p)) for t, p in c.following.items()]) for c in own] for own in self.choices
        ]
        return _Numbers(cached(self.game.discount), choices)


_NumberChoice = tuple[fmpq, list[tuple[int, fmpq]]]


@dataclass(frozen=True)
class _Numbers:
    """The process at one point of the parameters."""

    discount: fmpq
    choices: list[list[_NumberChoice]]

    def backup(self, choice: _NumberChoice, values: Sequence[fmpq]) -> fmpq:
        return choice[0] + self.discount * sum((p * values[t] for t, p in choice[1]), fmpq(0))


def _solved(numbers: _Numbers, taken: Sequence[int]) -> list[fmpq]:
    size = len(taken)
    system, right = fmpq_mat(size, size), fmpq_mat(size, 1)
    for s, k in enumerate(taken):
        reward, following = numbers.choices[s][k]
        for t, p in following:
            system[s, t] -= numbers.discount * p
        system[s, s] += 1
        right[s, 0] = reward
    return list(system.solve(right).entries())


def induced(game: ParametricGame, player: int, fixed: Mapping[int, Policy]) -> Process:
    """The process of `player`'s rewards in which the players of `fixed` play that policy's rows.

    The joint actions of the players who are not fixed are the choices, row-major.
    """
    shapes = game.layout.shapes
    if sum(_count(shape, fixed) for shape in shapes) > _MAX_CHOICES:
        raise LimitError(f"parametric game: expected at most {_MAX_CHOICES} joint choices, got more")
    return Process(game, tuple(_Stage(game, player, fixed, s).choices for s in range(len(game.states))))


def _count(shape: Sequence[int], fixed: Mapping[int, Policy]) -> int:
    count = 1
    for j, size in enumerate(shape):
        count *= 1 if j in fixed else size
    return count


class _Stage:
    """One state's joint actions, averaged over the fixed rows."""

    def __init__(self, game: ParametricGame, player: int, fixed: Mapping[int, Policy], s: int) -> None:
        self.game, self.player, self.fixed, self.s = game, player, fixed, s
        self.shape = game.layout.shapes[s]

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        free = [range(1) if j in self.fixed else range(size) for j, size in enumerate(self.shape)]
        return tuple(self._averaged(chosen) for chosen in itertools.product(*free))

    def _averaged(self, chosen: Sequence[int]) -> Choice:
        domain = self.game.domain
        reward, following = domain.zero, dict[int, Function]()
        for joint, weight in self._mixed(chosen):
            row, share = self.game.layout.row(self.s, joint), domain.one * weight.numerator / weight.denominator
            reward += share * self.game.rewards[self.player][row]
            for t, p in self.game.transitions[row].items():
                following[t] = following.get(t, domain.zero) + share * p
        return Choice(reward, {t: p for t, p in following.items() if p})

    def _mixed(self, chosen: Sequence[int]) -> list[tuple[tuple[int, ...], Fraction]]:
        """Joint actions with their probabilities."""
        pairs: list[tuple[tuple[int, ...], Fraction]] = [((), Fraction(1))]
        for j, action in enumerate(chosen):
            row = (
                list(enumerate(self.fixed[j].rows[j][self.s].fractions()))
                if j in self.fixed
                else [(action, Fraction(1))]
            )
            pairs = [((*joint, a), weight * p) for joint, weight in pairs for a, p in row if p]
        return pairs
