"""Games that end after H steps (THEORY 14): V_i(nu) = E[ sum_{t < H} g^t r_i(s_t, a_t) ], the discount g in [0, 1].

A `FiniteGame` is its *stage game*, the states, rewards and transitions of one step, and the number H of steps: the time
expansion is never written out. It is no `Game`, so that what knows of discounts alone cannot take it for one; its stage
game has discount 0, which as a `Game` is a single step, and means nothing else.
"""

import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NoReturn

from certigap.errors import HorizonError, InputError
from certigap.exact.brief import number_brief, shortened
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.content import game_to_json
from certigap.model.files.json_node import brief
from certigap.model.files.json_write import dumps
from certigap.model.game import Game
from certigap.model.layout import Layout

__all__ = ["MAX_HORIZON", "FiniteGame", "finite_horizon", "finite_to_json"]

MAX_HORIZON = 1_000_000
"""The most steps of a game (FORMAT 19)."""


@dataclass(frozen=True, eq=False, repr=False)
class FiniteGame:
    """A stage game that is played `horizon` times, from `stage.initial` on; hashable by content."""

    stage: Game  # of discount 0: one step
    horizon: int  # H
    discount: Fraction = Fraction(1)  # g in [0, 1]

    def __post_init__(self) -> None:
        if type(self.horizon) is not int or not 1 <= self.horizon <= MAX_HORIZON:
            raise InputError(f"horizon: expected an integer from 1 to {MAX_HORIZON}, got {brief(self.horizon)}")
        if not isinstance(self.discount, Fraction) or not 0 <= self.discount <= 1:
            raise InputError(f"discount: expected a rational in [0, 1] beside a horizon, got {brief(self.discount)}")
        if self.stage.discount or self.stage.is_normal_form:
            raise InputError(f"stage game: expected states and discount 0 (see finite_horizon), got {self.stage!r}")

    @property
    def players(self) -> tuple[str, ...]:
        """`[n]` names."""
        return self.stage.players

    @property
    def states(self) -> tuple[str, ...]:
        """`[S]` names."""
        return self.stage.states

    @property
    def layout(self) -> Layout:
        """Where things stand in the stage game's arrays."""
        return self.stage.layout

    @property
    def name(self) -> str:
        """The title."""
        return self.stage.name

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of where it comes from."""
        return self.stage.meta

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the normalised file, horizon included (FORMAT 3 and 19)."""
        form = finite_to_json(self)
        form.pop("name", None)
        form.pop("meta", None)
        return hashlib.sha256(dumps(form, sort_keys=True).encode("utf-8")).hexdigest()

    def weights(self) -> Iterator[Fraction]:
        """g^t for t = 0 .. H-1."""
        weight = Fraction(1)
        for _ in range(self.horizon):
            yield weight
            weight *= self.discount

    def remaining(self, steps: int) -> Fraction:
        """N_k = sum_{t < k} g^t: what a reward of 1 a step is worth over `steps` steps."""
        if self.discount == 1:
            return Fraction(steps)
        return (1 - self.discount**steps) / (1 - self.discount)

    def __getattr__(self, name: str) -> NoReturn:
        """What only a game without a horizon has, refused in words: who asks for it knows no horizons."""
        if name.startswith("_"):
            raise AttributeError(f"FiniteGame: no attribute {name!r}")
        raise HorizonError(f"{self!r}: expected a game without a horizon here (see finite_gaps); it has no {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FiniteGame) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        title = f"{self.name}: " if self.name else ""
        sizes = f"{len(self.players)} players, {len(self.states)} states, {self.layout.rows} joint actions"
        return shortened(f"<FiniteGame {title}{sizes}, horizon {self.horizon}, discount {number_brief(self.discount)}>")


def finite_horizon(game: Game, horizon: int, discount: RationalLike = 1) -> FiniteGame:
    """The game that is played for `horizon` steps and then ends.

    Args:
        game: states, rewards, transitions and start; its own discount plays no part. A normal form is repeated, in one
            state called "stage".
        horizon: the number of steps, H >= 1.
        discount: g in [0, 1]: the t-th step, t = 0, 1, .., counts g^t.

    Raises:
        InputError: another horizon or discount, or no game.

    >>> from certigap.model.build import bimatrix
    >>> finite_horizon(bimatrix([[1, -1], [-1, 1]]), 5)
    <FiniteGame 2 players, 1 states, 4 joint actions, horizon 5, discount 1>
    """
    if not isinstance(game, Game):
        raise InputError(f"game: expected a Game, got the {type(game).__name__} {str(game)[:40]!r}")
    states = ("stage",) if game.is_normal_form else game.states
    stage = dataclasses.replace(game, states=states, discount=Fraction(0), is_normal_form=False)
    return FiniteGame(stage, horizon, rational(discount))


def finite_to_json(game: FiniteGame) -> dict[str, Any]:
    """The normalised form, with `name` and `meta` where it has them."""
    return game_to_json(game.stage) | {"discount": format_rational(game.discount), "horizon": game.horizon}
