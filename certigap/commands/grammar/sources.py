"""Where games and experts come from: `demo`, `games`, `convert`, `solve`."""

from typing import Any

from certigap.commands.grammar.options import command, count, files, search

__all__ = ["add_sources"]


def add_sources(commands: Any) -> None:
    """The first commands."""
    demo = command(commands, "demo", "the main job on the embedded Tag game, then verify")
    demo.add_argument("--eps", default="1/20", metavar="EPS", help="imitation error, full L1 (default 1/20)")
    demo.add_argument("-o", "--output", metavar="DIR", help="keep the files in this folder")

    games = command(commands, "games", "the catalog of cited games")
    games.add_argument("action", nargs="?", default="list", choices=["list", "show", "export"])
    games.add_argument("name", nargs="?", help="a game of the catalog")
    games.add_argument("-o", "--output", metavar="DIR", default=".", help="export: the folder (default: this one)")
    games.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter, such as discount=1/2"
    )

    games.add_argument("--arrays", action="store_true", help="export: the game as an array game (.npz), of any size")

    convert = command(
        commands,
        "convert",
        "games from Gambit, OpenSpiel and arrays to a game file, a policy's arrays to a policy file",
    )
    convert.add_argument(
        "input", metavar="IN", help="FILE.nfg|.efg|.gbt|.npz|.umb|.json, gambit:NAME or openspiel:NAME"
    )
    convert.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="the game file (.json), arrays (.npz), .nfg or .umb"
    )
    convert.add_argument("--game", metavar="FILE", help="IN is a policy of this game: .npy [n, S, A], or .npz")
    convert.add_argument("--arrays", action="store_true", help="OUT.npz is an array game, without names (FORMAT 16)")
    convert.add_argument("--discount", metavar="G", help="discount, such as 9/10 (OpenSpiel, arrays, UMB)")
    convert.add_argument(
        "--horizon", type=count, metavar="H", help="a game of H steps (OpenSpiel with --discount 1: its own length)"
    )
    convert.add_argument(
        "--rewards", metavar="NAME,..", help="UMB: the rewards of each player, -NAME for the negative of NAME"
    )
    convert.add_argument("--max-states", type=count, metavar="N", help="refuse larger games (Gambit: pure profiles)")
    convert.add_argument(
        "--merge", choices=["text", "moves", "history"], help="OpenSpiel: which histories are one state"
    )
    convert.add_argument("--from-floats", type=count, metavar="D", help="round floats to this denominator")

    solve = command(commands, "solve", "an expert of a game, with its certified regret")
    files(solve, "game")
    solve.add_argument("-o", "--output", required=True, metavar="EXPERT", help="the expert's file; with --all a folder")
    solve.add_argument("--method", default="auto", metavar="M", help="how (default: by the game's structure)")
    solve.add_argument("--all", action="store_true", help="every equilibrium of a normal form, with certificates")
    solve.add_argument("--temperature", metavar="T", help="entropy-regularised equilibrium, two players, zero-sum")
    solve.add_argument("--certificate", metavar="CERT", help="write the equilibrium certificate to this file")
    search(solve)
    solve.add_argument("--exact", action="store_true", help="print exact numbers of any length")
