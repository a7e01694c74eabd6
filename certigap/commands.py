"""What each command of `certigap.cli` does: read, answer, print, write; one function each, named as the command."""

import argparse
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.certificates.verify import Verdict, verify_files
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational, parse_rational
from certigap.model import catalog
from certigap.model.codec import read_game, read_policy, write_game, write_policy
from certigap.model.json_write import dumps
from certigap.report import interval_text, number_text, quantities, quantity, table

__all__ = ["certify", "demo", "errors", "games", "gap", "show", "verify"]


def games(given: argparse.Namespace) -> int:
    """The catalog: list, show, export."""
    if given.action == "list":
        entries = [catalog.entry(name) for name in catalog.names()]
        if given.json:
            return _print_json({"games": [{"name": e.name, "title": e.title, "source": e.source} for e in entries]})
        print(table([(entry.name, entry.title, entry.source) for entry in entries]))
        return 0
    if given.name is None:
        raise InputError(f"games {given.action}: expected a name among {', '.join(catalog.names())}, got none")
    entry, parameters = catalog.entry(given.name), _parameters(given.set)
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
            return _print_json(facts)
        print(table([(key, _plain(value)) for key, value in facts.items()]))
        return 0
    folder = Path(given.output)
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder, got none")
    written = [folder / f"{entry.name}.game.json"]
    write_game(game, written[0])
    for role, present in (("expert", entry.has_expert), ("learner", entry.has_learner)):
        if present:
            written.append(folder / f"{entry.name}.{role}.json")
            write_policy(getattr(catalog, role)(given.name, **parameters), written[-1])
    if given.json:
        return _print_json({"written": [str(path) for path in written]})
    print("\n".join(f"wrote {path}" for path in written))
    return 0


def gap(given: argparse.Namespace) -> int:
    """Player gaps, NashGap, NashConv."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import gaps

    game = read_game(given.game)
    answer = gaps(game, read_policy(given.policy, game), method=given.method)
    if given.output:
        certificate(answer, given.claim).write(given.output)
    named = dict(zip(game.players, answer.player_gaps, strict=True))
    totals = {"nash_gap": answer.nash_gap, "nash_conv": answer.nash_conv}
    if given.json:
        return _print_json(quantities(totals, given.exact) | {"player_gaps": quantities(named, given.exact)})
    rows = [(f"gap of player {player}", interval_text(value)) for player, value in named.items()]
    print(repr(game))
    print(table([*rows, ("NashGap", interval_text(answer.nash_gap)), ("NashConv", interval_text(answer.nash_conv))]))
    _say_written(given.output)
    return 0


def errors(given: argparse.Namespace) -> int:
    """eps_BC, eps_mu, eps_rho, ValueGap."""
    from certigap.certificates.claims import certificate
    from certigap.semantics import matching_errors

    game = read_game(given.game)
    expert, policy = read_policy(given.expert, game), read_policy(given.policy, game)
    answer = matching_errors(game, expert, policy, method=given.method)
    if given.output:
        certificate(answer).write(given.output)
    names = {"eps_bc": "eps_BC", "eps_mu": "eps_mu", "eps_rho": "eps_rho", "value_gap": "ValueGap"}
    if given.json:
        return _print_json(quantities({name: getattr(answer, name) for name in names}, given.exact))
    print(repr(game))
    print(table([(title, interval_text(getattr(answer, name))) for name, title in names.items()]))
    _say_written(given.output)
    return 0


def certify(given: argparse.Namespace) -> int:
    """The worst case over an error ball."""
    from certigap.certificates.claims import certificate

    game = read_game(given.game)
    answer = _worst_case(game, read_policy(given.expert, game), given)
    if given.output:
        certificate(answer).write(given.output)
    if given.json:
        return _print_json(_certify_json(answer, given.exact))
    print(repr(game))
    print(_certify_text(answer))
    _say_written(given.output)
    return 0


def _worst_case(game: Any, expert: Any, given: argparse.Namespace) -> Any:
    from certigap.questions.worst_case import worst_case

    eps = _rational_option(given.eps, "--eps")
    with _status("searching the ball"):
        return worst_case(game, expert, eps, measure=given.measure, budget=given.budget, seed=given.seed)


def _certify_json(answer: Any, exact: bool) -> dict[str, Any]:
    return {
        "lower": quantity(answer.interval.lower, exact),
        "upper": quantity(answer.interval.upper, exact),
        "bounds": quantities(answer.bounds, exact),
        "expert_regret": quantity(answer.expert_regret, exact),
        "complete": answer.complete,
    }


def _certify_text(answer: Any) -> str:
    rows = [
        ("expert's own NashGap", interval_text(answer.expert_regret)),
        (
            f"worst NashGap with eps_{answer.measure.upper()} <= {format_rational(answer.radius)}",
            _span(answer.interval),
        ),
    ]
    known = [(f"  bound: {name}", number_text(value)) for name, value in answer.bounds.items() if value is not None]
    unproven = [name for name, value in answer.bounds.items() if value is None]
    note = [] if not unproven else [("  not proven here", ", ".join(unproven))]
    return table(rows + known + note) + ("" if answer.complete else "\nstopped early: the interval is valid, not final")


def _span(interval: Interval) -> str:
    if interval.lower and interval.upper is not None:
        return f"{interval_text(interval)}, upper/lower {float(interval.upper / interval.lower):.3f}"
    return interval_text(interval)


def verify(given: argparse.Namespace) -> int:
    """The checker's verdicts, and assertions on what was proven."""
    from certigap.certificates.assertions import failed_assertions, parse_assertion

    assertions = [parse_assertion(text) for text in given.assertions]
    options = [f"--{role}={value}" for role in ("expert", "policy") if (value := getattr(given, role)) is not None]
    verdicts = verify_files(given.game, given.certificates, options)
    failures = {
        verdict.certificate: failed_assertions(verdict.claim, assertions) for verdict in verdicts if verdict.claim
    }
    code = _exit_code(verdicts, any(failures.values()))
    if given.json:
        results = [v.to_json() | {"failed_assertions": failures.get(v.certificate, [])} for v in verdicts]
        return _print_json({"exit_code": code, "results": results}, code)
    for verdict in verdicts:
        print(verdict)
        for failure in failures.get(verdict.certificate, []):
            print(f"  assertion failed: {failure}")
    return code


def _exit_code(verdicts: list[Verdict], assertion_failed: bool) -> int:
    found = {verdict.verdict for verdict in verdicts}
    return 1 if "invalid" in found or assertion_failed else 2 if "malformed" in found else 0


def show(given: argparse.Namespace) -> int:
    """The claim of a certificate, unchecked."""
    from certigap.certificates.assertions import quantities_of
    from certigap.certificates.read import read_certificate

    data = read_certificate(given.certificate)
    claim = data["claim"]
    if given.json:
        return _print_json({"game": data["game"], "claim": claim, "provenance": data.get("provenance", {})})
    roles = [role for role in ("expert", "policy", "center") if role in claim]
    rows = [("kind", claim["kind"]), ("game", data["game"])]
    rows += [(key, claim[key]) for key in ("theorem", "measure", "radius") if key in claim]
    for name, sides in quantities_of(claim).items():
        rows += [(name, f"{'<=' if side == 'upper' else '>='} {_number(text)}") for side, text in sides.items()]
    rows += [("carries", ", ".join(roles))] + [
        (key, _plain(value)) for key, value in data.get("provenance", {}).items()
    ]
    print(table(rows))
    print("claimed, not checked here: use certigap verify")
    return 0


def demo(given: argparse.Namespace) -> int:
    """Tag: export, certify, verify, and a tampered certificate refused."""
    if given.output:
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
    given.measure, given.budget, given.seed = "bc", 60.0, 0
    answer = _worst_case(game, expert, given)
    proof = certificate(answer)
    proof.write(cert_file)
    tampered = _tampered(proof)
    tampered.write(folder / "tag.tampered.cert.json")
    verdicts = verify_files(game_file, [cert_file, folder / "tag.tampered.cert.json"], [f"--expert={expert_file}"])
    if given.json:
        return _print_json(
            _certify_json(answer, False) | {"results": [v.to_json() | {"claim": None} for v in verdicts]}
        )
    print("Tag (two players chase each other on a 2x3 grid; the expert is an entropy-regularised equilibrium).")
    print("How exploitable is any policy that imitates this expert up to the given error?\n")
    print(f"$ certigap certify tag.game.json --expert tag.expert.json --eps {given.eps} -o tag.cert.json")
    print(_certify_text(answer))
    print("\n$ certigap verify tag.game.json tag.cert.json --expert tag.expert.json")
    print(_short(verdicts[0]))
    print("\nThe same certificate, its upper end lowered by a millionth:")
    print(_short(verdicts[1]))
    if given.output:
        print(f"\nfiles kept in {folder}")
    return 0 if [verdict.verdict for verdict in verdicts] == ["valid", "invalid"] else 1


def _tampered(proof: Certificate) -> Certificate:
    upper = parse_rational(proof.claim["nash_gap"]["upper"]) * (1 - Fraction(1, 10**6))
    claim = proof.claim | {"nash_gap": proof.claim["nash_gap"] | {"upper": format_rational(upper)}}
    return Certificate(proof.game, claim, proof.proof)


def _short(verdict: Verdict) -> str:
    return str(verdict).replace(str(Path(verdict.certificate).parent) + "/", "")


def _parameters(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"--set: expected NAME=VALUE, got {pair!r}")
    return dict(pair.split("=", 1) for pair in pairs)


def _rational_option(text: str, option: str) -> Fraction:
    try:
        return parse_rational(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def _number(text: str) -> str:
    return number_text(parse_rational(text))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _status(message: str) -> Any:
    """A spinner on a terminal, and only there."""
    from rich.console import Console

    return Console(stderr=True).status(f"{message} ...")


def _print_json(data: dict[str, Any], code: int = 0) -> int:
    print(dumps(data, pretty=True))
    return code


def _say_written(path: str | None) -> None:
    if path:
        print(f"wrote {path}", file=sys.stderr)
