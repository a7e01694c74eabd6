"""Best-reply faces of a player of a one-state game, and how far they are from the expert's row x (THEORY 9).

Against the others' play y the best replies are the mixtures of T(y) = argmax_a u(a, y). The nearest of them to x is at
L1 distance 2 (1 - x(T)), the farthest at max over a in T of 2 (1 - x(a)): the summands of delta_sel and delta_max.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.model.rows import distribution
from certigap.semantics.normal_form.payoffs import PayoffTable, joint_row, payoff_table

__all__ = ["Faces", "Play", "Witness"]

Play = tuple[Vector, ...]
"""A row of each other player, in order."""


@dataclass(frozen=True, slots=True, repr=False)
class Witness(Brief):
    """Play of the others near the expert's, with best replies at distance `value`.

    `near` is at joint distance `distance`. With `far`, which differs from it in one row alone, the value is that of
    near + t (far - near) for every small t > 0: it is met at every eps above `distance`, perhaps not at `distance`.
    """

    near: Play
    far: Play | None
    distance: Fraction
    value: Fraction


class Faces:
    """The best replies of one player around an expert.

    Args:
        expert: of a game of one state.
        player: index of the player.
    """

    def __init__(self, expert: Policy, player: int) -> None:
        self.table: PayoffTable = payoff_table(expert.game, player)
        self.expert, self.player = expert, player
        self.row = expert.rows[player][0].fractions()
        self.center = joint_row(expert, self.table.others)

    @cached_property
    def support(self) -> tuple[int, ...]:
        """The actions that the expert plays."""
        return tuple(a for a, x in enumerate(self.row) if x)

    @cached_property
    def expert_play(self) -> Play:
        """The others' rows of the expert."""
        rows = (self.expert.rows[j][0] for j in self.table.others)
        return tuple(Vector(row.weights, row.denominator) for row in rows)

    def joint(self, play: Play) -> Vector:
        """`[B]` the product of the rows."""
        weights, denominator = [1], 1
        for row in play:
            weights = [w * x for w in weights for x in row.numerators]
            denominator *= row.denominator
        return Vector(tuple(weights), denominator)

    def policy(self, play: Play) -> Policy:
        """The expert with the others' rows exchanged."""
        policy = self.expert
        for j, row in zip(self.table.others, play, strict=True):
            policy = policy.replace(j, [distribution(row.fractions(), "row")])
        return policy

    def payoffs(self, weights: Sequence[int]) -> list[int]:
        """`[A]` payoffs against the others' joint weights `[B]`, in units of no matter."""
        return [sum(w * int(u) for w, u in zip(weights, line, strict=True) if w) for line in self.table.numerators]

    def best(self, near: Vector, far: Vector | None = None) -> tuple[int, ...]:
        """T(near), or with `far` T(near + t (far - near)) for every small t > 0: ties at near are broken by far."""
        first = self.payoffs(near.numerators)
        second = first if far is None else self.payoffs(far.numerators)
        keys = list(zip(first, second, strict=True))
        return tuple(a for a, key in enumerate(keys) if key == max(keys))

    def nearest(self, actions: Iterable[int]) -> Fraction:
        """2 (1 - x(T))"""
        return 2 - 2 * sum((self.row[a] for a in actions), Fraction(0))

    def farthest(self, actions: Iterable[int]) -> Fraction:
        """max over a in T of 2 (1 - x(a))"""
        return max(2 - 2 * self.row[a] for a in actions)

    def distance(self, play: Vector) -> Fraction:
        """|| y - e ||_1 of joint rows."""
        pairs = zip(play.numerators, self.center.numerators, strict=True)
        total = sum(abs(x * self.center.denominator - e * play.denominator) for x, e in pairs)
        return Fraction(total, play.denominator * self.center.denominator)
