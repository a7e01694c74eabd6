"""The certificate of a best case: claim `best-case`, its witness and its trees (`proofs/FORMAT.md`, 7 and 10)."""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.questions.best_case import BestCaseAnswer
from certigap.questions.best_case.tree import Split

__all__ = ["best_case_certificate"]


def best_case_certificate(answer: BestCaseAnswer) -> Certificate:
    """What a best-case answer has proven, as a certificate.

    >>> import certigap as cg
    >>> from certigap.questions.best_case import best_case
    >>> best_case_certificate(best_case(cg.games.load("algorithm1"), "1/10")).claim["radius"]
    '1/10'
    """
    proof: dict[str, Any] = {}
    if answer.witness is not None and answer.expert is not None:
        proof["witness"] = {
            "expert": policy_rows_to_json(answer.expert),
            "policy": policy_rows_to_json(answer.witness),
        }
    if answer.is_infinite or answer.interval.lower:
        found = zip(answer.equilibria.equilibria, answer.trees, strict=True)
        proof["equilibria"] = [
            {"rows": policy_rows_to_json(policy), "tree": [_node(answer.game, split) for split in tree]}
            for policy, tree in found
        ]
    claim = {
        "kind": "best-case",
        "radius": format_rational(answer.radius),
        "nash_gap": "infinity" if answer.is_infinite else answer.interval.to_json(),
    }
    provenance = {"complete": answer.complete, "seconds": f"{answer.seconds:.2f}", **answer.details}
    return Certificate(answer.game, claim, proof, provenance)


def _node(game: Game, split: Split | None) -> dict[str, list[str]]:
    if split is None:
        return {"leaf": []}
    action = game.actions[0][split.player][split.action]
    return {"split": [game.players[split.player], game.states[0], action, format_rational(split.at)]}
