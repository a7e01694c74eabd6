"""False certificates made by hand from true ones: (case of the game, paths and their new values, whether to settle).

A path ending in `-` is deleted. Settled certificates claim as much as the mutant lets their proof show.
"""

import copy
from typing import Any

from tests.helpers.checker.edits_stage import STAGE_EDITS
from tests.helpers.checker.forge import path_get, path_set

__all__ = ["EDITS", "changed"]

Data = dict[str, Any]

LOW = {"den": "1", "num": [-100, -100]}
NONE = {"den": "1", "num": [0, 0]}
LOOSE = {"lower": {"den": "1", "num": [-9]}, "upper": {"den": "1", "num": [9]}}
EMPTY = {"lower": ["1", "1"], "upper": ["0", "0"]}


def changed(data: Data, changes: dict[str, Any]) -> Data:
    """A copy with the changes made."""
    result = copy.deepcopy(data)
    for path, value in changes.items():
        if path.endswith("-"):
            *way, last = path[:-1].split("/")
            del path_get(result, "/".join(way))[last]
        else:
            path_set(result, path, value)
    return result


EDITS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "step-no-discount": (
        "value-exact",
        {"proof/values": {"1": {"upper": LOW}}, "claim/values": {"1": {"upper": "-100"}}},
        False,
    ),
    "interval-sign": ("value-exact", {"claim/values": {"1": {"upper": "-100"}}}, False),
    "interval-upper-free": ("gap-exact", {"claim/player_gaps/1": {"upper": "0"}}, False),
    "interval-lower-free": ("gap-enclosed", {"claim/nash_gap": {"lower": "100"}}, False),
    "evaluation-memory-of-sides": ("value-exact", {"proof/values/1": {"exact": LOW}}, True),
    "nash-gap-conv-unchecked": ("gap-exact", {"claim/nash_conv": {"upper": "0"}}, False),
    "nash-gap-gap-unchecked": ("gap-exact", {"claim/nash_gap": {"upper": "0"}}, False),
    "nash-gap-players-unchecked": ("gap-exact", {"claim/player_gaps/2": {"upper": "0"}}, False),
    "equilibrium-free": (
        "gap-exact",
        {
            "claim/kind": "equilibrium",
            "claim/regret": "0",
            "claim/nash_gap-": None,
            "claim/nash_conv-": None,
            "claim/player_gaps-": None,
        },
        False,
    ),
    "region-empty": ("box", {"claim/box/1/s0": EMPTY, "claim/nash_gap/upper": "-1"}, False),
    "worst-lower-free": ("worst-lower", {"claim/nash_gap/lower": "3/5"}, False),
    "worst-lower-small": ("worst-lower", {"claim/nash_gap/lower": "3/5"}, False),
    "worst-theorem-upper-free": ("worst-theorem", {"claim/nash_gap/upper": "1/100"}, False),
    "witness-anywhere": ("witness-far", {}, False),
    "witness-first-player": ("witness-second", {}, False),
    "witness-lower-mass": ("witness-far", {"proof/witness/occupancy/lower": NONE}, False),
    "witness-gap-free": ("worst-lower", {"claim/nash_gap/lower": "3/5"}, False),
    "witness-gap-upper": ("witness-loose", {}, False),
    "theorem-bound-unchecked": ("trivial", {"claim/nash_gap/upper": "1/100"}, False),
    "game-hash": ("gap-exact", {"game": "0" * 64}, False),
    "conc-occupancy-upper": (
        "concentrability-1",
        {"proof/occupancy": {"upper": {"den": "1", "num": [9]}, "lower": {"den": "1", "num": [1]}}},
        True,
    ),
    "conc-negative-occupancy": ("concentrability-1", {"proof/occupancy": {"lower": {"den": "1", "num": [-1]}}}, True),
    "cover-nodes-after-the-end": (
        "region",
        {"proof/players/1/tree": [{"leaf": [0, 1, 2, 3]}, {"leaf": [0, 1, 2, 3]}]},
        False,
    ),
    "equilibrium-lower": (
        "equilibrium",
        {"claim/regret": "0", "proof/optima": {"A": LOOSE, "B": LOOSE, "C": LOOSE}},
        False,
    ),
    "cover-measure": ("worst-upper", {"claim/measure": "mu"}, False),
    "ball-multipliers-free": ("bc-occupancy", {"claim/nash_gap/upper": "1/100"}, False),
    "ball-theorem-free": ("worst-theorem", {"claim/nash_gap/upper": "1/100"}, False),
    "witness-error-bc": ("witness-joint", {}, False),
    "witness-error-mu": ("witness-joint", {}, False),
    "leaf-limit": ("region", {"claim/nash_gap/upper": "1/100"}, False),
    **STAGE_EDITS,
}
