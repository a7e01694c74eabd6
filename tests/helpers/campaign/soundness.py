"""The soundness campaign: certified worst cases of random games against policies of the ball that attack them.

What is judged is the certificate as a file would hold it. Everything that decides is exact and shares nothing with the
package: values, optima and errors are those of `tests.helpers.checker.truth` (linear systems over Fractions).
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certigap.certificates import certificate
from certigap.model.files.codec import policy_rows_to_json, write_game
from certigap.model.files.game_codec import game_to_json
from certigap.questions.worst_case.question import worst_case
from tests.helpers.campaign.attack import Attack
from tests.helpers.campaign.draws import Question, draw
from tests.helpers.checker.harness import Bench, load
from tests.helpers.checker.truth import ZERO, Rows, TrueGame
from tests.helpers.strategies import random_markov_game, random_policy

__all__ = ["Ask", "Outcome", "certified", "outcomes", "warm_up"]

Data = dict[str, Any]
Ask = Callable[[Question], Data]


@dataclass(frozen=True)
class Outcome:
    """What became of one question; `faults` is empty when nothing contradicts the certificate.

    `lower`, `upper`: the claim; `attack`: the largest exact gap among the attacking policies and the witness.
    """

    number: int
    kind: str
    states: int
    players: int
    eps: str
    measure: str
    lower: float | None
    upper: float | None
    attack: float | None
    leaves: int
    ask_seconds: float
    attack_seconds: float
    faults: tuple[str, ...]

    @property
    def is_branched(self) -> bool:
        """Some tree of the certificate has more than its root."""
        return self.leaves > self.players

    def to_json(self) -> Data:
        """The fields as plain data."""
        return asdict(self)


def certified(question: Question) -> Data:
    """The certificate of the worst case, as data."""
    answer = worst_case(
        question.game,
        question.expert,
        question.eps,
        measure=question.measure,
        budget=question.budget,
        ratio=question.ratio,
    )
    data: Data = json.loads(json.dumps(certificate(answer).to_json()))
    return data


def warm_up() -> None:
    """Compile what small budgets would otherwise be spent on."""
    for players in (2, 3):
        game = random_markov_game(random.Random(players), players, 2, 2, "1/2")
        worst_case(game, random_policy(random.Random(0), game), "1/10", ratio="101/100")


def outcomes(
    seed: int, numbers: Iterable[int], scratch: Path, ask: Ask = certified, checked: int = 1
) -> Iterator[Outcome]:
    """The questions of these numbers, one after the other; every `checked`-th certificate is given to the checker.

    Args:
        seed: of the campaign.
        numbers: of the questions.
        scratch: a folder for files.
        ask: the certificate of a question; another one than `certified` plants a fault.
        checked: 0: no certificate.
    """
    module = load() if checked else None
    for number in numbers:
        question = draw(seed, number)
        yield judged(question, number, scratch, ask, module if checked and number % checked == 0 else None)


def judged(question: Question, number: int, scratch: Path, ask: Ask, module: Any) -> Outcome:
    """One question, its certificate, the attack; an exception instead of a certificate is a fault too."""
    began = time.perf_counter()
    try:
        proof = ask(question)
    except Exception as error:
        proof, faults = None, [f"{type(error).__name__}: {error}"]
    asked = time.perf_counter()
    found: Data = {"lower": None, "upper": None, "attack": None, "leaves": 0}
    if proof is not None:
        found, faults = examined(question, proof, number)
        if module is not None:
            faults += checker_faults(module, question, proof, scratch)
    return Outcome(
        number=number,
        kind=question.kind,
        states=len(question.game.states),
        players=len(question.game.players),
        eps=question.eps,
        measure=question.measure,
        **found,
        ask_seconds=asked - began,
        attack_seconds=time.perf_counter() - asked,
        faults=tuple(faults),
    )


def examined(question: Question, proof: Data, number: int) -> tuple[Data, list[str]]:
    """The claim's numbers beside the attack's, and what contradicts the claim."""
    game, claim = TrueGame(game_to_json(question.game)), proof["claim"]
    expert = game.rows(policy_rows_to_json(question.expert))
    attack = Attack(game, expert, Fraction(question.eps), question.measure)
    asked = (expert, attack.eps, question.measure)
    same = (game.rows(claim["expert"]), Fraction(claim["radius"]), claim["measure"]) == asked
    faults = [] if same else ["the certificate answers another question"]
    lower, upper = (Fraction(claim["nash_gap"][side]) for side in ("lower", "upper"))
    witness = game.rows(proof["proof"]["witness"]["policy"]) if "witness" in proof["proof"] else None
    faults += witness_faults(attack, witness, lower)
    starts = [] if witness is None or faults else [witness]
    policies = [*attack.policies(np.random.default_rng(number), starts), expert, *starts]
    best = max(max(game.gaps(policy)) for policy in policies)
    if best > upper:
        faults.append(f"a policy of the ball has the gap {float(best):.9g}, the certificate says {float(upper):.9g}")
    trees = proof["proof"].get("cover", {}).get("players", {}).values()
    leaves = sum("leaf" in node for own in trees for node in own.get("tree", ()))
    return {"lower": float(lower), "upper": float(upper), "attack": float(best), "leaves": leaves}, faults


def witness_faults(attack: Attack, witness: Rows | None, lower: Fraction) -> list[str]:
    """The witness has to be a policy of the ball whose gap is at least the lower end."""
    if witness is None:
        return ["no witness"] if lower > 0 else []
    found = []
    if any(min(row) < 0 or sum(row, ZERO) != 1 for own in witness for row in own):
        found.append("the witness is no policy")
    if (error := attack.ball.error(witness)) > attack.eps:
        found.append(f"the witness has the error {float(error):.9g}, the radius is {float(attack.eps):.9g}")
    if (gap := max(attack.game.gaps(witness))) < lower:
        found.append(f"the witness has the gap {float(gap):.9g}, the certificate says at least {float(lower):.9g}")
    return found


def checker_faults(module: Any, question: Question, proof: Data, scratch: Path) -> list[str]:
    """The checker has to accept the certificate."""
    path = scratch / "campaign.game.json"
    write_game(question.game, path)
    verdict = Bench(module, path, scratch).verdict(proof)
    return [] if verdict == "valid" else [f"the checker says {verdict}"]
