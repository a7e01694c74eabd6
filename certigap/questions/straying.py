"""delta^sel, delta^max and kappa of an expert at one radius, in any game: proven intervals (THEORY 9).

For player i, over all policies of the others whose joint rows are within eps of the expert's, in expectation over the
expert's occupancy: how far the nearest (`delta_sel`) and the farthest (`delta_max`) best response is from piE_i, and
how much a best response gains over piE_i (`kappa`). From above by trees of boxes, from below by witnesses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.center import Center
from certigap.errors import InputError
from certigap.exact.brief import Brief
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Bracket
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget, check_policy, check_seed
from certigap.regions.engine import PlayerBound
from certigap.regions.straying import Opponents, StrayTree, least_straying, most_straying
from certigap.semantics import occupancy
from certigap.witnesses.straying import StrayWitness, stray_witnesses
from certigap.work.deadline import Deadline

__all__ = ["PlayerStraying", "StrayingAnswer", "straying"]

_MOST_LEAVES = 200  # boxes of a tree: beyond them bounds of trial games hardly moved


@dataclass(frozen=True, repr=False)
class PlayerStraying(Brief):
    """The three intervals of one player, with the trees, the cover and the witnesses that show them."""

    delta_sel: Interval
    delta_max: Interval
    kappa: Interval
    least: StrayTree
    most: StrayTree
    gain: PlayerBound
    witness: StrayWitness


@dataclass(frozen=True, repr=False)
class StrayingAnswer(Shown):
    """Per player `[n]`, at `radius`; `occupancy` is the expert's."""

    game: Game
    expert: Policy
    radius: Fraction
    players: tuple[PlayerStraying, ...]
    occupancy: Bracket
    seconds: float

    @property
    def delta_sel(self) -> tuple[Interval, ...]:
        """`[n]` L1 distances in [0, 2]."""
        return tuple(own.delta_sel for own in self.players)

    @property
    def delta_max(self) -> tuple[Interval, ...]:
        """`[n]` L1 distances in [0, 2]."""
        return tuple(own.delta_max for own in self.players)

    @property
    def kappa(self) -> tuple[Interval, ...]:
        """`[n]` discounted payoffs."""
        return tuple(own.kappa for own in self.players)

    def sheet(self) -> Sheet:
        """A player a row."""
        rows = zip(self.game.players, self.delta_sel, self.delta_max, self.kappa, strict=True)
        return Sheet(("player", "delta_sel", "delta_max", "kappa"), list(rows))

    def _line(self) -> str:
        def text(interval: Interval) -> str:
            return f"[{float(interval.lower or 0):.4g}, {float(interval.upper or 0):.4g}]"

        parts = [
            f"{player} delta_sel {text(own.delta_sel)} delta_max {text(own.delta_max)} kappa {text(own.kappa)}"
            for player, own in zip(self.game.players, self.players, strict=True)
        ]
        return f"<StrayingAnswer eps {format_rational(self.radius)}: {'; '.join(parts)}>"


def straying(
    game: Game, expert: Policy, eps: RationalLike, *, budget: float | None = None, seed: int = 0
) -> StrayingAnswer:
    """How far best responses stray from the expert, in rows and in value, while the others stay within `eps` of it.

    Args:
        game: any game.
        expert: a policy of it.
        eps: joint L1 distance of a player's opponents, in expectation over the expert's occupancy.
        budget: seconds; None: as long as it takes.
        seed: of the search for witnesses.

    Returns:
        Proven intervals, wide where the time or the rules do not reach.

    Raises:
        InputError: an expert of another game, a negative radius.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Definition 6; THEORY 9.

    >>> import certigap as cg
    >>> answer = straying(cg.games.load("algorithm1"), cg.games.expert("algorithm1"), "1/10")
    >>> answer.delta_sel[0].value, answer.kappa[0].upper
    (Fraction(0, 1), Fraction(0, 1))
    """
    check_policy(game, expert)
    check_budget(budget)
    check_seed(seed)
    radius = rational(eps)
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    deadline, center = Deadline(budget), Center(expert)
    mass = occupancy(game, expert)
    work = _Work(center, radius, mass, seed)
    count = len(game.players)
    players = tuple(work.player(i, deadline.share(1 / (count - i))) for i in range(count))
    return StrayingAnswer(game, expert, radius, players, mass, deadline.spent)


class _Work:
    def __init__(self, center: Center, radius: Fraction, mass: Bracket, seed: int) -> None:
        self.center, self.radius, self.mass, self.seed = center, radius, mass, seed

    def player(self, i: int, deadline: Deadline) -> PlayerStraying:
        engine = self.center.engine
        opponents = Opponents(self.center.expert, i, self.radius, self.radius, self.mass.lower)
        witness = stray_witnesses(engine, opponents, self.mass.upper, deadline.share(1 / 3), self.seed)
        least = self._tree(least_straying, opponents, witness.delta_sel[0], deadline.share(1 / 2))
        most = self._tree(most_straying, opponents, witness.delta_max[0], deadline)
        region = opponents.region({})
        if region is None:
            raise InputError("eps: expected a radius of at least 0, got less")
        gain = engine.player_bound(region, i, deadline=deadline)
        return PlayerStraying(
            delta_sel=Interval(min(witness.delta_sel[0], least.bound), least.bound),
            delta_max=Interval(min(witness.delta_max[0], most.bound), most.bound),
            kappa=Interval(witness.kappa[0], max(witness.kappa[0], gain.pair)),
            least=least,
            most=most,
            gain=gain,
            witness=witness,
        )

    def _tree(
        self, bound: Callable[..., StrayTree], opponents: Opponents, lower: Fraction, deadline: Deadline
    ) -> StrayTree:
        """One box, and more only where a witness leaves a doubt."""
        tree = bound(self.center.engine, opponents, deadline, 1)
        return tree if tree.bound <= lower else bound(self.center.engine, opponents, deadline, _MOST_LEAVES)
