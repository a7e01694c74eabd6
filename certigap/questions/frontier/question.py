"""The frontier of an expert: W(eps) over a grid of radii, a lower and an upper curve with the named bounds beside them.

W is non-decreasing, because a ball lies in every larger one. So what is known at one radius serves the others:

    lower(eps)  the largest proved gap of a witness of any smaller ball; every witness is drawn into the other balls,
    upper(eps)  the smallest bound of any larger ball.

Both curves are therefore monotone, and each point still names where its ends come from.
"""

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from types import FrameType
from typing import Any, TypeAlias

from certigap.bounds.balls import Measure, ball_radius
from certigap.errors import InputError
from certigap.exact.brief import Brief, number_brief
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget, check_policy, check_seed
from certigap.questions.frontier.figure import beats_trivial, frontier_figure
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.balls import Balls, balls_around
from certigap.questions.worst_case.known import Known, check_known, sharpened
from certigap.semantics.exploitability import describe
from certigap.work.deadline import Deadline
from certigap.work.progress import SweepProgress

__all__ = ["FrontierAnswer", "FrontierPoint", "frontier"]

Lower: TypeAlias = tuple[Fraction, Policy | None]
"""A proved gap and the policy that has it."""

_POINTS = 8  # a curve one can see, at eight times the cost of a point
_MOST_POINTS = 200  # each takes some hundredths of a second whatever the budget


@dataclass(frozen=True, slots=True, repr=False)
class FrontierPoint(Brief):
    """W(radius) lies in `interval`, discounted payoff.

    `lower_from`, `upper_from`: the radii whose witness and whose bound `upper_name` prove the ends; `witness` is the
    policy. `bounds` are those of this radius alone; `answer` proves both ends at this radius.
    """

    radius: Fraction
    interval: Interval
    bounds: Mapping[str, Fraction | None]
    witness: Policy | None
    lower_from: Fraction
    upper_from: Fraction
    upper_name: str
    complete: bool
    answer: WorstCaseAnswer


@dataclass(frozen=True, repr=False)
class FrontierAnswer(Shown):
    """The two curves over the grid, the radii ascending."""

    game: Game
    expert: Policy
    measure: Measure
    points: tuple[FrontierPoint, ...]
    expert_regret: Interval
    seed: int
    seconds: float

    @property
    def complete(self) -> bool:
        """No point was cut by a budget or an interrupt."""
        return all(point.complete for point in self.points)

    def sheet(self) -> Sheet:
        """A radius a row: the interval, and the named bounds that are below the trivial one somewhere."""
        names = [name for name in self.points[0].bounds if any(beats_trivial(p.bounds, name) for p in self.points)]
        rows = [(p.radius, p.interval, *(p.bounds[name] for name in names)) for p in self.points]
        return Sheet(("eps", "worst NashGap", *(f"bound: {name}" for name in names)), rows)

    def plot(self, path: str | None = None) -> Any:
        """The two curves, as `certigap frontier -o PICTURE` draws them."""
        return frontier_figure(self, path)

    def _line(self) -> str:
        ends = [f"{describe(p.interval)} at {number_brief(p.radius)}" for p in (self.points[0], self.points[-1])]
        return f"<FrontierAnswer {self.measure}, {len(self.points)} radii: {', '.join(dict.fromkeys(ends))}>"


def frontier(
    game: Game,
    expert: Policy,
    eps_grid: Sequence[RationalLike] | None = None,
    *,
    eps_max: RationalLike | None = None,
    points: int = _POINTS,
    measure: str = "bc",
    budget: float | None = None,
    seed: int = 0,
    progress: SweepProgress | None = None,
    known: Sequence[WorstCaseAnswer | Known] = (),
) -> FrontierAnswer:
    """Worst cases over a grid of radii, in one call that reuses what it finds.

    Args:
        game: the game.
        expert: the policy that is imitated.
        eps_grid: the radii, >= 0, in any order; or else
        eps_max: the largest of `points` equally spaced radii.
        points: number of radii, 1 to 200: every one takes some hundredths of a second, whatever the budget.
        measure: "bc", "rho" or "mu".
        budget: seconds for the whole sweep; None: as long as it takes.
        seed: of the searches.
        progress: told a radius with its lower and upper end now and then, as floats that are not yet proved.
        known: answers around the same expert, of any radii: no end is worse than they show.

    Returns:
        Lower and upper curve with evidence; valid, though incomplete, when a budget or an interrupt cut the work.

    Raises:
        InputError: no radius, both ways of naming radii, a negative radius, another measure.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    >>> answer = frontier(game, Policy.from_rows(game, [[0, 1], [0, 1]]), ["1/10", "1/5"])
    >>> [str(point.interval.upper) for point in answer.points]
    ['9/200', '9/100']
    """
    check_budget(budget)
    deadline = Deadline(budget)
    check_policy(game, expert)
    check_seed(seed)
    radii = _grid(eps_grid, eps_max, points)
    balls = balls_around(game, expert, measure, seed)
    before = check_known(expert, balls.measure, known)
    found = [sharpened(answer, before) for answer in _ask(balls, radii, deadline, progress)]
    witnesses = _shared(balls, radii, found, deadline)
    return FrontierAnswer(
        game=game,
        expert=expert,
        measure=balls.measure,
        points=_monotone(radii, found, witnesses),
        expert_regret=found[0].expert_regret,
        seed=seed,
        seconds=deadline.spent,
    )


def _grid(eps_grid: Sequence[RationalLike] | None, eps_max: RationalLike | None, points: int) -> list[Fraction]:
    if (eps_grid is None) == (eps_max is None):
        raise InputError("frontier: expected one of eps_grid and eps_max, got both or neither")
    if eps_max is not None:
        if not isinstance(points, int) or not 1 <= points <= _MOST_POINTS:
            raise InputError(f"points: expected an integer from 1 to {_MOST_POINTS}, got {points!r}")
        largest = ball_radius(eps_max)
        radii = {largest * k / points for k in range(1, points + 1)}
    else:
        radii = {rational(eps) for eps in eps_grid or ()}
    if not radii or min(radii) < 0:
        raise InputError(
            f"eps: expected rationals >= 0, at least one, got {[format_rational(r) for r in sorted(radii)]}"
        )
    return sorted(radii)


def _ask(
    balls: Balls,
    radii: Sequence[Fraction],
    deadline: Deadline,
    progress: SweepProgress | None,
) -> list[WorstCaseAnswer]:
    """Every radius in turn, the time left shared equally; after an interrupt the rest is asked without time."""
    found: list[WorstCaseAnswer] = []
    with _interrupts() as seen:
        for place, eps in enumerate(radii):
            share = Deadline(0) if seen else deadline.share(Fraction(1, len(radii) - place))
            tell = None if progress is None else partial(progress, eps)
            found.append(balls.answer(eps, share, progress=tell))
    return found


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """The Ctrl-C that came meanwhile: each ends the question at hand, which keeps its interval, and is noted here."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _shared(
    balls: Balls, radii: Sequence[Fraction], found: Sequence[WorstCaseAnswer], deadline: Deadline
) -> list[Lower]:
    """Per radius the largest proved gap, after the witnesses of other radii were drawn into its ball.

    Those of its neighbours when the time is over, else all.
    """
    result: list[Lower] = []
    for place, (eps, own) in enumerate(zip(radii, found, strict=True)):
        best: Lower = (own.interval.lower or Fraction(0), own.witness)
        near = found if deadline.going else found[max(0, place - 1) : place + 2]
        others = [answer.witness for answer in near if answer is not own]
        drawn = balls.improved(eps, others, best[0])
        result.append(drawn if drawn is not None and drawn[0] > best[0] else best)
    return result


def _monotone(
    radii: Sequence[Fraction], found: Sequence[WorstCaseAnswer], witnesses: Sequence[Lower]
) -> tuple[FrontierPoint, ...]:
    uppers = [_upper(answer) for answer in found]
    points = []
    for place, (eps, answer) in enumerate(zip(radii, found, strict=True)):
        low = max(range(place + 1), key=lambda k: (witnesses[k][0], k))
        high = min(range(place, len(radii)), key=lambda k: (uppers[k], k))
        bound, best = found[high].table.smallest, witnesses[low][1]
        proved = sharpened(answer, [Known(answer.expert, answer.measure, radii[high], bound, best)])
        points.append(
            FrontierPoint(
                radius=eps,
                interval=Interval(witnesses[low][0], uppers[high]),
                bounds=answer.bounds,
                witness=witnesses[low][1],
                lower_from=radii[low],
                upper_from=radii[high],
                upper_name=found[high].upper_name,
                complete=answer.complete,
                answer=proved,
            )
        )
    return tuple(points)


def _upper(answer: WorstCaseAnswer) -> Fraction:
    if answer.interval.upper is None:
        raise ValueError("frontier: expected an answer with an upper end, got none")
    return answer.interval.upper
