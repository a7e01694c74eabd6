"""Any linear program, exactly: optimal, infeasible or unbounded with proof, or honestly undecided.

1. Refine towards an optimum. That settles nearly every program that has one.
2. Otherwise minimise the violation  t >= 0  of  row_lower - t <= A x <= row_upper + t: a program that has an optimum.
   Above 0 its multipliers prove the first infeasible (Farkas); at 0 its point is feasible.
3. Minimise c . z over the recession cone within the unit box, which has an optimum too: below 0 it is a ray.
4. Otherwise refine again, from the feasible point.
5. What is still open has bases that differ from singular ones by less than a float's precision: the exact simplex
   method decides it, within a limit of work.
"""

import numpy as np

from certigap.exact.lp.floats import FloatSolver
from certigap.exact.lp.program import Bound, Infeasible, Optimal, Outcome, Program, Unbounded, Undecided
from certigap.exact.lp.refine import refined_optimum
from certigap.exact.lp.simplex import simplex
from certigap.exact.vector import Vector

__all__ = ["solve"]


def solve(program: Program, seconds: float | None = None) -> Outcome:
    """The outcome of a program, proved; `Undecided` when no proof was found.

    Args:
        program: integer coefficients, rational bounds.
        seconds: time for the float solver, per call; None: as long as it takes.

    Source:
        Gleixner, Steffy, Wolter, Iterative refinement for linear programming, INFORMS J. Comput. 28 (2016).

    >>> outcome = solve(Program([-1, -1], [[2, 1]], [None], [3], [0, 0], [1, None]))
    >>> outcome.value, outcome.point.fractions(), outcome.multipliers.fractions()
    (Fraction(-3, 1), [Fraction(0, 1), Fraction(3, 1)], [Fraction(-1, 1)])
    """
    found = _by_refinement(program, seconds)
    return simplex(program) if isinstance(found, Undecided) else found


def _by_refinement(program: Program, seconds: float | None) -> Outcome:
    solver = FloatSolver(program.array, seconds)
    found = refined_optimum(program, solver)
    if found is not None:
        return found
    violation = _least_violation(program, seconds)
    if violation is None:
        return Undecided("feasibility: refinement did not reach an optimal basis")
    if violation.value > 0:
        return Infeasible(violation.multipliers)
    point = Vector(violation.point.numerators[:-1], violation.point.denominator)
    ray = _steepest_ray(program, seconds)
    if ray is None:
        return Undecided("boundedness: refinement did not reach an optimal basis")
    if ray.value < 0:
        return Unbounded(point, ray.point)
    return refined_optimum(program, solver, point) or Undecided("optimality: refinement did not reach a basis")


def _least_violation(program: Program, seconds: float | None) -> Optimal | None:
    """Step 2: the point `[n + 1]` with its violation last, and multipliers `[m]` of the rows of `program`."""
    m, n = program.shape
    below = [i for i, end in enumerate(program.row_lower) if end is not None]
    above = [i for i, end in enumerate(program.row_upper) if end is not None]
    matrix = np.zeros((len(below) + len(above), n + 1), dtype=program.array.dtype)
    matrix[:, :n] = program.array[below + above]
    matrix[: len(below), n], matrix[len(below) :, n] = 1, -1
    elastic = Program(
        cost=[0] * n + [1],
        matrix=matrix,
        row_lower=[*(program.row_lower[i] for i in below), *[None] * len(above)],
        row_upper=[*[None] * len(below), *(program.row_upper[i] for i in above)],
        lower=[*program.lower, 0],
        upper=[*program.upper, None],
    )
    found = refined_optimum(elastic, FloatSolver(elastic.array, seconds))
    if found is None:
        return None
    merged = [0] * m
    for i, y in zip(below + above, found.multipliers.numerators, strict=True):
        merged[i] += y
    return Optimal(found.value, found.point, Vector(tuple(merged), found.multipliers.denominator))


def _steepest_ray(program: Program, seconds: float | None) -> Optimal | None:
    """Step 3."""
    allowed = program.recession
    lower: list[Bound] = [-1 if end is None else 0 for end in program.lower]
    upper: list[Bound] = [1 if end is None else 0 for end in program.upper]
    cone = Program(program.cost, program.array, allowed.row_lower, allowed.row_upper, lower, upper)
    return refined_optimum(cone, FloatSolver(cone.array, seconds))
