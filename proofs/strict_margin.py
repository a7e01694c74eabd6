r"""Strict margins: near a strict pure equilibrium best responses do not move.

Every action but the expert's loses at least $m$ in $Q_i$ at $\pi_E$, at every state; $\mu_{min} = \min_s\mu_E(s) > 0$.

Proof. Let the opponents be within joint error $\epsilon$, so at most $\epsilon/\mu_{min}$ at each state, and let $W$ be the value of
$(\pi_{E,i}, \pi_{-i})$. At a state an L1 distance $d$ of the opponents moves $r + \gamma PV$ by at most $d\,c_i/(1-\gamma)$ (half
the range of it), so $|W - V^E| \le \frac{c_i\,\epsilon}{(1-\gamma)^2\mu_{min}}$ up to a common constant, and $Q^W(s,a) - Q^W(s,e)$ is at most
$-m + \frac{2 c_i}{1-\gamma}\frac{\epsilon}{\mu_{min}} + \frac{2\gamma c_i}{(1-\gamma)^2}\frac{\epsilon}{\mu_{min}} = -m +
\frac{2c_i\epsilon}{(1-\gamma)^2\mu_{min}}$. Below the radius it is negative: the expert's action is the only greedy one for $W$, so $W$
is optimal and $\pi_{E,i}$ the only best response at every state. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import (
    Chapter,
    Computed,
    Constants,
    Draw,
    Property,
    Statement,
    Verdict,
    Written,
    require,
    roomy,
)
from certigap.model.build import bimatrix, markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import occupancy, q_values


def nothing_moves(draw: Draw, constants: Constants) -> None:
    """Pure experts made strict by a reward for their own action; opponents just inside the radius."""
    base = draw.game(full=True, discount=Fraction(draw.integer(0, 8), 10))
    n, prize = len(base.players), Fraction(draw.integer(2, 12))
    game = markov_game(
        players=base.players,
        states=base.states,
        actions=dict(zip(base.states, base.actions, strict=True)),
        outcome=lambda s, a: _outcome(base, s, a, prize),
        discount=base.discount,
        initial=dict(zip(base.states, base.initial.fractions(), strict=True)),
    )
    expert = Policy.pure(game)
    least_mass, g = min(occupancy(game, expert, "exact").lower.fractions()), game.discount
    for i in range(n):
        losses = _losses(expert, i)
        margin = min(losses)
        if margin <= 0:
            continue
        radius = constants("radius", m=margin, c=game.half_range(i), g=g, mass=least_mass)
        share = min(Fraction(1), radius * Fraction(99, 100) / (2 * (n - 1)))
        near = draw.near(expert, share).replace(i, expert.rows[i])
        require(
            min(_losses(near, i)) > 0, f"player {i + 1}: expected no other best response within {float(radius):.3g}"
        )


def _outcome(base: Game, s: str, a: tuple[str, ...], prize: Fraction) -> tuple[list[Fraction], dict[str, Fraction]]:
    row = base.layout.row(base.states.index(s), tuple(int(pick[1:]) for pick in a))
    rewards = [base.reward(i, row) + (prize if pick == "a0" else 0) for i, pick in enumerate(a)]
    return rewards, {base.states[t]: p for t, p in base.transitions.row(row).items()}


def _losses(policy: Policy, player: int) -> list[Fraction]:
    """Q(s, first action) - Q(s, any other), the others averaged, at every state."""
    game = policy.game
    q = q_values(game, policy, player, "exact").lower.fractions()
    table: dict[tuple[int, int], Fraction] = {}
    for k, value in enumerate(q):
        s, picks = game.layout.joint(k)
        weight = Fraction(1)
        for j, a in enumerate(picks):
            if j != player:
                weight *= policy.rows[j][s].fractions()[a]
        table[s, picks[player]] = table.get((s, picks[player]), Fraction(0)) + weight * value
    return [table[s, 0] - value for (s, a), value in table.items() if a != 0]


def moves(constants: Constants) -> int:
    """One state, margin m: the rows' payoffs cross when player 2 has moved by 2m/(2+m), about twice the radius."""
    m = Fraction(1, 100)
    game = bimatrix([[1, -1], [1 - m, 1]], [[1, 0], [1, 0]])
    crossing = 2 * m / (2 + m)
    radius = constants("radius", m=m, c=game.half_range(0), g=Fraction(0), mass=Fraction(1))
    require(radius <= crossing, f"expected a radius of at most {float(crossing):.4g}, got {float(radius):.4g}")
    other = Policy.from_rows(game, [[1, 0], [1 - crossing / 2, crossing / 2]])
    require(min(_losses(other, 0)) == 0, f"expected a second best response at distance {crossing}")
    return 1


STATEMENT = Statement(
    id="strict-margin",
    title="Strict margins: a radius within which delta = 0",
    chapter=Chapter.OURS,
    source="certigap",
    claim="Around a strict pure equilibrium with margin m, delta_i(eps) = 0 for eps < {radius}, mass = min_s mu_piE(s).",
    hypotheses=("pure expert", "every other action loses at least m in Q_i at piE, at every state", "full support"),
    constants={"radius": roomy("(m/c)*(1-g)**2*mass/2", fails="21/10")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="by the greedy action of the expert's own value"),
        Property(says="opponents at 99/100 of the radius, random games", check=nothing_moves, full=2000),
        Computed(says="one state: at twice the radius a best response does move", check=moves),
    ),
)
