"""What a license contract says: the commands that grant one, and their scope read for each right."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.errors import InputRejected
from ledger.facts.base import Value
from ledger.facts.licenses import LicenseKind, SublicenseAuthority
from ledger.rules.base import Command, Finding, refuse
from ledger.rules.fields import Amount, CommandDay, Digest, LicenseId, Line, Parties, RightId, names_of
from ledger.statement.reading import Statement, licenses_known
from ledger.values.calendar import WorkingDay, procedural_term_end
from ledger.values.scope import Scope
from ledger.values.scope_forms import scope_of

RECORDAL_MONTHS: Final = 3
"""To file a patent license for recordal, from the day its contract takes effect (PIR 15)."""

ScopeSaid = dict[str, Any]
"""A scope in the JSON form of `ledger.values.scope`; read by the rules, for each right by its kind."""


class LicenseTerms(Value):
    """What a license contract says, but for its day and paper."""

    license: LicenseId | None = None
    kind: LicenseKind | None = None
    licensors: Parties
    licensees: Parties
    scope: ScopeSaid
    parent: LicenseId | None = None
    reverse: bool = False
    sublicense: SublicenseAuthority = "none"
    subject_to: Annotated[tuple[LicenseId, ...], Field(max_length=2000)] = ()
    instead_of_own_use: bool = False
    fee: Amount | None = None
    fee_terms: Line | None = None
    maintained_by: Literal["licensor", "licensee"] = "licensor"
    export_class: Literal["prohibited", "restricted", "free"] | None = None


class GrantLicense(LicenseTerms, Command):
    """A license contract. Without `kind` it is an ordinary license.

    A sublicense names the license it comes from in `parent`; one that goes back to the owner is `reverse`.
    `sublicense` is what the contract lets the licensee grant in its turn. `effective_from` where the
    contract takes effect on another day than it was signed.
    """

    KIND: ClassVar[str] = "grant_license"
    command: Literal["grant_license"]
    contract: Line | None = None
    executed_on: CommandDay
    effective_from: CommandDay | None = None
    document: Digest | None = None

    @property
    def id(self) -> str:
        """Of the license."""
        return self.license or self.new_id("lic")

    @property
    def license_kind(self) -> LicenseKind:
        """L-1: a kind that is missing is ordinary."""
        return self.kind or "ordinary"

    @property
    def licensor_names(self) -> tuple[str, ...]:
        """Each once."""
        return names_of(self.licensors)

    @property
    def licensee_names(self) -> tuple[str, ...]:
        """Each once."""
        return names_of(self.licensees)

    def names(self) -> tuple[str, ...]:
        """Both sides."""
        return names_of(self.licensors, self.licensees)

    def actors(self) -> tuple[str, ...]:
        """Both sides of the contract."""
        return self.names()

    def links(self) -> tuple[str, ...]:
        """The license and the one it comes from, whose further rights are read."""
        return tuple(f"license:{each}" for each in (self.license, self.parent) if each)


class CrossDirection(LicenseTerms):
    """One direction of a cross license; `rights` are those it licenses."""

    rights: Annotated[tuple[RightId, ...], Field(min_length=1, max_length=1000)]


class GrantCrossLicense(Command):
    """Two licenses, each side to the other, under one contract: both are granted or none (L-10).

    `rights` are those of both directions.
    """

    KIND: ClassVar[str] = "grant_cross_license"
    command: Literal["grant_cross_license"]
    grants: Annotated[tuple[CrossDirection, ...], Field(min_length=2, max_length=2)]
    contract: Line | None = None
    executed_on: CommandDay
    effective_from: CommandDay | None = None
    document: Digest | None = None

    @cached_property
    def directions(self) -> tuple[GrantLicense, ...]:
        """Each direction as a license by itself."""
        shared = {
            "contract": self.contract or self.command_id,
            "executed_on": self.executed_on,
            "effective_from": self.effective_from,
            "document": self.document,
            "command": "grant_license",
        }
        return tuple(
            GrantLicense.model_construct(
                **{**vars(grant), **shared, "command_id": f"{self.command_id}.{place}"}
            )
            for place, grant in enumerate(self.grants, 1)
        )

    def names(self) -> tuple[str, ...]:
        """All parties."""
        return tuple(dict.fromkeys(name for grant in self.directions for name in grant.names()))

    def actors(self) -> tuple[str, ...]:
        """All parties."""
        return self.names()

    def links(self) -> tuple[str, ...]:
        """Of both directions."""
        return tuple(tag for grant in self.directions for tag in grant.links())


def kind_of(right: str) -> str:
    """`patent` of `CN:patent:…`."""
    return right.split(":")[1]


def office_of(right: str) -> str:
    """`CN` of `CN:patent:…`."""
    return right.partition(":")[0]


def granted_scope(right: str, form: ScopeSaid) -> Scope | None:
    """The scope for this right, or None where the form is wrong, which `scope_faults` tells."""
    try:
        return scope_of(kind_of(right), form)
    except InputRejected:
        return None


def scope_faults(rights: tuple[str, ...], form: ScopeSaid) -> Iterator[Finding]:
    """What is wrong with the form of a scope, for each right by its kind."""
    for right in rights:
        try:
            scope_of(kind_of(right), form)
        except InputRejected as error:
            where = error.data.get("pointer", "")
            yield refuse(
                "L-5", error.code, right=right, pointer=f"/scope{where}", field=f"/scope{where}",
                expected=error.data.get("reason"),
            )  # fmt: skip


def effective_day(command: GrantLicense) -> str:
    """The day the contract takes effect."""
    return command.effective_from or command.executed_on


def is_recordable(right: str) -> bool:
    """A Chinese patent: the three months of PIR 15 are asked of no other right."""
    return (office_of(right), kind_of(right)) == ("CN", "patent")


def recordal_due(command: GrantLicense) -> WorkingDay:
    """The last day to file the license for recordal (PIR 15), and whether the calendar settles it."""
    return procedural_term_end(date.fromisoformat(effective_day(command)), months=RECORDAL_MONTHS)


def license_of(statement: Statement, id_: str) -> dict[str, Any] | None:
    """The license of that id on a right, ended or not."""
    return next((each for each in licenses_known(statement) if each["id"] == id_), None)
