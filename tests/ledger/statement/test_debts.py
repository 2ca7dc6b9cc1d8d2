"""Whatever is told of claims and enforcement, in any order, has a statement and an answer on every day."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.facts.claims import (
    ClaimAssigned,
    ClaimDebtorReplaced,
    ClaimDrawn,
    ClaimLimitationInterrupted,
    ClaimRepaid,
    ClaimRolledOver,
    PledgeClaimsDetermined,
    PledgeHeldInTrust,
)
from ledger.facts.enforcement import (
    EnforcementStarted,
    JudicialSaleAnnounced,
    JudicialSaleCompleted,
    PledgeDischargeAsserted,
    PledgeObjectReplaced,
    PledgeTopUpDemanded,
    PledgeTopUpProvided,
    PledgeUsedByPledgee,
    ProceedsDistributed,
)
from ledger.facts.pledges import PledgeReleased
from ledger.statement.claims import secured_amount
from ledger.statement.view import view
from tests.ledger.statement.histories import (
    CN,
    Recording,
    by_authority,
    described,
    pledge,
    pledge_assignment,
    pledge_id,
    told,
)

days = st.sampled_from(("1900-01-01", "2024-01-05", "2024-06-01", "2025-02-28", "2199-12-31", "2200-12-31"))
minor = st.sampled_from((0, 1, 99, 10_000_00, 2**53 - 1))
amounts = st.fixed_dictionaries({"minor": minor, "currency": st.sampled_from(("CNY", "QQQ"))})
parties = st.sampled_from(("甲公司", "乙银行", "丙银行")).map(lambda name: {"name": name})
some = st.lists(parties, min_size=1, max_size=2)
claims = st.sampled_from(("clm_1", "clm_2", "clm_3"))
pledges = st.sampled_from(("K1", "K2", "K3")).map(lambda number: pledge_id(number, "CNIPA"))


def optional(strategy):
    return st.none() | strategy


def of(kind, /, **members):
    built = st.fixed_dictionaries({"rights": st.just((CN,)), **members})
    return built.map(lambda values: kind.model_validate({k: v for k, v in values.items() if v is not None}))


paid = st.fixed_dictionaries({"claim": claims, "interest": minor, "principal": minor})
payments = st.fixed_dictionaries(
    {
        "purpose": st.sampled_from(("costs", "pledge", "surplus")),
        "to": some,
        "pledge": pledges,
        "amount": minor,
        "claims": st.lists(paid, max_size=2),
    }
)
common = {"pledge": pledges}
facts = st.one_of(
    of(ClaimDrawn, **common, claim=claims, amount=amounts, rate=optional(st.sampled_from(("5.8%", "9999%"))),
       creditor=optional(parties), debtor=optional(parties), drawn_on=days, due_on=optional(days)),
    of(ClaimRepaid, **common, claim=claims, interest=minor, principal=minor, paid_on=days),
    of(ClaimRolledOver, **common, claim=claims, replaces=st.lists(claims, min_size=1, max_size=2),
       amount=amounts, rolled_on=days, agreed_by=some),
    of(ClaimAssigned, **common, claim=optional(claims), grantor=parties, grantee=parties,
       share=optional(st.just((1, 2))), follows=st.booleans(), assigned_on=days),
    of(ClaimDebtorReplaced, **common, claim=optional(claims), grantor=parties, grantee=parties,
       creditor=parties, replaced_on=days, discharged=st.lists(parties, max_size=1)),
    of(ClaimLimitationInterrupted, **common, claim=optional(claims),
       cause=st.sampled_from(("demand", "acknowledgment")), interrupted_on=days),
    of(PledgeClaimsDetermined, **common, cause=st.just("freeze"), determined_on=days),
    of(PledgeHeldInTrust, **common, trustee=parties, creditors=some, held_from=days),
    of(PledgeDischargeAsserted, **common, releasors=some, cause=st.just("waived"), amount=optional(amounts),
       released_on=days),
    of(PledgeUsedByPledgee, **common, pledgee=parties, use=st.just("use"), used_from=days),
    of(PledgeObjectReplaced, **common, kind=st.just("insurance"), amount=amounts, received_on=days),
    of(PledgeTopUpDemanded, **common, pledgee=parties, demanded_on=days),
    of(PledgeTopUpProvided, **common, pledgee=parties, provided_on=days),
    of(EnforcementStarted, **common, pledgee=parties, trigger=st.just("due_unpaid"), method=st.just("sale"),
       started_on=days),
    of(ProceedsDistributed, sold=st.just((CN,)), currency=st.just("CNY"), proceeds=minor,
       payments=st.lists(payments, max_size=2), distributed_on=days),
    of(JudicialSaleAnnounced, sale=st.just("1"), court=parties, round=st.integers(1, 3), reserve=amounts,
       announced_on=days),
    of(JudicialSaleCompleted, sale=st.just("1"), court=parties, sellers=st.lists(parties, max_size=1),
       buyers=some, price=amounts, removed=st.lists(st.just("lic_1"), max_size=1), served_on=days),
    of(PledgeReleased, pledges=st.lists(pledges, min_size=1, max_size=1), registered_on=days,
       cancelled=st.sampled_from((None, True))),
)  # fmt: skip


@given(st.lists(facts, max_size=10), st.lists(days, max_size=3), optional(amounts), days)
@settings(max_examples=200, deadline=None)
def test_whatever_is_told_of_debts_has_an_answer_on_every_day(told_of, registered, cap, day):
    recordings = [described("d", CN, holders="甲公司")]
    recordings += [
        by_authority(
            pledge(
                f"K{place}", "甲公司", "乙银行", on, rights=(CN,), register="CNIPA",
                **({"cap": cap} if cap else {}),
            )
        )
        for place, on in enumerate(registered, 1)
    ]  # fmt: skip
    recordings += [by_authority(pledge_assignment("P9", "乙银行", "丙银行", "2025-01-01", rights=(CN,)))]
    recordings += [by_authority(Recording(f"F{place}", fact)) for place, fact in enumerate(told_of)]
    statement = told(*recordings, right=CN)
    assert canonical.decode(canonical.encode(statement)) == statement
    assert view(statement, date.fromisoformat(day), include_ended=True)["as_of"] == day
    for item in statement["encumbrances"]:
        secured = secured_amount(statement, item["id"], day)
        if secured is not None:
            assert secured["secured"] + secured["unsecured"] == secured["principal"] + secured["interest"]
            assert min(secured["secured"], secured["principal"], secured["interest"]) >= 0
            assert secured["cap"] is None or secured["secured"] <= secured["cap"]
