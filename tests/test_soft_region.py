"""The bound of delta_tau that the Tag notebook draws, against random games and wrong vectors; its figures as kept."""

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import certigap as cg
from certigap.audit import Draw

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FOLDER = NOTEBOOKS / "certificates"
sys.path.append(str(NOTEBOOKS))

import make_tag  # noqa: E402 (beside the notebooks, no package)
import soft_region  # noqa: E402

KEPT = json.loads((FOLDER / "tag.samples.json").read_text())
TAUS = (Fraction(1, 4), Fraction(1), Fraction(4))


def proven(side: soft_region.Side, tau: Fraction, eps: Fraction) -> Fraction:
    vectors = soft_region.proposed(side, tau, eps)
    return soft_region.bound(side, tau, eps, *([Fraction(k, soft_region.GRID) for k in own] for own in vectors))


@pytest.mark.parametrize("seed", range(12))
def test_no_regularised_best_response_strays_farther(seed: int) -> None:
    draw = Draw(seed)
    game, tau = draw.game(players=2, full=True), TAUS[seed % 3]
    expert = draw.policy(game, full=True)
    for player in (0, 1):
        side = soft_region.Side.of(game, expert, player)
        for share in (Fraction(1, 100), Fraction(1, 2)):
            policy = draw.near(expert, share)
            moved = [
                sum(abs(p - q) for p, q in zip(a.fractions(), b.fractions(), strict=True))
                for a, b in zip(policy.rows[1 - player], expert.rows[1 - player], strict=True)
            ]
            eps = sum((high * d for (_, high), d in zip(side.mass, moved, strict=True)), Fraction(0))
            _, rows = cg.regularised_best_response(game, policy, player, tau)
            strayed = sum(
                (low * max(lo - p, p - hi, Fraction(0)))
                for (low, _), row, own in zip(side.mass, rows, side.own, strict=True)
                for (lo, hi), p in zip(row, own, strict=True)
            )
            assert strayed <= proven(side, tau, eps)


def test_the_bound_is_nearly_attained_in_matching_pennies() -> None:
    game, expert = cg.games.load("matching-pennies"), cg.games.expert("matching-pennies")
    found = proven(soft_region.Side.of(game, expert, 0), Fraction(2), Fraction(1, 10))
    assert Fraction(499, 10000) < found < Fraction(501, 10000)  # 0.04996 is attained: proofs/regularised_delta.py


@pytest.mark.parametrize(("name", "sign"), [("hi", 1), ("lo", -1)])
def test_vectors_that_are_too_close_are_refused(name: str, sign: int) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    side = soft_region.Side.of(game, expert, 0)
    hi, lo = soft_region.proposed(side, Fraction(1), Fraction(1, 10))
    vectors = {"hi": hi, "lo": lo}
    vectors[name] = [k - sign * soft_region.GRID // 1000 for k in vectors[name]]
    grid = {key: [Fraction(k, soft_region.GRID) for k in own] for key, own in vectors.items()}
    with pytest.raises(ValueError, match=f"expected a .* {name}"):
        soft_region.bound(side, Fraction(1), Fraction(1, 10), grid["hi"], grid["lo"])


def certified_gaps() -> list[tuple[float, float]]:
    claims = [json.loads(path.read_text())["claim"] for path in FOLDER.glob("tag.worst-*.cert.json")]
    steps = [(float(Fraction(c["radius"])), float(Fraction(c["nash_gap"]["upper"]))) for c in claims]
    assert len(steps) == len(make_tag.RADII)
    return sorted(steps)


def as_samples(columns: dict[str, list[float]]) -> list[dict[str, float]]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def test_figure_5_as_kept() -> None:
    samples, gaps = as_samples(KEPT["fig5"]), certified_gaps()
    assert len(samples) == 400
    for name in ("gap", "delta"):
        means = make_tag.bin_means(samples, name)
        assert means == sorted(means)
    assert all(s["gap"] <= make_tag.above(gaps, s["eps"]) and s["delta"] <= 2 for s in samples)


@pytest.mark.parametrize("kind", ["wide", "narrow"])
def test_figure_6_as_kept(kind: str) -> None:
    means = []
    for part in KEPT[kind].values():
        samples = as_samples(part["samples"])
        assert len(samples) == 250
        steps = [(float(Fraction(p["eps"])), float(Fraction(p["upper"]))) for p in part["certified"]]
        assert all(s["delta"] <= make_tag.above(steps, s["eps"]) for s in samples)
        assert all(p["upper"] == "2" or p["players"] for p in part["certified"])
        means.append(make_tag.bin_means(samples, "delta"))
    assert (np.diff(means, axis=0) < 0).all()  # hotter is lower, in every bin


def test_kept_proofs_prove_what_is_drawn() -> None:
    game = cg.games.load("tag")
    for kind, tau in (("wide", "10"), ("narrow", "1/2")):
        expert = cg.read_policy(FOLDER / f"tag.tau-{tau.replace('/', '-')}.policy.json", game)
        point = KEPT[kind][tau]["certified"][2]
        for player, vectors in enumerate(point["players"]):
            hi, lo = ([Fraction(k, soft_region.GRID) for k in vectors[name]] for name in ("hi", "lo"))
            side = soft_region.Side.of(game, expert, player)
            found = soft_region.bound(side, Fraction(tau), Fraction(point["eps"]), hi, lo)
            assert found <= Fraction(point["upper"]) < 2
