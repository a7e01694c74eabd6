"""`certigap explain`: where the witness of a certificate is exploitable, and where the budget of its upper end goes."""

import argparse
from collections.abc import Mapping
from typing import Any

from certigap.commands.beside import game_of_hash
from certigap.commands.output import print_json
from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.exact.integers import FloatArray
from certigap.model.files.codec import policy_rows_from_node
from certigap.model.files.json_node import Node, printable
from certigap.model.files.strict_json import read_json
from certigap.model.game import Game
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
    certificate = read_json(given.certificate)
    node = certificate.child("proof").child("witness").child("policy")
    (name,) = witness["optima"]
    if name not in game.players:
        raise InputError(f"{where}: expected one of the players {list(game.players)}, got {name!r}"[:200])
    player = game.players.index(name)
    spent = _spent(certificate, game, player) if _rests_on_modes(data["proof"]) else None
    shares = gap_shares(Policy(game, policy_rows_from_node(node, game)), player, spent)
    if given.json:
        states = [{"state": s.state, "gap_share": f"{s.gap_share:.6f}", "price": _number(s.price)} for s in shares]
        return print_json({"player": name, "states": states})
    priced = spent is not None
    rows = [("state", "share of the gap", "visits", *(["adds to the bound"] if priced else []))]
    rows += [
        (
            s.state[:60] or "(the only one)", f"{s.gap_share:.1%}", f"{s.visits:.3g}",
            *([f"{s.price:.3g}"] if priced else []),
        )
        for s in shares[:_LINES]
    ]  # fmt: skip
    more = f"\nand {len(shares) - _LINES} more states" if len(shares) > _LINES else ""
    say(f"where player {name} exploits the witness (a reading in floats, not checked here)\n{table(rows)}{more}")
    return 0


def _rests_on_modes(proof: Mapping[str, Any]) -> bool:
    """The upper end is a cover by modes."""
    cover = proof.get("cover")
    players = cover.get("players") if isinstance(cover, dict) else None
    return isinstance(players, dict) and all(isinstance(own, dict) and "modes" in own for own in players.values())


def _spent(certificate: Node, game: Game, player: int) -> FloatArray:
    """`[S]` what errors at a state add to the bound of the player's gap."""
    from certigap.bounds.balls import ErrorBall, Measure
    from certigap.bounds.modes.spending import spending

    claim = certificate.child("claim")
    expert = Policy(game, policy_rows_from_node(claim.child("expert"), game))
    ball = ErrorBall(expert, Measure.named(claim.child("measure").name()), claim.child("radius").rational())
    return spending(ball, player)


def _number(price: float | None) -> str | None:
    return None if price is None else f"{price:.6g}"
