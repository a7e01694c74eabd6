"""Where a frontier gets its points: one source a measure, each asked at a radius, each able to use what others found.

B_BC is asked by `CloningBalls`, B_rho and B_mu by `Sweep`: both compute once what all radii share.
A witness of one radius is drawn into the ball of another: its rows are moved towards the expert's until they fit.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias

from certigap.errors import InputError
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.cloning import CloningBalls
from certigap.questions.worst_case.occupancy import Sweep
from certigap.semantics.exploitability import gaps
from certigap.witnesses import inside_ball
from certigap.work.progress import Progress

__all__ = ["Lower", "Source", "source_of"]

_WORTHWHILE = 1.0001
"""A drawn witness is evaluated exactly when it promises to raise the lower end by this factor."""

Lower: TypeAlias = tuple[Fraction, Policy | None]
"""A proved gap and the policy that has it."""


class Source(Protocol):
    """One measure's way to ask at a radius, and to use the witnesses of other radii there."""

    def ask(self, eps: Fraction, budget: float | None, progress: Progress | None = None) -> WorstCaseAnswer:
        """The worst case at one radius."""
        ...

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        """A proved gap in the ball from `witnesses` of other radii, if one promises more than `standing`."""
        ...


class _Cloning:
    """B_BC: `CloningBalls`."""

    def __init__(self, balls: CloningBalls) -> None:
        self.balls = balls
        self._float = FloatGame(balls.game)

    def ask(self, eps: Fraction, budget: float | None, progress: Progress | None = None) -> WorstCaseAnswer:
        return self.balls.answer(eps, budget, progress=progress)

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        best, hope = None, _WORTHWHILE * float(standing)
        for witness in witnesses:
            policy = inside_ball(witness.floats(), self.balls.expert, self.balls.occupancy_upper, eps)
            promise = float(self._float.gaps(policy.floats()).max())
            if promise > hope:
                best, hope = policy, promise
        return None if best is None else (gaps(self.balls.game, best).nash_gap.lower or Fraction(0), best)


class _Occupancy:
    """B_rho, B_mu: a `Sweep`, whose pool serves every radius."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep

    def ask(self, eps: Fraction, budget: float | None, progress: Progress | None = None) -> WorstCaseAnswer:
        return self.sweep.answer(eps, budget, progress)

    def improved(self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction) -> Lower | None:
        return self.sweep.witness(eps)


def source_of(game: Game, expert: Policy, measure: str, seed: int) -> Source:
    """The source of one measure, "bc", "rho" or "mu"; `InputError` for another."""
    if measure == "bc":
        return _Cloning(CloningBalls(game, expert, seed))
    if measure in ("rho", "mu"):
        return _Occupancy(Sweep(game, expert, measure, seed))
    raise InputError(f"measure: expected 'bc', 'rho' or 'mu', got {measure!r}")
