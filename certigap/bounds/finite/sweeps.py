"""The operators of THEORY 5 once from the last step to the first, on the stage game: no fixed point is needed.

Every vector is rounded to a grid on its own side before the next is made of it; the operators are monotone.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property

from certigap.errors import LimitError
from certigap.exact.vector import Vector
from certigap.model.finite.game import FiniteGame
from certigap.regions import operators
from certigap.regions.operators import Steps, common_denominator, step_vector
from certigap.regions.region import Region
from certigap.regions.scaled import ScaledGame
from certigap.semantics.finite import rounded
from certigap.work.deadline import Deadline

__all__ = ["FiniteSweeps", "Vectors"]

_GRID_BITS = 64
Vectors = tuple[Vector, ...]
"""`[H]` a vector `[S]` a step."""


class FiniteSweeps:
    """The stage game in integers, its discount that of a step, and sweeps over regions `[H]`."""

    def __init__(self, game: FiniteGame, deadline: Deadline) -> None:
        self.game, self.deadline = game, deadline
        size = max(float(game.stage.half_range(i)) for i in range(len(game.players)))
        self.bits = _GRID_BITS + max(0, -math.frexp(size)[1] if size else 0)

    @cached_property
    def scaled(self) -> ScaledGame:
        """For the operators alone: as a `Game` a discount of 1 would mean nothing."""
        return ScaledGame(dataclasses.replace(self.game.stage, discount=self.game.discount))

    @property
    def zero(self) -> Vector:
        """The end."""
        return Vector((0,) * len(self.game.states), 1)

    def going(self) -> None:
        """`LimitError` once the time has passed."""
        if not self.deadline.going:
            raise LimitError(f"bounds of {self.game!r}: expected their end in time, got none")

    def short(self, vector: Vector, up: bool) -> Vector:
        """On the grid, on its side."""
        return rounded(vector, self.bits, up)

    def best_upper(self, regions: Sequence[Region], player: int) -> Vectors:
        """H: at least V*."""
        return self.backward(regions, player, operators.best_upper_steps, True)

    def best_lower(self, regions: Sequence[Region], player: int) -> Vectors:
        """B: at most V*."""
        return self.backward(regions, player, operators.best_lower_steps, False)

    def value_lower(self, regions: Sequence[Region], player: int) -> Vectors:
        """L: at most V."""
        return self.backward(regions, player, operators.value_lower_steps, False)

    def backward(self, regions: Sequence[Region], player: int, steps: Callable[..., Steps], up: bool) -> Vectors:
        later, result = self.zero, []
        for region in reversed(regions):
            self.going()
            found = steps(self.scaled, region, player, later.numerators, later.denominator)
            later = self.short(step_vector(found, later.denominator), up)
            result.append(later)
        return tuple(reversed(result))

    def gap_upper(self, regions: Sequence[Region], player: int, known: tuple[Vectors, Vectors, Vectors]) -> Vectors:
        """X: at least V* - V (the pair bound), from H, B and L."""
        later, result = self.zero, []
        high, low, value = ((*vectors[1:], self.zero) for vectors in known)
        for region, *ends in zip(reversed(regions), reversed(high), reversed(low), reversed(value), strict=True):
            self.going()
            d, rows = common_denominator(*ends, later)
            later = self.short(
                step_vector(operators.gap_upper_steps(self.scaled, region, player, rows[:3], rows[3], d), d), True
            )
            result.append(later)
        return tuple(reversed(result))

    def backups(self, player: int, state: int, later: Vector) -> list[Fraction]:
        """`[K_s]` r_i + g P later at the rows of a state."""
        here = self.scaled.states[state]
        scale = here.scale * later.denominator
        return [Fraction(x, scale) for x in here.backups(player, later.numerators, later.denominator)]

    def at_start(self, vector: Vector) -> Fraction:
        """nu . vector."""
        return vector.dot(self.game.stage.initial.weights, self.game.stage.initial.denominator)
