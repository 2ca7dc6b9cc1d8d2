"""US-style records: what differs from Chinese law, and the facts that decide priority (family U).

An entry of the USPTO, the Copyright Office or a UCC office is a party's word with the office's receipt:
`ledger.rules.reports.PARTY_REGISTERS` says so (U-2). Who prevails between two conveyances depends on value
and notice, which no register tells: a party states them here, and `ledger.statement.priority` reckons.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from ledger.facts.transfers import ConveyanceQualified
from ledger.rules.base import PLATFORM, Command, Finding, Procedure, Rule, Said, Stage, refuse
from ledger.rules.fields import CommandDay, Digest, Line, PartySaid
from ledger.rules.situation import Situation
from ledger.statement.priority import is_conveyance
from ledger.statement.reading import is_granted_on
from ledger.values.rights import parse_right_id

if TYPE_CHECKING:
    from ledger.rules.transfers import ContractTransfer


class QualifyConveyance(Command):
    """What `by` states of a conveyance on `rights`: whether it was for value, without notice, in good faith.

    `registry` and `number` name its recording; a contract on this ledger is named by its id, with the
    registry left out. A member left out is not known.
    """

    KIND: ClassVar[str] = "qualify_conveyance"
    command: Literal["qualify_conveyance"]
    by: PartySaid
    registry: Line = PLATFORM
    number: Line
    for_value: bool | None = None
    without_notice: bool | None = None
    good_faith: bool | None = None
    executed_abroad: bool | None = None
    stated_on: CommandDay | None = None
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """Who states it."""
        return (self.by.name,)

    def actors(self) -> tuple[str, ...]:
        """Who states it."""
        return (self.by.name,)


def is_us(right: str) -> bool:
    """Whether US law governs the right (N-8)."""
    return parse_right_id(right).office == "US"


def goodwill_passes(command: "ContractTransfer", situation: Situation, day: str) -> Iterator[Finding]:
    """U-4: a US mark passes with its goodwill; an intent-to-use application only to the business's successor.

    15 USC 1060(a)(1) [S]; the bar on the application ends with the amendment or statement of use.
    """
    for right, statement in situation.statements(command.rights):
        if not is_us(right) or parse_right_id(right).kind != "trademark":
            continue
        if command.goodwill is not True:
            yield refuse("U-4", "GOODWILL_MISSING", right=right, pointer="/goodwill")
        if is_granted_on(statement, day):
            continue
        if command.filing_basis is None:
            yield refuse("U-4", "FIELD_MISSING", right=right, pointer="/filing_basis", field="filing_basis")
        elif command.filing_basis == "intent_to_use" and not command.business_successor:
            party = [each.name for each in command.grantees]
            yield refuse("U-4", "ITU_NOT_ASSIGNABLE", right=right, pointer="/business_successor", party=party)


def _us_rights(command: QualifyConveyance, situation: Situation, day: str) -> Iterator[Finding]:
    """U-3: these facts decide nothing under Chinese law, where the register's entry does."""
    for place, right in enumerate(command.rights):
        if not is_us(right):
            pointer = f"/rights/{place}"
            yield refuse("U-3", "FIELD_INVALID", pointer=pointer, field=pointer, expected="a US right")


def _known(command: QualifyConveyance, situation: Situation, day: str) -> Iterator[Finding]:
    """U-3: the conveyance stands on the right."""
    for right in command.rights:
        if situation.knows(right) and not any(
            is_conveyance(item, command.registry, command.number) for item in situation.rights[right].recorded
        ):
            reference = f"{command.registry} {command.number}"
            yield refuse("U-3", "REFERENCE_UNKNOWN", right=right, pointer="/number", reference=reference)


def _not_to_come(command: QualifyConveyance, situation: Situation, day: str) -> Iterator[Finding]:
    """N-3: it was stated on a day that has come."""
    if command.stated_on is not None and command.stated_on > situation.today:
        yield refuse(
            "N-3", "DATE_IN_FUTURE", pointer="/stated_on", given=command.stated_on, field="stated_on"
        )


def _qualified(command: QualifyConveyance, situation: Situation) -> tuple[Said, ...]:
    fact = ConveyanceQualified(
        rights=command.rights,
        registry=command.registry,
        number=command.number,
        for_value=command.for_value,
        without_notice=command.without_notice,
        good_faith=command.good_faith,
        executed_abroad=command.executed_abroad,
        stated_on=command.stated_on,
        document=command.document,
    )
    return (Said(fact),)


PROCEDURES: Final = (
    Procedure(
        QualifyConveyance,
        ((Stage.IDENTITY, _us_rights), (Stage.IDENTITY, _known), (Stage.FORM, _not_to_come)),
        _qualified,
    ),
)

RULES: Final = (
    Rule(
        "U-1",
        "conveyance texts are mapped to transfer, pledge, release, license, transmission, change of name, "
        "lien, correction; the key is reel and frame",
        "美国登记的转让类型映射为转让、质押、解除、许可、移转、更名、留置、更正；以卷/帧号为键",
        "37 CFR 3.31",
        "S",
        (),
        "ledger.registers.conveyances:classify",
    ),
    Rule(
        "U-2",
        "recording is no finding of validity: US entries are a party's word with the office's receipt",
        "登记不构成效力认定：美国登记属当事人陈述，附登记机关回执",
        "MPEP 302; 37 CFR 3.54",
        "S",
        (),
        "ledger.rules.reports:PARTY_REGISTERS",
    ),
    Rule(
        "U-3",
        "an earlier assignment loses to a later purchaser or mortgagee for value without notice unless "
        "recorded within three months of its date or before the later purchase; the later need not record",
        "在先转让未于签署后三个月内或者在后取得之前登记的，不得对抗支付对价且不知情的在后受让人或者抵押权人；"
        "在后一方无须登记",
        "35 USC 261",
        "V",
        ("PRIORITY_CONFLICT", "PRIORITY_UNDETERMINED"),
        "ledger.statement.priority:resolve",
    ),
    Rule(
        "U-4",
        "trademarks: the same three months against a later purchaser; goodwill passes with the mark; an "
        "intent-to-use application goes to the successor of the business only",
        "商标：对在后受让人同为三个月；商誉须随商标转让；意图使用申请仅可转让给业务承继人",
        "15 USC 1060",
        "S",
        ("GOODWILL_MISSING", "ITU_NOT_ASSIGNABLE", "PRIORITY_CONFLICT", "PRIORITY_UNDETERMINED"),
        "ledger.rules.us_records:goodwill_passes",
    ),
    Rule(
        "U-5",
        "copyright: the transfer executed first prevails if recorded within one month (two abroad) or before "
        "the later one, the work being registered; else the later one if recorded first in good faith, for "
        "value, without notice; a written nonexclusive license prevails over a later transfer",
        "著作权：先签署者于一个月内（境外两个月）或者先于后者登记且作品已登记的优先；否则在后者先登记、善意、有对价且"
        "不知情的优先；书面非独占许可优先于在后转让",
        "17 USC 205",
        "V",
        ("PRIORITY_CONFLICT", "PRIORITY_UNDETERMINED"),
        "ledger.statement.priority:resolve",
    ),
    Rule(
        "U-6",
        "a US co-owner licenses non-exclusively without consent of and accounting to the others",
        "美国专利共有人可不经其他共有人同意单独许可，且无须分配收益",
        "35 USC 262 S; licensing without consent M",
        "S",
        ("COOWNER_CONSENT_MISSING",),
        "ledger.rules.license_checks:coowners_stand_in_the_way",
    ),
    Rule(
        "U-7",
        "several security interests coexist; the office's recording and the UCC-1 or Copyright Office filing "
        "are both kept",
        "多项担保权益可以并存；专利局登记与 UCC-1、版权局登记均予保存",
        "from memory",
        "M",
        (),
        "ledger.rules.reports:PARTY_REGISTERS",
    ),
)
