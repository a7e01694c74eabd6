"""Instances of the closed-form theorems: hypotheses checked on the game at hand, then the conclusion (THEORY 5).

For every policy with eps_BC <= eps around the expert:

    trivial           NashGap <= 2 max c_i / (1 - g)
    dse               NashGap <= [1 + g (n - 1)] max c_i eps / (1 - g)^2, the expert dominant (paper: Lemma 3, with 2n)
    concentrability   NashGap <= max_i [n eps + K_i] c_i / (1 - g)^2 + eta
    value-gap         ValueGap <= n max c_i eps / (1 - g)^2
"""

from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.bound import Evidence, Theorem
from certigap.bounds.center import Center
from certigap.bounds.registry import BOUNDS
from certigap.errors import InputError, LimitError
from certigap.exact.brief import number_brief
from certigap.exact.rational import RationalLike, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.work.deadline import Deadline

__all__ = ["THEOREMS", "TheoremInstance", "theorem_instance"]

_RULES = {rule.name: rule for rule in BOUNDS if rule.is_closed_form}

THEOREMS = (*_RULES, "value-gap")


@dataclass(frozen=True, slots=True, repr=False)
class TheoremInstance(Shown):
    """A theorem applied to a game: `bound` holds for every policy with eps_BC <= `radius`, with the evidence needed."""

    game: Game
    expert: Policy
    theorem: str
    radius: Fraction
    bound: Fraction
    evidence: Evidence

    def sheet(self) -> Sheet:
        """The bound."""
        return Sheet(("theorem", "eps_BC", "bound"), [(self.theorem, self.radius, self.bound)])

    def _line(self) -> str:
        radius, bound = number_brief(self.radius), number_brief(self.bound)
        return f"<TheoremInstance {self.theorem}: at most {bound} where eps_BC <= {radius}>"


def theorem_instance(game: Game, expert: Policy, theorem: str, eps: RationalLike) -> TheoremInstance:
    """Check a theorem's hypotheses on a game and expert, and return its conclusion.

    Args:
        game: the game.
        expert: the expert.
        theorem: "value-gap", or the name of a bound in closed form: "trivial", "dse", "concentrability".
        eps: radius of the ball, eps_BC <= eps (full L1).

    Raises:
        InputError: an unknown theorem, a negative radius, or a hypothesis that is not shown to hold, with the state,
            action and profile at which it fails.
        LimitError: more states than the theorem's evidence is made for.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> theorem_instance(game, expert, "dse", "1/10").bound
    Fraction(9, 200)
    """
    radius = rational(eps)
    if theorem not in THEOREMS:
        raise InputError(f"theorem: expected one of {', '.join(THEOREMS)}, got {theorem!r}")
    if radius < 0:
        raise InputError(f"radius: expected a rational >= 0, got {radius}")
    center = Center(expert)
    if theorem == "value-gap":
        bound = len(game.players) * center.half_range * radius * game.horizon**2
        return TheoremInstance(game, expert, theorem, radius, bound, Theorem(theorem))
    found = _RULES[theorem].find(center, ErrorBall(expert, Measure.BC, radius), Deadline())
    if found.value is None or found.evidence is None:
        raise (LimitError if found.is_silent else InputError)(f"{theorem}: {found.why}")
    return TheoremInstance(game, expert, theorem, radius, found.value, found.evidence)
