"""A three-year product of 10 licensees and 30 rights, month by month, with events drawn from a seed.

The story keeps books of its own: what it paid in must be what periods shared out, to the cent, and every
trigger it acts on must have been raised by the facts.
"""

import random

import pytest

from ledger.facts.pools import DealRedeemed
from ledger.rules.redemptions import pooled_statements
from ledger.statement.pool_periods import rerun, undistributed
from ledger.statement.pools import redemption_price
from ledger.statement.triggers import cover_on, deals_of
from ledger.values.calendar import add_months
from ledger.values.dates import parse_day
from tests.ledger.rules.desk import Desk
from tests.ledger.rules.pooled import (
    CUT_OFF,
    MANAGER,
    POOL,
    admit,
    collect,
    deal,
    establish,
    form,
    invalid,
    notify,
    owned,
    patent,
    pool_at,
    redeem,
    run,
    triggers,
    valuation,
)

BEGIN = "2022-01-20"
MONTHS = 36
YUAN = 100


def month(number, day=20):
    return add_months(parse_day(BEGIN), number).replace(day=day).isoformat()


def installments(principal, first):
    """Equal parts from month `first` to the last, of principal and half of the simple interest."""
    months = MONTHS - first + 1
    total = principal + principal * 58 * months // 24_000
    part = total // months
    return {month(number): part for number in range(first, MONTHS)} | {
        month(MONTHS): total - part * (months - 1)
    }


class Story:
    """The product, its dice, and the books: money paid in by kind; told up to month `horizon`."""

    TOLERATED = frozenset(("LICENSEE_DEFAULT", "MASS_REDEMPTION"))
    """What may still stand when all was acted on."""

    def __init__(self, seed, *, scheduled, desk=None, horizon=MONTHS):
        self.scheduled = scheduled
        self.dice = random.Random(seed)
        self.desk = desk or Desk(BEGIN)
        self.horizon = horizon
        self.rights = iter(range(1, 1000))
        self.paid_in = 0
        self.reserve_paid = 0
        self.seen = set()
        self.happened = set()

    def begin(self):
        """Ten licensees; two of them have two deals."""
        deals = []
        for number in range(10):
            sizes = (2, 1) if number >= 8 else (3,)
            deals += [(f"公司{number}", self.owned(f"公司{number}", size)) for size in sizes]
        principals = [self.dice.randrange(5_000_000, 15_000_000) * YUAN for _ in deals]
        issue = sum(principals) * 95 // 100
        self.desk.given(form(self.terms(issue), cut_off_on=BEGIN, formed_on=BEGIN))
        for number, ((name, rights), principal) in enumerate(zip(deals, principals, strict=True)):
            told = admit(
                f"deal_{number}", name, rights, principal, installments(principal, 1), admitted_on=BEGIN,
                first_on=BEGIN,
            )  # fmt: skip
            self.desk.given(told, valuation(f"{number}_0", self.values(rights, principal), BEGIN))
        self.reserve_paid = issue // 100
        self.desk.given(
            CUT_OFF, *(notify(f"deal_{number}", BEGIN) for number in range(len(deals))),
            establish(issue, established_on=BEGIN, reserve=self.reserve_paid),
        )  # fmt: skip

    def terms(self, issue):
        senior, mezzanine = issue * 80 // 100, issue * 12 // 100
        parts = [{"on": month(number), "minor": senior // 24} for number in range(1, 25)]
        tranches = [
            {"name": "优先A", "principal": senior, "rate": "4.20%"},
            {"name": "优先B", "principal": mezzanine, "rate": "6.5%"},
            {"name": "次级", "principal": issue - senior - mezzanine},
        ]
        if self.scheduled:
            tranches[0]["schedule"] = parts
        return {
            "currency": "CNY", "tranches": tranches, "matures_on": month(MONTHS, 21),
            "reserve_target": issue // 100, "enhanced": 2, "cover_percent": 120, "mass_redemption_count": 3,
            "substitution_limit_percent": 25, "licensee_limit_percent": 30,
            "shortfall_payer": {"party": {"name": "差额支付人"}, "limit": 2_000_000 * YUAN},
            "guarantor": {"party": {"name": "担保人"}, "limit": 50_000_000 * YUAN},
        }  # fmt: skip

    def owned(self, name, count):
        rights = [patent(next(self.rights)) for _ in range(count)]
        self.desk.given(*(owned(right, name) for right in rights))
        return rights

    def values(self, rights, principal):
        return {right: principal * 3 // 2 // len(rights) for right in rights}

    @property
    def pool(self):
        return pool_at(self.desk)

    def accepted(self, command):
        decision = self.desk.submit(command)
        assert decision.verdict == "accepted", (decision.findings, command)
        self.seen.update(decision.flags)
        self.happened.add(command["command"])
        return decision

    def live(self):
        """Deals in the pool whose rights were not sold."""
        return [each for each in self.pool.deals_on(self.desk.today) if each.rights_on(self.desk.today)]

    # A month

    def month(self, number):
        """What is due is paid or not, the period is run, and what stands is acted on."""
        last, after = month(number), month(number, 21)
        self.desk.on(last)
        for each in self.live():
            self.pay(each, last)
        self.desk.on(after)
        self.period(last)
        self.events(number)
        self.act(after)

    def pay(self, each, on):
        """Most pay all they owe by now; some nothing; one licensee stops for good in the second year."""
        owed = each.due_by(on) - each.collected_by(on)
        stopped = each.fact.licensee.name == "公司1" and on > month(14)
        if owed <= 0 or stopped or self.dice.random() < 0.05:
            return
        amount = self.dice.randrange(1, owed) if self.dice.random() < 0.05 else owed
        self.paid_in += amount
        self.accepted(collect(each.fact.deal, amount, on))

    def period(self, last):
        """One period; its books must balance to the cent."""
        number = len(self.pool.periods) + 1
        before = self.pool.balances(last)
        self.accepted(run(number, last, taxes=self.dice.randrange(10**6), fees=self.dice.randrange(10**6)))
        fact = self.pool.periods[-1]
        assert sum(each.collections for each in self.pool.periods) == self.paid_in
        assert sum(line.paid for line in fact.lines) + fact.retained == sum(each.drawn for each in fact.draws)
        for place, tranche in enumerate(self.pool.terms.tranches):
            repaid = sum(
                line.paid for line in fact.lines if (line.item, line.tranche) == ("principal", tranche.name)
            )
            assert before.principal[place] - repaid == fact.principal[place] >= 0
        again = rerun(self.pool, number)
        assert [(line.due, line.paid) for line in again.lines] == [
            (line.due, line.paid) for line in fact.lines
        ]

    def events(self, number):
        """Patents fall, values are reported anew, a deal is exchanged."""
        today = self.desk.today
        if number in {9, 20}:
            chosen = self.dice.choice([each for each in self.live() if each.fact.licensee.name != "公司1"])
            self.invalidate(self.dice.choice(chosen.rights_on(today)), today)
            self.happened.add("invalidation")
        if number % 11 == 0:
            for each in self.live():
                share = self.dice.choice((0.9, 1, 1)) if number < 30 else 1
                worth = int(each.outstanding(today) * share)
                told = self.values(each.rights_on(today), worth)
                self.desk.given(valuation(f"{each.fact.deal[5:]}_{number}", told, today))
        if number in {6, 15}:
            self.substitute(number)

    def invalidate(self, right, today):
        self.desk.given(invalid(right, today))

    def substitute(self, number):
        today = self.desk.today
        healthy = [each for each in self.live() if each.due_by(today) <= each.collected_by(today)]
        old = min(healthy, key=lambda each: each.outstanding(today))
        principal = old.outstanding(today)
        name = f"新公司{number}"
        rights = self.owned(name, 3)
        self.desk.given(valuation(f"new_{number}", self.values(rights, principal * 3), today))
        new = deal(
            f"deal_new_{number}", name, principal, installments(principal, number + 1), first_on=today
        )  # fmt: skip
        self.accepted(
            {
                "command": "substitute_deal", "pool": POOL, "deal": old.fact.deal, "rights": rights,
                "by": new, "consented_by": {"name": MANAGER}, "substituted_on": today,
            }
        )  # fmt: skip
        self.accepted(notify(new["deal"], today))

    # What stands is acted on

    def act(self, today):
        """Each trigger is answered as the documents say."""
        for each in triggers(self.desk):
            self.seen.add(each.code)
            assert each.since <= today
            assert each.entries
            if each.code == "POOLED_RIGHT_INVALID":
                self.redeem(each.data["party"], "right_invalid", today)
            elif each.code == "LICENSEE_DEFAULT":
                self.pursue(each, today)
            elif each.code == "REVIEW_OVERDUE":
                self.accepted({"command": "review_pool", "pool": POOL, "reviewed_on": today})
        if any(each.code == "COVER_TEST_FAILED" for each in triggers(self.desk)):
            self.top_up(today)
        assert {each.code for each in triggers(self.desk)} <= self.TOLERATED

    def redeem(self, name, trigger, today):
        together = deals_of(self.pool, name, today)
        price = sum(sum(redemption_price(self.pool, each, today)) for each in together)
        command = redeem(price, today, trigger, licensee={"name": name})
        short = self.desk.dry_run({**command, "paid": price - 1})[0].decision
        assert short.codes == ("REDEMPTION_UNDERPAID",)
        facts = [said.fact for said in self.accepted(command).said if isinstance(said.fact, DealRedeemed)]
        assert len(facts) == len(together)
        self.paid_in += price

    def pursue(self, trigger, today):
        """Two months of default are recorded and noticed; after the cure the rights are sold."""
        each = self.pool.deals[trigger.deals[0]]
        if each.disposed or not each.rights_on(today):
            return
        notice = each.disposal
        if notice is not None and notice.noticed_on >= trigger.since:
            if notice.cure_until < today:
                proceeds = each.outstanding(today) // 3
                self.paid_in += proceeds
                sold = {"rights": each.rights_on(today), "method": "auction", "proceeds": proceeds}
                self.accepted(
                    {
                        "command": "dispose", "pool": POOL, "deal": each.fact.deal, **sold,
                        "disposed_on": today,
                    }
                )  # fmt: skip
        elif trigger.since <= month_before(today):
            told = {"pool": POOL, "deal": each.fact.deal}
            due_on = trigger.data["day"]
            if each.defaulted is None or each.defaulted.due_on != due_on:
                self.accepted(
                    {"command": "record_deal_default", **told, "due_on": due_on, "defaulted_on": today}
                )
            until = add_months(parse_day(today), 1).replace(day=5).isoformat()
            self.accepted({"command": "start_disposal", **told, "noticed_on": today, "cure_until": until})

    def top_up(self, today):
        cover = cover_on(self.pool, pooled_statements(self.pool, self.desk.situation), today)
        lacking = -((cover.value + cover.added) * 100 - cover.percent_wanted * cover.outstanding) // 100 + 1
        self.reserve_paid += lacking
        self.accepted({"command": "top_up_pool", "pool": POOL, "minor": lacking, "topped_up_on": today})

    # The end

    def end(self):
        """What is left is taken back, the last period run, the rest written off."""
        today = self.desk.on(month(self.horizon, 22)).today
        for name in {each.fact.licensee.name for each in self.live()}:
            self.redeem(name, "agreed", today)
        self.period(today)
        after = self.pool.balances()
        owed = sum(after.principal) + sum(after.unpaid_interest) + after.unpaid_costs
        assert undistributed(self.pool, today) == 0
        self.accepted(
            {"command": "close_pool", "pool": POOL, "closed_on": today, "written_off": owed}
        )  # fmt: skip
        assert triggers(self.desk) == []

    def drawn_when_all_is_shared_out(self):
        """What enhancements gave; with what was paid in, that is what was paid out, to the cent."""
        pool = self.pool
        drawn = sum(
            draw.drawn
            for fact in pool.periods
            for draw in fact.draws
            if draw.source in {"shortfall_payer", "guarantor"}
        )
        paid_out = sum(line.paid for fact in pool.periods for line in fact.lines if line.item != "reserve")
        assert self.paid_in + self.reserve_paid + drawn == paid_out + pool.closed.reserve_released
        return drawn


def month_before(day):
    return add_months(parse_day(day), -1).isoformat()


@pytest.mark.parametrize(("seed", "scheduled"), [(1, False), (2, False), (3, True), (4, True)])
def test_three_years_of_ten_licensees_balance_to_the_cent(seed, scheduled):
    story = Story(seed, scheduled=scheduled)
    story.begin()
    for number in range(1, MONTHS + 1):
        story.month(number)
    story.end()
    pool = story.pool
    assert len(pool.periods) == MONTHS + 1
    assert {"substitute_deal", "dispose", "start_disposal", "review_pool", "invalidation"} <= story.happened
    assert {"POOLED_RIGHT_INVALID", "LICENSEE_DEFAULT", "REVIEW_OVERDUE", "MASS_REDEMPTION"} <= story.seen
    assert ("top_up_pool" in story.happened) == ("COVER_TEST_FAILED" in story.seen)
    drawn = story.drawn_when_all_is_shared_out()
    assert bool(drawn) == scheduled
    free = [right for each in pool.deals.values() for right in each.fact.rights]
    assert all(each["until"] for right in free for each in story.desk.statement(right)["pools"])
