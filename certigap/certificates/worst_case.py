"""The certificate of a worst case, over any ball: claim `worst-case` (`proofs/FORMAT.md`, 7).

The upper end is a cover of the ball (6.3), the multipliers of the occupancy programs (6.4), or a theorem (8).
"""

from collections.abc import Iterable
from typing import Any

from certigap.bounds.programs.duality import OccupancyBound
from certigap.certificates.certificate import Certificate
from certigap.certificates.covers import covers_json, tree_json
from certigap.certificates.theorems import concentrability_proof, dominance_proof
from certigap.certificates.vectors import bracket_json, vector_json
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.semantics import gaps

__all__ = ["occupancy_proof", "worst_case_certificate"]


def worst_case_certificate(answer: WorstCaseAnswer) -> Certificate:
    """What a worst-case answer has proven, as a certificate.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> worst_case_certificate(cg.worst_case(game, expert, "1/10", measure="rho")).claim["measure"]
    'rho'
    """
    claim = {
        "kind": "worst-case",
        "measure": answer.measure,
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    proof = _upper(answer)
    if answer.interval.lower:
        proof["witness"] = _witness(answer)
    provenance = {
        "method": answer.method,
        "seed": str(answer.seed),
        "seconds": f"{answer.seconds:.2f}",
        "complete": answer.complete,
        "upper_bound": answer.upper_name,
    }
    return Certificate(answer.game, claim, proof, provenance)


def occupancy_proof(game: Game, lower: Vector, bounds: Iterable[OccupancyBound]) -> dict[str, Any]:
    """6.4: a lower bound of the expert's occupancy, and per player the multipliers."""
    players = {
        player: {
            "best": vector_json(own.best),
            "price": format_rational(own.price),
            "value": vector_json(own.value),
            "toll": format_rational(own.toll),
        }
        for player, own in zip(game.players, bounds, strict=True)
    }
    return {"occupancy": {"lower": vector_json(lower)}, "players": players}


def _upper(answer: WorstCaseAnswer) -> dict[str, Any]:
    game, name, table = answer.game, answer.upper_name, answer.table
    if name == "occupancy" and table.occupancy is not None:
        return {"occupancy": occupancy_proof(game, answer.occupancy_lower, table.occupancy)}
    if name == "region" and table.region is not None:
        covers = covers_json(game, table.region)
        if answer.covers is not None:
            covers = {player: tree_json(game, own) for player, own in zip(game.players, answer.covers, strict=True)}
        return {"cover": {"occupancy": {"lower": vector_json(answer.occupancy_lower)}, "players": covers}}
    if name == "vertices" and len(game.players) == 2:  # quicker to check than the list, and possible beyond it
        return {"theorem": {"name": "vertex-search", "proof": {"bound": format_rational(table.smallest[1])}}}
    return {"theorem": {"name": name, "proof": _theorem(answer)}}


def _theorem(answer: WorstCaseAnswer) -> dict[str, Any]:
    players, name, table = answer.game.players, answer.upper_name, answer.table
    if name == "dse" and table.dominance is not None:
        return dominance_proof(answer.game, table.dominance)
    if name == "concentrability" and table.reach is not None:
        return concentrability_proof(answer.occupancy_lower, table.reach, gaps(answer.game, answer.expert))
    if name == "vertices" and table.left_out is not None:
        return {player: players[k] for player, k in zip(players, table.left_out, strict=True)}
    return {}


def _witness(answer: WorstCaseAnswer) -> dict[str, Any]:
    player = answer.game.players[answer.witness_player]
    known = {
        "policy": policy_rows_to_json(answer.witness),
        "values": {player: {"upper": vector_json(answer.value_upper)}},
        "optima": {player: {"lower": vector_json(answer.optimum_lower)}},
    }
    if answer.errors is None:
        return {**known, "occupancy": {"upper": vector_json(answer.occupancy_upper)}}
    return {
        **known,
        "occupancy": bracket_json(answer.errors.expert_occupancy),
        "policy_occupancy": bracket_json(answer.errors.policy_occupancy),
    }
