"""The certificate of a worst case over B_rho or B_mu: claim `worst-case` (`proofs/FORMAT.md`, 7).

The witness carries brackets of both occupancies, from which the checker derives its error. The upper end is a cover of
the hull, the multipliers of the occupancy programs, or a theorem.
"""

from collections.abc import Iterable
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_int, format_rational
from certigap.exact.vector import Bracket, Vector
from certigap.model.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.questions.occupancy_balls import BallAnswer
from certigap.questions.occupancy_balls.duality import OccupancyBound
from certigap.semantics import gaps

__all__ = ["ball_certificate", "occupancy_proof"]


def ball_certificate(answer: BallAnswer) -> Certificate:
    """What a worst-case answer over B_rho or B_mu has proven, as a certificate.

    >>> import certigap as cg
    >>> from certigap.questions.occupancy_balls import worst_case_rho
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> ball_certificate(worst_case_rho(game, expert, "1/10")).claim["measure"]
    'rho'
    """
    claim = {
        "kind": "worst-case",
        "measure": answer.measure,
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    proof = {**_upper(answer)}
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
    """The proof `occupancy`: a lower bound of the expert's occupancy, and per player the multipliers."""
    players = {
        player: {
            "best": _vector(own.best),
            "price": format_rational(own.price),
            "value": _vector(own.value),
            "toll": format_rational(own.toll),
        }
        for player, own in zip(game.players, bounds, strict=True)
    }
    return {"occupancy": {"lower": _vector(lower)}, "players": players}


def _upper(answer: BallAnswer) -> dict[str, Any]:
    game, name, table = answer.game, answer.upper_name, answer.table
    if name == "occupancy" and table.occupancy is not None:
        return {"occupancy": occupancy_proof(game, answer.occupancy_lower, table.occupancy)}
    lower = {"lower": _vector(answer.occupancy_lower)}
    if name == "region" and table.region is not None:
        covers = {
            player: {
                "vectors": [_vector(v) for v in (own.best_upper, own.best_lower, own.value_lower, own.gap_upper)],
                "tree": [{"leaf": [0, 1, 2, 3]}],
            }
            for player, own in zip(game.players, table.region.players, strict=True)
        }
        return {"cover": {"occupancy": lower, "players": covers}}
    proof: dict[str, Any] = {}
    if name == "dse" and table.dominance is not None:
        pairs = zip(game.players, table.dominance.best_upper, table.dominance.best_lower, strict=True)
        proof = {player: {"best_upper": _vector(high), "best_lower": _vector(low)} for player, high, low in pairs}
    if name == "concentrability" and table.reach is not None:
        own_gaps = gaps(game, answer.expert)
        reach = zip(game.players, table.reach, strict=True)
        proof = {
            "occupancy": lower,
            "reach": {player: [_vector(vector) for vector in vectors] for player, vectors in reach},
            "values": _brackets(game, own_gaps.values),
            "optima": _brackets(game, own_gaps.optima),
        }
    return {"theorem": {"name": name, "proof": proof}}


def _witness(answer: BallAnswer) -> dict[str, Any]:
    player = answer.game.players[answer.witness_player]
    return {
        "policy": policy_rows_to_json(answer.witness),
        "occupancy": _bracket(answer.errors.expert_occupancy),
        "policy_occupancy": _bracket(answer.errors.policy_occupancy),
        "values": {player: {"upper": _vector(answer.value_upper)}},
        "optima": {player: {"lower": _vector(answer.optimum_lower)}},
    }


def _brackets(game: Game, brackets: Iterable[Bracket]) -> dict[str, Any]:
    return {player: _bracket(bracket) for player, bracket in zip(game.players, brackets, strict=True)}


def _bracket(bracket: Bracket) -> dict[str, Any]:
    if bracket.is_exact:
        return {"exact": _vector(bracket.lower)}
    return {"lower": _vector(bracket.lower), "upper": _vector(bracket.upper)}


def _vector(vector: Vector) -> dict[str, Any]:
    return {"den": format_int(vector.denominator), "num": list(vector.numerators)}
