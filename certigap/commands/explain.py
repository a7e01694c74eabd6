"""`certigap explain`: where the witness of a certificate is exploitable."""

import argparse

from certigap.commands.beside import game_of_hash
from certigap.commands.output import print_json
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.model.files.codec import policy_rows_from_node
from certigap.model.files.json_node import printable
from certigap.model.files.strict_json import read_json
from certigap.model.policy import Policy
from certigap.report import table

__all__ = ["explain"]

_LINES = 20  # states: more do not fit a screen


def explain(given: argparse.Namespace) -> int:
    """States ranked by what they add to the witness's gap."""
    from certigap.certificates.read import read_certificate
    from certigap.questions.explain import gap_shares

    data = read_certificate(given.certificate)
    where = printable(given.certificate)
    witness = data["proof"].get("witness") if isinstance(data["proof"], dict) else None
    if data["claim"]["kind"] != "worst-case" or not isinstance(witness, dict) or len(witness.get("optima", {})) != 1:
        raise InputError(f"{where}: expected a worst case with a witness, got kind {data['claim']['kind']!r}")
    game = game_of_hash(given.certificate, given.game, data["game"])
    node = read_json(given.certificate).child("proof").child("witness").child("policy")
    (name,) = witness["optima"]
    if name not in game.players:
        raise InputError(f"{where}: expected one of the players {list(game.players)}, got {name!r}"[:200])
    shares = gap_shares(Policy(game, policy_rows_from_node(node, game)), game.players.index(name))
    if given.json:
        states = [{"state": s.state, "gap_share": f"{s.gap_share:.6f}", "price": None} for s in shares]
        return print_json({"player": name, "states": states})
    rows = [("state", "share of the gap", "visits")]
    rows += [(s.state[:60] or "(the only one)", f"{s.gap_share:.1%}", f"{s.visits:.3g}") for s in shares[:_LINES]]
    more = f"\nand {len(shares) - _LINES} more states" if len(shares) > _LINES else ""
    say(f"where player {name} exploits the witness (a reading in floats, not checked here)\n{table(rows)}{more}")
    return 0
