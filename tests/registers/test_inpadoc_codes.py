"""The event-code table: complete, always asked with the authority, our words for it all understood."""

import csv
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from ledger.registers import cn_events, inpadoc, inpadoc_codes

ENCUMBRANCE = (
    "PLEDG", "MORTGAGE", "LIEN (", "LIEN IN", "ON LIEN", "SEIZ", "CONFISCATION", "DISTRAINT",
    "LEVY OF EXECUTION", "MEANS OF EXECUTION", "PRESERVATION",
)  # fmt: skip
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "epo-legal-event-codes"


def rows(name):
    text = files("ledger.registers").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_the_table_holds_every_code_of_the_edition():
    table = inpadoc_codes.table()
    assert len(table) == 4397
    assert len({authority for authority, _ in table}) == 56
    assert Counter(authority for authority, _ in table)["CN"] == 110


@pytest.mark.parametrize("path", sorted(SHARED.glob("*.csv")))
def test_the_table_says_what_the_published_one_says(path):
    published = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    assert len(published) == 4397
    for row in published:
        known = inpadoc_codes.look_up(row["Authority"], row["Event-code"])
        assert known.event_class == row["Event-class"]
        assert known.influence == row["Influence"].strip()
        assert known.description == " ".join(row["Description ENG"].split())


def test_every_row_of_ours_is_of_a_code_in_the_table_and_stands_once():
    ours = [(row["authority"], row["code"]) for row in rows("inpadoc_facts.csv")]
    assert len(ours) == len(set(ours))
    assert set(ours) <= inpadoc_codes.table().keys()


def test_every_word_of_ours_is_one_a_reader_knows():
    for row in rows("inpadoc_facts.csv"):
        known = cn_events._READINGS if row["authority"] == "CN" else inpadoc._READINGS
        assert row["fact"] in known or row["fact"] == "us_recording", row


def test_every_chinese_code_has_been_decided_upon():
    undecided = [
        code for (authority, code), row in inpadoc_codes.table().items() if authority == "CN" and not row.fact
    ]
    assert undecided == []


def test_every_code_of_any_authority_that_speaks_of_an_encumbrance_has_been_decided_upon():
    undecided = [
        key
        for key, row in inpadoc_codes.table().items()
        if any(word in row.description for word in ENCUMBRANCE) and row.fact is None
    ]
    assert undecided == []


@pytest.mark.parametrize(
    ("authority", "fact"),
    [("BE", "freeze_lifted"), ("LU", "freeze_lifted"), ("NL", "encumbrance_ended_by_text"), ("US", None)],
)
def test_the_same_letters_mean_different_things_per_authority(authority, fact):
    assert inpadoc_codes.look_up(authority, "RF").fact == fact


def test_a_code_is_known_only_under_its_authority_and_padded_as_published():
    assert inpadoc_codes.look_up("US", "AS  ").fact == "us_recording"
    assert inpadoc_codes.look_up("CN", "AS") is None
    assert inpadoc_codes.look_up("ZZ", "RF") is None


def test_refused_withdrawn_and_requested_transfers_are_no_transfers():
    for row in inpadoc_codes.table().values():
        if row.fact in {"transfer", "transmission", "renamed"}:
            assert not any(
                word in row.description for word in ("REFUSED", "WITHDRAWN", "PENDING", "REJECTED")
            )


def test_no_certificate_of_supplementary_protection_ends_its_patent():
    ends = {"lapsed", "lapsed_fee", "expired", "surrendered", "invalidated"}
    for row in inpadoc_codes.table().values():
        if row.fact in ends:
            assert "SUPPLEMENTARY" not in row.description
            assert "SPC" not in row.description
            assert "CONTRACTING STATE" not in row.description
