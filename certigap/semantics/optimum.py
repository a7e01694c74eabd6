"""What both back ends give and need: optima, pure rows, and the check that a policy fits its game."""

from dataclasses import dataclass

from certigap.errors import InputError
from certigap.exact.brief import Brief
from certigap.exact.integers import IndexArray
from certigap.exact.vector import Bracket
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution

__all__ = ["Optimum", "action_rows", "require_policy"]


@dataclass(frozen=True, slots=True, repr=False)
class Optimum(Brief):
    """A player's optimal values `[S]` against the others, and own actions `[S]` that attain (or nearly attain) them."""

    values: Bracket
    choice: IndexArray


def require_policy(game: Game, policy: Policy) -> None:
    """`InputError` unless the policy's players, states and actions are the game's."""
    others = "array games have array_gaps, array_errors, array_worst_case"
    if not isinstance(policy, Policy):
        raise InputError(f"policy: expected a Policy, got {policy!r}; {others}")
    if not isinstance(game, Game):
        raise InputError(f"game: expected a Game, got {game!r}; {others}")
    own = policy.game
    if own is game or (own.players, own.states, own.actions) == (game.players, game.states, game.actions):
        return
    raise InputError(f"policy: expected one of {game!r}, got one of {own!r}")


def action_rows(count: int, index: int) -> Distribution:
    """The pure row that plays action `index` of `count`."""
    return Distribution(tuple(int(k == index) for k in range(count)), 1)
