"""What is known of one ball serves the others around the same expert, since a ball lies in every larger one.

A bound of a larger ball bounds a smaller one, with the same evidence: every inequality of it is about more policies
than are there. A witness of a smaller ball is one of a larger. So an answer that is told what was found, or certified,
before has an upper end at most that of every larger ball, and a lower end at least that of every smaller one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import Measure
from certigap.bounds.bound import Bound
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.model.policy import Policy
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.semantics.exploitability import gaps
from certigap.semantics.matching import errors, row_distances

__all__ = ["Known", "check_known", "sharpened"]


@dataclass(frozen=True, slots=True)
class Known:
    """Of the ball of this radius: a bound with its evidence, and a policy in it, either or both."""

    expert: Policy
    measure: Measure
    radius: Fraction
    upper: Bound | None
    witness: Policy | None

    @classmethod
    def of(cls, answer: WorstCaseAnswer) -> "Known":
        """What an answer has shown."""
        return cls(answer.expert, answer.measure, answer.radius, answer.table.smallest, answer.witness)


def check_known(expert: Policy, measure: Measure, known: Iterable[Any]) -> list[Known]:
    """Answers, and what was read from certificates, as `Known`.

    Raises:
        InputError: something else, or of another game, expert or measure.
    """
    result = []
    for one in known:
        found = Known.of(one) if isinstance(one, WorstCaseAnswer) else one
        if not isinstance(found, Known):
            raise InputError(f"known: expected answers of worst_case, got {type(one).__name__}: {str(one)[:40]}")
        if found.measure != measure or found.expert != expert:
            raise InputError(f"known: expected the same expert and the measure {measure}, got others")
        result.append(found)
    return result


def sharpened(answer: WorstCaseAnswer, known: Iterable[Known]) -> WorstCaseAnswer:
    """The answer with the ends that are known, where they are better than its own."""
    for one in known:
        if one.upper is not None and one.radius >= answer.radius:
            answer = _bounded(answer, one.upper)
        if one.witness is not None:
            answer = _witnessed(answer, one.witness)
    return answer


def _bounded(answer: WorstCaseAnswer, bound: Bound) -> WorstCaseAnswer:
    if bound.value is None or bound.value >= answer.table.upper:
        return answer
    table = answer.table.joined(replace(bound, witness=None))
    method = "" if bound.evidence is None else bound.evidence.method
    interval = Interval(answer.interval.lower, bound.value)
    return replace(answer, table=table, upper_name=bound.name, method=method, interval=interval)


def _witnessed(answer: WorstCaseAnswer, policy: Policy) -> WorstCaseAnswer:
    """With this policy as the witness, if its error is certainly in the ball, and its gap certainly larger."""
    found = gaps(answer.game, policy)
    lowers = [own.lower or Fraction(0) for own in found.player_gaps]
    player = max(range(len(lowers)), key=lowers.__getitem__)
    if lowers[player] <= (answer.interval.lower or 0):
        return answer
    seen = None if answer.measure.is_by_rows else errors(answer.game, answer.expert, policy)
    error = _row_error(answer, policy) if seen is None else answer.measure.error(seen).upper
    if error is None or error > answer.radius:
        return answer
    return replace(
        answer,
        interval=Interval(lowers[player], answer.interval.upper),
        witness=policy,
        witness_player=player,
        value_upper=found.values[player].upper,
        optimum_lower=found.optima[player].lower,
        errors=seen,
    )


def _row_error(answer: WorstCaseAnswer, policy: Policy) -> Fraction:
    """eps_BC as the certificate prices it: with the upper ends of the expert's occupancy."""
    mass, each = answer.occupancy_upper.fractions(), []
    for player in range(len(policy.rows)):
        tops, bottoms = row_distances(answer.expert, policy, player)
        terms = zip(mass, tops.tolist(), bottoms.tolist(), strict=True)
        each.append(sum((m * Fraction(int(top), int(bottom)) for m, top, bottom in terms), Fraction(0)))
    return max(each)
