"""A recording reported by hand and met again in a register's file is one recording."""

from ledger.entry import EntryClass
from ledger.facts.base import Party, record_id
from ledger.facts.pledges import PledgeRegistered
from ledger.importing import Importer
from ledger.registers.reports import Report

RIGHT = "US:patent:15145443"
PLEDGE = PledgeRegistered(
    rights=(RIGHT,), pledge=record_id("pld", "USPTO", "1/0001"), pledgors=(Party(name="OWNER, LLC"),),
    pledgees=(Party(name="BANK A"),), executed_on="2019-05-01", registered_on="2019-05-07",
)  # fmt: skip
FILE = Report("USPTO", "1/0001", EntryClass.PARTY, (), (PLEDGE,), b"<x/>", "application/xml", "record 1")


def said(fact, command_id):
    return {
        "command": "report", "command_id": command_id, "source": {"register": "USPTO", "number": "1/0001"},
        "fact": {"type": fact.TYPE, **fact.as_data()},
    }  # fmt: skip


def imported(ledger):
    return Importer(ledger, actor="importer", clock=ledger.clock).run([FILE], "file.xml")


def test_what_was_reported_by_hand_is_not_imported_again(submit, ledger):
    registration = {"type": "right.registered", "rights": [RIGHT]}
    submit({**said(PLEDGE, "r-1"), "fact": registration, "source": {"register": "USPTO", "number": "1"}})
    assert submit(said(PLEDGE, "r-2"))["decision"] == "accepted"
    assert (imported(ledger).appended, imported(ledger).unchanged) == (0, 1)


def test_what_was_imported_is_not_taken_again_by_hand(submit, ledger):
    assert imported(ledger).appended
    assert submit(said(PLEDGE, "r-2"))["codes"][0] == "DUPLICATE_REPORT"
