"""Builders: games from nested lists, integer arrays, Fractions and strings. Floats are refused."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from certigap.errors import InexactError, InputError
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.files.json_node import brief, name_fault
from certigap.model.game import Game
from certigap.model.rows import SparseRows, distribution

__all__ = ["bimatrix", "checked_discount", "common_denominator", "markov_game", "normal_form", "self_loops"]


_Table: TypeAlias = tuple[IntArray, int]
"""Payoffs of one player, `[A_1, ..., A_n]`: numerators and their common denominator."""


def normal_form(
    payoffs: Sequence[Any],
    *,
    actions: Sequence[Sequence[str]] | None = None,
    players: Sequence[str] | None = None,
    name: str = "",
    from_floats: int | None = None,
) -> Game:
    """A normal-form game.

    Args:
        payoffs: one array per player, `[n][A_1, ..., A_n]`, of exact numbers (nested lists or NumPy arrays).
        actions: names `[n][A_i]`; by default "1", "2", ...
        players: names `[n]`; by default "1", "2", ...
        name: a title.
        from_floats: a denominator D; floats become the nearest multiples of 1/D, and `meta` records the largest change.

    Raises:
        InputError: arrays of unlike shapes, or names that do not fit them.
        TypeError: a float, where no denominator is given.

    >>> normal_form([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    <Game normal form, 2 players, 2x2>
    """
    tables, meta = _tables(payoffs, from_floats)
    return _normal_form(tables, actions, players, name, meta)


def _normal_form(
    tables: Sequence[_Table],
    actions: Sequence[Sequence[str]] | None,
    players: Sequence[str] | None,
    name: str,
    meta: dict[str, Any],
) -> Game:
    if not tables:
        raise InputError("payoffs: expected one array per player, got none")
    rewards, denominators = zip(*tables, strict=True)
    shape = rewards[0].shape
    if any(table.shape != shape for table in rewards) or len(shape) != len(tables):
        shapes = ", ".join(str(table.shape) for table in rewards)
        raise InputError(f"payoffs: expected {len(tables)} arrays of one shape with {len(tables)} axes, got {shapes}")
    names = _names(players, len(tables), "players")
    action_names = tuple(
        _names(None if actions is None else actions[i], size, f"actions of player {names[i]}")
        for i, size in enumerate(shape)
    )
    return Game(
        players=names,
        states=("",),
        actions=(action_names,),
        discount=Fraction(0),
        initial=distribution([1], "initial"),
        rewards=tuple(table.reshape(-1) for table in rewards),
        reward_denominators=denominators,
        transitions=self_loops(math.prod(shape)),
        is_normal_form=True,
        name=name,
        meta=meta,
    )


def bimatrix(
    row_payoffs: Any,
    column_payoffs: Any = None,
    *,
    actions: Sequence[Sequence[str]] | None = None,
    players: Sequence[str] | None = None,
    name: str = "",
    from_floats: int | None = None,
) -> Game:
    """A two-player normal form from payoff matrices `[A_1, A_2]`; without the second, zero-sum (see `normal_form`).

    >>> bimatrix([[1, -1], [-1, 1]])
    <Game normal form, 2 players, 2x2>
    """
    given = [row_payoffs] if column_payoffs is None else [row_payoffs, column_payoffs]
    tables, meta = _tables(given, from_floats)
    numerators, denominator = tables[0]
    second = (-numerators, denominator) if column_payoffs is None else tables[1]
    return _normal_form([tables[0], second], actions, players, name, meta)


def markov_game(
    *,
    players: Sequence[str],
    states: Sequence[str],
    actions: Mapping[str, Sequence[Sequence[str]]] | Sequence[Sequence[str]],
    outcome: Any,
    discount: RationalLike,
    initial: Mapping[str, RationalLike],
    name: str = "",
) -> Game:
    """A tabular discounted Markov game.

    Args:
        players: names `[n]`.
        states: names `[S]`.
        actions: names `[n][A_i]` for every state alike, or `{state: [n][A_i(s)]}`.
        outcome: called as `outcome(state, joint)` with names (`joint` a tuple of n action names); returns
            `(rewards [n], {next state: probability})`, exact numbers. A mapping `{(state, joint): ...}` serves too.
        discount: in [0, 1).
        initial: `{state: probability}`.
        name: a title.

    Raises:
        InputError: names, counts or probabilities that do not fit; the message names the place.
        TypeError: a float.
    """
    player_names, state_names = _names(players, None, "players"), _names(states, None, "states")
    position = {state: index for index, state in enumerate(state_names)}
    by_state = actions if isinstance(actions, Mapping) else dict.fromkeys(state_names, actions)
    all_actions = tuple(_state_actions(by_state, state, len(player_names)) for state in state_names)
    ask = outcome.__getitem__ if isinstance(outcome, Mapping) else lambda key: outcome(*key)
    rewards: list[list[Fraction]] = [[] for _ in player_names]
    rows: list[dict[int, Fraction]] = []
    for state, own in zip(state_names, all_actions, strict=True):
        for joint in itertools.product(*own):
            where = f"outcome at state {state}, actions {', '.join(joint)}"
            payoff, following = ask((state, joint))
            if len(payoff) != len(player_names):
                raise InputError(f"{where}: expected {len(player_names)} rewards, got {len(payoff)}")
            for column, value in zip(rewards, payoff, strict=True):
                column.append(rational(value))
            rows.append(_probabilities(following, position, where))
    numerators, denominators = zip(*(common_denominator(column) for column in rewards), strict=True)
    start = _probabilities(initial, position, "initial")
    return Game(
        players=player_names,
        states=state_names,
        actions=all_actions,
        discount=checked_discount(rational(discount)),
        initial=distribution([start.get(s, Fraction(0)) for s in range(len(state_names))], "initial"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=SparseRows.from_mappings(rows, "transition row"),
        name=name,
    )


def checked_discount(discount: Fraction) -> Fraction:
    """The discount itself, when it is in [0, 1)."""
    if not 0 <= discount < 1:
        raise InputError(f"discount: expected a rational in [0, 1), got {brief(discount)}")
    return discount


def self_loops(rows: int) -> SparseRows:
    """Transitions of a one-state game: every row returns to state 0."""
    ones = np.ones(rows, dtype=np.int64)
    return SparseRows(np.arange(rows + 1, dtype=np.int64), np.zeros(rows, dtype=np.int64), ones, ones)


def _state_actions(by_state: Mapping[str, Any], state: str, players: int) -> tuple[tuple[str, ...], ...]:
    if state not in by_state:
        raise InputError(f"actions: expected an entry for state {state}, got none")
    own = by_state[state]
    if len(own) != players:
        raise InputError(f"actions at state {state}: expected lists of {players} players, got {len(own)}")
    return tuple(_names(names, None, f"actions at state {state}") for names in own)


def _probabilities(row: Mapping[str, RationalLike], position: Mapping[str, int], where: str) -> dict[int, Fraction]:
    unknown = [state for state in row if state not in position]
    if unknown:
        raise InputError(f"{where}: expected names of states, got {unknown[0]!r}")
    result = {position[state]: rational(value) for state, value in row.items()}
    distribution(list(result.values()), where)
    return result


def _names(given: Iterable[str] | None, count: int | None, what: str) -> tuple[str, ...]:
    names = tuple(str(k + 1) for k in range(count or 0)) if given is None else tuple(given)
    if count is not None and len(names) != count:
        raise InputError(f"{what}: expected {count} names, got {len(names)}")
    if not names:
        raise InputError(f"{what}: expected at least one, got none")
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"{what}: expected text, got {name!r}")
        if (fault := name_fault(name)) is not None:
            raise InputError(f"{what}: {fault}")
    if len(set(names)) != len(names):
        raise InputError(f"{what}: expected distinct names, got {list(names)}")
    return names


def _tables(payoffs: Sequence[Any], grain: int | None) -> tuple[list[_Table], dict[str, Any]]:
    """The players' tables, and what a game records of the rounding of floats to multiples of 1/grain."""
    if grain is None:
        return [_exact_table(table) for table in payoffs], {}
    if type(grain) is not int or grain < 1:
        raise InputError(f"from_floats: expected a denominator, an integer >= 1, got {grain!r}")
    changes = [Fraction(0)]
    tables = [_rounded_table(table, grain, changes) for table in payoffs]
    recorded = {"floats_rounded_to": f"1/{grain}", "largest_rounding": format_rational(max(changes))}
    return tables, {"source": "arrays", **recorded}


def _rounded_table(table: Any, grain: int, changes: list[Fraction]) -> _Table:
    """A table whose floats are rounded; numbers of exact types stay as they are."""
    array = table if isinstance(table, np.ndarray) else np.array(table, dtype=object)
    values: list[Fraction] = []
    for x in array.reshape(-1).tolist():
        number = x.item() if isinstance(x, np.generic) else x
        if not isinstance(number, float):
            values.append(rational(number))
            continue
        if not math.isfinite(number):
            raise InputError(f"payoffs: expected finite numbers, got {number}")
        values.append(Fraction(round(Fraction(number) * grain), grain))
        changes.append(abs(values[-1] - Fraction(number)))
    numerators, denominator = common_denominator(values)
    return numerators.reshape(array.shape), denominator


def _exact_table(table: Any) -> _Table:
    array = table if isinstance(table, np.ndarray) else np.array(table, dtype=object)
    if array.dtype.kind in "iu":
        return integer_array(array.reshape(-1)).reshape(array.shape), 1
    values = array.reshape(-1).tolist()
    if all(type(x) is int for x in values):
        return integer_array(values).reshape(array.shape), 1
    plain = [x.item() if isinstance(x, np.generic) else x for x in values]
    if (inexact := next((x for x in plain if isinstance(x, float)), None)) is not None:
        raise InexactError(f"payoffs: expected exact numbers, or from_floats=DENOMINATOR, got the float {inexact!r}")
    numerators, denominator = common_denominator([rational(x) for x in plain])
    return numerators.reshape(array.shape), denominator


def common_denominator(values: Sequence[Fraction]) -> tuple[IntArray, int]:
    """The values as integer numerators over their least common denominator."""
    denominator = math.lcm(1, *(value.denominator for value in values))
    return integer_array([value.numerator * (denominator // value.denominator) for value in values]), denominator
