"""Real algebraic numbers: the k-th real root of an irreducible integer polynomial, compared exactly.

Roots are isolated and refined by sympy (continued fractions), in rational arithmetic: two numbers are equal when they
are the same root of the same irreducible polynomial, and otherwise their isolating intervals can be refined apart.
"""

from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import Any

from sympy import Dummy, Poly, S, sqrt

__all__ = ["Algebraic", "Coefficients", "evaluate", "roots"]

Coefficients = tuple[int, ...]
"""An integer polynomial in one variable, the highest power first; empty for zero."""

_X = Dummy("x")


@total_ordering
class Algebraic:
    """The `index`-th real root, from the left, of an irreducible primitive polynomial with positive leading term.

    >>> Algebraic.rational(Fraction(1, 2)) < roots((1, 0, -2))[1]
    True
    """

    __slots__ = ("_lower", "_upper", "coefficients", "index")

    def __init__(self, coefficients: Coefficients, index: int, lower: Fraction, upper: Fraction) -> None:
        self.coefficients, self.index = coefficients, index
        self._lower, self._upper = lower, upper  # isolating: an open interval, or twice the number when it is rational

    @classmethod
    def rational(cls, value: Fraction) -> "Algebraic":
        """A rational number."""
        return cls((value.denominator, -value.numerator), 0, value, value)

    @property
    def is_rational(self) -> bool:
        return len(self.coefficients) == 2

    @property
    def value(self) -> Fraction:
        """The number itself, of a rational one."""
        return Fraction(-self.coefficients[1], self.coefficients[0])

    def enclosure(self, width: Fraction) -> tuple[Fraction, Fraction]:
        """Rationals around the number, at most `width` apart."""
        while self._upper - self._lower > width:
            self._refine()
        return self._lower, self._upper

    def expression(self) -> Any:
        """The number in sympy: a rational, a square root, or a `CRootOf`."""
        if self.is_rational:
            return S(self.value.numerator) / self.value.denominator
        poly = Poly(self.coefficients, _X)
        if len(self.coefficients) == 3:
            a, b, c = self.coefficients
            sign = 2 * self.index - 1
            return (-b + sign * sqrt(S(b * b - 4 * a * c))) / S(2 * a)
        return poly.real_roots()[self.index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Algebraic) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: "Algebraic") -> bool:
        if self == other:
            return False
        while self._upper > other._lower and other._upper > self._lower:
            wider = self if self._upper - self._lower >= other._upper - other._lower else other
            wider._refine()
        return self._upper <= other._lower

    def __float__(self) -> float:
        lower, upper = self.enclosure(max(abs(self._lower), Fraction(1, 2**40)) / 2**54)
        return float((lower + upper) / 2)

    def __repr__(self) -> str:
        return str(self.value) if self.is_rational else f"{self.expression()} ~ {float(self):.6g}"

    def _key(self) -> tuple[Coefficients, int]:
        return self.coefficients, self.index

    def _refine(self) -> None:
        """Halve the isolating interval: the polynomial changes its sign at the root, and nowhere else in it."""
        middle = (self._lower + self._upper) / 2
        at_middle, at_upper = evaluate(self.coefficients, middle), evaluate(self.coefficients, self._upper)
        if (at_middle > 0) == (at_upper > 0):
            self._upper = middle
        else:
            self._lower = middle


def evaluate(coefficients: Coefficients, x: Fraction) -> Fraction:
    """The value of a polynomial, by Horner's rule."""
    result = Fraction(0)
    for coefficient in coefficients:
        result = result * x + coefficient
    return result


@lru_cache(maxsize=4096)
def roots(coefficients: Coefficients) -> tuple[Algebraic, ...]:
    """The distinct real roots of a polynomial other than zero, in ascending order.

    >>> roots((2, -1, 0)), roots((1, 0, 1))
    ((0, 1/2), ())
    """
    if len(coefficients) < 2:
        return ()
    _, factors = Poly(coefficients, _X).factor_list()
    return tuple(sorted(root for factor, _ in factors for root in _irreducible_roots(factor)))


def _irreducible_roots(factor: Any) -> list[Algebraic]:
    coefficients = tuple(int(c) for c in factor.all_coeffs())
    if coefficients[0] < 0:
        coefficients = tuple(-c for c in coefficients)
    if len(coefficients) == 2:
        return [Algebraic.rational(Fraction(-coefficients[1], coefficients[0]))]
    found = [(_fraction(lower), _fraction(upper)) for (lower, upper), _ in factor.intervals()]
    return [Algebraic(coefficients, k, lower, upper) for k, (lower, upper) in enumerate(sorted(found))]


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
