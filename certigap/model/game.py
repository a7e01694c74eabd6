"""Games: tabular discounted Markov games with n players; a normal form is the case |S| = 1, discount 0 (THEORY 1)."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.exact.brief import number_brief, shortened
from certigap.exact.integers import IntArray
from certigap.model.content import game_digest
from certigap.model.display import game_html, game_latex
from certigap.model.layout import Layout
from certigap.model.rows import Distribution, SparseRows

__all__ = ["BELOW_ONE", "Game"]

BELOW_ONE = 1 - 2.0**-53
"""The largest float below 1."""


@dataclass(frozen=True, eq=False, repr=False)
class Game:
    """A finite game, exact by type, hashable by content; made by the builders or read from a file.

    Names are text; `actions[s][i]` are player `i`'s actions at state `s`. Rewards are discounted payoffs in any scale.
    """

    players: tuple[str, ...]  # [n]
    states: tuple[str, ...]  # [S]
    actions: tuple[tuple[tuple[str, ...], ...], ...]  # [S][n][A_i(s)]
    discount: Fraction
    initial: Distribution  # [S]
    rewards: tuple[IntArray, ...]  # [n][K] numerators
    reward_denominators: tuple[int, ...]  # [n]
    transitions: SparseRows  # [K, S]
    is_normal_form: bool = False
    name: str = ""
    meta: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def layout(self) -> Layout:
        """Where each state, joint action and own action stands in the flat arrays."""
        return Layout(tuple(tuple(len(own) for own in state) for state in self.actions))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the normalised game file (FORMAT 3): equal exactly for equal content."""
        return game_digest(self)

    @property
    def horizon(self) -> Fraction:
        """The effective horizon 1/(1 - discount)."""
        return 1 / (1 - self.discount)

    @property
    def float_discount(self) -> float:
        """The discount for float proposers: below 1 even where it rounds to 1, so that I - g P stays regular."""
        return min(float(self.discount), BELOW_ONE)

    def reward(self, player: int, row: int) -> Fraction:
        """Reward of a player at a row (state and joint action)."""
        return Fraction(int(self.rewards[player][row]), self.reward_denominators[player])

    def half_range(self, player: int) -> Fraction:
        """c_i = (max r_i - min r_i)/2, the factor of every closed-form bound (THEORY 1)."""
        own = self.rewards[player]
        return Fraction(int(own.max()) - int(own.min()), 2 * self.reward_denominators[player])

    def float_rewards(self) -> npt.NDArray[np.float64]:
        """`[n, K]` rewards as floats (proposals only, never facts)."""
        pairs = zip(self.rewards, self.reward_denominators, strict=True)
        return np.array([[int(x) / denominator for x in own] for own, denominator in pairs], dtype=np.float64)

    def player_index(self, name: str) -> int:
        """Index of the player called `name`."""
        return self.players.index(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Game) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        title = f"{self.name}: " if self.name else ""
        if self.is_normal_form:
            shape = "x".join(str(size) for size in self.layout.shapes[0])
            return shortened(f"<Game {title}normal form, {len(self.players)} players, {shape}>")
        sizes = f"{len(self.players)} players, {len(self.states)} states, {self.layout.rows} joint actions"
        return shortened(f"<Game {title}{sizes}, discount {number_brief(self.discount)}>")

    def _repr_html_(self) -> str:
        return game_html(self)

    def _repr_latex_(self) -> str | None:
        return game_latex(self)
