"""All equilibria of a bimatrix game over Q: vertices of the best-response polyhedra by supports, then their matches.

Player 1's polyhedron is {(x, v) : x in the simplex, (B'x)_j <= v}. At a vertex with support I the tight columns J have
a subset J' of size |I| for which  (B'x)_j = v (j in J'), sum x = 1  determines x on I and v uniquely. So solving that
square system for every pair (I, J') of equal sizes, and keeping the solutions that are positive on I and feasible,
finds every vertex, in degenerate games too: every pair is decided, by a singular matrix, a sign or an inequality. The
same for player 2.

(x, y) is an *extreme equilibrium* when x and y are vertices, supp x within the best replies to y and supp y within
those to x. The equilibria are exactly the union of conv(U) x conv(V) over the maximal Nash subsets U x V, the maximal
bicliques of the graph of extreme equilibria (Winkels; Jansen); they are finitely many when each is a single pair.

Source: Mangasarian (1964); Avis, Rosenberg, Savani, von Stengel (2010).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import LimitError
from certigap.exact.integers import IntArray
from certigap.work.deadline import Deadline

__all__ = ["Vertex", "extreme_pairs", "maximal_subsets", "support_pairs", "vertices"]

_MOST_SUBSETS = 10_000  # maximal Nash subsets: each is a clique, and their number can be exponential


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex: probabilities, and bit masks of its support and of the opponent's best replies to it."""

    probabilities: tuple[Fraction, ...]
    support: int
    replies: int


def support_pairs(rows: int, columns: int) -> int:
    """The number of square systems for one player of an A x B game: C(A + B, A) - 1.

    >>> support_pairs(6, 6)
    923
    """
    return math.comb(rows + columns, rows) - 1


def vertices(payoffs: IntArray, deadline: Deadline | None = None) -> list[Vertex]:
    """Vertices of a player's best-response polyhedron.

    Args:
        payoffs: `[A, B]` integers, what the *opponent*'s action b gets against the own action a.
        deadline: when to give up.

    Returns:
        The vertices, by support size, then lexicographically; each once.

    Raises:
        LimitError: the deadline passed.

    >>> import numpy as np
    >>> [[str(p) for p in vertex.probabilities] for vertex in vertices(np.array([[1, -1], [-1, 1]]))]
    [['1', '0'], ['0', '1'], ['1/2', '1/2']]
    """
    table = [[int(value) for value in row] for row in payoffs.tolist()]
    found: dict[tuple[Fraction, ...], Vertex] = {}
    own, other = range(len(table)), range(len(table[0]))
    for size in range(1, min(len(own), len(other)) + 1):
        for support in itertools.combinations(own, size):
            for tight in itertools.combinations(other, size):
                vertex = _vertex(table, support, tight)
                if vertex is not None:
                    found.setdefault(vertex.probabilities, vertex)
            if deadline is not None and not deadline.going:
                raise LimitError(f"support enumeration {len(own)}x{len(other)}: expected its end in time, got none")
    return list(found.values())


def extreme_pairs(first: Sequence[Vertex], second: Sequence[Vertex]) -> list[tuple[int, int]]:
    """Indices of the pairs of vertices that are equilibria.

    Args:
        first: vertices of player 1.
        second: vertices of player 2.
    """
    return [
        (k, m)
        for k, x in enumerate(first)
        for m, y in enumerate(second)
        if y.support & ~x.replies == 0 and x.support & ~y.replies == 0
    ]


def maximal_subsets(pairs: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Maximal bicliques of the graph with these edges, as index sets.

    Raises:
        LimitError: more than 10,000 of them.

    >>> maximal_subsets([(0, 0), (0, 1), (1, 1)])
    [((0,), (0, 1)), ((0, 1), (1,))]
    """
    partners: dict[int, frozenset[int]] = {}
    for k, m in pairs:
        partners[k] = partners.get(k, frozenset()) | {m}
    closed: set[frozenset[int]] = set()
    for own in partners.values():
        closed |= {own, *(own & other for other in closed)}
        if len(closed) > _MOST_SUBSETS:
            raise LimitError(f"maximal Nash subsets: expected at most {_MOST_SUBSETS}, got more")
    subsets = [(tuple(k for k, own in partners.items() if side <= own), tuple(sorted(side))) for side in closed if side]
    return sorted(subsets)


def _vertex(table: list[list[int]], support: tuple[int, ...], tight: tuple[int, ...]) -> Vertex | None:
    from flint import fmpz_mat

    size = len(support)
    system = [table[a][b] for b in tight for a in support]
    rows = [x for k in range(size) for x in (*system[k * size : (k + 1) * size], -1)]
    matrix = fmpz_mat(size + 1, size + 1, [*rows, *([1] * size), 0])
    try:
        solution = matrix.solve(fmpz_mat(size + 1, 1, [0] * size + [1])).entries()
    except ZeroDivisionError:
        return None
    *weights, value = solution
    if any(weight <= 0 for weight in weights):
        return None
    replies = 0
    for b in range(len(table[0])):
        payoff = sum(weight * table[a][b] for weight, a in zip(weights, support, strict=True))
        if payoff > value:
            return None
        replies |= (payoff == value) << b
    probabilities = [Fraction(0)] * len(table)
    for a, weight in zip(support, weights, strict=True):
        probabilities[a] = Fraction(int(weight.p), int(weight.q))
    return Vertex(tuple(probabilities), sum(1 << a for a in support), replies)
