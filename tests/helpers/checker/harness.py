"""Running the checker: as its own process for the case files, in this process for mutants and campaigns."""

import builtins
import contextlib
import functools
import io
import json
import re
import subprocess
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2] / "checker"
CHECKER = HERE.parents[1] / "certigap" / "checker.py"
TRUSTED = CHECKER.parent / "trusted"
FOLDERS = ("accept", "reject", "malformed")

Text = dict[str, str]  # sources by module


def source() -> Text:
    """The checker's files, its entry last: their texts by the names under which they import each other."""
    names = [*dict.fromkeys(re.findall(r'^    "(\w+)",$', CHECKER.read_text(encoding="utf-8"), re.MULTILINE))]
    paths = {name: TRUSTED / f"{name}.py" for name in names} | {"checker": CHECKER}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


class Loaded:
    """The checker, or a mutant of it, in this process: one name space over modules of its own.

    The modules import each other, and load rules, by an `__import__` that knows these texts alone and else the
    standard library; nothing enters `sys.modules`. A name that is set is set in every module that has it.
    """

    def __init__(self, text: Text) -> None:
        self.__dict__.update(_text=text, _modules={})
        for name in text:
            self._import(name)

    def _import(self, name: str, *rest: Any) -> Any:
        if name not in self._text:
            return builtins.__import__(name, *rest)
        if name not in self._modules:
            module = self._modules[name] = types.ModuleType(name)
            module.__dict__["__builtins__"] = vars(builtins) | {"__import__": self._import}
            module.__dict__["__file__"] = str(CHECKER if name == "checker" else TRUSTED / f"{name}.py")
            for block in self._text[name].split("\n\n\n"):
                exec(compiled(block), module.__dict__)
        return self._modules[name]

    def __getattr__(self, name: str) -> Any:
        for module in self._modules.values():
            if name in vars(module):
                return vars(module)[name]
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        for module in self._modules.values():
            if name in vars(module):
                vars(module)[name] = value


def load(text: Text | None = None) -> Any:
    """The checker, or a mutant of it, as a module of its own."""
    return Loaded(source() if text is None else text)


@functools.cache
def compiled(block: str) -> types.CodeType:
    """Code of some top-level statements: a mutant shares all but one of these blocks with the checker."""
    return compile(block, "checker_under_test", "exec")


def command(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """`python -I -S checker.py ..`, optimised when this process is."""
    flags = ["-I", "-S", *(["-O"] if sys.flags.optimize else [])]
    line = [sys.executable, *flags, str(CHECKER), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)


def verdicts(game: Any, certificates: Sequence[Any], *options: str) -> list[dict[str, Any]]:
    """The checker's results, one a certificate."""
    done = command("--json", *options, game, *certificates)
    if done.stderr or done.returncode not in (0, 1, 2, 3):
        raise RuntimeError(f"checker: exit code {done.returncode}, stderr {done.stderr[-500:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return found


def outcome(module: Any, game: Any, certificate: Any, *options: str) -> str:
    """The verdict of a checker in this process, or the name of the exception that ended it."""
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            module.main(["--json", *options, str(game), str(certificate)])
    except (Exception, SystemExit) as error:
        return f"crash: {type(error).__name__}"
    text.seek(0)
    return str(json.load(text)["results"][0]["verdict"])


class Bench:
    """One game read once, many certificates as data: their verdicts in this process."""

    def __init__(self, module: Any, game: Any, scratch: Path) -> None:
        self.module, self.path = module, scratch / "certificate.json"
        self.game = module.read_game(module.read_json(str(game)))

    def verdict(self, certificate: Any) -> str:
        text = certificate if isinstance(certificate, str) else json.dumps(certificate)
        self.path.unlink(missing_ok=True)  # a file that is truncated is flushed by ext4: 3 ms, a new one takes 0.03 ms
        self.path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            self.module.check_certificate(self.game, str(self.path), {})
        except self.module.Malformed:
            return "malformed"
        except self.module.Invalid:
            return "invalid"
        except self.module.Limit:
            return "limit"
        except Exception as error:
            return f"crash: {type(error).__name__}: {error}"
        return "valid"


def game_file(case: Path) -> Path:
    """The game of a case file `GAME.what.json`; a `malformed/game.what.json` is a game itself."""
    if case.name.startswith("game."):
        return case
    return HERE / "games" / f"{case.name.split('.')[0]}.json"


def cases(folder: str) -> list[Path]:
    """The case files of a folder."""
    return sorted(path for path in (HERE / folder).glob("*.json") if path.name != "WHY.json")
