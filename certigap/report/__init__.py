"""How answers read: numbers and tables as text, the JSON of the command line, figures, the page of a certificate."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from certigap.report.text import interval_text, number_text, quantities, quantity, table

if TYPE_CHECKING:
    from certigap.questions.continuity.figure import continuity_figure
    from certigap.questions.frontier.figure import frontier_figure
    from certigap.report.frontiers import frontier_json, frontier_table

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

_HOMES = {
    "continuity_figure": "certigap.questions.continuity.figure",
    "frontier_figure": "certigap.questions.frontier.figure",
    "frontier_json": "certigap.report.frontiers",
    "frontier_table": "certigap.report.frontiers",
}


def __getattr__(name: str) -> Any:
    """Figures and frontiers are imported when they are first used: commands that only print need none (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'certigap.report' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
