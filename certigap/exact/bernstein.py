"""The range of a polynomial over a box, from its Bernstein coefficients: exact rationals, sharp at the corners.

On a box scaled to [0, 1]^k a polynomial of degree d_i in each variable is a convex combination of its Bernstein
coefficients b_j = sum_{m <= j} [prod_i C(j_i, m_i) / C(d_i, m_i)] a_m, so that it lies between the least and the
largest of them.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

__all__ = ["polynomial_range"]

Terms = Mapping[tuple[int, ...], Fraction]
"""A polynomial: {exponents: coefficient}."""


def polynomial_range(terms: Terms, box: Sequence[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """A lower and an upper bound of a polynomial over a box.

    >>> polynomial_range({(2,): Fraction(1), (0,): Fraction(-1)}, [(Fraction(0), Fraction(2))])
    (Fraction(-1, 1), Fraction(3, 1))
    """
    if not terms:
        return Fraction(0), Fraction(0)
    degrees = [max(e[k] for e in terms) for k in range(len(box))]
    table = dict(terms)
    for axis, (ends, degree) in enumerate(zip(box, degrees, strict=True)):
        table = _along(table, axis, *ends, degree)
    indices = itertools.product(*(range(degree + 1) for degree in degrees))
    found = [table.get(index, Fraction(0)) for index in indices]
    return min(found), max(found)


def _along(table: Terms, axis: int, lower: Fraction, upper: Fraction, degree: int) -> dict[tuple[int, ...], Fraction]:
    """One variable scaled to [0, 1] and written in the Bernstein basis."""
    lines: dict[tuple[int, ...], list[Fraction]] = {}
    for exponents, coefficient in table.items():
        key = (*exponents[:axis], *exponents[axis + 1 :])
        lines.setdefault(key, [Fraction(0)] * (degree + 1))[exponents[axis]] += coefficient
    return {
        (*key[:axis], j, *key[axis:]): value
        for key, line in lines.items()
        for j, value in enumerate(_bernstein(_scaled(line, lower, upper), degree))
    }


def _scaled(line: Sequence[Fraction], lower: Fraction, upper: Fraction) -> list[Fraction]:
    """Coefficients of p(lower + (upper - lower) u) in u, by Horner's rule."""
    result = [Fraction(0)] * len(line)
    for coefficient in reversed(line):
        shifted = [Fraction(0), *(x * (upper - lower) for x in result[:-1])]
        result = [x * lower + y for x, y in zip(result, shifted, strict=True)]
        result[0] += coefficient
    return result


def _bernstein(line: Sequence[Fraction], degree: int) -> list[Fraction]:
    ratios = [a / math.comb(degree, m) for m, a in enumerate(line)]
    return [sum((math.comb(j, m) * ratios[m] for m in range(j + 1)), Fraction(0)) for j in range(degree + 1)]
