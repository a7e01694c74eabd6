"""Automatic mutations of a statement, each of which makes it false: `prove` has to fail on every one and say where.

A constant gets another number or a smaller factor (`constants.mutants`); the verdict becomes each of the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from certigap.audit.constants import Constant, Constants, mutants
from certigap.audit.prove import Proven, prove_statement
from certigap.audit.statement import Statement, Verdict

__all__ = ["Mutation", "mutations"]


@dataclass(frozen=True)
class Mutation:
    """A statement made false; `where` says what was changed."""

    statement: Statement
    where: str

    def run(self) -> Proven:
        """The statement's evidence, which has to fail."""
        return prove_statement(self.statement)


def mutations(statement: Statement) -> Iterator[Mutation]:
    """Every mutation of a statement."""
    for name, constant in statement.constants.items():
        for text in mutants(constant):
            table = {**statement.constants, name: Constant(text, constant.sense)}
            where = f"{statement.id}: {name} = {constant.text} -> {text}"
            yield Mutation(replace(statement, constants=Constants(table).table), where)
    for verdict in Verdict:
        if verdict is not statement.verdict:
            where = f"{statement.id}: verdict {statement.verdict} -> {verdict}"
            yield Mutation(replace(statement, verdict=verdict), where)
