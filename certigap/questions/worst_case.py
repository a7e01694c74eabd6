"""Worst case over a ball: W_BC(eps) = sup { NashGap(pi) : pi in B_BC(eps) }, a certified interval (THEORY 1, 5, 6).

The upper end is the smallest certified bound of the table (`certigap.regions.bounds`), the lower end the proved
gap of a witness policy whose error, priced with an upper bound of the expert's occupancy, is at most eps. While
they are far apart the ball is cut into boxes (`certigap.questions.branch`), whose largest bound takes the place of
the root region's. The interval is valid at every moment of the work: an interrupt or an exhausted budget returns
the one that stands, with `complete` False.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.branch import MAX_ENTRIES, BranchSearch, Cover
from certigap.questions.witness import Search, exact_witness, expert_witness
from certigap.regions.bound import RegionBound, RegionEngine
from certigap.regions.bounds import BoundsTable, sharper_tables, trivial_bound
from certigap.regions.linear import Ball
from certigap.regions.occupancy import short_occupancy
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import GapAnswer, gaps

__all__ = ["WorstCaseAnswer", "worst_case"]

_BRANCH_SECONDS = 10.0
_ABSOLUTE = 1e-6  # of the trivial bound: an interval this short is closed whatever its ratio
_PATIENCE = 32  # splits, after which less than this part of the way says that boxes do not help (Tag: 72 states)
_LITTLE = 0.01
_WORTHWHILE = 0.99  # of the best bound without boxes: a tree that brings less is not worth its certificate
_AIM = 0.95  # of the ratio's excess over 1: room for rounding and for the exact checks


@dataclass(frozen=True, repr=False)
class WorstCaseAnswer:
    """What is known of W(radius), discounted payoff, with the evidence for both ends.

    Upper end: `bounds[upper_name]`; `occupancy_lower` `[S]` proves the radii; the bound "region" is proved by the
    trees in `covers`, one per player, or, where there are none, by the vectors of the root region in `table`.
    Lower end: `witness`, exploited by player `witness_player`: nu.(optimum_lower - value_upper), its error
    sum_s occupancy_upper(s) ||pi_j(.|s) - piE_j(.|s)||_1 <= radius for every player j.
    """

    game: Game
    expert: Policy
    measure: str
    radius: Fraction
    interval: Interval
    witness: Policy | None
    witness_player: int
    occupancy_lower: Vector
    occupancy_upper: Vector
    value_upper: Vector
    optimum_lower: Vector
    upper_name: str
    table: BoundsTable
    covers: tuple[Cover, ...] | None
    expert_regret: Interval
    complete: bool
    method: str
    seed: int
    seconds: float

    @property
    def bounds(self) -> Mapping[str, Fraction | None]:
        """Named upper bounds of W; None: unproven hypothesis, or not computed."""
        return self.table.values

    @property
    def region(self) -> RegionBound | None:
        """The region bound with its vectors, if it was reached."""
        return self.table.region

    def __repr__(self) -> str:
        lower, upper = self.interval.lower, self.interval.upper
        ends = ", ".join("?" if end is None else f"{float(end):.6g}" for end in (lower, upper))
        state = "" if self.complete else ", incomplete"
        return (
            f"<WorstCaseAnswer {self.measure} eps {format_rational(self.radius)}: [{ends}] by {self.upper_name}{state}>"
        )


def worst_case(
    game: Game,
    expert: Policy,
    eps: RationalLike,
    measure: str = "bc",
    budget: float | None = None,
    seed: int = 0,
    ratio: RationalLike = "201/200",
) -> WorstCaseAnswer:
    """How large NashGap can be for a policy whose error is at most `eps`, as an interval with evidence.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, >= 0: expected L1 distance of the rows, the largest over the players.
        measure: "bc", behavioural cloning: the expectation over the expert's occupancy.
        budget: seconds for everything; None: as long as bounds and witness search take, then 10 s of branching.
        seed: of the search's random starting points.
        ratio: > 1; upper/lower at which branching ends. It also ends at a width of 1e-6 of the trivial bound.

    Returns:
        The interval and what proves it; `complete` is False if the budget or an interrupt cut the work. Games with
        more than 500,000 entries in their dense transitions are not branched, and branching that brings next to
        nothing in 32 splits is given up.

    Raises:
        InputError: another measure, a negative `eps`, a ratio of at most 1, or a policy of another game.
        TypeError: a float `eps`.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Section 4; the bounds are THEORY 5.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    >>> answer = worst_case(game, Policy.from_rows(game, [[0, 1], [0, 1]]), "1/10")
    >>> float(answer.interval.lower), answer.interval.upper
    (0.045, Fraction(9, 200))
    """
    began = time.monotonic()
    if measure != "bc":
        raise InputError(f"measure: expected 'bc', got {measure!r}")
    radius = rational(eps)
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    wanted = rational(ratio)
    if wanted <= 1:
        raise InputError(f"ratio: expected a rational > 1, got {format_rational(wanted)}")
    work = _Work(game, expert, radius, seed)
    complete = work.run(None if budget is None else began + budget, wanted)
    return work.answer(complete, began)


class _Work:
    """The state of one question: every field is valid from the start and only becomes sharper."""

    def __init__(self, game: Game, expert: Policy, radius: Fraction, seed: int) -> None:
        self.game, self.expert, self.radius, self.seed = game, expert, radius, seed
        self.expert_gaps: GapAnswer = gaps(game, expert)
        mu = occupancy(game, expert)
        self.occupancy_lower, self.occupancy_upper = short_occupancy(expert, mu.lower), mu.upper
        self.witness = expert_witness(self.expert_gaps)
        self.search = Search(expert, radius, mu.upper, seed)
        self.engine = RegionEngine(game)
        self.tables = sharper_tables(game, expert, radius, self.occupancy_lower, self._regret(), self.engine)
        self.table = next(self.tables)
        self.covers: tuple[Cover, ...] | None = None

    def run(self, deadline: float | None, ratio: Fraction) -> bool:
        """Region bound and dominance, then the search, then concentrability, then branching; False when cut."""
        steps = (self._sharpen, self._sharpen, lambda: self.search.run(deadline), self._sharpen)
        done = _uninterrupted(
            lambda: all(step() and (deadline is None or time.monotonic() < deadline) for step in steps)
        )
        done = done and _uninterrupted(lambda: self._branch(deadline, ratio))
        return _uninterrupted(self._prove_witness) and done

    def answer(self, complete: bool, began: float) -> WorstCaseAnswer:
        """The interval that stands, with its evidence."""
        witness, (name, upper) = self.witness, self.table.smallest
        return WorstCaseAnswer(
            game=self.game,
            expert=self.expert,
            measure="bc",
            radius=self.radius,
            interval=Interval(witness.lower, upper),
            witness=witness.policy,
            witness_player=witness.player,
            occupancy_lower=self.occupancy_lower,
            occupancy_upper=self.occupancy_upper,
            value_upper=witness.value_upper,
            optimum_lower=witness.optimum_lower,
            upper_name=name,
            table=self.table,
            covers=self.covers,
            expert_regret=self.expert_gaps.nash_gap,
            complete=complete,
            method="rectangular hull" if self.covers is None else "branch and bound",
            seed=self.seed,
            seconds=time.monotonic() - began,
        )

    def _branch(self, deadline: float | None, ratio: Fraction) -> bool:
        """Cut the ball into boxes until the bound is near the best gap found; False when cut."""
        if self.game.layout.rows * len(self.game.states) > MAX_ENTRIES or self._is_close(ratio):
            return True
        branching = BranchSearch(self.engine, self.expert, Ball(self.radius, self._weights()))
        closed = _uninterrupted(lambda: self._search_boxes(branching, deadline, ratio))
        if not branching.is_open or branching.upper > _WORTHWHILE * float(self.table.smallest[1]):
            return closed
        self.covers = branching.covers()
        upper = max(cover.upper for cover in self.covers)
        self.table = replace(self.table, values={**self.table.values, "region": upper})
        return closed

    def _search_boxes(self, branching: BranchSearch, deadline: float | None, ratio: Fraction) -> bool:
        branching.open_roots()
        end = time.monotonic() + _BRANCH_SECONDS if deadline is None else deadline
        share, whole = branching.leaf_seconds(), branching.upper

        def target() -> float:
            return self._target(ratio)

        def hopeless() -> bool:
            closed = whole - branching.upper
            return branching.splits == _PATIENCE and closed < _LITTLE * (whole - target())

        def going() -> bool:
            return time.monotonic() + share * branching.leaves < end and not hopeless()

        closed = branching.run(target, going, lambda player, policy: self.search.climb(player, policy, going))
        return closed or hopeless()

    def _is_close(self, ratio: Fraction) -> bool:
        return float(self.table.smallest[1]) <= self._target(ratio)

    def _target(self, ratio: Fraction) -> float:
        """The upper end that is good enough for the best gap found so far (a float, not yet proved)."""
        found = max([float(self.witness.lower), *(found.gap for found in self.search.candidates())])
        aim = 1 + _AIM * (float(ratio) - 1)
        return max(found * aim, found + _AIM * _ABSOLUTE * float(trivial_bound(self.game)))

    def _weights(self) -> tuple[Fraction, ...]:
        return tuple(max(m, Fraction(0)) for m in self.occupancy_lower.fractions())

    def _prove_witness(self) -> bool:
        self.witness = exact_witness(self.search, self.expert_gaps)
        return True

    def _sharpen(self) -> bool:
        self.table = next(self.tables)
        return True

    def _regret(self) -> Fraction:
        upper = self.expert_gaps.nash_gap.upper
        return trivial_bound(self.game) if upper is None else upper


def _uninterrupted(work: Callable[[], bool]) -> bool:
    """What `work` returns; False when Ctrl-C ended it."""
    try:
        return work()
    except KeyboardInterrupt:
        return False
