"""Shares of one as integer arrays in units of 2^-28, and numbers of up to 62 bits times them (FORMAT 16)."""

import numpy as np

from certigap.exact.integers import IndexArray

__all__ = ["ONE", "share", "times_down", "times_up"]

BITS = 28
ONE = 1 << BITS
_MOST = 4 * ONE
_LOW = (1 << 31) - 1


def share(part: IndexArray, whole: IndexArray) -> IndexArray:
    """floor(2^28 part/whole), at most 2^30; 0 where `whole` is 0. Both are from 0 to 2^62; no division overflows.

    >>> share(np.array([1, 9, 5]), np.array([3, 2, 0])).tolist()
    [89478485, 1073741824, 0]
    """
    safe = np.maximum(whole, 1)
    units = part // safe
    rest = part - units * safe
    result = np.minimum(units, _MOST >> BITS)
    for _ in range(BITS):
        rest <<= 1
        bit = rest >= safe
        rest -= np.where(bit, safe, 0)
        result = 2 * result + bit
    return np.where(whole > 0, np.minimum(result, _MOST), 0)


def times_down(number: IndexArray, shares: IndexArray) -> IndexArray:
    """floor(number shares 2^-28); the result must be below 2^62."""
    return (((number >> 31) * shares) << 3) + (((number & _LOW) * shares) >> BITS)


def times_up(number: IndexArray, shares: IndexArray) -> IndexArray:
    """ceil(number shares 2^-28)"""
    return (((number >> 31) * shares) << 3) + (((number & _LOW) * shares + ONE - 1) >> BITS)
