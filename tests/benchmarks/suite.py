"""Our speed beside others' and beside the machine's: one table, every line measured in turns in one run.

    python -m tests.benchmarks.suite [--quick] [--rounds 7] [NAME ..]

A line: what is timed and how large, the peer, both medians in seconds with their quartiles, and the peer's median over
ours (above 1: we are faster). Answers of exact peers must equal ours, or the run stops. Lines `bandwidth` compare bytes
moved a second by a sweep with a stream triad's: 1 is the limit of memory. Run it on an idle machine; what the README
and the documentation say of speed are medians of this table. `--quick` shows on small sizes that all of it runs.
"""

import argparse
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from certigap.model.build import normal_form
from certigap.model.game import Game
from certigap.model.large.families import grid_game, random_game
from certigap.model.large.policy import ArrayPolicy
from certigap.model.policy import Policy
from certigap.semantics import gaps, values
from tests.benchmarks import bandwidth, exact_core, exact_lp, fast_path, normal_form_scip, peers
from tests.benchmarks.in_turns import Times, in_turns

__all__ = ["CASES", "HEAD", "installed", "lines"]

HEAD = ("case", "size", "peer", "ours", "ours 25-75 %", "theirs", "theirs 25-75 %", "ratio")


@dataclass(frozen=True, slots=True)
class Pair:
    """What is timed on both sides, and how large it is; `weight`: units of work, ours and theirs, a call."""

    size: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    weight: tuple[int, int] = (1, 1)


Case: TypeAlias = Callable[[bool], Iterator[Pair]]
"""Told whether to be quick."""


def gambit(quick: bool) -> Iterator[Pair]:
    """Exact NashGap of a profile of 53-bit probabilities, as pygambit's rational `max_regret`."""
    for shape in [(4, 4)] if quick else [(20, 20), (100, 100), (5,) * 5]:
        tables, rows = exact_core.instance(shape)
        game, profile = normal_form(tables), peers.gambit_profile(tables, rows)
        policy = Policy.from_rows(game, rows)
        exact_core.require_equal(gaps(game, policy).nash_gap.value, peers.gambit_regret(profile), "NashGap")
        name = "x".join(map(str, shape))
        yield Pair(name, partial(_gap, game, policy), partial(peers.gambit_regret, profile))


def storm(quick: bool) -> Iterator[Pair]:
    """Exact values of a dense chain, by Storm's rational model checker."""
    for size in [8] if quick else [50, 100]:
        weights, rewards = exact_core.dense(size)
        game = exact_core.chain(weights, rewards, Fraction(9, 10))
        policy, model = Policy.pure(game), peers.storm_chain(weights, rewards, game.discount)
        found = peers.storm_value(model)
        exact_core.require_equal(values(game, policy, "exact")[0].lower[0], found, "value of state 0")
        ours = partial(_values, game, policy)
        yield Pair(f"{size} states", ours, partial(peers.storm_value, model))


def openspiel(quick: bool) -> Iterator[Pair]:
    """NashConv of the uniform policy, exactly, beside OpenSpiel's in floats (C++)."""
    from certigap.io.finite import convert_finite
    from certigap.model.finite import FinitePolicy
    from certigap.semantics.finite import finite_gaps

    cards = "goofspiel(imp_info=False,num_cards={},points_order=descending)"
    for name in ["matrix_rps"] if quick else [cards.format(3), cards.format(4), "tic_tac_toe"]:
        game = convert_finite(f"openspiel:{name}")
        policy, theirs = FinitePolicy.repeated(game, Policy.uniform(game.stage)), peers.openspiel_nash_conv(name)
        ours = partial(finite_gaps, game, policy, "exact")
        if abs(float(ours().nash_conv.value) - theirs()) > 1e-9:
            raise SystemExit(f"NashConv of {name}: ours {float(ours().nash_conv.value)}, OpenSpiel's {theirs()}")
        yield Pair(name.replace("imp_info=False,", "").replace(",points_order=descending", ""), ours, theirs)


def quantecon(quick: bool) -> Iterator[Pair]:
    """A best response to 1e-9 with its proof, beside modified policy iteration, which proves nothing."""
    for states in [400] if quick else [1_000, 10_000, 100_000]:
        for discount in ["9/10"] if quick else ["9/10", "99/100"]:
            for kind, game, policy in fast_path.families(states, discount):
                aim = fast_path.aim_of(game)
                ours = partial(fast_path.certified, game, policy, aim)
                yield Pair(f"{kind} {game.states} states, {discount}", ours, fast_path.peer(game, policy, aim))


def scipy_linear(quick: bool) -> Iterator[Pair]:
    """Values of the uniform policy, enclosed, beside SciPy's sparse LU of I - g P in floats."""
    for states in [400] if quick else [2_500, 22_500]:
        game = grid_game(int(states**0.5), discount="99/100")
        policy, aim = ArrayPolicy.uniform(game), fast_path.aim_of(game)
        ours = partial(fast_path.certified, game, policy, aim, game.players)
        yield Pair(f"grid {game.states} states", ours, peers.scipy_values(game))


def scipy_programs(quick: bool) -> Iterator[Pair]:
    """Linear programs solved exactly, beside SciPy's HiGHS in floats."""
    for m, n in [(10, 20)] if quick else [(50, 100), (100, 200), (200, 400)]:
        program = exact_lp.general(np.random.default_rng(0), m, n, 10)
        ours = partial(exact_lp.solve, program)
        yield Pair(f"{m}x{n}, 10 bits", ours, peers.scipy_program(program))


def scip(quick: bool) -> Iterator[Pair]:
    """Worst case of bimatrix games, exactly, beside SCIP to a gap of 1e-6, at most 20 s a player."""
    for size, mixed in [(3, False)] if quick else [(5, False), (5, True), (10, False), (10, True)]:
        game, expert = normal_form_scip.instance(size, mixed, 0)
        asked = (game, expert, Fraction(1, 10))
        ours = partial(normal_form_scip.vertices, *asked, 20.0)
        theirs = partial(normal_form_scip.scip_worst_case, *asked, 20.0)
        yield Pair(f"{size}x{size} {'mixed' if mixed else 'pure'}", ours, theirs)


def memory(quick: bool) -> Iterator[Pair]:
    """Bytes a second of one sweep of every array solver, over those of a stream triad on two threads."""
    stream, moved = bandwidth.triad(100_000 if quick else 20_000_000)
    for states in [2_500] if quick else [10_000, 100_000, 1_000_000]:
        for game, kind in ((random_game(states, 4, 5), "random"), (grid_game(int(states**0.5)), "grid")):
            for name, sweep, count in bandwidth.sweeps(game):
                yield Pair(f"{name}, {kind} {game.states} states", sweep, stream, (count, moved))


CASES: dict[str, tuple[str, str, Case]] = {
    "nash-gap": ("pygambit", "pygambit", gambit),
    "values": ("stormpy", "Storm, exact", storm),
    "nash-conv": ("pyspiel", "OpenSpiel", openspiel),
    "best-response": ("quantecon", "QuantEcon MPI", quantecon),
    "linear": ("scipy", "SciPy spsolve", scipy_linear),
    "program": ("scipy", "SciPy linprog", scipy_programs),
    "worst-case": ("pyscipopt", "SCIP", scip),
    "bandwidth": ("numba", "stream triad", memory),
}
"""Name: the peer's module, what it is called in the table, what is timed."""


def lines(names: list[str], quick: bool, rounds: int) -> Iterator[tuple[str, ...]]:
    """The table, without its head."""
    for name in names:
        module, peer, case = CASES[name]
        if not installed(module):
            yield (name, "", peer, "", "", "not installed", "", "")
            continue
        for pair in case(quick):
            ours, theirs = in_turns([pair.ours, pair.theirs], rounds)
            mine, other = (own.median / weight for own, weight in zip((ours, theirs), pair.weight, strict=True))
            yield (name, pair.size, peer, *_told(ours), *_told(theirs), f"{other / mine:.3g}")


def installed(module: str) -> bool:
    """Whether a peer can be imported."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    return True


def _told(times: Times) -> tuple[str, str]:
    return f"{times.median:.3g}", " .. ".join(f"{end:.3g}" for end in times.quartiles)


def _gap(game: Game, policy: Policy) -> object:
    """Of a policy that holds no cached values."""
    return gaps(game, Policy(game, policy.rows))


def _values(game: Game, policy: Policy) -> object:
    return values(game, Policy(game, policy.rows), "exact")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*CASES, []], help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=0, help="7 by default, 2 with --quick")
    given = parser.parse_args()
    rounds = given.rounds or (2 if given.quick else 7)
    print(" | ".join(HEAD), flush=True)
    for line in lines(given.names or list(CASES), given.quick, rounds):
        print(" | ".join(line), flush=True)


if __name__ == "__main__":
    main()
