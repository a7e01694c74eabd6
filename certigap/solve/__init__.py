"""Experts: equilibria of games, in floats or exact; proposals until the exact layers have judged them."""

from certigap.solve.regularised import RegularisedEquilibrium, regularised_equilibrium

__all__ = ["RegularisedEquilibrium", "regularised_equilibrium"]
