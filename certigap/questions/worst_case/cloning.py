"""Worst cases over the balls B_BC around one expert: the named bounds, a witness search, boxes (THEORY 5, 6).

The upper end is the smallest bound of the table, the lower end the proved gap of a witness policy whose error, priced
with an upper bound of the expert's occupancy, is at most eps. With one state, vertices give the value itself while
there are few enough of them. While the ends are far apart, trees of coupled modes (`certigap.bounds.modes`) are grown
where there are many states, else the ball is cut into boxes (`certigap.bounds.boxes`), whose largest bound takes the
place of the hull's. The interval is valid at every moment of the work: an interrupt or an
exhausted budget returns the one that stands, with `complete` False.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial

import numpy as np

from certigap.bounds.balls import ErrorBall, Measure, ball_radius
from certigap.bounds.bound import Bound, Rule, Turn
from certigap.bounds.boxes import MAX_ENTRIES, BranchSearch, prepare_boxes
from certigap.bounds.center import Center
from certigap.bounds.hull import REGION
from certigap.bounds.modes.rule import MODES, mode_bound_of, modes_apply, modes_ready, prepare_modes
from certigap.bounds.table import BoundsTable, in_turn
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.boxing import BRANCH_SECONDS, boxed
from certigap.questions.worst_case.coupling import coupled, parts_of
from certigap.questions.worst_case.large import array_witness
from certigap.questions.worst_case.limits import RATIO, short_width
from certigap.regions.linear import ErrorBudget
from certigap.semantics.exploitability import gaps
from certigap.witnesses import Search, exact_witness, inside_ball, proved_witness
from certigap.work.deadline import Deadline
from certigap.work.progress import Progress, uninterrupted

__all__ = ["CloningBalls"]

_MANY_STATES = 5  # from here on coupled modes come before boxes
_BELOW = "below it wherever both were tried, in less time"
_LARGE = 10_000
"""Joint actions from which on the exact check of `region` takes as long as everything else (10,000 states: a half)."""
_SEARCH_PART = 0.25  # of the time left: where trees follow, they need the rest
_COMPILING = 5.0  # seconds, at least, until `modes` has its compiled code on its first use
_AIM = 0.95  # of the ratio's excess over 1: room for rounding and for the exact checks
_PROMISE = (
    1.0001  # a witness of another ball is evaluated exactly when it promises to raise the lower end by this factor
)


class CloningBalls:
    """Worst cases over the balls B_BC around one expert, for any radii: what they share is computed once.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        seed: of the search's random starting points.
        scheduler: address of a Dask scheduler, whose workers grow the subtrees of large trees of boxes.
    """

    def __init__(self, game: Game, expert: Policy, seed: int = 0, scheduler: str | None = None) -> None:
        prepare = prepare_modes if len(game.states) >= _MANY_STATES else prepare_boxes
        prepare(game)
        self.measure, self.center = Measure.BC, Center(expert, seed)
        self._float, self._scheduler = FloatGame(game), scheduler

    def answer(
        self,
        eps: RationalLike,
        deadline: Deadline | None = None,
        ratio: Fraction = RATIO,
        progress: Progress | None = None,
    ) -> WorstCaseAnswer:
        """The interval at one radius, with what proves it; arguments as in `worst_case`."""
        deadline = deadline or Deadline()
        work = _Work(self.center, ball_radius(eps), progress, self._scheduler)
        complete = work.run(deadline, ratio)
        return work.answer(complete, deadline.spent)

    def improved(
        self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction
    ) -> tuple[Fraction, Policy] | None:
        """The best of the witnesses of other radii, its rows moved towards the expert's until they fit."""
        best, hope = None, _PROMISE * float(standing)
        for witness in witnesses:
            policy = inside_ball(witness.floats(), self.center.expert, self.center.occupancy_upper, eps)
            promise = float(self._float.gaps(policy.floats()).max())
            if promise > hope:
                best, hope = policy, promise
        return None if best is None else (gaps(self.center.game, best).nash_gap.lower or Fraction(0), best)


class _Work:
    """The state of one question: every field is valid from the start and only becomes sharper."""

    def __init__(
        self, center: Center, radius: Fraction, progress: Progress | None, scheduler: str | None = None
    ) -> None:
        self.center, self.progress, self.told, self._scheduler = center, progress, math.inf, scheduler
        self.ball = ErrorBall(center.expert, Measure.BC, radius)
        self.game = center.game
        self.witness = proved_witness(center.gaps)
        self.search = Search(center.expert, radius, center.occupancy_upper, center.seed)
        self._looked = True  # the witness search came to its end
        at_once, *self._rules = in_turn()
        self._rules_after_boxes = [MODES] if len(self.game.states) < _MANY_STATES else []
        self.table = BoundsTable.of(at_once.find(center, self.ball, Deadline()))

    def run(self, deadline: Deadline, ratio: Fraction) -> bool:
        """The quick bounds and the vertices; then witness search and boxes; False when cut."""
        before_boxes = [rule for rule in self._rules if rule not in self._rules_after_boxes]
        if self._is_large:
            before_boxes.sort(key=lambda rule: (rule.turn >= Turn.AFTER_SEARCH, rule is REGION))
        early = [self._step(rule, deadline, ratio) for rule in before_boxes if rule.turn < Turn.AFTER_SEARCH]
        late = [self._step(rule, deadline, ratio) for rule in before_boxes if rule.turn >= Turn.AFTER_SEARCH]
        last = [self._step(rule, deadline, ratio) for rule in self._rules_after_boxes]
        second = [lambda: self._look(deadline, ratio)]
        short = deadline.share(_SEARCH_PART).left < _COMPILING
        if self._is_large or (short and self._has_many_states and not modes_ready()):
            early, second = second + early, []  # else bounds leave it no time, or wait for code to be compiled
        done = uninterrupted(lambda: self._all(early, deadline))
        if self._is_settled:
            return uninterrupted(lambda: self._all([*late, *last], Deadline())) and done
        done = done and uninterrupted(lambda: self._all([*second, *late], deadline))
        if not self._has_many_states:
            done = done and uninterrupted(lambda: self._branch(deadline, ratio))
            done = done and uninterrupted(lambda: self._all(last, deadline))
        done = done and uninterrupted(lambda: self._couple(deadline, ratio))
        return uninterrupted(self._prove_witness) and ((done and self._looked) or self._is_close(ratio))

    def answer(self, complete: bool, seconds: float) -> WorstCaseAnswer:
        """The interval that stands, with its evidence."""
        center, witness, smallest = self.center, self.witness, self.table.smallest
        return WorstCaseAnswer(
            game=self.game,
            expert=center.expert,
            measure=self.ball.measure,
            radius=self.ball.radius,
            interval=Interval(witness.lower, self.table.upper),
            witness=witness.policy,
            witness_player=witness.player,
            occupancy_lower=center.occupancy_lower,
            occupancy_upper=center.occupancy_upper,
            value_upper=witness.value_upper,
            optimum_lower=witness.optimum_lower,
            upper_name=smallest.name,
            table=self.table,
            expert_regret=center.gaps.nash_gap,
            complete=complete,
            method="" if smallest.evidence is None else smallest.evidence.method,
            seed=center.seed,
            seconds=seconds,
        )

    @property
    def _is_settled(self) -> bool:
        """The ends have met."""
        return self.table.upper == self.witness.lower

    def _all(self, steps: Iterable[Callable[[], bool]], deadline: Deadline) -> bool:
        """Take the steps in turn; False as soon as one was cut or the time is over."""
        for step in steps:
            done = step()
            self._tell(float(self.table.upper))
            if not done or not deadline.going:
                return False
        return True

    def _look(self, deadline: Deadline, ratio: Fraction) -> bool:
        """The witness search, until the interval is closed or its share of the time is over; False when cut."""
        share = deadline.share(_SEARCH_PART) if self._has_many_states else deadline
        found = array_witness(self.center.expert, self.ball.radius, share) if self._is_large else None
        if found is not None:
            self.search.climb(*found, lambda: share.going)
        self._looked = self.search.run(share, enough=self._enough(ratio))
        return deadline.going

    def _step(self, rule: Rule, deadline: Deadline, ratio: Fraction) -> Callable[[], bool]:
        return partial(self._ask, rule, deadline, ratio)

    def _ask(self, rule: Rule, deadline: Deadline, ratio: Fraction) -> bool:
        """One more bound, and the policy that it may come with."""
        can_wait = rule.turn == Turn.COSTLY or rule in self._rules_after_boxes
        if can_wait and self._is_close(ratio):
            found = Bound.untried(rule.name, "the interval is as short as was asked without it")
        elif rule.turn == Turn.COSTLY and self.table.values["modes"] is not None:
            found = Bound.untried(rule.name, f"`modes` was {_BELOW}")
        elif rule is REGION and self._is_large and self.table.values["modes"] is not None:
            found = Bound.unproven(
                rule.name, f"left out from {_LARGE} joint actions on, where `modes`, found, was {_BELOW}"
            )
        else:
            found = rule.find(self.center, self.ball, deadline)
        self.table = self.table.joined(found)
        if found.witness is not None:
            shown = proved_witness(gaps(self.game, found.witness, "exact"))
            self.witness = max(self.witness, shown, key=lambda one: one.lower)
        return found.is_complete

    @property
    def _is_large(self) -> bool:
        return self.game.layout.rows >= _LARGE

    @property
    def _has_many_states(self) -> bool:
        return len(self.game.states) >= _MANY_STATES and modes_apply(self.center, self.ball)

    def _couple(self, deadline: Deadline, ratio: Fraction) -> bool:
        """Trees of coupled modes until the bound is near the best gap found; False when cut."""
        if self._is_close(ratio) or not modes_apply(self.center, self.ball):
            return True
        if not modes_apply(self.center, self.ball, deadline):
            return False
        modes = mode_bound_of(self.center, self.ball)
        if modes is None:
            return True
        until = deadline.or_within(BRANCH_SECONDS)
        ends = np.cumsum([len(own) for own in self.center.expert.floats()])[:-1]
        modes.search.told = lambda player, rows: self.search.climb(player, np.split(rows, ends), lambda: until.going)

        def target(upper: float) -> float:
            self._tell(upper)
            return self._target(ratio)

        self.table, closed = coupled(modes, self.table, target, self._parts, until)
        return closed

    def _parts(self, player: int) -> tuple[float, float]:
        """V* and -V of the best policy found for a player to exploit."""
        policies = [found.policy for found in self.search.candidates() if found.player == player]
        return parts_of(self.search.play, policies[0] if policies else self.center.expert.floats(), player)

    def _branch(self, deadline: Deadline, ratio: Fraction) -> bool:
        """Cut the ball into boxes until the bound is near the best gap found; False when cut."""
        if self.game.layout.rows * len(self.game.states) > MAX_ENTRIES or self._is_close(ratio):
            return True
        branching = BranchSearch(self.center.engine, self.center.expert, ErrorBudget(self.ball.radius, self._weights()))

        def target(upper: float) -> float:
            self._tell(upper)
            return self._target(ratio)

        lower = self.center.occupancy_lower
        self.table, closed = boxed(branching, self.table, lower, target, self.search.climb, deadline, self._scheduler)
        return closed

    def _is_close(self, ratio: Fraction) -> bool:
        return float(self.table.upper) <= self._target(ratio)

    def _target(self, ratio: Fraction) -> float:
        """The upper end that is good enough for the best gap found so far (a float, not yet proved)."""
        found = self._found()
        aim = 1 + _AIM * (float(ratio) - 1)
        return max(found * aim, found + _AIM * self.center.once(_short_width))

    def _enough(self, ratio: Fraction) -> float:
        """The gap at which the upper end that stands is good enough."""
        upper, aim = float(self.table.upper), 1 + _AIM * (float(ratio) - 1)
        return min(upper / aim, upper - _AIM * self.center.once(_short_width))

    def _weights(self) -> tuple[Fraction, ...]:
        return tuple(max(m, Fraction(0)) for m in self.center.occupancy_lower.fractions())

    def _prove_witness(self) -> bool:
        found = exact_witness(self.search, self.center.gaps)
        self.witness = max(self.witness, found, key=lambda one: one.lower)
        return True

    def _tell(self, upper: float) -> None:
        """Ends that only close: a box's proof may end a rounding above what was told of it."""
        self.told = min(self.told, upper, float(self.table.upper))
        if self.progress is not None:
            self.progress(self._found(), self.told)

    def _found(self) -> float:
        """The best gap found so far, not yet proved."""
        return max([float(self.witness.lower), *(found.gap for found in self.search.candidates())])


def _short_width(center: Center) -> float:
    return short_width(center.game)
