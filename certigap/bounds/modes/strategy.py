"""The strategy of the mode bounds: whose claim is tried next, of which kind, and at which limit.

Every player has a bound from the start, the better of a joint leaf and of a pair (V* and -V) at the root. The player
with the largest bound is next: the joint claim is tried, then the pair, with as much time; from then on
the one that promises the smaller bound, by what their time has brought, at limits between the aim and what has been
shown. Where a bound is worst there may be a policy with a large gap: whoever wants to know is told.
"""

from collections.abc import Callable, Mapping, Sequence

from certigap.bounds.modes.claims import Attempt
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, View
from certigap.bounds.modes.limits import LimitSearch
from certigap.exact.integers import FloatArray

__all__ = ["ModeSearch", "PlayerSearch"]

LEAST_SECONDS = 0.3
PART = 6  # of the time left for one attempt
LEAST_PART = 20  # of all the time
FIRST_PART = 0.5  # of an attempt's seconds, for the first of each
OPTIMUM_PART = 0.125  # of what the aim leaves beyond the parts: V* is bounded closely with little work


class PlayerSearch:
    """One player's claims.

    Args:
        views: one for every nesting of rows.
        starts: by kind, visit bounds that need no proof.
        workers: threads.
    """

    def __init__(self, views: Sequence[View], starts: Mapping[int, Mapping[str, FloatArray]], workers: int) -> None:
        self.claims = {kind: LimitSearch(views, kind, starts[kind], workers) for kind in (JOINT, OPTIMUM, VALUE)}
        self.player, self._turn = views[0].player, 0

    @property
    def upper(self) -> float:
        """The player's gap is at most this."""
        return min(self.claims[JOINT].upper, self._pair)

    @property
    def best(self) -> tuple[Attempt, ...]:
        """The attempts that show it: a joint one, or a pair."""
        return tuple(claim.best for claim in self.proving)

    @property
    def proving(self) -> tuple[LimitSearch, ...]:
        """The claims of `best`."""
        kinds = (JOINT,) if self.claims[JOINT].upper <= self._pair else (OPTIMUM, VALUE)
        return tuple(self.claims[kind] for kind in kinds)

    @property
    def _pair(self) -> float:
        return self.claims[OPTIMUM].upper + self.claims[VALUE].upper

    def step(
        self, aim: float, parts: tuple[float, float], seconds: float, left: float, going: Callable[[], bool]
    ) -> None:
        """One attempt.

        Args:
            aim: a bound that is small enough.
            parts: V* and -V of a policy with a large gap: how the aim may be divided.
            seconds: for the attempt.
            left: for this player in all.
            going: asked before every piece of work.
        """
        self._turn += 1
        joint, optimum, value = (self.claims[kind] for kind in (JOINT, OPTIMUM, VALUE))
        tries_joint, is_first = self._turn == 1, self._turn <= 2
        if is_first:
            seconds *= FIRST_PART
        else:
            hope = max(optimum.promise(seconds), value.promise(seconds))
            tries_joint = joint.upper - joint.promise(seconds) <= self._pair - hope
        least = parts[0] + max(aim - sum(parts), 0.0) * OPTIMUM_PART
        if tries_joint:
            joint.run(aim, seconds, going, left)
        elif is_first:
            optimum.run(least, seconds / 2, going, left / 2)
            value.run(aim - optimum.upper, seconds / 2, going, left / 2)
        elif optimum.promise(seconds) > value.promise(seconds):
            optimum.run(max(aim - value.upper, least), seconds, going, left)
        else:
            value.run(aim - optimum.upper, seconds, going, left)

    @property
    def worst_rows(self) -> list[FloatArray]:
        """`[L]` each: the rows by which the open trees of the best claims are worst."""
        trees = [attempt.tree for attempt in self.best if attempt.tree is not None]
        return [rows for rows in (tree.worst_rows() for tree in trees) if rows is not None]


class ModeSearch:
    """All players' claims over one ball.

    Args:
        players: their searches.
    """

    def __init__(self, players: Sequence[PlayerSearch]) -> None:
        self.players = players
        self.told: Callable[[int, FloatArray], None] | None = None
        """Told, now and then, a player and rows `[L]` of all players, near which that player's gap may be large."""

    @property
    def upper(self) -> float:
        """No gap is larger, up to the exact proof."""
        return max(one.upper for one in self.players)

    def run(
        self,
        target: Callable[[], float],
        parts: Callable[[int], tuple[float, float]],
        seconds: Callable[[], float],
    ) -> bool:
        """Attempts until `upper` is at most `target()`; False when no time is left.

        Args:
            target: a bound that is small enough.
            parts: for a player, V* and -V of a policy with a large gap.
            seconds: how much time is left, proofs taken off.
        """
        whole = seconds()
        while self.upper > (aim := target()):
            left = seconds()
            if left <= 0:
                return False
            worst = max(self.players, key=lambda one: one.upper)
            share = max(left / PART, whole / LEAST_PART, LEAST_SECONDS)
            rivals = sum(one.upper > aim for one in self.players)
            worst.step(aim, parts(worst.player), share, left / rivals, lambda: seconds() > 0)
            if self.told is not None:
                for rows in worst.worst_rows:
                    self.told(worst.player, rows)
        return True
