"""Files that break the grammar of balls, multipliers, vertices, best cases (FORMAT 6.4, 7, 8, 10), each in one way."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.helpers.checker.faults import Fault, edited, without
from tests.helpers.checker.forge import path_get

__all__ = ["ball_faults"]

Data = dict[str, Any]


def ball_faults(accept: Callable[[str], Data], hashes: Callable[[str], str]) -> Iterator[Fault]:
    """`accept`: a true certificate by its file name; `hashes`: a game's hash by its name."""
    yield from multiplier_faults(accept("coin.bc-occupancy"))
    yield from measure_faults(accept)
    yield from theorem_faults(accept)
    yield from search_faults(accept)
    yield from best_faults(accept("dilemma.best"))
    yield from other_games(accept, hashes)


def multiplier_faults(data: Data) -> Iterator[Fault]:
    own = "proof/occupancy/players/1"
    yield "coin.fee-negative.json", edited(data, f"{own}/price", "-1/10"), "multipliers: a negative price"
    yield "coin.toll-negative.json", edited(data, f"{own}/toll", "-1"), "multipliers: a negative toll"
    yield "coin.multipliers-player.json", without(data, own), "multipliers: a player is missing"
    yield "coin.multipliers-more.json", edited(data, f"{own}/tolls", "1"), "multipliers: an unknown member"
    for key in ("best", "price", "value", "toll"):
        yield f"coin.multipliers-{key}.json", without(data, f"{own}/{key}"), f"multipliers: {key} is missing"
    yield "coin.multipliers-occupancy.json", without(data, "proof/occupancy/occupancy"), "multipliers: no occupancy"
    upper = edited(data, "proof/occupancy/occupancy", {"upper": path_get(data, "proof/occupancy/occupancy/lower")})
    yield "coin.multipliers-side.json", upper, "multipliers: an upper bound of the occupancy"


def measure_faults(accept: Callable[[str], Data]) -> Iterator[Fault]:
    rho, below = accept("coin.rho-lower"), accept("coin.worst-lower")
    moved = path_get(rho, "proof/witness/policy_occupancy")
    more = edited(below, "proof/witness/policy_occupancy", moved)
    yield "coin.bc-witness-more.json", more, "a witness of the bc ball with its own occupancy"
    yield "coin.rho-witness-less.json", without(rho, "proof/witness/policy_occupancy"), "no occupancy of the witness"
    yield "coin.measure-list.json", edited(rho, "claim/measure", ["rho"]), "a list for a measure"
    yield "coin.measure-joint.json", edited(rho, "claim/measure", "rho "), "a measure with a space"


def theorem_faults(accept: Callable[[str], Data]) -> Iterator[Fault]:
    exact = accept("dilemma.bc-vertices")
    exact = exact | {"claim": exact["claim"] | {"nash_gap": {"upper": exact["claim"]["nash_gap"]["upper"]}}}
    exact = exact | {"proof": {"theorem": exact["proof"]["theorem"]}}
    yield "dilemma.rho-vertices.json", edited(exact, "claim/measure", "rho"), "vertices of the rho ball"
    yield "dilemma.mu-vertices.json", edited(exact, "claim/measure", "mu"), "vertices of the mu ball"
    first = next(iter(exact["proof"]["theorem"]["proof"]))
    yield "dilemma.vertices-player.json", edited(exact, f"proof/theorem/proof/{first}", "nobody"), "no such player"
    yield "dilemma.vertices-place.json", edited(exact, f"proof/theorem/proof/{first}", 0), "a player's place"
    yield "dilemma.vertices-missing.json", without(exact, f"proof/theorem/proof/{first}"), "a player is missing"
    ball = accept("slack.rho-dse")
    ball = ball | {
        "claim": ball["claim"] | {"nash_gap": {"upper": "4"}},
        "proof": {"theorem": ball["proof"]["theorem"]},
    }
    yield "slack.mu-dse.json", edited(ball, "claim/measure", "mu"), "the theorem dse for the mu ball"
    players = {player: player for player in ball["proof"]["theorem"]["proof"]}
    claim = ball["claim"] | {"measure": "bc"}
    several = ball | {"claim": claim, "proof": {"theorem": {"name": "vertices", "proof": players}}}
    yield "slack.vertices.json", edited(several, "end", True), "vertices of a game of two states"
    trio = accept("trio.worst-theorem")
    yield (
        "trio.ball-value-gap.json",
        edited(trio, "proof/theorem/name", "value-gap"),
        "a value gap's theorem for a ball",
    )


def search_faults(accept: Callable[[str], Data]) -> Iterator[Fault]:
    data, bound = accept("dilemma.search-instance"), "proof/bound"
    yield "dilemma.search-negative.json", edited(data, bound, "-1"), "vertex search: a negative bound"
    yield "dilemma.search-decimal.json", edited(data, bound, "0.9"), "vertex search: a decimal for a bound"
    yield "dilemma.search-number.json", edited(data, bound, 1), "vertex search: a number for a bound"
    yield "dilemma.search-infinity.json", edited(data, bound, "infinity"), "vertex search: a word for a bound"
    yield "dilemma.search-nothing.json", without(data, bound), "vertex search: no bound"
    yield "dilemma.search-more.json", edited(data, "proof/limit", "1"), "vertex search: an unknown member"
    yield "dilemma.search-list.json", edited(data, "proof", ["9/20"]), "vertex search: a list for a proof"
    yield (
        "dilemma.search-players.json",
        edited(data, "proof", {"1": "1", "2": "2"}),
        "vertex search: players for a bound",
    )
    yield "dilemma.search-listed.json", edited(data, "claim/theorem", "vertices"), "a bound where players are asked for"
    ball = accept("dilemma.bc-search")
    ends = {"upper": ball["claim"]["nash_gap"]["upper"]}
    ball = ball | {"claim": ball["claim"] | {"nash_gap": ends}, "proof": {"theorem": ball["proof"]["theorem"]}}
    yield "dilemma.rho-search.json", edited(ball, "claim/measure", "rho"), "vertex search of the rho ball"
    yield "dilemma.mu-search.json", edited(ball, "claim/measure", "mu"), "vertex search of the mu ball"
    generous = {"name": "vertex-search", "proof": {"bound": "100"}}
    trio = edited(accept("trio.worst-theorem"), "proof/theorem", generous)
    yield "trio.search-three.json", trio, "vertex search of a game of three players"
    slack = edited(accept("slack.dse"), "claim/theorem", "vertex-search")
    slack = edited(json.loads(slack), "proof", {"bound": "100"})
    yield "slack.search-states.json", slack, "vertex search of a game of two states"


def best_faults(both: Data) -> Iterator[Fault]:
    tree = "proof/equilibria/0/tree"
    leaf = next(k for k, node in enumerate(path_get(both, tree)) if "leaf" in node)
    yield "dilemma.best-nothing.json", edited(both, "claim/nash_gap", {}), "no end is claimed"
    yield "dilemma.best-endless.json", edited(both, "claim/nash_gap", "endless"), "a text for an interval"
    yield "dilemma.best-infinite.json", edited(both, "claim/nash_gap", {"lower": "infinity"}), "an infinite end"
    yield "dilemma.best-radius.json", edited(both, "claim/radius", "-1/10"), "a negative radius"
    yield "dilemma.best-measure.json", edited(both, "claim/measure", "rho"), "a measure where none is asked for"
    yield "dilemma.best-no-witness.json", without(both, "proof/witness"), "an upper end without a witness"
    yield "dilemma.best-no-expert.json", without(both, "proof/witness/expert"), "a witness without its equilibrium"
    yield "dilemma.best-no-trees.json", without(both, "proof/equilibria"), "a lower end without trees"
    yield "dilemma.best-no-tree.json", without(both, tree), "an equilibrium without a tree"
    yield "dilemma.best-proof-more.json", edited(both, "proof/cover", {}), "an unknown part of a proof"
    yield "dilemma.best-leaf-four.json", edited(both, f"{tree}/{leaf}/leaf", [0, 1, 2, 3]), "a leaf that names vectors"
    linear = {"vectors": [], "reference": [], "prices": []}
    yield "dilemma.best-leaf-linear.json", edited(both, f"{tree}/{leaf}/linear", linear), "a leaf with the linear rule"
    yield "dilemma.best-leaf-zero.json", edited(both, f"{tree}/{leaf}/leaf", 0), "a number for a leaf"


def other_games(accept: Callable[[str], Data], hashes: Callable[[str], str]) -> Iterator[Fault]:
    """Best cases of games that are not bimatrix."""
    gaps = {"again": "again.bc-occupancy", "trio": "trio.worst-theorem"}
    for name, what in (("again", "discount"), ("trio", "three"), ("myopic", "states")):
        rows = {"1": {s: {"x": "1"} for s in ("s0", "s1")}, "2": {s: {"x": "1"} for s in ("s0", "s1")}}
        expert = accept(gaps[name])["claim"]["expert"] if name in gaps else rows
        claim = {"kind": "best-case", "radius": "0", "nash_gap": {"upper": "100"}}
        data = accept("dilemma.best") | {"game": hashes(name), "claim": claim}
        data = data | {"proof": {"witness": {"expert": expert, "policy": expert}}}
        yield (
            f"{name}.best-{what}.json",
            edited(data, "end", True),
            f"a best case of a game that is not bimatrix: {what}",
        )
