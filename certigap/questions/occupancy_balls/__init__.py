"""Worst cases over the balls of the occupancy errors eps_rho and eps_mu (THEORY 11)."""

from certigap.questions.occupancy_balls.evidence import Bounds
from certigap.questions.occupancy_balls.program import occupancy_seconds
from certigap.questions.occupancy_balls.sweep import Sweep, worst_case_mu, worst_case_rho

__all__ = ["Bounds", "Sweep", "occupancy_seconds", "worst_case_mu", "worst_case_rho"]
