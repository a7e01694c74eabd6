"""`proofs/INDEX.md`, written from the statements: a table a chapter, each statement in full, and who uses whom."""

from collections import Counter
from collections.abc import Iterable, Mapping

from certigap.audit.statement import Chapter, Statement

__all__ = ["index_text"]

_HEAD = """# Index of the audit

Written from the statements' files by `python proofs/make.py`; do not edit. `certigap prove ID` runs the evidence of one
statement again, `certigap prove` that of all, `certigap prove --all` with every property check in full.

Verdicts: **proved** (a written proof, or an identity that holds for any game), **proved on the family** (an identity
for a family of games), **checked on instances**, **refuted** (as printed), **repaired** (refuted as printed, and put
right). A written proof is read, not run; what is run beside it is named with it. Errors found: [ERRATA.md](ERRATA.md).
"""


def index_text(statements: Mapping[str, Statement]) -> str:
    """The whole file."""
    parts = [_HEAD, _summary(statements.values())]
    for chapter in Chapter:
        own = [statement for statement in statements.values() if statement.chapter is chapter]
        parts.append(f"## {chapter}\n\n{_table(own)}")
    parts.append(f"## Who uses whom\n\n{_graph(statements)}")
    parts.append("## The statements\n\n" + "\n".join(_full(statement) for statement in statements.values()))
    return "\n".join(parts)


def _summary(statements: Iterable[Statement]) -> str:
    found = list(statements)
    counts = Counter(str(statement.verdict) for statement in found)
    kinds = Counter(evidence.kind for statement in found for evidence in statement.evidence)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    evidence = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(kinds.items()))
    return f"{len(found)} statements: {verdicts}. Evidence: {evidence}.\n"


def _table(statements: Iterable[Statement]) -> str:
    lines = ["| id | statement | verdict | evidence |", "|---|---|---|---|"]
    for statement in statements:
        kinds = Counter(evidence.kind for evidence in statement.evidence)
        evidence = ", ".join(kind if count == 1 else f"{kind} ({count})" for kind, count in kinds.items())
        link = f"[{statement.id}](#{statement.id})"
        lines.append(f"| {link} | {_cell(statement.title)} | {statement.verdict} | {evidence} |")
    return "\n".join(lines) + "\n"


def _graph(statements: Mapping[str, Statement]) -> str:
    arrows = [f"  {name} --> {used}" for name, statement in statements.items() for used in statement.uses]
    return "\n".join(["```mermaid", "graph LR", *arrows, "```", ""])


def _full(statement: Statement) -> str:
    file = statement.id.replace("-", "_")
    lines = [f"### {statement.id}", "", f"**{statement.title}** ({statement.source}; [{file}.py]({file}.py))", ""]
    if statement.printed:
        lines += [f"As printed: {statement.words(statement.printed)}", ""]
    lines += [statement.words(statement.claim), ""]
    if statement.hypotheses:
        lines += [f"Hypotheses: {'; '.join(statement.hypotheses)}.", ""]
    if statement.uses:
        lines += ["Uses: " + ", ".join(f"[{name}](#{name})" for name in statement.uses) + ".", ""]
    lines += [f"Verdict: **{statement.verdict}**.", ""]
    for evidence in statement.evidence:
        lines.append(f"- {evidence.kind}, {evidence.role.words}: {statement.words(evidence.says)}")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
