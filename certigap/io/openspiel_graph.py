"""The states of an OpenSpiel game, breadth first, with chance folded into exact transitions.

A *step* is one decision: a joint action where all move at once, else the mover's action (the others have the one
action "-"). From a decision and an action, chance is followed until the next decision or the end:

    P(k' | k, a) = sum of the chance probabilities of the ways that end in k',
    r_i(k, a)    = sum over the ways of probability x what player i receives on the way,

so rewards are those of the transition, expected over chance. States have keys; those with equal keys are one state:

- "text":    the player to move and `str(state)`,
- "moves":   these and the numbers of the players' and of chance's moves so far, which keeps limits on either,
- "history": all actions so far (no two plays are ever one: always faithful, and large).
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

from certigap.errors import InputError, LimitError
from certigap.io.floats import Reading

__all__ = ["MERGES", "Expansion", "Explorer", "Graph", "Key", "Progress", "Visit"]

Key: TypeAlias = tuple[Any, ...]
Progress: TypeAlias = Callable[[int, int], None]
"""Called now and then with the numbers of states seen and of states expanded."""

MERGES = ("text", "moves", "history")
_KEPT = 10_000  # second ways to a state that are kept for the audit
_EVERY = 256  # states between two words to the progress bar
_CHANCE = -1  # OpenSpiel's number of the chance player


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one decision offers: `actions[i]` are player i's OpenSpiel actions (empty: the one action "-"); per joint
    action, the last player's varying fastest, rewards `[n]` and `{key: probability}`."""

    actions: tuple[tuple[int, ...], ...]
    rewards: list[tuple[Fraction, ...]]
    following: list[dict[Key, Fraction]]


Visit: TypeAlias = Callable[[int, Any, Expansion], None]
"""Called with each decision: its number, the OpenSpiel state that met it first, and what it offers."""


@dataclass(slots=True)
class Graph:
    """All states, numbered as they were first met; `offers[s]` is `None` where the game is over."""

    index: dict[Key, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    offers: list[Expansion | None] = field(default_factory=list)
    action_names: list[tuple[tuple[str, ...], ...]] = field(default_factory=list)
    initial: dict[Key, Fraction] = field(default_factory=dict)
    depths: list[int] = field(default_factory=list)
    second_ways: dict[Key, Any] = field(default_factory=dict)
    has_chance: bool = False

    def deepest_decision(self) -> int:
        """The largest number of decisions that come before a decision, on the ways that met states first."""
        return max((depth for depth, offer in zip(self.depths, self.offers, strict=True) if offer), default=0)


class Explorer:
    """Walks one OpenSpiel game; `where` is what messages call it."""

    def __init__(self, game: Any, merge: str, where: str) -> None:
        import pyspiel

        self.game = game
        self.merge = merge
        self.where = where
        self.players = range(game.num_players())
        self.pays_at_end = game.get_type().reward_model == pyspiel.GameType.RewardModel.TERMINAL
        self.has_chance = False
        self.reading = Reading(max(abs(game.min_utility()), abs(game.max_utility())))

    def key(self, state: Any) -> Key:
        """What tells states apart (see the module)."""
        if self.merge == "history":
            return (state.current_player(), *state.history())
        if self.merge == "moves":
            chance = sum(step.player == _CHANCE for step in state.full_history())
            return (state.current_player(), f"{state.move_number() - chance}+{chance}", str(state))
        return (state.current_player(), str(state))

    def explore(self, max_states: int, progress: Progress | None = None, visit: Visit | None = None) -> Graph:
        """Every state that can be reached; `LimitError` above `max_states`."""
        graph = Graph()
        queue: deque[tuple[int, Any]] = deque()

        def meet(state: Any, depth: int) -> None:
            key = self.key(state)
            if key in graph.index:
                if len(graph.second_ways) < _KEPT and not state.is_terminal():
                    graph.second_ways.setdefault(key, state)
                return
            if len(graph.texts) == max_states:
                got = f"more ({len(graph.texts)} seen, {expanded} expanded)"
                raise LimitError(f"{self.where}: expected at most {max_states} states, got {got}")
            queue.append((len(graph.texts), state))
            graph.index[key] = len(graph.texts)
            graph.texts.append(str(state))
            graph.depths.append(depth)
            graph.offers.append(None)
            graph.action_names.append((("-",),) * len(self.players))

        expanded = 0
        for probability, paid, state in self.ways(self.game.new_initial_state()):
            if any(any(step) for step in paid):
                raise InputError(f"{self.where}: expected no reward before the first decision, got {list(paid)}")
            _add(graph.initial, self.key(state), probability)
            meet(state, 0)
        while queue:
            number, state = queue.popleft()
            if not state.is_terminal():
                depth = graph.depths[number] + 1
                offer = graph.offers[number] = self.expand(state, partial(meet, depth=depth))
                graph.action_names[number] = self.names(state, offer)
                if visit is not None:
                    visit(number, state, offer)
            expanded += 1
            if progress is not None and expanded % _EVERY == 0:
                progress(len(graph.texts), expanded)
        graph.has_chance = self.has_chance
        return graph

    def expand(self, state: Any, meet: Callable[[Any], None]) -> Expansion:
        """What a decision offers; `meet` is called with every state that can follow."""
        together, mover = state.is_simultaneous_node(), state.current_player()
        own = tuple(tuple(state.legal_actions(i)) if together or i == mover else () for i in self.players)
        before = state.returns()
        rewards, following = [], []
        for joint in itertools.product(*(actions or (0,) for actions in own)):
            child = state.clone()
            if together:
                child.apply_actions(list(joint))
            else:
                child.apply_action(joint[mover])
            expected = [Fraction(0)] * len(self.players)
            row: dict[Key, Fraction] = {}
            for probability, paid, end in self.ways(child):
                meet(end)
                _add(row, self.key(end), probability)
                for i, reward in enumerate(self.received(before, paid, end)):
                    if reward:
                        expected[i] += probability * reward
            rewards.append(tuple(expected))
            following.append(row)
        return Expansion(own, rewards, following)

    def ways(
        self, state: Any, probability: Fraction = Fraction(1), paid: tuple[Sequence[float], ...] = ()
    ) -> Iterator[tuple[Fraction, tuple[Sequence[float], ...], Any]]:
        """Each way through chance to a decision or the end: its probability, the rewards of its steps, the state."""
        if not self.pays_at_end:
            paid = (*paid, state.rewards())
        if not state.is_chance_node():
            yield probability, paid, state
            return
        self.has_chance = True
        outcomes = state.chance_outcomes()
        for (action, _), share in zip(outcomes, self.reading.row(tuple(p for _, p in outcomes)), strict=True):
            if share:
                yield from self.ways(state.child(action), probability * share, paid)

    def received(self, before: Sequence[float], paid: tuple[Sequence[float], ...], end: Any) -> list[Fraction]:
        """Each player's reward on a way.

        A game that pays at the end pays its returns there. In the others `returns()` is a running sum of floats:
        the rewards of the last step alone, or of all steps, count when adding them to the sum before gives, in the
        same float arithmetic, exactly the sum after. (Where chance moves, some games repeat an old reward.)
        """
        if self.pays_at_end:
            paying = end.returns() if end.is_terminal() else [0.0] * len(self.players)
            return [self.reading.number(x) for x in paying]
        after = end.returns()
        return [self.reconciled(before[i], [step[i] for step in paid], after[i]) for i in self.players]

    def reconciled(self, before: float, steps: list[float], after: float) -> Fraction:
        """The reward that leads from one running sum to the next."""
        if before + steps[-1] == after:
            return self.reading.number(steps[-1])
        total = before
        for step in steps:
            total += step
        if total == after:
            return sum((self.reading.number(step) for step in steps), Fraction(0))
        got = f"{before} + {steps} and {after}"
        raise InputError(f"{self.where}: expected rewards() that add up to returns(), got {got}")

    def names(self, state: Any, offer: Expansion) -> tuple[tuple[str, ...], ...]:
        """The actions' names in OpenSpiel's words."""
        return tuple(
            tuple(state.action_to_string(i, action) for action in actions) or ("-",)
            for i, actions in enumerate(offer.actions)
        )


def _add(row: dict[Key, Fraction], key: Key, probability: Fraction) -> None:
    row[key] = row.get(key, Fraction(0)) + probability
