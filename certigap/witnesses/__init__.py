"""Witnesses: policies inside B_BC(eps) with a large gap, searched in floats and returned in rationals (THEORY 6)."""

from certigap.witnesses.best import Search, Witness, exact_witness, proved_witness
from certigap.witnesses.rounding import inside_ball, matching_cost

__all__ = ["Search", "Witness", "exact_witness", "inside_ball", "matching_cost", "proved_witness"]
