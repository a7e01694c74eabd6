"""FORMAT 19: what holds of every step of a game that ends: values, gaps, equilibria, errors.

Vectors come one a step. Backward: X_H = 0, and X_t against one backup of X_{t+1}; forward: m_0 against nu, and m_{t+1}
against P_t^T m_t. The claims are those of `values`, with a `Course` for the evaluation of a policy.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from game import Policy, Vector
from horizon import FiniteGame, Timed
from kernel import SIDES, Ask, Backup, Derive, Sets, Step, point_rows, rounds, widest
from limits import bits, hold, products, spend, weight
from reading import ZERO, Invalid, Node
from values import Evaluation, claim_equilibrium, claim_matching_error, claim_nash_gap, claim_policy_value, distances

Vectors = list[Vector]  # [H]


class RowSets:
    """The row sets of every step, made when a pass comes to it: all of them at once take much room."""

    def __init__(self, steps: int, make: Callable[[int], Sets]) -> None:
        self.steps, self.make = steps, make

    def __iter__(self) -> Iterator[Sets]:
        return map(self.make, range(self.steps))


def sets_of(policies: Timed) -> list[Sets]:
    """`[H]` row sets of one row each; steps of one object share theirs."""
    kept: dict[int, Sets] = {}
    for policy in policies:
        if id(policy) not in kept:
            kept[id(policy)] = point_rows(policy)
    return [kept[id(policy)] for policy in policies]


def check_backward(
    game: FiniteGame, i: int, sets: Iterable[Sets], vectors: Vectors, backup: Backup, sign: int, what: str
) -> None:
    """`X_t >= backup(X_{t+1})` at every step and state, X_H = 0 (`<=` when `sign` is -1)."""
    for t, (rows, now, later) in enumerate(zip(sets, vectors, [*vectors[1:], game.end])):
        spend(2 * rounds(game) * game.pass_work * weight(game.bits + now.bits + later.bits + widest(game, rows)))
        for s in range(game.size):
            step, own = Step(game, i, s), [row[s] for row in rows]
            left = now.num[s] * later.den * step.unit * math.prod(row.den for row in own)
            if sign * (left - now.den * backup(step, own, later, sign)) < 0:
                where = f"step {t}, state {game.states[s]!r}"
                raise Invalid(f"{what}: {SIDES[sign]} vector of player {game.players[i]} fails at {where}")


def check_forward(game: FiniteGame, policies: Timed, vectors: Vectors, sign: int, what: str) -> None:
    """`m_0 >= nu` and `m_{t+1} >= P_t^T m_t` (`<=` when `sign` is -1)."""
    flow = game.initial
    for t, now in enumerate(vectors):
        for s in range(game.size):
            if sign * (now[s] - flow[s]) < 0:
                raise Invalid(f"{what}: {SIDES[sign]} occupancy fails at step {t}, state {game.states[s]!r}")
        if t + 1 < game.horizon:
            flow = moved(game, policies[t], now)


def moved(game: FiniteGame, policy: Policy, mass: Vector) -> list[Fraction]:
    """P^T mass"""
    flow = [ZERO] * game.size
    for s in range(game.size):
        if not mass.num[s]:
            continue
        spend(2 * game.work[s])
        for k, p in enumerate(products([own[s] for own in policy])):
            if p:
                row = game.offsets[s] + k
                for t, w in game.next[row]:
                    part = mass[s] * p * Fraction(w, game.next_den[s])
                    spend(3 + 3 * (bits(flow[t]) * bits(part) >> 16) + (bits(p) * mass.bits >> 16))
                    flow[t] += part
                    hold(game.size, bits(flow[t]))
    return flow


class Course(Evaluation):
    """What a proof shows of one policy, step by step; each list of vectors is checked once."""

    def __init__(self, game: FiniteGame, policies: Timed, proof: Node, prefix: str = "") -> None:
        super().__init__(game, policies[0], proof, prefix)
        self.course, self.policies, self.sets = game, policies, sets_of(policies)
        self.lists: dict[tuple[str, int, str | None], Vectors] = {}

    def vectors(self, name: str, sign: int, player: str | None, check: Callable[[Vectors, str], None]) -> Vectors:
        """That side of `proof[prefix + name]` (`[player]`), one vector a step, once it has passed `check`."""
        if (name, sign, player) not in self.lists:
            node = self.side(name, sign, player)
            found = read_vectors(self.course, node)
            check(found, node.where)
            self.lists[name, sign, player] = found
        return self.lists[name, sign, player]

    def at_start(self, name: str, i: int, backup: Backup, sign: int) -> Fraction:
        def check(vectors: Vectors, where: str) -> None:
            check_backward(self.course, i, self.sets, vectors, backup, sign, where)

        return self.game.at_start(self.vectors(name, sign, self.game.players[i], check)[0])

    def masses(self, sign: int) -> Vectors:
        def check(vectors: Vectors, where: str) -> None:
            check_forward(self.course, self.policies, vectors, sign, where)

        return self.vectors("occupancy", sign, None, check)


def read_vectors(game: FiniteGame, node: Node) -> Vectors:
    return [Vector(game.size, step) for step in node.items(game.horizon)]


class Moment(Evaluation):
    """One step of a course, as the errors of `values` want it."""

    def __init__(self, course: Course, t: int) -> None:
        self.game, self.policy, self.course, self.t = course.game, course.policies[t], course, t

    def occupancy(self, sign: int) -> Vector:
        return self.course.masses(sign)[self.t]


def largest_distances(game: FiniteGame, expert: Course, policy: Course) -> dict[str, Derive]:
    """The errors by their names, each a function of the side: the largest of all steps; and the value gap."""

    def at(t: int) -> dict[str, Derive]:
        return distances(game, Moment(expert, t), Moment(policy, t))

    def largest(name: str) -> Derive:
        return lambda sign: max(at(t)[name](sign) for t in range(game.horizon))

    whole = distances(game, expert, policy)
    return {name: whole[name] if name == "value_gap" else largest(name) for name in whole}


def finite_policy_value(game: FiniteGame, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return claim_policy_value(game, claim, proof, ask, Course)


def finite_nash_gap(game: FiniteGame, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return claim_nash_gap(game, claim, proof, ask, Course)


def finite_equilibrium(game: FiniteGame, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return claim_equilibrium(game, claim, proof, ask, Course)


def finite_matching_error(game: FiniteGame, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return claim_matching_error(game, claim, proof, ask, Course, largest_distances)
