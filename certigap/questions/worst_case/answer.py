"""What `worst_case` answers with: an interval around W(radius), its named upper bounds, and what proves either end.

The names and their rules stand in `certigap.bounds.registry`. A bound is None while its hypothesis is unproven, or when
nobody tried; `why` says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.boxes.evidence import BoxEvidence
from certigap.bounds.boxes.tree import Cover
from certigap.bounds.modes.spending import spending
from certigap.bounds.table import BoundsTable
from certigap.exact.brief import number_brief
from certigap.exact.interval import Interval
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.explain import StateShare, gap_shares
from certigap.semantics.matching import ErrorsAnswer

__all__ = ["WorstCaseAnswer"]


@dataclass(frozen=True, repr=False, kw_only=True)
class WorstCaseAnswer(Shown):
    """What is known of W(radius) = sup { NashGap(pi) : eps_measure(pi) <= radius }, with the evidence for both ends.

    Upper end: `bounds[upper_name]`, its evidence in `table`; `occupancy_lower` `[S]` <= mu of the expert.
    Lower end: `witness`, exploited by player `witness_player`: nu.(optimum_lower - value_upper). For measure "bc" its
    error is sum_s occupancy_upper(s) ||pi_j(.|s) - piE_j(.|s)||_1 <= radius for every player j; for "rho" and "mu"
    `errors` brackets it. Values are discounted payoffs. `method`: how the upper end was found.
    """

    game: Game
    expert: Policy
    measure: Measure
    radius: Fraction
    interval: Interval
    witness: Policy
    witness_player: int
    occupancy_lower: Vector
    occupancy_upper: Vector
    value_upper: Vector
    optimum_lower: Vector
    upper_name: str
    table: BoundsTable
    expert_regret: Interval
    complete: bool
    method: str
    seed: int
    seconds: float
    errors: ErrorsAnswer | None = None

    @property
    def bounds(self) -> Mapping[str, Fraction | None]:
        """Named upper bounds of W; None: unproven hypothesis, or not tried."""
        return self.table.values

    @property
    def why(self) -> Mapping[str, str]:
        """For every bound that is None the reason."""
        return self.table.why

    @property
    def covers(self) -> tuple[Cover, ...] | None:
        """The trees of boxes, one a player, where they prove the bound "region"."""
        evidence = self.table.bounds["region"].evidence
        return evidence.covers if isinstance(evidence, BoxEvidence) else None

    def explain(self) -> tuple[StateShare, ...]:
        """Where the witness is exploitable, most first, and what errors there add to the upper end (in floats)."""
        ball, player = ErrorBall(self.expert, self.measure, self.radius), self.witness_player
        return gap_shares(self.witness, player, spending(ball, player) if self.upper_name == "modes" else None)

    def sheet(self) -> Sheet:
        """The interval, the named bounds and the expert's own gap."""
        bounds = [(f"bound: {name}", value) for name, value in self.bounds.items() if value is not None]
        whole = (f"worst NashGap, eps_{self.measure.label} <= {number_brief(self.radius)}", self.interval)
        return Sheet(("quantity", "value"), [whole, *bounds, ("expert's own NashGap", self.expert_regret)])

    def _line(self) -> str:
        lower, upper = self.interval.lower, self.interval.upper
        ends = ", ".join("?" if end is None else f"{float(end):.6g}" for end in (lower, upper))
        state = "" if self.complete else ", incomplete"
        return f"<WorstCaseAnswer {self.measure} eps {number_brief(self.radius)}: [{ends}] by {self.upper_name}{state}>"
