"""Integer arrays that cannot overflow: `int64` where every entry fits with room to spare, Python integers otherwise."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FloatArray", "IndexArray", "IntArray", "as_object", "bit_length", "integer_array"]

IntArray: TypeAlias = npt.NDArray[Any]
"""`int64` or object (Python integers)."""

IndexArray: TypeAlias = npt.NDArray[np.int64]

FloatArray: TypeAlias = npt.NDArray[np.float64]
"""Proposals, never facts."""

_SAFE_BITS = 62  # one of 64 is the sign, one is kept for the last sum
_SAFE = 2**_SAFE_BITS


def integer_array(values: Sequence[int] | IntArray) -> IntArray:
    """One-dimensional array of exact integers: `int64` when all are below 2^62 in size, else object."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and bit_length(values) <= _SAFE_BITS:
        return values.astype(np.int64)
    items = [int(value) for value in values]
    if all(-_SAFE < value < _SAFE for value in items):
        return np.array(items, dtype=np.int64)
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result


def as_object(array: IntArray) -> IntArray:
    """The same integers as Python integers, so that products never overflow."""
    return array if array.dtype == object else array.astype(object)


def bit_length(array: IntArray) -> int:
    """Bits of the longest entry; 0 for an empty array."""
    if array.size == 0:
        return 0
    return max(int(array.max()).bit_length(), int(array.min()).bit_length())
