"""Licenses as contracted (L-14, L-15, L-18); what is free of a right, and the tree of licenses (M-2, M-3)."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import InputRejected
from ledger.facts.licenses import (
    CompulsoryLicenseGranted,
    LicenseGranted,
    LicenseRecordalFiled,
    LicenseTerminated,
    OpenLicenseAccepted,
    OpenLicenseDeclared,
    UseReported,
)
from ledger.statement.license_tree import FREE_SCOPE_MAX, free_scope, license_scope, license_tree, shown
from ledger.statement.reading import licenses_known, licenses_on, open_offer_on
from ledger.values.scope import remaining
from ledger.values.scope_forms import scope_of
from tests.ledger.rules.desk import P2, Desk, right
from tests.ledger.rules.licensing import grant, terminate
from tests.ledger.statement.histories import CN, Recording, license_, offer, parties, seen, told

A, B, C = "甲公司", "乙公司", "丙公司"
SCOPE = {"acts": ["*"], "territory": ["CN"], "field": ["*"], "from": "2024-01-01", "until": "2026-12-31"}


def granted(id_, number=None, *, kind="ordinary", licensors=A, licensees=B, on="2024-01-01", **members):
    return Recording(
        number or id_,
        LicenseGranted(
            rights=(CN,), license=id_, licensors=parties(licensors), licensees=parties(licensees),
            license_kind=kind, executed_on=on, **{"scope": SCOPE, **members},
        ),
        register="LEDGER",
    )  # fmt: skip


def ended(id_, on, cause="agreement"):
    fact = LicenseTerminated(rights=(CN,), license=id_, cause=cause, by=parties([A, B]), ended_on=on)
    return Recording(f"end {id_} {on}", fact, register="LEDGER")


def on_cn(recording):
    """The same, on the Chinese patent."""
    return replace(recording, fact=recording.fact.model_copy(update={"rights": (CN,)}))


def state(*history):
    return told(*history, right=CN)


def test_a_right_without_contracts_has_no_such_sections():
    history = (license_("EC01", "A", "L", "2024-01-01"), offer("OL1", "2024-02-01"))
    assert {"licenses", "license_offers", "uses"}.isdisjoint(told(*history))
    assert {"licenses", "free_scope", "open_license"}.isdisjoint(seen(*history))


def test_a_contract_is_told_though_no_register_shows_it():
    statement = state(granted("lic_1", kind="exclusive", contract="C-1", document="ab" * 32))
    assert statement["encumbrances"] == []
    (license_told,) = statement["licenses"]
    assert license_told["kind"] == "exclusive"
    assert (license_told["from"], license_told["until"]) == ("2024-01-01", "2026-12-31")
    assert [each["id"] for each in licenses_on(statement, "2024-01-01")] == ["lic_1"]
    assert licenses_on(statement, "2023-12-31") == licenses_on(statement, "2027-01-01") == []


def test_of_two_licenses_under_one_id_the_first_counts():
    statement = state(granted("lic_1"), granted("lic_1", "other", licensees=C))
    assert [each["licensees"] for each in statement["licenses"]] == [[B]]


def test_sublicenses_end_with_their_parent_and_not_before():
    history = (
        granted("lic_1"),
        granted("lic_2", parent="lic_1"),
        granted("lic_3", parent="lic_1"),
        ended("lic_3", "2024-02-01"),
        ended("lic_1", "2024-03-01", "breach"),
        ended("lic_1", "2024-05-01"),
    )
    ends = {each["id"]: (each["ended_on"], each["end_cause"]) for each in state(*history)["licenses"]}
    assert ends == {
        "lic_1": ("2024-03-01", "breach"),
        "lic_2": ("2024-03-01", "head_ended"),
        "lic_3": ("2024-02-01", "agreement"),
    }


def test_a_sublicense_of_a_recorded_license_ends_with_it():
    recorded = on_cn(license_("EC01", A, B, "2024-01-01"))
    history = (
        recorded,
        granted("lic_2", parent=recorded.fact.license, licensors=B, licensees=C),
        ended(recorded.fact.license, "2024-03-01"),
    )
    statement = state(*history)
    assert statement["licenses"][0]["ended_on"] == "2024-03-01"
    assert statement["encumbrances"][0]["ended_on"] is None
    assert statement["encumbrances"][0]["contract_ended_on"] == "2024-03-01"
    (on_register,) = [each for each in licenses_known(statement) if each["origin"] == "register"]
    assert on_register["ended_on"] == "2024-03-01"


def test_the_recordal_due_is_overdue_until_it_is_filed():
    def flags(*history):
        return [
            (flag["code"], flag["since"], flag["until"]) for flag in state(*history)["flags"]
        ]  # fmt: skip

    due = granted("lic_1", recordal_due_on="2024-04-01")
    filed = LicenseRecordalFiled(rights=(CN,), license="lic_1", by=parties(A), filed_on="2024-04-01")
    late = filed.model_copy(update={"filed_on": "2024-04-02"})
    assert flags(due) == [("RECORDAL_OVERDUE", "2024-04-02", "2027-01-01")]
    assert flags(due, Recording("f", filed, register="LEDGER")) == []
    assert flags(due, Recording("f", late, register="LEDGER")) == []
    later = filed.model_copy(update={"filed_on": "2024-04-03"})
    assert flags(due, Recording("f", later, register="LEDGER")) == [
        ("RECORDAL_OVERDUE", "2024-04-02", "2024-04-03")
    ]
    assert flags(due, ended("lic_1", "2024-03-01")) == []


def test_the_scope_of_a_fact_is_read_when_the_fact_is():
    with pytest.raises(InputRejected) as caught:
        granted("lic_1", scope={**SCOPE, "acts": ["affix"]})
    assert caught.value.code == "SCOPE_INVALID"
    with pytest.raises(InputRejected):
        granted("lic_1", scope={**SCOPE, "until": None})


def test_compulsory_licenses_and_takers_of_open_ones_are_told_as_licenses():
    compelled = CompulsoryLicenseGranted(
        rights=(CN,), license="lic_c", licensees=parties(B), effective_from="2024-01-04", until="2025-01-03"
    )
    taken = OpenLicenseAccepted(
        rights=(CN,), license="lic_t", offer="lic_o", licensees=parties(C), notified_on="2024-03-01",
        paid_on="2024-03-05", fee={"minor": 100, "currency": "CNY"},
    )  # fmt: skip
    statement = state(Recording("1", compelled), Recording("2", taken, register="LEDGER"))
    found = {each["id"]: (each["origin"], each["kind"], each["from"], each["until"])
             for each in statement["licenses"]}  # fmt: skip
    assert found == {
        "lic_c": ("compulsory", "ordinary", "2024-01-04", "2025-01-03"),
        "lic_t": ("open_license", "ordinary", "2024-03-05", None),
    }
    assert free_scope(statement, "2024-01-05")["taken_by"] == []


def test_a_declaration_is_no_offer_before_it_is_published():
    declared = OpenLicenseDeclared(
        rights=(CN,), license=on_cn(offer("OL1", "2024-02-01")).fact.license, declarants=parties(A),
        fee={"minor": 100, "currency": "CNY"}, fee_terms="每年", offered_from="2024-02-01",
        offered_until="2024-12-31", executed_on="2024-01-08",
    )  # fmt: skip
    alone = state(Recording("1", declared, register="LEDGER"))
    assert open_offer_on(alone, "2024-02-01") is None
    both = state(Recording("1", declared, register="LEDGER"), on_cn(offer("OL1", "2024-02-01")))
    assert open_offer_on(both, "2024-01-31") is None
    assert open_offer_on(both, "2024-12-31")["fee"] == {"minor": 100, "currency": "CNY"}
    assert open_offer_on(both, "2025-01-01") is None
    assert free_scope(both, "2024-03-01")["exclusive"] == []


def test_uses_are_kept_as_reported():
    used = UseReported(rights=(CN,), user=parties(A)[0], scope=SCOPE)
    assert state(Recording("1", used, register="LEDGER"))["uses"] == [
        {"user": A, "scope": SCOPE, "under": None, "entries": [1]}
    ]


def test_the_tree_puts_sublicenses_behind_their_parent():
    history = (
        granted("lic_1"),
        granted("lic_2"),
        granted("lic_3", parent="lic_1"),
        granted("lic_4", parent="lic_3", reverse=True),
        granted("lic_5", scope={**SCOPE, "from": "2025-01-01"}),
        ended("lic_2", "2024-02-01"),
    )
    statement = state(*history)
    tree = license_tree(statement, "2024-03-01")
    assert [(node["level"], node["id"], node["state"]) for node in tree] == [
        (0, "lic_1", "in_force"),
        (1, "lic_3", "in_force"),
        (2, "lic_4", "in_force"),
        (0, "lic_5", "granted"),
    ]
    everything = license_tree(statement, "2024-03-01", include_ended=True)
    assert [node["state"] for node in everything if node["id"] == "lic_2"] == ["ended"]


def test_a_chain_of_sublicenses_of_any_length_is_shown():
    history = [granted("lic_0")]
    history += [granted(f"lic_{n}", parent=f"lic_{n - 1}") for n in range(1, 1200)]
    tree = license_tree(state(*history), "2024-03-01")
    assert (len(tree), tree[-1]["level"]) == (1200, 1199)


def test_what_is_free_is_worked_out_at_once_for_few_scopes_only():
    def with_scopes(count):
        history = [granted(f"lic_{n}", scope={**SCOPE, "field": [f"f{n}"]}) for n in range(count)]
        return shown(state(*history), "2024-03-01")

    assert with_scopes(FREE_SCOPE_MAX)["free_scope"] is not None
    assert with_scopes(FREE_SCOPE_MAX + 1)["free_scope"] is None


def test_nothing_is_free_of_a_right_that_ended_or_is_licensed_to_an_unknown_extent():
    recorded = on_cn(license_("EC01", A, B, "2024-01-01", "exclusive"))
    assert free_scope(state(recorded), "2024-02-01") == {
        "ordinary": [],
        "exclusive": [],
        "taken_by": [recorded.fact.license],
    }
    desk = Desk("2024-01-10").given(right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"))
    assert free_scope(desk.statement(P2), "2038-05-20")["ordinary"] == []
    assert free_scope(desk.statement(P2), "2038-05-19")["ordinary"] == [
        {"acts": ["*"], "territory": ["CN"], "field": ["*"], "from": "2038-05-19", "until": "2038-05-19"}
    ]


# For all lists of grants

PLACES = ["CN", "CN-44", "CN-43", "CN-4403"]
FIELDS = ["*", "batteries", "batteries/lithium", "cars"]
DAYS = ["2024-01-01", "2024-06-30", "2024-07-01", "2025-12-31"]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["exclusive", "sole", "ordinary", "end"]),
        st.sampled_from(PLACES),
        st.sampled_from(FIELDS),
        st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted),
        st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_no_exclusive_scopes_overlap_and_with_what_is_free_they_are_the_whole(steps):
    desk = Desk("2024-01-10").given(right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"))
    for number, (kind, place, field, (first, last), target) in enumerate(steps):
        if kind == "end":
            desk.submit(terminate(f"lic_{target}", [A, f"{target}号公司"], first))
        else:
            desk.submit(
                grant(A, f"{number}号公司", f"lic_{number}", kind, territory=[place], field=[field],
                      from_=first, until=last)
            )  # fmt: skip
    statement = desk.statement(P2)
    for day in DAYS:
        granted_then = [
            license_scope("patent", each)
            for each in licenses_on(statement, day)
            if each["kind"] in {"exclusive", "sole"}
        ]
        scopes = [scope for scope in granted_then if scope is not None]
        assert not any(
            one.overlaps(other) for place, one in enumerate(scopes) for other in scopes[place + 1 :]
        )
        free = [scope_of("patent", form) for form in free_scope(statement, day)["ordinary"]]
        assert not any(piece.overlaps(scope) for piece in free for scope in scopes)
        whole = scope_of(
            "patent",
            {"acts": ["*"], "territory": ["CN"], "field": ["*"], "from": day, "until": "2038-05-19"},
        )
        assert remaining(whole, [*free, *scopes]) == []
