"""Docstrings end in doctests without a heading; a page shows them as an example, not as a quotation."""

from typing import Any

import griffe


class Doctests(griffe.Extension):
    """Puts a docstring's doctests into a section of examples."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for every module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = with_examples(obj.docstring.value)


def with_examples(docstring: str) -> str:
    """The docstring with what follows its first `>>>` indented under `Examples:`."""
    lines = docstring.splitlines()
    first = next((place for place, line in enumerate(lines) if line.startswith(">>>")), None)
    if first is None:
        return docstring
    return "\n".join([*lines[:first], "Examples:", *(f"    {line}" if line else "" for line in lines[first:])])
