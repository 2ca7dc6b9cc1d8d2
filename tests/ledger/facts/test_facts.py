"""What can be said: every fact is stored and read back whole, and what is no fact is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from ledger import facts
from ledger.entry import parse
from ledger.errors import EntryMalformed, InputRejected, UnknownEventType
from ledger.facts.base import Fact, Party
from ledger.facts.pledges import PledgeAssigned, PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightRegistered
from ledger.facts.seals import SealRecorded
from ledger.facts.transfers import TransferRegistered

VECTORS = Path(__file__).parents[2] / "vectors" / "ledger-v1"
ENTRIES = [
    parse(row["entry"].encode(), row["position"])
    for path in sorted(VECTORS.glob("*.json"))
    for row in json.loads(path.read_text("utf-8"))["entries"]
]
RIGHT = "US:patent:15145443"


def entry_with(type_=None, type_v=1, **data):
    """The frozen pledge, or an entry of another type, with other data."""
    pledge = next(entry for entry in ENTRIES if entry.type == "pledge.registered")
    return replace(pledge, type=type_ or pledge.type, type_v=type_v, data={**pledge.data, **data})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.position}-{entry.type}")
def test_every_frozen_fact_is_read_and_says_the_same_again(entry):
    fact = facts.read(entry)
    assert fact.as_data() == entry.data
    assert set(fact.tags()) == set(entry.subjects)
    assert (entry.type, entry.type_v) == (type(fact).TYPE, type(fact).VERSION)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.position}-{entry.type}")
def test_a_member_the_schema_does_not_name_is_refused(entry):
    with pytest.raises(EntryMalformed) as caught:
        facts.read(replace(entry, data={**entry.data, "unheard_of": 1}))
    assert caught.value.data["position"] == entry.position


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.position}-{entry.type}")
def test_every_member_of_another_kind_is_refused(entry):
    for name in entry.data:
        with pytest.raises(EntryMalformed):
            facts.read(replace(entry, data={**entry.data, name: {"an": "object"}}))


@pytest.mark.parametrize(("type_", "version"), [("pledge.registered", 2), ("pledge.forgiven", 1)])
def test_an_unknown_type_or_version_stops_reading_at_its_position(type_, version):
    entry = entry_with(type_, version)
    with pytest.raises(UnknownEventType) as caught:
        facts.read(entry)
    assert caught.value.data == {"event_type": type_, "version": version, "position": entry.position}


@pytest.mark.parametrize(
    "data",
    [
        {"rights": []},
        {"rights": "US:patent:1"},
        {"rights": ["US:patent:"]},
        {"rights": ["8789601"]},
        {"rights": [1]},
        {"registered_on": "2024-02-30"},
        {"registered_on": "20240210"},
        {"registered_on": "0001-01-01"},
        {"registered_on": 20240210},
        {"registered_on": ""},
        {"pledge": ""},
        {"pledge": None},
        {"lien": "true"},
        {"lien": 1},
        {"pledgors": [{"name": ""}]},
        {"pledgors": [{"name": "A" * 501}]},
        {"pledgors": [{"name": "A", "address": "somewhere"}]},
        {"pledgors": [{"name": "A", "share": [0, 1]}]},
        {"pledgors": [{"name": "A", "share": [2, 1]}]},
        {"pledgors": [{"name": "A", "share": [1, 0]}]},
        {"pledgors": [{"name": "A", "share": [1]}]},
        {"pledgors": [{"name": "A", "share": ["1", "2"]}]},
        {"pledgors": [{"name": "A", "share": [1, 2**40]}]},
        {"pledgors": [{"name": "A", "on": "2024-02-30"}]},
        {"pledgors": {}},
        {"text": ""},
        {"text": "x" * 4001},
    ],
    ids=str,
)
def test_data_outside_the_schema_is_malformed_and_says_where(data):
    with pytest.raises(EntryMalformed) as caught:
        facts.read(entry_with(**data))
    assert "http" not in caught.value.message_en
    assert "\n" not in caught.value.message_en


def test_an_address_has_no_place_in_a_party():
    """PV-1: addresses stay in the source bytes."""
    with pytest.raises(ValidationError):
        Party(name="A", address="1 Main Street")


def test_a_fact_cannot_be_changed_once_said():
    fact = facts.read(ENTRIES[0])
    with pytest.raises(ValidationError):
        fact.rights = ()


@pytest.mark.parametrize("members", [{"grantors": ()}, {"grantees": ()}])
def test_an_assignment_of_a_pledge_needs_both_sides(members):
    sides = {"grantors": ({"name": "A"},), "grantees": ({"name": "B"},)}
    with pytest.raises(ValidationError):
        PledgeAssigned(rights=(RIGHT,), **{**sides, **members})


def test_a_day_that_does_not_exist_is_refused_with_its_code():
    with pytest.raises(InputRejected) as caught:
        TransferRegistered(rights=(RIGHT,), executed_on="2023-02-29")
    assert caught.value.code == "DATE_INVALID"


def test_every_fact_concerns_a_right_but_a_seal():
    with pytest.raises(ValidationError):
        RightRegistered(rights=())
    seal = SealRecorded(size=1, checkpoint="note", tokens=())
    assert not any(tag.startswith("asset:") for tag in seal.tags())


def test_tags_name_every_right_party_and_pledge():
    fact = PledgeRegistered(
        rights=(RIGHT, "US:patent:1"), pledge="pld_x", pledgors=({"name": "A"},), pledgees=({"name": "B"},)
    )
    kinds = [tag.partition(":")[0] for tag in fact.tags()]
    assert kinds == ["asset", "asset", "party", "party", "pledge"]
    assert list(fact.tags()) == sorted(set(fact.tags()))


def test_a_release_is_tagged_with_the_rights_it_leaves_out_too():
    fact = PledgeReleased(rights=("US:patent:1",), omits=(RIGHT,), pledges=("pld_x",))
    assert {f"asset:{RIGHT}", "asset:US:patent:1", "pledge:pld_x"} <= set(fact.tags())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.position}-{entry.type}")
def test_an_entry_is_tagged_with_every_right_its_fact_names(entry):
    named = {*entry.data["rights"], *entry.data.get("omits", ())} if "rights" in entry.data else set()
    assert named == set(entry.asset_ids)


def test_the_registry_knows_each_type_and_version_once_and_by_its_stored_name():
    listed = [fact for _, fact in facts.families()]
    assert len(listed) == len(facts.REGISTRY)
    for (name, version), fact in facts.REGISTRY.items():
        assert issubclass(fact, Fact)
        assert (name, version) == (fact.TYPE, fact.VERSION)
