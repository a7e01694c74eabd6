"""What every answer does in a notebook: a line, a table, a picture, a DataFrame. Its attributes hold the facts.

An answer says what its table holds (`Sheet`); cells are text, numbers, or intervals of what is known of a number.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from certigap.errors import InputError
from certigap.exact.brief import number_brief, shortened
from certigap.exact.interval import Interval
from certigap.exact.rounding import decimal_down, decimal_text, decimal_up
from certigap.model.display import html_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Cell", "Sheet", "Shown", "frame"]

Cell: TypeAlias = str | int | Fraction | Interval | None
"""None: nothing is known, or there is nothing to know."""

_DIGITS = 6
_SHORT = 12  # characters of a fraction that is as easy to read as a decimal
_BARS = 40  # rows of a picture: more cannot be read
_COLORS = ("#08519c", "#a63603", "#3f7f3f", "0.35", "#7a5195")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the names of its columns, and its rows, of so many cells each.

    Where the first column holds numbers, they are the places of curves; otherwise it holds names.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def frame(sheet: Sheet) -> Any:
    """A sheet as a DataFrame (see `Shown.to_frame`)."""
    try:
        import pandas
    except ImportError:
        raise InputError("to_frame: expected pandas to be installed, got none: pip install pandas") from None
    columns: dict[str, list[Any]] = {}
    for k, name in enumerate(sheet.columns):
        cells = [row[k] for row in sheet.rows]
        if any(isinstance(cell, Interval) for cell in cells):
            columns[f"{name} lower"] = [_float(_ends(cell)[0], down=True) for cell in cells]
            columns[f"{name} upper"] = [_float(_ends(cell)[1], down=False) for cell in cells]
        else:
            columns[name] = [float(cell) if isinstance(cell, Fraction) else cell for cell in cells]
    return pandas.DataFrame(columns)


class Shown(ABC):
    """An answer that can be looked at; a class says its line (`_line`) and its table (`sheet`)."""

    __slots__ = ()

    @abstractmethod
    def _line(self) -> str:
        """The answer in one line, with its numbers."""

    @abstractmethod
    def sheet(self) -> Sheet:
        """The answer as a table."""

    def __repr__(self) -> str:
        return shortened(self._line())

    def _repr_html_(self) -> str:
        sheet = self.sheet()
        rows = ((_text(row[0]), [_text(cell) for cell in row[1:]]) for row in sheet.rows)
        return html_table(repr(self).removeprefix("<").removesuffix(">"), sheet.columns, rows, len(sheet.rows))

    def to_frame(self) -> Any:
        """The table as a DataFrame of floats and text; an interval becomes two columns, its ends rounded outward.

        Raises:
            InputError: pandas is not installed.
        """
        return frame(self.sheet())

    def plot(self, path: str | None = None) -> "Figure":
        """The table as a picture: curves where its first column holds numbers, else a bar a row.

        Args:
            path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

        Returns:
            The matplotlib figure, made without pyplot: nothing global changes.
        """
        from certigap.model.picture import Picture

        sheet = self.sheet()
        numbers = [k for k in range(1, len(sheet.columns)) if any(_is_number(row[k]) for row in sheet.rows)]
        curves = bool(sheet.rows) and all(_is_number(row[0]) for row in sheet.rows)
        shown = min(len(sheet.rows), _BARS)
        height = 4.4 if curves else 1.6 + 0.28 * shown * max(1, len(numbers))
        figure = Picture(figsize=(7.2, height), layout="constrained")
        axes = figure.add_subplot()
        for k, color in zip(numbers, _COLORS * len(numbers), strict=False):
            (_curve if curves else _bars)(axes, sheet, k, color)
        if curves:
            axes.set_xlabel(sheet.columns[0])
        else:
            axes.set_yticks(range(shown), [_text(row[0])[:40] for row in sheet.rows[:shown]])
            axes.invert_yaxis()
        axes.set_title(_title(repr(self)), fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        if numbers:
            figure.legend(fontsize=8, loc="outside lower center", ncols=3, frameon=False)
        if path is not None:
            figure.savefig(path, dpi=160)
        return figure


def _curve(axes: "Axes", sheet: Sheet, k: int, color: str) -> None:
    """A column over the first one, what lies between lower and upper ends shaded."""
    known = [(float(row[0]), *_ends(row[k])) for row in sheet.rows if isinstance(row[0], int | Fraction)]
    places = [(x, float(low), float(high)) for x, low, high in known if low is not None and high is not None]
    if places:
        eps, lower, upper = (list(values) for values in zip(*places, strict=True))
        axes.fill_between(eps, lower, upper, color=color, alpha=0.25, linewidth=0)
        axes.plot(eps, upper, color=color, marker="v", markersize=4, label=sheet.columns[k])
        if lower != upper:
            axes.plot(eps, lower, color=color, marker="^", markersize=4)


def _bars(axes: "Axes", sheet: Sheet, k: int, color: str) -> None:
    """A column's numbers from left to right; an interval is a line with two ends, an unknown end is left away."""
    label = sheet.columns[k]
    for place, row in enumerate(sheet.rows[:_BARS]):
        lower, upper = _ends(row[k])
        ends = [float(end) for end in (lower, upper) if end is not None]
        if ends:
            axes.plot(ends, [place] * len(ends), color=color, marker="|", markersize=10, linewidth=3, label=label)
            label = "_"  # one entry of the legend a column


def _ends(cell: Cell) -> tuple[Fraction | None, Fraction | None]:
    if isinstance(cell, Interval):
        return cell.lower, cell.upper
    return (None, None) if cell is None or isinstance(cell, str) else (Fraction(cell), Fraction(cell))


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | Fraction | Interval)


def _float(value: Fraction | None, *, down: bool) -> float | None:
    """The nearest float on the outside, so that the interval still holds the number."""
    if value is None:
        return None
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    is_outside = near <= value if down else near >= value
    return near if is_outside else math.nextafter(near, -math.inf if down else math.inf)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Interval):
        if cell.is_exact:
            return _text(cell.value)
        lower = "?" if cell.lower is None else decimal_text(decimal_down(cell.lower, _DIGITS))
        upper = "?" if cell.upper is None else decimal_text(decimal_up(cell.upper, _DIGITS))
        return f"[{lower}, {upper}]"
    if not isinstance(cell, Fraction):
        return str(cell)
    exact = number_brief(cell)
    return exact if len(exact) <= _SHORT else f"~ {decimal_text(cell)}"


def _title(text: str) -> str:
    line = text.removeprefix("<").removesuffix(">")
    return line if len(line) <= 90 else f"{line[:87]}..."
