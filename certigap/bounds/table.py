"""The table of named upper bounds of one ball: at every moment valid, sharper with every rule that is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule
from certigap.bounds.center import Center
from certigap.bounds.registry import BOUNDS
from certigap.exact.brief import Brief
from certigap.work.deadline import Deadline

__all__ = ["NOT_REACHED", "BoundsTable", "bounds_table", "in_turn"]

NOT_REACHED = "the work ended before it was tried"


@dataclass(frozen=True, slots=True, repr=False)
class BoundsTable(Brief):
    """A `Bound` for every name of the registry, in its order."""

    bounds: Mapping[str, Bound]

    @classmethod
    def of(cls, *known: Bound) -> "BoundsTable":
        """The table of these bounds alone."""
        untried = {rule.name: Bound.untried(rule.name, NOT_REACHED) for rule in BOUNDS}
        return cls(untried | {bound.name: bound for bound in known})

    def joined(self, bound: Bound) -> "BoundsTable":
        """The table with this bound in place of the one of its name."""
        return BoundsTable({**self.bounds, bound.name: bound})

    @property
    def values(self) -> Mapping[str, Fraction | None]:
        """The bounds' values, discounted payoffs; None: unproven, or not tried."""
        return {name: bound.value for name, bound in self.bounds.items()}

    @property
    def why(self) -> Mapping[str, str]:
        """For every name without a value the reason."""
        return {name: bound.why for name, bound in self.bounds.items() if bound.value is None}

    @property
    def smallest(self) -> Bound:
        """The smallest bound; among equals the one that is attained, then the earlier name."""
        known = [
            (bound.value, bound.witness is None, bound) for bound in self.bounds.values() if bound.value is not None
        ]
        return min(known, key=lambda one: one[:2])[2]

    @property
    def upper(self) -> Fraction:
        """The value of the smallest bound."""
        value = self.smallest.value
        if value is None:
            raise ValueError("smallest: expected a bound with a value, got none")
        return value


def in_turn(rules: Iterable[Rule] = BOUNDS) -> list[Rule]:
    """The rules in the order in which they are asked."""
    return sorted(rules, key=lambda rule: rule.turn)


def bounds_table(center: Center, ball: ErrorBall, deadline: Deadline | None = None) -> BoundsTable:
    """Every bound of the ball that can be certified without a search of boxes.

    Args:
        center: the expert and what its balls share.
        ball: a ball around it.
        deadline: when the rules' work ends; None: never.

    Source: THEORY 5 and 11.
    """
    return BoundsTable.of(*(rule.find(center, ball, deadline or Deadline()) for rule in in_turn()))
