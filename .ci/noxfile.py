"""Every check by one task name: `nox -f .ci/noxfile.py -s NAME`, from anywhere in the checkout.

A session runs in the environment that nox itself is installed in (`pip install -e ".[dev]"`), so that it checks what
the developer has; `.ci/run` builds that environment from nothing and calls the same sessions.
"""

import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "layers", "checker", "tests"]


def readme_commands() -> tuple[str, str]:
    """The README's two commands: the main job and the tests."""
    lines = (ROOT / "README.md").read_text().splitlines()
    found = [line for line in lines if line.startswith("python3.11 -m venv")]
    if len(found) != 2:
        raise ValueError(f"README.md: expected two commands that make an environment, got {len(found)}")
    return found[0], found[1]


def python(session: nox.Session, *arguments: str) -> None:
    """One command of this environment's interpreter, from the root of the checkout."""
    session.chdir(ROOT)
    session.run(sys.executable, *arguments)


def shell(session: nox.Session, command: str) -> None:
    """One line of the README, as a user's shell runs it."""
    session.chdir(ROOT)
    session.run("bash", "-euo", "pipefail", "-c", command)


@nox.session
def lint(session: nox.Session) -> None:
    """ruff: rules and format."""
    python(session, "-m", "ruff", "check", ".")
    python(session, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict, on the package."""
    python(session, "-m", "mypy", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """Parts import only what stands above them; tests keep their layout; documents cite what exists."""
    names = ("layers", "layout", "documents")
    python(session, "-m", "pytest", "-q", *(f"tests/test_{name}.py" for name in names))


@nox.session
def checker(session: nox.Session) -> None:
    """The checker's tests with asserts compiled away: none of its conditions may be one."""
    python(session, "-O", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/checker", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """The README's test command in this environment; arguments after `--` narrow it."""
    command = readme_commands()[1].split("&&")[-1].split()
    python(session, *command[1:], *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests of minutes rather than seconds, which the default run leaves out."""
    python(session, "-m", "pytest", "-q", "-m", "slow", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, strictly; into the folder named after `--`, by default a temporary one."""
    folder = session.posargs[0] if session.posargs else str(Path(session.create_tmp()) / "site")
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    python(
        session, "-m", "mkdocs", "build", "--strict", "-q", "-f", ".docs/mkdocs.yml", "-d", str(Path(folder).resolve())
    )


@nox.session
def pictures(session: nox.Session) -> None:
    """The picture of the parts, drawn again from the imports."""
    python(session, ".github/parts_picture.py")


@nox.session
def main_job(session: nox.Session) -> None:
    """The README's first command as written: a new `.venv`, the main job on the Tag game."""
    shutil.rmtree(ROOT / ".venv", ignore_errors=True)
    shell(session, readme_commands()[0])


@nox.session
def environment(session: nox.Session) -> None:
    """The README's second command as written, up to its tests: in a new `.venv`; lint and docs are added."""
    shutil.rmtree(ROOT / ".venv", ignore_errors=True)
    shell(session, "&&".join(readme_commands()[1].split("&&")[:-1]))
    shell(session, '.venv/bin/python -m pip install -q -e ".[lint,docs]"')
