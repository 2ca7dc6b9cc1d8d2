"""The sealing worker: seals what is new at most once an interval, beside a serving process."""

import logging
import threading

from ledger.errors import LedgerError
from notary.errors import NotaryError
from notary.sealing import Sealer

_log = logging.getLogger(__name__)


def seal_continually(sealer: Sealer, *, interval_ms: int, stop: threading.Event) -> None:
    """Seal until `stop` is set; what fails is logged and tried again, longer apart, and costs no append.

    After a failure the pause doubles up to 64 intervals; after a success it is the interval again.
    """
    pause = interval_ms
    while not stop.wait(pause / 1000):
        try:
            sealed = sealer.seal()
        except (LedgerError, NotaryError) as error:
            _log.warning("sealing failed: %s: %s", error.code, error.message_en)
            pause = min(pause * 2, interval_ms * 64)
            continue
        for name, error in sealed.refusals:
            _log.warning("authority %s: %s: %s", name, error.code, error.message_en)
        failed = sealed.seal is None and sealed.refusals
        pause = min(pause * 2, interval_ms * 64) if failed else interval_ms
