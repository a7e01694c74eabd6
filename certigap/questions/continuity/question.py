"""delta_sel, delta_max and kappa of an expert in a game of one state, exactly or enclosed (THEORY 1, 5 and 9)."""

from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.arguments import check_budget, check_policy
from certigap.questions.continuity.answer import ContinuityAnswer, Kappa
from certigap.regions.replies import DeltaFunction, Faces, delta_max, delta_sel
from certigap.regions.replies.kappa import kappa
from certigap.work.deadline import Deadline

__all__ = ["continuity"]


def continuity(
    game: Game, expert: Policy, eps_max: RationalLike = 2, *, budget: float | None = None
) -> ContinuityAnswer:
    """How far best replies move when the others move by at most eps, for every eps up to `eps_max`.

    Args:
        game: a game of one state, any number of players.
        expert: around which the others move.
        eps_max: the largest L1 distance of the others' joint play, in [0, 2].
        budget: seconds; None: as long as it takes. What is left open stays between the two ends of a step.

    Returns:
        Step functions, exact for two players, enclosed for more.

    Raises:
        InputError: a game of several states, an expert of another game, an eps outside [0, 2].
        LimitError: an expert row of more actions than subsets can be gone through of.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Definition 6; THEORY 9.

    >>> import certigap as cg
    >>> coin = cg.bimatrix([[1, -1], [-1, 1]])
    >>> answer = continuity(coin, cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2))
    >>> answer.delta_sel[0].upper(Fraction(0)), answer.delta_sel[0].upper(Fraction(1, 100)), answer.is_consistent
    (Fraction(0, 1), Fraction(1, 1), False)
    """
    check_budget(budget)
    deadline, largest = Deadline(budget), rational(eps_max)
    check_policy(game, expert)
    if len(game.states) != 1:
        raise InputError(f"continuity: expected a game of one state, got {game!r}")
    if not 0 <= largest <= 2:
        raise InputError(f"eps: expected a rational in [0, 2], got {format_rational(largest)}")
    faces = [Faces(expert, i) for i in range(len(game.players))]
    share = [deadline.share(Fraction(1, left)) for left in range(2 * len(faces), 0, -1)]
    nearest = tuple(delta_sel(own, largest, limit) for own, limit in zip(faces, share[::2], strict=True))
    farthest = tuple(delta_max(own, largest, limit) for own, limit in zip(faces, share[1::2], strict=True))
    return ContinuityAnswer(
        game=game,
        expert=expert,
        radius=largest,
        delta_sel=nearest,
        delta_max=farthest,
        kappa=tuple(_kappa(own, largest) for own in faces),
        complete=all(_is_complete(own) for own in (*nearest, *farthest)),
        seconds=deadline.spent,
    )


def _is_complete(function: DeltaFunction) -> bool:
    return function.complete or all(step.lower == step.upper for step in function.steps)


def _kappa(faces: Faces, eps: Fraction) -> Kappa:
    value, play = kappa(faces, eps)
    return Kappa(value, faces.policy(play))
