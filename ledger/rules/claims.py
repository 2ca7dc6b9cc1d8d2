"""Claims under a pledge: draw, repay, roll over, assign, take over, determine (P-11 to P-14, P-19).

Commands name the pledge by its contract's id. `rights` may be left out: they are all rights it is contracted
or stands on, and the facts carry them all, because what is owed is told of each.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field

from ledger.facts.base import Amount as AmountTold
from ledger.facts.base import Party
from ledger.facts.claims import (
    ClaimAssigned,
    ClaimDebtorReplaced,
    ClaimDrawn,
    ClaimId,
    ClaimLimitationInterrupted,
    ClaimRepaid,
    ClaimRolledOver,
    DeterminationCause,
    PledgeClaimsDetermined,
    PledgeHeldInTrust,
)
from ledger.rules.base import Command, Finding, Missing, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.common import is_among
from ledger.rules.fields import (
    Amount,
    CommandDay,
    Digest,
    Line,
    Parties,
    PartySaid,
    PledgeId,
    RightId,
    ShareSaid,
    checked,
    names_of,
)
from ledger.rules.papers import consent_for
from ledger.rules.situation import Situation
from ledger.statement.claims import (
    claims_on,
    debtor_on,
    determination_on,
    entitled_on,
    entry_of,
    secured_amount,
    terms_on,
)
from ledger.statement.reading import Statement, has_ended, holders_on, pledge_contract
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day
from ledger.values.money import MINOR_MAX, Money, parse_rate
from ledger.values.parties import same_party

RateSaid = Annotated[Line, AfterValidator(checked(parse_rate))]
"""A rate per year as text: `5.8%`."""

REQUEST_YEARS: Final = 2
"""After the pledge came into being, where no period is agreed (CC 423(2))."""


class UnderPledge(Command):
    """A command about one pledge; without `rights` it is about all rights under it."""

    rights: Annotated[tuple[RightId, ...], Field(max_length=1000)] = ()
    pledge: PledgeId

    def links(self) -> tuple[str, ...]:
        """The pledge, whose rights must be read."""
        return (f"pledge:{self.pledge}",)


class DrawClaim(UnderPledge):
    """Money was lent under the pledge."""

    KIND: ClassVar[str] = "draw_claim"
    command: Literal["draw_claim"]
    claim: ClaimId | None = None
    amount: Amount
    rate: RateSaid | None = None
    creditor: PartySaid | None = None
    debtor: PartySaid | None = None
    drawn_on: CommandDay
    due_on: CommandDay | None = None

    @property
    def acted_on(self) -> str | None:
        """The day of the loan."""
        return self.drawn_on

    def names(self) -> tuple[str, ...]:
        """Creditor and debtor."""
        return names_of(*((each,) for each in (self.creditor, self.debtor) if each))


class RepayClaim(UnderPledge):
    """Money was paid; without `claim` on those the law names first, without `interest` on interest first."""

    KIND: ClassVar[str] = "repay_claim"
    command: Literal["repay_claim"]
    claim: ClaimId | None = None
    amount: Amount
    interest: Amount | None = None
    """How much of `amount` pays interest, where the parties agreed on it."""
    payer: PartySaid | None = None
    paid_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of the payment."""
        return self.paid_on

    def names(self) -> tuple[str, ...]:
        """Who paid."""
        return names_of((self.payer,) if self.payer else ())


class RollOverLoan(UnderPledge):
    """A new loan repays the principal of earlier ones; `agreed_by` are the pledgors who sign (P-14)."""

    KIND: ClassVar[str] = "roll_over_loan"
    command: Literal["roll_over_loan"]
    claim: ClaimId | None = None
    replaces: Annotated[tuple[ClaimId, ...], Field(min_length=1, max_length=100)]
    amount: Amount
    rate: RateSaid | None = None
    rolled_on: CommandDay
    due_on: CommandDay | None = None
    agreed_by: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()

    @property
    def acted_on(self) -> str | None:
        """The day of the new loan."""
        return self.rolled_on

    def names(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.agreed_by)

    def actors(self) -> tuple[str, ...]:
        """Those who agree."""
        return names_of(self.agreed_by)


class AssignClaim(UnderPledge):
    """A creditor assigns its claims; without `claim` all of them, without `share` the whole of it (P-12)."""

    KIND: ClassVar[str] = "assign_claim"
    command: Literal["assign_claim"]
    claim: ClaimId | None = None
    grantor: PartySaid
    grantee: PartySaid
    share: ShareSaid | None = None
    follows: bool = False
    """Agreed that a part assigned before determination takes the pledge along (CC 421)."""
    assigned_on: CommandDay
    notified_on: CommandDay | None = None

    @property
    def acted_on(self) -> str | None:
        """The day of the assignment."""
        return self.assigned_on

    def names(self) -> tuple[str, ...]:
        """Both sides."""
        return names_of((self.grantor, self.grantee))

    def actors(self) -> tuple[str, ...]:
        """Both sides."""
        return self.names()


class ReplaceDebtor(UnderPledge):
    """Another takes the debt over with the creditor's consent (CC 551)."""

    KIND: ClassVar[str] = "replace_debtor"
    command: Literal["replace_debtor"]
    claim: ClaimId | None = None
    debtor: PartySaid
    new_debtor: PartySaid
    creditor: PartySaid
    replaced_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of the takeover."""
        return self.replaced_on

    def names(self) -> tuple[str, ...]:
        """Both debtors and the creditor."""
        return names_of((self.debtor, self.new_debtor, self.creditor))

    def actors(self) -> tuple[str, ...]:
        """Both debtors and the creditor."""
        return self.names()


class InterruptLimitation(UnderPledge):
    """The creditor demanded payment or sued, or the debtor acknowledged: the period begins anew (CC 195)."""

    KIND: ClassVar[str] = "interrupt_limitation"
    command: Literal["interrupt_limitation"]
    claim: ClaimId | None = None
    cause: Literal["demand", "acknowledgment", "suit"]
    interrupted_on: CommandDay
    document: Digest

    @property
    def acted_on(self) -> str | None:
        """The day of the interruption."""
        return self.interrupted_on


class DetermineClaims(UnderPledge):
    """A party says that, and since when, no new claim enters a maximum-amount pledge (P-11).

    `freeze` is the pledgee's knowledge of a freeze; the court's own notice is a report.
    """

    KIND: ClassVar[str] = "determine_claims"
    command: Literal["determine_claims"]
    cause: DeterminationCause
    by: PartySaid
    determined_on: CommandDay
    reference: Line | None = None

    @property
    def acted_on(self) -> str | None:
        """The day of determination."""
        return self.determined_on

    def names(self) -> tuple[str, ...]:
        """Who says so."""
        return (self.by.name,)

    def actors(self) -> tuple[str, ...]:
        """Who says so."""
        return (self.by.name,)


class DeclareTrust(UnderPledge):
    """The pledgee of record holds for the creditors named (SEC 4)."""

    KIND: ClassVar[str] = "declare_trust"
    command: Literal["declare_trust"]
    trustee: PartySaid
    creditors: Parties
    held_from: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day the trust begins."""
        return self.held_from

    def names(self) -> tuple[str, ...]:
        """The trustee and the creditors."""
        return names_of((self.trustee,), self.creditors)

    def actors(self) -> tuple[str, ...]:
        """The trustee."""
        return (self.trustee.name,)


def rights_under(pledge: str, situation: Situation) -> tuple[str, ...]:
    """All rights the pledge is contracted or stands on, as far as they were read."""
    return tuple(
        right
        for right, statement in situation.statements(sorted(situation.rights))
        if entry_of(statement, pledge) or pledge_contract(statement, pledge)
    )


def concerned(command: UnderPledge, situation: Situation) -> tuple[str, ...]:
    """The rights named, else all under the pledge."""
    return command.rights or rights_under(command.pledge, situation)


def told_of(command: UnderPledge, situation: Situation) -> list[tuple[str, Statement]]:
    """The first of the rights under the pledge with its statement, for what is the same on all of them."""
    return situation.statements(rights_under(command.pledge, situation)[:1])


def known_pledge(command: UnderPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: the pledge is contracted or stands on a right that was read, and on each right named."""
    under = rights_under(command.pledge, situation)
    if not under:
        yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/pledge", field="pledge", reference=command.pledge)
        return
    for place, right in enumerate(command.rights):
        if situation.knows(right) and right not in under:
            yield refuse(
                "K-1",
                "REFERENCE_UNKNOWN",
                right=right,
                pointer=f"/rights/{place}",
                field="pledge",
                reference=command.pledge,
            )


def named_by_contract(command: UnderPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-27: a debt secured by several entries is named by its contract, or some of its rights go unread."""
    for _, statement in told_of(command, situation):
        contract = pledge_contract(statement, command.pledge)
        if contract is not None and contract["id"] != command.pledge:
            yield refuse(
                "P-27",
                "FIELD_INVALID",
                pointer="/pledge",
                field="pledge",
                given=command.pledge,
                expected=contract["id"],
            )


def party_findings(  # noqa: PLR0917  # what the sentence says
    rule: str, command: UnderPledge, pointer: str, name: str, entitled: list[str], expected: str
) -> Iterator[Finding]:
    """A finding unless `name` is one of those who may do this."""
    if not is_among(name, entitled):
        yield refuse(
            rule,
            "NOT_PARTY_TO_PLEDGE",
            pointer=pointer,
            party=name,
            expected=expected,
            holder=entitled,
            reference=command.pledge,
        )


def amount_told(said: Amount) -> AmountTold:
    """An amount of a command as it stands in an entry."""
    return AmountTold(minor=said.minor, currency=said.currency)


def third_party_pledgors(statement: Statement, pledge: str, day: str) -> list[str]:
    """Pledgors who are not the debtor; all of them where nobody told who owes (the cautious reading)."""
    debtor = debtor_on(statement, pledge, day)
    pledgors = terms_on(statement, pledge, day)["pledgors"]
    return [name for name in pledgors if debtor is None or not same_party(name, debtor)]


_ByClaim = RepayClaim | AssignClaim | ReplaceDebtor | InterruptLimitation


def _known_claim(command: _ByClaim, situation: Situation, day: str) -> Iterator[Finding]:
    """K-1: a claim that is named was drawn under this pledge."""
    for _, statement in told_of(command, situation):
        known = {claim["id"] for claim in claims_on(statement, command.pledge, situation.today)}
        if command.claim is not None and command.claim not in known:
            yield refuse("K-1", "REFERENCE_UNKNOWN", pointer="/claim", field="claim", reference=command.claim)


def _new_claim(command: DrawClaim | RollOverLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """A claim's id is its own."""
    for right, statement in situation.statements(rights_under(command.pledge, situation)):
        if any(each["id"] == command.claim for each in statement.get("claims", ())):
            yield refuse("K-1", "DUPLICATE_ID", right=right, pointer="/claim", reference=command.claim)


def _same_currency(
    command: DrawClaim | RepayClaim | RollOverLoan, situation: Situation, day: str
) -> Iterator[Finding]:
    """N-6: what is secured and what is paid is reckoned in one currency."""
    told = [("/amount", command.amount)]
    if isinstance(command, RepayClaim) and command.interest is not None:
        told.append(("/interest", command.interest))
    for _, statement in told_of(command, situation):
        expected = _currency(statement, command.pledge, situation.today)
        for pointer, amount in told:
            if expected is not None and amount.currency != expected:
                yield refuse(
                    "N-6",
                    "CURRENCY_MISMATCH",
                    pointer=f"{pointer}/currency",
                    field=pointer[1:],
                    given=amount.currency,
                    expected=expected,
                )


def _currency(statement: Statement, pledge: str, day: str) -> str | None:
    amount = terms_on(statement, pledge, day)["amount"]
    claims = claims_on(statement, pledge, day)
    return str(amount["currency"]) if amount else str(claims[0]["currency"]) if claims else None


def _due_after(command: DrawClaim | RollOverLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """A loan is due on the day it is made or later."""
    if command.due_on is not None and command.acted_on is not None and command.due_on < command.acted_on:
        yield refuse(
            "P-2", "FIELD_INVALID", pointer="/due_on", field="due_on", given=command.due_on,
            expected=f"{command.acted_on} or later",
        )  # fmt: skip


def _not_ended(command: UnderPledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-14, P-19: nothing new is secured by a pledge whose every entry was struck; maturity ends none."""
    entries = [
        (right, entry)
        for right, statement in situation.statements(rights_under(command.pledge, situation))
        if (entry := entry_of(statement, command.pledge))
    ]
    if entries and all(has_ended(entry, day) for _, entry in entries):
        right, entry = entries[0]
        ended = entry["ended_on"] or entry["until"]
        yield refuse("P-19", "ALREADY_ENDED", right=right, reference=entry["reference"], day=ended)


def _reckonable(command: DrawClaim, situation: Situation, day: str) -> Iterator[Finding]:
    """N-6: what is owed in all is an amount that an entry can hold."""
    for _, statement in told_of(command, situation):
        claims = claims_on(statement, command.pledge, situation.today)
        if command.amount.minor + sum(claim["principal"] for claim in claims) > MINOR_MAX:
            yield refuse("N-6", "AMOUNT_TOO_LARGE", pointer="/amount", field="amount", limit=MINOR_MAX)


def _after_determination(command: DrawClaim, situation: Situation, day: str) -> Iterator[Finding]:
    """P-11: a drawing after determination is a loan, but not a secured one (CC 423; FRZ 25 [V])."""
    for _, statement in told_of(command, situation):
        if determination_on(statement, command.pledge, command.drawn_on) is not None:
            entry = entry_of(statement, command.pledge)
            yield flag(
                "P-11",
                "DRAW_AFTER_DETERMINATION",
                reference=entry["reference"] if entry else command.pledge,
                claim=command.claim or command.new_id("clm"),
                day=command.drawn_on,
                amount=str(command.amount.money),
            )


def _drawn(command: DrawClaim, situation: Situation) -> tuple[Said, ...]:
    ((_, statement),) = told_of(command, situation)
    entitled = entitled_on(statement, command.pledge, command.drawn_on)
    debtor = debtor_on(statement, command.pledge, command.drawn_on)
    fact = ClaimDrawn(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        claim=command.claim or command.new_id("clm"),
        amount=amount_told(command.amount),
        rate=command.rate,
        creditor=_party(command.creditor, entitled[0] if len(entitled) == 1 else None),
        debtor=_party(command.debtor, debtor),
        drawn_on=command.drawn_on,
        due_on=command.due_on,
    )
    return (Said(fact),)


def _party(said: PartySaid | None, known: str | None) -> Party | None:
    """As the command says, else as the contract and the register do."""
    if said is not None:
        return said.fact
    return None if known is None else Party(name=known)


class _Part(NamedTuple):
    """What a payment does to one claim, in minor units."""

    claim: str
    interest: int
    principal: int


def _appropriated(command: RepayClaim, situation: Situation) -> tuple[list[_Part], int]:
    """The payment spread over claims, and what is left of it.

    Due claims first, unsecured before secured, then the earlier due, then the earlier drawn (CC 560); on
    each, interest before principal unless agreed (CC 561).
    """
    parts: list[_Part] = []
    left = command.amount.minor
    interest_left = command.interest.minor if command.interest else None
    for _, statement in told_of(command, situation):
        known = secured_amount(statement, command.pledge, command.paid_on)
        claims = [each for each in known["claims"] if each["claim"]] if known else []
        named = [each for each in claims if command.claim in {None, each["claim"]}]
        for claim in sorted(named, key=lambda each: _turn(each, command.paid_on)):
            most = left if interest_left is None else min(left, interest_left)
            interest = min(most, claim["interest"])
            interest_left = None if interest_left is None else interest_left - interest
            free = left - interest - (interest_left or 0)
            principal = min(max(free, 0), claim["principal"])
            left -= interest + principal
            if interest or principal:
                parts.append(_Part(claim["claim"], interest, principal))
    return parts, left


def _turn(claim: dict[str, Any], day: str) -> tuple[bool, bool, str, str]:
    due_on = claim["due_on"] or "9999-12-31"
    return (due_on > day, claim["secured"], due_on, claim["drawn_on"])


def _within_debt(command: RepayClaim, situation: Situation, day: str) -> Iterator[Finding]:
    """CC 560, 561: a payment falls on claims that are outstanding, and no further."""
    parts, left = _appropriated(command, situation)
    if left:
        owed = sum(part.interest + part.principal for part in parts)
        yield refuse(
            "P-24",
            "FIELD_INVALID",
            pointer="/amount",
            field="amount",
            given=str(command.amount.money),
            expected=f"at most {_shown(owed, command.amount)}, outstanding on claims drawn here",
        )


def _repaid(command: RepayClaim, situation: Situation) -> tuple[Said, ...]:
    rights = rights_under(command.pledge, situation)
    return tuple(
        Said(
            ClaimRepaid(
                rights=rights,
                pledge=command.pledge,
                claim=part.claim,
                interest=part.interest,
                principal=part.principal,
                paid_on=command.paid_on,
                payer=command.payer.fact if command.payer else None,
            )
        )
        for part in _appropriated(command, situation)[0]
    )


def _shown(minor: int, amount: Amount) -> str:
    return str(Money(min(minor, MINOR_MAX), amount.currency))


def _rolls_over_what_is_owed(command: RollOverLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """P-14: the new loan repays principal that is outstanding; what goes beyond it is a new drawing."""
    for _, statement in told_of(command, situation):
        known = secured_amount(statement, command.pledge, command.rolled_on)
        owed = {each["claim"]: each["principal"] for each in known["claims"]} if known else {}
        for place, claim in enumerate(command.replaces):
            if claim not in owed:
                yield refuse(
                    "K-1", "REFERENCE_UNKNOWN", pointer=f"/replaces/{place}", field="replaces",
                    reference=claim,
                )  # fmt: skip
        most = sum(owed.get(claim, 0) for claim in dict.fromkeys(command.replaces))
        if command.amount.minor > most:
            yield refuse(
                "P-14",
                "FIELD_INVALID",
                pointer="/amount",
                field="amount",
                given=str(command.amount.money),
                expected=f"at most {_shown(most, command.amount)}; draw the rest as a new claim",
            )


def _pledgors_agree(command: RollOverLoan, situation: Situation, day: str) -> Iterator[Finding]:
    """P-14: every pledgor agrees that its right secures the new loan too (SEC 16 [V])."""
    agreed = names_of(command.agreed_by)
    for right, statement in situation.statements(rights_under(command.pledge, situation)):
        for name in terms_on(statement, command.pledge, day)["pledgors"]:
            consent = consent_for(
                statement, situation.today, giver=name, role="pledgor", act="roll_over", pledge=command.pledge
            )
            if not is_among(name, agreed) and consent is None:
                yield refuse(
                    "P-14",
                    "PLEDGOR_CONSENT_MISSING",
                    right=right,
                    missing=Missing("consent", name, right),
                    holder=entitled_on(statement, command.pledge, day),
                )


def _rolled_over(command: RollOverLoan, situation: Situation) -> tuple[Said, ...]:
    ((_, statement),) = told_of(command, situation)
    pledgors = terms_on(statement, command.pledge, command.rolled_on)["pledgors"]
    signed = tuple(party.fact for party in command.agreed_by)
    fact = ClaimRolledOver(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        claim=command.claim or command.new_id("clm"),
        replaces=command.replaces,
        amount=amount_told(command.amount),
        rate=command.rate,
        rolled_on=command.rolled_on,
        due_on=command.due_on,
        agreed_by=signed or tuple(Party(name=name) for name in pledgors),
    )
    return (Said(fact),)


def _is_creditor(command: AssignClaim | ReplaceDebtor, situation: Situation, day: str) -> Iterator[Finding]:
    """P-12, P-13: whoever assigns a claim, or lets another take the debt over, is its creditor."""
    assigns = isinstance(command, AssignClaim)
    party = command.grantor if isinstance(command, AssignClaim) else command.creditor
    for _, statement in told_of(command, situation):
        entitled = entitled_on(statement, command.pledge, command.acted_on or day)
        drawn = [
            claim["creditor"]
            for claim in claims_on(statement, command.pledge, situation.today)
            if claim["creditor"] and command.claim in {None, claim["id"]}
        ]
        yield from party_findings(
            "P-12" if assigns else "P-13",
            command,
            "/grantor/name" if assigns else "/creditor/name",
            party.name,
            [*entitled, *drawn],
            "creditor",
        )


def _assigned(command: AssignClaim, situation: Situation) -> tuple[Said, ...]:
    fact = ClaimAssigned(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        claim=command.claim,
        grantor=command.grantor.fact,
        grantee=command.grantee.fact,
        share=command.share,
        follows=command.follows,
        assigned_on=command.assigned_on,
        notified_on=command.notified_on,
    )
    return (Said(fact),)


def _is_debtor(command: ReplaceDebtor, situation: Situation, day: str) -> Iterator[Finding]:
    """P-13: the debt passes from whoever owes it."""
    for _, statement in told_of(command, situation):
        debtor = debtor_on(statement, command.pledge, command.replaced_on, command.claim)
        if debtor is not None:
            yield from party_findings(
                "P-13", command, "/debtor/name", command.debtor.name, [debtor], "debtor"
            )


def _discharged(command: ReplaceDebtor, situation: Situation) -> list[str]:
    """Third-party pledgors who neither consented in writing nor took the debt over themselves."""
    found = []
    for _, statement in told_of(command, situation):
        for name in third_party_pledgors(statement, command.pledge, command.replaced_on):
            consent = consent_for(
                statement,
                situation.today,
                giver=name,
                role="pledgor",
                act="debtor_change",
                to=(command.new_debtor.name,),
                pledge=command.pledge,
            )
            if consent is None and not same_party(name, command.new_debtor.name):
                found.append(name)
    return found


def _frees_pledgors(command: ReplaceDebtor, situation: Situation, day: str) -> Iterator[Finding]:
    """P-13: a third-party pledgor who did not consent in writing is free (CC 391 [V]).

    The register still shows the pledge, and so do we, flagged: a court says to what extent it is free.
    """
    for name in _discharged(command, situation):
        yield flag(
            "P-13",
            "PLEDGOR_DISCHARGED",
            missing=Missing("consent", name),
            party=name,
            reference=command.pledge,
        )


def _debtor_replaced(command: ReplaceDebtor, situation: Situation) -> tuple[Said, ...]:
    fact = ClaimDebtorReplaced(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        claim=command.claim,
        grantor=command.debtor.fact,
        grantee=command.new_debtor.fact,
        creditor=command.creditor.fact,
        replaced_on=command.replaced_on,
        discharged=tuple(Party(name=name) for name in _discharged(command, situation)),
    )
    return (Said(fact),)


def _interrupted(command: InterruptLimitation, situation: Situation) -> tuple[Said, ...]:
    fact = ClaimLimitationInterrupted(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        claim=command.claim,
        cause=command.cause,
        interrupted_on=command.interrupted_on,
        document=command.document,
    )
    return (Said(fact),)


def _is_maximum(command: DetermineClaims, situation: Situation, day: str) -> Iterator[Finding]:
    """P-11: only the claims of a maximum-amount pledge are determined."""
    for _, statement in told_of(command, situation):
        if terms_on(statement, command.pledge, day)["limit"] != "cap":
            yield refuse(
                "P-11", "FIELD_INVALID", pointer="/pledge", field="pledge", given=command.pledge,
                expected="a maximum-amount pledge",
            )  # fmt: skip


def _may_determine(command: DetermineClaims, situation: Situation, day: str) -> Iterator[Finding]:
    """P-11: pledgee or pledgor ask; of a freeze the pledgee itself says since when it knows (FRZ 25)."""
    for _, statement in told_of(command, situation):
        entitled = entitled_on(statement, command.pledge, day)
        entry = entry_of(statement, command.pledge)
        of_record = holders_on(entry, day) if entry else []
        pledgors = terms_on(statement, command.pledge, day)["pledgors"]
        both = [*entitled, *of_record, *pledgors]
        freeze = command.cause == "freeze"
        yield from party_findings(
            "P-11",
            command,
            "/by/name",
            command.by.name,
            both[: len(both) - len(pledgors)] if freeze else both,
            "pledgee" if freeze else "pledgee or pledgor",
        )


def _request_is_due(command: DetermineClaims, situation: Situation, day: str) -> Iterator[Finding]:
    """P-11: without an agreed period a request counts after two years from the registration (CC 423 [V])."""
    if command.cause != "request":
        return
    for right, statement in situation.statements(rights_under(command.pledge, situation)):
        entry = entry_of(statement, command.pledge)
        ends_on = terms_on(statement, command.pledge, day)["ends_on"]
        since = None
        if entry is not None and ends_on is None:
            # A register's day may be years ahead of the clock; a term never ends after the last day we know.
            registered_on = min(entry["registered_on"], situation.today)
            since = term_end(parse_day(registered_on), years=REQUEST_YEARS).isoformat()
        if since is None or command.determined_on <= since:
            yield refuse(
                "P-11",
                "DETERMINATION_NOT_DUE",
                right=right,
                pointer="/determined_on",
                reference=command.pledge,
                day=command.determined_on,
                until=ends_on or since,
            )


def _determined(command: DetermineClaims, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeClaimsDetermined(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        cause=command.cause,
        determined_on=command.determined_on,
        by=command.by.fact,
        reference=command.reference,
    )
    return (Said(fact),)


def _trustee_is_of_record(command: DeclareTrust, situation: Situation, day: str) -> Iterator[Finding]:
    """P-12: who holds for others is the pledgee of record, or of the contract before there is one (SEC 4)."""
    for _, statement in told_of(command, situation):
        entry = entry_of(statement, command.pledge)
        of_record = holders_on(entry, day) if entry else terms_on(statement, command.pledge, day)["pledgees"]
        yield from party_findings(
            "P-12", command, "/trustee/name", command.trustee.name, of_record, "pledgee of record"
        )


def _in_trust(command: DeclareTrust, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeHeldInTrust(
        rights=rights_under(command.pledge, situation),
        pledge=command.pledge,
        trustee=command.trustee.fact,
        creditors=tuple(party.fact for party in command.creditors),
        held_from=command.held_from,
    )
    return (Said(fact),)


_NAMED: Final = ((Stage.IDENTITY, known_pledge), (Stage.IDENTITY, named_by_contract))

PROCEDURES: Final = (
    Procedure(
        DrawClaim,
        (
            *_NAMED,
            (Stage.FORM, _same_currency),
            (Stage.FORM, _due_after),
            (Stage.FORM, _reckonable),
            (Stage.STATUS, _not_ended),
            (Stage.CONFLICTS, _new_claim),
            (Stage.FAMILY, _after_determination),
        ),
        _drawn,
    ),
    Procedure(
        RepayClaim,
        (
            *_NAMED,
            (Stage.IDENTITY, _known_claim),
            (Stage.FORM, _same_currency),
            (Stage.FAMILY, _within_debt),
        ),
        _repaid,
    ),
    Procedure(
        RollOverLoan,
        (
            *_NAMED,
            (Stage.FORM, _same_currency),
            (Stage.FORM, _due_after),
            (Stage.STATUS, _not_ended),
            (Stage.CONSENTS, _pledgors_agree),
            (Stage.CONFLICTS, _new_claim),
            (Stage.FAMILY, _rolls_over_what_is_owed),
        ),
        _rolled_over,
    ),
    Procedure(
        AssignClaim,
        (*_NAMED, (Stage.IDENTITY, _known_claim), (Stage.ENTITLEMENT, _is_creditor)),
        _assigned,
    ),
    Procedure(
        ReplaceDebtor,
        (
            *_NAMED,
            (Stage.IDENTITY, _known_claim),
            (Stage.ENTITLEMENT, _is_debtor),
            (Stage.ENTITLEMENT, _is_creditor),
            (Stage.CONSENTS, _frees_pledgors),
        ),
        _debtor_replaced,
    ),
    Procedure(InterruptLimitation, (*_NAMED, (Stage.IDENTITY, _known_claim)), _interrupted),
    Procedure(
        DetermineClaims,
        (
            *_NAMED,
            (Stage.FORM, _is_maximum),
            (Stage.ENTITLEMENT, _may_determine),
            (Stage.FAMILY, _request_is_due),
        ),
        _determined,
    ),
    Procedure(DeclareTrust, (*_NAMED, (Stage.ENTITLEMENT, _trustee_is_of_record)), _in_trust),
)

RULES: Final = (
    Rule(
        "P-11",
        "The claims of a maximum-amount pledge are determined when its period ends, on request after two "
        "years where none is agreed, when no further claim can arise, when the pledgee knows of a freeze, on "
        "bankruptcy or dissolution; later drawings are unsecured.",
        "最高额质押的债权在约定期间届满、无约定期间而设立满二年后请求、新的债权不可能发生、质权人知道查封扣押、"
        "债务人或者出质人被宣告破产或者解散时确定；确定后的提款不受担保。",
        "CC 421, 423; FRZ 25",
        "V",
        ("DRAW_AFTER_DETERMINATION", "DETERMINATION_NOT_DUE"),
        home="ledger.statement.claims:determinations_of",
    ),
    Rule(
        "P-12",
        "The pledge follows the assigned claim at once; the pledgee of record and the one entitled are both "
        "shown; a trustee of record for creditors is recognized.",
        "债权转让的，质权随之移转，无须重新登记；同时显示登记质权人与实际质权人；承认受托持有质权的登记质权人。",
        "CC 421, 547; SEC 4",
        "V",
        ("PLEDGEE_OF_RECORD_DIFFERS", "NOT_PARTY_TO_PLEDGE"),
        home="ledger.statement.claims:entitled_on",
    ),
    Rule(
        "P-13",
        "A third-party pledgor who did not consent in writing to a new debtor is free.",
        "债务转移未经第三人出质人书面同意的，其不再承担相应的担保责任。",
        "CC 391, 551",
        "V",
        ("PLEDGOR_DISCHARGED",),
        home="ledger.rules.claims:_frees_pledgors",
    ),
    Rule(
        "P-14",
        "A new loan that repays the old one keeps its rank if the registration was never struck and the "
        "pledgors agree.",
        "借新还旧，质押登记未注销且出质人同意继续担保的，新贷保持原顺位。",
        "SEC 16(2)",
        "V",
        ("PLEDGOR_CONSENT_MISSING", "ALREADY_ENDED"),
        home="ledger.rules.claims:_pledgors_agree",
    ),
    Rule(
        "P-19",
        "Maturity of the debt does not end the pledge; it cannot be enforced after the limitation period of "
        "the claim, three years from the due day or from interruption.",
        "债务到期不消灭质权；主债权诉讼时效（自到期或者中断起三年）届满后，质权不得再行使。",
        "CC 188, 192, 195, 393, 419; SEC 44",
        "V",
        ("ENFORCEMENT_TIME_BARRED",),
        home="ledger.statement.claims:limitation_on",
    ),
)
