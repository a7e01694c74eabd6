"""Numbers of a page: rounded in the direction that keeps what is said true, with the exact number beside them."""

from fractions import Fraction

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up
from certigap.report.page.markup import Html, element
from certigap.report.text import quantity

__all__ = ["at_least", "at_most", "exact_text", "interval_ends", "rounded"]

_SHORT = 12  # characters: a fraction that is read at a glance


def at_least(value: Fraction) -> Html:
    """A lower end, rounded down."""
    return _data(value, rounded(value, up=False), "lower")


def at_most(value: Fraction) -> Html:
    """An upper end, rounded up."""
    return _data(value, rounded(value, up=True), "upper")


def rounded(value: Fraction, up: bool) -> str:
    """A short fraction as it is, else six digits.

    >>> rounded(Fraction(1, 20), True), rounded(Fraction(2, 10**12 + 1), True), rounded(Fraction(10**14, 7), False)
    ('1/20', '2e-12', '1.42857e+13')
    """
    text = format_rational(value)
    return text if len(text) <= _SHORT else decimal_text((decimal_up if up else decimal_down)(value, 6), 6)


def exact_text(value: Fraction) -> str:
    """The exact number; of one longer than 4,096 bits thirty digits."""
    shown = quantity(value)
    return shown if isinstance(shown, str) else " .. ".join(shown.values())


def interval_ends(interval: Interval) -> Html:
    """`= x` where it is known, else what is known of both ends."""
    lower, upper = interval.lower, interval.upper
    if lower is not None and lower == upper:
        return element("span", "= ", at_most(lower), class_="ends")
    parts = [] if lower is None else ["\u2265 ", at_least(lower)]
    parts += [", "] if lower is not None and upper is not None else []
    parts += [] if upper is None else ["\u2264 ", at_most(upper)]
    return element("span", *parts, class_="ends")


def _data(value: Fraction, text: str, side: str) -> Html:
    exact = exact_text(value)
    return element("data", text, value=exact, class_=side, title=exact if exact != text and len(exact) <= 200 else None)
