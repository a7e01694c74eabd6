"""Games with parameters: formulas of gaps, and the exact sets of parameter values for which a statement holds."""

from certigap.questions.parametric.answer import Box, ParametricBoxes, ParametricGap, ParametricSet, formula
from certigap.questions.parametric.question import (
    parametric_delta,
    parametric_dominance,
    parametric_equilibrium,
    parametric_gap,
    some_game,
)

__all__ = [
    "Box",
    "ParametricBoxes",
    "ParametricGap",
    "ParametricSet",
    "formula",
    "parametric_delta",
    "parametric_dominance",
    "parametric_equilibrium",
    "parametric_gap",
    "some_game",
]
