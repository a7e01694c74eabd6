"""FORMAT 18: games with several parameters: polynomials in all of them, their signs on boxes by Bernstein's basis."""

import math
from fractions import Fraction
from typing import Any

from limits import hold, longest, spend, weight
from parametric import ParametricGame
from polynomials import Function, Quotients
from reading import ONE, ZERO, Node

Terms = dict[tuple[int, ...], Fraction]  # coefficients other than 0 by exponents
Box = list[tuple[Fraction, Fraction]]


def pay(p: Terms, q: Terms) -> None:
    """Before an operation that takes every term of the one with every one of the other"""
    hold(len(p) * len(q), 0)
    spend(1 + 2 * len(p) * len(q) * weight(longest(p.values()) + longest(q.values())))


class ManyQuotients(Quotients):
    """Quotients of polynomials in all the parameters."""

    def plus(self, p: Terms, q: Terms) -> Terms:
        pay(p, {(): ONE})
        pay(q, {(): ONE})
        total = dict(p)
        for exponents, x in q.items():
            total[exponents] = total.get(exponents, ZERO) + x
        return {exponents: x for exponents, x in total.items() if x}

    def times(self, p: Terms, q: Terms) -> Terms:
        pay(p, q)
        total: Terms = {}
        for e, x in p.items():
            for f, y in q.items():
                place = tuple(a + b for a, b in zip(e, f))
                total[place] = total.get(place, ZERO) + x * y
        return {exponents: x for exponents, x in total.items() if x}

    def number(self, x: Fraction) -> Terms:
        return {(0,) * len(self.names): x} if x else {}

    def variable(self, name: str) -> Terms:
        return {tuple(int(own == name) for own in self.names): ONE}

    def read(self, node: Node) -> Terms:
        """A list of terms: an integer, then its exponent of each parameter in the order of their names"""
        order, found = sorted(range(len(self.names)), key=self.names.__getitem__), dict[tuple[int, ...], Fraction]()
        for term in node.items():
            factor, *powers = (x.integer() for x in term.items(1 + len(order)))
            if min(powers) < 0 or max(powers) > 10**4:
                term.fail("exponents from 0 to 10000")
            exponents = [0] * len(order)
            for k, power in zip(order, powers):
                exponents[k] = power
            found = self.plus(found, {tuple(exponents): Fraction(factor)} if factor else {})
        return found

    def quotient(self, p: Terms, q: Terms) -> Terms | None:
        """The polynomial p / q, if it is one: the highest terms of p are taken away by multiples of q"""
        first, result = max(q), dict[tuple[int, ...], Fraction]()
        while p:
            highest = max(p)
            step = tuple(a - b for a, b in zip(highest, first))
            if min(step) < 0:
                return None
            factor = p[highest] / q[first]
            result[step] = factor
            p = self.plus(p, self.times(q, {step: -factor}))
        return result


class ManyParameters(ParametricGame):
    """A game with several parameters. What is claimed of a box is claimed of its values for which there is a game."""

    has_one, new_ring, regions = False, ManyQuotients, "boxes (where there is a game)"

    def region(self, node: Node) -> Box:
        members = node.fields(self.ring.names)
        ends = [[x.rational() for x in members[name].items(2)] for name in self.ring.names]
        return [(low, high) if low <= high else node.fail("ends in order") for low, high in ends]

    def check_on(self, region: Any, where: str) -> None:
        """Nothing: see above."""

    def holds_on(self, f: Function, region: Any, strict: bool) -> bool:
        """Whether f >= 0 (> 0) in the box; factors 1 - discount, above 0 wherever there is a game, are left out"""
        p, stays = self.ring.times(*f), self.ring.times(*self.ring.minus(self.ring.constant(ONE), self.factor))
        if not p:
            return not strict
        while len(stays) > 1 and (less := self.ring.quotient(p, stays)) is not None:  # type: ignore[attr-defined]
            p = less
        least = least_coefficient(p, region)
        return least > 0 if strict else least >= 0


def least_coefficient(p: Terms, box: Box) -> Fraction:
    """The least coefficient of Bernstein's on the box: the polynomial is nowhere below it"""
    sizes = [max(e[k] for e in p) + 1 for k in range(len(box))]
    length = longest(p.values()) + sum(size * longest(ends) for size, ends in zip(sizes, box)) + 2 * sum(sizes)
    hold(math.prod(sizes), length)
    spend(4 * math.prod(sizes) * sum(sizes) * weight(length))
    table = p
    for axis, (low, high) in enumerate(box):
        lines: dict[tuple[int, ...], list[Fraction]] = {}
        for e, x in table.items():
            lines.setdefault((*e[:axis], 0, *e[axis + 1 :]), [ZERO] * sizes[axis])[e[axis]] = x
        table = {
            (*place[:axis], j, *place[axis + 1 :]): x
            for place, line in lines.items()
            for j, x in enumerate(bernstein(line, low, high))
        }
    return min(table.values())


def bernstein(line: list[Fraction], low: Fraction, high: Fraction) -> list[Fraction]:
    """The coefficients on [low, high] of a polynomial in one variable, the constant first"""
    moved = [ZERO] * len(line)
    for x in reversed(line):  # Horner's rule in low + (high - low) u
        moved = [own * low + below * (high - low) for own, below in zip(moved, [ZERO, *moved])]
        moved[0] += x
    shares = [x / math.comb(len(line) - 1, m) for m, x in enumerate(moved)]
    return [sum((math.comb(j, m) * shares[m] for m in range(j + 1)), ZERO) for j in range(len(line))]


def game_parametric_boxes(node: Node) -> ManyParameters:
    return ManyParameters(node)
