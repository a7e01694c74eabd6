r"""Concentrability: how far each player alone can move the occupancy; no dominance, no delta.

$M_i(s) = \max_{\pi_i'} \mu_{(\pi_i', \pi_{E,-i})}(s)$, $K_i = \max\{\sum_s M_i(s)D(s) : \sum_s\mu_E(s)D(s) \le (n-1)\epsilon,
0 \le D \le 2\}$, $\eta$ the expert's own NashGap.

Proof. With $\sigma$ a best response to $\pi_{-i}$: $gap_i = [V^{\sigma,\pi_{-i}} - V^{\sigma,\pi_{E,-i}}] + [V^{\sigma,\pi_{E,-i}} - V^E]
+ [V^E - V^\pi]$. The middle is at most $\eta$. The first is, as in value-gap with $(\sigma,\pi_{E,-i})$ for the base,
at most $\frac{c_i}{(1-\gamma)^2}\sum_s\mu_{(\sigma,\pi_{E,-i})}(s)D(s)$ with $D(s)$ the opponents' joint distance at $s$, and $\mu \le
M_i$, while $\sum\mu_E D \le (n-1)\epsilon$: at most $K_i c_i/(1-\gamma)^2$. The last is at most $n c_i\epsilon/(1-\gamma)^2$ (value-gap).
With $C_i = \max_s M_i/\mu_E$, $K_i \le (n-1)C_i\epsilon$. $\blacksquare$
"""

from fractions import Fraction

import certigap as cg
from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, require, roomy
from certigap.exact.knapsack import knapsack
from certigap.model.policy import Policy
from certigap.semantics import errors, gaps, occupancy


def any_game(draw: Draw, constants: Constants) -> None:
    """M_i by an exact best response for the reward (1 - g) on each state; random learners."""
    game = draw.game()
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 6)))
    eps, eta = errors(game, expert, policy, "exact").eps_bc.value, gaps(game, expert, "exact").nash_gap.value
    mass, answer = occupancy(game, expert, "exact").lower.fractions(), gaps(game, policy, "exact")
    n, g = Fraction(len(game.players)), game.discount
    for i in range(len(game.players)):
        reach = [most_of(expert, i, s) for s in range(len(game.states))]
        moved = knapsack(reach, mass, (n - 1) * eps)
        bound = constants("bound", n=n, eps=eps, K=moved, c=game.half_range(i), g=g, eta=eta)
        found = answer.player_gaps[i].value
        require(found <= bound, f"player {i + 1}: expected a gap of at most {bound}, got {found}")


def most_of(expert: Policy, player: int, state: int) -> Fraction:
    """M_i(s)."""
    game = expert.game
    indicator = cg.markov_game(
        players=game.players,
        states=game.states,
        actions=dict(zip(game.states, game.actions, strict=True)),
        outcome={
            (game.states[s], tuple(game.actions[s][j][a] for j, a in enumerate(picks))): (
                [int(s == state)] * len(game.players),
                {game.states[t]: p for t, p in game.transitions.row(k).items()},
            )
            for k in range(game.layout.rows)
            for s, picks in [game.layout.joint(k)]
        },
        discount=game.discount,
        initial=dict(zip(game.states, game.initial.fractions(), strict=True)),
    )
    there = Policy(indicator, expert.rows)
    most = cg.best_response(indicator, there, player, arithmetic="exact").value.lower
    return (1 - game.discount) * (most or Fraction(0))


STATEMENT = Statement(
    id="concentrability",
    title="Concentrability: no dominance and no delta needed",
    chapter=Chapter.OURS,
    source="certigap",
    claim="gap_i(pi) <= {bound}, K = K_i <= (n-1) C_i eps, eps = eps_BC, eta the expert's NashGap.",
    hypotheses=("any game and expert",),
    uses=("value-gap", "identities"),
    constants={"bound": roomy("(n*eps + K)*c/(1-g)**2 + eta", fails="1/3")},
    verdict=Verdict.PROVED,
    evidence=(Written(says="three differences"), Property(says="random games", check=any_game, quick=20, full=1000)),
)
