"""What every question asks of its arguments, in one line each."""

import math
from typing import Any

from certigap.errors import InputError
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["check_budget", "check_game", "check_policy", "check_seed"]


def check_game(game: Any) -> None:
    """A game.

    Raises:
        InputError: anything else.
    """
    if not isinstance(game, Game):
        raise InputError(f"game: expected a Game, got the {type(game).__name__} {str(game)[:40]!r}")


def check_policy(game: Any, expert: Any) -> None:
    """A game, and a policy of it.

    Raises:
        InputError: anything else.
    """
    check_game(game)
    if not isinstance(expert, Policy):
        raise InputError(f"expert: expected a Policy, got the {type(expert).__name__} {str(expert)[:40]!r}")
    if expert.game != game:
        raise InputError(f"expert: expected a policy of {game!r}, got one of {expert.game!r}")


def check_seed(seed: Any) -> None:
    """A whole number, at least 0.

    Raises:
        InputError: anything else.
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"seed: expected an integer >= 0, got {seed!r}")


def check_budget(budget: Any) -> None:
    """Seconds, at least 0, or None.

    Raises:
        InputError: anything else.
    """
    if budget is None:
        return
    if not isinstance(budget, int | float) or isinstance(budget, bool) or not 0 <= budget < math.inf:
        raise InputError(f"budget: expected seconds >= 0 or None, got {budget!r}")
