"""What one player faces in an array game, as an operator: T x = max_a (r + g P x), or r + g P x without a choice."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.compiled import Kernel, prepare
from certigap.floats.solvers import first_best
from certigap.floats.sparse.kernels import Arrays, Play, induce, integer_step
from certigap.floats.sparse.rows import Chain, Rows, follow, gather, improve, slots
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy

__all__ = ["Chosen", "Process", "Sweeps", "Tables"]

_ALONE = 600_000  # transitions up to which handing work to a second thread costs more than it saves
_THREADS = 2  # as many blocks: a sweep is bound by memory, more threads gain little
_ROWS = 4  # times fewer entries than transitions have the chosen actions of a game for which that was measured
_SAMPLES, _SAMPLE = 4, 64  # ranges of states, and their length, by which it is judged whether merging pays
_MERGED = 0.8  # of the entries: merging pays where no more remain

_SMALL = 2_000  # transitions up to which the interpreter has an answer in less time than compiling takes

P = ParamSpec("P")
R = TypeVar("R")


class Tables:
    """The arrays of a game and a policy as kernels take them, made once for all players."""

    def __init__(self, game: ArrayGame, policy: ArrayPolicy) -> None:
        if not isinstance(game, ArrayGame) or not isinstance(policy, ArrayPolicy):
            found = f"{type(game).__name__} and {type(policy).__name__}"
            raise InputError(f"expected an array game and an array policy, got {found}")
        policy.of(game)
        self.game = game
        self.policy = policy
        arrays = (game.shapes, game.rewards, game.offsets, game.columns.view(np.uint32), game.weights)
        self.arrays = Arrays(*arrays, game.denominators, game.row_offsets)
        firsts = np.cumsum([0] + [len(own) for own in policy.weights[:-1]])
        starts = game.action_offsets[:, :-1] + firsts[:, None]
        self.play = Play(np.concatenate(policy.weights), np.stack(policy.denominators), np.ascontiguousarray(starts))
        self.cuts = even(game.row_offsets, game.entries > _ALONE)
        self._made: dict[str, Callable[..., Any]] = {}
        self.prepare(induce, slots, gather, follow, improve)
        self.prepare(integer_step)

    def prepare(self, *kernels: Kernel[..., Any]) -> None:
        """Have what will be called compiled beside, in this order, if it is not yet and the game is not small."""
        if self.game.entries > _SMALL:
            prepare(*kernels)

    def ready(self, kernel: Kernel[P, R]) -> Callable[P, R]:
        """What to call: small games wait for no compiling, which goes on beside."""
        if kernel.__name__ not in self._made:
            self._made[kernel.__name__] = kernel.at_once(self.game.entries <= _SMALL)
        return self._made[kernel.__name__]

    @cached_property
    def largest(self) -> int:
        """The most joint actions that a state has."""
        return int(np.diff(self.game.row_offsets).max())

    def each(self, work: Callable[[int], R], blocks: int = 0) -> list[R]:
        """Run `work(block)` for every block, or as many as are said, side by side."""
        others = [_POOL.submit(work, block) for block in range(1, blocks or len(self.cuts))]
        return [work(0), *(other.result() for other in others)]


def even(offsets: IndexArray, shared: bool) -> list[tuple[int, int]]:
    """Ranges of states, one a block: one, or if `shared` two with about as many rows or entries each: those of a state
    lie between its `offsets` `[S + 1]`. The same on every machine.
    """
    blocks, states = _THREADS if shared else 1, len(offsets) - 1
    goals = np.arange(1, blocks) * (int(offsets[-1]) // blocks)
    ends = [0, *np.searchsorted(offsets, goals).tolist(), states]
    return [(first, last) for first, last in itertools.pairwise(ends) if first < last]


_POOL = ThreadPoolExecutor(_THREADS - 1, thread_name_prefix="certigap-sweep")


class Process:
    """Rewards in units of the payees' scales, `own` choosing (n: nobody, the policy is followed).

    A vector is `[S]`. `choice` `[S]` holds an own action a state.

    Attributes:
        expected: `[1, L]` rewards of the own actions, or `[n, S]` of every player where nobody chooses.
        merged: entries of a row that name the same state are added up.
        blocks: the rows of the own actions.
    """

    def __init__(self, tables: Tables, own: int) -> None:
        self.tables, self.own = tables, own
        game = tables.game
        self.states, self.discount, self.is_alone = game.states, game.float_discount, own == game.players
        self.actions: IndexArray = (
            np.arange(game.states + 1, dtype=np.int64) if self.is_alone else game.action_offsets[own]
        )
        self.expected: FloatArray = np.empty((game.players if self.is_alone else 1, int(self.actions[-1])))
        self.merged = merge = self._merging_pays()
        self.blocks: list[Rows] = tables.each(lambda block: self._induced(*tables.cuts[block], merge)[0])

    @cached_property
    def chosen(self) -> "Chosen":
        """Room for the rows of one choice, made once: the chosen actions are what it was told last."""
        return Chosen(self)

    def longest_rows(self) -> IndexArray:
        """`[S]` entries of each state's longest row."""
        longest = np.empty(self.states, dtype=np.int64)
        work = self.tables.ready(slots)
        self.tables.each(lambda b: work(self.blocks[b], longest))
        return longest

    def cuts(self, offsets: IndexArray) -> list[tuple[int, int]]:
        """Blocks of one row a state, lying at `offsets` `[S + 1]`."""
        return even(offsets, int(offsets[-1]) > _ALONE // _ROWS)

    def _merging_pays(self) -> bool:
        places = np.linspace(0, self.states, _SAMPLES, endpoint=False, dtype=np.int64).tolist()
        found = [self._induced(place, min(place + _SAMPLE, self.states), True) for place in places]
        return sum(int(rows.offsets[-1]) for rows, _ in found) <= _MERGED * sum(before for _, before in found)

    def _induced(self, first: int, last: int, merge: bool) -> tuple[Rows, int]:
        """The rows of some states, and how many entries they had before merging."""
        t, game = self.tables, self.tables.game
        most = int(game.offsets[game.row_offsets[last]] - game.offsets[game.row_offsets[first]])
        offsets = np.empty(int(self.actions[last] - self.actions[first]) + 1, dtype=np.int64)
        columns, values = np.empty(most, dtype=np.uint32), np.empty(most)  # what is not filled takes no memory
        rows = Rows(first, last, self.actions, offsets, columns, values)
        room = np.empty(t.largest), np.empty(self.states if merge else 0, dtype=np.uint32)
        filled = (offsets, columns, values, self.expected, *room)
        return rows, t.ready(induce)(t.arrays, t.play, self.own, first, last, self.actions, merge, *filled)

    def integer_step(self, x: IndexArray, bits: int, payee: int) -> IndexArray:
        """F x of FORMAT 16, exactly, in units of scale 2^-bits; |x| and the rewards must be at most 2^61 in them."""
        t, out, game = self.tables, np.empty_like(x), self.tables.game
        top, bottom = game.discount.numerator, game.discount.denominator
        sizes = max(abs(int(x.max())), abs(int(x.min())))
        rewards = max(abs(int(game.rewards[payee].max())), abs(int(game.rewards[payee].min()))) << bits
        factors = max(int(game.denominators.max()), top, int(t.play.denominators.max()))
        narrow = (sizes + rewards) * factors < 2**62

        def work(block: int) -> None:
            head = (t.arrays, t.play, self.own, payee, x, bits, top, bottom, narrow)
            t.ready(integer_step)(*head, *t.cuts[block], out, np.empty(t.largest, dtype=np.int64))

        t.each(work)
        return out


class Sweeps:
    """The sweeps of a process for one player's rewards.

    Args:
        process: whose rows.
        rewards: `[L]` expected rewards of the own actions.
    """

    def __init__(self, process: Process, rewards: FloatArray) -> None:
        self.process, self.rewards = process, rewards
        self.has_choice = not process.is_alone
        self._slack = np.zeros(len(rewards), dtype=np.float32)
        self._ends = [np.empty(3) for _ in process.blocks]

    def first(self) -> tuple[FloatArray, IndexArray]:
        """T 0, and the choice that attains it: no row is read."""
        best = first_best(self.rewards, self.process.actions)
        return self.rewards[best], best - self.process.actions[:-1]

    def rewards_of(self, choice: IndexArray) -> FloatArray:
        """`[S]` rewards of the chosen actions."""
        return np.asarray(self.rewards[self.process.actions[:-1] + choice])

    def improve(
        self, x: FloatArray, choice: IndexArray, margin: float, out: FloatArray, followed: bool
    ) -> tuple[float, float, int]:
        """out = T x, and the choice becomes what attains it; `followed`: out is r + g P x of the choice before.

        Actions that were worse by more than `margin` before are left out. Returns least and most of out - x, and how
        many choices change.
        """
        p = self.process

        def work(block: int) -> None:
            head = (p.blocks[block], self.rewards, p.discount, margin, followed, x, self._slack)
            p.tables.ready(improve)(*head, out, choice, self._ends[block])

        p.tables.each(work)
        return *widest(self._ends), int(sum(own[2] for own in self._ends))


class Chosen:
    """P of chosen actions `[S]`, copied together, and sweeps with them; a process has one (`Process.chosen`).

    Where nobody chooses, rows lie together as they are, and nothing is copied.

    Args:
        process: whose actions; before the first `take`, nothing is chosen.

    Attributes:
        held: `[S]` the actions whose rows are here; -1: none yet.
        blocks: the rows.
    """

    def __init__(self, process: Process) -> None:
        self.tables, self.discount = process.tables, process.discount
        self._rows, self._is_alone = process.blocks, process.is_alone  # not the process, whose memory would stay
        self.held = np.full(process.states, -1, dtype=np.int64)
        self._ends = [np.empty(2) for _ in self._rows]
        longest = process.longest_rows()
        self.blocks = [self._room(rows, longest[rows.first : rows.last]) for rows in self._rows]

    def _room(self, rows: Rows, longest: IndexArray) -> Chain:
        if self._is_alone:
            return Chain(rows.first, rows.last, rows.offsets, rows.columns, rows.values)
        offsets = np.concatenate([[0], np.cumsum(longest)])
        columns, values = np.empty(int(offsets[-1]), dtype=np.uint32), np.empty(int(offsets[-1]))
        return Chain(rows.first, rows.last, offsets, columns, values)

    def take(self, choice: IndexArray) -> None:
        """Other actions; only the rows that change are copied."""
        if not self._is_alone:
            work = self.tables.ready(gather)
            self.tables.each(lambda b: work(self._rows[b], choice, self.held, self.blocks[b]))

    def follow(self, rewards: FloatArray, x: FloatArray, out: FloatArray) -> tuple[float, float]:
        """out = r + g P x for rewards `[S]`; returns least and most of out - x."""
        work = self.tables.ready(follow)
        self.tables.each(lambda b: work(self.blocks[b], self.discount, rewards, x, out, self._ends[b]))
        return widest(self._ends)


def widest(ends: list[FloatArray]) -> tuple[float, float]:
    """The least and the most of all blocks."""
    return min(float(own[0]) for own in ends), max(float(own[1]) for own in ends)
