"""How answers read: quantities, aligned tables, and the JSON of the command line."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up

__all__ = [
    "Quantity",
    "end_text",
    "floats_of",
    "interval_text",
    "number_text",
    "quantities",
    "quantity",
    "share_text",
    "table",
]

EXACT_BITS = 4096  # a number of more is printed as an interval: a promise of --json
_READABLE = 24  # characters: a longer fraction is no easier to read than a decimal


def quantity(value: Interval | Fraction, exact: bool = False, side: str = "") -> str | dict[str, str]:
    """A canonical rational, or `{"lower", "upper"}` where the number is not known or longer than 4,096 bits.

    Args:
        value: what is known of the number.
        exact: never shorten.
        side: "lower" or "upper" where the number is an end of an interval: which way its float is rounded.

    >>> quantity(Fraction(1, 3))
    '1/3'
    """
    interval = Interval.point(value) if isinstance(value, Fraction) else value
    if interval.is_exact and (exact or _bits(interval.value) <= EXACT_BITS):
        return Quantity(interval.value, side)
    ends = {"lower": (interval.lower, decimal_down), "upper": (interval.upper, decimal_up)}
    return {
        side: Quantity(end if exact or _bits(end) <= EXACT_BITS else outward(end, 30), side)
        for side, (end, outward) in ends.items()
        if end is not None
    }


class Quantity(str):
    """A canonical rational among the text of an answer, with its float.

    `near`: the nearest float; of an end of an interval ("lower", "upper") one on its outside; None: beyond the floats.
    """

    near: float | None

    def __new__(cls, value: Fraction, side: str = "") -> "Quantity":
        found = super().__new__(cls, format_rational(value))
        found.near = _near(value, side)
        return found


def _near(value: Fraction, side: str) -> float | None:
    try:
        near = float(value)
    except OverflowError:
        return None
    if not side or (near <= value if side == "lower" else near >= value):
        return near
    return math.nextafter(near, -math.inf if side == "lower" else math.inf)


def floats_of(data: Any) -> Any:
    """The floats of the quantities in an answer's plain data, in the same structure; None: there are none.

    >>> floats_of({"gap": quantity(Fraction(1, 3)), "name": "1/3", "of": [None, quantity(Fraction(2))]})
    {'gap': 0.3333333333333333, 'of': [None, 2.0]}
    """
    if isinstance(data, Quantity):
        return data.near
    if isinstance(data, dict):
        return {key: found for key, item in data.items() if (found := floats_of(item)) is not None} or None
    if isinstance(data, list):
        items = [floats_of(item) for item in data]
        return items if any(item is not None for item in items) else None
    return None


def number_text(value: Fraction, exact: bool = False) -> str:
    """A number as a reader wants it: exact when short, with a decimal beside it when long; `exact`: never shortened.

    >>> number_text(Fraction(50, 3)), number_text(Fraction(50, 3), exact=True)
    ('50/3 ~ 16.6667', '50/3')
    """
    if exact:
        return format_rational(value)
    if _bits(value) > 4 * _READABLE:
        return f"~ {decimal_text(value)}"
    text = format_rational(value)
    if value.denominator == 1 and len(text) <= _READABLE:
        return text
    return f"{text} ~ {decimal_text(value)}" if len(text) <= _READABLE else f"~ {decimal_text(value)}"


def interval_text(interval: Interval, exact: bool = False) -> str:
    """What is known of a number: itself, or the ends rounded outward to 8 digits; `exact`: the ends themselves."""
    if interval.is_exact:
        return number_text(interval.value, exact)
    lower = end_text(interval.lower, decimal_down, 8, exact, "?")
    return f"[{lower}, {end_text(interval.upper, decimal_up, 8, exact, '?')}]"


def end_text(
    value: Fraction | None, outward: Callable[[Fraction, int], Fraction], digits: int, exact: bool, unknown: str = "-"
) -> str:
    """An end of an interval, rounded outward; `exact`: as it is."""
    if value is None:
        return unknown
    return format_rational(value) if exact else decimal_text(outward(value, digits), digits)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of text in aligned columns, two spaces between them.

    >>> print(table([("a", "1"), ("bcd", "2")]))
    a    1
    bcd  2
    """
    lines = [list(row) for row in rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))] if lines else []
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def quantities(values: Mapping[str, Any], exact: bool = False, side: str = "") -> dict[str, Any]:
    """`quantity` of every entry; what is unknown stays None."""
    return {name: None if value is None else quantity(value, exact, side) for name, value in values.items()}


def share_text(value: float) -> str:
    """A float for reading, three digits.

    >>> share_text(0.05), share_text(1.23456e-7)
    ('0.05', '1.23e-07')
    """
    return f"{value:.3g}"
