"""`certigap convert`: games from other programs' files and names."""

import argparse
import sys
import warnings
from typing import Any

from certigap.commands.output import plain, print_json, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.errors import CertigapWarning
from certigap.exact.rational import format_rational
from certigap.model.files.codec import write_game
from certigap.model.game import Game
from certigap.report import table

__all__ = ["convert"]


def convert(given: argparse.Namespace) -> int:
    """Gambit files and catalog names, OpenSpiel names, arrays -> a game file."""
    from certigap.io import convert as read_source
    from certigap.io.arrays import write_arrays

    check_file(given.output, given.input)
    options = {name: getattr(given, name) for name in ("discount", "max_states", "merge", "from_floats")}
    with warnings.catch_warnings(record=True) as caught, _Counter() as counter:
        warnings.simplefilter("always", CertigapWarning)
        game = read_source(given.input, progress=counter, **options)
    for warning in caught:
        print(f"certigap: warning: {warning.message}", file=sys.stderr)
    if given.json:
        facts = {
            "name": game.name,
            "players": list(game.players),
            "states": len(game.states),
            "joint_actions": game.layout.rows,
            "discount": format_rational(game.discount),
            "hash": game.digest,
            "meta": game.meta,
        }
        print_json(facts)
    else:
        say("\n".join([repr(game), *([_meta_table(game)] if game.meta else [])]))
    if given.output.endswith(".npz"):
        write_arrays(game, given.output)
    else:
        write_game(game, given.output)
    say_written(given)
    return 0


def _meta_table(game: Game) -> str:
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
