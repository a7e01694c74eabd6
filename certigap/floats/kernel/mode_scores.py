"""Compiled: where a node of the mode bounds should be split. Proposals only.

A bound is loose where a row moves farther than it pays for, and where one row is not the same in all the contexts
(modes, and draws of the others) in which the bound lets it be chosen.
"""

from certigap.floats.compiled import Floats, Floats2, Floats3, compiled
from certigap.floats.kernel.mode_solve import MODES, N0, N1, T0, T1, ModeGame, ModeState, X

__all__ = ["disagreement", "unpaid"]


@compiled
def unpaid(
    game: ModeGame, state: ModeState, rates: Floats3, mass: Floats, least: Floats2, weight: float, out: Floats2
) -> None:
    """`out` `[n, S]`: the distance that a row uses times its weight `mass`, less what it pays for at a price of 1.

    A `weight` of 1 multiplies this by the share of the state's occupancy in modes that pay nothing, 0 does not.
    """
    for j in range(game.shapes.shape[1]):
        for s in range(len(game.initial)):
            used, paid, free, total = 0.0, 0.0, 0.0, 1e-12
            for mode in range(MODES):
                d = state.visits[mode, s]
                if d > 1e-9 and (mode != X or j != game.player):
                    used = max(used, state.distance[mode, j, s])
                    paid += rates[mode, j, s] * d * state.excess[mode, j, s]
                    total += d
                    free += d if rates[mode, j, s] == 0.0 else 0.0
            out[j, s] = max(mass[s] * (used - least[j, s]) - paid, 0.0) * (1.0 - weight + weight * free / total)


@compiled
def disagreement(game: ModeGame, state: ModeState, mean: Floats, out: Floats, row: Floats) -> None:
    """`mean` `[L]` the rows averaged over their contexts, by occupancy; `out` `[L]` the average distance from it.

    `row` `[A]`: working space.
    """
    n = game.shapes.shape[1]
    for k in range(len(mean)):
        mean[k] = 0.0
        out[k] = 0.0
    for turn in range(2):
        for s in range(len(game.initial)):
            f, joint = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
            stride = joint
            for j in range(n):
                size = game.shapes[s, j]
                stride //= size
                if size == 1:
                    continue
                first, total = game.first[j, s], 0.0
                for mode in (T0, T1, X, N0, N1):
                    d = state.visits[mode, s]
                    if d < 1e-9 or (mode == X and j == game.player):
                        continue
                    for o in range(joint // (size * stride)):
                        for i in range(stride):
                            weight = 0.0
                            for c in range(size):
                                k = f + (o * size + c) * stride + i
                                row[c] = d * (state.kept[mode, k] + state.moved[mode, k])
                                weight += row[c]
                            total += weight
                            if weight > 0.0:
                                for c in range(size):
                                    if turn == 1:
                                        out[first + c] += abs(row[c] - weight * mean[first + c])
                                    else:
                                        mean[first + c] += row[c]
                if turn == 0 and total > 0.0:
                    for c in range(size):
                        mean[first + c] /= total
