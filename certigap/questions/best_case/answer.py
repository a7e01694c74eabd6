"""What `best_case` answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.best_case.tree import Split
from certigap.solve.answer import EquilibriaAnswer

__all__ = ["BestCaseAnswer"]


@dataclass(frozen=True, repr=False)
class BestCaseAnswer(Shown):
    """What is known of m_rho(game, radius), payoff, with the evidence for both ends.

    Upper end: the NashGap of `witness`, whose joint L1 distance to the equilibrium `expert` is exactly `radius`.
    Lower end: `trees[k]`, in preorder, divides the profiles for `equilibria.equilibria[k]` into boxes; in each, no
    profile has the distance `radius`, or every NashGap is at least the lower end. Empty trees: the lower end is 0.
    `is_infinite`: proven that no profile has that distance from any equilibrium, so that m_rho = +infinity.
    """

    game: Game
    radius: Fraction
    interval: Interval
    is_infinite: bool
    expert: Policy | None
    witness: Policy | None
    equilibria: EquilibriaAnswer
    trees: tuple[tuple[Split | None, ...], ...]
    complete: bool
    reason: str
    details: Mapping[str, int]
    seconds: float

    def sheet(self) -> Sheet:
        """The interval; an infinite one has no ends."""
        return Sheet(("quantity", "value"), [("least NashGap", self.interval)])

    def _line(self) -> str:
        lower, upper = self.interval.lower, self.interval.upper
        ends = (
            "+infinity"
            if self.is_infinite
            else ", ".join("?" if x is None else f"{float(x):.6g}" for x in (lower, upper))
        )
        state = "" if self.complete else f", {self.reason}"
        return f"<BestCaseAnswer rho eps {format_rational(self.radius)}: [{ends}]{state}>"
