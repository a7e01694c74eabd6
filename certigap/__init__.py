"""certigap: how exploitable is this policy, and can you prove it?

Certified Nash gaps of imitated policies, and the worst Nash gap of any policy within an imitation error.

>>> import certigap as cg
>>> game = cg.games.load("lemma1", discount="9/10")
>>> cg.nash_gap(game, cg.games.learner("lemma1", discount="9/10")).value
Fraction(50, 3)
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from certigap.version import __version__

_HOMES = {
    "Game": "certigap.model.game",
    "Policy": "certigap.model.policy",
    "bimatrix": "certigap.model.build",
    "markov_game": "certigap.model.build",
    "normal_form": "certigap.model.build",
    "read_game": "certigap.model.files.codec",
    "read_known": "certigap.certificates.known",
    "read_policy": "certigap.model.files.codec",
    "write_game": "certigap.model.files.codec",
    "write_policy": "certigap.model.files.codec",
    "best_response": "certigap.semantics",
    "eps_bc": "certigap.semantics",
    "eps_mu": "certigap.semantics",
    "eps_rho": "certigap.semantics",
    "expert_regret": "certigap.semantics",
    "gaps": "certigap.semantics",
    "matching_errors": "certigap.semantics",
    "nash_conv": "certigap.semantics",
    "nash_gap": "certigap.semantics",
    "occupancy": "certigap.semantics",
    "player_gaps": "certigap.semantics",
    "q_values": "certigap.semantics",
    "value_gap": "certigap.semantics",
    "values": "certigap.semantics",
    "visited": "certigap.semantics",
    "FiniteGame": "certigap.model.finite",
    "FinitePolicy": "certigap.model.finite",
    "finite_horizon": "certigap.model.finite",
    "read_any_game": "certigap.model.finite",
    "read_finite_policy": "certigap.model.finite",
    "write_finite_game": "certigap.model.finite",
    "write_finite_policy": "certigap.model.finite",
    "finite_gaps": "certigap.semantics.finite",
    "finite_errors": "certigap.semantics.finite_errors",
    "finite_worst_case": "certigap.questions.finite.worst_case",
    "solve_finite": "certigap.solve.finite",
    "convert_finite": "certigap.io.finite",
    "region_bound": "certigap.questions.region_bound",
    "equilibria": "certigap.solve",
    "solve_game": "certigap.solve",
    "convert": "certigap.io",
    "from_arrays": "certigap.io.from_arrays",
    "from_step": "certigap.io.from_step",
    "ArrayGame": "certigap.model.large",
    "ArrayPolicy": "certigap.model.large",
    "read_array_game": "certigap.model.large",
    "read_array_policy": "certigap.model.large",
    "write_array_game": "certigap.model.large",
    "write_array_policy": "certigap.model.large",
    "array_errors": "certigap.semantics.array_errors",
    "array_gaps": "certigap.semantics.array_gaps",
    "array_worst_case": "certigap.questions.array_worst_case.question",
    "policy_from_openspiel": "certigap.io.openspiel_policy",
    "best_case": "certigap.questions.best_case",
    "concentrability": "certigap.questions.concentrability",
    "continuity": "certigap.questions.continuity",
    "dominance": "certigap.questions.dominance",
    "frontier": "certigap.questions.frontier.question",
    "regularised_best_response": "certigap.semantics.entropic",
    "regularised_delta": "certigap.questions.entropy",
    "regularised_gaps": "certigap.semantics.entropic",
    "markov_dominance": "certigap.questions.dominance.markov",
    "straying": "certigap.questions.straying",
    "straying_curve": "certigap.questions.straying_curve",
    "ParametricGame": "certigap.model.parametric",
    "free_discount": "certigap.model.parametric",
    "read_parametric_game": "certigap.model.parametric",
    "parametric_delta": "certigap.questions.parametric",
    "parametric_dominance": "certigap.questions.parametric",
    "parametric_equilibrium": "certigap.questions.parametric",
    "parametric_gap": "certigap.questions.parametric",
    "theorem_instance": "certigap.questions.theorem_instance",
    "worst_case": "certigap.questions.worst_case.question",
    "certificate": "certigap.certificates",
    "sweep": "certigap.certificates.sweeps.sweep",
    "verify": "certigap.certificates",
    "CertigapError": "certigap.errors",
    "InputError": "certigap.errors",
    "LimitError": "certigap.errors",
    "SolverError": "certigap.errors",
}

_NAMES = {"solve_game": "solve"}

__all__ = [*_HOMES, "games", "solve"]

if TYPE_CHECKING:
    from certigap.certificates import certificate as certificate
    from certigap.certificates import verify as verify
    from certigap.certificates.known import read_known as read_known
    from certigap.certificates.sweeps.sweep import sweep as sweep
    from certigap.errors import CertigapError as CertigapError
    from certigap.errors import InputError as InputError
    from certigap.errors import LimitError as LimitError
    from certigap.errors import SolverError as SolverError
    from certigap.io import convert as convert
    from certigap.io.finite import convert_finite as convert_finite
    from certigap.io.from_arrays import from_arrays as from_arrays
    from certigap.io.from_step import from_step as from_step
    from certigap.io.openspiel_policy import policy_from_openspiel as policy_from_openspiel
    from certigap.model import catalog as games
    from certigap.model.build import bimatrix as bimatrix
    from certigap.model.build import markov_game as markov_game
    from certigap.model.build import normal_form as normal_form
    from certigap.model.files.codec import read_game as read_game
    from certigap.model.files.codec import read_policy as read_policy
    from certigap.model.files.codec import write_game as write_game
    from certigap.model.files.codec import write_policy as write_policy
    from certigap.model.finite import FiniteGame as FiniteGame
    from certigap.model.finite import FinitePolicy as FinitePolicy
    from certigap.model.finite import finite_horizon as finite_horizon
    from certigap.model.finite import read_any_game as read_any_game
    from certigap.model.finite import read_finite_policy as read_finite_policy
    from certigap.model.finite import write_finite_game as write_finite_game
    from certigap.model.finite import write_finite_policy as write_finite_policy
    from certigap.model.game import Game as Game
    from certigap.model.large import ArrayGame as ArrayGame
    from certigap.model.large import ArrayPolicy as ArrayPolicy
    from certigap.model.large import read_array_game as read_array_game
    from certigap.model.large import read_array_policy as read_array_policy
    from certigap.model.large import write_array_game as write_array_game
    from certigap.model.large import write_array_policy as write_array_policy
    from certigap.model.parametric import ParametricGame as ParametricGame
    from certigap.model.parametric import free_discount as free_discount
    from certigap.model.parametric import read_parametric_game as read_parametric_game
    from certigap.model.policy import Policy as Policy
    from certigap.questions.array_worst_case.question import array_worst_case as array_worst_case
    from certigap.questions.best_case import best_case as best_case
    from certigap.questions.concentrability import concentrability as concentrability
    from certigap.questions.continuity import continuity as continuity
    from certigap.questions.dominance import dominance as dominance
    from certigap.questions.dominance.markov import markov_dominance as markov_dominance
    from certigap.questions.entropy import regularised_delta as regularised_delta
    from certigap.questions.finite.worst_case import finite_worst_case as finite_worst_case
    from certigap.questions.frontier.question import frontier as frontier
    from certigap.questions.parametric import parametric_delta as parametric_delta
    from certigap.questions.parametric import parametric_dominance as parametric_dominance
    from certigap.questions.parametric import parametric_equilibrium as parametric_equilibrium
    from certigap.questions.parametric import parametric_gap as parametric_gap
    from certigap.questions.region_bound import region_bound as region_bound
    from certigap.questions.straying import straying as straying
    from certigap.questions.straying_curve import straying_curve as straying_curve
    from certigap.questions.theorem_instance import theorem_instance as theorem_instance
    from certigap.questions.worst_case.question import worst_case as worst_case
    from certigap.semantics import best_response as best_response
    from certigap.semantics import eps_bc as eps_bc
    from certigap.semantics import eps_mu as eps_mu
    from certigap.semantics import eps_rho as eps_rho
    from certigap.semantics import expert_regret as expert_regret
    from certigap.semantics import gaps as gaps
    from certigap.semantics import matching_errors as matching_errors
    from certigap.semantics import nash_conv as nash_conv
    from certigap.semantics import nash_gap as nash_gap
    from certigap.semantics import occupancy as occupancy
    from certigap.semantics import player_gaps as player_gaps
    from certigap.semantics import q_values as q_values
    from certigap.semantics import value_gap as value_gap
    from certigap.semantics import values as values
    from certigap.semantics import visited as visited
    from certigap.semantics.array_errors import array_errors as array_errors
    from certigap.semantics.array_gaps import array_gaps as array_gaps
    from certigap.semantics.entropic import regularised_best_response as regularised_best_response
    from certigap.semantics.entropic import regularised_gaps as regularised_gaps
    from certigap.semantics.finite import finite_gaps as finite_gaps
    from certigap.semantics.finite_errors import finite_errors as finite_errors
    from certigap.solve import equilibria as equilibria
    from certigap.solve import solve as solve_game
    from certigap.solve.finite import solve_finite as solve_finite


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import certigap` costs next to nothing (PEP 562)."""
    from importlib import import_module

    if name == "games":
        value: Any = import_module("certigap.model.catalog")
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), _NAMES.get(name, name))
    else:
        raise AttributeError(f"module 'certigap' has no attribute {name!r}")
    globals()[name] = value
    return value


class _Root(ModuleType):
    """This module, whose `solve` is the function even after the part `certigap.solve` was imported.

    The import of a part sets it on its parent, and would hide the function of the same name.
    """

    @property
    def solve(self) -> Any:
        """`certigap.solve.solve`."""
        return __getattr__("solve_game")

    @solve.setter
    def solve(self, part: ModuleType) -> None:
        """What the import system does; the part is found in `sys.modules`."""


sys.modules[__name__].__class__ = _Root


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
