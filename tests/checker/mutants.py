"""Every check of the checker, weakened: a snippet of its source, what takes its place, the case that only then is accepted.

A snippet must occur exactly once in the source, so that this table cannot rot. Conditions that no case can kill are
in `REDUNDANT`, each with its reason.
"""

from dataclasses import dataclass

__all__ = ["Mutant", "mutated"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` -> `new` in the source; `case` is the file, in reject/ or malformed/, that the mutant accepts."""

    name: str
    old: str
    new: str
    case: str = ""


def mutated(source: str, mutant: Mutant) -> str:
    """The source with one snippet replaced."""
    count = source.count(mutant.old)
    if count != 1:
        raise ValueError(f"mutant {mutant.name}: expected its snippet once in the checker, got it {count} times")
    return source.replace(mutant.old, mutant.new)
