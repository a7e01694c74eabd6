"""Is one player's part of the expert dominant in a Markov game? Proofs by branching over the others' rows (THEORY 8).

On a box of the others' rows, with H >= V_i^{*,pi_-i} >= B there, piE_i is a best response to every policy of the box
if at every state that piE_i and some opponents reach, for every action `a` that it plays and every other a',

    sup_y [ r_i(s, a', y) - r_i(s, a, y) + g sum_t ( D+ H - D- B )(t) ] <= 0,    D = P(.|s, a', y) - P(.|s, a, y).

Boxes where that fails are halved; together they cover all policies. What refutes dominance is a policy of the others
against which a deviation gains: searched among pure ones, by improving one row at a time, and confirmed exactly.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.regions.engine import RegionEngine
from certigap.regions.greedy import nested_supremum
from certigap.regions.operators import (
    at_least,
    at_most,
    best_lower_steps,
    best_upper_steps,
    common_denominator,
    differences,
)
from certigap.regions.region import Box, Region
from certigap.regions.short import shortened
from certigap.semantics.exploitability import GapAnswer, gaps
from certigap.work.deadline import Deadline

__all__ = ["DominantTree", "Leaf", "Split", "prove", "refute"]

_STARTS = 20  # random pure policies from which a refutation is searched: found at the first few where there is one
_ENDS = (Fraction(0), Fraction(1))


@dataclass(frozen=True, slots=True, repr=False)
class Split(Brief):
    """Two halves, `y_player(action|state) <= at` and `>= at`."""

    player: int
    state: int
    action: int
    at: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Leaf(Brief):
    """H and B of a box."""

    best_upper: Vector
    best_lower: Vector


DominantTree = tuple[Split | Leaf, ...]
"""Nodes in preorder."""


def prove(engine: RegionEngine, expert: Policy, player: int, deadline: Deadline, max_nodes: int) -> DominantTree | None:
    """A tree over all policies of the others that shows the player's rows dominant; None: not within the limits."""
    return _Branching(engine, expert, player).tree(deadline, max_nodes)


class _Branching:
    """Depth first, halving the widest row of the state at which the check fails first, or else of any state."""

    def __init__(self, engine: RegionEngine, expert: Policy, player: int) -> None:
        self.engine, self.expert, self.player, self.game = engine, expert, player, engine.game
        self.reached = _reached(self.game, expert, player)
        shapes = self.game.layout.shapes
        players = range(len(self.game.players))
        self.whole: Box = tuple(tuple((Fraction(0),) * shape[j] for shape in shapes) for j in players)
        two, own = (Fraction(2),) * len(shapes), (Fraction(0),) * len(shapes)
        self.radii = tuple(own if j == player else two for j in players)

    def tree(self, deadline: Deadline, max_nodes: int) -> DominantTree | None:
        upper = tuple(tuple(tuple(Fraction(1) for _ in row) for row in own) for own in self.whole)
        waiting: list[tuple[Box, Box]] = [(self.whole, upper)]
        nodes: list[Split | Leaf] = []
        while waiting:
            if len(nodes) >= max_nodes or not deadline.going:
                return None
            low, high = waiting.pop()
            region = Region(self.expert, self.radii, self._own(low, 0), self._own(high, 1))
            leaf, failing = self._leaf(region, deadline)
            if failing is None:
                nodes.append(leaf)
                continue
            split = self._split(low, high, failing)
            if split is None:
                return None
            nodes.append(split)
            waiting += [
                (_with(low, split, split.at), high),
                (low, _with(high, split, split.at)),
            ]  # the last is taken first: the lower half
        return tuple(nodes)

    def _own(self, box: Box, side: int) -> Box:
        """The box with the player's own rows free: they are fixed by their radius."""
        free = tuple(tuple(_ENDS[side] for _ in row) for row in box[self.player])
        return tuple(free if j == self.player else own for j, own in enumerate(box))

    def _leaf(self, region: Region, deadline: Deadline) -> tuple[Leaf, int | None]:
        """H and B, and the first state at which they do not show dominance."""
        game, scaled, player = self.engine.game, self.engine.scaled, self.player
        sets = self.engine.set_arrays(region)
        high = self.engine.best_upper(region, player, sets, None, deadline)
        low = self.engine.best_lower(region, player, sets, None, deadline)
        high = shortened(game, player, high, lambda x, d: at_least(x, best_upper_steps(scaled, region, player, x, d)))
        low = shortened(game, player, low, lambda x, d: at_most(x, best_lower_steps(scaled, region, player, x, d)))
        denominator, (up, down) = common_denominator(high, low)
        prices = (up, up, down, down)
        deviations = self.engine.scaled.deviations(self.player)
        for s, state in enumerate(self.engine.scaled.states):
            weights = self.expert.rows[self.player][s].weights
            for rows in deviations[s] if self.reached[s] else ():
                gains = differences(rows, prices, denominator)
                worst = nested_supremum(gains, self.player, region.sets[s], state.shape)
                if any(weight and value > 0 for weight, value in zip(weights, worst, strict=True)):
                    return Leaf(high, low), s
        return Leaf(high, low), None

    def _split(self, low: Box, high: Box, failing: int) -> Split | None:
        """The widest entry of the others' rows, at the failing state where it is as wide as anywhere."""
        widest = max(
            (
                (high[j][s][a] - low[j][s][a], s == failing, -s, -j, -a)
                for j, own in enumerate(low)
                for s, row in enumerate(own)
                for a in range(len(row))
                if j != self.player and len(row) > 1
            ),
            default=None,
        )
        if widest is None or not widest[0]:
            return None
        s, j, a = -widest[2], -widest[3], -widest[4]
        return Split(j, s, a, (low[j][s][a] + high[j][s][a]) / 2)


def _with(box: Box, split: Split, value: Fraction) -> Box:
    row = box[split.player][split.state]
    changed = (*row[: split.action], value, *row[split.action + 1 :])
    own = box[split.player]
    rows = (*own[: split.state], changed, *own[split.state + 1 :])
    return tuple(rows if j == split.player else other for j, other in enumerate(box))


def _reached(game: Game, expert: Policy, player: int) -> list[bool]:
    """`[S]` whether the expert's rows of the player and some policy of the others come to the state."""
    layout, t = game.layout, game.transitions
    seen = [weight > 0 for weight in game.initial.weights]
    waiting = [s for s, here in enumerate(seen) if here]
    while waiting:
        s = waiting.pop()
        weights = expert.rows[player][s].weights
        for joint in itertools.product(*(range(size) for size in layout.shapes[s])):
            if not weights[joint[player]]:
                continue
            for following in t.row(layout.row(s, joint)):
                if not seen[following]:
                    seen[following] = True
                    waiting.append(following)
    return seen


def refute(game: Game, expert: Policy, player: int, deadline: Deadline, seed: int = 0) -> GapAnswer | None:
    """A policy in which the player plays the expert's rows and gains by deviating, exactly; None: none was found."""
    search = _Search(game, expert, player)
    for start in search.starts(random.Random(seed)):
        if not deadline.going:
            return None
        chosen = search.improved(start, deadline)
        answer = gaps(game, search.policy(chosen))
        lower = answer.player_gaps[player].lower
        if lower is not None and lower > 0:
            return answer
    return None


class _Search:
    """Pure policies of the others, `chosen[j][s]` actions, and what the player gains against them by deviating."""

    def __init__(self, game: Game, expert: Policy, player: int) -> None:
        self.game, self.expert, self.player = game, expert, player
        self.floats, self.own = FloatGame(game), expert.floats()
        self.others = [j for j in range(len(game.players)) if j != player]
        self.shapes = game.layout.shapes

    def starts(self, rng: random.Random) -> Iterator[list[list[int]]]:
        """The expert's likeliest actions, then random ones."""
        yield [[max(range(len(row.weights)), key=row.weights.__getitem__) for row in own] for own in self.expert.rows]
        for _ in range(_STARTS):
            yield [[rng.randrange(shape[j]) for shape in self.shapes] for j in range(len(self.game.players))]

    def improved(self, chosen: list[list[int]], deadline: Deadline) -> list[list[int]]:
        """One row after the other, as long as the gain grows."""
        best, is_better = self.gain(chosen), True
        while is_better:
            is_better = False
            for j, s in itertools.product(self.others, range(len(self.shapes))):
                for action in range(self.shapes[s][j]):
                    if not deadline.going:
                        return chosen
                    before = chosen[j][s]
                    chosen[j][s] = action
                    found = self.gain(chosen)
                    if found > best + 1e-12 * abs(best):
                        best, is_better = found, True
                    else:
                        chosen[j][s] = before
        return chosen

    def gain(self, chosen: Sequence[Sequence[int]]) -> float:
        rows = [self.own[j] if j == self.player else self._pure(chosen[j], j) for j in range(len(self.own))]
        start = self.floats.start
        best, _ = self.floats.optimum(self.player, rows)
        return float((best - self.floats.values(rows)[self.player]) @ start)

    def _pure(self, actions: Sequence[int], j: int) -> FloatArray:
        offsets = self.game.layout.action_offsets[j]
        row = np.zeros(int(offsets[-1]))
        row[offsets[:-1] + np.array(actions)] = 1.0
        return row

    def policy(self, chosen: Sequence[Sequence[int]]) -> Policy:
        """The expert's rows for the player, the chosen actions for the others."""
        rows = []
        for j, own in enumerate(self.expert.rows):
            pure = tuple(
                Distribution(tuple(int(a == chosen[j][s]) for a in range(len(row.weights))), 1)
                for s, row in enumerate(own)
            )
            rows.append(own if j == self.player else pure)
        return Policy(self.game, tuple(rows))
