"""Profiles at a joint distance of exactly eps from an equilibrium E = e_1 e_2'.

For a fixed y the distance D(x) = ||xy' - E||_1 is convex and piecewise linear in x. On a segment whose ends lie on
different sides of eps it takes the value eps at a point that is found by going through the kinks: a rational point
when the data are rational. The same code serves floats (search) and fractions (the witness).
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

__all__ = ["distance", "onto_shell"]

_LONGEST = 10**6  # a row nearer to the center has no direction in floats

Number: TypeAlias = Any
"""`float` or `Fraction`, the same throughout a call."""

Profile: TypeAlias = tuple[list[Number], list[Number]]


def distance(x: Sequence[Number], y: Sequence[Number], target: Profile) -> Number:
    """||xy' - e_1 e_2'||_1."""
    pairs = ((p * q, e * f) for p, e in zip(x, target[0], strict=True) for q, f in zip(y, target[1], strict=True))
    return sum((abs(p - e) for p, e in pairs), x[0] * 0)


def onto_shell(profile: Profile, target: Profile, eps: Number) -> Iterator[Profile]:
    """Profiles at distance eps near `profile`: one of its rows moved towards the equilibrium's, or away from it."""
    x, y = profile
    e, f = target
    here = distance(x, y, target)
    if here == eps:
        yield profile
        return
    first, second = _moved(x, y, (e, f), here, eps), _moved(y, x, (f, e), here, eps)
    if first is not None:
        yield first, y
    if second is not None:
        yield x, second


def _moved(own: list[Number], other: list[Number], target: Profile, here: Number, eps: Number) -> list[Number] | None:
    corners = ([own[0] * 0 + int(k == a) for k in range(len(own))] for a in range(len(own)))
    ends = [target[0]] if here > eps else [*_outward(own, target[0]), *corners]
    for end in ends:
        share = _crossing(own, end, other, target, eps)
        if share is not None:
            return [p + share * (q - p) for p, q in zip(own, end, strict=True)]
    return None


def _outward(own: list[Number], center: list[Number]) -> list[list[Number]]:
    """Where the ray from the center through the row leaves the simplex."""
    steps = [(p, p - e) for p, e in zip(own, center, strict=True)]
    room = min((p / -d for p, d in steps if d < 0), default=None)
    if room is None or room > _LONGEST:
        return []
    return [[p + room * d for p, d in steps]]


def _crossing(
    start: list[Number], end: list[Number], other: list[Number], target: Profile, eps: Number
) -> Number | None:
    """The share t in [0, 1] at which start + t (end - start) has the distance eps, if the ends lie on its two sides."""
    zero = start[0] * 0
    cells = [
        (p * w - e * f, (q - p) * w)
        for p, q, e in zip(start, end, target[0], strict=True)
        for w, f in zip(other, target[1], strict=True)
    ]

    def height(t: Number) -> Number:
        return sum((abs(c + t * d) for c, d in cells), zero) - eps

    kinks = sorted(t for t in (-c / d for c, d in cells if d) if 0 < t < 1)
    low, at_low = zero, height(zero)
    for high in [*kinks, zero + 1]:
        at_high = height(high)
        if at_high == 0:
            return high
        if (at_low < 0) != (at_high < 0):
            return low + (high - low) * at_low / (at_low - at_high)
        low, at_low = high, at_high
    return None
