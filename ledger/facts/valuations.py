"""Valuations of rights: what an appraisal agency found a right to be worth, to which day, for which purpose.

| event | meaning | class | tags |
|---|---|---|---|
| valuation.reported | an appraisal report over one or several rights came on the ledger (V-1) | OPERATOR | asset, party, document |
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Day, Fact, Party, RightRef, Text, Value
from ledger.facts.documents import Sha256Hex

ValuationPurpose = Literal[
    "pledge", "transfer", "contribution", "securitization", "license", "litigation", "accounting"
]
ValuationMethod = Literal["income", "market", "cost"]
ValuationId = Annotated[str, Field(pattern=r"^val_[a-z0-9_-]{1,60}$")]
Minor = Annotated[int, Field(ge=0, le=2**53 - 1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class RightValued(Value):
    """What one right was found to be worth, in minor units of the report's currency."""

    right: RightRef
    minor: Minor


class ValuationReported(Fact):
    """A report that speaks to `base_date` and for `purpose` only (VAL 26, 27, 32).

    Appraisers are named by the numbers of their professional registration, not by name (PV-1).
    """

    TYPE: ClassVar[str] = "valuation.reported"
    valuation: ValuationId
    agency: Party
    appraisers: Annotated[tuple[Text, ...], Field(min_length=2)]
    methods: Annotated[tuple[ValuationMethod, ...], Field(min_length=1)]
    only_method: Text | None = None
    """Why one method only fits, where one only was used."""
    purpose: ValuationPurpose
    base_date: Day
    reported_on: Day
    currency: Currency
    values: Annotated[tuple[RightValued, ...], Field(min_length=1)]
    document: Sha256Hex

    @property
    def effective_on(self) -> str | None:
        """The day the value speaks to."""
        return self.base_date

    def parties(self) -> tuple[Party, ...]:
        """The agency."""
        return (self.agency,)

    def links(self) -> tuple[str, ...]:
        """The report."""
        return (f"document:{self.document}",)
