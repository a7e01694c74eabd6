"""`certigap demo`: the main job on the embedded Tag game, then a tampered certificate refused."""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

from certigap.certificates.certificate import Certificate
from certigap.certificates.verify import Verdict, verify_files
from certigap.commands.answers import certify_json, certify_text, worst_case_of
from certigap.commands.output import print_json, rational_option
from certigap.commands.streams import say
from certigap.commands.targets import check_folder
from certigap.exact.rational import format_rational, parse_rational
from certigap.model import catalog
from certigap.model.files.codec import write_game, write_policy

__all__ = ["demo"]


def demo(given: argparse.Namespace) -> int:
    """Tag: export, certify, verify, and a tampered certificate refused."""
    if given.output is not None:
        check_folder(given.output)
        folder = Path(given.output)
        folder.mkdir(parents=True, exist_ok=True)
        return _demo(given, folder)
    with tempfile.TemporaryDirectory() as temporary:
        return _demo(given, Path(temporary))


def _demo(given: argparse.Namespace, folder: Path) -> int:
    from certigap.certificates.claims import certificate

    game, expert = catalog.load("tag"), catalog.expert("tag")
    game_file, expert_file, cert_file = (folder / f"tag.{kind}.json" for kind in ("game", "expert", "cert"))
    write_game(game, game_file)
    write_policy(expert, expert_file)
    given.measure, given.budget, given.seed, given.ratio = "bc", 10.0, 0, "6/5"
    answer = worst_case_of(game, expert, rational_option(given.eps, "--eps"), given)
    proof = certificate(answer)
    proof.write(cert_file)
    tampered_file = folder / "tag.tampered.cert.json"
    _tampered(proof).write(tampered_file)
    with ThreadPoolExecutor(2) as pool:  # a checker each: neither waits for the other
        found = pool.map(
            lambda file: verify_files(game_file, [file], [f"--expert={expert_file}"]), [cert_file, tampered_file]
        )
        verdicts = [verdict for own in found for verdict in own]
    if given.json:
        return print_json(certify_json(answer, False) | {"results": [v.to_json() | {"claim": None} for v in verdicts]})
    say("Tag (two players chase each other on a 2x3 grid; the expert is an entropy-regularised equilibrium).")
    say("How exploitable is any policy that imitates this expert up to the given error?\n")
    say(f"$ certigap certify tag.game.json --expert tag.expert.json --eps {given.eps} -o tag.cert.json")
    say(certify_text(answer, Fraction(given.ratio)))
    say("\n$ certigap verify tag.game.json tag.cert.json --expert tag.expert.json")
    say(_short(verdicts[0]))
    say("\nThe same certificate, its upper end lowered by a thousandth:")
    say(_short(verdicts[1]))
    if given.output:
        say(f"\nfiles kept in {folder}")
    return 0 if [verdict.verdict for verdict in verdicts] == ["valid", "invalid"] else 1


def _tampered(proof: Certificate) -> Certificate:
    upper = parse_rational(proof.claim["nash_gap"]["upper"]) * (1 - Fraction(1, 1000))
    claim = proof.claim | {"nash_gap": proof.claim["nash_gap"] | {"upper": format_rational(upper)}}
    return Certificate(proof.game, claim, proof.proof)


def _short(verdict: Verdict) -> str:
    return str(verdict).replace(str(Path(verdict.certificate).parent) + "/", "")
