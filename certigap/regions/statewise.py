"""A sufficient statewise proof that an expert is a dominant strategy equilibrium (THEORY 5 and 8).

With V_hi >= V_i^{*,pi_-i} >= V_lo for every pi (the region of all policies), D = P(.|s,a',b) - P(.|s,a,b) and

    r_i(s,a',b) - r_i(s,a,b) + g sum_s' ( D+ V_hi - D- V_lo ) <= 0

for every state s, every a in the support of piE_i(.|s), every a' and b: then Q_i^{*,pi_-i}(s,a) =
V_i^{*,pi_-i}(s) for those a, whatever the others do, so piE_i is a best response to every pi_-i. A refusal
refutes nothing: it names where the check stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.regions.operators import common_denominator, differences
from certigap.regions.region import all_policies
from certigap.regions.scaled import ScaledGame
from certigap.work.deadline import Deadline

__all__ = ["Dominance", "Refusal", "refusal", "statewise_dominance"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first place where the statewise check fails; `profile` holds every player's action, `action` the expert's."""

    player: str
    state: str
    action: str
    deviation: str
    profile: tuple[str, ...]

    def __str__(self) -> str:
        at = f" at state {self.state}" if self.state else ""
        return (
            f"player {self.player}{at}: {self.action} is not shown to be as good as {self.deviation} "
            f"against {', '.join(self.profile)}"
        )


@dataclass(frozen=True, slots=True)
class Dominance:
    """Vectors over the region of all policies, per player `[S]`, and the refusal; None: dominance is proved."""

    best_upper: tuple[Vector, ...]
    best_lower: tuple[Vector, ...]
    refusal: Refusal | None


def statewise_dominance(engine: RegionEngine, expert: Policy, deadline: Deadline | None = None) -> Dominance:
    """The statewise check of every player, with its vectors; looser ones at the deadline, which can only refuse more.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    >>> statewise_dominance(RegionEngine(game), Policy.from_rows(game, [[0, 1], [0, 1]])).refusal is None
    True
    """
    region = all_policies(expert)
    sets = engine.set_arrays(region)
    players = range(len(engine.game.players))
    upper = tuple(engine.best_upper(region, i, sets, deadline=deadline) for i in players)
    lower = tuple(engine.best_lower(region, i, sets, deadline=deadline) for i in players)
    found = (refusal(engine.scaled, expert, i, upper[i], lower[i]) for i in players)
    return Dominance(upper, lower, next((r for r in found if r is not None), None))


def refusal(game: ScaledGame, expert: Policy, player: int, best_upper: Vector, best_lower: Vector) -> Refusal | None:
    """The first violation of the statewise check for one player, None when it holds everywhere."""
    denominator, (high, low) = common_denominator(best_upper, best_lower)
    prices = (high, high, low, low)
    for s, (state, lists) in enumerate(zip(game.states, game.deviations(player), strict=True)):
        weights = expert.rows[player][s].weights
        stride, size = state.stride(player), state.shape[player]
        for deviation, rows in enumerate(lists):
            for row, value in enumerate(differences(rows, prices, denominator)):
                action = (row // stride) % size
                if value > 0 and weights[action] > 0:
                    return _refusal(game.game, player, s, action, deviation, row)
    return None


def _refusal(game: Game, player: int, state: int, action: int, deviation: int, row: int) -> Refusal:
    names: Sequence[Sequence[str]] = game.actions[state]
    _, joint = game.layout.joint(int(game.layout.row_offsets[state]) + row)
    profile = tuple(names[j][a] for j, a in enumerate(joint))
    own = names[player]
    return Refusal(game.players[player], game.states[state], own[action], own[deviation], profile)
