"""Best responses: max over pi_i' of V_i^{pi_i', pi_-i}, and a pure deviation that attains it (THEORY 1).

Policy iteration by default; or the linear program of the induced decision process, whose float answer becomes an
answer only when the greedy policy read off it passes the exact test of optimality at every state.
"""

from dataclasses import dataclass
from typing import Literal

from certigap.errors import InputError, SolverError
from certigap.exact.brief import number_brief
from certigap.exact.interval import Interval
from certigap.exact.vector import Bracket
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.model.shown import Sheet, Shown
from certigap.semantics.backend import select
from certigap.semantics.exact_backend import evaluate_choice, is_optimal
from certigap.semantics.induced import decision_process
from certigap.semantics.optimum import Optimum, action_rows, require_policy

__all__ = ["BestResponse", "Solver", "best_response"]

Solver = Literal["policy_iteration", "lp"]


@dataclass(frozen=True, repr=False)
class BestResponse(Shown):
    """Player `player`'s optimum against the others' part of `policy`.

    `optimum` brackets V_i^{*, pi_-i} at every state; `rows` `[S]` is a pure deviation that attains it (or, enclosed,
    comes as near as the bracket is wide).
    """

    game: Game
    policy: Policy
    player: int
    optimum: Bracket
    rows: tuple[Distribution, ...]
    solver: str
    arithmetic: str

    @property
    def value(self) -> Interval:
        """V_i^{*, pi_-i}(nu), discounted payoff."""
        return initial_value(self.game, self.optimum)

    def deviating(self) -> Policy:
        """The policy in which the player deviates and the others stay."""
        return self.policy.replace(self.player, self.rows)

    def sheet(self) -> Sheet:
        """The optimal values by states, and the action that attains each."""
        lower, upper = self.optimum.lower, self.optimum.upper
        rows = [
            (state, Interval(lower[s], upper[s]), names[self.player][self.rows[s].weights.index(1)])
            for s, (state, names) in enumerate(zip(self.game.states, self.game.actions, strict=True))
        ]
        return Sheet(("state", "value", "action"), rows)

    def _line(self) -> str:
        value = self.value
        words = number_brief(value.value) if value.is_exact else f"about {float(value):.6g}"
        return f"<BestResponse of player {self.game.players[self.player]}, {self.arithmetic}, value {words}>"


def best_response(
    game: Game, policy: Policy, player: int, method: Solver = "policy_iteration", arithmetic: str = "auto"
) -> BestResponse:
    """A best response of one player to the others' policies.

    Args:
        game: the game.
        policy: the profile; the player's own part is not used.
        player: index of the player.
        method: "policy_iteration", or "lp" (a float linear program, its answer checked over the rationals).
        arithmetic: "exact", "enclosed" or "auto"; a linear program is always exact in the end.

    Returns:
        The optimum at every state and a pure deviation.

    Raises:
        SolverError: the linear program failed, or its policy is not exactly optimal.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> best_response(game, Policy.pure(game), 0).value
    Interval(lower=Fraction(5, 1), upper=Fraction(5, 1))
    """
    require_policy(game, policy)
    if method == "lp":
        found, used = _by_program(game, policy, player), "exact"
    elif method == "policy_iteration":
        backend = select(arithmetic, game, policy, deviations=True)
        found, used = backend.optimum(game, policy, player), backend.name
    else:
        raise InputError(f"method of best_response: expected 'policy_iteration' or 'lp', got {method!r}")
    return BestResponse(game, policy, player, found.values, pure_rows(game, player, found), method, used)


def initial_value(game: Game, values: Bracket) -> Interval:
    """`nu . values`, an interval."""
    start = game.initial
    return Interval(
        values.lower.dot(start.weights, start.denominator), values.upper.dot(start.weights, start.denominator)
    )


def pure_rows(game: Game, player: int, found: Optimum) -> tuple[Distribution, ...]:
    """The pure rows `[S]` that play the optimum's choice."""
    sizes = game.layout.shape_array[:, player].tolist()
    pairs = zip(sizes, found.choice.tolist(), strict=True)
    return tuple(action_rows(size, action) for size, action in pairs)


def _by_program(game: Game, policy: Policy, player: int) -> Optimum:
    from certigap.semantics.program import BestResponseProgram

    rows = BestResponseProgram(game, player).solve(policy)
    induced = decision_process(game, policy, player)
    vector = evaluate_choice(induced, game.discount, rows)
    if not is_optimal(induced, game.discount, rows, vector):
        raise SolverError(
            f"best-response program of player {game.players[player]}: expected a greedy policy that no "
            "action improves, got one that fails the exact test"
        )
    return Optimum(Bracket.exact(vector), rows - induced.offsets[:-1])
