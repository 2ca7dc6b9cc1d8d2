"""What decides a right's term, its fees and what is pending, with whatever days are told (A-ID2 to A-ID4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.facts.registrations import Particulars, RightRegistered
from ledger.facts.status import (
    DisputeEnded,
    DisputeRaised,
    FeePaid,
    FeeUnpaid,
    InvalidationDecided,
    InvalidationDismissed,
    InvalidationRequested,
    RightGranted,
    RightRenewed,
    RightRestored,
    TermCompensated,
)
from ledger.statement.reading import fees_late_on, status_on
from tests.ledger.statement.histories import CN, Recording, by_authority, described, flags, seen, status, told

MARK = "CN:trademark:12345678"


def fee(number, kind, right=CN, **members):
    return by_authority(Recording(number, kind(rights=(right,), **members)))


FILED = described(right=CN, filed_on="2018-05-20", granted_on="2020-03-17", particulars=Particulars())


def test_particulars_that_contradict_each_other_give_no_term_and_stop_nothing():
    odd = Particulars(parent_filed_on="2019-01-01")
    statement = told(described(right=CN, filed_on="2018-05-20", particulars=odd), right=CN)
    assert (statement["expires_on"], statement["details"]) == (None, {"parent_filed_on": "2019-01-01"})


def test_the_first_report_of_a_particular_stands_and_others_are_added():
    history = (
        described("d1", CN, filed_on="2018-05-20", particulars=Particulars(parent_filed_on="2015-03-10")),
        described("d2", CN, first=False, particulars=Particulars(
            parent_filed_on="2010-01-01", priority_on="2014-03-10")),
    )  # fmt: skip
    statement = told(*history, right=CN)
    assert statement["details"] == {
        "parent_filed_on": "2015-03-10", "priority_on": "2014-03-10", "counting_on": "2015-03-10",
    }  # fmt: skip
    assert statement["expires_on"] == "2035-03-09"


@pytest.mark.rule("N-4", "accepts")
def test_a_fee_due_on_a_holiday_can_be_paid_on_the_next_working_day_and_the_term_is_not_rolled():
    """2024-05-01 begins a holiday that ends with 2024-05-05; 2024-05-06 is a Monday (PIR 5)."""
    filed = described(right=CN, filed_on="2018-05-01", granted_on="2020-03-17", particulars=Particulars())
    unpaid = fee("u", FeeUnpaid, year=7, stated_on="2024-05-20")
    statement = told(filed, unpaid, right=CN)
    assert [fees_late_on(statement, day) for day in ("2024-05-02", "2024-05-06", "2024-05-07")] == [
        False, False, True,
    ]  # fmt: skip
    in_time = told(filed, unpaid, fee("p", FeePaid, year=7, paid_on="2024-05-06"), right=CN)
    assert not fees_late_on(in_time, "2024-05-06")
    assert statement["expires_on"] == "2038-04-30"
    assert statement["fees"][0]["late_until"] == "2024-11-01"


def test_a_fee_whose_day_nobody_told_is_late_from_the_day_it_was_said():
    right = "US:patent:15145443"
    statement = told(fee("u", FeeUnpaid, right, stated_on="2024-05-20"), right=right)
    assert [fees_late_on(statement, day) for day in ("2024-05-20", "2024-05-21")] == [False, True]
    paid = told(fee("p", FeePaid, right, paid_on="2024-05-20"), right=right)
    assert paid["fees"][0]["due_on"] == "2024-05-20"


@pytest.mark.parametrize(("renewals", "last"), [(0, "2024-02-29"), (1, "2034-02-28"), (2, "2044-02-29")])
def test_each_renewal_of_a_mark_adds_ten_years(renewals, last):
    """The last day is the one before 1 March, in leap years too."""
    registered = described(right=MARK, granted_on="2014-03-01", particulars=Particulars())
    renewed = [status(f"r{n}", RightRenewed, f"20{n}3-06-01", right=MARK) for n in range(2, 2 + renewals)]
    statement = told(registered, *renewed, right=MARK)
    assert statement["expires_on"] == last


def test_a_term_never_runs_past_the_last_day_the_ledger_knows():
    registered = described(
        right=MARK, granted_on="2014-03-01", expires_on="2199-01-01", particulars=Particulars()
    )
    renewed = status("r", RightRenewed, "2023-06-01", right=MARK)
    statement = told(registered, renewed, right=MARK)
    assert (statement["expires_on"], statement["renewal"]["grace_until"]) == ("2200-12-31", "2200-12-31")


def test_days_of_compensation_are_added_unless_the_last_day_was_stated_after_them():
    granted = fee("c", TermCompensated, days=30, ground="grant_delay", registered_on="2024-01-02")
    later = described("d2", CN, first=False, expires_on="2038-07-01")
    assert told(FILED, granted, right=CN)["expires_on"] == "2038-06-18"
    assert told(FILED, granted, later, right=CN)["expires_on"] == "2038-07-01"
    stated = described(right=CN, filed_on="2018-05-20", expires_on="2038-05-19")
    assert told(stated, granted, right=CN)["expires_on"] == "2038-06-18"


def test_the_end_of_one_case_leaves_another_pending():
    asked = [
        status(f"q{case}", InvalidationRequested, "2024-01-01", right=CN, case=case) for case in ("A", "B")
    ]
    decided = status("d", InvalidationDecided, "2024-05-01", right=CN, case="A", scope="full")
    upheld = status("u", InvalidationDismissed, "2024-06-01", right=CN, case="B", cause="maintained")
    answer = seen(FILED, *asked, decided, upheld, right=CN, as_of="2024-07-01")
    assert [(case["case"], case["decided_on"]) for case in answer["invalidations"]] == [("A", "2024-05-01")]
    assert "INVALIDATION_DECIDED_NOT_FINAL" in flags(answer)
    all_upheld = status("v", InvalidationDismissed, "2024-08-01", right=CN, cause="withdrawn")
    later = seen(FILED, *asked, decided, upheld, all_upheld, right=CN, as_of="2024-08-01")
    assert ("invalidations" in later, "INVALIDATION_DECIDED_NOT_FINAL" in flags(later)) == (False, False)


DAYS = st.dates(date(1985, 1, 1), date(2200, 12, 31)).map(str)
SOME_DAY = st.none() | DAYS
RIGHTS = (
    CN, MARK, "CN:software:2021SR0123456", "CN:copyright:国作登字-2023-F-00123456", "CN:layout:BS.155508385",
    "CN:variety:CNA20191006012", "US:patent:15145443", "US:trademark:1234567", "US:copyright:TX0001234567",
    "CN:geographical_indication:5", "DE:patent:102016",
)  # fmt: skip

particulars = st.builds(
    Particulars,
    **dict.fromkeys(
        ("international_filed_on", "parent_filed_on", "priority_on", "earliest_filed_on", "disclaimed_after",
         "completed_on", "published_on", "first_exploited_on", "last_author_died_on"), SOME_DAY),
    adjustment_days=st.none() | st.integers(0, 10_000),
    author_kind=st.sampled_from((None, "natural_person", "legal_person")),
    woody=st.sampled_from((None, True, False)),
)  # fmt: skip


@st.composite
def histories(draw):
    right = draw(st.sampled_from(RIGHTS))
    rights = (right,)
    year = st.none() | st.integers(1, 100)
    registered = st.builds(
        RightRegistered, rights=st.just(rights), filed_on=SOME_DAY, granted_on=SOME_DAY, expires_on=SOME_DAY,
        sort=st.sampled_from((None, "invention", "utility_model", "design")),
        particulars=st.none() | particulars, extract_on=SOME_DAY,
    )  # fmt: skip
    later = st.one_of(
        st.builds(FeePaid, rights=st.just(rights), year=year, due_on=SOME_DAY, paid_on=DAYS),
        st.builds(FeeUnpaid, rights=st.just(rights), year=year, due_on=SOME_DAY, stated_on=DAYS),
        st.builds(RightGranted, rights=st.just(rights), effective_from=DAYS),
        st.builds(RightRenewed, rights=st.just(rights), registered_on=DAYS, expires_on=SOME_DAY),
        st.builds(RightRestored, rights=st.just(rights), registered_on=DAYS),
        st.builds(
            TermCompensated, rights=st.just(rights), registered_on=DAYS, days=st.integers(1, 10_000),
            ground=st.just("drug_approval"),
        ),
        st.builds(
            DisputeRaised, rights=st.just(rights), dispute=st.just("1"), kind=st.just("other"),
            effective_from=DAYS,
        ),
        st.builds(DisputeEnded, rights=st.just(rights), dispute=st.just("1"), effective_from=DAYS),
    )  # fmt: skip
    facts = [draw(registered), *draw(st.lists(later, max_size=6))]
    return right, [by_authority(Recording(str(n), fact)) for n, fact in enumerate(facts)]


@given(histories(), DAYS)
def test_whatever_a_register_tells_has_a_statement_and_an_answer_on_every_day(history, day):
    """N-2: no report, however odd its days, stops the fold or the view."""
    right, recordings = history
    statement = told(*recordings, right=right)
    canonical.encode(statement)
    answer = seen(*recordings, as_of=day, right=right)
    assert answer["status"] == status_on(statement, day)
    assert fees_late_on(statement, day) or answer["status"] != "FEE_LATE"


@given(st.dates(date(1993, 1, 1), date(2100, 12, 31)), st.integers(1, 20))
def test_a_late_fee_is_late_from_the_day_after_it_was_payable_and_until_it_is_paid(filed_on, year):
    filed = described(right=CN, filed_on=filed_on.isoformat(), particulars=Particulars())
    unpaid = fee("u", FeeUnpaid, year=year, stated_on=filed_on.isoformat())
    (told_fee,) = told(filed, unpaid, right=CN)["fees"]
    due_on = date.fromisoformat(told_fee["due_on"])
    paid_on = due_on + timedelta(60)
    paid = fee("p", FeePaid, year=year, paid_on=paid_on.isoformat())
    statement = told(filed, unpaid, paid, right=CN)
    late = [
        day
        for offset in range(70)
        if fees_late_on(statement, day := (due_on + timedelta(offset)).isoformat())
    ]
    assert late[-1] == (paid_on - timedelta(1)).isoformat()
    assert (date.fromisoformat(late[-1]) - date.fromisoformat(late[0])).days == len(late) - 1
    assert late[0] > told_fee["due_on"]
