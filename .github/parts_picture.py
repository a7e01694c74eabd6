"""Draw `.github/parts.svg`, the picture of the parts, from the imports: `python .github/parts_picture.py`.

A box is a part, its width the share of lines, its row one below the lowest of the parts that it imports; an arrow goes
from a part up to one that it imports. Arrows that others imply (a -> c beside a -> b -> c) are left out, and so are
`errors` and `version`, which any part may import.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.helpers.layers import LAYERS, parts, shares

EVERYWHERE = {"errors", "version"}
GAP, HEIGHT, UNIT, SMALLEST = 0.35, 0.5, 22.0, 1.15
"""Inches: between boxes of a row, of a box, of width for the whole package, of the narrowest box."""


def depths(uses: dict[str, set[str]]) -> dict[str, int]:
    """Part -> its row: 0 where it imports nothing."""
    found: dict[str, int] = {}
    for name in LAYERS:
        if name in uses:
            found[name] = 1 + max((found[other] for other in uses[name]), default=-1)
    return found


def reachable(name: str, uses: dict[str, set[str]]) -> set[str]:
    """All parts that a part needs, directly or not."""
    return uses[name].union(*(reachable(other, uses) for other in uses[name]))


def direct(uses: dict[str, set[str]]) -> dict[str, set[str]]:
    """The imports that no chain of other imports implies."""
    return {
        name: {other for other in mine if not any(other in reachable(third, uses) for third in mine)}
        for name, mine in uses.items()
    }


def draw(target: Path) -> None:
    """One figure: rows of boxes, arrows between them, the checker apart."""
    uses = {name: others - EVERYWHERE for name, others in parts().items() if name not in EVERYWHERE}
    share = shares()
    rows = depths(uses)
    count = max(rows.values()) + 1
    figure, axes = plt.subplots(figsize=(11, 0.95 * count + 1.2))
    places: dict[str, tuple[float, float, float]] = {}
    for row in range(count):
        names = [name for name in LAYERS if rows.get(name) == row]
        widths = [max(SMALLEST, UNIT * share[name]) for name in names]
        left = -(sum(widths) + GAP * (len(names) - 1)) / 2
        for name, width in zip(names, widths, strict=True):
            places[name] = (left + width / 2, -1.1 * row, width)
            left += width + GAP
    places["checker"] = (5.0, -1.1 * (count - 1), max(SMALLEST, UNIT * share["checker"]))
    for name, others in direct(uses).items():
        for other in others:
            start, end = places[name], places[other]
            axes.annotate(
                "",
                (end[0], end[1] - HEIGHT / 2),
                (start[0], start[1] + HEIGHT / 2),
                arrowprops={"arrowstyle": "-|>", "color": "#5b6b7b", "lw": 1.0, "shrinkA": 0, "shrinkB": 0},
            )
    for name, (x, y, width) in places.items():
        trusted = name == "checker"
        box = plt.Rectangle(
            (x - width / 2, y - HEIGHT / 2),
            width,
            HEIGHT,
            facecolor="#f6e3b4" if trusted else "#dce8f4",
            edgecolor="#333333",
            zorder=3,
        )
        axes.add_patch(box)
        label = "checker.py + trusted/" if trusted else name
        axes.text(x, y, f"{label}\n{100 * share[name]:.1f} %", ha="center", va="center", fontsize=8, zorder=4)
    x, y, _ = places["checker"]
    axes.text(x, y + HEIGHT / 2 + 0.08, "imports nothing of the package", ha="center", fontsize=7, style="italic")
    lefts = [x - width / 2 for x, _, width in places.values()]
    rights = [x + width / 2 for x, _, width in places.values()]
    axes.set_xlim(min(lefts) - 0.2, max(rights) + 0.2)
    axes.set_ylim(-1.1 * (count - 1) - 0.5, 0.5)
    axes.set_axis_off()
    figure.savefig(target, bbox_inches="tight", metadata={"Date": None})


def main() -> None:
    """Draw the picture beside this file."""
    plt.rcParams["svg.hashsalt"] = "certigap"
    draw(Path(__file__).with_name("parts.svg"))


if __name__ == "__main__":
    main()
