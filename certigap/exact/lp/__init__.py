"""Exact linear programming: floats propose a basis, exact arithmetic solves it and decides.

    minimise  c . x   over   lower <= x <= upper,  row_lower <= A x <= row_upper

`program` states the problem and holds the three exact checks (feasible point, bound from multipliers, ray); `basis`
solves a basis exactly; `floats` asks HiGHS; `refine` repairs wrong bases by iterative refinement; `solve` is the whole.
"""

from collections.abc import Callable

from certigap.exact.lp.program import Infeasible, Optimal, Outcome, Program, Unbounded, Undecided
from certigap.exact.lp.solve import solve

__all__ = ["Infeasible", "Optimal", "Outcome", "Program", "Solver", "Unbounded", "Undecided", "solve"]

Solver = Callable[[Program], Outcome]
