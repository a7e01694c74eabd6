"""FORMAT 17: how far one player alone can raise the occupancy of states above the expert's."""

import math
from fractions import Fraction

from game import Game, Policy, Vector, read_rows
from kernel import LOWER, UPPER, Ask, Rows, Step, check_interval, check_vector, point_rows
from limits import bits, hold, longest, products, spend, weight
from reading import ONE, ZERO, Invalid, Node
from values import Evaluation, check_occupancy


def following(game: Game, rows: list[Rows], s: int, i: int | None) -> tuple[list[dict[int, int]], int]:
    """Weights of the next states and their denominator: one dict an own action of `i`; without `i` one for all rows."""
    free = [[1] * len(row.start) if j == i else row.start for j, row in enumerate(rows)]
    den = game.next_den[s] * math.prod(row.den for j, row in enumerate(rows) if j != i)
    spend(2 * game.work[s] * weight(game.bits + 2 * den.bit_length()))
    moves: list[dict[int, int]] = [{} for _ in range(1 if i is None else game.sizes[s][i])]
    for k, p in enumerate(products(free)):
        own = moves[0 if i is None else k // game.strides[s][i] % len(moves)]
        for t, w in game.next[game.offsets[s] + k] if p else ():
            own[t] = own.get(t, 0) + p * w
    return moves, den


def first_steps(game: Game, expert: Policy, i: int | None) -> dict[int, int]:
    """The least number of steps to every state that `i` alone can bring about (without `i`: that the expert visits)."""
    rows, steps = point_rows(expert), {s: 0 for s, p in enumerate(game.initial) if p}
    waiting = list(steps)
    for s in waiting if game.discount else ():
        for own in following(game, [row[s] for row in rows], s, i)[0]:
            for t in own:
                if t not in steps:
                    steps[t] = steps[s] + 1
                    waiting.append(t)
    return steps


def visits_most(game: Game, expert: Policy, i: int, node: Node) -> list[Fraction]:
    """`[S]` upper bounds of M_i; 0 where `i` alone cannot come (FORMAT 17)."""
    members = node.fields((), ("flow", "groups"))
    steps, g = first_steps(game, expert, i), game.discount
    length = max(steps.values()) * bits(g)
    hold(game.size, length)
    spend(4 * game.size * weight(length))
    most = [ZERO] * game.size
    for s, k in steps.items():
        most[s] = g**k if k else (1 - g) * game.initial[s] + g
    if "flow" in members:
        most = check_flow(game, expert, i, most, Vector(game.size, members["flow"]), members["flow"].where)
    for group in members["groups"].items() if "groups" in members else ():
        for s, bound in group_bounds(game, expert, i, group).items():
            most[s] = min(most[s], bound)
    return most


def check_flow(game: Game, expert: Policy, i: int, caps: list[Fraction], flow: Vector, where: str) -> list[Fraction]:
    """flow(t) >= min { cap(t), (1 - g) nu(t) + g sum_s max_a P(t | s, a, expert's others) min { flow(s), cap(s) } }"""
    rows, into = point_rows(expert), [(1 - game.discount) * p for p in game.initial]
    spend(4 * game.size * weight(flow.bits + longest(caps)))
    most = [min(max(flow[s], ZERO), cap) for s, cap in enumerate(caps)]
    for s in range(game.size):
        if most[s]:
            moves, den = following(game, [row[s] for row in rows], s, i)
            spend(1 + (bits(most[s]) * den.bit_length() >> 16))
            for t in {t for own in moves for t in own}:
                part = game.discount * most[s] * Fraction(max(own.get(t, 0) for own in moves), den)
                spend(1 + (bits(into[t]) * bits(part) >> 16))
                into[t] += part
                hold(game.size, bits(into[t]))
    for t in range(game.size):
        if flow[t] < min(caps[t], into[t]):
            raise Invalid(f"{where}: flow of player {game.players[i]} fails at state {game.states[t]!r}")
    return most


def group_bounds(game: Game, expert: Policy, i: int, node: Node) -> dict[int, Fraction]:
    """U(s) >= (1 - g) w(s) + g P(. | s, a, expert's others).U for all own a: M_i(s) <= nu.U / w(s)."""
    members = node.fields(("vector", "weights"))
    vector, rewards = Vector(game.size, members["vector"]), [0] * game.offsets[-1]
    weights = {}
    for name, entry in members["weights"].fields((), game.index).items():
        s, value = game.index[name], entry.value
        if type(value) is not int or value < 1:
            entry.fail("an integer > 0")
        weights[s] = value
        for k in range(game.offsets[s], game.offsets[s + 1]):
            rewards[k] = (game.discount.denominator - game.discount.numerator) * value
    length = game.bits + vector.bits + longest(weights.values())
    spend((2 * game.pass_work + len(weights)) * weight(length))
    backed = (rewards, game.discount.denominator)
    check_vector(game, i, point_rows(expert), vector, Step.best_value, UPPER, node.where, backed)
    start = max(ZERO, game.at_start(vector))
    return {s: start / w for s, w in weights.items()}


class Coefficient:
    """Both ends of C_i = max_s M_i(s) / mu(s), from the proof of a player."""

    def __init__(self, game: Game, expert: Policy, i: int, shown: Evaluation, node: Node) -> None:
        self.game, self.expert, self.i, self.shown = game, expert, i, shown
        self.parts = node.fields((), ("visits", "witness"))
        self.node = node

    def end(self, sign: int) -> Fraction:
        if sign == UPPER:
            return self.upper(self.node.fields(("visits",), self.parts)["visits"])
        return self.lower(self.parts["witness"]) if "witness" in self.parts else ONE  # of the expert itself

    def upper(self, node: Node) -> Fraction:
        result = ZERO
        for s, most in enumerate(visits_most(self.game, self.expert, self.i, node)):
            least = self.shown.mass(s, LOWER)
            if most and not least:
                raise Invalid(f"{node.where}: the expert is not shown to visit state {self.game.states[s]!r}")
            spend(weight(bits(most) + bits(least)))
            result = max(result, most / least) if most else result
        return result

    def lower(self, node: Node) -> Fraction:
        members = node.fields(("policy", "state", "occupancy"))
        policy, s = read_rows(self.game, members["policy"]), self.game.index[members["state"].one_of(self.game.index)]
        if any(own != policy[j] for j, own in enumerate(self.expert) if j != self.i):
            raise Invalid(f"{members['policy'].where}: differs from the expert in the rows of other players")
        vector = Vector(self.game.size, members["occupancy"])
        check_occupancy(self.game, policy, vector, LOWER, members["occupancy"].where)
        mass = self.shown.mass(s, UPPER)
        if not mass:
            raise Invalid(f"{members['state'].where}: the expert does not visit the state, give a path")
        return max(ONE, vector[s] / mass)


def check_path(game: Game, expert: Policy, i: int, node: Node) -> str:
    """From a start, by own actions and the expert's others, to a state that the expert never visits."""
    members = node.fields(("path",))["path"].fields(("states", "actions"))
    path = [game.index[state.one_of(game.index)] for state in members["states"].items()]
    actions = members["actions"].items(max(0, len(path) - 1))
    rows, visited = point_rows(expert), first_steps(game, expert, None)
    if not path or not game.initial[path[0]] or (actions and not game.discount):
        raise Invalid(f"{node.where}: the path does not begin at a start")
    for s, t, action in zip(path, path[1:], actions):
        a = game.actions[s][i].index(action.one_of(game.actions[s][i]))
        if t not in following(game, [row[s] for row in rows], s, i)[0][a]:
            raise Invalid(f"{action.where}: does not lead from {game.states[s]!r} to {game.states[t]!r}")
    if path[-1] in visited:
        raise Invalid(f"{node.where}: the expert visits state {game.states[path[-1]]!r}")
    return game.states[path[-1]]


def claim_concentrability(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    named = claim.fields(("kind", "expert", "coefficients"))["coefficients"]
    expert, words = ask("expert"), []
    given = named.fields((), game.players)
    proofs = proof.fields(("players",), ("occupancy",))["players"].fields(tuple(given))
    shown = Evaluation(game, expert, proof)
    for name, node in given.items():
        i = game.players.index(name)
        if node.value == "infinity":
            state = check_path(game, expert, i, proofs[name])
            words.append(f"player {name}'s is infinite: it alone can reach {state!r}, which the expert never visits")
        else:
            end = Coefficient(game, expert, i, shown, proofs[name]).end
            words.append(f"player {name}'s {check_interval(node, end)}")
    return [f"concentrability coefficients: {'; '.join(words)}"] if words else named.fail("at least one player")
