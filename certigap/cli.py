"""The command line: `certigap COMMAND`. Results on stdout, messages on stderr; exit codes as in the README.

0 answered or verified, 1 invalid certificate or failed assertion, 2 malformed input or usage, 3 a limit before any
answer.
Everything heavy is imported by the command that needs it: `certigap --help` stays quick.
"""

import sys
from collections.abc import Sequence

from certigap.commands import HOMES
from certigap.commands.grammar import parser
from certigap.commands.hints import as_options
from certigap.commands.streams import hush
from certigap.errors import CertigapError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `certigap`; by default those of the process.

    Returns:
        The exit code.
    """
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)
    except BrokenPipeError:
        hush()
        return 0
    except OSError as error:
        if error.filename is None:
            hush()
        print(f"certigap: {error.filename or 'standard output'}: {error.strerror or error}", file=sys.stderr)
        return 2


def _run(arguments: Sequence[str] | None) -> int:
    from importlib import import_module

    given = parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        return int(getattr(import_module(HOMES[given.command]), given.command.replace("-", "_"))(given))
    except CertigapError as error:
        print(f"certigap: {as_options(str(error), given)}", file=sys.stderr)
        return error.exit_code
    except MemoryError as error:
        print(f"certigap: memory: expected enough, got: {str(error) or 'none left'}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("certigap: interrupted before the end", file=sys.stderr)
        return 3


def _joined(words: Sequence[str]) -> list[str]:
    """The words, with `--eps -1/20` as `--eps=-1/20`: what looks like a negative number is one, not an option."""
    result: list[str] = []
    for word in words:
        is_number = len(word) > 1 and word[0] == "-" and (word[1].isdigit() or word[1] == ".")
        if is_number and result and result[-1].startswith("--") and "=" not in result[-1] and len(result[-1]) > 2:
            result[-1] = f"{result[-1]}={word}"
        else:
            result.append(word)
    return result


if __name__ == "__main__":
    sys.exit(main())
