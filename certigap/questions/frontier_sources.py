"""Where a frontier gets its points: one source a measure, each asked at a radius, each able to use what others found.

B_BC is asked by `worst_case`, the occupancy bound of `occupancy_balls` beside its table; B_rho and B_mu by `Sweep`.
A witness of one radius is drawn into the ball of another: its rows are moved towards the expert's until they fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias

from certigap.errors import InputError, SolverError
from certigap.exact.interval import Interval
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.occupancy_balls import Bounds, Sweep
from certigap.questions.occupancy_balls.duality import OccupancyBound
from certigap.questions.witness import inside_ball
from certigap.questions.worst_case import WorstCaseAnswer, worst_case
from certigap.semantics.exploitability import gaps
from certigap.semantics.float_model import FloatGame

__all__ = ["Found", "Lower", "Source", "WithOccupancy", "source_of"]

_WORTHWHILE = 1.0001
"""A drawn witness is evaluated exactly when it promises to raise the lower end by this factor."""

Lower: TypeAlias = tuple[Fraction, Policy | None]
"""A proved gap and the policy that has it."""


class Found(Protocol):
    """What a point keeps of the question that was asked there: a `WorstCaseAnswer` or a `BallAnswer`."""

    @property
    def interval(self) -> Interval:
        """W(radius), discounted payoff."""
        ...

    @property
    def bounds(self) -> Mapping[str, Fraction | None]:
        """Named upper bounds."""
        ...

    @property
    def upper_name(self) -> str:
        """The smallest of them."""
        ...

    @property
    def complete(self) -> bool:
        """Neither a budget nor an interrupt cut the work."""
        ...

    @property
    def witness(self) -> Policy | None:
        """A policy of the ball whose gap is at least the lower end."""
        ...

    @property
    def expert_regret(self) -> Interval:
        """NashGap of the expert."""
        ...


@dataclass(frozen=True, slots=True)
class WithOccupancy:
    """A worst-case answer with the occupancy bound of B_BC beside its table; `occupancy` proves it, a player each."""

    answer: WorstCaseAnswer
    occupancy: tuple[OccupancyBound, ...]

    @property
    def _value(self) -> Fraction:
        return max(one.upper for one in self.occupancy)

    @property
    def _is_smaller(self) -> bool:
        upper = self.answer.interval.upper
        return upper is None or self._value < upper

    @property
    def interval(self) -> Interval:
        """The smaller of the two upper ends."""
        return Interval(self.answer.interval.lower, self._value) if self._is_smaller else self.answer.interval

    @property
    def bounds(self) -> Mapping[str, Fraction | None]:
        """The table with one more name."""
        return {**self.answer.bounds, "occupancy": self._value}

    @property
    def upper_name(self) -> str:
        """Name of the smallest bound."""
        return "occupancy" if self._is_smaller else self.answer.upper_name

    @property
    def complete(self) -> bool:
        """As in the answer."""
        return self.answer.complete

    @property
    def witness(self) -> Policy | None:
        """As in the answer."""
        return self.answer.witness

    @property
    def expert_regret(self) -> Interval:
        """As in the answer."""
        return self.answer.expert_regret


class Source(Protocol):
    """One measure's way to ask at a radius, and to use the witnesses of other radii there."""

    def ask(self, eps: Fraction, budget: float | None) -> Found:
        """The worst case at one radius."""
        ...

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        """A proved gap in the ball from `witnesses` of other radii, if one promises more than `standing`."""
        ...


class _Behaviour:
    """B_BC: `worst_case`, with the occupancy bound beside its table."""

    def __init__(self, game: Game, expert: Policy, seed: int) -> None:
        self.game, self.expert, self.seed = game, expert, seed
        self._float = FloatGame(game)
        self._price: Vector | None = None
        self._bounds: Bounds | None = None

    def ask(self, eps: Fraction, budget: float | None) -> Found:
        answer = worst_case(self.game, self.expert, eps, budget=budget, seed=self.seed)
        self._price = answer.occupancy_upper
        if budget == 0 or "occupancy" in answer.bounds:
            return answer
        if self._bounds is None:
            regret = answer.expert_regret.upper or Fraction(0)
            self._bounds = Bounds(self.expert, "bc", answer.occupancy_lower, regret)
        try:
            occupancy = self._bounds.occupancy(eps)
        except SolverError:
            return answer
        return answer if occupancy is None else WithOccupancy(answer, occupancy)

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        price, best = self._price, None
        if price is None:
            return None
        hope = _WORTHWHILE * float(standing)
        for witness in witnesses:
            policy = inside_ball(witness.floats(), self.expert, price, eps)
            promise = float(self._float.gaps(policy.floats()).max())
            if promise > hope:
                best, hope = policy, promise
        return None if best is None else (gaps(self.game, best).nash_gap.lower or Fraction(0), best)


class _Occupancy:
    """B_rho, B_mu: a `Sweep`, whose pool serves every radius."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep

    def ask(self, eps: Fraction, budget: float | None) -> Found:
        return self.sweep.answer(eps, budget)

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        return self.sweep.witness(eps)


def source_of(game: Game, expert: Policy, measure: str, seed: int) -> Source:
    """The source of one measure, "bc", "rho" or "mu"; `InputError` for another."""
    if measure == "bc":
        return _Behaviour(game, expert, seed)
    if measure in ("rho", "mu"):
        return _Occupancy(Sweep(game, expert, measure, seed))
    raise InputError(f"measure: expected 'bc', 'rho' or 'mu', got {measure!r}")
