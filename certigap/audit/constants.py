"""The constants of a statement: formulas as text, which its words quote and its evidence reads, and their mutants.

A formula is arithmetic in whole numbers and names: + - * / ** and brackets. Because words and evidence share it, a
constant cannot be changed in one place and stay proved in the other.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from certigap.errors import InputError

__all__ = ["Constant", "Constants", "exactly", "least", "most", "mutants", "quoted", "roomy"]

Sense = Literal["exactly", "least", "most", "roomy", "quoted"]

_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_SHRUNK, _GROWN = ("99/100", "9/10", "1/2"), ("101/100", "2")
_POINTS = (Fraction(2, 7), Fraction(5, 11), Fraction(7, 3))
"""Where two formulas are compared: different there, they are different."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A formula. `exactly`: any other is false; `least`: any smaller is; `most`: any larger is.

    `roomy`: holds with room, `fails` times it does not. `quoted`: the paper's own, which nothing rests on.
    """

    text: str
    sense: Sense
    fails: str = ""


def exactly(text: str) -> Constant:
    """A number or formula that the evidence shows to be this one."""
    return Constant(text, "exactly")


def least(text: str) -> Constant:
    """A factor of an upper bound that the evidence shows to hold, and to fail when it is made smaller."""
    return Constant(text, "least")


def most(text: str) -> Constant:
    """A lower bound that the evidence shows to hold, and to fail when it is made larger."""
    return Constant(text, "most")


def roomy(text: str, *, fails: str) -> Constant:
    """A bound that may be farther off than need be: the evidence shows it to hold, and `fails` times it not to."""
    return Constant(text, "roomy", fails)


def quoted(text: str) -> Constant:
    """A formula of the paper that is shown not to be the right one: it has no mutants."""
    return Constant(text, "quoted")


class Constants:
    """What evidence reads: the value of a constant, as a number or in any field.

    >>> own = Constants({"gap": exactly("(5/3)/(1-g)")})
    >>> own("gap", g=Fraction(9, 10))
    Fraction(50, 3)
    """

    def __init__(self, table: Mapping[str, Constant]) -> None:
        self.table = dict(table)

    def __call__(self, name: str, **names: Any) -> Any:
        """The value at the names given: Fractions, or elements of a field of rational functions."""
        return evaluate(self.text(name), names)

    def text(self, name: str) -> str:
        """The formula as it stands."""
        if name not in self.table:
            raise InputError(f"constant: expected one of {', '.join(self.table) or 'none'}, got {name!r}")
        return self.table[name].text


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of a formula; whole numbers become Fractions.

    Raises:
        InputError: a formula with anything but arithmetic in it, or an unknown name.
    """
    return _value(ast.parse(text, mode="eval").body, text, names)


def _value(node: ast.expr, text: str, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Fraction(node.value)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, text, names)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        first, second = (_value(side, text, names) for side in (node.left, node.right))
        if isinstance(node.op, ast.Pow) and isinstance(second, Fraction) and second.denominator == 1:
            second = second.numerator
        return _OPERATIONS[type(node.op)](*_in_one_field(first, second))
    raise InputError(f"formula {text!r}: expected arithmetic in {', '.join(names) or 'numbers'}, got something else")


def _in_one_field(first: Any, second: Any) -> tuple[Any, Any]:
    """Fractions beside elements of a field of functions, written in the field's own numbers."""
    pair = [first, second]
    for own, other in ((0, 1), (1, 0)):
        if isinstance(pair[own], Fraction) and hasattr(pair[other], "field"):
            number = pair[own]
            field = pair[other].field
            pair[own] = field(number.numerator) / field(number.denominator)
    return pair[0], pair[1]


def mutants(constant: Constant) -> Iterator[str]:
    """Formulas that make a claim with this constant false: another number in it, or a smaller bound."""
    if constant.sense == "least":
        yield from (f"{factor}*({constant.text})" for factor in _SHRUNK)
    if constant.sense == "most":
        yield from (f"{factor}*({constant.text})" for factor in _GROWN)
    if constant.sense == "roomy":
        yield f"{constant.fails}*({constant.text})"
    if constant.sense != "exactly":
        return
    tree = ast.parse(constant.text, mode="eval")
    literals = [(node, node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    for literal, kept in literals:
        if not isinstance(kept, int):
            continue
        for step in (-1, 1):
            literal.value = kept + step
            changed = ast.unparse(tree)
            if _differ(constant.text, changed):
                yield changed
        literal.value = kept
    yield f"-({constant.text})" if _differ(constant.text, f"-({constant.text})") else f"{constant.text} + 1"


def _differ(first: str, second: str) -> bool:
    names = sorted({node.id for node in ast.walk(ast.parse(first)) if isinstance(node, ast.Name)})
    for point in _POINTS:
        values = {name: point + place for place, name in enumerate(names)}
        if any(name in values for name in ("n", "k", "H")):
            values |= {name: Fraction(3) for name in ("n", "k", "H") if name in values}
        try:
            if evaluate(first, values) != evaluate(second, values):
                return True
        except ZeroDivisionError:
            return False
    return False
