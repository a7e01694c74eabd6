"""delta^sel, delta^max and kappa at a radius: known values, random opponents, certificates, a mutant a condition."""
# ruff: noqa: E501, a snippet of the source stays in one piece

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.strategies import random_markov_game, random_policy

CHECKER = load()


def verdict(game: cg.Game, certificate: Any, folder: Path) -> str:
    cg.write_game(game, folder / "g.json")
    return Bench(CHECKER, folder / "g.json", folder).verdict(certificate.to_json())


def test_lemma2_strays_by_twice_one_minus_the_discount_at_its_learners_radius(tmp_path: Path) -> None:
    """The paper's Lemma 2 has delta^max = 2; its nearest best response differs at the start alone: 2 (1 - g)."""
    given = {"discount": "4/5", "eps": "1/10"}
    game, expert, learner = (make("lemma2", **given) for make in (cg.games.load, cg.games.expert, cg.games.learner))
    answer = cg.straying(game, expert, cg.eps_bc(game, expert, learner).value, budget=30)
    assert answer.delta_sel[0].value == 2 * (1 - game.discount)
    assert answer.delta_max[0].value == 2
    assert verdict(game, cg.certificate(answer), tmp_path) == "valid"


def test_three_players_refute_lemma_4_as_printed(tmp_path: Path) -> None:
    """Opponents within joint eps_BC never move a best response, yet the learner, each within eps_BC, loses 6.9."""
    game, expert, learner = (make("three-player") for make in (cg.games.load, cg.games.expert, cg.games.learner))
    radius = cg.eps_bc(game, expert, learner).value
    answer = cg.straying(game, expert, radius, budget=60)
    assert answer.delta_sel[0].value == 0
    assert max(interval.upper or 0 for interval in answer.delta_sel) == 0
    assert max(interval.upper or 0 for interval in answer.delta_max) == 0
    gap = cg.nash_gap(game, learner)
    assert gap.lower is not None
    assert gap.lower > Fraction(69, 10)
    printed = 2 * 3 * radius * max(game.half_range(i) for i in range(3)) * game.horizon**2
    assert printed < Fraction(1, 10)  # the paper's bound with delta = 0
    assert verdict(game, cg.certificate(answer), tmp_path) == "valid"


@pytest.mark.parametrize(
    ("eps", "least", "most"), [("0", 0, 0), ("9/10", 0, 0), ("1", 0, 2), ("11/10", 2, 2), ("2", 2, 2)]
)
def test_coordination_strays_from_its_threshold_on(eps: str, least: int, most: int, tmp_path: Path) -> None:
    """(a, a) of [[1, 0], [0, 1]]: the other action is as good at distance 1, better beyond it."""
    game = cg.bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    answer = cg.straying(game, cg.Policy.pure(game), eps)
    assert answer.delta_sel[0].lower == (least if eps != "1" else 0)
    assert answer.delta_max[0].upper == most
    assert eps == "1" or (answer.delta_sel[0].value, answer.delta_max[0].value) == (least, most)
    assert verdict(game, cg.certificate(answer), tmp_path) == "valid"


def test_constants_and_pennies(tmp_path: Path) -> None:
    constant = cg.bimatrix([[1, 1], [1, 1]])
    answer = cg.straying(constant, cg.Policy.pure(constant), "1/2")
    assert (answer.delta_sel[0].value, answer.delta_max[0].value, answer.kappa[0].value) == (0, 2, 0)
    pennies = cg.bimatrix([[1, -1], [-1, 1]])
    even = cg.Policy.from_rows(pennies, [["1/2", "1/2"], ["1/2", "1/2"]])
    answer = cg.straying(pennies, even, "1/10")
    assert (answer.delta_sel[0].value, answer.delta_max[0].value, answer.kappa[0].value) == (1, 1, Fraction(1, 10))
    assert verdict(pennies, cg.certificate(answer), tmp_path) == "valid"


@pytest.mark.parametrize("seed", range(8))
def test_intervals_hold_what_random_opponents_show(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, rng.choice([2, 3]), rng.randint(1, 3), 2, rng.choice(["0", "1/2"]))
    expert = random_policy(rng, game) if seed % 2 else cg.Policy.pure(game)
    eps = Fraction(1, rng.choice([4, 40]))
    answer = cg.straying(game, expert, eps, budget=4)
    assert verdict(game, cg.certificate(answer), tmp_path) == "valid"
    mass = cg.occupancy(game, expert).upper.fractions()
    count = len(game.players)
    for _ in range(10):
        other = random_policy(rng, game)
        share = eps / (2 * count)  # every opponent moves by at most this: jointly less than eps
        rows = [
            [
                [(1 - share) * x + share * y for x, y in zip(a.fractions(), b.fractions(), strict=True)]
                for a, b in zip(own, new, strict=True)
            ]
            for own, new in zip(expert.rows, other.rows, strict=True)
        ]
        for i in range(count):
            policy = cg.Policy.from_rows(game, rows).replace(i, expert.rows[i])
            assert cg.player_gaps(game, policy)[i].lower <= answer.kappa[i].upper
            response = cg.best_response(game, policy, i)
            distance = sum(
                m * sum(abs(x - y) for x, y in zip(a.fractions(), b.fractions(), strict=True))
                for m, a, b in zip(mass, response.rows, expert.rows[i], strict=True)
            )
            assert distance <= answer.delta_max[i].upper or not cg.player_gaps(game, policy)[i].is_exact


def test_the_command_draws_and_certifies_a_markov_game(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lemma 1's expert is strict: nothing strays near it, and everything may where the opponents are free."""
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    cg.write_game(game, tmp_path / "g.json")
    cg.write_policy(expert, tmp_path / "e.json")
    files = ["continuity", str(tmp_path / "g.json"), "--expert", str(tmp_path / "e.json"), "--eps-max", "1"]
    assert main([*files, "--budget", "8", "--json", "-o", str(tmp_path / "x.cert.json")]) == 0
    data = json.loads(capsys.readouterr().out)
    steps = data["delta_sel"]["1"]
    assert steps[0]["from"] == "0"
    assert steps[0]["upper"] == "0"
    starts = [(Fraction(step["from"]), step.get("open", False)) for step in steps]
    assert starts == sorted(starts)
    uppers = [Fraction(step["upper"]) for step in data["delta_max"]["2"]]
    assert uppers == sorted(uppers)
    assert main(["verify", str(tmp_path / "g.json"), str(tmp_path / "x.cert.json")]) == 0
    capsys.readouterr()
    assert main([*files, "--budget", "4", "-o", str(tmp_path / "x.png")]) == 0
    assert (tmp_path / "x.png").stat().st_size > 10_000


def falsified(data: dict[str, Any], limit: str) -> Iterator[dict[str, Any]]:
    """False claims about player 1 with proofs bent in every place."""

    def with_claim(name: str, side: str, value: str) -> dict[str, Any]:
        copy = json.loads(json.dumps(data))
        copy["claim"] = {k: v for k, v in copy["claim"].items() if k in ("kind", "expert", "radius")}
        copy["claim"][name] = {"1": {side: value}}
        copy["proof"] = {k: v for k, v in copy["proof"].items() if k in ("occupancy", name)}
        copy["proof"][name] = {"1": copy["proof"][name]["1"]}
        return dict(copy)

    for name, below, above in (("delta_sel", limit, "21/10"), ("delta_max", "8/5", "21/10"), ("kappa", "1/100", "9")):
        low, high = with_claim(name, "upper", below), with_claim(name, "lower", above)
        yield low
        yield high
        for change in ("none", "flat", "wide", "loose", "safe", "free"):
            copy = json.loads(json.dumps(low))
            tree = copy["proof"][name]["1"]["upper"]
            if "safe" in tree:
                if change == "safe":
                    tree["safe"] = [["2"] * len(own) for own in tree["safe"]]
                elif change == "free":
                    tree["tree"] = [{"leaf": [0, 0, 0]}]
                elif change in ("flat", "wide", "loose"):
                    for k, vector in enumerate(tree["vectors"]):
                        size = {"flat": 0, "wide": -(10**6), "loose": (-1) ** k * 10**6}[change]
                        vector["num"] = [size * int(vector["den"]) for _ in vector["num"]]
            else:
                tree["kappa"] = below
                for vector in tree["cover"]["vectors"] if change != "none" else ():
                    vector["num"] = [0 for _ in vector["num"]]
            yield copy
            copy = json.loads(json.dumps(copy))
            bracket = copy["proof"]["occupancy"]
            for side in bracket.values():
                side["num"] = [0 for _ in side["num"]]
            yield copy
        if "lower" in high["proof"][name]["1"]:
            for share in (0, 9):
                copy = json.loads(json.dumps(high))
                for side in copy["proof"]["occupancy"].values():
                    side["num"] = [share * x for x in side["num"]]
                yield copy
            copy = json.loads(json.dumps(high))
            witness = copy["proof"][name]["1"]["lower"]
            for part in ("values", "optima"):
                for side in witness[part]["1"].values():
                    side["num"] = [x + 10 * int(side["den"]) * (1 if part == "optima" else -1) for x in side["num"]]
            yield copy


def test_false_claims_are_refused(made: Any) -> None:
    for data, _, path, limit in made:
        bench = Bench(CHECKER, path, path.parent)
        assert bench.verdict(data) == "valid"
        assert "valid" not in {bench.verdict(false) for false in falsified(data, limit)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], cg.Game, Path, str]]:
    """Coordination beyond its threshold: both deltas 2, kappa 1/2. Lemma 2 at its learner's radius: 2/5, 2, nearly 4."""
    folder, result = tmp_path_factory.mktemp("worlds"), []
    coordination = cg.bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    given = {"discount": "4/5", "eps": "1/10"}
    lemma2, expert, learner = (make("lemma2", **given) for make in (cg.games.load, cg.games.expert, cg.games.learner))
    radius = cg.eps_bc(lemma2, expert, learner).value
    for name, game, policy, eps, limit in (
        ("coordination", coordination, cg.Policy.pure(coordination), Fraction(3, 2), "8/5"),
        ("lemma2", lemma2, expert, radius, "1/10"),
    ):
        path = folder / f"{name}.game.json"
        cg.write_game(game, path)
        data = cg.certificate(cg.straying(game, policy, eps, budget=20)).to_json()
        result.append((data, game, path, limit))
    return result


MUTANTS = [
    ("straying", "near = [Rows(own[s], ZERO if j == i else min(safe, TWO), boxes.get((j, s)))", "near = [Rows(own[s], ZERO, boxes.get((j, s)))"),
    ("straying", "return [all(step.regret(own, bounds, a, other) >= 0 for other in step.actions) for a in step.actions]", "return [a == 0 for a in step.actions]"),
    ("straying", "            check_vector(game, i, rows, best, Step.best_value, UPPER, where)\n            check_vector(game, i, rows, least, Step.best_value, LOWER, where)\n", ""),
    ("straying", "away = max(1 - p for p, may in zip(row, kept) if may or s not in visited)", "away = max(1 - p for p, may in zip(row, kept) if may and s not in visited) if s not in visited else ZERO"),
    ("straying", "total = summed((total, region.weights[s] * 2 * away))", "total = ZERO"),
    ("straying", "    return min(TWO, max(found) + 2 * (1 - summed(region.weights)))\n\n\ndef check_safe", "    return min(TWO, max(found))\n\n\ndef check_safe"),
    ("stray_claims", "error = summed((error, mass.mass(s, UPPER) * apart))", "error = ZERO"),
    ("stray_claims", "if self.shown.player_gap(self.i, UPPER) > 0:", "if False:"),
    ("stray_claims", "check_cover(self.game, i, region, {}, own[\"cover\"], own[\"kappa\"].rational())", "pass"),
]  # fmt: skip


def extra(data: dict[str, Any], game: cg.Game) -> Iterator[dict[str, Any]]:
    """Witnesses outside the ball, and responses that are none."""
    far = cg.Policy.pure(game, {"2": "2"})
    for radius, policy, name, claim in (
        ("1/10", far, "kappa", "1/2"),
        ("1/10", far, "delta_sel", "1"),
        ("1/10", cg.Policy.pure(game, {"1": "2"}), "delta_max", "1"),
    ):
        answer = cg.certificate(cg.gaps(game, policy)).to_json()
        proof = {
            "policy": answer["claim"]["policy"],
            "values": answer["proof"]["values"],
            "optima": answer["proof"]["optima"],
        }
        yield data | {
            "claim": {
                "kind": "straying",
                "expert": data["claim"]["expert"],
                "radius": radius,
                name: {"1": {"lower": claim}},
            },
            "proof": {"occupancy": data["proof"]["occupancy"], name: {"1": {"lower": proof}}},
        }


def test_witnesses_outside_are_refused(made: Any) -> None:
    data, game, path, _ = made[0]
    assert {Bench(CHECKER, path, path.parent).verdict(false) for false in extra(data, game)} == {"invalid"}


@pytest.mark.parametrize(("home", "old", "new"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_lets_a_false_claim_through(home: str, old: str, new: str, made: Any) -> None:
    text = source()
    assert text[home].count(old) == 1
    weaker = {"straying": text["straying"].replace(old, new), "stray_claims": text["stray_claims"].replace(old, new)}
    module = load(text | {home: weaker[home]})
    for k, (data, game, path, limit) in enumerate(made):
        bench = Bench(module, path, path.parent)
        claims = (*falsified(data, limit), *(extra(data, game) if k == 0 else ()))
        if any(bench.verdict(false) == "valid" for false in claims):
            return
    pytest.fail("no false claim was accepted")
