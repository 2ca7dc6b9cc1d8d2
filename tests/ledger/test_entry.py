"""The entry: its bytes, what `parse` refuses, and the round trip of everything a draft may hold."""

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import canonical, chain
from ledger.entry import (
    Draft,
    EntryClass,
    Source,
    format_instant,
    new_salt,
    new_salts,
    parse,
    parse_instant,
)
from ledger.errors import EntryMalformed, LedgerError, NotCanonical
from ledger.values.dates import EARLIEST, LATEST

LEDGER = json.loads((Path(__file__).parents[1] / "vectors" / "ledger-v1" / "ledger.json").read_text("utf-8"))
GOOD = json.loads(LEDGER["entries"][7]["entry"])
NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
SALT = "AAAAAAAAAAAAAAAAAAAAAA"


def draft(**members):
    return Draft(
        **{
            "type": "right.granted",
            "type_v": 1,
            "entry_class": EntryClass.AUTHORITY,
            "subjects": ("party:pty_x", "asset:US:patent:2", "asset:US:patent:1"),
            "effective_at": "2020-01-01",
            "actor": "importer",
            "command_id": "c1",
            "data": {"rights": ["US:patent:1", "US:patent:2"]},
            "salt": SALT,
            **members,
        }
    )


LINKS = [["US:patent:1", 1, chain.NO_PREVIOUS], ["US:patent:2", 5, "ab" * 32]]


@pytest.mark.parametrize("row", LEDGER["entries"], ids=lambda row: str(row["position"]))
def test_every_frozen_entry_is_read_and_prints_the_same_bytes_again(row):
    raw = row["entry"].encode()
    entry = parse(raw, row["position"])
    assert (entry.raw, entry.position, entry.digest.hex()) == (raw, row["position"], row["digest"])
    again = Draft(
        type=entry.type, type_v=entry.type_v, entry_class=entry.entry_class, subjects=entry.subjects,
        effective_at=entry.effective_at, actor=entry.actor, command_id=entry.command_id, data=entry.data,
        salt=entry.salt, source=entry.source, commitments=entry.commitments,
    )  # fmt: skip
    links = [[link.id, link.seq, link.prev] for link in entry.assets]
    assert again.encode(links, entry.recorded_at) == raw


def test_a_draft_is_encoded_with_sorted_subjects_and_read_back_whole():
    source = Source("USPTO", "049107/0392", "cd" * 32, "application/xml")
    entry = parse(draft(source=source, commitments=("02", "01")).encode(LINKS, NOW), 9)
    assert entry.subjects == ("asset:US:patent:1", "asset:US:patent:2", "party:pty_x")
    assert entry.asset_ids == ("US:patent:1", "US:patent:2")
    assert [(link.seq, link.prev) for link in entry.assets] == [(1, chain.NO_PREVIOUS), (5, "ab" * 32)]
    assert (entry.recorded_at, entry.source, entry.commitments) == (NOW, source, ("01", "02"))


def test_links_must_be_those_of_the_draft_s_rights_in_order():
    with pytest.raises(ValueError, match="link"):
        draft().encode(LINKS[::-1], NOW)


def test_what_a_repeat_would_say_again_does_not_depend_on_place_or_salt():
    assert draft().prepare().content == draft(salt=new_salt()).prepare().content
    assert draft().prepare().content != draft(effective_at="2020-01-02").prepare().content


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


MALFORMED = {
    "no object": [GOOD],
    "a member more": {**GOOD, "extra": 1},
    **{f"without {name}": without(name) for name in GOOD},
    "version 2": {**GOOD, "v": 2},
    "version true": {**GOOD, "v": True},
    "type is no name": {**GOOD, "type": "Pledge.Registered"},
    "type without a family": {**GOOD, "type": "pledge"},
    "type is no text": {**GOOD, "type": 7},
    "type_v 0": {**GOOD, "type_v": 0},
    "type_v true": {**GOOD, "type_v": True},
    "unknown class": {**GOOD, "class": "BANK"},
    "class is a list": {**GOOD, "class": ["PARTY"]},
    "subjects unsorted": {**GOOD, "subjects": GOOD["subjects"][::-1]},
    "a subject twice": {**GOOD, "subjects": [*GOOD["subjects"], GOOD["subjects"][-1]]},
    "a subject of unknown kind": {**GOOD, "subjects": [*GOOD["subjects"], "zone:1"]},
    "a subject with nothing behind": {**GOOD, "subjects": sorted([*GOOD["subjects"], "pool:"])},
    "a subject with a line break": {**GOOD, "subjects": sorted([*GOOD["subjects"], "pool:a\nb"])},
    "subjects are no list": {**GOOD, "subjects": "asset:x"},
    "a subject is no text": {**GOOD, "subjects": [1]},
    "a right without its link": {**GOOD, "assets": []},
    "a link too many": {**GOOD, "assets": [*GOOD["assets"], ["US:patent:9", 1, chain.NO_PREVIOUS]]},
    "assets are no list": {**GOOD, "assets": {}},
    "seq 0": {**GOOD, "assets": [[GOOD["assets"][0][0], 0, chain.NO_PREVIOUS]]},
    "seq true": {**GOOD, "assets": [[GOOD["assets"][0][0], True, chain.NO_PREVIOUS]]},
    "the first with a previous": {**GOOD, "assets": [[GOOD["assets"][0][0], 1, "ab" * 32]]},
    "the second without a previous": {**GOOD, "assets": [[GOOD["assets"][0][0], 2, chain.NO_PREVIOUS]]},
    "previous in capitals": {**GOOD, "assets": [[GOOD["assets"][0][0], 2, "AB" * 32]]},
    "previous too short": {**GOOD, "assets": [[GOOD["assets"][0][0], 2, "ab" * 31]]},
    "a link of four": {**GOOD, "assets": [[*GOOD["assets"][0], 1]]},
    "effective_at is no day": {**GOOD, "effective_at": "2024-02-30"},
    "effective_at without zone": {**GOOD, "effective_at": "2024-02-28T09:00:00"},
    "recorded_at without microseconds": {**GOOD, "recorded_at": "2025-03-01T08:00:01Z"},
    "recorded_at in another zone": {**GOOD, "recorded_at": "2025-03-01T08:00:01.000001+08:00"},
    "recorded_at is no instant": {**GOOD, "recorded_at": "2025-02-29T08:00:01.000001Z"},
    "recorded_at in other digits": {**GOOD, "recorded_at": "٢٠٢٥-03-01T08:00:01.000001Z"},
    "recorded_at of a 61st second": {**GOOD, "recorded_at": "2025-03-01T08:00:61.000001Z"},
    "actor is empty": {**GOOD, "actor": ""},
    "command_id is no text": {**GOOD, "command_id": None},
    "data is no object": {**GOOD, "data": []},
    "commitments unsorted": {**GOOD, "commitments": ["02", "01"]},
    "commitments are no list": {**GOOD, "commitments": None},
    "salt is short": {**GOOD, "salt": "AAAA"},
    "salt with padding": {**GOOD, "salt": SALT[:-1] + "="},
    "salt of 17 bytes' bits": {**GOOD, "salt": "AAAAAAAAAAAAAAAAAAAAAB"},
    "source is no object": {**GOOD, "source": []},
    "source without digest": {**GOOD, "source": {"register": "R", "number": "1", "media_type": "a/b"}},
    "source with a member more": {**GOOD, "source": {**GOOD["source"], "url": "x"}},
    "source digest in capitals": {**GOOD, "source": {**GOOD["source"], "digest": "AB" * 32}},
    "source number is no text": {**GOOD, "source": {**GOOD["source"], "number": 1}},
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_entry_is_refused_with_its_position(value):
    with pytest.raises(EntryMalformed) as caught:
        parse(canonical.encode(value), 12)
    assert caught.value.data["position"] == 12


def test_the_entry_the_malformed_ones_are_made_of_is_good():
    assert parse(canonical.encode(GOOD), 8).type == "pledge.registered"


@pytest.mark.parametrize("raw", [b"", b"{}", b"{", json.dumps(GOOD).encode(), b"[" * 5000, b"\xff"])
def test_bytes_that_are_no_entry_are_refused(raw):
    with pytest.raises(EntryMalformed):
        parse(raw, 1)


@given(st.sampled_from(LEDGER["entries"]), st.data())
def test_a_damaged_entry_is_malformed_or_another_entry(row, data):
    raw = bytearray(row["entry"].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["change", "delete", "insert"])):
            case "change":
                raw[at] = data.draw(st.integers(0, 255))
            case "delete":
                del raw[at]
            case _:
                raw.insert(at, data.draw(st.integers(0, 255)))
    try:
        entry = parse(bytes(raw), 1)
    except EntryMalformed:
        return
    assert entry.raw == bytes(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(GOOD)), JSON)
@example("class", "__class__")
@example("source", {"register": "", "number": "", "digest": "", "media_type": ""})
def test_an_entry_with_any_member_replaced_is_malformed_or_another_entry(name, value):
    try:
        raw = canonical.encode({**GOOD, name: value})
    except NotCanonical:
        return
    try:
        entry = parse(raw, 1)
    except EntryMalformed:
        return
    assert entry.raw == raw


NFC = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["Cs", "Mn", "Mc", "Zl", "Zp"])
).map(partial(unicodedata.normalize, "NFC"))
WORDS = NFC.filter(bool)


DRAFTS = st.builds(
    draft,
    actor=WORDS,
    command_id=WORDS,
    data=NFC.map(lambda text: {"text": text}),
    subjects=st.lists(st.integers(1, 99).map("asset:US:patent:{}".format), unique=True, max_size=4).map(
        tuple
    ),
    effective_at=st.dates(EARLIEST, LATEST).map(str),
    entry_class=st.sampled_from(EntryClass),
)


@given(DRAFTS, st.datetimes(timezones=st.just(UTC)))
def test_whatever_a_draft_holds_is_read_back(made, recorded_at):
    entry = parse(made.encode([[right, 1, chain.NO_PREVIOUS] for right in made.assets], recorded_at), 3)
    for member in ("actor", "command_id", "data", "effective_at", "entry_class"):
        assert getattr(entry, member) == getattr(made, member)
    assert (entry.asset_ids, entry.recorded_at) == (made.assets, recorded_at)


@pytest.mark.parametrize(
    "members",
    [
        {"type": "Right.Granted"},
        {"type_v": 0},
        {"type_v": True},
        {"effective_at": ""},
        {"effective_at": "yesterday"},
        {"actor": ""},
        {"command_id": "a\0b"},
        {"salt": "short"},
        {"subjects": ("zone:1",)},
        {"subjects": ("asset:US:patent:1", "asset:US:patent:1")},
        {"commitments": ("01", "01")},
        {"source": Source("R", "1", "no digest", "a/b")},
        {"data": {"share": 0.5}},
        {"actor": "\ud800"},
    ],
)
def test_a_draft_that_could_not_be_read_back_is_not_written(members):
    with pytest.raises(LedgerError) as caught:
        draft(**members).prepare()
    assert caught.value.code in {"ENTRY_MALFORMED", "NOT_CANONICAL"}


def test_salts_are_16_random_bytes():
    salts = {new_salt() for _ in range(100)} | set(islice(new_salts(), 700))
    assert len(salts) == 800
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", salt) for salt in salts)


@given(st.datetimes(timezones=st.just(UTC)))
@example(datetime(1, 1, 2, tzinfo=timezone(timedelta(hours=8))))
@example(datetime(999, 1, 1, tzinfo=UTC))
def test_an_instant_is_written_in_utc_and_read_back(instant):
    text = format_instant(instant)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
    assert parse_instant(text) == instant


def test_an_instant_without_zone_is_our_own_mistake():
    with pytest.raises(ValueError, match="zone"):
        format_instant(datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake in question
