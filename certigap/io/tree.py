"""Game trees as they are read, before any question is asked of them: nodes in prefix order, moves, payoffs, recall.

A *move* is what happens at a node: one of a player's information sets, or a draw of chance. Payoffs may stand at any
node, and a play collects those on its way. The *own sequence* of player i at a node is the list of (information set,
action) pairs of player i above it; with perfect recall all nodes of an information set have the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["CHANCE", "Move", "Sequences", "Tree", "forgetful", "own_sequences"]

CHANCE = -1
"""The player of a draw."""


@dataclass(frozen=True, slots=True)
class Move:
    """An information set of a player, or a draw of chance."""

    player: int
    """0 .. n-1, or `CHANCE`."""
    actions: tuple[str, ...]
    """Labels as they were written: they may repeat or be empty."""
    probabilities: tuple[Fraction, ...] = ()
    """Of a draw, one an action; empty for a player."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A finite extensive game. `parents[v] < v` for every node but the root, node 0, whose parent is -1."""

    title: str
    players: tuple[str, ...]
    moves: tuple[Move, ...]
    parents: Sequence[int]
    """`[N]`"""
    choices: Sequence[int]
    """`[N]` which action of the parent's move leads here; -1 for the root."""
    at: Sequence[int]
    """`[N]` the node's move, by number; -1 where the play ends."""
    payoffs: Sequence[tuple[Fraction, ...] | None]
    """`[N]` what each of the players receives at the node, `None` for nothing."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """One player's own sequences; the empty one is 0, and none has a smaller number than its beginnings."""

    steps: list[tuple[int, int, int]]
    """`(beginning, move, action)` of each; `(-1, -1, -1)` of the empty one."""
    at: list[int]
    """`[N]` the sequence at every node."""
    sets: dict[int, list[int]]
    """The player's moves in the order in which the tree shows them, each with the sequences of its nodes."""


def own_sequences(tree: Tree, player: int) -> Sequences:
    """The own sequences of a player, by one pass over the nodes."""
    steps = [(-1, -1, -1)]
    known: dict[tuple[int, int, int], int] = {}
    at: list[int] = []
    sets: dict[int, dict[int, None]] = {}
    for node, (above, choice) in enumerate(zip(tree.parents, tree.choices, strict=True)):
        sequence = 0 if above < 0 else at[above]
        if above >= 0 and tree.moves[tree.at[above]].player == player:
            step = (sequence, tree.at[above], choice)
            if step not in known:
                known[step] = len(steps)
                steps.append(step)
            sequence = known[step]
        at.append(sequence)
        move = tree.at[node]
        if move >= 0 and tree.moves[move].player == player:
            sets.setdefault(move, {})[sequence] = None
    return Sequences(steps, at, {move: list(sequences) for move, sequences in sets.items()})


def forgetful(sequences: Sequences) -> bool:
    """Whether the player forgets what it knew or did: an information set with more than one own sequence."""
    return any(len(own) > 1 for own in sequences.sets.values())
