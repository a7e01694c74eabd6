"""Arithmetic expressions in named parameters, read by a small parser: nothing in a file is ever evaluated as code.

    sum     = product (("+" | "-") product)*          power = atom (("^" | "**") whole number)?
    product = sign (("*" | "/") sign)*                atom  = number | parameter | "(" sum ")"
    sign    = "-" sign | "+" sign | power             number = digits, or digits "." digits

The value is an element of the field of rational functions over Q, exact. Length, nesting, exponents, digits and the
number of terms are limited, so that no text is expensive.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NoReturn

from certigap.errors import InputError
from certigap.model.files.json_node import brief

__all__ = ["parse_expression"]

_MAX_LENGTH = 2_000  # characters: a payoff that a person writes is far shorter
_MAX_EXPONENT = 64  # the number of terms grows with it
_MAX_TERMS = 2_000  # of a numerator or denominator: what root isolation and solving still bear
_MAX_DEPTH = 50  # of brackets: far below what recursion bears
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([^\W\d]\w*)|(\*\*|[-+*/^()]))")


def parse_expression(text: str, parameters: Mapping[str, Any], one: Any) -> Any:
    """The rational function that `text` writes.

    Args:
        text: the expression.
        parameters: the field element of each name.
        one: the field's 1.

    Raises:
        ValueError: text that is no expression, an unknown name, a division by zero, or a limit (expected, got).
    """
    if len(text) > _MAX_LENGTH:
        raise InputError(f"expected an expression of at most {_MAX_LENGTH} characters, got {len(text)}")
    return _Parser(text, parameters, one).whole()


class _Parser:
    """Recursive descent over the tokens, one method a rule of the grammar."""

    def __init__(self, text: str, parameters: Mapping[str, Any], one: Any) -> None:
        self.text, self.parameters, self.one = text, parameters, one
        self.tokens, self.place, self.depth = self._tokens(), 0, 0

    def whole(self) -> Any:
        value = self.sum()
        if self.token():
            self.fail("an operator")
        return value

    def sum(self) -> Any:
        value = self.product()
        while self.token() in ("+", "-"):
            sign, right = self.take(), self.product()
            value = self.bounded(value + right if sign == "+" else value - right)
        return value

    def product(self) -> Any:
        value = self.sign()
        while self.token() in ("*", "/"):
            operator, right = self.take(), self.sign()
            if operator == "/" and not right:
                raise InputError(f"expected no division by zero, got {brief(self.text)}")
            value = self.bounded(value * right if operator == "*" else value / right)
        return value

    def sign(self) -> Any:
        negative = False
        while self.token() in ("+", "-"):
            negative ^= self.take() == "-"
        return -self.power() if negative else self.power()

    def power(self) -> Any:
        value = self.atom()
        if self.token() not in ("^", "**"):
            return value
        self.take()
        if not self.token().isdigit() or len(self.token()) > 3 or int(self.token()) > _MAX_EXPONENT:
            self.fail(f"a whole exponent of at most {_MAX_EXPONENT}")
        result = self.one
        for _ in range(int(self.take())):
            result = self.bounded(result * value)
        return result

    def atom(self) -> Any:
        token = self.token()
        if token == "(":
            return self.group()
        if token[:1].isdigit():
            number = Fraction(self.take())
            return self.one * number.numerator / number.denominator
        if token in self.parameters:
            return self.parameters[self.take()]
        return self.fail(f"a number, a parameter ({', '.join(self.parameters)}) or '('")

    def group(self) -> Any:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise InputError(f"expected at most {_MAX_DEPTH} levels of parentheses, got more")
        self.take()
        value = self.sum()
        if self.token() != ")":
            self.fail("')'")
        self.take()
        self.depth -= 1
        return value

    def token(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def bounded(self, value: Any) -> Any:
        if max(len(value.numer), len(value.denom)) > _MAX_TERMS:
            raise InputError(f"expected an expression of at most {_MAX_TERMS} terms, got more")
        return value

    def fail(self, expected: str) -> NoReturn:
        raise InputError(f"expected {expected}, got {brief(self.token() or 'the end')} in {brief(self.text)}")

    def _tokens(self) -> list[str]:
        found, place = [], 0
        while place < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, place)
            if match is None or not match[0].isascii():
                raise InputError(f"expected an expression, got {brief(self.text)}")
            found.append(match[0].strip())
            place = match.end()
        if not found:
            raise InputError("expected an expression, got an empty text")
        return found
