"""What `dominance` answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from certigap.exact.brief import Brief, number_brief
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.normal_form.elimination import Elimination
from certigap.semantics.normal_form.regret import LeastRegret
from certigap.semantics.normal_form.relations import STRENGTHS, Dominated, Relation, Strength, Undominated

__all__ = ["ActionDominance", "DominanceAnswer", "PlayerRegret", "Verdict"]

Verdict: TypeAlias = Literal["proven", "refuted", "undecided"]


@dataclass(frozen=True, slots=True, repr=False)
class ActionDominance(Brief):
    """What dominates an action: mixtures by strength, and single actions by strength (None: no single action)."""

    mixed: Mapping[Strength, Relation]
    pure: Mapping[Strength, int | None]

    @property
    def dominated(self) -> tuple[Strength, Vector] | None:
        """The strongest way in which a mixture dominates it, with the mixture."""
        for strength in STRENGTHS:
            relation = self.mixed[strength]
            if isinstance(relation, Dominated):
                return strength, relation.mixture
        return None

    @property
    def undominated(self) -> tuple[Strength, Vector] | None:
        """The weakest way in which no mixture dominates it, with the belief."""
        for strength in reversed(STRENGTHS):
            relation = self.mixed[strength]
            if isinstance(relation, Undominated):
                return strength, relation.belief
        return None


@dataclass(frozen=True, slots=True, repr=False)
class PlayerRegret(Brief):
    """kappa of a strategy, discounted payoff: `deviation` gains it against `profile`, nothing gains more."""

    kappa: Fraction
    profile: Mapping[str, str]
    deviation: str


@dataclass(frozen=True, repr=False)
class DominanceAnswer(Shown):
    """Dominance in a game of one state; everything is exact.

    `strategies[i]` is the expert's row, or without an expert one of least kappa; `regrets[i]` is its kappa with the
    play of the others that attains it. `dominant[i]`: whether that kappa is 0; without an expert, "refuted" says that
    the player has no dominant strategy at all. `least[i]` has the least kappa of any strategy.
    """

    game: Game
    expert: Policy | None
    strategies: tuple[Vector, ...]
    regrets: tuple[PlayerRegret, ...]
    least: tuple[LeastRegret | None, ...]
    actions: tuple[tuple[ActionDominance, ...], ...]
    dominant_actions: tuple[tuple[int, ...], ...]
    elimination: Elimination
    seconds: float

    @property
    def kappa(self) -> tuple[Fraction, ...]:
        """`[n]` the smallest kappa for which each strategy is kappa-dominant, discounted payoff."""
        return tuple(regret.kappa for regret in self.regrets)

    @property
    def dominant(self) -> tuple[Verdict, ...]:
        """`[n]` whether each strategy is dominant."""
        return tuple(self._verdict(i) for i in range(len(self.regrets)))

    @property
    def has_dominant_equilibrium(self) -> bool:
        """Every player has a dominant action: any profile of `dominant_actions` is a dominant strategy equilibrium."""
        return all(self.dominant_actions)

    def _verdict(self, player: int) -> Verdict:
        if self.regrets[player].kappa == 0:
            return "proven"
        return "refuted" if self.expert is not None or self.least[player] is not None else "undecided"

    def sheet(self) -> Sheet:
        """A player a row."""
        return Sheet(
            ("player", "dominant", "kappa"), list(zip(self.game.players, self.dominant, self.kappa, strict=True))
        )

    def _line(self) -> str:
        whose = "expert" if self.expert is not None else "best strategies"
        pairs = zip(self.game.players, self.dominant, self.kappa, strict=True)
        words = (f"{player} {verdict}, kappa {number_brief(kappa)}" for player, verdict, kappa in pairs)
        return f"<DominanceAnswer {whose}: {'; '.join(words)}>"
