"""What the parametric questions answer with: exact sets of one parameter, certified boxes of several, formulas."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational, expand, factor, fraction, latex

from certigap.exact.algebraic import Algebraic
from certigap.exact.rational import format_rational
from certigap.exact.real_set import RealSet
from certigap.model.parametric.game import Function, ParametricGame
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.parametric.pieces import Piece

__all__ = ["Box", "ParametricBoxes", "ParametricGap", "ParametricSet", "formula"]

_SMALL = Rational(1, 10**6)  # 1 - g and its powers are positive here
_WIDTH = Fraction(1, 10**12)  # of the enclosure of an algebraic end in JSON


@dataclass(frozen=True, repr=False)
class ParametricSet(Shown):
    """Where a statement about the policy holds, over the values of one parameter, exactly.

    `holds`, `fails` and `undecided` part the `domain` (where the game is one); `undecided` is empty for every
    question but dominance in Markov games with several states.
    """

    game: ParametricGame
    question: str
    domain: RealSet
    holds: RealSet
    fails: RealSet
    undecided: RealSet
    policy: Policy
    gap: "ParametricGap | None" = None  # of an equilibrium: what shows it

    def to_json(self) -> dict[str, Any]:
        """Segments with canonical rationals, or polynomials with enclosures, as ends."""
        sets = {"domain": self.domain, "holds": self.holds, "fails": self.fails, "undecided": self.undecided}
        return {"parameter": self.game.parameters[0], **{name: set_json(found) for name, found in sets.items()}}

    def sheet(self) -> Sheet:
        """The sets as text."""
        sets = {"holds": self.holds, "fails": self.fails, "undecided": self.undecided}
        return Sheet((self.question, self.game.parameters[0]), [(name, str(found)) for name, found in sets.items()])

    def _line(self) -> str:
        doubt = f", undecided on {self.undecided}" if self.undecided else ""
        return f"<ParametricSet {self.question}: holds for {self.game.parameters[0]} in {self.holds}{doubt}>"

    def _repr_latex_(self) -> str:
        name = self.game.parameters[0]
        return rf"$\text{{{self.question}}} \iff {name} \in {set_latex(self.holds)}$"


@dataclass(frozen=True, repr=False)
class ParametricGap(Shown):
    """The gaps of the policy as piecewise rational functions of one parameter, on the game's domain."""

    game: ParametricGame
    domain: RealSet
    values: Mapping[str, Function]  # V_i(nu) of the policy, by player
    player_gaps: Mapping[str, list[Piece]]
    nash_gap: list[Piece]
    policy: Policy
    own: Mapping[str, list[Function]]  # `[S]` values of the policy
    optima: Mapping[str, list[Piece]]  # `[S]` optimal values, with the policies that attain them

    def to_json(self) -> dict[str, Any]:
        """Formulas as text, each with the set on which it holds."""
        return {
            "parameter": self.game.parameters[0],
            "domain": set_json(self.domain),
            "values": {name: str(formula(value)) for name, value in self.values.items()},
            "player_gaps": {name: _pieces_json(pieces) for name, pieces in self.player_gaps.items()},
            "nash_gap": _pieces_json(self.nash_gap),
        }

    def sheet(self) -> Sheet:
        """The formulas of NashGap, and where each holds."""
        rows = [(str(formula(piece.values[0])), str(piece.where)) for piece in self.nash_gap]
        return Sheet(("NashGap", self.game.parameters[0]), rows)

    def _line(self) -> str:
        parts = "; ".join(f"{formula(piece.values[0])} on {piece.where}" for piece in self.nash_gap)
        return f"<ParametricGap nash_gap = {parts}>"

    def _repr_latex_(self) -> str:
        rows = r" \\ ".join(rf"{latex(formula(p.values[0]))} & {set_latex(p.where)}" for p in self.nash_gap)
        return rf"$\mathrm{{NashGap}} = \begin{{cases}} {rows} \end{{cases}}$"


@dataclass(frozen=True)
class Box:
    """A product of closed intervals `[parameters]`; what is said of it is said of its part in the domain."""

    ends: tuple[tuple[Fraction, Fraction], ...]

    @property
    def volume(self) -> Fraction:
        result = Fraction(1)
        for lower, upper in self.ends:
            result *= upper - lower
        return result

    def __contains__(self, point: tuple[Fraction, ...]) -> bool:
        return all(lower <= x <= upper for x, (lower, upper) in zip(point, self.ends, strict=True))


@dataclass(frozen=True, repr=False)
class ParametricBoxes(Shown):
    """Where a statement holds, over several parameters: boxes in which it is proven, refuted, or still undecided.

    `outside` are boxes in which there is no game. `complete`: the undecided share fell below the resolution asked for.
    """

    game: ParametricGame
    question: str
    holds: tuple[Box, ...]
    fails: tuple[Box, ...]
    undecided: tuple[Box, ...]
    outside: tuple[Box, ...]
    complete: bool
    policy: Policy
    shown: Mapping[Box, Any]  # what proves each box of `holds` and `fails` (`certigap.questions.parametric.boxes`)

    def share(self, boxes: tuple[Box, ...]) -> Fraction:
        """The part of the whole volume that some boxes take."""
        whole = sum((box.volume for found in self._all() for box in found), Fraction(0))
        return sum((box.volume for box in boxes), Fraction(0)) / whole

    def to_json(self) -> dict[str, Any]:
        """Boxes as lists of ends, one pair a parameter."""
        names = ("holds", "fails", "undecided", "outside")
        boxes = {
            name: [[[format_rational(x) for x in ends] for ends in box.ends] for box in found]
            for name, found in zip(names, self._all(), strict=True)
        }
        return {"parameters": list(self.game.parameters), **boxes, "complete": self.complete}

    def sheet(self) -> Sheet:
        """The shares of the volume."""
        named = {"holds": self.holds, "fails": self.fails, "undecided": self.undecided, "no game": self.outside}
        return Sheet((self.question, "share"), [(name, self.share(found)) for name, found in named.items()])

    def _line(self) -> str:
        shares = [
            f"{name} {float(self.share(found)):.3g}"
            for name, found in (("holds", self.holds), ("fails", self.fails), ("undecided", self.undecided))
        ]
        names = ", ".join(self.game.parameters)
        return f"<ParametricBoxes {self.question} in {names}: share that {', '.join(shares)}>"

    def _all(self) -> tuple[tuple[Box, ...], ...]:
        return self.holds, self.fails, self.undecided, self.outside


def formula(function: Function) -> Any:
    """A rational function as a factored sympy expression, its denominator positive at small parameter values."""
    top, bottom = fraction(factor(function.as_expr()))
    at_small = bottom.subs(dict.fromkeys(bottom.free_symbols, _SMALL))
    return -top / expand(-bottom) if at_small < 0 else top / bottom


def set_json(found: RealSet) -> list[dict[str, Any]]:
    """The segments of a set."""
    return [
        {
            "lower": _end_json(segment.lower),
            "upper": _end_json(segment.upper),
            "lower_open": segment.lower_open,
            "upper_open": segment.upper_open,
        }
        for segment in found.segments()
    ]


def set_latex(found: RealSet) -> str:
    """A union of intervals and points in LaTeX."""
    parts = []
    for segment in found.segments():
        lower = r"-\infty" if segment.lower is None else latex(segment.lower.expression())
        upper = r"\infty" if segment.upper is None else latex(segment.upper.expression())
        if segment.lower is not None and segment.lower == segment.upper:
            parts.append(rf"\{{{lower}\}}")
        else:
            left, right = "(" if segment.lower_open else "[", ")" if segment.upper_open else "]"
            parts.append(rf"\left{left}{lower}, {upper}\right{right}")
    return r" \cup ".join(parts) or r"\emptyset"


def _end_json(end: Algebraic | None) -> Any:
    if end is None or end.is_rational:
        return None if end is None else format_rational(end.value)
    lower, upper = (format_rational(x) for x in end.enclosure(_WIDTH))
    return {"root_of": list(end.coefficients), "index": end.index, "lower": lower, "upper": upper}


def _pieces_json(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [{"value": str(formula(piece.values[0])), "on": set_json(piece.where)} for piece in pieces]
