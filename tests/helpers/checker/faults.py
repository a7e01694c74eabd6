"""Files that break the grammar (FORMAT 1 to 4, 6, 7), each in one way: certificates, games, policies.

Names say the kind: `coin.X.json` is a certificate for the game coin, `game.X.json` a game, `policy.X.json` a policy of
coin.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.helpers.checker.forge import path_get, path_set

Data = dict[str, Any]
Fault = tuple[str, str, str]
"""File name, text, what is wrong."""

VALUE, ROW = "claim/values/1/upper", "claim/policy/1/s0"
LONG = "1" * 100_001


def edited(data: Data, path: str, value: Any) -> str:
    result = copy.deepcopy(data)
    path_set(result, path, value)
    return json.dumps(result)


def without(data: Data, path: str) -> str:
    result = copy.deepcopy(data)
    *way, last = path.split("/")
    del (path_get(result, "/".join(way)) if way else result)[last]
    return json.dumps(result)


def replaced(data: Data, old: str, new: str) -> str:
    """Text in the file exchanged once: what `json.dumps` would never write."""
    text = json.dumps(data)
    if old not in text:
        raise ValueError(f"expected {old!r} in the file")
    return text.replace(old, new, 1)


def numbers() -> Iterator[tuple[str, Any]]:
    """What is no rational of a certificate."""
    texts = {
        "integer": 1,
        "true": True,
        "null": None,
        "array": ["1"],
        "empty": "",
        "space": " 1",
        "newline": "1000\n",
        "plus": "+1000",
        "minus-zero": "-0",
        "leading-zero": "01000",
        "fraction-leading-zero": "1/02",
        "unreduced": "2000/2",
        "over-one": "1000/1",
        "over-zero": "1/0",
        "over-minus": "1/-2",
        "zero-over-two": "0/2",
        "decimal": "1000.5",
        "exponent": "1e3",
        "underscore": "1_000",
        "other-digits": "\u0661",
        "infinity": "Infinity",
        "nan": "NaN",
        "hexadecimal": "0x10",
        "long": LONG,
        "long-denominator": "1/" + LONG,
    }
    yield from texts.items()


def certificate_faults(value: Data, cover: Data, box: Data) -> Iterator[Fault]:
    """Of policy-value, worst-case and region-bound certificates of the game coin."""
    for name, wrong in numbers():
        yield f"coin.number-{name}.json", edited(value, VALUE, wrong), f"a claimed end: {name}"
    yield from json_faults(value)
    yield from shape_faults(value)
    yield from vector_faults(value)
    yield from row_faults(value)
    yield from cover_faults(cover)
    yield from region_faults(box)


def json_faults(value: Data) -> Iterator[Fault]:
    text = json.dumps(value)
    deep = "[" * 50_000
    yield "coin.truncated.json", text[: len(text) // 2], "half a file"
    yield "coin.nothing.json", "", "an empty file"
    yield "coin.trailing.json", text + "{}", "data after the end"
    yield "coin.byte-order-mark.json", "\ufeff" + text, "a byte-order mark"
    yield "coin.comment.json", text + "// done", "a comment"
    yield "coin.single-quotes.json", text.replace('"', "'"), "single quotes"
    yield "coin.deep.json", replaced(value, '"end"', f'"provenance": {deep}, "end"'), "50,000 open brackets"
    closed = "[" * 150 + "]" * 150
    yield "coin.nested.json", replaced(value, '"end"', f'"provenance": {closed}, "end"'), "150 levels, closed"
    closed = "[" * 100 + "]" * 100
    yield (
        "coin.nested-one.json",
        replaced(value, '"end"', f'"provenance": {closed}, "end"'),
        "101 levels",
    )
    yield "coin.json-minus-zero.json", replaced(value, '"end"', '"provenance": -0, "end"'), "the number -0"
    yield "coin.array.json", "[]", "an array"
    yield "coin.text.json", '"certificate"', "text"
    yield "coin.duplicate.json", replaced(value, '"upper": ', '"upper": "1000", "upper": '), "a key given twice"
    yield "coin.duplicate-role.json", replaced(value, '"claim"', '"claim": {}, "claim"'), "a claim given twice"
    for name, wrong in {"float": "1.5", "exponent": "1e3", "nan": "NaN", "infinity": "-Infinity"}.items():
        yield f"coin.json-{name}.json", replaced(value, '"end"', f'"provenance": {wrong}, "end"'), f"the number {wrong}"
    yield "coin.json-float-in-array.json", replaced(value, '"end"', '"provenance": [1, 1.5], "end"'), "the number 1.5"
    yield (
        "coin.json-long.json",
        replaced(value, '"end"', f'"provenance": {LONG}, "end"'),
        "an integer of 100,001 digits",
    )
    yield "coin.surrogate.json", replaced(value, '"end"', '"provenance": "\\ud800", "end"'), "a lone surrogate"
    yield (
        "coin.surrogate-key.json",
        replaced(value, '"end"', '"provenance": {"\\udfff": "1"}, "end"'),
        "a lone surrogate",
    )


def shape_faults(value: Data) -> Iterator[Fault]:
    for key in value:
        yield f"coin.no-{key}.json", without(value, key), f"the member {key} is missing"
    yield "coin.no-policy.json", without(value, "claim/policy"), "the claim's policy is missing"
    yield "coin.unknown.json", edited(value, "remark", "x"), "an unknown member"
    yield "coin.unknown-claim.json", edited(value, "claim/nash_gap", {"upper": "0"}), "a member of another kind"
    yield "coin.unknown-proof.json", edited(value, "proof/optima", {}), "a proof of more than the claim"
    yield "coin.unknown-player.json", edited(value, "claim/values/3", {"upper": "0"}), "a player who is not there"
    yield "coin.unknown-kind.json", edited(value, "claim/kind", "nash"), "an unknown kind of claim"
    yield "coin.format.json", edited(value, "format", "certigap-policy"), "a file of another format"
    yield "coin.version.json", edited(value, "version", 2), "another version"
    yield "coin.version-true.json", edited(value, "version", True), "true is no integer"
    yield "coin.version-text.json", edited(value, "version", "1"), "text is no integer"
    yield "coin.end-false.json", edited(value, "end", False), "the end is not marked"
    yield "coin.end-one.json", edited(value, "end", 1), "1 is not true"
    yield "coin.claims-nothing.json", edited(value, "claim/values", {}), "no value is claimed"
    yield "coin.claims-no-end.json", edited(value, "claim/values", {"1": {}}), "an interval without ends"


def vector_faults(value: Data) -> Iterator[Fault]:
    den, num = "proof/values/1/exact/den", "proof/values/1/exact/num"
    entries = path_get(value, num)
    for name, wrong in {"negative": "-1", "zero": "0", "fraction": "3/2", "integer": 1}.items():
        yield f"coin.denominator-{name}.json", edited(value, den, wrong), f"a denominator: {name}"
    yield "coin.vector-empty.json", edited(value, num, []), "a vector without entries"
    yield "coin.vector-short.json", edited(value, num, entries[:-1]), "an entry is missing"
    yield "coin.vector-long.json", edited(value, num, [*entries, 0]), "an entry too many"
    yield "coin.vector-true.json", edited(value, num, [True, *entries[1:]]), "true is no integer"
    yield "coin.vector-text.json", edited(value, num, [str(x) for x in entries]), "weights as text"
    yield "coin.vector-object.json", edited(value, num, {}), "an object for a vector"
    yield "coin.bracket-empty.json", edited(value, "proof/values/1", {}), "a bracket without sides"


def row_faults(value: Data) -> Iterator[Fault]:
    rows: dict[str, Any] = {
        "sum-below": {"x": "1/2", "y": "1/3"},
        "sum-above": {"x": "1", "y": "1/2"},
        "negative": {"x": "3/2", "y": "-1/2"},
        "empty": {},
        "minus-zero": {"x": "1", "y": "-0"},
        "unknown-action": {"z": "1"},
        "decimal": {"x": "0.5", "y": "0.5"},
        "array": ["1", "0"],
    }
    for name, wrong in rows.items():
        yield f"coin.row-{name}.json", edited(value, ROW, wrong), f"a row of the claim's policy: {name}"
    yield "coin.row-missing.json", without(value, ROW), "a state without a row, where there is a choice"
    yield "coin.row-unknown-state.json", edited(value, "claim/policy/1/s9", {"x": "1"}), "a state that is not there"
    yield "coin.row-no-player.json", without(value, "claim/policy/2"), "a player without rows"


def cover_faults(cover: Data) -> Iterator[Fault]:
    tree = "proof/cover/players/1/tree"
    pool = len(path_get(cover, "proof/cover/players/1/vectors"))
    for name, wrong in {
        "far": [0, 1, 2, 99],
        "negative": [0, 1, 2, 3 - pool],
        "four": [0, 1, 2, 3, 3],
        "three": [0, 1, 2],
    }.items():
        yield f"coin.leaf-{name}.json", edited(cover, f"{tree}/1/leaf", wrong), f"places of a leaf: {name}"
    yield "coin.leaf-true.json", edited(cover, f"{tree}/1/leaf", [False, True, 2, 3]), "true is no place"
    yield "coin.node-both.json", edited(cover, f"{tree}/0/leaf", [0, 1, 2, 3]), "a node that is a split and a leaf"
    yield "coin.node-neither.json", edited(cover, f"{tree}/0", {}), "a node that is nothing"
    split = path_get(cover, f"{tree}/0/split")
    for name, place, odd in (("player", 0, "9"), ("state", 1, "s9"), ("action", 2, "z"), ("outside", 3, "3/2")):
        bad = [odd if k == place else x for k, x in enumerate(split)]
        yield f"coin.split-{name}.json", edited(cover, f"{tree}/0/split", bad), f"a split: {name}"
    yield "coin.split-long.json", edited(cover, f"{tree}/0/split", [*split, "1"]), "a split of five"
    yield "coin.measure.json", edited(cover, "claim/measure", "l2"), "an unknown measure"
    yield "coin.radius-negative.json", edited(cover, "claim/radius", "-1/10"), "a negative radius"
    yield "coin.ball-claims-nothing.json", edited(cover, "claim/nash_gap", {}), "no end is claimed"
    yield "coin.no-cover.json", edited(cover, "proof", {}), "an upper end without a proof"
    yield "coin.no-witness.json", edited(cover, "claim/nash_gap/lower", "1/10"), "a lower end without a witness"


def region_faults(box: Data) -> Iterator[Fault]:
    for name, wrong in {"negative": "-1/2", "large": "5/2"}.items():
        yield f"coin.radii-{name}.json", edited(box, "claim/radii/1/s0", wrong), f"a radius: {name}"
    longer = [*path_get(box, "claim/box/1/s0/lower"), "0"]
    yield "coin.box-long.json", edited(box, "claim/box/1/s0/lower", longer), "a bound for an action too many"
    yield "coin.box-one-side.json", without(box, "claim/box/1/s0/upper"), "a box without upper bounds"
    yield "coin.region-lower.json", edited(box, "claim/nash_gap/lower", "0"), "a lower end of a region bound"


def game_faults(game: Data) -> Iterator[Fault]:
    """Of the game coin."""
    cell = "states/0/outcomes/0"
    changes: dict[str, tuple[str, Any]] = {
        "discount-one": ("discount", "1"),
        "discount-large": ("discount", "3/2"),
        "discount-negative": ("discount", "-1/2"),
        "discount-integer": ("discount", 1),
        "discount-true": ("discount", False),
        "next-sum": (f"{cell}/next", {"s0": "9/10"}),
        "next-negative": (f"{cell}/next", {"s0": "3/2", "s1": "-1/2"}),
        "next-unknown": (f"{cell}/next", {"s9": "1"}),
        "initial-sum": ("initial", {"s0": "1/2"}),
        "initial-unknown": ("initial", {"s9": "1"}),
        "rewards-short": (f"{cell}/rewards", ["0"]),
        "rewards-long": (f"{cell}/rewards", ["0", "0", "0"]),
        "reward-true": (f"{cell}/rewards", ["0", True]),
        "reward-unreduced": (f"{cell}/rewards", ["0", "2/4"]),
        "outcomes-short": ("states/0/outcomes", game["states"][0]["outcomes"][:-1]),
        "outcomes-long": ("states/0/outcomes", [*game["states"][0]["outcomes"], game["states"][0]["outcomes"][0]]),
        "actions-short": ("states/0/actions", [["x", "y"]]),
        "actions-none": ("states/0", {"name": "s0", "actions": [["x", "y"], []], "outcomes": []}),
        "actions-twice": ("states/0/actions", [["x", "y"], ["x", "x"]]),
        "states-none": ("states", []),
        "players-none": ("players", []),
        "players-twice": ("players", ["1", "1"]),
        "name-empty": ("players", ["", "2"]),
        "name-control": ("players", ["1\u0007", "2"]),
        "name-c1": ("players", ["1\u0085", "2"]),
        "name-line": ("players", ["1\u2028", "2"]),
        "name-long": ("players", ["1" * 1001, "2"]),
        "name-number": ("players", [1, "2"]),
        "title-control": ("name", "co\nin"),
        "meta-text": ("meta", "x"),
        "version": ("version", 2),
        "format": ("format", "certigap-policy"),
        "payoffs-too": ("payoffs", []),
        "unknown": ("horizon", "3"),
    }
    for name, (path, wrong) in changes.items():
        yield f"game.{name}.json", edited(game, path, wrong), f"a game: {name}"
    alone = copy.deepcopy(game["states"][0])
    for outcome in alone["outcomes"]:
        outcome["next"] = {"s0": "1"}
    twice = game | {"states": [alone, alone], "initial": {"s0": "1"}}
    yield "game.states-twice.json", json.dumps(twice), "a game with two states of one name"
    crowd = {"players": [str(k) for k in range(101)], "actions": [["x"]] * 101, "payoffs": [["0"] * 101]}
    many = {"format": "certigap-game", "version": 1, **crowd}
    yield "game.players-many.json", json.dumps(many), "a game of 101 players"
    for key in ("players", "discount", "initial", "states"):
        yield f"game.no-{key}.json", without(game, key), f"a game without {key}"


def policy_faults(policy: Data) -> Iterator[Fault]:
    """Of a policy file of the game coin."""
    changes: dict[str, tuple[str, Any]] = {
        "another-game": ("game", "0" * 64),
        "sum": ("rows/1/s0", {"x": "1/2"}),
        "negative": ("rows/1/s0", {"x": "3/2", "y": "-1/2"}),
        "unknown-action": ("rows/1/s0", {"z": "1"}),
        "unknown-state": ("rows/1/s9", {"x": "1"}),
        "unknown-player": ("rows/3", {"s0": {"x": "1"}}),
        "no-state": ("rows/1", {"s0": {"x": "1"}}),
        "version": ("version", 0),
        "format": ("format", "certigap-game"),
        "unknown": ("policy", {}),
    }
    for name, (path, wrong) in changes.items():
        yield f"policy.{name}.json", edited(policy, path, wrong), f"a policy: {name}"


def other_faults(accept: dict[str, Data]) -> Iterator[Fault]:
    """Faults that need another game or kind of claim; `accept` holds certificates by file name."""
    gap, errors = accept["coin.gap-exact"], accept["coin.errors-exact"]
    nothing = {key: gap["claim"][key] for key in ("kind", "policy")}
    yield "coin.gap-claims-nothing.json", edited(gap, "claim", nothing), "a gap claim that claims nothing"
    nothing = {key: errors["claim"][key] for key in ("kind", "policy", "expert")}
    yield "coin.errors-claim-nothing.json", edited(errors, "claim", nothing), "an error claim that claims nothing"
    least = {key: gap["claim"][key] for key in ("kind", "policy")} | {
        "nash_gap": {"upper": gap["claim"]["player_gaps"]["1"]["upper"]}
    }
    missing = without(gap | {"claim": least}, "proof/optima/2")
    yield "coin.gap-missing-player.json", missing, "an upper end without the player who gains most"
    bracket = {"lower": {"den": "1", "num": [300, 300]}}
    one = copy.deepcopy(accept["coin.value-exact"])
    one["claim"]["values"] = {"1": {"upper": "1000"}}
    yield "coin.bracket-other-side.json", edited(one, "proof/values", {"1": bracket}), "an upper vector called lower"
    one = copy.deepcopy(accept["coin.value-exact"])
    one["proof"]["values"] = {name: {"lower": own["exact"]} for name, own in one["proof"]["values"].items()}
    yield "coin.bracket-one-side.json", json.dumps(one), "a lower vector alone, for both ends"
    nash = copy.deepcopy(accept["trio.value-gap"])
    nash["claim"] |= {"radius": "0", "nash_gap": {"upper": "0"}}
    yield (
        "trio.value-gap-as-nash-gap.json",
        without(nash, "claim/value_gap"),
        "a value gap's theorem for a Nash gap",
    )
    yield from linear_faults(accept["coin.linear-region"])
    trivial = accept["coin.trivial"]
    ends = {"lower": trivial["claim"]["nash_gap"]["upper"]}
    yield "coin.theorem-lower.json", edited(trivial, "claim/nash_gap", ends), "a theorem's bound as a lower end"
    value = copy.deepcopy(accept["dilemma.value-exact"])
    value["claim"]["values"] = {"1": {"upper": "1"}}
    value["proof"] = {"values": {"1": {"upper": {"den": "1", "num": [True]}}}}
    yield "dilemma.vector-true.json", json.dumps(value), "true is no integer"
    value["claim"]["values"] = {"1": {"lower": "-0.9"}}
    value["proof"] = {"values": {"1": {"lower": {"den": "10", "num": [-9]}}}}
    yield "decimal.known.json", json.dumps(value), "a decimal in a certificate, though the game file has it too"


def linear_faults(region: Data) -> Iterator[Fault]:
    """Of a leaf with the linear rule."""
    node = "proof/players/1/tree/0"
    yield "coin.price-negative.json", edited(region, f"{node}/linear/prices/0", "-1"), "a negative price"
    yield "coin.prices-short.json", edited(region, f"{node}/linear/prices", ["0"]), "a price is missing"
    yield "coin.reference-far.json", edited(region, f"{node}/linear/reference/0", 2), "an action that is not there"
    yield "coin.reference-short.json", edited(region, f"{node}/linear/reference", [0]), "a reference action is missing"
    yield "coin.linear-short.json", edited(region, f"{node}/linear/vectors", [4, 5]), "two vectors for three"
    yield "coin.linear-alone.json", without(region, f"{node}/leaf"), "the linear rule without a leaf"
    yield "coin.linear-unknown.json", edited(region, f"{node}/linear/remark", "x"), "an unknown member"
