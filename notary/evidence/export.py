"""Making evidence packages from a ledger (docs/formats.md 8): same request, same seal, same bytes.

    1. Find the seal; everything is said as of its checkpoint.
    2. Gather what the request needs: entries, map proofs, statement, consistency, documents; and the claims.
    3. Prove each entry in the log of the checkpoint.
    4. Add note, tokens, the report for people and the verifier; list everything in the manifest.
    5. Check the finished package, as its receiver will: what does not hold is never handed out.

A package for whom the ledger has nothing newer than the seal to say is current; `newer` tells.
"""

import itertools
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from ledger import canonical, chain, facts
from ledger.confidential import read_disclosure
from ledger.entry import ASSET, Entry
from ledger.errors import InputRejected
from ledger.facts.seals import SERIES, SealAnchored, SealRecorded, Token
from ledger.statement.view import view
from ledger.store.database import Store
from ledger.store.reader import StoredEntry
from ledger.values.dates import day_of, parse_day, parse_moment
from ledger.values.rights import parse_right_id
from notary.checkpoints import SignedCheckpoint
from notary.cosignatures import read_lines
from notary.errors import ProofInvalid
from notary.evidence import archive, disclosures, members
from notary.evidence.members import Claim, EntryProof, MapRecord, Member, RightLeaf
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
from notary.evidence.trust import TrustFolder
from notary.log import Log
from notary.map_store import MapStore
from notary.reports import Evidence, Opened, Stamp, render_html, render_pdf
from notary.seals import Seal, last_seal, recorded_seals, seal_of, seal_of_size
from notary.tokens import judge_token
from notary.tokens.certificates import read_certificate
from notary.tokens.der import DerError
from notary.vault.vault import Asked, Vault
from notary.verify import verify
from notary.witnesses import cosignature_lines

VERIFIER: Final = Path(__file__).parents[1] / "standalone" / "verify.py"

_PLAIN_NAME: Final = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")
_RANKED_TAGS: Final = ("pledge:", "license:", "freeze:")


@dataclass(frozen=True, slots=True)
class Opening:
    """Confidential fields to open for a package, each by the position of its entry and a JSON pointer.

    Each opening is logged with who asked and why before it is shown, in an entry behind the seal.
    """

    vault: Vault
    asked: Asked
    fields: tuple[tuple[int, str], ...]


def export(
    store: Store,
    request: Request,
    *,
    seal: int | None = None,
    reports: bool = True,
    documents: bool = False,
    opening: Opening | None = None,
) -> bytes:
    """The package that proves what is asked for, as of a seal.

    Args:
        store: the ledger.
        request: see `notary.evidence.requests`.
        seal: position of the seal's entry; None for the newest.
        reports: whether report.html and report.pdf go in.
        documents: whether the files go in that its entries commit to, such as the commands they were made
            by, as far as the ledger keeps them.
        opening: confidential fields of its entries to show with it.

    Raises:
        VaultRefused, PersonalDataInEvent: as `Vault.open`; no package is made.
        InputRejected: SEAL_UNKNOWN, NOT_SEALED_YET, ENTRY_UNKNOWN, ASSET_ID_INVALID, RIGHT_NOT_THEN_KNOWN,
            ENCUMBRANCE_UNKNOWN, ENCUMBRANCES_APART, ENCUMBRANCE_NOT_RANKED, DATE_INVALID, DOCUMENT_UNKNOWN,
            DOCUMENT_NOT_KEPT, SIZE_NOT_SEALED, SIZES_OUT_OF_ORDER, FIELD_NOT_IN_PACKAGE, REASON_INVALID.
        ProofInvalid: PACKAGE_INCONSISTENT, the ledger does not support what its seal says; and those of `Log`
            and `MapStore`.
        StorageUnavailable, ChainBroken, EntryMalformed, UnknownEventType: the ledger cannot be read.
    """
    if isinstance(request, ConsistencyRequest):
        sealed = _seal_of_size(store, request.second)
    else:
        sealed = find_seal(store, seal)
    gathering = _Gathering(store, sealed)
    _GATHER[type(request)](gathering, request)
    if opening is not None and opening.fields:
        gathering.open(opening)
    if documents:
        gathering.add_documents()
    package = gathering.package(request.kind, reports=reports)
    report = verify(package, TrustFolder(), store.clock())
    if report.failed:
        raise ProofInvalid(
            "PACKAGE_INCONSISTENT",
            "The package does not hold ({checks}): the ledger is not what was sealed; run ipledger verify.",
            "证据包不成立（{checks}）：账本与封印内容不符；请运行 ipledger verify。",
            checks=", ".join(report.failed),
        )
    return package


def find_seal(store: Store, position: int | None = None) -> Seal:
    """The newest seal, or the one whose entry stands at a position.

    Raises:
        InputRejected: SEAL_UNKNOWN.
    """
    if position is None:
        seal = last_seal(store)
        if seal is not None:
            return seal
        raise InputRejected(
            "SEAL_UNKNOWN",
            "nothing was sealed yet; run: ipledger seal",
            "尚未封印；请运行：ipledger seal",
        )
    stored = store.reader.entry(position) if position >= 1 else None
    if stored is not None and SERIES in stored.parse().subjects:
        return seal_of(store, stored)
    raise InputRejected(
        "SEAL_UNKNOWN",
        f"entry {position} is no seal; a seal is named by the position of its entry",
        f"第 {position} 条不是封印；封印以其条目的位置指称",
        position=position,
    )


def newer(store: Store, request: Request, seal: Seal) -> int | None:
    """The first entry after the seal that such a package would have to speak of; None if it is current."""
    size = seal.signed.checkpoint.size
    match request:
        case EntryRequest(position) | DocumentRequest(position=int(position)):
            return position if position > size else None
        case OrderRequest(first, second):
            return max(first, second) if max(first, second) > size else None
        case RightRequest(right) | StatusRequest(right):
            tags = [ASSET + right]
        case PriorityRequest():
            tags = [ASSET + _common_right(store, request)]
        case DocumentRequest(digest):
            tags = [prefix + digest for prefix in disclosures.FILES]
        case ConsistencyRequest():
            return None
    return next((stored.position for stored in store.reader.tagged(tags, after=size, limit=1)), None)


@dataclass(slots=True)
class _Gathering:
    """What goes into one package."""

    store: Store
    seal: Seal
    request: dict[str, Any] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    entries: dict[int, StoredEntry] = field(default_factory=dict)
    maps: list[MapRecord] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    statement: dict[str, Any] | None = None
    opened: Opened | None = None

    @property
    def signed(self) -> SignedCheckpoint:
        return self.seal.signed

    @property
    def size(self) -> int:
        return self.signed.checkpoint.size

    def add_entry(self, position: int) -> StoredEntry:
        """An entry that must be covered by the seal."""
        stored = self.store.reader.entry(position) if position >= 1 else None
        if stored is None:
            raise InputRejected(
                "ENTRY_UNKNOWN",
                f"there is no entry {position}; positions run from 1 to {self.store.reader.head().position}",
                f"没有第 {position} 条；位置自 1 至 {self.store.reader.head().position}",
                position=position,
            )
        if position > self.size:
            raise InputRejected(
                "NOT_SEALED_YET",
                f"entry {position} is not in the seal of {self.size} entries; seal first: ipledger seal",
                f"第 {position} 条不在 {self.size} 条的封印之内；请先封印：ipledger seal",
                position=position,
                size=self.size,
            )
        self.entries[position] = stored
        return stored

    def add_right(self, right: str, *, whole: bool) -> RightLeaf:
        """What the map and the statement say of a right, and with `whole` all its entries."""
        leaf = self.add_map_proof(right)
        if leaf is None:
            raise InputRejected(
                "RIGHT_NOT_THEN_KNOWN",
                f"no entry up to the seal of {self.size} entries concerns {right}; "
                f"ask for its status to have that proved",
                f"至 {self.size} 条的封印为止没有条目涉及 {right}；可导出其状态以证明此点",
                right=right,
                size=self.size,
            )
        statement = MapStore(self.store).statement(right, self.size)
        self.statement = canonical.decode(statement)
        self.files[members.STATEMENT] = statement
        if whole:
            for stored in self.store.reader.asset_entries(right, upto=self.size):
                self.entries[stored.position] = stored
            self.claims.append(members.HistoryClaim(right=right, count=leaf.count, head=leaf.head))
        digest = leaf.statement
        self.claims.append(
            members.StatusClaim(right=right, count=leaf.count, head=leaf.head, statement=digest)
        )
        return leaf

    def add_map_proof(self, right: str) -> RightLeaf | None:
        """The path of a right in the map; its leaf, or None if the map has none."""
        proof = MapStore(self.store).prove(ASSET + right, self.size)
        record = MapRecord.model_validate_json(canonical.encode(proof.as_json()))
        self.maps.append(record)
        assert not isinstance(record.leaf, members.ListLeaf)
        return record.leaf

    def add_documents(self) -> None:
        """The kept files that the entries commit to."""
        for entry in self._parsed():
            for digest in sorted(disclosures.committed_files(entry)):
                kept = self.store.documents.get(digest)
                if kept is not None:
                    self.files[f"documents/{digest}"] = kept.content

    def open(self, opening: Opening) -> None:
        """Lay opened fields beside their entries; the request says who opened them and why."""
        paths: dict[int, list[str]] = {}
        for position, path in opening.fields:
            if position not in self.entries:
                raise InputRejected(
                    "FIELD_NOT_IN_PACKAGE",
                    f"entry {position} is not in the package, so its field {path} cannot be opened in it",
                    f"第 {position} 条不在证据包内，无法在其中公开字段 {path}",
                    position=position,
                    path=path,
                )
            paths.setdefault(position, []).append(path)
        fields: list[tuple[int, str, Any]] = []
        for position, wanted in sorted(paths.items()):
            texts = opening.vault.disclosures_for(position, wanted, opening.asked)
            self.files[f"disclosures/{position}.json"] = canonical.encode(list(texts))
            fields += [(position, made.path, made.value) for made in map(read_disclosure, texts)]
        asked = opening.asked
        self.opened = Opened(asked.who, asked.role, asked.why, asked.order, tuple(fields))
        self.request["opened"] = {
            "by": asked.who,
            "role": asked.role,
            "reason": asked.why,
            "order": asked.order,
            "fields": [f"{position}{path}" for position, path, _ in fields],
        }

    def package(self, kind: str, *, reports: bool) -> bytes:
        """The finished archive."""
        files = self.files
        for position, stored in self.entries.items():
            files[members.entry_name(position)] = stored.raw
        if self.entries:
            files[members.ENTRY_PROOFS] = members.encode(self._entry_proofs())
        if self.maps:
            files[members.MAP_PROOFS] = members.encode(tuple(self.maps))
        files[members.CHECKPOINT] = self.seal.note
        cosignatures = cosignature_lines(self.store, self.size)
        if cosignatures:
            files[members.COSIGNATURES] = cosignatures
        stamps = self._add_tokens()
        files["verify.py"] = VERIFIER.read_bytes()
        if reports:
            evidence = Evidence(
                kind=kind,
                request=self.request,
                claims=tuple(self.claims),
                signed=self.signed,
                seal=self.seal.position,
                stamps=stamps,
                entries=tuple(self._parsed()),
                statement=self.statement,
                files=tuple(sorted((name, _hex(content)) for name, content in files.items())),
                witnesses=tuple(line.name for line in read_lines(cosignatures)),
                opened=self.opened,
            )
            files["report.html"] = render_html(evidence)
            files["report.pdf"] = render_pdf(evidence)
        files[members.MANIFEST] = self._manifest(kind)
        return archive.write(files)

    def _parsed(self) -> list[Entry]:
        return [self.entries[position].parse() for position in sorted(self.entries)]

    def _entry_proofs(self) -> tuple[EntryProof, ...]:
        positions = sorted(self.entries)
        paths = Log(self.store).inclusions(positions, self.size)
        return tuple(
            EntryProof(
                position=position,
                previous=self._link_before(position).hex(),
                inclusion=tuple(hash_.hex() for hash_ in path),
            )
            for position, path in zip(positions, paths, strict=True)
        )

    def _link_before(self, position: int) -> bytes:
        if position == 1:
            return chain.genesis(self.store.origin)
        before = self.entries.get(position - 1) or self.store.reader.entry(position - 1)
        assert before is not None
        return before.link

    def _add_tokens(self) -> tuple[Stamp, ...]:
        stamps: list[Stamp] = []
        for given in self._given_tokens():
            response = b64decode(given.token)
            name = self._free_name(token_name(given.authority))
            self.files[f"tokens/{name}.tsr"] = response
            token = judge_token(response, digest=self.signed.imprint, at=self.store.clock(), roots=()).token
            if token is None:
                continue
            stamps.append(Stamp(given.authority, name, token))
            found = self._kept(given.certificates) or token.certificates
            certificates = _pem("CERTIFICATE", [each for each in found if not _is_self_issued(each)])
            lists = _pem("X509 CRL", self._kept(given.revocation))
            for suffix, content in (("pem", certificates), ("crl", lists)):
                if content:
                    self.files[f"tokens/{name}.{suffix}"] = content
        return tuple(stamps)

    def _given_tokens(self) -> list[Token]:
        """The tokens of the seal's own entry and of those that completed it, in order."""
        tokens: list[Token] = []
        for stored in self.store.reader.tagged([f"seal:{self.size}"]):
            fact = facts.read(stored.parse())
            if isinstance(fact, SealRecorded | SealAnchored):
                tokens += fact.tokens
        return tokens

    def _free_name(self, name: str) -> str:
        """The name, with a number behind it where an authority stamped the seal more than once."""
        names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        return next(each for each in names if f"tokens/{each}.tsr" not in self.files)

    def _kept(self, digests: tuple[str, ...] | None) -> tuple[bytes, ...]:
        found = (self.store.documents.get(digest) for digest in digests or ())
        return tuple(document.content for document in found if document is not None)

    def _manifest(self, kind: str) -> bytes:
        listed = [
            {"name": name, "size": len(content), "sha256": _hex(content)}
            for name, content in sorted(self.files.items())
        ]
        return canonical.encode(
            {
                "v": members.VERSION,
                "kind": kind,
                "origin": self.store.origin,
                "request": self.request,
                "checkpoint": {"size": self.size, "seal": self.seal.position},
                "claims": [_plain(claim) for claim in self.claims],
                "files": listed,
            }
        )


def _gather_entry(into: _Gathering, request: EntryRequest) -> None:
    into.add_entry(request.position)
    into.request = {"position": request.position}
    into.claims.append(members.EntryClaim(position=request.position))


def _gather_right(into: _Gathering, request: RightRequest) -> None:
    right = str(parse_right_id(request.right))
    into.request = {"right": right}
    into.add_right(right, whole=True)


def _gather_status(into: _Gathering, request: StatusRequest) -> None:
    right = str(parse_right_id(request.right))
    into.request = {"right": right}
    if next(into.store.reader.asset_entries(right, upto=into.size), None) is not None:
        into.add_right(right, whole=False)
    elif into.add_map_proof(right) is None:
        into.claims.append(members.AbsentClaim(right=right))


def _gather_priority(into: _Gathering, request: PriorityRequest) -> None:
    right = _common_right(into.store, request)
    as_of = request.as_of or _day_of_seal(into)
    into.request = {"right": right, "first": request.first, "second": request.second, "as_of": as_of}
    into.add_right(right, whole=True)
    assert into.statement is not None
    shown = view(into.statement, parse_day(as_of))["encumbrances"]
    ranks = {item["id"]: item["rank"] for item in shown}
    for encumbrance in (request.first, request.second):
        if ranks.get(encumbrance) is None:
            raise InputRejected(
                "ENCUMBRANCE_NOT_RANKED",
                f"{encumbrance} has no rank on {right} as of {as_of}, as far as the seal reaches; "
                "give another day with --as-of",
                f"截至 {as_of}（以封印为限），{encumbrance} 在 {right} 上没有顺位；可用 --as-of 指定其他日期",
                encumbrance=encumbrance,
                right=right,
                as_of=as_of,
            )
    into.claims.append(
        members.PriorityClaim(
            right=right,
            first=members.Ranked(id=request.first, rank=ranks[request.first]),
            second=members.Ranked(id=request.second, rank=ranks[request.second]),
            as_of=as_of,
        )
    )


def _gather_order(into: _Gathering, request: OrderRequest) -> None:
    for position in (request.first, request.second):
        into.add_entry(position)
        claim = members.EntryClaim(position=position)
        if claim not in into.claims:
            into.claims.append(claim)
    into.request = {"first": request.first, "second": request.second}
    into.claims.append(members.OrderClaim(first=request.first, second=request.second))


def _gather_document(into: _Gathering, request: DocumentRequest) -> None:
    position = request.position or _position_of_document(into, request.sha256)
    stored = into.add_entry(position)
    if request.sha256 not in disclosures.committed_files(stored.parse()):
        raise InputRejected(
            "DOCUMENT_UNKNOWN",
            f"entry {position} does not commit to the file {request.sha256}",
            f"第 {position} 条没有承诺文件 {request.sha256}",
            sha256=request.sha256,
            position=position,
        )
    into.request = {"sha256": request.sha256, "position": position}
    into.claims += [
        members.EntryClaim(position=position),
        members.DocumentClaim(sha256=request.sha256, position=position),
    ]
    if request.attach:
        kept = into.store.documents.get(request.sha256)
        if kept is None:
            raise InputRejected(
                "DOCUMENT_NOT_KEPT",
                f"the ledger keeps the digest {request.sha256}, not the file; whoever has the file adds it",
                f"账本仅保存摘要 {request.sha256}，未保存文件本身；请由持有人提供文件",
                sha256=request.sha256,
            )
        into.files[f"documents/{request.sha256}"] = kept.content


def _gather_consistency(into: _Gathering, request: ConsistencyRequest) -> None:
    if not 1 <= request.first <= request.second:
        raise InputRejected(
            "SIZES_OUT_OF_ORDER",
            f"{request.first} and {request.second} are no sizes of which the second extends the first",
            f"{request.first} 与 {request.second} 不是前后相继的两个大小",
            first=request.first,
            second=request.second,
        )
    log = Log(into.store)
    earlier = seal_of_size(into.store, request.first)
    record = members.ConsistencyRecord(
        from_=members.Earlier(
            size=request.first,
            root=log.root(request.first).hex(),
            note=None if earlier is None else earlier.note.decode(),
        ),
        proof=tuple(hash_.hex() for hash_ in log.consistency(request.first, request.second)),
    )
    into.files[members.CONSISTENCY] = members.encode(record)
    into.request = {"from": request.first, "to": request.second}
    into.claims.append(members.ConsistentClaim(from_=request.first, to=request.second))


_GATHER: Final[dict[type, Any]] = {
    EntryRequest: _gather_entry,
    RightRequest: _gather_right,
    StatusRequest: _gather_status,
    PriorityRequest: _gather_priority,
    OrderRequest: _gather_order,
    DocumentRequest: _gather_document,
    ConsistencyRequest: _gather_consistency,
}


def token_name(authority: str) -> str:
    """An authority's name in the archive: its own where that is a plain file name, else made from it."""
    if _PLAIN_NAME.fullmatch(authority):
        return authority
    return f"authority-{_hex(authority.encode())[:16]}"


def _common_right(store: Store, request: PriorityRequest) -> str:
    """The right both encumbrances rest on."""
    rights = [_rights_of(store, encumbrance) for encumbrance in (request.first, request.second)]
    common = sorted(rights[0] & rights[1])
    if request.right is not None and request.right in common:
        return request.right
    if len(common) == 1 and request.right is None:
        return common[0]
    raise InputRejected(
        "ENCUMBRANCES_APART",
        f"{request.first} and {request.second} have these rights in common: {', '.join(common) or 'none'}; "
        "name one of them with --right",
        f"{request.first} 与 {request.second} 共同涉及的权利为：{'、'.join(common) or '无'}；"
        "请用 --right 指明其一",
        first=request.first,
        second=request.second,
        rights=common,
    )


def _rights_of(store: Store, encumbrance: str) -> set[str]:
    tags = [prefix + encumbrance for prefix in _RANKED_TAGS]
    rights = {right for stored in store.reader.tagged(tags) for right in stored.parse().asset_ids}
    if not rights:
        raise InputRejected(
            "ENCUMBRANCE_UNKNOWN",
            f"no entry speaks of an encumbrance {encumbrance}; "
            "its id stands in: ipledger status RIGHT --json",
            f"没有条目涉及负担 {encumbrance}；其编号见：ipledger status RIGHT --json",
            encumbrance=encumbrance,
        )
    return rights


def _position_of_document(into: _Gathering, digest: str) -> int:
    """The first entry that commits to a file: by its tag, else by reading them all."""
    tags = [prefix + digest for prefix in disclosures.FILES]
    tagged = next(into.store.reader.tagged(tags, limit=1), None)
    if tagged is not None:
        return tagged.position
    needle = f'"{digest}"'.encode()
    for stored in into.store.reader.entries(upto=into.size):
        if needle in stored.raw and digest in disclosures.committed_files(stored.parse()):
            return stored.position
    raise InputRejected(
        "DOCUMENT_UNKNOWN",
        f"no entry up to the seal of {into.size} entries commits to a file of digest {digest}",
        f"至 {into.size} 条的封印为止，没有条目承诺摘要为 {digest} 的文件",
        sha256=digest,
        size=into.size,
    )


def _seal_of_size(store: Store, size: int) -> Seal:
    """The seal of exactly `size` entries; the refusal names the nearest ones."""
    seal = seal_of_size(store, size)
    if seal is not None:
        return seal
    sizes = [each.signed.checkpoint.size for each in recorded_seals(store)]
    around = [str(found) for found in sorted(sizes, key=lambda found: abs(found - size))[:3]]
    raise InputRejected(
        "SIZE_NOT_SEALED",
        f"the log was never sealed at {size} entries; the nearest sealed sizes are "
        f"{', '.join(around) or 'none'}",
        f"日志从未在 {size} 条处封印；最近的封印大小为 {'、'.join(around) or '无'}",
        size=size,
    )


def _day_of_seal(into: _Gathering) -> str:
    """The Shanghai day on which the seal was first stamped."""
    return day_of(parse_moment(min(into.seal.times))).isoformat()


def _is_self_issued(certificate: bytes) -> bool:
    try:
        return read_certificate(certificate).is_self_issued
    except DerError:
        return False  # unsigned ballast of a token; whoever judges it passes over it too


def _pem(label: str, objects: Iterable[bytes]) -> bytes:
    """One PEM block for each object (DER)."""
    blocks = ["\n".join(wrap(b64encode(each).decode(), 64)) for each in objects]
    return "".join(f"-----BEGIN {label}-----\n{block}\n-----END {label}-----\n" for block in blocks).encode()


def _plain(claim: Member) -> dict[str, Any]:
    plain: dict[str, Any] = claim.model_dump(mode="json", by_alias=True)
    return plain


def _hex(content: bytes) -> str:
    return sha256(content).hexdigest()
