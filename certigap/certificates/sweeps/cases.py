"""What a sweep is given, read: every question of every game, or why there is none.

A file that cannot be read is a fault of its own line and of nobody else's.
"""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias, TypeVar

from certigap.bounds.balls import Measure
from certigap.certificates.sweeps.questions import (
    AnyGame,
    AnyPolicy,
    ArrayGap,
    ArrayWorstCase,
    Effort,
    Gap,
    Question,
    WorstCase,
)
from certigap.certificates.sweeps.row import SweepRow
from certigap.certificates.sweeps.task import Fault, Task
from certigap.errors import CertigapError, InputError
from certigap.model.files.codec import read_game, read_policy
from certigap.model.files.json_node import printable
from certigap.model.game import Game
from certigap.model.large import ArrayGame, ArrayPolicy, read_array_game, read_array_policy
from certigap.model.large.container import is_array_file
from certigap.model.policy import Policy
from certigap.questions.arguments import check_policy

__all__ = ["Case", "GameLike", "PolicyLike", "cases"]

GameLike: TypeAlias = AnyGame | str | os.PathLike[str]
PolicyLike: TypeAlias = AnyPolicy | str | os.PathLike[str]
Case: TypeAlias = tuple[SweepRow, Task | Fault]
Read = TypeVar("Read")

_ENDINGS = {".game.json": ".expert.json", ".json": ".expert.json", ".game.npz": ".expert.npz", ".npz": ".expert.npz"}
UNIFORM = "uniform"  # in place of an array game's policy file


def cases(
    games: Sequence[GameLike],
    balls: Sequence[tuple[Measure, Fraction]],
    experts: Sequence[PolicyLike],
    policies: Sequence[PolicyLike],
    effort: Effort,
) -> Iterator[Case]:
    """The lines of the table, game by game: its balls, then its policies.

    Args:
        games: games, or their files.
        balls: measure and radius of every ball around the expert.
        experts: one for all games, one a game, or none: then `X.expert.json` beside `X.game.json` (or `.npz`).
        policies: asked of every game.
        effort: of a worst case.

    Raises:
        InputError: another number of experts.
    """
    if len(experts) not in {0, 1, len(games)}:
        raise InputError(f"experts: expected none, one, or one a game ({len(games)}), got {len(experts)}")
    for place, given in enumerate(games):
        own = experts[min(place, len(experts) - 1)] if experts else _beside(given)
        yield from _of_one(given, balls, own, policies, effort)


def _of_one(
    given: GameLike,
    balls: Sequence[tuple[Measure, Fraction]],
    expert: PolicyLike | None,
    policies: Sequence[PolicyLike],
    effort: Effort,
) -> Iterator[Case]:
    row = SweepRow(game=_label(given))
    try:
        game = _game(given)
    except CertigapError as error:
        yield row, _fault(error)
        return
    row = SweepRow(game=_label(given), hash=game.digest)
    if balls:
        yield from _balls(row, game, balls, expert, effort)
    for policy in policies:
        named = SweepRow(game=row.game, hash=row.hash, policy=_label(policy))
        try:
            yield named, Task(game, _gap(game, policy))
        except CertigapError as error:
            yield named, _fault(error)


def _balls(
    row: SweepRow,
    game: AnyGame,
    balls: Sequence[tuple[Measure, Fraction]],
    given: PolicyLike | None,
    effort: Effort,
) -> Iterator[Case]:
    try:
        asked = [_worst(game, given, measure, radius, effort) for measure, radius in balls]
    except CertigapError as error:
        yield row, _fault(error)
        return
    for (measure, radius), question in zip(balls, asked, strict=True):
        named = SweepRow(game=row.game, hash=row.hash, expert=_label(given), measure=str(measure), eps=radius)
        yield named, Task(game, question)


def _worst(
    game: AnyGame, given: PolicyLike | None, measure: Measure, radius: Fraction, effort: Effort
) -> WorstCase | ArrayWorstCase:
    if given is None:
        raise InputError("its expert: expected a file of its own, or X.expert.json beside X.game.json, got none")
    if isinstance(game, ArrayGame):
        own = _array_policy(game, given)
        return ArrayWorstCase(expert=own, measure=measure, radius=radius, effort=effort)
    expert = _policy(game, given)
    check_policy(game, expert)
    return WorstCase(expert=expert, measure=measure, radius=radius, effort=effort)


def _game(given: GameLike) -> AnyGame:
    if isinstance(given, Game | ArrayGame):
        return given
    return read_array_game(given) if is_array_file(given) else read_game(given)


def _gap(game: AnyGame, given: PolicyLike) -> Question:
    if isinstance(game, Game):
        policy = _policy(game, given)
        check_policy(game, policy)
        return Gap(policy)
    return ArrayGap(_array_policy(game, given))


def _array_policy(game: ArrayGame, given: PolicyLike) -> ArrayPolicy:
    if isinstance(given, Policy):
        raise InputError("an array game: expected array policies, got another policy")
    if isinstance(given, ArrayPolicy):
        return given.of(game)
    return ArrayPolicy.uniform(game) if given == UNIFORM else read_array_policy(given, game)


def _policy(game: Game, given: PolicyLike) -> Policy:
    if isinstance(given, Policy):
        return given
    if isinstance(given, ArrayPolicy):
        raise InputError("a game: expected policies of its states by name, got an array policy")
    return Policy.uniform(game) if given == UNIFORM else read_policy(given, game)


def _beside(given: GameLike) -> Path | None:
    """The expert's file beside a game's file."""
    if isinstance(given, Game | ArrayGame):
        return None
    path = Path(given)
    ending = next((ending for ending in _ENDINGS if path.name.endswith(ending)), None)
    if ending is None:
        return None
    beside = path.with_name(path.name.removesuffix(ending) + _ENDINGS[ending])
    return beside if beside.exists() else None


def _label(given: GameLike | PolicyLike | None) -> str:
    if isinstance(given, Game):
        return given.name or given.digest[:12]
    if isinstance(given, Policy | ArrayPolicy | ArrayGame) or given is None:
        return repr(given)
    return printable(os.fspath(given))


def _fault(error: CertigapError) -> Fault:
    return Fault(str(error), error.exit_code)
