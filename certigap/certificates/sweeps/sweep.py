"""Many games, imitation errors and policies: one certificate a question in a folder, one table at the end.

    for every question: a certificate of its name in the folder, valid and searched as hard as asked?  found
                        else: given to a worker, its certificate checked and written whole             computed

The caller writes what workers send, so they need no common disk, and an interrupted sweep goes on where it stood.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from certigap.bounds.balls import Measure, ball_radius
from certigap.certificates.sweeps.cases import Case, GameLike, PolicyLike, cases
from certigap.certificates.sweeps.questions import Effort
from certigap.certificates.sweeps.row import SweepRow, csv_text
from certigap.certificates.sweeps.task import Fault, Proven, Task, made, proven
from certigap.errors import InputError
from certigap.exact.brief import number_brief
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.files.atomic import write_atomically, write_bytes_atomically
from certigap.model.files.codec import write_game
from certigap.model.game import Game
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget, check_seed
from certigap.questions.worst_case.limits import RATIO
from certigap.work.clock import now
from certigap.work.engines import Lost, in_pool, on_cluster
from certigap.work.parallel import worker_count

__all__ = ["TABLE", "SweepAnswer", "SweepCounter", "sweep"]

TABLE = "table.csv"
SweepCounter: TypeAlias = Callable[[SweepRow, int, int], None]
"""Told a line that ended, how many have, and how many there are."""

_LOST = 3  # the exit code of a question whose workers all died: a limit before any answer


@dataclass(frozen=True, repr=False)
class SweepAnswer(Shown):
    """The table of a sweep; the certificates and `table.csv` are in `folder`."""

    rows: tuple[SweepRow, ...]
    folder: Path
    seconds: float

    @property
    def complete(self) -> bool:
        """Every question has an answer that no budget and no interrupt cut."""
        return all(row.complete for row in self.rows)

    @property
    def exit_code(self) -> int:
        """The first that occurs of 1, 2, 3; 3 when nothing was answered before an interrupt."""
        codes = {row.code for row in self.rows}
        if first := next((code for code in (1, 2, 3) if code in codes), 0):
            return first
        return 0 if any(row.interval is not None for row in self.rows) else 3

    def count(self, status: str) -> int:
        """How many lines have this status."""
        return sum(row.status == status for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The table and its totals as plain data."""
        totals = {name.replace(" ", "_"): self.count(name) for name in ("computed", "found", "failed", "not reached")}
        return {**totals, "complete": self.complete, "rows": [row.to_json() for row in self.rows]}

    def sheet(self) -> Sheet:
        """A question a row."""
        rows = [
            (row.game, row.measure or "", None if row.eps is None else number_brief(row.eps), row.interval, row.status)
            for row in self.rows
        ]
        return Sheet(("game", "measure", "eps", "NashGap", "status"), rows)

    def _line(self) -> str:
        return (
            f"<SweepAnswer {len(self.rows)} questions: {self.count('computed')} computed, "
            f"{self.count('found')} found, {self.count('failed')} failed>"
        )


def sweep(
    games: Sequence[GameLike],
    eps: Sequence[RationalLike] = (),
    *,
    out: str | os.PathLike[str],
    experts: Sequence[PolicyLike] = (),
    policies: Sequence[PolicyLike] = (),
    measures: Sequence[str] = ("bc",),
    budget: float | None = 60.0,
    ratio: RationalLike = RATIO,
    seed: int = 0,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: SweepCounter | None = None,
) -> SweepAnswer:
    """Certificates of many questions, made by many workers; what an earlier sweep finished is checked, not made again.

    Args:
        games: games, or their files.
        eps: radii of the balls around the experts, full L1.
        out: the folder, made where it is missing.
        experts: one for all games, one a game, or none: then `X.expert.json` beside `X.game.json`.
        policies: policies, or their files, whose NashGap is asked in every game; "uniform" is one.
        measures: of the balls: "bc", "rho", "mu".
        budget: seconds for each question; None: see `worst_case`.
        ratio: upper/lower at which a search ends.
        seed: of the searches.
        scheduler: address of a Dask scheduler, whose workers do the work; None: processes of this machine.
        workers: number of processes, by default `CERTIGAP_WORKERS` or the number of cores. A script that calls this
            does so under `if __name__ == "__main__":`, since every process imports it.
        progress: told each line as it ends, how many have ended, and how many there are.

    Returns:
        The table, in the order of the games; it is also in `out/table.csv`. A game, a policy or a question that fails
        is a line that says so, and so is one that was not reached before Ctrl-C.

    Raises:
        InputError: nothing to ask, another number of experts, a folder that cannot be written to, a scheduler that does
            not answer.

    >>> import tempfile
    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> folder = tempfile.mkdtemp()
    >>> sweep([game], ["1/10", "1/5"], experts=[expert], out=folder, workers=1)
    <SweepAnswer 2 questions: 2 computed, 0 found, 0 failed>
    >>> [str(row.interval.upper) for row in sweep([game], ["1/10", "1/5"], experts=[expert], out=folder).rows]
    ['9/200', '9/100']
    """
    began = now()
    check_budget(budget)
    check_seed(seed)
    effort, folder, count = Effort(budget, rational(ratio), seed), Path(out), worker_count(workers)
    if effort.ratio <= 1:
        raise InputError(f"ratio: expected a rational > 1, got {format_rational(effort.ratio)}")
    if not games or not (eps or policies):
        raise InputError("a sweep: expected games, and radii or policies to ask of them, got none")
    balls = [(Measure.named(name), ball_radius(radius)) for name in measures for radius in eps]
    asked = list(cases(games, balls, experts, policies, effort))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: expected a folder that can be made, got: {error.strerror}") from None
    table = _Table(asked, folder, progress)
    try:
        table.find(count)
        waiting = table.open
        work = on_cluster(made, waiting, scheduler) if scheduler is not None else in_pool(made, waiting, count)
        with closing(work):  # at once, whatever `progress` raises: a cluster's client cannot be ended by the collector
            for place, result in work:
                table.enter(waiting[place], result)
    except KeyboardInterrupt:
        pass
    write_atomically(folder / TABLE, csv_text(table.rows))
    return SweepAnswer(tuple(table.rows), folder, now() - began)


class _Table:
    """The lines of a sweep, filled as their questions end; questions that are asked twice are answered once."""

    def __init__(self, asked: Sequence[Case], folder: Path, progress: SweepCounter | None) -> None:
        self.rows = [row for row, _ in asked]
        self._folder, self._progress = folder, progress
        self._places: dict[str, list[int]] = {}
        self._tasks: dict[str, Task] = {}
        for place, (_, task) in enumerate(asked):
            if isinstance(task, Task):
                self._places.setdefault(task.name, []).append(place)
                self._tasks[task.name] = task
        self._done = 0
        for place, (_, fault) in enumerate(asked):
            if isinstance(fault, Fault):
                self._fill([place], status="failed", why=fault.reason, code=fault.code)

    @property
    def open(self) -> list[Task]:
        """What has not ended."""
        return list(self._tasks.values())

    def find(self, threads: int) -> None:
        """Enter the certificates that stand in the folder, are valid, and as hard searched as asked."""
        standing = [task for task in self.open if (self._folder / task.name).is_file()]
        with ThreadPoolExecutor(threads) as pool:
            found = pool.map(lambda task: proven(task, self._folder / task.name), standing)
            for task, result in zip(standing, found, strict=True):
                if isinstance(result, Proven) and task.question.is_spent(result.provenance):
                    self._enter(task, result, "found")

    def enter(self, task: Task, result: Proven | Fault | Lost) -> None:
        """Enter what a worker sent, and write its certificate."""
        if isinstance(result, Proven):
            write_bytes_atomically(self._folder / task.name, result.content)
            self._enter(task, result, "computed")
        else:
            code = result.code if isinstance(result, Fault) else _LOST
            self._end(task, status="failed", why=result.reason, code=code)

    def _enter(self, task: Task, result: Proven, status: str) -> None:
        game_file = self._folder / task.game_name
        if isinstance(task.game, Game) and not game_file.exists():
            write_game(task.game, game_file)
        told = result.provenance
        self._end(
            task,
            status=status,
            interval=result.interval,
            upper_bound=str(told.get("upper_bound", "")),
            complete=told.get("complete", True) is True,
            seconds=_seconds(told.get("seconds")),
            certificate=task.name,
        )

    def _end(self, task: Task, **known: Any) -> None:
        del self._tasks[task.name]
        self._fill(self._places[task.name], **known)

    def _fill(self, places: Iterable[int], **known: Any) -> None:
        for place in places:
            self.rows[place] = replace(self.rows[place], **known)
            self._done += 1
            if self._progress is not None:
                self._progress(self.rows[place], self._done, len(self.rows))


def _seconds(told: Any) -> float | None:
    """Seconds that a certificate tells of, or None: nobody checks what it tells."""
    try:
        return float(told)
    except (TypeError, ValueError):
        return None
