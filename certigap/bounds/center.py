"""The center of error balls: an expert, and what the bounds over every ball around it share, made when first asked for.

Nothing here depends on a radius or a measure, so a sweep of radii pays for it once.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from certigap.bounds.short_occupancy import short_occupancy
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import GapAnswer, gaps
from certigap.work.deadline import Deadline

__all__ = ["Center"]

Made = TypeVar("Made")


class Center:
    """An expert and its occupancy, regret and region engine; whatever else a bound wants to keep goes through `once`.

    Args:
        expert: the center of the balls; it need not be an equilibrium.
        seed: of the searches that start at random.
    """

    def __init__(self, expert: Policy, seed: int = 0) -> None:
        self.expert, self.seed = expert, seed
        self.engine = RegionEngine(expert.game)
        self._made: dict[tuple[Any, ...], Any] = {}

    @property
    def game(self) -> Game:
        """The expert's game."""
        return self.expert.game

    @property
    def half_range(self) -> Fraction:
        """max_i c_i"""
        return max(self.game.half_range(player) for player in range(len(self.game.players)))

    @cached_property
    def gaps(self) -> GapAnswer:
        """The expert's own gaps."""
        return gaps(self.game, self.expert)

    @property
    def regret(self) -> Fraction:
        """At least NashGap(expert)."""
        upper = self.gaps.nash_gap.upper
        return 2 * self.half_range * self.game.horizon if upper is None else upper

    @cached_property
    def occupancy_lower(self) -> Vector:
        """`[S]` m <= mu of the expert, in short numbers."""
        return short_occupancy(self.expert, self._occupancy.lower)

    @property
    def occupancy_upper(self) -> Vector:
        """`[S]` >= mu of the expert."""
        return self._occupancy.upper

    def once(self, make: "Callable[..., Made]", *given: Any, deadline: Deadline | None = None) -> Made:
        """`make(self, *given)`, made once: what a bound shares between radii stays in the bound's own file.

        With a deadline it is `make(self, *given, deadline=deadline)`, and what was made in that time is kept.
        """
        key = (make, *given)
        if key not in self._made:
            limit = {} if deadline is None else {"deadline": deadline}
            self._made[key] = make(self, *given, **limit)
        made: Made = self._made[key]
        return made

    @cached_property
    def _occupancy(self) -> Bracket:
        return occupancy(self.game, self.expert)
