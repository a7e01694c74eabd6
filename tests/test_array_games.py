"""Array games: the same gaps as over the rationals, files and hashes, what is refused, and both checkers alike."""

import dataclasses
import io
import json
import random
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import certigap as cg
from certigap.certificates.array_gaps import array_gaps_certificate
from certigap.errors import InputError, SolverError
from certigap.model.large import (
    ArrayGame,
    ArrayPolicy,
    read_array_game,
    read_array_policy,
    write_array_game,
    write_array_policy,
)
from certigap.model.large.container import is_array_file, read_container, write_container
from certigap.model.large.families import grid_game, random_game
from certigap.semantics.array_gaps import array_gaps
from tests.helpers.arrays import Case, accepted, drawn_policy, hidden, named, shifted, uneven_game
from tests.helpers.checker.harness import load, source


def exact_gaps(game: ArrayGame, policy: ArrayPolicy) -> Any:
    return cg.gaps(game.to_game(), named(game, policy), arithmetic="exact")


def gap_case(folder: Path, game: ArrayGame, policy: ArrayPolicy) -> Case:
    return Case(folder, game, lambda path: array_gaps_certificate(array_gaps(game, policy)).write(path))


def assert_contains(game: ArrayGame, policy: ArrayPolicy) -> None:
    answer, exact = array_gaps(game, policy), exact_gaps(game, policy)
    pairs = zip(
        (*answer.player_gaps, answer.nash_gap, answer.nash_conv),
        (*exact.player_gaps, exact.nash_gap, exact.nash_conv),
        strict=True,
    )
    for found, true in pairs:
        assert found.lower <= true.lower <= true.upper <= found.upper
        assert found.upper - found.lower <= 1e-8 * float(max(game.scales) * 1000 / (1 - game.discount) ** 2)


def check_random_games(seeds: range) -> None:
    for seed in seeds:
        draw = random.Random(seed)
        sizes = (draw.randint(1, 6), draw.randint(1, 3), draw.randint(1, 3))
        discount = draw.choice(["0", "1/2", "9/10", "99/100", "999999/1000000"])
        game = random_game(*sizes, players=draw.randint(1, 3), discount=discount, seed=seed)
        assert_contains(game, drawn_policy(game, seed))


def test_intervals_contain_the_exact_gaps() -> None:
    check_random_games(range(60))


@pytest.mark.slow
def test_intervals_contain_the_exact_gaps_of_a_thousand_games() -> None:
    check_random_games(range(60, 1060))


@pytest.mark.parametrize("seed", range(5))
def test_uneven_shapes(seed: int) -> None:
    game = uneven_game(seed)
    assert_contains(game, drawn_policy(game, seed))


@pytest.mark.parametrize(("reward", "discount"), [(10**15, "99/100"), (1, "999999/1000000"), (2**45, "999/1000")])
def test_huge_rewards_and_discounts_near_one(reward: int, discount: str) -> None:
    game = random_game(5, discount=discount)
    game = dataclasses.replace(game, rewards=np.sign(game.rewards) * reward)
    answer, exact = array_gaps(game, drawn_policy(game, 0)), exact_gaps(game, drawn_policy(game, 0))
    assert answer.nash_gap.lower <= exact.nash_gap.lower <= answer.nash_gap.upper


def test_rewards_without_room_are_refused() -> None:
    game = random_game(5, discount="999999/1000000")
    game = dataclasses.replace(game, rewards=game.rewards * 10**13)
    with pytest.raises(SolverError, match="rewards"):
        array_gaps(game, ArrayPolicy.uniform(game))


def test_a_width_is_reached_or_said_not_to_be() -> None:
    game = grid_game(8)
    policy = ArrayPolicy.uniform(game)
    answer = array_gaps(game, policy, Fraction(1, 10**9))
    assert not answer.wide
    assert max(gap.upper - gap.lower for gap in answer.player_gaps) <= Fraction(1, 10**9)
    assert array_gaps(game, policy, Fraction(1, 10**40)).wide


def test_files_and_hashes(tmp_path: Path) -> None:
    game = uneven_game(0)
    policy = drawn_policy(game, 1)
    write_array_game(game, tmp_path / "g.npz")
    write_array_policy(policy, tmp_path / "p.npz", game)
    again = read_array_game(tmp_path / "g.npz")
    assert again == game
    found = read_array_policy(tmp_path / "p.npz", again)
    assert all(map(np.array_equal, found.weights, policy.weights))
    with np.load(tmp_path / "g.npz") as plain:
        assert np.array_equal(plain["columns"], game.columns)
    other = dataclasses.replace(game, initial=game.initial[::-1].copy())
    assert other != game
    with pytest.raises(InputError, match="hash of this game"):
        read_array_policy(tmp_path / "p.npz", other)


def test_games_come_and_go() -> None:
    game = random_game(6, seed=3)
    assert ArrayGame.from_game(game.to_game()).to_game() == game.to_game()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("columns", lambda a: a + 3),
        ("weights", lambda a: a * 0),
        ("denominators", lambda a: a + 1),
        ("offsets", lambda a: a[::-1].copy()),
        ("initial", lambda a: a * 0),
        ("rewards", lambda a: a[:1].copy()),
        ("shapes", lambda a: a.astype(np.int64)),
        ("columns", lambda a: a.reshape(-1, 1)),
        ("weights", lambda a: a.reshape(1, -1)),
        ("offsets", lambda a: a.reshape(-1, 1)),
        ("initial", lambda a: a.reshape(-1, 1)),
        ("initial", lambda a: a.tolist()),
        ("discount", float),
        ("scales", lambda a: tuple(map(str, a))),
    ],
)
def test_games_that_are_none(name: str, change: Any) -> None:
    game = random_game(3)
    with pytest.raises(InputError, match=name):
        dataclasses.replace(game, **{name: change(getattr(game, name))})


def test_policies_that_are_none() -> None:
    game = random_game(3)
    for actions in ([[0, 0, 2], [0, 0, 0]], [[0, 0], [0, 0, 0]], [[0, 0, -1], [0, 0, 0]]):
        with pytest.raises(InputError, match="policy of player 1: expected an action of its own"):
            ArrayPolicy.pure(game, [np.array(own) for own in actions])
    with pytest.raises(InputError, match="policy of player 1: expected 32-bit integers along one axis, got list"):
        ArrayPolicy.from_weights(game, ([1] * 6, [1] * 6))  # type: ignore[arg-type]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    game = uneven_game(2)
    return gap_case(tmp_path, game, drawn_policy(game, 2))


SMALL = Fraction(1, 10**60)
EDITS: list[tuple[str, Any]] = [
    ("valid", lambda header, arrays: None),
    ("valid", lambda header, arrays: shifted(header, "nash_gap", "upper", SMALL)),
    ("valid", lambda header, arrays: header["claim"].pop("nash_gap")),
    ("invalid", lambda header, arrays: shifted(header, "nash_gap", "upper", -SMALL)),
    ("invalid", lambda header, arrays: shifted(header, "nash_conv", "lower", SMALL)),
    ("invalid", lambda header, arrays: header.update(game="arrays:0")),
    ("invalid", lambda header, arrays: arrays["values"].__setitem__((0, 1), 2**61)),
    ("invalid", lambda header, arrays: arrays["optima"].__setitem__((1, 0), -(2**61))),
    ("malformed", lambda header, arrays: arrays["optima"].__setitem__((1, 0), 2**61 + 1)),
    ("malformed", lambda header, arrays: arrays["values"].__setitem__((1, 0), -(2**63))),
    ("malformed", lambda header, arrays: header.update(bits=[62, 0, 0])),
    ("malformed", lambda header, arrays: header.update(bits=[61, 61, 61])),
    ("malformed", lambda header, arrays: header.update(bits=[1, 1])),
    ("malformed", lambda header, arrays: header["claim"].update(kind="equilibrium")),
    ("malformed", lambda header, arrays: header["claim"].update(nash_gap={})),
    ("malformed", lambda header, arrays: header.update(end=False)),
    ("malformed", lambda header, arrays: header.update(more=1)),
    ("malformed", lambda header, arrays: arrays.pop("values")),
    ("malformed", lambda header, arrays: arrays.update(values=arrays["values"].astype(np.int32))),
    ("malformed", lambda header, arrays: arrays.update(values=arrays["values"][:, :-1].copy())),
    ("malformed", hidden("weights_1", 1)),
    ("malformed", lambda header, arrays: arrays.update(denominators_0=arrays["denominators_0"][:-1].copy())),
]


@pytest.mark.parametrize(("verdict", "edit"), EDITS)
def test_both_checkers_say_the_same(case: Case, verdict: str, edit: Any) -> None:
    case.edit(edit)
    assert case.verdicts() == (verdict, verdict)


MUTANTS: list[tuple[str, str, Any]] = [
    ('if parts["game"].value != game.digest:', "if False:", lambda header, arrays: header.update(game="arrays:0")),
    ('if parts["end"].value is not True:', "if False:", lambda header, arrays: header.update(end=False)),
    ("most - low\n", "most - high\n", lambda header, arrays: shifted(header, "nash_gap", "upper", -SMALL)),
    (
        "max(Fraction(0), least - high)",
        "least - low",
        lambda header, arrays: shifted(header, "nash_conv", "lower", SMALL),
    ),
    ("(max(change) + means)", "max(change)", lambda header, arrays: shifted(header, "nash_gap", "upper", -SMALL)),
    (
        "min(change) * horizon",
        "max(change) * horizon",
        lambda header, arrays: shifted(header, "nash_conv", "lower", SMALL),
    ),
]


@pytest.mark.parametrize(("old", "new", "edit"), MUTANTS)
def test_without_a_condition_what_it_refuses_is_accepted(case: Case, old: str, new: str, edit: Any) -> None:
    text = source()
    changed = {"arrays": text["arrays"].replace(old, new), "array_gaps": text["array_gaps"].replace(old, new)}
    assert changed != {name: text[name] for name in changed}
    case.edit(edit)
    assert not accepted(load(text), case)
    assert accepted(load(text | changed), case)


def test_the_policy_of_a_file(case: Case, tmp_path: Path) -> None:
    game = uneven_game(2)
    write_array_policy(drawn_policy(game, 2), tmp_path / "same.npz")
    write_array_policy(ArrayPolicy.uniform(game), tmp_path / "other.npz")
    assert case.verdicts("--policy", str(tmp_path / "same.npz")) == ("valid", "valid")
    assert case.verdicts("--policy", str(tmp_path / "other.npz")) == ("invalid", "invalid")
    write_array_policy(drawn_policy(game, 2), tmp_path / "same.npz", dataclasses.replace(game, discount=Fraction(1, 2)))
    assert case.verdicts("--policy", str(tmp_path / "same.npz")) == ("malformed", "malformed")
    write_container(tmp_path / "same.npz", {"format": "certigap-array-game", "version": 1}, policy_arrays(game))
    assert case.verdicts("--policy", str(tmp_path / "same.npz")) == ("malformed", "malformed")


def policy_arrays(game: ArrayGame) -> dict[str, Any]:
    """The members of the policy of `drawn_policy`."""
    policy = drawn_policy(game, 2)
    columns = {"weights": policy.weights, "denominators": policy.denominators}
    return {f"{name}_{i}": own.astype("<i4") for name, parts in columns.items() for i, own in enumerate(parts)}


def test_checkers_agree_to_the_last_digit_on_larger_games(tmp_path: Path) -> None:
    """The claim is what the package derived: an end that one unit would move is valid for both, or for neither."""
    game = random_game(300, 3, discount="99/100")
    case = gap_case(tmp_path, game, drawn_policy(game, 4))
    assert case.verdicts() == ("valid", "valid")
    unit = game.scales[0] / 2**61
    case.edit(lambda header, arrays: shifted(header, "nash_gap", "lower", unit))
    assert case.verdicts() == ("invalid", "invalid")


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from certigap.cli import main

    game, file, cert = random_game(4), str(tmp_path / "g.npz"), str(tmp_path / "c.npz")
    write_array_game(game, file)
    write_array_policy(ArrayPolicy.uniform(game), tmp_path / "p.npz", game)
    assert main(["gap", file, str(tmp_path / "p.npz"), "--json", "-o", cert]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"nash_gap", "nash_conv", "player_gaps", "floats"}
    assert main(["gap", file, "uniform", "--width", "1e-3"]) == 0
    assert main(["verify", file, cert, "--assert", "kind=nash-gap"]) == 0
    assert main(["gap", file, "uniform", "--width", "0"]) == 2
    capsys.readouterr()
    assert main(["show", cert]) == 0
    assert "claimed, not checked here" in capsys.readouterr().out


def test_a_file_in_place_of_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from certigap.cli import main

    game = random_game(4)
    files = {name: str(tmp_path / f"{name}.npz") for name in ("game", "policy", "certificate")}
    write_array_game(game, files["game"])
    write_array_policy(ArrayPolicy.uniform(game), files["policy"])
    cg.certificate(array_gaps(game, ArrayPolicy.uniform(game))).write(files["certificate"])
    for given, wanted in ((files["policy"], "game"), (files["certificate"], "game"), (files["game"], "policy")):
        words = ["gap", files["game"], given] if wanted == "policy" else ["gap", given, "uniform"]
        assert main(words) == 2
        kind = Path(given).stem
        assert f"expected 'certigap-array-{wanted}', got 'certigap-array-{kind}'" in capsys.readouterr().err
    assert main(["show", files["game"]]) == 2
    with pytest.raises(InputError, match="expected a Policy, got <ArrayPolicy"):
        cg.nash_gap(game, ArrayPolicy.uniform(game))  # type: ignore[arg-type]


def test_bytes_before_an_archive_make_it_no_game(case: Case) -> None:
    case.game.write_bytes(b"xx" + case.game.read_bytes())
    assert not is_array_file(case.game)


@pytest.mark.parametrize("name", ["columns", "initial", "shapes", "rewards"])
def test_games_that_both_checkers_refuse(case: Case, name: str) -> None:
    kinds = {"rewards|offsets": "<i8", "shapes|columns|weights|denominators|initial": "<i4"}
    node, arrays = read_container(case.game, kinds)
    for change in (lambda a: a[..., :0].copy(), lambda a: a - 1000, lambda a: np.append(a.reshape(-1), a.reshape(-1))):
        write_container(case.game, node.value, arrays | {name: np.asarray(change(arrays[name]), arrays[name].dtype)})
        assert case.verdicts() in (("malformed", "malformed"), ("invalid", "invalid"))


@pytest.mark.parametrize(
    "value", ["-0", "1e9", "NaN", '"\\ud800"', '{"a": 1, "a": 2}', "[" * 100 + "]" * 100, "1" * 100_001, "\xff"]
)
def test_headers_that_are_no_strict_json(case: Case, value: str) -> None:
    for written, verdict in (("[" * 99 + "]" * 99, "valid"), (value, "malformed")):
        headed(case.path, written)
        assert case.verdicts() == (verdict, verdict)


def test_offsets_whose_differences_leave_64_bits(case: Case) -> None:
    kinds = {"rewards|offsets": "<i8", "shapes|columns|weights|denominators|initial": "<i4"}
    node, arrays = read_container(case.game, kinds)
    arrays["offsets"] = arrays["offsets"].copy()
    arrays["offsets"][1:3] = 2**63 - 1, -2
    write_container(case.game, node.value, arrays)
    assert case.verdicts() == ("malformed", "malformed")


DIRECTORY = 46  # bytes of a member's entry in the archive's directory, before its name


@pytest.mark.parametrize(
    ("place", "data"),
    [
        (6, b"\xff\x00"),  # the version of the archive's format
        (8, b"\x01\x00"),  # encrypted
        (10, b"\x08\x00"),  # compressed
        (20, b"\xfe\xff\xff\x7f" * 2),  # sizes beyond the file
        (24, b"\xff"),  # a size that is not the compressed one
        (42, b"\xfe\xff\xff\x7f"),  # a place beyond the file
        (DIRECTORY, b"X"),  # a name that the member does not have
    ],
)
def test_archives_whose_directory_is_wrong(case: Case, place: int, data: bytes) -> None:
    text = bytearray(case.path.read_bytes())
    at = text.rindex(b"PK\x01\x02") + place
    text[at : at + len(data)] = data
    case.path.write_bytes(text)
    found = case.verdicts()
    assert found[0] in ("malformed", "limit")
    assert found[1] == "malformed"


def headed(path: Path, provenance: str) -> None:
    """A header with this text for its provenance."""
    with zipfile.ZipFile(path) as archive:
        parts = {member.filename: archive.read(member) for member in archive.infolist()}
    header = json.loads(parts["header.npy"].partition(b"\n")[2])
    header.pop("provenance", None)
    text, stream = json.dumps(header)[:-1] + f', "provenance": {provenance}}}', io.BytesIO()
    np.save(stream, np.frombuffer(text.encode("latin-1"), dtype=np.uint8))
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | {"header.npy": stream.getvalue()}).items():
            archive.writestr(name, part)


def test_files_that_are_no_archives(case: Case) -> None:
    case.path.write_bytes(case.path.read_bytes()[:-40])
    assert case.verdicts() == ("malformed", "malformed")
    case.path.unlink()
    assert case.verdicts() == ("malformed", "malformed")
