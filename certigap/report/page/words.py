"""The claim of a certificate in a sentence that a reader can quote.

Numbers are rounded outward, so that the sentence is implied by what the checker accepted.
"""

from certigap.exact.interval import Interval
from certigap.exact.rational import parse_rational
from certigap.report.page.claim import Checked
from certigap.report.page.markup import Html, element, join
from certigap.report.page.numbers import at_least, at_most, interval_ends

__all__ = ["MEASURES", "QUESTIONS", "eyebrow", "sentence"]

QUESTIONS = {
    "worst-case": "Worst case over an imitation error",
    "nash-gap": "How exploitable is this policy?",
    "equilibrium": "An approximate equilibrium",
    "matching-error": "How far is the imitator from its expert?",
    "best-case": "Least gap at a distance from equilibrium",
    "policy-value": "What does this policy earn?",
}
MEASURES = {"bc": "\u03b5-BC", "rho": "\u03b5-\u03c1", "mu": "\u03b5-\u03bc"}

_LONGEST = 200  # characters of a heading


def eyebrow(found: Checked) -> str:
    """What was asked, in few words."""
    return QUESTIONS.get(found.kind, found.kind.replace("-", " ").capitalize())


def sentence(found: Checked) -> Html:
    """The claim in words; what was not accepted is not said."""
    if not found.verdict.is_valid:
        return join("Nothing is proven: the checker did not accept this certificate.")
    if found.kind == "matching-error":
        return _matching_error(found)
    writer = _WRITERS.get(found.kind)
    gap = found.quantities.get("nash_gap", found.quantities.get("regret"))
    if writer is not None and gap is not None:
        return writer(found, gap)
    statement = found.verdict.statement
    return join(_capital(statement) if len(statement) <= _LONGEST else "Proven, in the words of the checker below.")


def _worst_case(found: Checked, gap: Interval) -> Html:
    measure = element("span", MEASURES.get(str(found.claim["measure"]), "error"), class_="measure")
    ball = join("an error ", measure, " of at most ", _radius(found))
    if gap.upper is None and gap.lower is not None:
        return join("Some imitator with ", ball, " has a Nash gap of at least ", at_least(gap.lower), ".")
    if gap.upper is None:
        return join("Nothing is known.")
    most = join("Whoever imitates this expert with ", ball, " has a Nash gap of at most ", at_most(gap.upper))
    if not gap.lower:
        return join(most, ".")
    if gap.is_exact:
        return join(most, ", and some imitator attains it.")
    return join(most, "; some imitator has one of at least ", at_least(gap.lower), ".")


def _nash_gap(_: Checked, gap: Interval) -> Html:
    if gap.upper == 0:
        return join("This policy is a Nash equilibrium: no player gains anything by deviating.")
    if gap.is_exact and gap.upper is not None:
        return join("Some player gains ", at_most(gap.upper), " by deviating from this policy, and none gains more.")
    parts = [] if gap.upper is None else ["no player gains more than ", at_most(gap.upper)]
    parts += [", and " if parts else "", "some player gains at least ", at_least(gap.lower)] if gap.lower else []
    return join(*_opened(parts), " by deviating from this policy.") if parts else join("Nothing is known.")


def _equilibrium(_: Checked, regret: Interval) -> Html:
    if not regret.upper:
        return join("This policy is a Nash equilibrium: no player gains anything by deviating.")
    return join("No player gains more than ", at_most(regret.upper), " by deviating from this policy.")


def _matching_error(found: Checked) -> Html:
    parts = [
        piece
        for measure, word in MEASURES.items()
        if (interval := found.quantities.get(f"eps_{measure}")) is not None
        for piece in (", ", element("span", word, class_="measure"), " ", interval_ends(interval))
    ]
    head = join("The imitator errs from its expert by ", *parts[1:]) if parts else join("The imitator")
    gap = found.quantities.get("value_gap")
    return join(head, "." if gap is None else join("; its value gap is ", interval_ends(gap), "."))


def _best_case(found: Checked, gap: Interval) -> Html:
    head = join("Among the policies at a distance of exactly ", _radius(found), " from an equilibrium")
    return join(head, ", the least Nash gap is ", interval_ends(gap), ".")


def _radius(found: Checked) -> Html:
    return at_most(parse_rational(str(found.claim["radius"])))


def _opened(parts: list[str]) -> list[str]:
    return [_capital(parts[0]), *parts[1:]]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_WRITERS = {
    "worst-case": _worst_case,
    "nash-gap": _nash_gap,
    "equilibrium": _equilibrium,
    "best-case": _best_case,
}
