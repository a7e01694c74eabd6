"""FORMAT 16: the gaps of a policy of an array game, from one vector a value."""

from fractions import Fraction
from typing import Any

from arrays import TOP, ArrayGame, Container, Ends, PolicyRows, array_ends, array_policy
from kernel import LOWER, check_interval
from reading import Node


def array_nash_gap(game: ArrayGame, file: Container, parts: dict[str, Node]) -> tuple[list[str], dict[str, PolicyRows]]:
    n, states = len(game.scales), len(game.own)
    claim = parts["claim"].fields(("kind",), ("nash_gap", "nash_conv", "player_gaps"))
    if "prices" in parts or "witness" in parts or "occupancy" in file.arrays:
        file.fail("the parts of a nash-gap alone")
    bits = [item.integer() for item in parts["bits"].items(n)]
    policy = array_policy(game, file)
    if any(file.shapes[name] != (n, states) for name in ("values", "optima")):
        file.fail(f"values and optima of {n} players at {states} states")
    gaps = []
    for i in range(n):
        value, best = (list(file.arrays[name][i * states : (i + 1) * states]) for name in ("values", "optima"))
        gaps.append(policy_gap(game, file, policy, i, bits[i], value, best))
    return array_words(claim, gaps), {"policy": policy}


def policy_gap(
    game: ArrayGame, file: Container, policy: PolicyRows, i: int, bits: int, value: list[int], best: list[int]
) -> Ends:
    """The interval of a player's gap that a vector of its value and one of its optimum prove."""
    count = len(game.denominators)
    largest = max(map(abs, game.rewards[i * count : (i + 1) * count]))
    if not 0 <= bits <= 61 or largest << bits > TOP or max(map(abs, value + best)) > TOP:
        file.fail("bits from 0 to 61, vectors and rewards of at most 2^61 in their units")
    low, high = array_ends(game, policy, value, bits, i, len(game.scales))
    least, most = array_ends(game, policy, best, bits, i, i)
    return max(Fraction(0), least - high), most - low


def array_words(claim: dict[str, Node], gaps: list[Ends]) -> list[str]:
    """The words of the intervals, each of which must hold what is shown."""
    low, high = [gap[0] for gap in gaps], [gap[1] for gap in gaps]
    shown = {"nash_gap": (max(low), max(high)), "nash_conv": (sum(low), sum(high))}
    words = [f"{key} {claimed_interval(claim[key], ends)}" for key, ends in shown.items() if key in claim]
    if "player_gaps" in claim:
        own = claim["player_gaps"].fields((), [str(i + 1) for i in range(len(gaps))])
        words += [f"player {name}'s gap {claimed_interval(node, gaps[int(name) - 1])}" for name, node in own.items()]
    return words or claim["kind"].fail("a claim with nash_gap, nash_conv or player_gaps")


def claimed_interval(node: Node, ends: Any) -> str:
    return check_interval(node, lambda sign: ends[0] if sign == LOWER else ends[1])
