"""FORMAT 7 and 9: a certificate as a whole, and several of them."""

from collections.abc import Callable
from typing import Any

from game import Game, Policy, read_policy, read_rows
from limits import METER, Limit
from reading import Invalid, Malformed, Node, open_file, read_json, shorten
from rules import RULES, rule, used


def check_certificate(game: Game, path: str, expected: dict[str, Policy], sort: str = "claim") -> tuple[Any, str]:
    """The claim and its words; raises `Malformed` or `Invalid`. `sort`: of the claims that the game admits."""
    file = read_json(path)
    METER.allow(game.file_size, file.size)
    members = open_file(file, "certificate", ("game", "claim", "proof", "end"), ("provenance",))
    if members["end"].value is not True:
        members["end"].fail("true")
    claim, policies = members["claim"], {}
    kind = claim.fields(("kind",), claim.value)["kind"].one_of(RULES[sort])
    if members["game"].value != game.digest:
        raise Invalid(
            f"{members['game'].where}: the certificate speaks of another game, hash {shorten(members['game'].value)}"
        )

    if kind.startswith("parametric") == (type(game) is Game) and sort == "claim":
        claim.fail("a claim about games of this format")

    def ask(role: str) -> Policy:
        read = rule("rows", "finite") if sort == "finite" else read_rows
        policies["expert" if role == "center" else role] = rows = read(game, claim.child(role))
        return rows

    words = rule(sort, kind)(game, claim, members["proof"], ask)
    if kind == "equilibrium":
        policies["expert"] = policies["policy"]
    for role, rows in expected.items():
        if role not in policies:
            raise Invalid(f"{claim.where}: a claim of kind {kind} speaks of no {role}")
        if policies[role] != rows:
            raise Invalid(f"{claim.where}: its {role} is not the policy of the file given")
    return claim.value, "; ".join(words)


def is_archive(path: str) -> bool:
    """An array game (16), rather than JSON."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def opened(path: str, files: dict[str, str]) -> Callable[[str], tuple[Any, str]]:
    """The game of a file, and what checks a certificate of it."""
    file = read_json(path)
    METER.allow(file.size, 0)
    is_finite = isinstance(file.value, dict) and "horizon" in file.value
    game = rule("game", "finite")(file) if is_finite else read_game(file)
    read = rule("policy", "finite") if is_finite else read_policy
    expected = {role: read(game, path) for role, path in files.items()}
    sort = "finite" if is_finite else "claim"
    return lambda certificate: check_certificate(game, certificate, expected, sort)


def read_game(node: Node) -> Game:
    """The game of a file, whose format may be another's module to read."""
    named = node.value.get("format") if isinstance(node.value, dict) else None
    if named == "certigap-parametric-game":
        found: Game = rule("game", "parametric")(node)
        return found
    return Game(node)


def judge(game_path: str, files: dict[str, str], certificates: list[str]) -> list[dict[str, Any]]:
    """One result a certificate; `files` hold the policies that the claims' must equal, by role."""
    used.clear()
    try:
        check = rule("container", "arrays")(game_path, files) if is_archive(game_path) else opened(game_path, files)
    except Malformed as error:
        return [{"certificate": path, "verdict": "malformed", "reason": str(error)} for path in certificates]
    except (Limit, RecursionError, MemoryError) as error:
        reason = f"{game_path}: {error or 'larger than this checker can handle'}"
        return [{"certificate": path, "verdict": "limit", "reason": reason} for path in certificates]
    results = []
    for path in certificates:
        used.intersection_update({"arrays"})
        try:
            claim, words = check(path)
            results.append({"certificate": path, "verdict": "valid", "statement": words, "claim": claim})
        except (Malformed, Invalid) as error:
            verdict = type(error).__name__.lower()
            results.append({"certificate": path, "verdict": verdict, "reason": str(error)})
        except (Limit, RecursionError, MemoryError) as error:
            reason = f"{path}: {error or 'larger than this checker can handle'}"
            results.append({"certificate": path, "verdict": "limit", "reason": reason})
        results[-1]["rules"] = sorted(used)
    return results
