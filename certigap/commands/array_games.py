"""`certigap gap` on an array game: `GAME.npz POLICY.npz`, or `uniform` for the policy."""

import argparse
import sys

from certigap.commands.gaps import show_gaps
from certigap.commands.output import rational_option, say_written
from certigap.errors import InputError
from certigap.model.large import ArrayPolicy, read_array_game, read_array_policy

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
    show_gaps(given, answer, tuple(str(i + 1) for i in range(len(answer.player_gaps))))
    if answer.wide:
        print("certigap: warning: an interval is wider than --width: floats find none narrower", file=sys.stderr)
    if given.output:
        write_array_gaps(answer, given.output)
        say_written(given)
    return 0
