"""Floating-point proposers: linear solves with I - g P, and policy iteration. Nothing here is a fact.

Direct factorisation where it is cheap: dense up to 300 states, sparse LU while the largest strongly connected
component has at most 300 states (fill-in stays inside components); else BiCGSTAB, then GMRES, whose answers the exact
residuals refine, and where both fail the factorisation after all, up to 2,000 states.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.errors import SolverError, foreign
from certigap.exact.integers import FloatArray, IndexArray
from certigap.model.game import BELOW_ONE

__all__ = ["Resolvent", "first_best", "least_cost", "linear_solution", "policy_iteration"]


_DENSE_STATES = 300  # up to which dense elimination is used: no overhead, but a cube of work
_LU_COMPONENT = 300  # states of a component above which a sparse factorisation fills in: 4.5 s for 0.14 s at 1,990
_LU_RESCUE = 2_000  # states of a component up to which it is the way out where iterations fail; above, memory is short
_MAX_ROUNDS = 1_000  # of plain iteration: an end for discounts near 1
_SWEEPS = 20
"""Plain sweeps before BiCGSTAB, which breaks down from a right side with a single entry."""


class Resolvent:
    """Solves with I - g P and with its transpose, in floats.

    Args:
        matrix: P, `[S, S]`, SciPy compressed rows or a NumPy array.
        discount: g; where it rounds to 1, the float before.
    """

    def __init__(self, matrix: Any, discount: float) -> None:
        discount = min(discount, BELOW_ONE)
        with foreign(f"I - g P on {matrix.shape[0]} states"):
            self._solvers = _dense(matrix, discount) or _sparse(matrix, discount)

    def values(self, right: FloatArray) -> FloatArray:
        """x with `x = right + g P x`, `[S]` or `[S, m]`."""
        with foreign("float linear solve"):
            return _finite(self._solvers[0](right))

    def occupancies(self, right: FloatArray) -> FloatArray:
        """m with `m = right + g P^T m`, `[S]`."""
        with foreign("float linear solve"):
            return _finite(self._solvers[1](right))


def policy_iteration(
    rewards: FloatArray, matrix: Any, discount: float, offsets: IndexArray
) -> tuple[FloatArray, IndexArray]:
    """Howard's policy iteration in floats.

    Args:
        rewards: `[R]` rewards of the own actions.
        matrix: `[R, S]` transitions, SciPy compressed rows or a NumPy array.
        discount: g.
        offsets: `[S + 1]` rows of each state.

    Returns:
        Values `[S]` and chosen rows `[S]`; an action is left only for one better by more than rounding.
    """
    choice = first_best(rewards, offsets)
    values = np.zeros(len(offsets) - 1)
    for _ in range(_MAX_ROUNDS):
        values = Resolvent(matrix[choice], discount).values(rewards[choice])
        actions = rewards + discount * (matrix @ values)
        best = first_best(actions, offsets)
        margin = 1e-11 * max(1e-300, float(np.abs(actions).max()))
        better = actions[best] > actions[choice] + margin
        if not better.any():
            break
        choice = np.where(better, best, choice)
    return values, choice


def first_best(actions: npt.NDArray[Any], offsets: IndexArray) -> IndexArray:
    """`[S]` the first row of each state that attains the state's maximum, for numbers `[R]` of any type.

    >>> first_best(np.array([1, 3, 3, 0]), np.array([0, 3, 4])).tolist()
    [1, 3]
    """
    best = np.maximum.reduceat(actions, offsets[:-1])
    attained = np.asarray(actions == np.repeat(best, np.diff(offsets)), dtype=bool)
    rows = np.where(attained, np.arange(len(actions)), len(actions))
    return np.asarray(np.minimum.reduceat(rows, offsets[:-1]), dtype=np.int64)


def linear_solution(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """x with `matrix x = right`, dense, for stacks of both too.

    Raises:
        SolverError: the matrix is singular in floats.
    """
    with foreign("float linear solve"):
        return np.asarray(np.linalg.solve(matrix, right))


def least_cost(
    cost: FloatArray,
    matrix: Any,
    right: FloatArray,
    bounds: Sequence[tuple[float | None, float | None]] | FloatArray,
    seconds: float = math.inf,
    equal: tuple[Any, FloatArray] = (None, np.empty(0)),
    accuracy: float = 1e-7,
) -> FloatArray:
    """x of least `cost.x` with `matrix x <= right`, and with matrix and right side of `equal`, between `bounds`.

    By HiGHS, constraints being met up to `accuracy`.

    Raises:
        SolverError: HiGHS failed, or found no x in that time.
    """
    from scipy.optimize import linprog

    with foreign("linear program"):
        options = {"time_limit": seconds, "primal_feasibility_tolerance": accuracy}
        equations = {} if equal[0] is None else {"A_eq": equal[0], "b_eq": equal[1]}
        found = linprog(cost, A_ub=matrix, b_ub=right, bounds=bounds, method="highs", options=options, **equations)
        if found.x is None:
            raise SolverError(f"linear program: {found.message}")
        return _finite(found.x)


def _dense(matrix: Any, discount: float) -> tuple[Any, Any] | None:
    size = matrix.shape[0]
    if size > _DENSE_STATES:
        return None
    from scipy.linalg import LinAlgWarning, lu_factor, lu_solve

    table = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", LinAlgWarning)
            factors = lu_factor(np.eye(size) - discount * table)
    except LinAlgWarning as error:
        raise _singular(size, discount) from error
    return (lambda b: lu_solve(factors, b)), (lambda b: lu_solve(factors, b, trans=1))


def _sparse(matrix: Any, discount: float) -> tuple[Any, Any]:
    from scipy.sparse import csr_array, eye_array
    from scipy.sparse.csgraph import connected_components

    sparse = csr_array(matrix)
    system = (eye_array(sparse.shape[0]) - discount * sparse).tocsr()
    _, labels = connected_components(sparse, directed=True, connection="strong")
    largest = int(np.bincount(labels).max())
    if largest > _LU_COMPONENT:
        direct = cache(lambda: _factors(system, labels, largest, discount)) if largest <= _LU_RESCUE else None
        return (lambda b: _iterate(system, b, direct, 0)), (lambda b: _iterate(system.T.tocsr(), b, direct, 1))
    return _factors(system, labels, largest, discount)


def _factors(system: Any, labels: Any, largest: int, discount: float) -> tuple[Any, Any]:
    """Solvers by sparse LU, component by component."""
    from scipy.sparse.linalg import splu

    order = np.argsort(labels, kind="stable")
    try:
        factors = splu(
            system[order][:, order].tocsc(),
            permc_spec="NATURAL" if largest == 1 else "COLAMD",
            diag_pivot_thresh=0.0,  # the diagonal dominates; off-diagonal pivots fill in: 1.8 s for 3 ms, 5,478 states
        )
    except RuntimeError as error:
        raise _singular(len(order), discount) from error
    back = np.argsort(order)
    return (lambda b: factors.solve(b[order])[back]), (lambda b: factors.solve(b[order], trans="T")[back])


def _iterate(system: Any, right: FloatArray, direct: Callable[[], tuple[Any, Any]] | None, side: int) -> FloatArray:
    """BiCGSTAB, else GMRES, else the solver `direct()[side]`."""
    from scipy.sparse.linalg import bicgstab, gmres

    if right.ndim == 2:
        return np.stack([_iterate(system, column, direct, side) for column in right.T], axis=1)
    start = right
    for _ in range(_SWEEPS):
        start = right + start - system @ start
    answer, status = bicgstab(system, right, x0=start, rtol=1e-11, atol=0.0, maxiter=5_000)
    if status != 0:
        answer, status = gmres(system, right, x0=start, rtol=1e-11, atol=0.0, restart=60, maxiter=200)
    if status != 0 and direct is not None:
        return np.asarray(direct()[side](right))
    if status != 0:
        raise SolverError(f"BiCGSTAB and GMRES on {len(right)} states: expected convergence, got status {status}")
    return np.asarray(answer)


def _singular(size: int, discount: float) -> SolverError:
    return SolverError(f"I - g P on {size} states: expected it regular in floats, got singular at g = {discount!r}")


def _finite(answer: Any) -> FloatArray:
    if not np.isfinite(answer).all():
        raise SolverError("float linear solve: expected finite numbers, got an overflow")
    return np.asarray(answer, dtype=np.float64)
