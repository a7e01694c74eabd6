"""The most exploitable policy of a ball in a game of two players and one state: exactly, among all pairs of vertices.

A vertex of `{ y : ||y - e||_1 <= eps }` moves `eps / 2` (or all there is) to one action: it empties some others, and
takes the rest from one more. A player's gap is convex in each row, so pairs of vertices are enough (THEORY 5).
"""

import itertools
from fractions import Fraction

from tests.helpers.checker.truth import ONE, ZERO, Row, Rows, TrueGame

__all__ = ["corners", "worst_corner"]


def corners(center: Row, radius: Fraction) -> list[Row]:
    """Rows of the ball, the vertices among them."""
    found = [list(center)]
    for receiver, e in enumerate(center):
        total, donors = min(radius / 2, 1 - e), [b for b, p in enumerate(center) if p and b != receiver]
        for size in range(len(donors) + 1):
            for emptied in itertools.combinations(donors, size):
                rest = total - sum((center[b] for b in emptied), ZERO)
                partials = [b for b in donors if b not in emptied and 0 < rest < center[b]]
                found += [moved(center, receiver, emptied, b, rest) for b in partials]
                found += [moved(center, receiver, emptied, receiver, ZERO)] if rest == 0 else []
    return found


def moved(center: Row, receiver: int, emptied: tuple[int, ...], partial: int, rest: Fraction) -> Row:
    row = [ZERO if b in emptied else p for b, p in enumerate(center)]
    row[partial] -= rest
    row[receiver] += ONE - sum(row, ZERO)
    return row


def worst_corner(game: TrueGame, center: Rows, radius: Fraction) -> Rows:
    """The policy of the ball with the largest NashGap."""
    lists = [corners(own[0], radius) for own in center]
    best, found = -ONE, center
    for i in (0, 1):
        sizes = [len(own) for own in game.actions[0]]
        for other in lists[1 - i]:
            values = [ZERO] * sizes[i]
            for joint, rewards in game.reward[0].items():
                values[joint[i]] += other[joint[1 - i]] * rewards[i]
            for own in lists[i]:
                gap = max(values) - sum((p * q for p, q in zip(own, values, strict=True)), ZERO)
                if gap > best:
                    best, found = gap, [[own], [other]] if i == 0 else [[other], [own]]
    return found
