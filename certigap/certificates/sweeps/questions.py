"""What a sweep asks of a game: the worst NashGap over a ball, or the NashGap of one policy.

How long a search may take is no part of the question: one that was cut is asked again only with more time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

from certigap.bounds.balls import Measure
from certigap.certificates.array_gaps import array_gaps_certificate
from certigap.certificates.array_worst_case import array_worst_case_certificate
from certigap.certificates.claims import certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.json_write import dumps
from certigap.model.game import Game
from certigap.model.large import ArrayGame, ArrayPolicy
from certigap.model.large.files import policy_arrays
from certigap.model.policy import Policy
from certigap.questions.array_worst_case.question import array_worst_case
from certigap.questions.worst_case.question import worst_case
from certigap.semantics import gaps
from certigap.semantics.array_gaps import array_gaps
from certigap.work.deadline import Deadline

__all__ = ["AnyGame", "AnyPolicy", "ArrayGap", "ArrayWorstCase", "Effort", "Gap", "Question", "WorstCase"]

AnyGame: TypeAlias = Game | ArrayGame
AnyPolicy: TypeAlias = Policy | ArrayPolicy

_LONGEST = 24  # characters of a radius in the name of a file


class Question(Protocol):
    """One question, of a given game."""

    suffix: ClassVar[str]

    @property
    def short(self) -> str:
        """For the name of a file."""
        ...

    @property
    def identity(self) -> bytes:
        """What tells it from every other question of the same game."""
        ...

    @property
    def claim(self) -> Mapping[str, str]:
        """What the certificate's claim must say, but for the policies and the numbers."""
        ...

    @property
    def policies(self) -> Mapping[str, AnyPolicy]:
        """The policies that the claim must be about, by their roles in `verify`."""
        ...

    def write(self, game: Any, path: Path) -> None:
        """Answer, and write the certificate."""
        ...

    def is_spent(self, provenance: Mapping[str, Any]) -> bool:
        """Whether the work that a certificate tells of is all that this sweep would spend."""
        ...


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a worst case is searched: seconds (None: no limit), the upper/lower at which to stop, the seed."""

    budget: float | None
    ratio: Fraction
    seed: int

    def to_json(self) -> dict[str, str]:
        """What a certificate of a sweep tells of it."""
        return {"budget": "none" if self.budget is None else f"{self.budget:g}", "ratio": format_rational(self.ratio)}

    def is_spent(self, told: Mapping[str, Any]) -> bool:
        """Whether a search ended by itself for this ratio, or had as much time."""
        own = self.to_json()
        if told.get("ratio") != own["ratio"]:
            return False
        return told.get("complete") is True or told.get("budget") in ("none", own["budget"]) or self._is_less(told)

    def _is_less(self, told: Mapping[str, Any]) -> bool:
        try:
            return self.budget is not None and self.budget <= float(told["budget"])
        except (KeyError, TypeError, ValueError):
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _OverBall:
    """What worst cases over a ball around an expert have in common, whatever the game."""

    expert: AnyPolicy
    measure: Measure
    radius: Fraction
    effort: Effort

    @property
    def short(self) -> str:
        text = format_rational(self.radius).replace("/", "_")
        return str(self.measure) + (f"-{text}" if len(text) <= _LONGEST else "")

    @property
    def claim(self) -> Mapping[str, str]:
        return {"kind": "worst-case", "measure": str(self.measure), "radius": format_rational(self.radius)}

    @property
    def policies(self) -> Mapping[str, AnyPolicy]:
        return {"expert": self.expert}

    def is_spent(self, provenance: Mapping[str, Any]) -> bool:
        return self.effort.is_spent(provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase(_OverBall):
    """The worst NashGap over a ball around an expert."""

    expert: Policy

    suffix: ClassVar[str] = ".cert.json"

    @property
    def identity(self) -> bytes:
        return dumps({**self.claim, "expert": policy_rows_to_json(self.expert)}).encode()

    def write(self, game: Game, path: Path) -> None:
        effort = self.effort
        answer = worst_case(
            game, self.expert, self.radius, str(self.measure), effort.budget, seed=effort.seed, ratio=effort.ratio
        )
        written = certificate(answer)
        replace(written, provenance=written.provenance | effort.to_json()).write(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayWorstCase(_OverBall):
    """The worst NashGap over a ball around an expert of an array game."""

    expert: ArrayPolicy

    suffix: ClassVar[str] = ".cert.npz"

    @property
    def identity(self) -> bytes:
        return _digest(dumps(dict(self.claim)).encode(), self.expert)

    def write(self, game: ArrayGame, path: Path) -> None:
        deadline = Deadline(self.effort.budget)
        answer = array_worst_case(game, self.expert, self.radius, deadline, str(self.measure))
        told: dict[str, str | bool] = {"complete": answer.complete, "seconds": f"{deadline.spent:.3f}"}
        told |= {"upper_bound": "coupled", **self.effort.to_json()}
        replace(array_worst_case_certificate(answer), provenance=told).write(path)


@dataclass(frozen=True, slots=True)
class Gap:
    """The NashGap of a policy."""

    policy: Policy

    suffix: ClassVar[str] = ".cert.json"
    short: ClassVar[str] = "gap"
    claim: ClassVar[Mapping[str, str]] = {"kind": "nash-gap"}

    @property
    def identity(self) -> bytes:
        return dumps({**self.claim, "policy": policy_rows_to_json(self.policy)}).encode()

    @property
    def policies(self) -> Mapping[str, AnyPolicy]:
        return {"policy": self.policy}

    def write(self, game: Game, path: Path) -> None:
        certificate(gaps(game, self.policy)).write(path)

    def is_spent(self, _: Mapping[str, Any]) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class ArrayGap:
    """The NashGap of a policy of an array game."""

    policy: ArrayPolicy

    suffix: ClassVar[str] = ".cert.npz"
    short: ClassVar[str] = "gap"
    claim: ClassVar[Mapping[str, str]] = {"kind": "nash-gap"}

    @property
    def identity(self) -> bytes:
        return _digest(b"array gap", self.policy)

    @property
    def policies(self) -> Mapping[str, AnyPolicy]:
        return {"policy": self.policy}

    def write(self, game: ArrayGame, path: Path) -> None:
        array_gaps_certificate(array_gaps(game, self.policy)).write(path)

    def is_spent(self, _: Mapping[str, Any]) -> bool:
        return True


def _digest(asked: bytes, policy: ArrayPolicy) -> bytes:
    content = hashlib.sha256(asked)
    for name, array in policy_arrays(policy).items():
        content.update(name.encode() + array.tobytes())
    return content.digest()
