"""Conditions on what a certificate proves, such as `upper<=1/10` (`certigap verify --assert`).

A condition is `[quantity.]side relation rational`. The quantity is a claimed one (`nash_gap`, `eps_bc`,
`player_gaps.NAME`, `regret`, `radius`, ...); left out, it is `nash_gap`. A side that is not claimed satisfies nothing.
A best case may be "infinity", which is larger than every rational.
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
_CONDITION = re.compile(r"\s*(?:(\S+)\.)?(lower|upper)\s*(<=|>=|==|<|>)\s*(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition on one end of a claimed quantity; `quantity` is None for the main one."""

    text: str
    quantity: str | None
    side: str
    relation: str
    bound: Fraction

    def fault(self, claim: dict[str, Any]) -> str | None:
        """Why the claim does not satisfy the condition; None when it does."""
        available, name = quantities_of(claim), self.quantity or "nash_gap"
        value = available.get(name, {}).get(self.side)
        if value is None:
            return f"{self.text}: claims no {self.side} end of {name} (it claims {', '.join(available)})"
        if not _RELATIONS[self.relation](inf if value == "infinity" else parse_rational(value), self.bound):
            return f"{self.text}: {name}.{self.side} is {value if len(value) <= 60 else value[:50] + '...'}"
        return None


def parse_assertion(text: str) -> Assertion:
    """The condition written by `text`.

    Raises:
        InputError: it is none.

    >>> parse_assertion("upper<=1/10").bound
    Fraction(1, 10)
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InputError(f'--assert: expected a condition such as "upper<=1/10" or "eps_bc.lower>=0", got {text!r}')
    name, side, relation, bound = match.groups()
    try:
        return Assertion(text.strip(), name, side, relation, parse_rational(bound))
    except ValueError as error:
        raise InputError(f"--assert {text!r}: {error}") from None


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
    for name in ("values", "player_gaps"):
        for player, sides in claim.get(name, {}).items():
            result[f"{name}.{player}"] = sides
    return result
