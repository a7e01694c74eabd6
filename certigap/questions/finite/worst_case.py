"""Worst case over a ball of finite horizon: sup { NashGap(pi) : eps(pi) <= radius at every step } (THEORY 14).

Upper ends, by name: `trivial`; `dse`, if the expert is dominant at every step; `region`, the pair bound on the rows
that the ball allows alone; `occupancy`, by coupling with the expert's play. `players` takes for each player the better
of the last two. The lower end is the exact gap of a witness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certigap.bounds.balls import Measure, ball_radius
from certigap.bounds.finite.ball import FiniteBall
from certigap.bounds.finite.coupling import Coupled, coupled_optimum, coupled_value
from certigap.bounds.finite.sweeps import FiniteSweeps, Vectors
from certigap.errors import LimitError, SolverError
from certigap.exact.brief import Brief, number_brief
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike
from certigap.exact.vector import Vector
from certigap.model.finite.game import FiniteGame
from certigap.model.finite.policy import FinitePolicy
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget, check_seed
from certigap.semantics.deviation import initial_value
from certigap.semantics.finite import FiniteGapAnswer, Timeline, finite_gaps, finite_values, require_finite_policy
from certigap.semantics.finite_errors import FiniteErrorsAnswer, finite_errors
from certigap.witnesses.finite import best_witnesses
from certigap.work.deadline import Deadline

__all__ = ["FiniteWorstCase", "PlayerProof", "finite_worst_case"]


@dataclass(frozen=True, repr=False)
class PlayerProof(Brief):
    """What bounds one player's gap: four timelines of the pair bound, or two couplings (one and the expert's value)."""

    bound: Fraction
    pair: tuple[Vectors, Vectors, Vectors, Vectors] | None = None
    optimum: Coupled | None = None
    value: Coupled | Timeline | None = None


@dataclass(frozen=True, repr=False, kw_only=True)
class FiniteWorstCase(Shown):
    """An interval around the supremum, and what proves both ends; `bounds` without a value say `why`."""

    game: FiniteGame
    expert: FinitePolicy
    measure: Measure
    radius: Fraction
    interval: Interval
    bounds: Mapping[str, Fraction | None]
    why: Mapping[str, str]
    upper_name: str
    proofs: tuple[PlayerProof, ...]
    dominance: tuple[tuple[Vectors, Vectors], ...]
    mass: tuple[Vector, ...]
    witness: FinitePolicy
    witness_gaps: FiniteGapAnswer
    witness_errors: FiniteErrorsAnswer
    expert_regret: Interval
    complete: bool
    seconds: float

    def sheet(self) -> Sheet:
        """The interval, the named bounds and the expert's own gap."""
        bounds = [(f"bound: {name}", value) for name, value in self.bounds.items() if value is not None]
        whole = (f"worst NashGap, eps_{self.measure.label} <= {number_brief(self.radius)}", self.interval)
        return Sheet(("quantity", "value"), [whole, *bounds, ("expert's own NashGap", self.expert_regret)])

    def _line(self) -> str:
        ends = ", ".join(
            "?" if end is None else f"{float(end):.6g}" for end in (self.interval.lower, self.interval.upper)
        )
        state = "" if self.complete else ", incomplete"
        radius = number_brief(self.radius)
        return f"<FiniteWorstCase {self.measure} eps {radius}: [{ends}] by {self.upper_name}{state}>"


def finite_worst_case(
    game: FiniteGame,
    expert: FinitePolicy,
    eps: RationalLike,
    measure: str = "bc",
    budget: float | None = None,
    seed: int = 0,
) -> FiniteWorstCase:
    """How large NashGap can be for a policy whose error is at most `eps` at every step, as an interval with evidence.

    Args:
        game: a game of finite horizon.
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, >= 0, full L1.
        measure: "bc", "rho" or "mu", the largest over the steps (`finite_errors`).
        budget: seconds; None: as long as it takes.
        seed: of the witness search's starting points.

    Raises:
        InputError: another measure, a negative `eps`, or a policy of another game.

    Source: THEORY 14.

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.finite import finite_horizon
    >>> game = finite_horizon(bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]]), 3)
    >>> answer = finite_worst_case(game, FinitePolicy.repeated(game, [[[0, 1]], [[0, 1]]]), "1/10")
    >>> answer.interval.lower, f"{float(answer.interval.upper):.6f}"
    (Fraction(27, 200), '0.135000')
    """
    radius, named = ball_radius(eps), Measure.named(measure)
    require_finite_policy(game, expert)
    check_seed(seed)
    check_budget(budget)
    deadline = Deadline(budget)
    ball = FiniteBall(game, expert, named, radius)
    search = _Bounds(ball, FiniteSweeps(game, deadline.share(Fraction(3, 4))))
    search.run()
    own = finite_gaps(game, expert)
    best, gaps, complete = expert, own, search.complete
    for witness in best_witnesses(ball, seed, deadline):
        found = finite_gaps(game, witness)
        if _lower(found) > _lower(gaps):
            best, gaps = witness, found
    complete = complete and deadline.going
    name, upper = search.smallest()
    return FiniteWorstCase(
        game=game,
        expert=expert,
        measure=named,
        radius=radius,
        interval=Interval(_lower(gaps), upper),
        bounds=search.bounds,
        why=search.why,
        upper_name=name,
        proofs=tuple(search.proofs),
        dominance=tuple(search.dominance),
        mass=ball.mass,
        witness=best,
        witness_gaps=gaps,
        witness_errors=finite_errors(game, expert, best),
        expert_regret=own.nash_gap,
        complete=complete,
        seconds=deadline.spent,
    )


def _lower(answer: FiniteGapAnswer) -> Fraction:
    return answer.nash_gap.lower or Fraction(0)


class _Bounds:
    """The named bounds of a ball; those that the time did not reach say so."""

    def __init__(self, ball: FiniteBall, sweeps: FiniteSweeps) -> None:
        self.ball, self.sweeps, self.game = ball, sweeps, ball.game
        self.players = range(len(self.game.players))
        self.scale = max(self.game.stage.half_range(i) for i in self.players)
        self.bounds: dict[str, Fraction | None] = {"trivial": 2 * self.scale * self.game.remaining(self.game.horizon)}
        self.why: dict[str, str] = {}
        self.proofs: list[PlayerProof] = []
        self.dominance: list[tuple[Vectors, Vectors]] = []
        self.complete = True

    def run(self) -> None:
        for find, names in ((self.dominant, ("dse",)), (self.by_players, ("region", "occupancy", "players"))):
            self.bounds |= dict.fromkeys(names)
            try:
                find()
            except (LimitError, SolverError) as error:
                self.complete = False
                self.why |= {name: str(error) for name in names if self.bounds[name] is None}

    def smallest(self) -> tuple[str, Fraction]:
        """The bound that the certificate proves: `players` is at most `region` and `occupancy`."""
        proven = {name: self.bounds.get(name) for name in ("dse", "players", "trivial")}
        known = {name: value for name, value in proven.items() if value is not None}
        name = min(known, key=lambda one: known[one])
        return name, known[name]

    def dominant(self) -> None:
        """c eps sum_t g^t [ n N_(H-t) - (n-1) ], if the expert's actions are dominant at every step."""
        if self.ball.measure is not Measure.BC:
            self.why["dse"] = "it is of measure bc alone"
            return
        everything = self.ball.everything
        found = []
        for i in self.players:
            high, low = self.sweeps.best_upper(everything, i), self.sweeps.best_lower(everything, i)
            fault = self.undominated(i, high, low)
            if fault:
                self.why["dse"] = fault
                return
            found.append((high, low))
        self.dominance = found
        n, horizon = len(self.players), self.game.horizon
        weights = enumerate(self.game.weights())
        costs = sum((w * (n * self.game.remaining(horizon - t) - n + 1) for t, w in weights), Fraction(0))
        self.bounds["dse"] = self.scale * self.ball.radius * costs

    def undominated(self, player: int, high: Vectors, low: Vectors) -> str:
        """Where an action of the expert may be worse than another; empty: nowhere."""
        zero = self.sweeps.zero
        later = zip((*high[1:], zero), (*low[1:], zero), strict=True)
        stage, discount = self.game.stage, self.game.discount
        offsets = self.game.layout.row_offsets.tolist()
        for t, ((up, down), step) in enumerate(zip(later, self.ball.expert.steps, strict=True)):
            self.sweeps.going()
            highs, lows = up.fractions(), down.fractions()
            for s, shape in enumerate(self.game.layout.shapes):
                stride = 1
                for size in shape[player + 1 :]:
                    stride *= size
                weights = step.rows[player][s].weights
                for k in range(offsets[s], offsets[s + 1]):
                    a = (k - offsets[s]) // stride % shape[player]
                    for best in range(shape[player]) if weights[a] else ():
                        other = k + (best - a) * stride
                        change = dict(stage.transitions.row(other))
                        for to, p in stage.transitions.row(k).items():
                            change[to] = change.get(to, Fraction(0)) - p
                        moved = sum((p * (highs[to] if p > 0 else lows[to]) for to, p in change.items()), Fraction(0))
                        if stage.reward(player, other) - stage.reward(player, k) + discount * moved > 0:
                            action, state = stage.actions[s][player][best], stage.states[s]
                            return f"player {stage.players[player]} may gain by {action!r} at step {t}, state {state!r}"
        return ""

    def by_players(self) -> None:
        """`region`, `occupancy`, and the better of both for each player."""
        expert = finite_values(self.game, self.ball.expert)
        known = [self.pair(i) for i in self.players]
        self.proofs = known
        self.bounds["region"] = self.bounds["players"] = max(one.bound for one in known)
        couplings = []
        for i, one in enumerate(known):
            high, _, low, _ = one.pair or ((),) * 4
            couplings.append(self.coupling(i, high, low, expert[i]))
        self.bounds["occupancy"] = max(one.bound for one in couplings)
        self.proofs = [min(pair, key=lambda one: one.bound) for pair in zip(known, couplings, strict=True)]
        self.bounds["players"] = max(one.bound for one in self.proofs)

    def pair(self, player: int) -> PlayerProof:
        regions = self.ball.regions
        high, best = self.sweeps.best_upper(regions, player), self.sweeps.best_lower(regions, player)
        low = self.sweeps.value_lower(regions, player)
        up = self.sweeps.gap_upper(regions, player, (high, best, low))
        return PlayerProof(max(Fraction(0), self.sweeps.at_start(up[0])), pair=(high, best, low, up))

    def coupling(self, player: int, high: Vectors, low: Vectors, expert: Timeline) -> PlayerProof:
        optimum = coupled_optimum(self.sweeps, self.ball, player, high)
        if self.ball.measure is Measure.RHO:
            worth = initial_value(self.game.stage, expert[0]).lower or Fraction(0)
            drift = self.game.stage.half_range(player) * self.game.remaining(self.game.horizon) * self.ball.radius
            bound = max(Fraction(0), optimum.bound - worth + drift)
            return PlayerProof(bound, optimum=optimum, value=expert)
        value = coupled_value(self.sweeps, self.ball, player, low)
        return PlayerProof(max(Fraction(0), optimum.bound - value.bound), optimum=optimum, value=value)
