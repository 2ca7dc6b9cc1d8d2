"""Who owns the right, told from conveyances as registers record them (T-2, T-4, T-5, ID-5, U-1)."""

from tests.ledger.statement.histories import (
    RIGHT,
    by_authority,
    correction,
    described,
    flags,
    merger,
    owners,
    pledge,
    rename,
    seen,
    standing,
    told,
    transfer,
)

A_TO_B = transfer("1/0001", "A CORP", "B CORP", "2020-01-10", "2020-02-01")


def test_the_grantor_of_the_first_conveyance_owned_the_right_before():
    assert owners(seen(A_TO_B, as_of="2020-01-09")) == {"A CORP": "1"}


def test_title_passes_on_the_day_of_the_deed():
    assert owners(seen(A_TO_B, as_of="2020-01-10")) == {"B CORP": "1"}


def test_title_passes_on_the_stated_day_where_the_register_states_one():
    """S02: contract 2024-03-01, register entry 2024-03-28."""
    stated = by_authority(transfer("TR01", "A", "B", "2024-03-01", "2024-03-28", effective_from="2024-03-28"))
    assert owners(seen(stated, as_of="2024-03-15")) == {"A": "1"}
    assert owners(seen(stated, as_of="2024-03-28")) == {"B": "1"}


def test_a_secured_party_is_never_an_owner():
    answer = seen(A_TO_B, pledge("2/0001", "B CORP", "BANK", "2021-01-01"))
    assert owners(answer) == {"B CORP": "1"}
    assert flags(answer) == []


def test_a_conveyance_by_a_stranger_is_accepted_and_flagged():
    answer = seen(A_TO_B, transfer("1/0002", "X CORP", "Y CORP", "2021-01-01"))
    assert owners(answer) == {"Y CORP": "1"}
    assert flags(answer) == ["CHAIN_OF_TITLE_BREAK"]
    assert answer["flags"][0]["entries"] == [2, 1]


def test_a_break_in_the_chain_is_not_shown_for_days_before_it():
    history = (A_TO_B, transfer("1/0002", "X CORP", "Y CORP", "2021-01-01"))
    assert flags(seen(*history, as_of="2020-12-31")) == []


def test_a_pledge_by_a_stranger_is_flagged():
    answer = seen(A_TO_B, pledge("2/0001", "X CORP", "BANK", "2021-01-01"))
    assert standing(answer) == {"2/0001": 1}
    assert flags(answer) == ["CHAIN_OF_TITLE_BREAK"]


def test_a_pledge_signed_before_the_pledgor_acquired_is_no_break_if_it_owned_at_registration():
    assert flags(seen(A_TO_B, pledge("2/0001", "B CORP", "BANK", "2019-12-01", "2020-03-01"))) == []


def test_a_right_recorded_without_any_conveyance_has_no_known_owner():
    answer = seen(pledge("2/0001", "B CORP", "BANK", "2021-01-01"))
    assert answer["owners"] == []
    assert flags(answer) == ["OWNER_UNKNOWN"]


def test_a_renamed_owner_conveys_under_its_new_name():
    history = (A_TO_B, rename("1/0002", "B CORP", "BETA INC", "2021-01-01"))
    assert owners(seen(*history)) == {"BETA INC": "1"}
    assert told(*history)["titles"][-1]["owners"][0]["former_names"] == ["B CORP"]
    answer = seen(*history, transfer("1/0003", "BETA INC", "C CORP", "2022-01-01"))
    assert (owners(answer), flags(answer)) == ({"C CORP": "1"}, [])


def test_a_renamed_owner_may_still_convey_or_pledge_under_its_old_name():
    answer = seen(
        A_TO_B,
        rename("1/0002", "B CORP", "BETA INC", "2021-01-01"),
        pledge("2/0001", "B CORP", "BANK", "2021-06-01"),
        transfer("1/0003", "B CORP", "C CORP", "2022-01-01"),
    )
    assert (owners(answer), flags(answer)) == ({"C CORP": "1"}, [])


def test_a_rename_keeps_the_day_of_acquisition():
    answer = seen(A_TO_B, rename("1/0002", "B CORP", "BETA INC", "2021-01-01"))
    assert answer["owners"][0]["since"] == "2020-01-10"


def test_a_merger_passes_title():
    answer = seen(A_TO_B, merger("1/0002", "B CORP", "C CORP", "2021-01-01"))
    assert owners(answer) == {"C CORP": "1"}
    assert answer["owners"][0]["basis"] == "merger USPTO 1/0002"


def test_a_merger_of_the_secured_bank_moves_its_pledge_and_not_the_title():
    history = (
        A_TO_B,
        pledge("2/0001", "B CORP", "OLD BANK", "2021-01-01"),
        merger("2/0002", "OLD BANK", "NEW BANK", "2022-01-01"),
    )
    answer = seen(*history)
    assert owners(answer) == {"B CORP": "1"}
    assert answer["encumbrances"][0]["holders"] == ["NEW BANK"]
    assert seen(*history, as_of="2021-06-01")["encumbrances"][0]["holders"] == ["OLD BANK"]
    assert flags(answer) == []


def test_a_bank_that_merges_before_any_conveyance_is_recorded_does_not_become_the_owner():
    answer = seen(
        pledge("2/0001", "B CORP", "OLD BANK", "2021-01-01"),
        rename("2/0002", "OLD BANK", "NEW BANK", "2022-01-01"),
    )
    assert answer["owners"] == []


def test_an_assignment_by_the_secured_party_is_no_rename_and_is_flagged():
    answer = seen(
        A_TO_B,
        pledge("2/0001", "B CORP", "BANK", "2021-01-01"),
        transfer("1/0002", "BANK", "C CORP", "2022-01-01"),
    )
    assert (owners(answer), flags(answer)) == ({"C CORP": "1"}, ["CHAIN_OF_TITLE_BREAK"])


def test_owners_without_stated_shares_are_shown_equal_and_flagged():
    answer = seen(transfer("1/0001", "A", ["B", "C", "D"], "2020-01-01"))
    assert owners(answer) == {"B": "1/3", "C": "1/3", "D": "1/3"}
    assert flags(answer) == ["SHARE_UNSPECIFIED"]


def test_stated_shares_are_kept():
    answer = seen(transfer("1/0001", "A", {"B": (1, 3), "C": (2, 3)}, "2020-01-01"))
    assert (owners(answer), flags(answer)) == ({"B": "1/3", "C": "2/3"}, [])


def test_what_a_grantor_does_not_convey_it_keeps():
    answer = seen(A_TO_B, transfer("1/0002", "B CORP", {"C CORP": (1, 4)}, "2021-01-01"))
    assert (owners(answer), flags(answer)) == ({"B CORP": "3/4", "C CORP": "1/4"}, [])


def test_a_co_owner_conveys_its_own_share_only():
    answer = seen(
        transfer("1/0001", "A", {"B": (1, 3), "C": (2, 3)}, "2020-01-01"),
        transfer("1/0002", "B", "D", "2021-01-01"),
    )
    assert owners(answer) == {"C": "2/3", "D": "1/3"}


def test_a_co_owner_that_buys_the_rest_owns_the_whole():
    answer = seen(
        transfer("1/0001", "A", {"B": (1, 3), "C": (2, 3)}, "2020-01-01"),
        transfer("1/0002", "B", "C", "2021-01-01"),
    )
    assert owners(answer) == {"C": "1"}


def test_conveying_more_than_one_holds_is_a_break():
    answer = seen(
        transfer("1/0001", "A", {"B": (1, 4), "C": (3, 4)}, "2020-01-01"),
        transfer("1/0002", "B", {"D": (1, 2)}, "2021-01-01"),
    )
    assert owners(answer) == {"C": "3/4", "D": "1/4"}
    assert flags(answer) == ["CHAIN_OF_TITLE_BREAK"]


def test_shares_of_holders_that_do_not_sum_to_one_are_shown_equal_and_flagged():
    answer = seen(described(holders={"A": (1, 3), "B": (1, 3)}))
    assert (owners(answer), flags(answer)) == ({"A": "1/2", "B": "1/2"}, ["SHARE_UNSPECIFIED"])


def test_inventors_who_each_assign_to_one_company_leave_it_the_whole():
    answer = seen(
        described(inventors=["BOURN, CHARLES", "DOE, JANE"]),
        transfer("1/0001", "Charles T. Bourn", "B CORP", "2020-01-01"),
        transfer("1/0002", "JANE DOE", "B CORP", "2020-01-05"),
    )
    assert (owners(answer), flags(answer)) == ({"B CORP": "1"}, [])


def test_an_inventor_who_has_not_conveyed_is_named():
    answer = seen(
        described(inventors=["BOURN, CHARLES", "DOE, JANE"]),
        transfer("1/0001", "CHARLES BOURN", "B CORP", "2020-01-01"),
    )
    assert flags(answer) == ["INVENTOR_NOT_CONVEYED"]
    assert "DOE, JANE" in answer["flags"][0]["message"]["en"]


def test_an_inventor_who_assigns_to_another_company_makes_it_a_co_owner():
    answer = seen(
        described(inventors=["BOURN, CHARLES", "DOE, JANE"]),
        transfer("1/0001", "CHARLES BOURN", "B CORP", "2020-01-01"),
        transfer("1/0002", "JANE DOE", "C CORP", "2020-01-05"),
    )
    assert owners(answer) == {"B CORP": "1/2", "C CORP": "1/2"}
    assert flags(answer) == ["SHARE_UNSPECIFIED"]


def test_the_register_and_the_recordings_may_differ_about_the_owner():
    answer = seen(A_TO_B, described(holders="C CORP", first=False))
    assert (owners(answer), flags(answer)) == ({"B CORP": "1"}, ["REGISTER_OWNER_DIFFERS"])


def test_a_conveyance_reported_after_the_register_stated_the_owner_is_no_difference():
    assert flags(seen(described(holders="A CORP"), A_TO_B)) == []


def test_without_conveyances_the_register_s_own_statement_of_the_owner_counts():
    answer = seen(described(holders="A CORP", filed_on="2018-01-02"))
    assert owners(answer) == {"A CORP": "1"}
    assert answer["owners"][0]["basis"] == "register"


def test_a_nunc_pro_tunc_assignment_is_flagged_and_counts_from_its_own_date():
    history = (transfer("1/0001", "A", "B", "2020-01-01", nunc_pro_tunc=True),)
    assert owners(seen(*history, as_of="2019-12-31")) == {"A": "1"}
    assert flags(seen(*history)) == ["NUNC_PRO_TUNC"]


def test_a_register_that_names_no_grantor_says_the_owners_conveyed():
    nameless = by_authority(transfer("2", [], "C CORP", "2021-01-01"))
    assert flags(seen(A_TO_B, nameless)) == []
    assert flags(seen(A_TO_B, transfer("2", [], "C CORP", "2021-01-01"))) == ["CHAIN_OF_TITLE_BREAK"]


def test_two_conveyances_of_one_day_are_taken_by_their_numbers_whoever_came_first():
    first = transfer("049107/0001", "A", "B", "2020-01-01")
    second = transfer("049107/0002", "B", "C", "2020-01-01")
    assert owners(seen(first, second)) == owners(seen(second, first)) == {"C": "1"}
    assert flags(seen(second, first)) == []


def test_the_conveyances_of_another_right_do_not_count():
    answer = seen(A_TO_B, transfer("1/0002", "B CORP", "C CORP", "2021-01-01", rights=("US:patent:1",)))
    assert owners(answer) == {"B CORP": "1"}


def test_shares_too_fine_to_be_written_are_told_equal_and_flagged():
    prime = 999_999_937
    history = [transfer("1/0", "A", {"B": (1, prime), "C": (prime - 1, prime)}, "2020-01-01")]
    for step, giver in enumerate("BDE", 1):
        names = {f"{giver}{step}": (1, prime - step - 1), f"{giver}x": (1, prime - step - 2)}
        history.append(transfer(f"1/{step}", "C", names, f"2020-02-0{step}"))
    answer = seen(*history)
    assert "SHARE_UNSPECIFIED" in flags(answer)
    assert all(term < 2**53 for owner in answer["owners"] for term in owner["share"])


def test_a_correction_that_calls_an_assignment_a_security_interest_takes_the_title_back():
    history = (
        A_TO_B,
        transfer("2/0001", "B CORP", "BANK", "2021-01-01"),
        correction("2/0002", "2/0001", "2021-03-01", "B CORP", "BANK", restates="pledge"),
    )
    answer = seen(*history)
    assert owners(answer) == {"B CORP": "1"}
    assert standing(answer) == {"2/0001": 1}
    assert flags(answer) == ["RECORDING_CORRECTED"]


def test_an_address_change_changes_nothing():
    from ledger.facts.transfers import PartyAddressChanged
    from tests.ledger.statement.histories import Recording

    moved = Recording("3", PartyAddressChanged(rights=(RIGHT,), grantees=({"name": "B CORP"},)))
    assert owners(seen(A_TO_B, moved)) == {"B CORP": "1"}
