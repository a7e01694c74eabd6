"""The protocol of the two back ends, and the choice between them (THEORY 7).

`exact` solves over the rationals; `enclosed` rounds floats to a grid 2^-k and checks one-sided inequalities in
integers. `auto` is exact while the answer stays short: the bits of a fixed point are bounded by those of the scaled
diagonals, summed along the longest path of strongly connected components. Many short answers may still have a long
common denominator, which every entry of a vector is written over: that of the rows tells.
"""

import math
from typing import Literal, Protocol

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IndexArray, bit_length
from certigap.exact.linear import RowMatrix, longest_path
from certigap.exact.vector import Bracket
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import enclosed_backend, exact_backend
from certigap.semantics.induced import decision_process, transition_chain
from certigap.semantics.optimum import Optimum, require_policy

__all__ = ["Backend", "Method", "select"]

Method = Literal["auto", "exact", "enclosed"]

MAX_BITS = 4_096
"""Above it, an exact answer is given only when asked for."""

MAX_COMPONENT = 400
"""States in one dense exact solve: 0.6 s at 500 states of 4-bit rows."""

MAX_VECTOR = 2**25
"""Bits of a vector, every entry over the common denominator: with 53-bit rows tic-tac-toe would need 2^30."""

_FEW = 64
"""Different denominators of transitions up to which the crude bound takes their least common multiple."""


class Backend(Protocol):
    """What an evaluation back end provides; modules serve as back ends."""

    name: str

    def values(self, game: Game, policy: Policy) -> tuple[Bracket, ...]:
        """Per player V_i^pi, `[S]`."""
        ...

    def values_and_optima(self, game: Game, policy: Policy) -> tuple[tuple[Bracket, ...], tuple[Optimum, ...]]:
        """`values` and every player's `optimum`, with the work that they share done once."""
        ...

    def occupancy(self, game: Game, policy: Policy) -> Bracket:
        """mu_pi, `[S]`."""
        ...

    def optimum(self, game: Game, policy: Policy, player: int) -> Optimum:
        """V_i^{*, pi_-i}, `[S]`."""
        ...


def select(arithmetic: str, game: Game, *policies: Policy, deviations: bool = False) -> Backend:
    """The back end called `arithmetic`, or the one that `auto` picks.

    Args:
        arithmetic: "auto", "exact" or "enclosed".
        game: the game.
        policies: those to be evaluated, checked to fit the game.
        deviations: best responses will be asked for, so `auto` looks at the decision processes too.

    Raises:
        InputError: another arithmetic, or a policy of another game.
    """
    for policy in policies:
        require_policy(game, policy)
    if arithmetic == "exact":
        return exact_backend
    if arithmetic == "enclosed":
        return enclosed_backend
    if arithmetic != "auto":
        raise InputError(f"arithmetic: expected 'auto', 'exact' or 'enclosed', got {arithmetic!r}")
    short = all(_exact_is_short(game, policy, deviations) for policy in policies)
    return exact_backend if short else enclosed_backend


def _exact_is_short(game: Game, policy: Policy, deviations: bool) -> bool:
    if not game.discount or _crude_bits(game, policy) <= MAX_BITS:
        return True
    if not _fits(game, transition_chain(game, policy), np.arange(len(game.states) + 1)):
        return False
    if not deviations:
        return True
    layout = game.layout
    return all(_process_fits(game, policy, player, layout.action_offsets[player]) for player in range(layout.players))


def _crude_bits(game: Game, policy: Policy) -> int:
    """An upper bound of the bits that needs no chain: every state with the longest denominators."""
    denominators = set(game.transitions.denominators.tolist())
    if len(game.states) > MAX_COMPONENT or len(denominators) > _FEW:
        return MAX_BITS + 1
    bits = game.discount.denominator.bit_length() + math.lcm(*denominators).bit_length()
    bits += sum(bit_length(own) for own in policy.denominators)
    return bits * len(game.states)


def _process_fits(game: Game, policy: Policy, player: int, offsets: IndexArray) -> bool:
    matrix = decision_process(game, policy, player).matrix
    return matrix is not None and _fits(game, matrix, offsets)


def _fits(game: Game, matrix: RowMatrix, offsets: IndexArray) -> bool:
    extra = game.discount.denominator.bit_length()
    rows = np.array([int(scale).bit_length() + extra for scale in matrix.scales], dtype=np.int64)
    lengths = np.maximum.reduceat(rows, offsets[:-1]).tolist()
    bits, largest = longest_path(matrix.offsets[offsets], matrix.columns, lengths)
    return bits <= MAX_BITS and largest <= MAX_COMPONENT and _is_common(matrix, MAX_VECTOR // len(lengths))


def _is_common(matrix: RowMatrix, bits: int) -> bool:
    """The rows have a common denominator of at most so many bits; that of the fixed point is about as long."""
    common = 1
    for scale in set(matrix.scales.tolist()):
        common = math.lcm(common, scale)
        if common.bit_length() > bits:
            return False
    return True
