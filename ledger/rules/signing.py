"""Whether the signatures a command bears are its parties' own, and all that policy asks for are there.

A signature is judged at submission by the key on the signer's file, and kept with what was signed, so that
nobody can say later that the platform made the deal up.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from ledger.errors import InputRejected
from ledger.rules.base import Command, Finding, Missing, refuse
from ledger.rules.form import Submitted
from ledger.rules.situation import Situation
from ledger.signatures import Signature, kid_of, read_jwk, verify
from ledger.values.parties import party_id

_Fault: TypeAlias = tuple[str, dict[str, Any]]
"""A code and what fills its sentence."""


def signature_findings(submitted: Submitted, situation: Situation) -> tuple[Finding, ...]:
    """What is wrong with a command's signatures: false ones, unknown signers, required ones that lack."""
    command = submitted.command
    payload = submitted.text.encode()
    found = list(_meant_for(command, situation))
    signed = set()
    for place, each in enumerate(command.signatures):
        pointer = f"/signatures/{place}"
        fault = _fault(Signature(each.protected, each.signature), each.party, payload, situation)
        if fault is None:
            signed.add(party_id(each.party))
        else:
            code, told = fault
            found.append(refuse("T-1", code, pointer=pointer, party=each.party, **told))
    found += [
        refuse("T-1", "SIGNATURE_REQUIRED", party=name, missing=Missing("signature", name))
        for name in _required(command.actors(), situation)
        if party_id(name) not in signed
    ]
    return tuple(found)


def _meant_for(command: Command, situation: Situation) -> Iterator[Finding]:
    """What was signed for one ledger is not accepted by another."""
    if (command.signatures or command.ledger) and (command.ledger or "") != situation.origin:
        yield refuse(
            "T-1",
            "FIELD_INVALID",
            pointer="/ledger",
            field="/ledger",
            expected=situation.origin,
            given=command.ledger,
        )


def _required(actors: tuple[str, ...], situation: Situation) -> Iterator[str]:
    for name in actors:
        profile = situation.profile(name)
        if profile is not None and profile.signature_required:
            yield name


def _fault(signature: Signature, party: str, payload: bytes, situation: Situation) -> _Fault | None:
    profile = situation.profile(party)
    if profile is None or not profile.keys:
        return ("SIGNER_UNKNOWN", {"given": "no key on file"})
    try:
        kid = kid_of(signature)
        if not any(key.kid == kid for key in profile.keys):
            return ("SIGNER_UNKNOWN", {"given": "another key"})
        key = profile.key(kid, situation.today)
        if key is None:
            return ("KEY_REVOKED", {"given": kid, "day": profile.revoked[kid]})
        verify(signature, payload, read_jwk(key.jwk))
    except InputRejected as error:
        return ("SIGNATURE_INVALID", {"given": str(error.data.get("reason", error.code))})
    return None
