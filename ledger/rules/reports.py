"""Reports: what a register, court or gazette says (N-2). Never refused for contradicting the ledger.

A report is refused only for bad form, an unknown right, a false signature, or because it was recorded
already. What it contradicts is flagged `AUTHORITY_CONFLICT`, naming the rule that is broken: each family says
in `CONTRADICTIONS` which of its rules a kind of fact can break.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

import orjson
from pydantic import (
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts import REGISTRY
from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.transfers import PartyAddressChanged, PartyRenamed
from ledger.rules.base import Command, Finding, Procedure, Said, Stage, flag, refuse
from ledger.rules.fields import RightId, SourceSaid, wrong
from ledger.rules.situation import Situation
from ledger.statement.base import Recorded
from ledger.values.parties import party_id

Contradiction = Callable[[Any, Situation, str], Iterator[Finding]]
"""What a reported fact breaks on a day: findings as for a command; rule, code, right and data are told."""

Supplement = Callable[[Any, Situation], Iterator[Said]]
"""What the ledger records beside a reported fact, by its own word."""

PARTY_REGISTERS: Final = frozenset(("USPTO", "USCO", "UCC"))
"""Offices whose recording is no finding of validity: their entries are a party's word (U-2).

A UCC-1 or Copyright Office filing of a lien stands beside the recording of the same lien (U-7).
"""

PARTY_OFFICE: Final = "US"

REPORTABLE: Final = {
    name: fact
    for (name, _), fact in REGISTRY.items()
    if name.partition(".")[0]
    in {
        "right",
        "application",
        "invalidation",
        "transfer",
        "transmission",
        "party",
        "license",
        "compulsory_license",
        "open_license",
        "pledge",
        "freeze",
        "suspension",
        "insolvency",
        "disposal",
        "judicial_sale",
        "enforcement",
        "proceeds",
        "procedure",
        "fee",
        "recording",
        "conveyance",
        "dispute",
        "marks",
        "document",
        "entry",
    }
    and getattr(fact, "REPORTABLE", True)
}
"""Facts a register, court or gazette can report, by event type."""


def _fact(value: Any) -> Fact:
    """`{"type": "pledge.registered", …}` as that fact."""
    return read_fact(value, REPORTABLE, "an object whose member type is an event a register reports")


def read_fact(value: Any, kinds: Mapping[str, type[Fact]], expected: str) -> Fact:
    """The fact of a type in `kinds` that an object with its `type` states; faults keep their pointers."""
    if isinstance(value, Fact):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or value["type"] not in kinds:
        wrong("FIELD_INVALID", expected=expected)
    members = {name: told for name, told in value.items() if name != "type"}
    try:
        return kinds[value["type"]].model_validate_json(orjson.dumps(members), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(map(str, first["loc"]))
        raise PydanticCustomError(
            "ledger", "{code}", {"code": "FIELD_INVALID", "field": f"/fact/{where}", "expected": first["msg"]}
        ) from error
    except InputRejected as error:
        wrong(error.code, given=str(error.data.get("text", ""))[:60])


ReportedFact = Annotated[
    Any,
    PlainValidator(_fact),
    WithJsonSchema(
        {"type": "object", "required": ["type"], "properties": {"type": {"enum": sorted(REPORTABLE)}}}
    ),
]
"""A fact of docs/events with its `type`."""


class Report(Command):
    """A register's, court's or gazette's word: any fact of docs/events it can state, and where it stands.

    `rights` may be left out: they are the fact's own.
    """

    KIND: ClassVar[str] = "report"
    CLASS: ClassVar[EntryClass] = EntryClass.AUTHORITY
    command: Literal["report"]
    rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    source: SourceSaid
    fact: ReportedFact

    @property
    def entry_class(self) -> EntryClass:
        """An authority's word, but for offices that only record (U-2)."""
        return EntryClass.PARTY if self.source.registry in PARTY_REGISTERS else EntryClass.AUTHORITY

    def creates(self, right: str) -> bool:
        """Whether the report is that of the right's registration."""
        return bool(self.fact.TYPE == "right.registered" and right in self.fact.rights)

    def names(self) -> tuple[str, ...]:
        """Everybody the fact names."""
        return tuple(dict.fromkeys(party.name for party in self.fact.parties()))

    def links(self) -> tuple[str, ...]:
        """The pledge, license or freeze the fact speaks of.

        Of a change of name or address also all that is its owner's: marks must change together (ID-5).
        """
        told = tuple(tag for tag in self.fact.links() if not tag.startswith(("asset:", "record:")))
        if not isinstance(self.fact, PartyRenamed | PartyAddressChanged):
            return told
        changed = self.fact.grantors or self.fact.grantees
        return (*told, *(f"party:{party_id(party.name)}" for party in changed))


def contradictions(
    table: Mapping[type[Fact], Contradiction],
) -> Callable[[Report, Situation, str], Iterator[Finding]]:
    """The check that turns what a reported fact breaks into flags (N-2)."""

    def check(command: Report, situation: Situation, day: str) -> Iterator[Finding]:
        find = table.get(type(command.fact))
        if find is None:
            return
        on = command.fact.effective_on or day
        for broken in find(command.fact, situation, on):
            yield flag(
                broken.rule,
                "AUTHORITY_CONFLICT",
                right=broken.right,
                broken=broken.code,
                number=command.source.number,
                **{name: told for name, told in broken.data.items() if name not in {"broken", "number"}},
            )

    check.__doc__ = "N-2: what the report contradicts is accepted and flagged, with the rule it breaks."
    return check


def procedure(
    table: Mapping[type[Fact], Contradiction], supplements: Mapping[type[Fact], Supplement]
) -> Procedure[Report]:
    """How reports are decided, with every family's contradictions and supplements."""

    def said(command: Report, situation: Situation) -> tuple[Said, ...]:
        supplement = supplements.get(type(command.fact))
        beside = () if supplement is None else tuple(supplement(command.fact, situation))
        return (Said(command.fact), *beside)

    return Procedure(
        Report,
        (
            (Stage.IDENTITY, _of_its_office),
            (Stage.IDENTITY, _known_rights),
            (Stage.IDENTITY, _not_recorded_yet),
            (Stage.IDENTITY, _new_pledge),
            (Stage.CONFLICTS, contradictions(table)),
        ),
        said,
    )


def not_recorded_there(registry: str, rights: tuple[str, ...]) -> Iterator[Finding]:
    """U-2: an office that only records has a word on the rights of its own country, and on no other's (N-8).

    A party's word under a foreign receipt would else move titles and pledges that only their register moves.
    """
    foreign = [right for right in rights if not right.startswith(f"{PARTY_OFFICE}:")]
    if registry in PARTY_REGISTERS and foreign:
        yield refuse(
            "U-2",
            "FIELD_INVALID",
            right=foreign[0],
            pointer="/source/register",
            field="/source/register",
            given=registry,
            expected="a register of the right's own office",
        )


def _of_its_office(command: Report, situation: Situation, day: str) -> Iterator[Finding]:
    """U-2: see `not_recorded_there`."""
    yield from not_recorded_there(command.source.registry, command.fact.rights)


def _known_rights(command: Report, situation: Situation, day: str) -> Iterator[Finding]:
    """N-2: a report of an unknown right is refused; register it first."""
    for place, right in enumerate(command.fact.rights):
        if not situation.knows(right) and not command.creates(right):
            yield refuse("N-2", "RIGHT_UNKNOWN", right=right, pointer=f"/fact/rights/{place}", given=right)


def _not_recorded_yet(command: Report, situation: Situation, day: str) -> Iterator[Finding]:
    """N-2: the very same fact under the same number of the same register is a duplicate."""
    told = command.fact.as_data()
    for right in command.fact.rights:
        if situation.knows(right) and any(
            _is_same(item, command, told) for item in situation.rights[right].recorded
        ):
            yield refuse("N-2", "DUPLICATE_REPORT", right=right, number=command.source.number)
            return


def _new_pledge(command: Report, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: an entry of its own has an id of its own, or the strike of one would take off both."""
    if not isinstance(command.fact, PledgeRegistered):
        return
    for right, statement in situation.statements(command.fact.rights):
        if any(item["id"] == command.fact.pledge for item in statement["encumbrances"]):
            yield refuse(
                "K-1", "DUPLICATE_ID", right=right, pointer="/fact/pledge", reference=command.fact.pledge
            )


def _is_same(item: Recorded, command: Report, told: dict[str, Any]) -> bool:
    source = command.source
    return (
        item.record.number == source.number
        and item.record.register == source.registry
        and type(item.fact) is type(command.fact)
        and item.fact.as_data() == told
    )
