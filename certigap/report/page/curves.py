"""The frontier that several worst cases of one expert draw: what they prove at every error, as two stairs.

A ball lies in every larger one: W(eps) >= the lower end of any smaller radius, W(eps) <= the upper end of any larger.
"""

from collections.abc import Sequence
from fractions import Fraction

from certigap.exact.interval import Interval
from certigap.exact.rational import parse_rational
from certigap.report.page.claim import Checked
from certigap.report.page.markup import Html, element
from certigap.report.page.numbers import at_least, at_most, rounded
from certigap.report.page.scale import Scale
from certigap.report.page.words import MEASURES

__all__ = ["Point", "curves_picture", "curves_table", "frontier_of"]

_WIDTH, _HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 24, 18, 48

Point = tuple[Fraction, Interval]
"""A radius, and what is proven of W there."""


def frontier_of(certificates: Sequence[Checked]) -> list[Point]:
    """What worst cases of one expert and one measure prove together, by radius; empty unless there are two of them."""
    valid = [one for one in certificates if one.verdict.is_valid and one.kind == "worst-case"]
    if len({(str(one.claim["measure"]), str(one.claim["expert"])) for one in valid}) != 1:
        return []
    ends = [(parse_rational(str(one.claim["radius"])), one.quantities["nash_gap"]) for one in valid]
    radii = sorted({radius for radius, _ in ends})
    return [] if len(radii) < 2 else [(radius, _known(radius, ends)) for radius in radii]


def _known(radius: Fraction, ends: Sequence[Point]) -> Interval:
    lower = [known.lower for other, known in ends if other <= radius and known.lower is not None]
    upper = [known.upper for other, known in ends if other >= radius and known.upper is not None]
    return Interval(max(lower, default=None), min(upper, default=None))


def curves_picture(points: Sequence[Point], measure: str) -> Html:
    """Both stairs, with marks where a certificate stands."""
    top = max(end for _, known in points for end in (known.lower, known.upper, Fraction(0)) if end is not None)
    x = Scale(points[-1][0] * Fraction(21, 20) or Fraction(1), _LEFT, _WIDTH - _RIGHT)
    y = Scale(top * Fraction(11, 10) or Fraction(1), _HEIGHT - _BOTTOM, _TOP)
    upper = _stairs([(x(radius), y(_end(known.upper, y.top))) for radius, known in points], x.first, leading=True)
    lower = _stairs([(x(radius), y(_end(known.lower))) for radius, known in points], x(points[-1][0]), leading=False)
    start = f"{x.first:.1f},{y.first:.1f} L{lower[0].replace(' ', ',')}"
    area = f"M{upper[0]} L{' L'.join(upper[1:])} L{' L'.join(reversed(lower))} L{start} Z"
    parts = [
        *(element("line", x1=x.first, x2=x.last, y1=place, y2=place, class_="grid") for place, _ in y.ticks),
        *(
            element("text", text, x=x.first - 8, y=place + 4, text_anchor="end", class_="tick")
            for place, text in y.ticks
        ),
        *(
            element("text", text, x=place, y=y.first + 18, text_anchor="middle", class_="tick")
            for place, text in x.ticks
        ),
        element("path", d=area, class_="between"),
        element("path", d=f"M{' L'.join(upper)}", class_="curve upper"),
        element("path", d=f"M{' L'.join(lower)}", class_="curve lower"),
        *(_mark(x(r), y(known.upper), "upper") for r, known in points if known.upper is not None),
        *(_mark(x(r), y(known.lower), "lower") for r, known in points if known.lower is not None),
        element("text", MEASURES.get(measure, "error"), x=x.last, y=_HEIGHT - 8, text_anchor="end", class_="word"),
        element("text", "Nash gap", x=8, y=12, class_="word"),
    ]
    label = f"worst Nash gap at {len(points)} radii, from below and above"
    return element("svg", *parts, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=label, class_="curves")


def curves_table(points: Sequence[Point], measure: str) -> Html:
    """The ends at each radius."""
    head = element("tr", *(element("th", text) for text in (MEASURES.get(measure, "error"), "at least", "at most")))
    lines = [
        element(
            "tr",
            element("td", rounded(radius, up=True)),
            element("td", "-" if known.lower is None else at_least(known.lower)),
            element("td", "-" if known.upper is None else at_most(known.upper)),
        )
        for radius, known in points
    ]
    return element("table", element("thead", head), element("tbody", *lines), class_="numbers")


def _stairs(places: Sequence[tuple[float, float]], edge: float, leading: bool) -> list[str]:
    """Corners of a stair; a value holds before its place (`leading`), from `edge` on, or after it, up to `edge`."""
    if leading:
        starts = [edge, *(x for x, _ in places[:-1])]
        return [f"{corner:.1f} {y:.1f}" for start, (x, y) in zip(starts, places, strict=True) for corner in (start, x)]
    ends = [*(x for x, _ in places[1:]), edge]
    return [f"{corner:.1f} {y:.1f}" for (x, y), end in zip(places, ends, strict=True) for corner in (x, end)]


def _mark(x: float, y: float, side: str) -> Html:
    return element("circle", cx=x, cy=y, r=4, class_=side)


def _end(value: Fraction | None, unknown: Fraction = Fraction(0)) -> Fraction:
    return unknown if value is None else value
