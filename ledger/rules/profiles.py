"""What the ledger knows of a party: the fold of its file (ID-1 to ID-4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.facts.base import Fact
from ledger.facts.parties import (
    Attributes,
    Identifier,
    Key,
    PartyDescribed,
    PartyKeyRevoked,
    PartyRegistered,
    as_members,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A party as registered; `revoked` holds the first day a key no longer counts."""

    name: str
    attributes: Attributes = field(default_factory=Attributes)
    identifiers: tuple[Identifier, ...] = ()
    keys: tuple[Key, ...] = ()
    revoked: dict[str, str] = field(default_factory=dict)
    signature_required: bool = False

    def key(self, kid: str, day: str) -> Key | None:
        """The key of that thumbprint, unless it was revoked by `day`."""
        if self.revoked.get(kid, "9999") <= day:
            return None
        return next((key for key in self.keys if key.kid == kid), None)


def profile(facts: Iterable[Fact]) -> Profile | None:
    """The profile these facts of one party's file make, in their order; None where nothing was registered."""
    known: Profile | None = None
    for fact in facts:
        match fact:
            case PartyRegistered() if known is None:
                known = Profile(
                    fact.party.name,
                    fact.attributes,
                    fact.identifiers,
                    fact.keys,
                    {},
                    fact.signature_required,
                )
            case PartyDescribed() if known is not None:
                known = _described(known, fact)
            case PartyKeyRevoked() if known is not None:
                known = replace(known, revoked={fact.kid: fact.revoked_on, **known.revoked})
    return known


def merged(stated: Attributes, known: Attributes) -> Attributes:
    """The attributes on file, and from the command those the file does not have."""
    return Attributes(**{**as_members(stated), **as_members(known)})


def _described(known: Profile, fact: PartyDescribed) -> Profile:
    changes: dict[str, Any] = {"attributes": merged(known.attributes, fact.attributes)}
    if fact.identifiers:
        changes["identifiers"] = tuple(dict.fromkeys((*known.identifiers, *fact.identifiers)))
    if fact.keys:
        changes["keys"] = (*known.keys, *fact.keys)
    if fact.signature_required is not None:
        changes["signature_required"] = fact.signature_required
    return replace(known, **changes)
