"""FORMAT 1 and 2: strict JSON, exact rationals, and the two ways of refusing."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from limits import multiple

MAX_BYTES = 1 << 30
MAX_DEPTH = 100
MAX_DIGITS = 100_000
MAX_NAME = 1_000
ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)


class Malformed(Exception):
    """A file that does not follow the grammar: nothing is claimed, exit code 2."""


class Invalid(Exception):
    """A certificate that follows the grammar and does not prove its claim: exit code 1."""


class Refused:
    """What the JSON reader puts where it meets something that the grammar excludes."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def unique_keys(pairs: list[tuple[str, Any]]) -> Any:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            return Refused(f"expected distinct keys, got {shorten(key)} twice")
        result[key] = value
    return result


def bounded_int(digits: str) -> Any:
    return int(digits) if len(digits) <= MAX_DIGITS and digits != "-0" else Refused("expected no -0, no long number")


HOOKS: dict[str, Any] = {
    "parse_int": bounded_int,
    "parse_float": lambda text: Refused("expected no number with a point or an exponent: rationals are text"),
    "parse_constant": lambda text: Refused(f"expected a finite number, got {text}"),
}


def is_plain(value: Any, data: bytes) -> bool:
    """Whether `walk` would find nothing, nor `unique_keys`, seen at once of most files: UTF-8 holds no surrogates that
    are not escaped, and a text has a colon for each member: as many members as colons means that no key came twice.
    """
    if type(value) is not dict or b"\\u" in data:
        return False
    level, members = list[Any]([value]), 0
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for part in level:
            members += len(part) if type(part) is dict else 0
            inner += part.values() if type(part) is dict else part
        if Refused in map(type, inner):
            return False
        level = [part for part in inner if type(part) is dict or type(part) is list]
    return not level and members == data.count(b":")


def read_json(path: str, data: bytes = b"") -> "File":
    """The file (or the data, when there are any) as a `Node`, or `Malformed` with the place and the reason."""
    try:
        with open(path, "rb") as file:
            data = data or file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Malformed(f"{path}: expected at most {MAX_BYTES} bytes")
        text = data.decode("utf-8")
        value = json.loads(text, **HOOKS)
        if not (plain := is_plain(value, data)):
            value = json.loads(text, object_pairs_hook=unique_keys, **HOOKS)
    except OSError as error:
        raise Malformed(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Malformed(f"{path}: expected UTF-8, got another byte at position {error.start}") from None
    except RecursionError:
        raise Malformed(f"{path}: expected at most {MAX_DEPTH} levels of nesting") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"{path}: expected JSON, got a fault at line {error.lineno}, column {error.colno}") from None
    root = File(value, f"{path}: ")
    root.size = len(data)
    if not plain:
        root.walk(0)
    return root


def canonical(value: Any) -> str:
    """The one text of a rational that has been read from a file written by a user (FORMAT 3)."""
    return value if isinstance(value, str) and "." not in value else str(Fraction(value))


def shorten(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return ascii(text if len(text) <= 40 else f"{text[:30]}...")[1:-1]


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*|\.[0-9]+)?", re.ASCII)
Known = tuple[Fraction, int, int]  # a rational, its numerator, its denominator
KNOWN: dict[bool, dict[str, Known]] = {False: {}, True: {}}  # by their text, with and without decimals
KINDS = {dict: "an object", list: "an array", str: "text", int: "an integer", bool: "true or false"}


class Node:
    """A JSON value and its place in the file, which is written down only where a message needs it."""

    __slots__ = ("above", "key", "value")

    def __init__(self, value: Any, key: Any, above: "Node | None" = None) -> None:
        self.value, self.key, self.above = value, key, above

    @property
    def where(self) -> str:
        """The file, and the keys on the way from its root."""
        keys, node = [], self
        while node.above is not None:
            keys.append(shorten(node.key))
            node = node.above
        return "/".join([str(node.key), *reversed(keys)])

    def fail(self, expected: str) -> NoReturn:
        got = shorten(self.value) if isinstance(self.value, str | int) else KINDS.get(type(self.value), "null")
        raise Malformed(f"{self.where}: expected {expected}, got {got}")

    def child(self, key: Any) -> "Node":
        return Node(self.value[key], key, self)

    def walk(self, depth: int) -> None:
        """Report what the JSON reader refused; bounded depth; no lone surrogates."""
        value = self.value
        if isinstance(value, Refused):
            raise Malformed(f"{self.where}: {value.reason}")
        if depth >= MAX_DEPTH and isinstance(value, dict | list):
            raise Malformed(f"{self.where[:200]}...: expected at most {MAX_DEPTH} levels of nesting")
        if isinstance(value, str) and not value.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise Malformed(f"{self.where}: expected text, got a lone surrogate")
        if isinstance(value, dict | list):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                if type(key) is str and not key.isascii():
                    Node(key, self.key, self.above).walk(depth)
                if type(item) is not int and (type(item) is not str or not item.isascii()):
                    self.child(key).walk(depth + 1)

    def fields(self, required: Collection[str] = (), optional: Collection[str] = ()) -> "dict[str, Node]":
        """The members of an object with these keys and no others."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        for key in required:
            if key not in self.value:
                raise Malformed(f"{self.where}: expected the key {shorten(key)}, got none")
        for key in self.value if len(self.value) > len(required) else ():
            if key not in required and key not in optional:
                raise Malformed(f"{self.where}: expected no key {shorten(key)}")
        return {key: self.child(key) for key in self.value}

    def items(self, length: int | None = None) -> "list[Node]":
        if not isinstance(self.value, list):
            self.fail("an array")
        if length is not None and len(self.value) != length:
            raise Malformed(f"{self.where}: expected {length} entries, got {len(self.value)}")
        return [self.child(k) for k in range(len(self.value))]

    def integer(self, allowed: Sequence[int] | None = None) -> int:
        if type(self.value) is not int or (allowed is not None and self.value not in allowed):
            self.fail(f"one of {allowed}" if allowed else "an integer")
        return self.value

    def one_of(self, allowed: Iterable[str]) -> str:
        if not isinstance(self.value, str) or self.value not in allowed:
            self.fail(f"one of {shorten(', '.join(allowed))}")
        return self.value

    def name(self) -> str:
        x = self.value
        if not isinstance(x, str) or not 0 < len(x) <= MAX_NAME or CONTROL.search(x):
            self.fail("a name (non-empty text without control characters)")
        return x

    def names(self) -> list[str]:
        result = [item.name() for item in self.items()]
        if not result or len(set(result)) < len(result):
            raise Malformed(f"{self.where}: expected distinct names, at least one")
        return result

    def rational(self, decimals: bool = False) -> Fraction:
        """FORMAT 2; `decimals`: files written by users may also hold plain decimals, and JSON integers."""
        text = self.value
        if decimals and type(text) is int:
            return Fraction(text)
        if isinstance(text, str) and (known := KNOWN[decimals].get(text)):
            return known[0]
        if not isinstance(text, str) or not RATIONAL.fullmatch(text) or (text[0] == "-" and not text.strip("-0.")):
            self.fail("a rational as text, such as -3 or 3/4")
        if max(map(len, text.replace(".", "").removeprefix("-").split("/"))) > MAX_DIGITS:
            raise Malformed(f"{self.where}: expected a number of at most {MAX_DIGITS} digits")
        if "." in text and not decimals:
            self.fail("an integer or lowest terms")
        result, bottom = Fraction(text), text.partition("/")[2]
        if bottom and (bottom == "1" or result.denominator != int(bottom)):
            self.fail("lowest terms")
        if len(KNOWN[decimals]) < 100_000:
            KNOWN[decimals][text] = (result, result.numerator, result.denominator)
        return result

    def numbers(self, decimals: bool) -> list[Known]:
        """The rationals of an object or array; children are made only where a text is not known."""
        value, known = self.value, KNOWN[decimals]
        try:
            return [known[x] for x in (value.values() if type(value) is dict else value)]
        except (KeyError, TypeError):
            keys = value if type(value) is dict else range(len(value))
            return [(x, x.numerator, x.denominator) for x in (self.child(key).rational(decimals) for key in keys)]

    def weights(self, index: dict[str, int], decimals: bool) -> tuple[dict[int, int], int]:
        """A probability row `{name: rational}` as `{index[name]: integer}` without zeros, and what they are over."""
        if not isinstance(self.value, dict) or not self.value.keys() <= index.keys():
            self.fields((), index)
        row = self.numbers(decimals)
        den = multiple({bottom for _, _, bottom in row}, len(row))
        result = {index[name]: top * (den // bottom) for name, (_, top, bottom) in zip(self.value, row) if top}
        if min(result.values(), default=0) < 0:
            self.child(next(name for name, (x, _, _) in zip(self.value, row) if x < 0)).fail("a probability")
        whole = sum(result.values())
        if whole != den:
            raise Malformed(f"{self.where}: sums to {shorten(Fraction(whole, den))}, expected 1")
        return result, den


class File(Node):
    """The root of a file."""

    __slots__ = ("size",)
    size: int  # bytes


def open_file(node: Node, kind: str, required: Collection[str], optional: Collection[str]) -> dict[str, Node]:
    members = node.fields(("format", "version", *required), optional)
    members["format"].one_of((f"certigap-{kind}",))
    members["version"].integer((1,))
    if "name" in members and members["name"].value != "":
        members["name"].name()
    if "meta" in members:
        members["meta"].fields((), members["meta"].value)
    return members
