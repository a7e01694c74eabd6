"""Intervals with rational ends: what is known of a number. Equal ends: the number itself."""

from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.brief import Brief
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_up

__all__ = ["Interval"]


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Brief):
    """A closed interval `[lower, upper]`; an end that is `None` is not known.

    >>> Interval.point(Fraction(1, 2)).is_exact
    True
    """

    lower: Fraction | None
    upper: Fraction | None

    def __post_init__(self) -> None:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise InputError(f"interval: expected lower <= upper, got {self.lower} > {self.upper}")

    @classmethod
    def point(cls, value: Fraction | int) -> "Interval":
        """The interval that holds `value` alone."""
        return cls(Fraction(value), Fraction(value))

    @property
    def is_exact(self) -> bool:
        """Both ends are known and equal."""
        return self.lower is not None and self.lower == self.upper

    @property
    def value(self) -> Fraction:
        """The number itself; `InputError` unless the interval is exact."""
        if self.lower is None or self.lower != self.upper:
            raise InputError(f"expected an exact number, got the interval {self.to_json()}")
        return self.lower

    @property
    def width(self) -> Fraction:
        """Upper less lower end; `InputError` where one is not known."""
        if self.lower is None or self.upper is None:
            raise InputError(f"expected an interval with two known ends, got {self.to_json()}")
        return self.upper - self.lower

    def __float__(self) -> float:
        """The middle, for plots; `InputError` where an end is not known."""
        return float(self.upper - self.width / 2) if self.upper is not None else float(self.width)

    def round(self, digits: int = 6) -> "Interval":
        """The interval with its ends rounded outward to so many significant digits: it still holds the number.

        >>> Interval.point(Fraction(2, 3)).round(3)
        Interval(lower=Fraction(333, 500), upper=Fraction(667, 1000))
        """
        if digits < 1:
            raise InputError(f"digits: expected at least 1, got {digits}")
        return Interval(
            None if self.lower is None else decimal_down(self.lower, digits),
            None if self.upper is None else decimal_up(self.upper, digits),
        )

    def __le__(self, other: "Interval | Fraction | int") -> bool:
        """Surely at most `other`. Two intervals that overlap satisfy no comparison."""
        end = _ends(other)[0]
        return self.upper is not None and end is not None and self.upper <= end

    def __ge__(self, other: "Interval | Fraction | int") -> bool:
        """Surely at least `other`."""
        end = _ends(other)[1]
        return self.lower is not None and end is not None and self.lower >= end

    def __lt__(self, other: "Interval | Fraction | int") -> bool:
        """Surely below `other`."""
        end = _ends(other)[0]
        return self.upper is not None and end is not None and self.upper < end

    def __gt__(self, other: "Interval | Fraction | int") -> bool:
        """Surely above `other`."""
        end = _ends(other)[1]
        return self.lower is not None and end is not None and self.lower > end

    def __contains__(self, value: Fraction | int) -> bool:
        return (self.lower is None or self.lower <= value) and (self.upper is None or value <= self.upper)

    def to_json(self) -> dict[str, str]:
        """`{"lower": .., "upper": ..}` in canonical rationals, unknown ends left out."""
        ends = {"lower": self.lower, "upper": self.upper}
        return {name: format_rational(end) for name, end in ends.items() if end is not None}


def _ends(value: "Interval | Fraction | int") -> tuple[Fraction | int | None, Fraction | int | None]:
    return (value.lower, value.upper) if isinstance(value, Interval) else (value, value)
