"""All equilibria of a small one-state game, and all pure stationary ones of a small Markov game.

At most two players with a choice: complete, exact over Q, degenerate or not (`certigap.solve.vertices`). More: the pure
ones exactly, the mixed ones as far as Newton's method finds them, each with its certified regret.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from certigap.errors import InputError, LimitError, SolverError
from certigap.exact.integers import IntArray, as_object
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.semantics.exploitability import gaps
from certigap.solve.answer import EquilibriaAnswer, NashSubset
from certigap.solve.mixed import STARTS, mixed_candidates
from certigap.solve.pure import deterministic_profiles, enumerate_pure
from certigap.solve.structure import is_one_state, movers
from certigap.solve.vertices import Vertex, extreme_pairs, maximal_subsets, vertices
from certigap.work.deadline import Deadline

__all__ = ["equilibria", "two_player_tables"]


def equilibria(
    game: Game,
    kind: Literal["all", "pure"] = "all",
    *,
    limit: int = 400_000,
    denominator: int = 2**52,
    budget: float | None = None,
    seed: int = 0,
) -> EquilibriaAnswer:
    """The equilibria of a game.

    Args:
        game: a one-state game; with `kind="pure"` also a Markov game.
        kind: "all", or "pure" (deterministic stationary profiles without regret at the initial distribution).
        limit: the most bases of vertices (two players), support pairs, or deterministic profiles to look at.
        denominator: of the grid on which irrational equilibria of three or more players are put.
        budget: seconds.
        seed: of the starting points of Newton's method (three or more players).

    Returns:
        Equilibria with their gaps; for two players the maximal Nash subsets, whose union of products of hulls is
        the set of all equilibria; whether it is complete, and why (not).

    Raises:
        InputError: several states and `kind="all"`, or another kind.
        LimitError: more than `limit`, or the budget ended before an answer.

    Source:
        Avis, Rosenberg, Savani, von Stengel, "Enumeration of Nash equilibria for two-player games" (2010).

    >>> from certigap.model.build import bimatrix
    >>> equilibria(bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]))
    <EquilibriaAnswer 3 found, all: every vertex visited, all equilibria isolated>
    """
    deadline = Deadline(budget)
    if kind == "pure":
        return _pure(game, limit, deadline)
    if kind != "all":
        raise InputError(f"kind of equilibria: expected 'all' or 'pure', got {kind!r}")
    if not is_one_state(game):
        raise InputError(
            f"equilibria: expected a normal form (one state), got {game!r}; kind='pure' takes Markov games"
        )
    if len(movers(game, 0)) <= 2:
        return _two_players(game, limit, deadline)
    return _several_players(game, limit, denominator, seed, deadline)


def two_player_tables(game: Game) -> tuple[list[int], IntArray, IntArray]:
    """The movers of a one-state game, at most two, and their payoffs `[A, B]` (a missing mover has one action)."""
    shape = game.layout.shapes[0]
    acting = movers(game, 0)
    sizes = ([shape[player] for player in acting] + [1, 1])[:2]
    tables = [as_object(game.rewards[player]).reshape(sizes) for player in acting]
    tables += [np.zeros(sizes, dtype=object)] * (2 - len(tables))
    return acting, tables[0], tables[1]


def _two_players(game: Game, limit: int, deadline: Deadline) -> EquilibriaAnswer:
    acting, first, second = two_player_tables(game)
    rows, columns = vertices(second, limit, deadline), vertices(first.T, limit, deadline)
    matches = extreme_pairs(rows, columns)
    policies = [_policy(game, acting, (rows[k], columns[m])) for k, m in matches]
    answers = tuple(gaps(game, policy) for policy in policies)
    for answer in answers:
        if answer.nash_gap.lower != 0:
            raise SolverError(f"vertex enumeration of {game!r}: expected regret 0, got {answer.nash_gap}")
    subsets = tuple(_subset(game, acting, rows, columns, sides) for sides in maximal_subsets(matches))
    details = {"vertices": (len(rows), len(columns))}
    return EquilibriaAnswer(
        game, tuple(policies), answers, subsets, True, _two_player_reason(subsets), "vertices", details
    )


def _two_player_reason(subsets: Sequence[NashSubset]) -> str:
    if all(subset.is_isolated for subset in subsets):
        return "all: every vertex visited, all equilibria isolated"
    continua = sum(not subset.is_isolated for subset in subsets)
    return f"all extreme ones: every vertex visited; maximal Nash subsets: {len(subsets)}, continua: {continua}"


def _several_players(game: Game, limit: int, denominator: int, seed: int, deadline: Deadline) -> EquilibriaAnswer:
    pure = [gaps(game, policy) for policy in enumerate_pure(game)]
    mixed, tried = mixed_candidates(game, seed, denominator, deadline, limit)
    what = "pure ones all; mixed ones by Newton's method from"
    reason = f"{what} {STARTS} starts per support" + ("" if tried else ", stopped by the budget")
    answers = (*pure, *mixed)
    policies = tuple(answer.policy for answer in answers)
    return EquilibriaAnswer(game, policies, answers, (), False, reason, "support", {"starts": STARTS, "seed": seed})


def _pure(game: Game, limit: int, deadline: Deadline) -> EquilibriaAnswer:
    count = deterministic_profiles(game)
    if count > limit:
        raise LimitError(f"deterministic profiles of {game!r}: expected at most {limit}, got {count}")
    found: list[Policy] = []
    complete = True
    try:
        found.extend(enumerate_pure(game, deadline))
    except LimitError:
        complete = False
    reason = f"all pure ones: {count} profiles" if complete else "pure ones, stopped by the budget"
    answers = tuple(gaps(game, policy) for policy in found)
    return EquilibriaAnswer(game, tuple(found), answers, (), complete, reason, "pure", {"profiles": count})


def _policy(game: Game, acting: Sequence[int], pair: tuple[Vertex, Vertex]) -> Policy:
    rows = [Distribution((1,), 1) for _ in game.players]
    for player, vertex in zip(acting, pair, strict=False):
        rows[player] = _row(vertex)
    return Policy(game, tuple((row,) for row in rows))


def _subset(
    game: Game,
    acting: Sequence[int],
    first: Sequence[Vertex],
    second: Sequence[Vertex],
    sides: tuple[tuple[int, ...], tuple[int, ...]],
) -> NashSubset:
    rows: list[tuple[Distribution, ...]] = [(Distribution((1,), 1),) for _ in game.players]
    for player, found, side in zip(acting, (first, second), sides, strict=False):
        rows[player] = tuple(_row(found[index]) for index in side)
    return NashSubset(tuple(rows))


def _row(vertex: Vertex) -> Distribution:
    return distribution(vertex.probabilities, "equilibrium row")
