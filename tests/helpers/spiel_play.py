"""A policy that OpenSpiel and certigap can both play, and what OpenSpiel says of it."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from certigap.model.game import Game
from certigap.model.policy import Policy
from tests.helpers.peers import peer

GOOFSPIEL = "goofspiel(imp_info=False,num_cards=4,points_order=descending)"
SOCCER = "markov_soccer(horizon={},grid=B.\nAO\n..\n..)"  # horizon 4: two moves are played out


def weight(action: str) -> int:
    """A policy that depends on names alone, so that both sides can play it: odd enough to be no equilibrium."""
    return sum(map(ord, action)) % 5 + 1


def weighted_policy(game: Game) -> Policy:
    return Policy.from_counts(
        game, [[[weight(a) for a in state[i]] for state in game.actions] for i in range(len(game.players))]
    )


def weighted_row(state: Any, player: int, actions: Sequence[int]) -> list[float]:
    weights = [weight(state.action_to_string(player, a)) for a in actions]
    return [w / sum(weights) for w in weights]


def spiel_nash_conv(spiel: ModuleType, name: str) -> float:
    peer("open_spiel")
    from open_spiel.python import policy as policies
    from open_spiel.python.algorithms.exploitability import nash_conv

    class Weighted(policies.Policy):  # type: ignore[misc]
        def action_probabilities(self, state: Any, player_id: int | None = None) -> dict[int, float]:
            player = state.current_player() if player_id is None else player_id
            actions = state.legal_actions(player)
            return dict(zip(actions, weighted_row(state, player, actions), strict=True))

    game = spiel.load_game(name)
    if game.get_type().dynamics == spiel.GameType.Dynamics.SIMULTANEOUS:
        game = spiel.convert_to_turn_based(game)
    return float(nash_conv(game, Weighted(game, list(range(game.num_players()))), use_cpp_br=False))
