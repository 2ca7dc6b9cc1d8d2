"""Which report of a recording counts: restatements and corrections (K-1, K-4, K-5)."""

from ledger.facts.corrections import RecordingNoted
from tests.ledger.statement.histories import (
    RIGHT,
    Recording,
    correction,
    described,
    flags,
    merger,
    note,
    owners,
    pledge,
    rename,
    seen,
    standing,
    told,
    transfer,
)

ORIGINAL = transfer("046669/0401", ["A ONE", "B TOW"], "GOOGLE LLC", "2018-08-15", "2018-08-21")
FIRST = correction("047493/0453", "046669/0401", "2018-11-02", ["A ONE", "B TWO"], "GOOGLE LLC")
SECOND = correction("047577/0306", "047493/0453", "2018-11-20", ["A ONE", "B TWO", "C"], "GOOGLE LLC")


def titles(*history):
    return [[owner["name"] for owner in period["owners"]] for period in told(*history)["titles"]]


def test_a_correction_of_a_correction_restates_the_first_recording():
    """046669/0401, corrected by 047493/0453, corrected by 047577/0306."""
    assert titles(ORIGINAL, FIRST) == [["A ONE", "B TWO"], ["GOOGLE LLC"]]
    assert titles(ORIGINAL, FIRST, SECOND) == [["A ONE", "B TWO", "C"], ["GOOGLE LLC"]]


def test_a_corrected_recording_is_flagged_with_all_its_corrections():
    answer = seen(ORIGINAL, FIRST, SECOND)
    assert flags(answer) == ["RECORDING_CORRECTED"]
    assert answer["flags"][0]["entries"] == [1, 2, 3]
    assert "047493/0453, 047577/0306" in answer["flags"][0]["message"]["en"]


def test_corrections_may_be_imported_in_any_order():
    assert titles(SECOND, ORIGINAL, FIRST) == titles(ORIGINAL, FIRST, SECOND)


def test_what_a_correction_leaves_out_stays_as_corrected_before():
    partial = correction("047577/0306", "047493/0453", "2018-11-20", (), "GOOGLE INC")
    assert titles(ORIGINAL, FIRST, partial) == [["A ONE", "B TWO"], ["GOOGLE INC"]]


def test_a_correction_does_not_change_when_the_recording_was_made():
    assert owners(seen(ORIGINAL, FIRST, as_of="2018-08-15")) == {"GOOGLE LLC": "1"}


def test_a_correction_may_move_the_day_of_the_deed():
    moved = correction("2", "046669/0401", "2019-01-01", executed_on="2018-09-01")
    assert titles(ORIGINAL, moved)[-1] == ["GOOGLE LLC"]
    assert told(ORIGINAL, moved)["titles"][-1]["from"] == "2018-09-01"


def test_a_correction_of_something_not_on_this_right_is_read_on_its_own_and_flagged():
    answer = seen(correction("2/0001", "1/0001", "2019-01-01", "A", "B", executed_on="2018-01-01"))
    assert (owners(answer), flags(answer)) == ({"B": "1"}, ["TARGET_UNKNOWN"])


def test_a_correction_that_names_no_target_is_read_on_its_own_and_flagged():
    answer = seen(correction("2/0001", None, "2019-01-01", "A", "BANK", restates="pledge"))
    assert standing(answer) == {"2/0001": 1}
    assert "TARGET_UNKNOWN" in flags(answer)


def test_the_description_of_a_right_is_no_recording_to_correct():
    answer = seen(described("1/0001"), correction("2/0001", "1/0001", "2019-01-01", "A", "B"))
    assert "TARGET_UNKNOWN" in flags(answer)


def test_corrections_in_a_circle_are_each_read_as_recorded_and_flagged_once():
    one = correction("1/0001", "1/0002", "2019-01-01", "A", "B")
    two = correction("1/0002", "1/0001", "2019-01-02", "B", "C")
    answer = seen(one, two)
    assert (owners(answer), flags(answer)) == ({"C": "1"}, ["CORRECTION_CYCLE"])
    assert answer["flags"][0]["entries"] == [1, 2]


def test_a_recording_that_corrects_itself_is_a_circle():
    assert flags(seen(correction("1/0001", "1/0001", "2019-01-01", "A", "B"))) == ["CORRECTION_CYCLE"]


def test_a_long_chain_of_corrections_is_followed_to_its_root():
    steps = [
        correction(
            f"2/{step:04}", f"2/{step - 1:04}" if step else "046669/0401", "2019-01-01", "A", f"G{step}"
        )
        for step in range(300)
    ]
    assert owners(seen(ORIGINAL, *steps)) == {"G299": "1"}


def test_a_correction_turns_what_was_not_understood_into_what_it_confirms():
    unknown = Recording(
        "1/0001",
        RecordingNoted(rights=(RIGHT,), code="SEE DOCUMENT", unknown=True, registered_on="2019-01-01"),
    )
    confirmed = correction(
        "2/0001", "1/0001", "2019-06-01", "A", "B", restates="transfer", executed_on="2018-12-01"
    )
    assert flags(seen(unknown)) == ["OWNER_UNKNOWN", "RECORDING_UNKNOWN"]
    answer = seen(unknown, confirmed)
    assert (owners(answer), flags(answer)) == ({"B": "1"}, ["RECORDING_CORRECTED"])


def test_both_facts_of_one_recording_are_corrected_and_keep_their_nature():
    """A merger and change of name recorded under one number."""
    history = (
        merger("1/0001", "A", "B", "2019-01-01"),
        rename("1/0001", "B", "BETA", "2019-01-02"),
        correction("2/0001", "1/0001", "2019-06-01", executed_on="2019-01-03", restates="transfer"),
    )
    assert [item["from"] for item in told(*history)["titles"]] == [None, "2019-01-03"]


def test_a_recording_met_again_with_other_content_counts_as_last_reported():
    again = transfer("046669/0401", ["A ONE", "B TWO"], "GOOGLE INC", "2018-08-15", "2018-08-21")
    answer = seen(ORIGINAL, again)
    assert (owners(answer), flags(answer)) == ({"GOOGLE INC": "1"}, ["RECORDING_RESTATED"])
    assert answer["flags"][0]["entries"] == [1, 2]


def test_two_recordings_of_one_number_at_two_registers_are_two():
    here = transfer("1", "A", "B", "2018-01-01")
    there = Recording("1", here.fact.model_copy(update={"executed_on": "2018-01-02"}), register="EPO")
    assert "RECORDING_RESTATED" not in flags(seen(here, there))


def test_a_known_kind_of_note_raises_no_flag():
    assert flags(seen(note("1", "ADDRESS CHANGE", "2019-01-01", unknown=False))) == ["OWNER_UNKNOWN"]


def test_a_correction_counts_for_the_rights_it_names_only():
    elsewhere = correction("2/0001", "2/0000", "2019-06-01", "X", "Y BANK", rights=("US:patent:1",))
    assert standing(seen(pledge("2/0000", "A", "BANK", "2019-01-01"), elsewhere)) == {"2/0000": 1}


def test_one_corrective_recording_may_correct_several():
    """Recorded under one number, it names each of the recordings it corrects."""
    to_a = transfer("1/1", "A", "B", "2018-01-01")
    to_b = transfer("1/2", "B", "C TYPO", "2018-02-01")
    first = correction("1/3", "1/1", "2018-03-01", "A ONE", "B")
    second = correction("1/3", "1/2", "2018-03-01", "B", "C TYPO")
    again = correction("1/4", "1/3", "2018-04-01", "B", "C")
    answer = seen(to_a, to_b, first, second)
    assert flags(answer) == ["RECORDING_CORRECTED", "RECORDING_CORRECTED"]
    assert titles(to_a, to_b, first, second) == [["A ONE"], ["B"], ["C TYPO"]]
    assert "RECORDING_RESTATED" not in flags(seen(to_a, to_b, first, second, again))
    assert titles(to_a, to_b, first, second, again)[-1] == ["C"]


def test_recordings_that_each_name_all_earlier_ones_are_followed_in_reasonable_time():
    history = [
        correction(f"2/{number}", f"2/{earlier}" if earlier else "1/1", "2018-03-01", "A", "B")
        for number in range(1, 40)
        for earlier in range(number)
    ]
    assert titles(transfer("1/1", "A TYPO", "B", "2018-01-01"), *history) == [["A"], ["B"]]
