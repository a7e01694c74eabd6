"""`solve`: one expert of a game, by the method asked for or the one that the game's structure suggests.

`auto` takes, in this order,
- one state: a pure equilibrium if there is one, else a mixed one ("support");
- a game that is solvable backward: "backward";
- two players, constant sum: "zero-sum";
- else "pure" where there are at most 1,000 deterministic profiles, then "nash-iteration", then "pure".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from certigap.errors import InputError, SolverError
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.backend import MAX_COMPONENT, select
from certigap.semantics.exploitability import GapAnswer, describe, gaps
from certigap.solve.answer import SolveAnswer
from certigap.solve.backward import backward_induction
from certigap.solve.equilibria import two_player_tables
from certigap.solve.lemke_howson import lemke_howson
from certigap.solve.mixed import STARTS, accepted_regret, first_candidate
from certigap.solve.nash_iteration import nash_value_iteration
from certigap.solve.polish import polished_rows
from certigap.solve.pure import deterministic_profiles, dynamics, enumerate_pure
from certigap.solve.rationalise import best_rational
from certigap.solve.regularised import regularised_equilibrium
from certigap.solve.structure import backward_order, constant_sum, is_one_state, is_turn_based, movers
from certigap.solve.turns import strategy_iteration
from certigap.solve.zero_sum import nash_policy_iteration, required_sum
from certigap.work.deadline import Deadline

__all__ = ["METHODS", "solve"]

_MOST_PROFILES = 20_000  # deterministic profiles to be enumerated: an exact evaluation each
_FEW_PROFILES = 1_000  # so few that trying them all comes before any iteration
_FLOAT_GRID = 2**52  # a finer policy than a float's needs exact polishing
_RESTARTS = 20  # of best-response dynamics: it may go round from one start and not from another


@dataclass(frozen=True, slots=True)
class _Request:
    temperature: RationalLike | None
    denominator: int
    deadline: Deadline
    seed: int
    arithmetic: str


@dataclass(frozen=True, slots=True)
class _Found:
    gaps: GapAnswer
    complete: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)


def solve(
    game: Game,
    method: str = "auto",
    *,
    temperature: RationalLike | None = None,
    denominator: int = 2**52,
    budget: float | None = None,
    seed: int = 0,
    arithmetic: str = "auto",
) -> SolveAnswer:
    """An expert: an equilibrium, or a profile of certified small regret.

    Args:
        game: the game.
        method: "auto"; "pure" (enumeration, or best-response dynamics where there are more than 20,000 deterministic
            profiles); "support" (one state: exact by Lemke-Howson for two players, Newton on supports for more);
            "backward" (exact backward induction); "zero-sum" (two players, constant sum: Nash policy iteration, exact
            strategy iteration when turn-based); "nash-iteration" (any game, best effort: undecided unless it settles);
            "regularised" (the entropy-regularised equilibrium).
        temperature: of "regularised", in units of reward per nat; given with "auto", it chooses that method.
        denominator: of the grid on which irrational probabilities are put.
        budget: seconds; a method that has something to show by then stops with `complete=False`.
        seed: of random starting points.
        arithmetic: "exact", "enclosed" or "auto", for the certified regret.

    Returns:
        The expert, its gaps (their `nash_gap` is the regret), and how it was found.

    Raises:
        InputError: another method, or a game that the method does not take.
        SolverError: undecided: the method found nothing.
        LimitError: the budget or a size limit was reached before any answer.

    >>> from certigap.model.build import bimatrix
    >>> solve(bimatrix([[1, -1], [-1, 1]]))
    <SolveAnswer support, NashGap 0>
    """
    if method != "auto" and method not in METHODS:
        raise InputError(f"method of solve: expected one of auto, {', '.join(METHODS)}, got {method!r}")
    if temperature is not None and method not in ("auto", "regularised"):
        raise InputError(f"temperature: expected method 'regularised', got {method!r}")
    if denominator < 1:
        raise InputError(f"denominator: expected an integer >= 1, got {denominator}")
    request = _Request(temperature, denominator, Deadline(budget), seed, arithmetic)
    chosen = _choose(game, request) if method == "auto" else [method]
    undecided: list[SolverError] = []
    for name in chosen:
        try:
            found = METHODS[name](game, request)
        except SolverError as error:
            undecided.append(error)
            continue
        return SolveAnswer(game, found.gaps.policy, found.gaps, name, found.complete, found.details)
    raise undecided[-1]


def _choose(game: Game, request: _Request) -> list[str]:
    if request.temperature is not None:
        return ["regularised"]
    if is_one_state(game):
        return ["support" if next(enumerate_pure(game), None) is None else "pure"]
    if backward_order(game) is not None:
        return ["backward"]
    if constant_sum(game) is not None:
        return ["zero-sum"]
    return ["pure", "nash-iteration"] if deterministic_profiles(game) <= _FEW_PROFILES else ["nash-iteration", "pure"]


def _pure(game: Game, request: _Request) -> _Found:
    count = deterministic_profiles(game)
    if is_one_state(game) or count <= _MOST_PROFILES:
        policy = next(enumerate_pure(game, request.deadline), None)
        details = {"algorithm": "enumeration", "profiles": count}
        if policy is None:
            raise SolverError(
                f"solve 'pure' on {game!r}: expected a pure stationary equilibrium, got none among all {count} profiles"
            )
        return _Found(_exact(game, policy, request), details=details)
    policy = dynamics(game, request.seed, _RESTARTS, request.deadline)
    if policy is None:
        raise SolverError(
            f"solve 'pure' on {game!r}: expected best-response dynamics to settle, got no rest "
            f"(undecided: {count} deterministic profiles, more than the {_MOST_PROFILES} that are enumerated)"
        )
    return _Found(_exact(game, policy, request), details={"algorithm": "best-response dynamics", "seed": request.seed})


def _support(game: Game, request: _Request) -> _Found:
    if not is_one_state(game):
        raise InputError(f"solve 'support': expected a normal form (one state), got {game!r}")
    if len(movers(game, 0)) <= 2:
        return _lemke_howson(game, request)
    answer = first_candidate(game, request.seed, request.denominator, request.deadline)
    return _Found(answer, details={"algorithm": "Newton on supports", "starts": STARTS, "seed": request.seed})


def _lemke_howson(game: Game, request: _Request) -> _Found:
    acting, first, second = two_player_tables(game)
    mixed = lemke_howson(first.tolist(), second.tolist(), deadline=request.deadline)
    rows: list[Any] = [[1] for _ in game.players]
    for player, row in zip(acting, mixed, strict=False):
        rows[player] = row
    policy = Policy.from_rows(game, [[row] for row in rows])
    return _Found(_exact(game, policy, request), details={"algorithm": "Lemke-Howson"})


def _backward(game: Game, request: _Request) -> _Found:
    policy, exact = backward_induction(game, request.deadline, request.seed, request.denominator)
    answer = _exact(game, policy, request) if exact else gaps(game, policy, request.arithmetic)
    return _Found(answer, details={"algorithm": "backward induction", "exact_stages": exact})


def _zero_sum(game: Game, request: _Request) -> _Found:
    total = required_sum(game)
    floats = nash_policy_iteration(game, request.deadline)
    details: dict[str, Any] = {"residual": floats.residual, "rounds": floats.rounds}
    if is_turn_based(game) and select("auto", game, Policy.pure(game), deviations=True).name == "exact":
        start = [int(row.argmax()) for row in floats.simple_rows[0]]
        policy, rounds = strategy_iteration(game, total, start, request.deadline)
        answer = _exact(game, policy, request)
        return _Found(answer, details={"algorithm": "strategy iteration", **details, "exact_rounds": rounds})
    proposals: list[Any] = [floats.simple_rows, floats.rows]
    if floats.complete and request.denominator > _FLOAT_GRID and len(game.states) <= MAX_COMPONENT:
        proposals = [polished_rows(game, floats.values.tolist(), request.denominator, request.deadline), *proposals]
        details["polished"] = True
    answer = best_rational(game, proposals, request.denominator, request.arithmetic)
    details = {"algorithm": "Nash policy iteration", **details, "denominator": request.denominator}
    return _Found(answer, floats.complete, details)


def _nash_iteration(game: Game, request: _Request) -> _Found:
    rows = nash_value_iteration(game, request.seed, request.deadline)
    answer = best_rational(game, [rows], request.denominator, request.arithmetic)
    bound = accepted_regret(game)
    if answer.nash_gap.upper is None or answer.nash_gap.upper > bound:
        raise SolverError(
            f"solve 'nash-iteration' on {game!r}: expected a regret of at most {float(bound):.3g}, "
            f"got {describe(answer.nash_gap)} (undecided)"
        )
    return _Found(answer, details={"algorithm": "Nash value iteration", "seed": request.seed})


def _regularised(game: Game, request: _Request) -> _Found:
    if request.temperature is None:
        raise InputError("solve 'regularised': expected a temperature, got none")
    found = regularised_equilibrium(game, request.temperature, deadline=request.deadline)
    policy = Policy.from_floats(game, found.rows, request.denominator)
    details = {
        "temperature": format_rational(rational(request.temperature)),
        "residual": found.residual,
        "denominator": request.denominator,
    }
    return _Found(gaps(game, policy, request.arithmetic), details=details)


def _exact(game: Game, policy: Policy, request: _Request) -> GapAnswer:
    """The gaps of a profile that a proof says is an equilibrium: a regret above 0 would refute the solver."""
    answer = gaps(game, policy, request.arithmetic)
    if answer.nash_gap.lower:
        raise SolverError(f"solve on {game!r}: expected regret 0, got {answer.nash_gap}")
    return answer


METHODS: Mapping[str, Callable[[Game, _Request], _Found]] = {
    "pure": _pure,
    "support": _support,
    "backward": _backward,
    "zero-sum": _zero_sum,
    "nash-iteration": _nash_iteration,
    "regularised": _regularised,
}
"""The methods of `solve`, by name."""
