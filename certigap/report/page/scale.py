"""A line of numbers from 0 on a picture, and round numbers on it."""

from fractions import Fraction

from certigap.exact.rounding import decimal_text

__all__ = ["Scale"]

_MOST = 8  # ticks


class Scale:
    """Numbers from 0 to `top` at places from `first` to `last`.

    >>> scale = Scale(Fraction(7), 0, 70)
    >>> scale(Fraction(1)), [text for _, text in scale.ticks]
    (10.0, ['0', '1', '2', '3', '4', '5', '6', '7'])
    """

    def __init__(self, top: Fraction, first: float, last: float) -> None:
        self.top, self.first, self.last = top, first, last
        unit = Fraction(1)
        while unit > top:
            unit /= 10
        while unit * 10 <= top:
            unit *= 10
        step = next(unit * k for k in (Fraction(1, 5), Fraction(1, 2), 1, 2) if top / (unit * k) < _MOST)
        self.ticks = [(self(k * step), decimal_text(k * step)) for k in range(int(top / step) + 1)]

    def __call__(self, value: Fraction) -> float:
        return self.first + float(value / self.top) * (self.last - self.first)
