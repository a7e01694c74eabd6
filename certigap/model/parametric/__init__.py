"""Games whose numbers are rational functions of named parameters."""

from certigap.model.parametric.files import parse_parametric_game, read_parametric_game
from certigap.model.parametric.game import ParametricGame, free_discount

__all__ = ["ParametricGame", "free_discount", "parse_parametric_game", "read_parametric_game"]
