"""Games of finite horizon from elsewhere: any source played H times, and OpenSpiel's games that end by themselves.

An OpenSpiel game needs no discount then: its horizon is the largest number of decisions that any play holds, read off
the game, and ended games stay where they are with reward 0; its gaps at discount 1 are OpenSpiel's own. Where merged
states can return to each other the text hides OpenSpiel's limit on moves: such a game is refused, and taken with its
limit when it is merged by moves.
"""

import os
import warnings
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import CertigapWarning, InputError
from certigap.exact.linear import components
from certigap.exact.rational import RationalLike
from certigap.io.sources import convert
from certigap.model.files.json_node import printable
from certigap.model.finite.game import FiniteGame, finite_horizon
from certigap.model.game import Game

__all__ = ["convert_finite", "longest_play"]


def convert_finite(
    source: str | os.PathLike[str], horizon: int | None = None, discount: RationalLike = 1, **options: Any
) -> FiniteGame:
    """The game behind a file or a name, played for `horizon` steps.

    Args:
        source: as of `convert`.
        horizon: the number of steps; an OpenSpiel game's own length where it is left out.
        discount: g in [0, 1], of a step; the source's own plays no part.
        options: those of `convert`.

    Raises:
        InputError: no horizon for a game that does not say when it ends; what `convert` refuses.
    """
    text = os.fspath(source)
    is_openspiel = text.startswith("openspiel:")
    if horizon is None and not is_openspiel:
        raise InputError(f"{printable(text)}: expected a horizon, got none (only OpenSpiel's games have their own)")
    if is_openspiel or text.lower().endswith((".npz", ".umb")):
        options["discount"] = Fraction(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CertigapWarning)
        game = convert(source, **options)
    if "move_limit" in game.meta:
        what = "a game whose states show when it ends (merge by 'moves')"
        raise InputError(f"{printable(text)}: expected {what}, got one whose merged states return to each other")
    for warning in caught:
        warnings.warn(warning.message, stacklevel=2)
    steps = horizon if horizon is not None else 1 if game.is_normal_form else longest_play(game)
    found = finite_horizon(game, steps, discount)
    if "discounting" in found.stage.meta:
        found.stage.meta["discounting"] = "ended games stay, reward 0; the horizon is the longest play's decisions"
    return found


def longest_play(game: Game) -> int:
    """The largest number of decisions before the game stays where it is, one action a player and reward 0.

    Raises:
        InputError: a game that goes on for ever.
    """
    transitions, layout = game.transitions, game.layout
    offsets = layout.row_offsets
    ended = [_is_over(game, s) for s in range(len(game.states))]
    order = components(np.asarray(transitions.offsets[offsets], dtype=np.int64), transitions.columns)
    length = [0] * len(game.states)
    for block in order:
        state = block[0]
        if ended[state]:
            continue
        entries = range(int(transitions.offsets[offsets[state]]), int(transitions.offsets[offsets[state + 1]]))
        following = {int(transitions.columns[e]) for e in entries}
        if len(block) > 1 or state in following:
            raise InputError(f"{game!r}: expected a game that ends, got one that may return to {game.states[state]!r}")
        length[state] = 1 + max(length[to] for to in following)
    return max(1, max(n for n, p in zip(length, game.initial.weights, strict=True) if p))


def _is_over(game: Game, state: int) -> bool:
    first, last = (int(k) for k in game.layout.row_offsets[state : state + 2])
    if last - first > 1 or any(int(own[first]) for own in game.rewards):
        return False
    return game.transitions.row(first) == {state: Fraction(1)}
