"""Certificates as tests: `pytest --certigap DIR` collects every `*.cert.json` of DIR, one test item each.

A certificate belongs to the `*.game.json` in the same folder whose hash it names; the trusted checker judges it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["CertificateFile", "CertificateItem", "RejectedCertificate"]


class RejectedCertificate(Exception):  # noqa: N818 (a verdict, not a fault of the plugin)
    """The checker did not accept a certificate."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--certigap DIR`, which may be given several times."""
    group = parser.getgroup("certigap")
    group.addoption(
        "--certigap", action="append", default=[], metavar="DIR", help="check the certificates in this folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the folders to what pytest collects."""
    folders = config.getoption("--certigap")
    for folder in folders:
        if not Path(folder).is_dir():
            raise pytest.UsageError(f"--certigap: expected a folder, got {folder}")
    named_before = config.invocation_params.args
    if folders and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []
    config.args += [folder for folder in folders if folder not in named_before or folder not in config.args]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CertificateFile | None":
    """Collect certificates below the folders given."""
    folders = [Path(folder).resolve() for folder in parent.config.getoption("--certigap")]
    if file_path.name.endswith(".cert.json") and any(file_path.resolve().is_relative_to(folder) for folder in folders):
        return CertificateFile.from_parent(parent, path=file_path)
    return None


class CertificateFile(pytest.File):
    """One certificate file."""

    def collect(self) -> Iterator["CertificateItem"]:
        """The one item of the file."""
        yield CertificateItem.from_parent(self, name=self.path.name.removesuffix(".cert.json"))


class CertificateItem(pytest.Item):
    """Runs the checker on a certificate and the game that it names."""

    def runtest(self) -> None:
        """Fail unless the checker accepts."""
        from certigap.certificates import verify_files

        verdict = verify_files(self._game(), [self.path])[0]
        if not verdict.is_valid:
            raise RejectedCertificate(str(verdict))

    def _game(self) -> Path:
        from certigap.certificates.read import read_certificate
        from certigap.errors import CertigapError
        from certigap.model.files.codec import read_game

        try:
            wanted = read_certificate(self.path)["game"]
        except CertigapError as error:
            raise RejectedCertificate(f"malformed: {error}") from None
        games = sorted(self.path.parent.glob("*.game.json"))
        for path in games:
            if read_game(path).digest == wanted:
                return path
        raise RejectedCertificate(
            f"{self.path}: expected a *.game.json beside it with hash {wanted}, got {len(games)} others"
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """One line: what the checker said."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the item stands."""
        return self.path, None, f"certificate {self.name}"
