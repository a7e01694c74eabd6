"""How gaps, errors and worst cases are printed, whatever the game: one of arrays, of finite horizon, or any other."""

import argparse
from collections.abc import Sequence
from typing import Any

from certigap.commands.output import print_json
from certigap.commands.streams import say
from certigap.report import interval_text, quantities, quantity, table

__all__ = ["show_errors", "show_gaps", "worst_json"]


def show_gaps(given: argparse.Namespace, answer: Any, players: tuple[str, ...]) -> None:
    """Player gaps, NashGap and NashConv of an answer that has them, as a table or as JSON."""
    named = dict(zip(players, answer.player_gaps, strict=True))
    totals = {"nash_gap": answer.nash_gap, "nash_conv": answer.nash_conv}
    if given.json:
        print_json(quantities(totals, given.exact) | {"player_gaps": quantities(named, given.exact)})
        return
    rows = [(f"gap of player {player}", value) for player, value in named.items()]
    rows += [("NashGap", answer.nash_gap), ("NashConv", answer.nash_conv)]
    say(f"{answer.game!r}\n{table([(title, interval_text(value, given.exact)) for title, value in rows])}")


def show_errors(
    given: argparse.Namespace, answer: Any, members: dict[str, Any] | None = None, lines: Sequence[str] = ()
) -> None:
    """Errors and the value gap of an answer that has them: a table and more `lines`, or JSON with more `members`."""
    names = {"eps_bc": "eps_BC", "eps_mu": "eps_mu", "eps_rho": "eps_rho", "value_gap": "ValueGap"}
    if given.json:
        print_json(quantities({name: getattr(answer, name) for name in names}, given.exact) | (members or {}))
        return
    rows = [(title, interval_text(getattr(answer, name), given.exact)) for name, title in names.items()]
    say("\n".join([repr(answer.game), table(rows), *lines]))


def worst_json(answer: Any, exact: bool, witness: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """A worst case with its bounds; `witness`: its rows as they are written for such a game."""
    return {
        "eps": quantity(answer.radius, exact=True),
        "measure": str(answer.measure),
        "lower": quantity(answer.interval.lower, exact, "lower"),
        "upper": quantity(answer.interval.upper, exact, "upper"),
        "bounds": quantities(answer.bounds, exact, "upper"),
        "why": dict(answer.why),
        "expert_regret": quantity(answer.expert_regret, exact),
        "complete": answer.complete,
        "witness": witness,
    }
