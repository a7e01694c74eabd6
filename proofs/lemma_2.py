r"""Lemma 2: some games have consistent bounds only with delta = 2.

At s0 player 1 enters a chain of k states (a1r) or goes straight to the absorbing s_exp (a2r), where player 2 decides:
r_1 = 1 if it plays a1c and -1 if a2c; r_2 = 1 if a2c. The expert never hurries and plays a2c, the learner plays a1c.

Proof. From $s_0$ the expert needs $k+1$ steps, so $\mu_E(s_{exp}) = \gamma^{k+1}$ and $\epsilon_{BC} = 2\gamma^{k+1}$.
Against a1c player 1 earns 1 from step 1 on by a2r, from step $k+1$ on by a1r: its gap is
$(\gamma - \gamma^{k+1})/(1-\gamma)$. Player 2 loses $\gamma^{k+1}/(1-\gamma)$. With $k$ such that
$\gamma^k \le \epsilon(1-\gamma)/2$ the error vanishes beside a gap that does not; the only $\delta$ that covers it with
the printed definition is 2: player 1's best response a2r differs from the expert at $s_0$ by 2, and elsewhere, where player
1's rows do not matter, it may differ by 2 as well. $\blacksquare$

The nearest best response differs at s0 alone, whose mass is 1-g: delta^sel is 2(1-g) where the printed delta^max is 2.
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Identity,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
)
from certigap.audit.symbolic import SymbolicPlay, function_field

SMALL = {"discount": Fraction(1, 2), "eps": Fraction(1)}  # a chain of 2 states
LENGTHS = (Fraction(1), Fraction(1, 4), Fraction(1, 20), Fraction(1, 100))
AT = {"g": Fraction(1, 2), "k": Fraction(2)}


def formulas(constants: Constants) -> None:
    """Chains of 2, 4, 6 and 9 states, every discount: error, occupancy and both gaps."""
    domain, names = function_field(["g"])
    for eps in LENGTHS:
        own = {"discount": Fraction(1, 2), "eps": eps}
        game = cg.games.load("lemma2", **own)
        expert, learner = (make("lemma2", **own) for make in (cg.games.expert, cg.games.learner))
        k = len(game.states) - 2
        at = {**names, "k": Fraction(k)}
        mass = SymbolicPlay(game, expert, names["g"], domain).occupancy()[-1]
        require(mass == constants("mass", **at), f"k = {k}: occupancy of s_exp, expected {constants.text('mass')}")
        require(2 * mass == constants("error", **at), f"k = {k}: eps_BC, expected {constants.text('error')}")
        answer = cg.parametric_gap(cg.free_discount(game), learner)
        for player, name in (("1", "first"), ("2", "second")):
            for piece in answer.player_gaps[player]:
                wanted = constants(name, **at)
                require(piece.values[0] == wanted, f"k = {k}: gap of player {player}, expected {wanted}, got {piece}")


def chain_is_shortest(constants: Constants) -> int:
    """k is the least with g^k <= eps (1-g)/2, at many discounts and errors."""
    from certigap.model.catalog.chain import chain_length

    cases = [(Fraction(n, n + 1), Fraction(1, m)) for n in (1, 4, 9, 19) for m in (1, 10, 100, 1000)]
    for g, eps in cases:
        k, limit = chain_length(g, eps), constants("target", g=g, eps=eps)
        require(g**k <= limit < g ** (k - 1), f"g = {g}, eps = {eps}: expected the least k below {limit}, got {k}")
    return len(cases)


STATEMENT = Statement(
    id="lemma-2",
    title="Lemma 2: some games are consistent only with delta = 2",
    chapter=Chapter.PAPER,
    source="Lemma 2",
    claim="eps_BC = {error} with mu_piE(s_exp) = {mass}, the learner's gaps are {first} and {second}, k the least with "
    "g^k <= {target}. At eps = eps_BC delta^max = {most} for player 1, while delta^sel = {nearest}.",
    hypotheses=("the game and policies of Lemma 2 (catalog: lemma2)",),
    constants={
        "mass": exactly("g**(k+1)"),
        "error": exactly("2*g**(k+1)"),
        "first": exactly("(g-g**(k+1))/(1-g)"),
        "second": exactly("g**(k+1)/(1-g)"),
        "target": exactly("eps*(1-g)/2"),
        "most": exactly("2"),
        "nearest": exactly("2*(1-g)"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="errors and gaps for every k and g"),
        Identity(says="chains of four lengths, every discount: {error}, {first}, {second}", check=formulas),
        Computed(says="the chain is the shortest with g^k <= {target}", check=chain_is_shortest),
        Certified(
            says="g = 1/2, k = 2, radius eps_BC: delta^max of player 1 is {most}, delta^sel is {nearest}",
            file="lemma-2.straying",
            claim_kind="straying",
            claims=(
                Says("radius", "=", "error", AT),
                Says("delta_max/1", "=", "most"),
                Says("delta_sel/1", "=", "nearest", AT),
            ),
            game=partial(cg.games.load, "lemma2", **SMALL),
            make=lambda: cg.straying(
                cg.games.load("lemma2", **SMALL), cg.games.expert("lemma2", **SMALL), Fraction(1, 4)
            ),
        ),
        Certified(
            says="g = 1/2, k = 2: the learner's gaps",
            file="lemma-2.learner",
            claim_kind="nash-gap",
            claims=(Says("player_gaps/1", "=", "first", AT), Says("player_gaps/2", "=", "second", AT)),
            game=partial(cg.games.load, "lemma2", **SMALL),
            make=lambda: cg.gaps(cg.games.load("lemma2", **SMALL), cg.games.learner("lemma2", **SMALL)),
        ),
    ),
)
