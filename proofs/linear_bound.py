r"""Linear bound: the gap at the start, expanded with any weights and kernels.

For vectors $w_1, w_2$ and stochastic kernels $K_1, K_2$, $R_k = \nu - w_k + \gamma K_k^Tw_k$:
$\nu(V^* - V) = \sum_t(R_1V^* - R_2V)(t) + \sum_s\{w_1(s)\max_{a'}[r(a',y) + \gamma(P(a',y)-K_1)V^*] - w_2(s)[r(x,y) + \gamma(P(x,y)-K_2)V]\}$.

Proof. Add $w_1^T(r^* + \gamma P^*V^* - V^*) = 0$ and subtract $w_2^T(r_\pi + \gamma P_\pi V - V) = 0$ from $\nu(V^* - V)$ and collect
$K_k$: the two sums. The braces are affine in each row, so on a simplex that holds the row set they are at most the interpolation of
their values at the vertices; there $V^*$, $V$ are replaced by the best pair with $B \vee L \le v \le H$, $L \le u \le T \wedge v$, $v - u \le X$.
A policy of the ball has $\sum_s m(s)\|\pi_j - e_j\|_1 \le \epsilon$, so $\sum_jp_j\epsilon - \sum_jp_j\sum_sm(s)\|\pi_j - e_j\|_1 \ge 0$ may be
added for any prices $p_j \ge 0$. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, exactly, require
from certigap.model.policy import Policy
from certigap.semantics import gaps


def expansion(draw: Draw, constants: Constants) -> None:
    """The equality for random weights and kernels, player 1, in exact numbers."""
    game = draw.game(players=2)
    policy, g, size = draw.policy(game), game.discount, len(game.states)
    answer = gaps(game, policy, "exact")
    best, value = answer.optima[0].lower.fractions(), answer.values[0].lower.fractions()
    start = game.initial.fractions()
    weights = [[draw.rational(-2, 2) for _ in range(size)] for _ in range(2)]
    kernels = [[draw.row(size) for _ in range(size)] for _ in range(2)]
    rests = [
        [
            constants("rest", nu=start[t], w=w[t], g=g, back=sum(w[s] * k[s][t] for s in range(size)))
            for t in range(size)
        ]
        for w, k in zip(weights, kernels, strict=True)
    ]
    total = sum(rests[0][t] * best[t] - rests[1][t] * value[t] for t in range(size))
    for s in range(size):
        rewards, rows = averaged(policy, s)
        own = policy.rows[0][s].fractions()
        gains = [
            rewards[a] + g * sum((rows[a][t] - kernels[0][s][t]) * best[t] for t in range(size))
            for a in range(len(own))
        ]
        played = sum(
            p * (rewards[a] + g * sum((rows[a][t] - kernels[1][s][t]) * value[t] for t in range(size)))
            for a, p in enumerate(own)
        )
        total += weights[0][s] * max(gains) - weights[1][s] * played
    found = answer.player_gaps[0].value
    require(total == found, f"expected the expansion to be the gap {found}, got {total}")


def averaged(policy: Policy, state: int) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Player 1's reward and next state of each own action against the other's row."""
    game, other = policy.game, policy.rows[1][state].fractions()
    rewards, rows = [], []
    for a in range(game.layout.shapes[state][0]):
        at = [game.layout.row(state, (a, b)) for b in range(len(other))]
        rewards.append(sum((q * game.reward(0, k) for q, k in zip(other, at, strict=True)), Fraction(0)))
        row = [Fraction(0)] * len(game.states)
        for q, k in zip(other, at, strict=True):
            for t, p in game.transitions.row(k).items():
                row[t] += q * p
        rows.append(row)
    return rewards, rows


STATEMENT = Statement(
    id="linear-bound",
    title="Linear bound: the gap expanded around a leaf",
    chapter=Chapter.ENGINE,
    source="certigap; rule 5.8 of FORMAT.md",
    claim="The expansion holds for any weights and kernels, with R_k = {rest}, back = K_k^T w_k; its upper end over a node follows by "
    "interpolation at vertices and prices of the budget.",
    uses=("row-sets", "nested-opponents", "pair-bound"),
    constants={"rest": exactly("nu - w + g*back")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="expansion, interpolation, prices"),
        Property(says="the expansion as an equality, random weights and kernels", check=expansion, full=2000),
    ),
)
