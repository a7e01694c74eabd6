"""FORMAT 15: claims of how far best responses stray, in rows and in value: trees from above, witnesses from below."""

from fractions import Fraction
from functools import partial

from cover import check_cover
from game import Game, Policy, read_rows
from kernel import LOWER, UPPER, Ask, check_interval, point_rows, read_radius, show
from limits import bits, l1, longest, products, spend, summed, weight
from reading import ZERO, Invalid, Node
from straying import Opponents, possible, spread_bounds, stray_least, stray_most, surely_visited
from values import Evaluation


class Witness:
    """A policy whose opponents of player `i` are in the ball."""

    def __init__(self, game: Game, expert: Policy, i: int, radius: Fraction, mass: Evaluation, node: Node) -> None:
        self.game, self.expert, self.i, self.mass = game, expert, i, mass
        self.policy = read_rows(game, node.fields(("policy", "values", "optima"))["policy"])
        self.shown, error = Evaluation(game, self.policy, node), ZERO
        for s in range(game.size):
            there, here = ([own[s] for j, own in enumerate(who) if j != i] for who in (self.policy, expert))
            apart = l1(products(there), products(here))
            spend(weight(bits(apart) + bits(mass.mass(s, UPPER))))
            error = summed((error, mass.mass(s, UPPER) * apart))
        if radius < error:
            raise Invalid(f"{node.where}: the opponents are up to {show(error)} away, the radius is {show(radius)}")

    def least(self) -> Fraction:
        """Every best response is at least that far: where it surely comes it plays what may be optimal."""
        game, i, rows = self.game, self.i, point_rows(self.policy)
        self.shown.player_gap(i, UPPER), self.shown.player_gap(i, LOWER)  # both sides of the optimum are checked
        high, low = (self.shown.kept["optima", side, game.players[i]] for side in (UPPER, LOWER))
        bounds = spread_bounds(game, high, low)
        choices = [possible(game, i, s, [r[s] for r in rows], bounds) for s in range(game.size)]
        total = ZERO
        for s in surely_visited(game, i, rows, choices):
            away = summed(p for p, may in zip(self.expert[i][s], choices[s]) if not may)
            spend(weight(bits(away) + bits(self.mass.mass(s, LOWER))))
            total = summed((total, self.mass.mass(s, LOWER) * 2 * away))
        return total

    def most(self) -> Fraction:
        """The witness's own rows are a best response, that far from the expert's."""
        if self.shown.player_gap(self.i, UPPER) > 0:
            return ZERO
        total = ZERO
        for s, (x, y) in enumerate(zip(self.policy[self.i], self.expert[self.i])):
            spend(len(x) * weight(longest(x) + longest(y) + bits(self.mass.mass(s, LOWER))))
            total = summed((total, self.mass.mass(s, LOWER) * l1(x, y)))
        return total

    def gain(self) -> Fraction:
        """kappa: by a deviation from the expert's rows"""
        return self.shown.player_gap(self.i, LOWER) if self.policy[self.i] == self.expert[self.i] else ZERO


class Straying:
    """What the proof of a claim shows for player `i`."""

    def __init__(self, game: Game, expert: Policy, radius: Fraction, proof: Node) -> None:
        self.game, self.expert, self.radius, self.proof = game, expert, radius, proof
        self.mass = Evaluation(game, expert, proof)

    def shown(self, name: str, i: int, sign: int) -> Fraction:
        """The end of `name` (delta_sel, delta_max or kappa) that the proof shows"""
        players = self.proof.fields((name,), self.proof.value)[name].fields((), self.game.players)
        member, sides = self.game.players[i], {LOWER: "lower", UPPER: "upper"}
        parts = players[member].fields((), ("lower", "upper")) if member in players else {}
        if sides[sign] not in parts:
            return ZERO if sign == LOWER else self.proof.fail(f"the {sides[sign]} end of {name} of player {member}")
        node = parts[sides[sign]]
        if sign == LOWER:
            witness = Witness(self.game, self.expert, i, self.radius, self.mass, node)
            return {"delta_sel": witness.least, "delta_max": witness.most, "kappa": witness.gain}[name]()
        mass = self.mass.occupancy(LOWER)
        region = Opponents(self.game, self.expert, i, self.radius, self.radius, mass)
        if name != "kappa":
            return (stray_least if name == "delta_sel" else stray_most)(self.game, i, region, node)
        own = node.fields(("kappa", "cover"))
        check_cover(self.game, i, region, {}, own["cover"], own["kappa"].rational())
        return own["kappa"].rational()


def claim_straying(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    names = ("delta_sel", "delta_max", "kappa")
    members = claim.fields(("kind", "expert", "radius"), names)
    proof.fields(("occupancy",), names)
    shown, words = Straying(game, ask("expert"), read_radius(members["radius"]), proof), []
    for name in (name for name in names if name in members):
        for player, node in members[name].fields((), game.players).items():
            i = game.players.index(player)
            interval = check_interval(node, partial(shown.shown, name, i))
            words.append(f"player {player}'s {name} {interval}")
    within = f"while the opponents of a player are within {show(shown.radius)} of the expert's"
    return [f"{within}: {'; '.join(words)}"] if words else claim.fail("delta_sel, delta_max or kappa")
