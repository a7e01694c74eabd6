"""All equilibria of a bimatrix game over Q: vertices of the best-response polyhedra, then their matches.

Player 1's polyhedron is {(x, v) : x in the simplex, (B'x)_j <= v}, B the opponent's payoffs. Adding a number to B moves
v alone; with B > 0 the map (x, v) -> x/v takes its vertices one to one to those of the polytope {z >= 0 : B'z <= 1}
other than 0, which a walk along the edges meets all, in degenerate games too (`certigap.solve.walk`). A column j is a
best reply where its slack is 0. The same for player 2.

(x, y) is an *extreme equilibrium* when x and y are vertices, supp x within the best replies to y and supp y within
those to x. The equilibria are exactly the union of conv(U) x conv(V) over the maximal Nash subsets U x V, the maximal
bicliques of the graph of extreme equilibria (Winkels; Jansen); they are finitely many when each is a single pair.

Source: Mangasarian (1964); Avis, Rosenberg, Savani, von Stengel (2010).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from certigap.errors import LimitError
from certigap.exact.brief import Brief
from certigap.exact.integers import IntArray
from certigap.solve.walk import corners
from certigap.work.deadline import Deadline

__all__ = ["Vertex", "extreme_pairs", "maximal_subsets", "vertices"]

_MOST_SUBSETS = 10_000  # maximal Nash subsets that overlap: each is a clique, and their number can be exponential
_WORD = 62  # bits of a mask that NumPy's signed integers hold


@dataclass(frozen=True, slots=True, repr=False)
class Vertex(Brief):
    """A vertex: probabilities, and bit masks of its support and of the opponent's best replies to it."""

    probabilities: tuple[Fraction, ...]
    support: int
    replies: int


def vertices(payoffs: IntArray, limit: int = 400_000, deadline: Deadline | None = None) -> list[Vertex]:
    """Vertices of a player's best-response polyhedron.

    Args:
        payoffs: `[A, B]` integers, what the *opponent*'s action b gets against the own action a.
        limit: the most bases; a vertex has one, or several where it is degenerate.
        deadline: when to give up.

    Returns:
        The vertices, each once, by support size, then by supports and probabilities lexicographically.

    Raises:
        LimitError: more bases, or the deadline passed.

    >>> import numpy as np
    >>> [[str(p) for p in vertex.probabilities] for vertex in vertices(np.array([[1, -1], [-1, 1]]))]
    [['1', '0'], ['0', '1'], ['1/2', '1/2']]
    """
    least = min(int(value) for value in payoffs.flat)
    matrix = [[int(value) - least + 1 for value in row] for row in payoffs.T]
    own = len(matrix[0])
    found: set[tuple[int, ...]] = set()
    for corner in corners(matrix, limit, deadline or Deadline()):
        solution = corner.solution
        if any(solution[:own]):
            divisor = math.gcd(*solution)
            found.add(tuple(value // divisor for value in solution))
    return sorted((_vertex(solution, own) for solution in found), key=_order)


def _vertex(solution: Sequence[int], own: int) -> Vertex:
    total = sum(solution[:own])
    probabilities = tuple(Fraction(value, total) for value in solution[:own])
    support = sum(1 << a for a, value in enumerate(solution[:own]) if value)
    return Vertex(probabilities, support, sum(1 << b for b, slack in enumerate(solution[own:]) if slack == 0))


def _order(vertex: Vertex) -> tuple[int, list[int], tuple[Fraction, ...]]:
    played = [a for a, p in enumerate(vertex.probabilities) if p]
    return len(played), played, vertex.probabilities


def extreme_pairs(first: Sequence[Vertex], second: Sequence[Vertex]) -> list[tuple[int, int]]:
    """Indices of the pairs of vertices that are equilibria.

    Args:
        first: vertices of player 1.
        second: vertices of player 2.
    """
    if not first or not second:
        return []
    rows, columns = len(first[0].probabilities), len(second[0].probabilities)
    own, theirs = _words([x.support for x in first], rows), _words([x.replies for x in first], columns)
    others, replies = _words([y.support for y in second], columns), _words([y.replies for y in second], rows)
    pairs = []
    for k in range(len(first)):
        outside = ((others & ~theirs[k]).any(axis=1)) | ((own[k] & ~replies).any(axis=1))
        pairs += [(k, m) for m in np.flatnonzero(~outside).tolist()]
    return pairs


def _words(masks: Sequence[int], bits: int) -> npt.NDArray[np.int64]:
    """`[V, W]` masks of so many bits, cut into words."""
    cut = (1 << _WORD) - 1
    return np.array([[mask >> at & cut for at in range(0, bits, _WORD)] for mask in masks], dtype=np.int64)


def maximal_subsets(pairs: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Maximal bicliques of the graph with these edges, as index sets.

    Raises:
        LimitError: a component of the graph with more than 10,000 of them.

    >>> maximal_subsets([(0, 0), (0, 1), (1, 1)])
    [((0,), (0, 1)), ((0, 1), (1,))]
    """
    return sorted(subset for part in _components(pairs) for subset in _subsets(part))


def _components(pairs: Sequence[tuple[int, int]]) -> Iterator[dict[int, frozenset[int]]]:
    """The connected parts of the graph, each as the partners of its first players' vertices."""
    forward: dict[int, set[int]] = {}
    backward: dict[int, set[int]] = {}
    for k, m in pairs:
        forward.setdefault(k, set()).add(m)
        backward.setdefault(m, set()).add(k)
    left = set(forward)
    for start in forward:
        if start not in left:
            continue
        left.discard(start)
        part, todo = {}, [start]
        while todo:
            k = todo.pop()
            part[k] = frozenset(forward[k])
            near = {other for m in forward[k] for other in backward[m]} & left
            left -= near
            todo += near
        yield part


def _subsets(partners: dict[int, frozenset[int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    closed: set[frozenset[int]] = set()
    for own in partners.values():
        closed |= {own, *(own & other for other in closed)}
        if len(closed) > _MOST_SUBSETS:
            raise LimitError(f"maximal Nash subsets: expected at most {_MOST_SUBSETS}, got more")
    return [
        (tuple(sorted(k for k, own in partners.items() if side <= own)), tuple(sorted(side))) for side in closed if side
    ]
