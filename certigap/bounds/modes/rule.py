"""The bound `modes`: priced coupled modes (THEORY, "Modes"), a leaf at the root at once, trees when there is time.

`ModeBound` is one ball's search; the rule asks for its root alone, `certigap.questions` lets it go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Turn
from certigap.bounds.center import Center
from certigap.bounds.modes.claims import Attempt
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, View
from certigap.bounds.modes.exact import ExactModes
from certigap.bounds.modes.nodes import ModeBall, mode_ball
from certigap.bounds.modes.proof import ModeCover
from certigap.bounds.modes.settle import KIND_NAMES, proof_seconds, settled_cover
from certigap.bounds.modes.strategy import ModeSearch, PlayerSearch
from certigap.bounds.modes.units import counted
from certigap.bounds.modes.written import modes_json
from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.floats.compiled import prepare
from certigap.floats.kernel.mode_integers import raise_vector, worst_lack
from certigap.floats.kernel.mode_prices import priced_bound
from certigap.floats.kernel.mode_scores import disagreement, unpaid
from certigap.floats.kernel.mode_solve import meetings
from certigap.floats.kernel.sweeps import iterate
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.work.deadline import Deadline
from certigap.work.parallel import worker_count

__all__ = ["MODES", "ModeBound", "ModeEvidence", "mode_bound_of", "modes_apply", "modes_ready", "prepare_modes"]

MOST_PAIRS = 3_000_000
"""Of a deviation and a joint action: some 100 bytes each."""

GROWN = 4  # times the leaves that there were: the time of a proof is taken again
SLOWER = 1.3  # a leaf among others, on cores that are shared, than one that was timed alone
PAIR_SECONDS = 4e-5
"""For the root of a player and its proof: measured on Tag and soccer."""


@dataclass(frozen=True, slots=True, repr=False)
class ModeEvidence(Brief):
    """Covers of every player, a joint one or a pair; `occupancy_lower` `[S]` <= mu of the expert."""

    game: Game
    covers: tuple[tuple[ModeCover, ...], ...]
    occupancy_lower: Vector

    @property
    def method(self) -> str:
        """How the bound was found."""
        leaves = max(len(cover.nodes) for own in self.covers for cover in own)
        return "coupled modes" if leaves <= 1 else "coupled modes, branch and bound"

    @property
    def upper(self) -> Fraction:
        """The largest gap that the covers allow a player."""
        return max(sum((cover.shown for cover in own), Fraction(0)) for own in self.covers)

    def to_json(self) -> dict[str, Any]:
        """FORMAT 7: a cover."""
        players = {p: modes_json(self.game, own) for p, own in zip(self.game.players, self.covers, strict=True)}
        return {"cover": {"occupancy": {"lower": vector_json(self.occupancy_lower)}, "players": players}}


class ModeBound:
    """The search over one ball, and its proof.

    Args:
        center: the expert and what its balls share.
        ball: around it.
        workers: threads and processes, by default as `worker_count` says.
    """

    def __init__(self, center: Center, ball: ErrorBall, workers: int | None = None) -> None:
        self.center, self.ball = center, ball
        self.workers = worker_count(workers)
        self._ball: ModeBall = counted(mode_ball(ball, center.occupancy_lower))
        self.unit = self._ball.unit  # in which `search` counts payoffs
        self._exact: dict[tuple[int, int], ExactModes] = {}
        self._seconds: dict[tuple[int, int], tuple[int, float, float]] = {}
        self.search = ModeSearch([self._player(i) for i in range(len(center.game.players))])

    @property
    def upper(self) -> float:
        """No gap is larger, up to the exact proof."""
        return self.search.upper * float(self.unit)

    def run(self, target: Callable[[], float], parts: Callable[[int], tuple[float, float]], deadline: Deadline) -> bool:
        """Sharpen until `upper` is at most `target()`; False when the time is over, that for the proof taken off.

        Args:
            target: a bound that is small enough.
            parts: for a player, V* and -V of a policy with a large gap.
            deadline: of search and proof.
        """
        unit = float(self.unit)

        def own_parts(player: int) -> tuple[float, float]:
            optimum, value = parts(player)
            return optimum / unit, value / unit

        return self.search.run(lambda: target() / unit, own_parts, lambda: deadline.left - self._proof_seconds())

    def proved(self) -> Bound:
        """What stands, in exact numbers."""
        covers: list[tuple[ModeCover, ...]] = []
        for own in self.search.players:
            whole = self._settled(own.best) or self._settled((own.claims[JOINT].plain,))
            if not whole:
                return Bound.unproven("modes", "the vectors could not be rounded so that every inequality holds")
            covers.append(whole)
        evidence = ModeEvidence(self.center.game, tuple(covers), self.center.occupancy_lower)
        return Bound("modes", evidence.upper, evidence)

    def _settled(self, attempts: tuple[Attempt, ...]) -> tuple[ModeCover, ...]:
        """Exact covers of all attempts; none where one did not settle."""
        found = [settled_cover(attempt, self._claimed(attempt), self.workers) for attempt in attempts]
        whole = tuple(cover for cover in found if cover is not None)
        return whole if len(whole) == len(found) else ()

    def _proof_seconds(self) -> float:
        """How long the proof of what stands takes, all cores at work."""
        total = 0.0
        for own in self.search.players:
            for attempt in own.best:
                leaves, visits = (0, 0) if attempt.tree is None else (attempt.tree.leaves, attempt.tree.visits)
                of_leaf, of_visit = self._timed(attempt, leaves)
                total += of_leaf * leaves / self.workers
                total += of_visit * (visits / self.workers + len(attempt.visits.visits))
        return SLOWER * total

    def _timed(self, attempt: Attempt, leaves: int) -> tuple[float, float]:
        """Seconds for the proof of a leaf and of a visit, taken again where a tree has grown."""
        key = attempt.view.player, attempt.kind
        size, *seconds = self._seconds.get(key, (0, 0.0, 0.0))
        if not size or leaves > GROWN * size:
            size, seconds = max(leaves, 1), [*proof_seconds(attempt, self._claimed(attempt))]
            self._seconds[key] = size, seconds[0], seconds[1]
        return seconds[0], seconds[1]

    def _claimed(self, attempt: Attempt) -> ExactModes:
        """The exact side of an attempt's view."""
        key = attempt.view.player, int(attempt.view.arrays.order[0])
        if key not in self._exact:
            self._exact[key] = ExactModes(self._ball, *key)
            self._exact[key].fixed(attempt.kind == JOINT)
        return self._exact[key]

    def _player(self, player: int) -> PlayerSearch:
        game, ball = self._ball.game, self._ball
        n, mass = len(game.players), np.array([float(m) for m in ball.mass])
        orders = [[(first + k) % n for k in range(n)] for first in range(n)]
        share = None if ball.share is None else float(ball.share)
        view = View(game, ball.expert, player, mass, float(ball.spent), orders[0], share)
        exact, starts = self._exact.setdefault((player, 0), ExactModes(ball, player, 0)), {}
        for kind in (JOINT, OPTIMUM, VALUE):
            bounds = exact.claim(KIND_NAMES[kind], Fraction(0)).visit_bounds
            starts[kind] = {group: np.array([float(x) for x in own]) for group, own in bounds.items()}
        return PlayerSearch([view.with_order(order) for order in orders], starts, self.workers)


@dataclass
class _Latest:
    """The last ball's search: the question that goes on after the rule finds it here."""

    ball: ErrorBall | None = None
    bound: ModeBound | None = None


def prepare_modes(game: Game) -> None:
    """Have the compiled code made, where the game may be bounded and it is missing; returns at once."""
    if len(game.states) > 1:
        prepare(priced_bound)  # half of the work
        prepare(iterate, meetings, unpaid, disagreement, worst_lack, raise_vector)


def modes_ready() -> bool:
    """The compiled code that takes longest to make is there."""
    return priced_bound.is_ready


def mode_bound_of(center: Center, ball: ErrorBall) -> ModeBound | None:
    """The search over a ball, once; None where it does not apply or would not fit."""
    if _refusal(center, ball):
        return None
    latest = center.once(_latest)
    if latest.bound is None or latest.ball is not ball:
        latest.ball, latest.bound = ball, ModeBound(center, ball)
    return latest.bound


def modes_apply(center: Center, ball: ErrorBall, deadline: Deadline | None = None) -> bool:
    """Whether there can be a search over a ball; with a deadline also whether there is time to begin one."""
    if _refusal(center, ball):
        return False
    begun = center.once(_latest)
    if deadline is None or (begun.bound is not None and begun.ball is ball):
        return True
    return _seconds(center.game) <= deadline.left / 2


def _refusal(center: Center, ball: ErrorBall) -> str:
    """Why this game or ball is none of the business of modes; empty: it is."""
    if ball.measure.is_by_state or len(center.game.states) == 1:
        return "games of one state and balls of measure mu are left to others"
    pairs = _pairs(center.game)
    return f"expected at most {MOST_PAIRS} pairs of a deviation and a joint action, got {pairs}" * (pairs > MOST_PAIRS)


def _seconds(game: Game) -> float:
    """For the roots of all players and their proofs."""
    return PAIR_SECONDS * _pairs(game) * len(game.players)


def _pairs(game: Game) -> int:
    """Of a deviation and a joint action, the most of a player."""
    rows, shapes = np.diff(game.layout.row_offsets), game.layout.shape_array
    return max(int((rows * shapes[:, i]).sum()) for i in range(len(game.players)))


def _latest(center: Center) -> _Latest:
    return _Latest()


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    """Half of the time left is enough, or it is not begun."""
    game = center.game
    if refusal := _refusal(center, ball):
        is_small = ball.measure.is_by_state or len(game.states) == 1
        return Bound.untried("modes", refusal) if is_small else Bound.unproven("modes", refusal)
    if not modes_apply(center, ball, deadline):
        needed = f"it takes about {_seconds(game):.1f} s, more than half of the time left"
        return Bound.unproven("modes", needed)
    found = mode_bound_of(center, ball)
    if found is None:
        return Bound.untried("modes", "it does not apply")
    return found.proved()


MODES = Rule("modes", Turn.CHECKED, _find, written=("cover",))
