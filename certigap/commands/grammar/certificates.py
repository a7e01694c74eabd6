"""What is done with answers: from `verify` to `show`; and `prove`, `warm`."""

from typing import Any

from certigap.commands.grammar.options import command, files

__all__ = ["add_certificates"]


def add_certificates(commands: Any) -> None:
    """The last commands."""
    verify = command(commands, "verify", "check certificates with the independent checker")
    files(verify, "game", arrays=True)
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

    explain = command(commands, "explain", "where the witness of a worst case is exploitable, by states")
    explain.add_argument("certificate", metavar="CERT", help="a certificate file of a worst case")
    explain.add_argument("--game", metavar="FILE", help="its game (default: the *.game.json beside it)")

    report = command(commands, "report", "a certificate as a page for a browser: one file, checked when it is written")
    report.add_argument("certificates", nargs="+", metavar="CERT", help="certificate files of one game")
    report.add_argument("--game", metavar="FILE", help="their game (default: the *.game.json beside the first)")
    report.add_argument("-o", "--output", required=True, metavar="HTML", help="the page, a file called .html")

    show = command(commands, "show", "what a certificate claims (without checking it)")
    show.add_argument("certificate", metavar="CERT", help="a certificate file")

    prove = command(commands, "prove", "run the evidence of the paper's audit again (proofs/INDEX.md lists the ids)")
    prove.add_argument("ids", nargs="*", metavar="ID", help="statements, such as lemma-1 (default: every one)")
    prove.add_argument("--all", action="store_true", help="every property check in full: minutes")

    command(commands, "warm", "compile everything ahead, once a machine, so that no question has to wait")
