"""Dominance in games of one state: which actions, whether the expert, and by how much not."""

from certigap.questions.dominance.answer import ActionDominance, DominanceAnswer
from certigap.questions.dominance.question import dominance

__all__ = ["ActionDominance", "DominanceAnswer", "dominance"]
