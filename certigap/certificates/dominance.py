"""The certificate of a dominance answer: claim `dominance` (`proofs/FORMAT.md`, 7 and 11)."""

from fractions import Fraction
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.interval import Interval
from certigap.exact.vector import Vector
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.questions.dominance import DominanceAnswer
from certigap.semantics.normal_form.elimination import Elimination

__all__ = ["dominance_certificate"]


def dominance_certificate(answer: DominanceAnswer) -> Certificate:
    """What a dominance answer has proven, as a certificate.

    >>> import certigap as cg
    >>> answer = cg.dominance(cg.games.load("algorithm1"), cg.games.expert("algorithm1"))
    >>> dominance_certificate(answer).claim["kappa"]
    {'1': {'lower': '0', 'upper': '0'}, '2': {'lower': '0', 'upper': '0'}}
    """
    game = answer.game
    claim: dict[str, Any] = {"kind": "dominance"}
    proof: dict[str, Any] = {}
    if answer.expert is not None:
        claim["expert"] = policy_rows_to_json(answer.expert)
        claim["kappa"] = {p: _point(kappa) for p, kappa in zip(game.players, answer.kappa, strict=True)}
    found = {p: own for p, own in zip(game.players, answer.least, strict=True) if own is not None}
    if found:
        claim["least"] = {player: _point(own.value) for player, own in found.items()}
        proof["least"] = {p: {"strategy": _weights(o.mixture), "belief": _weights(o.belief)} for p, o in found.items()}
    claim["actions"], proof["actions"] = _relations(answer)
    claim["elimination"], proof["elimination"] = _elimination(game, answer.elimination)
    return Certificate(game, claim, proof, {"seconds": f"{answer.seconds:.2f}"})


def _point(value: Fraction) -> dict[str, str]:
    return Interval.point(value).to_json()


def _weights(vector: Vector) -> list[int]:
    return list(vector.numerators)


def _relations(answer: DominanceAnswer) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of every action, and the mixtures and beliefs that show it."""
    claims: dict[str, Any] = {}
    proofs: dict[str, Any] = {}
    for player, names, actions in zip(answer.game.players, answer.game.actions[0], answer.actions, strict=True):
        claims[player], proofs[player] = {}, {}
        for name, own in zip(names, actions, strict=True):
            said = {"dominated": own.dominated, "undominated": own.undominated}
            known = {relation: pair for relation, pair in said.items() if pair is not None}
            evidence = {"dominated": "mixture", "undominated": "belief"}
            claims[player][name] = {relation: strength for relation, (strength, _) in known.items()}
            proofs[player][name] = {evidence[relation]: _weights(vector) for relation, (_, vector) in known.items()}
    return claims, proofs


def _elimination(game: Game, found: Elimination) -> tuple[dict[str, Any], dict[str, Any]]:
    names = game.actions[0]
    steps = [
        {"player": game.players[s.player], "action": names[s.player][s.action], "mixture": _weights(s.mixture)}
        for s in found.steps
    ]
    pairs = list(zip(game.players, names, found.remaining, strict=True))
    claim: dict[str, Any] = {
        "strength": found.strength,
        "by": "mixtures" if found.is_mixed else "actions",
        "remaining": {player: [own[a] for a in left] for player, own, left in pairs},
    }
    proof: dict[str, Any] = {"steps": steps}
    if found.complete:
        claim["final"] = True
    if found.complete and found.is_mixed:
        proof["beliefs"] = {
            player: {own[a]: _weights(belief) for a, belief in zip(left, beliefs, strict=True)}
            for (player, own, left), beliefs in zip(pairs, found.beliefs, strict=True)
        }
    return claim, proof
