"""Weakened checks of the reader: JSON, rationals, games, policies (FORMAT 1 to 4). Their cases are in malformed/."""

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

MUTANTS = (
    Mutant("duplicate-keys", "        if key in result:\n", "        if False:\n", "coin.duplicate.json"),
    Mutant("long-integers", "if len(digits) <= MAX_DIGITS and digits", "if digits", "coin.json-long.json"),
    Mutant(
        "json-floats",
        '"parse_float": lambda text: Refused(',
        '"parse_float": lambda text: str(',
        "coin.json-float.json",
    ),
    Mutant(
        "json-constants",
        '"parse_constant": lambda text: Refused(',
        '"parse_constant": lambda text: str(',
        "coin.json-nan.json",
    ),
    Mutant("refused-ignored", "if isinstance(value, Refused):", "if False:", "coin.json-float.json"),
    Mutant("plain-refused", "        if Refused in map(type, inner):\n", "        if False:\n", "coin.json-float.json"),
    Mutant("plain-nesting", "return not level and members", "return members", "coin.nested.json"),
    Mutant("plain-nesting-one", "for _ in range(MAX_DEPTH):", "for _ in range(MAX_DEPTH + 1):", "coin.nested-one.json"),
    Mutant("plain-keys", ' and members == data.count(b":")', "", "coin.duplicate.json"),
    Mutant("plain-keys-fewer", 'members == data.count(b":")', 'members <= data.count(b":")', "coin.duplicate.json"),
    Mutant("plain-surrogates", ' or b"\\\\u" in data:', ":", "coin.surrogate.json"),
    Mutant("minus-zero", ' and digits != "-0" else', " else", "coin.json-minus-zero.json"),
    Mutant("nesting", "if depth >= MAX_DEPTH and", "if False and", "coin.nested.json"),
    Mutant("nesting-one", "if depth >= MAX_DEPTH and", "if depth > MAX_DEPTH and", "coin.nested-one.json"),
    Mutant(
        "surrogates", "if isinstance(value, str) and not value.isascii() and", "if False and", "coin.surrogate.json"
    ),
    Mutant(
        "surrogate-keys",
        "                    Node(key, self.key, self.above).walk(depth)\n",
        "                    pass\n",
        "coin.surrogate-key.json",
    ),
    Mutant(
        "missing-key",
        '            if key not in self.value:\n                raise Malformed(f"{self.where}: expected the key',
        '            if False:\n                raise Malformed(f"{self.where}: expected the key',
        "coin.no-version.json",
    ),
    Mutant("unknown-key", "if key not in required and key not in optional:", "if False:", "coin.unknown.json"),
    Mutant(
        "unknown-key-counted",
        "if len(self.value) > len(required) else ()",
        "if not required else ()",
        "coin.unknown.json",
    ),
    Mutant("array-length", "if length is not None and len(self.value) != length:", "if False:", "coin.box-long.json"),
    Mutant("integer-range", "(allowed is not None and self.value not in allowed)", "False", "coin.version.json"),
    Mutant(
        "integer-bool",
        "if type(self.value) is not int or (",
        "if not isinstance(self.value, int) or (",
        "coin.version-true.json",
    ),
    Mutant(
        "one-of",
        "if not isinstance(self.value, str) or self.value not in allowed:",
        "if not isinstance(self.value, str):",
        "coin.measure.json",
    ),
    Mutant("name-empty", "not 0 < len(x) <= MAX_NAME", "not len(x) <= MAX_NAME", "game.name-empty.json"),
    Mutant("name-long", "not 0 < len(x) <= MAX_NAME", "not 0 < len(x)", "game.name-long.json"),
    Mutant("name-control", "<= MAX_NAME or CONTROL.search(x):", "<= MAX_NAME:", "game.name-control.json"),
    Mutant("file-name", '        members["name"].name()\n', "        pass\n", "game.title-control.json"),
    Mutant(
        "file-meta",
        '        members["meta"].fields((), members["meta"].value)\n',
        "        pass\n",
        "game.meta-text.json",
    ),
    Mutant(
        "players-many", "        if len(self.players) > MAX_PLAYERS:\n", "        if False:\n", "game.players-many.json"
    ),
    Mutant(
        "claim-decimals",
        "decimals: bool = False) -> Policy",
        "decimals: bool = True) -> Policy",
        "coin.row-decimal.json",
    ),
    Mutant("name-delete", "\\x7f-\\x9f\\u2028", "\\u2028", "game.name-c1.json"),
    Mutant(
        "names-distinct",
        "if not result or len(set(result)) < len(result):",
        "if not result:",
        "game.actions-twice.json",
    ),
    Mutant(
        "names-empty",
        "if not result or len(set(result)) < len(result):",
        "if len(set(result)) < len(result):",
        "game.actions-none.json",
    ),
    Mutant(
        "rational-integer",
        "if decimals and type(text) is int:",
        "if type(text) is int:",
        "coin.number-integer.json",
    ),
    Mutant(
        "rational-bool",
        "if decimals and type(text) is int:",
        "if decimals and isinstance(text, int):",
        "game.discount-true.json",
    ),
    Mutant("rational-prefix", "not RATIONAL.fullmatch(text)", "not RATIONAL.match(text)", "coin.number-newline.json"),
    Mutant("rational-minus-zero", ' or (text[0] == "-" and not text.strip("-0."))', "", "coin.row-minus-zero.json"),
    Mutant("rational-leading-zero", "-?(0|[1-9][0-9]*)(/[1-9]", "-?([0-9]+)(/[1-9]", "coin.number-leading-zero.json"),
    Mutant(
        "rational-digits",
        'if max(map(len, text.replace(".", "").removeprefix("-").split("/"))) > MAX_DIGITS:',
        "if False:",
        "coin.number-long.json",
    ),
    Mutant("rational-decimal", 'if "." in text and not decimals:', "if False:", "coin.number-decimal.json"),
    Mutant(
        "rational-known-decimal",
        "(known := KNOWN[decimals].get(text))",
        "(known := KNOWN[True].get(text))",
        "decimal.known.json",
    ),
    Mutant(
        "rational-over-one",
        'if bottom and (bottom == "1" or result',
        "if bottom and (result",
        "coin.number-over-one.json",
    ),
    Mutant("rational-lowest-terms", "result.denominator != int(bottom)):", "False):", "coin.number-unreduced.json"),
    Mutant("row-known-names", "not self.value.keys() <= index.keys()", "False", "coin.row-unknown-action.json"),
    Mutant("row-negative", "if min(result.values(), default=0) < 0:", "if False:", "coin.row-negative.json"),
    Mutant("row-sum", "if whole != den:", "if False:", "coin.row-sum-above.json"),
    Mutant("row-sum-above", "if whole != den:", "if whole > den:", "coin.row-sum-below.json"),
    Mutant("row-sum-below", "if whole != den:", "if whole < den:", "coin.row-sum-above.json"),
    Mutant("file-format", '    members["format"].one_of((f"certigap-{kind}",))\n', "", "coin.format.json"),
    Mutant("file-version", '    members["version"].integer((1,))\n', "", "coin.version.json"),
    Mutant("discount-one", "if not 0 <= self.discount < 1:", "if not 0 <= self.discount:", "game.discount-one.json"),
    Mutant(
        "discount-negative",
        "if not 0 <= self.discount < 1:",
        "if not self.discount < 1:",
        "game.discount-negative.json",
    ),
    Mutant(
        "states-distinct", "if not names or len(self.index) < len(names):", "if not names:", "game.states-twice.json"
    ),
    Mutant("row-left-out", "if s not in own and len(actions) > 1:", "if False:", "coin.row-missing.json"),
    Mutant(
        "policy-of-another-game",
        '        members["game"].one_of((game.digest,))\n',
        "        pass\n",
        "policy.another-game.json",
    ),
    Mutant(
        "provenance-unchecked-end",
        "if type(item) is not int and (type",
        "if type(item) is dict and (type",
        "coin.json-float-in-array.json",
    ),
)
