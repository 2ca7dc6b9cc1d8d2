"""Check 17: the parties' own signatures on acts, each over the very text its entry holds."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger import canonical
from ledger.entry import Entry
from ledger.errors import InputRejected, NotCanonical
from ledger.facts.acts import ActSigned
from ledger.signatures import Signature, read_jwk, verify
from notary.verification.case import Case
from notary.verification.report import Check, legible, reasons


class _Said(BaseModel):
    """What the check reads of an entry; further members prove nothing and harm nothing."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class _Signer(_Said):
    name: str


class _Signature(_Said):
    party: _Signer
    kid: str
    jwk: dict[str, Any]
    protected: str
    signature: str


class _Act(_Said):
    act: str
    command: str
    signatures: Annotated[list[_Signature], Field(min_length=1)]


def check_signatures(case: Case, check: Check) -> None:
    """Verify every signature of every `act.signed` that stands in the log."""
    if case.files is None or case.manifest is None:
        check.leave_open()
        return
    if case.unread:
        check.leave_open()
    for position, entry in sorted(case.entries.items()):
        if entry.type != ActSigned.TYPE:
            continue
        if position in case.unproved:
            check.leave_open()
        elif entry.type_v != ActSigned.VERSION:
            check.leave_open("SIGNED_ACT_BEYOND_US", position=position, version=entry.type_v)
        else:
            _check_act(case, check, entry, case.manifest.origin)


def _check_act(case: Case, check: Check, entry: Entry, origin: str) -> None:
    position = entry.position
    try:
        said = _Act.model_validate(entry.data)
        command = canonical.decode(said.command.encode())
    except (ValidationError, NotCanonical):
        command = None
    if not isinstance(command, dict):
        check.fail("SIGNED_ACT_MALFORMED", position=position)
        return
    if command.get("command_id") != said.act:
        check.fail("SIGNED_ACT_OTHER", position=position, act=legible(said.act))
    if "ledger" in command and command["ledger"] != origin:
        check.fail("SIGNED_FOR_ANOTHER_LEDGER", position=position, origin=origin)
    for each in said.signatures:
        check.subjects += 1
        _check_signature(case, check, position, each, said.command.encode())


def _check_signature(case: Case, check: Check, position: int, said: _Signature, payload: bytes) -> None:
    party = legible(said.party.name)
    try:
        key = read_jwk(said.jwk)
        verify(Signature(said.protected, said.signature), payload, key)
    except InputRejected as error:
        check.fail("ACT_SIGNATURE_REFUSED", position=position, party=party, **reasons(error))
        return
    if said.kid != key.kid:
        check.fail("ACT_KEY_NAMED_OTHERWISE", position=position, party=party, kid=key.kid)
        return
    known = case.trust.parties
    if known is None:
        check.note("SIGNED_BY_KEY", position=position, party=party, kid=key.kid)
    elif key.kid in known.get(said.party.name, ()):
        check.note("SIGNED_BY_PARTY", position=position, party=party, kid=key.kid)
    else:
        check.leave_open("SIGNER_NOT_KNOWN", position=position, party=party, kid=key.kid)
