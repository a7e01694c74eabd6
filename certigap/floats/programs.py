"""Convex programs by cvxpy: the one door to its solvers. Nothing here is a fact.

Whatever a solver raises is that solver's failure, and so is a status or a number that is no answer: the next one is
asked, and in the end a `SolverError` says what each of them said. (cvxpy has its own error, and a plain `ValueError`
for a status that it does not know; what it calls raises what it likes.)

HiGHS greets on C's standard output when it is first used with its console on, whatever cvxpy's options are, and once in
a process: it is used on an empty model before, with the console off.
"""

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from certigap.errors import SolverError, foreign
from certigap.exact.integers import FloatArray
from certigap.work.deadline import Deadline

__all__ = ["CLARABEL", "HIGHS", "solved"]

HIGHS, CLARABEL = "HIGHS", "CLARABEL"
_LEAST_SECONDS = 0.05  # a solver that is asked for less may not even read its input


def solved(
    problem: Any,
    wanted: Sequence[Any],
    what: str,
    solvers: Sequence[str] = (HIGHS,),
    deadline: Deadline | None = None,
    *,
    roughly: bool = False,
) -> list[FloatArray]:
    """The values of variables and the multipliers of constraints at a solution.

    Args:
        problem: a cvxpy problem.
        wanted: variables and constraints of it.
        what: its name in messages.
        solvers: asked in turn.
        deadline: when to stop; each solver may take half of the time left.
        roughly: an answer that the solver calls inaccurate will do.

    Raises:
        SolverError: no solver had an answer in that time.

    >>> import cvxpy as cp
    >>> x = cp.Variable(nonneg=True)
    >>> [float(value) for value in solved(cp.Problem(cp.Minimize(x), [x >= 2]), [x], "least number")]
    [2.0]
    """
    seen: list[str] = []
    good = {"optimal", "optimal_inaccurate"} if roughly else {"optimal"}
    for solver in solvers:
        until = (deadline or Deadline()).share(1 / 2)
        if not until.going and seen:
            seen.append(f"{solver}: no time left")
            continue
        if solver == HIGHS:
            _silence_highs()
        limit = {} if until.is_open else {"time_limit": max(until.left, _LEAST_SECONDS)}
        try:
            with foreign(solver), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of inaccurate answers: the status tells
                problem.solve(solver=solver, **limit)
                found = [_value(one) for one in wanted] if problem.status in good else None
        except SolverError as error:
            seen.append(str(error))
            continue
        if found is not None and all(np.isfinite(value).all() for value in found):
            return found
        seen.append(f"{solver}: {problem.status}")
    raise SolverError(f"{what}: expected status optimal, got {'; '.join(seen)}")


def _value(one: Any) -> FloatArray:
    return np.asarray(one.dual_value if hasattr(one, "dual_value") else one.value, dtype=np.float64)


@cache
def _silence_highs() -> None:
    with foreign("HIGHS"):
        import highspy

        solver: Any = highspy.Highs.__base__()
        solver.setOptionValue("log_to_console", False)
        solver.run()
