"""Running the evidence of statements: what was shown, and where it failed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from certigap.audit.constants import Constants
from certigap.audit.evidence import Evidence, Refuted, Setting
from certigap.audit.folder import document, load_statements
from certigap.audit.statement import Statement, derived
from certigap.errors import CertigapError, InputError
from certigap.model.near import unknown_name
from certigap.work.clock import now

__all__ = ["Proven", "Shown", "prove", "prove_statement"]

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Shown:
    """One piece of evidence after its run: how far it went, or why it failed."""

    evidence: Evidence
    says: str
    extent: str
    failure: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Kind, role, words and extent; the failure if there is one."""
        found = {"kind": self.evidence.kind, "role": str(self.evidence.role), "says": self.says}
        return found | ({"failure": self.failure} if self.failure else {"extent": self.extent})


@dataclass(frozen=True)
class Proven:
    """A statement after the run of its evidence; `failure` is empty when the verdict was reproduced."""

    statement: Statement
    shown: tuple[Shown, ...]
    failure: str

    @property
    def verdict(self) -> str:
        """The declared verdict, or that it was not reproduced."""
        return "not reproduced" if self.failure else str(self.statement.verdict)

    def to_json(self) -> dict[str, Any]:
        """`{id, verdict, evidence}`, and the failure if there is one."""
        evidence = [shown.to_json() for shown in self.shown]
        found = {"id": self.statement.id, "verdict": self.verdict, "evidence": evidence}
        return found | ({"failure": self.failure} if self.failure else {})


def prove(names: Sequence[str] = (), *, thorough: bool = False, tell: Tell | None = None) -> Iterator[Proven]:
    """Run the evidence of statements again, one after another.

    Args:
        names: ids; none: all of them.
        thorough: property checks in full.
        tell: told what is being run, now and then.

    Raises:
        InputError: an unknown id.
    """
    statements = load_statements()
    for name in names:
        if name not in statements:
            raise InputError(f"statement: {unknown_name('an id', name, statements)}")
    chosen = [statement for name, statement in statements.items() if not names or name in names]
    for place, statement in enumerate(chosen, 1):

        def about(what: str, head: str = f"[{place}/{len(chosen)}] {statement.id}") -> None:
            if tell is not None:
                tell(f"{head}: {what}")

        yield prove_statement(statement, thorough=thorough, tell=about)


def prove_statement(
    statement: Statement, constants: Constants | None = None, *, thorough: bool = False, tell: Tell | None = None
) -> Proven:
    """Run one statement's evidence, with other constants than its own if they are given."""
    used = constants or statement.read
    stated = replace(statement, constants=used.table)
    setting = Setting(used, document(statement.id), thorough)
    shown = []
    failure = _verdict_failure(statement)
    for evidence in statement.evidence:
        if tell is not None:
            tell(evidence.kind)
        item = _shown(evidence, stated.words(evidence.says), setting)
        shown.append(item)
        failure = failure or (f"{evidence.kind} ({item.says}): {item.failure}" if item.failure else "")
    return Proven(stated, tuple(shown), failure)


def _shown(evidence: Evidence, says: str, setting: Setting) -> Shown:
    began = now()
    try:
        extent, failure = evidence.run(setting), ""
    except Refuted as error:
        extent, failure = "", str(error)
    except (CertigapError, ArithmeticError, KeyError) as error:
        extent, failure = "", f"{type(error).__name__}: {error}"
    return Shown(evidence, says, extent, failure, now() - began)


def _verdict_failure(statement: Statement) -> str:
    carried = derived(statement.evidence)
    if carried == statement.verdict:
        return ""
    return f"verdict: expected {carried}, which the evidence carries, got {statement.verdict}"
