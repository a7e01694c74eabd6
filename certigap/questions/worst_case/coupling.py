"""Trees of coupled modes over a ball of rows, until the bound is near the best gap found (THEORY 13)."""

from collections.abc import Callable, Sequence

from certigap.bounds.modes.rule import ModeBound
from certigap.bounds.table import BoundsTable
from certigap.exact.integers import FloatArray
from certigap.floats.play import Play
from certigap.work.deadline import Deadline
from certigap.work.progress import uninterrupted

__all__ = ["Parts", "coupled", "parts_of"]

Parts = Callable[[int], tuple[float, float]]
"""For a player, V* and -V at the start of a policy with a large gap."""

_WORTHWHILE = 0.99  # of the best bound: a tree that brings less is not worth its certificate
_ROUNDING = 1e-3  # of the bound: what its proof may add to it, since vectors of trees are to 1e-5 of the payoffs


def coupled(
    modes: ModeBound, table: BoundsTable, target: Callable[[float], float], parts: Parts, until: Deadline
) -> tuple[BoundsTable, bool]:
    """The table with what trees show until `until`, and whether they came as far as asked.

    Args:
        modes: the search over the ball.
        table: its bounds so far.
        target: told the bound that stands now (a float), says which one is good enough.
        parts: how the target may be divided.
        until: the end of search and proof.
    """
    whole, standing = modes.upper, float(table.upper)

    def shown() -> float:
        """What will be proved: trees that bring little are not."""
        return modes.upper * (1 + _ROUNDING) if modes.upper < min(whole, _WORTHWHILE * standing) else standing

    closed = uninterrupted(lambda: modes.run(lambda: target(shown()), parts, until))
    if shown() < standing:
        found = modes.proved()
        if found.value is not None and found.value < table.upper:
            table = table.joined(found)
    return table, closed


def parts_of(play: Play, policy: Sequence[FloatArray], player: int) -> tuple[float, float]:
    """V* and -V of a player at the start."""
    at = play.gap(policy, player)
    return float(play.start @ at.optimum), -float(play.start @ at.value)
