"""The trusted checker: does this certificate prove its claim about this game?

    python -I -S certigap/checker.py [--json] [--rules] [--expert E] [--policy P] GAME CERTIFICATE..

Standard library only, integers and fractions only, no solver, no tolerance, nothing imported from the package that
wrote the certificate. Every rule's grammar and meaning are in `proofs/FORMAT.md`, whose sections the modules cite. Exit
code: 0 if all are valid, else the first that occurs of 1 (invalid), 2 (malformed, bad usage), 3 (a limit: no verdict).

What checks is in `trusted/`, in this order, each module importing only what stands above it:

    limits, reading, rules, game, kernel   for every certificate
    values, regions, linear, cover, ..     one module a rule, loaded when a certificate names the rule
    judge                                  the certificate as a whole
`--rules` prints which of them a certificate used, and how many lines there are to read. This file is run by its path,
and so from its source; `Sources` does the same for the modules: nothing else of that folder runs in their place.

To add a rule: a module in `trusted/` with the function that `rules.py` describes, a line in its table, its name in
`MODULES` below, the rule in FORMAT, cases and mutants in `tests/checker/`. It pays for its work first (`limits.py`).
"""

import argparse
import gc
import json
import os
import re
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import Any

TRUSTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trusted")
MODULES = (
    "limits",
    "reading",
    "rules",
    "game",
    "kernel",
    "values",
    "regions",
    "pairs",
    "linear",
    "cover",
    "multipliers",
    "moderows",
    "modecharges",
    "modevalues",
    "modes",
    "tilted",
    "concentrability",
    "theorems",
    "vertices",
    "worst_case",
    "best_case",
    "straying",
    "stray_claims",
    "delta",
    "dominant",
    "dominance",
    "continuity",
    "entropy",
    "arrays",
    "array_gaps",
    "array_ball",
    "array_worst",
    "polynomials",
    "expressions",
    "parametric",
    "parametric_sets",
    "parametric_boxes",
    "horizon",
    "course",
    "ending",
    "judge",
)
CODES = {"invalid": 1, "malformed": 2, "limit": 3}  # the first that occurs; 0 when all are valid


class Sources:
    """Finds the trusted modules, and each in its source file alone."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        file = os.path.join(TRUSTED, f"{name}.py")
        return ModuleSpec(name, SourceFileLoader(name, file), origin=file) if name in MODULES else None


def lines_to_read(used: list[str]) -> dict[str, int]:
    """The files that a certificate rests on, with what they import, and their numbers of lines."""
    texts, waiting = {}, ["judge", *used]
    for name in waiting:
        with open(os.path.join(TRUSTED, f"{name}.py"), encoding="utf-8") as file:
            texts[name] = file.read()
        found = re.findall(r"^from (\w+) import ", texts[name], re.MULTILINE)
        waiting += [other for other in MODULES if other in found and other not in waiting]
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        texts["checker"] = file.read()
    return {name: texts[name].count("\n") for name in ("checker", *MODULES) if name in texts}


def main(arguments: list[str] | None = None) -> int:
    from judge import judge
    from reading import CONTROL

    parser = argparse.ArgumentParser(prog="checker.py", description="Check certificates of certigap exactly.")
    parser.add_argument("game", metavar="GAME", help="the game file that you trust")
    parser.add_argument("certificates", metavar="CERTIFICATE", nargs="+", help="certificate files")
    parser.add_argument("--expert", help="policy file that every claim's expert must equal")
    parser.add_argument("--policy", help="policy file that every claim's policy must equal")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rules", action="store_true", help="print which modules each check used, and their lines")
    given = parser.parse_args(arguments)
    sys.set_int_max_str_digits(0)  # numbers are bounded by MAX_DIGITS before they are converted
    files = {role: path for role in ("expert", "policy") if (path := getattr(given, role)) is not None}
    results = judge(given.game, files, given.certificates)
    verdicts = [result["verdict"] for result in results]
    code = next((code for word, code in CODES.items() if word in verdicts), 0)
    lines = []
    for result in results:
        used = result.pop("rules", [])
        words = result.get("reason") or f"{result['certificate']}: {result['statement']}"
        lines.append(f"{result['verdict']}: " + CONTROL.sub("?", words))
        if given.rules:
            result["rules"] = read = lines_to_read(used)
            parts = ", ".join(f"{name} {count}" for name, count in read.items())
            lines.append(f"  rests on {sum(read.values())} lines: {parts}")
    text = json.dumps({"exit_code": code, "results": results}) if given.json else "\n".join(lines)
    if fault := written(sys.stdout, 1, text):
        written(sys.stderr, 2, f"checker.py: the verdict was not written: {fault}")
    return code


def written(stream: Any, number: int, text: str) -> str:
    """What is wrong with the stream, closed, full or its reader gone, if anything; it never changes the exit code."""
    try:
        if stream is None:
            raise OSError("the output is closed")
        stream.reconfigure(errors="backslashreplace")
        print(text, file=stream, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)  # for what the interpreter flushes when it ends
        return str(error)
    return ""


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.pycache_prefix = os.devnull  # no folder: what runs is what is read, never a cached bytecode
    sys.meta_path.insert(0, Sources)
    gc.disable()  # nothing refers to itself here: a third of the time went into looking for it
    sys.exit(main())
