"""Occupancies of a chain, mu = (1-g) nu + g P^T mu: by sweeps while they forget, else as a system (`krylov`)."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.krylov import Followed
from certigap.floats.sparse.process import Process, Tables
from certigap.floats.sparse.rows import Chain, Rows
from certigap.floats.sparse.stray import scatter
from certigap.work.deadline import Deadline

__all__ = ["occupancy"]

_ROUNDS = 5000  # sweeps
_NEAR = 1e-13  # of its mass: where sweeps end
_NOISE = 2.0**-51  # of its mass: rounding of one sweep, about
_TRIAL = 4  # sweeps before their rate is judged
_FORGETS = 0.7  # rate per sweep up to which plain sweeps are kept
_STEPS = 1000  # of BiCGSTAB
_CLOSE = 0.1  # of the residual that is asked for, as BiCGSTAB measures another


@dataclass(frozen=True)
class Backward:
    """P^T as rows, one a state: what `Followed` needs of a process."""

    tables: Tables
    states: int
    discount: float
    blocks: list[Rows]
    whole: Process

    def longest_rows(self) -> IndexArray:
        """`[S]` entries of each row."""
        return np.concatenate([np.diff(rows.offsets) for rows in self.blocks])

    def cuts(self, offsets: IndexArray) -> list[tuple[int, int]]:
        """Blocks of these rows, lying elsewhere at `offsets` `[S + 1]`."""
        return self.whole.cuts(offsets)


def occupancy(
    process: Process, chains: list[Chain], deadline: Deadline, start: FloatArray | None = None, near: float = _NEAR
) -> FloatArray:
    """`[S]` the occupancy of a chain in floats, of sum about 1, from a guess of that sum.

    Args:
        process: of the game.
        chains: blocks of the chain.
        deadline: when to stop with what there is.
        start: the guess; by default where the game starts.
        near: || mu - x ||_1 that is aimed at.
    """
    game, states = process.tables.game, process.states
    initial = game.initial / game.initial.sum(dtype=np.float64)
    x, first = (initial if start is None else start).copy(), (1 - process.discount) * initial
    goal, last = max(near * (1 - process.discount), _NOISE), np.inf
    system: Followed | None = None
    for sweep in range(_ROUNDS):
        out = first.copy()
        for chain in chains:
            process.tables.ready(scatter)(chain, process.discount, x, out)
        change = float(np.abs(out - x).sum())
        if change <= goal or not deadline.going:
            break
        if sweep < _TRIAL or change <= _FORGETS * last:
            x, last = out, change
            continue
        if system is None:
            system = Followed(backward(process, chains), 0.0)
            system.take(np.zeros(states, dtype=np.int64))
        found = system.solution(out - x, goal / change * _CLOSE, _STEPS, deadline)
        x, last = (out if found is None else np.maximum(x + found, 0.0)), change
    return np.asarray(out)


def backward(process: Process, chains: list[Chain]) -> Backward:
    """The chain the other way round."""
    states, ends = process.states, np.cumsum([0, *(int(chain.offsets[-1]) for chain in chains)])
    offsets = np.concatenate([[0], *(chain.offsets[1:] + end for chain, end in zip(chains, ends, strict=False))])
    columns = np.concatenate([chain.columns[: int(chain.offsets[-1])] for chain in chains]).view(np.int32)
    values = np.concatenate([chain.values[: int(chain.offsets[-1])] for chain in chains])
    turned = sparse.csr_matrix((values, columns, offsets), (states, states)).tocsc()
    starts, actions = turned.indptr.astype(np.int64), np.arange(states + 1)
    blocks = []
    for low, high in process.cuts(starts):
        part = slice(int(starts[low]), int(starts[high]))
        rows = starts[low : high + 1] - starts[low]
        blocks.append(Rows(low, high, actions, rows, turned.indices[part].astype(np.uint32), turned.data[part]))
    return Backward(process.tables, states, process.discount, blocks, process)
