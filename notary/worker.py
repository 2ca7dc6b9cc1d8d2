"""The sealing worker: seals what is new at most once an interval, beside a serving process."""

import logging
import threading
import time
from typing import Final

from ledger.errors import LedgerError
from notary.errors import NotaryError
from notary.sealing import Sealed, Sealer

PATIENCE_MS: Final = 400
"""How long a seal waits for further authorities once it has a token; later ones complete it."""

_BACKOFF_MAX: Final = 64
_LOOKS: Final = 20

_log = logging.getLogger(__name__)


def seal_continually(
    sealer: Sealer,
    *,
    interval_ms: int,
    stop: threading.Event,
    seal_entries: int | None = None,
    patience_ms: int = PATIENCE_MS,
) -> None:
    """Seal until `stop` is set; what fails is logged and tried again, longer apart, and costs no append.

    Seals begin `interval_ms` apart, or earlier once `seal_entries` entries wait. After a failure the pause
    doubles up to 64 intervals; after a success it is the interval again. What a seal lacks to be anchored is
    asked for in the same way, as long as no newer seal asks for it.
    """
    backoff = 1
    while True:
        began = time.monotonic()
        backoff = min(backoff * 2, _BACKOFF_MAX) if _run(sealer, patience_ms) else 1
        if _wait(sealer, began + backoff * interval_ms / 1000, stop, None if backoff > 1 else seal_entries):
            return


def _run(sealer: Sealer, patience_ms: int) -> bool:
    """Seal, or else complete the last seal; True if something failed."""
    try:
        sealed = sealer.seal(patience_ms=patience_ms)
        nothing_new = sealed.seal is None and not sealed.refusals and not sealed.pending
        completed = sealer.complete(ask=nothing_new, patience_ms=patience_ms)
    except (LedgerError, NotaryError) as error:
        _log.warning("sealing failed: %s: %s", error.code, error.message_en)
        return True
    for outcome in (sealed, completed):
        for name, refusal in outcome.refusals:
            _log.warning("authority %s: %s: %s", name, refusal.code, refusal.message_en)
    return any(_failed(outcome) for outcome in (sealed, completed))


def _failed(outcome: Sealed) -> bool:
    return outcome.seal is None and bool(outcome.refusals)


def _wait(sealer: Sealer, until: float, stop: threading.Event, seal_entries: int | None) -> bool:
    """Until it is time, or so many entries wait; True if it is time to stop."""
    while (left := until - time.monotonic()) > 0:
        if seal_entries is None:
            return stop.wait(left)
        if stop.wait(min(left, max(0.01, left / _LOOKS))):
            return True
        try:
            if sealer.waiting() >= seal_entries:
                return False
        except LedgerError as error:
            _log.warning("sealing waits: %s", error.message_en)
            return stop.wait(max(0.0, until - time.monotonic()))
    return stop.is_set()
