"""`certigap gap` on an array game: `GAME.npz POLICY.npz`, or `uniform` for the policy."""

import argparse
import sys

from certigap.commands.output import print_json, rational_option, say_written
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.model.large import ArrayPolicy, read_array_game, read_array_policy
from certigap.report import interval_text, quantities, table

__all__ = ["array_gap"]


def array_gap(given: argparse.Namespace) -> int:
    """Player gaps, NashGap and NashConv as intervals."""
    from certigap.certificates.array_gaps import write_array_gaps
    from certigap.semantics.array_gaps import array_gaps

    if given.temperature is not None or given.arithmetic == "exact" or given.claim != "nash-gap":
        raise InputError("an array game: expected its nash-gap, enclosed, without entropies, got another question")
    game = read_array_game(given.game)
    policy = ArrayPolicy.uniform(game) if given.policy == "uniform" else read_array_policy(given.policy, game)
    answer = array_gaps(game, policy, None if given.width is None else rational_option(given.width, "--width"))
    named = {str(i + 1): gap for i, gap in enumerate(answer.player_gaps)}
    totals = {"nash_gap": answer.nash_gap, "nash_conv": answer.nash_conv}
    if given.json:
        print_json(quantities(totals, given.exact) | {"player_gaps": quantities(named, given.exact)})
    else:
        rows = [(f"gap of player {player}", value) for player, value in named.items()]
        rows += [("NashGap", answer.nash_gap), ("NashConv", answer.nash_conv)]
        say(f"{game!r}\n{table([(title, interval_text(value, given.exact)) for title, value in rows])}")
    if answer.wide:
        print("certigap: warning: an interval is wider than --width: floats find none narrower", file=sys.stderr)
    if given.output:
        write_array_gaps(answer, given.output)
        say_written(given)
    return 0
