"""Games of finite horizon (THEORY 14): a stage game, how often it is played, and policies that may vary with time."""

from certigap.model.finite.files import read_any_game, read_finite_policy, write_finite_game, write_finite_policy
from certigap.model.finite.game import FiniteGame, finite_horizon
from certigap.model.finite.policy import FinitePolicy

__all__ = [
    "FiniteGame",
    "FinitePolicy",
    "finite_horizon",
    "read_any_game",
    "read_finite_policy",
    "write_finite_game",
    "write_finite_policy",
]
