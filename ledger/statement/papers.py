"""Consents and documents on the right, each with the days it counts (T-6, T-8, T-10, L-16).

They are told as facts; which act they suffice for is a question of the rules.
"""

from typing import Any, Final

from ledger.facts.base import Fact
from ledger.facts.consents import ConsentGiven, ConsentWithdrawn
from ledger.facts.documents import DocumentFiled
from ledger.statement.base import Recorded, names, of_kinds

_KINDS: Final[frozenset[type[Fact]]] = frozenset((ConsentGiven, ConsentWithdrawn, DocumentFiled))


def resolve(recorded: list[Recorded]) -> dict[str, list[dict[str, Any]]]:
    """`consents` and `documents` in order of position; a member is absent where there is none."""
    consents: dict[str, dict[str, Any]] = {}
    documents: list[dict[str, Any]] = []
    for item in of_kinds(recorded, _KINDS):
        match item.fact:
            case ConsentGiven() as fact:
                consents[fact.consent] = _consent(item, fact)
            case ConsentWithdrawn() as fact if fact.consent in consents:
                consents[fact.consent]["withdrawn_on"] = fact.withdrawn_on
                consents[fact.consent]["entries"] += item.entries
            case DocumentFiled() as fact:
                documents.append(_document(item, fact))
    found = {"consents": list(consents.values()), "documents": documents}
    return {member: items for member, items in found.items() if items}


def _consent(item: Recorded, fact: ConsentGiven) -> dict[str, Any]:
    return {
        "id": fact.consent,
        "giver": fact.giver.name,
        "role": fact.role,
        "act": fact.act,
        "to": names(fact.to),
        "pledge": fact.pledge,
        "license_kinds": list(fact.license_kinds),
        "disposition": fact.disposition,
        "proceeds": fact.proceeds,
        "given_on": fact.given_on,
        "until": fact.until,
        "withdrawn_on": None,
        "document": fact.document,
        "entries": list(item.entries),
    }


def _document(item: Recorded, fact: DocumentFiled) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "number": fact.number,
        "issuer": fact.issuer,
        "issued_on": fact.issued_on,
        "from": fact.effective_from or fact.issued_on,
        "until": fact.until,
        "party": fact.party.name if fact.party else None,
        "to": names(fact.to),
        "act": fact.act,
        "sha256": fact.sha256,
        "by_authority": item.record.authority,
        "entries": list(item.entries),
    }
