"""Strict rationals: what text is a rational, and the one way each rational is written.

Text is `-?int`, `p/q` in lowest terms with q > 1, or a plain decimal without exponent (FORMAT 2). The canonical
form is an integer or lowest terms. CPython refuses `int <-> str` beyond 4,300 digits; longer ones go through
python-flint, and the limit of the user's process is left alone.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from certigap.errors import InexactError, InputError

__all__ = [
    "MAX_DIGITS",
    "RationalLike",
    "format_int",
    "format_rational",
    "parse_int",
    "parse_ratio",
    "parse_rational",
    "rational",
    "rational_of",
    "typed_rational",
]

RationalLike: TypeAlias = int | Fraction | str

MAX_DIGITS = 100_000  # FORMAT 1: what text may cost
_BUILTIN_DIGITS = 640  # the smallest limit that a process can set for CPython's own conversion
_TYPED = re.compile(r"([+-]?)(?:([0-9]+)/([0-9]+)|([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?)(%?)", re.ASCII)
_RATIONAL = re.compile(r"(-?)(0|[1-9][0-9]*)(?:/([1-9][0-9]*)|\.([0-9]+))?", re.ASCII)


def parse_int(digits: str) -> int:
    """The integer written by `digits` (an optional sign and ASCII digits), at most `MAX_DIGITS` of them.

    >>> parse_int("-12")
    -12
    """
    if len(digits) <= _BUILTIN_DIGITS:
        return int(digits)
    if len(digits) > MAX_DIGITS:
        raise InputError(f"expected a number of at most {MAX_DIGITS} digits, got {len(digits)}")
    from flint import fmpz

    return int(fmpz(digits))


def format_int(value: int) -> str:
    """Decimal digits of an integer of any size.

    >>> len(format_int(10**5000))
    5001
    """
    if value.bit_length() <= 3 * _BUILTIN_DIGITS:
        return str(value)
    from flint import fmpz

    return str(fmpz(value))


def parse_ratio(text: str) -> tuple[int, int]:
    """Numerator and denominator, in lowest terms, of the rational written by `text`; otherwise as `parse_rational`.

    >>> parse_ratio("-0.250")
    (-1, 4)
    """
    match = _RATIONAL.fullmatch(text)
    if match is None:
        raise InputError(f"expected a rational such as -3, 3/4 or 0.75, got {_shorten(text)}")
    sign, whole, bottom, decimals = match.groups()
    denominator = 1
    if decimals is not None:
        numerator, denominator = parse_int(whole + decimals), 10 ** len(decimals)
        factor = math.gcd(numerator, denominator)
        numerator, denominator = numerator // factor, denominator // factor
    elif bottom is not None:
        numerator, denominator = parse_int(whole), parse_int(bottom)
        if denominator == 1 or math.gcd(numerator, denominator) != 1:
            raise InputError(f"expected lowest terms with a denominator above 1, got {_shorten(text)}")
    else:
        numerator = parse_int(whole)
    if sign and not numerator:
        raise InputError(f"expected 0 without a sign, got {_shorten(text)}")
    return -numerator if sign else numerator, denominator


def parse_rational(text: str) -> Fraction:
    """The rational written by `text`; `ValueError` (expected, got) when it is not strictly written.

    >>> parse_rational("3/4"), parse_rational("-0.25")
    (Fraction(3, 4), Fraction(-1, 4))
    """
    return Fraction(*parse_ratio(text))


def format_rational(value: Fraction | int) -> str:
    """Canonical text: an integer, or `p/q` in lowest terms.

    >>> format_rational(Fraction(6, 8)), format_rational(Fraction(4, 2))
    ('3/4', '2')
    """
    if value.denominator == 1:
        return format_int(value.numerator)
    return f"{format_int(value.numerator)}/{format_int(value.denominator)}"


def rational(value: RationalLike) -> Fraction:
    """An exact number from an exact type; a `float` (or a `bool`) is a `TypeError`, never a guess.

    >>> rational("1/20")
    Fraction(1, 20)
    """
    if isinstance(value, str):
        return parse_rational(value)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool):
        raise InexactError(f"expected an int, a Fraction or a string, got the bool {value}")
    if isinstance(value, int):
        return Fraction(value)
    if hasattr(value, "__index__"):
        return Fraction(value.__index__())
    if isinstance(value, float):
        raise InexactError(
            f"expected an int, a Fraction or a string, got the float {float(value)!r}{_instead(float(value))}; "
            "floats are taken only by name (for example Policy.from_floats)"
        )
    raise InexactError(f"expected an int, a Fraction or a string, got the {type(value).__name__} {str(value)[:40]!r}")


def rational_of(value: RationalLike, what: str) -> Fraction:
    """`rational(value)`; the message of a refusal names `what`."""
    try:
        return rational(value)
    except (InputError, InexactError) as error:
        raise type(error)(f"{what}: {error}") from None


def _instead(value: float) -> str:
    """What to write for a float: its shortest decimal, and the simple fraction that rounds to it where there is one."""
    if not math.isfinite(value) or not 1e-20 < abs(value) < 1e20:
        return ""
    simple = Fraction(value).limit_denominator(10_000)
    fraction = f' or "{simple}"' if float(simple) == value and simple.denominator > 1 else ""
    return f': write "{Decimal(repr(value)):f}"{fraction}'


def typed_rational(text: str) -> Fraction:
    """The rational that a person types: as `parse_rational`, also `5/100`, `5%`, `.05`, `5.`, `+1/2`, `5e-2`.

    >>> [str(typed_rational(text)) for text in ("5/100", "5%", ".05", "-2.5%", "5e-2")]
    ['1/20', '1/20', '1/20', '-1/40', '1/20']
    """
    match = _TYPED.fullmatch(text)
    if match is None:
        raise InputError(f"expected a number such as 1/20, 0.05 or 5%, got {_shorten(text)}")
    sign, top, bottom, whole, decimals, exponent, percent = match.groups()
    if top is not None:
        if not bottom.strip("0"):
            raise InputError(f"expected a denominator above 0, got {_shorten(text)}")
        value = Fraction(parse_int(top), parse_int(bottom))
    else:
        digits = (whole or "") + (decimals or "")
        if not digits:
            raise InputError(f"expected a number such as 1/20, 0.05 or 5%, got {_shorten(text)}")
        value = Fraction(parse_int(digits), 10 ** len(decimals or "")) * Fraction(10) ** int(exponent or 0)
    value = value / 100 if percent else value
    return -value if sign == "-" else value


def _shorten(text: str) -> str:
    return repr(text) if len(text) <= 40 else f"{text[:30]!r}... ({len(text)} characters)"
