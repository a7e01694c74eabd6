"""The interval of a claim as a picture: what is proven from below and above on a line, other bounds as marks on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.interval import Interval
from certigap.report.page.markup import Html, element, join
from certigap.report.page.numbers import rounded
from certigap.report.page.scale import Scale

__all__ = ["Mark", "span_picture"]

_WIDTH, _LEFT, _RIGHT = 720, 24, 24
_ROW = 22  # height of a line of labels
_LETTER = 6.6  # width of a character of a label, about

_ENDS = {
    "lower": ("\u2265", "attained by a policy", "end"),
    "upper": ("\u2264", "proven for every policy", "start"),
    "exact": ("=", "proven from both sides", "middle"),
}
"""Per end: its sign, what it says, and the side of its place on which that stands."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside the interval, such as a bound that is not the smallest."""

    name: str
    value: Fraction
    style: str = "bound"


def span_picture(interval: Interval, marks: Sequence[Mark], largest: Fraction, label: str) -> Html:
    """A line from 0 to somewhat beyond the interval, with the interval on it.

    Args:
        interval: what is proven; an end that is not known lies at the end of the line.
        marks: those that lie on the line are drawn.
        largest: where the line ends if the interval is 0 alone, above 0.
        label: what a reader who sees no picture is told.
    """
    end = interval.upper if interval.upper is not None else interval.lower
    x = Scale(end * Fraction(7, 5) if end else largest, _LEFT, _WIDTH - _RIGHT)
    low, high = x(interval.lower or Fraction(0)), x(x.top if interval.upper is None else interval.upper)
    seen = [mark for mark in marks if mark.value <= x.top]
    labels = [(x(mark.value), f"{mark.name} {rounded(mark.value, up=True)}", mark.style) for mark in seen]
    lines, placed = _stacked(labels)
    base = 62
    height = base + 34 + _ROW * lines
    parts = [
        element("rect", x=_LEFT, y=base - 5, width=_WIDTH - _LEFT - _RIGHT, height=10, rx=5, class_="rail"),
        element("rect", x=_LEFT, y=base - 5, width=max(low - _LEFT, 0), height=10, rx=5, class_="below"),
        element("rect", x=low, y=base - 9, width=max(high - low, 3), height=18, rx=3, class_="unknown"),
        *([] if interval.is_exact else _end(low, interval.lower, "lower", base)),
        *_end(high, interval.upper, "exact" if interval.is_exact else "upper", base),
        *(_tick(tick, base) for tick in x.ticks),
    ]
    for place, text, style, line, anchor in placed:
        y = base + 42 + _ROW * line
        parts.append(element("line", x1=place, x2=place, y1=base + 9, y2=y - 12, class_=f"mark {style}"))
        parts.append(element("text", text, x=place, y=y, text_anchor=anchor, class_=f"mark {style}"))
    return element("svg", *parts, viewBox=f"0 0 {_WIDTH} {height + 6}", role="img", aria_label=label, class_="span")


def _tick(tick: tuple[float, str], base: int) -> Html:
    place, text = tick
    line = element("line", x1=place, x2=place, y1=base + 5, y2=base + 10, class_="tick")
    return join(line, element("text", text, x=place, y=base + 22, text_anchor="middle", class_="tick"))


def _end(place: float, value: Fraction | None, side: str, base: int) -> list[Html]:
    """One end of the interval with its number, above the line and away from the other end's."""
    if value is None or (side == "lower" and not value):
        return []
    sign, word, wanted = _ENDS[side]
    text = f"{sign} {rounded(value, up=side != 'lower')}"
    anchor = _anchor(place, wanted, max(len(text) * 9.5, len(word) * _LETTER))
    return [
        element("line", x1=place, x2=place, y1=base - 14, y2=base + 9, class_=side),
        element("text", text, x=place, y=base - 20, text_anchor=anchor, class_=f"end {side}"),
        element("text", word, x=place, y=base - 42, text_anchor=anchor, class_="word"),
    ]


def _anchor(place: float, wanted: str, width: float) -> str:
    """On which side of its place a label stands, so that it stays in the picture."""
    if wanted == "end" and place - width < 0:
        return "start"
    if wanted == "start" and place + width > _WIDTH:
        return "end"
    if wanted == "middle":
        return "start" if place < width / 2 else "end" if place > _WIDTH - width / 2 else wanted
    return wanted


def _stacked(labels: list[tuple[float, str, str]]) -> tuple[int, list[tuple[float, str, str, int, str]]]:
    """The labels with a line for each, so that none covers another."""
    ends: list[float] = []
    placed = []
    for place, text, style in sorted(labels):
        width = len(text) * _LETTER
        anchor = _anchor(place, "middle", width)
        left = {"start": place, "middle": place - width / 2, "end": place - width}[anchor]
        line = next((k for k, end in enumerate(ends) if end + 10 < left), len(ends))
        ends[line:] = [left + width, *ends[line + 1 :]]
        placed.append((place, text, style, line, anchor))
    return len(ends), placed
