"""`ipledger witness serve`: cosign the checkpoints of other ledgers (C2SP tlog-witness)."""

import socket
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.witness import create_witness_app
from ledger.errors import InputRejected
from ledger.store.database import utc_now
from notary.cosignatures import CosigningKey
from notary.errors import NotaryError
from notary.keys import VerifierKey, create_or_load_signing_key, parse_verifier_key
from notary.witness import Witness
from scripts.output import Output
from scripts.workspace import Json, Lang, output

KeyFile = Annotated[Path, typer.Option("--key", help="Key file; made if there is none. 密钥文件。")]
Name = Annotated[
    str | None,
    typer.Option(help="The witness's name, such as witness.example.com/w1; else one made of its key. 名称。"),
]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="Cosign checkpoints of other ledgers. 为其他账本的检查点联署。", no_args_is_help=True
    )
    app.add_typer(group, name="witness")

    @group.command()
    def key(key_file: KeyFile, name: Name = None, json: Json = False, lang: Lang = None) -> None:
        """Show the witness's key, to be given to operators and verifiers. 显示见证方公钥。"""
        out = output(lang, as_json=json)
        signing = _signing_key(key_file, name, out)
        if json:
            out.json({"name": signing.name, "vkey": str(signing.verifier)})
        else:
            out.console.print(str(signing.verifier), markup=False)

    @group.command()
    def serve(
        key_file: KeyFile,
        log: Annotated[
            list[str],
            typer.Option(help="A log's verifier key <origin>+<id>+<base64>; repeat. 日志公钥，可多次。"),
        ],
        state: Annotated[Path, typer.Option(help="Folder of what was signed last. 状态目录。")],
        name: Name = None,
        host: Annotated[str, typer.Option(help="Address to listen on. 监听地址。")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one. 端口。")] = 8081,
        lang: Lang = None,
    ) -> None:
        """Serve POST /add-checkpoint until interrupted. 启动见证服务。"""
        out = output(lang, as_json=False)
        signing = _signing_key(key_file, name, out)
        try:
            witness = Witness(signing, _logs(log, out), state, utc_now)
        except NotaryError as error:
            out.fail(error)
        try:
            _serve(witness, host, port, out)
        finally:
            witness.close()


def _serve(witness: Witness, host: str, port: int, out: Output) -> None:
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as error:
        out.fail(
            InputRejected(
                "ADDRESS_UNAVAILABLE",
                f"cannot listen on {host}:{port} ({error.strerror or error}); take another --port",
                f"无法监听 {host}:{port}（{error.strerror or error}）；请用 --port 另选端口",
                host=host,
                port=port,
            )
        )
    with listening:
        out.say(f"Witness {witness.key.verifier}", f"见证方 {witness.key.verifier}")
        address = f"http://{host}:{listening.getsockname()[1]}"
        out.say(f"Serving on {address}/add-checkpoint", f"正在提供服务：{address}/add-checkpoint")
        config = uvicorn.Config(create_witness_app(witness), log_level="warning")
        uvicorn.Server(config).run(sockets=[listening])


def _signing_key(path: Path, name: str | None, out: Output) -> CosigningKey:
    try:
        made = create_or_load_signing_key(path, name or "witness")
        if name is None:
            name = f"witness-{sha256(made.verifier.public_key).hexdigest()[:8]}"
        return CosigningKey(name, made.private_key)
    except NotaryError as error:
        out.fail(error)


def _logs(texts: list[str], out: Output) -> list[VerifierKey]:
    try:
        return [parse_verifier_key(text) for text in texts]
    except NotaryError as error:
        out.fail(InputRejected(error.code, error.message_en, error.message_zh, **error.data))
