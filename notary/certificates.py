"""The timestamp certificate of a deposit (J-4): what the tokens prove of it, for programs and for people.

It says *not later than* and *not earlier than* (E-7): the first is the time of a token over a checkpoint that
covers the entry, the second that of the newest seal which the entry's own hash rests on. The first speaks of
the file, the second of the entry only: nothing here says when the file was made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger import chain
from ledger.entry import format_instant
from ledger.facts.seals import SERIES
from ledger.store.database import Store
from ledger.values.dates import SHANGHAI
from notary.deposits import Deposit
from notary.held_lists import HeldLists
from notary.log import Log
from notary.revocation import judge_with_lists
from notary.seals import Seal, covering_seal, last_seal, seal_of
from notary.timestamps import Authority

VERSION: Final = 1

_LINK: Final = "ipledger/link/v1"


@dataclass(frozen=True, slots=True)
class _Stamp:
    """One token of a seal, judged. `time` is believed only if `code` is None."""

    authority: str
    operator_only: bool
    code: str | None
    time: datetime | None
    accuracy_us: int | None
    serial: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "authority": self.authority,
            "time": None if self.time is None else format_instant(self.time),
            "accuracy_us": self.accuracy_us,
            "serial": None if self.serial is None else f"{self.serial:x}",
            "vouched_for_by_the_operator_only": self.operator_only,
            "refused": self.code,
        }


def certificate(
    store: Store, deposit: Deposit, authorities: Sequence[Authority], at: datetime
) -> dict[str, Any]:
    """The certificate of a deposit, as of now; `docs/formats.md` 11 names its members.

    Args:
        store: the ledger.
        deposit: what it certifies.
        authorities: whose tokens are believed.
        at: the time by which tokens are judged, aware.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    stored = store.reader.entry(deposit.position)
    assert stored is not None
    seal = covering_seal(store, deposit.position)
    earlier = _seal_before(store, deposit.position)
    held = HeldLists(store, filter(None, (earlier, seal, last_seal(store))), authorities)
    after = [] if seal is None else _stamps(seal, authorities, held, at)
    before = [] if earlier is None else _stamps(earlier, authorities, held, at)
    fact = deposit.fact
    return {
        "v": VERSION,
        "number": f"{store.origin}/{deposit.position}",
        "state": "sealed" if _best(after, latest=False) else "chained",
        "document": {
            "sha256": fact.sha256,
            "size": fact.size,
            "media_type": fact.media_type,
            "title": fact.title,
            "kept": deposit.kept,
        },
        "entry": {
            "position": deposit.position,
            "digest": stored.digest.hex(),
            "previous_link": _link_before(store, deposit.position).hex(),
            "link": stored.link.hex(),
            "recorded_at": format_instant(deposit.recorded_at),
            "deposited_by": deposit.deposited_by,
            "rights": list(fact.rights),
            "commitments": list(deposit.commitments),
        },
        "not_later_than": _time(_best(after, latest=False)),
        "not_earlier_than": _time(_best(before, latest=True)),
        "seal": None if seal is None else _sealed(store, seal, deposit.position, after),
    }


def certificate_text(shown: dict[str, Any], lang: str) -> str:
    """A certificate for people, in `zh` or `en`, with the commands that check it by hand."""
    return "\n".join(_lines_zh(shown) if lang == "zh" else _lines_en(shown)) + "\n"


def _seal_before(store: Store, position: int) -> Seal | None:
    """The newest seal whose own entry stands before `position`: the entry's hash rests on it."""
    row = store.database.read(
        lambda connection: connection.execute(
            "SELECT max(position) FROM ledger_tag WHERE tag = %s AND position < %s", (SERIES, position)
        ).fetchone()
    )
    if row is None or row[0] is None:
        return None
    stored = store.reader.entry(row[0])
    assert stored is not None
    return seal_of(store, stored)


def _link_before(store: Store, position: int) -> bytes:
    before = store.reader.entry(position - 1) if position > 1 else None
    return chain.genesis(store.origin) if before is None else before.link


def _stamps(seal: Seal, authorities: Iterable[Authority], held: HeldLists, at: datetime) -> list[_Stamp]:
    known = {authority.name: authority for authority in authorities}
    imprint = seal.signed.imprint
    stamps = []
    for name, response in seal.tokens:
        authority = known.get(name)
        report, _ = judge_with_lists(
            response,
            held.of(seal, name),
            digest=imprint,
            at=at,
            roots=() if authority is None else authority.roots,
            untrusted=() if authority is None else authority.untrusted,
            policy=None if authority is None else authority.policy,
        )
        code = None if report.leading is None else report.leading.code
        token = report.token
        stamps.append(
            _Stamp(
                authority=name,
                operator_only=authority is not None and authority.embedded is not None,
                code="AUTHORITY_NOT_TRUSTED" if authority is None else code,
                time=None if token is None else token.gen_time,
                accuracy_us=None if token is None else token.accuracy_us,
                serial=None if token is None else token.serial,
            )
        )
    return stamps


def _best(stamps: list[_Stamp], *, latest: bool) -> _Stamp | None:
    """The believed stamp that says most, those of independent authorities first."""
    sound = [stamp for stamp in stamps if stamp.code is None and stamp.time is not None]
    independent = [stamp for stamp in sound if not stamp.operator_only]
    ordered = sorted(independent or sound, key=lambda stamp: stamp.time or datetime.max.replace(tzinfo=UTC))
    if not ordered:
        return None
    return ordered[-1] if latest else ordered[0]


def _time(stamp: _Stamp | None) -> dict[str, Any] | None:
    return None if stamp is None else stamp.as_json()


def _sealed(store: Store, seal: Seal, position: int, stamps: list[_Stamp]) -> dict[str, Any]:
    size = seal.signed.checkpoint.size
    return {
        "position": seal.position,
        "size": size,
        "checkpoint": seal.note.decode(),
        "imprint": seal.signed.imprint.hex(),
        "inclusion": [each.hex() for each in Log(store).inclusion(position, size)],
        "tokens": [stamp.as_json() for stamp in stamps],
    }


def _lines_en(shown: dict[str, Any]) -> list[str]:
    document, entry, seal = shown["document"], shown["entry"], shown["seal"]
    after, before = shown["not_later_than"], shown["not_earlier_than"]
    lines = [
        "TIMESTAMP CERTIFICATE",
        f"  number            {shown['number']}",
        f"  SHA-256           {document['sha256']}",
        f"  size              {document['size']} bytes, {document['media_type']}",
    ]
    if document["title"]:
        lines.append(f"  title             {document['title']}")
    lines += [f"  for the right     {right}" for right in entry["rights"]]
    lines += [f"  entry             {entry['position']}, deposited by {entry['deposited_by']}"]
    if after is None:
        lines += [
            f"  recorded          {entry['recorded_at']}, by the operator's own clock",
            "The deposit is recorded and not sealed yet: no time-stamping authority vouches for its time.",
        ]
        return lines
    lines += [
        f"  not later than    {_moment_en(after)}",
        f"  vouched for by    {after['authority']}, token {after['serial']}{_doubt_en(after)}",
        f"  sealed            in the checkpoint of {seal['size']} entries, imprint {seal['imprint']}",
    ]
    if before is not None:
        lines.append(
            f"  not earlier than  {_moment_en(before)} (the entry, not the file; {before['authority']}, "
            f"token {before['serial']}{_doubt_en(before)})"
        )
    return [
        *lines,
        "What it shows: a file of this digest was held by the depositor not later than the time above.",
        "What it does not show: when, by whom and how the file was made, and whether its content is true.",
        "To check by hand, with the files of --out:",
        *_by_hand(shown, "the file's digest, as above", "the entry's digest, as in certificate.json",
                  "the line `chain` of the checkpoint", "Verification: OK"),
        *_remarks(
            seal,
            entry,
            "The entry lies below the checkpoint's last one: the evidence package proves its place "
            "(ipledger evidence export document).",
        ),
    ]  # fmt: skip


def _lines_zh(shown: dict[str, Any]) -> list[str]:
    document, entry, seal = shown["document"], shown["entry"], shown["seal"]
    after, before = shown["not_later_than"], shown["not_earlier_than"]
    lines = [
        "时间戳证书",
        f"  编号        {shown['number']}",
        f"  SHA-256     {document['sha256']}",
        f"  大小        {document['size']} 字节，{document['media_type']}",
    ]
    if document["title"]:
        lines.append(f"  标题        {document['title']}")
    lines += [f"  所涉权利    {right}" for right in entry["rights"]]
    lines += [f"  条目        第 {entry['position']} 条，存证人 {entry['deposited_by']}"]
    if after is None:
        lines += [
            f"  记录时间    {entry['recorded_at']}（运营方自己的时钟）",
            "存证已记录，尚未封印：目前没有时间戳机构为其时间担保。",
        ]
        return lines
    lines += [
        f"  不晚于      {_moment_zh(after)}",
        f"  时间戳机构  {after['authority']}，令牌 {after['serial']}{_doubt_zh(after)}",
        f"  封印        {seal['size']} 条的检查点，摘要 {seal['imprint']}",
    ]
    if before is not None:
        lines.append(
            f"  不早于      {_moment_zh(before)}（指条目，非文件；{before['authority']}，"
            f"令牌 {before['serial']}{_doubt_zh(before)}）"
        )
    return [
        *lines,
        "能证明：存证人至迟在上述时间已持有该摘要所对应的文件。",
        "不能证明：文件由何人、于何时、以何种方式形成，以及其内容是否真实。",
        "手工核验（使用 --out 输出的文件）：",
        *_by_hand(shown, "应为上列文件摘要", "应为 certificate.json 中的条目摘要",
                  "应为检查点中 chain 一行", "应显示 Verification: OK"),
        *_remarks(
            seal,
            entry,
            "该条目不是检查点的末条，其位置由证据包证明（ipledger evidence export document）。",
        ),
    ]  # fmt: skip


def _by_hand(shown: dict[str, Any], *expected: str) -> list[str]:
    """Commands of a POSIX shell and openssl, each with what it must print."""
    entry, seal = shown["entry"], shown["seal"]
    file_is, entry_is, chain_is, token_is = expected
    lines = [
        f"  openssl dgst -sha256 FILE          # {file_is}",
        f"  grep -c {shown['document']['sha256']} entry.json   # 1",
        f"  openssl dgst -sha256 entry.json    # {entry_is}",
    ]
    if seal["size"] == entry["position"]:
        linked = entry["previous_link"] + f"{entry['position']:016x}" + entry["digest"]
        octal = "".join(f"\\{byte:03o}" for byte in [*_LINK.encode(), 0, *bytes.fromhex(linked)])
        lines.append(f"  printf '{octal}' | openssl dgst -sha256 -binary | openssl base64   # {chain_is}")
    lines += [
        f"  openssl ts -verify -data checkpoint -in {stamp['authority']}.tsr -CAfile {stamp['authority']}.pem"
        f"   # {token_is}"
        for stamp in seal["tokens"]
        if stamp["refused"] is None
    ]
    return lines


def _remarks(seal: dict[str, Any], entry: dict[str, Any], below: str) -> list[str]:
    return [] if seal["size"] == entry["position"] else [f"  {below}"]


def _moment_en(stamp: dict[str, Any]) -> str:
    beijing = datetime.fromisoformat(stamp["time"]).astimezone(SHANGHAI)
    return f"{stamp['time']} (Beijing time {beijing:%Y-%m-%d %H:%M:%S}){_accuracy(stamp)}"


def _moment_zh(stamp: dict[str, Any]) -> str:
    beijing = datetime.fromisoformat(stamp["time"]).astimezone(SHANGHAI)
    return f"北京时间 {beijing:%Y-%m-%d %H:%M:%S}（UTC {stamp['time']}）{_accuracy(stamp)}"


def _accuracy(stamp: dict[str, Any]) -> str:
    microseconds = stamp["accuracy_us"]
    return "" if microseconds is None else f" ± {microseconds // 1000} ms"


def _doubt_en(stamp: dict[str, Any]) -> str:
    return ", which is the operator's own" if stamp["vouched_for_by_the_operator_only"] else ""


def _doubt_zh(stamp: dict[str, Any]) -> str:
    return "（仅由运营方担保）" if stamp["vouched_for_by_the_operator_only"] else ""
