"""What one player faces in an array game, as an operator: T x = max_a (r + g P x), or r + g P x without a choice."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.kernels import Arrays, Play, chances, follow, gather, improve, integer_step
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy

__all__ = ["Process", "Tables"]

_ALONE = 2_000  # states up to which a second thread costs more than it saves
_THREADS = 2  # a sweep is bound by memory: more threads gain little


class Tables:
    """The arrays of a game and a policy as kernels take them, made once for all players."""

    def __init__(self, game: ArrayGame, policy: ArrayPolicy) -> None:
        policy.of(game)
        self.game = game
        self.policy = policy
        arrays = (game.shapes, game.rewards, game.offsets, game.columns, game.weights, game.denominators)
        self.arrays = Arrays(*arrays, game.row_offsets)
        firsts = np.cumsum([0] + [len(own) for own in policy.weights[:-1]])
        starts = game.action_offsets[:, :-1] + firsts[:, None]
        self.play = Play(np.concatenate(policy.weights), np.stack(policy.denominators), np.ascontiguousarray(starts))
        self.cuts = self._cuts()

    def _cuts(self) -> list[tuple[int, int]]:
        """Ranges of states with about as many joint actions each, one a thread."""
        threads = min(_THREADS, os.cpu_count() or 1) if self.game.states > _ALONE else 1
        goals = np.arange(1, threads) * (self.game.rows // threads)
        ends = [0, *np.searchsorted(self.game.row_offsets, goals).tolist(), self.game.states]
        return list(itertools.pairwise(ends))

    def each(self, work: Callable[[int, int], Any]) -> None:
        """Run `work(first, last)` for every range of states, side by side."""
        if len(self.cuts) == 1:
            work(*self.cuts[0])
            return
        for done in [_POOL.submit(work, *cut) for cut in self.cuts]:
            done.result()


_POOL = ThreadPoolExecutor(_THREADS, thread_name_prefix="certigap-sweep")


class Process:
    """Player `payee`'s rewards in units of its scale, `own` choosing (n: nobody, the policy is followed).

    A vector is `[S]`. `choice` `[S]` holds an own action a state.
    """

    def __init__(self, tables: Tables, own: int, payee: int) -> None:
        self.tables, self.own, self.payee = tables, own, payee
        game = tables.game
        alone = own == game.players
        self.own_offsets: IndexArray = (
            np.arange(game.states + 1, dtype=np.int64) if alone else np.ascontiguousarray(game.action_offsets[own])
        )
        self.discount = game.float_discount
        self.chance: FloatArray = np.empty(game.rows)
        self.expected: FloatArray = np.empty(int(self.own_offsets[-1]))
        chances(tables.arrays, tables.play, own, payee, self.own_offsets, self.chance, self.expected)

    def first_choice(self) -> IndexArray:
        """Every state's first action."""
        return np.zeros(self.tables.game.states, dtype=np.int64)

    def improve(self, x: FloatArray, choice: IndexArray) -> FloatArray:
        """T x; `choice` becomes what attains it."""
        out, t = np.empty_like(x), self.tables

        def work(first: int, last: int) -> None:
            known = (t.arrays, self.own, self.chance, self.expected, self.own_offsets, self.discount)
            improve(*known, x, first, last, out, choice)

        t.each(work)
        return out

    def follow(self, x: FloatArray, choice: IndexArray) -> FloatArray:
        """P x for the chosen actions."""
        out, t = np.empty_like(x), self.tables
        t.each(lambda first, last: follow(t.arrays, self.own, self.chance, choice, x, first, last, out))
        return out

    def chosen(self, choice: IndexArray) -> Any:
        """P of the chosen actions, SciPy compressed rows: dear to make, and each product 3 to 10 times as cheap."""
        from scipy.sparse import csr_matrix

        t, states = self.tables, self.tables.game.states
        ends = np.zeros(states + 1, dtype=np.int64)
        columns, values = np.empty(0, dtype=np.int32), np.empty(0)

        def work(first: int, last: int, fill: bool) -> None:
            gather(t.arrays, self.own, self.chance, choice, first, last, ends, columns, values, fill)

        t.each(lambda first, last: work(first, last, False))
        ends = np.cumsum(ends)
        columns, values = np.empty(int(ends[-1]), dtype=np.int32), np.empty(int(ends[-1]))
        t.each(lambda first, last: work(first, last, True))
        matrix = csr_matrix((values, columns, ends), shape=(states, states))
        matrix.sum_duplicates()
        return matrix

    def rewards(self, choice: IndexArray) -> FloatArray:
        """The expected rewards of the chosen actions."""
        return np.asarray(self.expected[self.own_offsets[:-1] + choice])

    def integer_step(self, x: IndexArray, bits: int) -> IndexArray:
        """F x of FORMAT 16, exactly, in units of scale 2^-bits; |x| and the rewards must be at most 2^61 in them."""
        t, out = self.tables, np.empty_like(x)
        discount = t.game.discount
        size = int(np.abs(x).max()).bit_length() + int(t.game.denominators.max()).bit_length()
        narrow = size <= 62

        def work(first: int, last: int) -> None:
            room = np.empty(self.largest, dtype=np.int64)
            head = (t.arrays, t.play, self.own, self.payee, self.chance, x, bits)
            integer_step(*head, discount.numerator, discount.denominator, narrow, first, last, out, room)

        t.each(work)
        return out

    @cached_property
    def largest(self) -> int:
        """The most joint actions that a state has."""
        return int(np.diff(self.tables.game.row_offsets).max())
