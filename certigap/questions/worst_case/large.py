"""A witness of a large game, from the engine of array games: ten thousand states in a second or two."""

from fractions import Fraction

import numpy as np

from certigap.errors import InputError, SolverError
from certigap.exact.integers import FloatArray
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy
from certigap.model.policy import Policy
from certigap.questions.array_worst_case.question import array_worst_case
from certigap.work.deadline import Deadline

__all__ = ["array_witness"]


def array_witness(expert: Policy, radius: Fraction, deadline: Deadline) -> tuple[int, list[FloatArray]] | None:
    """A player and a policy of about B_BC(radius) with a large gap of it, `[n][L]`; None where numbers are too long for
    array games, or floats find none.
    """
    try:
        game, policy = ArrayGame.from_game(expert.game), ArrayPolicy.from_policy(expert)
        found = array_worst_case(game, policy, radius, deadline)
    except (InputError, SolverError):
        return None
    rows = zip(found.witness.policy.weights, found.witness.policy.denominators, game.shapes.T, strict=True)
    return found.witness_player, [np.asarray(own / np.repeat(sums, sizes)) for own, sums, sizes in rows]
