"""`certigap gap --temperature`: gaps of a policy in the entropy-regularised game, enclosed."""

import argparse

from certigap.commands.output import print_json, rational_option, say_written
from certigap.commands.streams import say
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.report import interval_text, quantities, table

__all__ = ["regularised_gap"]


def regularised_gap(given: argparse.Namespace, game: Game, policy: Policy) -> int:
    """Regularised gaps of the players, and their maximum."""
    from certigap.certificates.claims import certificate
    from certigap.semantics.entropic import regularised_gaps

    tau = rational_option(given.temperature, "--temperature")
    sigma = rational_option(given.opponents_temperature, "--opponents-temperature")
    answer = regularised_gaps(game, policy, tau, opponents_temperature=sigma)
    named = dict(zip(game.players, answer.player_gaps, strict=True))
    if given.json:
        total = quantities({"regularised_gap": answer.regularised_gap}, given.exact)
        print_json(total | {"player_gaps": quantities(named, given.exact)})
    else:
        rows = [(f"regularised gap of player {player}", value) for player, value in named.items()]
        rows += [("regularised gap", answer.regularised_gap)]
        say(f"{game!r}\n{table([(title, interval_text(value, given.exact)) for title, value in rows])}")
    if given.output:
        certificate(answer).write(given.output)
        say_written(given)
    return 0
