"""Rights and their status: registering one, surrender, lists of similar marks (A-1 to A-10, A-ID1 to A-ID4).

A right comes on the ledger from its register (AUTHORITY), or, where the law asks for no registration, on its
owner's word (works and software, CL 2, SWR 14). What registers report later, grants, fees, lapses, decisions,
comes by the command `report`; here stands what such a report may contradict.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.entry import EntryClass
from ledger.errors import InputRejected
from ledger.facts.registrations import NameGiven, Particulars, RightRegistered, name_tag
from ledger.facts.status import MarksListed, RightLapsed, RightSurrendered, SurrenderDeclared
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, refuse
from ledger.rules.common import are_owners, coowner_consents, in_force, not_frozen, pledgee_consents
from ledger.rules.fields import CommandDay, Line, Parties, RightId, SourceSaid, names_of
from ledger.rules.reports import PARTY_REGISTERS, not_recorded_there
from ledger.rules.situation import Situation
from ledger.statement.reading import freezes_on, holdings_on, suspensions_on
from ledger.values.identifiers import (
    canonical_number,
    parse_cn_application_number,
    parse_cn_publication_number,
    parse_cn_software_certificate,
)
from ledger.values.rights import RightId as Identity
from ledger.values.rights import parse_right_id
from ledger.values.scope import parse_scope
from ledger.values.shares import WHOLE

UNREGISTERED: Final = frozenset(("copyright", "software"))
"""Rights that arise without registration."""


class NumberSaid(NameGiven):
    """A further number of the right and its day; that of a software certificate is a `grant` number."""

    number: Line
    on: CommandDay | None = None


class ParticularsSaid(Particulars):
    """`Particulars` with days from 1900 to 2200."""

    international_filed_on: CommandDay | None = None
    parent_filed_on: CommandDay | None = None
    priority_on: CommandDay | None = None
    earliest_filed_on: CommandDay | None = None
    disclaimed_after: CommandDay | None = None
    completed_on: CommandDay | None = None
    published_on: CommandDay | None = None
    first_exploited_on: CommandDay | None = None
    last_author_died_on: CommandDay | None = None
    goods: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    items: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class RegisterRight(Command):
    """A right comes on the ledger: its number, owners, and the dates its term counts from.

    `rights` holds its id alone, by application number for patents, registration number otherwise. `source`
    is the register extract with its day in `extract_on`; a work or software may do without, and is then
    recorded on its owner's word. `granted_on` is the day of grant or registration. Owners either all have a
    share or none has.
    """

    KIND: ClassVar[str] = "register_right"
    command: Literal["register_right"]
    rights: Annotated[tuple[RightId, ...], Field(min_length=1, max_length=1)]
    source: SourceSaid | None = None
    extract_on: CommandDay | None = None
    sort: Literal["invention", "utility_model", "design", "plant"] | None = None
    numbers: Annotated[tuple[NumberSaid, ...], Field(max_length=20)] = ()
    title: Line | None = None
    filed_on: CommandDay | None = None
    granted_on: CommandDay | None = None
    expires_on: CommandDay | None = None
    owners: Parties
    particulars: ParticularsSaid = ParticularsSaid()

    @property
    def entry_class(self) -> EntryClass:
        """The register's word where there is an extract of one that examines (N-1, U-2)."""
        examined = self.source is not None and self.source.registry not in PARTY_REGISTERS
        return EntryClass.AUTHORITY if examined else EntryClass.PARTY

    @property
    def identity(self) -> Identity:
        """Office, kind and number."""
        return parse_right_id(self.rights[0])

    def names(self) -> tuple[str, ...]:
        """The owners."""
        return names_of(self.owners)

    def actors(self) -> tuple[str, ...]:
        """The owners, where the right is recorded on their word."""
        return names_of(self.owners) if self.entry_class is EntryClass.PARTY else ()

    def links(self) -> tuple[str, ...]:
        """The further numbers, by which the right may be known already (A-1)."""
        return tuple(name_tag(self.rights[0], each.kind, each.number) for each in self.numbers)

    def creates(self, right: str) -> bool:
        """Its own right."""
        return right in self.rights


class SurrenderRight(Command):
    """The owners give the right up (放弃); it ends when the register says so. All co-owners join."""

    KIND: ClassVar[str] = "surrender_right"
    command: Literal["surrender_right"]
    owners: Parties
    partly: bool = False
    given_on: CommandDay

    def names(self) -> tuple[str, ...]:
        """The owners."""
        return names_of(self.owners)

    def actors(self) -> tuple[str, ...]:
        """The owners."""
        return names_of(self.owners)


class ListSimilarMarks(Command):
    """The operator's list of identical or similar marks on similar goods, which go together (T-13)."""

    KIND: ClassVar[str] = "list_similar_marks"
    CLASS: ClassVar[EntryClass] = EntryClass.OPERATOR
    command: Literal["list_similar_marks"]
    rights: Annotated[tuple[RightId, ...], Field(min_length=2, max_length=1000)]
    listed_on: CommandDay


# Registration


def _identifier(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-1, A-ID1: number and check digit are those of its kind, written in the one canonical form."""
    identity = command.identity
    right = command.rights[0]
    try:
        expected = _canonical(identity)
    except InputRejected as error:
        wanted = error.data.get("expected") or error.data["reason"]
        yield refuse(
            "A-1", "ASSET_ID_INVALID", right=right, pointer="/rights/0", given=right, expected=wanted
        )
    else:
        if expected != identity.number:
            yield refuse(
                "A-1", "ASSET_ID_INVALID", right=right, pointer="/rights/0", given=right, expected=expected
            )
    for place, each in enumerate(command.numbers):
        fault = _number_fault(identity, each)
        if fault is not None:
            yield refuse(
                "A-1",
                "ASSET_ID_INVALID",
                right=right,
                pointer=f"/numbers/{place}/number",
                given=each.number,
                expected=fault,
            )


def _canonical(identity: Identity) -> str:
    """The one spelling; in an id eight digits of a US patent are its application's (`ledger.values.rights`).

    Raises:
        InputRejected: `ASSET_ID_INVALID`.
    """
    number = identity.number
    if (identity.office, identity.kind) == ("US", "patent") and len(number) == 8 and number.isdecimal():
        return number
    return canonical_number(identity.office, identity.kind, number)


def _number_fault(identity: Identity, name: NameGiven) -> str | None:
    """What was expected in place of a further number; None where it is well formed."""
    parse: Any = None
    match (identity.office, identity.kind, name.kind):
        case ("CN", "patent", "application"):
            parse = parse_cn_application_number
        case ("CN", "patent", "publication"):
            parse = parse_cn_publication_number
        case ("CN", "software", "grant"):
            parse = parse_cn_software_certificate
    try:
        if parse is not None:
            parse(name.number)
    except InputRejected as error:
        return str(error.data.get("expected") or error.data["reason"])
    return None


def _sort_fits(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-1: the type digit of a Chinese application number says which patent it is."""
    identity = command.identity
    if (identity.office, identity.kind) != ("CN", "patent") or command.sort is None:
        return
    try:
        sort = parse_cn_application_number(identity.number).sort
    except InputRejected:
        return
    if command.sort != sort:
        yield refuse(
            "A-1",
            "ASSET_ID_INVALID",
            right=command.rights[0],
            pointer="/sort",
            given=command.sort,
            expected=str(sort),
        )


def _new(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-1: one right, one place: neither its number nor any name it bears through its life is known yet."""
    own = command.identity
    given = {(each.kind, each.number) for each in command.numbers} | {("application", own.number)}
    for right in situation.rights:
        known = parse_right_id(right)
        if (known.office, known.kind) != (own.office, own.kind):
            continue
        if right == command.rights[0]:
            yield refuse("A-1", "ASSET_DUPLICATE", right=right, pointer="/rights/0", number=own.number)
            continue
        names = {(name["kind"], name["number"]) for name in situation.statement(right)["names"]}
        for _, number in sorted(given & (names | {("application", known.number)})):
            yield refuse("A-1", "ASSET_DUPLICATE", right=right, pointer="/numbers", number=number)


def _evidence(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """N-1, A-10: a right that exists by registration comes from its register's extract, of a stated day."""
    if command.source is not None:
        yield from not_recorded_there(command.source.registry, command.rights)
    if command.source is None and command.identity.kind not in UNREGISTERED:
        yield refuse("N-1", "FIELD_MISSING", pointer="/source", field="source")
    if command.source is not None and command.extract_on is None:
        yield refuse("A-10", "FIELD_MISSING", pointer="/extract_on", field="extract_on")


def _shares(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-2: shares are given for all owners and sum to exactly 1, or for none (CC 308).

    None given is equal shares, which every answer flags SHARE_UNSPECIFIED.
    """
    fractions = [owner.fraction for owner in command.owners]
    stated = [fraction for fraction in fractions if fraction is not None]
    total = sum(stated, start=Fraction(0))
    if stated and (len(stated) < len(fractions) or total != WHOLE):
        yield refuse(
            "A-2",
            "SHARES_NOT_ONE",
            right=command.rights[0],
            pointer="/owners",
            share=f"{total.numerator}/{total.denominator}",
        )


def _dates(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-ID2, N-3, N-4: the days a term counts from have come and stand in their order."""
    told = {
        **{
            f"/particulars/{name}": value
            for name, value in command.particulars
            if name.endswith("_on") and value is not None
        },
        **{
            f"/{name}": value
            for name in ("filed_on", "granted_on", "extract_on")
            if (value := getattr(command, name)) is not None
        },
    }
    for pointer, value in told.items():
        if value > situation.today:
            yield refuse("N-3", "DATE_IN_FUTURE", pointer=pointer, field=pointer, given=value, day=value)
    for earlier, later in _ORDERED:
        if earlier in told and later in told and told[earlier] > told[later]:
            yield refuse(
                "A-ID2",
                "DATE_ORDER_INVALID",
                right=command.rights[0],
                pointer=earlier,
                field=earlier,
                given=told[earlier],
                expected=told[later],
            )


_ORDERED: Final = (
    ("/particulars/international_filed_on", "/filed_on"),
    ("/particulars/parent_filed_on", "/filed_on"),
    ("/particulars/priority_on", "/filed_on"),
    ("/particulars/earliest_filed_on", "/filed_on"),
    ("/filed_on", "/granted_on"),
    ("/particulars/completed_on", "/particulars/published_on"),
)


def _goods(command: RegisterRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-9: what a mark or work is registered for is named as grants of it name it (Nice classes, CL 10)."""
    kind = command.identity.kind
    named = {"goods": ("trademark", "geographical_indication"), "items": ("copyright", "software")}
    for member, kinds in named.items():
        names = list(getattr(command.particulars, member))
        if not names:
            continue
        pointer = f"/particulars/{member}"
        if kind not in kinds:
            yield refuse("A-1", "FIELD_UNKNOWN", pointer=pointer, field=member)
            continue
        try:
            parse_scope(kind, {"acts": ["*"], "territory": ["*"], "field": names, "from": "2000-01-01"})
        except InputRejected as error:
            yield refuse(
                "A-9", error.code, right=command.rights[0], pointer=pointer, field=member, given=names
            )


def _registered(command: RegisterRight, situation: Situation) -> tuple[Said, ...]:
    told = command.particulars.model_dump(exclude_unset=True)
    fact = RightRegistered(
        rights=command.rights,
        sort=command.sort,
        names=tuple(NameGiven.model_validate(each.model_dump()) for each in command.numbers),
        title=command.title,
        filed_on=command.filed_on,
        granted_on=command.granted_on,
        expires_on=command.expires_on,
        holders=tuple(owner.fact for owner in command.owners),
        particulars=Particulars.model_validate(told),
        extract_on=command.extract_on,
    )
    return (Said(fact, command.granted_on or command.filed_on or command.extract_on or situation.today),)


# Surrender


def _may_be_surrendered(command: SurrenderRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-3: what has ended cannot be given up."""
    for right, statement in situation.statements(command.rights):
        yield from in_force("A-3", right, statement, day)


def _not_frozen(command: SurrenderRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-7: a frozen right, or one whose procedures are suspended, is not given up (PIR 105)."""
    for right, statement in situation.statements(command.rights):
        yield from not_frozen("A-7", right, statement, day)


def _by_its_owners(command: SurrenderRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-7, T-6: those who give the right up own it, and every co-owner joins or consents (PL 14)."""
    acting = names_of(command.owners)
    for right, statement in situation.statements(command.rights):
        yield from are_owners("A-7", "NOT_OWNER_OF_RECORD", right, statement, day, acting)
        yield from coowner_consents("T-6", right, statement, day, "surrender", acting=acting)


def _pledgees_agree(command: SurrenderRight, situation: Situation, day: str) -> Iterator[Finding]:
    """A-7: every pledgee of record consents; also to a partial surrender, which takes of its object [M]."""
    for right, statement in situation.statements(command.rights):
        yield from pledgee_consents("A-7", right, statement, day, "surrender", to=(), priced=False)


def _declared(command: SurrenderRight, situation: Situation) -> tuple[Said, ...]:
    owners = tuple(owner.fact for owner in command.owners)
    fact = SurrenderDeclared(
        rights=command.rights,
        owners=owners,
        partly=command.partly,
        declared_on=command.given_on,
        text=command.note,
    )
    return (Said(fact),)


# Similar marks


def _of_one_owner(command: ListSimilarMarks, situation: Situation, day: str) -> Iterator[Finding]:
    """T-13: only trademarks, of one registrant, go together (TML 42)."""
    first: list[str] | None = None
    for right, statement in situation.statements(command.rights):
        owners = [holding.name for holding in holdings_on(statement, day)]
        if parse_right_id(right).kind != "trademark":
            yield refuse("T-13", "FIELD_INVALID", right=right, given=right, expected="a trademark")
        elif first is not None and sorted(owners) != sorted(first):
            yield refuse("T-13", "NOT_OWNER_OF_RECORD", right=right, party=", ".join(first), owner=owners)
        first = first if first is not None else owners


def _has_come(command: ListSimilarMarks, situation: Situation, day: str) -> Iterator[Finding]:
    """N-3: a list bears a day that has come."""
    if command.listed_on > situation.today:
        yield refuse("N-3", "DATE_IN_FUTURE", pointer="/listed_on", given=command.listed_on)


def _listed(command: ListSimilarMarks, situation: Situation) -> tuple[Said, ...]:
    return (Said(MarksListed(rights=command.rights, listed_on=command.listed_on, text=command.note)),)


# What a report may contradict


def _ended_while_frozen(
    fact: RightLapsed | RightSurrendered, situation: Situation, day: str
) -> Iterator[Finding]:
    """A-8: while a right is frozen or its procedures are suspended, it does not end (PIR 103 to 105).

    The notice is recorded and flagged; `ledger.statement.status` lets it take effect when procedures go on.
    What counts is the day the register recorded it, today where it gives none, and not the day the end
    would reach back to.
    """
    on = fact.registered_on or situation.today
    for right, statement in situation.statements(fact.rights):
        for measure in (*freezes_on(statement, on), *suspensions_on(statement, on)):
            yield refuse(
                "A-8", "ASSET_FROZEN", right=right, reference=measure["reference"], until=measure["until"]
            )


def _surrendered_against(fact: RightSurrendered, situation: Situation, day: str) -> Iterator[Finding]:
    """A-7, A-8: a surrender registered without a pledgee's consent, or while frozen."""
    yield from _ended_while_frozen(fact, situation, day)
    for right, statement in situation.statements(fact.rights):
        yield from pledgee_consents("A-7", right, statement, day, "surrender", to=(), priced=False)


PROCEDURES: Final = (
    Procedure(
        RegisterRight,
        (
            (Stage.IDENTITY, _identifier),
            (Stage.IDENTITY, _sort_fits),
            (Stage.IDENTITY, _new),
            (Stage.FORM, _evidence),
            (Stage.FORM, _shares),
            (Stage.FORM, _dates),
            (Stage.FORM, _goods),
        ),
        _registered,
    ),
    Procedure(
        SurrenderRight,
        (
            (Stage.STATUS, _may_be_surrendered),
            (Stage.FREEZE, _not_frozen),
            (Stage.ENTITLEMENT, _by_its_owners),
            (Stage.CONSENTS, _pledgees_agree),
        ),
        _declared,
    ),
    Procedure(ListSimilarMarks, ((Stage.IDENTITY, _of_one_owner), (Stage.FORM, _has_come)), _listed),
)

CONTRADICTIONS: Final = {RightLapsed: _ended_while_frozen, RightSurrendered: _surrendered_against}

RULES: Final = (
    Rule(
        "A-ID1",
        "a Chinese application number ends in its check digit: weights 2 to 9, then 2 to 5, modulo 11, "
        "10 is X",
        "中国专利申请号末位为校验位：权数 2 至 9、2 至 5，模 11，余数 10 记作 X",
        "recomputed from published numbers",
        "S",
        ("ASSET_ID_INVALID",),
        home="ledger.values.identifiers:parse_cn_application_number",
    ),
    Rule(
        "A-ID2",
        "the filing date is stated and never taken from a number; a divisional keeps its parent's, a PCT "
        "application counts from its international one, and a priority date starts no term",
        "申请日须载明，不得由号码推定；分案申请保留原申请日，PCT 申请以国际申请日为准，优先权日不起算期限",
        "PIR 12, 49, 119",
        "V",
        ("DATE_ORDER_INVALID",),
        home="ledger.values.terms:counting_date",
    ),
    Rule(
        "A-ID3",
        "the last day in force of a Chinese patent is the one before the anniversary of filing, not rolled",
        "中国专利的最后有效日为申请日对应日的前一日，不因节假日顺延",
        "GUIDE part 5 ch. 9",
        "M",
        home="ledger.values.terms:patent_last_day",
    ),
    Rule(
        "A-ID4",
        "an annual fee is due by the anniversary and may be paid late for six months; unpaid then, the right "
        "ended on the due day; restored, it was never interrupted",
        "年费应于申请日对应日前缴纳，可于六个月滞纳期内补缴；期满未缴，权利自应缴之日终止；恢复的，视为未曾中断",
        "PIR 6, 115",
        "V",
        ("FEE_STATUS_UNKNOWN", "LAPSE_EXPECTED"),
        home="ledger.statement.fees:resolve",
    ),
    Rule(
        "A-1",
        "a right's number has the form of its kind and is on the ledger once, under all names of its life",
        "权利号码符合其种类的格式，且连同其各阶段号码在账本上唯一",
        "design decision",
        "D",
        ("ASSET_ID_INVALID", "ASSET_DUPLICATE"),
        home="ledger.rules.rights:_new",
    ),
    Rule(
        "A-2",
        "owners hold exact shares that sum to 1; none stated is equal shares, flagged",
        "权利人份额精确且合计为 1；未载明的按等额并作提示",
        "CC 308-309 by analogy; CNIPA practice",
        "M",
        ("SHARES_NOT_ONE", "SHARE_UNSPECIFIED"),
        home="ledger.rules.rights:_shares",
    ),
    Rule(
        "A-3",
        "status follows its machine, with late fees and renewal grace in force; a register's step outside of "
        "it is accepted and flagged",
        "状态依状态机变化，滞纳期与续展宽展期内仍有效；登记机关的其他状态变更予以记录并提示",
        "PL 42-47; TML 40-55",
        "V",
        ("STATUS_TRANSITION_INVALID",),
        home="ledger.statement.status:resolve",
    ),
    Rule(
        "A-4",
        "invalidity that was decided leaves the right in force and flagged; only final invalidity voids it, "
        "from the beginning",
        "无效宣告决定作出后权利仍有效并作提示；仅生效的无效宣告使权利自始不存在",
        "PL 46-47; reading of finality from memory",
        "M",
        ("INVALIDATION_DECIDED_NOT_FINAL",),
        home="ledger.statement.status:_pending_invalidation",
    ),
    Rule(
        "A-5",
        "final invalidity undoes nothing that was performed: no payment, license or transfer is reversed and "
        "no refund is made up; later instalments stop",
        "无效宣告对已履行的不具追溯力：不撤销已付款、许可或者转让，不自动生成返还；未到期款项停止支付",
        "PL 47; TML 47; PVR 38; CC 865",
        "V",
        home="ledger.statement.status:_voided",
    ),
    Rule(
        "A-6",
        "a right whose fee is late is in force for transfer and infringement, but no pledge, open license or "
        "license is recorded on it",
        "滞纳期内的权利可以转让、可以主张侵权，但不得办理质押登记、开放许可和许可备案",
        "PPM 11; PIR 86; LRM 12; transfer from memory",
        "M",
        ("ANNUAL_FEE_OVERDUE",),
        home="ledger.rules.common:fees_paid",
    ),
    Rule(
        "A-7",
        "a pledged right is given up with its pledgee's consent only, a frozen one not at all",
        "出质权利的放弃须经质权人同意；被冻结的权利不得放弃",
        "PIR 105; PPM",
        "M",
        ("PLEDGEE_CONSENT_MISSING", "ASSET_FROZEN"),
        home="ledger.rules.rights:_pledgees_agree",
    ),
    Rule(
        "A-8",
        "while a right is frozen or its procedures are suspended it does not end: a notice of lapse or "
        "surrender is recorded, flagged, and takes effect no earlier than procedures go on",
        "冻结或者中止期间不办理终止：终止通知予以记录并提示，待程序恢复后方可生效",
        "PIR 103-105",
        "V",
        ("ASSET_FROZEN",),
        home="ledger.statement.status:stayed",
    ),
    Rule(
        "A-9",
        "of a work only the property rights of CL 10 items 5 to 17 are conveyed; those of the author's "
        "person and a product's geographical indication are not",
        "作品仅《著作权法》第十条第五项至第十七项的权利可以处分；人身权及地理标志产品保护不得处分",
        "CL 10; TML 3, 16",
        "V",
        ("RIGHT_NOT_TRANSFERABLE",),
        home="ledger.values.scope:parse_scope",
    ),
    Rule(
        "A-10",
        "an answer on ownership tells the age of the newest register extract, and flags one older than "
        "policy allows",
        "权属答复载明最近登记簿副本的日期；超过政策期限的予以提示",
        "design decision",
        "D",
        ("STALE_EXTRACT",),
        home="ledger.statement.registrations:stale_on",
    ),
)
