"""`certigap verify` and `show`: what the checker says of certificates, and what they claim."""

import argparse

from certigap.certificates.verify import Verdict, verify_files
from certigap.commands.output import plain, print_json
from certigap.commands.streams import say
from certigap.exact.rational import parse_rational
from certigap.report import number_text, table

__all__ = ["exit_code", "show", "verify"]


def verify(given: argparse.Namespace) -> int:
    """The checker's verdicts, and assertions on what was proven."""
    from certigap.certificates.assertions import failed_assertions, parse_assertion

    assertions = [parse_assertion(text) for text in given.assertions]
    options = [f"--{role}={value}" for role in ("expert", "policy") if (value := getattr(given, role)) is not None]
    options += ["--rules"] if given.rules else []
    verdicts = verify_files(given.game, given.certificates, options)
    failures = {
        verdict.certificate: failed_assertions(verdict.claim, assertions) for verdict in verdicts if verdict.claim
    }
    code = exit_code(verdicts, any(failures.values()))
    if given.json:
        results = [v.to_json() | {"failed_assertions": failures.get(v.certificate, [])} for v in verdicts]
        return print_json({"exit_code": code, "results": results}, code)
    for verdict in verdicts:
        say(str(verdict))
        for failure in failures.get(verdict.certificate, []):
            say(f"  assertion failed: {failure}")
    return code


def exit_code(verdicts: list[Verdict], assertion_failed: bool) -> int:
    """Over several certificates the first that occurs of 1 (invalid), 2 (malformed), 3 (limit)."""
    found = {verdict.verdict for verdict in verdicts}
    if "invalid" in found or assertion_failed:
        return 1
    return 2 if "malformed" in found else 3 if "limit" in found else 0


def show(given: argparse.Namespace) -> int:
    """The claim of a certificate, unchecked."""
    from certigap.certificates.array_certificate import read_array_certificate
    from certigap.certificates.assertions import quantities_of
    from certigap.certificates.read import read_certificate
    from certigap.model.large.container import is_array_file

    read = read_array_certificate if is_array_file(given.certificate) else read_certificate
    data = read(given.certificate)
    claim = data["claim"]
    if given.json:
        return print_json({"game": data["game"], "claim": claim, "provenance": data.get("provenance", {})})
    roles = [role for role in ("expert", "policy", "center") if role in claim]
    rows = [("kind", claim["kind"]), ("game", data["game"])]
    rows += [(key, claim[key]) for key in ("theorem", "measure", "radius") if key in claim]
    for name, sides in quantities_of(claim).items():
        rows += [(name, f"{'<=' if side == 'upper' else '>='} {_number(text)}") for side, text in sides.items()]
    rows += [("carries", ", ".join(roles))] if roles else []
    rows += [(key, plain(value)) for key, value in data.get("provenance", {}).items()]
    say(f"{table(rows)}\nclaimed, not checked here: use certigap verify")
    return 0


def _number(text: str) -> str:
    return text if text == "infinity" else number_text(parse_rational(text))
