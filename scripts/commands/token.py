"""`ipledger token verify`: the strict judgement of one RFC 3161 token, check by check."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from ledger.entry import format_instant
from ledger.errors import LedgerError
from ledger.store.database import utc_now
from ledger.values.dates import parse_moment
from notary.errors import TimestampInvalid
from notary.tokens import Outcome, TokenReport, judge_token, load_certificates, load_revocation_lists
from scripts.output import CHECK_FAILED, INPUT_ERROR, Output
from scripts.workspace import Json, Lang, output

_SIZES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_COLORS: Final = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INDETERMINATE: "yellow"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    token = typer.Typer(help="RFC 3161 time-stamp tokens. 时间戳令牌。", no_args_is_help=True)

    @token.callback()
    def token_() -> None:
        """RFC 3161 time-stamp tokens. 时间戳令牌。"""

    @token.command("verify")
    def verify_(
        file: Annotated[
            Path, typer.Argument(metavar="TOKEN", help="A response or a bare token, DER. 令牌文件。")
        ],
        root: Annotated[
            list[Path], typer.Option(metavar="PEM", help="A root you trust; repeat. 受信根证书。")
        ],
        data: Annotated[Path | None, typer.Option(metavar="FILE", help="The stamped file. 原文件。")] = None,
        digest: Annotated[str | None, typer.Option(metavar="HEX", help="Or its digest. 或其摘要。")] = None,
        hash_name: Annotated[
            str, typer.Option("--hash", help="sha256, sha384 or sha512. 摘要算法。")
        ] = "sha256",
        nonce: Annotated[str | None, typer.Option(metavar="N", help="Of the request. 请求随机数。")] = None,
        policy: Annotated[str | None, typer.Option(metavar="OID", help="Asked for. 所请求的策略。")] = None,
        untrusted: Annotated[
            list[Path] | None, typer.Option(metavar="PEM", help="Further certificates; repeat. 其他证书。")
        ] = None,
        crl: Annotated[
            list[Path] | None, typer.Option(metavar="FILE", help="Revocation lists; repeat. 吊销列表。")
        ] = None,
        at: Annotated[str | None, typer.Option(metavar="INSTANT", help="Default now. 核验时刻。")] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Judge a token: 0 accepted, 1 rejected, 2 wrong usage. 核验令牌。"""
        out = output(lang, as_json=json)
        try:
            report = judge_token(
                file.read_bytes(),
                digest=_digest(data, digest, hash_name, out),
                hash_name=hash_name,
                nonce=None if nonce is None else _nonce(nonce, out),
                policy=policy
                if policy is None or _OID.fullmatch(policy)
                else _usage(out, f"--policy {policy}"),
                roots=_read(root, load_certificates),
                untrusted=_read(untrusted or (), load_certificates),
                revocation_lists=_read(crl or (), load_revocation_lists),
                at=_instant(at, out),
            )
        except OSError as error:
            _usage(out, f"{error.filename}: {error.strerror}")
        except TimestampInvalid as error:
            _usage(out, f"{error.code}: {out.text(error.message_en, error.message_zh)}")
        _print(report, out)
        raise SystemExit(0 if report.accepted else CHECK_FAILED)

    app.add_typer(token, name="token")


def described(report: TokenReport) -> dict[str, Any]:
    """A judgement as JSON: the outcome, its code, every check, and what the token says."""
    leading, token = report.leading, report.token
    return {
        "outcome": report.outcome.value,
        "code": None if leading is None else leading.code,
        "checks": [
            {
                "no": check.number,
                "name": check.name,
                "outcome": check.outcome.value,
                "code": check.code,
                "required": check.required,
                "message": {"en": check.message_en, "zh": check.message_zh},
                "data": dict(check.data),
            }
            for check in report.checks
        ],
        "token": None
        if token is None
        else {
            "time": format_instant(token.gen_time),
            "accuracy_us": token.accuracy_us,
            "serial": f"{token.serial:x}",
            "policy": token.policy,
            "hash": token.hash_name,
            "imprint": token.imprint.hex(),
            "nonce": None if token.nonce is None else str(token.nonce),
            "authority": token.tsa_name,
        },
    }


def _print(report: TokenReport, out: Output) -> None:
    if out.as_json:
        out.json(described(report))
        return
    for check in report.checks:
        text = out.text(check.message_en, check.message_zh)
        color = _COLORS[check.outcome] if check.required else "dim"
        out.console.print(
            f"{check.number:>2}  [{color}]{check.outcome.value:<13}[/]  {check.name:<22}", end=""
        )
        out.console.print(f"  {text}", markup=False)
    if report.token is not None:
        time = format_instant(report.token.gen_time)
        out.say(f"Time in the token: {time}.", f"令牌所载时间：{time}。")
    if report.leading is None:
        out.say("Accepted.", "接受。")
    else:
        out.errors.print(f"{report.leading.code}", markup=False)


def _digest(data: Path | None, digest: str | None, hash_name: str, out: Output) -> bytes:
    if hash_name not in _SIZES:
        _usage(out, f"--hash {hash_name}: sha256, sha384, sha512")
    if (data is None) == (digest is None):
        _usage(out, out.text("give either --data or --digest", "请提供 --data 或 --digest 之一"))
    if data is not None:
        with data.open("rb") as file:
            return hashlib.file_digest(file, hash_name).digest()
    try:
        found = bytes.fromhex(digest or "")
    except ValueError:
        found = b""
    if len(found) != _SIZES[hash_name]:
        _usage(out, out.text(f"--digest is not a {hash_name} in hex", f"--digest 不是十六进制的 {hash_name}"))
    return found


def _nonce(text: str, out: Output) -> int:
    try:
        return int(text, 0)
    except ValueError:
        _usage(out, f"--nonce {text}")


def _instant(text: str | None, out: Output) -> datetime:
    if text is None:
        return utc_now()
    try:
        moment: date | datetime = parse_moment(text)
    except LedgerError as error:
        out.fail(error)
    return moment if isinstance(moment, datetime) else _usage(out, f"--at {text}")


def _read(files: Sequence[Path], load: Any) -> tuple[bytes, ...]:
    return tuple(each for file in files for each in load(file.read_bytes()))


def _usage(out: Output, reason: str) -> NoReturn:
    out.errors.print(f"USAGE: {reason}", markup=False)
    raise SystemExit(INPUT_ERROR)
