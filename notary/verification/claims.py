"""Check 10: every claim follows from what was checked, and those the kind makes are there."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from ledger.entry import ASSET
from ledger.statement.view import view
from notary.evidence import disclosures, members
from notary.evidence.members import (
    AbsentClaim,
    ConsistentClaim,
    DocumentClaim,
    EntryClaim,
    HistoryClaim,
    OrderClaim,
    PriorityClaim,
    StatusClaim,
)
from notary.evidence.requests import wanted_claims
from notary.tokens.report import Outcome
from notary.verification.case import Case
from notary.verification.log import earlier_states
from notary.verification.report import Check, shown


def check_claims(case: Case, check: Check) -> None:
    """Judge every claim, and look for those the kind of package makes."""
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


def _claim_entry(case: Case, check: Check, claim: EntryClaim) -> None:
    _need_entry(case, check, claim, claim.position)


def _claim_history(case: Case, check: Check, claim: HistoryClaim) -> None:
    if case.whole.get(claim.right) is not Outcome.PASS:
        check.leave_open()
        return
    said: dict[str, int | str] = {"count": claim.count, "head": claim.head}
    _compare_leaf(case, check, claim, said)


def _claim_status(case: Case, check: Check, claim: StatusClaim) -> None:
    said: dict[str, int | str] = {"count": claim.count, "head": claim.head, "statement": claim.statement}
    _compare_leaf(case, check, claim, said)
    _need_statement(case, check, claim, claim.right)


def _claim_absent(case: Case, check: Check, claim: AbsentClaim) -> None:
    tag = ASSET + claim.right
    record = case.leaves.get(tag)
    if record is None and (case.maps_unread or tag in case.lost):
        check.leave_open()
    elif record is None:
        _unproved(check, claim)
    elif record.leaf is not None:
        check.fail("CLAIM_DIFFERS", claim=shown(claim), claimed="null", found=shown(record.leaf))


def _claim_priority(case: Case, check: Check, claim: PriorityClaim) -> None:
    if not _need_statement(case, check, claim, claim.right):
        return
    assert case.statement is not None
    try:
        standing = view(case.statement, date.fromisoformat(claim.as_of))["encumbrances"]
        ranks = {item["id"]: item["rank"] for item in standing if item["rank"] is not None}
    except Exception as error:  # noqa: BLE001 -- a stranger's statement may break the view in any way; none may pass
        check.fail("CLAIM_DIFFERS", claim=shown(claim), claimed="", found=type(error).__name__)
        return
    for ranked in (claim.first, claim.second):
        found = ranks.get(ranked.id)
        if found != ranked.rank:
            check.fail(
                "CLAIM_DIFFERS", claim=shown(claim), claimed=f"{ranked.id} {ranked.rank}", found=str(found)
            )


def _claim_order(case: Case, check: Check, claim: OrderClaim) -> None:
    _need_entry(case, check, claim, claim.first)
    _need_entry(case, check, claim, claim.second)


def _claim_document(case: Case, check: Check, claim: DocumentClaim) -> None:
    if _need_entry(case, check, claim, claim.position):
        found = disclosures.committed_files(case.entries[claim.position])
        if claim.sha256 not in found:
            check.fail(
                "CLAIM_DIFFERS", claim=shown(claim), claimed=claim.sha256, found=", ".join(sorted(found))
            )


def _claim_consistent(case: Case, check: Check, claim: ConsistentClaim) -> None:
    earlier = earlier_states(case)
    if not earlier.subjects:
        _unproved(check, claim)
    elif earlier.outcome is not Outcome.PASS or case.signed is None or case.consistency is None:
        check.leave_open()
    elif (claim.from_, claim.to) != (case.consistency.from_.size, case.signed.checkpoint.size):
        found = f"{case.consistency.from_.size} → {case.signed.checkpoint.size}"
        check.fail("CLAIM_DIFFERS", claim=shown(claim), claimed=f"{claim.from_} → {claim.to}", found=found)


def _need_entry(case: Case, check: Check, claim: members.Member, position: int) -> bool:
    if position in case.proved:
        return True
    if position in case.unproved:
        check.leave_open()
    else:
        _unproved(check, claim)
    return False


def _need_statement(case: Case, check: Check, claim: members.Member, right: str) -> bool:
    if members.STATEMENT not in (case.files or {}):
        _unproved(check, claim)
        return False
    if case.statement is None or case.statement_outcome is not Outcome.PASS:
        check.leave_open()
        return False
    if case.statement.get("right") != right:
        found = ascii(str(case.statement.get("right")))[1:-1]
        check.fail("CLAIM_DIFFERS", claim=shown(claim), claimed=right, found=found)
        return False
    return True


def _compare_leaf(
    case: Case, check: Check, claim: HistoryClaim | StatusClaim, said: dict[str, int | str]
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
            check.fail("CLAIM_DIFFERS", claim=shown(claim), claimed=f"{name} {claimed}", found=str(found))


def _unproved(check: Check, claim: members.Member) -> None:
    check.fail("CLAIM_UNPROVED", claim=shown(claim))


_CLAIMS: Final[dict[type[members.Member], Callable[[Case, Check, Any], None]]] = {
    EntryClaim: _claim_entry,
    HistoryClaim: _claim_history,
    StatusClaim: _claim_status,
    AbsentClaim: _claim_absent,
    PriorityClaim: _claim_priority,
    OrderClaim: _claim_order,
    DocumentClaim: _claim_document,
    ConsistentClaim: _claim_consistent,
}
