"""What objects show of themselves on one screen: long numbers rounded, long sequences cut."""

import dataclasses
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar

from certigap.exact.rounding import decimal_text

__all__ = ["SCREEN", "Brief", "number_brief", "shortened"]

SCREEN = 800
"""Characters: ten lines of a terminal."""

_BITS = 128  # of a number that is shown as it is
_ITEMS = 8  # of a sequence


class Brief:
    """A dataclass (made with `repr=False`) whose `repr` is its usual one where that is short, else an extract.

    >>> @dataclasses.dataclass(frozen=True, repr=False)
    ... class Pair(Brief):
    ...     left: Fraction
    ...     right: tuple[int, ...]
    >>> Pair(Fraction(1, 2), (1,)), Pair(Fraction(1, 3**200), tuple(range(100)))
    (Pair(left=Fraction(1, 2), right=(1,)), Pair(left=about 3.76486e-96, right=(0, 1, 2, 3, 4, 5, 6, 7, ... 92 more)))
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __repr__(self) -> str:
        names = (field.name for field in dataclasses.fields(self) if field.repr)
        fields = ", ".join(f"{name}={_text(getattr(self, name))}" for name in names)
        return shortened(f"{type(self).__name__}({fields})")


def number_brief(value: Fraction) -> str:
    """The number as text where it is short, else "about" six of its digits.

    >>> number_brief(Fraction(2, 3)), number_brief(Fraction(2, 3**100))
    ('2/3', 'about 3.88065e-48')
    """
    return str(value) if _is_short(value) else f"about {decimal_text(value)}"


def shortened(text: str, most: int = SCREEN) -> str:
    """The text, or its beginning and its last character around three points."""
    return text if len(text) <= most else f"{text[: most - 4]}...{text[-1]}"


def _text(value: Any) -> str:
    if isinstance(value, Fraction | int) and not _is_short(value):
        return f"about {decimal_text(Fraction(value))}"
    if type(value) in (tuple, list):
        left, right = "()" if type(value) is tuple else "[]"
        comma = "," if type(value) is tuple and len(value) == 1 else ""
        return f"{left}{_joined(map(_text, value[:_ITEMS]), len(value))}{comma}{right}"
    if isinstance(value, Mapping):
        pairs = (f"{key!r}: {_text(item)}" for key, item in list(value.items())[:_ITEMS])
        return f"{{{_joined(pairs, len(value))}}}"
    return shortened(repr(value), SCREEN // 2)


def _joined(shown: Iterable[str], count: int) -> str:
    return ", ".join(shown) + (f", ... {count - _ITEMS} more" if count > _ITEMS else "")


def _is_short(value: Fraction | int) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= _BITS
