"""m_rho(G, eps) = min NashGap(pi) over Nash equilibria piE and product policies pi with eps_rho(pi) = eps, certified.

Bimatrix games (one state, no discount), so eps_rho is the L1 distance of the joint distributions. The equilibria are
enumerated exactly and completely (`certigap.solve.equilibria`); for each, the profiles are divided into boxes
(`certigap.questions.best_case.tree`). Games with infinitely many equilibria, and games whose equilibria the checker
would not enumerate in reasonable time, get the upper end only: the lower end is 0.
"""

import math
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.questions.arguments import check_budget, check_seed
from certigap.questions.best_case.answer import BestCaseAnswer
from certigap.questions.best_case.proof import Proven, Witness, exact_witness, proven
from certigap.questions.best_case.search import Search
from certigap.solve.answer import EquilibriaAnswer
from certigap.solve.equilibria import equilibria
from certigap.work.deadline import Deadline
from certigap.work.progress import Progress

__all__ = ["best_case"]

_CONTINUUM = "one-sided: the game has infinitely many equilibria, the lower end is not searched"
_TOO_LARGE = "one-sided: the game is too large for the checker to find its equilibria, the lower end is not searched"
_UNPROVED = "interrupted before the lower end was proved"
_CUT = "ended before the tolerance was met"
_BLURRED = "ended where floats cannot tell the ends apart"
_AIMED = 0.99
"""Of the tolerance: what the search aims at, so that rounding leaves the proved ends within all of it."""
_EQUILIBRIA_SECONDS = 1.0  # for them at least: without the equilibria there is no question
_SYSTEMS = 5_000  # FORMAT 10: linear systems that the checker solves at most


def best_case(
    game: Game,
    eps: RationalLike,
    *,
    budget: float | None = None,
    tolerance: RationalLike = "1/1000",
    max_nodes: int = 200_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> BestCaseAnswer:
    """How small NashGap can be at joint distance exactly `eps` from a Nash equilibrium, as a certified interval.

    Args:
        game: a bimatrix game.
        eps: the distance, full L1 of the joint distributions (at most 2 is possible).
        budget: seconds for the search; None: as long as it takes.
        tolerance: stop when upper - lower <= tolerance x upper.
        max_nodes: stop after so many boxes.
        seed: of the search's random starting points.
        progress: told the lower and upper end now and then, as floats that are not yet proved.

    Returns:
        The interval and its evidence; `complete` is False, with the `reason`, when the tolerance is not met.

    Raises:
        InputError: not a bimatrix game, a negative `eps` or `tolerance`.
        LimitError: too many supports to enumerate the equilibria.
        TypeError: a float `eps`.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Definition 5; believed hard (Corollary 2), so meant for small
        games.

    >>> import certigap as cg
    >>> best_case(cg.games.load("algorithm1"), "1/10")
    <BestCaseAnswer rho eps 1/10: [0.0222565, 0.0222756]>
    """
    check_budget(budget)
    deadline = Deadline(budget)
    radius, width = rational(eps), rational(tolerance)
    check_seed(seed)
    if len(game.players) != 2 or len(game.states) != 1 or game.discount:
        raise InputError(f"best case: expected a bimatrix game, got {game!r}")
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    if width < 0:
        raise InputError(f"tolerance: expected a rational >= 0, got {format_rational(width)}")
    left = None if deadline.is_open else max(deadline.left, _EQUILIBRIA_SECONDS)
    found = equilibria(game, budget=left)
    work = _Work(game, found, radius, width, max_nodes, seed)
    return work.answer(deadline, progress)


class _Work:
    """One question: the float search, then the exact proof of what it found."""

    def __init__(
        self, game: Game, found: EquilibriaAnswer, radius: Fraction, tolerance: Fraction, max_nodes: int, seed: int
    ) -> None:
        self.game, self.found, self.radius = game, found, radius
        shape, rewards = game.layout.shapes[0], game.float_rewards()
        tables = (rewards[0].reshape(shape), rewards[1].reshape(shape))
        targets = [(x.tolist(), y.tolist()) for x, y in (policy.floats() for policy in found.equilibria)]
        is_large = math.comb(sum(shape), shape[0]) > _SYSTEMS
        self.one_sided = _CONTINUUM if not found.is_finite else _TOO_LARGE if is_large else ""
        self.tolerance = tolerance
        self.search = Search(tables, targets, float(radius), _AIMED * float(tolerance), max_nodes, seed)

    def answer(self, deadline: Deadline, progress: Progress | None) -> BestCaseAnswer:
        reached = self._searched(deadline, progress)
        witness, shown = self._witness(), self._proven()
        lower = Fraction(0) if shown is None or shown.lower is None else shown.lower
        is_infinite = shown is not None and shown.lower is None
        upper = None if witness is None else witness.value
        complete = reached and shown is not None and (is_infinite or self._is_tight(lower, upper))
        reason = "" if complete else self.one_sided or _reason(reached, shown)
        return BestCaseAnswer(
            game=self.game,
            radius=self.radius,
            interval=Interval(None if is_infinite else lower, upper),
            is_infinite=is_infinite,
            expert=None if witness is None else witness.expert,
            witness=None if witness is None else witness.policy,
            equilibria=self.found,
            trees=() if shown is None else shown.trees,
            complete=complete,
            reason=reason,
            details={"nodes": len(self.search.nodes), "seed": self.search.seed},
            seconds=deadline.spent,
        )

    def _is_tight(self, lower: Fraction, upper: Fraction | None) -> bool:
        """Whether the ends that are proved are as close as asked for: what the floats believed is not enough."""
        return upper is not None and upper - lower <= self.tolerance * upper

    def _searched(self, deadline: Deadline, progress: Progress | None) -> bool:
        """Whether the tolerance was met; False too when the lower end is left out."""

        def going() -> bool:
            if progress is not None:
                progress(*self.search.ends())
            return deadline.going

        if not self.radius:
            return True
        if self.one_sided:
            self.search.max_nodes = 0
        try:
            return self.search.run(going)
        except KeyboardInterrupt:
            return False

    def _witness(self) -> Witness | None:
        if not self.radius:
            expert = self.found.equilibria[0]
            return Witness(expert, expert, Fraction(0))
        best = self.search.best
        return None if best is None else exact_witness(best, self.found.equilibria[best.tree], self.radius)

    def _proven(self) -> Proven | None:
        if not self.radius:
            return Proven((), Fraction(0))
        if self.one_sided:
            return None
        try:
            return proven(self.game, self.search.nodes, self.found.equilibria, self.radius)
        except KeyboardInterrupt:
            return None


def _reason(reached: bool, shown: Proven | None) -> str:
    """Why an answer is not complete."""
    if not reached:
        return _CUT
    return _UNPROVED if shown is None else _BLURRED
