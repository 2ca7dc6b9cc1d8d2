"""The application under a real server, on a free port of this machine."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from ledger.store import Store
from notary.timestamps import Authority


@contextmanager
def serving(
    store: Store, authorities: Sequence[Authority] = (), required: int = 1, **state: Any
) -> Iterator[httpx.Client]:
    """A client of the interface on `store`, with this `state`; the server ends with the context."""
    application = create_app(store)
    for name, value in {"authorities": authorities, "required": required, **state}.items():
        setattr(application.state, name, value)
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 15
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def wait_until_projected(client: httpx.Client) -> None:
    """Return when the read tables hold the whole ledger."""
    deadline = time.monotonic() + 15
    while client.get("/readyz").json().get("lag") != 0:
        assert time.monotonic() < deadline
        time.sleep(0.005)
