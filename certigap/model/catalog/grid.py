"""Cells of a rectangular grid, `(row, column)` from the top left, and moves between neighbours."""

from typing import TypeAlias

__all__ = ["MOVES", "Cell", "cells", "neighbour"]

Cell: TypeAlias = tuple[int, int]

MOVES: dict[str, Cell] = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


def cells(rows: int, columns: int) -> tuple[Cell, ...]:
    """All cells, row by row."""
    return tuple((row, column) for row in range(rows) for column in range(columns))


def neighbour(cell: Cell, action: str) -> Cell:
    """The cell that a move leads to, on the grid or off it; any action but a move leads nowhere.

    >>> neighbour((0, 0), "up")
    (-1, 0)
    """
    down, right = MOVES.get(action, (0, 0))
    return cell[0] + down, cell[1] + right
