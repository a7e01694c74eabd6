"""The certificate of a continuity answer: claim `continuity` (`proofs/FORMAT.md`, 7 and 12)."""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.questions.continuity import ContinuityAnswer
from certigap.regions.replies import DeltaFunction, Faces, Step
from certigap.regions.replies.evidence import covers_json
from certigap.regions.replies.faces import Witness

__all__ = ["continuity_certificate"]


def continuity_certificate(answer: ContinuityAnswer) -> Certificate:
    """What a continuity answer has proven, as a certificate.

    >>> import certigap as cg
    >>> answer = cg.continuity(cg.games.load("algorithm1"), cg.games.expert("algorithm1"))
    >>> continuity_certificate(answer).claim["delta_sel"]["1"]
    [{'from': '0', 'lower': '0', 'upper': '0'}]
    """
    game = answer.game
    faces = [Faces(answer.expert, i) for i in range(len(game.players))]
    claim: dict[str, Any] = {
        "kind": "continuity",
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
    }
    proof: dict[str, Any] = {}
    for name, functions in (("delta_sel", answer.delta_sel), ("delta_max", answer.delta_max)):
        claim[name] = {p: [_step(s) for s in own.steps] for p, own in zip(game.players, functions, strict=True)}
        proof[name] = {p: _evidence(around, own) for p, around, own in zip(game.players, faces, functions, strict=True)}
    claim["kappa"] = {p: own.value.to_json() for p, own in zip(game.players, answer.kappa, strict=True)}
    proof["kappa"] = {p: policy_rows_to_json(own.policy) for p, own in zip(game.players, answer.kappa, strict=True)}
    return Certificate(game, claim, proof, {"complete": answer.complete, "seconds": f"{answer.seconds:.2f}"})


def _step(step: Step) -> dict[str, Any]:
    ends = {"from": format_rational(step.start), "lower": format_rational(step.lower)}
    said: dict[str, Any] = {**ends, "upper": format_rational(step.upper)}
    return said | {"open": True} if step.is_open else said


def _evidence(faces: Faces, function: DeltaFunction) -> dict[str, Any]:
    return {
        "witnesses": [_witness(faces, own) for own in function.witnesses],
        "covers": covers_json(faces, function.covers),
    }


def _witness(faces: Faces, witness: Witness) -> dict[str, Any]:
    near = {"near": policy_rows_to_json(faces.policy(witness.near))}
    if witness.far is None:
        return near
    return near | {"far": policy_rows_to_json(faces.policy(witness.far))}
