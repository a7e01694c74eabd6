"""What is asked of games and policies: from `gap` to `sweep`."""

from typing import Any

from certigap.commands.grammar.options import (
    ARRAYS,
    arithmetic,
    certificate,
    command,
    count,
    files,
    idle,
    known,
    measure,
    search,
    seconds,
    share,
)

__all__ = ["add_questions"]


def add_questions(commands: Any) -> None:
    """The commands that answer."""
    gap = command(commands, "gap", "player gaps, NashGap and NashConv of a policy")
    files(gap, "game", "policy", arrays=True)
    certificate(gap)
    arithmetic(gap)
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

    errors = command(commands, "errors", "matching errors and ValueGap of a policy against an expert")
    files(errors, "game", arrays=True)
    errors.add_argument("--expert", required=True, metavar="FILE", help=f"the expert's policy file{ARRAYS['policy']}")
    errors.add_argument("--policy", required=True, metavar="FILE", help="the imitator's policy file")
    idle(errors)
    certificate(errors)
    arithmetic(errors)

    certify = command(
        commands, "certify", "the worst NashGap of any policy with a given imitation error: a proven interval"
    )
    files(certify, "game", arrays=True)
    certify.add_argument("--expert", required=True, metavar="FILE", help=f"the expert's policy file{ARRAYS['policy']}")
    radius = certify.add_mutually_exclusive_group(required=True)
    radius.add_argument("--eps", metavar="EPS", help="imitation error, full L1, such as 1/20, 0.05 or 5%%")
    radius.add_argument("--policy", metavar="FILE", help="an imitator's policy file: take its error for EPS")
    idle(certify)
    measure(certify)
    certify.add_argument(
        "--ratio", default="201/200", metavar="R", help="upper/lower that is tight enough (default 201/200)"
    )
    search(certify)
    known(certify)
    certify.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster that grows large trees of boxes, such as tcp://10.0.0.1:8786",
    )
    certify.add_argument("--witness", metavar="FILE", help="write the most exploitable policy found to this file")
    certify.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    certificate(certify)

    least = command(
        commands, "best-case", "the least NashGap at a given distance from an equilibrium: a proven interval"
    )
    files(least, "game")
    least.add_argument("--eps", required=True, metavar="EPS", help="L1 distance of the joint distributions, exactly")
    least.add_argument(
        "--tolerance", default="1/1000", metavar="T", help="width over upper end that is tight enough (default 1/1000)"
    )
    search(least)
    least.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    certificate(least)

    frontier = command(commands, "frontier", "the worst NashGap over a grid of imitation errors: two proven curves")
    files(frontier, "game")
    frontier.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    frontier.add_argument("--eps-max", required=True, metavar="EPS", help="the largest imitation error, such as 2/5")
    frontier.add_argument("--points", type=count, default=8, metavar="N", help="how many values of eps (default 8)")
    measure(frontier)
    search(frontier)
    known(frontier)
    frontier.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    frontier.add_argument("-o", "--output", metavar="PICTURE", help="draw the curves: .png, .pdf or .svg")
    frontier.add_argument(
        "--certificates", metavar="DIR", help="write a certificate for each eps: `report` draws the curves of them"
    )

    dominance = command(commands, "dominance", "which actions are dominated, whether the expert plays dominant ones")
    files(dominance, "game")
    dominance.add_argument("--expert", metavar="FILE", help="the expert's policy file (needed for several states)")
    dominance.add_argument(
        "--elimination",
        default="strict",
        choices=["strict", "weak", "very-weak"],
        help="what is eliminated again and again (one state; default strict)",
    )
    dominance.add_argument("--pure", action="store_true", help="eliminate what single actions dominate, not mixtures")
    search(dominance)
    dominance.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    certificate(dominance)

    continuity = command(commands, "continuity", "how far best replies move when the others move by eps: proven steps")
    files(continuity, "game")
    continuity.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    continuity.add_argument("--eps-max", required=True, metavar="EPS", help="the largest L1 distance, such as 1/2")
    continuity.add_argument(
        "--budget", type=seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)"
    )
    continuity.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    continuity.add_argument(
        "-o", "--output", metavar="FILE", help="a picture (.png, .pdf, .svg), or else a certificate"
    )

    ratios = command(
        commands, "concentrability", "how far each player alone can raise the occupancy of a state: proven intervals"
    )
    files(ratios, "game")
    ratios.add_argument("--expert", required=True, metavar="FILE", help="the expert's policy file")
    ratios.add_argument(
        "--ratio", default="101/100", metavar="R", help="upper/lower that is tight enough (default 101/100)"
    )
    ratios.add_argument("--budget", type=seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)")
    ratios.add_argument("--exact", action="store_true", help="print exact numbers of any length")
    certificate(ratios)

    parametric = command(commands, "parametric", "for which values of its parameters a statement about a game holds")
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
        type=share,
        default=0.01,
        metavar="R",
        help="several parameters: the undecided share of the volume at which to stop (default 0.01)",
    )
    parametric.add_argument(
        "--budget", type=seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)"
    )

    sweep = command(
        commands, "sweep", "certificates of many games, imitation errors and policies: a folder that can be resumed"
    )
    sweep.add_argument("games", nargs="+", metavar="GAME", help="game files, array games among them")
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
    sweep.add_argument("--workers", type=count, metavar="N", help="processes of this machine (default: one a core)")
    search(sweep)
