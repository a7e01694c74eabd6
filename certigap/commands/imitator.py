"""The learner's own question: how exploitable is my policy, and any other that is as close to the expert?"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import Measure
from certigap.commands.carriers import warn_of_idle
from certigap.exact.interval import Interval
from certigap.exact.rounding import decimal_up
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.report import interval_text, quantity, table
from certigap.semantics.matching import Idle

__all__ = ["Imitator", "measured"]

_BITS = 256  # of a radius: a longer one makes every number of the proof long
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Imitator:
    """A policy's error and NashGap; `radius` is the error, or a short number just above."""

    measure: Measure
    error: Interval
    nash_gap: Interval
    radius: Fraction

    def text(self, exact: bool) -> str:
        """Two lines for a reader."""
        rows = [
            (f"the policy's eps_{self.measure.label}", interval_text(self.error, exact)),
            ("the policy's own NashGap", interval_text(self.nash_gap, exact)),
        ]
        return table(rows)

    def to_json(self, exact: bool) -> dict[str, Any]:
        """`policy` beside the answer of the ball."""
        return {"policy": {"eps": quantity(self.error, exact), "nash_gap": quantity(self.nash_gap, exact)}}


def measured(game: Game, expert: Policy, policy: Policy, measure: str, idle: Idle = "keep") -> Imitator:
    """A policy's error against the expert, by a measure's name, and its NashGap; `idle` as in `matching_errors`."""
    from certigap.semantics import matching_errors, nash_gap
    from certigap.semantics.idle import row_errors

    named = Measure.named(measure)
    answer = matching_errors(game, expert, policy, idle=idle)
    warn_of_idle(row_errors(answer))
    error: Interval = getattr(answer, f"eps_{named}")
    upper = error.upper if error.upper is not None else Fraction(2)
    short = max(upper.numerator.bit_length(), upper.denominator.bit_length()) <= _BITS
    return Imitator(named, error, nash_gap(game, policy), upper if short else decimal_up(upper, _DIGITS))
