"""`certigap games`: the catalog of cited games."""

import argparse
from pathlib import Path

from certigap.commands.output import plain, print_json
from certigap.commands.streams import say
from certigap.commands.targets import check_folder
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model import catalog
from certigap.model.files.codec import write_game, write_policy
from certigap.model.large import write_array_game
from certigap.report import table

__all__ = ["games"]


def games(given: argparse.Namespace) -> int:
    """The catalog: list, show, export."""
    if given.action == "list":
        entries = [catalog.entry(name) for name in catalog.names()]
        if given.json:
            return print_json({"games": [{"name": e.name, "title": e.title, "source": e.source} for e in entries]})
        say(table([(entry.name, entry.title) for entry in entries]))
        say("sources, parameters and sizes: certigap games show NAME")
        return 0
    if given.name is None:
        raise InputError(f"games {given.action}: expected a name among {', '.join(catalog.names())}, got none")
    entry, parameters = catalog.entry(given.name), _parameters(given.set)
    if given.arrays:
        return _export_arrays(given, parameters)
    game = catalog.load(given.name, **parameters)
    if given.action == "show":
        facts = {
            "name": entry.name,
            "title": entry.title,
            "source": entry.source,
            "description": entry.description,
            "parameters": {**entry.parameters, **parameters},
            "players": list(game.players),
            "states": len(game.states),
            "joint_actions": game.layout.rows,
            "discount": format_rational(game.discount),
            "hash": game.digest,
            "expert": entry.has_expert,
            "learner": entry.has_learner,
        }
        if given.json:
            return print_json(facts)
        say(table([(key, plain(value)) for key, value in facts.items()]))
        return 0
    folder = _folder(given)
    written = [folder / f"{entry.name}.game.json"]
    write_game(game, written[0])
    for role, present in (("expert", entry.has_expert), ("learner", entry.has_learner)):
        if present:
            written.append(folder / f"{entry.name}.{role}.json")
            write_policy(getattr(catalog, role)(given.name, **parameters), written[-1])
    return _say(given, written)


def _export_arrays(given: argparse.Namespace, parameters: dict[str, str]) -> int:
    """The game alone, as an array game."""
    if given.action != "export":
        raise InputError(f"--arrays: expected with games export, got games {given.action}")
    path = _folder(given) / f"{given.name}.game.npz"
    write_array_game(catalog.arrays(given.name, **parameters), path)
    return _say(given, [path])


def _folder(given: argparse.Namespace) -> Path:
    check_folder(given.output)
    folder = Path(given.output)
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder, got none")
    return folder


def _say(given: argparse.Namespace, written: list[Path]) -> int:
    if given.json:
        return print_json({"written": [str(path) for path in written]})
    say("\n".join(f"wrote {path}" for path in written))
    return 0


def _parameters(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"--set: expected NAME=VALUE, got {pair!r}")
    return dict(pair.split("=", 1) for pair in pairs)
