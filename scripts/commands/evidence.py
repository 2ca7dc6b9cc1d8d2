"""`ipledger evidence export|verify|trust`: files that prove something of the ledger without it."""

import re
from base64 import b64encode
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any, Final, NoReturn

import typer

from ledger import canonical, facts
from ledger.entry import format_instant
from ledger.errors import InputRejected, LedgerError, RightUnknown
from ledger.facts.parties import profile_tag
from ledger.rules.profiles import profile
from ledger.store.database import utc_now
from ledger.values.dates import parse_moment
from ledger.values.rights import parse_right_id
from notary.authorities import EMBEDDED, load_authorities
from notary.errors import NotaryError
from notary.evidence import asic
from notary.evidence.codes import CHECKS
from notary.evidence.disclosures import committed_files
from notary.evidence.export import Opening, find_seal, newer, token_name
from notary.evidence.export import export as make_package
from notary.evidence.requests import (
    ConsistencyRequest,
    DocumentRequest,
    EntryRequest,
    OrderRequest,
    PriorityRequest,
    Request,
    RightRequest,
    StatusRequest,
)
from notary.evidence.trust import AUTHORITIES, OPERATOR, PARTIES, TrustFolder
from notary.sealing import Sealer, operator_key
from notary.seals import Seal
from notary.vault.vault import Asked, Vault
from notary.verify import Check, Outcome, Report, verify
from projections import open_views
from projections.rights import resolve_right
from scripts.output import INPUT_ERROR, UNAVAILABLE, Output
from scripts.workspace import Json, Lang, Workspace, actor, output, workspace


class Form(StrEnum):
    """How a package is wrapped: our zip, or an ETSI container around it."""

    ZIP = "zip"
    ASIC_S = "asic-s"
    ASIC_E = "asic-e"


File = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write. 输出文件。")]
AsOfSeal = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="The seal that is entry N; else the newest, made now if need be. 指定封印。"
    ),
]
Reports = Annotated[
    bool, typer.Option("--reports/--no-reports", help="With report.html and report.pdf. 附报告。")
]
Documents = Annotated[
    bool,
    typer.Option(
        "--documents/--no-documents",
        help="With the kept files its entries name: commands as submitted, sources. 附条目所指文件。",
    ),
]
Wrapped = Annotated[Form, typer.Option("--format", help="zip, or ETSI ASiC with time-stamp. 封装格式。")]

Open = Annotated[
    list[str] | None,
    typer.Option(
        "--open",
        metavar="[POSITION]/PATH",
        help="A confidential field to show, such as 5/title; logged first. 公开保密字段（先记录）。",
    ),
]
Reason = Annotated[str, typer.Option(help="Why fields are opened; it stands in the ledger. 公开理由。")]
OrderNumber = Annotated[str | None, typer.Option(help="Number of the order it rests on. 命令编号。")]
Role = Annotated[str, typer.Option(help="custodian or court_liaison. 角色。")]

_FIELD: Final = re.compile(r"([1-9][0-9]{0,17})?(/.*)", re.DOTALL)
_POSITION: Final = re.compile(r"[1-9][0-9]{0,17}")
_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SIGNS: Final = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INDETERMINATE: "yellow"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    evidence = typer.Typer(
        help="Files that prove something of the ledger to whoever does not trust it. 证据包。",
        no_args_is_help=True,
    )
    exports = typer.Typer(help="Make a package. 导出证据包。", no_args_is_help=True)
    _register_entries(exports)
    _register_states(exports)
    _register_rankings(exports)
    evidence.add_typer(exports, name="export")
    _register_verify(evidence)
    _register_trust(evidence)
    app.add_typer(evidence, name="evidence")


def _register_entries(exports: typer.Typer) -> None:
    @exports.command()
    def entry(
        position: Annotated[int, typer.Argument(metavar="POSITION", min=1)],
        file: File,
        open_: Open = None,
        reason: Reason = "",
        order: OrderNumber = None,
        role: Role = "custodian",
        as_of_seal: AsOfSeal = None,
        documents: Documents = False,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """One entry. 单一条目。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            opening = _opening(here, open_, Asked(actor(), role, reason, order), position)
            _export(
                here,
                EntryRequest(position),
                _Order(file, as_of_seal, reports, form, opening, documents=documents),
                out,
            )

    @exports.command()
    def right(
        notation: Annotated[str, typer.Argument(metavar="RIGHT")],
        file: File,
        open_: Open = None,
        reason: Reason = "",
        order: OrderNumber = None,
        role: Role = "custodian",
        as_of_seal: AsOfSeal = None,
        documents: Documents = False,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """A right's whole history: the long certificate. 权利全部历史（详式）。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            request = RightRequest(resolve_right(open_views(here.store), notation))
            opening = _opening(here, open_, Asked(actor(), role, reason, order))
            _export(here, request, _Order(file, as_of_seal, reports, form, opening, documents=documents), out)


def _register_states(exports: typer.Typer) -> None:
    @exports.command()
    def status(
        notation: Annotated[str, typer.Argument(metavar="RIGHT")],
        file: File,
        as_of_seal: AsOfSeal = None,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """A right's status, or that nothing is recorded of it. 权利状态（简式），含无记载证明。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            request = StatusRequest(_right_or_absent(here, notation))
            _export(here, request, _Order(file, as_of_seal, reports, form), out)

    @exports.command()
    def document(
        named: Annotated[str, typer.Argument(metavar="SHA256|POSITION")],
        file: File,
        attach: Annotated[bool, typer.Option(help="With the file itself. 附文件本身。")] = False,
        as_of_seal: AsOfSeal = None,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """That a file was held not later than a time. 文件存证。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            request = _document_request(here, named, attach=attach)
            _export(here, request, _Order(file, as_of_seal, reports, form), out)


def _register_rankings(exports: typer.Typer) -> None:
    @exports.command()
    def priority(
        first: Annotated[str, typer.Argument(metavar="A")],
        second: Annotated[str, typer.Argument(metavar="B")],
        file: File,
        right: Annotated[
            str | None, typer.Option(metavar="RIGHT", help="Where both rest on several. 涉及多项权利时指明。")
        ] = None,
        as_of: Annotated[
            str | None, typer.Option(metavar="DATE", help="Legal date; default the seal's. 法律日期。")
        ] = None,
        as_of_seal: AsOfSeal = None,
        documents: Documents = False,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Ranks of two pledges (pld_…), or the order of two entries (positions). 顺位或先后。"""
        out = output(lang, as_json=json)
        request: Request
        if _POSITION.fullmatch(first) and _POSITION.fullmatch(second):
            request = OrderRequest(int(first), int(second))
        else:
            request = PriorityRequest(first, second, right, as_of)
        with workspace(out) as here:
            _export(here, request, _Order(file, as_of_seal, reports, form, documents=documents), out)

    @exports.command()
    def consistency(
        earlier: Annotated[int, typer.Argument(metavar="M", min=1)],
        later: Annotated[int, typer.Argument(metavar="N", min=1)],
        file: File,
        reports: Reports = True,
        form: Wrapped = Form.ZIP,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """That the log of N entries, which was sealed, extends that of M. 账本延续性。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            _export(here, ConsistencyRequest(earlier, later), _Order(file, None, reports, form), out)


class _Order:
    """Where to and how: file, seal, with reports and documents or not, form, and which fields to open."""

    def __init__(
        self,
        file: Path,
        seal: int | None,
        reports: bool,
        form: Form,
        opening: Opening | None = None,
        *,
        documents: bool = False,
    ) -> None:
        self.file, self.seal, self.reports, self.form, self.opening = file, seal, reports, form, opening
        self.documents = documents


def _opening(
    here: Workspace, fields: list[str] | None, asked: Asked, position: int | None = None
) -> Opening | None:
    """What `--open` asks for; `position` is the entry of a path without one.

    Raises:
        InputRejected: FIELD_NOT_NAMED.
    """
    if not fields:
        return None
    named: list[tuple[int, str]] = []
    for each in fields:
        match = _FIELD.fullmatch(each)
        at = int(match[1]) if match is not None and match[1] else position
        if match is None or at is None:
            raise InputRejected(
                "FIELD_NOT_NAMED",
                f"{each!r} names no field; write the entry's position and a JSON pointer, such as 5/title",
                f"{each!r} 未指明字段；请写条目位置及 JSON 路径，例如 5/title",
                field=each[:300],
            )
        named.append((at, match[2]))
    return Opening(Vault(here.store, here.home, utc_now), asked, tuple(named))


def _export(here: Workspace, request: Request, order: _Order, out: Output) -> None:
    sealed_now = False
    if order.seal is None and not isinstance(request, ConsistencyRequest):
        sealed_now = _seal_if_behind(here, request, out)
    package = make_package(
        here.store,
        request,
        seal=order.seal,
        reports=order.reports,
        documents=order.documents,
        opening=order.opening,
    )
    if order.form is not Form.ZIP:
        wrap_up = asic.extended if order.form is Form.ASIC_E else asic.simple
        package = wrap_up(package, load_authorities(here.home, clock=utc_now), utc_now)
    _write(order.file, package)
    shown: dict[str, Any] = {
        "file": str(order.file),
        "bytes": len(package),
        "kind": request.kind,
        "sealed_now": sealed_now,
        "newer_entry": None,
        "opened": [] if order.opening is None else [f"{at}{path}" for at, path in order.opening.fields],
    }
    if not isinstance(request, ConsistencyRequest):
        seal = find_seal(here.store, order.seal)
        shown |= {"seal": seal.position, "size": seal.signed.checkpoint.size}
        shown["newer_entry"] = newer(here.store, request, seal)
    if out.as_json:
        out.json(shown)
        return
    out.say(f"{order.file}: {len(package)} bytes.", f"{order.file}：{len(package)} 字节。")
    if shown["opened"]:
        fields = ", ".join(shown["opened"])
        out.say(f"Opened and logged: {fields}.", f"已公开并记录：{fields}。")
    if shown["newer_entry"] is not None:
        out.say(
            f"Entry {shown['newer_entry']} came after that seal; the package says nothing of it. "
            "Leave --as-of-seal away to seal now.",
            f"第 {shown['newer_entry']} 条晚于该封印，证据包对其不作说明。省略 --as-of-seal 即可现在封印。",
        )
    out.say(
        "To check it: ipledger evidence verify FILE --trust DIR; without our software: "
        "python3 verify.py FILE --trust DIR",
        "核验：ipledger evidence verify FILE --trust DIR；无需本软件：python3 verify.py FILE --trust DIR",
    )


def _seal_if_behind(here: Workspace, request: Request, out: Output) -> bool:
    """Seal now if nothing was sealed yet, or something the package would speak of came since."""
    seal = _last(here)
    if seal is not None and newer(here.store, request, seal) is None:
        return False
    sealer = Sealer(here.store, here.home, load_authorities(here.home, clock=utc_now), utc_now)
    sealed = sealer.seal()
    if sealed.seal is None and not sealed.refusals and _last(here) == seal:
        sealed = sealer.reseal()  # what is new is a seal, which is no reason of its own for another
    if sealed.seal is None and sealed.refusals:
        for name, error in sealed.refusals:
            out.errors.print(
                f"{error.code}: {name}: {out.text(error.message_en, error.message_zh)}", markup=False
            )
        raise SystemExit(UNAVAILABLE)
    out.say("Sealed what was new first.", "已先行封印新条目。")
    return True


def _last(here: Workspace) -> Seal | None:
    try:
        return find_seal(here.store)
    except InputRejected:
        return None


def _right_or_absent(here: Workspace, notation: str) -> str:
    """The id of the right; of one that is not on the ledger, only if it is written as an id."""
    try:
        return resolve_right(open_views(here.store), notation)
    except RightUnknown:
        return str(parse_right_id(notation))


def _document_request(here: Workspace, named: str, *, attach: bool) -> DocumentRequest:
    if _SHA256_HEX.fullmatch(named.lower()):
        return DocumentRequest(named.lower(), attach=attach)
    stored = here.store.reader.entry(int(named)) if _POSITION.fullmatch(named) else None
    committed = sorted(committed_files(stored.parse())) if stored is not None else []
    if stored is None or len(committed) != 1:
        raise InputRejected(
            "DOCUMENT_UNKNOWN",
            f"{named} is neither the SHA-256 of a file nor an entry that commits to one file "
            f"({', '.join(committed) or 'none'})",
            f"{named} 既不是文件的 SHA-256，也不是只承诺一个文件的条目（{'、'.join(committed) or '无'}）",
            named=named,
        )
    return DocumentRequest(committed[0], stored.position, attach=attach)


def _register_verify(evidence: typer.Typer) -> None:
    @evidence.command("verify")
    def verify_(
        file: Annotated[Path, typer.Argument(metavar="FILE")],
        trust: Annotated[
            Path | None, typer.Option(metavar="DIR", help="What you trust, from elsewhere. 信任依据。")
        ] = None,
        at: Annotated[
            str | None, typer.Option(metavar="INSTANT", help="Your clock; default now. 核验时刻。")
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Check a package, offline: 0 PASS, 1 FAIL, 3 INDETERMINATE. 核验证据包。"""
        out = output(lang, as_json=json)
        try:
            trusted = TrustFolder() if trust is None else TrustFolder.load(trust)
            clock = utc_now() if at is None else parse_moment(at)
        except (NotaryError, LedgerError) as error:
            out.errors.print(f"{error.code}: {out.text(error.message_en, error.message_zh)}", markup=False)
            raise SystemExit(INPUT_ERROR) from error
        if not isinstance(clock, datetime) or not file.is_file():
            _usage(out, str(at) if file.is_file() else str(file))
        report = verify(file, trusted, clock)
        if json:
            out.json(report.as_json())
        else:
            print_report(report, out)
        raise SystemExit(report.exit_code)


def _usage(out: Output, what: str) -> NoReturn:
    out.errors.print(
        out.text(
            f"USAGE: {what} is no file, or no instant with zone",
            f"USAGE：{what} 不是文件，或不是带时区的时刻",
        ),
        markup=False,
    )
    raise SystemExit(INPUT_ERROR)


def print_report(report: Report, out: Output) -> None:
    """Every check with what it found, what the package claims, and the outcome."""
    for check in report.checks:
        color = _SIGNS[check.outcome]
        line = f"{check.number:>2}  [{color}]{check.outcome.value:<13}[/]  {check.name:<18}"
        out.console.print(f"{line}  {_about(check, out)}".rstrip())
        for finding in check.findings:
            text = out.text(finding.message_en, finding.message_zh)
            out.console.print(f"      {finding.code}: {text}", markup=False)
    time = report.not_later_than
    if time is not None:
        out.say(f"Existed not later than {format_instant(time)}.", f"至迟于 {format_instant(time)} 已存在。")
    for claim, outcome in report.claims:
        out.console.print(f"    {outcome.value:<13}  {claim.model_dump_json(by_alias=True)}", markup=False)
    out.console.print(report.outcome.value, style=f"bold {_SIGNS[report.outcome]}")


def _about(check: Check, out: Output) -> str:
    """What was shown; nothing where it was not, as the findings say that."""
    if check.outcome is not Outcome.PASS:
        return ""
    if not check.subjects:
        return out.text("Nothing here to check.", "无需检查的内容。")
    return f"{out.text(*CHECKS[check.name])} ({check.subjects})"


def _register_trust(evidence: typer.Typer) -> None:
    @evidence.command("trust")
    def trust_(
        folder: Annotated[Path, typer.Argument(metavar="DIR")],
        party: Annotated[
            list[str] | None,
            typer.Option(metavar="NAME", help="Also the keys on this party's file. 附该当事人密钥。"),
        ] = None,
        json: Json = False,
        lang: Lang = None,
    ) -> None:
        """Write this operator's key and the authorities' roots for a verifier. 导出信任依据。"""
        out = output(lang, as_json=json)
        with workspace(out) as here:
            operator = operator_key(here.home, here.store.origin).verifier
            authorities = load_authorities(here.home, clock=utc_now)
            files = {OPERATOR: f"{operator}\n".encode()}
            for authority in authorities:
                files[f"{AUTHORITIES}/{token_name(authority.name)}.pem"] = b"".join(
                    map(_pem, authority.roots)
                )
            for name in party or ():
                files |= _party_keys(here, name)
            for name, content in files.items():
                _write(folder / name, content)
        if out.as_json:
            out.json({"folder": str(folder), "files": sorted(files), "operator": str(operator)})
            return
        for name in sorted(files):
            out.console.print(f"{folder / name}", markup=False)
        out.say(
            "A verifier should not take these from whoever shows the package: get the key from the "
            "operator's own publication and the roots from the authorities, and compare.",
            "核验者不应从出示证据包的一方取得这些文件：请从运营方的公开渠道取得密钥、"
            "从时间戳机构取得根证书，并与此比对。",
        )
        if party:
            out.say(
                "That these keys are the parties' is this ledger's word: ask each party for the thumbprint.",
                "密钥属于各当事人仅为本账本所称：请向当事人本人核对指纹。",
            )
        if any(authority.name == EMBEDDED for authority in authorities):
            out.say(
                "The embedded authority's time is vouched for by the operator only.",
                "内置机构的时间仅由运营方担保。",
            )


def _party_keys(here: Workspace, name: str) -> dict[str, bytes]:
    """The keys on a party's file that were not revoked, as files of a trust folder.

    Raises:
        InputRejected: PARTY_WITHOUT_KEYS.
    """
    entries = here.store.reader.tagged([profile_tag(name)])
    known = profile(facts.read(stored.parse()) for stored in entries)
    keys = () if known is None else tuple(key for key in known.keys if key.kid not in known.revoked)
    if known is None or not keys:
        raise InputRejected(
            "PARTY_WITHOUT_KEYS",
            f"no key that is not revoked is on the file of {name}; register_party and describe_party add one",
            f"{name} 名下没有未撤销的密钥；可用 register_party 或 describe_party 登记",
            party=name[:300],
        )
    return {
        f"{PARTIES}/{key.kid}.jwk": canonical.encode({"party": known.name, "jwk": key.jwk}) for key in keys
    }


def _pem(certificate: bytes) -> bytes:
    body = "\n".join(wrap(b64encode(certificate).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def _write(file: Path, content: bytes) -> None:
    """The whole file or none of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except OSError as error:
        raise InputRejected(
            "FILE_UNWRITABLE",
            f"{file} cannot be written: {error.strerror}",
            f"无法写入 {file}：{error.strerror}",
            file=str(file),
        ) from error
