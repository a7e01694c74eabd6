"""Writes the case files: `python -m tests.helpers.checker.make_cases [PART..] [reject [MUTANT..]] [malformed]`.

Parts are accept, or of it balls, modes, stage and tilted alone. True certificates come from the package (`accepts`,
`accepts_balls`) and from the checker itself (`accepts_modes`), false ones from the mutants (`making`), broken ones from
`faults`.
"""

import copy
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.helpers.checker import faults, making
from tests.helpers.checker.accepts import certificates
from tests.helpers.checker.accepts_balls import ball_certificates
from tests.helpers.checker.accepts_modes import MODE_GAMES, mode_accepts
from tests.helpers.checker.accepts_stage import stage_certificates
from tests.helpers.checker.faults_balls import ball_faults
from tests.helpers.checker.faults_modes import mode_faults
from tests.helpers.checker.faults_stage import stage_faults
from tests.helpers.checker.faults_tilted import tilted_faults
from tests.helpers.checker.forge_tilted import tilted_accepts
from tests.helpers.checker.games import Trio, games
from tests.helpers.checker.harness import HERE, Bench, load, source
from tests.helpers.checker.mutants import Mutant, mutated
from tests.helpers.checker.tables import MUTANTS
from tests.helpers.checker.worlds import World

Data = dict[str, Any]
PARTS = ["accept", "balls", "modes", "stage", "tilted", "reject", "malformed"]
SECONDS = 8.0  # some mutants never end


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data) + "\n", encoding="utf-8")


def fresh(folder: str) -> Path:
    shutil.rmtree(HERE / folder, ignore_errors=True)
    (HERE / folder).mkdir()
    return HERE / folder


def write_game(name: str, trio: Trio) -> None:
    from certigap.model.files.codec import game_to_json, policy_to_json

    game, expert, learner = trio
    write(HERE / "games" / f"{name}.json", game_to_json(game))
    write(HERE / "games" / f"{name}.expert.json", policy_to_json(expert))
    write(HERE / "games" / f"{name}.learner.json", policy_to_json(learner))


def make_games_and_accepted() -> None:
    fresh("games")
    folder = fresh("accept")
    for name, trio in games().items():
        write_game(name, trio)
        write_accepted(name, certificates(name, trio))
    write_decimal(folder)
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("coin", "trap"):
            write_linear(folder, World(name, Path(scratch)))


def write_accepted(name: str, made: Iterator[tuple[str, Data]]) -> None:
    folder = HERE / "accept"
    bench = Bench(load(), HERE / "games" / f"{name}.json", folder)
    for case, data in made:
        if (verdict := bench.verdict(data)) != "valid":
            raise ValueError(f"{name}.{case}: expected a true certificate, the checker says {verdict}")
        write(folder / f"{name}.{case}.json", data)
    bench.path.unlink(missing_ok=True)


def make_balls() -> None:
    for name, trio in games().items():
        write_accepted(name, ball_certificates(name, trio))


def make_stage() -> None:
    for name, trio in games().items():
        if made := list(stage_certificates(name, trio)):
            write_game(name, trio)
            write_accepted(name, iter(made))


def make_modes() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name in MODE_GAMES:
            world = World(name, Path(scratch))
            write_accepted(name, mode_accepts(world))


def make_tilted() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("coin", "trap"):
            write_accepted(name, tilted_accepts(World(name, Path(scratch))))


def write_linear(folder: Path, world: World) -> None:
    """The first certificate of each kind with the linear rule, as strong as the checker itself makes it."""
    kinds: dict[str, Data] = {}
    for data in making.linear(world.checker.module, world.checker.game, world):
        kind = data["claim"]["kind"].split("-")[0]
        if kind not in kinds and world.checker.verdict(data) == "valid":
            write(folder / f"{world.name}.linear-{kind}.json", data)
            kinds[kind] = data
        if len(kinds) == 2:
            return


def write_decimal(folder: Path) -> None:
    """The game dilemma with decimals: the same hash, so the same certificates."""
    for role in ("", ".expert", ".learner"):
        text = (HERE / "games" / f"dilemma{role}.json").read_text()
        for old, new in (('"-1/10"', '"-0.10"'), ('"-9/10"', '"-0.9"'), ('"1/20"', '"0.05"'), ('"19/20"', '"0.950"')):
            text = text.replace(old, new)
        (HERE / "games" / f"decimal{role}.json").write_text(text)
    shutil.copy(folder / "dilemma.gap-exact.json", folder / "decimal.gap-exact.json")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def killing(mutant: Mutant, world: World, scratch: Path) -> tuple[Data, Data] | None:
    """A certificate that only the mutant accepts, and what refutes it; deterministic but for the time limit."""
    module = load(mutated(source(), mutant))
    bench = Bench(module, world.path, scratch)
    stream = making.candidates(mutant, module, bench, world)
    fallback: tuple[Data, Data] | None = None
    while True:
        try:
            with limited(SECONDS):
                data = next(stream, None)
                if data is None:
                    return fallback
                if bench.verdict(data) != "valid" or world.checker.verdict(data) != "invalid":
                    continue
        except (TimeoutError, ArithmeticError, LookupError, TypeError):
            continue  # a generator that was ended by it yields nothing more
        reason = making.refutation(world, data)
        if reason is not None:
            return data, reason
        fallback = fallback or (data, {})


def make_rejected(only: list[str]) -> list[str]:
    """The names of mutants for which no case was found; `only` some of them, if names are given."""
    folder, left = HERE / "reject" if only else fresh("reject"), []
    why = json.loads((folder / "WHY.json").read_text()) if only else {}
    worlds: dict[str, World] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for mutant in MUTANTS:
            if mutant.made.endswith(".json") or (only and mutant.name not in only):
                continue
            game = mutant.made.split()[1]
            if game not in worlds:
                worlds[game] = World(game, Path(scratch))
            found = killing(mutant, worlds[game], Path(scratch))
            print(mutant.name, mutant.made, "-" if found is None else "true" if not found[1] else "ok", flush=True)
            if found is None:
                left.append(mutant.name)
                continue
            data, reason = found
            name = Path(mutant.case).name
            for old in folder.glob(f"*.{mutant.name}.json"):
                old.unlink()
                why.pop(old.name, None)
            write(folder / name, data)
            why[name] = {"why": sentence(mutant, data, reason), **reason}
            write(folder / "WHY.json", dict(sorted(why.items())))
    return left


def sentence(mutant: Mutant, data: Data, reason: Data) -> str:
    claim = {
        key: value for key, value in data["claim"].items() if key not in ("policy", "expert", "center", "radii", "box")
    }
    text = json.dumps(claim)
    text = text if len(text) < 300 else text[:300] + ".."
    if not reason:
        return f"{mutant.name}: not what the format says, though nothing false is claimed: {text}"
    return f"{mutant.name}: would have proved the false claim {text}"


def make_malformed() -> None:
    folder, why = fresh("malformed"), {}
    game = json.loads((HERE / "games" / "coin.json").read_text())
    policy = json.loads((HERE / "games" / "coin.learner.json").read_text())
    accept = {
        name: json.loads((HERE / "accept" / f"coin.{name}.json").read_text()) for name in ("value-exact", "tree", "box")
    }
    value = copy.deepcopy(accept["value-exact"])
    value["claim"]["values"] = {"1": {"upper": "1000"}}
    value["proof"] = {"values": {"1": {"exact": {"den": "1", "num": [300, 300]}}}}
    found = [*faults.certificate_faults(value, accept["tree"], accept["box"])]
    names = ["coin.gap-exact", "coin.errors-exact", "coin.trivial", "coin.value-exact"]
    names += ["dilemma.value-exact", "trio.value-gap", "coin.linear-region"]
    others = {name: json.loads((HERE / "accept" / f"{name}.json").read_text()) for name in names}
    found += [*faults.game_faults(game), *faults.policy_faults(policy), *faults.other_faults(others)]

    def accepted(case: str) -> Data:
        data: Data = json.loads((HERE / "accept" / f"{case}.json").read_text())
        return data

    def digest(game: str) -> str:
        return str(load().Game(load().read_json(str(HERE / "games" / f"{game}.json"))).digest)

    found += ball_faults(accepted, digest)
    found += stage_faults(accepted, digest)
    found += mode_faults(accepted)
    found += tilted_faults(accepted)
    for name, text, reason in found:
        (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")
        why[name] = reason
    write(folder / "WHY.json", why)


def main() -> int:
    sys.set_int_max_str_digits(0)
    parts = [part for part in sys.argv[1:] if part in PARTS] or PARTS
    only = [part for part in sys.argv[1:] if part not in PARTS]
    if "accept" in parts:
        make_games_and_accepted()
    if "accept" in parts or "balls" in parts:
        make_balls()
    if "accept" in parts or "stage" in parts:
        make_stage()
    if "accept" in parts or "modes" in parts:
        make_modes()
    if "accept" in parts or "tilted" in parts:
        make_tilted()
    left = make_rejected(only) if "reject" in parts else []
    if "malformed" in parts:
        make_malformed()
    print(f"mutants without a case: {', '.join(left) or 'none'}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
