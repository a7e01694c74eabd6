"""`certigap convert`: games from other programs' files and names, policies from arrays."""

import argparse
import os
import sys
import warnings
from fractions import Fraction
from typing import Any

from certigap.commands.hints import as_options
from certigap.commands.output import plain, print_json, rational_option, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.errors import CertigapWarning, InputError
from certigap.exact.rational import format_rational
from certigap.model.files.codec import read_game, write_game, write_policy
from certigap.model.files.json_node import printable
from certigap.model.finite import FiniteGame, write_finite_game
from certigap.model.game import Game
from certigap.model.large import ArrayGame, write_array_game
from certigap.report import number_text, quantity, table

__all__ = ["convert"]


def convert(given: argparse.Namespace) -> int:
    """Gambit files and catalog names, OpenSpiel names, arrays -> a game file."""
    from certigap.io import convert as read_source
    from certigap.io.arrays import write_arrays
    from certigap.io.nfg_write import write_nfg
    from certigap.io.umb_write import write_umb

    check_file(given.output, given.input, given.game)
    _check_suffixes(given)
    if given.game:
        return _convert_policy(given)
    options = {name: getattr(given, name) for name in ("discount", "max_states", "merge", "from_floats")}
    options["rewards"] = None if given.rewards is None else given.rewards.split(",")
    is_finite = _is_finite(given)
    with warnings.catch_warnings(record=True) as caught, _Counter() as counter:
        warnings.simplefilter("always", CertigapWarning)
        game: Game | FiniteGame
        game = _finite(given, options, counter) if is_finite else read_source(given.input, progress=counter, **options)
    for warning in caught:
        print(f"certigap: warning: {as_options(str(warning.message), given)}", file=sys.stderr)
    if given.json:
        facts = {
            "name": game.name,
            "players": list(game.players),
            "states": len(game.states),
            "joint_actions": game.layout.rows,
            "discount": format_rational(game.discount),
            **({"horizon": game.horizon} if isinstance(game, FiniteGame) else {}),
            "hash": game.digest,
            "meta": game.meta,
        }
        print_json(facts)
    else:
        say("\n".join([repr(game), *([_meta_table(game)] if game.meta else [])]))
    if isinstance(game, FiniteGame):
        write_finite_game(game, given.output)
    else:
        writers = {".npz": _write_array_game if given.arrays else write_arrays, ".nfg": write_nfg, ".umb": write_umb}
        writers.get(os.path.splitext(given.output)[1].lower(), write_game)(game, given.output)
    say_written(given)
    return 0


def _is_finite(given: argparse.Namespace) -> bool:
    """A horizon is asked for, or the discount 1, which an OpenSpiel game's own length allows."""
    whole = given.discount is not None and given.input.startswith("openspiel:")
    if given.horizon is None and not (whole and rational_option(given.discount, "--discount") == 1):
        return False
    if os.path.splitext(given.output)[1].lower() in (".npz", ".nfg", ".umb"):
        raise InputError(f"-o: expected a file called .json for a game with a horizon, got {printable(given.output)}")
    return True


def _finite(given: argparse.Namespace, options: dict[str, Any], progress: Any) -> FiniteGame:
    """The game of a finite horizon, whose discount is 1 unless another is given."""
    from certigap.io.finite import convert_finite

    discount = Fraction(1) if given.discount is None else rational_option(given.discount, "--discount")
    rest = {name: value for name, value in options.items() if name != "discount"}
    return convert_finite(given.input, given.horizon, discount, progress=progress, **rest)


def _write_array_game(game: Game, path: str) -> None:
    write_array_game(ArrayGame.from_game(game), path)


def _check_suffixes(given: argparse.Namespace) -> None:
    """Refuse a policy without its game, and an output whose suffix names no format that is written."""
    suffix = os.path.splitext(given.output)[1].lower()
    written = (".json",) if given.game else (".json", ".npz", ".nfg", ".umb")
    if given.arrays and (given.game or suffix != ".npz"):
        raise InputError(f"--arrays: expected a game to a file called .npz, got {printable(given.output)}")
    if suffix not in written and not _is_stream(given.output):
        raise InputError(f"-o: expected a file called {' or '.join(written)}, got {printable(given.output)}")
    if not given.game and given.input.lower().endswith(".npy"):
        raise InputError(f"{printable(given.input)}: expected --game FILE beside a policy's array, got none")


def _is_stream(path: str) -> bool:
    """A pipe or a device, such as /dev/stdout, has no suffix that could say anything."""
    return os.path.exists(path) and not os.path.isfile(path)


def _convert_policy(given: argparse.Namespace) -> int:
    """A policy's arrays -> a policy file."""
    from certigap.io.policy_arrays import read_policy_arrays

    for option in ("discount", "max_states", "merge", "rewards"):
        if getattr(given, option) is not None:
            raise InputError(f"--{option.replace('_', '-')}: expected for games only, got it with --game")
    if not given.input.lower().endswith((".npy", ".npz")):
        raise InputError(f"{printable(given.input)}: expected a policy's .npy or .npz beside --game, got another file")
    game = read_game(given.game)
    policy = read_policy_arrays(given.input, game, given.from_floats or 2**52)
    rounding = policy.rounding_error or Fraction(0)
    if given.json:
        print_json({"game": game.digest, "rounding_error": quantity(rounding)})
    else:
        say(f"{policy!r}\n{table([('largest rounding of a row', number_text(rounding))])}")
    write_policy(policy, given.output)
    say_written(given)
    return 0


def _meta_table(game: Game | FiniteGame) -> str:
    return table([(str(key), plain(value)) for key, value in game.meta.items()])


class _Counter:
    """How many states were seen, on a terminal and only there."""

    def __init__(self) -> None:
        from rich.console import Console

        self.status = Console(stderr=True).status("reading the game ...")

    def __enter__(self) -> "_Counter":
        self.status.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.status.stop()

    def __call__(self, seen: int, expanded: int) -> None:
        self.status.update(f"reading the game: {seen} states seen, {expanded} expanded ...")
