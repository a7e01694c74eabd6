"""Speed of the exact core beside its peers, in one run: prints seconds, ratios and targets, one line a stage.

Run from the repository root: `python -m tests.benchmarks.exact_core [--chain 200] [--no-peers]`.

Every stage names what is timed; building the objects is excluded except in the stage called "build". Answers of a peer
must equal ours exactly, or the run stops. Both sides are timed in turns and told by their medians.
"""

import argparse
import importlib.util
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from certigap.certificates.claims import certificate
from certigap.certificates.verify import CHECKER
from certigap.model.build import markov_game, normal_form
from certigap.model.files.codec import write_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps, values
from tests.benchmarks import peers, tic_tac_toe
from tests.benchmarks.in_turns import in_turns

__all__ = [
    "Stage",
    "build",
    "chain",
    "chain_values",
    "checker",
    "dense",
    "instance",
    "policy_iteration",
    "regret",
    "require_equal",
]

_BITS = 53
_ROUNDS = 5

MEGABYTES = 500
"""What the checker may use."""

_MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """One line: our seconds, the peer's (`None`: not asked), the target as a ratio, or in seconds without a peer."""

    title: str
    ours: float
    peer: str
    theirs: float | None
    target: float

    def __str__(self) -> str:
        if not self.peer:
            return f"{self.title}: {self.ours:.3g} s (target below {self.target:g} s)"
        if self.theirs is None:
            return f"{self.title}: {self.ours:.3g} s; {self.peer} not asked"
        ratio = self.theirs / self.ours
        return (
            f"{self.title}: {self.ours:.3g} s, {self.peer} {self.theirs:.3g} s: {ratio:.0f}x (target {self.target:g}x)"
        )

    @property
    def holds(self) -> bool:
        """The target is met, or the peer was not asked."""
        if not self.peer:
            return self.ours < self.target
        return self.theirs is None or self.theirs >= self.target * self.ours


def regret(shape: tuple[int, ...], target: float, ask: bool = True) -> Stage:
    """Exact NashGap of a normal form with a profile of 53-bit probabilities; integer payoffs of up to 1000."""
    tables, rows = instance(shape)
    game = normal_form(tables)
    policy = Policy.from_rows(game, rows)
    works = [lambda: gaps(game, Policy(game, policy.rows))]
    if ask:
        profile = peers.gambit_profile(tables, rows)
        works.append(lambda: peers.gambit_regret(profile))
        require_equal(gaps(game, policy).nash_gap.value, peers.gambit_regret(profile), "NashGap")
    ours, theirs = _medians(works)
    return Stage(f"NashGap of {'x'.join(map(str, shape))}, {_BITS}-bit profile", ours, "pygambit", theirs, target)


def build(size: int, target: float, ask: bool = True) -> Stage:
    """Building a bimatrix game from two arrays of 64-bit integers."""
    tables = _tables(np.random.default_rng(1), (size, size))
    works = [lambda: normal_form(tables), *([lambda: peers.gambit_build(tables)] if ask else [])]
    ours, theirs = _medians(works)
    return Stage(f"build {size}x{size}", ours, "pygambit", theirs, target)


def chain_values(size: int, target: float, ask: bool = True) -> Stage:
    """Exact values of a dense chain of `size` states, weights 1..10, discount 9/10."""
    weights, rewards = dense(size)
    game = chain(weights, rewards, Fraction(9, 10))
    policy = Policy.pure(game)
    works = [lambda: values(game, Policy(game, policy.rows), "exact")]
    if ask:
        model = peers.storm_chain(weights, rewards, game.discount)
        works.append(lambda: peers.storm_value(model))
        require_equal(values(game, policy, "exact")[0].lower[0], peers.storm_value(model), "value of state 0")
    ours, theirs = _medians(works)
    return Stage(f"exact values of a dense chain of {size} states", ours, "Storm (exact)", theirs, target)


def policy_iteration(target: float = 20.0) -> Stage:
    """All gaps of tic-tac-toe (5,478 states) over Q: values and both players' policy iterations, uniform policy."""
    game = tic_tac_toe.game()
    policy = tic_tac_toe.uniform(game)
    ours, _ = _medians([lambda: gaps(game, Policy(game, policy.rows), "exact")])
    return Stage(f"policy iteration over Q, tic-tac-toe, {len(game.states)} states", ours, "", None, target)


def checker(target: float = 10.0) -> Iterator[Stage]:
    """The checker on tic-tac-toe: a nash-gap certificate of the uniform policy, an equilibrium one of minimax."""
    game = tic_tac_toe.game()
    answers = {"nash-gap": gaps(game, tic_tac_toe.uniform(game)), "equilibrium": gaps(game, tic_tac_toe.minimax(game))}
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        write_game(game, at / "game.json")
        for kind, answer in answers.items():
            path = at / f"{kind}.cert.json"
            certificate(answer, kind).write(path)
            program = [sys.executable, "-I", "-S", str(CHECKER), str(at / "game.json"), str(path)]
            measured = subprocess.run([sys.executable, "-c", _MEASURE, *program], check=True, capture_output=True)
            seconds, megabytes = (float(x) for x in measured.stdout.split())
            title = f"checker, tic-tac-toe, {kind}, {megabytes:.0f} MB"
            yield Stage(title, seconds, "", None, target if megabytes < MEGABYTES else 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chain", type=int, default=100, help="states of the chain; Storm needs about 40 s for 200")
    parser.add_argument("--no-peers", action="store_true", help="time our side alone")
    given = parser.parse_args()
    gambit, storm = (not given.no_peers and _installed(name) for name in ("pygambit", "stormpy"))
    missed = 0
    for stage in _stages(given.chain, gambit, storm):
        print(stage if stage.holds else f"{stage}  MISSED", flush=True)
        missed += not stage.holds
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    sys.exit(int(missed > 0))


def _stages(size: int, gambit: bool, storm: bool) -> Iterator[Stage]:
    yield policy_iteration()
    yield from checker()
    yield build(200, 5, gambit)
    yield regret((100, 100), 300, gambit)
    yield regret((5,) * 5, 100, gambit)
    yield chain_values(size, 300 if size >= 200 else 100, storm)


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _medians(works: Sequence[Callable[[], object]]) -> tuple[float, float | None]:
    """Our seconds, and the peer's where it is asked."""
    ours, *theirs = in_turns(works, _ROUNDS)
    return ours.median, theirs[0].median if theirs else None


def require_equal(ours: Fraction, theirs: Fraction, what: str) -> None:
    if ours != theirs:
        raise SystemExit(f"{what}: ours {ours}, the peer's {theirs}")


def instance(shape: tuple[int, ...]) -> tuple[list[npt.NDArray[np.int64]], list[list[Fraction]]]:
    """Integer payoffs of up to 1000, and a profile of 53-bit probabilities."""
    rng = np.random.default_rng(0)
    return _tables(rng, shape), [_row(rng, size) for size in shape]


def dense(size: int) -> tuple[npt.NDArray[np.int64], list[Fraction]]:
    """Transition weights `[S, S]` from 1 to 10, and rewards `[S]` from 0 to 1."""
    rng = np.random.default_rng(2)
    weights = rng.integers(1, 11, (size, size))
    return weights, [Fraction(int(x), 100) for x in rng.integers(0, 101, size)]


def _tables(rng: np.random.Generator, shape: tuple[int, ...]) -> list[npt.NDArray[np.int64]]:
    return [rng.integers(-1000, 1001, shape) for _ in shape]


def _row(rng: np.random.Generator, size: int) -> list[Fraction]:
    weights = [int(w) for w in rng.integers(1, 2**_BITS // size, size)]
    weights[-1] = 2**_BITS - sum(weights[:-1])
    return [Fraction(w, 2**_BITS) for w in weights]


def chain(weights: npt.NDArray[np.int64], rewards: Sequence[Fraction], discount: Fraction) -> Game:
    names = [f"s{state}" for state in range(len(rewards))]
    rows = {
        name: {t: Fraction(w, sum(row)) for t, w in zip(names, row, strict=True)}
        for name, row in zip(names, weights.tolist(), strict=True)
    }
    pays = dict(zip(names, rewards, strict=True))
    return markov_game(
        players=("1",),
        states=names,
        actions=[["go"]],
        outcome=lambda state, _: ([pays[state]], rows[state]),
        discount=discount,
        initial={names[0]: 1},
    )


if __name__ == "__main__":
    main()
