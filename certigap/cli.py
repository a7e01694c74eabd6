"""The command line: `certigap COMMAND`. Results on stdout, messages on stderr; exit codes as in the README.

0 answered or verified, 1 invalid certificate or failed assertion, 2 malformed input or usage, 3 a limit before any
answer.
Everything heavy is imported by the command that needs it: `certigap --help` stays quick.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from certigap.commands import HOMES
from certigap.commands.hints import as_options
from certigap.commands.streams import hush
from certigap.errors import CertigapError
from certigap.version import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `certigap`; by default those of the process.

    Returns:
        The exit code.
    """
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)
    except BrokenPipeError:
        hush()
        return 0
    except OSError as error:
        if error.filename is None:
            hush()
        print(f"certigap: {error.filename or 'standard output'}: {error.strerror or error}", file=sys.stderr)
        return 2


def _run(arguments: Sequence[str] | None) -> int:
    from importlib import import_module

    given = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        return int(getattr(import_module(HOMES[given.command]), given.command.replace("-", "_"))(given))
    except CertigapError as error:
        print(f"certigap: {as_options(str(error), given)}", file=sys.stderr)
        return error.exit_code
    except MemoryError as error:
        print(f"certigap: memory: expected enough, got: {str(error) or 'none left'}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("certigap: interrupted before the end", file=sys.stderr)
        return 3


def _joined(words: Sequence[str]) -> list[str]:
    """The words, with `--eps -1/20` as `--eps=-1/20`: what looks like a negative number is one, not an option."""
    result: list[str] = []
    for word in words:
        is_number = len(word) > 1 and word[0] == "-" and (word[1].isdigit() or word[1] == ".")
        if is_number and result and result[-1].startswith("--") and "=" not in result[-1] and len(result[-1]) > 2:
            result[-1] = f"{result[-1]}={word}"
        else:
            result.append(word)
    return result


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.removeprefix("argument ").split())
        self.exit(2, f"{self.prog}: {line}{_meant(line)}\n")


def _meant(line: str) -> str:
    """The choices that a mistyped one resembles."""
    from certigap.model.near import near

    found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", line)
    if found is None:
        return ""
    alike = near(found[1], re.findall(r"[\w-]+", found[2]))
    return f"; near: {', '.join(alike)}" if alike else ""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="certigap",
        description="How exploitable is this policy, and can you prove it? Certified Nash gaps of imitated policies.",
        epilog="Exit codes: 0 answered or verified, 1 invalid or assertion failed, 2 malformed input, 3 limit reached.",
    )
    parser.add_argument("--version", action="version", version=f"certigap {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = _command(commands, "demo", "the main job on the embedded Tag game, then verify")
    demo.add_argument("--eps", default="1/20", metavar="EPS", help="imitation error, full L1 (default 1/20)")
    demo.add_argument("-o", "--output", metavar="DIR", help="keep the files in this folder")

    games = _command(commands, "games", "the catalog of cited games")
    games.add_argument("action", nargs="?", default="list", choices=["list", "show", "export"])
    games.add_argument("name", nargs="?", help="a game of the catalog")
    games.add_argument("-o", "--output", metavar="DIR", default=".", help="export: the folder (default: this one)")
    games.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter, such as discount=1/2"
    )

    games.add_argument("--arrays", action="store_true", help="export: the game as an array game (.npz), of any size")

    convert = _command(
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
        "--horizon", type=_count, metavar="H", help="a game of H steps (OpenSpiel with --discount 1: its own length)"
    )
    convert.add_argument(
        "--rewards", metavar="NAME,..", help="UMB: the rewards of each player, -NAME for the negative of NAME"
    )
    convert.add_argument("--max-states", type=_count, metavar="N", help="refuse larger games (Gambit: pure profiles)")
    convert.add_argument(
        "--merge", choices=["text", "moves", "history"], help="OpenSpiel: which histories are one state"
    )
    convert.add_argument("--from-floats", type=_count, metavar="D", help="round floats to this denominator")

    solve = _command(commands, "solve", "an expert of a game, with its certified regret")
    _files(solve, "game")
    solve.add_argument("-o", "--output", required=True, metavar="EXPERT", help="the expert's file; with --all a folder")
    solve.add_argument("--method", default="auto", metavar="M", help="how (default: by the game's structure)")
    solve.add_argument("--all", action="store_true", help="every equilibrium of a normal form, with certificates")
    solve.add_argument("--temperature", metavar="T", help="entropy-regularised equilibrium, two players, zero-sum")
    solve.add_argument("--certificate", metavar="CERT", help="write the equilibrium certificate to this file")
    _search(solve)
    solve.add_argument("--exact", action="store_true", help="print exact numbers of any length")

    gap = _command(commands, "gap", "player gaps, NashGap and NashConv of a policy")
    _files(gap, "game", "policy", arrays=True)
    _certificate(gap)
    _arithmetic(gap)
    gap.add_argument(
        "--temperature",
        metavar="T",
        help="regularise by the player's own entropy, T a nat; -o then claims kind entropy",
    )
    gap.add_argument(
        "--opponents-temperature",
        default="0",
        metavar="T",
        help="weight of the others' entropy, subtracted (default 0)",
    )
    gap.add_argument("--width", metavar="W", help="array games: how wide an interval of a player's gap may be")
    gap.add_argument(
        "--claim", default="nash-gap", choices=["nash-gap", "equilibrium", "policy-value"], help="what -o claims"
    )

    errors = _command(commands, "errors", "matching errors and ValueGap of a policy against an expert")
    _files(errors, "game", arrays=True)
    errors.add_argument("--expert", required=True, metavar="FILE", help=f"the expert's policy file{_ARRAYS['policy']}")
    errors.add_argument("--policy", required=True, metavar="FILE", help="the imitator's policy file")
    _idle(errors)
    _certificate(errors)
    _arithmetic(errors)

    certify = _command(
        commands, "certify", "the worst NashGap of any policy with a given imitation error: a proven interval"
    )
    _files(certify, "game", arrays=True)
    certify.add_argument("--expert", required=True, metavar="FILE", help=f"the expert's policy file{_ARRAYS['policy']}")
    radius = certify.add_mutually_exclusive_group(required=True)
    radius.add_argument("--eps", metavar="EPS", help="imitation error, full L1, such as 1/20, 0.05 or 5%%")
    radius.add_argument("--policy", metavar="FILE", help="an imitator's policy file: take its error for EPS")
    _idle(certify)
    _measure(certify)
    certify.add_argument(
        "--ratio", default="201/200", metavar="R", help="upper/lower that is tight enough (default 201/200)"
    )
    _search(certify)
    _known(certify)
    certify.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster that grows large trees of boxes, such as tcp://10.0.0.1:8786",
    )
    certify.add_argument("--witness", metavar="FILE", help="write the most exploitable policy found to this file")
    certify.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    _certificate(certify)

    least = _command(
        commands, "best-case", "the least NashGap at a given distance from an equilibrium: a proven interval"
    )
    _files(least, "game")
    least.add_argument("--eps", required=True, metavar="EPS", help="L1 distance of the joint distributions, exactly")
    least.add_argument(
        "--tolerance", default="1/1000", metavar="T", help="width over upper end that is tight enough (default 1/1000)"
    )
    _search(least)
    least.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    _certificate(least)

    frontier = _command(commands, "frontier", "the worst NashGap over a grid of imitation errors: two proven curves")
    _files(frontier, "game")
    frontier.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    frontier.add_argument("--eps-max", required=True, metavar="EPS", help="the largest imitation error, such as 2/5")
    frontier.add_argument("--points", type=_count, default=8, metavar="N", help="how many values of eps (default 8)")
    _measure(frontier)
    _search(frontier)
    _known(frontier)
    frontier.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    frontier.add_argument("-o", "--output", metavar="PICTURE", help="draw the curves: .png, .pdf or .svg")
    frontier.add_argument(
        "--certificates", metavar="DIR", help="write a certificate for each eps: `report` draws the curves of them"
    )

    dominance = _command(commands, "dominance", "which actions are dominated, whether the expert plays dominant ones")
    _files(dominance, "game")
    dominance.add_argument("--expert", metavar="FILE", help="the expert's policy file (needed for several states)")
    dominance.add_argument(
        "--elimination",
        default="strict",
        choices=["strict", "weak", "very-weak"],
        help="what is eliminated again and again (one state; default strict)",
    )
    dominance.add_argument("--pure", action="store_true", help="eliminate what single actions dominate, not mixtures")
    _search(dominance)
    dominance.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    _certificate(dominance)

    continuity = _command(commands, "continuity", "how far best replies move when the others move by eps: proven steps")
    _files(continuity, "game")
    continuity.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    continuity.add_argument("--eps-max", required=True, metavar="EPS", help="the largest L1 distance, such as 1/2")
    continuity.add_argument(
        "--budget", type=_seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)"
    )
    continuity.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    continuity.add_argument(
        "-o", "--output", metavar="FILE", help="a picture (.png, .pdf, .svg), or else a certificate"
    )

    ratios = _command(
        commands, "concentrability", "how far each player alone can raise the occupancy of a state: proven intervals"
    )
    _files(ratios, "game")
    ratios.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    ratios.add_argument(
        "--ratio", default="101/100", metavar="R", help="upper/lower that is tight enough (default 101/100)"
    )
    ratios.add_argument("--budget", type=_seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)")
    ratios.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    _certificate(ratios)

    parametric = _command(commands, "parametric", "for which values of its parameters a statement about a game holds")
    parametric.add_argument("file", metavar="FILE", help="a parametric game file; with --discount a game file")
    parametric.add_argument(
        "--ask",
        required=True,
        choices=["gap", "equilibrium", "dominant", "delta"],
        help="gap: formulas; else: for which values the policy is an equilibrium, is dominant, has delta(0+) = 0",
    )
    parametric.add_argument("--policy", metavar="FILE", help="the policy file (default: the policy in FILE)")
    parametric.add_argument(
        "--discount", metavar="NAME", help="read a game file, its discount a parameter of this name"
    )
    parametric.add_argument("-o", "--output", metavar="CERT", help="write the certificate to this file")
    parametric.add_argument(
        "--resolution",
        type=_share,
        default=0.01,
        metavar="R",
        help="several parameters: the undecided share of the volume at which to stop (default 0.01)",
    )
    parametric.add_argument(
        "--budget", type=_seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)"
    )

    sweep = _command(
        commands, "sweep", "certificates of many games, imitation errors and policies: a folder that can be resumed"
    )
    sweep.add_argument("games", nargs="+", metavar="GAME", help="game files; the gaps of policies also of array games")
    sweep.add_argument(
        "--eps", action="append", default=[], metavar="EPS,..", help="imitation errors, such as 1/20,1/10"
    )
    sweep.add_argument(
        "--expert",
        action="append",
        default=[],
        metavar="FILE",
        help="one for all games, or once a game; else X.expert.json beside X.game.json",
    )
    sweep.add_argument(
        "--policy", action="append", default=[], metavar="FILE", help="a policy whose NashGap is asked; may be repeated"
    )
    sweep.add_argument("--out", required=True, metavar="DIR", help="the folder of certificates and table.csv")
    sweep.add_argument("--measure", default="bc", metavar="M,..", help="the errors that eps bounds (default bc)")
    sweep.add_argument(
        "--ratio", default="201/200", metavar="R", help="upper/lower that is tight enough (default 201/200)"
    )
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.1:8786")
    sweep.add_argument("--workers", type=_count, metavar="N", help="processes of this machine (default: one a core)")
    _search(sweep)

    verify = _command(commands, "verify", "check certificates with the independent checker")
    _files(verify, "game", arrays=True)
    verify.add_argument("certificates", nargs="+", metavar="CERT", help="certificate files")
    verify.add_argument("--expert", metavar="FILE", help="policy that every claim's expert must equal")
    verify.add_argument("--policy", metavar="FILE", help="policy that every claim's policy must equal")
    verify.add_argument("--rules", action="store_true", help="which of the checker's files a verdict rests on")
    verify.add_argument(
        "--assert",
        dest="assertions",
        action="append",
        default=[],
        metavar="CONDITION",
        help='on every claim, such as "upper<=1/10", "kind=worst-case", "measure=bc", "radius>=1/20"',
    )

    explain = _command(commands, "explain", "where the witness of a worst case is exploitable, by states")
    explain.add_argument("certificate", metavar="CERT", help="a certificate file of a worst case")
    explain.add_argument("--game", metavar="FILE", help="its game (default: the *.game.json beside it)")

    report = _command(commands, "report", "a certificate as a page for a browser: one file, checked when it is written")
    report.add_argument("certificates", nargs="+", metavar="CERT", help="certificate files of one game")
    report.add_argument("--game", metavar="FILE", help="their game (default: the *.game.json beside the first)")
    report.add_argument("-o", "--output", required=True, metavar="HTML", help="the page, a file called .html")

    show = _command(commands, "show", "what a certificate claims (without checking it)")
    show.add_argument("certificate", metavar="CERT", help="a certificate file")

    prove = _command(commands, "prove", "run the evidence of the paper's audit again (proofs/INDEX.md lists the ids)")
    prove.add_argument("ids", nargs="*", metavar="ID", help="statements, such as lemma-1 (default: every one)")
    prove.add_argument("--all", action="store_true", help="every property check in full: minutes")

    _command(commands, "warm", "compile everything ahead, once a machine, so that no question has to wait")
    return parser


def _command(commands: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


_ARRAYS = {"game": ", or an array game (.npz)", "policy": ", or for an array game: uniform"}


def _files(parser: argparse.ArgumentParser, *names: str, arrays: bool = False) -> None:
    """File arguments; `arrays`: of a command that takes array games, too."""
    for name in names:
        parser.add_argument(name, metavar=name.upper(), help=f"{name} file{_ARRAYS[name] if arrays else ''}")


def _idle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--idle",
        default="keep",
        choices=["keep", "ignore"],
        help="ignore: leave out states where nothing that a player does changes anything (default keep)",
    )


def _known(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="CERT",
        help="a certificate of the same expert and measure, any EPS: what it shows holds here too",
    )


def _certificate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="CERT", help="write the certificate to this file")


def _measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--measure", default="bc", metavar="M", help="the error that eps bounds: bc (default), rho or mu"
    )


def _arithmetic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arithmetic",
        default="auto",
        choices=["auto", "exact", "enclosed"],
        help="exact, or proven intervals (default: by size)",
    )
    parser.add_argument("--exact", action="store_true", help="print exact numbers of any length")


def _search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--budget", type=_seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)")
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of random starting points (default 0)")


def _share(text: str) -> float:
    value = _seconds(text)
    if value >= 1:
        raise argparse.ArgumentTypeError(f"expected a share below 1, got {text}")
    return value


def _count(text: str) -> int:
    return _whole(text, "a whole number above 0", least=1)


def _seed(text: str) -> int:
    return _whole(text, "a whole number of at least 0", least=0)


def _whole(text: str, expected: str, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) >= 20 or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return value


if __name__ == "__main__":
    sys.exit(main())
