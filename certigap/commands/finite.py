"""The commands on games of finite horizon: `gap`, and what it prints."""

import argparse

from certigap.commands.output import print_json, say_written
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.model.finite import FiniteGame, read_finite_policy
from certigap.report import interval_text, quantities, table

__all__ = ["finite_gap"]


def finite_gap(given: argparse.Namespace, game: FiniteGame) -> int:
    """Player gaps, NashGap and NashConv."""
    from certigap.certificates.claims import certificate
    from certigap.semantics.finite import finite_gaps

    if given.temperature is not None:
        raise InputError("--temperature: expected a game without a horizon, got one with it")
    answer = finite_gaps(game, read_finite_policy(given.policy, game), given.arithmetic)
    named = dict(zip(game.players, answer.player_gaps, strict=True))
    totals = {"nash_gap": answer.nash_gap, "nash_conv": answer.nash_conv}
    if given.json:
        print_json(quantities(totals, given.exact) | {"player_gaps": quantities(named, given.exact)})
    else:
        rows = [(f"gap of player {player}", value) for player, value in named.items()]
        rows += [("NashGap", answer.nash_gap), ("NashConv", answer.nash_conv)]
        say(f"{game!r}\n{table([(title, interval_text(value, given.exact)) for title, value in rows])}")
    if given.output:
        certificate(answer, given.claim).write(given.output)
        say_written(given)
    return 0
