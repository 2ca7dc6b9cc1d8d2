"""`ipledger deposit FILE…` and `ipledger deposit check FILE…`: timestamp certificates of files."""

import base64
import json as json_module
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.errors import InputRejected
from ledger.store.database import utc_now
from notary.authorities import load_authorities
from notary.certificates import certificate, certificate_text
from notary.deposits import (
    DEFAULT_MEDIA_TYPE,
    Deposit,
    Deposits,
    Document,
    FileDigest,
    check_keepable,
    digest_file,
    read_to_keep,
)
from notary.sealing import Sealer
from notary.seals import covering_seal
from notary.timestamps import Authority
from notary.vault import Vault
from projections import open_views, resolve_right
from scripts.output import CHECK_FAILED, FINE, UNAVAILABLE, Output
from scripts.workspace import Json, Lang, Workspace, actor, output, workspace

CHECK: Final = "check"


@dataclass(frozen=True, slots=True)
class _Options:
    """How the files of one call are deposited."""

    title: str | None
    confidential: bool
    rights: tuple[str, ...]
    keep: bool


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def deposit(
        files: Annotated[list[str], typer.Argument(metavar="[check] FILE…", show_default=False)],
        title: Annotated[str | None, typer.Option(help="What people call it. 标题。")] = None,
        confidential: Annotated[
            bool, typer.Option("--confidential", help="Commit to the title, do not show it. 标题保密。")
        ] = False,
        right: Annotated[
            list[str] | None, typer.Option(help="A right it is deposited for; repeat. 所涉权利，可多次。")
        ] = None,
        keep: Annotated[
            bool, typer.Option("--keep", help="Keep the bytes too, up to 64 MiB. 留存文件（至多 64 MiB）。")
        ] = False,
        out_folder: Annotated[
            Path | None, typer.Option("--out", help="Write each certificate's files here. 输出证书文件。")
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Deposit files, or check whether they were: `deposit check FILE`. 文件存证与查验。

        A file that is itself called check is written ./check.
        """
        out = output(lang, as_json=json)
        checking = files[0] == CHECK
        paths = [Path(file) for file in (files[1:] if checking else files)]
        if not paths:
            out.fail(InputRejected("FILE_MISSING", "name a file to check", "请指定要查验的文件"))
        with workspace(out) as here:
            if checking:
                code = _check(here, paths, out_folder, out)
            else:
                options = _Options(title, confidential, tuple(right or ()), keep)
                code = _deposit(here, paths, options, out_folder, out)
        raise SystemExit(code)


def _deposit(
    here: Workspace, paths: list[Path], options: _Options, out_folder: Path | None, out: Output
) -> int:
    """Digest all, record all, seal once: a file that cannot be read stops it before anything stands."""
    digests = [digest_file(path) for path in paths]
    if options.keep:
        for digest in digests:
            check_keepable(digest.size)
    rights = _rights(here, options.rights)
    vault = Vault(here.store, here.home, utc_now) if options.confidential else None
    deposits = Deposits(here.store, utc_now, vault)
    made = []
    for path, digest in zip(paths, digests, strict=True):
        document = Document(digest, _media_type(path), options.title, options.confidential, rights)
        content = read_to_keep(path, digest) if options.keep else None
        made.append(deposits.deposit(document, actor(), content=content))
    authorities = load_authorities(here.home, clock=utc_now)
    refusals = _seal(here, authorities, max(each.position for each in made))
    shown = [_shown(here, path, each, authorities) for path, each in zip(paths, made, strict=True)]
    _tell(here, {"deposits": shown, "refused": refusals}, out_folder, out)
    return UNAVAILABLE if any(each["certificate"]["state"] != "sealed" for each in shown) else FINE


def _check(here: Workspace, paths: list[Path], out_folder: Path | None, out: Output) -> int:
    authorities = load_authorities(here.home, clock=utc_now)
    deposits = Deposits(here.store, utc_now)
    shown = []
    for path in paths:
        digest = digest_file(path)
        found = deposits.find(digest.sha256)
        shown.append(_absent(path, digest) if found is None else _shown(here, path, found, authorities))
    _tell(here, {"deposits": shown, "refused": []}, out_folder, out)
    return FINE if all(each["deposited"] for each in shown) else CHECK_FAILED


def _seal(here: Workspace, authorities: tuple[Authority, ...], position: int) -> list[dict[str, Any]]:
    """Have everything up to `position` sealed; why authorities gave no token."""
    sealed = Sealer(here.store, here.home, authorities, utc_now).seal_entry(position)
    return [
        {"authority": name, "code": error.code, "message": {"en": error.message_en, "zh": error.message_zh}}
        for name, error in sealed.refusals
    ]


def _shown(
    here: Workspace, path: Path, deposit: Deposit, authorities: tuple[Authority, ...]
) -> dict[str, Any]:
    return {
        "file": str(path),
        "deposited": True,
        "known": deposit.known,
        "subject": deposit.subject,
        "certificate": certificate(here.store, deposit, authorities, utc_now()),
    }


def _absent(path: Path, digest: FileDigest) -> dict[str, Any]:
    return {"file": str(path), "deposited": False, "sha256": digest.sha256, "size": digest.size}


def _rights(here: Workspace, notations: tuple[str, ...]) -> tuple[str, ...]:
    if not notations:
        return ()
    views = open_views(here.store)
    views.reach_head()
    return tuple(resolve_right(views, notation) for notation in notations)


def _media_type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or DEFAULT_MEDIA_TYPE


def _tell(here: Workspace, report: dict[str, Any], out_folder: Path | None, out: Output) -> None:
    for each in report["deposits"]:
        if each["deposited"] and out_folder is not None:
            each["folder"] = str(_write(here, each["certificate"], out_folder, out))
    if out.as_json:
        out.json(report)
        return
    for refusal in report["refused"]:
        out.errors.print(f"{refusal['code']}: {refusal['message'][out.lang]}", markup=False)
    for each in report["deposits"]:
        _print(each, out)


def _print(shown: dict[str, Any], out: Output) -> None:
    if not shown["deposited"]:
        out.say(
            f"{shown['file']}: not deposited on this ledger (SHA-256 {shown['sha256']}).",
            f"{shown['file']}：本账本中没有该文件的存证（SHA-256 {shown['sha256']}）。",
        )
        return
    if shown["known"]:
        out.say(f"{shown['file']}: deposited before.", f"{shown['file']}：此前已存证。")
    else:
        out.say(f"{shown['file']}: deposited.", f"{shown['file']}：已存证。")
    if shown["subject"] is not None:
        out.say(
            f"Its title lies in the vault, under the subject {shown['subject']}.",
            f"标题存于保险库，主体编号 {shown['subject']}。",
        )
    out.console.print(certificate_text(shown["certificate"], out.lang), markup=False, end="")


def _write(here: Workspace, shown: dict[str, Any], out_folder: Path, out: Output) -> Path:
    """The certificate with all it speaks of, in a folder named after the digest."""
    folder = out_folder / str(shown["document"]["sha256"])
    stored = here.store.reader.entry(shown["entry"]["position"])
    assert stored is not None
    files: dict[str, bytes] = {
        "certificate.json": json_module.dumps(shown, ensure_ascii=False, indent=2).encode() + b"\n",
        "certificate.zh.txt": certificate_text(shown, "zh").encode(),
        "certificate.en.txt": certificate_text(shown, "en").encode(),
        "entry.json": stored.raw,
    }
    if shown["seal"] is not None:
        files |= _seal_files(here, shown)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        out.fail(
            InputRejected(
                "FOLDER_UNWRITABLE",
                f"{folder} cannot be written: {error.strerror or error}",
                f"无法写入 {folder}：{error.strerror or error}",
                folder=str(folder),
            )
        )
    return folder


def _seal_files(here: Workspace, shown: dict[str, Any]) -> dict[str, bytes]:
    seal = covering_seal(here.store, shown["entry"]["position"])
    assert seal is not None
    files = {"checkpoint": seal.note}
    files |= {f"{name}.tsr": response for name, response in seal.tokens}
    for authority in load_authorities(here.home, clock=utc_now):
        files[f"{authority.name}.pem"] = b"".join(_pem(root) for root in authority.roots)
    return files


def _pem(certificate_der: bytes) -> bytes:
    body = base64.encodebytes(certificate_der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
