"""S21 and the building of a pool on a real ledger: what is read, what is written, what an auditor finds."""

import pytest

from ledger.statement import fold, read
from ledger.statement.pools import pool_of
from ledger.store.audit import audit
from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import P1, P2
from tests.ledger.rules.licensing import grant
from tests.ledger.rules.plans import (
    DEAL,
    OWNER,
    POOL,
    admit,
    collect,
    establish,
    fix,
    form,
    notify,
    owned,
    step,
    two_step,
)


@pytest.fixture
def store(open_ledger):
    return open_ledger()


@pytest.fixture
def desk(store):
    return Submissions(store, actor="trustee")


@pytest.fixture
def submit(desk):
    numbers = iter(range(1, 1000))

    def one(command):
        (answer,) = desk.submit(Given(({"command_id": f"c-{next(numbers)}", **command},)))
        return answer

    return one


def statement(store, right):
    return fold(right, (stored.parse() for stored in store.reader.asset_entries(right)))


def dossier(store):
    return [read(stored.parse()) for stored in store.reader.tagged([f"pool:{POOL}"])]


def test_s21_through_submit(store, submit):
    for report in owned(P2):
        assert submit(report)["decision"] == "accepted"
    before = store.reader.head().position
    assert submit(two_step(one={"sublicense": "none"}))["codes"] == ["SUBLICENCE_NOT_AUTHORISED"]
    longer = {"scope": step("x", until="2029-01-31")["scope"]}
    assert submit(two_step(two=longer))["codes"] == ["SUBLICENCE_SCOPE_EXCEEDED"]
    assert store.reader.head().position == before
    granted = submit(two_step())
    assert (granted["decision"], granted["flags"]) == ("accepted", ["RECHARACTERISATION_RISK"])
    assert len(granted["positions"]) == 3
    taken = grant(OWNER, "己公司", on="2025-01-15", from_="2025-02-01", until="2026-01-31")
    assert submit(taken)["codes"] == ["LICENCE_CONFLICT_EXCLUSIVE"]
    assert audit(store).finding is None


def test_a_pool_is_built_from_its_own_entries_and_its_rights_are_read(store, submit):
    """The cut-off and the issue name no right: those of the pool are found by its tag."""
    story = [
        *owned(P1, P2), two_step(rights=[P1, P2]), form(), admit(rights=[P1, P2]), fix(), notify(),
        establish(), collect(500, "2025-03-01"),
    ]  # fmt: skip
    for command in story:
        answer = submit(command)
        assert answer["decision"] == "accepted", answer["reasons"]
    pool = pool_of(dossier(store))
    assert (pool.initial, pool.rights_on("2025-03-01")) == (10_000_000_000, [P1, P2])
    assert pool.deals[DEAL].collected_by("2025-03-01") == 500
    assert [each["pool"] for each in statement(store, P1)["pools"]] == [POOL]
    assert submit(admit(rights=[P1], pool="pol_two"))["codes"][0] == "REFERENCE_UNKNOWN"
    assert submit(form(pool="pol_two"))["decision"] == "accepted"
    assert "ASSET_ALREADY_POOLED" in submit(admit(rights=[P1], pool="pol_two"))["codes"]
    assert audit(store).finding is None


def test_a_right_frozen_since_admission_stops_the_cut_off_it_is_not_named_in(submit):
    for command in (*owned(P2), two_step(), form(), admit()):
        assert submit(command)["decision"] == "accepted"
    frozen = {
        "command": "report", "source": {"register": "CNIPA", "number": "冻1"},
        "fact": {
            "type": "freeze.imposed", "rights": [P2], "freeze": "frz_1", "effective_from": "2025-01-20",
            "authorities": [{"name": "杭州中院"}],
        },
    }  # fmt: skip
    assert submit(frozen)["decision"] == "accepted"
    assert submit(fix())["codes"] == ["POOL_INELIGIBLE:frozen"]


def test_both_steps_are_told_again_for_the_same_command_and_written_once(store, desk):
    for number, command in enumerate((*owned(P2), two_step())):
        desk.submit(Given(({"command_id": f"c-{number}", **command},)))
    count = store.reader.head().position
    (again,) = desk.submit(Given(({"command_id": "c-1", **two_step()},)))
    assert (again["repeated"], store.reader.head().position) == (True, count)
