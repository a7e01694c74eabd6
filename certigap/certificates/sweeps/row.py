"""The table of a sweep: a line a question, as a frozen row, as CSV and as JSON."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up

__all__ = ["SweepRow", "csv_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """One question of a sweep and its answer.

    game, expert, policy: as they were named; empty where the question is about none.
    measure, eps: the ball of a worst case; None where the row is the NashGap of a policy, or a fault.
    interval: of NashGap, from the certificate that the checker accepted; None: there is none, and `why` says why.
    upper_bound, complete, seconds: as the certificate's writer tells.
    status: "computed", "found" (an earlier sweep's), "failed", "not reached" (the sweep was interrupted).
    code: the exit code that a command with this question alone would have.
    certificate: the name of its file in the folder.
    """

    game: str
    hash: str = ""
    expert: str = ""
    measure: str | None = None
    eps: Fraction | None = None
    policy: str = ""
    interval: Interval | None = None
    upper_bound: str = ""
    complete: bool = False
    seconds: float | None = None
    status: str = "not reached"
    certificate: str = ""
    why: str = ""
    code: int = 0

    @property
    def ratio(self) -> Fraction | None:
        """Upper over lower end, where both are there and above 0."""
        if self.interval is None or self.interval.lower is None or self.interval.upper is None:
            return None
        return self.interval.upper / self.interval.lower if self.interval.lower > 0 else None

    def to_json(self) -> dict[str, Any]:
        """Plain data: rationals as text, None for what is not there."""
        data: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        ends = (None, None) if self.interval is None else (self.interval.lower, self.interval.upper)
        del data["interval"]
        data |= {"eps": _text(self.eps), "lower": _text(ends[0]), "upper": _text(ends[1])}
        ratio, seconds = self.ratio, self.seconds
        data |= {"ratio": None if ratio is None else decimal_text(ratio)}
        return data | {"seconds": None if seconds is None else f"{seconds:.2f}"}


def csv_text(rows: Iterable[SweepRow]) -> str:
    """The rows as CSV with a header; exact ends as rationals and, for programs that only know floats, as decimals."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        lower, upper = (None, None) if row.interval is None else (row.interval.lower, row.interval.upper)
        decimals = {
            "lower_decimal": None if lower is None else decimal_text(decimal_down(lower, _DECIMALS), _DECIMALS),
            "upper_decimal": None if upper is None else decimal_text(decimal_up(upper, _DECIMALS), _DECIMALS),
        }
        writer.writerow({key: _cell(value) for key, value in (row.to_json() | decimals).items()})
    return out.getvalue()


_DECIMALS = 9  # digits, rounded outward
_COLUMNS = (
    "game",
    "hash",
    "expert",
    "measure",
    "eps",
    "policy",
    "lower_decimal",
    "upper_decimal",
    "ratio",
    "upper_bound",
    "complete",
    "status",
    "seconds",
    "certificate",
    "why",
    "lower",
    "upper",
)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _text(value: Fraction | None) -> str | None:
    return None if value is None else format_rational(value)
