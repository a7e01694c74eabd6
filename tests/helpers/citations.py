"""What documents and docstrings cite: sections of `proofs/*.md`, files, and names in files written `file::name`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("certigap", "tests", "proofs", "notebooks", ".github", ".ci", "README.md", "CHANGELOG.md")
FOLDERS = (ROOT, ROOT / "proofs", ROOT / ".github")
DOCUMENTS = "(?:THEORY|FORMAT|DESIGN|STYLE|ERRATA|ARCHITECTURE|CONTRIBUTING|GLOSSARY)(?:-[A-Z]+)*"
"""Names under which documents are, or were once, cited; one that is no file of ours is reported."""
NUMBERS = r"(\d+(?:\.\d+)*)((?:(?:,| and| or| to) \d+(?:\.\d+)*)*)"
CITED = re.compile(rf"\b({DOCUMENTS})(?:\.md)?`?,?(?: sections?)? {NUMBERS}(?![\d%])")
NAMED = re.compile(rf"\b({DOCUMENTS})\b(?! = )")


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the repository that may cite another."""
    for place in PLACES:
        path = ROOT / place
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in found:
            if file.suffix in {".py", ".md", ".ipynb"} or file == ROOT / ".ci" / "run":
                yield file, file.read_text(encoding="utf-8")


def document(name: str) -> Path | None:
    """The file of a document cited by its name in capitals, such as THEORY."""
    return next((path for folder in FOLDERS if (path := folder / f"{name}.md").is_file()), None)


def sections(text: str) -> set[str]:
    """Numbers of a document's sections: headings `## 5. ..`, paragraphs `**5.1 ..**`, items `1. ..` below a heading."""
    found: set[str] = set()
    current = ""
    for line in text.splitlines():
        if heading := re.match(r"## (\d+)\.", line):
            current = heading[1]
            found.add(current)
        elif paragraph := re.match(r"\*\*(\d+(?:\.\d+)+)[. ]", line):
            found.add(paragraph[1])
        elif current and (item := re.match(r"(\d+)\. ", line)):
            found.add(f"{current}.{item[1]}")
    return found


def cited_sections(text: str) -> Iterator[tuple[str, str]]:
    """Pairs (document, section) that a text cites, such as THEORY 5 and the 8 of `THEORY 5 and 8`."""
    for name, first, rest in CITED.findall(text):
        yield from ((name, number) for number in (first, *re.findall(r"\d+(?:\.\d+)*", rest)))


def missing_sections(text: str) -> list[str]:
    """The citations of a text that lead nowhere."""
    known: dict[str, set[str]] = {}
    lost = []
    for name, number in cited_sections(text):
        path = document(name)
        if name not in known:
            known[name] = sections(path.read_text(encoding="utf-8")) if path else set()
        if number not in known[name]:
            lost.append(f"{name} {number}")
    return lost


def missing_files(text: str, folder: Path) -> list[str]:
    """Documents that a text names and that are neither in the folder, the root, `proofs/` nor `.github/`."""
    named = {name for name in re.findall(r"(?<![\w/*{-])[\w./-]+\.md\b", text) if not name.startswith("//")}
    lost = {name for name in named if not any((base / name).is_file() for base in (folder, *FOLDERS))}
    return sorted(lost | {name for name in NAMED.findall(text) if document(name) is None})


def has_name(path: Path, name: str) -> bool:
    """Whether a Python file defines `name` at its top, or `Class.name` in a class."""
    scope: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    for part in name.split("."):
        found = [node for node in scope if part in names_of(node)]
        if not found:
            return False
        scope = found[-1].body if isinstance(found[-1], ast.ClassDef) else []
    return True


def names_of(node: ast.stmt) -> set[str]:
    """The names that one statement binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def table(text: str, head: str) -> list[list[str]]:
    """The cells of the Markdown table whose first line starts with `head`, without its two head lines."""
    lines = text[text.index(head) :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))])
    return rows


def places(cell: str) -> list[str]:
    """The `file` or `file::name` entries of a table's cell."""
    return re.findall(r"`([^`]+)`", cell)


def unresolved(entries: list[str]) -> list[str]:
    """Entries whose file, or name in it, does not exist."""
    lost = []
    for entry in entries:
        file, _, name = entry.partition("::")
        path = ROOT / file
        if not path.exists() or (name and not has_name(path, name)):
            lost.append(entry)
    return lost
