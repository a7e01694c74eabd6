"""How near to the expert the others must play for an action to beat, or to equal, its rivals: exact linear programs.

With G_k(y) = u(c, y) - u(k, y) for an action c and its rivals k, over joint rows y in a box,

    nearest   min || y - e ||_1  with G_k(y) >= 0 for every rival,
    widest    max t              with G_k(y) >= t for every rival (no box).

The multipliers of the rivals are the weights of a cover: h(y) + || y - e ||_1 >= the minimum, with h = -lambda . G.
Where nothing satisfies the constraints, the Farkas multipliers have h > 0 everywhere and are scaled to h >= 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.integers import IntArray
from certigap.exact.lp import Infeasible, Optimal, Program, solve
from certigap.exact.vector import Vector
from certigap.regions.replies.faces import Faces

__all__ = ["EVERYWHERE", "JointBox", "Nearest", "nearest", "widest"]

EVERYWHERE = Fraction(3)
"""A radius that no distance reaches."""

JointBox = tuple[Sequence[Fraction], Sequence[Fraction]]
"""Ends of a box of joint rows, `[B]` each."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """No play satisfies the constraints at a distance below `distance`; `weights` `[A]` prove it, `play` attains it.

    `play` is None where no play satisfies them at all.
    """

    distance: Fraction
    weights: Vector
    play: Vector | None


def nearest(faces: Faces, action: int, rivals: Sequence[int], box: JointBox | None = None) -> Nearest | None:
    """The least distance at which `action` is at least as good as every rival; None when the program stays open."""
    gains = _gains(faces, action, rivals)
    columns, scale = gains.shape[1], faces.center.denominator
    low, high = ([Fraction(0)] * columns, [Fraction(1)] * columns) if box is None else box
    center = [Fraction(w) for w in faces.center.numerators]
    base = [min(max(e, low_end * scale), u * scale) for e, low_end, u in zip(center, low, high, strict=True)]
    offset = sum((abs(b - e) for b, e in zip(base, center, strict=True)), Fraction(0))
    matrix = np.ones((len(rivals) + 1, 2 * columns), dtype=object)
    matrix[:-1, :columns], matrix[:-1, columns:], matrix[-1, columns:] = gains, -gains, -1
    sides = [-sum((int(g) * b for g, b in zip(line, base, strict=True) if g), Fraction(0)) for line in gains]
    total = scale - sum(base, Fraction(0))
    program = Program(
        cost=[1] * (2 * columns),
        matrix=matrix,
        row_lower=[*sides, total],
        row_upper=[*[None] * len(rivals), total],
        lower=[0] * (2 * columns),
        upper=[
            *(u * scale - b for u, b in zip(high, base, strict=True)),
            *(b - low_end * scale for low_end, b in zip(low, base, strict=True)),
        ],
    )
    outcome = solve(program)
    if isinstance(outcome, Optimal):
        play = _moved(base, outcome.point, scale)
        return Nearest(
            (outcome.value + offset) / scale, _weights(faces, rivals, outcome.multipliers, Fraction(1)), play
        )
    if isinstance(outcome, Infeasible):
        margin = program.feasibility.bound(outcome.multipliers)
        if margin:
            factor = EVERYWHERE * scale / margin
            return Nearest(EVERYWHERE, _weights(faces, rivals, outcome.multipliers, factor), None)
    return None


def widest(faces: Faces, action: int, rivals: Sequence[int]) -> tuple[Fraction, Vector, Vector] | None:
    """The widest margin over the rivals anywhere, the play that has it `[B]`, and weights `[A]` that bound it."""
    gains = _gains(faces, action, rivals)
    count, columns = gains.shape
    matrix = np.zeros((count + 1, columns + 1), dtype=object)
    matrix[:count, :columns], matrix[:count, columns], matrix[count, :columns] = gains, -1, 1
    outcome = solve(
        Program(
            cost=[0] * columns + [-1],
            matrix=matrix,
            row_lower=[0] * count + [1],
            row_upper=[None] * count + [1],
            lower=[0] * columns + [None],
            upper=[None] * (columns + 1),
        )
    )
    if not isinstance(outcome, Optimal):
        return None
    play = Vector(outcome.point.numerators[:-1], outcome.point.denominator)
    return -outcome.value, play, _weights(faces, rivals, outcome.multipliers, Fraction(1))


def _gains(faces: Faces, action: int, rivals: Sequence[int]) -> IntArray:
    table = faces.table.numerators
    return np.asarray(table[action] - table[list(rivals)])


def _weights(faces: Faces, rivals: Sequence[int], multipliers: Vector, factor: Fraction) -> Vector:
    """lambda `[A]` for payoffs in the game's own units."""
    weights = [0] * len(faces.row)
    unit = factor * faces.table.denominator
    for k, y in zip(rivals, multipliers.numerators, strict=False):
        weights[k] = y * unit.numerator
    return _reduced(weights, multipliers.denominator * unit.denominator)


def _moved(base: Sequence[Fraction], point: Vector, scale: int) -> Vector:
    columns = len(base)
    steps = point.fractions()
    return Vector.of((b + steps[k] - steps[columns + k]) / scale for k, b in enumerate(base))


def _reduced(weights: Sequence[int], denominator: int) -> Vector:
    return Vector.of(Fraction(w, denominator) for w in weights)
