"""Worst cases over the balls of the occupancy errors eps_rho and eps_mu (THEORY 11)."""

from certigap.questions.occupancy_balls.evidence import BallTable, Bounds
from certigap.questions.occupancy_balls.sweep import BallAnswer, Sweep, worst_case_mu, worst_case_rho

__all__ = ["BallAnswer", "BallTable", "Bounds", "Sweep", "worst_case_mu", "worst_case_rho"]
