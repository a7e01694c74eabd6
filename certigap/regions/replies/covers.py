"""What proves that a best reply does not occur near the expert: weights on leaves of boxes.

With h(y) = sum_k lambda_k (u(k, y) - u(c, y)), lambda >= 0, and D(y) the others' joint distance to the expert, a leaf
proves over its boxes

    away(c)      h(y) + D(y) >= radius wherever D(y) <= radius: c is no best reply while D(y) < radius,
    held(A, c)   h(y) >= 0 wherever D(y) <= radius, lambda on A alone: c never beats all of A while D(y) <= radius.

Over one leaf without a box the least of h + price D over joint rows is a greedy maximum. Boxes of several other players
become boxes of joint rows, the products of their ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.brief import Brief
from certigap.exact.vector import Vector

__all__ = ["Cover", "Cut", "avoidance_radius", "exclusion_radius"]


@dataclass(frozen=True, slots=True, repr=False)
class Cut(Brief):
    """A node whose halves have y_player(action) <= at, then >= at."""

    player: int
    action: int
    at: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Cover(Brief):
    """`held` actions of the expert (None: the cover says that `action` is away), with a tree in preorder.

    Leaves are weights lambda `[A_i]`, for payoffs as the game states them.
    """

    held: tuple[int, ...] | None
    action: int
    radius: Fraction
    tree: tuple[Cut | Vector, ...]


def exclusion_radius(covers: Iterable[Cover], action: int) -> Fraction:
    """The action is no best reply at distances below this."""
    return max((c.radius for c in covers if c.held is None and c.action == action), default=Fraction(0))


def avoidance_radius(covers: Iterable[Cover], avoided: frozenset[int], actions: int) -> Fraction:
    """Some action of `avoided` is a best reply at every distance up to this; -1 when not even at the expert."""
    least = Fraction(2)
    usable = [c for c in covers if c.held is not None and avoided.issuperset(c.held)]
    for action in range(actions):
        if action not in avoided:
            least = min(least, max((c.radius for c in usable if c.action == action), default=Fraction(-1)))
    return least
