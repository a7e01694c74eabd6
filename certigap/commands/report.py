"""`certigap report`: a certificate as a page that a browser shows."""

import argparse
import dataclasses
import os

from certigap.certificates.verify import verify_files
from certigap.commands.beside import game_beside
from certigap.commands.check import exit_code
from certigap.commands.output import print_json, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_file
from certigap.errors import InputError
from certigap.model.files.json_node import printable

__all__ = ["report"]


def report(given: argparse.Namespace) -> int:
    """Check certificates of one game, and write what they prove as one self-contained page."""
    from certigap.model.files.atomic import write_atomically
    from certigap.report.page import checked, report_page

    check_file(given.output, given.game, *given.certificates)
    if os.path.splitext(given.output)[1].lower() not in (".html", ".htm"):
        raise InputError(f"-o: expected a file called .html, got {printable(given.output)}")
    path, game = game_beside(given.certificates[0], given.game)
    verdicts = verify_files(path, given.certificates, ["--rules"])
    found = [checked(name, game, verdict) for name, verdict in zip(given.certificates, verdicts, strict=True)]
    write_atomically(given.output, report_page(found, str(path)))
    code = exit_code(verdicts, assertion_failed=False)
    if given.json:
        results = [{"certificate": v.certificate, "verdict": v.verdict} for v in verdicts]
        return print_json({"exit_code": code, "results": results, "written": given.output}, code)
    say("\n".join(str(dataclasses.replace(verdict, rules=None)) for verdict in verdicts))
    say_written(given)
    return code
