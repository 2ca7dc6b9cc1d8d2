"""Checks 7 to 9: what the ledger says of a right, and that it says nothing else."""

from hashlib import sha256

from ledger import canonical, chain
from ledger.entry import ASSET
from ledger.errors import UnknownEventType
from ledger.statement import fold
from notary import map as maps
from notary.errors import PackageInvalid, ProofInvalid
from notary.evidence import members
from notary.evidence.members import (
    HistoryClaim,
    ListLeaf,
    MapRecord,
    RightLeaf,
)
from notary.tokens.report import Outcome
from notary.verification.case import Case
from notary.verification.report import Check, hex_digest, reasons


def check_map(case: Case, check: Check) -> None:
    """Follow every map proof to the map root."""
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
        check.fail("MAP_PROOF_FAILED", key_of=record.key_of, **reasons(error))
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


def check_completeness(case: Case, check: Check) -> None:
    """Look whether the entries of each right claimed whole are all there, in order, unbroken."""
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


def _check_whole(case: Case, check: Check, right: str, count: int, head: str) -> None:
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


def _missing(case: Case, check: Check, right: str, seq: int, count: int) -> None:
    """An entry that is there but cannot be read is not missing."""
    if case.unread:
        check.leave_open()
    else:
        check.fail("ENTRY_MISSING", right=right, seq=seq, count=count)


def check_statement(case: Case, check: Check) -> None:
    """Hold the statement against the map, and against the entries where they are all there."""
    if case.files is None:
        check.leave_open()
        return
    content = case.files.get(members.STATEMENT)
    if content is None:
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


def _is_whole(case: Case, right: str, leaf: RightLeaf) -> bool:
    probe = Check(0, "COMPLETENESS")
    _check_whole(case, probe, right, leaf.count, leaf.head)
    return probe.outcome is Outcome.PASS


def _recompute(case: Case, check: Check, right: str, content: bytes) -> None:
    entries = [entry for _, _, entry in case.of_right(right)]
    check.subjects += 1
    try:
        found = canonical.encode(fold(right, entries))
    except UnknownEventType as error:
        check.leave_open("STATEMENT_BEYOND_US", **reasons(error))
        return
    except Exception as error:  # noqa: BLE001 -- strangers' facts may break the fold in any way; none may pass
        check.fail(
            "STATEMENT_NOT_RECOMPUTED", right=right, found=type(error).__name__, expected=hex_digest(content)
        )
        return
    if found != content:
        check.fail(
            "STATEMENT_NOT_RECOMPUTED", right=right, found=hex_digest(found), expected=hex_digest(content)
        )
