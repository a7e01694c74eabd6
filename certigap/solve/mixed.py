"""Mixed profiles of small regret in one-state games of several players: Newton on every support, certified."""

import math
from fractions import Fraction

from certigap.errors import LimitError, SolverError
from certigap.model.game import Game
from certigap.semantics.exploitability import GapAnswer
from certigap.solve.newton import support_profiles, support_roots
from certigap.solve.rationalise import best_rational
from certigap.work.deadline import Deadline

__all__ = ["STARTS", "accepted_regret", "first_candidate", "mixed_candidates"]

STARTS = 12
"""Starting points of Newton's method a support."""

_MOST_SUPPORTS = 5_000  # pairs of supports: a small linear system each
_ACCEPTED = Fraction(1, 2**30)


def mixed_candidates(
    game: Game,
    seed: int,
    denominator: int,
    deadline: Deadline,
    limit: int = _MOST_SUPPORTS,
    enough: int | None = None,
) -> tuple[list[GapAnswer], bool]:
    """Mixed profiles of small certified regret, and whether all supports were tried in time.

    Args:
        game: a one-state game.
        seed: of the starting points.
        denominator: of the grid.
        deadline: when to stop.
        limit: the most support profiles.
        enough: stop after so many.

    Raises:
        LimitError: more support profiles than `limit`.
    """
    shape = game.layout.shapes[0]
    count = math.prod(2**size - 1 for size in shape)
    if count > limit:
        raise LimitError(f"support profiles of {game!r}: expected at most {limit}, got {count}")
    bound = accepted_regret(game)
    found: list[GapAnswer] = []
    for supports in support_profiles(shape):
        for root in support_roots(game, supports, STARTS, seed, denominator.bit_length(), deadline):
            answer = best_rational(game, [[[row] for row in root]], denominator)
            if answer.nash_gap.upper is not None and answer.nash_gap.upper <= bound:
                found.append(answer)
        if enough is not None and len(found) >= enough:
            break
        if not deadline.going:
            return found, False
    return found, True


def accepted_regret(game: Game) -> Fraction:
    """The regret up to which a profile counts as found: 2^-30 of the largest half-range times the horizon."""
    return _ACCEPTED * max([game.half_range(player) for player in range(len(game.players))]) * game.horizon


def first_candidate(game: Game, seed: int, denominator: int, deadline: Deadline) -> GapAnswer:
    """A candidate on a smallest support.

    Raises:
        SolverError: no candidate, and every support was tried.
        LimitError: too many supports, or the deadline passed.
    """
    found, tried = mixed_candidates(game, seed, denominator, deadline, enough=1)
    if found:
        return found[0]
    if not tried:
        raise LimitError(f"mixed equilibria of {game!r}: expected a root in time, got none")
    raise SolverError(f"mixed equilibria of {game!r}: expected a root of some support's equations, got none")
