"""Best case of a bimatrix game: m_rho(G, eps), the least NashGap at joint distance exactly eps from an equilibrium."""

from certigap.questions.best_case.answer import BestCaseAnswer
from certigap.questions.best_case.question import best_case

__all__ = ["BestCaseAnswer", "best_case"]
