"""US recordings as INPADOC repeats them, with the real entries of US application 06/731,170."""

import pytest

from ledger.facts.base import record_id
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.transfers import TransferRegistered, TransmissionRegistered
from ledger.registers import inpadoc_us
from ledger.registers.uspto_recordings import Property

TOLD = (
    (
        "ASSIGNMENT OF ASSIGNORS INTEREST;ASSIGNORS:COLLEY, STEPHEN R.;JURASEK, DAVID W.;PALMER, JOHN F."
        ";AND OTHERS;SIGNING DATES FROM 19850422 TO 19850430;REEL/FRAME:004419/0196"
    ),
    (
        "ASSIGNMENT OF ASSIGNORS INTEREST.;ASSIGNORS:COLLEY, STEPHEN R.;JURASEK, DAVID W.;PALMER, JOHN F"
        ".;AND OTHERS;REEL/FRAME:004419/0196;SIGNING DATES FROM 19850422 TO 19850430"
    ),
    (
        "SECURITY AGREEMENT;ASSIGNORS:ARRIS GROUP, INC.;ARRIS ENTERPRISES, INC.;ARRIS SOLUTIONS, INC.;AN"
        "D OTHERS;REEL/FRAME:030498/0023"
    ),
    (
        "RELEASE OF SECURITY AGREEMENT (010247/0886);ASSIGNOR:TRANSAMERICA BUSINESS CREDIT;REEL/FRAME:01"
        "5259/0575"
    ),
)
"""Free texts of the real entries, byte for byte."""
NCUBE = Property(application="06731170")


def report(*event, day="2013-05-28"):
    (found,) = inpadoc_us.reports(event, day, NCUBE, b"<ops:legal/>", "record 1")
    return found


def names(parties):
    return [party.name for party in parties]


def test_one_entry_with_two_owner_spellings_is_one_recording_with_one_owner():
    found = report(
        ("L509EP", "NCUBE CORPORATION, A CORP. OF CA.,OREGON"),
        ("L510EP", TOLD[0]),
        ("L509EP", "NCUBE CORPORATION, BEAVERTON, OR., A CORP. OF CA."),
        ("L510EP", TOLD[1]),
        day="1985-05-06",
    )
    (fact,) = found.facts
    assert (found.register, found.number) == ("USPTO", "004419/0196")
    assert isinstance(fact, TransferRegistered)
    assert names(fact.grantees) == ["NCUBE CORPORATION"]
    assert names(fact.grantors) == ["COLLEY, STEPHEN R.", "JURASEK, DAVID W.", "PALMER, JOHN F."]
    assert fact.executed_on == "1985-04-30"
    assert fact.registered_on == "1985-05-06"


def test_and_others_is_not_a_party():
    found = report(
        ("L509EP", "BANK OF AMERICA, N.A., AS ADMINISTRATIVE AGENT, IL"),
        ("L510EP", TOLD[2]),
        ("L525EP", "20130417"),
    )
    (fact,) = found.facts
    assert isinstance(fact, PledgeRegistered)
    assert fact.pledge == record_id("pld", "USPTO", "030498/0023")
    assert names(fact.pledgors) == ["ARRIS GROUP, INC.", "ARRIS ENTERPRISES, INC.", "ARRIS SOLUTIONS, INC."]
    assert names(fact.pledgees) == ["BANK OF AMERICA, N.A., AS ADMINISTRATIVE AGENT"]
    assert fact.executed_on == "2013-04-17"


def test_a_release_names_the_pledge_it_frees_by_the_number_the_pledge_was_recorded_under():
    found = report(
        ("L509EP", "NCUBE CORPORATION, OREGON"),
        ("L510EP", TOLD[3]),
        ("L525EP", "19991231"),
        day="2004-10-18",
    )
    (fact,) = found.facts
    assert isinstance(fact, PledgeReleased)
    assert fact.pledges == (record_id("pld", "USPTO", "010247/0886"),)
    assert fact.references == ("010247/0886",)
    assert (fact.executed_on, fact.registered_on) == ("1999-12-31", "2004-10-18")
    assert not found.names_all_rights


def test_a_merger_takes_effect_on_the_day_the_entry_gives_not_when_it_was_recorded():
    found = report(
        ("L509EP", "ARRIS SOLUTIONS, INC., GEORGIA"),
        ("L510EP", "MERGER;ASSIGNOR:BROADBAND ROYALTY CORPORATION;REEL/FRAME:029729/0828"),
        ("L525EP", "20110101"),
        day="2013-01-31",
    )
    (fact,) = found.facts
    assert isinstance(fact, TransmissionRegistered)
    assert fact.effective_on == "2011-01-01"


def test_two_recordings_in_one_entry_are_two_reports():
    found = inpadoc_us.reports(
        [
            ("L509EP", "A INC., OHIO"),
            ("L510EP", "MERGER;ASSIGNOR:B INC.;REEL/FRAME:1/2"),
            ("L509EP", "C INC., OHIO"),
            ("L510EP", "CHANGE OF NAME;ASSIGNOR:A INC.;REEL/FRAME:1/3"),
        ],
        "2013-01-31",
        NCUBE,
        b"",
        "record 1",
    )
    assert [each.number for each in found] == ["000001/0002", "000001/0003"]
    assert [names(each.facts[0].grantees) for each in found] == [["A INC."], ["C INC."]]


def test_an_execution_after_the_recording_does_not_count():
    found = report(
        ("L509EP", "A INC., OHIO"),
        ("L510EP", "MERGER;ASSIGNOR:B INC.;REEL/FRAME:1/2"),
        ("L525EP", "20991231"),
    )
    assert found.facts[0].executed_on is None


def test_an_entry_without_reel_and_frame_is_no_recording():
    assert (
        inpadoc_us.reports([("L509EP", "A INC."), ("L510EP", "MERGER")], "2013-01-31", NCUBE, b"", "") == []
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("WELLS FARGO BANK NATIONAL ASSOCIATION, TEXAS", "WELLS FARGO BANK NATIONAL ASSOCIATION"),
        ("SAMSUNG ELECTRONICS CO., LTD., KOREA, REPUBLIC OF", "SAMSUNG ELECTRONICS CO., LTD."),
        ("VIRGINIA TECH, INC., VIRGINIA", "VIRGINIA TECH, INC."),
        ("KING, VIRGINIA, TEXAS", "KING, VIRGINIA"),
        ("GETZLAF, DONALD", "GETZLAF, DONALD"),
        ("TEXAS", "TEXAS"),
    ],
)
def test_the_place_behind_an_owner_is_an_address_and_cut_off(written, name):
    assert inpadoc_us.owner_of(written) == name


def test_a_country_code_and_the_postcode_before_it_are_cut_off():
    assert inpadoc_us.owner_of("SIEMENS AG, 80333 MUENCHEN, DE", country_codes=True) == "SIEMENS AG"
    assert inpadoc_us.owner_of("X B.V.; NL", country_codes=True) == "X B.V.; NL"
