"""The states of a game file read in columns: what is alike is looked at together, and each text of a number once.

A file that is not strictly written raises `IrregularError` here, which says neither where nor why: the reader of nodes
does (`game_codec`), for one file in many.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IndexArray, IntArray, as_object, bit_length, integer_array
from certigap.exact.rational import parse_ratio
from certigap.model.files.json_node import name_fault
from certigap.model.rows import SparseRows

__all__ = ["IrregularError", "StateColumns", "state_columns"]

_STATE, _OUTCOME = ("name", "actions", "outcomes"), ("rewards", "next")
_SUM_BITS = 62  # one of 64 is the sign, one is kept


class IrregularError(InputError):
    """The value is not what a game file holds at its place."""


@dataclass(frozen=True, slots=True)
class StateColumns:
    """What the states of a game file write, as `Game` holds it."""

    names: tuple[str, ...]  # [S]
    actions: tuple[tuple[tuple[str, ...], ...], ...]  # [S][n][A_i(s)]
    rewards: tuple[IntArray, ...]  # [n][K] numerators
    reward_denominators: tuple[int, ...]  # [n]
    transitions: SparseRows  # [K, S]


def state_columns(states: Any, players: int) -> StateColumns:
    """The columns of the array of states of a game file for so many players; `IrregularError` where it is none."""
    if type(states) is not list:
        raise IrregularError
    members = _members(states, _STATE)
    names = _names(members["name"])
    known: dict[Any, tuple[tuple[str, ...], ...]] = {}
    actions = tuple(_actions(own, players, known) for own in members["actions"])
    listed = _all_of(list, members["outcomes"])
    if list(map(len, listed)) != [math.prod(map(len, own)) for own in actions]:
        raise IrregularError
    outcomes = _members(list(chain.from_iterable(listed)), _OUTCOME)
    rewards, denominators = _rewards(outcomes["rewards"], players)
    position = dict(zip(names, range(len(names)), strict=True))
    return StateColumns(names, actions, rewards, denominators, _transitions(outcomes["next"], position))


def _all_of(kind: type, values: list[Any]) -> list[Any]:
    """The values, every one of them of that kind; there is at least one."""
    if set(map(type, values)) != {kind}:
        raise IrregularError
    return values


def _members(values: list[Any], keys: Sequence[str]) -> dict[str, list[Any]]:
    """The columns of objects that all have these keys and no others."""
    if set(map(len, _all_of(dict, values))) != {len(keys)}:
        raise IrregularError
    try:
        return {key: [value[key] for value in values] for key in keys}
    except KeyError:
        raise IrregularError from None


def _names(values: list[Any]) -> tuple[str, ...]:
    """Distinct names, at least one."""
    names = tuple(_all_of(str, values))
    if any(map(name_fault, names)) or len(set(names)) < len(names):
        raise IrregularError
    return names


def _actions(value: Any, players: int, known: dict[Any, tuple[tuple[str, ...], ...]]) -> tuple[tuple[str, ...], ...]:
    """The names of every player's actions at a state; equal ones are looked at once, and are one object."""
    if type(value) is not list or len(value) != players:
        raise IrregularError
    own = tuple(map(tuple, _all_of(list, value)))
    try:
        return known[own]
    except KeyError:  # only names are kept, and nothing but the same names is equal to them
        known[own] = result = tuple(_names(list(names)) for names in own)
        return result
    except TypeError:
        raise IrregularError from None


class _Codes(dict[Any, int]):
    """The number of every value that it is asked for: 0, 1, .. in the order in which they first come."""

    def __missing__(self, value: Any) -> int:
        self[value] = code = len(self)
        return code

    def of(self, values: list[Any]) -> IndexArray:
        """The numbers of the values."""
        return np.fromiter(map(self.__getitem__, values), dtype=np.int64, count=len(values))


class _Numbers:
    """Rationals by the place where their text first occurs among `values`, each read once."""

    def __init__(self, values: list[Any]) -> None:
        if not {str, int}.issuperset(map(type, values)):
            raise IrregularError
        distinct = _Codes()
        self.codes = distinct.of(values)
        try:
            pairs = [parse_ratio(value) if type(value) is str else (value, 1) for value in distinct]
        except InputError:
            raise IrregularError from None
        self.tops = [top for top, _ in pairs]
        self.bottoms = [bottom for _, bottom in pairs]


def _rewards(values: list[Any], players: int) -> tuple[tuple[IntArray, ...], tuple[int, ...]]:
    """Per player numerators `[K]` over one denominator, and that."""
    if set(map(len, _all_of(list, values))) != {players}:
        raise IrregularError
    numbers = _Numbers(list(chain.from_iterable(values)))
    rewards, denominators = [], []
    for codes in numbers.codes.reshape(-1, players).T:
        used = np.flatnonzero(np.bincount(codes))
        denominator = math.lcm(*{numbers.bottoms[k] for k in used.tolist()})
        scaled = [numbers.tops[k] * (denominator // numbers.bottoms[k]) for k in used.tolist()]
        place = np.empty(len(numbers.tops), dtype=np.int64)
        place[used] = np.arange(len(used))
        rewards.append(integer_array(scaled)[place[codes]])
        denominators.append(denominator)
    return tuple(rewards), tuple(denominators)


def _transitions(values: list[Any], position: Mapping[str, int]) -> SparseRows:
    """Probability rows `[K, S]` without the entries of probability zero, in the order of the states."""
    counts = np.fromiter(map(len, _all_of(dict, values)), dtype=np.int64, count=len(values))
    if not counts.all():
        raise IrregularError
    numbers = _Numbers(list(chain.from_iterable(map(dict.values, values))))
    columns = _places(list(chain.from_iterable(values)), position)
    if any(not 0 <= top <= bottom for top, bottom in zip(numbers.tops, numbers.bottoms, strict=True)):
        raise IrregularError
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    weights, denominators = _weights(numbers, offsets)
    if (weights == 0).any():
        kept = np.flatnonzero(weights != 0)
        offsets, columns, weights = np.searchsorted(kept, offsets), columns[kept], weights[kept]
    places = np.repeat(np.arange(len(values)) * len(position), np.diff(offsets)) + columns
    if (np.diff(places) < 0).any():
        order = np.argsort(places)
        columns, weights = columns[order], weights[order]
    return SparseRows(offsets, columns, integer_array(weights), integer_array(denominators))


def _places(names: list[str], position: Mapping[str, int]) -> IndexArray:
    """The position of every name. The decoder writes equal keys of objects as one object: each object is looked up
    once, and told from others by its address; to hash them all takes four times as long.
    """
    addresses = np.fromiter(map(id, names), dtype=np.uintp, count=len(names))
    objects, codes = np.unique(addresses, return_inverse=True)
    one = np.empty(len(objects), dtype=np.int64)
    one[codes] = np.arange(len(names))
    try:
        return np.array([position[names[k]] for k in one.tolist()], dtype=np.int64)[codes]
    except KeyError:
        raise IrregularError from None


def _weights(numbers: _Numbers, offsets: IndexArray) -> tuple[IntArray, IntArray]:
    """Numerators `[E]` of the rows over their least common denominators `[K]`; every row sums to one."""
    lengths = np.array([bottom.bit_length() for bottom in numbers.bottoms], dtype=np.int64)[numbers.codes]
    starts, counts = offsets[:-1], np.diff(offsets)
    tops, bottoms = integer_array(numbers.tops), integer_array(numbers.bottoms)
    if int(np.add.reduceat(lengths, starts).max()) + bit_length(counts) > _SUM_BITS:
        tops, bottoms = as_object(tops), as_object(bottoms)
    own = bottoms[numbers.codes]
    denominators = np.lcm.reduceat(own, starts)
    weights = tops[numbers.codes] * (np.repeat(denominators, counts) // own)
    if (np.add.reduceat(weights, starts) != denominators).any():
        raise IrregularError
    return weights, denominators
