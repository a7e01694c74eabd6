"""A policy's rows as people have them: nested lists, NumPy arrays, or names.

A level is given *by names* (`{player: {state: {action: x}}}`; a normal form has no level of states) or *in order*
(`[n][S][A_i(s)]`), each level for itself. In a mapping an action left out is 0; a state may be left out where the
player has one action (in counts: anywhere, nothing was counted there). An array is

- per player `[S, A]`, or all players' `[n, S, A]` or `[S, n, A]` (n = S > 1 would read both ways and is refused);
- for a normal form also `[A]` per player.

Where a state has fewer actions than A, the entries past its own must be 0.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from certigap.errors import InputError
from certigap.model.files.json_node import brief
from certigap.model.game import Game
from certigap.model.rows import Distribution

__all__ = ["MakeRow", "map_rows"]

MakeRow: TypeAlias = Callable[[list[Any], str], Distribution]
"""From the numbers of a row `[A_i(s)]`, and what messages call it."""

_SCALARS = (int, float, str, Fraction, np.number)


def map_rows(
    game: Game, given: Any, make: MakeRow, *, sparse: bool = False, what: str = "policy"
) -> tuple[tuple[Distribution, ...], ...]:
    """The rows `[n][S]` that `given` means (see the module), each made by `make`.

    Args:
        game: the game.
        given: mappings, sequences or arrays.
        make: called with every row's numbers, in the order of the state's actions.
        sparse: whether a state that a mapping leaves out has a row of zeros, however many actions it has.
        what: the object in messages.

    Raises:
        InputError: another shape, or a name that the game does not have.
    """
    players = _level(_player_first(game, given, what), game.players, "players", what)
    if missing := [player for player, own in players.items() if own is None]:
        raise InputError(f"{what}: expected rows of player {brief(missing[0])}, got none")
    reader = _Reader(game, make, sparse, what)
    return tuple(reader.player(i, players[player]) for i, player in enumerate(game.players))


class _Reader:
    """Reads the rows of one policy."""

    def __init__(self, game: Game, make: MakeRow, sparse: bool, what: str) -> None:
        self.game, self.make, self.sparse, self.what = game, make, sparse, what

    def player(self, player: int, given: Any) -> tuple[Distribution, ...]:
        """`[S]` rows of a player."""
        game, name = self.game, f"{self.what} of player {self.game.players[player]}"
        own = _plain(given)
        if game.is_normal_form and _is_row(own, game.actions[0][player]):
            own = [own]
        by_state = _level(own, game.states, "states", name)
        return tuple(self.row(player, s, by_state[state]) for s, state in enumerate(game.states))

    def row(self, player: int, state: int, given: Any) -> Distribution:
        """The row of a player at a state; `given` is None where a mapping leaves the state out."""
        names = self.game.actions[state][player]
        where = f"{self.what} of player {self.game.players[player]} at state {self.game.states[state]!r}"
        if given is None:
            if len(names) > 1 and not self.sparse:
                raise InputError(f"{where}: expected {len(names)} probabilities, got none")
            return self.make([int(not self.sparse)] * len(names), where)
        row = _plain(given)
        if isinstance(row, Mapping):
            entries = _level(row, names, "actions", where).values()
            return self.make([0 if entry is None else entry for entry in entries], where)
        if isinstance(row, np.ndarray):
            row = _unpadded(row, len(names), where)
        return self.make(_items(row, "probabilities", where), where)


def _level(given: Any, names: Sequence[str], kind: str, what: str) -> dict[str, Any]:
    """What is given for each name: by the names, or in their order; None for a name that a mapping leaves out."""
    if not isinstance(given, Mapping):
        items = _items(given, f"rows of {len(names)} {kind}", what)
        if len(items) != len(names):
            raise InputError(f"{what}: expected rows of {len(names)} {kind}, got {len(items)}")
        return dict(zip(names, items, strict=True))
    known = set(names)
    for name in given:
        if name not in known:
            few = ", ".join(map(repr, names[:4])) + (", .." if len(names) > 4 else "")
            raise InputError(f"{what}: expected names of {kind} ({few}), got {name!r}"[:200])
    return {name: given.get(name) for name in names}


def _items(given: Any, expected: str, what: str) -> list[Any]:
    if isinstance(given, str | bytes | set | frozenset) or not hasattr(given, "__len__"):
        raise InputError(f"{what}: expected {expected}, got the {type(given).__name__} {str(given)[:40]!r}")
    if isinstance(given, np.ndarray) and given.ndim == 0:
        raise InputError(f"{what}: expected {expected}, got the number {given}")
    return list(given)


def _plain(given: Any) -> Any:
    """A tensor of another library as a NumPy array; anything else as it is."""
    if hasattr(given, "detach"):  # of PyTorch: it may be part of a graph, or on a device
        given = given.detach().cpu()
    is_array = hasattr(given, "__array__") and not isinstance(given, np.generic)
    return np.asarray(given) if is_array else given


def _is_row(own: Any, actions: Sequence[str]) -> bool:
    """Whether what is given for a player of a normal form is its row itself, not a list (or mapping) of one row."""
    if isinstance(own, Mapping):
        return set(own) != {""} or "" in actions
    if isinstance(own, np.ndarray):
        return own.ndim == 1
    return not (hasattr(own, "__len__") and len(own) == 1) or isinstance(own[0], _SCALARS)


def _player_first(game: Game, given: Any, what: str) -> Any:
    """An array of all players with its axes as `[n, S, A]`; anything else as it is."""
    array = _plain(given)
    if not isinstance(array, np.ndarray):
        return given
    n, states, shape = len(game.players), len(game.states), array.shape
    if len(shape) == 3 and shape[:2] == (states, n) and n != states:
        return array.swapaxes(0, 1)
    if len(shape) == 3 and shape[:2] == (n, states) == (states, n) and n > 1:
        got = f"{shape}, which is also (states, players, actions)"
        raise InputError(f"{what}: expected a list of one array (states, actions) a player, got (players, ..) {got}")
    if len(shape) == 2 and n == 1 and shape[0] == states:
        return array[None]
    return array


def _unpadded(row: "np.ndarray[Any, Any]", size: int, where: str) -> "np.ndarray[Any, Any]":
    """A row without the entries past the state's own actions, which must be 0."""
    if row.ndim != 1:
        raise InputError(f"{where}: expected {size} probabilities, got an array of shape {row.shape}")
    if len(row) > size and np.any(row[size:] != 0):
        raise InputError(f"{where}: expected 0 past its {size} actions, got {row[size:].tolist()}"[:200])
    return row[:size]
