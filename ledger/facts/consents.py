"""Consents: who agreed to which act on which right.

| event | meaning | class | tags |
|---|---|---|---|
| consent.given | a person whose consent the law asks for gave it in writing | PARTY | asset, party, consent's pledge |
| consent.withdrawn | it was taken back before it was used | PARTY | asset, party |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, Text
from ledger.facts.documents import Sha256Hex

ConsentId = Annotated[str, Field(pattern=r"^cns_[a-z0-9_-]{1,60}$")]

ConsentRole = Literal[
    "coowner",
    "pledgee",
    "junior_pledgee",
    "pledgor",
    "licensor",
    "licensee",
    "debtor",
    "creditor",
    "administrator",
]
"""In which position the giver consents."""

ConsentedAct = Literal[
    "transfer",
    "license",
    "sublicense",
    "open_license",
    "pledge",
    "pledge_change",
    "rank_change",
    "debtor_change",
    "roll_over",
    "repledge",
    "use",
    "surrender",
    "release",
]


class ConsentGiven(Fact):
    """`giver` consents, in the position of `role`, to `act` on `rights`.

    `to` names the other side (transferee, licensee, pledgee) where the consent is for that one only: a
    pledgee's consent to a transfer always does (T-8). `disposition` says whether the pledge continues, and
    `proceeds` where the price goes (CC 444).
    """

    TYPE: ClassVar[str] = "consent.given"
    consent: ConsentId
    giver: Party
    role: ConsentRole
    act: ConsentedAct
    to: tuple[Party, ...] = ()
    pledge: Text | None = None
    license_kinds: tuple[Literal["exclusive", "sole", "ordinary"], ...] = ()
    """Which kinds of license it covers; none named covers ordinary ones only."""
    disposition: Literal["continues", "released"] = "continues"
    proceeds: Literal["prepayment", "escrow"] | None = None
    given_on: Day
    until: Day | None = None
    document: Sha256Hex | None = None
    """The written consent, by its digest."""

    @property
    def effective_on(self) -> str | None:
        """The day it was given."""
        return self.given_on

    def parties(self) -> tuple[Party, ...]:
        """Who consents, and to whom."""
        return (self.giver, *self.to)

    def links(self) -> tuple[str, ...]:
        """The pledge it is given for, where named."""
        return (f"pledge:{self.pledge}",) if self.pledge else ()


class ConsentWithdrawn(Fact):
    """The giver took an unused consent back."""

    TYPE: ClassVar[str] = "consent.withdrawn"
    consent: ConsentId
    giver: Party
    withdrawn_on: Day

    @property
    def effective_on(self) -> str | None:
        """The day it was taken back."""
        return self.withdrawn_on

    def parties(self) -> tuple[Party, ...]:
        """Who consented."""
        return (self.giver,)
