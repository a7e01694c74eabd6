"""FORMAT 5.7 and 7: occupancies, and claims of one policy, or of two: values, gaps, equilibria, errors."""

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial

from game import Game, Policy, Vector
from kernel import (
    LOWER,
    SIDES,
    UPPER,
    Ask,
    Backup,
    Derive,
    Step,
    check_interval,
    check_vector,
    point_rows,
    show,
)
from limits import bits, hold, l1, longest, products, spend, summed, weight
from reading import ZERO, Invalid, Node


def check_occupancy(game: Game, policy: Policy, vector: Vector, sign: int, what: str) -> None:
    """FORMAT 5.7: `vector >= (1 - g) nu + g P^T vector` (`<=` when `sign` is -1)."""
    flow = [(1 - game.discount) * p for p in game.initial]
    rows = point_rows(policy)
    for s in range(game.size):
        if not vector.num[s]:
            continue
        own = [row[s] for row in rows]
        length = game.bits + vector.bits + 2 * sum(row.den.bit_length() for row in own)
        spend(2 * game.work[s] * weight(length))
        reached: dict[int, int] = {}
        for k, p in enumerate(products([row.start for row in own])):
            if p:
                for t, w in game.next[game.offsets[s] + k]:
                    reached[t] = reached.get(t, 0) + p * w
        scale = game.discount * vector[s] / (game.next_den[s] * math.prod(row.den for row in own))
        for t, w in reached.items():
            spend(1 + (bits(flow[t]) * bits(scale) >> 16))
            flow[t] += scale * w
            hold(game.size, bits(flow[t]))
    for s in range(game.size):
        if sign * (vector[s] - flow[s]) < 0:
            raise Invalid(f"{what}: {SIDES[sign]} occupancy fails at state {game.states[s]!r}")


class Evaluation:
    """What a proof shows of one policy: values, optimal values against it, occupancy; each vector is checked once."""

    def __init__(self, game: Game, policy: Policy, proof: Node, prefix: str = "") -> None:
        self.game, self.policy, self.proof, self.prefix = game, policy, proof, prefix
        self.rows = point_rows(policy)
        self.kept: dict[tuple[str, int, str | None], Vector] = {}

    def vector(self, name: str, sign: int, check: Callable[[Vector, str], None], player: str | None = None) -> Vector:
        """The vector of that side in `proof[prefix + name]` (`[player]`), once it has passed `check(vector, where)`."""
        if (name, sign, player) not in self.kept:
            node = self.side(name, sign, player)
            vector = Vector(self.game.size, node)
            check(vector, node.where)
            self.kept[name, sign, player] = vector
        return self.kept[name, sign, player]

    def side(self, name: str, sign: int, player: str | None) -> Node:
        """That side of the bracket in `proof[prefix + name]` (`[player]`)."""
        name_, proof = self.prefix + name, self.proof
        node = proof.fields((name_,), proof.value)[name_]
        node = node if player is None else node.fields((player,), self.game.players)[player]
        sides = node.fields((), ("lower", "upper", "exact"))
        side = "exact" if "exact" in sides else SIDES[sign]
        return node.fields((side,), sides)[side]

    def at_start(self, name: str, i: int, backup: Backup, sign: int) -> Fraction:
        def check(vector: Vector, where: str) -> None:
            check_vector(self.game, i, self.rows, vector, backup, sign, where)

        return self.game.at_start(self.vector(name, sign, check, self.game.players[i]))

    def value(self, i: int, sign: int) -> Fraction:
        return self.at_start("values", i, Step.policy_value, sign)

    def player_gap(self, i: int, sign: int) -> Fraction:
        return max(ZERO, self.at_start("optima", i, Step.best_value, sign) - self.value(i, -sign))

    def shown_gaps(self, sign: int) -> list[Fraction]:
        """Gaps of all players; a lower end may rest on those whose vectors are there."""
        given = self.proof.fields((self.prefix + "optima",), self.proof.value)[self.prefix + "optima"]
        players = given.fields((), self.game.players) if sign == LOWER else self.game.players
        return [self.player_gap(i, sign) for i, name in enumerate(self.game.players) if name in players]

    def nash_gap(self, sign: int) -> Fraction:
        return max(self.shown_gaps(sign), default=ZERO)

    def nash_conv(self, sign: int) -> Fraction:
        return summed(self.shown_gaps(sign))

    def occupancy(self, sign: int) -> Vector:
        def check(vector: Vector, where: str) -> None:
            check_occupancy(self.game, self.policy, vector, sign, where)

        return self.vector("occupancy", sign, check)

    def mass(self, s: int, sign: int) -> Fraction:
        return max(ZERO, self.occupancy(sign)[s])


Evaluate = Callable[..., Evaluation]  # what evaluates a policy: `Evaluation`, or that of another format of games
Measured = Callable[..., dict[str, Derive]]  # likewise for the errors


def claim_policy_value(game: Game, claim: Node, proof: Node, ask: Ask, evaluate: Evaluate = Evaluation) -> list[str]:
    members = claim.fields(("kind", "policy", "values"))
    proof.fields(("values",))
    evaluation = evaluate(game, ask("policy"), proof)
    return players_words(game, members["values"], evaluation.value, "value at the start")


def players_words(game: Game, node: Node, derive: Callable[[int, int], Fraction], words: str) -> list[str]:
    members = node.fields((), game.players)
    if not members:
        node.fail("at least one player")
    numbered = [(partial(derive, i), name) for i, name in enumerate(game.players) if name in members]
    return [f"player {name}'s {words} {check_interval(members[name], derived)}" for derived, name in numbered]


def claim_nash_gap(game: Game, claim: Node, proof: Node, ask: Ask, evaluate: Evaluate = Evaluation) -> list[str]:
    members = claim.fields(("kind", "policy"), ("nash_gap", "nash_conv", "player_gaps"))
    proof.fields(("values", "optima"))
    shown = evaluate(game, ask("policy"), proof)
    words = [f"{k} {check_interval(members[k], getattr(shown, k))}" for k in ("nash_gap", "nash_conv") if k in members]
    if "player_gaps" in members:
        words += players_words(game, members["player_gaps"], shown.player_gap, "gap")
    return words or claim.fail("nash_gap, nash_conv or player_gaps")


def claim_equilibrium(game: Game, claim: Node, proof: Node, ask: Ask, evaluate: Evaluate = Evaluation) -> list[str]:
    regret = claim.fields(("kind", "policy", "regret"))["regret"].rational()
    proof.fields(("values", "optima"))
    shown = evaluate(game, ask("policy"), proof).nash_gap(UPPER)
    if regret < shown:
        raise Invalid(f"{claim.where}/regret: claims {show(regret)}, the proof shows {show(shown)}")
    return [f"the policy is a Nash equilibrium up to a regret of {show(regret, UPPER)}"]


def claim_matching_error(
    game: Game, claim: Node, proof: Node, ask: Ask, evaluate: Evaluate = Evaluation, measured: Measured | None = None
) -> list[str]:
    errors = ("eps_bc", "eps_mu", "eps_rho", "value_gap")
    members = claim.fields(("kind", "expert", "policy"), errors)
    proof.fields((), ("expert_occupancy", "policy_occupancy", "expert_values", "policy_values"))
    expert = evaluate(game, ask("expert"), proof, "expert_")
    derive = (measured or distances)(game, expert, evaluate(game, ask("policy"), proof, "policy_"))
    words = [f"{key} {check_interval(members[key], derive[key])}" for key in errors if key in members]
    return words or claim.fail("at least one error")


def distances(game: Game, expert: "Evaluation", policy: "Evaluation") -> dict[str, Derive]:
    """The errors of a policy by their names, each a function of the side."""
    states = range(game.size)

    def apart(s: int, here: Sequence[Fraction | int], there: Sequence[Fraction | int], sign: int) -> Iterator[Fraction]:
        """|mu_pi(s) p - mu_E(s) q| for the entries p of the one and q of the other, outward"""
        most, least = (policy.mass(s, sign), expert.mass(s, sign)), (policy.mass(s, -sign), expert.mass(s, -sign))
        length = longest(most) + longest(least) + longest(here) + longest(there)
        spend(8 * len(here) * weight(length))
        for p, q in zip(here, there):
            if p or q:
                ends = (most[0] * p - least[1] * q, most[1] * q - least[0] * p)
                yield max(ZERO, *ends)

    def moved(s: int, x: list[list[Fraction]], y: list[list[Fraction]], sign: int) -> Fraction:
        """mu_E(s) ||x(s) - y(s)||_1"""
        mass, distance = expert.mass(s, sign), l1(x[s], y[s])
        spend(weight(bits(mass) + bits(distance)))
        return mass * distance

    def eps_bc(sign: int) -> Fraction:
        pairs = zip(policy.policy, expert.policy)
        return max(summed(moved(s, x, y, sign) for s in states) for x, y in pairs)

    def eps_mu(sign: int) -> Fraction:
        return summed(x for s in states for x in apart(s, [1], [1], sign))

    def eps_rho(sign: int) -> Fraction:
        def joint(who: Evaluation, s: int) -> list[Fraction]:
            return products([own[s] for own in who.policy])

        return summed(x for s in states for x in apart(s, joint(policy, s), joint(expert, s), sign))

    def value_gap(sign: int) -> Fraction:
        return max(expert.value(i, sign) - policy.value(i, -sign) for i in range(game.n))

    return {"eps_bc": eps_bc, "eps_mu": eps_mu, "eps_rho": eps_rho, "value_gap": value_gap}
