"""Strict rationals: what text is a rational, and the one way each is written (FORMAT 2)."""

import sys
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certigap.exact.interval import Interval
from certigap.exact.rational import MAX_DIGITS, format_int, format_rational, parse_int, parse_rational, rational
from certigap.exact.vector import Vector

NOT_RATIONALS = [
    *("", " ", " 1", "1 ", "1\n", "+1", "--1", "-", "1_000", "0x10", "1e3", "1E-3", ".5", "5.", "-.5", "01", "-01"),
    *("1/0", "1/1", "2/4", "4/2", "0/5", "1/-2", "1 /2", "1/ 2", "1/2/3", "1.5/2", "1/2.5", "1/02", "-0", "-0.0"),
    *("nan", "inf", "Infinity", "\u0663", "\uff11", "1/\uff12", "½", "1,5", "0b1", "true", "\x001"),
]


@pytest.mark.parametrize("text", NOT_RATIONALS)
def test_loose_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_rational(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("-7", Fraction(-7)),
        ("3/4", Fraction(3, 4)),
        ("-3/4", Fraction(-3, 4)),
        ("0.75", Fraction(3, 4)),
        ("-0.25", Fraction(-1, 4)),
        ("0.0", Fraction(0)),
        ("1.0", Fraction(1)),
        ("0.10", Fraction(1, 10)),
    ],
)
def test_known_values(text: str, value: Fraction) -> None:
    assert parse_rational(text) == value


@given(st.fractions())
def test_canonical_text_round_trips(value: Fraction) -> None:
    assert parse_rational(format_rational(value)) == value
    assert format_rational(value) == str(value)


@given(st.integers(-(10**9), 10**9), st.integers(1, 12))
def test_decimals_mean_what_they_say(number: int, places: int) -> None:
    digits = str(abs(number)).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    assert parse_rational(f"{sign}{digits[:-places]}.{digits[-places:]}") == Fraction(number, 10**places)


@pytest.mark.parametrize("digits", [639, 640, 641, 4299, 4300, 4301, 5000, MAX_DIGITS])
def test_long_integers_round_trip(digits: int) -> None:
    value = 10**digits - 7
    assert format_int(value) == "9" * (digits - 1) + "3"
    assert parse_int("9" * (digits - 1) + "3") == value
    assert parse_rational(format_rational(Fraction(-value, 2))) == Fraction(-value, 2)


def test_the_limit_of_the_process_is_neither_needed_nor_changed() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert parse_int(format_int(3**3000)) == 3**3000
        assert sys.get_int_max_str_digits() == 640
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize("text", ["1" * 10**6, "1/" + "3" * 10**6, "0." + "1" * 10**6])
def test_a_million_digits_are_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ValueError, match=f"at most {MAX_DIGITS} digits, got 100000"):
        parse_rational(text)
    assert time.perf_counter() - start < 1


def test_messages_stay_short() -> None:
    with pytest.raises(ValueError, match="expected a rational") as error:
        parse_rational("x" * 10_000)
    assert len(str(error.value)) < 150


@pytest.mark.parametrize("value", [0.5, True, None, 1j, [1]])
def test_only_exact_types_are_numbers(value: object) -> None:
    with pytest.raises(TypeError, match="expected an int, a Fraction or a string"):
        rational(value)  # type: ignore[arg-type]


@given(st.lists(st.fractions(max_denominator=50), min_size=1, max_size=6))
def test_vectors_hold_the_same_numbers(values: list[Fraction]) -> None:
    vector = Vector.of(values)
    assert vector.fractions() == values
    assert vector.dot([2] * len(values), 3) == sum(values) * Fraction(2, 3)


def test_interval_ends_are_ordered() -> None:
    with pytest.raises(ValueError, match="expected lower <= upper, got 2 > 1"):
        Interval(Fraction(2), Fraction(1))
    assert Fraction(1) in Interval(None, Fraction(1))
    assert Fraction(2) not in Interval(None, Fraction(1))
