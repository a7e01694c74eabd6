"""How answers read: quantities, aligned tables, and the JSON of the command line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up

if TYPE_CHECKING:
    from certigap.questions.continuity import ContinuityAnswer
    from certigap.questions.frontier.question import FrontierAnswer

__all__ = [
    "continuity_figure",
    "frontier_figure",
    "frontier_json",
    "frontier_table",
    "interval_text",
    "number_text",
    "quantities",
    "quantity",
    "table",
]

EXACT_BITS = 4096  # a number of more is printed as an interval: a promise of --json
_READABLE = 24  # characters: a longer fraction is no easier to read than a decimal


def quantity(value: Interval | Fraction, exact: bool = False) -> str | dict[str, str]:
    """A canonical rational, or `{"lower", "upper"}` where the number is not known or longer than 4,096 bits.

    Args:
        value: what is known of the number.
        exact: never shorten.

    >>> quantity(Fraction(1, 3))
    '1/3'
    """
    interval = Interval.point(value) if isinstance(value, Fraction) else value
    if interval.is_exact and (exact or _bits(interval.value) <= EXACT_BITS):
        return format_rational(interval.value)
    if exact:
        return interval.to_json()
    ends = {"lower": (interval.lower, decimal_down), "upper": (interval.upper, decimal_up)}
    return {
        side: format_rational(end if _bits(end) <= EXACT_BITS else outward(end, 30))
        for side, (end, outward) in ends.items()
        if end is not None
    }


def number_text(value: Fraction, exact: bool = False) -> str:
    """A number as a reader wants it: exact when short, with a decimal beside it when long; `exact`: never shortened.

    >>> number_text(Fraction(50, 3)), number_text(Fraction(50, 3), exact=True)
    ('50/3 ~ 16.6667', '50/3')
    """
    if exact:
        return format_rational(value)
    if _bits(value) > 4 * _READABLE:
        return f"~ {decimal_text(value)}"
    text = format_rational(value)
    if value.denominator == 1 and len(text) <= _READABLE:
        return text
    return f"{text} ~ {decimal_text(value)}" if len(text) <= _READABLE else f"~ {decimal_text(value)}"


def interval_text(interval: Interval, exact: bool = False) -> str:
    """What is known of a number: itself, or the ends rounded outward to 8 digits; `exact`: the ends themselves."""
    if interval.is_exact:
        return number_text(interval.value, exact)
    return f"[{_end(interval.lower, decimal_down, 8, exact, '?')}, {_end(interval.upper, decimal_up, 8, exact, '?')}]"


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of text in aligned columns, two spaces between them.

    >>> print(table([("a", "1"), ("bcd", "2")]))
    a    1
    bcd  2
    """
    lines = [list(row) for row in rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))] if lines else []
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def quantities(values: Mapping[str, Any], exact: bool = False) -> dict[str, Any]:
    """`quantity` of every entry; what is unknown stays None."""
    return {name: None if value is None else quantity(value, exact) for name, value in values.items()}


def frontier_json(answer: "FrontierAnswer", exact: bool = False) -> dict[str, Any]:
    """Both curves as plain data; `exact`: never shorten a number."""
    points = [
        {
            "eps": format_rational(point.radius),
            "lower": None if point.interval.lower is None else quantity(point.interval.lower, exact),
            "upper": None if point.interval.upper is None else quantity(point.interval.upper, exact),
            "upper_name": point.upper_name,
            "bounds": quantities(point.bounds, exact),
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
    shown = [name for name in names if any(_beats_trivial(point.bounds, name) for point in answer.points)]
    head = ("eps", "lower", "upper", "by", *shown)
    lines = [
        (
            format_rational(point.radius),
            _end(point.interval.lower, decimal_down, 6, exact),
            _end(point.interval.upper, decimal_up, 6, exact),
            point.upper_name,
            *(_end(point.bounds.get(name), decimal_up, 6, exact) for name in shown),
        )
        for point in answer.points
    ]
    return table([head, *lines])


def frontier_figure(answer: "FrontierAnswer", path: str | None = None) -> Any:
    """The two curves of a frontier, the named bounds that beat the trivial one, and the trivial bound (matplotlib).

    Args:
        answer: the frontier.
        path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

    Returns:
        The matplotlib figure, made without pyplot: nothing global changes.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    axes = figure.add_subplot()
    eps = [float(point.radius) for point in answer.points]
    lower = [float(point.interval.lower or 0) for point in answer.points]
    upper = [float(point.interval.upper or 0) for point in answer.points]
    trivial = float(answer.points[0].bounds["trivial"] or 0)
    axes.axhline(trivial, color="0.45", linestyle=(0, (6, 4)), linewidth=1.2, label="trivial bound")
    for name, style in zip(_others(answer), ((0, (1, 1.5)), (0, (3, 1.5)), (0, (5, 1, 1, 1))), strict=False):
        known = [(float(p.radius), float(v)) for p in answer.points if (v := p.bounds.get(name)) is not None]
        curve = [(x, y) for x, y in known if y <= trivial]
        if curve:
            axes.plot(*zip(*curve, strict=True), color="0.35", linestyle=style, linewidth=1.0, label=f"bound: {name}")
    axes.fill_between(
        eps, lower, upper, color="#9ecae1", alpha=0.5, linewidth=0, label="the worst gap (proven at the marked radii)"
    )
    axes.plot(eps, upper, color="#08519c", marker="v", markersize=5, label="upper end, proven")
    axes.plot(eps, lower, color="#a63603", marker="^", markersize=5, label="lower end, a witness policy")
    axes.axhline(float(answer.expert_regret.upper or 0), color="0.7", linewidth=0.8, label="the expert's own gap")
    payoff = "payoff" if answer.game.is_normal_form else "discounted payoff"
    axes.set(
        xlabel=f"imitation error eps_{answer.measure.label} (full L1)", ylabel=f"NashGap ({payoff})", ylim=(0, None)
    )
    axes.set_xlim(min(0.0, *eps), max(eps) * 1.02 or 1.0)
    title = f"{answer.game.name}: the worst NashGap of any imitator" if answer.game.name else "The worst NashGap"
    axes.set_title(title, fontsize=11)
    figure.legend(fontsize=8, loc="outside lower center", ncols=3, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    if path is not None:
        figure.savefig(path, dpi=160)
    return figure


def continuity_figure(answer: "ContinuityAnswer", path: str | None = None) -> Any:
    """delta_sel and delta_max of every player as steps; what lies between a lower and an upper end is shaded.

    Args:
        answer: of `continuity`.
        path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

    Returns:
        The matplotlib figure, made without pyplot: nothing global changes.
    """
    from matplotlib.figure import Figure

    players = answer.game.players
    figure = Figure(figsize=(7.2, 2.4 + 1.6 * len(players)), layout="constrained")
    rows = figure.subplots(len(players), 1, sharex=True, squeeze=False)[:, 0]
    for i, (player, axes) in enumerate(zip(players, rows, strict=True)):
        for name, own, color, width in (
            ("delta_max", answer.delta_max[i], "#fd8d3c", 3.4),
            ("delta_sel", answer.delta_sel[i], "#08519c", 1.4),
        ):
            starts = [float(step.start) for step in own.steps] + [float(answer.radius)]
            lower, upper = ([float(getattr(s, side)) for s in own.steps] for side in ("lower", "upper"))
            axes.fill_between(starts, [*lower, lower[-1]], [*upper, upper[-1]], step="post", color=color, alpha=0.25)
            axes.step(starts, [*upper, upper[-1]], where="post", color=color, linewidth=width, label=name)
            for filled in (True, False):
                marked = [(float(s.start), float(s.upper)) for s in own.steps if s.is_open != filled]
                face = color if filled else "white"
                places, values = [x for x, _ in marked], [y for _, y in marked]
                axes.plot(places, values, "o", color=color, markerfacecolor=face, markersize=4.5)
        axes.set(ylabel=f"player {player}", ylim=(-0.1, 2.1), xlim=(-0.01 * float(answer.radius or 1), None))
        axes.spines[["top", "right"]].set_visible(False)
    rows[0].legend(fontsize=8, frameon=False, loc="upper left")
    rows[0].set_title("How far best replies move (L1); hollow: above that distance only", fontsize=10)
    rows[-1].set_xlabel("L1 distance of the others' joint play to the expert's")
    if path is not None:
        figure.savefig(path, dpi=160)
    return figure


def _others(answer: "FrontierAnswer") -> list[str]:
    """Names whose bound beats the trivial one somewhere and stands clear of the upper curve somewhere."""
    apart = Fraction(1, 50) * (answer.points[0].bounds["trivial"] or 0)
    return [
        name
        for name in answer.points[0].bounds
        if name != "trivial"
        and any(_stands_clear(point.bounds, point.interval, name, apart) for point in answer.points)
    ]


def _stands_clear(bounds: Mapping[str, Fraction | None], interval: Interval, name: str, apart: Fraction) -> bool:
    value, upper = bounds.get(name), interval.upper
    if value is None or upper is None:
        return False
    return _beats_trivial(bounds, name) and value > upper + apart


def _beats_trivial(bounds: Mapping[str, Fraction | None], name: str) -> bool:
    value, trivial = bounds.get(name), bounds.get("trivial")
    return value is not None and trivial is not None and value < trivial


def _end(
    value: Fraction | None, outward: Callable[[Fraction, int], Fraction], digits: int, exact: bool, unknown: str = "-"
) -> str:
    if value is None:
        return unknown
    return format_rational(value) if exact else decimal_text(outward(value, digits), digits)
