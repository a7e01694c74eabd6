"""Policies of a finite horizon: for every step t a product policy of the stage game (THEORY 14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from certigap.errors import HorizonError, InputError
from certigap.model.finite.game import FiniteGame
from certigap.model.policy import Policy

__all__ = ["FinitePolicy"]


@dataclass(frozen=True, eq=False, repr=False)
class FinitePolicy:
    """`steps[t]` is played at step t; steps that play alike share one object."""

    game: FiniteGame
    steps: tuple[Policy, ...]  # [H], policies of game.stage

    def __post_init__(self) -> None:
        if len(self.steps) != self.game.horizon:
            raise InputError(f"policy: expected {self.game.horizon} steps, got {len(self.steps)}")
        stage = self.game.stage
        for step in {id(step): step for step in self.steps}.values():
            own = step.game if isinstance(step, Policy) else None
            if own is not stage and own != stage:
                raise InputError(f"policy: expected steps of the stage game {stage!r}, got {own or step!r}"[:300])

    @classmethod
    def repeated(cls, game: FiniteGame, policy: Any) -> "FinitePolicy":
        """The same rows at every step: a policy with the game's names, or anything that `Policy.from_rows` takes."""
        return cls(game, (_step(game, policy),) * game.horizon)

    @classmethod
    def from_steps(cls, game: FiniteGame, steps: Iterable[Any]) -> "FinitePolicy":
        """One policy a step: policies with the game's names, or anything that `Policy.from_rows` takes."""
        return cls.shared(game, [_step(game, step) for step in steps])

    @classmethod
    def uniform(cls, game: FiniteGame) -> "FinitePolicy":
        """Every player plays all own actions alike, at every step."""
        return cls.repeated(game, Policy.uniform(game.stage))

    @classmethod
    def shared(cls, game: FiniteGame, steps: Sequence[Policy]) -> "FinitePolicy":
        """Steps of equal rows as one object, so that what is computed from them is computed once."""
        kept: dict[Any, Policy] = {}
        return cls(game, tuple(kept.setdefault(step.rows, step) for step in steps))

    @property
    def is_stationary(self) -> bool:
        """The same rows at every step."""
        return all(step is self.steps[0] or step.rows == self.steps[0].rows for step in self.steps)

    @cached_property
    def step_rows(self) -> tuple[Any, ...]:
        """`[H][n][S]` rows."""
        return tuple(step.rows for step in self.steps)

    def replace(self, player: int, own: Sequence[Any]) -> "FinitePolicy":
        """The same policy with one player's rows `[H][S]` exchanged."""
        pairs = zip(self.steps, own, strict=True)
        return FinitePolicy.shared(self.game, [step.replace(player, rows) for step, rows in pairs])

    def __getattr__(self, name: str) -> NoReturn:
        """What only a stationary policy has, refused in words."""
        if name.startswith("_"):
            raise AttributeError(f"FinitePolicy: no attribute {name!r}")
        what = "a policy of a game without a horizon here (see finite_gaps)"
        raise HorizonError(f"{self!r}: expected {what}; it has no {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FinitePolicy) and self.game == other.game and self.step_rows == other.step_rows

    def __hash__(self) -> int:
        return hash((self.game.digest, self.step_rows))

    def __repr__(self) -> str:
        kind = "stationary" if self.is_stationary else "varies with time"
        return f"<FinitePolicy {kind}, {len(self.game.players)} players, horizon {self.game.horizon}>"


def _step(game: FiniteGame, policy: Any) -> Policy:
    """The rows of one step as a policy of the stage game."""
    if not isinstance(policy, Policy):
        return Policy.from_rows(game.stage, policy)
    own, stage = policy.game, game.stage
    if (own.players, own.actions) != (stage.players, stage.actions) or not (
        own.is_normal_form or own.states == stage.states
    ):
        raise InputError(f"policy: expected one with the names of {game!r}, got one of {own!r}")
    return Policy(stage, policy.rows)
