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
from ledger.values.parties import party_id, same_party

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
        for name in _required(command, situation)
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


def _required(command: Command, situation: Situation) -> Iterator[str]:
    """Those who act, under the names their files have, whose own signature policy demands.

    Who acts under another spelling of a name of record is that party to every rule, so it is to this one.
    """
    actors = command.actors()
    names = {party_id(name): name for name in actors}
    rights = command.rights or (tuple(situation.rights) if command.links() else ())
    for _, statement in situation.statements(rights if actors else ()):
        for name in _named_on(statement):
            if _must_sign(name, situation) and any(same_party(name, actor) for actor in actors):
                names.setdefault(party_id(name), name)
    for name in names.values():
        if _must_sign(name, situation):
            yield name


def _must_sign(name: str, situation: Situation) -> bool:
    profile = situation.profile(name)
    return profile is not None and profile.signature_required


def _named_on(statement: dict[str, Any]) -> Iterator[str]:
    """Owners, and parties of what lies on the right or is contracted over it, past ones too."""
    for period in statement["titles"]:
        for owner in period["owners"]:
            yield from (owner["name"], *owner["former_names"])
    for item in statement["encumbrances"]:
        yield from item["grantors"]
        for step in item["holders"]:
            yield from step["names"]
    for license_ in statement.get("licenses", ()):
        yield from (*license_["licensors"], *license_["licensees"])


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
