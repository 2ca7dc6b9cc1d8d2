"""The full verifier: checks an evidence package offline, without database or network (docs/formats.md 8.4).

Sixteen numbered checks, each PASS, FAIL or INDETERMINATE with codes that say why; the package as a whole is
FAIL if one check fails, else INDETERMINATE if one is, else PASS. What rests on something that failed before
is INDETERMINATE, so the failed check names the lie. Trust comes from the verifier's folder, never from the
package.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger import canonical, chain
from ledger.entry import ASSET, Entry, format_instant
from ledger.entry import parse as parse_entry
from ledger.errors import EntryMalformed, LedgerError, UnknownEventType
from ledger.statement import fold
from ledger.statement.view import view
from notary import checkpoints, merkle
from notary import map as maps
from notary.checkpoints import Checkpoint, SignedCheckpoint
from notary.errors import (
    CheckpointInvalid,
    Datum,
    NotaryError,
    PackageInvalid,
    ProofInvalid,
    TimestampInvalid,
)
from notary.evidence import archive, disclosures, members
from notary.evidence.codes import CHECKS, CODES, NOT_REACHED
from notary.evidence.members import (
    AbsentClaim,
    Claim,
    ConsistencyRecord,
    ConsistentClaim,
    DocumentClaim,
    EntryClaim,
    HistoryClaim,
    ListLeaf,
    Manifest,
    MapRecord,
    OrderClaim,
    PriorityClaim,
    RightLeaf,
    StatusClaim,
)
from notary.evidence.requests import wanted_claims
from notary.evidence.trust import TrustFolder
from notary.tokens import Check as TokenCheck
from notary.tokens import TimestampToken, judge_token, load_certificates, load_revocation_lists
from notary.tokens.report import Outcome

EXIT_CODES: Final = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INDETERMINATE: 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. `outcome` is what it makes of the check; PASS for what is only reported."""

    outcome: Outcome
    code: str
    message_en: str
    message_zh: str
    data: dict[str, Datum]


@dataclass(slots=True)
class Check:
    """One numbered check: how many things it looked at, and what it found."""

    number: int
    name: str
    subjects: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """FAIL if something failed, else INDETERMINATE if something could not be checked, else PASS."""
        return _worst(finding.outcome for finding in self.findings)

    def fail(self, code: str, **data: Datum) -> None:
        """Something is not as it must be."""
        self._add(Outcome.FAIL, code, data)

    def leave_open(self, code: str = NOT_REACHED, **data: Datum) -> None:
        """Something could not be checked."""
        self._add(Outcome.INDETERMINATE, code, data)

    def note(self, code: str, **data: Datum) -> None:
        """Something worth knowing."""
        self._add(Outcome.PASS, code, data)

    def refuse(self, error: NotaryError | LedgerError) -> None:
        """Something is not as it must be, as the error says."""
        finding = Finding(
            Outcome.FAIL, error.code, error.message_en, error.message_zh, _printable(error.data)
        )
        self.findings.append(finding)

    def adopt(self, other: "Check") -> None:
        """Take over what was found of one of several things."""
        self.findings += [finding for finding in other.findings if finding not in self.findings]

    def _add(self, outcome: Outcome, code: str, data: dict[str, Datum]) -> None:
        english, chinese = (text.format_map(data) for text in CODES[code])
        finding = Finding(outcome, code, english, chinese, data)
        if finding not in self.findings:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class JudgedToken:
    """One token of the package: who is said to have given it, the outcome, and what it says."""

    authority: str
    outcome: Outcome
    token: TimestampToken | None


@dataclass(frozen=True, slots=True)
class Report:
    """All checks in order, and what the package says of itself; believe it as far as the checks passed."""

    checks: tuple[Check, ...]
    manifest: Manifest | None
    checkpoint: Checkpoint | None
    tokens: tuple[JudgedToken, ...]
    claims: tuple[tuple[Claim, Outcome], ...]

    @property
    def outcome(self) -> Outcome:
        """Of the package as a whole."""
        return _worst(check.outcome for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 3 INDETERMINATE."""
        return EXIT_CODES[self.outcome]

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the checks that failed, in order."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.FAIL)

    @property
    def not_later_than(self) -> datetime | None:
        """The earliest time a valid token gives: all in the checkpoint existed by then."""
        times = [each.token.gen_time for each in self.tokens if each.outcome is Outcome.PASS and each.token]
        return min(times, default=None)

    def as_json(self) -> dict[str, Any]:
        """For programs; `docs/formats.md` names the checks."""
        time = self.not_later_than
        return {
            "outcome": self.outcome.value,
            "kind": None if self.manifest is None else self.manifest.kind,
            "request": None if self.manifest is None else self.manifest.request,
            "origin": None if self.manifest is None else self.manifest.origin,
            "size": None if self.checkpoint is None else self.checkpoint.size,
            "not_later_than": None if time is None else format_instant(time),
            "claims": [
                {**claim.model_dump(mode="json", by_alias=True), "outcome": outcome.value}
                for claim, outcome in self.claims
            ],
            "checks": [
                {
                    "no": check.number,
                    "code": check.name,
                    "outcome": check.outcome.value,
                    "subjects": check.subjects,
                    "findings": [
                        {
                            "outcome": finding.outcome.value,
                            "code": finding.code,
                            "message": {"en": finding.message_en, "zh": finding.message_zh},
                            "data": finding.data,
                        }
                        for finding in check.findings
                    ],
                }
                for check in self.checks
            ],
        }


def verify(package: bytes | Path, trust: TrustFolder, at: datetime) -> Report:
    """Check a package. Never raises for anything in it, nor for a file that cannot be read.

    Args:
        package: the archive, or where it lies.
        trust: what the verifier brings along.
        at: the verifier's clock, aware.
    """
    assert at.tzinfo is not None, "the verifier's clock must say its time zone"
    case = _Case(package, trust, at.astimezone(UTC))
    checks: list[Check] = []
    for number, name in enumerate(CHECKS, start=1):
        check = Check(number, name)
        _STEPS[name](case, check)
        checks.append(check)
    checkpoint = None if case.signed is None else case.signed.checkpoint
    return Report(tuple(checks), case.manifest, checkpoint, tuple(case.tokens), tuple(case.claims))


@dataclass(slots=True)
class _Case:
    """One package: what the checks have read and proved so far. None is what could not be read."""

    package: bytes | Path
    trust: TrustFolder
    at: datetime
    files: dict[str, bytes] | None = None
    manifest: Manifest | None = None
    entries: dict[int, Entry] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    """Positions of entries that are not well-formed."""
    signed: SignedCheckpoint | None = None
    proved: set[int] = field(default_factory=set)
    """Positions of entries whose place in the log is proved."""
    unproved: set[int] = field(default_factory=set)
    leaves: dict[str, MapRecord] = field(default_factory=dict)
    """Map proofs that lead to the root, by the tag they are of."""
    lost: set[str] = field(default_factory=set)
    """Tags whose map proof fails; None of them if the whole member cannot be read."""
    maps_unread: bool = False
    whole: dict[str, Outcome] = field(default_factory=dict)
    """Rights claimed whole: whether all their entries are there."""
    statement: dict[str, Any] | None = None
    statement_digest: str = ""
    statement_outcome: Outcome = Outcome.PASS
    consistency: ConsistencyRecord | None = None
    earlier: Check | None = None
    """What is wrong with the consistency proof; None until it is looked at."""
    tokens: list[JudgedToken] = field(default_factory=list)
    claims: list[tuple[Claim, Outcome]] = field(default_factory=list)

    def claimed(self, kind: type[members.Member]) -> list[Any]:
        """The claims of one form."""
        return (
            [] if self.manifest is None else [each for each in self.manifest.claims if isinstance(each, kind)]
        )

    def of_right(self, right: str) -> list[tuple[int, str, Entry]]:
        """The entries of a right that are in the package: number among them, digest before, entry."""
        found = [
            (link.seq, link.prev, entry)
            for entry in self.entries.values()
            for link in entry.assets
            if link.id == right
        ]
        return sorted(found, key=lambda item: item[2].position)

    def leaf_of(self, right: str) -> RightLeaf | None:
        """What the map is proved to hold of a right."""
        record = self.leaves.get(ASSET + right)
        return record.leaf if record is not None and isinstance(record.leaf, RightLeaf) else None


# 1. The archive, every byte of it.
def _check_archive(case: _Case, check: Check) -> None:
    try:
        content = _content(case.package)
        case.files = archive.read(content)
    except OSError as error:
        check.fail("FILE_UNREADABLE", reason=error.strerror or str(error))
        return
    except PackageInvalid as error:
        check.refuse(error)
        return
    check.subjects = len(case.files)


def _content(package: bytes | Path) -> bytes:
    if isinstance(package, bytes):
        return package
    with package.open("rb") as file:
        return file.read(archive.ARCHIVE_BYTES_MAX + 1)


# 2. The manifest, and every other member against it.
def _check_manifest(case: _Case, check: Check) -> None:
    content = _file(case, check, members.MANIFEST)
    if content is None or case.files is None:
        return
    try:
        manifest = members.read_manifest(content)
    except PackageInvalid as error:
        check.refuse(error)
        return
    case.manifest = manifest
    check.subjects = len(manifest.files)
    names = [listed.name for listed in manifest.files]
    if names != sorted(set(names)):
        check.fail("FILES_OUT_OF_ORDER")
    for name in sorted(case.files.keys() - {members.MANIFEST, *names}):
        check.fail("MEMBER_NOT_LISTED", name=name)
    for listed in manifest.files:
        found = case.files.get(listed.name)
        if found is None or listed.name == members.MANIFEST:
            check.fail("MEMBER_MISSING", name=listed.name)
        elif (len(found), sha256(found).hexdigest()) != (listed.size, listed.sha256):
            digest = sha256(found).hexdigest()
            check.fail("MEMBER_DIFFERS", name=listed.name, found=digest, expected=listed.sha256)


# 3. The entries.
def _check_entries(case: _Case, check: Check) -> None:
    if case.files is None:
        check.leave_open()
        return
    for name, content in case.files.items():
        position = members.entry_position(name)
        if position is None:
            continue
        check.subjects += 1
        try:
            case.entries[position] = parse_entry(content, position)
        except EntryMalformed as error:
            case.unread.add(position)
            check.refuse(error)


# 4. The checkpoint.
def _check_checkpoint(case: _Case, check: Check) -> None:
    content = _file(case, check, members.CHECKPOINT)
    if content is None:
        return
    check.subjects = 1
    try:
        case.signed = checkpoints.parse(content)
    except CheckpointInvalid as error:
        check.refuse(error)
        return
    if case.manifest is None:
        check.leave_open()
        return
    found, manifest = case.signed.checkpoint, case.manifest
    if (found.origin, found.size) != (manifest.origin, manifest.checkpoint.size):
        check.fail(
            "CHECKPOINT_DIFFERS",
            found_origin=found.origin,
            found_size=found.size,
            origin=manifest.origin,
            size=manifest.checkpoint.size,
        )


# 5. The operator's signature.
def _check_operator(case: _Case, check: Check) -> None:
    if case.trust.operator is None:
        check.leave_open("OPERATOR_KEY_MISSING")
    elif case.signed is None:
        check.leave_open()
    else:
        check.subjects = 1
        try:
            checkpoints.verify(case.signed, case.trust.operator)
        except CheckpointInvalid as error:
            check.refuse(error)


# 6. Each entry's link, and its place in the log.
def _check_inclusion(case: _Case, check: Check) -> None:
    positions = set(case.entries) | case.unread
    case.unproved = set(positions)
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    if members.ENTRY_PROOFS not in case.files and not positions:
        return
    content = _file(case, check, members.ENTRY_PROOFS)
    if content is None:
        return
    try:
        proofs = members.read_entry_proofs(content)
    except PackageInvalid as error:
        check.refuse(error)
        return
    last = 0
    for proof in proofs:
        if proof.position <= last:
            check.fail("PROOFS_OUT_OF_ORDER", position=proof.position)
        last = proof.position
        _check_entry_proof(case, check, proof)
    for position in sorted(positions - {proof.position for proof in proofs}):
        check.fail("ENTRY_UNPROVED", position=position)


def _check_entry_proof(case: _Case, check: Check, proof: members.EntryProof) -> None:
    assert case.signed is not None
    position, checkpoint = proof.position, case.signed.checkpoint
    entry = case.entries.get(position)
    if entry is None:
        if position in case.unread:
            check.leave_open()
        else:
            check.fail("PROOF_WITHOUT_ENTRY", position=position)
        return
    check.subjects += 1
    link = chain.link(bytes.fromhex(proof.previous), position, entry.digest)
    try:
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(link),
            index=merkle.leaf_index(position),
            size=checkpoint.size,
            proof=[bytes.fromhex(each) for each in proof.inclusion],
            root=checkpoint.root,
        )
    except ProofInvalid as error:
        check.fail("INCLUSION_FAILED", position=position, **_reasons(error))
        return
    case.proved.add(position)
    case.unproved.discard(position)


# 7. The map: what the ledger says of a right, party or pool, and that it says nothing else.
def _check_map(case: _Case, check: Check) -> None:
    if case.files is None or case.signed is None:
        case.maps_unread = True
        check.leave_open()
        return
    content = case.files.get(members.MAP_PROOFS)
    if content is None:
        return
    try:
        records = members.read_map_records(content)
    except PackageInvalid as error:
        case.maps_unread = True
        check.refuse(error)
        return
    seen: set[str] = set()
    for record in records:
        check.subjects += 1
        if record.key_of in seen:
            check.fail("MAP_PROOF_REPEATED", key_of=record.key_of)
        seen.add(record.key_of)
        if _map_proof_holds(check, record, case.signed.checkpoint.map_root):
            case.leaves[record.key_of] = record
        else:
            case.lost.add(record.key_of)


def _map_proof_holds(check: Check, record: MapRecord, root: bytes) -> bool:
    form = {"asset": RightLeaf, "party": ListLeaf, "pool": ListLeaf}.get(record.key_of.partition(":")[0])
    wrong_leaf = record.leaf is not None and (
        record.other is not None or not isinstance(record.leaf, form or ())
    )
    if form is None or ":" not in record.key_of or wrong_leaf:
        check.fail("MAP_SUBJECT_INVALID", key_of=record.key_of)
        return False
    try:
        key = maps.map_key(record.key_of)
        siblings = tuple(bytes.fromhex(each) for each in record.siblings)
        if record.leaf is None:
            other = record.other
            leaf = None if other is None else maps.Leaf(bytes.fromhex(other.key), bytes.fromhex(other.value))
            maps.verify_absence(root, key, maps.MapProof(siblings, leaf))
        else:
            value = _leaf_value(record.leaf)
            maps.verify_presence(root, key, value, maps.MapProof(siblings, maps.Leaf(key, value)))
    except ProofInvalid as error:
        check.fail("MAP_PROOF_FAILED", key_of=record.key_of, **_reasons(error))
        return False
    except UnicodeEncodeError:
        check.fail("MAP_SUBJECT_INVALID", key_of=ascii(record.key_of))
        return False
    return True


def _leaf_value(leaf: RightLeaf | ListLeaf) -> bytes:
    if isinstance(leaf, ListLeaf):
        return maps.list_value(count=leaf.count, accumulator=bytes.fromhex(leaf.acc))
    count = leaf.count.to_bytes(8, "big")
    return sha256(count + bytes.fromhex(leaf.head) + bytes.fromhex(leaf.statement)).digest()


# 8. The entries of each right claimed whole: all there, in order, unbroken.
def _check_completeness(case: _Case, check: Check) -> None:
    if case.manifest is None or case.files is None:
        check.leave_open()
        return
    for claim in case.claimed(HistoryClaim):
        check.subjects += 1
        leaf = case.leaf_of(claim.right)
        if leaf is None and (case.maps_unread or ASSET + claim.right in case.lost):
            check.leave_open()
        expected = (claim.count, claim.head) if leaf is None else (leaf.count, leaf.head)
        single = Check(0, check.name)
        _check_whole(case, single, claim.right, *expected)
        case.whole[claim.right] = single.outcome
        check.adopt(single)


def _check_whole(case: _Case, check: Check, right: str, count: int, head: str) -> None:
    found = case.of_right(right)
    if case.unread or any(entry.position in case.unproved for _, _, entry in found):
        check.leave_open()
    previous = chain.NO_PREVIOUS
    for expected, (seq, prev, entry) in enumerate(found, start=1):
        if seq != expected:
            _missing(case, check, right, expected, count)
            return
        if prev != previous:
            check.fail("ENTRY_CHAIN_BROKEN", right=right, seq=seq)
            return
        previous = entry.digest.hex()
    if len(found) < count:
        _missing(case, check, right, len(found) + 1, count)
    elif len(found) > count:
        check.fail("ENTRY_SURPLUS", right=right, found=len(found), count=count)
    elif previous != head:
        check.fail("HEAD_DIFFERS", right=right, found=previous, expected=head)


def _missing(case: _Case, check: Check, right: str, seq: int, count: int) -> None:
    """An entry that is there but cannot be read is not missing."""
    if case.unread:
        check.leave_open()
    else:
        check.fail("ENTRY_MISSING", right=right, seq=seq, count=count)


# 9. The statement: the one the map commits to, and the one the entries give.
def _check_statement(case: _Case, check: Check) -> None:
    if case.files is None:
        check.leave_open()
        return
    content = case.files.get(members.STATEMENT)
    if content is None:
        if case.claimed(StatusClaim) or case.claimed(PriorityClaim):
            check.fail("MEMBER_MISSING", name=members.STATEMENT)
        return
    check.subjects = 1
    case.statement_digest = sha256(content).hexdigest()
    try:
        case.statement = members.read_statement(content)
    except PackageInvalid as error:
        check.refuse(error)
        case.statement_outcome = check.outcome
        return
    right = str(case.statement.get("right"))
    leaf = case.leaf_of(right)
    if leaf is None and (case.maps_unread or ASSET + right in case.lost):
        check.leave_open()
    elif leaf is None:
        check.fail("STATEMENT_UNPROVED", right=ascii(right)[1:-1])
    elif leaf.statement != case.statement_digest:
        check.fail("STATEMENT_DIFFERS", found=case.statement_digest, expected=leaf.statement)
    elif _is_whole(case, right, leaf):
        _recompute(case, check, right, content)
    case.statement_outcome = check.outcome


def _is_whole(case: _Case, right: str, leaf: RightLeaf) -> bool:
    probe = Check(0, "COMPLETENESS")
    _check_whole(case, probe, right, leaf.count, leaf.head)
    return probe.outcome is Outcome.PASS


def _recompute(case: _Case, check: Check, right: str, content: bytes) -> None:
    entries = [entry for _, _, entry in case.of_right(right)]
    check.subjects += 1
    try:
        found = canonical.encode(fold(right, entries))
    except UnknownEventType as error:
        check.leave_open("STATEMENT_BEYOND_US", **_reasons(error))
        return
    except Exception as error:  # noqa: BLE001 -- strangers' facts may break the fold in any way; none may pass
        check.fail(
            "STATEMENT_NOT_RECOMPUTED", right=right, found=type(error).__name__, expected=_hex(content)
        )
        return
    if found != content:
        check.fail("STATEMENT_NOT_RECOMPUTED", right=right, found=_hex(found), expected=_hex(content))


# 10. The claims, and that the package makes those of its kind.
def _check_claims(case: _Case, check: Check) -> None:
    manifest = case.manifest
    if manifest is None:
        check.leave_open()
        return
    for claim in manifest.claims:
        check.subjects += 1
        single = Check(0, "CLAIMS")
        _CLAIMS[type(claim)](case, single, claim)
        case.claims.append((claim, single.outcome))
        check.adopt(single)
    wanted = wanted_claims(manifest.kind, manifest.request)
    if wanted is None:
        check.fail("REQUEST_MALFORMED", kind=manifest.kind)
        return
    for want in wanted:
        if not any(want.fits(claim) for claim in manifest.claims):
            check.fail("CLAIM_MISSING", kind=manifest.kind, claim=" / ".join(want.names))


def _claim_entry(case: _Case, check: Check, claim: EntryClaim) -> None:
    _need_entry(case, check, claim, claim.position)


def _claim_history(case: _Case, check: Check, claim: HistoryClaim) -> None:
    if case.whole.get(claim.right) is not Outcome.PASS:
        check.leave_open()
        return
    said: dict[str, int | str] = {"count": claim.count, "head": claim.head}
    _compare_leaf(case, check, claim, said)


def _claim_status(case: _Case, check: Check, claim: StatusClaim) -> None:
    said: dict[str, int | str] = {"count": claim.count, "head": claim.head, "statement": claim.statement}
    _compare_leaf(case, check, claim, said)
    _need_statement(case, check, claim, claim.right)


def _claim_absent(case: _Case, check: Check, claim: AbsentClaim) -> None:
    tag = ASSET + claim.right
    record = case.leaves.get(tag)
    if record is None and (case.maps_unread or tag in case.lost):
        check.leave_open()
    elif record is None:
        _unproved(check, claim)
    elif record.leaf is not None:
        check.fail("CLAIM_DIFFERS", claim=_shown(claim), claimed="null", found=_shown(record.leaf))


def _claim_priority(case: _Case, check: Check, claim: PriorityClaim) -> None:
    if not _need_statement(case, check, claim, claim.right):
        return
    assert case.statement is not None
    try:
        shown = view(case.statement, date.fromisoformat(claim.as_of))["encumbrances"]
        ranks = {item["id"]: item["rank"] for item in shown if item["rank"] is not None}
    except Exception as error:  # noqa: BLE001 -- a stranger's statement may break the view in any way; none may pass
        check.fail("CLAIM_DIFFERS", claim=_shown(claim), claimed="", found=type(error).__name__)
        return
    for ranked in (claim.first, claim.second):
        found = ranks.get(ranked.id)
        if found != ranked.rank:
            check.fail(
                "CLAIM_DIFFERS", claim=_shown(claim), claimed=f"{ranked.id} {ranked.rank}", found=str(found)
            )


def _claim_order(case: _Case, check: Check, claim: OrderClaim) -> None:
    _need_entry(case, check, claim, claim.first)
    _need_entry(case, check, claim, claim.second)


def _claim_document(case: _Case, check: Check, claim: DocumentClaim) -> None:
    if _need_entry(case, check, claim, claim.position):
        found = disclosures.committed_files(case.entries[claim.position])
        if claim.sha256 not in found:
            check.fail(
                "CLAIM_DIFFERS", claim=_shown(claim), claimed=claim.sha256, found=", ".join(sorted(found))
            )


def _claim_consistent(case: _Case, check: Check, claim: ConsistentClaim) -> None:
    earlier = _earlier(case)
    if not earlier.subjects:
        _unproved(check, claim)
    elif earlier.outcome is not Outcome.PASS or case.signed is None or case.consistency is None:
        check.leave_open()
    elif (claim.from_, claim.to) != (case.consistency.from_.size, case.signed.checkpoint.size):
        found = f"{case.consistency.from_.size} → {case.signed.checkpoint.size}"
        check.fail("CLAIM_DIFFERS", claim=_shown(claim), claimed=f"{claim.from_} → {claim.to}", found=found)


def _need_entry(case: _Case, check: Check, claim: members.Member, position: int) -> bool:
    if position in case.proved:
        return True
    if position in case.unproved:
        check.leave_open()
    else:
        _unproved(check, claim)
    return False


def _need_statement(case: _Case, check: Check, claim: members.Member, right: str) -> bool:
    if case.statement is None or case.statement_outcome is not Outcome.PASS:
        check.leave_open()
        return False
    if case.statement.get("right") != right:
        found = ascii(str(case.statement.get("right")))[1:-1]
        check.fail("CLAIM_DIFFERS", claim=_shown(claim), claimed=right, found=found)
        return False
    return True


def _compare_leaf(
    case: _Case, check: Check, claim: HistoryClaim | StatusClaim, said: dict[str, int | str]
) -> None:
    tag = ASSET + claim.right
    leaf = case.leaf_of(claim.right)
    if leaf is None:
        if case.maps_unread or tag in case.lost:
            check.leave_open()
        else:
            _unproved(check, claim)
        return
    for name, claimed in said.items():
        found = getattr(leaf, name)
        if found != claimed:
            check.fail("CLAIM_DIFFERS", claim=_shown(claim), claimed=f"{name} {claimed}", found=str(found))


# 11. Tokens over the note.
def _check_tokens(case: _Case, check: Check) -> None:
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    refused: list[tuple[Outcome, dict[str, Datum]]] = []
    for name, response in case.files.items():
        if name.startswith("tokens/") and name.endswith(".tsr"):
            check.subjects += 1
            reason = _judge(case, check, name.removeprefix("tokens/").removesuffix(".tsr"), response)
            if reason is not None:
                refused.append(reason)
    carried = any(judged.outcome is Outcome.PASS for judged in case.tokens)
    for outcome, data in refused:
        if carried:
            check.note("TOKEN_FAILED" if outcome is Outcome.FAIL else "TOKEN_NOT_JUDGED", **data)
        elif outcome is Outcome.FAIL:
            check.fail("TOKEN_FAILED", **data)
        else:
            check.leave_open("TOKEN_NOT_JUDGED", **data)
    if not case.tokens:
        check.leave_open("NO_TOKEN")


def _judge(
    case: _Case, check: Check, authority: str, response: bytes
) -> tuple[Outcome, dict[str, Datum]] | None:
    """Judge one token; None if it is accepted, else the outcome and what decided it."""
    assert case.signed is not None
    try:
        report = judge_token(
            response,
            digest=case.signed.imprint,
            at=case.at,
            roots=case.trust.roots,
            untrusted=_certificates(case, check, f"tokens/{authority}.pem", load_certificates),
            revocation_lists=(
                *case.trust.revocation_lists,
                *_certificates(case, check, f"tokens/{authority}.crl", load_revocation_lists),
            ),
        )
    except TimestampInvalid as error:
        case.tokens.append(JudgedToken(authority, Outcome.FAIL, None))
        return Outcome.FAIL, {"authority": authority, "check": error.code, **_reasons(error)}
    case.tokens.append(JudgedToken(authority, report.outcome, report.token))
    if report.leading is None:
        assert report.token is not None
        check.note("TOKEN_ACCEPTED", authority=authority, time=format_instant(report.token.gen_time))
        return None
    leading = report.leading
    return report.outcome, {"authority": authority, "check": leading.code, **_reasons(leading)}


def _certificates(
    case: _Case, check: Check, name: str, read: Callable[[bytes], tuple[bytes, ...]]
) -> tuple[bytes, ...]:
    content = (case.files or {}).get(name)
    if content is None:
        return ()
    try:
        return read(content)
    except TimestampInvalid as error:
        check.note("TOKEN_FILE_UNREADABLE", name=name, **_reasons(error))
        return ()


# 12. As many independent authorities as the policy asks for.
def _check_authorities(case: _Case, check: Check) -> None:
    required = case.trust.policy.authorities
    roots = {
        judged.token.chain[-1] for judged in case.tokens if judged.outcome is Outcome.PASS and judged.token
    }
    check.subjects = len(roots)
    if len(roots) >= required:
        return
    if not case.trust.roots:
        check.leave_open("AUTHORITY_ROOTS_MISSING")
        return
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    unjudged = sum(judged.outcome is Outcome.INDETERMINATE for judged in case.tokens)
    if not case.tokens or len(roots) + unjudged >= required:
        check.leave_open("AUTHORITIES_TOO_FEW", found=len(roots), required=required)
    else:
        check.fail("AUTHORITIES_TOO_FEW", found=len(roots), required=required)


# 13. Earlier states of the log, those the verifier knows and the one the package brings.
def _check_consistency(case: _Case, check: Check) -> None:
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    earlier = _earlier(case)
    check.subjects += earlier.subjects
    check.adopt(earlier)
    for known in (signed.checkpoint for signed in case.trust.checkpoints):
        if known.origin == case.signed.checkpoint.origin:
            _compare_known(case, check, known)


def _compare_known(case: _Case, check: Check, known: Checkpoint) -> None:
    """A state seen before is the same state, or the one the consistency proof starts from, or left alone."""
    assert case.signed is not None
    now, record = case.signed.checkpoint, case.consistency
    if known.size == now.size:
        check.subjects += 1
        if (known.root, known.chain, known.map_root) != (now.root, now.chain, now.map_root):
            check.fail("HISTORY_FORKED", size=known.size)
    elif record is not None and record.from_.size == known.size:
        check.subjects += 1
        if bytes.fromhex(record.from_.root) != known.root:
            check.fail("HISTORY_FORKED", size=known.size)
    else:
        check.note("KNOWN_CHECKPOINT_NOT_COMPARED", size=known.size)


def _earlier(case: _Case) -> Check:
    """The consistency proof of the package, looked at once: a claim may rest on it before its own check."""
    if case.earlier is not None:
        return case.earlier
    check = case.earlier = Check(0, "CONSISTENCY")
    content = (case.files or {}).get(members.CONSISTENCY)
    if content is None:
        return check
    check.subjects = 1
    if case.signed is None:
        check.leave_open()
        return check
    try:
        case.consistency = members.read_consistency(content)
    except PackageInvalid as error:
        check.refuse(error)
        return check
    now, before = case.signed.checkpoint, case.consistency.from_
    if before.note is not None and not _is_note_of(case, before):
        check.fail("EARLIER_NOTE_DIFFERS", size=before.size)
    try:
        merkle.verify_consistency(
            size1=before.size,
            root1=bytes.fromhex(before.root),
            size2=now.size,
            root2=now.root,
            proof=[bytes.fromhex(each) for each in case.consistency.proof],
        )
    except ProofInvalid as error:
        check.fail("NOT_CONSISTENT", size=before.size, **_reasons(error))
    return check


def _is_note_of(case: _Case, earlier: members.Earlier) -> bool:
    assert case.signed is not None
    assert earlier.note is not None
    try:
        signed = checkpoints.parse(earlier.note.encode())
        if case.trust.operator is not None:
            checkpoints.verify(signed, case.trust.operator)
    except (CheckpointInvalid, UnicodeEncodeError):
        return False
    found = signed.checkpoint
    named = (case.signed.checkpoint.origin, earlier.size, earlier.root)
    return (found.origin, found.size, found.root.hex()) == named


# 14. Witnesses.
def _check_witnesses(case: _Case, check: Check) -> None:
    required = case.trust.policy.witnesses
    if case.signed is None:
        check.leave_open()
        return
    names: set[bytes] = set()
    for witness in case.trust.witnesses:
        sound = witness.cosigned(case.signed)
        if sound is False:
            check.fail("COSIGNATURE_INVALID", witness=witness.name)
        elif sound:
            names.add(witness.public_key)
    check.subjects = len(names)
    if len(names) >= required:
        return
    if not case.trust.witnesses:
        check.leave_open("WITNESSES_MISSING")
    else:
        check.fail("WITNESSES_TOO_FEW", found=len(names), required=required)


# 15. Opened fields.
def _check_disclosures(case: _Case, check: Check) -> None:
    if case.files is None:
        check.leave_open()
        return
    for name, content in case.files.items():
        position = disclosures.position_of(name)
        if position is None:
            continue
        try:
            opened = members.read_disclosures(name, content)
        except PackageInvalid as error:
            check.refuse(error)
            continue
        for each in opened:
            check.subjects += 1
            _check_disclosure(case, check, position, each)


def _check_disclosure(case: _Case, check: Check, position: int, opened: str) -> None:
    if disclosures.read(opened) is None:
        check.fail("DISCLOSURE_MALFORMED", position=position)
    elif position in case.unproved:
        check.leave_open()
    elif position not in case.proved or disclosures.digest(opened) not in case.entries[position].commitments:
        check.fail("DISCLOSURE_NOT_COMMITTED", position=position, digest=disclosures.digest(opened))


# 16. Documents.
def _check_documents(case: _Case, check: Check) -> None:
    if case.files is None:
        check.leave_open()
        return
    committed = {
        digest for position in case.proved for digest in disclosures.committed_files(case.entries[position])
    }
    for name, content in case.files.items():
        if not name.startswith("documents/"):
            continue
        check.subjects += 1
        digest, named = _hex(content), name.removeprefix("documents/")
        if digest != named:
            check.fail("DOCUMENT_DIFFERS", name=named, found=digest)
        elif named not in committed and case.unproved:
            check.leave_open()
        elif named not in committed:
            check.fail("DOCUMENT_NOT_COMMITTED", name=named)


def _file(case: _Case, check: Check, name: str) -> bytes | None:
    """A member that must be there."""
    if case.files is None:
        check.leave_open()
        return None
    if name not in case.files:
        check.fail("MEMBER_MISSING", name=name)
    return case.files.get(name)


def _unproved(check: Check, claim: members.Member) -> None:
    check.fail("CLAIM_UNPROVED", claim=_shown(claim))


def _shown(value: members.Member) -> str:
    return ascii(value.model_dump_json(by_alias=True))[1:-1]


def _hex(content: bytes) -> str:
    return sha256(content).hexdigest()


def _reasons(said: NotaryError | LedgerError | TokenCheck) -> dict[str, Datum]:
    return {"reason_en": said.message_en, "reason_zh": said.message_zh}


def _printable(data: Any) -> dict[str, Datum]:
    return {
        name: value if isinstance(value, str | int | bool | None) else str(value)
        for name, value in data.items()
    }


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    found: Sequence[Outcome] = tuple(outcomes)
    order = (Outcome.FAIL, Outcome.INDETERMINATE)
    return next((each for each in order if each in found), Outcome.PASS)


_STEPS: Final[dict[str, Callable[[_Case, Check], None]]] = {
    "ARCHIVE": _check_archive,
    "MANIFEST": _check_manifest,
    "ENTRIES": _check_entries,
    "CHECKPOINT": _check_checkpoint,
    "OPERATOR_SIGNATURE": _check_operator,
    "INCLUSION": _check_inclusion,
    "MAP": _check_map,
    "COMPLETENESS": _check_completeness,
    "STATEMENT": _check_statement,
    "CLAIMS": _check_claims,
    "TOKENS": _check_tokens,
    "AUTHORITIES": _check_authorities,
    "CONSISTENCY": _check_consistency,
    "WITNESSES": _check_witnesses,
    "DISCLOSURES": _check_disclosures,
    "DOCUMENTS": _check_documents,
}

_CLAIMS: Final[dict[type[members.Member], Callable[[_Case, Check, Any], None]]] = {
    EntryClaim: _claim_entry,
    HistoryClaim: _claim_history,
    StatusClaim: _claim_status,
    AbsentClaim: _claim_absent,
    PriorityClaim: _claim_priority,
    OrderClaim: _claim_order,
    DocumentClaim: _claim_document,
    ConsistentClaim: _claim_consistent,
}
