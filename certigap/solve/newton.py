"""Mixed equilibria of n-player one-shot games by support: Newton's method, polished over the rationals.

On supports S_1, ..., S_n with unknown x_i > 0 on S_i and v_i, an equilibrium solves

    u_i(a, x_-i) = v_i  (a in S_i),    sum_{a in S_i} x_i(a) = 1:

as many equations as unknowns, polynomial when n > 2, with irrational roots in general. Floats find roots from several
starts; the ones that look like equilibria are polished by Newton steps computed exactly over Q and rounded to a grid,
so that the number of correct bits doubles at each. A root that is missed shows nothing: the search is not complete.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.errors import SolverError, foreign
from certigap.exact.integers import as_object
from certigap.model.game import Game
from certigap.work.deadline import Deadline

__all__ = ["support_profiles", "support_roots"]

Supports = tuple[tuple[int, ...], ...]
Tables = Sequence[npt.NDArray[Any]]

_STEPS = 60  # an end for bad starts: near a root the method needs few
_ROOT = 1e-9  # of the equations: a root's floats, before it is made exact or enclosed
_SLACK = 1e-6  # of payoffs: a best response up to rounding
_SAME = 1e-6  # two roots nearer than that are one


def support_profiles(shape: Sequence[int]) -> Iterator[Supports]:
    """All profiles of supports but the pure ones, the smaller (in total size) first.

    >>> list(support_profiles((2, 1)))
    [((0, 1), (0,))]
    """
    own = [
        [support for size in range(1, count + 1) for support in itertools.combinations(range(count), size)]
        for count in shape
    ]
    profiles = sorted(itertools.product(*own), key=lambda supports: sum(map(len, supports)))
    return (supports for supports in profiles if any(len(support) > 1 for support in supports))


def support_roots(
    game: Game, supports: Supports, starts: int, seed: int, bits: int, deadline: Deadline
) -> list[list[list[Fraction]]]:
    """Approximate equilibria with exactly the given supports.

    Args:
        game: a one-state game.
        supports: `[n]` the actions of each player.
        starts: number of starting points (the first is uniform).
        seed: of the others.
        bits: of the grid to which roots are polished.
        deadline: when to give up.

    Returns:
        `[.][n][A_i]` numbers near probabilities: they sum to 1 up to the grid.
    """
    shape = game.layout.shapes[0]
    exact = [as_object(own).reshape(shape) for own in game.rewards]
    floats = [np.array(table / float(np.abs(table).max() or 1), dtype=np.float64) for table in exact]
    sizes = [len(support) for support in supports]
    inside = [table[np.ix_(*supports)] for table in floats]
    rng = np.random.default_rng(seed)
    roots: list[npt.NDArray[np.float64]] = []
    for start in range(starts):
        parts = [np.full(size, 1 / size) if start == 0 else rng.dirichlet(np.ones(size)) for size in sizes]
        root = _newton(inside, parts, sizes)
        if root is not None and _is_equilibrium(floats, supports, root) and all(_differs(root, x) for x in roots):
            roots.append(root)
        if not deadline.going:
            break
    integers = [_scaled(table)[np.ix_(*supports)] for table in exact]
    return [_spread(_polish(integers, root, sizes, bits), supports, shape) for root in roots]


def _newton(tables: Tables, parts: list[Any], sizes: list[int]) -> npt.NDArray[np.float64] | None:
    """A root `[sum |S_i|]` with positive entries from a start, damped; None where there is none."""
    point = np.concatenate([*parts, [_payoffs(tables, parts, i) @ parts[i] for i in range(len(sizes))]])
    value, jacobian = _system(tables, point, sizes)
    for _ in range(_STEPS):
        size = float(np.abs(value).max())
        if size <= _ROOT / 1e3:
            break
        try:
            with foreign("least squares"):
                step = np.linalg.lstsq(np.asarray(jacobian, np.float64), -np.asarray(value, np.float64), rcond=None)[0]
        except SolverError:
            return None
        for halving in range(20):
            moved = point + step / 2**halving
            reached, following = _system(tables, moved, sizes)
            if float(np.abs(reached).max()) < size:
                break
        else:
            return None
        point, value, jacobian = moved, reached, following
    inside = point[: sum(sizes)]
    return np.asarray(point, np.float64) if float(np.abs(value).max()) <= _ROOT and inside.min() > _ROOT else None


def _system(tables: Tables, point: npt.NDArray[Any], sizes: list[int]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The equations and their Jacobian at `point` = (x_1, ..., x_n, v), in the arithmetic of its entries."""
    total, count = sum(sizes), len(sizes)
    parts = _split(point, sizes)
    places = [slice(sum(sizes[:i]), sum(sizes[: i + 1])) for i in range(count)]
    value = point * 0
    jacobian = np.multiply.outer(value, value)
    for i in range(count):
        value[places[i]] = _payoffs(tables, parts, i) - point[total + i]
        value[total + i] = parts[i].sum() - 1
        jacobian[places[i], total + i] -= 1
        jacobian[total + i, places[i]] += 1
        for j in range(count):
            if j != i:
                jacobian[places[i], places[j]] += _contract(tables[i], parts, (i, j))
    return value, jacobian


def _payoffs(tables: Tables, parts: list[Any], player: int) -> npt.NDArray[Any]:
    return _contract(tables[player], parts, (player,))


def _contract(table: npt.NDArray[Any], parts: list[Any], kept: tuple[int, ...]) -> npt.NDArray[Any]:
    """The table summed over all players but `kept` with their probabilities; axes in the order of `kept`."""
    for axis in reversed(range(len(parts))):
        if axis not in kept:
            table = np.tensordot(table, parts[axis], axes=(axis, 0))
    return table if list(kept) == sorted(kept) else table.T


def _is_equilibrium(tables: Tables, supports: Supports, root: npt.NDArray[np.float64]) -> bool:
    parts = _split(root, [len(support) for support in supports])
    full = [np.zeros(size) for size in tables[0].shape]
    for row, support, part in zip(full, supports, parts, strict=True):
        row[list(support)] = part
    payoffs = [_payoffs(tables, full, i) for i in range(len(full))]
    return all(own.max() <= own @ row + _SLACK for own, row in zip(payoffs, full, strict=True))


def _polish(tables: Tables, root: npt.NDArray[np.float64], sizes: list[int], bits: int) -> list[list[Fraction]]:
    """Newton steps over Q, rounded to 2^-bits, until they stand still (or stop being defined)."""
    count = len(sizes)
    parts = [[Fraction(x) for x in part] for part in _split(root, sizes)]
    exact = [np.array(part, dtype=object) for part in parts]
    point = np.concatenate([*exact, [_payoffs(tables, exact, i) @ exact[i] for i in range(count)]])
    for _ in range(bits.bit_length() + 3):
        step = _exact_step(*_system(tables, point, sizes))
        if step is None:
            break
        moved = _rounded(point - step, bits)
        if np.array_equal(moved, point):
            break
        point = moved
    return [list(part) for part in _split(point, sizes)]


def _exact_step(value: npt.NDArray[Any], jacobian: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    from flint import fmpq, fmpq_mat

    size = len(value)
    matrix = fmpq_mat(size, size, [fmpq(x.numerator, x.denominator) for x in jacobian.ravel()])
    right = fmpq_mat(size, 1, [fmpq(x.numerator, x.denominator) for x in value])
    try:
        solution = matrix.solve(right).entries()
    except ZeroDivisionError:
        return None
    result = np.empty(size, dtype=object)
    result[:] = [Fraction(int(x.p), int(x.q)) for x in solution]
    return result


def _rounded(point: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    result = np.empty(len(point), dtype=object)
    result[:] = [Fraction(round(x * 2**bits), 2**bits) for x in point]
    return result


def _scaled(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The table as Fractions of size at most 1."""
    largest = max(1, max(abs(int(x)) for x in table.ravel()))
    result = np.empty(table.size, dtype=object)
    result[:] = [Fraction(int(x), largest) for x in table.ravel()]
    return result.reshape(table.shape)


def _spread(parts: list[list[Fraction]], supports: Supports, shape: Sequence[int]) -> list[list[Fraction]]:
    rows = [[Fraction(0)] * size for size in shape]
    for row, support, part in zip(rows, supports, parts, strict=True):
        for action, probability in zip(support, part, strict=True):
            row[action] = probability
    return rows


def _split(point: npt.NDArray[Any], sizes: list[int]) -> list[Any]:
    return np.split(point[: sum(sizes)], np.cumsum(sizes)[:-1])


def _differs(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> bool:
    return float(np.abs(first - second).max()) > _SAME * math.sqrt(len(first))
