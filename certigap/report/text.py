"""How answers read: quantities, aligned tables, and the JSON of the command line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up

__all__ = [
    "end_text",
    "interval_text",
    "number_text",
    "quantities",
    "quantity",
    "share_text",
    "table",
]

EXACT_BITS = 4096  # a number of more is printed as an interval: a promise of --json
_READABLE = 24  # characters: a longer fraction is no easier to read than a decimal


def quantity(value: Interval | Fraction, exact: bool = False) -> str | dict[str, str]:
    """A canonical rational, or `{"lower", "upper"}` where the number is not known or longer than 4,096 bits.

    Args:
        value: what is known of the number.
        exact: never shorten.

    >>> quantity(Fraction(1, 3))
    '1/3'
    """
    interval = Interval.point(value) if isinstance(value, Fraction) else value
    if interval.is_exact and (exact or _bits(interval.value) <= EXACT_BITS):
        return format_rational(interval.value)
    if exact:
        return interval.to_json()
    ends = {"lower": (interval.lower, decimal_down), "upper": (interval.upper, decimal_up)}
    return {
        side: format_rational(end if _bits(end) <= EXACT_BITS else outward(end, 30))
        for side, (end, outward) in ends.items()
        if end is not None
    }


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


def quantities(values: Mapping[str, Any], exact: bool = False) -> dict[str, Any]:
    """`quantity` of every entry; what is unknown stays None."""
    return {name: None if value is None else quantity(value, exact) for name, value in values.items()}


def share_text(value: float) -> str:
    """A float for reading, three digits.

    >>> share_text(0.05), share_text(1.23456e-7)
    ('0.05', '1.23e-07')
    """
    return f"{value:.3g}"
