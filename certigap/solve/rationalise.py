"""Rows made exact: on a grid, or on small fractions close by; what they are worth is decided by their regret."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from certigap.errors import SolverError
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.exploitability import GapAnswer, gaps

__all__ = ["best_rational", "grid_row", "simplest_row"]

_CLOSE = Fraction(1, 2**33)
_MOST = 1_000  # denominators of numbers that games with short data have


def best_rational(game: Game, proposals: Iterable[Any], denominator: int, arithmetic: str = "auto") -> GapAnswer:
    """Of several proposals, each on small fractions where these are near and on the grid, the one of least regret.

    Args:
        game: the game.
        proposals: profiles `[n][S][A_i(s)]` of floats or Fractions, probabilities up to rounding, in order of
            preference; the search ends at the first whose regret is 0.
        denominator: of the grid.
        arithmetic: as `method` of `certigap.semantics.gaps`.

    Returns:
        The gaps of the best profile, which carry the profile itself.

    >>> from certigap.model.build import bimatrix
    >>> best_rational(bimatrix([[2, -1], [-1, 1]]), [[[[0.4, 0.6]], [[0.4, 0.6]]]], 2**52).nash_gap.value
    Fraction(0, 1)
    """
    best: GapAnswer | None = None
    seen: set[Any] = set()
    for policy in _candidates(game, proposals, denominator):
        if policy.rows in seen:
            continue
        seen.add(policy.rows)
        answer = gaps(game, policy, arithmetic)
        if best is None or _regret(answer) < _regret(best):
            best = answer
        if _regret(best) == 0:
            break
    if best is None:
        raise SolverError(f"solver on {game!r}: expected at least one proposal, got none")
    return best


def grid_row(row: Sequence[Any], denominator: int) -> list[Fraction]:
    """The row rounded to a grid, negative entries to 0; the largest entry absorbs the remainder.

    >>> [str(p) for p in grid_row([1 / 3, 2 / 3], 8)]
    ['3/8', '5/8']
    """
    weights = [max(0, round(Fraction(value) * denominator)) for value in row]
    largest = max(range(len(weights)), key=weights.__getitem__)
    weights[largest] += denominator - sum(weights)
    return [Fraction(weight, denominator) for weight in weights]


def simplest_row(row: Sequence[Any]) -> list[Fraction] | None:
    """The row on fractions of denominators up to 1,000 within 2^-33 of each entry, if they sum to 1.

    >>> simplest_row([1 / 3, 2 / 3]), simplest_row([0.123456789, 0.876543211])
    ([Fraction(1, 3), Fraction(2, 3)], None)
    """
    exact = [Fraction(value) for value in row]
    near = [value.limit_denominator(_MOST) for value in exact]
    if sum(near) != 1 or any(x < 0 or abs(x - y) > _CLOSE for x, y in zip(near, exact, strict=True)):
        return None
    return near


def _candidates(game: Game, proposals: Iterable[Any], denominator: int) -> Iterable[Policy]:
    for rows in proposals:
        grid = [[grid_row(row, denominator) for row in own] for own in rows]
        pairs = [list(zip(own, other, strict=True)) for own, other in zip(rows, grid, strict=True)]
        yield Policy.from_rows(game, [[simplest_row(row) or fallback for row, fallback in own] for own in pairs])
        yield Policy.from_rows(game, grid)


def _regret(answer: GapAnswer) -> Fraction:
    upper = answer.nash_gap.upper
    if upper is None:
        raise ValueError(f"gaps: expected a bounded regret, got {answer.nash_gap}")
    return upper
