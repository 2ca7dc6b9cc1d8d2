"""Every flag code has a history that raises it, and its sentences can be filled from what the fold gives."""

import string

import pytest

from ledger import codes
from ledger.facts.status import InvalidationBecameFinal, InvalidationDecided, RightGranted, RightRestored
from tests.ledger.statement.histories import (
    RIGHT,
    by_authority,
    correction,
    described,
    freeze,
    freeze_lift,
    license_end,
    note,
    pledge,
    pledge_assignment,
    release,
    seen,
    status,
    told,
    transfer,
)

OWNED = transfer("1/0001", "A", "B", "2019-01-01")
PLEDGE = pledge("2/0001", "B", "BANK ONE", "2020-01-01")
AGAIN = pledge("2/0002", "B", "BANK ONE", "2020-01-01", "2020-02-01")

HISTORIES = {
    "CHAIN_OF_TITLE_BREAK": (OWNED, transfer("1/0002", "X", "Y", "2020-01-01")),
    "OWNER_UNKNOWN": (PLEDGE,),
    "REGISTER_OWNER_DIFFERS": (OWNED, described(holders="Z", first=False)),
    "INVENTOR_NOT_CONVEYED": (
        described(inventors=["BOURN, CHARLES", "DOE, JANE"]),
        transfer("1/0001", "CHARLES BOURN", "B", "2019-01-01"),
    ),
    "SHARE_UNSPECIFIED": (transfer("1/0001", "A", ["B", "C"], "2019-01-01"),),
    "RELEASE_BY_OTHER_PARTY": (OWNED, PLEDGE, release("3", "OTHER BANK", "B", "2021-01-01", ["2/0001"])),
    "PLEDGE_ASSIGNED_BY_OTHER_PARTY": (
        OWNED,
        PLEDGE,
        pledge_assignment("3", "OTHER BANK", "NEW BANK", "2021-01-01", ["2/0001"]),
    ),
    "RELEASE_WITHOUT_PLEDGE": (OWNED, release("3", "BANK ONE", "B", "2021-01-01", ["2/0001"])),
    "RELEASE_OMITS_RIGHT": (
        OWNED,
        PLEDGE,
        release("3", "BANK ONE", "B", "2021-01-01", ["2/0001"], rights=("US:patent:1",), omits=(RIGHT,)),
    ),
    "RELEASE_AMBIGUOUS": (OWNED, PLEDGE, AGAIN, release("3", "BANK ONE", "B", "2021-01-01")),
    "RELEASE_MATCHED_BY_PARTIES": (OWNED, PLEDGE, release("3", "BANK ONE", "B", "2021-01-01")),
    "PROBABLE_DUPLICATE_RECORDING": (OWNED, PLEDGE, AGAIN),
    "DUPLICATE_STILL_OPEN": (
        OWNED,
        PLEDGE,
        AGAIN,
        release("3", "BANK ONE", "B", "2021-01-01", ["2/0002"]),
    ),
    "RANK_TIE": (OWNED, PLEDGE, pledge("2/0003", "B", "BANK TWO", "2020-01-01")),
    "PLEDGE_REFERENCE_UNKNOWN": (
        OWNED,
        pledge_assignment("3", "BANK ONE", "NEW BANK", "2021-01-01", ["2/0009"]),
    ),
    "FREEZE_LIFT_UNMATCHED": (
        OWNED,
        freeze("C1", "COURT", "2020-01-01"),
        freeze_lift("L", "2021-01-01", "C9"),
    ),
    "LICENSE_REFERENCE_UNKNOWN": (OWNED, license_end("EC02", "EC01", "2021-01-01")),
    "INVALIDATION_DECIDED_NOT_FINAL": (
        OWNED,
        status("g", RightGranted, "2019-06-01"),
        status("i", InvalidationDecided, "2021-01-01", scope="full"),
    ),
    "OBJECT_LOST": (OWNED, PLEDGE, status("f", InvalidationBecameFinal, "2021-01-01", scope="full")),
    "STATUS_TRANSITION_INVALID": (OWNED, status("r", RightRestored, "2021-01-01")),
    "RECORDING_CORRECTED": (OWNED, correction("3", "1/0001", "2021-01-01", "A", "B")),
    "RECORDING_RESTATED": (OWNED, transfer("1/0001", "A", "C", "2019-01-01")),
    "TARGET_UNKNOWN": (OWNED, correction("3", "9/0009", "2021-01-01", "B", "C")),
    "CORRECTION_CYCLE": (
        correction("3", "4", "2021-01-01", "A", "B"),
        correction("4", "3", "2021-01-02", "B", "C"),
    ),
    "NUNC_PRO_TUNC": (transfer("1/0001", "A", "B", "2019-01-01", nunc_pro_tunc=True),),
    "RECORDING_UNKNOWN": (OWNED, note("3", "ROYALTY DEED", "2021-01-01")),
}


def test_every_flag_code_has_a_history():
    assert HISTORIES.keys() == codes.FLAGS.keys()


@pytest.mark.parametrize("code", codes.FLAGS)
def test_the_history_raises_the_flag_and_nothing_else_that_it_does_not_imply(code):
    raised = [flag["code"] for flag in seen(*HISTORIES[code])["flags"]]
    implied = {"DUPLICATE_STILL_OPEN", "RELEASE_AMBIGUOUS"}
    assert raised == ([code] if code not in implied else sorted([code, "PROBABLE_DUPLICATE_RECORDING"],
        key=codes.PRECEDENCE.__getitem__))  # fmt: skip


@pytest.mark.parametrize("code", codes.FLAGS)
def test_both_sentences_are_filled_from_the_data_of_the_flag(code):
    """A sentence uses every member it is given, in English and Chinese alike, and none it is not given."""
    (flag,) = [flag for flag in seen(*HISTORIES[code])["flags"] if flag["code"] == code]
    assert "{" not in flag["message"]["en"] + flag["message"]["zh"]
    assert flag["message"]["en"].isascii() or "–" in flag["message"]["en"]
    assert not flag["message"]["zh"].isascii()
    assert _members(codes.FLAGS[code].en) == _members(codes.FLAGS[code].zh)
    for folded in told(*HISTORIES[code])["flags"]:
        if folded["code"] == code:
            assert _members(codes.FLAGS[code].en) <= folded["data"].keys()


@pytest.mark.parametrize("code", [code for code in codes.FLAGS if code != "OWNER_UNKNOWN"])
def test_every_flag_but_an_unknown_owner_rests_on_entries_of_the_right(code):
    history = HISTORIES[code]
    (flag,) = [flag for flag in seen(*history)["flags"] if flag["code"] == code]
    assert flag["entries"]
    assert set(flag["entries"]) <= set(range(1, len(history) + 1))


@pytest.mark.parametrize("code", [code for code in codes.FLAGS if code != "OWNER_UNKNOWN"])
def test_the_flag_is_not_raised_without_the_last_recording(code):
    *before, _ = HISTORIES[code]
    assert code not in [flag["code"] for flag in seen(*before)["flags"]]


def test_flags_are_shown_in_their_order_of_precedence():
    history = (
        note("9", "ROYALTY DEED", "2021-01-01"),
        transfer("1/0002", "X", ["Y", "Z"], "2020-01-01"),
        OWNED,
        by_authority(transfer("5", "A", "B", "2018-01-01")),
    )
    raised = [flag["code"] for flag in seen(*history)["flags"]]
    assert raised == sorted(raised, key=codes.PRECEDENCE.__getitem__)
    assert len(set(raised)) > 2


def _members(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
