"""What `continuity` answers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.exact.brief import Brief, number_brief
from certigap.exact.interval import Interval
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Cell, Sheet, Shown
from certigap.questions.continuity.figure import continuity_figure
from certigap.regions.replies import DeltaFunction
from certigap.semantics.exploitability import describe

__all__ = ["ContinuityAnswer", "Kappa"]


@dataclass(frozen=True, slots=True, repr=False)
class Kappa(Brief):
    """kappa_i at the largest eps, discounted payoff; `policy` has the others' play that proves the lower end."""

    value: Interval
    policy: Policy


@dataclass(frozen=True, repr=False)
class ContinuityAnswer(Shown):
    """delta_sel and delta_max of every player for 0 <= eps <= `radius`, and kappa at `radius`.

    Each function is a list of steps [lower, upper], with a witness for every lower end and a cover for every upper one;
    for two players the ends agree. `complete`: no search was cut short.
    """

    game: Game
    expert: Policy
    radius: Fraction
    delta_sel: tuple[DeltaFunction, ...]
    delta_max: tuple[DeltaFunction, ...]
    kappa: tuple[Kappa, ...]
    complete: bool
    seconds: float

    @property
    def is_consistent(self) -> bool | None:
        """Whether delta_sel vanishes as eps does, so that the delta form of the bound does; None: not known."""
        ends = [step for own in self.delta_sel for step in own.steps if step.start == 0]
        if any(step.lower > 0 for step in ends):
            return False
        return True if all(own.upper(_right_of_zero(own)) == 0 for own in self.delta_sel) else None

    def sheet(self) -> Sheet:
        """The steps of both functions, a row each; the value holds from eps on, or past it where that is open."""
        return Sheet(
            ("function", "from", "open", "value"), step_rows(self.game.players, self.delta_sel, self.delta_max)
        )

    def plot(self, path: str | None = None) -> Any:
        """The two functions of every player as steps."""
        return continuity_figure(self, path)

    def _line(self) -> str:
        return f"<ContinuityAnswer eps <= {number_brief(self.radius)}: {last_values(self)}>"


def last_values(answer: Any) -> str:
    """delta_sel, delta_max and kappa of every player at the largest radius, in words."""
    words = []
    for i, player in enumerate(answer.game.players):
        ends = [function[i].steps[-1] for function in (answer.delta_sel, answer.delta_max)]
        sel, most = (describe(Interval(step.lower, step.upper)) for step in ends)
        words.append(f"{player} delta_sel {sel}, delta_max {most}, kappa {describe(answer.kappa[i].value)}")
    return "; ".join(words)


def step_rows(players: Sequence[str], *functions: Sequence[Any]) -> list[tuple[Cell, ...]]:
    """The rows of `sheet`, for delta_sel and delta_max `[n]`."""
    return [
        (f"{name} of {player}", step.start, "open" if step.is_open else "", Interval(step.lower, step.upper))
        for name, function in zip(("delta_sel", "delta_max"), functions, strict=True)
        for player, own in zip(players, function, strict=True)
        for step in own.steps
    ]


def _right_of_zero(function: DeltaFunction) -> Fraction:
    """An eps above 0 and before the next breakpoint."""
    later = [step.start for step in function.steps if step.start > 0]
    return min([*later, function.largest]) / 2
