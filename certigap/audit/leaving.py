"""A game in which errors cost as much as they can: leaving by mistake, never to come back.

At "in" everyone plays a0 to stay and earn 1; any a1 costs 1 and leads "out", where everyone earns -1 for ever. With the
learner playing a1 with probability e/2 at each place, eps_BC = e, and as e falls to 0

    eps_mu / e -> g n/(1-g),    eps_rho / e -> n/(1-g),    ValueGap / e -> n/(1-g)^2.
"""

from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["leaving"]


def leaving(players: int, discount: Fraction, error: Fraction) -> tuple[Game, Policy, Policy]:
    """The game, its expert, and the learner whose eps_BC is `error`."""

    def outcome(state: str, picks: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        stays = state == "in" and set(picks) == {"a0"}
        return [1 if stays else -1] * players, {"in" if stays else "out": 1}

    game = markov_game(
        players=[str(i + 1) for i in range(players)],
        states=["in", "out"],
        actions=[["a0", "a1"]] * players,
        outcome=outcome,
        discount=discount,
        initial={"in": 1, "out": 0},
    )
    learner = Policy.from_rows(game, [[[1 - error / 2, error / 2], [1, 0]]] * players)
    return game, Policy.pure(game), learner
