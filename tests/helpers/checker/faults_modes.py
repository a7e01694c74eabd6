"""Files that break the grammar of covers by modes (FORMAT 6.5), each in one way."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.helpers.checker.faults import Fault, edited, without

__all__ = ["mode_faults"]

Data = dict[str, Any]
OWN = "proof/cover/players/1/modes"


def mode_faults(accept: Callable[[str], Data]) -> Iterator[Fault]:
    """`accept`: a true certificate by its file name."""
    joint, pair, tree = (accept(f"coin.modes-{case}") for case in ("plain-joint", "plain-pair", "tree-joint"))
    tilt, shares = accept("coin.modes-tilt-joint"), accept("coin.modes-shares-joint")
    yield from kind_faults(joint, pair)
    yield from member_faults(joint, tree)
    yield from shared_faults(tree)
    yield from leaf_faults(joint, pair, shares)
    yield from table_faults(accept("coin.modes-table-joint"))
    yield from tilt_faults(tilt, pair)
    yield from visit_faults(accept("stay.modes-visits"))
    yield from within_faults(accept("stay.modes-closed"), accept("coin.modes-within-joint"))
    yield from text_faults(accept("coin.modes-text-joint"))


def kind_faults(joint: Data, pair: Data) -> Iterator[Fault]:
    own = joint["proof"]["cover"]["players"]["1"]["modes"]["joint"]
    yield "coin.mode-none.json", edited(joint, OWN, {}), "modes: neither joint nor a pair"
    yield "coin.mode-value.json", without(pair, f"{OWN}/optimum"), "modes: a bound of -V alone"
    yield "coin.mode-optimum.json", without(pair, f"{OWN}/value"), "modes: a bound of V* alone"
    yield "coin.mode-three.json", edited(pair, f"{OWN}/joint", own), "modes: joint and a pair"
    yield "coin.mode-beside.json", edited(joint, "proof/cover/players/1/tree", []), "modes beside a tree"
    yield "coin.mode-unknown.json", edited(joint, f"{OWN}/jointly", own), "modes: an unknown kind"


def member_faults(joint: Data, tree: Data) -> Iterator[Fault]:
    own = f"{OWN}/joint"
    for key in ("limit", "first", "vectors", "visits", "tree"):
        yield f"coin.mode-{key}.json", without(joint, f"{own}/{key}"), f"modes: no {key}"
    yield "coin.mode-first-nobody.json", edited(joint, f"{own}/first", "nobody"), "modes: no such player first"
    yield "coin.mode-limit-number.json", edited(joint, f"{own}/limit", 1), "modes: a limit that is no text"
    for name, unit in (("zero", "0"), ("negative", "-1")):
        yield f"coin.mode-unit-{name}.json", edited(joint, f"{own}/unit", unit), f"modes: a unit of {unit}"
    yield "coin.mode-base.json", edited(joint, f"{own}/vectors/0", {"base": 0, "num": [0, 0]}), "a vector on itself"
    later = {"base": 2, "num": [0, 0]}
    yield "coin.mode-base-later.json", edited(joint, f"{own}/vectors/1", later), "a vector on a later one"
    both = {"base": 0, "den": "1", "num": [0, 0]}
    yield "coin.mode-base-den.json", edited(joint, f"{own}/vectors/1", both), "a base and a denominator"
    yield "coin.mode-base-short.json", edited(joint, f"{own}/vectors/1", {"base": 0, "num": [0]}), "a change too short"
    split = f"{own}/tree/0/split"
    for place, name in ((0, "player"), (1, "state")):
        yield f"coin.mode-split-{name}.json", edited(tree, f"{split}/{place}", "nobody"), f"a split's {name}"
    yield "coin.mode-split-far.json", edited(tree, f"{split}/3", "5/2"), "a distance above 2"
    yield "coin.mode-split-negative.json", edited(tree, f"{split}/3", "-1/10"), "a distance below 0"
    yield "coin.mode-split-shares.json", edited(tree, f"{own}/tree/0/shares", []), "a split with shares"
    yield "coin.mode-split-tilt.json", edited(tree, f"{own}/tree/0/tilt", 0), "a split with a tilt alone"
    yield "coin.mode-split-leaf.json", edited(tree, f"{own}/tree/0/leaf", []), "a split that is a leaf"


def shared_faults(tree: Data) -> Iterator[Fault]:
    shared = copy.deepcopy(tree)
    shared["proof"]["cover"]["players"]["1"]["modes"]["joint"]["tree"][0]["shared"] = [0, 1, 3]
    for place in (1, 2):
        leaf = shared["proof"]["cover"]["players"]["1"]["modes"]["joint"]["tree"][place]
        leaf["leaf"] = [leaf["leaf"][2], leaf["leaf"][4]]
    below = edited(shared, f"{OWN}/joint/tree/1/tilt", 0)
    yield "coin.mode-shared-tilt.json", below, "a tilt below shared vectors"
    yield "coin.mode-shared-two.json", edited(shared, f"{OWN}/joint/tree/0/shared", [0, 1]), "two shared vectors"
    yield "coin.mode-shared-leaf.json", edited(shared, f"{OWN}/joint/tree/1/leaf", [0, 1, 2, 3, 4]), "five below shared"


def leaf_faults(joint: Data, pair: Data, shares: Data) -> Iterator[Fault]:
    leaf = f"{OWN}/joint/tree/0"
    yield "coin.mode-places.json", edited(joint, f"{leaf}/leaf", [0, 1, 2, 3]), "a leaf of four vectors"
    yield "coin.mode-place.json", edited(joint, f"{leaf}/leaf/0", 99), "a place outside the pool"
    yield "coin.mode-place-negative.json", edited(joint, f"{leaf}/leaf/0", -1), "a negative place"
    yield "coin.mode-prices.json", without(joint, f"{leaf}/prices"), "a leaf without prices"
    yield "coin.mode-prices-one.json", edited(joint, f"{leaf}/prices", ["1"]), "a price too few"
    yield "coin.mode-price.json", edited(joint, f"{leaf}/prices/0", "-1"), "a negative price"
    yield "coin.mode-empty-prices.json", edited(joint, f"{leaf}/leaf", []), "an empty leaf with prices"
    yield "coin.mode-share-sum.json", edited(shares, f"{leaf}/shares/0", ["1", "1/2", "0"]), "shares of more than 1"
    yield "coin.mode-share.json", edited(shares, f"{leaf}/shares/0", ["3/2", "-1/2", "0"]), "a negative share"
    yield "coin.mode-share-two.json", edited(shares, f"{leaf}/shares/0", ["1", "0"]), "two shares"
    yield "coin.mode-tilt-none.json", edited(joint, f"{leaf}/tilt", 0), "a tilt that is not there"
    shared = edited(pair, f"{OWN}/optimum/tree/0/shared", [])
    yield "coin.mode-optimum-shared.json", shared, "a leaf with shared vectors"


def table_faults(data: Data) -> Iterator[Fault]:
    own, leaf = f"{OWN}/joint", f"{OWN}/joint/tree/0"
    cover = data["proof"]["cover"]["players"]["1"]["modes"]["joint"]
    first, second, _ = cover["shares"][0][0]
    den, size = int(cover["vectors"][first]["den"]), len(cover["vectors"][first]["num"])
    more = edited(data, f"{own}/vectors/{first}/num", [2 * den] * size)
    yield "coin.mode-table-sum.json", more, "shares of a state of more than 1"
    less = edited(json.loads(more), f"{own}/vectors/{second}/num", [-den] * size)
    yield "coin.mode-table-negative.json", less, "a negative share of a state"
    yield "coin.mode-table-place.json", edited(data, f"{own}/shares/0/0/0", 99), "shares outside the pool"
    yield "coin.mode-table-two.json", edited(data, f"{own}/shares/0/0", [first, second]), "two shares by state"
    yield "coin.mode-table-none.json", edited(data, f"{leaf}/shares", 9), "a table that is not there"


def tilt_faults(tilt: Data, pair: Data) -> Iterator[Fault]:
    own = f"{OWN}/joint/tilts"
    yield "coin.mode-tilts.json", edited(tilt, own, {}), "tilts that are no array"
    yield "coin.mode-tilt-long.json", edited(tilt, f"{own}/0/num", [0] * 5), "a tilt of another length"
    optimum = json.loads(edited(pair, f"{OWN}/optimum/tilts", [{"den": "1", "num": [-9, -9]}]))
    fault = edited(optimum, f"{OWN}/optimum/tree/0/tilt", 0)
    yield "coin.mode-tilt-optimum.json", fault, "a tilt in a bound of V*"


def visit_faults(data: Data) -> Iterator[Fault]:
    visit = f"{OWN}/optimum/visits/0"
    for key in ("group", "state", "theta", "leaf", "prices"):
        yield f"stay.mode-visit-{key}.json", without(data, f"{visit}/{key}"), f"a visit without {key}"
    yield "stay.mode-visit-negative.json", edited(data, f"{visit}/theta", "-1"), "a negative theta"
    yield "stay.mode-visit-imitator.json", edited(data, f"{visit}/group", "imitator"), "an imitator of V*"
    yield "stay.mode-visit-nowhere.json", edited(data, f"{visit}/state", "nowhere"), "no such state"
    yield "stay.mode-visit-void.json", edited(data, f"{visit}/leaf", []), "a visit without vectors"


def within_faults(closed: Data, open_: Data) -> Iterator[Fault]:
    own, tree = f"{OWN}/optimum", f"{OWN}/joint/tree"
    leaf = closed["proof"]["cover"]["players"]["1"]["modes"]["optimum"]["tree"][1]["visits"][-1]
    beside = edited(closed, f"{own}/tree/1/leaf", leaf["leaf"])
    yield "stay.mode-closed-leaf.json", beside, "a leaf in a node that its visits close"
    yield "stay.mode-closed-theta.json", without(closed, f"{own}/tree/1/visits/0/theta"), "a node's visit without theta"
    yield "coin.mode-within-none.json", edited(open_, f"{tree}/1/visits", {}), "a node's visits that are no array"
    void = edited(json.loads(edited(open_, f"{tree}/1/leaf", [])), f"{tree}/1/visits", [])
    yield "coin.mode-within-void.json", void, "an empty node with visits"


def text_faults(data: Data) -> Iterator[Fault]:
    own = f"{OWN}/joint"
    leaf, text = f"{own}/tree/0", f"{own}/vectors/0/num"
    for name, wrong, reason in (
        ("letter", "A-", "a letter that is no digit"),
        ("open", "AAg", "text that ends before its last number does"),
        ("long", "g" * 200 + "AA", "a number of more than 200 digits"),
        ("short", "A", "text of a number too few"),
    ):
        yield f"coin.mode-text-{name}.json", edited(data, text, wrong), reason
    yield "coin.mode-charge-none.json", without(data, f"{leaf}/charge"), "neither prices nor a charge"
    yield "coin.mode-charge-place.json", edited(data, f"{leaf}/charge", 9), "a charge outside the list"
    yield "coin.mode-charge-both.json", edited(data, f"{leaf}/prices", ["0", "0"]), "prices and a charge"
    yield "coin.mode-charge-shares.json", edited(data, f"{leaf}/shares", [["1", "0", "0"]] * 2), "shares and a charge"
    yield "coin.mode-charge-empty.json", edited(data, f"{own}/charges/0", {}), "a charge without prices"
