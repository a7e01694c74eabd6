"""HiGHS on a program in floats: a basis, a point and multipliers, none of them believed.

Rows, then columns, are scaled by powers of two to a largest entry in [1/2, 1), so that integers of any size fit:
A' = R A S with x = S x', y = R y'.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from certigap.errors import SolverError, foreign
from certigap.exact.integers import FloatArray, IndexArray, IntArray
from certigap.exact.lp.basis import Basis, Place

__all__ = ["FloatSolver", "Proposal"]

_OPTIONS = {
    "output_flag": False,
    "presolve": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "small_matrix_value": 1e-12,
}
_INFINITE = 1e20
"""HiGHS takes larger bounds for infinite."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What HiGHS left: `is_optimal` is its opinion; basis, point `[n]` and multipliers `[m]` in the program's units."""

    is_optimal: bool
    basis: Basis
    point: FloatArray
    multipliers: FloatArray


class FloatSolver:
    """One matrix for HiGHS, with costs and bounds that change from call to call; each call starts at the last basis.

    Args:
        matrix: `[m, n]` integers.
        seconds: time for each call, None: as long as it takes.
    """

    def __init__(self, matrix: IntArray, seconds: float | None = None) -> None:
        self.shape, self.seconds = matrix.shape, seconds
        small, self.row_bits = _row_scaled(matrix)
        largest = np.abs(small).max(axis=0, initial=0.0)
        self.column_bits = -np.frexp(np.where(largest > 0, largest, 0.5))[1].astype(np.int64)
        self.row_scale, self.column_scale = 2.0**self.row_bits, 2.0**self.column_bits
        self.entries = small * self.column_scale
        self.last: Any = None

    def solve(
        self, cost: FloatArray, ends: tuple[FloatArray, FloatArray, FloatArray, FloatArray], warm: bool = True
    ) -> Proposal | None:
        """The optimum in floats, `ends` as in `Program.ends` with infinities; None when HiGHS fails altogether."""
        try:
            with foreign("HIGHS"):
                return self._solved(cost, ends, self.last if warm else None)
        except SolverError:
            return None

    def _solved(self, cost: FloatArray, ends: tuple[FloatArray, ...], basis: Any) -> Proposal | None:
        import highspy

        # Highs() itself greets on stdout before it can be silenced, the class that it extends does not
        solver: Any = highspy.Highs.__base__()
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        if self.seconds is not None:
            solver.setOptionValue("time_limit", float(self.seconds))
        solver.passModel(self._model(highspy, cost, ends))
        if basis is not None:
            solver.setBasis(basis)
        solver.run()
        basis, solution = solver.getBasis(), solver.getSolution()
        status = solver.getModelStatus()
        if not basis.valid:
            return None
        self.last = basis
        return Proposal(
            is_optimal=status == highspy.HighsModelStatus.kOptimal,
            basis=Basis(tuple(map(_place, basis.col_status)), tuple(map(_place, basis.row_status))),
            point=np.array(solution.col_value, dtype=np.float64) * self.column_scale,
            multipliers=np.array(solution.row_dual, dtype=np.float64) * self.row_scale,
        )

    def _model(self, highspy: Any, cost: FloatArray, ends: tuple[FloatArray, ...]) -> Any:
        m, n = self.shape
        by_column = np.ascontiguousarray(self.entries.T).ravel()
        present = np.flatnonzero(by_column)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, m
        model.col_cost_ = cost * self.column_scale
        model.row_lower_, model.row_upper_ = (_clipped(side * self.row_scale) for side in ends[:2])
        model.col_lower_, model.col_upper_ = (_clipped(side / self.column_scale) for side in ends[2:])
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.searchsorted(present, m * np.arange(n + 1)).astype(np.int32)
        model.a_matrix_.index_ = (present % max(m, 1)).astype(np.int32)
        model.a_matrix_.value_ = by_column[present]
        return model


def _row_scaled(matrix: IntArray) -> tuple[FloatArray, IndexArray]:
    """The matrix with rows divided by powers of two to at most 1, `[m, n]`, and the exponents of the factors `[m]`."""
    if matrix.dtype != object:
        floats = matrix.astype(np.float64)
        bits = -np.frexp(np.abs(floats).max(axis=1, initial=0.0))[1].astype(np.int64)
        return floats * 2.0 ** bits[:, None], bits
    sizes = [max((abs(x).bit_length() for x in row), default=0) for row in matrix.tolist()]
    rows = [[x / (1 << size) for x in row] for row, size in zip(matrix.tolist(), sizes, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(matrix.shape), -np.array(sizes, dtype=np.int64)


def _clipped(values: FloatArray) -> FloatArray:
    return np.where(np.abs(values) >= _INFINITE, np.copysign(np.inf, values), values)


_PLACES = {"kLower": Place.LOWER, "kBasic": Place.BASIC, "kUpper": Place.UPPER}


def _place(status: Any) -> int:
    return _PLACES.get(status.name, Place.FREE)
