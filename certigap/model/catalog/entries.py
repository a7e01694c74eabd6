"""The table of the catalog: what each cited game is, where it comes from, and which module builds it.

Only text lives here, so that listing the catalog builds and imports nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["ENTRIES", "Entry"]

_PAPER = "Bergerault, Cevher, Mehr, Matching Multiple Experts, arXiv 2602.21020 (ICLR 2026)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalog: a family of instances (game, expert, learner), one per choice of parameters."""

    name: str
    title: str
    source: str
    description: str
    module: str = field(repr=False)
    parameters: Mapping[str, str] = field(hash=False)
    """Name -> default, as canonical text."""
    learner_only: frozenset[str] = frozenset()
    """Parameters on which neither the game nor the expert depends."""
    has_expert: bool = True
    has_learner: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


_TABLE = (
    Entry(
        name="lemma1",
        title="Matching state occupancy is not enough",
        source=f"{_PAPER}, Lemma 1",
        description=(
            "Two players on a cycle of three states. The learner has the expert's state occupancy (eps_mu = 0) and "
            "NashGap (5/3)/(1 - g)."
        ),
        module="occupancy",
        parameters={"discount": "9/10"},
    ),
    Entry(
        name="theorem2-printed",
        title="Matching state-action occupancy without full support, as printed",
        source=f"{_PAPER}, Theorem 2",
        description=(
            "Common payoff, an unvisited branch behind one action. As printed the expert is not an equilibrium: its "
            "NashGap is g. The tails of odd and of even states are merged into absorbing states T and B."
        ),
        module="occupancy",
        parameters={"discount": "9/10"},
    ),
    Entry(
        name="theorem2",
        title="Matching state-action occupancy without full support, repaired",
        source=f"{_PAPER}, Theorem 2, with r(s1) = 0",
        description=(
            "The game of theorem2-printed with reward 0 at s1: the expert is an equilibrium, the learner has its "
            "state-action occupancy (eps_rho = 0) and NashGap g^2/(1 - g)."
        ),
        module="occupancy",
        parameters={"discount": "9/10"},
    ),
    Entry(
        name="lemma2",
        title="A long chain hides the state that matters",
        source=f"{_PAPER}, Lemma 2",
        description=(
            "Player 1 chooses a chain of k states or a short cut to s_exp, where player 2 decides. k is the smallest "
            "number with g^k <= eps (1 - g)/2; the learner has eps_BC = 2 g^(k+1) and NashGap (g - g^(k+1))/(1 - g)."
        ),
        module="chain",
        parameters={"discount": "9/10", "eps": "1/10"},
    ),
    Entry(
        name="three-player",
        title="Two small errors of two opponents multiply",
        source=f"Counterexample for n = 3 to {_PAPER}, Lemma 4 as printed",
        description=(
            "A chain of k states leads to two gates, kept by players 2 and 3. Opening both costs each of them little "
            "matching error and is worth a detour to player 1; delta(eps_BC) = 0, NashGap is large."
        ),
        module="chain",
        parameters={"discount": "9/10", "k": "60"},
    ),
    Entry(
        name="algorithm1",
        title="Strictly dominant D that Algorithm 1 drops",
        source=f"Counterexample to {_PAPER}, Algorithm 1 (proof of Theorem 3)",
        description="A symmetric 2x2 game with D strictly dominant, so (D,D) is its only equilibrium.",
        module="normal",
        parameters={},
        has_learner=False,
    ),
    Entry(
        name="constant",
        title="Constant payoffs",
        source=f"Counterexample to {_PAPER}, 'DSE iff delta = 0'",
        description="Payoff 0 whatever is played: every policy is a dominant strategy equilibrium, delta^max = 2.",
        module="normal",
        parameters={},
        has_learner=False,
    ),
    Entry(
        name="sharpness",
        title="The factor 1 + g(n - 1) cannot be lowered",
        source=f"certigap, the sharp form of {_PAPER}, Lemma 3",
        description=(
            "A dominant strategy equilibrium and a learner whose NashGap divided by [1 + g(n-1)] c eps_BC/(1 - g)^2 "
            "tends to 1 as e -> 0."
        ),
        module="sharpness",
        parameters={"players": "2", "discount": "9/10", "e": "1/10000"},
        learner_only=frozenset({"e"}),
    ),
    Entry(
        name="tag",
        title="Tag on a 2x3 grid",
        source=f"{_PAPER}, Appendix E; rewards and the rule of exchange are certigap's",
        description=(
            "Two players, zero-sum, 72 states. The expert is the entropy-regularised equilibrium of temperature 1/10 "
            "(shipped for the default game); the learner is the expert mixed with uniform noise."
        ),
        module="tag",
        parameters={"discount": "4/5", "wall_penalty": "1/4", "tag_penalty": "1/2", "noise": "1/10"},
        learner_only=frozenset({"noise"}),
    ),
)

ENTRIES: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _TABLE})
