"""Games in NumPy's `.npz` files: exact integers, or rationals as text; floats only where the user names a denominator.

Three layouts, told apart by the arrays they hold (S states, n players, A_i actions, K rows = states and joint actions,
row-major with the last player's action varying fastest, E entries):

- *normal form*: `payoffs` `[n, A_1, .., A_n]`.
- *dense*, equal actions everywhere: `transitions` `[S, A_1, .., A_n, S]`, `rewards` `[n, S, A_1, .., A_n]`.
- *flat*, what is written here: `shapes` `[S, n]` numbers of actions, `rewards` `[n, K]`, and transitions in compressed
  rows: `offsets` `[K + 1]`, `columns` `[E]`, `weights` `[E]`, `denominators` `[K]`.

Both Markov layouts also hold `initial` `[S]` and `discount` (a scalar, as text). Numbers are integers or text such as
"1/3". `payoff_denominators` and `reward_denominators` (a scalar or `[n]`), `transition_denominators` (a scalar or
`[S, A_1, .., A_n]`, dense only) and `initial_denominator` divide; absent ones are 1, but for integers in `initial` and
dense `transitions`: these are then weights, divided by the sum of their row. Names are optional: `players` `[n]`,
`states` `[S]`, `actions` (all players' of the first state in turn, then the next; dense: of one state), `name`.
"""

import dataclasses
import io
import itertools
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.rational import RationalLike, format_int, format_rational
from certigap.io.array_numbers import Exact, Numbers
from certigap.io.names import one_line
from certigap.model.build import checked_discount, common_denominator, normal_form
from certigap.model.files.atomic import write_bytes_atomically
from certigap.model.files.json_node import brief, name_fault, printable, repeated
from certigap.model.game import Game
from certigap.model.rows import SparseRows, distribution

__all__ = ["MAX_BYTES", "UNREADABLE", "load_archive", "read_arrays", "write_arrays"]

MAX_BYTES = 2**30  # of an array file, as of a JSON file (FORMAT 1)
UNREADABLE = (  # what zipfile and NumPy raise for damaged archives and lying headers
    ValueError,
    EOFError,
    KeyError,
    MemoryError,
    OverflowError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
)
_ANY = {"players", "actions", "name"}
_NORMAL = _ANY | {"payoffs", "payoff_denominators"}
_MARKOV = _ANY | {"states", "rewards", "reward_denominators", "initial", "initial_denominator", "discount"}
_LAYOUTS = (
    "the arrays of a game, payoffs [n, A_1, .., A_n], or transitions [S, A_1, .., A_n, S], "
    "rewards [n, S, A_1, .., A_n], initial [S] and discount"
)
_DENSE = _MARKOV | {"transitions", "transition_denominators"}
_FLAT = _MARKOV | {"shapes", "offsets", "columns", "weights", "denominators"}


def read_arrays(
    path: str | os.PathLike[str], *, discount: RationalLike | None = None, from_floats: int | None = None
) -> Game:
    """The game in an `.npz` file (layouts: see the module).

    Args:
        path: the file; nothing in it is unpickled.
        discount: in place of the file's.
        from_floats: a denominator D; float arrays are then rounded to multiples of 1/D (in probability rows the
            largest entry absorbs the remainder), and `meta` records the largest change (of a row, in L1). Without it
            floats are refused.

    Raises:
        InputError: a file that is no such game; the message names the array.
    """
    where = printable(os.fspath(path))
    arrays = load_archive(path, where)
    numbers = Numbers(where, arrays, from_floats)
    layout = _NORMAL if "payoffs" in arrays else _FLAT if "shapes" in arrays else _DENSE
    if not arrays.keys() & {"payoffs", "rewards", "transitions", "shapes"}:
        held = ", ".join(map(brief, sorted(arrays)[:4])) + (", .." if len(arrays) > 4 else "")
        raise InputError(f"{where}: expected {_LAYOUTS}; got {held or 'none'}")
    if unknown := sorted(set(arrays) - layout):
        raise InputError(f"{where}: expected only the arrays {', '.join(sorted(layout))}, got {brief(unknown[0])}")
    if layout is _NORMAL:
        game = _normal_form(numbers)
    else:
        factor = (
            numbers.fractions("discount", ()).item() if discount is None else numbers.rational(discount, "discount")
        )
        game = (_flat if layout is _FLAT else _dense)(numbers, checked_discount(factor))
    meta = {"source": "NumPy arrays"}
    if numbers.rounding is not None:
        meta |= {"floats_rounded_to": f"1/{from_floats}", "largest_rounding": format_rational(numbers.rounding)}
    return dataclasses.replace(game, meta=meta)


def write_arrays(game: Game, path: str | os.PathLike[str]) -> None:
    """Write a game as an `.npz` file, compressed, wholly or not at all; `meta` is left out.

    Integers of more than 62 bits are written as text.

    >>> import tempfile
    >>> from certigap.model.build import bimatrix
    >>> path = os.path.join(tempfile.mkdtemp(), "pennies.npz")
    >>> write_arrays(bimatrix([[1, -1], [-1, 1]]), path)
    >>> read_arrays(path)
    <Game normal form, 2 players, 2x2>
    """
    kind = "payoff" if game.is_normal_form else "reward"
    shape = game.layout.shapes[0] if game.is_normal_form else (game.layout.rows,)
    rewards = _storable(np.concatenate(game.rewards)).reshape(len(game.players), *shape)
    arrays: dict[str, Any] = {
        f"{kind}s": rewards,
        f"{kind}_denominators": _storable(integer_array(game.reward_denominators)),
        "players": np.array(game.players),
        "actions": np.array([name for state in game.actions for own in state for name in own]),
        "name": np.array(game.name),
    }
    if not game.is_normal_form:
        rows = game.transitions
        arrays |= {"states": np.array(game.states), "shapes": game.layout.shape_array}
        arrays |= {"offsets": rows.offsets, "columns": rows.columns}
        arrays |= {"weights": _storable(rows.weights), "denominators": _storable(rows.denominators)}
        arrays |= {"initial": _storable(integer_array(game.initial.weights))}
        arrays |= {"initial_denominator": _storable(integer_array([game.initial.denominator]))[0]}
        arrays |= {"discount": np.array(format_rational(game.discount))}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_bytes_atomically(path, buffer.getvalue())


def load_archive(path: str | os.PathLike[str], where: str) -> dict[str, npt.NDArray[Any]]:
    """All arrays of the archive; its sizes are read, and summed, before any array is."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(int(member.file_size) for member in archive.infolist())
        if size > MAX_BYTES:
            raise InputError(f"{where}: expected at most {MAX_BYTES} bytes of arrays, got {size}")
        with np.load(path, allow_pickle=False) as loaded:
            arrays = {key: loaded[key] for key in loaded.files}
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{where}: expected a readable .npz file, got: {error.strerror or error}") from None
    except UNREADABLE as error:
        raise InputError(f"{where}: expected an .npz file of integers and text, got: {one_line(str(error))}") from None
    if others := [key for key, array in arrays.items() if not isinstance(array, np.ndarray)]:
        raise InputError(f"{where}: expected arrays only, got {brief(others[0])}")
    return arrays


def _normal_form(numbers: Numbers) -> Game:
    axes = numbers.array("payoffs").ndim
    players = axes - 1
    if players < 1 or numbers.array("payoffs").shape[0] != players:
        shape = numbers.array("payoffs").shape
        raise InputError(f"{numbers.where}: payoffs: expected the shape (n, A_1, .., A_n), got {shape}")
    payoffs = numbers.over("payoffs", (players, *[None] * players), "payoff_denominators", (players,))
    if payoffs.size == 0:
        raise InputError(f"{numbers.where}: payoffs: expected actions for every player, got {payoffs.shape}")
    actions = _action_names(numbers, (payoffs.shape[1:],))
    return normal_form(
        list(payoffs),
        actions=None if actions is None else actions[0],
        players=numbers.names("players", players),
        name=_title(numbers),
    )


def _dense(numbers: Numbers, discount: Fraction) -> Game:
    shape = numbers.array("transitions").shape
    if len(shape) < 3 or shape[0] != shape[-1] or 0 in shape:
        raise InputError(f"{numbers.where}: transitions: expected the shape (S, A_1, .., A_n, S), got {shape}")
    states, own = shape[0], shape[1:-1]
    rewards = numbers.over("rewards", (len(own), *shape[:-1]), "reward_denominators", (len(own),))
    rows = numbers.rows("transitions", shape, "transition_denominators", shape[:-1])
    mappings = [{t: value for t, value in enumerate(row) if value} for row in rows]
    names = _action_names(numbers, (own,)) or _numbered((own,))
    return _markov(numbers, discount, rewards.reshape(len(own), -1), mappings, names * states)


def _flat(numbers: Numbers, discount: Fraction) -> Game:
    states, players = numbers.array("shapes", (None, None)).shape
    sizes = numbers.integers("shapes", (states, players))
    if not sizes or min(sizes) < 1:
        raise InputError(f"{numbers.where}: shapes: expected states whose players have actions, got others too")
    shapes = tuple(tuple(sizes[k : k + players]) for k in range(0, len(sizes), players))
    count = sum(math.prod(shape) for shape in shapes)
    rewards = numbers.over("rewards", (players, count), "reward_denominators", (players,))
    names = _action_names(numbers, shapes) or _numbered(shapes)
    return _markov(numbers, discount, rewards, _sparse(numbers, states, count), names)


def _sparse(numbers: Numbers, states: int, count: int) -> list[dict[int, Fraction]]:
    offsets = numbers.integers("offsets", (count + 1,))
    columns = numbers.integers("columns", (None,))
    weights = numbers.integers("weights", (len(columns),))
    denominators = numbers.integers("denominators", (count,))
    if offsets[0] != 0 or offsets[-1] != len(columns) or any(a >= b for a, b in itertools.pairwise(offsets)):
        raise InputError(f"{numbers.where}: offsets: expected numbers that rise from 0 to {len(columns)}, got others")
    if min(columns) < 0 or max(columns) >= states:
        raise InputError(f"{numbers.where}: columns: expected states from 0 to {states - 1}, got others too")
    if min(denominators) < 1:
        raise InputError(f"{numbers.where}: denominators: expected numbers above 0, got others too")
    rows = []
    for k, denominator in enumerate(denominators):
        row = {columns[e]: Fraction(weights[e], denominator) for e in range(offsets[k], offsets[k + 1])}
        if len(row) < offsets[k + 1] - offsets[k]:
            raise InputError(f"{numbers.where}: columns: expected distinct states in row {k}, got one twice")
        rows.append(row)
    return rows


def _markov(
    numbers: Numbers, discount: Fraction, rewards: Exact, rows: list[dict[int, Fraction]], actions: Any
) -> Game:
    states, players = len(actions), len(rewards)
    (initial,) = numbers.rows("initial", (states,), "initial_denominator", ())
    numerators, denominators = zip(*(common_denominator(list(own)) for own in rewards), strict=True)
    return Game(
        players=_distinct(numbers, numbers.names("players", players) or _counted(players), "players"),
        states=_distinct(numbers, numbers.names("states", states) or _counted(states), "states"),
        actions=actions,
        discount=discount,
        initial=distribution(initial, f"{numbers.where}: initial"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=SparseRows.from_mappings(rows, f"{numbers.where}: transitions: row"),
        name=_title(numbers),
    )


def _action_names(numbers: Numbers, shapes: Sequence[Sequence[int]]) -> tuple[tuple[tuple[str, ...], ...], ...] | None:
    flat = numbers.names("actions", sum(map(sum, shapes)))
    if flat is None:
        return None
    left = iter(flat)
    return tuple(
        tuple(_distinct(numbers, tuple(itertools.islice(left, size)), "actions") for size in shape) for shape in shapes
    )


def _numbered(shapes: Sequence[Sequence[int]]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(tuple(_counted(size) for size in shape) for shape in shapes)


def _counted(size: int) -> tuple[str, ...]:
    return tuple(str(k + 1) for k in range(size))


def _distinct(numbers: Numbers, names: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in names:
        if (fault := name_fault(name)) is not None:
            raise InputError(f"{numbers.where}: {what}: {fault}")
    if (again := repeated(names)) is not None:
        raise InputError(f"{numbers.where}: {what}: expected distinct names, got {brief(again)} twice")
    return names


def _title(numbers: Numbers) -> str:
    if "name" not in numbers.arrays:
        return ""
    title = str(numbers.array("name", ()).item())
    if title and (fault := name_fault(title)):
        raise InputError(f"{numbers.where}: name: {fault}")
    return title


def _storable(array: IntArray) -> npt.NDArray[Any]:
    """`int64`, or the integers as text."""
    if array.dtype != object:
        return array
    narrow = integer_array(array)
    return narrow if narrow.dtype != object else np.array([format_int(int(value)) for value in array])
