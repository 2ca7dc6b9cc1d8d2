"""Rights and parties through submission on a real ledger: what a decision must have read to be right."""

import pytest

from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import DIGEST, P1, P2, T1, T2

EXTRACT = {"source": {"register": "CNIPA", "number": "副本-1", "digest": DIGEST}, "extract_on": "2024-05-06"}
PUBLISHED = [{"kind": "publication", "number": "CN104000001A"}]


@pytest.fixture
def submit(ledger):
    """Submit one command of the ledger's own; its answer."""
    desk = Submissions(ledger, actor="test")

    def one(**command):
        (answer,) = desk.submit(Given((command,)))
        return answer

    return one


def register(submit, right, command_id, **members):
    return submit(
        command="register_right", command_id=command_id, rights=[right], owners=[{"name": "甲公司"}],
        **EXTRACT, **members,
    )  # fmt: skip


def test_a_right_known_by_its_publication_number_is_found_on_the_ledger(submit):
    assert register(submit, P1, "r-1", filed_on="2015-03-10", numbers=PUBLISHED)["decision"] == "accepted"
    again = register(submit, P2, "r-2", filed_on="2018-05-20", numbers=PUBLISHED)
    assert (again["decision"], again["codes"]) == ("refused", ["ASSET_DUPLICATE"])


def test_all_marks_of_an_owner_are_read_when_its_name_changes(submit):
    for number, mark in enumerate((T1, T2)):
        assert register(submit, mark, f"r-{number}", granted_on="2018-01-14")["decision"] == "accepted"
    filing = {
        "command": "file_procedure", "office": "CNIPA", "kind": "owner_data_change", "given_on": "2024-05-06",
        "applicants": [{"name": "甲公司", "attributes": {"seat": "mainland"}}],
    }  # fmt: skip
    alone = submit(**filing, command_id="f-1", rights=[T1])
    assert (alone["decision"], alone["codes"]) == ("refused", ["CHANGE_NOT_BUNDLED"])
    assert submit(**filing, command_id="f-2", rights=[T1, T2])["decision"] == "accepted"


def test_all_marks_of_an_owner_are_read_when_a_register_reports_its_new_name(submit):
    for number, mark in enumerate((T1, T2)):
        register(submit, mark, f"r-{number}", granted_on="2018-01-14")
    told = submit(
        command="report", command_id="n-1", source={"register": "CNIPA", "number": "2024-1"},
        fact={
            "type": "party.renamed", "rights": [T1], "grantors": [{"name": "甲公司"}],
            "grantees": [{"name": "甲集团"}], "executed_on": "2024-05-06", "registered_on": "2024-05-06",
        },
    )  # fmt: skip
    assert (told["decision"], told["flags"]) == ("accepted", ["AUTHORITY_CONFLICT"])
    assert [reason["right"] for reason in told["reasons"]] == [T2]


def test_a_party_is_registered_once_and_its_file_is_read(submit):
    party = {"name": "甲公司", "attributes": {"seat": "mainland"}}
    first = submit(command="register_party", command_id="p-1", **party)
    assert first["decision"] == "accepted"
    again = submit(command="register_party", command_id="p-2", **party)
    assert (again["decision"], again["codes"]) == ("refused", ["DUPLICATE_ID"])
    more = submit(command="describe_party", command_id="p-3", name="甲公司", attributes={"listed": True})
    assert more["decision"] == "accepted"
    register(submit, P1, "r-1", filed_on="2015-03-10", granted_on="2017-01-03")
    filed = submit(
        command="file_procedure", command_id="f-1", rights=[P1], office="CNIPA", kind="surrender",
        given_on="2024-05-06", applicants=[{"name": "甲公司"}],
    )  # fmt: skip
    assert (filed["decision"], filed["codes"]) == ("accepted", [])
