"""Action counts from trajectories: what a behavioural clone is made of."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from certigap.errors import InputError
from certigap.model.game import Game

__all__ = ["count_actions"]


def count_actions(game: Game, data: Any) -> list[list[list[int]]]:
    """How often each player took each action at each state.

    Args:
        game: the game.
        data: steps, or episodes of steps. A step is `(state, a_1, .., a_n)`, `(state, (a_1, .., a_n))`, or a mapping
            with the keys "state" and "actions" (others are left aside); of a normal form also `(a_1, .., a_n)` alone.
            States and actions are names, or indices from 0 (also rows of an integer array).

    Returns:
        `[n][S][A_i(s)]` counts.

    Raises:
        InputError: a step that is none, or a state or an action that the game does not have; the message says where.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[1, 0], [0, 1]], actions=[["U", "D"], ["L", "R"]])
    >>> count_actions(game, [("U", "L"), ("U", "R")])
    [[[2, 0]], [[1, 1]]]
    """
    counts = [[[0] * len(own[i]) for own in game.actions] for i in range(len(game.players))]
    states = {name: s for s, name in enumerate(game.states)}
    actions: dict[tuple[str, ...], dict[str, int]] = {own: _positions(own) for at in game.actions for own in at}
    for where, step in _steps(data):
        state, joint = _parts(game, step, where)
        s = _index(state, states, f"{where}: state")
        for i, action in enumerate(joint):
            own = game.actions[s][i]
            place = f"{where}: action of player {game.players[i]} at state {game.states[s]!r}"
            counts[i][s][_index(action, actions[own], place)] += 1
    return counts


def _positions(names: tuple[str, ...]) -> dict[str, int]:
    return {name: k for k, name in enumerate(names)}


def _steps(data: Any) -> Iterator[tuple[str, Any]]:
    """All steps with their places; an item is an episode if its own first item is no state."""
    for e, item in enumerate(_list(data, "trajectories")):
        if _is_step(item):
            yield f"trajectories: step {e}", item
            continue
        for t, step in enumerate(_list(item, f"trajectories: episode {e}")):
            yield f"trajectories: episode {e}, step {t}", step


def _is_step(item: Any) -> bool:
    if isinstance(item, Mapping):
        return True
    return hasattr(item, "__len__") and len(item) > 0 and isinstance(item[0], str | int | np.integer)


def _parts(game: Game, step: Any, where: str) -> tuple[Any, list[Any]]:
    n = len(game.players)
    if isinstance(step, Mapping):
        if "actions" not in step or not ("state" in step or game.is_normal_form):
            raise InputError(f"{where}: expected the keys 'state' and 'actions', got {list(step)[:5]}")
        state, joint = step.get("state", 0), _list(step["actions"], f"{where}: actions")
    else:
        parts = _list(step, where)
        if len(parts) == 2 and not isinstance(parts[1], str) and hasattr(parts[1], "__len__"):
            parts = [parts[0], *parts[1]]
        if game.is_normal_form and len(parts) == n:
            parts = [0, *parts]
        if not parts:
            raise InputError(f"{where}: expected a state and {n} actions, got nothing")
        state, *joint = parts
    if len(joint) != n:
        raise InputError(f"{where}: expected a state and {n} actions, got {len(joint)} actions")
    return state, joint


def _index(given: Any, positions: Mapping[str, int], where: str) -> int:
    if isinstance(given, str):
        if given in positions:
            return positions[given]
    elif isinstance(given, int | np.integer) and not isinstance(given, bool) and 0 <= given < len(positions):
        return int(given)
    few = ", ".join(map(repr, list(positions)[:4])) + (", .." if len(positions) > 4 else "")
    raise InputError(f"{where}: expected one of {few}, or an index below {len(positions)}, got {given!r}"[:200])


def _list(given: Any, where: str) -> list[Any]:
    if isinstance(given, str | bytes | Mapping) or not hasattr(given, "__iter__"):
        raise InputError(f"{where}: expected a list, got the {type(given).__name__} {str(given)[:40]!r}")
    return list(given)
