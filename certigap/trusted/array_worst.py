"""FORMAT 16: the worst case over B_BC(eps) or B_rho(eps) of an array game: what strays from the expert, a witness."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from array_ball import BITS, ONE, UNIT, Ball, error, masses_of, occupancy, passes, share, up
from array_gaps import claimed_interval, policy_gap
from arrays import ArrayGame, Container, PolicyRows, array_policy, averaged, backup, start_of
from kernel import read_radius
from reading import Invalid, Node

SIZE = 1 << 60  # of the vectors and rewards, in their units
STAGES, PRICE = 100, 1 << 58


class Stray(NamedTuple):
    """Whose step: `own` chooses (n: nobody) and the others stray, for the rewards of `i` times `sign`."""

    own: int
    i: int
    sign: int
    bits: int
    rooms: list[int]


def masses(sizes: list[int], policy: PolicyRows, s: int, own: int) -> list[int]:
    """The mass of every joint action, `own` left out, rounded up."""
    result = [ONE]
    for j, size in enumerate(sizes):
        *row, den = [1] * (size + 1) if j == own else policy[j][s]
        result = [-(-mass * w // den) for mass in result for w in row]
    return result


def gain(stay: list[int], move: list[int], mass: list[int], room: int, fee: int) -> int:
    """What moving mass to the best action gains: the largest gains first, `room` of mass at most."""
    top, total = max(move) - fee, 0
    for own, part in sorted(((top - value, part) for value, part in zip(stay, mass)), reverse=True):
        if own <= 0 or room == 0:
            break
        total += own * min(part, room)
        room -= min(part, room)
    return -(-total >> BITS)


def strayed(
    game: ArrayGame, expert: PolicyRows, how: Stray, x: list[int], y: list[int], fees: list[int]
) -> Iterator[int]:
    """S(x, y): what stays goes on with x, what moves with y, for a fee."""
    for s, sizes in enumerate(game.own):
        rows = range(game.first[s], game.first[s + 1])
        stay = [backup(game, k, x, how.bits, how.i, how.sign) for k in rows]
        move = stay if x is y else [backup(game, k, y, how.bits, how.i, how.sign) for k in rows]
        mass, mine = masses(sizes, expert, s, how.own), [*sizes, 1][how.own]
        stride = math.prod(sizes[how.own + 1 :])
        gains = []
        for a in range(mine):
            own = [k for k in range(len(rows)) if mine == 1 or k // stride % mine == a]
            parts = ([values[k] for k in own] for values in (stay, move, mass))
            gains.append(gain(*parts, how.rooms[s], fees[s]))
        yield max(map(sum, zip(averaged(stay, sizes, expert, s, how.own), gains)))


def reached(game: ArrayGame, expert: PolicyRows, i: int, now: list[int]) -> list[int]:
    """M_(t+1) from M_t: where player i may be a step later, rounded up."""
    after = [0] * len(now)
    passes(game, 1)
    for s, sizes in enumerate(game.own):
        mass, stride = masses(sizes, expert, s, i), math.prod(sizes[i + 1 :])
        best: dict[int, int] = {}
        for a in range(sizes[i]):
            seen: dict[int, int] = {}
            for place, k in enumerate(range(game.first[s], game.first[s + 1])):
                if place // stride % sizes[i] == a:
                    for e in range(game.offsets[k], game.offsets[k + 1]):
                        part = -(-mass[place] * game.weights[e] // game.denominators[k])
                        seen[game.columns[e]] = seen.get(game.columns[e], 0) + part
            best = {t: max(best.get(t, 0), seen.get(t, 0)) for t in best | seen}
        for t, part in best.items():
            after[t] += up(now[s], part)
    return [min(value, UNIT) for value in after]


def holds(game: ArrayGame, ball: Ball, how: Stray, x: list[int], y: list[int], fee: int, what: str) -> None:
    """S(x, y) + c <= x at every state."""
    passes(game, 2)
    rounding = 2 + len(game.scales) - (how.own < len(game.scales))
    fees = [fee] * len(x)
    for s, value in enumerate(strayed(game, ball.expert, how, x, y, fees)):
        if value + rounding > x[s]:
            raise Invalid(f"{what} of player {how.i + 1}: too small at state {s + 1}")


def optimum(game: ArrayGame, ball: Ball, how: Stray, apart: list[int], prices: list[int]) -> Fraction:
    """nu.G_0 + B sum g^t p_t, in units."""
    n, x, ratios = len(game.scales), apart, []
    now = [-(-w * UNIT // sum(game.initial)) for w in game.initial]
    for _ in prices:
        ratios.append([share(m, most) for m, most in zip(ball.lower, now)])
        now = reached(game, ball.expert, how.i, now)
    for price, ratio in zip(reversed(prices), reversed(ratios)):
        passes(game, 2)
        fees = [2 * price * part >> BITS for part in ratio]
        x = [value + n + 1 for value in strayed(game, ball.expert, how, x, apart, fees)]
        if max(map(abs, x)) > SIZE:
            raise Invalid(f"prices of player {how.i + 1}: a vector of more than 2^60 units")
    paid = sum((price * game.discount**t for t, price in enumerate(prices)), Fraction(0))
    return start_of(game, x) + ball.budget(n - 1, game.discount) * paid


def upper_gap(game: ArrayGame, file: Container, ball: Ball, i: int, bits: int, prices: dict[str, Node]) -> Fraction:
    """What the vectors and prices of a player show of its gap at every policy of the ball."""
    n, states, count = len(game.scales), len(game.own), len(game.denominators)
    apart, worst, together = (
        list(file.arrays[name][i * states : (i + 1) * states]) for name in ("optima", "values", "together")
    )
    rewards = game.rewards[i * count : (i + 1) * count]
    stages, price = [item.integer() for item in prices["optimum"].items()], prices["value"].integer()
    if not 0 <= bits <= 60 or max(map(abs, rewards)) << bits > SIZE or max(map(abs, apart + worst + together)) > SIZE:
        file.fail("bits from 0 to 60, vectors and rewards of at most 2^60 in their units")
    if len(stages) > STAGES or not all(0 <= own <= PRICE for own in (*stages, price)):
        file.fail(f"at most {STAGES} prices, from 0 to 2^58")
    width = max(rewards) - min(rewards)
    if ball.measure == "bc":
        rooms, lost = ball.rooms(n), price * ball.budget(n, game.discount)
    else:  # |rho_pi.r - rho.r| <= eps width / 2, so nobody strays from the expert
        rooms, lost = [0] * states, ball.radius * width * 2**bits / 2
    best, least = Stray(i, i, 1, bits, ball.rooms(n - 1)), Stray(n, i, -1, bits, rooms)
    holds(game, ball, best, apart, apart, 0, "optima")
    holds(game, ball, least, worst, worst, 0, "values")
    holds(game, ball, least, together, worst, 2 * price, "together")
    value = start_of(game, together) + lost / (1 - game.discount)
    shown = game.scales[i] / 2**bits * (optimum(game, ball, best, apart, stages) + value)
    return min(shown, game.scales[i] * width / (1 - game.discount))


def witnessed(game: ArrayGame, file: Container, ball: Ball, node: Node) -> Fraction:
    """The gap of the witness, once it is seen to be in the ball."""
    n, policy, parts = len(game.scales), array_policy(game, file, "witness_"), node.fields(("player", "bits"))
    mass = masses_of(game, file, "witness_occupancy") if ball.measure == "rho" else []
    if error(game, ball, policy, mass) > ball.radius:
        raise Invalid(f"{node.where}: the witness is outside the ball")
    value, best = (list(file.arrays[f"witness_{name}"]) for name in ("value", "optimum"))
    if len(value) != len(game.own) or len(best) != len(value):
        file.fail("witness_value and witness_optimum at every state")
    i = int(parts["player"].one_of([str(j + 1) for j in range(n)])) - 1
    return policy_gap(game, file, policy, i, parts["bits"].integer(), value, best)[0]


def array_worst_case(
    game: ArrayGame, file: Container, parts: dict[str, Node]
) -> tuple[list[str], dict[str, PolicyRows]]:
    n, states = len(game.scales), len(game.own)
    claim = parts["claim"].fields(("kind", "measure", "radius", "nash_gap"))
    measure = claim["measure"].one_of(("bc", "rho"))
    if (
        "prices" not in parts
        or "occupancy" not in file.arrays
        or ("witness" in parts) != ("witness_value" in file.arrays)
        or ("witness" in parts and measure == "rho") != ("witness_occupancy" in file.arrays)
    ):
        file.fail("prices, an occupancy, and a witness with its members or neither")
    if any(file.shapes[name] != (n, states) for name in ("optima", "values", "together")):
        file.fail(f"optima, values and together of {n} players at {states} states")
    expert, mass = array_policy(game, file), masses_of(game, file, "occupancy")
    slack, missing = occupancy(game, expert, mass)
    lower, radius = [max(m - slack, 0) for m in mass], read_radius(claim["radius"])
    ball = Ball(expert, mass, lower, missing, slack, radius, measure)
    bits, prices = parts["bits"].items(n), [item.fields(("optimum", "value")) for item in parts["prices"].items(n)]
    high = max(upper_gap(game, file, ball, i, bits[i].integer(), prices[i]) for i in range(n))
    low = witnessed(game, file, ball, parts["witness"]) if "witness" in parts else Fraction(0)
    ends = claimed_interval(claim["nash_gap"], (low, high))
    return [f"the largest nash_gap with eps_{measure} <= {claim['radius'].value} {ends}"], {"expert": expert}
