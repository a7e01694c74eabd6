"""One certificate of a sweep: the name of its file, the work that makes it, and what the checker says of it.

The name holds the game's hash and the hash of what is asked, so a finished certificate is found again whatever the
order and the other games of a sweep. Nothing is believed of a certificate, old or new, before the checker has run.
"""

import hashlib
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certigap.certificates.array_certificate import read_array_certificate
from certigap.certificates.read import read_certificate
from certigap.certificates.sweeps.questions import AnyGame, Question
from certigap.certificates.verify import verify
from certigap.errors import CertigapError
from certigap.exact.interval import Interval
from certigap.exact.rational import parse_rational

__all__ = ["Fault", "Proven", "Task", "made", "proven"]

_DIGITS = 16  # of a hash in a name: no two of 10^8 certificates share one, and `Task.name` holds two
_CODES = {"invalid": 1, "malformed": 2, "limit": 3}
_ONE_AT_A_TIME = threading.Lock()
"""A worker of a cluster may have threads; the kernels use them all, so that two tasks of one process are in each
other's way."""


@dataclass(frozen=True, slots=True)
class Task:
    """A question of a game."""

    game: AnyGame
    question: Question

    @property
    def name(self) -> str:
        """The certificate's file."""
        asked = hashlib.sha256(self.question.identity).hexdigest()
        return f"{self._of_game}.{self.question.short}.{asked[:_DIGITS]}{self.question.suffix}"

    @property
    def game_name(self) -> str:
        """The file that the game gets beside its certificates."""
        return f"{self._of_game}.game.json"

    @property
    def _of_game(self) -> str:
        return self.game.digest.removeprefix("arrays:")[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question has no answer, and the exit code that says so."""

    reason: str
    code: int


@dataclass(frozen=True, slots=True)
class Proven:
    """What a certificate that the checker accepted says of NashGap, its bytes, and what its writer tells."""

    interval: Interval
    content: bytes
    provenance: dict[str, Any]


def made(task: Task) -> Proven | Fault:
    """Answer, write, and have it checked; a fault of the input or of a solver is the result, never raised."""
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / task.name
        try:
            task.question.write(task.game, path)
            return proven(task, path)
        except CertigapError as error:
            return Fault(str(error), error.exit_code)


def proven(task: Task, path: Path) -> Proven | Fault:
    """What a certificate file proves of a task.

    Raises:
        CertigapError: the checker could not be run.
    """
    verdict = verify(task.game, path, **task.question.policies)[0]  # type: ignore[arg-type]
    if not verdict.is_valid or verdict.claim is None:
        return Fault(f"its certificate is {verdict.verdict}: {verdict.reason}", _CODES.get(verdict.verdict, 1))
    if other := [key for key, value in task.question.claim.items() if verdict.claim.get(key) != value]:
        return Fault(f"its certificate claims another {other[0]}", 1)
    ends = {side: parse_rational(text) for side, text in verdict.claim["nash_gap"].items()}
    read = read_certificate if path.suffix == ".json" else read_array_certificate
    provenance = read(path).get("provenance", {})
    return Proven(Interval(ends.get("lower"), ends.get("upper")), path.read_bytes(), provenance)
