"""False certificates of dominance and continuity, made from true ones (as in `edits`)."""

from typing import Any

__all__ = ["STAGE_EDITS"]

Edit = tuple[str, dict[str, Any], bool]
BEST, EVEN, LOW, MIXED = "1", "2", "3", "5"  # rows of the game folds: best, weakly worse, a twin, beaten by a mixture
HALVES = {"1": {"1": "3/4", "2": "1/4"}, "2": {"1": "1"}}  # the expert of the game fall
START = {"from": "0", "lower": "0", "upper": "0"}


def relation(action: str, said: dict[str, str], shown: dict[str, list[int]]) -> Edit:
    return "dominance", {f"claim/actions/1/{action}": said, f"proof/actions/1/{action}": shown}, False


def dominated(action: str, strength: str, mixture: list[int]) -> Edit:
    return relation(action, {"dominated": strength}, {"mixture": mixture})


def undominated(action: str, strength: str, belief: list[int]) -> Edit:
    return relation(action, {"undominated": strength}, {"belief": belief})


def ends(part: str, **interval: str) -> Edit:
    """An interval for player 1, in a certificate of dominance."""
    return "dominance", {f"claim/{part}": {"1": interval}}, False


def eliminated(strength: str, steps: list[tuple[str, list[int]]], left: list[str], final: bool = False) -> Edit:
    claim = {"strength": strength, "by": "mixtures", "remaining": {"1": left, "2": ["1", "2"]}}
    proof: dict[str, Any] = {"steps": [{"player": "1", "action": a, "mixture": x} for a, x in steps]}
    if final:
        beliefs = {"1": {a: [1, 1] for a in left}, "2": dict.fromkeys("12", [1] * len(left))}
        claim, proof = claim | {"final": True}, proof | {"beliefs": beliefs}
    return "dominance", {"claim/elimination": claim, "proof/elimination": proof}, False


def stepped(changes: dict[str, Any]) -> Edit:
    return "continuity", changes, False


def sel(step: int, **end: str) -> Edit:
    """Another end of a step of player 1's delta_sel."""
    return stepped({f"claim/delta_sel/1/{step}/{side}": value for side, value in end.items()})


def late(**cover: Any) -> Edit:
    """delta_sel stays 0 up to 2/3: by another cover of the second row against the first."""
    changes = {"claim/delta_sel/1/1/from": "2/3", "claim/delta_sel/1/1/lower": "0"}
    return stepped(changes | {f"proof/delta_sel/1/covers/2/{key}": value for key, value in cover.items()})


def never(**cover: Any) -> Edit:
    """delta_max of player 1 stays at 3/2: by another cover of the third row."""
    changes: dict[str, Any] = {"claim/delta_max/1": [{"from": "0", "lower": "0", "upper": "3/2"}]}
    return stepped(changes | {f"proof/delta_max/1/covers/0/{key}": value for key, value in cover.items()})


def leaf(*weights: int, den: str = "1") -> list[dict[str, Any]]:
    return [{"den": den, "num": list(weights)}]


def alone(part: str, radius: str, said: Any, shown: Any, expert: Any = HALVES) -> Edit:
    """A claim of player 1 in one part alone."""
    claim = {"kind": "continuity", "expert": expert, "radius": radius, part: {"1": said}}
    return "continuity", {"claim": claim, "proof": {part: {"1": shown}}}, False


STAGE_EDITS: dict[str, Edit] = {
    # dominance
    "dominated-by-itself": dominated(BEST, "very-weak", [1, 0, 0, 0, 0]),
    "dominated-strict-ties": dominated(EVEN, "strict", [1, 0, 0, 0, 0]),
    "dominated-strict-somewhere": dominated(BEST, "strict", [0, 0, 1, 0, 0]),
    "dominated-weak-anywhere": dominated(BEST, "weak", [0, 0, 1, 0, 0]),
    "dominated-weak-ties": dominated(LOW, "weak", [0, 0, 0, 1, 0]),
    "dominated-total": dominated(BEST, "strict", [0, 2, 0, 1, 0]),
    "undominated-ties": undominated(LOW, "very-weak", [0, 1]),
    "undominated-any-value": undominated(MIXED, "strict", [1, 1]),
    "undominated-boundary": undominated(EVEN, "weak", [1, 0]),
    "undominated-later-rows": undominated(MIXED, "strict", [1, 1]),
    "kappa-least-column": ("dominance", {"claim/kappa": {"2": {"upper": "0"}}}, False),
    "kappa-worst-action": ends("kappa", upper="0"),
    "kappa-total": ends("kappa", upper="0"),
    "kappa-half": ends("kappa", upper="3/8"),
    "kappa-reward": (
        "dominance",
        {"claim/kappa": {"1": {"lower": "3/2"}}, "claim/least-": None, "proof/least-": None},
        False,
    ),
    "kappa-discount": ("dominance", {"claim/kappa": {"1": {"upper": "0"}}}, True),
    "least-free": ends("least", lower="3/2"),
    "least-worst-action": ends("least", lower="1"),
    "least-sum": ends("least", lower="3/2"),
    "least-discount": ("dominance", {"claim/least": {"1": {"upper": "0"}}}, True),
    "actions-unchecked": dominated(BEST, "strict", [0, 0, 1, 0, 0]),
    "actions-exchanged": (
        "dominance",
        {
            "claim/actions": {"1": {BEST: {"dominated": "strict"}}},
            "proof/actions": {"1": {BEST: {"mixture": [1, 0, 0, 0, 0]}}},
        },
        False,
    ),
    "steps-gone": eliminated("very-weak", [("5", [1, 0, 1, 0, 0]), ("1", [0, 0, 0, 0, 1])], ["2", "3", "4"]),
    "steps-unchecked": eliminated("strict", [("1", [0, 0, 1, 0, 0])], ["2", "3", "4", "5"]),
    "steps-all-columns": eliminated("weak", [("2", [1, 0, 0, 0, 0]), ("3", [1, 0, 0, 0, 0])], ["1", "4", "5"]),
    "steps-remaining": eliminated("strict", [], ["2", "3", "4"]),
    "final-unchecked": eliminated("strict", [], ["1", "2", "3", "4", "5"], final=True),
    "final-mixtures": eliminated("strict", [], ["1", "2", "3", "4", "5"], final=True),
    "final-actions": ("pure", {"claim/elimination/strength": "weak"}, False),
    # steps and witnesses
    "upper-unchecked": sel(2, upper="1"),
    "upper-before": sel(1, upper="0"),
    "upper-negative": stepped({"claim/delta_sel/2/0/upper": "-1"}),
    "lower-unchecked": sel(0, lower="1/2"),
    "lower-later": sel(1, lower="2"),
    "witness-distance": sel(1, lower="2"),
    "witness-closed": sel(0, lower="1/2"),
    "witness-far": sel(1, lower="2"),
    "witness-two-rows": stepped(
        {
            "claim/delta_sel/1": [START, {"from": "0", "open": True, "lower": "2", "upper": "2"}],
            "proof/delta_sel/1/witnesses": [
                {
                    "near": {"1": {"1": "1"}, "2": {"1": "1"}, "3": {"1": "1"}},
                    "far": {"1": {"1": "1"}, "2": {"2": "1"}, "3": {"2": "1"}},
                }
            ],
        }
    ),
    "witness-one-action": stepped(
        {"claim/delta_sel/1/0/lower": "3/2", "proof/delta_sel/1/witnesses/0": {"near": HALVES}}
    ),
    # covers
    "avoided-held": stepped(
        {
            "claim/delta_sel/1/1/from": "2/3",
            "claim/delta_sel/1/1/lower": "0",
            "proof/delta_sel/1/covers/2": {
                "held": ["1"],
                "action": "1",
                "radius": "2",
                "weights": leaf(1, 0, 0),
                "tree": [{"leaf": [0]}],
            },
        }
    ),
    "avoided-action": late(),
    "avoided-most": late(),
    "avoided-open": alone(
        "delta_sel",
        "1/2",
        [START, {"from": "0", "open": True, "lower": "2", "upper": "2"}],
        {"witnesses": [{"near": HALVES}], "covers": []},
        {"1": {"3": "1"}, "2": {"1": "1"}},
    ),
    "avoided-small": sel(2, lower="3/2", upper="3/2"),
    "avoided-value": stepped({"claim/delta_sel/1/1/upper": "1/4", "claim/delta_sel/1/2/upper": "1"}),
    "farthest-action": stepped({"claim/delta_max/1/0/upper": "0"}),
    "farthest-value": stepped({"claim/delta_max/1/0/upper": "3/4"}),
    "farthest-open": stepped({"claim/delta_max/1/1/open": True}),
    "cover-held": late(radius="2", weights=leaf(1, 0, 0)),
    "cover-weightless": late(radius="2", weights=leaf(0, 0, 0)),
    "cover-sel-unchecked": late(radius="2", weights=leaf(0, 1, 0)),
    "cover-sel-most": late(radius="2", weights=leaf(0, 1, 0)),
    "cover-point": late(radius="2", weights=leaf(0, 1, 0)),
    "cover-empty": late(radius="2", weights=leaf(0, 1, 0)),
    "cover-low": never(radius="3", weights=leaf(0, 0, 0)),
    "cover-high": never(radius="3", weights=leaf(0, 0, 0)),
    "cover-max-unchecked": never(radius="3", weights=leaf(0, 0, 0)),
    "cover-max-radius": never(radius="3"),
    "cover-max-price": alone(
        "delta_max",
        "3/2",
        [{"from": "0", "lower": "0", "upper": "3/2"}],
        {
            "witnesses": [],
            "covers": [{"action": "3", "radius": "2", "weights": leaf(4, 0, 0), "tree": [{"leaf": [0]}]}],
        },
    ),
    # the theorem
    "steps-theorem-slip": ("delta-steps", {}, True),
    "steps-theorem-stray": ("delta-steps", {}, True),
    "steps-theorem-reach": ("delta-steps", {}, True),
    "steps-theorem-least": ("delta-steps", {}, True),
    "steps-theorem-discount": ("delta-steps", {}, True),
    # kappa
    "kappa-ball-least": stepped({"claim/kappa": {"1": {"upper": "0"}}}),
    "kappa-ball-point": stepped({"claim/kappa": {"1": {"upper": "0"}}}),
    "kappa-ball-unit": stepped({"claim/kappa": {"1": {"upper": "5/16"}}}),
    "kappa-ball-discount": ("continuity", {"claim/kappa": {"1": {"upper": "0"}}}, True),
    "kappa-ball-far": alone("kappa", "1", {"lower": "5/8"}, {"1": {"1": "1"}, "2": {"2": "1"}}),
}
