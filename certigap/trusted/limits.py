"""FORMAT 9: what a check may cost. Work is paid for before it is done; a check that cannot pay ends in `Limit`.

A step is an operation on numbers of up to 512 bits; longer numbers cost the square of their length. A rule pays with
`spend` before each loop whose length or numbers a file can choose, and asks with `hold` before it keeps such numbers;
`common`, `summed` and those after them do both themselves, and so do the passes of the kernel.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

STEPS = 10**8  # for every check; and one more for each byte of the game with each byte of the certificate
BITS = 1 << 31  # of the numbers over one denominator that are held at a time, 256 MiB


class Limit(Exception):
    """A check that would cost more than its files allow: nothing is claimed, exit code 3."""


class Meter:
    """The steps that are left to the present check."""

    def __init__(self) -> None:
        self.given = self.left = STEPS

    def allow(self, game_bytes: int, certificate_bytes: int) -> None:
        """Begin a check of files of these sizes."""
        self.given = self.left = STEPS + game_bytes * certificate_bytes

    def spend(self, steps: int) -> None:
        """Pay for work that is about to be done."""
        if steps > self.left:
            raise Limit(f"steps: expected work of at most {self.given}")
        self.left -= steps


METER = Meter()
spend = METER.spend


def hold(count: int, bits: int) -> None:
    """Ask for room for so many numbers of so many bits, and of an object each."""
    if count * (bits + 256) > BITS:
        raise Limit(f"room: expected numbers of at most {BITS} bits together over one denominator")


def bits(x: Fraction | int) -> int:
    return x.numerator.bit_length() + x.denominator.bit_length()


def longest(numbers: Iterable[Fraction | int]) -> int:
    """Bits of the longest of them."""
    return max(map(bits, numbers), default=0)


def weight(length: int) -> int:
    """Steps of a multiplication, a division or a greatest common divisor of numbers of so many bits."""
    return 1 + (length >> 9) ** 2


def common(numbers: Iterable[Fraction | int], count: int) -> int:
    """The least common denominator, once there is room for `count` numbers over it."""
    return multiple({x.denominator for x in numbers}, count)


def multiple(denominators: set[int], count: int) -> int:
    """Their least common multiple, once there is room for `count` numbers over it."""
    if sum(map(int.bit_length, denominators)) < 256:  # a step each
        spend(len(denominators))
        result = math.lcm(*denominators)
        hold(count, result.bit_length())
        return result
    result = 1
    for den in denominators:
        spend(1 + (result.bit_length() * den.bit_length() >> 16))
        result = math.lcm(result, den)
        hold(count, result.bit_length())
    return result


def over(x: Fraction, den: int) -> int:
    """The numerator of x over `den`, a multiple of its denominator."""
    return x.numerator * (den // x.denominator)


def summed(numbers: Iterable[Fraction]) -> Fraction:
    """Their sum, every addition being paid for."""
    result = Fraction(0)
    for x in numbers:
        spend(1 + (bits(result) * bits(x) >> 16))
        result += x
    return result


def l1(x: list[Fraction], y: list[Fraction]) -> Fraction:
    spend(len(x) * weight(longest(x) + longest(y)))
    return summed(abs(a - b) for a, b in zip(x, y))


def products(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The product weights of the rows, in the order of the joint actions."""
    result = [1]
    for row in rows:
        length = longest(result) + longest(row)
        spend(len(result) * len(row) * weight(length))
        hold(len(result) * len(row), length)
        result = [x * y for x in result for y in row]
    return result
