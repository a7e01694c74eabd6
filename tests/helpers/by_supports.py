"""Vertices of a best-response polyhedron by support enumeration: slow, and nothing like the walk along edges.

At a vertex with support I the tight columns J have a subset J' of size |I| for which (B'x)_j = v (j in J'), sum x = 1
determines x on I and v uniquely. So every pair (I, J') of equal sizes is solved; what is positive and feasible is kept.
"""

import itertools
from fractions import Fraction

from certigap.exact.integers import IntArray
from certigap.solve.vertices import Vertex

__all__ = ["vertices_by_supports"]


def vertices_by_supports(payoffs: IntArray) -> list[Vertex]:
    """Vertices of a player's polyhedron, each once; `payoffs` `[A, B]`: the opponent's."""
    table = [[int(value) for value in row] for row in payoffs.tolist()]
    found: dict[tuple[Fraction, ...], Vertex] = {}
    own, other = range(len(table)), range(len(table[0]))
    for size in range(1, min(len(own), len(other)) + 1):
        for support in itertools.combinations(own, size):
            for tight in itertools.combinations(other, size):
                vertex = _vertex(table, support, tight)
                if vertex is not None:
                    found.setdefault(vertex.probabilities, vertex)
    return list(found.values())


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
