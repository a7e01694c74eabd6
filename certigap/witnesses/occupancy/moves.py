"""Ascent in an occupancy ball, many policies at once (THEORY 6), in floats.

A move takes one row a step towards one of its actions or back to the expert's row. What leaves the ball is drawn back
along a segment, as far as needed, on which there go to the expert's rows: all; all but the moved one; the mover's other
ones; those of the other players; or a single other one. So error spent at one place is paid for at another. Rows that
the expert never reaches are not drawn back with all: only the policy itself pays there.

Where the ball is thin, as B_mu(eps) for small eps, several rows must change together and balance what each does to the
occupancy. `approach` climbs there from outside: gap - toll (error - eps)+.

The gap is not concave and the ball not convex: several tracks, each for the gap of one player, climb side by side,
first with long steps, then with short ones.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from certigap.floats.play import Floats, Indices
from certigap.floats.stack import Stack

__all__ = ["Moves"]

Flags = npt.NDArray[np.bool_]

_STEPS = ((1.0, 0.5, 0.15), (0.05, 0.015, 0.004))
"""Long steps, and the shorter ones that follow when none of them gains; then those of the length of the radius."""
_OF_RADIUS = (0.6, 0.2, 0.07)  # steps in units of the radius: what a thin ball has room for
_KINDS = len(_STEPS) + 1
"""Kinds of steps; inside the ball one more follows, as long as the first ones and drawn to the border with care."""
_ROUNDS = 100  # of a track: an end for slow ones
_CUTS, _FINE_CUTS = 12, 44
_SCAN = (0.25, 0.5, 0.75)
"""The error need not grow along a segment: the cuts start from the last of these points that is in the ball."""
_SLACK = 1e-13  # of an error: what summing floats costs
_ENOUGH, _LEAST = 1e-6, 1e-9
"""Relative gain that is worth a move, and a careful one."""
_PAIRED_ROWS = 12
"""Rows with a choice up to which every single one is tried as what pays for a move."""


@dataclass
class _Track:
    player: int
    policy: Floats  # [L]
    score: float
    kind: int = 0


class Moves:
    """The moves in balls around one expert.

    Args:
        stack: evaluates, and knows the expert.
        visited: per entry `[L]` whether the expert comes to its state.
    """

    def __init__(self, stack: Stack, visited: Flags) -> None:
        self.stack, self.visited, self.scale = stack, visited, stack.play.scale
        layout = stack.play.layout
        owner = np.repeat(np.arange(layout.players), np.diff(stack.bounds))
        self.row = owner * layout.states + np.concatenate(layout.action_state)  # [L] the row of each entry
        self.owner = owner
        choices = np.bincount(self.row)[self.row] > 1
        self.targets = np.flatnonzero(choices)  # entries to move to
        self.rows = np.unique(self.row[choices])

    def drawn(self, policies: Floats, bases: Floats, eps: float, cuts: int = _CUTS) -> tuple[Floats, Flags]:
        """The last points found in the ball on segments from `bases`, `[N, L]` both, and whether there is any."""
        eps += _SLACK
        inside = self.stack.errors(policies) <= eps
        result, good = policies.copy(), inside.copy()
        left = np.flatnonzero(~inside)
        left = left[self.stack.errors(bases[left]) <= eps]
        good[left] = True
        start, way = bases[left], policies[left] - bases[left]
        low, high = np.zeros(len(left)), np.ones(len(left))
        for part in _SCAN:
            fits = self.stack.errors(start + part * way) <= eps
            low = np.where(fits, part, low)
        for _ in range(cuts):
            middle = (low + high) / 2
            fits = self.stack.errors(start + middle[:, None] * way) <= eps
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        result[left] = start + low[:, None] * way
        return result, good

    def shrunk(self, policies: Floats, eps: float, cuts: int = _CUTS) -> Floats:
        """Every policy drawn to the expert's rows as far as needed; the expert itself if nothing fits."""
        bases = np.where(self.visited, self.stack.center, policies)
        found, good = self.drawn(policies, bases, eps, cuts)
        found[~good] = self.stack.center
        return found

    def climb(
        self, starts: Floats, eps: float, tracks: int, most: int, rng: np.random.Generator, going: Callable[[], bool]
    ) -> list[tuple[int, Floats]]:
        """Climb from the best `tracks` of `starts` for each player, all in the ball: (player, policy).

        At most `most` moves that leave the ball are drawn back a round, chosen at random.
        """
        active = self._tracks(self.stack.gaps(starts), starts, tracks)
        share = max(8, most // max(1, len(active)))
        for climbing in _rounds(active, _KINDS + 1, going):
            batches = [self._moves(track, eps, share, rng) for track in climbing]
            _advance(climbing, batches, self.stack.gaps(np.concatenate(batches)), self.scale)
        return [(track.player, track.policy) for track in active]

    def approach(
        self, starts: Floats, eps: float, tracks: int, toll: float, going: Callable[[], bool]
    ) -> list[tuple[int, Floats]]:
        """Climb gap - toll (error - eps)+ from the best of any `starts`: (player, policy), in the ball or near it."""
        active = self._tracks(self._tolled(starts, eps, toll), starts, tracks)
        for climbing in _rounds(active, _KINDS, going):
            batches = [self._stepped(track.policy, _steps(track.kind, eps))[0] for track in climbing]
            _advance(climbing, batches, self._tolled(np.concatenate(batches), eps, toll), self.scale)
        return [(track.player, track.policy) for track in active]

    def _tolled(self, policies: Floats, eps: float, toll: float) -> Floats:
        """`[N, n]` gap - toll (error - eps)+."""
        excess = np.maximum(self.stack.errors(policies) - eps, 0.0)
        return np.asarray(self.stack.gaps(policies) - toll * excess[:, None])

    def best(self, policies: Floats, count: int) -> list[tuple[int, Floats]]:
        """The `count` policies with the largest gaps of each player: (player, policy)."""
        return [(track.player, track.policy) for track in self._tracks(self.stack.gaps(policies), policies, count)]

    def _tracks(self, scores: Floats, policies: Floats, count: int) -> list[_Track]:
        players = range(scores.shape[1])
        first = [_different(scores[:, i] / self.scale, count) for i in players]
        return [_Track(i, policies[k], float(scores[k, i])) for i in players for k in first[i]]

    def _moves(self, track: _Track, eps: float, most: int, rng: np.random.Generator) -> Floats:
        """`[N, L]` policies of the ball one move away."""
        moved, rows = self._stepped(track.policy, _steps(track.kind, eps))
        out = np.flatnonzero(self.stack.errors(moved) > eps + _SLACK)
        inside = np.delete(moved, out, axis=0)
        bases, which = self._bases(moved[out], rows[out])
        if len(which) > most:
            kept = np.sort(rng.choice(len(which), most, replace=False))
            bases, which = bases[kept], which[kept]
        found, good = self.drawn(moved[out][which], bases, eps, _CUTS if track.kind < _KINDS else _FINE_CUTS)
        return np.concatenate([inside, found[good]])

    def _stepped(self, policy: Floats, steps: tuple[float, ...]) -> tuple[Floats, Indices]:
        """`[N, L]` the policy with one row moved, and the row."""
        here, found, rows = self.row[None] == self.row[self.targets][:, None], [], []
        ends = np.where(here, 0.0, policy)
        ends[np.arange(len(ends)), self.targets] = 1.0
        homes = np.where(self.row[None] == self.rows[:, None], self.stack.center, policy)
        ends = np.concatenate([ends, homes])
        for step in steps:
            found.append(policy + step * (ends - policy))
            rows += [self.row[self.targets], self.rows]
        return np.concatenate(found), np.concatenate(rows)

    def _bases(self, moved: Floats, rows: Indices) -> tuple[Floats, Indices]:
        """What the moved policies may be drawn to, and the policy `[M]` each base belongs to."""
        states = self.stack.play.layout.states
        same = self.row[None] == rows[:, None]
        own = self.owner[None] == (rows // states)[:, None]
        freed = [np.broadcast_to(self.visited, moved.shape), ~same, own & ~same, ~own]
        if len(self.rows) <= _PAIRED_ROWS:
            freed += [(self.row == other)[None] & ~same for other in self.rows]
        bases = [np.where(back, self.stack.center, moved) for back in freed]
        return np.concatenate(bases), np.tile(np.arange(len(moved)), len(freed))


def _rounds(tracks: Sequence[_Track], kinds: int, going: Callable[[], bool]) -> Iterator[list[_Track]]:
    """The tracks that still climb, round after round."""
    for _ in range(_ROUNDS):
        climbing = [track for track in tracks if track.kind < kinds]
        if not climbing or not going():
            return
        yield climbing


def _advance(tracks: Sequence[_Track], batches: Sequence[Floats], scores: Floats, scale: float) -> None:
    """Every track takes its best move, or comes to shorter steps; `scores` `[N, n]` of all batches in turn."""
    place = 0
    for track, batch in zip(tracks, batches, strict=True):
        own = scores[place : place + len(batch), track.player]
        place += len(batch)
        best = int(own.argmax()) if len(own) else -1
        least = (_ENOUGH if track.kind < _KINDS else _LEAST) * (abs(track.score) + 1e-6 * scale)
        if best >= 0 and own[best] > track.score + least:
            track.policy, track.score = batch[best], float(own[best])
        else:
            track.kind += 1


def _different(scores: Floats, count: int) -> list[int]:
    """Where the `count` largest numbers are, equal ones once."""
    _, first = np.unique(scores.round(9), return_index=True)
    return [int(k) for k in first[::-1][:count]]


def _steps(kind: int, eps: float) -> tuple[float, ...]:
    if kind < len(_STEPS):
        return _STEPS[kind]
    return tuple(part * min(eps, 0.1) for part in _OF_RADIUS) if kind < _KINDS else _STEPS[0][:1]
