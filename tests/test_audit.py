"""The audit in `proofs/`: verdicts reproduced, its index up to date, and false statements that it must refuse."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from certigap.audit import Certified, Constants, Refuted, Statement, Verdict, exactly, load_statements, require
from certigap.audit.constants import evaluate, mutants
from certigap.audit.evidence import Setting
from certigap.audit.index import index_text
from certigap.audit.mutations import mutations
from certigap.audit.prove import prove, prove_statement
from certigap.cli import main
from certigap.errors import InputError

ROOT = Path(__file__).parent.parent
STATEMENTS = load_statements()
QUICK = ("lemma-1", "theorem-2", "dominance-and-delta", "appendix-c1")
"""Statements whose mutants are all run by default; those of the others are slow."""
CERTIFIED = [(name, e) for name, found in STATEMENTS.items() for e in found.evidence if isinstance(e, Certified)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_verdict_is_reproduced(name: str) -> None:
    (proven,) = prove([name])
    assert proven.failure == ""
    assert proven.verdict == STATEMENTS[name].verdict


def test_the_index_is_what_the_statements_say() -> None:
    assert (ROOT / "proofs" / "INDEX.md").read_text() == index_text(STATEMENTS)


def test_what_a_statement_uses_stands_before_it() -> None:
    names = list(STATEMENTS)
    assert all(names.index(used) < names.index(name) for name in names for used in STATEMENTS[name].uses)


def test_no_certificate_lies_about_unused() -> None:
    used = {e.path.name for _, e in CERTIFIED} | {e.game_path.name for _, e in CERTIFIED}
    assert {path.name for path in (ROOT / "proofs" / "certificates").iterdir()} == used


def mutants_of(*names: str) -> list[object]:
    return [pytest.param(m, id=m.where.replace(" ", "")) for name in names for m in mutations(STATEMENTS[name])]


@pytest.mark.parametrize("mutation", mutants_of(*QUICK))
def test_a_false_statement_is_refused_and_says_where(mutation: object) -> None:
    failure = mutation.run().failure  # type: ignore[attr-defined]
    assert failure.startswith(("symbolic identity (", "exact c", "property check (", "verdict: expected"))
    assert len(failure) > len("verdict: expected")


@pytest.mark.slow
@pytest.mark.parametrize("mutation", mutants_of(*(name for name in STATEMENTS if name not in QUICK)))
def test_every_other_false_statement_is_refused_too(mutation: object) -> None:
    assert mutation.run().failure  # type: ignore[attr-defined]


def test_there_are_many_mutants() -> None:
    assert len(mutants_of(*STATEMENTS)) >= 50
    assert sum("verdict" not in m.where for name in STATEMENTS for m in mutations(STATEMENTS[name])) >= 50


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package as a wheel lays it out: `proofs` inside it."""
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "certigap", tmp_path / "certigap", ignore=left_out)
    shutil.copytree(ROOT / "proofs", tmp_path / "certigap" / "proofs", ignore=left_out)
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "certigap", "prove", *words]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_an_installed_package_proves_and_refuses_tampering(copied: Path) -> None:
    done = run(copied, "lemma-1", "--json")
    assert (done.returncode, [item["verdict"] for item in json.loads(done.stdout)]) == (0, ["proved"])
    path = copied / "certigap" / "proofs" / "certificates" / "lemma-1.learner.cert.json"
    content = json.loads(path.read_text())
    place = next(iter(content["proof"]["optima"]["2"]))
    vector = content["proof"]["optima"]["2"]
    (vector[place] if isinstance(vector[place], dict) else vector)["num"][0] = "0"
    path.write_text(json.dumps(content))
    done = run(copied, "lemma-1")
    assert done.returncode == 1
    assert "lemma-1.learner.cert.json: the checker says" in done.stdout


def test_the_plugin_checks_the_certificates_of_the_audit() -> None:
    alone = ["-o", "addopts=", "--certigap", "proofs", "proofs"]  # else this very test would be collected, and so on
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *alone]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout
    assert f"{len(CERTIFIED)} passed" in done.stdout


def test_an_unknown_statement_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "lemma-9"]) == 2
    assert "expected an id (near: lemma-" in capsys.readouterr().err


def test_a_statement_in_full_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "theorem-2"]) == 0
    out = capsys.readouterr().out
    assert "against the printed form: the printed expert's NashGap is g [for all parameters]" in out
    assert "1 of 1 verdicts reproduced" in out


@pytest.mark.parametrize("text", ["__import__('os')", "g.real", "1.5", "g if g else 1", "unknown"])
def test_formulas_are_arithmetic_alone(text: str) -> None:
    with pytest.raises(InputError, match="expected arithmetic"):
        evaluate(text, {"g": 1})


def test_mutants_of_a_formula_differ_from_it() -> None:
    assert "5 / 4 / (1 - g)" in set(mutants(exactly("(5/3)/(1-g)")))
    assert "0 * g" not in set(mutants(exactly("0*g")))


def test_a_missing_proof_is_seen() -> None:
    written = STATEMENTS["theorem-1"].evidence[0]
    with pytest.raises(Refuted, match="blacksquare"):
        written.run(Setting(Constants({}), "Proof. None is given."))


def test_words_cannot_speak_of_another_constant() -> None:
    statement: Statement = replace(STATEMENTS["lemma-1"], constants={})
    with pytest.raises(KeyError):
        statement.words(statement.claim)


def test_a_verdict_has_to_follow() -> None:
    proven = prove_statement(replace(STATEMENTS["theorem-3"], verdict=Verdict.PROVED))
    assert proven.failure == "verdict: expected refuted, which the evidence carries, got proved"
    with pytest.raises(Refuted, match="no"):
        require(False, "no")
