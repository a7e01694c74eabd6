"""An answer turned into a claim and its proof, one function a kind (`proofs/FORMAT.md`, 7)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import format_int, format_rational
from certigap.exact.vector import Bracket, Vector
from certigap.model.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.questions.branch import Cover, Leaf, Split
from certigap.questions.theorems import TheoremInstance, theorem_instance
from certigap.questions.worst_case import WorstCaseAnswer
from certigap.regions.bound import PlayerBound, RegionBound
from certigap.semantics import ErrorsAnswer, GapAnswer

__all__ = ["certificate", "kinds"]


def certificate(answer: Any, kind: str | None = None) -> Certificate:
    """The certificate of an answer.

    Args:
        answer: a result of `gaps`, `matching_errors`, `worst_case`, `region_bound` or `theorem_instance`.
        kind: what to claim of it, where it can prove several things: of `gaps`, "nash-gap" (default), "equilibrium"
            or "policy-value".

    Raises:
        InputError: an object that is no answer, or a kind that it cannot prove.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> certificate(cg.gaps(game, expert), "equilibrium").claim["regret"]
    '0'
    """
    available = kinds(answer)
    if not available:
        raise InputError(f"certificate: expected an answer of certigap, got the {type(answer).__name__}")
    if kind is not None and kind not in available:
        raise InputError(f"certificate: expected a kind among {', '.join(available)}, got {kind!r}")
    return _WRITERS[type(answer)][kind or available[0]](answer)


def kinds(answer: Any) -> tuple[str, ...]:
    """The kinds of claim that an answer can prove, the default first; empty for what is no answer."""
    return tuple(_WRITERS.get(type(answer), ()))


def vector_json(vector: Vector) -> dict[str, Any]:
    """FORMAT 5.1."""
    return {"den": format_int(vector.denominator), "num": list(vector.numerators)}


def bracket_json(bracket: Bracket) -> dict[str, Any]:
    """FORMAT 5.1: both sides, or the vector itself."""
    if bracket.is_exact:
        return {"exact": vector_json(bracket.lower)}
    return {"lower": vector_json(bracket.lower), "upper": vector_json(bracket.upper)}


def _brackets(game: Game, brackets: Iterable[Bracket]) -> dict[str, Any]:
    return {player: bracket_json(bracket) for player, bracket in zip(game.players, brackets, strict=True)}


def _intervals(game: Game, intervals: Iterable[Interval]) -> dict[str, Any]:
    return {player: interval.to_json() for player, interval in zip(game.players, intervals, strict=True)}


def _policy_value(answer: GapAnswer) -> Certificate:
    weights, denominator = answer.game.initial.weights, answer.game.initial.denominator
    at_start = [
        Interval(value.lower.dot(weights, denominator), value.upper.dot(weights, denominator))
        for value in answer.values
    ]
    claim = {
        "kind": "policy-value",
        "policy": policy_rows_to_json(answer.policy),
        "values": _intervals(answer.game, at_start),
    }
    proof = {"values": _brackets(answer.game, answer.values)}
    return Certificate(answer.game, claim, proof, {"method": answer.method})


def _gap_proof(answer: GapAnswer) -> dict[str, Any]:
    return {"values": _brackets(answer.game, answer.values), "optima": _brackets(answer.game, answer.optima)}


def _nash_gap(answer: GapAnswer) -> Certificate:
    claim = {
        "kind": "nash-gap",
        "policy": policy_rows_to_json(answer.policy),
        "nash_gap": answer.nash_gap.to_json(),
        "nash_conv": answer.nash_conv.to_json(),
        "player_gaps": _intervals(answer.game, answer.player_gaps),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"method": answer.method})


def _equilibrium(answer: GapAnswer) -> Certificate:
    claim = {
        "kind": "equilibrium",
        "policy": policy_rows_to_json(answer.policy),
        "regret": format_rational(_known(answer.nash_gap.upper)),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"method": answer.method})


def _known(end: Fraction | None) -> Fraction:
    if end is None:
        raise InputError("certificate: expected a known upper end, got none")
    return end


def _matching_error(answer: ErrorsAnswer) -> Certificate:
    game = answer.game
    names = ("eps_bc", "eps_mu", "eps_rho", "value_gap")
    claim = {
        "kind": "matching-error",
        "expert": policy_rows_to_json(answer.expert),
        "policy": policy_rows_to_json(answer.policy),
        **{name: getattr(answer, name).to_json() for name in names},
    }
    proof = {
        "expert_occupancy": bracket_json(answer.expert_occupancy),
        "policy_occupancy": bracket_json(answer.policy_occupancy),
        "expert_values": _brackets(game, answer.expert_values),
        "policy_values": _brackets(game, answer.policy_values),
    }
    return Certificate(game, claim, proof, {"method": answer.method})


def _cover(bound: PlayerBound) -> dict[str, Any]:
    """FORMAT 6.3: a tree of one leaf."""
    vectors = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
    return {"vectors": [vector_json(vector) for vector in vectors], "tree": [{"leaf": [0, 1, 2, 3]}]}


def _covers(game: Game, bound: RegionBound) -> dict[str, Any]:
    return {player: _cover(own) for player, own in zip(game.players, bound.players, strict=True)}


def _tree(game: Game, cover: Cover) -> dict[str, Any]:
    """FORMAT 6.3: equal vectors are written once; empty leaves point at the first ones."""
    places: dict[Vector, int] = {}

    def place(vector: Vector) -> int:
        return places.setdefault(vector, len(places))

    def node_json(node: Split | Leaf) -> dict[str, Any]:
        if isinstance(node, Split):
            player, state = game.players[node.player], game.states[node.state]
            action = game.actions[node.state][node.player][node.action]
            return {"split": [player, state, action, format_rational(node.at)]}
        if not node.vectors:
            return {"leaf": [0, 0, 0, 0]}
        leaf: dict[str, Any] = {"leaf": [place(vector) for vector in node.vectors[:4]]}
        if node.expansion is not None:
            leaf["linear"] = {
                "vectors": [place(vector) for vector in (*node.vectors[4:], *node.expansion.weights)],
                "reference": list(node.expansion.reference),
                "prices": [format_rational(price) for price in node.expansion.prices],
            }
        return leaf

    tree = [node_json(node) for node in cover.nodes]
    return {"vectors": [vector_json(vector) for vector in places] or [_nothing(game)], "tree": tree}


def _nothing(game: Game) -> dict[str, Any]:
    """A vector for trees without any: the ball is empty there."""
    return vector_json(Vector((0,) * len(game.states), 1))


def _by_state(game: Game, own: Sequence[Any]) -> Any:
    """Entries of one player: by state, or for a normal form the one entry (FORMAT 4)."""
    return own[0] if game.is_normal_form else dict(zip(game.states, own, strict=True))


def _region_bound(answer: RegionBound) -> Certificate:
    region, game = answer.region, answer.region.game
    radii = [[format_rational(min(Fraction(2), radius)) for radius in own] for own in region.radii]
    claim: dict[str, Any] = {
        "kind": "region-bound",
        "center": policy_rows_to_json(region.center),
        "radii": {player: _by_state(game, own) for player, own in zip(game.players, radii, strict=True)},
        "nash_gap": {"upper": format_rational(answer.upper)},
    }
    if region.lower is not None and region.upper is not None:
        boxes = [
            [_box_json(low, high) for low, high in zip(*own, strict=True)]
            for own in zip(region.lower, region.upper, strict=True)
        ]
        claim["box"] = {player: _by_state(game, own) for player, own in zip(game.players, boxes, strict=True)}
    return Certificate(game, claim, {"players": _covers(game, answer)})


def _box_json(lower: Sequence[Fraction], upper: Sequence[Fraction]) -> dict[str, list[str]]:
    return {"lower": [format_rational(x) for x in lower], "upper": [format_rational(x) for x in upper]}


def _theorem_proof(instance: TheoremInstance) -> dict[str, Any]:
    """FORMAT 8."""
    players = instance.game.players
    if instance.dominance is not None:
        vectors = zip(players, instance.dominance.best_upper, instance.dominance.best_lower, strict=True)
        return {p: {"best_upper": vector_json(high), "best_lower": vector_json(low)} for p, high, low in vectors}
    if instance.concentrability is None or instance.occupancy_lower is None or instance.expert_gaps is None:
        return {}
    reach = zip(players, instance.concentrability.reach, strict=True)
    return {
        "occupancy": {"lower": vector_json(instance.occupancy_lower)},
        "reach": {player: [vector_json(vector) for vector in vectors] for player, vectors in reach},
        **_gap_proof(instance.expert_gaps),
    }


def _worst_case(answer: WorstCaseAnswer) -> Certificate:
    game, player = answer.game, answer.game.players[answer.witness_player]
    claim = {
        "kind": "worst-case",
        "measure": answer.measure,
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    proof: dict[str, Any] = {}
    if answer.interval.lower and answer.witness is not None:
        proof["witness"] = {
            "policy": policy_rows_to_json(answer.witness),
            "occupancy": {"upper": vector_json(answer.occupancy_upper)},
            "values": {player: {"upper": vector_json(answer.value_upper)}},
            "optima": {player: {"lower": vector_json(answer.optimum_lower)}},
        }
    if answer.upper_name == "region" and answer.region is not None:
        occupancy = {"lower": vector_json(answer.occupancy_lower)}
        covers = _covers(game, answer.region)
        if answer.covers is not None:
            covers = {player: _tree(game, own) for player, own in zip(game.players, answer.covers, strict=True)}
        proof["cover"] = {"occupancy": occupancy, "players": covers}
    else:
        theorem = theorem_instance(game, answer.expert, answer.upper_name, answer.radius)
        proof["theorem"] = {"name": theorem.theorem, "proof": _theorem_proof(theorem)}
    provenance = {
        "method": answer.method,
        "seed": str(answer.seed),
        "seconds": f"{answer.seconds:.2f}",
        "complete": answer.complete,
        "upper_bound": answer.upper_name,
    }
    return Certificate(game, claim, proof, provenance)


def _theorem_instance(answer: TheoremInstance) -> Certificate:
    quantity = "value_gap" if answer.theorem == "value-gap" else "nash_gap"
    claim = {
        "kind": "theorem-instance",
        "theorem": answer.theorem,
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        quantity: {"upper": format_rational(answer.bound)},
    }
    return Certificate(answer.game, claim, _theorem_proof(answer))


_WRITERS: dict[type, dict[str, Callable[[Any], Certificate]]] = {
    GapAnswer: {"nash-gap": _nash_gap, "equilibrium": _equilibrium, "policy-value": _policy_value},
    ErrorsAnswer: {"matching-error": _matching_error},
    RegionBound: {"region-bound": _region_bound},
    WorstCaseAnswer: {"worst-case": _worst_case},
    TheoremInstance: {"theorem-instance": _theorem_instance},
}
