"""What the solvers answer with: an expert and its certified regret, or a list of equilibria and what it leaves out.

eta = NashGap(expert) is computed by `certigap.semantics.gaps`, never assumed: 0 exactly for a Nash equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certigap.exact.brief import Brief
from certigap.exact.interval import Interval
from certigap.model.display import played
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.policy_picture import policies_figure
from certigap.model.rows import Distribution
from certigap.model.shown import Cell, Sheet, Shown
from certigap.semantics.exploitability import GapAnswer, describe

__all__ = ["EquilibriaAnswer", "NashSubset", "SolveAnswer"]


@dataclass(frozen=True, repr=False)
class SolveAnswer(Shown):
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

    def sheet(self) -> Sheet:
        """The expert's rows, and what each player could gain."""
        pairs = zip(self.game.players, self.gaps.player_gaps, strict=True)
        return Sheet(("player", "gap", "plays"), [(name, gap, played(self.expert, name)) for name, gap in pairs])

    def plot(self, path: str | None = None) -> Any:
        """The expert as shades; `path`: where to save the picture (PNG, PDF, SVG)."""
        return self.expert.plot(path)

    def _line(self) -> str:
        return (
            f"<SolveAnswer {self.method}, NashGap {describe(self.regret)}{'' if self.complete else ', stopped early'}>"
        )


@dataclass(frozen=True, slots=True, repr=False)
class NashSubset(Brief):
    """A maximal Nash subset conv(rows[0]) x conv(rows[1]): `rows[i]` are vertices of player i's part."""

    rows: tuple[tuple[Distribution, ...], ...]

    @property
    def is_isolated(self) -> bool:
        """The subset is one equilibrium."""
        return all(len(own) == 1 for own in self.rows)


@dataclass(frozen=True, repr=False)
class EquilibriaAnswer(Shown):
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

    def sheet(self) -> Sheet:
        """An equilibrium a row."""
        pairs = enumerate(zip(self.equilibria, self.regrets, strict=True), 1)
        rows: list[tuple[Cell, ...]] = [
            (str(k), *(played(own, name) for name in self.game.players), regret) for k, (own, regret) in pairs
        ]
        return Sheet(("equilibrium", *self.game.players, "NashGap"), rows)

    def plot(self, path: str | None = None) -> Any:
        """The equilibria as shades; `path`: where to save the picture (PNG, PDF, SVG)."""
        return policies_figure(self.equilibria, [str(k + 1) for k in range(len(self.equilibria))], repr(self), path)

    def _line(self) -> str:
        return f"<EquilibriaAnswer {len(self.equilibria)} found, {self.reason}>"
