"""Is a claim about a best case false? Equilibria by supports, policies at the distance, a proof that none is good.

The least gap at a distance is met by policies from above. That every gap there exceeds a number is proven by halving
the square of two-action profiles: a centre tells of its cell by the Lipschitz constants of distance and gap.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from tests.helpers.checker.truth import ONE, ZERO, Row, Rows, TrueGame, l1

__all__ = ["BestCases"]

HALVINGS = 11


class BestCases:
    """What is known of one bimatrix game: policies that are not at the distance asked for are passed over."""

    def __init__(self, game: TrueGame, tries: int, hints: Sequence[Rows]) -> None:
        self.game, self.tries, self.hints = game, tries, hints
        self.found: list[Rows] | None = None
        self.known: dict[Fraction, list[Rows]] = {}

    @property
    def equilibria(self) -> list[Rows]:
        if self.found is None:
            self.found = self.game.equilibria()
        return self.found

    def is_false(self, claim: dict[str, Any], witness: Rows | None) -> bool:
        """A policy at the distance refutes "infinity" and a lower end above its gap; `witness` decides an upper end."""
        radius, ends = Fraction(claim["radius"]), claim["nash_gap"]
        least = min((max(self.game.gaps(policy)) for policy in self.at(radius)), default=None)
        if ends == "infinity":
            return least is not None
        if "lower" in ends and least is not None and least < Fraction(ends["lower"]):
            return True
        if "upper" not in ends:
            return False
        upper = Fraction(ends["upper"])
        if witness is not None:
            return not self.is_at(witness, radius) or max(self.game.gaps(witness)) > upper
        return (least is None or least > upper) and self.all_exceed(radius, upper)

    def is_at(self, policy: Rows, radius: Fraction) -> bool:
        return any(self.distance(policy, expert) == radius for expert in self.equilibria)

    def distance(self, policy: Rows, expert: Rows) -> Fraction:
        return l1(self.game.joint(policy)[0], self.game.joint(expert)[0])

    def at(self, radius: Fraction) -> list[Rows]:
        """Known policies at that distance of an equilibrium, and some found on random lines; remembered."""
        if radius not in self.known:
            self.known[radius] = list(self.found_at(radius))
        return self.known[radius]

    def found_at(self, radius: Fraction) -> Iterator[Rows]:
        yield from (policy for policy in self.hints if self.is_at(policy, radius))
        rng, sizes = random.Random(0), [len(own) for own in self.game.actions[0]]
        for expert in self.equilibria:
            corners = itertools.product(*(range(size) for size in sizes))
            targets = [[pure(size, a) for size, a in zip(sizes, corner, strict=True)] for corner in corners]
            targets += [[draw(rng, size) for size in sizes] for _ in range(self.tries)]
            for target, i, fixed in itertools.product(targets, (0, 1), (ZERO, Fraction(1, 20), ONE)):
                other = expert[1 - i][0]
                row = [x + fixed * (y - x) for x, y in zip(other, target[1 - i], strict=True)]
                yield from self.on_line(expert, i, target[i], row, radius)

    def on_line(self, expert: Rows, i: int, target: Row, other: Row, radius: Fraction) -> Iterator[Rows]:
        """Where the line of player `i`'s row to its target, the other's row fixed, crosses the distance."""
        own = expert[i][0]

        def policy(step: Fraction) -> Rows:
            row = [x + step * (y - x) for x, y in zip(own, target, strict=True)]
            return [[row], [other]] if i == 0 else [[other], [row]]

        kinks = {ZERO, ONE}
        for (x, y), p in itertools.product(zip(own, target, strict=True), zip(other, expert[1 - i][0], strict=True)):
            if (y - x) * p[0]:
                kinks.add(min(ONE, max(ZERO, (x * p[1] - x * p[0]) / ((y - x) * p[0]))))
        steps = sorted(kinks)
        for first, last in itertools.pairwise(steps):
            low, high = (self.distance(policy(step), expert) for step in (first, last))
            if min(low, high) <= radius <= max(low, high) and low != high:
                yield policy(first + (last - first) * (radius - low) / (high - low))

    def all_exceed(self, radius: Fraction, number: Fraction) -> bool:
        """Proof that every policy at that distance has a larger gap; False: not proven (or more than two actions)."""
        if any(len(own) > 2 for own in self.game.actions[0]):
            return False
        rewards = list(zip(*self.game.reward[0].values(), strict=True))
        span = max(max(own) - min(own) for own in rewards)
        cells, half = [(Fraction(1, 2), Fraction(1, 2))], Fraction(1, 2)
        for _ in range(HALVINGS):
            cells = [cell for cell in cells if not self.exceeds(cell, half, span, radius, number)]
            if not cells:
                return True
            half /= 2
            cells = [(p + x * half, q + y * half) for p, q in cells for x in (-1, 1) for y in (-1, 1)]
        return False

    def exceeds(
        self, cell: tuple[Fraction, Fraction], half: Fraction, span: Fraction, radius: Fraction, number: Fraction
    ) -> bool:
        """Rows move by 2 `half`, the joint distance by 4, the best action's payoff by `span`, one's own by 2 `span`."""
        policy = [[pair(p, len(own))] for p, own in zip(cell, self.game.actions[0], strict=True)]
        near = any(abs(self.distance(policy, expert) - radius) <= 4 * half for expert in self.equilibria)
        return not near or max(self.game.gaps(policy)) - 3 * span * half > number


def pair(p: Fraction, size: int) -> Row:
    return [p, 1 - p] if size == 2 else [ONE]


def pure(size: int, a: int) -> Row:
    return [ONE if b == a else ZERO for b in range(size)]


def draw(rng: random.Random, size: int) -> Row:
    weights = [rng.randint(0, 4) for _ in range(size)]
    weights[rng.randrange(size)] += 1
    return [Fraction(w, sum(weights)) for w in weights]
