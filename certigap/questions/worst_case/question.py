"""Worst case over a ball: W_m(eps) = sup { NashGap(pi) : pi in B_m(eps) }, a certified interval (THEORY 1, 5, 6, 11).

The upper end is the smallest named bound of the ball (`certigap.bounds.registry`), the lower end the proved gap of a
witness policy in it. How either is searched depends on the ball: `cloning` for "bc", `occupancy` for "rho" and "mu".
"""

from collections.abc import Sequence
from dataclasses import replace

from certigap.bounds.balls import ball_radius
from certigap.errors import InputError
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.arguments import check_budget, check_policy, check_seed
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.balls import balls_around
from certigap.questions.worst_case.known import Known, check_known, sharpened
from certigap.questions.worst_case.limits import RATIO
from certigap.work.deadline import Deadline
from certigap.work.progress import Progress

__all__ = ["WorstCaseAnswer", "worst_case"]


def worst_case(
    game: Game,
    expert: Policy,
    eps: RationalLike,
    measure: str = "bc",
    budget: float | None = None,
    seed: int = 0,
    ratio: RationalLike = RATIO,
    progress: Progress | None = None,
    known: Sequence[WorstCaseAnswer | Known] = (),
    scheduler: str | None = None,
) -> WorstCaseAnswer:
    """How large NashGap can be for a policy whose error is at most `eps`, as an interval with evidence.

    Args:
        game: the game.
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, >= 0, full L1.
        measure: "bc", behavioural cloning: the largest over the players of the expected distance of the rows, over the
            expert's occupancy; "rho", "mu": the distance of the occupancies of (state, joint action), of states.
        budget: seconds for everything; None: as long as bounds and witness search take, then 10 s of branching.
        seed: of the search's random starting points.
        ratio: above 1; upper/lower at which branching ends. It also ends at a width of 1e-6 of the trivial bound.
        progress: told the lower and upper end now and then, as floats that are not yet proved.
        known: answers around the same expert, of any radii (or `read_known` certificates): the upper end is then at
            most that of every larger ball, the lower end at least that of every smaller one.
        scheduler: address of a Dask scheduler (measure "bc"): its workers grow the subtrees of trees of boxes of
            more than 256 open leaves. Smaller trees, and trees of coupled modes, stay on this machine.

    Returns:
        The interval and what proves it; `complete` is False if the budget or an interrupt cut the work. Measure "bc":
        for a game of one state the interval is a point, unless its balls have too many vertices. Games with more than
        500,000 entries in their dense transitions are not branched, and branching that brings next to nothing in
        its first splits (`BranchSearch.patience`) is given up. Measures "rho" and "mu" are branched by boxes with
        tilts, "rho" also by coupled modes where a budget is given.

    Raises:
        InputError: another measure, a negative `eps`, a ratio of at most 1, or a policy of another game.
        TypeError: a float `eps`.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Section 4; the bounds are THEORY 5.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    >>> answer = worst_case(game, Policy.from_rows(game, [[0, 1], [0, 1]]), "1/10")
    >>> float(answer.interval.lower), answer.interval.upper
    (0.045, Fraction(9, 200))
    """
    radius = ball_radius(eps)
    check_policy(game, expert)
    check_seed(seed)
    check_budget(budget)
    deadline, wanted = Deadline(budget), rational(ratio)
    if wanted <= 1:
        raise InputError(f"ratio: expected a rational > 1, got {format_rational(wanted)}")
    balls = balls_around(game, expert, measure, seed, scheduler)
    found = check_known(expert, balls.measure, known)
    answer = sharpened(balls.answer(radius, deadline, wanted, progress), found)
    return replace(answer, seconds=deadline.spent)
