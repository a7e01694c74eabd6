"""How answers read: numbers and tables as text, the JSON of the command line, figures, the page of a certificate."""

from certigap.questions.continuity.figure import continuity_figure
from certigap.questions.frontier.figure import frontier_figure
from certigap.report.frontiers import frontier_json, frontier_table
from certigap.report.text import interval_text, number_text, quantities, quantity, table

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
