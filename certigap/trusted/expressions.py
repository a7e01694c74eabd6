"""FORMAT 3: expressions in parameters, read into quotients of polynomials."""

import re
from fractions import Fraction

from polynomials import Function, Quotients
from reading import ONE, ZERO, Node

TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([A-Za-z_][A-Za-z0-9_]*)|(\*\*|[-+*/^()]))", re.ASCII)
MAX_LENGTH, MAX_DEPTH, MAX_EXPONENT = 2_000, 50, 64


class Expression:
    """Recursive descent over sums, products, signs and powers; the value is a function."""

    def __init__(self, node: Node, ring: Quotients) -> None:
        text = str(node.value) if type(node.value) in (str, int) else ""
        if not text or len(text) > MAX_LENGTH:
            node.fail(f"an expression of at most {MAX_LENGTH} characters")
        self.node, self.ring, self.tokens, place = node, ring, list[str](), 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if match is None:
                node.fail("an expression")
            self.tokens.append(match[0].strip())
            place = match.end()
        self.depth = 0

    def read(self) -> Function:
        result = self.sum()
        return self.node.fail("an expression") if self.tokens else result

    def take(self, *allowed: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in allowed else ""

    def sum(self) -> Function:
        result = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            result = self.ring.add(result, right) if sign == "+" else self.ring.minus(result, right)
        return result

    def product(self) -> Function:
        result = self.signed()
        while operator := self.take("*", "/"):
            top, bottom = self.signed()
            if operator == "/" and not top:
                self.node.fail("no division by zero")
            result = self.ring.mul(result, (top, bottom) if operator == "*" else (bottom, top))
        return result

    def signed(self) -> Function:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        result = self.power()
        return self.ring.minus(self.ring.constant(ZERO), result) if negative else result

    def power(self) -> Function:
        base = self.atom()
        if not self.take("^", "**"):
            return base
        text = self.tokens.pop(0) if self.tokens else ""
        if not text.isdigit() or len(text) > 3 or int(text) > MAX_EXPONENT:
            self.node.fail(f"a whole exponent of at most {MAX_EXPONENT}")
        result = self.ring.constant(ONE)
        for _ in range(int(text)):
            result = self.ring.mul(result, base)
        return result

    def atom(self) -> Function:
        if self.take("("):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.node.fail(f"at most {MAX_DEPTH} levels of parentheses")
            result = self.sum()
            self.depth -= 1
            return result if self.take(")") else self.node.fail("a closing parenthesis")
        text = self.tokens.pop(0) if self.tokens else ""
        if text[:1].isdigit():
            return self.ring.constant(Fraction(text))
        if text not in self.ring.names:
            self.node.fail(f"a number or {', '.join(self.ring.names)}")
        return self.ring.variable(text), self.ring.number(ONE)
