"""FORMAT 8.7 and 8.8: gaps in a ball, by how far best responses to its policies stray, in rows and in value."""

from fractions import Fraction

from cover import check_cover
from game import Game, Policy
from kernel import LOWER
from reading import Node
from straying import Opponents, stray_least
from values import Evaluation


class Limits:
    """What a ball allows: `own` and `budget` bound sum m D_j and sum m D of the opponents' joint rows, `spread` m D at
    a state; `slip` (1 - g)^-2 c_i bounds what these errors cost player `i` beside its best response's straying."""

    def __init__(self, game: Game, measure: str, radius: Fraction) -> None:
        g, others = game.discount, (game.n - 1) * radius
        self.own = radius if measure == "bc" else (1 + g) * radius
        self.budget = others if measure == "bc" else (1 + g) * radius
        self.spread = others if measure == "bc" else radius
        visits = game.n * radius if measure == "bc" else (1 - g) * radius
        self.slip = min(self.own + g * self.budget, self.budget + visits)

    def opponents(self, game: Game, expert: Policy, i: int, proof: Node) -> Opponents:
        mass = Evaluation(game, expert, proof).occupancy(LOWER)
        return Opponents(game, expert, i, self.budget, self.spread, mass)


def theorem_delta(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """[slip + delta_i] c_i / (1 - g)^2, delta_i by the states at which the expert's actions stay optimal"""
    players = proof.fields(("occupancy", "players"))["players"].fields(game.players)
    limits, bounds = Limits(game, measure, radius), []
    for i, player in enumerate(game.players):
        stray = stray_least(game, i, limits.opponents(game, expert, i, proof), players[player])
        bounds.append((limits.slip + stray) * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds)


def theorem_value_form(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """kappa_i + slip c_i / (1 - g)^2, kappa_i by a cover of the opponents' rows"""
    players = proof.fields(("occupancy", "players"))["players"].fields(game.players)
    limits, bounds = Limits(game, measure, radius), []
    for i, player in enumerate(game.players):
        own = players[player].fields(("kappa", "cover"))
        region = limits.opponents(game, expert, i, proof)
        check_cover(game, i, region, {}, own["cover"], own["kappa"].rational())
        bounds.append(own["kappa"].rational() + limits.slip * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds)
