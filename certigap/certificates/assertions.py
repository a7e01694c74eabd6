"""Conditions on what a certificate proves, such as `upper<=1/10` (`certigap verify --assert`).

A number: `[quantity.]side relation rational`. The quantity is a claimed one (`nash_gap`, `eps_bc`, `player_gaps.NAME`,
`regret`, `radius`, ...); left out, it is `nash_gap`. Without a side, `quantity relation rational` is about the end that
proves it for the quantity itself: the upper for `<` and `<=`, the lower for `>` and `>=`, both for `==`. A side that is
not claimed satisfies nothing. A best case may be "infinity", which is larger than every rational.

A word: `kind`, `measure` or `theorem`, then `=` and what it must be. A valid certificate of another question, or of
another ball, proves nothing about the one that was asked: pin `kind`, `measure` and `radius` beside a bound.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from certigap.errors import InputError
from certigap.exact.rational import parse_rational

__all__ = ["Assertion", "failed_assertions", "parse_assertion", "quantities_of"]

_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}
_WORDS = ("kind", "measure", "theorem")
_CONDITION = re.compile(r"\s*(?:(?:(.+)\.)?(lower|upper)|([^<>=]+?))\s*(<=|>=|==?|<|>)\s*([^\s<>=]\S*)\s*")
_SIDES = {"<=": ("upper",), "<": ("upper",), ">=": ("lower",), ">": ("lower",), "==": ("lower", "upper")}


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition on a claim: on ends of a claimed quantity (None: the main one), or on a word of it."""

    text: str
    quantity: str | None
    sides: tuple[str, ...]
    relation: str
    bound: Fraction | str

    def fault(self, claim: dict[str, Any]) -> str | None:
        """Why the claim does not satisfy the condition; None when it does."""
        if isinstance(self.bound, str):
            word = claim.get(str(self.quantity))
            if word == self.bound:
                return None
            return f"{self.text}: {f'claims no {self.quantity}' if word is None else f'{self.quantity} is {word}'}"
        available, name = quantities_of(claim), self.quantity or "nash_gap"
        for side in self.sides:
            value = available.get(name, {}).get(side)
            if value is None:
                return f"{self.text}: claims no {side} end of {name} (it claims {', '.join(available)})"
            if not _RELATIONS[self.relation](inf if value == "infinity" else parse_rational(value), self.bound):
                return f"{self.text}: {name}.{side} is {value if len(value) <= 60 else value[:50] + '...'}"
        return None


def parse_assertion(text: str) -> Assertion:
    """The condition written by `text`.

    Raises:
        InputError: it is none.

    >>> parse_assertion("upper<=1/10").bound, parse_assertion("kind=worst-case").bound
    (Fraction(1, 10), 'worst-case')
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        such = 'a condition such as "upper<=1/10", "radius>=1/20" or "kind=worst-case"'
        raise InputError(f"assertion: expected {such}, got {text!r}")
    owner, side, name, relation, bound = match.groups()
    relation = "==" if relation == "=" else relation
    if name in _WORDS:
        if relation != "==":
            raise InputError(f"assertion {text!r}: expected = after {name}, got {relation}")
        return Assertion(text.strip(), name, (), relation, bound)
    try:
        value = parse_rational(bound)
    except ValueError as error:
        raise InputError(f"assertion {text!r}: {error}") from None
    return Assertion(text.strip(), owner if side else name, (side,) if side else _SIDES[relation], relation, value)


def failed_assertions(claim: dict[str, Any], assertions: Sequence[Assertion]) -> list[str]:
    """The conditions that a proven claim does not satisfy, each with its reason."""
    faults = (assertion.fault(claim) for assertion in assertions)
    return [fault for fault in faults if fault is not None]


def quantities_of(claim: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The intervals of a claim by name, per player as `player_gaps.NAME` and `values.NAME`.

    >>> quantities_of({"kind": "equilibrium", "regret": "0"})
    {'regret': {'upper': '0'}}
    """
    result: dict[str, dict[str, str]] = {}
    if claim.get("nash_gap") == "infinity":
        result["nash_gap"] = {"lower": "infinity", "upper": "infinity"}
    for name in ("nash_gap", "nash_conv", "eps_bc", "eps_mu", "eps_rho", "value_gap"):
        if isinstance(claim.get(name), dict):
            result[name] = claim[name]
    if "regret" in claim:
        result["regret"] = {"upper": claim["regret"]}
    if "radius" in claim:
        result["radius"] = {"lower": claim["radius"], "upper": claim["radius"]}
    for name in ("values", "player_gaps", "coefficients"):
        for player, sides in claim.get(name, {}).items():
            is_infinite = sides == "infinity"
            result[f"{name}.{player}"] = {"lower": sides, "upper": sides} if is_infinite else sides
    return result
