"""delta-continuity of an expert in a game of one state."""

from certigap.questions.continuity.answer import ContinuityAnswer, Kappa
from certigap.questions.continuity.question import continuity

__all__ = ["ContinuityAnswer", "Kappa", "continuity"]
