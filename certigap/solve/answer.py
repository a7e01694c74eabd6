"""What the solvers answer with: an expert and its certified regret, or a list of equilibria and what it leaves out.

eta = NashGap(expert) is computed by `certigap.semantics.gaps`, never assumed: 0 exactly for a Nash equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certigap.exact.interval import Interval
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.semantics.exploitability import GapAnswer, describe

__all__ = ["EquilibriaAnswer", "NashSubset", "SolveAnswer"]


@dataclass(frozen=True, repr=False)
class SolveAnswer:
    """An expert with its regret. `complete` is False when the budget ended the solver before its own criterion.

    `details` holds what the method reports of itself (its algorithm, its parameters, its iterations).
    """

    game: Game
    expert: Policy
    gaps: GapAnswer
    method: str
    complete: bool
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def regret(self) -> Interval:
        """eta = NashGap(expert), discounted payoff."""
        return self.gaps.nash_gap

    def __repr__(self) -> str:
        return (
            f"<SolveAnswer {self.method}, NashGap {describe(self.regret)}{'' if self.complete else ', stopped early'}>"
        )


@dataclass(frozen=True, slots=True)
class NashSubset:
    """A maximal Nash subset conv(rows[0]) x conv(rows[1]): `rows[i]` are vertices of player i's part."""

    rows: tuple[tuple[Distribution, ...], ...]

    @property
    def is_isolated(self) -> bool:
        """The subset is one equilibrium."""
        return all(len(own) == 1 for own in self.rows)


@dataclass(frozen=True, repr=False)
class EquilibriaAnswer:
    """Equilibria of a one-state game, each with its gaps.

    With two players they are the extreme equilibria, exact, and every equilibrium is in one of the `subsets`; with more
    they are those that were found, with their regrets, and `subsets` is empty. `complete` says that nothing is
    missing, `reason` why (not).
    """

    game: Game
    equilibria: tuple[Policy, ...]
    gaps: tuple[GapAnswer, ...]
    subsets: tuple[NashSubset, ...]
    complete: bool
    reason: str
    method: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def regrets(self) -> tuple[Interval, ...]:
        """The NashGap of each."""
        return tuple(answer.nash_gap for answer in self.gaps)

    @property
    def is_finite(self) -> bool | None:
        """Whether the game has finitely many equilibria; None where that is not known."""
        return all(subset.is_isolated for subset in self.subsets) if self.complete else None

    def __repr__(self) -> str:
        return f"<EquilibriaAnswer {len(self.equilibria)} found, {self.reason}>"
