"""Games with parameters: gaps as formulas, and for which parameter values a statement holds, all values at once.

One parameter: exact sets, unions of intervals with algebraic ends. Two or more: certified boxes
(`certigap.questions.parametric.boxes`).

    gap          V_i^{*,pi_-i}(nu) - V_i^pi(nu), piecewise rational (THEORY 1)
    equilibrium  every player's gap is 0
    dominant     every player's rows are a best response to every policy of the others (THEORY 8)
    delta        the best responses stay at the expert near it: delta^sel_i(0+) = 0 for every player (THEORY 9)
"""

from collections.abc import Callable
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.real_set import NOTHING
from certigap.model.game import Game
from certigap.model.parametric.game import Function, ParametricGame
from certigap.model.policy import Policy
from certigap.questions.arguments import check_budget
from certigap.questions.parametric.answer import ParametricBoxes, ParametricGap, ParametricSet
from certigap.questions.parametric.boxes import divide
from certigap.questions.parametric.dominance import dominance_set
from certigap.questions.parametric.pieces import Piece, domain_of, joined, largest, optimum, where_zero
from certigap.questions.parametric.process import induced
from certigap.questions.parametric.stable import stability_set
from certigap.work.deadline import Deadline

__all__ = ["parametric_delta", "parametric_dominance", "parametric_equilibrium", "parametric_gap", "some_game"]


def parametric_gap(game: ParametricGame, policy: Policy, *, budget: float | None = None) -> ParametricGap:
    """Values and gaps of a policy as functions of the parameter.

    Args:
        game: a game in one parameter.
        policy: rows of a game with the same players, states and actions, `game.at(..)`.
        budget: seconds; None: as long as it takes.

    Returns:
        The formulas, each with the exact set on which it holds.

    Raises:
        InputError: more than one parameter, or a policy of another shape.
        LimitError: the budget ended first.

    >>> from certigap.model.catalog import learner, load
    >>> from certigap.model.parametric.game import free_discount
    >>> parametric_gap(free_discount(load("lemma1")), learner("lemma1"))
    <ParametricGap nash_gap = 5/(3 - 3*g) on [0, 1)>
    """
    _check(game, policy)
    _check_single(game, "gap")
    check_budget(budget)
    deadline, domain = Deadline(budget), domain_of(game)
    everyone, start = range(len(game.players)), [0] * len(game.states)
    own = [induced(game, i, dict.fromkeys(everyone, policy)).values(start) for i in everyone]
    others = [{j: policy for j in everyone if j != i} for i in everyone]
    best = [optimum(induced(game, i, others[i]), domain, True, deadline) for i in everyone]
    values = [at_start(game, found) for found in own]
    gaps = [
        joined([Piece(piece.where, (at_start(game, piece.values) - value,)) for piece in pieces])
        for value, pieces in zip(values, best, strict=True)
    ]
    return ParametricGap(
        game=game,
        domain=domain,
        values=dict(zip(game.players, values, strict=True)),
        player_gaps=dict(zip(game.players, gaps, strict=True)),
        nash_gap=largest(gaps),
        policy=policy,
        own=dict(zip(game.players, own, strict=True)),
        optima=dict(zip(game.players, best, strict=True)),
    )


def parametric_equilibrium(
    game: ParametricGame, policy: Policy, *, resolution: float = 1e-2, budget: float | None = None
) -> ParametricSet | ParametricBoxes:
    """For which parameter values the policy is a Nash equilibrium.

    Args:
        game: a game in one parameter (an exact set) or several (boxes).
        policy: rows of a game with the same players, states and actions.
        resolution: with several parameters, the undecided share of the volume at which to stop.
        budget: seconds; with several parameters, what is undecided then is said to be.
    """
    _check(game, policy)
    check_budget(budget)
    if len(game.parameters) > 1:
        return divide(game, policy, "equilibrium", resolution, Deadline(budget))
    answer = parametric_gap(game, policy, budget=budget)
    holds = NOTHING
    for piece in answer.nash_gap:
        holds |= piece.where & where_zero(piece.values[0])
    return ParametricSet(game, "equilibrium", answer.domain, holds, answer.domain - holds, NOTHING, policy, answer)


def parametric_dominance(
    game: ParametricGame, policy: Policy, *, resolution: float = 1e-2, budget: float | None = None
) -> ParametricSet | ParametricBoxes:
    """For which parameter values the policy is a dominant-strategy equilibrium (see `parametric_equilibrium`)."""
    return _ask(game, policy, "dominant", dominance_set, resolution, budget)


def parametric_delta(
    game: ParametricGame, policy: Policy, *, resolution: float = 1e-2, budget: float | None = None
) -> ParametricSet | ParametricBoxes:
    """For which parameter values delta^sel(0+) = 0: near the expert, its own rows remain best responses.

    Normal forms only; see `parametric_equilibrium`.
    """
    _check(game, policy)
    if not game.is_normal_form:
        raise InputError(f"delta: expected a normal form, got {game!r}")
    return _ask(game, policy, "delta", stability_set, resolution, budget)


def some_game(game: ParametricGame) -> Game:
    """The game at some rational values in its domain, such as policies are written for.

    Raises:
        InputError: the middles of the ranges, or a sample of the exact domain, give no game.
    """
    if len(game.parameters) == 1:
        point = domain_of(game).sample()
        if point is None:
            raise InputError(f"{game!r}: expected values for which there is a game, got none")
        return game.at({game.parameters[0]: point})
    middles = [
        (lower or 0) if upper is None else (upper if lower is None else (lower + upper) / 2)
        for lower, upper in game.ranges
    ]
    return game.at({name: Fraction(x) for name, x in zip(game.parameters, middles, strict=True)})


def _ask(
    game: ParametricGame,
    policy: Policy,
    question: str,
    exact: Callable[[ParametricGame, Policy, Deadline], ParametricSet],
    resolution: float,
    budget: float | None,
) -> ParametricSet | ParametricBoxes:
    _check(game, policy)
    check_budget(budget)
    if len(game.parameters) > 1:
        return divide(game, policy, question, resolution, Deadline(budget))
    return exact(game, policy, Deadline(budget))


def at_start(game: ParametricGame, values: list[Function] | tuple[Function, ...]) -> Function:
    """nu . values"""
    return sum((p * v for p, v in zip(game.initial, values, strict=True)), game.domain.zero)


def _check_single(game: ParametricGame, question: str) -> None:
    if len(game.parameters) != 1:
        raise InputError(f"{question}: expected one parameter, got {len(game.parameters)}; fix the others")


def _check(game: ParametricGame, policy: Policy) -> None:
    shape = (policy.game.players, policy.game.states, policy.game.actions)
    if shape != (game.players, game.states, game.actions):
        raise InputError(f"policy: expected the players, states and actions of {game!r}, got those of {policy.game!r}")
