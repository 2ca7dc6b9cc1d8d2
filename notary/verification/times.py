"""Checks 11 and 12: tokens over the checkpoint, and by how many authorities."""

from collections.abc import Callable

from ledger.entry import format_instant
from notary.errors import (
    Datum,
    TimestampInvalid,
)
from notary.tokens import judge_token, load_certificates, load_revocation_lists
from notary.tokens.report import Outcome
from notary.verification.case import Case
from notary.verification.report import Check, JudgedToken, reasons


def check_tokens(case: Case, check: Check) -> None:
    """Judge every token over the note; one that is accepted carries the time, the others are told."""
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
    case: Case, check: Check, authority: str, response: bytes
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
        return Outcome.FAIL, {"authority": authority, "check": error.code, **reasons(error)}
    case.tokens.append(JudgedToken(authority, report.outcome, report.token))
    if report.leading is None:
        assert report.token is not None
        check.note("TOKEN_ACCEPTED", authority=authority, time=format_instant(report.token.gen_time))
        return None
    leading = report.leading
    return report.outcome, {"authority": authority, "check": leading.code, **reasons(leading)}


def _certificates(
    case: Case, check: Check, name: str, read: Callable[[bytes], tuple[bytes, ...]]
) -> tuple[bytes, ...]:
    content = (case.files or {}).get(name)
    if content is None:
        return ()
    try:
        return read(content)
    except TimestampInvalid as error:
        check.note("TOKEN_FILE_UNREADABLE", name=name, **reasons(error))
        return ()


def check_authorities(case: Case, check: Check) -> None:
    """Count the independent authorities: accepted tokens that lead to different roots."""
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
    if not roots or len(roots) + unjudged >= required:
        check.leave_open("AUTHORITIES_TOO_FEW", found=len(roots), required=required)
    else:
        check.fail("AUTHORITIES_TOO_FEW", found=len(roots), required=required)
