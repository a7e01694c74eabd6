"""True discounted occupancies of a policy's modes, by linear systems in Fractions."""

import itertools
import math
from fractions import Fraction

from tests.helpers.checker.truth import ONE, ZERO, Row, Rows, TrueGame, solve

__all__ = ["best_reply", "occupancies", "worth"]


def best_reply(true: TrueGame, policy: Rows, i: int) -> list[int]:
    """An optimal action of player `i` at every state."""
    found = true.optimum(policy, i)
    return [true.best_action(policy, i, s, found, 0) for s in range(len(true.states))]


def worth(true: TrueGame, policy: Rows, i: int, kind: str) -> Fraction:
    """What a cover of this kind bounds: the gap, V* or -V at the start."""
    own, best = true.start(true.value(policy, i)), true.start(true.optimum(policy, i))
    return {"joint": best - own, "optimum": best, "value": -own}[kind]


def occupancies(true: TrueGame, policy: Rows, i: int, kind: str) -> dict[str, Row]:
    """Of the imitator, and of the deviator who replies best: from the start for V*, once separated for the gap."""
    stay = 1 - true.g
    reply = best_reply(true, policy, i)
    deviating = list(policy)
    deviating[i] = [
        [ONE if a == c else ZERO for a in range(len(own[i]))] for c, own in zip(reply, true.actions, strict=True)
    ]
    result = {"imitator": [m / stay for m in true.occupancy(policy)]}
    if kind == "optimum":
        result["deviator"] = [m / stay for m in true.occupancy(deviating)]
    if kind == "joint":
        together, apart = steps(true, policy, i, reply)
        both = flow(true, together, true.nu)
        size = range(len(true.states))
        entered = [true.g * sum((both[s] * apart[s][t] for s in size), ZERO) for t in size]
        result["deviator"] = flow(true, true.chain(deviating)[0], entered)
    return result


def steps(true: TrueGame, policy: Rows, i: int, reply: list[int]) -> tuple[list[Row], list[Row]]:
    """From a shared state: the chances that both go to a state, and that the deviator goes there alone."""
    size = range(len(true.states))
    together, apart = ([[ZERO for _ in size] for _ in size] for _ in "12")
    for s in size:
        for joint in itertools.product(*(range(len(own)) for own in true.actions[s])):
            weight = math.prod((policy[j][s][a] for j, a in enumerate(joint)), start=ONE)
            other = (*joint[:i], reply[s], *joint[i + 1 :])
            for t in size:
                best, own = true.next[s][other][t], true.next[s][joint][t]
                together[s][t] += weight * min(best, own)
                apart[s][t] += weight * max(best - own, ZERO)
    return together, apart


def flow(true: TrueGame, chain: list[Row], entered: Row) -> Row:
    """d = entered + g chain^T d"""
    size = range(len(chain))
    matrix = [[int(s == t) - true.g * chain[t][s] for t in size] for s in size]
    return solve(matrix, list(entered))
