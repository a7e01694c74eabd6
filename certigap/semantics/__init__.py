"""Values, occupancies, best responses, gaps and matching errors, exact or enclosed (THEORY 1, 7)."""

from certigap.floats.game import FloatGame
from certigap.semantics.deviation import BestResponse, best_response
from certigap.semantics.evaluation import action_values, occupancy, q_values, values, visited
from certigap.semantics.exploitability import GapAnswer, expert_regret, gaps, nash_conv, nash_gap, player_gaps
from certigap.semantics.matching import (
    ErrorsAnswer,
    eps_bc,
    eps_mu,
    eps_rho,
    errors,
    matching_errors,
    row_distances,
    value_gap,
)

__all__ = [
    "BestResponse",
    "ErrorsAnswer",
    "FloatGame",
    "GapAnswer",
    "action_values",
    "best_response",
    "eps_bc",
    "eps_mu",
    "eps_rho",
    "errors",
    "expert_regret",
    "gaps",
    "matching_errors",
    "nash_conv",
    "nash_gap",
    "occupancy",
    "player_gaps",
    "q_values",
    "row_distances",
    "value_gap",
    "values",
    "visited",
]
