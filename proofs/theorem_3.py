r"""Definition 5, Theorem 3 and Algorithm 1: the least gap at a given distance, and how hard it is.

Definition 5 asks for the least NashGap over the policies at joint distance *exactly* eps from some equilibrium (within
eps, the equilibrium itself would give 0). Theorem 3 says that computing it is PPAD-hard; its proof, Algorithm 1, finds
the support of an equilibrium by lowering the rows of one action after the other below all payoffs: it drops an action
when the least gap does not rise by that.

Lowering a row also takes away the temptation to deviate to it, so equilibria can appear, and the least gap can fall.
In the game below D is strictly dominant, so (D,D) is the only equilibrium; with row D lowered (C,D) becomes the only one
and the least gap at distance 1/10 falls by a factor of ten: Algorithm 1 drops D, which is the support.

What is refuted is the printed proof. Whether Theorem 3 (and Corollary 2, Markov games) is true is left open.
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Role,
    Says,
    Statement,
    Verdict,
    least,
    most,
    require,
)


def one_equilibrium_each(_: Constants) -> int:
    """All equilibria of both games, listed exactly."""
    for name, rows in (("algorithm1", [[0, 1], [0, 1]]), ("algorithm1-lowered", [[1, 0], [0, 1]])):
        game = cg.games.load(name)
        found = cg.equilibria(game)
        policies = [own[0].fractions() for own in cg.games.expert(name).rows]
        require(policies == [[Fraction(x) for x in row] for row in rows], f"{name}: expected the pure profile {rows}")
        require(found.complete and len(found.equilibria) == 1, f"{name}: expected one equilibrium, got {found}")
        require(cg.nash_gap(game, cg.games.expert(name)).value == 0, f"{name}: expected {rows} to be Nash")
    return 2


STATEMENT = Statement(
    id="theorem-3",
    title="Theorem 3, by Algorithm 1: computing the least gap is hard",
    chapter=Chapter.PAPER,
    source="Definition 5, Theorem 3, Corollary 2, Algorithm 1",
    printed="Algorithm 1 keeps exactly the actions in the support of an equilibrium.",
    claim="Algorithm 1 drops an action of the support of the only equilibrium: at distance 1/10 the least gap is at least "
    "{before} in the game itself, and at most {after} once row D is lowered to K = -19/20. (Theorem 3 itself stays open.)",
    hypotheses=("-1 < K < -max |payoff|, as printed", "an exact oracle for Definition 5"),
    constants={"before": most("22256/1000000"), "after": least("10702/5000000")},
    verdict=Verdict.REFUTED,
    evidence=(
        Certified(
            says="the game itself: the least NashGap at distance 1/10 is at least {before}",
            role=Role.AGAINST,
            file="algorithm-1.least",
            claim_kind="best-case",
            claims=(Says("nash_gap", ">=", "before"),),
            game=partial(cg.games.load, "algorithm1"),
            make=lambda: cg.best_case(cg.games.load("algorithm1"), "1/10"),
        ),
        Certified(
            says="row D lowered: the least NashGap at distance 1/10 is at most {after}",
            role=Role.AGAINST,
            file="algorithm-1-lowered.least",
            claim_kind="best-case",
            claims=(Says("nash_gap", "<=", "after"),),
            game=partial(cg.games.load, "algorithm1-lowered"),
            make=lambda: cg.best_case(cg.games.load("algorithm1-lowered"), "1/10"),
        ),
        Computed(
            says="(D,D) is the only equilibrium of the first game, (C,D) of the second",
            role=Role.AGAINST,
            check=one_equilibrium_each,
        ),
    ),
)
