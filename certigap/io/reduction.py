"""A game tree as its reduced normal form, exactly.

A reduced strategy of player i fixes an action at every information set of i that its own actions leave possible, and
nothing elsewhere. It *realises* the own sequences that it plays whenever the others and chance allow. With p(v) the
probability that chance allows node v, u(v) its payoffs, and q_i(v) the own sequence of player i there,

    U(s_1, .., s_n) = sum over nodes v of p(v) u(v) where every s_i realises q_i(v),

so nodes with the same own sequences are one box of the table: work is the number of such boxes times their size.
Strategies come in lexicographic order, the first information set first.
"""

import bisect
import dataclasses
import math
import warnings
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import CertigapWarning, InputError, LimitError
from certigap.exact.integers import integer_array
from certigap.io.names import distinct, one_line
from certigap.io.strategy_names import strategy_names
from certigap.io.tree import CHANCE, Sequences, Tree, forgetful, own_sequences
from certigap.model.build import normal_form
from certigap.model.game import Game

__all__ = ["MAX_ENTRIES", "Plans", "reduced_form", "reduced_strategies"]


MAX_ENTRIES = 2**25
"""Strategies times information sets of a player: this many take about 4 s and 0.6 GB."""


def reduced_form(tree: Tree, max_profiles: int, where: str = "tree") -> Game:
    """The reduced normal form of a tree.

    Args:
        tree: the game.
        max_profiles: the largest number of strategy profiles; counted before any is built.
        where: what messages call the game.

    Returns:
        The game; `meta` says that it was a tree, and who forgets.

    Raises:
        InputError: a tree without players.
        LimitError: more profiles.

    Warns:
        CertigapWarning: a player forgets what it knew or did, so mixed strategies of this normal form and behaviour
            strategies of the tree reach different plays: what holds for one need not hold for the other.
    """
    if not tree.players:
        raise InputError(f"{where}: expected a game with players, got none")
    sequences = [own_sequences(tree, player) for player in range(len(tree.players))]
    players = distinct(tree.players)
    who = [name for name, own in zip(players, sequences, strict=True) if forgetful(own)]
    counts = [_count(own, tree, max_profiles) for own in sequences]
    if math.prod(counts) > max_profiles:
        sizes = "x".join(str(count) for count in counts)
        raise LimitError(f"{where}: expected at most {max_profiles} strategy profiles, got {sizes}")
    for name, own, count in zip(players, sequences, counts, strict=True):
        if count * len(own.sets) > MAX_ENTRIES:
            got = f"{count} of {len(own.sets)} for player {name}"
            raise LimitError(f"{where}: expected at most {MAX_ENTRIES} actions in all strategies together, got {got}")
    if who:
        message = (
            f"{where}: player {' and '.join(who)} forgets what it knew or did; mixed strategies of this normal form do "
            "not represent behaviour policies of the tree, so gaps and equilibria here answer another question"
        )
        warnings.warn(message, CertigapWarning, stacklevel=2)
    plans = [reduced_strategies(own, tree) for own in sequences]
    tables = [_table(tree, plans, player) for player in range(len(players))]
    game = normal_form(
        [numerators for numerators, _ in tables],
        actions=[strategy_names(tree, own, plan.choices) for own, plan in zip(sequences, plans, strict=True)],
        players=players,
        name=one_line(tree.title)[:200],
    )
    meta = {"form": "reduced strategic form of an extensive game", "perfect_recall": "no" if who else "yes"}
    if who:
        meta["forgetful"] = ", ".join(who)
        meta["warning"] = "mixed strategies of this normal form do not represent behaviour policies of the tree"
    return dataclasses.replace(game, reward_denominators=tuple(d for _, d in tables), meta=meta)


@dataclasses.dataclass(frozen=True, slots=True)
class Plans:
    """The reduced strategies of a player."""

    sequences: Sequences
    choices: "list[array[int]]"
    """One a strategy: the action at every information set in the order of `sequences.sets`, -1 where none is fixed."""
    realising: "list[array[int]]"
    """Own sequence -> the strategies that realise it."""


def reduced_strategies(sequences: Sequences, tree: Tree) -> Plans:
    """All reduced strategies, in lexicographic order."""
    choices: list[array[int]] = []
    realising = [array("i") for _ in sequences.steps]
    for choice, realised in _walk(sequences, tree):
        for sequence in realised:
            realising[sequence].append(len(choices))
        choices.append(choice)
    return Plans(sequences, choices, realising)


def _count(sequences: Sequences, tree: Tree, most: int) -> int:
    """How many reduced strategies there are; with imperfect recall counting ends above `most`."""
    if forgetful(sequences):
        count = 0
        for _ in _walk(sequences, tree):
            count += 1
            if count > most:
                break
        return count
    after = [1] * len(sequences.steps)  # strategies of what follows an own sequence, filled from the longest down
    following = _following(sequences)
    first: dict[int, list[int]] = {}
    for move, own in sequences.sets.items():
        first.setdefault(own[0], []).append(move)
    for sequence in range(len(after) - 1, -1, -1):
        for move in first.get(sequence, ()):
            actions = range(len(tree.moves[move].actions))
            steps = (following.get((sequence, move, action)) for action in actions)
            after[sequence] *= sum(1 if step is None else after[step] for step in steps)
    return after[0]


def _following(sequences: Sequences) -> dict[tuple[int, int, int], int]:
    return {step: number for number, step in enumerate(sequences.steps) if number}


def _walk(sequences: Sequences, tree: Tree) -> "Iterator[tuple[array[int], list[int]]]":
    """Every reduced strategy with the own sequences that it realises; depth first, with no recursion.

    At each step the first information set that is possible and not yet decided is decided; `trail` holds what to undo.
    """
    order = list(sequences.sets)
    counts = [len(tree.moves[move].actions) for move in order]
    search = _Search(sequences, order)
    search.realise(0)
    while True:
        if search.open:
            search.decide(search.open[0], 0)
            continue
        yield array("i", search.choice), list(search.realised)
        while search.decisions:
            place, action = search.undo()
            if action + 1 < counts[place]:
                search.decide(place, action + 1)
                break
        else:
            return


class _Search:
    """A partial strategy: what is decided, which own sequences it realises, which sets are possible and open."""

    def __init__(self, sequences: Sequences, order: list[int]) -> None:
        self.order = order
        self.members = [sequences.sets[move] for move in order]
        self.places: list[list[int]] = [[] for _ in sequences.steps]
        for place, own in enumerate(self.members):
            for sequence in own:
                self.places[sequence].append(place)
        self.following = _following(sequences)
        self.choice = [-1] * len(order)
        self.ways = [0] * len(order)
        """How many realised sequences lead to each set."""
        self.open: list[int] = []
        """Sets that are possible and not decided, in order."""
        self.realised: dict[int, None] = {}
        self.decisions: list[tuple[int, int]] = []
        """`(place, how many sequences were realised before it)`"""

    def realise(self, sequence: int) -> None:
        """Add an own sequence, and those that follow it by decisions already made."""
        waiting = [sequence]
        while waiting:
            now = waiting.pop()
            self.realised[now] = None
            for place in self.places[now]:
                self.ways[place] += 1
                if self.choice[place] >= 0:
                    waiting.extend(self._after(now, place))
                elif self.ways[place] == 1:
                    bisect.insort(self.open, place)

    def decide(self, place: int, action: int) -> None:
        """Fix the action at the first open set."""
        self.open.remove(place)
        self.decisions.append((place, len(self.realised)))
        self.choice[place] = action
        there = [sequence for sequence in self.members[place] if sequence in self.realised]
        for sequence in there:  # `realise` itself follows the members that these lead to
            for after in self._after(sequence, place):
                self.realise(after)

    def undo(self) -> tuple[int, int]:
        """Take back the last decision; which it was."""
        place, before = self.decisions.pop()
        while len(self.realised) > before:
            sequence, _ = self.realised.popitem()
            for other in self.places[sequence]:
                self.ways[other] -= 1
                if self.ways[other] == 0 and self.choice[other] < 0:
                    self.open.remove(other)
        action, self.choice[place] = self.choice[place], -1
        bisect.insort(self.open, place)
        return place, action

    def _after(self, sequence: int, place: int) -> list[int]:
        step = self.following.get((sequence, self.order[place], self.choice[place]))
        return [] if step is None else [step]


def _table(tree: Tree, plans: Sequence[Plans], player: int) -> tuple[Any, int]:
    """Numerators `[S_1, .., S_n]` of one player's expected payoffs, and their least common denominator."""
    boxes: dict[tuple[int, ...], Fraction] = {}
    for node, weight in enumerate(_chances(tree)):
        payoffs = tree.payoffs[node]
        if payoffs is not None and payoffs[player] and weight:
            key = tuple(plan.sequences.at[node] for plan in plans)
            boxes[key] = boxes.get(key, Fraction(0)) + weight * payoffs[player]
    denominator = math.lcm(1, *(value.denominator for value in boxes.values()))
    numerators = {key: int(value * denominator) for key, value in boxes.items()}
    exact = sum(map(abs, numerators.values())) < 2**62
    table = np.zeros([len(plan.choices) for plan in plans], dtype=np.int64 if exact else object)
    for key, numerator in numerators.items():
        if numerator:
            rows = [np.frombuffer(plan.realising[q], dtype=np.intc) for plan, q in zip(plans, key, strict=True)]
            table[np.ix_(*rows)] += numerator
    flat = integer_array(table.reshape(-1))
    common = math.gcd(denominator, *map(int, np.unique(flat)))
    return (flat // common).reshape(table.shape), denominator // common


def _chances(tree: Tree) -> list[Fraction]:
    """`[N]` the probability that chance allows each node."""
    found: list[Fraction] = []
    for above, choice in zip(tree.parents, tree.choices, strict=True):
        if above < 0:
            found.append(Fraction(1))
            continue
        move = tree.moves[tree.at[above]]
        found.append(found[above] * (move.probabilities[choice] if move.player == CHANCE else 1))
    return found
