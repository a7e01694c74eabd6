"""FORMAT 7: claims of one policy, or of two: values, gaps, equilibria, errors."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from game import Game, Policy, Vector, products
from kernel import (
    LOWER,
    SIDES,
    UPPER,
    Ask,
    Backup,
    Derive,
    Step,
    check_interval,
    check_occupancy,
    check_vector,
    l1,
    point_rows,
    show,
)
from reading import ZERO, Invalid, Node


class Evaluation:
    """What a proof shows of one policy: values, optimal values against it, occupancy; each vector is checked once."""

    def __init__(self, game: Game, policy: Policy, proof: Node, prefix: str = "") -> None:
        self.game, self.policy, self.proof, self.prefix = game, policy, proof, prefix
        self.rows = point_rows(policy)
        self.kept: dict[tuple[str, int, str | None], Vector] = {}

    def vector(self, name: str, sign: int, check: Callable[[Vector, str], None], player: str | None = None) -> Vector:
        """The vector of that side in `proof[prefix + name]` (`[player]`), once it has passed `check(vector, where)`."""
        if (name, sign, player) not in self.kept:
            name_, proof = self.prefix + name, self.proof
            node = proof.fields((name_,), proof.value)[name_]
            node = node if player is None else node.fields((player,), self.game.players)[player]
            sides = node.fields((), ("lower", "upper", "exact"))
            side = "exact" if "exact" in sides else SIDES[sign]
            vector = Vector(self.game.size, node.fields((side,), sides)[side])
            check(vector, node.where)
            self.kept[name, sign, player] = vector
        return self.kept[name, sign, player]

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
        return sum(self.shown_gaps(sign), ZERO)

    def occupancy(self, sign: int) -> Vector:
        def check(vector: Vector, where: str) -> None:
            check_occupancy(self.game, self.policy, vector, sign, where)

        return self.vector("occupancy", sign, check)

    def mass(self, s: int, sign: int) -> Fraction:
        return max(ZERO, self.occupancy(sign)[s])


def claim_policy_value(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "policy", "values"))
    proof.fields(("values",))
    evaluation = Evaluation(game, ask("policy"), proof)
    return players_words(game, members["values"], evaluation.value, "value at the start")


def players_words(game: Game, node: Node, derive: Callable[[int, int], Fraction], words: str) -> list[str]:
    members = node.fields((), game.players)
    if not members:
        node.fail("at least one player")
    numbered = [(partial(derive, i), name) for i, name in enumerate(game.players) if name in members]
    return [f"player {name}'s {words} {check_interval(members[name], derived)}" for derived, name in numbered]


def claim_nash_gap(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "policy"), ("nash_gap", "nash_conv", "player_gaps"))
    proof.fields(("values", "optima"))
    shown = Evaluation(game, ask("policy"), proof)
    words = [f"{k} {check_interval(members[k], getattr(shown, k))}" for k in ("nash_gap", "nash_conv") if k in members]
    if "player_gaps" in members:
        words += players_words(game, members["player_gaps"], shown.player_gap, "gap")
    return words or claim.fail("nash_gap, nash_conv or player_gaps")


def claim_equilibrium(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    regret = claim.fields(("kind", "policy", "regret"))["regret"].rational()
    proof.fields(("values", "optima"))
    shown = Evaluation(game, ask("policy"), proof).nash_gap(UPPER)
    if regret < shown:
        raise Invalid(f"{claim.where}/regret: claims {show(regret)}, the proof shows {show(shown)}")
    return [f"the policy is a Nash equilibrium up to a regret of {show(regret, UPPER)}"]


def claim_matching_error(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    errors = ("eps_bc", "eps_mu", "eps_rho", "value_gap")
    members = claim.fields(("kind", "expert", "policy"), errors)
    proof.fields((), ("expert_occupancy", "policy_occupancy", "expert_values", "policy_values"))
    expert = Evaluation(game, ask("expert"), proof, "expert_")
    derive = distances(game, expert, Evaluation(game, ask("policy"), proof, "policy_"))
    words = [f"{key} {check_interval(members[key], derive[key])}" for key in errors if key in members]
    return words or claim.fail("at least one error")


def distances(game: Game, expert: "Evaluation", policy: "Evaluation") -> dict[str, Derive]:
    """The errors of a policy by their names, each a function of the side."""
    states = range(game.size)

    def apart(s: int, p: Fraction | int, q: Fraction | int, sign: int) -> Fraction:
        """|mu_pi(s) p - mu_E(s) q|, outward"""
        ends = (
            policy.mass(s, sign) * p - expert.mass(s, -sign) * q,
            expert.mass(s, sign) * q - policy.mass(s, -sign) * p,
        )
        return max(ZERO, *ends)

    def eps_bc(sign: int) -> Fraction:
        pairs = zip(policy.policy, expert.policy)
        return max(sum((expert.mass(s, sign) * l1(x[s], y[s]) for s in states), ZERO) for x, y in pairs)

    def eps_mu(sign: int) -> Fraction:
        return sum((apart(s, 1, 1, sign) for s in states), ZERO)

    def eps_rho(sign: int) -> Fraction:
        joint = [[products([own[s] for own in who.policy]) for s in states] for who in (policy, expert)]
        pairs = [(s, p, q) for s in states for p, q in zip(joint[0][s], joint[1][s]) if p or q]
        return sum((apart(s, p, q, sign) for s, p, q in pairs), ZERO)

    def value_gap(sign: int) -> Fraction:
        return max(expert.value(i, sign) - policy.value(i, -sign) for i in range(game.n))

    return {"eps_bc": eps_bc, "eps_mu": eps_mu, "eps_rho": eps_rho, "value_gap": value_gap}
