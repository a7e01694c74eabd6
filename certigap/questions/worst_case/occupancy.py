"""W_rho(eps) and W_mu(eps) = sup { NashGap(pi) : eps_rho(pi), eps_mu(pi) <= eps }, certified intervals (THEORY 1, 11).

The upper end is the smallest bound of the table, in games of few states mostly that of boxes with tilts. The lower end
is the proved gap of a policy whose error, from brackets of both occupancies, is at most eps. One `OccupancyBalls`
serves any number of radii: its programs are compiled once, and what its search finds at one radius is drawn into the
balls of the others.

B_mu(0) is not {piE}: it holds every policy that moves the state occupancy nowhere, and the gap can be linear in the
horizon there (Lemma 1 of the paper: (5/3)/(1 - g)).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from certigap.bounds.balls import ErrorBall, Measure, ball_radius
from certigap.bounds.bound import Bound, Rule, Turn
from certigap.bounds.boxes import MAX_ENTRIES, BranchSearch, prepare_boxes
from certigap.bounds.boxes.tilting import Tilting
from certigap.bounds.center import Center
from certigap.bounds.modes.rule import MODES, mode_bound_of, modes_apply
from certigap.bounds.table import BoundsTable, in_turn
from certigap.exact.integers import FloatArray
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.boxing import boxed
from certigap.questions.worst_case.coupling import coupled, parts_of
from certigap.questions.worst_case.limits import RATIO, short_width
from certigap.semantics.exploitability import GapAnswer, gaps
from certigap.semantics.matching import ErrorsAnswer, errors
from certigap.witnesses import inside_ball
from certigap.witnesses.occupancy.pool import Drawn, Pool
from certigap.work.deadline import Deadline
from certigap.work.progress import Progress, closing, uninterrupted

__all__ = ["OccupancyBalls", "worst_case_mu", "worst_case_rho"]

_ANYWHERE = Fraction(4)
"""A radius that limits nothing: `inside_ball` then only rounds."""
_RETREATS = (0.0, 1e-9, 1e-6, 1e-3)
"""Parts of the radius: rounding moves the error by 1e-9 or so; the last is for long games."""
_TRIED = 3  # best policies made exact: exact errors take longest, and floats order them well
_NEAR = 1.25  # of the table's bound: roots beyond it have not come below it by splits
_AIM = 0.95  # of the ratio's excess over 1: room for rounding
_SMALL = 500  # entries of the dense transitions `[K, S]`
_SEARCH_PART = 0.4  # of the time left: boxes need the rest
_CLIMBING = 0.2  # of the time of boxes, for climbs from policies in the middle of open ones
_ENOUGH = 1 - 1e-6
"""Of the upper end: a gap that closes the interval."""


@dataclass(frozen=True, slots=True)
class _Witness:
    """A policy, its exact gaps, and its errors."""

    policy: Policy
    gaps: GapAnswer
    errors: ErrorsAnswer

    @property
    def player(self) -> int:
        """Who gains most, for certain."""
        lowers = [interval.lower or Fraction(0) for interval in self.gaps.player_gaps]
        return max(range(len(lowers)), key=lowers.__getitem__)

    @property
    def lower(self) -> Fraction:
        """The gap that is proved."""
        return self.gaps.player_gaps[self.player].lower or Fraction(0)


class OccupancyBalls:
    """Worst cases over the balls of an occupancy measure around one expert, for any radii.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        measure: "rho" or "mu".
        seed: of the search's random starting points.
    """

    def __init__(self, game: Game, expert: Policy, measure: Measure, seed: int = 0) -> None:
        prepare_boxes(game, tilted=True)
        self.measure, self.center = measure, Center(expert, seed)
        self.game, self.expert = game, expert
        self.pool = Pool(expert, self.center.occupancy_upper, measure.is_by_state, seed)
        self._kept = [_Witness(expert, self.center.gaps, errors(game, expert, expert))]

    def answer(
        self,
        eps: RationalLike,
        deadline: Deadline | None = None,
        ratio: Fraction = RATIO,
        progress: Progress | None = None,
    ) -> WorstCaseAnswer:
        """The interval at one radius, with what proves it.

        Args:
            eps: radius of the ball, >= 0.
            deadline: when bounds and search end; None: when they are done, 10 s after boxes were begun at the latest,
                and no trees of coupled modes are grown.
            ratio: upper/lower at which boxes, and trees of coupled modes (rho alone: mu limits no row), end.
            progress: told the ends after every step.
        """
        until, radius = deadline or Deadline(), ball_radius(eps)
        ball = ErrorBall(self.expert, self.measure, radius)
        at_once, *rules = in_turn()
        table, branched = BoundsTable.of(at_once.find(self.center, ball, until)), True
        progress = None if progress is None else closing(progress)

        def ask(rule: Rule) -> bool:
            nonlocal table
            if not until.is_open and float(table.upper) <= self._enough(self._found(radius), ratio):
                found = Bound.untried(rule.name, "the interval is as short as was asked without it")
            else:
                found = rule.find(self.center, ball, until)
            table = table.joined(found)
            if progress is not None:
                progress(float(self._best(radius).lower), float(table.upper))
            return until.going

        def search() -> bool:
            self.pool.search(radius, until.share(_SEARCH_PART), _ENOUGH * float(table.upper))
            return until.going

        def boxes() -> bool:
            nonlocal table, branched
            table, branched = self._boxed(ball, table, until, ratio, progress)
            return until.going

        quick, costly, late = self._asked(rules)
        turns: list[Callable[[], bool]] = [lambda: self.pool.glance(radius), *(partial(ask, rule) for rule in quick)]
        turns += [search, boxes] if self._is_small else [*(partial(ask, rule) for rule in costly), search]
        turns += [partial(ask, rule) for rule in (*(costly if self._is_small else ()), *late)]
        turns += [] if self._is_small else [boxes]
        complete = uninterrupted(lambda: all(turn() for turn in turns)) and branched
        if not until.is_open:
            table = self._coupled(ball, table, until, ratio, progress)
        complete = uninterrupted(lambda: self._prove(radius)) and complete
        return self._answer(radius, table, complete, until.spent)

    def improved(
        self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction
    ) -> tuple[Fraction, Policy] | None:
        """The largest proved gap in the ball, of whatever the searches at all radii have found, and its policy."""
        self._prove(eps)
        best = self._best(eps)
        return best.lower, best.policy

    def _boxed(
        self, ball: ErrorBall, table: BoundsTable, until: Deadline, ratio: Fraction, progress: Progress | None
    ) -> tuple[BoundsTable, bool]:
        """The table with boxes, and whether they came as far as asked; small games only."""
        found, clock, climbing = self._found(ball.radius), Deadline(), 0.0

        def target(upper: float) -> float:
            if progress is not None:
                progress(found, min(upper, float(table.upper)))
            return self._enough(found, ratio)

        def visit(player: int, policy: list[FloatArray], going: Callable[[], bool]) -> None:
            nonlocal found, climbing
            if climbing <= _CLIMBING * clock.spent:
                began = clock.spent
                self.pool.climb_from(player, policy, ball.radius, going)
                found = max(found, self._found(ball.radius))
                climbing += clock.spent - began

        layout = self.game.layout
        if layout.rows * layout.states > MAX_ENTRIES or float(table.upper) <= target(float(table.upper)):
            return table, True
        lower = self.center.occupancy_lower
        tilting = Tilting(self.center.engine, ball, tuple(max(m, Fraction(0)) for m in lower.fractions()))
        search = BranchSearch(self.center.engine, self.expert, tilting.budget, tilting=tilting)
        return boxed(search, table, lower, target, visit, until)

    @property
    def _is_small(self) -> bool:
        """Boxes come before whatever takes longer."""
        return self.game.layout.rows * self.game.layout.states <= _SMALL

    def _asked(self, rules: Sequence[Rule]) -> tuple[list[Rule], list[Rule], list[Rule]]:
        """What is quick, what costs programs or trees, and what comes last."""
        late = [rule for rule in rules if rule.turn >= Turn.AFTER_SEARCH]
        costly = [rule for rule in rules if rule not in late and (rule.turn >= Turn.COSTLY or rule is MODES)]
        return [rule for rule in rules if rule not in (*late, *costly)], costly, late

    def _enough(self, found: float, ratio: Fraction) -> float:
        """The upper end that is good enough for a gap."""
        return max(found * (1 + _AIM * (float(ratio) - 1)), found + _AIM * short_width(self.game))

    def _found(self, radius: Fraction) -> float:
        """The best gap found so far, not yet proved."""
        drawn = self.pool.drawn(float(radius))
        return max([float(self._best(radius).lower), *(one.gap for one in drawn[:1])])

    def _coupled(
        self, ball: ErrorBall, table: BoundsTable, until: Deadline, ratio: Fraction, progress: Progress | None
    ) -> BoundsTable:
        """The table with trees of coupled modes, where they may bring something."""
        drawn, found = self.pool.drawn(float(ball.radius)), self._found(ball.radius)
        enough = self._enough(found, ratio)
        if float(table.upper) <= enough or not modes_apply(self.center, ball, until):
            return table
        modes = mode_bound_of(self.center, ball)
        if modes is None or modes.upper > _NEAR * float(table.upper):
            return table

        def target(upper: float) -> float:
            if progress is not None:
                progress(found, min(upper, float(table.upper)))
            return enough

        def parts(player: int) -> tuple[float, float]:
            own = [one.policy for one in drawn if one.player == player]
            return parts_of(self.pool.play, own[0] if own else self.pool.center, player)

        return coupled(modes, table, target, parts, until)[0]

    def _prove(self, radius: Fraction) -> bool:
        """Make exact witnesses of the pool's best policies."""
        standing = self._best(radius).lower
        for drawn in self.pool.drawn(float(radius))[:_TRIED]:
            if drawn.gap <= float(standing):
                break
            found = self._exact(drawn, radius)
            if found is not None:
                self._kept.append(found)
                standing = max(standing, found.lower)
        return True

    def _exact(self, drawn: Drawn, radius: Fraction) -> _Witness | None:
        """The rounded policy, drawn back a little until its error is certainly at most the radius."""
        for retreat in _RETREATS:
            inside = self.pool.draw(drawn.policy, float(radius) * (1 - retreat))
            policy = inside_ball(inside, self.expert, self.pool.occupancy_upper, _ANYWHERE)
            found = errors(self.game, self.expert, policy)
            if _error(self.measure, found) <= radius:
                return _Witness(policy, gaps(self.game, policy), found)
        return None

    def _best(self, radius: Fraction) -> _Witness:
        inside = [one for one in self._kept if _error(self.measure, one.errors) <= radius]
        return max(inside or self._kept[:1], key=lambda one: one.lower)

    def _answer(self, radius: Fraction, table: BoundsTable, complete: bool, seconds: float) -> WorstCaseAnswer:
        witness, smallest = self._best(radius), table.smallest
        return WorstCaseAnswer(
            game=self.game,
            expert=self.expert,
            measure=self.measure,
            radius=radius,
            interval=Interval(witness.lower, table.upper),
            witness=witness.policy,
            witness_player=witness.player,
            occupancy_lower=self.center.occupancy_lower,
            occupancy_upper=self.pool.occupancy_upper,
            value_upper=witness.gaps.values[witness.player].upper,
            optimum_lower=witness.gaps.optima[witness.player].lower,
            upper_name=smallest.name,
            table=table,
            expert_regret=self.center.gaps.nash_gap,
            complete=complete,
            method="" if smallest.evidence is None else smallest.evidence.method,
            seed=self.center.seed,
            seconds=seconds,
            errors=witness.errors,
        )


def worst_case_rho(
    game: Game, expert: Policy, eps: RationalLike, budget: float | None = None, seed: int = 0
) -> WorstCaseAnswer:
    """How large NashGap can be for a policy with ||rho_pi - rho_piE||_1 <= `eps`.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, full L1 over states and joint actions, >= 0.
        budget: seconds for bounds and search; None: as long as they take.
        seed: of the search's random starting points.

    Returns:
        The interval and what proves it; `complete` is False if the budget or an interrupt cut the work.

    Raises:
        InputError: a negative `eps`, or a policy of another game.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Section 2; the bounds are THEORY 11.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    >>> answer = worst_case_rho(game, Policy.from_rows(game, [[0, 1], [0, 1]]), "1/10")
    >>> float(answer.interval.lower), answer.interval.upper
    (0.045, Fraction(9, 200))
    """
    return OccupancyBalls(game, expert, Measure.RHO, seed).answer(eps, Deadline(budget))


def worst_case_mu(
    game: Game, expert: Policy, eps: RationalLike, budget: float | None = None, seed: int = 0
) -> WorstCaseAnswer:
    """How large NashGap can be for a policy with ||mu_pi - mu_piE||_1 <= `eps` (arguments as in `worst_case_rho`).

    >>> import certigap as cg
    >>> game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    >>> worst_case_mu(game, expert, 0).interval.lower
    Fraction(50, 3)
    """
    return OccupancyBalls(game, expert, Measure.MU, seed).answer(eps, Deadline(budget))


def _error(measure: Measure, found: ErrorsAnswer) -> Fraction:
    """At least the policy's error."""
    upper = measure.error(found).upper
    return Fraction(2) if upper is None else upper
