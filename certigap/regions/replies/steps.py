"""Step functions of eps between a proven lower and a proven upper one.

An event (r, open, v) says that the function may be as large as v from eps = r on (open: for eps > r only). The upper
function is the largest value of the events up to eps, the lower one the largest value of the witnesses up to eps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.brief import Brief

__all__ = ["Event", "Step", "merged"]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """From eps = `start` on, or for eps > `start` where `is_open`, the value may be `value`."""

    start: Fraction
    is_open: bool
    value: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Step(Brief):
    """The function lies in [lower, upper] from `start` (for eps > start where `is_open`) until the next step."""

    start: Fraction
    is_open: bool
    lower: Fraction
    upper: Fraction


def merged(lower: Iterable[Event], upper: Iterable[Event], largest: Fraction) -> tuple[Step, ...]:
    """The steps for 0 <= eps <= `largest`.

    >>> zero, one = Fraction(0), Fraction(1)
    >>> events = [Event(zero, False, zero), Event(zero, True, one)]
    >>> [(step.start, step.is_open, step.upper) for step in merged(events, events, Fraction(2))]
    [(Fraction(0, 1), False, Fraction(0, 1)), (Fraction(0, 1), True, Fraction(1, 1))]
    """
    below, above = list(lower), list(upper)
    keys = {(Fraction(0), False)} | {(e.start, e.is_open) for e in (*below, *above)}
    steps: list[Step] = []
    for start, is_open in sorted(key for key in keys if key <= (largest, False)):
        ends = [_largest(events, start, is_open) for events in (below, above)]
        if not steps or ends != [steps[-1].lower, steps[-1].upper]:
            steps.append(Step(start, is_open, *ends))
    return tuple(steps)


def _largest(events: list[Event], start: Fraction, is_open: bool) -> Fraction:
    return max((e.value for e in events if (e.start, e.is_open) <= (start, is_open)), default=Fraction(0))
