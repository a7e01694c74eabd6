"""Exact numbers: strict rationals, vectors over one denominator, intervals; linear algebra in modules of its own."""

from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_int, format_rational, parse_int, parse_rational, rational
from certigap.exact.vector import Bracket, Vector

__all__ = [
    "Bracket",
    "Interval",
    "RationalLike",
    "Vector",
    "format_int",
    "format_rational",
    "parse_int",
    "parse_rational",
    "rational",
]
