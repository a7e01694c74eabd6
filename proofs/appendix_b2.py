r"""Appendix B.2: the advantage of staying, in the proof of Lemma 1.

A player who deviates from (a1,a1) at $s$ stays there and pays 1, so $Q(s,a) = -1 + \gamma V(s)$ and $A = Q - V$. The printed
line has $\gamma Q$ where $\gamma V$ is meant; the conclusion A < 0 is the same.

Proof. $A(s,a) = (-1 + \gamma V(s)) - V(s) = -1 - (1-\gamma)V(s)$, negative as soon as $V(s) > -1/(1-\gamma)$, and the expert's
values are positive. $\blacksquare$
"""

from fractions import Fraction

import certigap as cg
from certigap.audit import (
    Chapter,
    Computed,
    Constants,
    Identity,
    Role,
    Statement,
    Verdict,
    Written,
    exactly,
    quoted,
    require,
)
from certigap.audit.symbolic import SymbolicPlay, function_field


def advantage(constants: Constants) -> None:
    """Q - V of the deviation at each state of the game of Lemma 1, for every discount."""
    domain, names = function_field(["g"])
    g = names["g"]
    game = cg.games.load("lemma1")
    values = SymbolicPlay(game, cg.games.expert("lemma1"), g, domain).values(1)
    for s, v in enumerate(values):
        row = game.layout.row(s, (0, 1))
        require(game.transitions.row(row) == {s: 1}, f"state {s}: expected the deviation to stay")
        found = game.reward(1, row).numerator + g * v - v
        wanted = constants("advantage", g=g, V=v)
        require(found == wanted, f"state {s}: expected {wanted}, got {found}")


def as_printed(constants: Constants) -> int:
    """With gamma Q in place of gamma V the value is another one, at each state for g = 1/2."""
    game, expert = cg.games.load("lemma1", discount="1/2"), cg.games.expert("lemma1", discount="1/2")
    values = cg.values(game, expert, "exact")[1].lower.fractions()
    for s, v in enumerate(values):
        g = Fraction(1, 2)
        q = -1 + g * v
        right, printed = constants("advantage", g=g, V=v), constants("printed", g=g, V=v, Q=q)
        require(q - v == right, f"state {s}: expected A = {right}, got {q - v}")
        require(printed != right, f"state {s}: expected the printed line to differ, got {printed} both times")
    return len(values)


STATEMENT = Statement(
    id="appendix-b2",
    title="Appendix B.2: the advantage of staying",
    chapter=Chapter.PAPER,
    source="Appendix B.2",
    printed="A(a_i, s) is computed with g Q(s, a_i) as the continuation: {printed}.",
    claim="A(a_i, s) = {advantage} < 0.",
    hypotheses=("the game and expert of Lemma 1",),
    constants={"advantage": exactly("-1 - (1-g)*V"), "printed": quoted("-1 + g*Q - V")},
    verdict=Verdict.REPAIRED,
    evidence=(
        Computed(says="{printed} is not {advantage}", role=Role.AGAINST, check=as_printed),
        Written(says="the line put right", role=Role.REPAIR),
        Identity(says="A = {advantage} at every state, for every discount", role=Role.REPAIR, check=advantage),
    ),
)
