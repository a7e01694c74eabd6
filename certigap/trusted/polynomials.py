"""Polynomials in one variable over the rationals, their quotients, and their signs on segments of the line (FORMAT 18).

A polynomial is the list of its coefficients, the constant first, without zeros at its end; a function is a pair.
"""

import itertools
from fractions import Fraction
from typing import Any

from limits import longest, spend, weight
from reading import ONE, ZERO, Node

Poly = list[Fraction]
Function = tuple[Any, Any]  # numerator, denominator
Isolated = tuple[Poly, Fraction, Fraction]  # a polynomial with one root between two rationals, or twice that rational


def trimmed(p: Poly) -> Poly:
    while p and not p[-1]:
        p = p[:-1]
    return p


def pay(p: Poly, q: Poly) -> None:
    """Before an operation that takes every coefficient of the one with every one of the other"""
    spend(1 + len(p) * len(q) * weight(longest(p) + longest(q)))


def plus(p: Poly, q: Poly) -> Poly:
    pay(p, [ONE])
    pay(q, [ONE])
    size = max(len(p), len(q))
    return trimmed([x + y for x, y in zip(p + [ZERO] * (size - len(p)), q + [ZERO] * (size - len(q)))])


def times(p: Poly, q: Poly) -> Poly:
    pay(p, q)
    result = [ZERO] * (len(p) + len(q))
    for k, x in enumerate(p):
        for m, y in enumerate(q):
            result[k + m] += x * y
    return trimmed(result)


def divided(p: Poly, q: Poly) -> tuple[Poly, Poly]:
    """Quotient and remainder"""
    quotient, rest = [ZERO] * max(0, len(p) - len(q) + 1), list(p)
    for k in range(len(p) - len(q), -1, -1):
        pay(q, [rest[k + len(q) - 1]])
        quotient[k] = rest[k + len(q) - 1] / q[-1]
        for m, y in enumerate(q):
            rest[k + m] -= quotient[k] * y
    return trimmed(quotient), trimmed(rest)


def monic(p: Poly) -> Poly:
    pay(p, [ONE])
    return [x / p[-1] for x in p]


def common_factor(p: Poly, q: Poly) -> Poly:
    while q:
        p, q = q, divided(p, monic(q))[1]
    return monic(p) if p else p


def derivative(p: Poly) -> Poly:
    return trimmed([k * x for k, x in enumerate(p)][1:])


def value(p: Poly, x: Fraction) -> Fraction:
    pay(p, [x] * (len(p) + 1))
    total = ZERO
    for coefficient in reversed(p):
        total = total * x + coefficient
    return total


def simple(p: Poly) -> Poly:
    """The same roots, each once"""
    return divided(p, common_factor(p, derivative(p)))[0] if len(p) > 1 else p


def odd_part(p: Poly) -> Poly:
    """The roots of odd multiplicity, each once: where the sign changes: factors by multiplicity in turn."""
    rest, result, is_odd = p, [ONE], True
    roots = simple(rest)
    while len(roots) > 1:
        rest = divided(rest, roots)[0]
        more = common_factor(roots, rest)
        result = times(result, divided(roots, more)[0]) if is_odd else result
        roots, is_odd = more, not is_odd
    return result


def count_roots(p: Poly, low: Fraction, high: Fraction) -> int:
    """Distinct roots in (low, high], by Sturm's chain; `low` is no root"""
    chain = [p, derivative(p)]
    while chain[-1]:
        rest = divided(chain[-2], chain[-1])[1]
        chain.append([-x / abs(rest[-1]) for x in rest])
    signs = [[v > 0 for v in (value(q, x) for q in chain if q) if v] for x in (low, high)]
    before, after = (sum(a != b for a, b in itertools.pairwise(own)) for own in signs)
    return before - after


def inside(p: Poly, low: Fraction, high: Fraction) -> int:
    """Distinct roots in the open interval (low, high)"""
    for end in (low, high):
        if p and not value(p, end):
            p = divided(simple(p), [-end, ONE])[0]
    return count_roots(p, low, high) if len(p) > 1 else 0


def is_isolated(end: Isolated) -> bool:
    p, low, high = end
    return low < high and bool(value(p, low)) and bool(value(p, high)) and inside(p, low, high) == 1


def is_root(p: Poly, end: Isolated) -> bool:
    """Whether the end is a root of `p`"""
    if end[1] == end[2]:
        return not value(p, end[1])
    return inside(common_factor(p, end[0]), end[1], end[2]) > 0


def is_alone(roots: Poly, end: Isolated) -> bool:
    """Beside the end itself, no root lies in its interval."""
    if end[1] == end[2]:
        return True
    others = inside(roots, end[1], end[2]) - is_root(roots, end)
    return not others and bool(value(roots, end[1])) and bool(value(roots, end[2]))


def far(p: Poly) -> Fraction:
    """Beyond all roots, by Cauchy's bound"""
    pay(p, [ONE])
    return 1 + max((abs(x / p[-1]) for x in p), default=ONE)


def has_sign_at(p: Poly, end: Isolated, strict: bool) -> bool:
    """Whether p >= 0 (> 0 when `strict`) at an end; False also where another root of `p` is in the end's interval"""
    if is_root(p, end):
        return not strict
    return is_alone(simple(p), end) and value(p, end[1]) > 0


def has_sign(p: Poly, lower: Isolated | None, upper: Isolated | None, closed: tuple[bool, bool], strict: bool) -> bool:
    """Whether p >= 0 on the segment (> 0 when `strict`) between two ends, `None` for infinite, each in it or not.

    False also where an end's interval holds another root of `p` or reaches beyond the segment: then it is too wide.
    """
    if not p:
        return not strict
    if lower is not None and lower == upper:
        return closed == (True, True) and has_sign_at(p, lower, strict)
    roots = simple(p) if strict else odd_part(p)
    for end, is_in in ((lower, closed[0]), (upper, closed[1])):
        if end is not None and (not is_alone(roots, end) or (strict and is_in and is_root(p, end))):
            return False
    left = -far(roots) if lower is None else lower[2]
    right = far(roots) if upper is None else upper[1]
    if lower is None or upper is None:
        left, right = min(left, right - 1 if lower is None else left), max(right, left + 1 if upper is None else right)
    samples = [left + (right - left) * k / 7 for k in (1, 3, 5)]
    return left < right and inside(roots, left, right) == 0 and any(value(p, x) > 0 for x in samples)


class Quotients:
    """Functions as pairs of polynomials of some kind; nothing is cancelled. Here of one variable."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def plus(self, p: Any, q: Any) -> Any:
        return plus(p, q)

    def times(self, p: Any, q: Any) -> Any:
        return times(p, q)

    def number(self, x: Fraction) -> Any:
        return trimmed([x])

    def variable(self, name: str) -> Any:
        return [ZERO, ONE]

    def read(self, node: Node) -> Any:
        """A polynomial with integer coefficients"""
        return trimmed([Fraction(x.integer()) for x in node.items()])

    def constant(self, x: Fraction) -> Function:
        return self.number(x), self.number(ONE)

    def add(self, f: Function, g: Function) -> Function:
        if f[1] == g[1]:
            return self.plus(f[0], g[0]), f[1]
        return self.plus(self.times(f[0], g[1]), self.times(g[0], f[1])), self.times(f[1], g[1])

    def mul(self, f: Function, g: Function) -> Function:
        return self.times(f[0], g[0]), self.times(f[1], g[1])

    def negative(self, f: Function) -> Function:
        return self.times(f[0], self.number(-ONE)), f[1]

    def minus(self, f: Function, g: Function) -> Function:
        return self.add(f, self.negative(g))
