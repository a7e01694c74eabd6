"""When the interval of a worst case is short enough, unless somebody asks for more."""

from fractions import Fraction

from certigap.bounds.trivial import trivial_bound
from certigap.model.game import Game
from certigap.regions.units import state_units

__all__ = ["RATIO", "short_width"]

RATIO = Fraction(201, 200)
"""upper/lower at which an interval is tight enough, unless asked otherwise."""

_SHORT = 1e-6
"""Of what can be had from the start: an interval this short is closed whatever its ratio."""


def short_width(game: Game) -> float:
    """The width at which an interval counts as closed: of the trivial bound, or of what the start's unit allows.

    A rare state with huge rewards raises the trivial bound, and what can be had from the start next to nothing.
    """
    units = state_units(game)
    start = float(units @ [float(p) for p in game.initial.fractions()])
    return _SHORT * float(trivial_bound(game)) * min(1.0, start / float(units.max()))
