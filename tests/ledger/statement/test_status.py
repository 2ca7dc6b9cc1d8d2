"""Whether the right is in force, from day to day (A-3, A-4, A-5, A-ID3, A-ID4, P-26)."""

import pytest

from ledger.facts.status import (
    ApplicationEnded,
    InvalidationBecameFinal,
    InvalidationDecided,
    RightExpired,
    RightGranted,
    RightLapsed,
    RightRenewed,
    RightRestored,
    RightSurrendered,
)
from tests.ledger.statement.histories import (
    CN,
    RIGHT,
    described,
    flags,
    pledge,
    release,
    seen,
    standing,
    status,
    told,
    transfer,
)

GRANTED = status("g", RightGranted, "2020-03-17")
OWNED = transfer("1/0001", "A", "B", "2019-01-01")


def status_on(day, *history, right=RIGHT):
    return seen(*history, as_of=day, right=right)["status"]


def own_flags(answer):
    return [code for code in flags(answer) if code != "OWNER_UNKNOWN"]


def test_a_right_is_an_application_until_it_is_granted():
    assert status_on("2020-03-16", GRANTED) == "APPLICATION"
    assert status_on("2020-03-17", GRANTED) == "IN_FORCE"


def test_a_right_with_a_patent_number_is_in_force_though_nobody_told_the_day():
    numbered = described(names=({"kind": "grant", "number": "8789601"},))
    assert status_on("2020-01-01", numbered) == "IN_FORCE"


def test_the_day_of_a_patent_number_is_the_day_of_grant():
    numbered = described(names=({"kind": "grant", "number": "8789601", "on": "2014-07-29"},))
    assert status_on("2014-07-28", numbered) == "APPLICATION"
    assert status_on("2014-07-29", numbered) == "IN_FORCE"


def test_a_lapse_for_fees_counts_from_the_due_date_and_not_from_its_recording():
    """S12: due 2024-04-15, recorded in November."""
    lapsed = status("l", RightLapsed, "2024-04-15", "2024-11-08", cause="fee")
    assert status_on("2024-04-14", GRANTED, lapsed) == "IN_FORCE"
    assert status_on("2024-04-15", GRANTED, lapsed) == "LAPSED"


def test_a_restored_right_was_never_interrupted():
    lapsed = status("l", RightLapsed, "2024-04-15", "2024-11-08")
    restored = status("r", RightRestored, "2025-01-10")
    answer = seen(GRANTED, lapsed, restored, as_of="2024-06-01")
    assert (answer["status"], own_flags(answer)) == ("IN_FORCE", [])


def test_a_restoration_undoes_the_lapse_recorded_before_it_and_not_the_next_one():
    """The second lapse counts from a day before the restoration of the first was recorded."""
    history = (
        GRANTED,
        status("l1", RightLapsed, "2022-04-15", "2022-11-01"),
        status("r1", RightRestored, "2023-06-01"),
        status("l2", RightLapsed, "2023-04-15", "2023-11-01"),
    )
    answer = seen(*history)
    assert (answer["status"], own_flags(answer)) == ("LAPSED", [])
    assert status_on("2023-04-14", *history) == "IN_FORCE"


def test_a_restoration_of_a_right_that_had_not_lapsed_is_flagged():
    answer = seen(GRANTED, status("r", RightRestored, "2025-01-10"))
    assert (answer["status"], own_flags(answer)) == ("IN_FORCE", ["STATUS_TRANSITION_INVALID"])


def test_a_second_end_is_flagged_and_the_earlier_day_counts():
    history = (
        GRANTED,
        status("s", RightSurrendered, "2024-09-01"),
        status("l", RightLapsed, "2024-04-15", "2024-11-08"),
    )
    assert own_flags(seen(*history)) == ["STATUS_TRANSITION_INVALID"]
    assert status_on("2024-05-01", *history) == "LAPSED"


def test_expiry_after_a_lapse_is_no_contradiction():
    history = (GRANTED, status("l", RightLapsed, "2024-04-15"), status("e", RightExpired, "2025-04-15"))
    assert own_flags(seen(*history)) == []


def test_a_lapse_that_counts_from_before_the_grant_is_flagged_and_holds_from_the_grant():
    history = (GRANTED, status("l", RightLapsed, "2019-04-15", "2020-11-08"))
    answer = seen(*history)
    assert (answer["status"], own_flags(answer)) == ("LAPSED", ["STATUS_TRANSITION_INVALID"])
    assert status_on("2020-03-16", *history) == "APPLICATION"


def test_an_ended_application_that_is_granted_after_all_is_flagged():
    ended = status("e", ApplicationEnded, "2019-04-15", cause="withdrawn")
    assert status_on("2019-06-01", GRANTED, ended) == "DISCONTINUED"
    answer = seen(GRANTED, ended)
    assert (answer["status"], own_flags(answer)) == ("IN_FORCE", ["STATUS_TRANSITION_INVALID"])


def test_a_partly_surrendered_right_is_in_force():
    assert seen(GRANTED, status("s", RightSurrendered, "2024-01-01", partly=True))["status"] == "IN_FORCE"


def test_a_surrendered_right_has_ended():
    assert seen(GRANTED, status("s", RightSurrendered, "2024-01-01"))["status"] == "SURRENDERED"


@pytest.mark.parametrize(
    ("right", "filed_on", "sort", "last_day"),
    [
        ("CN:patent:201510100001.8", "2015-03-10", None, "2035-03-09"),
        ("CN:patent:201810200002.3", "2018-05-20", None, "2038-05-19"),
        ("CN:patent:201620500005.5", "2016-04-15", None, "2026-04-14"),
        ("CN:patent:201620500005.5", "2016-02-29", None, "2026-02-28"),
        ("CN:patent:202130400004.X", "2021-08-01", None, "2036-07-31"),
        ("CN:patent:202130400004.X", "2021-05-31", None, "2031-05-30"),
        ("CN:patent:202130400004.X", "2021-06-01", None, "2036-05-31"),
        ("CN:patent:95115608.X", "1995-08-01", None, "2015-07-31"),
        ("CN:patent:CN100334574", "2004-06-01", "invention", "2024-05-31"),
        ("CN:patent:CN100334574", "2004-06-01", None, None),
        ("US:patent:15145443", "2016-05-03", "invention", None),
        ("CN:trademark:12345678", "2016-05-03", None, None),
    ],
)
def test_the_last_day_in_force_of_a_chinese_patent_is_computed(right, filed_on, sort, last_day):
    """A-ID3; designs filed before 2021-06-01 run ten years; other terms rest on facts not in the ledger."""
    assert told(described(right=right, filed_on=filed_on, sort=sort), right=right)["expires_on"] == last_day


def test_a_chinese_patent_expires_the_day_after_its_last_without_any_report():
    history = (described(right=CN, filed_on="2018-05-20", granted_on="2020-03-17"),)
    assert status_on("2038-05-19", *history, right=CN) == "IN_FORCE"
    assert status_on("2038-05-20", *history, right=CN) == "EXPIRED"


def test_a_lapsed_right_is_not_told_as_expired_later():
    history = (
        described(right=CN, filed_on="2018-05-20", granted_on="2020-03-17"),
        status("l", RightLapsed, "2024-05-20", right=CN),
    )
    assert status_on("2040-01-01", *history, right=CN) == "LAPSED"


def test_a_renewal_moves_the_last_day():
    mark = "CN:trademark:12345678"
    history = (
        described(right=mark, granted_on="2014-01-14", expires_on="2024-01-13"),
        status("x", RightRenewed, "2023-06-01", right=mark, expires_on="2034-01-13"),
    )
    assert status_on("2030-01-01", *history, right=mark) == "IN_FORCE"
    assert status_on("2034-01-14", *history, right=mark) == "EXPIRED"


def test_invalidity_that_was_decided_but_may_be_appealed_leaves_the_right_in_force_and_flagged():
    decided = status("i", InvalidationDecided, "2024-11-01", scope="full")
    assert own_flags(seen(GRANTED, decided, as_of="2024-10-31")) == []
    answer = seen(GRANTED, decided)
    assert answer["status"] == "IN_FORCE"
    assert own_flags(answer) == ["INVALIDATION_DECIDED_NOT_FINAL"]


PLEDGED = pledge("2/0001", "B", "BANK", "2023-06-01")
FINAL = status("f", InvalidationBecameFinal, "2025-02-10", "2025-02-14", scope="full")


def test_final_invalidity_reaches_back_and_takes_the_object_from_the_pledge():
    """S25: as of 2024-06-01, before and after the ledger knew of the invalidation final on 2025-02-10."""
    decided = status("i", InvalidationDecided, "2024-11-01", scope="full")
    history = (OWNED, GRANTED, PLEDGED, decided)
    before = seen(*history, as_of="2024-06-01")
    assert (before["status"], standing(before), flags(before)) == ("IN_FORCE", {"2/0001": 1}, [])
    after = seen(*history, FINAL, as_of="2024-06-01")
    assert (after["status"], flags(after)) == ("INVALID_FULL", ["OBJECT_LOST"])
    (item,) = after["encumbrances"]
    assert (item["state"], item["rank"]) == ("object_lost", 1)


def test_a_pledge_released_before_has_no_object_to_lose():
    free = release("2/0002", "BANK", "B", "2024-01-01", ["2/0001"])
    assert flags(seen(OWNED, GRANTED, PLEDGED, free, FINAL)) == []


def test_partial_invalidity_leaves_the_pledge_on_what_remains():
    part = status("f", InvalidationBecameFinal, "2025-02-10", scope="part")
    answer = seen(OWNED, GRANTED, PLEDGED, part)
    assert (answer["status"], answer["encumbrances"][0]["state"]) == ("INVALID_PART", "registered")
    assert flags(answer) == []
    assert status_on("2025-02-09", OWNED, GRANTED, part) == "IN_FORCE"


def test_a_partly_invalid_right_lapses_like_any_other():
    part = status("f", InvalidationBecameFinal, "2025-02-10", scope="part")
    lapsed = status("l", RightLapsed, "2025-06-01")
    assert status_on("2025-05-31", GRANTED, part, lapsed) == "INVALID_PART"
    assert status_on("2025-06-01", GRANTED, part, lapsed) == "LAPSED"


def test_a_partial_invalidity_after_the_end_changes_nothing():
    lapsed = status("l", RightLapsed, "2024-06-01")
    part = status("f", InvalidationBecameFinal, "2025-02-10", scope="part")
    assert status_on("2025-05-31", GRANTED, lapsed, part) == "LAPSED"


def test_the_decision_s_flag_ends_when_partial_invalidity_becomes_final():
    decided = status("i", InvalidationDecided, "2024-11-01", scope="part")
    part = status("f", InvalidationBecameFinal, "2025-02-10", scope="part")
    assert own_flags(seen(GRANTED, decided, part, as_of="2025-02-09")) == ["INVALIDATION_DECIDED_NOT_FINAL"]
    assert own_flags(seen(GRANTED, decided, part, as_of="2025-02-10")) == []
