"""Algebraic numbers, sets of reals and ranges of polynomials, against evaluation at points and sympy's own roots."""

from fractions import Fraction

import sympy
from hypothesis import given
from hypothesis import strategies as st

from certigap.exact.algebraic import Algebraic, evaluate, roots
from certigap.exact.bernstein import polynomial_range
from certigap.exact.real_set import NOTHING, REALS, RealSet, between, where_sign

COEFFICIENTS = st.lists(st.integers(-6, 6), min_size=1, max_size=6).map(tuple).filter(lambda c: c[0] != 0)
POINTS = st.fractions(min_value=-4, max_value=4, max_denominator=12)


@given(COEFFICIENTS)
def test_roots_are_sympys_in_order(coefficients: tuple[int, ...]) -> None:
    found = roots(coefficients)
    theirs = sorted({sympy.N(r, 30) for r in sympy.Poly(coefficients, sympy.Symbol("x")).real_roots()})
    assert len(found) == len(theirs)
    assert all(abs(float(mine) - float(other)) < 1e-9 for mine, other in zip(found, theirs, strict=True))
    assert list(found) == sorted(found)


@given(COEFFICIENTS, COEFFICIENTS)
def test_order_of_roots_of_two_polynomials_is_that_of_their_values(
    first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    x = sympy.Symbol("x")
    for mine in roots(first):
        for other in roots(second):
            gap = sympy.N(mine.expression() - other.expression(), 40)
            assert (mine == other) == (abs(gap) < sympy.Float("1e-30")), x
            assert (mine < other) == (mine != other and gap < 0)


@given(COEFFICIENTS, COEFFICIENTS, POINTS)
def test_sets_combine_as_truth_values_do(first: tuple[int, ...], second: tuple[int, ...], point: Fraction) -> None:
    a, b = where_sign(first, lambda sign: sign >= 0), where_sign(second, lambda sign: sign < 0)
    in_a, in_b = evaluate(first, point) >= 0, evaluate(second, point) < 0
    assert (point in a, point in b) == (in_a, in_b)
    assert (point in (a & b), point in (a | b), point in (a - b)) == (in_a and in_b, in_a or in_b, in_a and not in_b)
    assert (a - b) | (a & b) == a
    for root in roots(first):
        assert root in a


@given(COEFFICIENTS, COEFFICIENTS)
def test_a_sample_is_in_the_set_and_segments_rebuild_it(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    found = where_sign(first, lambda sign: sign > 0) - where_sign(second, lambda sign: sign == 0)
    point = found.sample()
    assert (point is not None) == bool(found)
    assert point is None or point in found
    rebuilt = NOTHING
    for segment in found.segments():
        part = REALS
        for end, is_open, side in ((segment.lower, segment.lower_open, 1), (segment.upper, segment.upper_open, -1)):
            if end is not None:
                part &= RealSet((end,), (side < 0, not is_open, side > 0))
        rebuilt |= part
    assert rebuilt == found


def test_texts_of_sets() -> None:
    assert str(where_sign((1, 0, -2), lambda sign: sign > 0)) == "(-oo, -sqrt(2) ~ -1.41421) u (sqrt(2) ~ 1.41421, oo)"
    assert str(between(Fraction(1, 2), Fraction(1, 2))) == "{1/2}"
    assert str(NOTHING) == "{}"
    assert Algebraic.rational(Fraction(3)) in between(Fraction(3), None)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 2)), st.fractions(-5, 5, max_denominator=4), max_size=5
    ),
    st.tuples(POINTS, POINTS),
    st.tuples(POINTS, POINTS),
    st.tuples(st.fractions(0, 1, max_denominator=7), st.fractions(0, 1, max_denominator=7)),
)
def test_ranges_hold_every_value_and_are_sharp_where_a_corner_is_extreme(
    terms: dict[tuple[int, int], Fraction],
    first: tuple[Fraction, Fraction],
    second: tuple[Fraction, Fraction],
    at: tuple[Fraction, Fraction],
) -> None:
    box = [(min(first), max(first)), (min(second), max(second))]
    lower, upper = polynomial_range(terms, box)
    point = [low + t * (high - low) for (low, high), t in zip(box, at, strict=True)]
    value = sum((c * point[0] ** e[0] * point[1] ** e[1] for e, c in terms.items()), Fraction(0))
    assert lower <= value <= upper
    linear = {e: c for e, c in terms.items() if max(e) <= 1}
    corners = [sum((c * x ** e[0] * y ** e[1] for e, c in linear.items()), Fraction(0)) for x in box[0] for y in box[1]]
    assert polynomial_range(linear, box) == (min(corners), max(corners))
