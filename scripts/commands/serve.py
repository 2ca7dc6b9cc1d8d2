"""`ipledger serve`: the HTTP interface, the views following the ledger, and the sealing worker."""

import logging
import signal
import socket
import sys
import threading
from functools import partial
from typing import Annotated, Final, NoReturn

import typer
import uvicorn

from api.app import create_app
from api.principals import Principals
from ledger.errors import InputRejected
from ledger.store.database import utc_now
from notary.authorities import load_authorities, load_required
from notary.sealing import Sealer
from notary.vault import keeping
from notary.witnesses import Witnesses, cosign_continually, load_witnesses
from notary.worker import seal_continually
from scripts.output import Output
from scripts.workspace import Json, Lang, output, workspace

COSIGN_MS: Final = 5000
"""Pause between rounds of cosigning: each leaves an entry, and a later seal covers the earlier ones."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="Address to listen on. 监听地址。")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one. 端口。")] = 8080,
        seal_interval: Annotated[
            int, typer.Option(min=0, help="Milliseconds between seals; 0 seals nothing. 封印间隔（毫秒）。")
        ] = 1000,
        seal_entries: Annotated[
            int | None,
            typer.Option(min=1, metavar="N", help="Seal earlier once N entries wait. 满 N 条提前封印。"),
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Serve the ledger over HTTP until interrupted. 启动 HTTP 服务。"""
        out = output(lang, as_json=json)
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        with workspace(out) as here:
            listening = _listen(host, port)
            stop = threading.Event()
            workers: list[threading.Thread] = []
            authorities = load_authorities(here.home, clock=utc_now)
            if seal_interval:
                sealer = Sealer(here.store, here.home, authorities, utc_now)
                sealing = partial(
                    seal_continually, sealer, interval_ms=seal_interval, stop=stop, seal_entries=seal_entries
                )
                workers.append(threading.Thread(target=sealing, name="sealing"))
                policy = load_witnesses(here.home)
                if policy.witnesses:
                    witnesses = Witnesses(here.store, here.home, policy, utc_now)
                    cosigning = partial(
                        cosign_continually, witnesses, interval_ms=max(seal_interval, COSIGN_MS), stop=stop
                    )
                    workers.append(threading.Thread(target=cosigning, name="cosigning"))
            for worker in workers:
                worker.start()
            _announce(here.store.origin, host, listening, out)
            for ending in (signal.SIGINT, signal.SIGTERM):
                signal.signal(ending, _end)
            try:
                application = create_app(here.store)
                application.state.authorities = authorities
                application.state.required = load_required(here.home)
                application.state.principals = Principals(here.home)
                application.state.keep = keeping(here.store, here.home, utc_now)
                config = uvicorn.Config(application, log_level="warning")
                uvicorn.Server(config).run(sockets=[listening])
            finally:
                stop.set()
                listening.close()
                for worker in workers:
                    worker.join()


def _announce(origin: str, host: str, listening: socket.socket, out: Output) -> None:
    named = f"[{host}]" if ":" in host else host
    address = f"http://{named}:{listening.getsockname()[1]}"
    if out.as_json:
        out.json({"origin": origin, "address": address})
        sys.stdout.flush()
    out.say(f"Serving {origin} on {address}", f"正在提供服务：{address}（账本 {origin}）")
    out.say(f"The interface is described at {address}/docs", f"接口文档：{address}/docs")


def _end(number: int, frame: object) -> NoReturn:  # noqa: ARG001  # the signature is signal's
    """The server hands the signal on when it has shut down; what was opened here is then closed in order."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything starts.

    Raises:
        InputRejected: ADDRESS_UNAVAILABLE, somebody else listens there or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise InputRejected(
            "ADDRESS_UNAVAILABLE",
            f"cannot listen on {host}:{port} ({error.strerror or error}); stop the other server, "
            "or take another --port",
            f"无法监听 {host}:{port}（{error.strerror or error}）；请停止占用该端口的程序，"
            "或用 --port 另选端口",
            host=host,
            port=port,
        ) from error
    return listening
