"""Court measures on the right: served, run out, lifted (F-1, F-3)."""

import pytest

from tests.ledger.statement.histories import flags, freeze, freeze_lift, seen, standing

C1 = freeze("C1", "杭州中院", "2024-01-15", "2024-07-15")
C2 = freeze("C2", "北京知产法院", "2024-03-01", "2025-03-01")


@pytest.mark.parametrize(
    ("day", "stands"),
    [("2024-01-14", False), ("2024-01-15", True), ("2024-07-15", True), ("2024-07-16", False)],
)
def test_a_freeze_runs_from_service_to_the_end_of_its_last_day(day, stands):
    """S19: served 2024-01-15, six months, ends 2024-07-15 at 24:00."""
    assert bool(standing(seen(C1, as_of=day))) is stands


def test_a_freeze_that_ran_out_is_shown_as_expired():
    (item,) = seen(C1, as_of="2024-07-16", include_ended=True)["encumbrances"]
    assert (item["state"], item["ended_at"], item["ended_by"]) == ("expired", "2024-07-15", None)


def test_a_freeze_without_a_stated_end_stands_until_lifted():
    assert standing(seen(freeze("C1", "C", "2010-01-01"))) == {"C1": None}


def test_a_lift_that_names_a_freeze_ends_that_one():
    answer = seen(C1, C2, freeze_lift("L1", "2024-04-01", "C1"), as_of="2024-04-01", include_ended=True)
    assert [(item["reference"], item["state"]) for item in answer["encumbrances"]] == [
        ("C2", "registered"),
        ("C1", "lifted"),
    ]


def test_a_lift_that_names_nothing_ends_the_only_freeze_standing():
    assert standing(seen(C1, freeze_lift("L1", "2024-04-01"), as_of="2024-04-01")) == {}


def test_a_lift_that_names_nothing_does_not_choose_between_two():
    answer = seen(C1, C2, freeze_lift("L1", "2024-04-01"), as_of="2024-04-02")
    assert standing(answer) == {"C1": None, "C2": None}
    assert flags(answer) == ["OWNER_UNKNOWN", "FREEZE_LIFT_UNMATCHED"]


def test_a_freeze_that_has_run_out_is_not_what_a_later_lift_means():
    answer = seen(C1, C2, freeze_lift("L1", "2024-08-01"), as_of="2024-08-01")
    assert (standing(answer), flags(answer)) == ({}, ["OWNER_UNKNOWN"])


def test_a_freeze_served_later_is_not_what_an_earlier_lift_means():
    answer = seen(C2, freeze_lift("L1", "2024-02-01"), C1, as_of="2024-03-01")
    assert standing(answer) == {"C2": None}


def test_a_lift_of_an_unknown_freeze_is_flagged():
    assert "FREEZE_LIFT_UNMATCHED" in flags(seen(C1, freeze_lift("L1", "2024-04-01", "C9")))


def test_a_second_lift_of_the_same_freeze_is_flagged():
    history = (C1, freeze_lift("L1", "2024-04-01", "C1"), freeze_lift("L2", "2024-05-01", "C1"))
    assert "FREEZE_LIFT_UNMATCHED" in flags(seen(*history))


def test_a_lift_imported_before_the_freeze_ends_it_all_the_same():
    assert standing(seen(freeze_lift("L1", "2024-04-01", "C1"), C1, as_of="2024-05-01")) == {}


def test_a_levy_of_execution_is_told_apart_from_preservation():
    (item,) = seen(freeze("C1", "C", "2010-01-01", levy=True))["encumbrances"]
    assert (item["kind"], item["holders"]) == ("levy", ["C"])
