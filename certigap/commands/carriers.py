"""Where an imitation error lies: its largest rows, and a warning where most of it means nothing."""

import sys
from collections.abc import Sequence
from typing import Any

from certigap.exact.rounding import decimal_text
from certigap.report import quantity, table
from certigap.semantics.idle import RowError

__all__ = ["rows_json", "rows_text", "warn_of_idle"]

_LINES = 5  # of the largest rows
_LISTED = 20  # in --json
_MOST = 0.5  # of eps_BC
_NAME = 60  # characters of a state


def warn_of_idle(rows: Sequence[RowError]) -> None:
    """On stderr, where rows of idle players carry most of a player's eps_BC."""
    for player in dict.fromkeys(row.player for row in rows):
        own = [row for row in rows if row.player == player]
        idle = [row for row in own if row.idle]
        part = sum(row.share for row in idle) / (sum(row.share for row in own) or 1)
        if part > _MOST:
            place = f" (most at {idle[0].state[:_NAME]})" if idle[0].state else ""
            what = f"{part:.1%} of player {player}'s eps_BC lies where nothing that it does changes anything{place}"
            print(f"certigap: warning: {what}; --idle ignore leaves that out", file=sys.stderr)


def rows_text(rows: Sequence[RowError]) -> list[str]:
    """The largest rows, for a reader."""
    if not rows:
        return []
    lines = [
        (
            f"  player {row.player}" + (f" at {row.state[:_NAME]}" if row.state else ""),
            f"error {_number(row)}",
            f"{row.share:.1%}",
            "idle" if row.idle else "",
        )
        for row in rows[:_LINES]
    ]
    more = [f"and {len(rows) - _LINES} more rows"] if len(rows) > _LINES else []
    return ["where eps_BC lies, largest first:", table(lines), *more]


def rows_json(rows: Sequence[RowError]) -> dict[str, Any]:
    """The largest rows as plain data, and what idle ones hold."""
    found = [
        {"player": row.player, "state": row.state, "error": quantity(row.error), "idle": row.idle}
        for row in rows[:_LISTED]
    ]
    return {"rows": found, "more_rows": max(0, len(rows) - _LISTED)}


def _number(row: RowError) -> str:
    return decimal_text(row.error, 4)
