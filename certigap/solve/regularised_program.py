"""The entropy-regularised equilibrium of a zero-sum matrix game as a convex program with exponential cones.

    maximise  tau H(x) - tau log sum_b exp( -(x'A)_b / tau )      over the simplex,

since min_y [ x'A y - tau H(y) ] = -tau log sum_b exp(-(x'A)_b / tau). The readable statement of what
`certigap.solve.matrix_game` computes by Newton's method: a differential test, and a proposal like any float.
"""

from certigap.exact.integers import FloatArray
from certigap.floats.programs import CLARABEL, solved

__all__ = ["regularised_row_strategy"]


def regularised_row_strategy(table: FloatArray, temperature: float) -> FloatArray:
    """The row player's regularised equilibrium strategy `[A]` for payoffs `[A, B]` to it.

    Raises:
        SolverError: the solver failed, whatever its way of saying so.

    >>> import numpy as np
    >>> regularised_row_strategy(np.array([[1.0, -1.0], [-1.0, 1.0]]), 0.1).round(6).tolist()
    [0.5, 0.5]
    """
    import cvxpy as cp

    x = cp.Variable(table.shape[0])
    value = temperature * (cp.sum(cp.entr(x)) - cp.log_sum_exp(-(table.T @ x) / temperature))
    problem = cp.Problem(cp.Maximize(value), [cp.sum(x) == 1])
    return solved(problem, [x], "regularised program", (CLARABEL,), roughly=True)[0]
