"""Worst case over a ball: W_m(eps) = sup { NashGap(pi) : pi in B_m(eps) }, a certified interval (THEORY 1, 5, 6, 11).

Measures "rho" and "mu" are `certigap.questions.occupancy_balls`. For "bc" the upper end is the smallest certified bound
of the table (`certigap.questions.worst_case.answer`), the lower end the proved gap of a witness policy whose error,
priced with an upper bound of the expert's occupancy, is at most eps. With one state, vertices give the value itself
while there are few enough of them. With many states the joint-occupancy programs give one more bound. While the ends
are far apart the ball is cut into boxes (`certigap.bounds.boxes`), whose largest bound takes the place of the root
region's. The interval is valid at every moment of the work: an interrupt or an exhausted budget returns the one that
stands, with `complete` False.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from certigap.bounds.balls import ball_radius
from certigap.bounds.boxes import MAX_ENTRIES, BranchSearch, Cover
from certigap.bounds.evidence_table import EvidenceTable
from certigap.bounds.programs.evidence import Bounds
from certigap.bounds.programs.program import occupancy_seconds
from certigap.bounds.short_occupancy import short_occupancy
from certigap.bounds.table import sharper_tables, trivial_bound
from certigap.bounds.vertices.branching import branch_worst_case
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.errors import InputError, LimitError, SolverError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.arguments import check_budget, check_policy, check_seed
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.occupancy import Sweep
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import Ball
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import gaps
from certigap.witnesses import Search, exact_witness, expert_witness
from certigap.work.progress import Progress, uninterrupted

__all__ = ["CloningBalls", "WorstCaseAnswer", "worst_case"]

RATIO = Fraction(201, 200)
"""upper/lower at which an interval is tight enough, unless asked otherwise."""

SHORT = Fraction(1, 10**6)
"""Of the trivial bound: an interval this short is closed whatever its ratio."""

_VERTEX_SECONDS = 10.0  # that the vertices may take when nobody says how much time there is
_SEARCH_SHARE = 0.6  # of the time left for the search of vertices: the exact decision of its nodes takes half as long
_MANY_STATES = 20  # with fewer the occupancy bound was never below the hull's in trials; on Tag it is 8 % below
_PROGRAM_SECONDS = 20.0  # that the occupancy programs may take when nobody says how much time there is
_BRANCH_SECONDS = 10.0
_LITTLE = 0.01  # of the way to the target: what closes no more in `BranchSearch.patience` splits is given up
_WORTHWHILE = 0.99  # of the best bound without boxes: a tree that brings less is not worth its certificate
_AIM = 0.95  # of the ratio's excess over 1: room for rounding and for the exact checks


def worst_case(
    game: Game,
    expert: Policy,
    eps: RationalLike,
    measure: str = "bc",
    budget: float | None = None,
    seed: int = 0,
    ratio: RationalLike = RATIO,
    progress: Progress | None = None,
) -> WorstCaseAnswer:
    """How large NashGap can be for a policy whose error is at most `eps`, as an interval with evidence.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, >= 0, full L1.
        measure: "bc", behavioural cloning: the largest over the players of the expected distance of the rows, over the
            expert's occupancy; "rho", "mu": the distance of the occupancies of (state, joint action), of states.
        budget: seconds for everything; None: as long as bounds and witness search take, then 10 s of branching.
        seed: of the search's random starting points.
        ratio: > 1; upper/lower at which branching ends. It also ends at a width of 1e-6 of the trivial bound.
        progress: told the lower and upper end now and then, as floats that are not yet proved.

    Returns:
        The interval and what proves it; `complete` is False if the budget or an interrupt cut the work. Measure "bc":
        for a game of one state the interval is a point, unless its balls have too many vertices. Games with more than
        500,000 entries in their dense transitions are not branched, and branching that brings next to nothing in
        its first splits (`BranchSearch.patience`) is given up. Measures "rho" and "mu" are not branched.

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
    began, radius = time.monotonic(), ball_radius(eps)
    check_policy(game, expert)
    check_seed(seed)
    check_budget(budget)
    if measure not in ("bc", "rho", "mu"):
        raise InputError(f"measure: expected 'bc', 'rho' or 'mu', got {measure!r}")
    wanted = rational(ratio)
    if wanted <= 1:
        raise InputError(f"ratio: expected a rational > 1, got {format_rational(wanted)}")
    balls = CloningBalls(game, expert, seed) if measure == "bc" else Sweep(game, expert, measure, seed)
    left = None if budget is None else max(0.0, began + budget - time.monotonic())
    if isinstance(balls, Sweep):
        answer = balls.answer(radius, left, progress)
    else:
        answer = balls.answer(radius, left, wanted, progress)
    return replace(answer, seconds=time.monotonic() - began)


class CloningBalls:
    """Worst cases over the balls B_BC around one expert, for any radii: what they share is computed once.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        seed: of the search's random starting points.
    """

    def __init__(self, game: Game, expert: Policy, seed: int = 0) -> None:
        self.game, self.expert, self.seed = game, expert, seed
        self.expert_gaps = gaps(game, expert)
        mu = occupancy(game, expert)
        self.occupancy_lower, self.occupancy_upper = short_occupancy(expert, mu.lower), mu.upper
        regret = self.expert_gaps.nash_gap.upper
        self.regret = trivial_bound(game) if regret is None else regret
        self.engine = RegionEngine(game)

    def answer(
        self,
        eps: RationalLike,
        budget: float | None = None,
        ratio: Fraction = RATIO,
        progress: Progress | None = None,
    ) -> WorstCaseAnswer:
        """The interval at one radius, with what proves it; arguments as in `worst_case`."""
        began = time.monotonic()
        work = _Work(self, ball_radius(eps), progress)
        complete = work.run(None if budget is None else began + budget, ratio)
        return work.answer(complete, began)

    @cached_property
    def programs(self) -> Bounds:
        """The joint-occupancy programs."""
        return Bounds(self.expert, "bc", self.occupancy_lower, self.regret, self.engine)


class _Work:
    """The state of one question: every field is valid from the start and only becomes sharper."""

    def __init__(self, balls: CloningBalls, radius: Fraction, progress: Progress | None) -> None:
        self.balls, self.radius, self.progress = balls, radius, progress
        self.game, self.expert, self.engine = balls.game, balls.expert, balls.engine
        self.witness = expert_witness(balls.expert_gaps)
        self.search = Search(balls.expert, radius, balls.occupancy_upper, balls.seed)
        lower = balls.occupancy_lower
        self.tables = sharper_tables(balls.game, balls.expert, radius, lower, balls.regret, balls.engine)
        self.table = EvidenceTable.of({}).joined(next(self.tables))
        self.covers: tuple[Cover, ...] | None = None

    def run(self, deadline: float | None, ratio: Fraction) -> bool:
        """The bounds without boxes and the vertices; then witness search and boxes; False when cut."""
        first = (
            self._sharpen,
            self._sharpen,
            lambda: self._settle(deadline),
            lambda: self._add_occupancy(deadline, ratio),
        )
        done = uninterrupted(lambda: self._all(first, deadline))
        if self._is_settled:
            return uninterrupted(self._sharpen)
        second = (lambda: self.search.run(deadline), self._sharpen)
        done = done and uninterrupted(lambda: self._all(second, deadline))
        done = done and uninterrupted(lambda: self._branch(deadline, ratio))
        return uninterrupted(self._prove_witness) and done

    def answer(self, complete: bool, began: float) -> WorstCaseAnswer:
        """The interval that stands, with its evidence."""
        balls, witness, (name, upper) = self.balls, self.witness, self.table.smallest
        return WorstCaseAnswer(
            game=self.game,
            expert=self.expert,
            measure="bc",
            radius=self.radius,
            interval=Interval(witness.lower, upper),
            witness=witness.policy,
            witness_player=witness.player,
            occupancy_lower=balls.occupancy_lower,
            occupancy_upper=balls.occupancy_upper,
            value_upper=witness.value_upper,
            optimum_lower=witness.optimum_lower,
            upper_name=name,
            table=self.table,
            expert_regret=balls.expert_gaps.nash_gap,
            complete=complete,
            method=self._method,
            seed=balls.seed,
            seconds=time.monotonic() - began,
            covers=self.covers,
        )

    @property
    def _method(self) -> str:
        """How the upper end was found."""
        name = self.table.smallest[0]
        if name == "region":
            return "rectangular hull" if self.covers is None else "branch and bound"
        return {"vertices": "vertices", "occupancy": "occupancy programs"}.get(name, "closed form")

    @property
    def _is_settled(self) -> bool:
        """The vertices have given the value itself."""
        return self.table.values["vertices"] == self.witness.lower

    def _all(self, steps: Iterable[Callable[[], bool]], deadline: float | None) -> bool:
        """Take the steps in turn; False as soon as one was cut or the time is over."""
        for step in steps:
            done = step()
            self._tell(float(self.table.smallest[1]))
            if not done or (deadline is not None and time.monotonic() >= deadline):
                return False
        return True

    def _settle(self, deadline: float | None) -> bool:
        """One state: the value by vertices, listed within half of the time left; of two players, searched."""
        if len(self.game.states) != 1:
            return True
        left = 2 * _VERTEX_SECONDS if deadline is None else deadline - time.monotonic()
        if len(self.game.players) == 2:
            return self._search_vertices(_SEARCH_SHARE * left)
        try:
            found = exact_worst_case(self.game, self.expert, self.radius, seconds=left / 2)
        except LimitError as error:
            self.table = self.table.noted("vertices", str(error))
            return True
        self.witness = expert_witness(gaps(self.game, found.witness, "exact"))
        self.table = replace(self.table.named("vertices", found.value), left_out=found.left_out)
        return True

    def _search_vertices(self, seconds: float) -> bool:
        """A bimatrix game: the largest gap by branch and bound over the vertices."""
        found = branch_worst_case(self.game, self.expert, self.radius, budget=seconds, seed=self.balls.seed)
        self.witness = expert_witness(gaps(self.game, found.witness, "exact"))
        if (upper := found.interval.upper) is not None:
            self.table = self.table.named("vertices", upper)
        return found.complete

    def _add_occupancy(self, deadline: float | None, ratio: Fraction) -> bool:
        """The bound of the joint-occupancy programs, where it may help and at most half of the time left will do."""
        left = _PROGRAM_SECONDS if deadline is None else (deadline - time.monotonic()) / 2
        if len(self.game.states) < _MANY_STATES or self._is_close(ratio) or left < occupancy_seconds(self.game):
            return True
        try:
            found = self.balls.programs.occupancy(self.radius, left)
        except SolverError as error:
            self.table = self.table.noted("occupancy", str(error))
            return True
        if found is not None:
            self.table = replace(self.table.named("occupancy", max(one.upper for one in found)), occupancy=found)
        return True

    def _branch(self, deadline: float | None, ratio: Fraction) -> bool:
        """Cut the ball into boxes until the bound is near the best gap found; False when cut."""
        if self.game.layout.rows * len(self.game.states) > MAX_ENTRIES or self._is_close(ratio):
            return True
        branching = BranchSearch(self.engine, self.expert, Ball(self.radius, self._weights()))
        closed = uninterrupted(lambda: self._search_boxes(branching, deadline, ratio))
        if not branching.is_open or branching.upper > _WORTHWHILE * float(self.table.smallest[1]):
            return closed
        self.covers = branching.covers()
        upper = max(cover.upper for cover in self.covers)
        self.table = self.table.named("region", upper)
        return closed

    def _search_boxes(self, branching: BranchSearch, deadline: float | None, ratio: Fraction) -> bool:
        branching.open_roots()
        end = time.monotonic() + _BRANCH_SECONDS if deadline is None else deadline
        whole = branching.upper

        def target() -> float:
            self._tell(branching.upper)
            return self._target(ratio)

        def hopeless() -> bool:
            closed = whole - branching.upper
            return branching.splits >= branching.patience and closed < _LITTLE * (whole - self._target(ratio))

        def going() -> bool:
            return time.monotonic() + branching.leaf_seconds * branching.leaves < end and not hopeless()

        closed = branching.run(target, going, lambda player, policy: self.search.climb(player, policy, going))
        return closed or hopeless()

    def _is_close(self, ratio: Fraction) -> bool:
        return float(self.table.smallest[1]) <= self._target(ratio)

    def _target(self, ratio: Fraction) -> float:
        """The upper end that is good enough for the best gap found so far (a float, not yet proved)."""
        found = self._found()
        aim = 1 + _AIM * (float(ratio) - 1)
        return max(found * aim, found + _AIM * float(SHORT * trivial_bound(self.game)))

    def _weights(self) -> tuple[Fraction, ...]:
        return tuple(max(m, Fraction(0)) for m in self.balls.occupancy_lower.fractions())

    def _prove_witness(self) -> bool:
        found = exact_witness(self.search, self.balls.expert_gaps)
        self.witness = max(self.witness, found, key=lambda one: one.lower)
        return True

    def _sharpen(self) -> bool:
        self.table = self.table.joined(next(self.tables))
        return True

    def _tell(self, upper: float) -> None:
        if self.progress is not None:
            self.progress(self._found(), min(upper, float(self.table.smallest[1])))

    def _found(self) -> float:
        """The best gap found so far, not yet proved."""
        return max([float(self.witness.lower), *(found.gap for found in self.search.candidates())])
