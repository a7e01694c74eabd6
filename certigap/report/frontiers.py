"""A frontier as plain data and as a table."""

from typing import TYPE_CHECKING, Any

from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_up
from certigap.questions.frontier.figure import beats_trivial
from certigap.report.text import end_text, quantities, quantity, table

if TYPE_CHECKING:
    from certigap.questions.frontier.question import FrontierAnswer

__all__ = ["frontier_json", "frontier_table"]


def frontier_json(answer: "FrontierAnswer", exact: bool = False) -> dict[str, Any]:
    """Both curves as plain data; `exact`: never shorten a number."""
    points = [
        {
            "eps": quantity(point.radius, exact=True),
            "lower": None if point.interval.lower is None else quantity(point.interval.lower, exact, "lower"),
            "upper": None if point.interval.upper is None else quantity(point.interval.upper, exact, "upper"),
            "upper_name": point.upper_name,
            "bounds": quantities(point.bounds, exact, "upper"),
            "complete": point.complete,
        }
        for point in answer.points
    ]
    return {
        "measure": str(answer.measure),
        "points": points,
        "expert_regret": quantity(answer.expert_regret, exact),
        "complete": answer.complete,
    }


def frontier_table(answer: "FrontierAnswer", exact: bool = False) -> str:
    """One line a radius: the interval, where its upper end comes from, and the named bounds below the trivial one.

    Numbers are rounded outward to 6 digits; `exact`: not rounded.
    """
    names = [name for name in answer.points[0].bounds if name != "trivial"]
    shown = [name for name in names if any(beats_trivial(point.bounds, name) for point in answer.points)]
    head = ("eps", "lower", "upper", "by", *shown)
    lines = [
        (
            format_rational(point.radius),
            end_text(point.interval.lower, decimal_down, 6, exact),
            end_text(point.interval.upper, decimal_up, 6, exact),
            point.upper_name,
            *(end_text(point.bounds.get(name), decimal_up, 6, exact) for name in shown),
        )
        for point in answer.points
    ]
    return table([head, *lines])
