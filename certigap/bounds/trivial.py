"""The bound `trivial`, 2 max_i c_i / (1 - g): no policy has a larger gap, whatever the ball (THEORY 5)."""

from fractions import Fraction

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.model.game import Game
from certigap.work.deadline import Deadline

__all__ = ["TRIVIAL", "trivial_bound"]


def trivial_bound(game: Game) -> Fraction:
    """2 max_i c_i / (1 - g).

    >>> from certigap.model.build import bimatrix
    >>> trivial_bound(bimatrix([[1, -1], [-1, 1]]))
    Fraction(2, 1)
    """
    return 2 * max(game.half_range(player) for player in range(len(game.players))) * game.horizon


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    return Bound("trivial", trivial_bound(center.game), Theorem("trivial"))


TRIVIAL = Rule("trivial", Turn.AT_ONCE, _find, written=("trivial",), is_closed_form=True)
