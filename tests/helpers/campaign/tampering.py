"""Tampered certificates of branch and bound: what the checker still accepts must be true.

Every kind of tampering changes one thing in the tree, in its leaves, or in what they rest on. Half of the time the
claim is changed as well, to an upper end below the gap of the witness: then only a refusal is right. Otherwise an
accepted claim is compared with what was known before (a larger upper end, a smaller radius: true) and with exact
gaps of policies.
"""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certigap.certificates import certificate
from certigap.model.files.codec import write_game
from certigap.model.files.game_codec import game_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import worst_case
from tests.helpers.campaign.attack import Attack
from tests.helpers.campaign.tampers import KINDS, PART, Data, covers, leaves, trees
from tests.helpers.checker.harness import Bench
from tests.helpers.checker.judging import Judge
from tests.helpers.checker.truth import TrueGame
from tests.helpers.random_games import games_with_experts
from tests.helpers.strategies import random_markov_game, random_policy

__all__ = ["VERDICTS", "Case", "Tampering", "cases"]

FAILURES = ("not refuted", "FALSE", "crash")
VERDICTS = ("malformed", "invalid", "same claim", "true claim", "not refuted", "unchanged", "FALSE", "crash")


@dataclass(frozen=True)
class Case:
    """A true certificate with branching, and one of the ball with `PART` of its radius."""

    name: str
    game: Game
    data: Data
    smaller: Data


def cases() -> list[Case]:
    """Certificates of a few games, each with the linear bound at its leaves and without it."""
    (two, first), *_ = games_with_experts(1, seed=7)
    (three, second), *_ = games_with_experts(1, seed=3, states=3)
    (trio, third), *_ = games_with_experts(1, seed=1, players=3)
    mixed = random_markov_game(random.Random(12), 2, 2, 3, "1/2")
    drawn = [
        ("two states", two, first, "1/50", "101/100"),
        ("wide ball", two, first, "2/5", "21/20"),
        ("three states", three, second, "1/10", "21/20"),
        ("three players", trio, third, "1/20", "21/20"),
        ("mixed expert", mixed, random_policy(random.Random(12), mixed), "1/10", "101/100"),
    ]
    found = []
    for name, game, expert, eps, ratio in drawn:
        pair = [branched(game, expert, radius, ratio) for radius in (eps, str(PART * Fraction(eps)))]
        found.append(Case(name, game, *pair))
        found.append(Case(f"{name}, no linear bounds", game, *(plain(game, data) for data in pair)))
    return found


def branched(game: Game, expert: Policy, eps: str, ratio: str) -> Data:
    """The certificate of a search that has to split."""
    answer = worst_case(game, expert, eps, ratio=ratio)
    data: Data = json.loads(json.dumps(certificate(answer).to_json()))
    if "cover" not in data["proof"] or not any("split" in node for tree in trees(data) for node in tree):
        raise ValueError(f"expected a certificate with a tree that branches, got {answer}")
    return data


def plain(game: Game, data: Data) -> Data:
    """The same trees with the pair bound at every leaf, and the upper end that this proves."""
    result, true = copy.deepcopy(data), TrueGame(game_to_json(game))
    bounds = [Fraction(0)]
    for cover in covers(result):
        for node in leaves(cover["tree"]):
            node.pop("linear", None)
            if any(node["leaf"]):  # else the node holds no policy
                vector = cover["vectors"][node["leaf"][3]]
                bounds.append(true.start([Fraction(x, int(vector["den"])) for x in vector["num"]]))
    result["claim"]["nash_gap"]["upper"] = str(max(bounds))
    return result


class Tampering:
    """Tampered certificates from one seed: `table[kind]` counts what became of them, `failures` what must not occur."""

    def __init__(self, seed: int, given: list[Case], module: Any, scratch: Path) -> None:
        self.rng, self.cases = random.Random(seed), given
        self.table: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        self.failures: list[tuple[str, str, Data]] = []
        self.benches: list[Bench] = []
        self.judges: list[Judge] = []
        for k, case in enumerate(given):
            path = scratch / f"{k}.game.json"
            write_game(case.game, path)
            self.benches.append(Bench(module, path, scratch))
            self.judges.append(judge(case))
            if (verdict := self.benches[k].verdict(case.data)) != "valid":
                raise ValueError(f"expected a valid certificate to start from, got {verdict}: {case.name}")

    def run(
        self, count: int, kinds: Sequence[str] = tuple(KINDS), progress: Callable[[int], None] = lambda _: None
    ) -> None:
        """`count` more, the kinds in turn."""
        for k in range(count):
            kind = kinds[k % len(kinds)]
            index = self.rng.randrange(len(self.cases))
            case = self.cases[index]
            data = copy.deepcopy(case.smaller if kind == "smaller ball" else case.data)
            KINDS[kind](self.rng, data)
            changed = data != case.data
            if changed and self.rng.random() < 0.5:
                claim_too_little(self.rng, data, case.data["claim"])
            verdict = self.judged(index, data) if changed else "unchanged"
            self.table[kind][verdict] += 1
            if verdict in FAILURES:
                self.failures.append((kind, case.name, data))
            progress(k + 1)

    def judged(self, index: int, data: Data) -> str:
        """What the checker says of a tampered certificate, and what is to be said of that."""
        verdict = self.benches[index].verdict(data)
        if verdict != "valid":
            return "crash" if verdict.startswith("crash") else verdict
        claim, before = data["claim"], self.cases[index].data["claim"]
        if claim == before:
            return "same claim"
        if self.judges[index].is_false(claim, data["proof"].get("witness", {}).get("policy")):
            return "FALSE"
        attained = Fraction(claim["nash_gap"].get("lower", "0")) <= self.judges[index].best(claim)[0]
        return "true claim" if attained and bounds_more(claim, before) else "not refuted"


def judge(case: Case) -> Judge:
    """What refutes claims about this game: the witness, and the policies of an attack on the same ball."""
    game, claim = TrueGame(game_to_json(case.game)), case.data["claim"]
    attack = Attack(game, game.rows(claim["expert"]), Fraction(claim["radius"]))
    witness = game.rows(case.data["proof"]["witness"]["policy"])
    return Judge(game, tries=10, hints=[witness, *attack.policies(np.random.default_rng(0), [witness])])


def claim_too_little(rng: random.Random, data: Data, before: Data) -> None:
    """An upper end, and no other, below a gap that occurs in the ball, over that ball or a larger one."""
    data["claim"]["radius"] = max(data["claim"]["radius"], before["radius"], key=Fraction)
    too_little = Fraction(before["nash_gap"]["lower"]) * (1 - Fraction(1, 10 ** rng.randint(1, 6)))
    data["claim"]["nash_gap"] = {"upper": str(too_little)}


def bounds_more(claim: Data, before: Data) -> bool:
    """The upper end is one that was proved before: at least as large, over a ball that is no larger."""
    ends, known = claim["nash_gap"], before["nash_gap"]
    same = claim["expert"] == before["expert"] and Fraction(claim["radius"]) <= Fraction(before["radius"])
    return "upper" not in ends or (same and Fraction(ends["upper"]) >= Fraction(known["upper"]))
