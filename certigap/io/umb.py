"""Games in UMB, the unified Markov binary format of the probabilistic model checkers, read by the package `umbi`.

A UMB model has states, choices in states, and branches of choices. Discrete-time models of any number of players are
read, exactly: those whose states have one owner each (Markov chains, MDPs, turn-based games), and, with an annotation
of our own, games in which several players move at once. What UMB has no place for stands in the annotation group
`certigap`, and other programs read the rest as usual:

| annotation | of | type | what it says |
|---|---|---|---|
| `certigap/discount` | states | rational | the discount, at every state the same |
| `certigap/initial` | states | rational | the initial distribution, where it is no single state |
| `certigap/action_1` .. `action_n` | choices | uint | the own action of player 1 .. n in this choice, counted from 0 |
| `rewards/player_1` .. `player_n` | choices | rational | what player 1 .. n receives |

With `action_i`, the choices of a state are the joint actions of its players, row-major, the last player's action
varying fastest; a program that ignores it sees the first of the movers choose for all. Names of states and of own
actions, which UMB cannot hold, are in the comment of the model: `{"certigap": {"states": [S], "actions": [S][n][..]}}`.

In models of others: the rewards of a choice are those of its state, its own, and the mean of its branches'; a state
without choices stays where it is; players who do not move have the one action "-".
"""

import os
import tarfile
from collections.abc import Sequence
from typing import Any

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, format_rational
from certigap.io.array_numbers import Numbers
from certigap.io.arrays import MAX_BYTES
from certigap.io.peer import peer_errors
from certigap.io.umb_model import UmbModel
from certigap.model.build import checked_discount, common_denominator
from certigap.model.files.json_node import printable
from certigap.model.game import Game
from certigap.model.rows import SparseRows, distribution

__all__ = ["read_umb", "umbi"]


def umbi() -> Any:
    """The package `umbi`.

    Raises:
        InputError: it is not installed.
    """
    try:
        import umbi.umb
    except ImportError:
        raise InputError('UMB files: expected the extra: pip install "certigap[umb]"') from None
    return umbi


def read_umb(
    path: str | os.PathLike[str],
    *,
    discount: RationalLike | None = None,
    rewards: Sequence[str] = (),
    from_floats: int | None = None,
) -> Game:
    """The game in a UMB file.

    Args:
        path: the file.
        discount: in place of the file's; UMB models of others have none.
        rewards: the reward annotation of each player; "-NAME" is NAME's negative. By default `player_1` .. `player_n`,
            or the only one of a model with one player.
        from_floats: a denominator D; doubles are then rounded to multiples of 1/D (in probability rows the largest
            entry absorbs the remainder), and `meta` records the largest change. Without it doubles are refused.

    Raises:
        InputError: a file that is no such model; the message names the part.
    """
    where = printable(os.fspath(path))
    model = UmbModel(where, _load(path, where), Numbers(where, {}, from_floats))
    states, actions = model.named()
    given = model.discount() if discount is None else checked_discount(model.numbers.rational(discount, "discount"))
    payoffs = model.payoffs(rewards)
    numerators, denominators = zip(*(common_denominator(own) for own in payoffs), strict=True)
    meta: dict[str, Any] = {"source": "UMB"}
    if model.numbers.rounding is not None:
        meta |= {"floats_rounded_to": f"1/{from_floats}", "largest_rounding": format_rational(model.numbers.rounding)}
    return Game(
        players=model.players(),
        states=states,
        actions=actions,
        discount=given,
        initial=distribution(model.initial(), f"{where}: initial states"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=SparseRows.from_mappings(model.rows(), f"{where}: choice"),
        name=model.title(),
        meta=meta,
    )


def _load(path: str | os.PathLike[str], where: str) -> Any:
    """The file as lists, its unpacked size looked at first."""
    package = umbi()
    with peer_errors(where, "a UMB file"):
        with tarfile.open(path, "r:*") as archive:
            size = sum(member.size for member in archive)
        if size > MAX_BYTES:
            raise InputError(f"{where}: expected at most {MAX_BYTES} bytes in the file, got {size}")
        return package.umb.read(path)
