"""A game in integers, state by state, for exact one-pass checks.

At state s one integer Q(s) clears every denominator: `rewards[i][k]` is Q r_i, `following[k]` lists (s', Q discount
P(s'|k)); `paid[i][k]` is what the imitator is paid, the same but for a tilt (`tilted`). With a vector X = x / d of
integers, Q d q_X(k) = d rewards[i][k] + sum_s' following[k][s'] x[s'] is an integer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from certigap.model.game import Game

__all__ = ["ScaledGame", "ScaledState"]

Pair = tuple[int, int, int]  # (s', Q discount p', Q discount p)


@dataclass(frozen=True, slots=True)
class ScaledState:
    """The joint actions of one state, every number times `scale`."""

    shape: tuple[int, ...]
    scale: int
    rewards: tuple[tuple[int, ...], ...]  # [n][K_s]
    paid: tuple[tuple[int, ...], ...]  # [n][K_s]
    following: tuple[tuple[tuple[int, int], ...], ...]  # [K_s] of (next state, weight)

    def backups(self, player: int, x: Sequence[int], denominator: int, paid: bool = False) -> list[int]:
        """`scale * denominator * q_X` `[K_s]` for X = x / denominator; of what the imitator is `paid`, if asked."""
        own = (self.paid if paid else self.rewards)[player]
        return [
            reward * denominator + sum([weight * x[s] for s, weight in entries])
            for reward, entries in zip(own, self.following, strict=True)
        ]

    def stride(self, player: int) -> int:
        """Distance between rows that differ by one in the player's own action."""
        return math.prod(self.shape[player + 1 :])

    def pairs(self, player: int) -> "tuple[tuple[Deviation, ...], ...]":
        """`[A_i][K_s]` for each deviation a' and each row (a, b): the reward gain and the merged next states."""
        stride, size = self.stride(player), self.shape[player]
        return tuple(
            tuple(
                self._deviation(player, row, row + (deviation - (row // stride) % size) * stride)
                for row in range(len(self.following))
            )
            for deviation in range(size)
        )

    def _deviation(self, player: int, row: int, to: int) -> "Deviation":
        new, old = dict(self.following[to]), dict(self.following[row])
        up: list[Pair] = []
        down: list[Pair] = []
        for s in sorted(new.keys() | old.keys()):
            p_new, p_old = new.get(s, 0), old.get(s, 0)
            (up if p_new >= p_old else down).append((s, p_new, p_old))
        return Deviation(self.rewards[player][to] - self.paid[player][row], tuple(up), tuple(down))

    def tilted(self, player: int, extra: Sequence[Fraction]) -> "ScaledState":
        """The imitator is paid `extra` `[K_s]` more, in the place of one player."""
        scale = math.lcm(self.scale, *(x.denominator for x in extra))
        finer = scale // self.scale
        rewards = tuple(tuple(x * finer for x in own) for own in self.rewards)
        more = tuple(x + int(y * scale) for x, y in zip(rewards[player], extra, strict=True))
        following = tuple(tuple((t, weight * finer) for t, weight in row) for row in self.following)
        return ScaledState(self.shape, scale, rewards, (*rewards[:player], more, *rewards[player + 1 :]), following)


@dataclass(frozen=True, slots=True)
class Deviation:
    """From row (a, b) to row (a', b): reward gain and next states, split by p' >= p or p' < p (scaled)."""

    gain: int
    up: tuple[Pair, ...]
    down: tuple[Pair, ...]


class ScaledGame:
    """The states of a game in integers; the lists of deviations are made once per player and kept."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.is_tilted = False
        self._deviations: dict[int, list[tuple[tuple[Deviation, ...], ...]]] = {}

    @cached_property
    def states(self) -> tuple[ScaledState, ...]:
        """`[S]` scaled states."""
        return tuple(_scaled_state(self.game, s) for s in range(len(self.game.states)))

    def tilted(self, player: int, extra: Sequence[Fraction]) -> "ScaledGame":
        """The imitator is paid `extra` `[K]` more, in the place of one player."""
        other, offsets = ScaledGame(self.game), self.game.layout.row_offsets.tolist()
        parts = zip(self.states, offsets, offsets[1:], strict=False)
        other.__dict__["states"] = tuple(state.tilted(player, extra[a:b]) for state, a, b in parts)
        other.is_tilted = True
        return other

    def deviations(self, player: int) -> list[tuple[tuple[Deviation, ...], ...]]:
        """`[S][A_i][K_s]` deviations of a player."""
        if player not in self._deviations:
            self._deviations[player] = [state.pairs(player) for state in self.states]
        return self._deviations[player]


def _scaled_state(game: Game, state: int) -> ScaledState:
    transitions, layout = game.transitions, game.layout
    rows = range(int(layout.row_offsets[state]), int(layout.row_offsets[state + 1]))
    top, bottom = game.discount.numerator, game.discount.denominator
    denominators = [int(transitions.denominators[row]) for row in rows]
    scale = math.lcm(*(bottom * d for d in denominators), *game.reward_denominators)
    following = []
    for row, denominator in zip(rows, denominators, strict=True):
        factor = top * (scale // (bottom * denominator))
        entries = range(int(transitions.offsets[row]), int(transitions.offsets[row + 1]))
        weights = ((int(transitions.columns[e]), int(transitions.weights[e]) * factor) for e in entries)
        following.append(tuple((s, weight) for s, weight in weights if weight))
    rewards = tuple(
        tuple(int(own[row]) * (scale // denominator) for row in rows)
        for own, denominator in zip(game.rewards, game.reward_denominators, strict=True)
    )
    return ScaledState(layout.shapes[state], scale, rewards, rewards, tuple(following))
