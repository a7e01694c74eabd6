"""A named upper bound of W(ball) = sup { NashGap(pi) : pi in the ball }: what it is, how it is found and written.

A `Rule` finds a `Bound`; a bound that holds carries `Evidence`, which writes its own part of a certificate; one that
does not says why. A new bound is a file with its rule, a line of `certigap.bounds.registry`, a rule of the checker and
its tests: the table, the certificates, the command line and the documents follow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any, Protocol

from certigap.bounds.balls import ErrorBall
from certigap.bounds.center import Center
from certigap.exact.brief import Brief
from certigap.model.policy import Policy
from certigap.work.deadline import Deadline

__all__ = ["Bound", "Evidence", "Rule", "Theorem", "Turn"]


class Evidence(Protocol):
    """What proves a bound."""

    @property
    def method(self) -> str:
        """How the bound was found, in words."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The part of a `worst-case` proof that shows the upper end: a key of FORMAT 7 and what belongs to it."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Theorem(Brief):
    """Evidence that a closed form or a search of the checker's applies (FORMAT 8); `write` makes its proof."""

    name: str
    write: Callable[[], Mapping[str, Any]] = dict
    method: str = "closed form"

    def to_json(self) -> dict[str, Any]:
        """Name and proof."""
        return {"theorem": {"name": self.name, "proof": dict(self.write())}}


@dataclass(frozen=True, slots=True, repr=False)
class Bound(Brief):
    """An upper bound of W over one ball, or why there is none.

    value: discounted payoff; None: the hypothesis is unproven, or nobody tried.
    why: without a value, the hypothesis that failed and what refutes it, or what stood in the way of trying.
    is_silent: it was not tried because this game or ball is none of its business: not worth a line on the terminal.
    witness: a policy of the ball with a large gap, where one was found on the way.
    is_complete: the work ended by itself.
    """

    name: str
    value: Fraction | None = None
    evidence: Evidence | None = None
    why: str = ""
    is_silent: bool = False
    witness: Policy | None = None
    is_complete: bool = True

    @property
    def is_missed(self) -> bool:
        """There is none, and somebody may wonder why."""
        return self.value is None and not self.is_silent

    @classmethod
    def unproven(cls, name: str, why: str) -> "Bound":
        """No bound: its hypothesis was refuted or not shown, or its search failed."""
        return cls(name, why=why)

    @classmethod
    def untried(cls, name: str, why: str) -> "Bound":
        """No bound, and none that was missed."""
        return cls(name, why=why, is_silent=True)


class Turn(IntEnum):
    """When a rule is asked: what is quick and mostly sharp comes first."""

    AT_ONCE = 0  # no work: the bound that stands whatever happens
    QUICK = 1  # a few sweeps over the states
    CHECKED = 2  # a quick hypothesis
    ATTAINED = 3  # the value itself, where it can be had
    COSTLY = 4  # programs: left out when the interval is as short as was asked
    AFTER_SEARCH = 5  # rarely the smallest: for the table


@dataclass(frozen=True, slots=True)
class Rule:
    """How one named bound is found.

    name: in the table, in `--json`, in README's list.
    turn: when.
    find: the bound of a ball; its deadline comes when its share of the time ends.
    written: what its evidence writes: names of FORMAT's theorems (8), or the keys "cover", "occupancy" of a proof (7).
    is_closed_form: a theorem with hypotheses that can be claimed alone (`theorem_instance`).
    """

    name: str
    turn: Turn
    find: Callable[[Center, ErrorBall, Deadline], Bound]
    written: tuple[str, ...] = ()
    is_closed_form: bool = False

    @classmethod
    def awaited(cls, name: str) -> "Rule":
        """A name of the table that nothing computes yet."""
        return cls(name, Turn.AFTER_SEARCH, lambda *_: Bound.untried(name, "this version does not compute it"))
