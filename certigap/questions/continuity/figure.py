"""The steps of best replies' continuity as curves."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certigap.questions.continuity.answer import ContinuityAnswer
    from certigap.questions.straying_curve import StrayingCurve

__all__ = ["continuity_figure"]


def continuity_figure(answer: "ContinuityAnswer | StrayingCurve", path: str | None = None) -> Any:
    """delta_sel and delta_max of every player as steps; what lies between a lower and an upper end is shaded.

    Args:
        answer: of `continuity`.
        path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

    Returns:
        The matplotlib figure, made without pyplot: nothing global changes.
    """
    from certigap.model.picture import Picture

    players = answer.game.players
    figure = Picture(figsize=(7.2, 2.4 + 1.6 * len(players)), layout="constrained")
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
