"""The case files, judged by the checker as its users run it."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checker.harness import FOLDERS, HERE, cases, command, game_file, verdicts
from tests.helpers.checker.judging import Judge
from tests.helpers.checker.truth import Rows, TrueGame

WHY = {folder: json.loads((HERE / folder / "WHY.json").read_text()) for folder in ("reject", "malformed")}
EXPECTED = dict(zip(FOLDERS, ("valid", "invalid", "malformed"), strict=True))


def by_game(folder: str) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = defaultdict(list)
    for case in cases(folder):
        if not case.name.startswith(("game.", "policy.")):
            found[game_file(case)].append(case)
    return dict(found)


@cache
def judged(folder: str) -> list[tuple[Path, dict[str, Any]]]:
    """Every certificate of a folder and the checker's result."""
    found = by_game(folder).items()
    return [pair for game, paths in found for pair in zip(paths, verdicts(game, paths), strict=True)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_its_verdict(folder: str) -> None:
    results = [result for _, result in judged(folder)]
    wrong = [(r["certificate"], r["verdict"], r.get("reason")) for r in results if r["verdict"] != EXPECTED[folder]]
    assert wrong == []


def test_every_reason_is_one_line_and_names_the_file() -> None:
    for folder in ("reject", "malformed"):
        for path, result in judged(folder):
            reason = result["reason"]
            assert reason.startswith(str(path)), reason
            assert "\n" not in reason
            assert len(reason) < 600


@pytest.mark.parametrize("path", [p for p in cases("malformed") if p.name.startswith("game.")], ids=lambda p: p.name)
def test_malformed_games(path: Path) -> None:
    done = command(path, HERE / "accept" / "coin.gap-exact.json")
    assert done.returncode == 2, done.stdout
    assert done.stdout.startswith(f"malformed: {path}: ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize("path", [p for p in cases("malformed") if p.name.startswith("policy.")], ids=lambda p: p.name)
def test_malformed_policies(path: Path) -> None:
    done = command("--policy", path, HERE / "games" / "coin.json", HERE / "accept" / "coin.gap-exact.json")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (2, 1, "")
    assert done.stdout.startswith(f"malformed: {path}: ")


def test_the_cases_are_many_and_explained() -> None:
    for folder, least in (("reject", 440), ("malformed", 220)):
        names = {path.name for path in cases(folder)}
        assert names == set(WHY[folder])
        assert len(names) >= least
        assert all(WHY[folder].values())
    kinds = {json.loads(path.read_text())["claim"]["kind"] for path in cases("accept")}
    assert len(kinds) == 10


def judges() -> dict[Path, Judge]:
    """A judge for every game, who knows the policies that the accepted certificates speak of."""
    hints: dict[Path, list[Rows]] = defaultdict(list, {game: [] for game in by_game("reject")})
    for game, certificates in by_game("accept").items():
        true = TrueGame.read(game)
        for path in certificates:
            data = json.loads(path.read_text())
            found = [data["claim"].get("policy"), data["proof"].get("witness", {}).get("policy")]
            hints[game] += [true.rows(rows) for rows in found if rows is not None]
    return {game: Judge(TrueGame.read(game), 0, found) for game, found in hints.items()}


def test_no_accepted_claim_is_false() -> None:
    known = judges()
    for game, certificates in by_game("accept").items():
        for path in certificates:
            data = json.loads(path.read_text())
            assert not known[game].is_false(data["claim"], data["proof"].get("witness", {}).get("policy")), path.name


def test_rejected_claims_are_false_as_they_say() -> None:
    """`WHY.json` says "false" and gives the policy that refutes the claim, or says what else was refused."""
    known = judges()
    false = 0
    for game, certificates in by_game("reject").items():
        for path in certificates:
            why = WHY["reject"][path.name]
            if "refuted_by" not in why:
                continue
            judge = known[game]
            claim = json.loads(path.read_text())["claim"]
            hints = [judge.game.rows(why["refuted_by"])] if why["refuted_by"] else []
            judge = Judge(judge.game, 0, [*judge.hints, *hints])
            assert judge.is_false(claim, why.get("witness")), path.name
            false += 1
    assert false >= 420
