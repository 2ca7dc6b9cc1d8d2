"""What is owed on a deal on a day: payments pay interest first, and none of it is forgotten (S-6, S-13)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.base import Party
from ledger.facts.pools import CollectionBooked, DealAdmitted, RightDisposed, Scheduled
from ledger.statement.pools import Deal, Owed
from ledger.statement.triggers import unpaid_since

BEGIN = "2024-01-01"
RIGHT = "CN:patent:201810200002.3"


def deal(*payments, principal=1_000_000, rate="36.5%", disposed=(), days_of_year=365):
    """A deal that bears a thousandth of its principal each day; payments as (day, amount)."""
    fact = DealAdmitted(
        rights=(RIGHT,), pool="pol_1", deal="deal_1", licensee=Party(name="甲公司"), principal=principal,
        rate=rate, first_on=BEGIN, admitted_on=BEGIN,
        installments=(Scheduled(on="2024-02-01", minor=100), Scheduled(on="2024-03-01", minor=100)),
    )  # fmt: skip
    collected = tuple(
        CollectionBooked(pool="pol_1", deal="deal_1", minor=minor, received_on=on) for on, minor in payments
    )
    return Deal(fact, days_of_year, collected=collected, disposed=disposed)


def test_interest_that_a_payment_did_not_cover_stays_owed():
    paid = deal(("2024-01-11", 4_000))
    assert paid.owed("2024-01-11") == Owed(1_000_000, 6_000)
    assert paid.owed("2024-01-21") == Owed(1_000_000, 16_000)
    assert deal(("2024-01-11", 4_000), ("2024-01-21", 26_000)).owed("2024-01-21") == Owed(990_000, 0)


def test_a_payment_before_interest_runs_lowers_the_principal():
    assert deal(("2023-12-01", 10_000)).owed("2024-01-11") == Owed(990_000, 9_900)


def test_days_are_counted_as_the_contract_says():
    assert deal(days_of_year=360, rate="36%").owed("2024-01-11") == Owed(1_000_000, 10_000)


def test_what_a_sale_after_default_brought_is_a_payment_and_the_right_is_gone():
    sold = RightDisposed(
        rights=(RIGHT,), pool="pol_1", deal="deal_1", method="auction", proceeds=110_000,
        disposed_on="2024-01-11",
    )  # fmt: skip
    account = deal(disposed=(sold,))
    assert account.owed("2024-01-11") == Owed(900_000, 0)
    assert account.rights_on("2024-01-10") == [RIGHT]
    assert account.rights_on("2024-01-11") == []


def test_the_oldest_instalment_is_paid_first():
    assert unpaid_since(deal(), "2024-02-01") is None
    assert unpaid_since(deal(), "2024-02-02") == ("2024-02-01", 100)
    assert unpaid_since(deal(("2024-02-10", 99)), "2024-03-02") == ("2024-02-01", 101)
    assert unpaid_since(deal(("2024-02-10", 100)), "2024-03-01") is None
    assert unpaid_since(deal(("2024-02-10", 150)), "2024-03-02") == ("2024-03-01", 50)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 400_000)), max_size=8),
    st.integers(0, 400),
)
def test_what_is_paid_is_interest_or_principal_and_never_more_than_owed(payments, until):
    told = [((date(2024, 1, 1) + timedelta(day)).isoformat(), minor) for day, minor in payments]
    day = (date(2024, 1, 1) + timedelta(until)).isoformat()
    owed = deal(*told).owed(day)
    assert 0 <= owed.principal <= 1_000_000
    assert owed.interest >= 0
    assert deal(*told, (day, owed.principal + owed.interest)).owed(day) == Owed(0, 0)
    more = deal(*told, (day, 1)).owed(day)
    assert more.principal + more.interest == max(0, owed.principal + owed.interest - 1)
