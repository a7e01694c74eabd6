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
    policy_only: frozenset[str] = frozenset()
    """Parameters that choose the expert or the learner: the game does not depend on them."""
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
        name="algorithm1-lowered",
        title="The game that Algorithm 1 compares it with",
        source=f"Counterexample to {_PAPER}, Algorithm 1 (proof of Theorem 3)",
        description=(
            "The game algorithm1 with row D of player 1 at -19/20, below all payoffs: (C,D) is the only equilibrium, "
            "and at distance 1/10 the least NashGap is smaller than in algorithm1, though D is in the support there."
        ),
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
        policy_only=frozenset({"e"}),
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
        policy_only=frozenset({"noise"}),
    ),
    Entry(
        name="matching-pennies",
        title="Matching pennies",
        source="von Neumann and Morgenstern, Theory of Games and Economic Behavior (1944), chapter III",
        description="Zero-sum, 2x2: player 1 wins when the pennies match. The only equilibrium is uniform, value 0.",
        module="classic",
        parameters={},
        has_learner=False,
    ),
    Entry(
        name="rock-paper-scissors",
        title="Rock, paper, scissors",
        source="von Neumann and Morgenstern, Theory of Games and Economic Behavior (1944), chapter III",
        description="Zero-sum, 3x3, cyclic. The only equilibrium is uniform, value 0.",
        module="classic",
        parameters={},
        has_learner=False,
    ),
    Entry(
        name="battle-of-the-sexes",
        title="Battle of the sexes",
        source="Luce and Raiffa, Games and Decisions (1957), chapter 5",
        description=(
            "Payoffs (2,1) and (1,2) on the diagonal, (-1,-1) off it. Three equilibria: 0 mixes 3/5, 2/5 and 2/5, "
            "3/5 with payoff 1/5 to each, 1 and 2 are the diagonal."
        ),
        module="classic",
        parameters={"equilibrium": "0"},
        policy_only=frozenset({"equilibrium"}),
        has_learner=False,
    ),
    Entry(
        name="chicken",
        title="Chicken",
        source="Rapoport and Chammah, The Game of Chicken, American Behavioral Scientist 10 (1966); payoffs certigap's",
        description=(
            "Going straight wins 1 from a player who swerves; if both go straight each loses `crash`. Three "
            "equilibria: 0 goes straight with probability 1/crash, in 1 and 2 one player does and the other swerves."
        ),
        module="classic",
        parameters={"crash": "10", "equilibrium": "0"},
        policy_only=frozenset({"equilibrium"}),
        has_learner=False,
    ),
    Entry(
        name="stag-hunt",
        title="Stag hunt",
        source="Rousseau, Discourse on Inequality (1755), part II; payoffs certigap's",
        description=(
            "A stag, worth 4 to each, takes both; a hare, worth `hare`, takes one. Three equilibria: 0 hunts the stag "
            "with probability hare/4, in 1 both hunt it, in 2 neither."
        ),
        module="classic",
        parameters={"hare": "3", "equilibrium": "0"},
        policy_only=frozenset({"equilibrium"}),
        has_learner=False,
    ),
    Entry(
        name="shapley",
        title="Shapley's game, on which fictitious play cycles",
        source="Shapley, Some topics in two-person games, Advances in Game Theory (1964)",
        description="3x3, not zero-sum. The only equilibrium is uniform, payoff 1/3 to each.",
        module="classic",
        parameters={},
        has_learner=False,
    ),
    Entry(
        name="public-goods",
        title="Public goods with n players",
        source="Fehr and Gaechter, Cooperation and Punishment in Public Goods Experiments, AER 90 (2000)",
        description=(
            "Each player keeps its unit or contributes it (all or nothing, no punishment); contributions times "
            "`factor` are shared equally. The "
            "expert plays the dominant action; the learner plays the other one with probability e: NashGap "
            "e |1 - factor/players|."
        ),
        module="public_goods",
        parameters={"players": "4", "factor": "8/5", "e": "1/10"},
        policy_only=frozenset({"e"}),
    ),
    Entry(
        name="soccer",
        title="Littman's soccer on a 4x5 grid",
        source="Littman, Markov games as a framework for multi-agent reinforcement learning, ICML (1994)",
        description=(
            "Two players, zero-sum, 760 states: both move at once, the moves are carried out in random order, a "
            "collision loses the ball, a goal pays 1 and puts the players back. The expert is shipped for the default "
            "game; the learner is the expert mixed with uniform noise."
        ),
        module="soccer",
        parameters={"discount": "9/10", "noise": "1/10"},
        policy_only=frozenset({"noise"}),
    ),
    Entry(
        name="pursuit",
        title="Pursuit on a square grid",
        source="after Isaacs, Differential Games (1965), pursuit on a lattice; rules certigap's",
        description=(
            "One pursuer, who also moves diagonally, and one evader on size x size cells, zero-sum, both move at "
            "once: the pursuer earns g^T when the capture comes after T steps. The expert is shipped for the default "
            "game; the learner is the expert mixed with uniform noise."
        ),
        module="pursuit",
        parameters={"size": "3", "discount": "9/10", "noise": "1/10"},
        policy_only=frozenset({"noise"}),
    ),
    Entry(
        name="random",
        title="A random Markov game",
        source="certigap; generator and distribution in certigap/model/catalog/generated.py",
        description=(
            "Rewards uniform on the multiples of 1/grain in [-1, 1], `successors` next states with integer weights "
            "uniform on 1..grain, uniform start; drawn by SHA-256 from the seed, the same on every machine."
        ),
        module="generated",
        parameters={
            "seed": "0",
            "players": "2",
            "states": "4",
            "actions": "2",
            "successors": "4",
            "grain": "100",
            "discount": "9/10",
        },
        has_expert=False,
        has_learner=False,
    ),
    Entry(
        name="sparse",
        title="A random sparse game, to millions of states",
        source="certigap; generator in certigap/model/large/families.py",
        description=(
            "Rewards uniform on the multiples of 1/1000 in [-1, 1], `successors` next states drawn alike, weights "
            "uniform on 1..255, uniform start; drawn by NumPy's PCG64 from the seed. Mixes fast. `--arrays` for size."
        ),
        module="scalable",
        parameters={
            "seed": "0",
            "players": "2",
            "states": "100",
            "actions": "2",
            "successors": "5",
            "discount": "9/10",
        },
        has_expert=False,
        has_learner=False,
    ),
    Entry(
        name="token",
        title="Two players push a token over a grid, to millions of states",
        source="certigap; generator in certigap/model/large/families.py",
        description=(
            "One player moves the token left or right, the other up or down; with `slip` chances in 10 it goes to a "
            "neighbour instead. The cell's payoff, uniform in [-1, 1], goes from one to the other; moving costs 1/10. "
            "Mixes slowly. `--arrays` for size."
        ),
        module="scalable",
        parameters={"seed": "0", "side": "10", "slip": "1", "discount": "99/100"},
        has_expert=False,
        has_learner=False,
    ),
)

ENTRIES: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _TABLE})
