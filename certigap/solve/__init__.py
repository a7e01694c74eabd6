"""Experts: equilibria of games, exact, or on a grid with a certified regret."""

from certigap.solve.answer import EquilibriaAnswer, NashSubset, SolveAnswer
from certigap.solve.dispatch import solve
from certigap.solve.equilibria import equilibria
from certigap.solve.regularised import RegularisedEquilibrium, regularised_equilibrium

__all__ = [
    "EquilibriaAnswer",
    "NashSubset",
    "RegularisedEquilibrium",
    "SolveAnswer",
    "equilibria",
    "regularised_equilibrium",
    "solve",
]
