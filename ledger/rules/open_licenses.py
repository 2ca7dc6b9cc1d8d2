"""Open licenses 开放许可: declared by the owners, on offer once published, taken by notice and payment.

PL 50 and 51. The office publishes (`license.offered`) and announces a withdrawal
(`license.offer_withdrawn`); both are reports.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal

from ledger.errors import InputRejected
from ledger.facts.base import Amount as AmountTold
from ledger.facts.licenses import (
    LicenseOffered,
    OpenLicenseAccepted,
    OpenLicenseDeclared,
    OpenLicenseWithdrawalFiled,
)
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, refuse
from ledger.rules.common import (
    are_owners,
    coowner_consents,
    fees_paid,
    in_force,
    not_frozen,
    pledgee_consents,
)
from ledger.rules.fields import Amount, CommandDay, Digest, LicenseId, Line, Parties, names_of
from ledger.rules.license_checks import id_is_free
from ledger.rules.license_conflicts import meeting
from ledger.rules.license_terms import is_recordable, kind_of
from ledger.rules.papers import document_for
from ledger.rules.situation import Situation
from ledger.statement.grants import WHOLE
from ledger.statement.license_tree import EXCLUDING
from ledger.statement.reading import Statement, is_granted_on, last_day_in_force, licenses_known, open_offers
from ledger.values.identifiers import PatentSort, parse_cn_application_number
from ledger.values.money import Money


class DeclareOpenLicense(Command):
    """All owners declare to license anybody: the fee, how it is paid, and the days the offer stands."""

    KIND: ClassVar[str] = "declare_open_license"
    command: Literal["declare_open_license"]
    license: LicenseId | None = None
    declarants: Parties
    fee: Amount
    fee_terms: Line
    offered_from: CommandDay
    offered_until: CommandDay
    executed_on: CommandDay

    @property
    def id(self) -> str:
        """Of the offer."""
        return self.license or self.new_id("lic")

    def names(self) -> tuple[str, ...]:
        """The owners who declare."""
        return names_of(self.declarants)

    def actors(self) -> tuple[str, ...]:
        """The owners who declare."""
        return names_of(self.declarants)

    def links(self) -> tuple[str, ...]:
        """The id, where given."""
        return (f"license:{self.license}",) if self.license else ()


class AcceptOpenLicense(Command):
    """Somebody takes the license on offer: by notice to the owner and payment as announced."""

    KIND: ClassVar[str] = "accept_open_license"
    command: Literal["accept_open_license"]
    offer: LicenseId
    license: LicenseId | None = None
    licensees: Parties
    notified_on: CommandDay
    paid_on: CommandDay | None = None
    amount: Amount | None = None
    payment: Digest | None = None
    until: CommandDay | None = None

    @property
    def id(self) -> str:
        """Of the license."""
        return self.license or self.new_id("lic")

    @property
    def acted_on(self) -> str | None:
        """The day the license comes into being: the later of notice and payment (L-13)."""
        return max(self.notified_on, self.paid_on or self.notified_on)

    def names(self) -> tuple[str, ...]:
        """The takers."""
        return names_of(self.licensees)

    def actors(self) -> tuple[str, ...]:
        """The takers: no owner signs."""
        return names_of(self.licensees)

    def links(self) -> tuple[str, ...]:
        """The offer, and the id where given."""
        return tuple(f"license:{each}" for each in (self.offer, self.license) if each)


class WithdrawOpenLicense(Command):
    """All owners ask the office to withdraw the offer; it stands until the withdrawal is announced."""

    KIND: ClassVar[str] = "withdraw_open_license"
    command: Literal["withdraw_open_license"]
    offer: LicenseId
    by: Parties
    filed_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of filing."""
        return self.filed_on

    def names(self) -> tuple[str, ...]:
        """The owners."""
        return names_of(self.by)

    def actors(self) -> tuple[str, ...]:
        """The owners."""
        return names_of(self.by)

    def links(self) -> tuple[str, ...]:
        """The offer."""
        return (f"license:{self.offer}",)


# Declaring


def _a_granted_patent(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12: a Chinese patent whose grant was announced, in force (PL 50, PIR 85) [V]."""
    for place, right in enumerate(command.rights):
        if not is_recordable(right):
            yield refuse(
                "L-12", "FIELD_INVALID", right=right, pointer=f"/rights/{place}",
                field=f"/rights/{place}", given=right, expected="CN:patent:…",
            )  # fmt: skip
    for right, statement in situation.statements(command.rights):
        yield from _granted(right, statement, day)


def _granted(right: str, statement: Statement, day: str) -> Iterator[Finding]:
    if not is_granted_on(statement, day):
        yield refuse("L-12", "ASSET_NOT_IN_FORCE", right=right, status="APPLICATION", day=day)
    yield from in_force("L-12", right, statement, day)


def _days_in_order(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12, L-3: the offer begins before it ends, and ends within the patent's term."""
    if command.offered_until < command.offered_from:
        yield refuse(
            "L-12", "FIELD_INVALID", pointer="/offered_until", field="/offered_until",
            given=command.offered_until, expected=command.offered_from,
        )  # fmt: skip
    for right, statement in situation.statements(command.rights):
        last = last_day_in_force(statement)
        if last is not None and command.offered_until > last:
            yield refuse(
                "L-3", "LICENCE_TERM_EXCEEDS_IP_TERM", right=right, pointer="/offered_until",
                until=command.offered_until, day=last,
            )  # fmt: skip


def _unhindered(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12, L-17: neither frozen nor suspended (PIR 86) [V]."""
    for right, statement in situation.statements(command.rights):
        yield from not_frozen("L-12", right, statement, day)


def _fees_paid(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12, A-6: the annual fee is not late (PIR 86) [V]."""
    for right, statement in situation.statements(command.rights):
        yield from fees_paid("L-12", right, statement, day)


def _evaluated(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12: a utility model or design has its evaluation report 评价报告 (PL 50) [V]."""
    for right, statement in situation.statements(command.rights):
        if _sort(right, statement) == PatentSort.INVENTION:
            continue
        if document_for(statement, "evaluation_report", day) is None:
            missing = Missing("evaluation_report", None, right)
            yield refuse("L-12", "EVAL_REPORT_MISSING", right=right, missing=missing)


def _sort(right: str, statement: Statement) -> str | None:
    if statement["sort"] is not None:
        return str(statement["sort"])
    try:
        return parse_cn_application_number(right.split(":")[2]).sort
    except InputRejected:
        return None


def _by_all_owners(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-2, L-11: the owners declare, all of several (PL 14) [V]."""
    names = names_of(command.declarants)
    for right, statement in situation.statements(command.rights):
        yield from are_owners("L-2", "GRANTOR_NOT_ENTITLED", right, statement, day, names)
        yield from coowner_consents("L-11", right, statement, day, "open_license", acting=names)


def _pledgees(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12, L-16: every pledgee consents and the fees are routed (PIR 86, CC 444) [V]."""
    for right, statement in situation.statements(command.rights):
        yield from pledgee_consents(
            "L-16", right, statement, day, "open_license", to=(), priced=command.fee.minor > 0
        )


def _no_exclusive(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12: no exclusive or sole license runs while the offer stands, nor begins then (PIR 86) [V]."""
    if command.offered_until < command.offered_from:
        return
    for right, statement in situation.statements(command.rights):
        yield from _excluded(right, statement, min(command.offered_from, day), command.offered_until)


def _excluded(right: str, statement: Statement, first: str, last: str | None) -> Iterator[Finding]:
    scope = {**WHOLE, "from": first, "until": last}
    found = meeting(licenses_known(statement), kind_of(right), scope, EXCLUDING)
    references = [license_["id"] for license_ in found]
    if references:
        yield refuse("L-12", "LICENCE_CONFLICT_EXCLUSIVE", right=right, reference=references)


def _offer_id(command: DeclareOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: an offer's id is its own."""
    if day == situation.today:
        yield from id_is_free(command.id, "/license", command.rights, situation)


def _declared(command: DeclareOpenLicense, situation: Situation) -> tuple[Said, ...]:
    fact = OpenLicenseDeclared(
        rights=command.rights,
        license=command.id,
        declarants=tuple(party.fact for party in command.declarants),
        fee=AmountTold(**command.fee.model_dump()),
        fee_terms=command.fee_terms,
        offered_from=command.offered_from,
        offered_until=command.offered_until,
        executed_on=command.executed_on,
    )
    return (Said(fact),)


# Taking


def _on_offer(command: AcceptOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-13: notice and payment come after publication and before a withdrawal is announced (PL 50, 51) [V].

    On the day of the announcement itself is too late: the cautious reading.
    """
    if day != situation.today:
        return
    exists_on = str(command.acted_on)
    for right, statement in situation.statements(command.rights):
        offer = _offer(statement, command.offer)
        if offer is None or offer["published_on"] > min(exists_on, command.notified_on):
            yield refuse(
                "L-13", "REFERENCE_UNKNOWN", right=right, pointer="/offer", field="/offer",
                reference=command.offer,
            )  # fmt: skip
            continue
        withdrawn_on = offer["withdrawn_on"]
        if withdrawn_on is not None and withdrawn_on <= exists_on:
            yield refuse("L-13", "OPEN_LICENCE_WITHDRAWN", right=right, day=withdrawn_on)
        elif offer["until"] is not None and offer["until"] < exists_on:
            yield refuse("L-13", "OPEN_LICENCE_WITHDRAWN", right=right, day=offer["until"])


def _paid(command: AcceptOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-13: the announced fee was paid, in its currency (PL 51) [V]; where no fee is told, something was."""
    if day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        fee = (_offer(statement, command.offer) or {}).get("fee")
        paid = command.amount
        enough = paid is not None and (
            fee is None or (paid.currency == fee["currency"] and paid.minor >= fee["minor"])
        )
        if command.paid_on is None or not enough:
            yield refuse(
                "L-13", "FEE_NOT_PAID", right=right, pointer="/paid_on" if enough else "/amount",
                missing=Missing("payment_proof", None, right),
                amount=str(Money(fee["minor"], fee["currency"])) if fee else None,
            )  # fmt: skip


def _not_to_come(command: AcceptOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """N-3: notice and payment have happened."""
    for pointer, told in (("/notified_on", command.notified_on), ("/paid_on", command.paid_on)):
        if told is not None and told > situation.today:
            yield refuse("N-3", "DATE_IN_FUTURE", pointer=pointer, field=pointer, given=told)


def _takeable(command: AcceptOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-3, L-17: a patent in force, not frozen; and not beyond its term."""
    for right, statement in situation.statements(command.rights):
        yield from in_force("L-3", right, statement, day)
        yield from not_frozen("L-17", right, statement, day)
        last = last_day_in_force(statement)
        if command.until is not None and last is not None and command.until > last:
            yield refuse(
                "L-3", "LICENCE_TERM_EXCEEDS_IP_TERM", right=right, pointer="/until",
                until=command.until, day=last,
            )  # fmt: skip
        if command.until is not None and command.until < str(command.acted_on):
            yield refuse(
                "L-3", "FIELD_INVALID", pointer="/until", field="/until",
                given=command.until, expected=command.acted_on,
            )  # fmt: skip


def _taker_id(command: AcceptOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a license's id is its own."""
    if day == situation.today:
        yield from id_is_free(command.id, "/license", command.rights, situation)


def _taken(command: AcceptOpenLicense, situation: Situation) -> tuple[Said, ...]:
    assert command.paid_on is not None
    assert command.amount is not None
    fact = OpenLicenseAccepted(
        rights=command.rights,
        license=command.id,
        offer=command.offer,
        licensees=tuple(party.fact for party in command.licensees),
        notified_on=command.notified_on,
        paid_on=command.paid_on,
        fee=AmountTold(**command.amount.model_dump()),
        until=command.until or _last_day(command, situation),
    )
    return (Said(fact),)


def _last_day(command: AcceptOpenLicense, situation: Situation) -> str | None:
    """Where notice and offer say nothing else, the license lasts as long as the first of the patents."""
    known = [last_day_in_force(statement) for _, statement in situation.statements(command.rights)]
    return min((day for day in known if day is not None), default=None)


# Withdrawing


def _withdrawable(command: WithdrawOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-13: what is withdrawn is on offer, or declared to be."""
    if day != situation.today:
        return
    for right, statement in situation.statements(command.rights):
        offer = _offer(statement, command.offer)
        declared = any(each["id"] == command.offer for each in statement.get("license_offers", ()))
        if offer is None and not declared:
            yield refuse(
                "L-13", "REFERENCE_UNKNOWN", right=right, pointer="/offer", field="/offer",
                reference=command.offer,
            )  # fmt: skip
        elif offer is not None and offer["withdrawn_on"] is not None:
            yield refuse(
                "L-18", "ALREADY_ENDED", right=right, pointer="/offer", reference=command.offer,
                day=offer["withdrawn_on"],
            )  # fmt: skip


def _withdrawn_by_all(command: WithdrawOpenLicense, situation: Situation, day: str) -> Iterator[Finding]:
    """L-2, L-11: the owners withdraw, all of several [M]."""
    names = names_of(command.by)
    for right, statement in situation.statements(command.rights):
        yield from are_owners("L-2", "GRANTOR_NOT_ENTITLED", right, statement, day, names)
        yield from coowner_consents("L-11", right, statement, day, "open_license", acting=names)


def _withdrawal(command: WithdrawOpenLicense, situation: Situation) -> tuple[Said, ...]:
    fact = OpenLicenseWithdrawalFiled(
        rights=command.rights,
        license=command.offer,
        by=tuple(party.fact for party in command.by),
        filed_on=command.filed_on,
    )
    return (Said(fact),)


def _offer(statement: Statement, id_: str) -> dict[str, Any] | None:
    return next((offer for offer in open_offers(statement) if offer["id"] == id_), None)


# What the office publishes


def _published_against(fact: LicenseOffered, situation: Situation, day: str) -> Iterator[Finding]:
    """L-12: what a published offer breaks."""
    for right, statement in situation.statements(fact.rights):
        yield from _granted(right, statement, day)
        yield from not_frozen("L-12", right, statement, day)
        yield from fees_paid("L-12", right, statement, day)
        yield from _excluded(right, statement, day, None)


PROCEDURES: Final = (
    Procedure(
        DeclareOpenLicense,
        (
            (Stage.FORM, _days_in_order),
            (Stage.STATUS, _a_granted_patent),
            (Stage.STATUS, _fees_paid),
            (Stage.FREEZE, _unhindered),
            (Stage.ENTITLEMENT, _by_all_owners),
            (Stage.CONSENTS, _pledgees),
            (Stage.CONFLICTS, _no_exclusive),
            (Stage.CONFLICTS, _offer_id),
            (Stage.FAMILY, _evaluated),
        ),
        _declared,
    ),
    Procedure(
        AcceptOpenLicense,
        (
            (Stage.FORM, _not_to_come),
            (Stage.STATUS, _takeable),
            (Stage.CONFLICTS, _on_offer),
            (Stage.CONFLICTS, _taker_id),
            (Stage.FAMILY, _paid),
        ),
        _taken,
    ),
    Procedure(
        WithdrawOpenLicense,
        ((Stage.IDENTITY, _withdrawable), (Stage.ENTITLEMENT, _withdrawn_by_all)),
        _withdrawal,
    ),
)

CONTRADICTIONS: Final = {LicenseOffered: _published_against}

RULES: Final = (
    Rule(
        "L-12",
        "An open license is declared by all owners of a granted Chinese patent that is neither licensed "
        "exclusively nor frozen nor in arrears, with its pledgees' consent; a utility model or design with "
        "its evaluation report.",
        "开放许可由全体专利权人就已授权的专利声明，专利不得有独占或者排他许可、保全或者欠缴年费，"
        "已出质的须经质权人同意；实用新型、外观设计须附专利权评价报告",
        "PL 50; PIR 85, 86",
        "V",
        (
            "EVAL_REPORT_MISSING",
            "LICENCE_CONFLICT_EXCLUSIVE",
            "ASSET_FROZEN",
            "ANNUAL_FEE_OVERDUE",
            "PLEDGEE_CONSENT_MISSING",
        ),
        home="ledger.rules.open_licenses:_evaluated",
    ),
    Rule(
        "L-13",
        "An open license is taken by notice and payment, from the later of the two, before a withdrawal is "
        "announced; while it is on offer no exclusive or sole license is granted; takers keep theirs.",
        "以书面通知并付费取得开放许可，自二者中较晚者成立，均须早于撤回公告；开放许可期间不得给予独占或者"
        "排他许可；撤回不影响在先取得的许可",
        "PL 50, 51",
        "V",
        ("OPEN_LICENCE_ACTIVE", "FEE_NOT_PAID", "OPEN_LICENCE_WITHDRAWN"),
        home="ledger.rules.open_licenses:_on_offer",
    ),
)
