"""What a policy makes of a game, in integers: Markov chains and single-player decision processes.

With joint weights w[k] = prod_j pi_j(a_j | s) of the rows k = (s, a):

- the *chain* of pi has one row per state, r(s) = sum_a w r(s, a) and P(s) = sum_a w P(. | s, a),
- player i's *decision process* against pi_-i has one row per own action, the sum running over the others' actions.

Weights stay integers: a group of rows shares the product of the policies' denominators at its state, times the least
common multiple of the denominators of its transitions. Rows of weight zero are dropped first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from certigap.exact.integers import IndexArray, IntArray, as_object, bit_length
from certigap.exact.linear import RowMatrix
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution

__all__ = [
    "Induced",
    "chain",
    "decision_process",
    "joint_weights",
    "product",
    "reachable",
    "reduced",
    "transition_chain",
    "vector_of",
]

_INT64_BITS = 62  # one of 64 is the sign, one is kept for the last sum


@dataclass(frozen=True, eq=False, slots=True)
class Induced:
    """A chain (one row per state) or a decision process (one row per own action).

    `rewards[j] / (denominators * reward_denominators[j])` are the rewards `[R]` of the j-th player asked for.
    """

    offsets: IndexArray  # [S + 1]: rows of each state
    rewards: tuple[IntArray, ...]  # [.][R]
    reward_denominators: tuple[int, ...]
    denominators: IntArray  # [R], constant over the rows of a state
    matrix: RowMatrix | None  # [R, S]; None where the discount is 0

    @property
    def owners(self) -> IndexArray:
        """`[R]` the state of each row."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int64), np.diff(self.offsets))

    def scale(self, which: int = 0) -> IntArray:
        """`[R]` the denominators of `rewards[which]`."""
        return as_object(self.denominators) * self.reward_denominators[which]


def chain(game: Game, policy: Policy, moving: bool = False) -> Induced:
    """The Markov chain of a policy, with every player's rewards (one row per state).

    `moving`: with the transitions even where the discount is 0, for games whose horizon discounts instead.
    """
    everyone = range(len(game.players))
    active, weights = joint_weights(game, policy, everyone)
    owner = game.layout.row_state[active]
    offsets = np.arange(len(game.states) + 1, dtype=np.int64)
    denominators = _denominators(policy, everyone)
    return _induced(game, offsets, active, weights, owner, denominators, list(everyone), moving)


def transition_chain(game: Game, policy: Policy) -> RowMatrix:
    """The transition matrix `[S, S]` of a policy's chain, without rewards."""
    everyone = range(len(game.players))
    active, weights = joint_weights(game, policy, everyone)
    return _transitions(game, active, weights, game.layout.row_state[active], _denominators(policy, everyone))


def decision_process(game: Game, policy: Policy, player: int, moving: bool = False) -> Induced:
    """Player `player`'s decision process against the others (one row per own action, in the order of `Layout`).

    `moving`: as in `chain`.
    """
    layout = game.layout
    others = [j for j in range(layout.players) if j != player]
    active, weights = joint_weights(game, policy, others)
    owner = layout.action_index[player][active]
    order = np.argsort(owner, kind="stable")
    denominators = _denominators(policy, others)[layout.action_state[player]]
    offsets = layout.action_offsets[player]
    return _induced(game, offsets, active[order], weights[order], owner[order], denominators, [player], moving)


def joint_weights(game: Game, policy: Policy, players: Sequence[int]) -> tuple[IndexArray, IntArray]:
    """Rows that the given players together play with positive weight, and those weights (products of integers)."""
    index = game.layout.action_index
    played = np.ones(game.layout.rows, dtype=bool)
    for j in players:
        played &= np.asarray(policy.weights[j] != 0, dtype=bool)[index[j]]
    active = np.flatnonzero(played)
    weights: IntArray = np.ones(len(active), dtype=np.int64)
    for j in players:
        weights = product(weights, policy.weights[j][index[j][active]])
    return active, weights


def product(first: IntArray, second: IntArray, terms: int = 1) -> IntArray:
    """The entrywise product, in `int64` where sums of `terms` of its entries fit, else in Python integers."""
    small = first.dtype != object and second.dtype != object
    if small and bit_length(first) + bit_length(second) + terms.bit_length() <= _INT64_BITS:
        return np.asarray(first * second)
    return np.asarray(as_object(first) * as_object(second))


def reachable(start: Distribution, matrix: RowMatrix) -> npt.NDArray[np.bool_]:
    """`[S]` whether a state can be reached from the start, by graph search."""
    offsets, columns = matrix.offsets.tolist(), matrix.columns.tolist()
    frontier = [state for state, weight in enumerate(start.weights) if weight]
    seen = np.zeros(matrix.rows, dtype=bool)
    seen[frontier] = True
    while frontier:
        state = frontier.pop()
        for following in columns[offsets[state] : offsets[state + 1]]:
            if not seen[following]:
                seen[following] = True
                frontier.append(following)
    return seen


def vector_of(numerators: IntArray, denominators: IntArray) -> Vector:
    """The entries `numerators / denominators` over their common denominator."""
    pairs = [(int(x), int(d)) for x, d in zip(numerators, denominators, strict=True)]
    common = math.lcm(*{d for _, d in pairs})
    return reduced([x * (common // d) for x, d in pairs], common)


def reduced(numerators: list[int], denominator: int) -> Vector:
    """The vector `numerators / denominator` in lowest terms."""
    factor = math.gcd(denominator, *numerators)
    return Vector(tuple(x // factor for x in numerators), denominator // factor)


def _denominators(policy: Policy, players: Sequence[int]) -> IntArray:
    result: IntArray = np.ones(len(policy.game.states), dtype=np.int64)
    for j in players:
        result = product(result, policy.denominators[j])
    return result


def _induced(
    game: Game,
    offsets: IndexArray,
    active: IndexArray,
    weights: IntArray,
    owner: IndexArray,
    denominators: IntArray,
    players: list[int],
    moving: bool,
) -> Induced:
    starts = _starts(owner)
    rewards = tuple(np.add.reduceat(product(weights, game.rewards[j][active], len(active)), starts) for j in players)
    own_denominators = tuple(game.reward_denominators[j] for j in players)
    matrix = _transitions(game, active, weights, owner, denominators) if game.discount or moving else None
    return Induced(offsets, rewards, own_denominators, denominators, matrix)


def _starts(sorted_keys: IndexArray) -> IndexArray:
    """Where each run of equal keys begins."""
    return np.flatnonzero(np.concatenate([np.ones(1, dtype=bool), np.diff(sorted_keys) != 0]))


def _transitions(
    game: Game, active: IndexArray, weights: IntArray, owner: IndexArray, denominators: IntArray
) -> RowMatrix:
    """`[R, S]` row R is sum_k w[k] P(. | k) over the joint actions k that it owns.

    Args:
        game: the game; its transitions are a compressed sparse matrix `[K, S]` of integers over `denominators[k]`.
        active: `[N]` the joint actions k of positive weight, those of one owner side by side.
        weights: `[N]` the integers w[k], over the owner's denominator.
        owner: `[N]` ascending: the row R of the result that each belongs to; every row owns one.
        denominators: `[R]` of the weights.
    """
    transitions, states = game.transitions, len(game.states)
    counts = np.diff(transitions.offsets)[active]  # [N] entries of each joint action
    entries = _ranges(transitions.offsets[active], counts)  # [E] their places in the sparse matrix
    own = transitions.denominators[active]
    common = _group_lcm(own, _starts(owner))  # [R]
    scaled = product(weights, common[owner] // own)  # [N] over denominators * common of the owner
    terms = product(np.repeat(scaled, counts), transitions.weights[entries], len(entries))  # [E]
    keys = np.repeat(owner, counts) * states + transitions.columns[entries]  # [E] row * S + next state
    order = np.argsort(keys, kind="stable")
    first = _starts(keys[order])  # where a new (row, next state) begins
    sums = np.add.reduceat(terms[order], first)
    rows, columns = np.divmod(keys[order][first], states)
    offsets = np.searchsorted(rows, np.arange(len(denominators) + 1, dtype=np.int64))
    return _lowest_terms(offsets, columns, sums, product(denominators, common))


def _ranges(starts: IndexArray, counts: IndexArray) -> IndexArray:
    """starts[0], starts[0] + 1, .. (counts[0] numbers), then those from starts[1], and so on."""
    before = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.asarray(np.arange(int(counts.sum()), dtype=np.int64) + np.repeat(starts - before, counts))


def _group_lcm(values: IntArray, starts: IndexArray) -> IntArray:
    """The least common multiple of each run, `int64` where it fits."""
    if bit_length(values) <= 1:
        return np.ones(len(starts), dtype=np.int64)
    result = np.lcm.reduceat(as_object(values), starts)
    return result.astype(np.int64) if bit_length(result) <= _INT64_BITS else result


def _lowest_terms(offsets: IndexArray, columns: IndexArray, weights: IntArray, scales: IntArray) -> RowMatrix:
    """The sparse matrix with every row's weights and scale divided by what they have in common."""
    factor = np.gcd(np.gcd.reduceat(weights, offsets[:-1]), scales)
    return RowMatrix(offsets, columns, weights // np.repeat(factor, np.diff(offsets)), scales // factor)
