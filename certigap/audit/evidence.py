"""Kinds of evidence, each named for what it is: what a reader may conclude from it, and no more.

written proof        LaTeX in the statement's file; read it, no machine checks it
symbolic identity    an equality of rational functions, for all values of its parameters
exact certificate    a claim about one instance, judged by the trusted checker
exact computation    a finite computation over the rationals
property check       an inequality or equality in exact arithmetic on random instances, drawn from fixed seeds
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from certigap.audit.constants import Constants
from certigap.audit.draws import Draw
from certigap.errors import CertigapError

__all__ = ["Computed", "Evidence", "Identity", "Property", "Refuted", "Role", "Setting", "Written", "require"]

_SHORTEST_PROOF = 80  # letters: less is no proof


class Refuted(CertigapError):  # noqa: N818 (a verdict)
    """Evidence that does not show what it says."""

    exit_code = 1


class Role(StrEnum):
    """What evidence speaks for."""

    FOR = "for"
    """The statement as it stands."""
    AGAINST = "against"
    """The statement as it is printed."""
    REPAIR = "repair"
    """The statement put right."""

    @property
    def words(self) -> str:
        """For a reader."""
        return {Role.FOR: "for it", Role.AGAINST: "against the printed form", Role.REPAIR: "for the repair"}[self]


@dataclass(frozen=True)
class Setting:
    """What a run of evidence may use: the constants, the text of the statement's file, and whether time matters."""

    constants: Constants
    document: str
    thorough: bool = False


def require(holds: bool, message: str) -> None:
    """Raise `Refuted` unless a condition holds."""
    if not holds:
        raise Refuted(message)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is shown, in words with the constants in braces, and what it speaks for."""

    says: str
    role: Role = Role.FOR
    kind: ClassVar[str] = "evidence"

    def run(self, setting: Setting) -> str:
        """Show it again.

        Returns:
            How far it went, in a few words.

        Raises:
            Refuted: it is not so; the message names where.
        """
        raise NotImplementedError(f"{self.kind}: expected a kind of evidence that can be run, got the base class")


@dataclass(frozen=True, kw_only=True)
class Written(Evidence):
    """A proof in the docstring of the statement's file, after the word `Proof.`; `part` names one of several."""

    kind: ClassVar[str] = "written proof"
    part: str = "Proof."

    def run(self, setting: Setting) -> str:
        found = setting.document.partition(self.part)[2].partition("\\blacksquare")
        require(bool(found[1]), f"expected {self.part!r} up to its \\blacksquare in the file, got none")
        require(len(found[0]) > _SHORTEST_PROOF, f"expected a proof after {self.part!r}, got {len(found[0])} letters")
        return "to be read"


@dataclass(frozen=True, kw_only=True)
class Identity(Evidence):
    """Equalities of rational functions; `on_family` when the game is one of a family rather than any."""

    kind: ClassVar[str] = "symbolic identity"
    check: Callable[[Constants], None]
    on_family: bool = True

    def run(self, setting: Setting) -> str:
        self.check(setting.constants)
        return "for all parameters"


@dataclass(frozen=True, kw_only=True)
class Computed(Evidence):
    """A finite computation over the rationals; `check` returns how many cases it went through."""

    kind: ClassVar[str] = "exact computation"
    check: Callable[[Constants], int]

    def run(self, setting: Setting) -> str:
        count = self.check(setting.constants)
        return f"{count} cases" if count != 1 else "1 case"


@dataclass(frozen=True, kw_only=True)
class Property(Evidence):
    """A check of random instances, seeds 0, 1, ..: `quick` of them, or `full` when asked for all."""

    kind: ClassVar[str] = "property check"
    check: Callable[[Draw, Constants], None]
    quick: int = 30
    full: int = 1000

    def run(self, setting: Setting) -> str:
        count = self.full if setting.thorough else self.quick
        for seed in range(count):
            try:
                self.check(Draw(seed), setting.constants)
            except Refuted as error:
                raise Refuted(f"seed {seed}: {error}") from None
        return f"{count} instances"
