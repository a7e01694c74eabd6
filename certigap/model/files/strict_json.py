"""Strict JSON: one text has one meaning, or is refused with the place and the reason.

Accepted is RFC 8259 in UTF-8 without a byte order mark, with distinct keys, integers only (no fraction, no
exponent, no `-0`, no `NaN`), no lone surrogates, at most `MAX_DEPTH` levels, and nothing after the value. A message
reads `FILE: /json/pointer: reason`. The hooks of the standard decoder leave a marker where they refuse something; a
walk then finds its place.
"""

import json
import os
import re
from collections.abc import Iterable
from typing import Any

from certigap.errors import InputError
from certigap.exact.rational import parse_int
from certigap.model.files.json_node import MAX_DEPTH, MAX_NAME, Node, brief, name_fault, printable, repeated
from certigap.model.files.json_write import dumps
from certigap.work.collector import collector_off

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NAME",
    "Node",
    "brief",
    "dumps",
    "name_fault",
    "parse_json",
    "read_bytes",
    "read_json",
    "read_text",
]

MAX_BYTES = 2**30  # FORMAT 1
_CHUNK = 2**22  # bytes read at a time: memory against system calls
_NOT_NESTING = bytes(set(range(256)) - set(b'[]{}"'))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAYBE_SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")  # in the text, as it is or escaped


def read_json(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> Node:
    """The JSON value in a file.

    Raises:
        InputError: a file that cannot be read, is larger than `max_bytes`, or is not strict JSON.
    """
    return parse_json(read_text(path, max_bytes), os.fspath(path))


def read_text(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> str:
    """The UTF-8 text in a file of at most `max_bytes` bytes; `InputError` when there is no such text."""
    source = printable(os.fspath(path))
    data = read_bytes(path, max_bytes)
    if data.startswith(b"\xef\xbb\xbf"):
        raise InputError(f"{source}: expected UTF-8 without a byte order mark, got one")
    if data.startswith(b"PK\x03\x04"):
        raise InputError(
            f"{source}: expected JSON, got an archive (.npz), damaged or of another kind; certigap convert reads arrays"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise InputError(f"{source}: expected UTF-8, got {got}") from None


def read_bytes(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a file of at most `max_bytes` bytes; `InputError` when there is none."""
    source = printable(os.fspath(path))
    try:
        data = _read_bytes(path, max_bytes)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{source}: expected a readable file, got: {reason}") from None
    if data is None:
        raise InputError(f"{source}: expected at most {max_bytes} bytes, got more")
    return data


@collector_off()
def parse_json(text: str, source: str = "text") -> Node:
    """The JSON value that `text` writes; `source` names the text in messages.

    Raises:
        InputError: text that is not strict JSON.

    >>> parse_json('{"a": 1, "a": 2}', "x.json")
    Traceback (most recent call last):
    certigap.errors.InputError: x.json: expected distinct keys, got 'a' twice
    """
    source = printable(source)
    if not text or text.isspace():
        raise InputError(f"{source}: expected JSON, got an empty text")
    if text.startswith("\ufeff"):
        raise InputError(f"{source}: expected JSON without a byte order mark, got one")
    hooks = _Hooks()
    try:
        root = Node(hooks.decoder().decode(text), source)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno} column {error.colno}"
        raise InputError(f"{source}: expected strict JSON, got at {at}: {error.msg}") from None
    except RecursionError:
        raise InputError(f"{source}: expected at most {MAX_DEPTH} levels of nesting, got far more") from None
    if hooks.refused or _too_deep(root.value, text) or _may_have_surrogates(text):
        _refuse_first_fault(root)
    return root


class _Refused:
    """Left by a hook of the decoder in place of a value that strict JSON does not have."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Hooks:
    """Hooks of the standard decoder that accept the strict part and mark the rest."""

    def __init__(self) -> None:
        self.refused = False

    def decoder(self) -> json.JSONDecoder:
        return json.JSONDecoder(
            object_pairs_hook=self.members,
            parse_int=self.integer,
            parse_float=self.number,
            parse_constant=self.constant,
        )

    def refuse(self, reason: str) -> Any:
        self.refused = True
        return _Refused(reason)

    def members(self, pairs: list[tuple[str, Any]]) -> Any:
        result = dict(pairs)
        if len(result) == len(pairs):
            return result
        return self.refuse(f"expected distinct keys, got {brief(repeated(key for key, _ in pairs))} twice")

    def integer(self, digits: str) -> Any:
        if digits == "-0":
            return self.refuse("expected 0 without a sign, got -0")
        try:
            return parse_int(digits)
        except ValueError as error:
            return self.refuse(str(error))

    def number(self, text: str) -> Any:
        return self.refuse(f"expected an integer, or a rational written as text, got the number {brief(text)}")

    def constant(self, text: str) -> Any:
        return self.refuse(f"expected strict JSON, got {text}")


def _read_bytes(path: str | os.PathLike[str], max_bytes: int) -> bytes | None:
    """The content, or `None` above `max_bytes`: an endless file is left after one chunk too many."""
    data = bytearray()
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size > max_bytes:
            return None
        while chunk := file.read(_CHUNK):
            data += chunk
            if len(data) > max_bytes:
                return None
    return bytes(data)


def _too_deep(root: Any, text: str) -> bool:
    """Whether lists and objects are nested in more than `MAX_DEPTH` levels."""
    if "\\" not in text:
        nesting = text.encode("utf-8", "replace").translate(_ONE_KIND, _NOT_NESTING).replace(b'""', b"")
        if b'"' not in nesting:  # so no string has a bracket: the quotes before one inside would be odd in number
            return _height(nesting) > MAX_DEPTH
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent) if type(child) in (dict, list)]
        if not level:
            return False
    return True


def _height(nesting: bytes) -> int:
    """The levels of balanced brackets, at most one above `MAX_DEPTH`: the innermost ones go, again and again."""
    for height in range(MAX_DEPTH + 1):
        if not nesting:
            return height
        nesting = nesting.replace(b"[]", b"")
    return MAX_DEPTH + 1


def _children(value: Any) -> Iterable[Any]:
    if type(value) is dict:
        return value.values()
    return value if type(value) is list else ()


def _may_have_surrogates(text: str) -> bool:
    """Few texts do: most are ASCII without an escape, which is seen at once."""
    return ("\\" in text or not text.isascii()) and _MAYBE_SURROGATE.search(text) is not None


def _refuse_first_fault(root: Node) -> None:
    """Raise for the first marker, lone surrogate or value too deep, in the order of the text, if there is one."""
    stack = [(root, 1)]
    while stack:
        node, level = stack.pop()
        value = node.value
        if isinstance(value, _Refused):
            node.fail(value.reason)
        if isinstance(value, str):
            _refuse_surrogates(node, value)
        if type(value) not in (dict, list):
            continue
        if level > MAX_DEPTH:
            node.fail(f"expected at most {MAX_DEPTH} levels of nesting, got more")
        for key in value if type(value) is dict else ():
            _refuse_surrogates(node, key)
        keys: Iterable[Any] = value if type(value) is dict else range(len(value))
        stack.extend([(node.child(key), level + 1) for key in keys][::-1])


def _refuse_surrogates(node: Node, text: str) -> None:
    if _SURROGATE.search(text):
        node.fail(f"expected text without lone surrogates, got {brief(text)}")
