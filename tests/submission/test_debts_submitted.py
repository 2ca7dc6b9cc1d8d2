"""Debts and their enforcement through submission: the rights under a pledge are read, whichever is named."""

import pytest

from ledger.submission import Given, Submissions
from ledger.submission.reading import read_for
from tests.ledger.rules.desk import T1, T2
from tests.ledger.rules.pledging import (
    BANK,
    MAXIMUM,
    OTHER_BANK,
    contract,
    mark,
    money,
    registered,
    similar,
)


@pytest.fixture
def submit(ledger):
    """Submit one command of the ledger's own; its answer."""
    desk = Submissions(ledger, actor="test")
    numbers = iter(range(1, 1000))

    def one(command):
        (answer,) = desk.submit(Given(({"command_id": f"c-{next(numbers)}", **command},)))
        return answer

    return one


@pytest.fixture
def statement(ledger, clock):
    """What the ledger says of a right now."""

    def told(right):
        reading = read_for((), ledger.reader, clock(), {}, also=(right,))
        return reading.situation.statement(right)

    return told


def draw(pledge, amount):
    told = {"command": "draw_claim", "pledge": pledge, "amount": money(amount)}
    return {**told, "drawn_on": "2024-02-05"}


def test_s15_the_debts_of_a_lot_are_drawn_and_its_proceeds_distributed(submit, statement):
    maximum = {**MAXIMUM, "cap": money(1_000_000)}
    second = {"amount": None, "maximum": maximum, "debt_until": "2025-12-31", "executed_on": "2024-02-01"}
    for command in (
        mark(T1),
        mark(T2),
        similar(T1, T2),
        contract([T1, T2], pledge="pld_k1", executed_on="2024-01-03", amount=money(2_150_000)),
        registered("K1", [T1, T2], on="2024-01-05", contract="pld_k1"),
        contract([T1, T2], pledge="pld_k2", pledgees=[{"name": OTHER_BANK}], **second),
        registered("K2", [T1, T2], on="2024-02-05", to=OTHER_BANK, contract="pld_k2", cap=money(1_000_000)),
        draw("pld_k1", 2_150_000),
        draw("pld_k2", 1_180_000),
    ):
        answer = submit(command)
        assert (answer["decision"], answer["codes"]) == ("accepted", [])

    answer = submit(
        {
            "command": "distribute_proceeds", "rights": [T1, T2], "pledges": ["pld_k1", "pld_k2"],
            "proceeds": money(3_200_000), "costs": money(80_000), "distributed_on": "2024-03-01",
        }
    )  # fmt: skip
    assert (answer["decision"], answer["codes"]) == ("accepted", [])
    for right in (T1, T2):
        (done,) = statement(right)["distributions"]
        assert [each["amount"] for each in done["payments"]] == [8_000_000, 215_000_000, 97_000_000]
        assert [each["to"] for each in done["payments"]] == [[], [BANK], [OTHER_BANK]]
        assert [each["amount"] for each in done["shortfalls"]] == [21_000_000]


def test_a_flag_on_a_pledge_named_without_its_rights_is_told_on_each_of_them(submit, statement):
    maximum = {**MAXIMUM, "ends_on": "2024-01-31"}
    terms = {"amount": None, "maximum": maximum, "debt_until": "2025-12-31", "executed_on": "2024-01-03"}
    for command in (mark(T1), mark(T2), similar(T1, T2), contract([T1, T2], pledge="pld_k1", **terms)):
        assert submit(command)["decision"] == "accepted"
    late = submit(draw("pld_k1", 1_000_000))
    assert (late["decision"], late["flags"]) == ("accepted", ["DRAW_AFTER_DETERMINATION"])
    for right in (T1, T2):
        assert [flag["code"] for flag in statement(right)["flags"]] == ["DRAW_AFTER_DETERMINATION"]
