"""Claims of kind `parametric`: for which values of one parameter a policy is an equilibrium (FORMAT 18)."""

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.errors import InputError
from certigap.exact.real_set import RealSet
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.parametric.game import Function
from certigap.questions.parametric.answer import ParametricGap, ParametricSet, set_json
from certigap.questions.parametric.pieces import where_least, where_zero

__all__ = ["parametric_certificate"]


def parametric_certificate(answer: ParametricSet) -> Certificate:
    """The intervals of an exact set; isolated points are left out of the claim.

    Raises:
        InputError: another question than "equilibrium", or a game that was not read from a file.
    """
    gap = answer.gap
    if gap is None:
        raise InputError(f"certificate: expected the question equilibrium, got {answer.question}")
    players = gap.game.players
    holds = [(segment, list(places)) for segment, places in _holding(gap, answer.holds)]
    fails = [(segment, list(place)) for segment, place in _failing(gap, answer.fails)]
    claim = {
        "kind": "parametric",
        "policy": policy_rows_to_json(gap.policy),
        "holds": [segment for segment, _ in holds],
        "fails": [segment for segment, _ in fails],
    }
    proof = {
        "values": {player: _values_json(gap.own[player]) for player in players},
        "pieces": {
            player: [{"choice": list(piece.taken), **_values_json(piece.values)} for piece in gap.optima[player]]
            for player in players
        },
        "holds": [places for _, places in holds],
        "fails": [place for _, place in fails],
    }
    return Certificate(gap.game, claim, proof, {"method": "policy iteration and real-root isolation"})


def _holding(gap: ParametricGap, holds: RealSet) -> Iterator[tuple[dict[str, Any], Sequence[int]]]:
    """Intervals of the set on which one optimal policy a player will do, and which."""
    counts = [range(len(pieces)) for pieces in gap.optima.values()]
    for places in itertools.product(*counts):
        where = holds
        for pieces, k in zip(gap.optima.values(), places, strict=True):
            where &= pieces[k].where
        yield from ((segment, places) for segment in _intervals(where))


def _failing(gap: ParametricGap, fails: RealSet) -> Iterator[tuple[dict[str, Any], tuple[int, int]]]:
    """Intervals of the set on which a player gains by one policy."""
    for i, (player, pieces) in enumerate(gap.optima.items()):
        for k, piece in enumerate(pieces):
            pairs = zip(gap.game.initial, piece.values, gap.own[player], strict=True)
            gain = sum((p * (x - y) for p, x, y in pairs), gap.game.domain.zero)
            where = fails & piece.where & (where_least(gain) - where_zero(gain))
            yield from ((segment, (i, k)) for segment in _intervals(where))


def _intervals(where: RealSet) -> list[dict[str, Any]]:
    """The segments but for isolated points."""
    return [segment for segment in set_json(where) if segment["lower"] is None or segment["lower"] != segment["upper"]]


def _values_json(values: Sequence[Function]) -> dict[str, Any]:
    """Integer polynomials, the constant first, over one denominator."""
    ring = values[0].denom.ring
    bottom = ring.one
    for value in values:
        bottom = bottom.lcm(value.denom)
    tops = [value.numer * bottom.exquo(value.denom) for value in values]
    lists = [_coefficients(poly) for poly in (*tops, bottom)]
    scale = math.lcm(*(c.denominator for own in lists for c in own))
    *numerators, denominator = ([int(c * scale) for c in own] for own in lists)
    return {"num": numerators, "den": denominator}


def _coefficients(poly: Any) -> list[Fraction]:
    terms = {e[0]: Fraction(int(c.numerator), int(c.denominator)) for e, c in poly.terms() if c}
    return [terms.get(e, Fraction(0)) for e in range(max(terms, default=-1) + 1)]
