"""JSON text, byte for byte as the standard library writes it, with integers of any size; floats only by name.

CPython writes no integer above a limit of digits (4,300, or what the user's process sets); longer ones are
written through python-flint.
"""

import json
import math
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from certigap.errors import KindError
from certigap.exact.rational import format_int
from certigap.model.files.json_node import MAX_DEPTH

__all__ = ["dumps", "quoted"]

_PLAIN_BITS = 1920  # below 640 digits, the smallest limit that a process can set


def dumps(value: Any, *, pretty: bool = False, sort_keys: bool = False, floats: bool = False) -> str:
    """JSON text as `json.dumps` writes it: compact, or `pretty`, which is indented by 2; `floats`: finite ones too.

    Raises:
        KindError: a float not asked for, a key that is not text, or anything else that strict JSON does not have.

    >>> dumps({"b": 1, "a": [True, "x"]}, sort_keys=True)
    '{"a":[true,"x"],"b":1}'
    """
    if _has_long_integers(value, floats):
        return "".join(_pieces(value, "\n" if pretty else "", sort_keys))
    if pretty:
        return json.dumps(value, indent=2, sort_keys=sort_keys)
    return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys)


def _has_long_integers(root: Any, floats: bool) -> bool:
    """Whether an integer is too long for `json.dumps`; `KindError` for what strict JSON does not have."""
    found, level = False, [root]
    for depth in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict | list | tuple):
                deeper.extend(_checked_children(value, depth))
            elif isinstance(value, int):
                found = found or value.bit_length() > _PLAIN_BITS
            elif value is not None and not isinstance(value, str) and not (floats and _is_finite(value)):
                got = f"the {type(value).__name__} {value!r}"
                raise KindError(f"JSON: expected text, integers, lists and dicts, got {got}")
        level = deeper
    return found


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _checked_children(value: Any, depth: int) -> Iterable[Any]:
    if depth == MAX_DEPTH:
        raise KindError(f"JSON: expected at most {MAX_DEPTH} levels of nesting, got more")
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]
    for key in value:
        if type(key) is not str:
            raise KindError(f"JSON: expected keys that are text, got {key!r}")
    return value.values()


def _pieces(value: Any, newline: str, sort_keys: bool) -> Iterator[str]:
    """The text of a value in pieces; `newline` carries the indentation, and is empty for compact text."""
    if isinstance(value, bool | float) or value is None:
        yield json.dumps(value)
    elif isinstance(value, int):
        yield format_int(value)
    elif isinstance(value, str):
        yield quoted(value)
    elif not value:
        yield "{}" if isinstance(value, dict) else "[]"
    else:
        yield from _container(value, newline, sort_keys)


def _container(value: Any, newline: str, sort_keys: bool) -> Iterator[str]:
    is_dict = isinstance(value, dict)
    inner = newline + "  " if newline else ""
    colon = ": " if newline else ":"
    entries: Iterable[Any] = (sorted(value.items()) if sort_keys else value.items()) if is_dict else value
    yield "{" if is_dict else "["
    for index, entry in enumerate(entries):
        yield ("," if index else "") + inner + (quoted(entry[0]) + colon if is_dict else "")
        yield from _pieces(entry[1] if is_dict else entry, inner, sort_keys)
    yield newline + ("}" if is_dict else "]")
