"""The worst NashGap of any policy with a given imitation error, in an array game: an interval with its proof."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.balls import Measure
from certigap.bounds.registry import NAMES
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, rational
from certigap.floats.sparse.mixing import mixed, remember
from certigap.floats.sparse.process import Tables
from certigap.floats.sparse.stray import flow, slopes, stray
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy
from certigap.model.shown import Sheet, Shown
from certigap.questions.array_worst_case.ball import ArrayBall, ball
from certigap.questions.array_worst_case.upper import PlayerUpper, player_upper
from certigap.questions.array_worst_case.witness import found_witness
from certigap.semantics.array_gaps import ArrayGaps, array_gaps
from certigap.semantics.array_occupancy import Visits
from certigap.semantics.exploitability import describe
from certigap.work.deadline import Deadline

__all__ = ["ArrayWorstCase", "array_worst_case", "imitation_error"]

_NAMED = "it is of games whose states have names; an array game has `coupled`"


@dataclass(frozen=True, repr=False)
class ArrayWorstCase(Shown):
    """The supremum of NashGap over the ball lies in `interval`.

    Attributes:
        ball: the ball, and the occupancy that proves what it allows.
        players: per player what proves `player_bounds`.
        player_bounds: per player the most that it can gain at any policy of the ball.
        expert_gaps: the gaps of the expert itself.
        witness: a policy of the ball and its gaps, of which `witness_player`'s is the lower end.
        witness_visits: its occupancy, where the error is one of occupancies.
        complete: nothing ended early, or did not begin, because time was short.
    """

    game: ArrayGame
    expert: ArrayPolicy
    radius: Fraction
    interval: Interval
    ball: ArrayBall
    players: tuple[PlayerUpper, ...]
    player_bounds: tuple[Fraction, ...]
    expert_gaps: ArrayGaps
    witness: ArrayGaps
    witness_player: int
    witness_visits: Visits
    complete: bool

    @property
    def measure(self) -> Measure:
        """The error that the radius bounds."""
        return self.ball.measure

    @property
    def expert_regret(self) -> Interval:
        """NashGap of the expert."""
        return self.expert_gaps.nash_gap

    @property
    def bounds(self) -> dict[str, Fraction | None]:
        """The named upper bounds; None: one that array games do not have."""
        trivial = max(_trivial(self.game, player) for player in range(self.game.players))
        return dict.fromkeys(NAMES) | {"trivial": trivial, "coupled": max(self.player_bounds)}

    @property
    def why(self) -> dict[str, str]:
        """Of bounds without a value."""
        return {name: _NAMED for name, value in self.bounds.items() if value is None}

    def sheet(self) -> Sheet:
        """The players' bounds."""
        names = map(str, range(1, len(self.player_bounds) + 1))
        return Sheet(("player", "gap at most"), list(zip(names, self.player_bounds, strict=True)))

    def _line(self) -> str:
        return f"<ArrayWorstCase {self.measure} eps {self.radius}: {describe(self.interval)}>"


def _trivial(game: ArrayGame, player: int) -> Fraction:
    """2 c_i/(1-g)"""
    return 2 * game.half_range(player) / (1 - game.discount)


def array_worst_case(
    game: ArrayGame,
    expert: ArrayPolicy,
    eps: RationalLike,
    deadline: Deadline | None = None,
    measure: str = "bc",
) -> ArrayWorstCase:
    """An interval that holds the largest NashGap of any policy whose error is at most `eps`.

    Args:
        game: the game.
        expert: a policy of it.
        eps: the radius of the ball, at least 0.
        deadline: when it answers with what it has, which leaves the interval wider. What it never leaves out are the
            expert's occupancy and gaps, of a few passes over the game.
        measure: of the error: "bc", the largest expected distance of a player's rows; or "rho", the distance of the
            occupancies of (state, joint action).

    Raises:
        InputError: a radius below 0, another measure, or a policy of another game.
        SolverError: rewards that leave no room for a discount so near 1.

    >>> from certigap.model.large.families import random_game
    >>> game = random_game(50, discount="1/2")
    >>> array_worst_case(game, ArrayPolicy.uniform(game), "1/100").interval.upper < 2
    True
    """
    radius, error = rational(eps), _measure(measure)
    if radius < 0:
        raise InputError(f"eps: expected a radius of at least 0, got {radius}")
    until = deadline or Deadline()
    tables = Tables(game, expert)
    tables.prepare(flow, stray, remember, mixed, slopes)
    around = ball(tables, error, radius, until.share(0.2))
    watch = Deadline()
    own = array_gaps(game, expert, deadline=until.share(0.2))
    seconds = watch.spent
    players = list[PlayerUpper]()
    for player in range(game.players):
        value = np.ldexp(own.values[player].astype(np.float64), -own.bits[player])
        players.append(player_upper(around, player, value, until.share(0.7 / (game.players - player))))
    bounds = tuple(min(found.payoff(game.scales[i]), _trivial(game, i)) for i, found in enumerate(players))
    witness, seen, gainer = _witness(around, players, own, until, seconds)
    return ArrayWorstCase(
        game=game,
        expert=expert,
        radius=radius,
        interval=Interval(witness.player_gaps[gainer].lower, max(bounds)),
        ball=around,
        players=tuple(players),
        player_bounds=bounds,
        expert_gaps=own,
        witness=witness,
        witness_player=gainer,
        witness_visits=seen,
        complete=not until.stopped,
    )


def _measure(name: str) -> Measure:
    measure = Measure.named(name)
    if measure.is_by_state:
        raise InputError(f"measure: an array game: expected bc or rho, got {name!r}, whose balls limit no row")
    return measure


def imitation_error(
    game: ArrayGame, expert: ArrayPolicy, policy: ArrayPolicy, deadline: Deadline | None = None, measure: str = "bc"
) -> Fraction:
    """The error of a policy is at most this."""
    until = deadline or Deadline()
    around = ball(Tables(game, expert), _measure(measure), Fraction(0), until.share(0.5))
    own = policy.of(game)
    return around.distance(own, around.seen(own, until))


def _witness(
    around: ArrayBall, players: list[PlayerUpper], own: ArrayGaps, deadline: Deadline, seconds: float
) -> tuple[ArrayGaps, Visits, int]:
    """The witness with the largest gap of all players, the expert among them, its occupancy, and whose gap it is.

    The `seconds` that gaps of a policy take, those of the expert did, are kept for those of the witness.
    """
    game, found = around.tables.game, list[tuple[float, int, ArrayPolicy]]()
    for player, upper in enumerate(players):
        best, worst = (np.ldexp(x.astype(np.float64), -upper.bits) for x in (upper.optimum, -upper.value))
        share = deadline.before(seconds).share(1 / (game.players - player))
        policy, gap = found_witness(around, player, best, worst, share, seconds)
        found.append((gap * float(game.scales[player]), player, policy))
    lower = [gap.lower or Fraction(0) for gap in own.player_gaps]
    expert = own, around.visits, lower.index(max(lower))
    _, player, policy = max(found, key=lambda one: one[0])
    if policy is around.tables.policy:
        return expert
    seen = around.seen(policy, deadline)
    if around.distance(policy, seen) <= around.radius:
        gaps = array_gaps(game, policy, deadline=deadline)
        if (gaps.player_gaps[player].lower or 0) > max(lower):
            return gaps, seen, player
    return expert
