"""Compiled values of the mode rules' row maxima, of all states at once, without the rows: proposals only.

Most maxima are asked for their value alone: is a deviator's action better, has a state's best row changed? `maxima`
answers for a whole game in one call, for here a call costs more than a row. Rules and arrays are those of `mode_rows`.
"""

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, Indices2, inner
from certigap.floats.kernel.mode_rows import TINY, row

__all__ = ["maxima"]


@inner
def worth_of_two(
    e0: float, e1: float, kept0: float, kept1: float, moved0: float, moved1: float, cap: float, free: float, toll: float
) -> float:
    """The row maximum of two actions without a box: what either gives goes to the other."""
    value, gain, other, left, right = e0 * kept0 + e1 * kept1, moved1 - kept0, moved0 - kept1, e0, e1
    if other > gain:
        gain, other, left, right = other, gain, right, left
    if gain <= 0.0:
        return value
    step = min(left, cap)
    moved = min(step, free)
    value += moved * gain
    if gain > 2 * toll:
        value += (step - moved) * (gain - 2 * toll)
        moved = step
    if other > 0.0:
        step = min(right, cap - moved)
        unpaid = min(step, max(free - moved, 0.0))
        value += unpaid * other
        if other > 2 * toll:
            value += (step - unpaid) * (other - 2 * toll)
    return value


@inner
def maxima(
    shapes: Indices2, order: Indices, first: Indices2, row_offsets: Indices, pair_offsets: Indices, strides: Indices,
    box: Floats2, limits: Floats3, tolls: Floats2, q0: Floats, q1: Floats, tables: Floats2, cells: Floats2,
    sizes: Indices, used: Indices, worths: Floats2, choices: Indices, best: Floats,
    player: int, plain: bool, deviates: bool, paired: bool, rise: float,
) -> None:  # fmt: skip
    """The nested maximum at every state, in `best`, with the deviator's action, in `choices`.

    Args:
        tolls: `[n, S]`.
        q0, q1: tables, of the kept and of the moved; of pairs if `paired`.
        worths: `[S, A]` what the deviator's actions were worth when they were last tried; brought up to date.
        choices: `[S]` the action that is tried first.
        rise: no action's worth has grown by more since.
    """
    n, apart = shapes.shape[1], deviates and not paired
    for s in range(len(best)):
        f, joint = row_offsets[s], row_offsets[s + 1] - row_offsets[s]
        size, stride, held, top = shapes[s, player], strides[s], choices[s], -np.inf
        for attempt in range(size if deviates else 1):
            own = held if attempt == 0 else attempt - 1 if attempt <= held else attempt
            if attempt > 0 and worths[s, own] + rise <= top:
                worths[s, own] += rise
                continue
            if apart:
                for o in range(joint // (size * stride)):
                    for i in range(stride):
                        tables[1, o * stride + i] = q1[f + (o * size + own) * stride + i]
            else:
                start = pair_offsets[s] + own * joint if paired else f
                for k in range(joint):
                    tables[0, k] = q0[start + k]
                    tables[1, k] = q1[start + k]
            for j in range(n):
                sizes[j] = 1 if apart and j == player else shapes[s, j]
            for depth in range(n - 1, -1, -1):
                j = order[depth]
                wide, before, after = sizes[j], 1, 1
                if wide == 1:
                    continue
                for i in range(j):
                    before *= sizes[i]
                for i in range(j + 1, n):
                    after *= sizes[i]
                toll, at, cap, free, boxed = tolls[j, s], first[j, s], limits[0, j, s], limits[1, j, s], limits[2, j, s]
                for o in range(before):
                    for i in range(after):
                        begin, value = o * wide * after + i, 0.0
                        for c in range(wide):
                            cells[0, c] = tables[0, begin + c * after]
                            cells[1, c] = tables[1, begin + c * after]
                        for draw in range(2):  # below a kept draw, below a moved one
                            whole = draw == 1
                            if not (plain or depth > 0 if whole else not plain):
                                continue
                            kept = 1 if whole else 0
                            if boxed != 0.0:
                                value = row(box, limits, cells, used, j, s, at, wide, whole, toll)
                            elif wide == 2:
                                value = worth_of_two(
                                    box[0, at], box[0, at + 1], cells[kept, 0], cells[kept, 1], cells[1, 0],
                                    cells[1, 1], cap, free, toll,
                                )  # fmt: skip
                            else:
                                to, most, second, value = 0, -np.inf, -np.inf, 0.0
                                for a in range(wide):
                                    q = cells[1, a]
                                    value += box[0, at + a] * cells[kept, a]
                                    if q > most:
                                        second = most
                                        most = q
                                        to = a
                                    elif q > second:
                                        second = q
                                for a in range(wide):
                                    cells[2, a] = (second if a == to else most) - cells[kept, a]
                                moved = 0.0
                                while moved < cap - TINY:
                                    donor, gain = -1, 0.0
                                    for a in range(wide):
                                        if cells[2, a] > gain and box[0, at + a] > 0.0:
                                            donor = a
                                            gain = cells[2, a]
                                    if donor < 0 or (moved >= free and gain <= 2 * toll):
                                        break
                                    cells[2, donor] = 0.0
                                    left = min(box[0, at + donor], cap - moved)
                                    step = min(left, max(free - moved, 0.0))
                                    value += step * gain
                                    if gain > 2 * toll:
                                        value += (left - step) * (gain - 2 * toll)
                                        step = left
                                    moved += step
                            tables[draw, o * after + i] = value
                sizes[j] = 1
            value = tables[1, 0] if plain else tables[0, 0]
            worths[s, own] = value
            if value > top:
                top = value
                choices[s] = own
        best[s] = top
