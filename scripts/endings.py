"""How a command ends when it does not come to its own end: one line, and an exit code that means it.

- Wrong usage: 2. The library tells people; with `--json` programs are told too.
- A signal to end (Ctrl-C, TERM, HUP): 128 and its number, after what was open is closed in order.
- The reader of our output has gone: 128 and SIGPIPE's number, without a word; nothing was checked and failed.
- The operating system refuses a file, standard output included: 3.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final, NoReturn

import typer

from ledger.errors import InputRejected
from scripts.output import UNAVAILABLE, Output, silence
from scripts.workspace import default_language

_SIGNALLED: Final = 128


class _Ended(KeyboardInterrupt):
    """A signal to end that is not the keyboard's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def listen_for_signals() -> None:
    """Let TERM and HUP end the command as Ctrl-C does: with everything closed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)


def _end(number: int, frame: object) -> NoReturn:  # noqa: ARG001  # the signature is signal's
    raise _Ended(number)


@contextmanager
def wrong_usage_told() -> Iterator[None]:
    """Tell programs of wrong usage; people are told by the library."""
    try:
        yield
    except typer.TyperException as error:
        words = error.format_message()
        out = _output()
        if out.as_json:
            message = {"en": f"wrong usage: {words}", "zh": f"用法有误：{words}"}
            out.json({"error": {"code": "USAGE", "message": message, "data": {}}})
        raise


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Run a command."""
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        number = error.number if isinstance(error, _Ended) else signal.SIGINT
        _output().tell(
            InputRejected(
                "INTERRUPTED",
                "ended before it was done; what was recorded stands, nothing is half-written, "
                "and the same command goes on from there",
                "未完成即被中断；已记录的内容不受影响，没有只写入一半的内容，再次运行同一命令即可继续",
                signal=signal.Signals(number).name,
            )
        )
        raise SystemExit(_SIGNALLED + number) from None
    except BrokenPipeError:
        silence()
        raise SystemExit(_SIGNALLED + signal.SIGPIPE) from None
    except OSError as error:
        silence()
        name, reason = error.filename or "standard output", error.strerror or str(error)
        out = _output()
        refused = InputRejected(
            "FILE_SYSTEM_REFUSED",
            f"{name} cannot be read or written: {reason}",
            f"无法读写 {name}：{reason}",
            file=str(name),
        )
        out.errors.print(f"{refused.code}: {refused.message(out.lang)}", markup=False)
        raise SystemExit(UNAVAILABLE) from None


def _output() -> Output:
    """The output that the arguments ask for, however wrong they may be otherwise."""
    asked = " ".join(sys.argv[1:]).replace("--lang=", "--lang ").split()
    named = [after for before, after in pairwise(asked) if before == "--lang"]
    language = named[-1] if named else default_language()
    return Output("zh" if language == "zh" else "en", as_json="--json" in asked)
