"""Certificates as tests: `pytest --certigap DIR` collects every `*.cert.json` of DIR, one test item each.

A certificate belongs to the `*.game.json` in the same folder whose hash it names; the trusted checker judges it. The
folders come beside the user's own tests, never in their place; one that is not found from where pytest was called is
taken from the root folder, so `addopts = --certigap certs` means the same everywhere.

Beside `x.cert.json` may stand `x.cert.toml`, what is required of it: a weaker or another valid certificate then fails.

    assert = ["upper <= 1/10", "kind=worst-case"]      # conditions as of `certigap verify --assert`
    measure = "bc"
    eps = "1/20"                                       # the radius, at least
    expert = "expert.json"                             # files beside it that the claim's policies must equal
    policy = "policy.json"
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certigap.errors import CertigapError

__all__ = ["CertificateFile", "CertificateItem", "RejectedCertificate"]

_KEYS = {"assert": list, "measure": str, "eps": str, "expert": str, "policy": str}


class RejectedCertificate(CertigapError):  # noqa: N818 (a verdict, not a fault of the plugin)
    """The checker did not accept a certificate, or it is not what was required."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--certigap DIR`, which may be given several times."""
    group = parser.getgroup("certigap")
    group.addoption(
        "--certigap", action="append", default=[], metavar="DIR", help="check the certificates in this folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the folders to what pytest collects."""
    for folder in _folders(config):
        if not folder.is_dir():
            given = next(name for name in config.getoption("--certigap") if _placed(config, name) == folder)
            raise pytest.UsageError(f"--certigap: expected a folder, got {given}")
        if str(folder) not in config.args:
            config.args.append(str(folder))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CertificateFile | None":
    """Collect certificates below the folders given."""
    folders = [folder.resolve() for folder in _folders(parent.config)]
    if file_path.name.endswith(".cert.json") and any(file_path.resolve().is_relative_to(folder) for folder in folders):
        return CertificateFile.from_parent(parent, path=file_path)
    return None


def _folders(config: pytest.Config) -> list[Path]:
    return [_placed(config, name) for name in config.getoption("--certigap")]


def _placed(config: pytest.Config, name: str) -> Path:
    called = config.invocation_params.dir / name
    return called if called.is_dir() else config.rootpath / name


class CertificateFile(pytest.File):
    """One certificate file."""

    def collect(self) -> Iterator["CertificateItem"]:
        """The one item of the file."""
        yield CertificateItem.from_parent(self, name=self.path.name.removesuffix(".cert.json"))


class CertificateItem(pytest.Item):
    """Runs the checker on a certificate and the game that it names."""

    def runtest(self) -> None:
        """Fail unless the checker accepts, and the claim is what was required."""
        from certigap.certificates import verify_files
        from certigap.certificates.assertions import failed_assertions, parse_assertion

        required = _required(self.path.with_name(self.path.name.removesuffix(".json") + ".toml"))
        options = [
            f"--{role}={self.path.with_name(required[role])}" for role in ("expert", "policy") if role in required
        ]
        conditions = [str(text) for text in required.get("assert", [])]
        conditions += [f"measure={required['measure']}"] if "measure" in required else []
        conditions += [f"radius>={required['eps']}"] if "eps" in required else []
        try:
            assertions = [parse_assertion(text) for text in conditions]
        except CertigapError as error:
            raise RejectedCertificate(f"{self.path.stem}.toml: {error}") from None
        verdict = verify_files(self._game(), [self.path], options)[0]
        if not verdict.is_valid:
            raise RejectedCertificate(str(verdict))
        if failures := failed_assertions(verdict.claim or {}, assertions):
            raise RejectedCertificate(f"valid, but not what is required: {'; '.join(failures)}")

    def _game(self) -> Path:
        from certigap.certificates.read import read_certificate
        from certigap.model.finite import read_any_game

        try:
            wanted = read_certificate(self.path)["game"]
        except CertigapError as error:
            raise RejectedCertificate(f"malformed: {error}") from None
        games = sorted(self.path.parent.glob("*.game.json"))
        unread = []
        for path in games:
            try:
                if read_any_game(path).digest == wanted:
                    return path
            except CertigapError as error:
                unread.append(str(error))
        others = f"{len(games) - len(unread)} others" + "".join(f"; {reason}" for reason in unread[:1])
        raise RejectedCertificate(f"{self.path}: expected a *.game.json beside it with hash {wanted}, got {others}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """One line: what the checker said."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the item stands."""
        return self.path, None, f"certificate {self.name}"


def _required(path: Path) -> dict[str, Any]:
    """What stands in the file of requirements; nothing where there is none."""
    if not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RejectedCertificate(f"{path.name}: expected a TOML file, got: {error}") from None
    for key, value in data.items():
        if key not in _KEYS:
            raise RejectedCertificate(f"{path.name}: expected only the keys {', '.join(_KEYS)}, got {key!r}")
        if not isinstance(value, _KEYS[key]):
            raise RejectedCertificate(f"{path.name}: {key}: expected {_KEYS[key].__name__}, got {value!r}")
    return data
