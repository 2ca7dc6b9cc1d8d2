"""The thread that keeps the read tables up to the ledger while the application runs."""

import logging
import threading
from typing import Final

from ledger.errors import LedgerError
from ledger.store import Store
from projections import follow

_RETRY_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


class Follower:
    """Runs `projections.follow`; `stopped_by` is the last error that kept it from going on, or None."""

    def __init__(self, store: Store) -> None:
        """Nothing runs until `start`."""
        self.stopped_by: LedgerError | None = None
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projections", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and end."""
        self._stop.set()
        self._thread.join()

    @property
    def stopped_at(self) -> int | None:
        """The position of the entry it could not get past then; it may have since."""
        return None if self.stopped_by is None else self.stopped_by.data.get("position")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                follow(self._store, self._stop)
            except LedgerError as error:
                if self.stopped_by is None or error.code != self.stopped_by.code:
                    _log.exception("projection stopped: %s", error.code)
                self.stopped_by = error
                # Another process may mend it: a rebuild, a newer release.
                self._stop.wait(_RETRY_SECONDS)
