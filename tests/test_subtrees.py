"""Subtrees of a branch and bound on a cluster: verdict and upper end, also when a worker is killed."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds.boxes.subtrees import Subtree, grown
from certigap.errors import InputError
from certigap.questions.worst_case import boxing
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.work.engines import Lost, on_cluster
from tests.helpers.peers import peer
from tests.helpers.random_games import games_with_experts

LEAST = 12
"""Leaves from which on this file hands out subtrees: small trees, so that tests are short."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask cluster of two processes on this machine."""
    distributed = peer("distributed")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as found:
        yield found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[cg.Game, cg.Policy, str]:
    """A game whose tree has more leaves than `LEAST`."""
    monkeypatch.setattr(boxing, "LEAST_LEAVES", LEAST)
    [(game, expert)] = games_with_experts(1, seed=1, states=4)
    return game, expert, "1/10"


def is_valid(answer: WorstCaseAnswer, folder: Path) -> bool:
    path = folder / "answer.cert.json"
    cg.certificate(answer).write(path)
    return cg.verify(answer.game, path, expert=answer.expert)[0].is_valid


def tree(answer: WorstCaseAnswer) -> Any:
    evidence = answer.table.smallest.evidence
    assert evidence is not None
    return [len(cover.nodes) for cover in evidence.covers]  # type: ignore[attr-defined]


def here(tasks: list[Subtree]) -> Callable[..., Iterator[Any]]:
    """An engine that does every task in this process, and notes it."""

    def work(task: Callable[[Subtree], Any], items: Sequence[Subtree], address: str) -> Iterator[tuple[int, Any]]:
        tasks.extend(items)
        return enumerate(map(task, items))

    return work


def test_a_killed_worker_loses_nothing(
    cluster: Any, asked: tuple[cg.Game, cg.Policy, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, killed = cluster.scheduler_address, []
    calm = cg.worst_case(*asked, budget=120, scheduler=address)

    def killing(work: Callable[[Any], Any], items: Sequence[Any], address: str) -> Iterator[Any]:
        with peer("distributed").Client(cluster, set_as_default=False) as client:
            for place, result in on_cluster(work, items, address):
                if not killed:
                    busy = [worker for worker, tasks in client.processing().items() if tasks]
                    killed.append(client.run(os.getpid, workers=busy[:1])[busy[0]] if busy else 0)
                    if killed[0]:
                        os.kill(killed[0], signal.SIGKILL)
                yield place, result

    monkeypatch.setattr(boxing, "on_cluster", killing)
    shaken = cg.worst_case(*asked, budget=120, scheduler=address)
    assert killed
    assert killed[0]
    assert (calm.upper_name, shaken.upper_name) == ("region", "region")
    assert shaken.interval.upper == calm.interval.upper
    assert tree(shaken) == tree(calm)
    assert is_valid(calm, tmp_path)
    assert is_valid(shaken, tmp_path)


def test_subtrees_come_as_far_as_one_tree(
    asked: tuple[cg.Game, cg.Policy, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[Subtree] = []
    monkeypatch.setattr(boxing, "on_cluster", here(tasks))
    monkeypatch.setattr(boxing, "cluster_size", lambda _: 1)
    apart, alone = cg.worst_case(*asked, budget=120, scheduler="here"), cg.worst_case(*asked, budget=120)
    assert len(tasks) > 1
    assert apart.complete
    assert apart.interval.upper is not None
    assert apart.interval.lower is not None
    assert float(apart.interval.upper) == pytest.approx(float(alone.interval.upper or 0), rel=0.005)
    assert is_valid(apart, tmp_path)


def test_a_subtree_that_is_lost_leaves_its_leaf(
    asked: tuple[cg.Game, cg.Policy, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(work: Callable[[Any], Any], items: Sequence[Any], address: str) -> Iterator[Any]:
        return ((place, work(item) if place % 2 else Lost("killed")) for place, item in enumerate(items))

    monkeypatch.setattr(boxing, "on_cluster", losing)
    monkeypatch.setattr(boxing, "cluster_size", lambda _: 1)
    lost = cg.worst_case(*asked, budget=120, scheduler="here")
    monkeypatch.setattr(boxing, "on_cluster", here([]))
    whole = cg.worst_case(*asked, budget=120, scheduler="here")
    assert not lost.complete
    assert (lost.interval.upper or 0) > (whole.interval.upper or 0)
    assert is_valid(lost, tmp_path)


def test_small_trees_and_other_measures_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxing, "on_cluster", grown)  # would fail
    [(game, expert)] = games_with_experts(1, seed=3)
    assert cg.worst_case(game, expert, "1/5", budget=60, scheduler="nowhere").complete
    with pytest.raises(InputError, match="expected measure bc, got rho"):
        cg.worst_case(game, expert, "1/5", measure="rho", scheduler="nowhere")
