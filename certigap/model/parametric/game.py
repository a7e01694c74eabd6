"""A game whose rewards, transitions, initial distribution and discount are rational functions of parameters.

At every value of the parameters in its *domain* (probabilities at least 0, discount in [0, 1), the ranges given) it
is a game of the usual kind, `ParametricGame.at`; the rows of probabilities sum to 1 identically.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from sympy import QQ, Symbol, latex

from certigap.errors import InputError
from certigap.exact.brief import shortened
from certigap.exact.rational import format_rational
from certigap.model.build import common_denominator
from certigap.model.files.json_node import brief
from certigap.model.files.json_write import dumps
from certigap.model.game import Game
from certigap.model.layout import Layout
from certigap.model.rows import SparseRows, distribution

__all__ = ["Function", "ParametricGame", "Range", "evaluated", "free_discount", "function_field"]

Function: TypeAlias = Any
"""An element of the field of rational functions of the parameters (sympy's `FracElement`)."""

Range: TypeAlias = tuple[Fraction | None, Fraction | None]
"""Closed ends of a parameter; `None` for no end."""


def function_field(names: Sequence[str]) -> tuple[Any, dict[str, Function]]:
    """The field Q(names) and the element of each name."""
    domain = QQ.frac_field(*(Symbol(name) for name in names))
    return domain, dict(zip(names, domain.gens, strict=True))


def evaluated(function: Function, values: Sequence[Fraction]) -> Fraction | None:
    """The value of a rational function at rationals `[parameters]`; `None` at a pole."""
    bottom = _polynomial_at(function.denom, values)
    return _polynomial_at(function.numer, values) / bottom if bottom else None


@dataclass(frozen=True, eq=False, repr=False)
class ParametricGame:
    """Names as in `Game`; numbers are rational functions over one field."""

    parameters: tuple[str, ...]
    ranges: tuple[Range, ...]  # [parameters]
    domain: Any  # sympy's fraction field
    players: tuple[str, ...]
    states: tuple[str, ...]
    actions: tuple[tuple[tuple[str, ...], ...], ...]  # [S][n][A_i(s)]
    discount: Function
    initial: tuple[Function, ...]  # [S]
    rewards: tuple[tuple[Function, ...], ...]  # [n][K]
    transitions: tuple[Mapping[int, Function], ...]  # [K] {state: probability}
    is_normal_form: bool = False
    name: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)  # of its file, without name, meta and policy

    def __post_init__(self) -> None:
        rows = [("initial", self.initial), *((f"row {k}", row.values()) for k, row in enumerate(self.transitions))]
        for where, row in rows:
            total = sum(row, self.domain.zero)
            if total != self.domain.one:
                raise InputError(f"{where}: sums to {brief(str(total))}, expected 1 for all parameter values")

    @cached_property
    def layout(self) -> Layout:
        """Where each state, joint action and own action stands in the flat arrays."""
        return Layout(tuple(tuple(len(own) for own in state) for state in self.actions))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file's content as it is written (FORMAT 3).

        Raises:
            InputError: a game that was not read from a file.
        """
        if not self.content:
            raise InputError(f"{self!r}: expected a game that was read from a parametric game file")
        return hashlib.sha256(dumps(dict(self.content), sort_keys=True).encode("utf-8")).hexdigest()

    def probabilities(self) -> Iterable[Function]:
        """Every entry that must be at least 0."""
        yield from self.initial
        for row in self.transitions:
            yield from row.values()

    def functions(self) -> Iterable[Function]:
        """Every number of the game."""
        yield self.discount
        yield from self.probabilities()
        for own in self.rewards:
            yield from own

    def at(self, values: Mapping[str, Fraction]) -> Game:
        """The game at rational values of the parameters.

        Raises:
            InputError: values outside the domain, or not one a parameter.
        """
        if set(values) != set(self.parameters):
            raise InputError(f"parameters: expected values of {list(self.parameters)}, got {sorted(values)}")
        point = [values[name] for name in self.parameters]
        place = ", ".join(f"{name} = {format_rational(x)}" for name, x in zip(self.parameters, point, strict=True))

        def number(function: Function, what: str) -> Fraction:
            value = evaluated(function, point)
            if value is None:
                raise InputError(f"{place}: expected a finite {what}, got a pole")
            return value

        discount = number(self.discount, "discount")
        if not 0 <= discount < 1:
            raise InputError(f"{place}: expected a discount in [0, 1), got {brief(discount)}")
        rows = [{t: p for t, f in row.items() if (p := number(f, "probability"))} for row in self.transitions]
        columns = [common_denominator([number(f, "reward") for f in own]) for own in self.rewards]
        return Game(
            players=self.players,
            states=self.states,
            actions=self.actions,
            discount=discount,
            initial=distribution([number(f, "probability") for f in self.initial], f"{place}: initial"),
            rewards=tuple(numerators for numerators, _ in columns),
            reward_denominators=tuple(denominator for _, denominator in columns),
            transitions=SparseRows.from_mappings(rows, f"{place}: transition row"),
            is_normal_form=self.is_normal_form,
            name=self.name,
        )

    def __repr__(self) -> str:
        title = f"{self.name}: " if self.name else ""
        shape = "normal form" if self.is_normal_form else f"{len(self.states)} states"
        names = ", ".join(self.parameters)
        return shortened(f"<ParametricGame {title}{len(self.players)} players, {shape}, in {names}>")

    def _repr_latex_(self) -> str:
        names = ", ".join(latex(Symbol(name)) for name in self.parameters)
        shape = rf"\text{{{len(self.players)} players, {len(self.states)} states}}"
        return rf"${shape},\ \gamma = {latex(self.discount.as_expr())},\ {names}$"


def free_discount(game: Game, name: str = "g") -> ParametricGame:
    """The game with its discount a parameter in [0, 1), called `name`.

    >>> from certigap.model.catalog import load
    >>> free_discount(load("lemma1"))
    <ParametricGame lemma1: 2 players, 3 states, in g>
    """
    domain, symbols = function_field([name])

    def constant(value: Fraction) -> Function:
        return domain.one * value.numerator / value.denominator

    rows = range(game.layout.rows)
    return ParametricGame(
        parameters=(name,),
        ranges=((Fraction(0), Fraction(1)),),
        domain=domain,
        players=game.players,
        states=game.states,
        actions=game.actions,
        discount=symbols[name],
        initial=tuple(map(constant, game.initial.fractions())),
        rewards=tuple(tuple(constant(game.reward(i, k)) for k in rows) for i in range(len(game.players))),
        transitions=tuple({t: constant(p) for t, p in game.transitions.row(k).items()} for k in rows),
        name=game.name,
    )


def _polynomial_at(polynomial: Any, values: Sequence[Fraction]) -> Fraction:
    total = Fraction(0)
    for exponents, coefficient in polynomial.terms():
        term = Fraction(int(coefficient.numerator), int(coefficient.denominator))
        for value, exponent in zip(values, exponents, strict=True):
            term *= value**exponent
        total += term
    return total
