"""The balls around one expert, of any radius: one protocol for the three measures, whatever is behind it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from certigap.bounds.balls import Measure
from certigap.bounds.center import Center
from certigap.errors import InputError
from certigap.exact.rational import RationalLike
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.cloning import CloningBalls
from certigap.questions.worst_case.limits import RATIO
from certigap.questions.worst_case.occupancy import OccupancyBalls
from certigap.work.deadline import Deadline
from certigap.work.progress import Progress

__all__ = ["Balls", "balls_around"]


class Balls(Protocol):
    """Worst cases over the balls of one measure around one expert: what they share is computed once."""

    measure: Measure
    center: Center

    def answer(
        self,
        eps: RationalLike,
        deadline: Deadline | None = None,
        ratio: Fraction = RATIO,
        progress: Progress | None = None,
    ) -> WorstCaseAnswer:
        """The interval at one radius, with what proves it; arguments as in `worst_case`."""
        ...

    def improved(
        self, eps: Fraction, witnesses: Sequence[Policy], standing: Fraction
    ) -> tuple[Fraction, Policy] | None:
        """A proved gap in the ball and its policy, from `witnesses` of other radii; None: none above `standing`."""
        ...


def balls_around(game: Game, expert: Policy, measure: str, seed: int = 0, scheduler: str | None = None) -> Balls:
    """The balls of a measure, "bc", "rho" or "mu"; a `scheduler` helps with those of "bc".

    Raises:
        InputError: another measure.
    """
    named = Measure.named(measure)
    if named.is_by_rows:
        return CloningBalls(game, expert, seed, scheduler)
    if scheduler is not None:
        raise InputError(f"a scheduler: expected measure bc, got {measure}")
    return OccupancyBalls(game, expert, named, seed)
