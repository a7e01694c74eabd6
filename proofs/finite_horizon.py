r"""A game of finite horizon is its time expansion, at any discount; and errors of each step bound its gaps.

States $(t,s)$ and an absorbing end, discount $d \\in (0,1)$, rewards of step $t$ times $(\\gamma/d)^t$.

Proof. $\\sum_t d^t (\\gamma/d)^t r = \\sum_t \\gamma^t r$ on every play, so values at the start, best responses and gaps are the same; the play is at
$(t,s)$ at time $t$ alone, so its occupancy there is $(1-d)d^t\\mu_t(s)$. Bounds: let $L_t \\le V_{i,t}$ on the ball. Beside the expert's play, the
two joint draws coupled maximally, the state is distributed at most as $\\mu^E_t$ until the draws first differ, and at $(t,s)$ they differ with probability
$D_t(s)/2$. If $G_t(s)$ is at most kept mass times $q_G$ plus moved mass times $(q_L + 2p_t)$, telescoping $\\nu\\cdot G_0$ along it gives
$V_i(\\nu) \\ge \\nu\\cdot G_0 - \\sum_t \\gamma^t p_t \\sum_s \\mu^E_t D_t$, and the last sum is at most $n\\epsilon$. $V^*_i$ from above likewise: one deviator
against both, $n-1$ players straying, states weighted by what the deviator alone can reach. $\\blacksquare$
"""

from fractions import Fraction
from typing import Any

import certigap as cg
from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, exactly, require
from certigap.model.policy import Policy


def drawn(draw: Draw, discount: Fraction) -> tuple[cg.FiniteGame, cg.FinitePolicy]:
    """A small game and a policy that varies with time."""
    base = draw.game(players=2, states=draw.integer(1, 3))
    game = cg.finite_horizon(base, draw.integer(1, 4), discount)
    return game, cg.FinitePolicy.from_steps(game, [draw.policy(base) for _ in range(game.horizon)])


def expansion(draw: Draw, constants: Constants) -> None:
    """Gaps and occupancies of the expansion, written out with another discount."""
    g, d = Fraction(draw.integer(1, 4), 4), Fraction(draw.integer(1, 4), 5)
    game, policy = drawn(draw, g)
    layers = expanded(game, d, constants)
    rows = [[*(row.fractions() for step in policy.steps for row in step.rows[i]), [Fraction(1)]] for i in range(2)]
    same = Policy.from_rows(layers, rows)
    found, wanted = cg.finite_gaps(game, policy), cg.gaps(layers, same, arithmetic="exact")
    for mine, other in zip(found.player_gaps, wanted.player_gaps, strict=True):
        require(mine.value == other.value, f"expected the gap {other.value}, got {mine.value}")
    masses = cg.occupancy(layers, same, "exact").lower.fractions()
    for k, mass in enumerate(masses[:-1]):
        t, s = divmod(k, len(game.states))
        at = mass_at(game, policy, t)[s]
        share = constants("share", d=d, t=Fraction(t))
        require(mass == share * at, f"step {t}: expected the occupancy {share * at}, got {mass}")


def mass_at(game: cg.FiniteGame, policy: cg.FinitePolicy, step: int) -> list[Fraction]:
    """`[S]` the distribution of the state, by hand."""
    mass: list[Fraction] = game.stage.initial.fractions()
    for played in policy.steps[:step]:
        following = [Fraction(0)] * len(game.states)
        for k in range(game.layout.rows):
            s, picks = game.layout.joint(k)
            chance = mass[s]
            for own, a in zip(played.rows, picks, strict=True):
                chance *= own[s].fractions()[a]
            for to, p in game.stage.transitions.row(k).items():
                following[to] += chance * p
        mass = following
    return mass


def expanded(game: cg.FiniteGame, d: Fraction, constants: Constants) -> Any:
    """The layers as a game of discount d."""
    states, last = game.states, game.horizon - 1
    names = [f"{t}:{s}" for t in range(game.horizon) for s in states]
    actions: dict[str, Any] = {
        f"{t}:{s}": game.stage.actions[k] for t in range(game.horizon) for k, s in enumerate(states)
    }

    def outcome(name: str, joint: tuple[str, ...]) -> Any:
        if name == "end":
            return [0, 0], {"end": 1}
        text, _, state = name.partition(":")
        t, s = int(text), states.index(state)
        k = game.layout.row(s, tuple(own.index(a) for own, a in zip(game.stage.actions[s], joint, strict=True)))
        scale = constants("scale", g=game.discount, d=d, t=Fraction(t))
        following = {f"{t + 1}:{states[to]}": p for to, p in game.stage.transitions.row(k).items()}
        return [scale * game.stage.reward(i, k) for i in range(2)], following if t < last else {"end": 1}

    return cg.markov_game(
        players=game.players,
        states=[*names, "end"],
        actions=actions | {"end": [["-"], ["-"]]},
        outcome=outcome,
        discount=d,
        initial={f"0:{s}": p for s, p in zip(states, game.stage.initial.fractions(), strict=True)},
    )


def bounds(draw: Draw, constants: Constants) -> None:
    """The gap of a policy is at most every bound of the ball that it lies on."""
    game, expert = drawn(draw, Fraction(draw.integer(2, 4), 4))
    share = Fraction(1, draw.integer(1, 8))
    policy = cg.FinitePolicy.from_steps(game, [draw.near(step, share) for step in expert.steps])
    errors, gap = cg.finite_errors(game, expert, policy), cg.finite_gaps(game, policy).nash_gap.value
    for measure in ("bc", "rho"):
        radius = getattr(errors, f"eps_{measure}").value
        answer = cg.finite_worst_case(game, expert, radius, measure)
        for name, bound in answer.bounds.items():
            require(bound is None or gap <= bound, f"{name}, eps_{measure} = {radius}: got the gap {gap} above {bound}")


STATEMENT = Statement(
    id="finite-horizon",
    title="Finite horizon: expansion, and bounds by errors of each step",
    chapter=Chapter.ENGINE,
    source="THEORY 14",
    claim="With rewards of step t times {scale}, the layers of a game of discount g and finite horizon are a game of any discount d in "
    "(0, 1) with the same gaps, its occupancy of (t, s) being {share} mu_t(s). The pair bound and the bounds by coupling hold step by step.",
    hypotheses=("horizon H >= 1, g in [0, 1]",),
    uses=("pair-bound", "appendix-f"),
    constants={"scale": exactly("(g/d)**t"), "share": exactly("(1-d)*d**t")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="expansion and couplings"),
        Property(says="random games written out as layers, another discount", check=expansion, quick=20, full=300),
        Property(
            says="random policies against the bounds of the balls that they lie on", check=bounds, quick=8, full=150
        ),
    ),
)
