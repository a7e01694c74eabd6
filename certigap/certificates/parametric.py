"""Claims about games with parameters (FORMAT 18): where a statement about a policy holds, gaps as formulas."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from certigap.certificates.certificate import Certificate
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.exact.real_set import RealSet
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.parametric.game import Function, ParametricGame
from certigap.questions.parametric.answer import Box, ParametricBoxes, ParametricGap, ParametricSet, set_json
from certigap.questions.parametric.dominance import gains_of_profiles
from certigap.questions.parametric.pieces import Piece, where_above, where_least
from certigap.questions.parametric.question import at_start
from certigap.questions.parametric.stable import Comparison, comparisons

__all__ = ["boxes_certificate", "parametric_certificate", "parametric_gap_certificate"]

_SUBDIVISION = "subdivision into boxes"

Shown: TypeAlias = "tuple[RealSet, Any]"
"""A part of a set, and what shows the claim there."""


def parametric_certificate(answer: ParametricSet) -> Certificate:
    """Where a statement holds, and where it fails: every segment and every isolated point of both sets.

    Raises:
        InputError: dominance in a game of several states, or a game that was not read from a file.
    """
    return _WRITERS[answer.question](answer)


def parametric_gap_certificate(answer: ParametricGap) -> Certificate:
    """The formulas of NashGap, each on the segments where it holds."""
    found = list(_formulas(answer))
    claim = {
        "kind": "parametric-gap",
        "policy": policy_rows_to_json(answer.policy),
        "nash_gap": [{"on": segment, **_function_json(formula)} for segment, (formula, _, _) in found],
    }
    players = answer.game.players
    shown = [{"player": players[i], "pieces": list(places)} for _, (_, i, places) in found]
    return _made(answer.game, claim, {**_pieces_json(answer), "nash_gap": shown})


def boxes_certificate(answer: ParametricBoxes) -> Certificate:
    """The boxes in which a statement holds, and those in which it fails."""
    game, kind = answer.game, {"equilibrium": "parametric"}.get(answer.question, f"parametric-{answer.question}")
    claim: dict[str, Any] = {"kind": kind, "policy": policy_rows_to_json(answer.policy)}
    claim |= {name: [_box_json(game, box) for box in getattr(answer, name)] for name in ("holds", "fails")}
    if answer.question != "equilibrium":
        witnesses = (answer.shown[box] for box in answer.fails)
        found = [_witness(game, pair.player, pair.action, pair.better, others) for pair, others in witnesses]
        return _made(game, claim, {"fails": found}, _SUBDIVISION)
    pieces: list[dict[Any, int]] = [{} for _ in game.players]  # the place of a best response among the player's
    holds = [answer.shown[box][1] for box in answer.holds]
    fails = [answer.shown[box][1:] for box in answer.fails]
    places = [[own.setdefault(one, len(own)) for own, one in zip(pieces, best, strict=True)] for best in holds]
    gainers = [[i, pieces[i].setdefault(best, len(pieces[i]))] for i, best in fails]
    values = next((shown[0] for shown in answer.shown.values()), None)
    if values is None:
        raise InputError(f"certificate: expected a box in which the question is decided, got none of {answer!r}")
    proof = {
        "values": {player: _values_json(own) for player, own in zip(game.players, values, strict=True)},
        "pieces": {
            player: [{"choice": list(taken), **_values_json(found)} for taken, found in own]
            for player, own in zip(game.players, pieces, strict=True)
        },
        "holds": places,
        "fails": gainers,
    }
    return _made(game, claim, proof, _SUBDIVISION)


def _box_json(game: ParametricGame, box: Box) -> dict[str, Any]:
    pairs = zip(game.parameters, box.ends, strict=True)
    return {name: [format_rational(lower), format_rational(upper)] for name, (lower, upper) in pairs}


def _equilibrium(answer: ParametricSet) -> Certificate:
    gap = answer.gap
    if gap is None:
        raise InputError("certificate: expected an answer with its gap, got none")
    holds, fails = list(_segments(_holding(gap, answer.holds))), list(_segments(_failing(gap, answer.fails)))
    shown = {"holds": [list(places) for _, places in holds], "fails": [list(place) for _, place in fails]}
    return _made(answer.game, _sets_json("parametric", answer, holds, fails), _pieces_json(gap) | shown)


def _dominant(answer: ParametricSet) -> Certificate:
    if not answer.game.is_normal_form:
        raise InputError(f"certificate: expected dominance in a normal form, got {answer.game!r}")
    holds, fails = list(_segments([(answer.holds, None)])), list(_segments(_beaten(answer)))
    claim = _sets_json("parametric-dominant", answer, holds, fails)
    return _made(answer.game, claim, {"fails": [place for _, place in fails]})


def _delta(answer: ParametricSet) -> Certificate:
    pairs = comparisons(answer.game, answer.policy)
    holds, fails = list(_segments(_parted(answer.holds, pairs))), list(_segments(_unstable(answer, pairs)))
    claim = _sets_json("parametric-delta", answer, holds, fails)
    return _made(answer.game, claim, {"fails": [place for _, place in fails]})


_WRITERS: dict[str, Callable[[ParametricSet], Certificate]] = {
    "equilibrium": _equilibrium,
    "dominant": _dominant,
    "delta": _delta,
}


def _holding(gap: ParametricGap, holds: RealSet) -> Iterator[Shown]:
    """Parts of the set on which one optimal policy a player will do, and which."""
    for where, places in _pieces(gap):
        yield where & holds, places


def _failing(gap: ParametricGap, fails: RealSet) -> Iterator[Shown]:
    """Parts of the set on which a player gains by one policy."""
    for i, (player, pieces) in enumerate(gap.optima.items()):
        for k, piece in enumerate(pieces):
            gain = at_start(gap.game, piece.values) - at_start(gap.game, gap.own[player])
            yield fails & piece.where & where_above(gain), (i, k)


def _formulas(gap: ParametricGap) -> Iterator[tuple[dict[str, Any], tuple[Function, int, tuple[int, ...]]]]:
    """Segments with the formula there, the player whose gap it is, and the players' optimal policies."""
    game = gap.game
    for where, places in _pieces(gap):
        chosen = [pieces[k] for pieces, k in zip(gap.optima.values(), places, strict=True)]
        own = [at_start(game, rows) for rows in gap.own.values()]
        gaps = [at_start(game, piece.values) - value for piece, value in zip(chosen, own, strict=True)]
        shown: list[Shown] = []
        for i, formula in enumerate(gaps):
            part = where
            for other in gaps:
                part &= where_least(formula - other)
            shown.append((part, (formula, i, places)))
        yield from _segments(shown)


def _pieces(gap: ParametricGap) -> Iterator[tuple[RealSet, tuple[int, ...]]]:
    """The domain in parts on which one optimal policy a player holds, each value in one of them."""
    families: list[list[Piece]] = list(gap.optima.values())
    left = gap.domain
    for places in itertools.product(*(range(len(pieces)) for pieces in families)):
        where = left
        for pieces, k in zip(families, places, strict=True):
            where &= pieces[k].where
        left -= where
        yield where, places


def _beaten(answer: ParametricSet) -> Iterator[Shown]:
    """Where an action earns more than one that is played, against a pure profile of the others."""
    game, policy = answer.game, answer.policy
    joints = list(itertools.product(*map(range, game.layout.shapes[0])))
    for i in range(len(game.players)):
        for row, other in gains_of_profiles(game, policy, i, 0):
            at, better = joints[row], joints[other][i]
            where = where_above(game.rewards[i][other] - game.rewards[i][row])
            others = {j: c for j, c in enumerate(at) if j != i}
            yield answer.fails & where, _witness(game, i, at[i], better, others)


def _parted(holds: RealSet, pairs: Sequence[Comparison]) -> Iterator[Shown]:
    """Parts on which each comparison is strict all over, or nowhere so."""
    parts = [holds]
    for pair in pairs:
        parts = [half for part in parts for half in (part & pair.loses, part - pair.loses) if half]
    yield from ((part, None) for part in parts)


def _unstable(answer: ParametricSet, pairs: Sequence[Comparison]) -> Iterator[Shown]:
    """Where an action gains at the policy, or ties there and gains as one of the others moves towards an action."""
    for pair in pairs:
        who = pair.player, pair.action, pair.better
        yield answer.fails & pair.gains, _witness(answer.game, *who, {})
        for (j, b), slope in pair.near.items():
            yield answer.fails & pair.ties & where_above(slope), _witness(answer.game, *who, {j: b})


def _witness(game: ParametricGame, i: int, action: int, better: int, others: dict[int, int]) -> dict[str, Any]:
    players, names = game.players, game.actions[0]
    turned = {players[j]: names[j][b] for j, b in others.items()}
    return {"player": players[i], "action": names[i][action], "better": names[i][better], "others": turned}


def _segments(found: Sequence[Shown] | Iterator[Shown]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The segments of parts, each value in the first that holds it."""
    seen: RealSet | None = None
    for where, shown in found:
        part = where if seen is None else where - seen
        seen = where if seen is None else seen | where
        yield from ((segment, shown) for segment in set_json(part))


def _sets_json(kind: str, answer: ParametricSet, holds: Sequence[Any], fails: Sequence[Any]) -> dict[str, Any]:
    rows = policy_rows_to_json(answer.policy)
    sets = {"holds": [segment for segment, _ in holds], "fails": [segment for segment, _ in fails]}
    return {"kind": kind, "policy": rows, **sets}


def _made(
    game: ParametricGame, claim: dict[str, Any], proof: dict[str, Any], method: str = "real-root isolation"
) -> Certificate:
    return Certificate(game, claim, proof, {"method": f"policy iteration and {method}"})


def _pieces_json(gap: ParametricGap) -> dict[str, Any]:
    pieces = {
        player: [{"choice": list(piece.taken), **_values_json(piece.values)} for piece in found]
        for player, found in gap.optima.items()
    }
    return {"values": {player: _values_json(gap.own[player]) for player in gap.game.players}, "pieces": pieces}


def _function_json(function: Function) -> dict[str, Any]:
    found = _values_json([function])
    return {"num": found["num"][0], "den": found["den"]}


def _values_json(values: Sequence[Function]) -> dict[str, Any]:
    """Integer polynomials over one denominator."""
    ring = values[0].denom.ring
    bottom = ring.one
    for value in values:
        bottom = bottom.lcm(value.denom)
    tops = [value.numer * bottom.exquo(value.denom) for value in values]
    found = [_terms(poly) for poly in (*tops, bottom)]
    scale = math.lcm(*(c.denominator for own in found for c in own.values()))
    *numerators, denominator = (_polynomial_json(own, scale, [str(x) for x in ring.symbols]) for own in found)
    return {"num": numerators, "den": denominator}


def _terms(poly: Any) -> dict[tuple[int, ...], Fraction]:
    return {e: Fraction(int(c.numerator), int(c.denominator)) for e, c in poly.terms() if c}


def _polynomial_json(terms: dict[tuple[int, ...], Fraction], scale: int, names: list[str]) -> list[Any]:
    """One parameter: coefficients, the constant first. Several: terms, a coefficient and its exponents by name."""
    if len(names) == 1:
        return [int(terms.get((e,), Fraction(0)) * scale) for e in range(max((e for (e,) in terms), default=-1) + 1)]
    order = sorted(range(len(names)), key=names.__getitem__)
    return [[int(c * scale), *(e[k] for k in order)] for e, c in terms.items()]
