"""delta^sel, delta^max and kappa over a grid of radii, as steps between proven ends (THEORY 9).

The three are non-decreasing in eps: from a radius of the grid on the lower end found there holds, and up to it the
upper one. In games of one state `certigap.questions.continuity` finds the steps themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.errors import InputError
from certigap.exact.brief import number_brief
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget
from certigap.questions.continuity.answer import last_values, step_rows
from certigap.questions.continuity.figure import continuity_figure
from certigap.questions.straying import StrayingAnswer, straying
from certigap.regions.replies.steps import Event, Step, merged
from certigap.work.deadline import Deadline

__all__ = ["StrayingCurve", "StrayingSteps", "straying_curve"]


@dataclass(frozen=True, slots=True)
class StrayingSteps:
    """One function of eps: `steps` in ascending order."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class EndValue:
    """kappa at the largest radius."""

    value: Interval


@dataclass(frozen=True, repr=False)
class StrayingCurve(Shown):
    """`answers` at the radii of the grid, and the steps that they prove, per player."""

    game: Game
    expert: Policy
    radius: Fraction
    answers: tuple[StrayingAnswer, ...]
    delta_sel: tuple[StrayingSteps, ...]
    delta_max: tuple[StrayingSteps, ...]
    kappa: tuple[EndValue, ...]
    complete: bool
    seconds: float

    @property
    def is_consistent(self) -> bool | None:
        """Whether delta_sel vanishes as eps does; a grid shows it only where delta_sel is 0 at its first radius."""
        first = [own.steps[-1] if len(own.steps) == 1 else own.steps[1] for own in self.delta_sel]
        return True if all(step.upper == 0 for step in first) else None

    def sheet(self) -> Sheet:
        """The steps of both functions, as of `continuity`."""
        return Sheet(
            ("function", "from", "open", "value"), step_rows(self.game.players, self.delta_sel, self.delta_max)
        )

    def plot(self, path: str | None = None) -> Any:
        """The two functions of every player as steps."""
        return continuity_figure(self, path)

    def _line(self) -> str:
        where = f"eps <= {number_brief(self.radius)}, {len(self.answers)} radii"
        return f"<StrayingCurve {where}: {last_values(self)}>"


def straying_curve(
    game: Game, expert: Policy, eps_max: RationalLike, *, points: int = 6, budget: float | None = None, seed: int = 0
) -> StrayingCurve:
    """The functions up to `eps_max` from proven intervals at 0 and at `points` radii, each twice the one before.

    Args:
        game: any game.
        expert: a policy of it.
        eps_max: the largest radius, in (0, 2].
        points: how many radii above 0.
        budget: seconds; None: as long as it takes.
        seed: of the searches.

    Raises:
        InputError: a radius outside (0, 2], no points, an expert of another game.
    """
    largest = rational(eps_max)
    if not 0 < largest <= 2:
        raise InputError(f"eps: expected a rational in (0, 2], got {format_rational(largest)}")
    if points < 1:
        raise InputError(f"points: expected at least 1, got {points}")
    check_budget(budget)
    deadline = Deadline(budget)
    radii = [Fraction(0), *(largest / 2**k for k in range(points - 1, -1, -1))]
    answers = []
    for k, radius in enumerate(radii):
        share = deadline.share(Fraction(1, len(radii) - k)).budget
        answers.append(straying(game, expert, radius, budget=share, seed=seed))
    players = range(len(game.players))
    return StrayingCurve(
        game=game,
        expert=expert,
        radius=largest,
        answers=tuple(answers),
        delta_sel=tuple(_steps([(a.radius, a.delta_sel[i]) for a in answers], largest) for i in players),
        delta_max=tuple(_steps([(a.radius, a.delta_max[i]) for a in answers], largest) for i in players),
        kappa=tuple(EndValue(interval) for interval in answers[-1].kappa),
        complete=deadline.going,
        seconds=deadline.spent,
    )


def _steps(found: Sequence[tuple[Fraction, Interval]], largest: Fraction) -> StrayingSteps:
    """Steps from the intervals at ascending radii."""
    lower = [Event(radius, False, own.lower or Fraction(0)) for radius, own in found]
    starts = [(Fraction(0), False), *((radius, True) for radius, _ in found[:-1])]
    uppers = [own.upper if own.upper is not None else Fraction(2) for _, own in found]
    least = [min(uppers[k:]) for k in range(len(uppers))]  # a larger radius bounds a smaller one
    upper = [Event(start, is_open, value) for (start, is_open), value in zip(starts, least, strict=True)]
    return StrayingSteps(merged(lower, upper, largest))
