"""Files that break the grammar of dominance and continuity (FORMAT 11, 12), each in one way."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.helpers.checker.faults import Fault, edited, without

__all__ = ["stage_faults"]

Data = dict[str, Any]


def stage_faults(accept: Callable[[str], Data], hashes: Callable[[str], str]) -> Iterator[Fault]:
    """`accept`: a true certificate by its file name; `hashes`: a game's hash by its name."""
    yield from dominance_faults(accept("folds.dominance"), hashes("coin"))
    yield from continuity_faults(accept("fall.continuity"), hashes("coin"))
    data = accept("meet.delta-steps")
    first = {player: {"s0": {"x": "1"}, "s1": {"x": "1"}} for player in "12"}
    coin = data | {"game": hashes("coin"), "claim": data["claim"] | {"expert": first}, "proof": {"1": [], "2": []}}
    yield "coin.steps-theorem.json", json.dumps(coin), "delta by steps in a game of two states"


def dominance_faults(data: Data, other: str) -> Iterator[Fault]:
    elsewhere = {"kind": "dominance", "actions": {"1": {"x": {"undominated": "strict"}}}}
    coin = data | {"game": other, "claim": elsewhere, "proof": {"actions": {"1": {"x": {"belief": [1, 1]}}}}}
    yield "coin.dominance-states.json", json.dumps(coin), "dominance in a game of two states"
    nothing = data | {"claim": {"kind": "dominance"}, "proof": {}}
    yield "folds.dominance-nothing.json", json.dumps(nothing), "dominance: nothing is claimed"
    yield "folds.dominance-expert.json", without(data, "claim/kappa"), "dominance: an expert, and no word of it"
    yield "folds.dominance-kappa.json", edited(data, "claim/kappa", {"3": {"upper": "1"}}), "kappa: no such player"
    yield "folds.dominance-empty.json", edited(data, "claim/least", {}), "dominance: the least kappa of nobody"
    yield "folds.dominance-more.json", edited(data, "claim/also", {}), "dominance: an unknown member"
    belief, mixture = "proof/actions/1/1/belief", "proof/actions/1/5/mixture"
    yield "folds.weights-negative.json", edited(data, mixture, [2, -1, 1, 0, 0]), "a mixture with a negative weight"
    yield "folds.weights-nothing.json", edited(data, "proof/actions/1/3/mixture", [0] * 5), "a mixture of nothing"
    yield "folds.weights-short.json", edited(data, belief, [1]), "a belief over too few actions"
    yield "folds.weights-text.json", edited(data, belief, ["1", "0"]), "weights as text"
    yield "folds.weights-true.json", edited(data, belief, [True, False]), "weights true and false"
    yield "folds.actions-unproved.json", without(data, "proof/actions/1/5"), "actions: one without a proof"
    yield "folds.actions-mixture.json", without(data, mixture), "actions: a mixture is missing"
    yield "folds.actions-strength.json", edited(data, "claim/actions/1/1/undominated", "weakly"), "no such strength"
    yield "folds.actions-name.json", edited(data, "claim/actions/1/9", {"dominated": "weak"}), "no such action"
    yield "folds.least-missing.json", without(data, "proof/least/1/belief"), "least kappa: no belief"
    yield "folds.final-false.json", edited(data, "claim/elimination/final", False), "elimination: final, or not at all"
    yield "folds.elimination-by.json", edited(data, "claim/elimination/by", "luck"), "elimination by what"
    yield "folds.elimination-beliefs.json", without(data, "proof/elimination/beliefs"), "elimination: no beliefs"
    yield "folds.elimination-belief.json", without(data, "proof/elimination/beliefs/1/1"), "elimination: one is missing"
    yield "folds.elimination-player.json", without(data, "claim/elimination/remaining/2"), "elimination: a player"


def continuity_faults(data: Data, other: str) -> Iterator[Fault]:
    sel, most = "claim/delta_sel/1", "proof/delta_max/1/covers/0"
    head = {key: data["claim"][key] for key in ("kind", "expert", "radius")}
    first = {player: {"s0": {"x": "1"}, "s1": {"x": "1"}} for player in "12"}
    kappa = {"kind": "continuity", "expert": first, "radius": "1", "kappa": {"1": {"upper": "99"}}}
    coin = data | {"game": other, "claim": kappa, "proof": {"kappa": {}}}
    yield "coin.continuity-states.json", json.dumps(coin), "continuity in a game of two states"
    nothing = data | {"claim": head, "proof": {}}
    yield "fall.continuity-nothing.json", json.dumps(nothing), "continuity: nothing is claimed"
    yield "fall.continuity-unproved.json", without(data, "proof/delta_sel/1"), "continuity: a player without a proof"
    yield "fall.continuity-radius.json", edited(data, "claim/radius", "-1"), "continuity: a negative radius"
    yield "fall.steps-first.json", edited(data, "claim/delta_sel/2/0/from", "1/9"), "steps that begin later"
    yield "fall.steps-none.json", edited(data, sel, []), "no steps"
    order = edited(data, sel, [data["claim"]["delta_sel"]["1"][k] for k in (0, 2, 1)])
    yield "fall.steps-order.json", order, "steps out of order"
    yield "fall.steps-beyond.json", edited(data, f"{sel}/2/from", "3"), "a step beyond the radius"
    yield "fall.steps-open.json", edited(data, f"{sel}/1/open", "yes"), "a step open or not at all"
    yield "fall.steps-upper.json", without(data, f"{sel}/1/upper"), "a step without an upper end"
    yield "fall.witness-near.json", without(data, "proof/delta_sel/1/witnesses/0/near"), "a witness that is far alone"
    yield "fall.cover-tree.json", without(data, f"{most}/tree"), "a cover without a tree"
    yield "fall.cover-action.json", edited(data, f"{most}/action", "9"), "a cover of no action"
    yield "fall.cover-radius.json", edited(data, f"{most}/radius", "-1"), "a cover with a negative radius"
    yield "fall.cover-held.json", edited(data, f"{most}/held", ["1"]), "a cover of delta_max that holds something"
    yield "fall.cover-leaf.json", edited(data, f"{most}/tree", [{"leaf": [0], "linear": {}}]), "a leaf with more"
    yield "fall.cover-place.json", edited(data, f"{most}/tree", [{"leaf": [1]}]), "a leaf without weights"
    yield "fall.cover-places.json", edited(data, f"{most}/tree", [{"leaf": [0, 0]}]), "a leaf with two weights"
    yield "fall.cover-negative.json", edited(data, f"{most}/weights/0/num", [3, -1, 0]), "a cover's negative weight"
    yield "fall.cover-denominator.json", edited(data, f"{most}/weights/0/den", "-1"), "weights over a negative number"
    yield "fall.cover-broken.json", edited(data, f"{most}/weights/0/den", "1/2"), "weights over a fraction"
    yield "fall.cover-short.json", edited(data, f"{most}/weights/0/num", [2, 0]), "a cover's weights: one is missing"
    yield "fall.kappa-no-policy.json", without(data, "proof/kappa/1"), "kappa: a lower end without a policy"
