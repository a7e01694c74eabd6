r"""The performance difference lemma, in both forms.

For one player let $r_\pi, P_\pi$ be reward and transitions under $\pi$, $V = (I - \gamma P_\pi)^{-1} r_\pi$ the
values, $A = Q - V$, and $\mu_\pi = (1-\gamma)(I - \gamma P_\pi^T)^{-1}\nu$.

Proof. $\sum_a \pi'(a|s) A^\pi(s,a) = (r_{\pi'} + \gamma P_{\pi'} V^\pi - V^\pi)(s)$. Multiply
$r_{\pi'} - (I - \gamma P_{\pi'})V^\pi$ by $(I - \gamma P_{\pi'})^{-1}$ and take $\nu$:
$V^{\pi'}(\nu) - V^\pi(\nu) = \nu^T (I-\gamma P_{\pi'})^{-1}(r_{\pi'} + \gamma P_{\pi'}V^\pi - V^\pi)$, which is the
first form because $\nu^T(I-\gamma P_{\pi'})^{-1} = \mu_{\pi'}^T/(1-\gamma)$. Exchange $\pi$ and $\pi'$ and change the
sign: $\sum_a (\pi' - \pi)(a|s) Q^{\pi'}(s,a) = V^{\pi'}(s) - \sum_a \pi(a|s) Q^{\pi'}(s,a)$ gives the second.
$\blacksquare$
"""

from fractions import Fraction
from typing import Any

import sympy

from certigap.audit import Chapter, Constants, Draw, Identity, Property, Statement, Verdict, Written, exactly, require
from certigap.audit.evidence import Role
from certigap.semantics import occupancy, q_values, values


def matrices(constants: Constants) -> None:
    """Two states, any transitions and rewards of the two policies: 11 free symbols, denominators cleared."""
    g, nu, p, q, u, v = sympy.symbols("g nu p q u v")
    r, w = sympy.Matrix(sympy.symbols("r0 r1")), sympy.Matrix(sympy.symbols("w0 w1"))
    start, one = sympy.Matrix([[nu, 1 - nu]]), sympy.eye(2)
    first, second = sympy.Matrix([[p, 1 - p], [q, 1 - q]]), sympy.Matrix([[u, 1 - u], [v, 1 - v]])
    base, other = one - g * first, one - g * second
    d, e = base.det(), other.det()
    value = base.adjugate() * r  # times d
    moved = other.adjugate() * w  # times e
    advantage = d * w + g * second * value - value  # times d
    mass = (1 - g) * start * other.adjugate()  # times e
    left = (start * moved)[0] * d - (start * value)[0] * e
    right = constants("factor", g=g) * (mass * advantage)[0]
    require(
        sympy.cancel(left - right) == 0, f"two states: expected {constants.text('factor')} to make both sides equal"
    )


def both_forms(draw: Draw, constants: Constants) -> None:
    """Every player of a random game, at its own discount."""
    game = draw.game()
    base, other = draw.policy(game), draw.policy(game)
    factor = constants("factor", g=game.discount)
    mass, moved = (occupancy(game, x, "exact").lower.fractions() for x in (base, other))
    p, q = joint(base), joint(other)
    state = game.layout.row_state.tolist()
    for i in range(len(game.players)):
        v, w = values(game, base, "exact")[i].lower, values(game, other, "exact")[i].lower
        start = game.initial
        difference = w.dot(start.weights, start.denominator) - v.dot(start.weights, start.denominator)
        old, new = (q_values(game, x, i, "exact").lower.fractions() for x in (base, other))
        rows = range(game.layout.rows)
        first = factor * sum(moved[state[k]] * q[k] * (old[k] - v[state[k]]) for k in rows)
        second = factor * sum(mass[state[k]] * (q[k] - p[k]) * new[k] for k in rows)
        require(difference == first == second, f"player {i + 1}: expected {difference}, got {first} and {second}")


def joint(policy: Any) -> list[Fraction]:
    """`[rows]` the probability of each joint action at its state."""
    result = []
    for k in range(policy.game.layout.rows):
        s, picks = policy.game.layout.joint(k)
        weight = Fraction(1)
        for own, a in zip(policy.rows, picks, strict=True):
            weight *= own[s].fractions()[a]
        result.append(weight)
    return result


STATEMENT = Statement(
    id="performance-difference",
    title="Performance difference lemma",
    chapter=Chapter.PAPER,
    source="used throughout; Kakade and Langford, Approximately optimal approximate reinforcement learning, 2002",
    claim="V^pi'(nu) - V^pi(nu) = {factor} E_(s~mu_pi', a~pi') A^pi(s,a) = {factor} E_(s~mu_pi) sum_a (pi' - pi)(a|s) "
    "Q^pi'(s,a), g the discount.",
    hypotheses=("finite states and actions", "0 <= g < 1"),
    constants={"factor": exactly("1/(1-g)")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="both forms, any number of states"),
        Identity(says="the first form with factor {factor}, any chain of two states", check=matrices, on_family=False),
        Property(says="both forms in random games", check=both_forms, quick=30, full=2000, role=Role.FOR),
    ),
)
