"""The full verifier: checks an evidence package offline, without database or network (docs/formats.md 8.4).

Seventeen numbered checks, each PASS, FAIL or INDETERMINATE with codes that say why; the package as a whole is
FAIL if one check fails, else INDETERMINATE if one is, else PASS. What rests on something that failed before
is INDETERMINATE, so the failed check names the lie. Trust comes from the verifier's folder, never from the
package.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from notary.evidence.codes import CHECKS
from notary.evidence.trust import TrustFolder
from notary.tokens.report import Outcome
from notary.verification.case import Case
from notary.verification.claims import check_claims
from notary.verification.files import (
    check_archive,
    check_checkpoint,
    check_disclosures,
    check_documents,
    check_entries,
    check_manifest,
)
from notary.verification.log import check_consistency, check_inclusion, check_operator, check_witnesses
from notary.verification.report import Check, Finding, JudgedToken, Report
from notary.verification.rights import check_completeness, check_map, check_statement
from notary.verification.signatures import check_signatures
from notary.verification.times import check_authorities, check_tokens

__all__ = ["Check", "Finding", "JudgedToken", "Outcome", "Report", "verify"]


def verify(package: bytes | Path, trust: TrustFolder, at: datetime) -> Report:
    """Check a package. Never raises for anything in it, nor for a file that cannot be read.

    Args:
        package: the archive, or where it lies.
        trust: what the verifier brings along.
        at: the verifier's clock, aware.
    """
    assert at.tzinfo is not None, "the verifier's clock must say its time zone"
    case = Case(package, trust, at.astimezone(UTC))
    checks: list[Check] = []
    for number, name in enumerate(CHECKS, start=1):
        check = Check(number, name)
        _STEPS[name](case, check)
        checks.append(check)
    checkpoint = None if case.signed is None else case.signed.checkpoint
    return Report(tuple(checks), case.manifest, checkpoint, tuple(case.tokens), tuple(case.claims))


_STEPS: Final[dict[str, Callable[[Case, Check], None]]] = {
    "ARCHIVE": check_archive,
    "MANIFEST": check_manifest,
    "ENTRIES": check_entries,
    "CHECKPOINT": check_checkpoint,
    "OPERATOR_SIGNATURE": check_operator,
    "INCLUSION": check_inclusion,
    "MAP": check_map,
    "COMPLETENESS": check_completeness,
    "STATEMENT": check_statement,
    "CLAIMS": check_claims,
    "TOKENS": check_tokens,
    "AUTHORITIES": check_authorities,
    "CONSISTENCY": check_consistency,
    "WITNESSES": check_witnesses,
    "DISCLOSURES": check_disclosures,
    "DOCUMENTS": check_documents,
    "SIGNATURES": check_signatures,
}
