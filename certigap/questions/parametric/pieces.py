"""Piecewise rational functions of one parameter: optimal values, exactly, for every value of the parameter at once.

At a sample an optimal policy is found over Q. Its value is a rational function, and it stays optimal exactly where all
its advantages V(s) - Q(s, a) are at least 0: a union of intervals with algebraic ends, by real-root isolation. What
is left of the domain is sampled again; there are finitely many policies, so this ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from certigap.errors import LimitError
from certigap.exact.algebraic import Coefficients
from certigap.exact.real_set import NOTHING, RealSet, between, where_sign
from certigap.model.parametric.game import Function, ParametricGame
from certigap.questions.parametric.process import Process
from certigap.work.deadline import Deadline

__all__ = ["Piece", "domain_of", "largest", "optimum", "where_above", "where_least", "where_zero", "zeros"]


@dataclass(frozen=True)
class Piece:
    """Functions that hold on a set of parameter values: `values` `[S]`, or one."""

    where: RealSet
    values: tuple[Function, ...]
    taken: tuple[int, ...] = ()  # `[S]` choices of the pure policy whose values they are


def domain_of(game: ParametricGame) -> RealSet:
    """The parameter values at which the game is one: probabilities at least 0, a discount in [0, 1), no poles."""
    result = between(*game.ranges[0])
    result &= where_least(game.discount)
    result &= where_least(game.domain.one - game.discount) - where_zero(game.domain.one - game.discount)
    for function in set(game.probabilities()):
        result &= where_least(function)
    for function in set(game.functions()):
        result -= zeros(function.denom)
    return result


def optimum(process: Process, domain: RealSet, largest: bool = True, deadline: Deadline | None = None) -> list[Piece]:
    """The optimal values `[S]` over a domain, in pieces."""
    left, pieces = domain, list[Piece]()
    while left:
        if deadline is not None and not deadline.going:
            raise LimitError(f"parametric game: the time is over with {left} undone")
        point = left.sample()
        if point is None:
            raise LimitError(f"parametric game: expected intervals of parameter values, got the isolated point {left}")
        taken = process.best_at([point], largest)
        values = process.values(taken)
        where = left
        for s, choices in enumerate(process.choices):
            for k in range(len(choices)):
                if k != taken[s]:
                    spare = values[s] - process.backup(s, k, values)
                    where &= where_least(spare if largest else -spare)
        pieces.append(Piece(where, tuple(values), tuple(taken)))
        left -= where
    return pieces


def largest(families: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The pointwise maximum of piecewise functions (one value a piece), pieces of one function joined."""
    result = list(families[0])
    for family in families[1:]:
        result = [part for old in result for new in family for part in _larger(old, new)]
    return joined(result)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces of equal functions made one."""
    found: dict[tuple[Function, ...], RealSet] = {}
    for piece in pieces:
        if piece.where:
            found[piece.values] = found.get(piece.values, NOTHING) | piece.where
    return [Piece(where, values) for values, where in found.items()]


def _larger(old: Piece, new: Piece) -> list[Piece]:
    both = old.where & new.where
    if not both:
        return []
    ahead = both & where_least(old.values[0] - new.values[0])
    return [Piece(ahead, old.values), Piece(both - ahead, new.values)]


def where_least(function: Function) -> RealSet:
    """The parameter values at which the function is at least 0 (and where it has a pole)."""
    return where_sign(_coefficients(function.numer * function.denom), lambda sign: sign >= 0)


def where_zero(function: Function) -> RealSet:
    """The parameter values at which the function is 0."""
    return zeros(function.numer)


def where_above(function: Function) -> RealSet:
    """The parameter values at which the function is above 0 (poles of even order left in)."""
    return where_least(function) - where_zero(function)


def zeros(polynomial: Function) -> RealSet:
    """The real roots of a polynomial; everything, when it is 0."""
    return where_sign(_coefficients(polynomial), lambda sign: sign == 0)


def _coefficients(polynomial: Function) -> Coefficients:
    """A primitive integer polynomial of the same signs, the highest power first."""
    terms = {e[0]: Fraction(int(c.numerator), int(c.denominator)) for e, c in polynomial.terms() if c}
    if not terms:
        return ()
    scale = lcm(*(c.denominator for c in terms.values()))
    numbers = {e: int(c * scale) for e, c in terms.items()}
    common = gcd(*numbers.values())
    return tuple(numbers.get(e, 0) // common for e in range(max(numbers), -1, -1))
