"""What encumbers the right: pledges, their assignments and releases (P-3, P-7, P-12, P-21)."""

import pytest

from tests.ledger.statement.histories import (
    OTHER,
    RIGHT,
    by_authority,
    correction,
    flags,
    license_,
    merger,
    pledge,
    pledge_assignment,
    pledge_change,
    release,
    rename,
    seen,
    standing,
    told,
    transfer,
)

OWNER = "U.S. WELL SERVICES, LLC"
BANK = "BANK OF AMERICA, N.A., AS ADMINISTRATIVE AGENT"
TO_OWNER = transfer("032000/0001", "JARED OEHRING", OWNER, "2014-01-01")
PLEDGE = pledge("049107/0392", OWNER, BANK, "2019-05-07")
AGENT = pledge("049109/0001", OWNER, "PIPER JAFFRAY FINANCE, LLC", "2019-05-07")


def released_by(name, number="061835/0778", of=("049107/0392",), on="2022-10-31", **more):
    return release(number, name, OWNER, on, of, **more)


def test_a_release_by_the_pledgee_of_record_frees_the_right_from_its_day_on():
    history = (TO_OWNER, PLEDGE, released_by(BANK))
    assert standing(seen(*history, as_of="2022-10-30")) == {"049107/0392": 1}
    answer = seen(*history, as_of="2022-10-31")
    assert (standing(answer), flags(answer)) == ({}, [])


@pytest.mark.parametrize(
    "name",
    [
        "BANK OF AMERICA, N.A.",
        "BANK OF AMERICA, N.A., AS ADMINSTRATIVE AGENT",
        "BANK OF AMERICA, NATIONAL ASSOCIATION (AS COLLATERAL AGENT)",
    ],
)
def test_the_pledgee_may_be_written_in_other_ways(name):
    assert standing(seen(PLEDGE, released_by(name))) == {}


def test_what_was_released_is_shown_on_request_with_what_ended_it():
    (ended,) = seen(TO_OWNER, PLEDGE, released_by(BANK), include_ended=True)["encumbrances"]
    assert (ended["state"], ended["ended_at"], ended["ended_by"], ended["rank"]) == (
        "released",
        "2022-10-31",
        "061835/0778",
        None,
    )


def test_a_release_that_names_a_neighboring_right_by_mistake_leaves_the_pledged_one_encumbered():
    """061835/0778 names 15/145,543 where the pledge 049107/0392 has 15/145,443."""
    slip = released_by(BANK, rights=(OTHER,), omits=(RIGHT,))
    encumbered = seen(TO_OWNER, PLEDGE, slip)
    assert standing(encumbered) == {"049107/0392": 1}
    assert flags(encumbered) == ["RELEASE_OMITS_RIGHT"]
    named = seen(TO_OWNER, PLEDGE, slip, right=OTHER)
    assert (standing(named), flags(named)) == ({}, ["OWNER_UNKNOWN", "RELEASE_WITHOUT_PLEDGE"])


def test_a_release_by_another_party_leaves_the_pledge_standing():
    answer = seen(TO_OWNER, PLEDGE, released_by("WELLS FARGO BANK, N.A."))
    assert standing(answer) == {"049107/0392": 1}
    assert flags(answer) == ["RELEASE_BY_OTHER_PARTY"]
    assert answer["flags"][0]["entries"] == [3, 2]


def test_the_pledgor_alone_cannot_release():
    """S18: the pledgor reports repayment."""
    answer = seen(TO_OWNER, PLEDGE, released_by(OWNER))
    assert (standing(answer), flags(answer)) == ({"049107/0392": 1}, ["RELEASE_BY_OTHER_PARTY"])


def test_one_of_two_pledgees_cannot_release_for_the_other():
    both = pledge("2/0001", OWNER, ["FIRST BANK", "SECOND BANK"], "2020-01-01")
    alone = released_by("FIRST BANK", of=("2/0001",))
    together = released_by(["SECOND BANK", "FIRST BANK"], of=("2/0001",))
    assert standing(seen(both, alone)) == {"2/0001": 1}
    assert standing(seen(both, together)) == {}


def test_a_register_that_strikes_its_own_entry_is_believed():
    struck = by_authority(released_by(OWNER), register="USPTO")
    assert standing(seen(TO_OWNER, PLEDGE, struck)) == {}


def test_a_release_without_a_reference_ends_the_only_pledge_its_parties_fit():
    answer = seen(TO_OWNER, PLEDGE, AGENT, released_by("BANK OF AMERICA, N.A.", of=()))
    assert standing(answer) == {"049109/0001": 1}
    assert flags(answer) == ["RELEASE_MATCHED_BY_PARTIES"]


def test_a_release_without_a_reference_that_fits_no_pledge_is_left_open():
    answer = seen(TO_OWNER, PLEDGE, released_by("WELLS FARGO BANK, N.A.", of=()))
    assert (standing(answer), flags(answer)) == ({"049107/0392": 1}, ["RELEASE_WITHOUT_PLEDGE"])


def test_a_release_without_a_reference_that_fits_two_pledges_takes_off_neither():
    again = pledge("050000/0001", OWNER, BANK, "2020-06-01")
    answer = seen(TO_OWNER, PLEDGE, again, released_by(BANK, of=()))
    assert standing(answer) == {"049107/0392": 1, "050000/0001": 2}
    assert flags(answer) == ["RELEASE_AMBIGUOUS"]


def test_a_release_without_a_reference_does_not_reach_later_pledges():
    again = pledge("063000/0001", OWNER, BANK, "2023-06-01")
    answer = seen(TO_OWNER, PLEDGE, again, released_by(BANK, of=()))
    assert standing(answer) == {"063000/0001": 1}


def test_on_one_day_the_named_releases_are_done_before_the_one_that_names_nothing():
    again = pledge("050000/0001", OWNER, BANK, "2020-06-01")
    unnamed = released_by(BANK, number="061835/0001", of=())
    named = released_by(BANK, number="061835/0002", of=("050000/0001",))
    assert standing(seen(TO_OWNER, PLEDGE, again, unnamed, named)) == {}


def test_a_release_without_a_reference_finds_the_pledgor_under_its_later_name():
    renamed = rename("055000/0001", OWNER, "USWS HOLDINGS LLC", "2020-01-01")
    free = release("061835/0778", BANK, "USWS HOLDINGS LLC", "2022-10-31")
    assert standing(seen(TO_OWNER, PLEDGE, renamed, free)) == {}


def test_a_release_without_a_reference_in_favor_of_a_stranger_takes_off_nothing():
    free = release("061835/0778", BANK, "SOMEBODY ELSE INC", "2022-10-31")
    assert standing(seen(TO_OWNER, PLEDGE, free)) == {"049107/0392": 1}


def test_a_register_s_cancellation_that_names_nobody_ends_the_only_pledge():
    struck = by_authority(release("PC01", [], [], "2024-05-12", register="CNIPA"))
    registered = by_authority(pledge("PE01", "甲公司", "某银行", "2024-05-10", register="CNIPA"))
    assert standing(seen(registered, struck)) == {}
    assert flags(seen(registered, struck)) == ["OWNER_UNKNOWN", "RELEASE_MATCHED_BY_PARTIES"]


def test_a_party_s_release_that_names_nobody_takes_off_nothing():
    assert standing(seen(PLEDGE, release("061835/0778", [], [], "2022-10-31"))) == {"049107/0392": 1}


def test_a_release_imported_before_the_pledge_frees_it_all_the_same():
    assert standing(seen(released_by(BANK), PLEDGE, TO_OWNER)) == {}


def test_releasing_one_of_two_twins_does_not_free_the_other():
    """048818/0520 and 049342/0819: one pledge recorded twice, once with a slip of the pen."""
    first = pledge("048818/0520", OWNER, "CLMG CORP., AS ADMINISTRATIVE AGENT", "2019-04-02", "2019-04-08")
    second = pledge("049342/0819", OWNER, "CLMG CORP., AS ADMINSTRATIVE AGENT", "2019-04-02", "2019-05-30")
    both = seen(TO_OWNER, first, second)
    assert standing(both) == {"048818/0520": 1, "049342/0819": 2}
    assert flags(both) == ["PROBABLE_DUPLICATE_RECORDING"]
    free = released_by("CLMG CORP.", of=("048818/0520",))
    answer = seen(TO_OWNER, first, second, free)
    assert standing(answer) == {"049342/0819": 1}
    assert flags(answer) == ["PROBABLE_DUPLICATE_RECORDING", "DUPLICATE_STILL_OPEN"]
    freed_too = released_by("CLMG CORP.", number="061835/0779", of=("049342/0819",))
    assert flags(seen(TO_OWNER, first, second, free, freed_too)) == ["PROBABLE_DUPLICATE_RECORDING"]


def test_pledges_of_one_day_to_different_banks_are_no_twins():
    assert "PROBABLE_DUPLICATE_RECORDING" not in flags(seen(TO_OWNER, PLEDGE, AGENT))


def test_the_new_holder_releases_after_an_assignment_of_the_pledge():
    passed = pledge_assignment("052000/0001", BANK, "NEW LENDER LLC", "2020-01-01", ["049107/0392"])
    history = (TO_OWNER, PLEDGE, passed)
    assert seen(*history)["encumbrances"][0]["holders"] == ["NEW LENDER LLC"]
    assert seen(*history, as_of="2019-12-31")["encumbrances"][0]["holders"] == [BANK]
    assert standing(seen(*history, released_by("NEW LENDER, LLC"))) == {}


def test_who_assigned_the_pledge_can_no_longer_release_it():
    passed = pledge_assignment("052000/0001", BANK, "NEW LENDER LLC", "2020-01-01", ["049107/0392"])
    answer = seen(TO_OWNER, PLEDGE, passed, released_by(BANK))
    assert (standing(answer), flags(answer)) == ({"049107/0392": 1}, ["RELEASE_BY_OTHER_PARTY"])


def test_a_release_before_the_assignment_was_the_old_holder_s_to_give():
    passed = pledge_assignment("062000/0001", BANK, "NEW LENDER LLC", "2023-01-01", ["049107/0392"])
    assert standing(seen(TO_OWNER, PLEDGE, passed, released_by(BANK))) == {}


def test_a_release_may_name_the_recording_of_the_assignment():
    passed = pledge_assignment("052000/0001", BANK, "NEW LENDER LLC", "2020-01-01", ["049107/0392"])
    free = released_by("NEW LENDER LLC", of=("052000/0001",))
    assert standing(seen(TO_OWNER, PLEDGE, passed, free)) == {}


def test_an_assignment_that_names_no_pledge_passes_what_its_grantor_holds():
    passed = pledge_assignment("052000/0001", BANK, "NEW LENDER LLC", "2020-01-01")
    holders = [item["holders"] for item in seen(TO_OWNER, PLEDGE, AGENT, passed)["encumbrances"]]
    assert holders == [["NEW LENDER LLC"], ["PIPER JAFFRAY FINANCE, LLC"]]


def test_an_assignment_of_a_pledge_by_a_stranger_passes_nothing():
    passed = pledge_assignment("052000/0001", "X BANK", "NEW LENDER LLC", "2020-01-01", ["049107/0392"])
    answer = seen(TO_OWNER, PLEDGE, passed)
    assert answer["encumbrances"][0]["holders"] == [BANK]
    assert flags(answer) == ["PLEDGE_ASSIGNED_BY_OTHER_PARTY"]
    assert standing(seen(TO_OWNER, PLEDGE, passed, released_by("NEW LENDER LLC"))) == {"049107/0392": 1}


def test_an_assignment_of_an_unknown_pledge_is_flagged():
    passed = pledge_assignment("052000/0001", BANK, "NEW LENDER LLC", "2020-01-01", ["1/0001"])
    answer = seen(TO_OWNER, PLEDGE, passed)
    assert flags(answer) == ["PLEDGE_REFERENCE_UNKNOWN"]
    assert answer["encumbrances"][0]["holders"] == [BANK]


@pytest.mark.parametrize("succession", [rename, merger])
def test_a_pledgee_s_successor_releases_under_any_of_its_names(succession):
    history = (TO_OWNER, PLEDGE, succession("052000/0001", "BANK OF AMERICA NA", "BOA CORP", "2020-01-01"))
    assert standing(seen(*history, released_by("BOA CORP"))) == {}
    assert standing(seen(*history, released_by(BANK))) == {}


def test_a_release_may_name_the_recording_that_corrected_the_pledge():
    restated = correction("049200/0001", "049107/0392", "2019-06-01", OWNER, BANK, restates="pledge")
    assert standing(seen(TO_OWNER, PLEDGE, restated, released_by(BANK, of=("049200/0001",)))) == {}


def test_a_correction_keeps_the_rank_of_the_recording_it_corrects():
    """K-4: what is restated in 2021 stands where it was registered in 2019."""
    junior = pledge("050000/0001", OWNER, "OTHER BANK", "2020-01-01")
    restated = correction("056000/0001", "049107/0392", "2021-01-01", OWNER, "THIRD BANK", restates="pledge")
    answer = seen(TO_OWNER, PLEDGE, junior, restated)
    assert standing(answer) == {"049107/0392": 1, "050000/0001": 2}
    assert answer["encumbrances"][0]["holders"] == ["THIRD BANK"]


def test_a_correction_that_speaks_of_an_assignment_leaves_a_pledge_a_pledge():
    restated = correction("056000/0001", "049107/0392", "2021-01-01", OWNER, BANK, restates="transfer")
    answer = seen(TO_OWNER, PLEDGE, restated)
    assert standing(answer) == {"049107/0392": 1}
    assert answer["owners"][0]["name"] == OWNER


def test_ranks_follow_registration_and_not_the_contract():
    early_contract = pledge("2/0002", OWNER, "LATE BANK", "2019-01-01", "2020-01-02")
    late_contract = pledge("2/0001", OWNER, "EARLY BANK", "2019-12-31", "2020-01-01")
    assert standing(seen(TO_OWNER, early_contract, late_contract)) == {"2/0001": 1, "2/0002": 2}


def test_pledges_registered_on_one_day_rank_equally_and_are_flagged():
    third = pledge("050000/0001", OWNER, "THIRD BANK", "2020-01-01")
    answer = seen(TO_OWNER, PLEDGE, AGENT, third)
    assert standing(answer) == {"049107/0392": 1, "049109/0001": 1, "050000/0001": 3}
    assert flags(answer) == ["RANK_TIE"]


def test_juniors_move_up_when_the_senior_ends():
    junior = pledge("050000/0001", OWNER, "OTHER BANK", "2020-01-01")
    history = (TO_OWNER, PLEDGE, junior, released_by(BANK))
    assert standing(seen(*history, as_of="2022-10-30")) == {"049107/0392": 1, "050000/0001": 2}
    assert standing(seen(*history, as_of="2022-10-31")) == {"050000/0001": 1}


def test_a_pledge_that_was_signed_but_not_registered_is_pending_without_rank():
    """S11: contract 2024-05-06, registered 2024-05-10, asked as of 2024-05-08."""
    registered = by_authority(
        pledge("PE01", "甲公司", "某银行", "2024-05-06", "2024-05-10", register="CNIPA")
    )
    before = seen(registered, as_of="2024-05-08")
    assert before["encumbrances"] == []
    assert [(item["state"], item["rank"]) for item in before["pending"]] == [("contracted", None)]
    after = seen(registered, as_of="2024-05-10")
    assert (standing(after), after["pending"]) == ({"PE01": 1}, [])
    assert seen(registered, as_of="2024-05-05")["pending"] == []


def test_a_lien_ranks_among_the_security_interests_and_a_license_does_not():
    lien = pledge("2/0001", OWNER, "TAX OFFICE", "2019-01-01", lien=True)
    answer = seen(TO_OWNER, PLEDGE, lien, license_("EC01", OWNER, "L", "2018-01-01"))
    assert standing(answer) == {"EC01": None, "2/0001": 1, "049107/0392": 2}
    assert [item["kind"] for item in answer["encumbrances"]] == ["license", "lien", "pledge"]


def test_a_change_of_a_registered_pledge_is_kept_with_it():
    registered = by_authority(pledge("PE01", "甲公司", "某银行", "2024-05-10", register="CNIPA"))
    (item,) = told(registered, pledge_change("PM01", "PE01", "2024-06-01"))["encumbrances"]
    assert item["changes"] == [{"on": "2024-06-01", "item": "amount", "before": "1", "after": "2"}]


def test_a_change_of_an_unknown_pledge_is_flagged():
    assert "PLEDGE_REFERENCE_UNKNOWN" in flags(seen(TO_OWNER, pledge_change("PM01", "PE01", "2024-06-01")))


def test_the_statement_does_not_depend_on_how_python_orders_a_set():
    """A pledgor who owned nothing on three different days gets the same flag in every process."""
    history = (
        transfer("1/0001", "A", "B", "2020-01-01"),
        transfer("1/0002", "B", "C", "2020-06-01"),
        pledge("2/0001", "X", "BANK", "2020-05-01", "2020-07-01"),
    )
    (flag,) = told(*history)["flags"]
    assert flag["data"]["owners"] == "B"
