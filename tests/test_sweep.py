"""`certigap sweep`: a folder of certificates, what happens to bad games, killed workers and a second run."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.certificates.sweeps import sweep as module
from certigap.certificates.sweeps.row import SweepRow
from certigap.certificates.sweeps.sweep import SweepAnswer, sweep
from certigap.cli import main
from certigap.errors import InputError
from certigap.model.large import ArrayPolicy, write_array_game, write_array_policy
from certigap.model.large.families import random_game
from certigap.work.engines import ATTEMPTS, Lost, in_pool, on_cluster
from tests.helpers.command_line import fails, run_json
from tests.helpers.peers import peer
from tests.helpers.workers import dying, once_killed, patient

GAMES = ("algorithm1", "public-goods")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Two games of the catalog in the working folder, their experts beside them."""
    monkeypatch.chdir(tmp_path)
    for name in GAMES:
        assert main(["games", "export", name]) == 0
    capsys.readouterr()
    return [f"{name}.game.json" for name in GAMES]


@pytest.fixture
def serial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task is done here, so that a test of something else starts no processes."""
    monkeypatch.setattr(module, "in_pool", lambda work, items, _: (pair for pair in enumerate(map(work, items))))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask cluster of two processes on this machine."""
    distributed = peer("distributed")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as found:
        yield found


def ends(answer: SweepAnswer) -> list[tuple[Any, ...]]:
    return [(row.game, row.eps, row.policy, row.interval) for row in answer.rows]


def nothing_to_do(*_: Any) -> Iterator[Any]:
    raise AssertionError("a worker was asked")


def test_worst_cases_and_gaps_are_those_of_the_single_questions(files: list[str]) -> None:
    answer = sweep(files, ["1/10", "1/5"], policies=["public-goods.learner.json", "uniform"], out="found", workers=2)
    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    assert answer.rows[0].interval == cg.worst_case(game, expert, "1/10").interval
    assert answer.rows[6].interval == cg.nash_gap(cg.games.load("public-goods"), cg.games.learner("public-goods"))
    assert answer.rows[3].interval == cg.nash_gap(game, cg.Policy.uniform(game))
    assert [row.status for row in answer.rows] == ["computed"] * 2 + ["failed"] + ["computed"] * 5
    assert "public-goods.learner.json" in answer.rows[2].why
    assert answer.exit_code == 2
    assert not answer.complete


def test_certificates_are_beside_their_games_and_verify(files: list[str], serial: None) -> None:
    answer = sweep(files[:1], ["1/10"], measures=["bc", "rho"], out="found", workers=1)
    assert {row.measure for row in answer.rows} == {"bc", "rho"}
    for row in answer.rows:
        assert cg.verify(f"found/{row.hash[:16]}.game.json", f"found/{row.certificate}")[0].is_valid
    table = list(csv.DictReader(io.StringIO(Path("found/table.csv").read_text())))
    assert [(line["measure"], line["eps"]) for line in table] == [("bc", "1/10"), ("rho", "1/10")]
    assert (table[0]["lower"], table[0]["upper"], table[0]["complete"]) == ("9/200", "9/200", "yes")
    assert (table[0]["lower_decimal"], table[0]["upper_decimal"]) == ("0.045", "0.045")


def test_a_second_run_computes_nothing(files: list[str], serial: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sweep(files, ["1/10"], out="found")
    written = {path: path.stat().st_mtime_ns for path in Path("found").glob("*.cert.json")}
    assert len(written) == 2
    with monkeypatch.context() as patch:
        patch.setattr(module, "made", nothing_to_do)
        second = sweep(files[::-1], ["1/10"], out="found", budget=30)
    assert [row.status for row in second.rows] == ["found", "found"]
    assert ends(second) == ends(first)[::-1]
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_more_radii_are_added_and_damaged_certificates_made_again(files: list[str], serial: None) -> None:
    first = sweep(files[:1], ["1/10", "1/5"], out="found", workers=1)
    damaged, other = (Path("found") / row.certificate for row in first.rows)
    data = json.loads(damaged.read_text())
    data["claim"]["nash_gap"]["upper"] = "1/100"
    damaged.write_text(json.dumps(data))
    second = sweep(files[:1], ["1/10", "1/5", "1/4"], out="found", workers=1)
    assert [row.status for row in second.rows] == ["computed", "found", "computed"]
    assert ends(second)[:2] == ends(first)
    other.write_bytes(damaged.read_bytes())  # valid, but of another radius than its name says
    third = sweep(files[:1], ["1/10", "1/5"], out="found", workers=1)
    assert [row.status for row in third.rows] == ["found", "computed"]


def test_what_a_budget_cut_is_asked_again_with_more_time_only(tmp_path: Path, serial: None) -> None:
    games, experts = [cg.games.load("lemma1")], [cg.games.expert("lemma1")]

    def status(budget: float, ratio: str = "201/200") -> str:
        return sweep(games, ["1/20"], experts=experts, out=tmp_path, budget=budget, ratio=ratio).rows[0].status

    cut = sweep(games, ["1/20"], experts=experts, out=tmp_path, budget=0.01)
    assert (cut.rows[0].status, cut.rows[0].complete, cut.exit_code) == ("computed", False, 0)
    assert [status(0.005), status(0.01), status(0.02)] == ["found", "found", "computed"]
    assert status(0.02, "2") == "computed"


def test_a_bad_game_is_a_line(files: list[str], serial: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.game.json").write_text('{"format": "certigap-game"}')
    answer = run_json(
        capsys,
        "sweep",
        "bad.game.json",
        files[0],
        "gone.json",
        "--eps",
        "1/10",
        "--out",
        "found",
        "--workers",
        "1",
        code=2,
    )
    statuses = [(row["game"], row["status"]) for row in answer["rows"]]
    assert statuses == [("bad.game.json", "failed"), (files[0], "computed"), ("gone.json", "failed")]
    assert "bad.game.json" in answer["rows"][0]["why"]
    assert (answer["computed"], answer["found"], answer["failed"]) == (1, 0, 2)
    assert main(["sweep", files[0], "bad.game.json", "--eps", "1/10", "--out", "found"]) == 2
    shown = capsys.readouterr()
    assert "9/200 ~ 0.045" in shown.out
    assert "2 questions: 0 computed, 1 found, 1 failed" in shown.out
    assert shown.err == "wrote found/table.csv\n"


def test_worst_cases_of_array_games_are_found_again(files: list[str], serial: None) -> None:
    game = random_game(20, seed=3)
    write_array_game(game, "random.game.npz")
    write_array_policy(ArrayPolicy.uniform(game), "random.expert.npz", game)
    first = sweep(["random.game.npz", *files], ["1/10", "1/5"], measures=("bc", "rho"), out="found", budget=20)
    again = sweep([game, *files], ["1/5"], experts=["uniform"], out="found", budget=20)
    rows = [row for row in first.rows if row.game == "random.game.npz"]
    assert [(row.measure, row.eps) for row in rows] == [
        (measure, Fraction(1, eps)) for measure in ("bc", "rho") for eps in (10, 5)
    ]
    assert all(row.complete and row.ratio is not None and row.seconds is not None for row in rows)
    assert all(row.upper_bound == "coupled" and row.certificate.endswith(".cert.npz") for row in rows)
    assert (again.rows[0].status, again.rows[0].interval) == ("found", rows[1].interval)
    other = sweep([game], ["1/5"], experts=[ArrayPolicy.uniform(game)], measures=("mu",), out="found")
    assert other.rows[0].status == "failed"
    assert "expected bc or rho, got 'mu'" in other.rows[0].why
    longer = sweep([game], ["1/5"], experts=["uniform"], ratio="3/2", out="found", budget=20)
    assert longer.rows[0].status == "computed"


def test_array_games_are_asked_for_gaps(files: list[str], serial: None) -> None:
    game = random_game(5)
    policy = ArrayPolicy.pure(game, [game.shapes[:, i].astype("int64") - 1 for i in range(2)])
    write_array_game(game, "random.npz")
    write_array_policy(policy, "pure.npz", game)
    answer = sweep(["random.npz"], ["1/10"], policies=["uniform", "pure.npz"], out="found", workers=1)
    assert [row.status for row in answer.rows] == ["failed", "computed", "computed"]
    assert answer.rows[2].interval == cg.array_gaps(game, policy).nash_gap
    again = sweep([game], policies=[policy, ArrayPolicy.uniform(game)], out="found", workers=1)
    assert [row.status for row in again.rows] == ["found", "found"]
    assert again.exit_code == 0
    assert answer.rows[2].certificate.startswith(f"{game.digest.removeprefix('arrays:')[:16]}.gap.")


def test_a_radius_that_is_written_twice_is_one(files: list[str], serial: None, capsys: Any) -> None:
    asked = ["sweep", files[0], "--eps", "1/10,0.1", "--eps", "10%,1e-1", "--out", "found", "--workers", "1"]
    assert len(run_json(capsys, *asked)["rows"]) == 1


def test_a_question_asked_twice_is_answered_once(files: list[str], serial: None) -> None:
    seen = []
    answer = sweep([files[0]] * 2, ["1/10"], out="found", workers=1, progress=lambda *told: seen.append(told[1:]))
    assert [row.status for row in answer.rows] == ["computed"] * 2
    assert len(list(Path("found").glob("*.cert.json"))) == 1
    assert seen == [(1, 2), (2, 2)]


def test_bad_arguments_are_refused_before_any_work(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "got neither" in fails(capsys, "sweep", files[0], "--out", "found")
    assert "--out" in fails(capsys, "sweep", files[0], "--eps", "1/10", "--out", files[0])
    assert "--eps" in fails(capsys, "sweep", files[0], "--eps", "1/10,x", "--out", "found")
    assert "measure" in fails(capsys, "sweep", files[0], "--eps", "1/10", "--measure", "bc,tv", "--out", "found")
    twice = ("--expert", "a.json", "--expert", "b.json")
    assert "experts" in fails(capsys, "sweep", files[0], "--eps", "1/10", *twice, "--out", "found")
    assert not Path("found").exists()
    with pytest.raises(InputError, match="ratio"):
        sweep(files, ["1/10"], out="found", ratio=1)


def test_exit_codes() -> None:
    done = SweepRow(game="a", interval=cg.nash_gap(cg.games.load("lemma1"), cg.games.expert("lemma1")))
    faults = [replace(SweepRow(game="b", status="failed"), code=code) for code in (3, 2, 1)]

    def code(*rows: SweepRow) -> int:
        return SweepAnswer(rows, Path(), 0.0).exit_code

    assert [code(done), code(done, SweepRow(game="b")), code(SweepRow(game="b"))] == [0, 0, 3]
    assert [code(done, *faults[:k]) for k in (1, 2, 3)] == [3, 2, 1]


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    items = [(str(tmp_path), number) for number in range(4)]
    assert dict(in_pool(once_killed, items, 2)) == {number: number for number in range(4)}
    assert {path.name for path in tmp_path.iterdir()} == {"1", "3"}


def test_a_task_that_kills_everybody_ends_alone() -> None:
    found = dict(in_pool(dying, range(4), 2))
    lost = found.pop(1), found.pop(2)
    assert found == {0: 0, 3: 3}
    assert lost[0] == Lost(f"its worker was killed {ATTEMPTS} times (out of memory?)")
    assert lost[1] == Lost("ZeroDivisionError: integer division or modulo by zero")


def test_no_process_is_left_when_the_caller_stops_listening() -> None:
    work = in_pool(patient, range(20), 2)
    next(work)
    began = time.monotonic()
    work.close()
    assert time.monotonic() - began < 0.4


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_process_is_left_when_the_caller_is_killed(tmp_path: Path) -> None:
    text = "from certigap.work.engines import in_pool; from tests.helpers import workers"
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", f"{text}; list(in_pool(workers.forever, [0], 1))"]
    caller = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": root})
    waited_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    worker = int((tmp_path / "pid").read_text())
    caller.kill()
    caller.wait()
    waited_for(lambda: not Path(f"/proc/{worker}").exists())


def waited_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def raising(*_: Any) -> None:
    raise RuntimeError("of the caller")


def test_what_the_caller_raises_leaves_no_client(cluster: Any, files: list[str]) -> None:
    with pytest.raises(RuntimeError, match="of the caller") as caught:
        sweep(files[:1], ["1/10", "1/8"], out="found", scheduler=cluster.scheduler_address, progress=raising)
    with peer("distributed").Client(cluster, set_as_default=False) as client:
        clients = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.clients))
    assert (caught.type, clients) == (RuntimeError, 2)  # this one, and the cluster's own


def test_an_interrupt_leaves_a_table_and_a_folder_to_go_on_with(files: list[str]) -> None:
    radii = [f"1/{k}" for k in range(10, 30)]  # more than are done between two looks at the folder
    command = [
        sys.executable,
        "-m",
        "certigap",
        "sweep",
        *files,
        "--eps",
        ",".join(radii),
        "--out",
        "found",
        "--workers",
        "1",
    ]
    command += ["--budget", "60", "--ratio", "100001/100000", "--json"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not list(Path("found").glob("*.cert.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    rows = json.loads(running.communicate(timeout=20)[0])["rows"]
    assert running.returncode == 0
    assert rows[0]["status"] == "computed"
    assert rows[-1]["status"] == "not reached"
    assert len(list(csv.reader(io.StringIO(Path("found/table.csv").read_text())))) == 1 + len(files) * len(radii)


def test_a_killed_worker_of_a_cluster_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    items = [(str(tmp_path), number) for number in range(4)]
    assert dict(on_cluster(once_killed, items, cluster.scheduler_address)) == {number: number for number in range(4)}
    assert {path.name for path in tmp_path.iterdir()} == {"1", "3"}
    assert isinstance(dict(on_cluster(dying, [2], cluster.scheduler_address))[0], Lost)


def test_a_sweep_on_a_cluster_whose_worker_is_killed(cluster: Any, files: list[str]) -> None:
    radii = ["1/10", "1/8", "1/5", "1/4"]
    with peer("distributed").Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2)  # another test has killed some
        before = client.run(os.getpid)

        def kill(row: SweepRow, done: int, count: int) -> None:
            busy = [worker for worker, tasks in client.processing().items() if tasks]
            if done == 1 and busy:
                os.kill(before[busy[0]], signal.SIGKILL)

        answer = sweep(
            files[:1],
            radii,
            out="found",
            scheduler=cluster.scheduler_address,
            progress=kill,
        )
        client.wait_for_workers(2)
        after = client.run(os.getpid)
    assert [row.status for row in answer.rows] == ["computed"] * 4
    assert set(after.values()) != set(before.values())
    assert ends(sweep(files[:1], radii, out="found")) == ends(answer)


def test_a_scheduler_that_does_not_answer(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    peer("distributed")
    said = fails(capsys, "sweep", files[0], "--eps", "1/10", "--out", "found", "--scheduler", "nowhere")
    assert "expected the address of a Dask scheduler" in said


def test_rows_are_plain_data() -> None:
    row = SweepRow(game="a", eps=Fraction(1, 10), measure="bc")
    assert row.to_json()["eps"] == "1/10"
    assert json.loads(json.dumps(row.to_json()))["lower"] is None
