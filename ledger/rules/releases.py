"""What a pledgee gives up or may do without enforcing: release, use, more security (P-18, P-21, P-22, P-26).

A release by the pledgee is *asserted*: the entry stands until the register strikes it, and both are shown.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ledger.facts.enforcement import (
    PledgeDischargeAsserted,
    PledgeObjectReplaced,
    PledgeTopUpDemanded,
    PledgeTopUpProvided,
    PledgeUsedByPledgee,
)
from ledger.rules.base import Finding, Missing, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.claims import (
    UnderPledge,
    amount_told,
    concerned,
    known_pledge,
    party_findings,
    told_of,
)
from ledger.rules.common import is_among
from ledger.rules.fields import Amount, CommandDay, Digest, Parties, PartySaid, names_of
from ledger.rules.papers import consent_for
from ledger.rules.pledges import amount_of
from ledger.rules.situation import Situation
from ledger.statement.claims import debtor_on, entitled_on, entry_of, terms_on, trust_on
from ledger.statement.reading import Statement, consents_on, has_ended, holders_on
from ledger.values.parties import same_party


class ReleasePledge(UnderPledge):
    """The pledgee, or both sides, release the pledge on `rights`, wholly or to the extent of `amount`.

    `guarantors` are others who secure the same debt, `promised` those of them who remain liable although the
    debtor's own pledge is given up (P-22).
    """

    KIND: ClassVar[str] = "release_pledge"
    command: Literal["release_pledge"]
    by: Parties
    cause: Literal["repaid", "waived", "replaced", "other"]
    amount: Amount | None = None
    guarantors: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    promised: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    released_on: CommandDay
    document: Digest | None = None

    @property
    def acted_on(self) -> str | None:
        """The day of the release."""
        return self.released_on

    def names(self) -> tuple[str, ...]:
        """Who releases, and the guarantors."""
        return names_of(self.by, self.guarantors, self.promised)

    def actors(self) -> tuple[str, ...]:
        """Who releases."""
        return names_of(self.by)


class UsePledgedRight(UnderPledge):
    """The pledgee uses the right, licenses it or pledges it on (CC 431, 434)."""

    KIND: ClassVar[str] = "use_pledged_right"
    command: Literal["use_pledged_right"]
    pledgee: PartySaid
    use: Literal["use", "license", "repledge"]
    to: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    used_from: CommandDay
    until: CommandDay | None = None

    @property
    def acted_on(self) -> str | None:
        """A use may be agreed for days to come."""
        return None

    def names(self) -> tuple[str, ...]:
        """The pledgee and the other side."""
        return names_of((self.pledgee,), self.to)

    def actors(self) -> tuple[str, ...]:
        """The pledgee."""
        return (self.pledgee.name,)


class ReplaceObject(UnderPledge):
    """Insurance, compensation or expropriation money takes the right's place (CC 390)."""

    KIND: ClassVar[str] = "replace_object"
    command: Literal["replace_object"]
    kind: Literal["insurance", "compensation", "expropriation"]
    amount: Amount
    payer: PartySaid | None = None
    holder: PartySaid | None = None
    received_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day the money came."""
        return self.received_on

    def names(self) -> tuple[str, ...]:
        """Who paid, and who keeps it."""
        return names_of(*((each,) for each in (self.payer, self.holder) if each))


class _TopUp(UnderPledge):
    pledgee: PartySaid
    document: Digest | None = None

    def names(self) -> tuple[str, ...]:
        """The pledgee."""
        return (self.pledgee.name,)

    def actors(self) -> tuple[str, ...]:
        """The pledgee."""
        return (self.pledgee.name,)


class DemandTopUp(_TopUp):
    """The right lost value through no fault of the pledgee, who asks for more security (CC 433)."""

    KIND: ClassVar[str] = "demand_top_up"
    command: Literal["demand_top_up"]
    amount: Amount | None = None
    demanded_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of the demand."""
        return self.demanded_on


class AcceptTopUp(_TopUp):
    """The pledgee has what it asked for."""

    KIND: ClassVar[str] = "accept_top_up"
    command: Literal["accept_top_up"]
    provided_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day it was given."""
        return self.provided_on


def _not_released_yet(command: ReleasePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-21: what the register has struck cannot be released again."""
    for right, statement in situation.statements(concerned(command, situation)):
        entry = entry_of(statement, command.pledge)
        if entry is not None and has_ended(entry, day):
            ended = entry["ended_on"] or entry["until"]
            yield refuse("P-21", "ALREADY_ENDED", right=right, reference=entry["reference"], day=ended)


def _released_by_pledgees(command: ReleasePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-21: everyone to whom the pledge belongs signs, or its trustee of record; the pledgor alone cannot.

    CC 393, 435 [V], PPM [S]. The pledgee of record who has assigned its claim no longer can (P-12), a
    cautious reading: the register may still strike its entry on that word.
    """
    signed = names_of(command.by)
    for right, statement in situation.statements(concerned(command, situation)):
        trust = trust_on(statement, command.pledge, day)
        entitled = [trust["trustee"]] if trust else entitled_on(statement, command.pledge, day)
        missing = [name for name in entitled if not is_among(name, signed)]
        if missing or not entitled:
            entry = entry_of(statement, command.pledge)
            yield refuse(
                "P-21",
                "RELEASE_NOT_AUTHORISED",
                right=right,
                missing=Missing("signature", missing[0] if missing else None, right),
                holder=missing,
                reference=entry["reference"] if entry else command.pledge,
            )


def _frees_guarantors(command: ReleasePledge, situation: Situation, day: str) -> Iterator[Finding]:
    """P-22: giving up the debtor's own pledge unpaid frees other guarantors who did not promise otherwise.

    CC 409, 435 [V]. Where no guarantor is named we cannot know of one, and warn all the same.
    """
    promised = names_of(command.promised)
    left = [name for name in names_of(command.guarantors) if not is_among(name, promised)]
    if command.cause != "waived" or (command.guarantors and not left):
        return
    for right, statement in situation.statements(concerned(command, situation)):
        if _is_debtors_own(statement, command.pledge, day):
            yield flag("P-22", "GUARANTOR_RELEASED", right=right, reference=command.pledge, party=left)


def _is_debtors_own(statement: Statement, pledge: str, day: str) -> bool:
    debtor = debtor_on(statement, pledge, day)
    pledgors = terms_on(statement, pledge, day)["pledgors"]
    return debtor is None or any(same_party(name, debtor) for name in pledgors)


def _asserted(command: ReleasePledge, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeDischargeAsserted(
        rights=concerned(command, situation),
        pledge=command.pledge,
        releasors=tuple(party.fact for party in command.by),
        cause=command.cause,
        amount=amount_of(command.amount),
        released_on=command.released_on,
        document=command.document,
    )
    return (Said(fact),)


def _is_pledgee(command: UsePledgedRight | _TopUp, situation: Situation, day: str) -> Iterator[Finding]:
    """P-18, P-26: who acts as pledgee is entitled, or of record."""
    rule = "P-18" if isinstance(command, UsePledgedRight) else "P-26"
    for _, statement in told_of(command, situation):
        entry = entry_of(statement, command.pledge)
        of_record = holders_on(entry, day) if entry else []
        entitled = [*entitled_on(statement, command.pledge, day), *of_record]
        yield from party_findings(rule, command, "/pledgee/name", command.pledgee.name, entitled, "pledgee")


def _pledgors_consent(command: UsePledgedRight, situation: Situation, day: str) -> Iterator[Finding]:
    """P-18: every pledgor consented to this use, to these others (CC 431, 434 [V])."""
    to = names_of(command.to)
    for right, statement in situation.statements(concerned(command, situation)):
        for name in terms_on(statement, command.pledge, day)["pledgors"]:
            if _consent(command, statement, day, name, to) is None:
                yield refuse(
                    "P-18",
                    "PLEDGOR_CONSENT_MISSING",
                    right=right,
                    missing=Missing("consent", name, right),
                    holder=command.pledgee.name,
                )


def _consent(
    command: UsePledgedRight, statement: Statement, day: str, name: str, to: tuple[str, ...]
) -> str | None:
    consent = consent_for(
        statement, day, giver=name, role="pledgor", act=command.use, to=to, pledge=command.pledge
    )
    return consent["id"] if consent else None


def _used(command: UsePledgedRight, situation: Situation) -> tuple[Said, ...]:
    given = {
        consent["id"]
        for _, statement in situation.statements(concerned(command, situation))
        for consent in consents_on(statement, situation.today)
        if consent["role"] == "pledgor" and consent["act"] == command.use
    }
    fact = PledgeUsedByPledgee(
        rights=concerned(command, situation),
        pledge=command.pledge,
        pledgee=command.pledgee.fact,
        use=command.use,
        to=tuple(party.fact for party in command.to),
        consents=tuple(sorted(given)),
        used_from=command.used_from,
        until=command.until,
    )
    return (Said(fact),)


def _replaced(command: ReplaceObject, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeObjectReplaced(
        rights=concerned(command, situation),
        pledge=command.pledge,
        kind=command.kind,
        amount=amount_told(command.amount),
        payer=command.payer.fact if command.payer else None,
        holder=command.holder.fact if command.holder else None,
        received_on=command.received_on,
    )
    return (Said(fact),)


def _demanded(command: DemandTopUp, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeTopUpDemanded(
        rights=concerned(command, situation),
        pledge=command.pledge,
        pledgee=command.pledgee.fact,
        amount=amount_of(command.amount),
        demanded_on=command.demanded_on,
        document=command.document,
    )
    return (Said(fact),)


def _provided(command: AcceptTopUp, situation: Situation) -> tuple[Said, ...]:
    fact = PledgeTopUpProvided(
        rights=concerned(command, situation),
        pledge=command.pledge,
        pledgee=command.pledgee.fact,
        provided_on=command.provided_on,
        document=command.document,
    )
    return (Said(fact),)


_NAMED: Final = ((Stage.IDENTITY, known_pledge),)

PROCEDURES: Final = (
    Procedure(
        ReleasePledge,
        (
            *_NAMED,
            (Stage.STATUS, _not_released_yet),
            (Stage.ENTITLEMENT, _released_by_pledgees),
            (Stage.FAMILY, _frees_guarantors),
        ),
        _asserted,
    ),
    Procedure(
        UsePledgedRight,
        (*_NAMED, (Stage.ENTITLEMENT, _is_pledgee), (Stage.CONSENTS, _pledgors_consent)),
        _used,
    ),
    Procedure(ReplaceObject, _NAMED, _replaced),
    Procedure(DemandTopUp, (*_NAMED, (Stage.ENTITLEMENT, _is_pledgee)), _demanded),
    Procedure(AcceptTopUp, (*_NAMED, (Stage.ENTITLEMENT, _is_pledgee)), _provided),
)

RULES: Final = (
    Rule(
        "P-18",
        "A pledgee may not use, license or re-pledge the right without the pledgor's consent.",
        "未经出质人同意，质权人不得使用、许可他人使用或者转质出质的权利。",
        "CC 431, 434",
        "V",
        ("PLEDGOR_CONSENT_MISSING",),
        home="ledger.rules.releases:_pledgors_consent",
    ),
    Rule(
        "P-21",
        "A release needs the pledgee's signature or an authority, for each right or amount; an asserted "
        "discharge and the cancellation in the register are two facts.",
        "解除质押须由质权人（或者双方）签署或者由有权机关作出，可以按权利或者金额部分解除；"
        "声明解除与注销登记是两个事实。",
        "CC 393, 435; CPM 5; PPM",
        "V",
        ("RELEASE_NOT_AUTHORISED", "ALREADY_ENDED"),
        home="ledger.rules.releases:_released_by_pledgees",
    ),
    Rule(
        "P-22",
        "Waiving the debtor's own pledge frees the other guarantors to that extent unless they promised "
        "otherwise.",
        "质权人放弃债务人自己提供的质押的，其他担保人在相应范围内免除担保责任，但承诺仍然担保的除外。",
        "CC 409, 435",
        "V",
        ("GUARANTOR_RELEASED",),
        home="ledger.rules.releases:_frees_guarantors",
    ),
    Rule(
        "P-26",
        "A pledge on a finally invalid patent has lost its object from the beginning, while the debt and "
        "other rights are untouched; partial invalidity leaves it on the rest; the pledgee may ask for more "
        "security; insurance or compensation money takes the object's place at the same rank.",
        "专利被最终宣告全部无效的，质权自始无标的，债权及其他权利不受影响；部分无效的，质权及于剩余部分；"
        "价值减少的，质权人有权要求补充担保；保险金、赔偿金等按原顺位代替质押财产。",
        "PL 47; CC 390, 433, 446; SEC 42",
        "V",
        ("OBJECT_LOST", "TOP_UP_DUE", "NOT_PARTY_TO_PLEDGE"),
        home="ledger.statement.enforcement:_top_up_due",
    ),
)
