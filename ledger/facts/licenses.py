"""Licenses as registers record them.

| event | meaning | class | tags |
|---|---|---|---|
| license.recorded | a license contract was recorded (备案) | AUTHORITY; PARTY for US recordings | asset, party, license |
| license.changed | a recorded license was changed | same | asset, license |
| license.ended | the recordal was cancelled | same | asset, license |
| license.offered | an open license (开放许可) was declared | AUTHORITY | asset, license |
| license.offer_withdrawn | the declaration was withdrawn | AUTHORITY | asset, license |
"""

from typing import ClassVar, Literal

from ledger.facts.base import Day, Fact, Party, Text


class _OfLicense(Fact):
    license: Text
    """`lic_…`"""
    executed_on: Day | None = None
    registered_on: Day | None = None
    effective_from: Day | None = None
    text: Text | None = None

    def links(self) -> tuple[str, ...]:
        """The license."""
        return (f"license:{self.license}",)


class LicenseRecorded(_OfLicense):
    """A license was recorded; a missing kind is an ordinary license (L-1)."""

    TYPE: ClassVar[str] = "license.recorded"
    licensors: tuple[Party, ...] = ()
    licensees: tuple[Party, ...] = ()
    license_kind: Literal["exclusive", "sole", "ordinary"] | None = None

    def parties(self) -> tuple[Party, ...]:
        """Both sides."""
        return self.licensors + self.licensees


class LicenseChanged(_OfLicense):
    """The recordal of a license was changed; `before` and `after` are the register's words."""

    TYPE: ClassVar[str] = "license.changed"
    item: Text | None = None
    before: Text | None = None
    after: Text | None = None


class LicenseEnded(_OfLicense):
    """The recordal of a license was cancelled."""

    TYPE: ClassVar[str] = "license.ended"
    ended_on: Day | None = None


class LicenseOffered(_OfLicense):
    """The owner declared an open license (PL 50)."""

    TYPE: ClassVar[str] = "license.offered"


class LicenseOfferWithdrawn(_OfLicense):
    """The open license was withdrawn; licenses already taken continue (L-13)."""

    TYPE: ClassVar[str] = "license.offer_withdrawn"
