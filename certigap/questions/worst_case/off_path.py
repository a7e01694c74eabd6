"""W(0): how exploitable a policy can be that imitates without error. What it does off the expert's path costs nothing.

Where the expert visits every state at which somebody has a choice, the rows of such a policy are the expert's, and
W(0) is the expert's own NashGap. This holds for the measures "bc" and "rho"; B_mu(0) holds every policy that moves the
occupancy of states nowhere.
"""

from fractions import Fraction

from certigap.bounds.balls import Measure
from certigap.exact.interval import Interval
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.questions.worst_case.known import Known, sharpened
from certigap.questions.worst_case.question import worst_case
from certigap.semantics import visited

__all__ = ["has_off_path", "with_zero"]


def has_off_path(expert: Policy, measure: str) -> bool:
    """Whether some policy without error may differ from the expert."""
    reached = visited(expert.game, expert)
    choices = (s for s, size in enumerate(expert.game.layout.shapes) if max(size) > 1)
    return Measure.named(measure).is_by_state or not all(reached[s] for s in choices)


def with_zero(answer: WorstCaseAnswer, budget: float | None = None) -> tuple[WorstCaseAnswer, Interval]:
    """W(0) around the same expert, beside the answer, whose lower end is at least that of W(0).

    Args:
        answer: of `worst_case`, at any radius.
        budget: seconds, where it takes a search.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("theorem2-printed"), cg.games.expert("theorem2-printed")
    >>> answer, zero = with_zero(cg.worst_case(game, expert, "1/100", budget=5), budget=5)
    >>> zero.upper <= answer.interval.upper and zero.lower <= answer.interval.lower
    True
    """
    measure = str(answer.measure)
    if answer.radius == 0:
        return answer, answer.interval
    if not has_off_path(answer.expert, measure):
        return answer, answer.expert_regret
    near = Known(answer.expert, answer.measure, Fraction(0), None, _back_on_path(answer))
    zero = worst_case(answer.game, answer.expert, 0, measure, budget, answer.seed, known=[answer, near])
    return sharpened(answer, [Known.of(zero)]), zero.interval


def _back_on_path(answer: WorstCaseAnswer) -> Policy:
    """The witness with the expert's rows wherever the expert comes: without error, and mostly as exploitable."""
    reached = visited(answer.game, answer.expert)
    pairs = zip(answer.witness.rows, answer.expert.rows, strict=True)
    rows = tuple(
        tuple(wanted if here else row for row, wanted, here in zip(own, other, reached, strict=True))
        for own, other in pairs
    )
    return Policy(answer.game, rows)
