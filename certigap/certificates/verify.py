"""Running the trusted checker, as a program of its own: `python -I -S checker.py --json GAME CERTIFICATE..`.

The checker shares nothing with this process: no import, no object, only the files and its JSON answer.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certigap.errors import CertigapError
from certigap.model.files.codec import write_game, write_policy
from certigap.model.finite import FiniteGame, FinitePolicy, write_finite_game, write_finite_policy
from certigap.model.game import Game
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game, write_array_policy
from certigap.model.large.container import is_array_file
from certigap.model.policy import Policy

__all__ = ["CHECKER", "Verdict", "verify", "verify_files"]

CHECKER = Path(__file__).resolve().parent.parent / "checker.py"
ARRAY_CHECKER = CHECKER.parent / "array_checker.py"
_SLOW_BYTES = 2**24
"""Of an array game (about 10^6 transitions), up to which the standard library's checker takes seconds."""

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker said of a certificate: "valid", "invalid", "malformed" or "limit", with claim or reason."""

    certificate: str
    verdict: str
    statement: str = ""
    reason: str = ""
    claim: dict[str, Any] | None = None
    rules: dict[str, int] | None = None
    """With `--rules`: the checker's files that the verdict rests on, and their numbers of lines."""

    @property
    def is_valid(self) -> bool:
        """The claim is proven."""
        return self.verdict == "valid"

    def to_json(self) -> dict[str, Any]:
        """The fields that are there, as the checker names them."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value not in (None, "")}

    def __str__(self) -> str:
        text = f"{self.verdict}: " + (f"{self.certificate}: {self.statement}" if self.is_valid else self.reason)
        if self.rules is None:
            return text
        parts = ", ".join(f"{name} {lines}" for name, lines in self.rules.items())
        return f"{text}\n  rests on {sum(self.rules.values())} lines: {parts}"


def verify(
    game: Game | FiniteGame | ArrayGame | PathLike,
    *certificates: PathLike,
    expert: Policy | FinitePolicy | PathLike | None = None,
    policy: Policy | FinitePolicy | ArrayPolicy | PathLike | None = None,
) -> list[Verdict]:
    """Check certificates with the trusted checker; of large array games, with the one that needs NumPy (FORMAT 16).

    Args:
        game: the game that you trust, or its file.
        certificates: certificate files.
        expert: a policy (or its file) that every claim's expert must equal.
        policy: a policy (or its file) that every claim's policy must equal.

    Returns:
        One verdict per certificate.

    Raises:
        CertigapError: the checker itself could not be run.
    """
    with tempfile.TemporaryDirectory() as folder:

        def path_of(item: Any, name: str) -> PathLike:
            path = Path(folder) / name
            if isinstance(item, Game):
                write_game(item, path)
            elif isinstance(item, Policy):
                write_policy(item, path)
            elif isinstance(item, FiniteGame):
                write_finite_game(item, path)
            elif isinstance(item, FinitePolicy):
                write_finite_policy(item, path)
            elif isinstance(item, ArrayGame):
                write_array_game(item, path)
            elif isinstance(item, ArrayPolicy):
                write_array_policy(item, path)
            else:
                return str(item)
            return path

        files = {"--expert": path_of(expert, "expert.json") if expert is not None else None}
        files["--policy"] = path_of(policy, "policy.json") if policy is not None else None
        options = [str(part) for option, path in files.items() if path is not None for part in (option, path)]
        return verify_files(path_of(game, "game.json"), certificates, options)


def verify_files(game: PathLike, certificates: Sequence[PathLike], options: Sequence[str] = ()) -> list[Verdict]:
    """The checker's verdicts on files; `options` are passed on to it."""
    checker = ["-S", str(CHECKER)]
    if is_array_file(game) and os.path.getsize(game) > _SLOW_BYTES:
        checker = [str(ARRAY_CHECKER)]
    command = [sys.executable, "-I", *checker, "--json", *options, "--", str(game)]
    done = subprocess.run([*command, *map(str, certificates)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2, 3) or not done.stdout:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise CertigapError(f"checker: expected an answer, got exit code {done.returncode}: {lines[-1]}")
    return [Verdict(**result) for result in json.loads(done.stdout)["results"]]
