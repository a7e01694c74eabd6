"""A frontier as two curves."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from certigap.exact.interval import Interval

if TYPE_CHECKING:
    from certigap.questions.frontier.question import FrontierAnswer

__all__ = ["beats_trivial", "frontier_figure"]


def frontier_figure(answer: "FrontierAnswer", path: str | None = None) -> Any:
    """The two curves of a frontier, the named bounds that beat the trivial one, and the trivial bound (matplotlib).

    Args:
        answer: the frontier.
        path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

    Returns:
        The matplotlib figure, made without pyplot: nothing global changes.
    """
    from certigap.model.picture import Picture

    figure = Picture(figsize=(7.2, 4.6), layout="constrained")
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
    return beats_trivial(bounds, name) and value > upper + apart


def beats_trivial(bounds: Mapping[str, Fraction | None], name: str) -> bool:
    """Whether a named bound is known and below the trivial one."""
    value, trivial = bounds.get(name), bounds.get("trivial")
    return value is not None and trivial is not None and value < trivial
