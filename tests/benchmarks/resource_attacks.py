"""Hostile files against the checker's bounds of work: time and memory against size, a family for each claim and rule.

    python tests/benchmarks/resource_attacks.py [--seconds 60] [--only FAMILY] [--plot attacks.png]

Every family grows its files by a factor of two until a check has taken `--seconds` (a check that is ended by that
counts as a failure) or the files are `--bytes` long. Exit code 1 if one took more time or memory than FORMAT 9 allows.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.helpers.checker.harness import CHECKER, load  # noqa: E402

Data = dict[str, Any]
Pair = tuple[Data, Data]  # a game, and what a certificate holds beside its frame

STEPS = load().STEPS
SECONDS_A_STEP = 2e-6  # FORMAT 9: of STEPS + (bytes of the game) (bytes of the certificate)
SECONDS_A_BYTE = 2e-5
MEMORY_A_BYTE = 400
MEMORY = 1 << 30


def primes(count: int, above: int = 2) -> list[int]:
    """The first `count` numbers above `above` that Fermat's test calls prime."""
    found: list[int] = []
    x = above | 1
    while len(found) < count:
        if pow(2, x - 1, x) == 1:
            found.append(x)
        x += 2
    return found


def normal(sizes: list[int], payoff: Callable[[int], str] = lambda k: str(k % 3)) -> Data:
    """A normal form; every player is paid `payoff(k)` at the joint action `k`."""
    count = 1
    for size in sizes:
        count *= size
    players = [f"p{i}" for i in range(len(sizes))]
    head = {"format": "certigap-game", "version": 1, "players": players}
    actions = [[f"a{a}" for a in range(size)] for size in sizes]
    return head | {"actions": actions, "payoffs": [[payoff(k + i) for i in range(len(sizes))] for k in range(count)]}


def markov(states: int, actions: int = 1, discount: str = "1/2", players: int = 1, chance: Any = None) -> Data:
    """A chain of states, the last of which stays; `chance(s)`: next states of the state `s`."""
    names, own = [f"s{s}" for s in range(states)], [[f"a{a}" for a in range(actions)] for _ in range(players)]
    listed = []
    for s, name in enumerate(names):
        following = chance(s) if chance else {names[min(s + 1, states - 1)]: "1"}
        outcome = {"rewards": ["0"] * players, "next": following}
        listed.append({"name": name, "actions": own, "outcomes": [outcome] * actions**players})
    head = {"format": "certigap-game", "version": 1, "players": [f"p{i}" for i in range(players)]}
    return head | {"discount": discount, "initial": {"s0": "1"}, "states": listed}


def uniform(size: int) -> Data:
    return {f"a{a}": str(Fraction(1, size)) for a in range(size)}


def first(game: Data) -> Data:
    """The rows of first actions."""
    if "payoffs" in game:
        return {player: {"a0": "1"} for player in game["players"]}
    return {player: {state["name"]: {"a0": "1"} for state in game["states"]} for player in game["players"]}


def vector(size: int, den: str = "1", number: int = 0) -> Data:
    return {"den": den, "num": [number] * size}


def exact(game: Data, own: Data) -> Data:
    return {player: {"exact": own} for player in game["players"]}


def size_of(game: Data) -> int:
    return 1 if "payoffs" in game else len(game["states"])


def gap(game: Data, policy: Data, own: Data) -> Data:
    claim = {"kind": "nash-gap", "policy": policy, "nash_gap": {"upper": "1000"}}
    return {"claim": claim, "proof": {"values": exact(game, own), "optima": exact(game, own)}}


def worst(expert: Data, proof: Data, measure: str = "bc", radius: str = "1/2") -> Data:
    claim = {"kind": "worst-case", "measure": measure, "expert": expert, "radius": radius}
    return {"claim": claim | {"nash_gap": {"upper": "1000"}}, "proof": proof}


def trivial(expert: Data) -> Data:
    return worst(expert, {"theorem": {"name": "trivial", "proof": {}}})


def region(game: Data, vectors: list[Data], tree: list[Data]) -> Data:
    claim = {"kind": "region-bound", "center": first(game), "radii": {}, "nash_gap": {"upper": "1000"}}
    cover = {"vectors": vectors, "tree": tree}
    return {"claim": claim, "proof": {"players": dict.fromkeys(game["players"], cover)}}


def covered(game: Data, vectors: list[Data], tree: list[Data], measure: str = "bc") -> Data:
    cover = {player: {"vectors": vectors, "tree": tree} for player in game["players"]}
    occupancy = {"lower": vector(size_of(game))}
    return worst(first(game), {"cover": {"occupancy": occupancy, "players": cover}}, measure)


def rewards_of_primes(size: int) -> Pair:
    """The common denominator of the rewards has as many digits as all of them together."""
    listed = primes(size + 2)
    game = normal([size, 1], lambda k: f"1/{listed[k]}")
    return game, trivial(first(game))


def moves_of_primes(size: int) -> Pair:
    listed = primes(size)
    game = markov(2, 1, chance=lambda s: {"s0": "1/2", "s1": "1/2"})
    outcomes = [{"rewards": ["0"], "next": {"s0": f"1/{p}", "s1": f"{p - 1}/{p}"}} for p in listed]
    game["states"][0] |= {"actions": [[f"a{a}" for a in range(size)]], "outcomes": outcomes}
    game["states"][1] |= {"actions": [["a0"]]}
    game["states"][1]["outcomes"] = game["states"][1]["outcomes"][:1]
    return game, trivial(first(game))


def rows_of_primes(size: int) -> Pair:
    """A policy whose rows have pairwise prime denominators, over a chain of states."""
    game = markov(size, 2)
    listed = primes(size, 10**40)
    rows = {"p0": {f"s{s}": {"a0": f"1/{p}", "a1": f"{p - 1}/{p}"} for s, p in enumerate(listed)}}
    flow = {"expert_occupancy": {"exact": vector(size, "1", 0)}, "policy_occupancy": {"exact": vector(size, "1", 1)}}
    claim = {"kind": "matching-error", "expert": rows, "policy": rows, "eps_rho": {"lower": "0"}}
    return game, {"claim": claim, "proof": flow}


def long_vector(size: int) -> Pair:
    game = markov(3, 2)
    own = {"den": "9" * size, "num": [int("7" * size)] * 3}
    return game, gap(game, first(game), own)


def long_occupancy(size: int) -> Pair:
    """Long occupancies with many joint actions."""
    game = normal([40, 40])
    rows = {player: uniform(40) for player in game["players"]}
    flow = {"exact": {"den": "1" + "0" * size, "num": [int("1" + "0" * size)]}}
    claim = {"kind": "matching-error", "expert": rows, "policy": rows, "eps_rho": {"upper": "1000"}}
    return game, {"claim": claim, "proof": {"expert_occupancy": flow, "policy_occupancy": flow}}


def many_players(size: int) -> Pair:
    """Two actions each: the game itself doubles with every player."""
    game = normal([2] * min(size.bit_length(), 16))
    return game, region(game, [vector(1, "1", 9), vector(1, "1", -9), vector(1, "1", 9)], [{"leaf": [0, 1, 1, 2]}])


def players_with_one_action(size: int) -> Pair:
    game = normal([1] * min(size, 100))
    own = {player: {"a0": "1"} for player in game["players"]}
    return game, gap(game, own, vector(1))


def long_discount(size: int) -> Pair:
    """The discount's powers along a chain of states."""
    game = markov(size, 1, f"1/{10**size + 1}")
    players = {"p0": {"best": vector(size), "price": "0", "value": vector(size), "toll": "0"}}
    return game, worst(first(game), {"occupancy": {"occupancy": {"lower": vector(size)}, "players": players}})


def many_actions_multipliers(size: int) -> Pair:
    game = normal([size, 2])
    own = {"best": vector(1, "1", 9), "price": "1/3", "value": vector(1, "1", -9), "toll": "20"}
    proof = {"occupancy": {"lower": vector(1)}, "players": dict.fromkeys(game["players"], own)}
    return game, worst(first(game), {"occupancy": proof})


def chain_of_cuts(size: int) -> Pair:
    """One row cut over and over: a deep path, all nodes of which are open until their second half comes."""
    game = normal([40, 2])
    tree = [{"split": ["p0", "", "a1", f"1/{k + 2}"]} for k in range(size)]
    return game, region(game, [vector(1, "1", 9), vector(1, "1", -9), vector(1, "1", 9)], tree)


def cuts_of_primes(size: int) -> Pair:
    """Cuts with pairwise prime denominators at every state, then leaves whose radii hold all of them."""
    game = markov(size, 2)
    listed = primes(size, 10**60)
    tree: list[Data] = [{"split": ["p0", f"s{s}", "a1", f"1/{p}"]} for s, p in enumerate(listed)]
    tree += [{"leaf": [0, 1, 1, 0]}] * (size + 1)
    pool = [vector(size, "1", 9), vector(size, "1", -9)]
    cover = {"p0": {"vectors": pool, "tree": tree}}
    flow = {"lower": {"den": str(10**30 << size), "num": [1 << size - s for s in range(size)]}}
    return game, worst(first(game), {"cover": {"occupancy": flow, "players": cover}})


def many_leaves(size: int) -> Pair:
    game = markov(size, 2, players=2)
    tree: list[Data] = []
    for k in range(size):
        tree += [{"split": ["p0", "s0", "a1", str(Fraction(k + 1, size + 1))]}, {"leaf": [0, 1, 1, 0]}]
    pool = [vector(size, "1", 9), vector(size, "1", -9)]
    return game, covered(game, pool, [*tree, {"leaf": [0, 1, 1, 0]}], "mu")


def long_denominators_of_a_pool(size: int) -> Pair:
    """Four vectors of short numerators over long denominators that have nothing in common."""
    game = markov(size, 2)
    dens = [str(10 ** (8 * size) + k) for k in range(4)]
    pool = [vector(size, den, number) for den, number in zip(dens, (1, -1, -1, 1), strict=True)]
    return game, region(game, pool, [{"leaf": [0, 1, 2, 3]}])


def linear_leaf(size: int) -> Pair:
    """As many rows as following states at one state."""
    game = markov(size, 1)
    outcomes = [{"rewards": ["0"], "next": {f"s{a}": "1"}} for a in range(size)]
    game["states"][0] |= {"actions": [[f"a{a}" for a in range(size)]], "outcomes": outcomes}
    pool = [vector(size, "1", 9), vector(size, "1", -9), vector(size, "1", 1)]
    leaf = {"leaf": [0, 1, 1, 0], "linear": {"vectors": [0, 2, 2], "reference": [0] * size, "prices": ["1"]}}
    return game, covered(game, pool, [leaf])


def dominance(size: int) -> Pair:
    game = normal([size, 3], lambda k: "0")
    own = {"best_upper": vector(1), "best_lower": vector(1)}
    proof = {"theorem": {"name": "dse", "proof": dict.fromkeys(game["players"], own)}}
    return game, worst({p: uniform(len(a)) for p, a in zip(game["players"], game["actions"], strict=True)}, proof)


def concentrability(size: int) -> Pair:
    game = markov(size, 2)
    own = vector(size, "1", 9)
    proof = {"occupancy": {"lower": vector(size)}, "values": exact(game, vector(size)), "reach": {"p0": [own] * size}}
    return game, worst(
        first(game), {"theorem": {"name": "concentrability", "proof": proof | {"optima": proof["values"]}}}
    )


def vertices(players: int) -> Callable[[int], Pair]:
    def family(size: int) -> Pair:
        game = normal([size] * (players - 1) + [2])
        rows = {p: uniform(len(a)) for p, a in zip(game["players"], game["actions"], strict=True)}
        proof = {"name": "vertices", "proof": dict.fromkeys(game["players"], f"p{players - 1}")}
        return game, worst(rows, {"theorem": proof}, radius="1")

    return family


def vertex_search(size: int) -> Pair:
    game = normal([size, size], lambda k: str(k * k % 17))
    rows = {player: uniform(size) for player in game["players"]}
    return game, worst(rows, {"theorem": {"name": "vertex-search", "proof": {"bound": "11"}}}, radius="1")


def best_case(sizes: Callable[[int], list[int]]) -> Callable[[int], Pair]:
    def family(size: int) -> Pair:
        game = normal(sizes(size), lambda k: str(k * k % 17))
        entry = {"rows": first(game), "tree": [{"leaf": []}]}
        claim = {"kind": "best-case", "radius": "1", "nash_gap": {"lower": "1"}}
        return game, {"claim": claim, "proof": {"equilibria": [entry] * size}}

    return family


def best_case_tree(size: int) -> Pair:
    game = normal([2, 2], lambda k: "100" if k in (0, 3) else "0")
    game["payoffs"] = [["3", "3"], ["1", "1"], ["2", "2"], ["0", "0"]]
    tree: list[Data] = []
    for k in range(size):
        tree += [{"split": ["p0", "", "a1", str(Fraction(k + 1, size + 1))]}, {"leaf": []}]
    entry = {"rows": first(game), "tree": [*tree, {"leaf": []}]}
    claim = {"kind": "best-case", "radius": "7/2", "nash_gap": {"lower": "1/1000"}}
    return game, {"claim": claim, "proof": {"equilibria": [entry]}}


def entropy(size: int) -> Pair:
    game = normal([2, 2])
    own = {"den": "9" * size, "num": [int("7" * size)]}
    claim = {"kind": "entropy", "policy": first(game), "temperature": f"1/{10**size + 1}", "opponents_temperature": "1"}
    claim["regularised_gap"] = {"upper": "1000"}
    return game, {"claim": claim, "proof": {"values": exact(game, own), "optima": exact(game, own)}}


def brackets(size: int) -> Pair:
    """Many small arrays and objects where nothing is read."""
    game = normal([1, 1])
    return game, trivial(first(game)) | {"provenance": {"a": [[], {}] * size, "b": "x" * size}}


FAMILIES: dict[str, tuple[Callable[[int], Pair], int]] = {  # with the size to begin with
    "game, rewards of primes": (rewards_of_primes, 256),
    "game, moves of primes": (moves_of_primes, 256),
    "policy, rows of primes": (rows_of_primes, 16),
    "nash-gap, long numbers": (long_vector, 1024),
    "matching-error, long numbers": (long_occupancy, 256),
    "region-bound, many players": (many_players, 2),
    "nash-gap, one action each": (players_with_one_action, 4),
    "occupancy, long discount": (long_discount, 16),
    "occupancy, many actions": (many_actions_multipliers, 16),
    "cover, chain of cuts": (chain_of_cuts, 64),
    "cover, cuts of primes": (cuts_of_primes, 8),
    "cover, many leaves": (many_leaves, 4),
    "cover, long denominators": (long_denominators_of_a_pool, 8),
    "linear leaf": (linear_leaf, 8),
    "dse": (dominance, 8),
    "concentrability": (concentrability, 8),
    "vertices, two players": (vertices(2), 4),
    "vertices, three players": (vertices(3), 4),
    "vertex-search": (vertex_search, 4),
    "best-case, square": (best_case(lambda size: [size.bit_length(), size.bit_length()]), 4),
    "best-case, wide": (best_case(lambda size: [1, size]), 16),
    "best-case, tree": (best_case_tree, 8),
    "entropy, long numbers": (entropy, 64),
    "brackets": (brackets, 4096),
}


def written(folder: Path, game: Data, rest: Data, module: Any) -> tuple[Path, Path]:
    paths = folder / "game.json", folder / "certificate.json"
    paths[0].write_text(json.dumps(game))
    try:
        digest = module.Game(module.read_json(str(paths[0]))).digest
    except module.Limit:
        digest = ""
    head = {"format": "certigap-certificate", "version": 1, "game": digest}
    paths[1].write_text(json.dumps(head | rest | {"end": True}))
    return paths


def measured(paths: tuple[Path, Path], seconds: float) -> tuple[float, int, str]:
    """CPU seconds, bytes, and the verdict of one check."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

    line = [sys.executable, "-I", "-S", str(CHECKER), *map(str, paths)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=limit) as child:
        text = child.stdout.read() if child.stdout else ""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    verdict = (
        text.split(":")[0] if child.returncode in (0, 1, 2, 3) and text else f"ended by signal {-child.returncode}"
    )
    if verdict == "malformed":
        verdict += text[text.index(": /") :].strip() if ": /" in text else text
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, verdict


def allowed(game: int, certificate: int, seconds: float, memory: int) -> bool:
    """FORMAT 9: of a check of files of these sizes."""
    most = (STEPS + game * certificate) * SECONDS_A_STEP + (game + certificate) * SECONDS_A_BYTE
    return seconds <= most and memory <= MEMORY + MEMORY_A_BYTE * (game + certificate)


def rows(names: list[str], seconds: float, most: int) -> Iterator[tuple[str, int, float, int, str, bool]]:
    """Family, bytes of both files, seconds, memory, verdict, whether FORMAT 9 allows that."""
    module = load()
    sys.set_int_max_str_digits(0)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            make, size = FAMILIES[name]
            begun, before = time.monotonic(), 0
            while True:
                paths = written(Path(scratch), *make(size), module)
                game, certificate = (path.stat().st_size for path in paths)
                if not before < game + certificate <= most:
                    break
                before = game + certificate
                spent, memory, verdict = measured(paths, seconds)
                fits = allowed(game, certificate, spent, memory) and "signal" not in verdict
                yield name, game + certificate, spent, memory, verdict, fits
                size *= 2
                if spent > seconds / 4 or time.monotonic() - begun > 3 * seconds:
                    break


def plot(found: list[tuple[str, int, float, int, str, bool]], path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(14, 6))
    for name in dict.fromkeys(row[0] for row in found):
        own = [row for row in found if row[0] == name]
        axes[0].loglog([row[1] for row in own], [row[2] for row in own], ".-", label=name)
        axes[1].loglog([row[1] for row in own], [row[3] for row in own], ".-")
    for axis, label in zip(axes, ("CPU seconds", "bytes of memory"), strict=True):
        axis.set_xlabel("bytes of both files")
        axis.set_ylabel(label)
    axes[0].legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--bytes", type=int, default=1 << 24)
    parser.add_argument("--only", action="append", choices=FAMILIES)
    parser.add_argument("--plot", metavar="FILE")
    given = parser.parse_args()
    found = []
    for row in rows(given.only or list(FAMILIES), given.seconds, given.bytes):
        name, size, spent, memory, verdict, fits = row
        print(
            f"{name:30} {size:10} B {spent:8.2f} s {memory >> 20:6} MiB  {verdict[:60]}{'' if fits else '  TOO MUCH'}",
            flush=True,
        )
        found.append(row)
    if given.plot:
        plot(found, given.plot)
    return 0 if all(row[-1] for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
