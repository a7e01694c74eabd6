"""How answers read: numbers and tables as text, the JSON of the command line, the page of a certificate."""

from certigap.report.text import interval_text, number_text, quantities, quantity, table

__all__ = ["interval_text", "number_text", "quantities", "quantity", "table"]
