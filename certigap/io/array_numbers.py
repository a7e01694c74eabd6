"""Exact numbers and names out of NumPy arrays: integers, or text; floats rounded to a named denominator.

A key that is missing, a type that is not exact and a shape that does not fit are refused by name.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, parse_rational, rational
from certigap.io.floats import rounded_number, rounded_row

__all__ = ["Arrays", "Exact", "Numbers"]

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]
Exact: TypeAlias = npt.NDArray[Any]
"""Of `Fraction`s."""

_KINDS = "iuUf"  # integers, text, floats
_MAX_DENOMINATOR = 2**512  # longer ones say nothing more of a float and make every number long


class Numbers:
    """The arrays of one file, read as what they must be; `rounding` is the largest change that floats suffered."""

    def __init__(self, where: str, arrays: Arrays, from_floats: int | None = None) -> None:
        if from_floats is not None and not 1 <= from_floats <= _MAX_DENOMINATOR:
            raise InputError(f"{where}: expected a denominator for floats from 1 to 2^512, got {from_floats}")
        self.where = where
        self.arrays = arrays
        self.from_floats = from_floats
        self.rounding: Fraction | None = None

    def array(self, key: str, shape: Sequence[int | None] | None = None) -> npt.NDArray[Any]:
        """An array of integers, text or floats, of a shape (`None`: any length)."""
        if key not in self.arrays:
            raise InputError(
                f"{self.where}: expected the array {key!r}, got {', '.join(sorted(self.arrays)) or 'none'}"
            )
        array = self.arrays[key]
        if array.dtype.kind not in _KINDS or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
            raise InputError(f"{self.where}: {key}: expected integers or text, got {array.dtype}")
        if shape is not None and not _fits(array.shape, shape):
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise InputError(f"{self.where}: {key}: expected the shape ({wanted}), got {array.shape}")
        return array

    def fractions(self, key: str, shape: Sequence[int | None] | None = None) -> Exact:
        """An array of `Fraction`s."""
        array = self.array(key, shape)
        result = np.empty(array.size, dtype=object)
        result[:] = [self.number(value, key) for value in array.ravel().tolist()]
        return result.reshape(array.shape)

    def over(self, key: str, shape: Sequence[int | None], divisor: str, per: Sequence[int]) -> Exact:
        """`fractions(key) / fractions(divisor)`, the divisor a scalar or of shape `per` (absent: 1)."""
        values = self.fractions(key, shape)
        if divisor not in self.arrays:
            return values
        divisors = self.fractions(divisor, () if self.arrays[divisor].ndim == 0 else per)
        if any(value <= 0 for value in divisors.ravel()):
            raise InputError(f"{self.where}: {divisor}: expected numbers above 0, got others too")
        divided = values / divisors.reshape(divisors.shape + (1,) * (values.ndim - divisors.ndim))
        return np.asarray(divided, dtype=object)

    def rows(self, key: str, shape: Sequence[int | None], divisor: str, per: Sequence[int]) -> list[list[Fraction]]:
        """Probability rows along the last axis; floats are rounded by rows, integers without a divisor are weights."""
        array = self.array(key, shape)
        if array.dtype.kind in "iu" and divisor not in self.arrays:
            return [_shares(row) for row in array.reshape(-1, array.shape[-1]).tolist()]
        if array.dtype.kind != "f":
            return [list(row) for row in self.over(key, shape, divisor, per).reshape(-1, array.shape[-1])]
        denominator = self.denominator(key)
        result = []
        for index, row in enumerate(array.reshape(-1, array.shape[-1]).tolist()):
            exact = rounded_row(row, denominator, f"{self.where}: {key}: row {index}")
            self.record(sum((abs(x - Fraction(y)) for x, y in zip(exact, row, strict=True)), Fraction(0)))
            result.append(exact)
        return result

    def integers(self, key: str, shape: Sequence[int | None]) -> list[int]:
        """A flat list of integers."""
        values = self.fractions(key, shape).ravel().tolist()
        if self.arrays[key].dtype.kind == "f" or any(value.denominator != 1 for value in values):
            raise InputError(f"{self.where}: {key}: expected integers, got other numbers too")
        return [int(value) for value in values]

    def names(self, key: str, count: int) -> tuple[str, ...] | None:
        """Names, or `None` where the file has none."""
        if key not in self.arrays:
            return None
        array = self.array(key, (count,))
        if array.dtype.kind != "U":
            raise InputError(f"{self.where}: {key}: expected text, got {array.dtype}")
        return tuple(array.tolist())

    def number(self, value: int | str | float, what: str) -> Fraction:
        """One entry as a `Fraction`."""
        if isinstance(value, int):
            return Fraction(value)
        if isinstance(value, str):
            return self.rational(value, what)
        exact = rounded_number(value, self.denominator(what))
        self.record(abs(exact - Fraction(value)))
        return exact

    def rational(self, value: RationalLike, what: str) -> Fraction:
        """A rational given as text or number; the message names `what`."""
        try:
            return parse_rational(value) if isinstance(value, str) else rational(value)
        except ValueError as error:
            raise InputError(f"{self.where}: {what}: {error}") from None

    def denominator(self, what: str) -> int:
        """The denominator for floats; refuses them without one."""
        if self.from_floats is None:
            raise InputError(
                f"{self.where}: {what}: expected integers or text, got floats; from_floats=1000000 rounds them, by name"
            )
        return self.from_floats

    def record(self, change: Fraction) -> None:
        """Keep the largest change."""
        self.rounding = change if self.rounding is None else max(self.rounding, change)


def _shares(weights: list[int]) -> list[Fraction]:
    """Weights over their sum; where that is not above 0, the weights themselves, which are no probabilities."""
    total = sum(weights)
    return [Fraction(weight, total if total > 0 else 1) for weight in weights]


def _fits(shape: tuple[int, ...], wanted: Sequence[int | None]) -> bool:
    return len(shape) == len(wanted) and all(w is None or s == w for s, w in zip(shape, wanted, strict=True))
