"""Looking for garbage seldom, while much is built that holds no cycles."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = (500_000, 50, 50)


class _Setting:
    """The collector's thresholds are the process's: the first asker changes them, the last puts them back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._askers = 0
        self._usual = gc.get_threshold()

    def ask(self) -> None:
        with self._lock:
            if not self._askers:
                self._usual = gc.get_threshold()
                gc.set_threshold(*_SELDOM)
            self._askers += 1

    def leave(self) -> None:
        with self._lock:
            self._askers -= 1
            if not self._askers:
                gc.set_threshold(*self._usual)


_setting: Final = _Setting()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Within it, cycles of garbage are looked for some hundred times less often, in all threads.

    Reports, facts and statements hold none, and looking through them time and again takes half of the time
    in which they are built. What is no longer referred to is still freed at once.
    """
    _setting.ask()
    try:
        yield
    finally:
        _setting.leave()
