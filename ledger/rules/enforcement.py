"""Realizing a pledge: when, how, who gets what, and what a court's sale does (P-17, P-23 to P-25)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, Value
from ledger.facts.enforcement import (
    EnforcementStarted,
    JudicialSaleAnnounced,
    JudicialSaleCompleted,
    PaidOnClaim,
    Payment,
    ProceedsDistributed,
    Shortfall,
)
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.transfers import TransferRegistered
from ledger.rules.base import Command, Finding, Procedure, Rule, Said, Stage, flag, refuse
from ledger.rules.claims import UnderPledge, concerned, known_pledge, party_findings, rights_under, told_of
from ledger.rules.common import is_among, not_paused, not_stayed
from ledger.rules.fields import Amount, CommandDay, Digest, Line, PartySaid, PledgeId, names_of
from ledger.rules.papers import document_for
from ledger.rules.pledges import amount_of
from ledger.rules.reports import Contradiction
from ledger.rules.situation import Situation
from ledger.statement.claims import (
    entitled_on,
    entry_of,
    ids_of,
    limitation_on,
    secured_amount,
    terms_on,
)
from ledger.statement.enforcement import expected_distribution, ranking_day
from ledger.statement.ranks import slices_on
from ledger.statement.reading import (
    ENDED_STATUSES,
    Statement,
    has_ended,
    holders_on,
    holdings_on,
    pledges_on,
    status_on,
)
from ledger.values.money import Money
from ledger.values.parties import same_party


class StartEnforcement(UnderPledge):
    """The pledgee realizes the pledge, because the debt is due and unpaid or an agreed event occurred.

    `agreed_event` needs the event in words and its proof as `document`; `self_sale` the clause as `document`
    (SEC 45); `conversion` the pledgors' agreement on a price, and a valuation on file (CC 436); `court_sale`
    names the court at the place of the pledge's registration (CPL 207, CPLI 360). `retention` is what no
    method is: the right for the debt, by default alone.
    """

    KIND: ClassVar[str] = "start_enforcement"
    command: Literal["start_enforcement"]
    pledgee: PartySaid
    trigger: Literal["due_unpaid", "agreed_event"]
    event: Line | None = None
    method: Literal["conversion", "auction", "sale", "self_sale", "court_sale", "retention"]
    price: Amount | None = None
    agreed_by: Annotated[tuple[PartySaid, ...], Field(max_length=100)] = ()
    forum: Line | None = None
    started_on: CommandDay
    document: Digest | None = None

    @property
    def acted_on(self) -> str | None:
        """The day it begins."""
        return self.started_on

    def names(self) -> tuple[str, ...]:
        """The pledgee, and the pledgors who agree."""
        return names_of((self.pledgee,), self.agreed_by)

    def actors(self) -> tuple[str, ...]:
        """The pledgee, and the pledgors who agree."""
        return self.names()


class OwedSaid(Value):
    """The whole debt under a pledge, where the ledger does not know it or a court found another."""

    pledge: PledgeId
    amount: Amount


class PaymentSaid(Value):
    """One payment made: to whom, for what."""

    purpose: Literal["costs", "pledge", "surplus"]
    pledge: PledgeId | None = None
    to: PartySaid | None = None
    amount: Amount


class DistributeProceeds(Command):
    """The proceeds of `rights`, sold as one lot, are paid out. `pledges` names every pledge on them.

    Without `payments` they are reckoned; with them they must be what the ranks give.
    """

    KIND: ClassVar[str] = "distribute_proceeds"
    command: Literal["distribute_proceeds"]
    pledges: Annotated[tuple[PledgeId, ...], Field(max_length=1000)] = ()
    of: Literal["sale", "conversion", "substitute"] = "sale"
    proceeds: Amount
    costs: Amount
    owed: Annotated[tuple[OwedSaid, ...], Field(max_length=1000)] = ()
    payments: Annotated[tuple[PaymentSaid, ...], Field(max_length=1000)] | None = None
    distributed_on: CommandDay

    @property
    def acted_on(self) -> str | None:
        """The day of payment."""
        return self.distributed_on

    def names(self) -> tuple[str, ...]:
        """Who is paid."""
        return names_of(tuple(each.to for each in self.payments or () if each.to))

    def links(self) -> tuple[str, ...]:
        """The pledges paid, whose other rights must be read."""
        return tuple(f"pledge:{pledge}" for pledge in self.pledges)


# P-23, P-19, P-17: whether and how a pledge is realized


def _stands(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-3, P-19, P-23: only a registered pledge is realized; striking ends it, maturity does not."""
    for right, statement in situation.statements(concerned(command, situation)):
        entry = entry_of(statement, command.pledge)
        if entry is None or entry["registered_on"] > day:
            yield refuse("P-3", "REFERENCE_UNKNOWN", right=right, pointer="/pledge", field="pledge",
                         reference=command.pledge)  # fmt: skip
        elif has_ended(entry, day):
            ended = entry["ended_on"] or entry["until"]
            yield refuse("P-19", "ALREADY_ENDED", right=right, reference=entry["reference"], day=ended)


def _object_left(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-26: there is something to realize: a right in force, or the money in its place."""
    for right, statement in situation.statements(concerned(command, situation)):
        status = status_on(statement, day)
        if status in ENDED_STATUSES and not statement.get("substitutes"):
            yield refuse("P-26", "ASSET_NOT_IN_FORCE", right=right, status=status, day=day)


def _by_pledgee(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-12, P-23: whoever the pledge belongs to realizes it, or its pledgee of record for it."""
    for _, statement in told_of(command, situation):
        entry = entry_of(statement, command.pledge)
        of_record = holders_on(entry, day) if entry else []
        entitled = [*entitled_on(statement, command.pledge, day), *of_record]
        yield from party_findings("P-23", command, "/pledgee/name", command.pledgee.name, entitled, "pledgee")


def _triggered(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-23: the debt is due and unpaid, or an agreed event occurred and is proven (CC 436 [V]).

    The debtor may pay until 24:00 of the due day.
    """
    for _, statement in told_of(command, situation):
        if command.trigger == "agreed_event":
            met = command.event is not None and command.document is not None
        else:
            known = secured_amount(statement, command.pledge, command.started_on)
            due_on = terms_on(statement, command.pledge, command.started_on)["debt_until"]
            met = known is not None and any(
                claim["principal"] + claim["interest"] > 0
                and (claim["due_on"] or due_on or "9999-12-31") < command.started_on
                for claim in known["claims"]
            )
        if not met:
            yield refuse("P-23", "NO_ENFORCEMENT_EVENT", pointer="/trigger", reference=command.pledge)


def _method_valid(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-23, P-17: agreed conversion at market reference, auction or sale (CC 428, 436, SEC 45 [V])."""
    if command.method == "retention":
        for right in concerned(command, situation):
            yield refuse(
                "P-17",
                "NO_TITLE_BY_DEFAULT",
                right=right,
                pointer="/method",
                holder=command.pledgee.name,
            )
        return
    lacking = list(_lacking(command, situation, day))
    if lacking:
        yield refuse(
            "P-23",
            "METHOD_INVALID",
            pointer="/method",
            given=command.method,
            expected=lacking,
            reference=command.pledge,
        )


def _lacking(command: StartEnforcement, situation: Situation, day: str) -> Iterator[str]:
    if command.method == "court_sale" and command.forum is None:
        yield "forum"
    if command.method == "self_sale" and command.document is None:
        yield "document"
    if command.method != "conversion":
        return
    if command.price is None:
        yield "price"
    agreed = names_of(command.agreed_by)
    for _, statement in situation.statements(concerned(command, situation)):
        pledgors = terms_on(statement, command.pledge, day)["pledgors"]
        if not all(is_among(name, agreed) for name in pledgors):
            yield "agreed_by"
        if document_for(statement, "valuation", day) is None:
            yield "valuation"


def _not_stayed(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-23, F-13, F-15: a court sale stops in insolvency, every realization pauses in reorganization.

    In liquidation the pledgee is paid first from the right and may realize it with the administrator
    (BKL 109, 110); only execution is stayed (BKL 19).
    """
    for right, statement in situation.statements(concerned(command, situation)):
        if command.method == "court_sale":
            for holding in holdings_on(statement, day):
                yield from not_stayed("F-13", right, statement, day, holding.name)
        paused = [
            list(not_paused("F-15", right, statement, day, pledge))
            for pledge in sorted(ids_of(statement, command.pledge))
        ]
        if all(paused):
            yield from paused[0]


def _in_time(command: StartEnforcement, situation: Situation, day: str) -> Iterator[Finding]:
    """P-19: after the limitation period a court no longer protects the pledge (CC 419; SEC 44 [V])."""
    for _, statement in told_of(command, situation):
        ids = ids_of(statement, command.pledge)
        ends = [
            until
            for claim in statement.get("claims", ())
            if claim["pledge"] in ids
            and (until := limitation_on(statement, claim, command.started_on)) is not None
        ]
        if ends and max(ends) < command.started_on:
            yield flag("P-19", "ENFORCEMENT_TIME_BARRED", reference=command.pledge, until=max(ends))


def _started(command: StartEnforcement, situation: Situation) -> tuple[Said, ...]:
    assert command.method != "retention"
    fact = EnforcementStarted(
        rights=concerned(command, situation),
        pledge=command.pledge,
        pledgee=command.pledgee.fact,
        trigger=command.trigger,
        event=command.event,
        method=command.method,
        price=amount_of(command.price),
        forum=command.forum,
        started_on=command.started_on,
        document=command.document,
    )
    return (Said(fact),)


# P-24: who gets what


def _one_currency(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """N-6: proceeds, costs, debts and payments are reckoned in one currency."""
    told = [
        ("/costs", command.costs),
        *((f"/owed/{at}/amount", each.amount) for at, each in enumerate(command.owed)),
    ]
    told += [(f"/payments/{at}/amount", each.amount) for at, each in enumerate(command.payments or ())]
    for pointer, amount in told:
        if amount.currency != command.proceeds.currency:
            yield _other_currency(pointer, amount.currency, command)
    for _, statement in situation.statements(command.rights):
        for pledge in _sharing(command, statement):
            known = secured_amount(statement, pledge["id"], day)
            if known is not None and known["currency"] != command.proceeds.currency:
                yield _other_currency("/proceeds", known["currency"], command)


def _sharing(command: DistributeProceeds, statement: Statement) -> list[dict[str, Any]]:
    """Pledges that take part: those that stand, or that the judicial sale extinguished (P-25)."""
    return pledges_on(statement, ranking_day(statement, command.distributed_on))


def _other_currency(pointer: str, given: str, command: DistributeProceeds) -> Finding:
    expected = command.proceeds.currency
    return refuse("N-6", "CURRENCY_MISMATCH", pointer=pointer, field=pointer, given=given, expected=expected)


def _names_every_pledge(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """P-24: every pledge on the rights takes part, and its other rights are told what is still owed."""
    for right, statement in situation.statements(command.rights):
        for pledge in _sharing(command, statement):
            if not ids_of(statement, pledge["id"]) & set(command.pledges):
                yield refuse(
                    "P-24", "FIELD_MISSING", right=right, pointer="/pledges", field=_key(statement, pledge)
                )


def _same_ranks(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """P-7, P-24: ranks are per right, so that a lot bears the same pledges at the same ranks on each."""
    found = [
        (right, _ranking(statement, ranking_day(statement, command.distributed_on)))
        for right, statement in situation.statements(command.rights)
    ]
    for place, (right, ranking) in enumerate(found):
        if ranking != found[0][1]:
            yield refuse(
                "P-24",
                "FIELD_INVALID",
                right=right,
                pointer=f"/rights/{place}",
                field=f"rights/{place}",
                given=right,
                expected=f"the same pledges at the same ranks as {found[0][0]}; distribute it by itself",
            )


def _ranking(statement: Statement, day: str) -> list[list[str]]:
    ids = {each["id"]: each for each in pledges_on(statement, day)}
    return [
        sorted(_key(statement, ids[part["pledge"]]) for part in group) for group in slices_on(statement, day)
    ]


def _key(statement: Statement, pledge: Mapping[str, Any]) -> str:
    """The id all rights of a debt share: the contract's, else the entry's."""
    return str(pledge.get("contract") or pledge["id"])


def _reckoned(situation: Situation, command: DistributeProceeds) -> dict[str, Any] | InputRejected | None:
    """What the ranks give, or why that cannot be reckoned; None for an unknown right."""
    for _, statement in situation.statements(command.rights[:1]):
        owed = {each.pledge: each.amount.money for each in command.owed}
        try:
            return expected_distribution(
                statement, command.distributed_on, command.proceeds.money, command.costs.money, owed
            )
        except InputRejected as error:
            return error
    return None


def _expected(command: DistributeProceeds, situation: Situation) -> dict[str, Any] | None:
    found = situation.once(_reckoned, command)
    return found if isinstance(found, dict) else None


def _reckonable(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """N-6: what is owed is an amount that an entry can hold, in the currency of the proceeds."""
    found = situation.once(_reckoned, command)
    if isinstance(found, InputRejected):
        given = command.proceeds.currency
        yield refuse("N-6", found.code, pointer="/proceeds", field="proceeds", given=given)


def _amounts_known(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """P-24: nobody is paid less than is secured because nobody told what is."""
    expected = _expected(command, situation)
    for pledge in expected["unknown"] if expected else ():
        yield refuse("P-24", "FIELD_MISSING", pointer="/owed", field=pledge)


def _balanced(command: DistributeProceeds, situation: Situation, day: str) -> Iterator[Finding]:
    """P-24: the payments are all of the proceeds, by rank and to the cent (CC 413, 414, 438, 561 [V])."""
    expected = _expected(command, situation)
    if command.payments is None or expected is None:
        return
    currency = command.proceeds.currency
    paid = sum(each.amount.minor for each in command.payments)
    if paid != command.proceeds.minor:
        yield refuse(
            "P-24",
            "DISTRIBUTION_UNBALANCED",
            pointer="/payments",
            given=str(Money(paid, currency)),
            expected=str(command.proceeds.money),
        )
    due = {(each["purpose"], each["pledge"]): each["amount"] for each in expected["payments"]}
    ids = {
        other: pledge
        for _, statement in situation.statements(command.rights[:1])
        for _, pledge in due
        if pledge is not None
        for other in ids_of(statement, pledge)
    }
    for place, each in enumerate(command.payments):
        right_amount = due.pop((each.purpose, ids.get(each.pledge or "", each.pledge)), 0)
        if each.amount.minor != right_amount:
            yield _misplaced(f"/payments/{place}", each.amount.minor, right_amount, currency)
    for (purpose, pledge), amount in due.items():
        if amount:
            yield _misplaced(f"/payments/{pledge or purpose}", 0, amount, currency)


def _misplaced(pointer: str, given: int, expected: int, currency: str) -> Finding:
    return refuse(
        "P-24",
        "DISTRIBUTION_UNBALANCED",
        pointer=pointer,
        given=str(Money(given, currency)),
        expected=str(Money(expected, currency)),
    )


def _distributed(command: DistributeProceeds, situation: Situation) -> tuple[Said, ...]:
    expected = _expected(command, situation)
    assert expected is not None
    further = (right for pledge in command.pledges for right in rights_under(pledge, situation))
    fact = ProceedsDistributed(
        rights=tuple(dict.fromkeys((*command.rights, *further))),
        sold=command.rights,
        source=command.of,
        currency=expected["currency"],
        proceeds=expected["proceeds"],
        payments=tuple(_payment(each) for each in expected["payments"]),
        shortfalls=tuple(_shortfall(each) for each in expected["shortfalls"]),
        distributed_on=command.distributed_on,
    )
    return (Said(fact),)


def _payment(told: Mapping[str, Any]) -> Payment:
    return Payment(
        purpose=told["purpose"],
        to=_parties(told["to"]),
        pledge=told["pledge"],
        rank=told["rank"],
        amount=told["amount"],
        interest=told["interest"],
        principal=told["principal"],
        claims=tuple(PaidOnClaim(**each) for each in told["claims"]),
    )


def _shortfall(told: Mapping[str, Any]) -> Shortfall:
    return Shortfall(
        pledge=told["pledge"],
        creditors=_parties(told["creditors"]),
        debtors=_parties(told["debtors"]),
        amount=told["amount"],
    )


def _parties(names: list[str]) -> tuple[Party, ...]:
    return tuple(Party(name=name) for name in names)


# What reports may break (N-2)


def _percent(situation: Situation, name: str, day: str) -> int | None:
    """A policy value; None before the rule was in force."""
    try:
        return situation.policy.value(name, day)
    except InputRejected:
        return None


def _reserve_breaks(fact: JudicialSaleAnnounced, situation: Situation, day: str) -> Iterator[Finding]:
    """P-25: an online reserve is 70 % of the valuation or more, then at most 20 % lower (NETA 10, 26 [V])."""
    if not fact.online:
        return
    for right, statement in situation.statements(fact.rights):
        before = [
            each["reserve"]
            for each in statement.get("judicial_sales", ())
            if each["state"] == "announced" and each["sale"] == fact.sale and each["round"] == fact.round - 1
        ]
        if fact.round == 1 and fact.valuation is not None:
            percent = _percent(situation, "judicial_sale_reserve_percent", day)
            base = fact.valuation.model_dump()
        elif before:
            cut = _percent(situation, "judicial_sale_cut_percent", day)
            percent, base = None if cut is None else 100 - cut, before[-1]
        else:
            continue
        if percent is None or base["currency"] != fact.reserve.currency:
            continue
        if fact.reserve.minor * 100 < base["minor"] * percent:
            yield refuse(
                "P-25",
                "RESERVE_TOO_LOW",
                right=right,
                reference=fact.sale,
                given=f"{fact.reserve.minor} {fact.reserve.currency}",
                limit=f"{-(-base['minor'] * percent // 100)} {base['currency']}",
            )


def _sale_breaks(fact: JudicialSaleCompleted, situation: Situation, day: str) -> Iterator[Finding]:
    """P-25: below its reserve nothing is sold; a license older than every pledge is not removed (AUC 28)."""
    for right, statement in situation.statements(fact.rights):
        reserves = [
            each["reserve"]
            for each in statement.get("judicial_sales", ())
            if each["state"] == "announced" and each["sale"] == fact.sale
        ]
        if reserves and reserves[-1]["currency"] == fact.price.currency:
            limit = reserves[-1]["minor"]
            if fact.price.minor < limit:
                yield refuse(
                    "P-25",
                    "RESERVE_TOO_LOW",
                    right=right,
                    reference=fact.sale,
                    given=f"{fact.price.minor} {fact.price.currency}",
                    limit=f"{limit} {fact.price.currency}",
                )
        first = min((each["registered_on"] for each in pledges_on(statement, day)), default=None)
        for each in statement["encumbrances"]:
            older = first is None or each["registered_on"] < first
            if each["id"] in fact.removed and older:
                yield refuse(
                    "P-25", "REFERENCE_UNKNOWN", right=right, field="removed", reference=each["reference"]
                )


def _distribution_breaks(fact: ProceedsDistributed, situation: Situation, day: str) -> Iterator[Finding]:
    """P-24: a court's distribution pays out all of the proceeds, and no more."""
    paid = sum(payment.amount for payment in fact.payments)
    if paid != fact.proceeds:
        yield refuse(
            "P-24",
            "DISTRIBUTION_UNBALANCED",
            given=f"{paid} {fact.currency}",
            expected=f"{fact.proceeds} {fact.currency}",
        )


def _order_breaks(fact: EnforcementStarted, situation: Situation, day: str) -> Iterator[Finding]:
    """P-23, F-15: an enforcement ordered while reorganization pauses the pledge."""
    for right, statement in situation.statements(fact.rights):
        yield from not_paused("F-15", right, statement, day, fact.pledge)


def _title_by_default(fact: TransferRegistered, situation: Situation, day: str) -> Iterator[Finding]:
    """P-17: title went to a pledgee under a forfeiture clause, without a conversion agreed after default.

    CC 428; SEC 68 [V]. A transfer to a pledgee whose contract has no such clause is a sale like any other.
    """
    for right, statement in situation.statements(fact.rights):
        for pledge in pledges_on(statement, day):
            ids = ids_of(statement, pledge["id"])
            contracts = [each for each in statement.get("pledges", ()) if each["id"] in ids]
            forfeits = any(each["forfeiture_clause"] for each in contracts)
            converted = any(
                each["pledge"] in ids and each["method"] == "conversion" and each["on"] <= day
                for each in statement.get("enforcements", ())
            )
            takers = [party.name for party in fact.grantees if is_among(party.name, holders_on(pledge, day))]
            if forfeits and not converted and takers:
                yield refuse("P-17", "NO_TITLE_BY_DEFAULT", right=right, holder=takers)


def _repledge_breaks(fact: PledgeRegistered, situation: Situation, day: str) -> Iterator[Finding]:
    """P-18: a pledgee of record pledged the right on, and no pledgor's consent is on this ledger (CC 434)."""
    for right, statement in situation.statements(fact.rights):
        owners = holdings_on(statement, day)
        for pledgor in (party.name for party in fact.pledgors):
            if any(owner.is_called(pledgor) for owner in owners):
                continue
            for pledge in pledges_on(statement, day):
                if pledge["id"] == fact.pledge or not is_among(pledgor, holders_on(pledge, day)):
                    continue
                givers = terms_on(statement, pledge["id"], day)["pledgors"]
                if not all(_let_repledge(statement, day, name) for name in givers):
                    yield refuse("P-18", "PLEDGOR_CONSENT_MISSING", right=right, holder=pledgor)


def _let_repledge(statement: Statement, day: str, pledgor: str) -> bool:
    return any(
        each["role"] == "pledgor" and each["act"] == "repledge" and same_party(each["giver"], pledgor)
        for each in statement.get("consents", ())
        if each["given_on"] <= day
    )


CONTRADICTIONS: Final[dict[type[Fact], Contradiction]] = {
    EnforcementStarted: _order_breaks,
    JudicialSaleAnnounced: _reserve_breaks,
    JudicialSaleCompleted: _sale_breaks,
    PledgeRegistered: _repledge_breaks,
    ProceedsDistributed: _distribution_breaks,
    TransferRegistered: _title_by_default,
}

PROCEDURES: Final = (
    Procedure(
        StartEnforcement,
        (
            (Stage.IDENTITY, known_pledge),
            (Stage.STATUS, _stands),
            (Stage.STATUS, _object_left),
            (Stage.FREEZE, _not_stayed),
            (Stage.ENTITLEMENT, _by_pledgee),
            (Stage.FAMILY, _triggered),
            (Stage.FAMILY, _method_valid),
            (Stage.FAMILY, _in_time),
        ),
        _started,
    ),
    Procedure(
        DistributeProceeds,
        (
            (Stage.FORM, _one_currency),
            (Stage.FORM, _names_every_pledge),
            (Stage.FORM, _same_ranks),
            (Stage.FORM, _reckonable),
            (Stage.FORM, _amounts_known),
            (Stage.FAMILY, _balanced),
        ),
        _distributed,
    ),
)

RULES: Final = (
    Rule(
        "P-23",
        "Enforcement needs a debt due and unpaid or an agreed event; by agreed conversion at market "
        "reference, auction or sale, also by the pledgee under its clause, or by the court at the place of "
        "registration.",
        "实现质权须有债务到期未履行或者约定的实现情形；方式为参照市场价格协议折价、拍卖、变卖（含约定的自行变卖），"
        "或者向质押登记地人民法院申请。",
        "CC 410, 436; SEC 45; CPL 207, 208; CPLI 360",
        "V",
        ("NO_ENFORCEMENT_EVENT", "METHOD_INVALID", "INSOLVENCY_STAY", "REORG_STAY"),
        home="ledger.rules.enforcement:_triggered",
    ),
    Rule(
        "P-24",
        "Proceeds go to costs, then rank by rank to interest and principal up to each secured amount, the "
        "surplus to the pledgor; what is left unpaid is a claim on the debtor.",
        "变价款先支付实现费用，再按顺位在各自担保范围内清偿利息和本金，余额归出质人；不足部分由债务人清偿。",
        "CC 413, 414, 438, 561",
        "V",
        ("DISTRIBUTION_UNBALANCED",),
        home="ledger.statement.enforcement:expected_distribution",
    ),
    Rule(
        "P-25",
        "A judicial sale extinguishes all pledges on the right; licenses survive but for those the court "
        "removed; title passes when the ruling is served; the reserve online is at least 70 % of the "
        "valuation, each further round at most 20 % lower.",
        "司法拍卖使拍卖财产上的质权消灭；许可继续有效，但法院拍卖前依法除去的除外；权利自裁定送达买受人时移转；"
        "网络司法拍卖保留价不低于评估价的百分之七十，再次拍卖降价不超过百分之二十。",
        "AUC 26, 28; NETA 10, 22, 26",
        "V",
        ("RESERVE_TOO_LOW",),
        home="ledger.statement.enforcement:close",
    ),
)
