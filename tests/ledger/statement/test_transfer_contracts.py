"""Contracts of transfer in a statement, whatever the register does with them (T-4, T-5, T-21)."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.facts.transfers import TransferContracted, TransferRegistered
from ledger.statement.reading import holdings_on, pending_transfers_on
from ledger.statement.view import view
from tests.ledger.statement.histories import CN, Recording, by_authority, described, parties, told

NAMES = ("甲公司", "乙公司", "丙公司")
SOFTWARE = "CN:software:2021SR0123456"


def contracted(number, by, to, on, *, right=CN, **members):
    fact = TransferContracted(
        rights=(right,), transfer=f"trf_{number}", grantors=parties(by), grantees=parties(to),
        executed_on=on, document="ab" * 32, **members,
    )  # fmt: skip
    return Recording(number, fact, register="LEDGER")


def entered(number, by, to, on, *, right=CN, **members):
    fact = TransferRegistered(
        rights=(right,), grantors=parties(by), grantees=parties(to), registered_on=on, **members
    )
    return by_authority(Recording(number, fact))


def owned(holders, right=CN):
    return by_authority(described("d", right, holders=holders, filed_on="2018-05-20"))


def test_two_contracts_that_wait_at_once_compete_until_the_register_takes_one_up():
    statement = told(
        owned("甲公司"),
        contracted("one", "甲公司", "乙公司", "2024-03-01"),
        contracted("two", "甲公司", "丙公司", "2024-03-05"),
        entered("9", "甲公司", "丙公司", "2024-04-01"),
        right=CN,
    )
    one, two = statement["transfers"]
    assert (one["state"], one["competes_with"]) == ("overtaken", ["trf_two"])
    assert (two["state"], two["ended_by"], two["competes_with"]) == ("completed", "9", ["trf_one"])
    (flag,) = (each for each in statement["flags"] if each["code"] == "COMPETING_TRANSFER")
    assert (flag["since"], flag["until"]) == ("2024-03-05", "2024-04-01")


def test_an_entry_that_names_another_contract_completes_that_one():
    statement = told(
        owned("甲公司"),
        contracted("one", "甲公司", "乙公司", "2024-03-01"),
        contracted("two", "甲公司", "乙公司", "2024-03-05"),
        entered("9", "甲公司", "乙公司", "2024-04-01", transfer="trf_two"),
        right=CN,
    )
    assert [each["state"] for each in statement["transfers"]] == ["overtaken", "completed"]


def test_a_co_owner_who_stays_keeps_its_share_whatever_the_register_states_later():
    statement = told(
        owned({"甲公司": (1, 2), "乙公司": (1, 2)}),
        contracted("one", "甲公司", "丙公司", "2024-03-01"),
        by_authority(described("e", CN, first=False, holders=["乙公司", "丙公司"])),
        entered("9", "甲公司", "丙公司", "2024-04-01"),
        right=CN,
    )
    held = {each.name: each.share for each in holdings_on(statement, "2024-04-01")}
    assert held == {"乙公司": Fraction(1, 2), "丙公司": Fraction(1, 2)}


def test_an_extract_of_an_earlier_day_says_who_owned_before():
    statement = told(
        by_authority(
            described("d", CN, holders={"甲公司": (1, 3), "乙公司": (2, 3)}, extract_on="2024-01-01")
        ),
        entered("9", "甲公司", "丙公司", "2024-04-01"),
        right=CN,
    )
    held = {each.name: each.share for each in holdings_on(statement, "2024-04-01")}
    assert held == {"乙公司": Fraction(2, 3), "丙公司": Fraction(1, 3)}


def test_of_software_the_contract_is_the_conveyance():
    statement = told(
        owned("甲公司", SOFTWARE),
        contracted("one", "甲公司", "乙公司", "2024-03-01", right=SOFTWARE),
        entered("9", "甲公司", "乙公司", "2024-04-01", right=SOFTWARE),
        right=SOFTWARE,
    )
    assert [period["from"] for period in statement["titles"]] == [None, "2024-03-01"]
    (only,) = statement["transfers"]
    assert (only["state"], only["ended_on"], only["ended_by"]) == ("completed", "2024-03-01", "9")


_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(date.isoformat)
_sides = st.permutations(NAMES).map(lambda names: (names[0], names[1]))
_shares = st.sampled_from([None, (1, 2), (1, 3)])


@st.composite
def _histories(draw):
    recordings = [owned({"甲公司": (1, 2), "乙公司": (1, 2)})]
    for number in range(draw(st.integers(0, 6))):
        (by, to), on, share = draw(_sides), draw(_days), draw(_shares)
        takers = {to: share} if share else to
        if draw(st.booleans()):
            recordings.append(contracted(f"c{number}", by, takers, on, share=share))
        else:
            recordings.append(entered(str(number), by, to, on))
    return recordings


@given(_histories(), _days)
@settings(max_examples=150, deadline=None)
def test_whatever_happens_shares_sum_to_one_and_no_ended_contract_is_pending(history, day):
    statement = told(*history, right=CN)
    assert canonical.decode(canonical.encode(statement)) == statement
    assert sum((each.share for each in holdings_on(statement, day)), Fraction()) == 1
    for contract in pending_transfers_on(statement, day):
        assert contract["executed_on"] <= day
        assert contract["ended_on"] is None or contract["ended_on"] > day
    for contract in statement.get("transfers", ()):
        assert (contract["state"] == "pending") == (contract["ended_on"] is None)
    assert view(statement, date.fromisoformat(day), include_ended=True)["as_of"] == day
