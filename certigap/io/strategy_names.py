"""Names of reduced strategies from which the strategies can be read again.

A name lists the action at each of the player's information sets in the order in which the tree shows them, `*` where
the strategy's own actions exclude the set: `raise/fold/*`. Actions are called by their labels where the labels of a set
are distinct, and by their numbers from 1 elsewhere. What parts them is the first of `/ , | ;` that no label holds. In
names that would be long, k > 2 equal actions in a row are `on^k`.

Labels that do not leave the name readable back (all four signs in use, `^` where it means "times", names still too
long) give way to numbers, and these, at last, to the strategy's place: `#17`.
"""

import itertools
from collections.abc import Sequence

from certigap.io.names import one_line
from certigap.io.tree import Sequences, Tree
from certigap.model.files.json_node import MAX_NAME

__all__ = ["strategy_names"]

NOTHING = "*"
TIMES = "^"
_PARTS = "/,|;"
_LONG = 60
"""Characters from which on runs are shortened: about what a table shows in a column."""


def strategy_names(tree: Tree, sequences: Sequences, strategies: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Distinct names, one a strategy.

    Args:
        tree: the game.
        sequences: the player's own sequences.
        strategies: `[K][sets]` the action at each information set in the order of `sequences.sets`, -1 for none.
    """
    if not sequences.sets:
        return ("-",)
    labels = [_labels(tree.moves[move].actions) for move in sequences.sets]
    numbers = [[str(action + 1) for action in range(len(own))] for own in labels]
    for signs in (labels, numbers):
        names = _joined(signs, strategies)
        if names is not None:
            return names
    return tuple(f"#{place + 1}" for place in range(len(strategies)))


def _labels(actions: Sequence[str]) -> list[str]:
    """What the actions of one set are called: labels, or numbers where labels are not distinct or mean something."""
    labels = [one_line(label) for label in actions]
    if len(set(labels)) < len(labels) or "" in labels or NOTHING in labels:
        return [str(action + 1) for action in range(len(labels))]
    return labels


def _joined(signs: Sequence[Sequence[str]], strategies: Sequence[Sequence[int]]) -> tuple[str, ...] | None:
    """Names made of these signs, or None where they could not be read back."""
    used = {sign for own in signs for sign in own}
    part = next((mark for mark in _PARTS if not any(mark in sign for sign in used)), None)
    if len(signs) == 1:
        part = ""
    if part is None:
        return None
    chosen = [[NOTHING if a < 0 else own[a] for a, own in zip(s, signs, strict=True)] for s in strategies]
    plain = [part.join(words) for words in chosen]
    if max(map(len, plain)) > _LONG and len(signs) > 2:
        if any(TIMES in sign for sign in used):
            return tuple(plain) if max(map(len, plain)) <= MAX_NAME else None
        plain = [part.join(_runs(words)) for words in chosen]
    return tuple(plain) if max(map(len, plain)) <= MAX_NAME else None


def _runs(words: Sequence[str]) -> list[str]:
    """Three and more equal words in a row as one.

    >>> _runs(["on", "on", "on", "stop", "*", "*"])
    ['on^3', 'stop', '*', '*']
    """
    short = []
    for word, group in itertools.groupby(words):
        count = len(list(group))
        short.extend([f"{word}{TIMES}{count}"] if count > 2 else [word] * count)
    return short
