"""Granting and ending licenses (L-1 to L-11, L-16 to L-20, R-6)."""

import pytest

from ledger.rules import FAMILIES, open_licenses, recordals, uses
from ledger.rules import licenses as family
from tests.ledger.rules.desk import DIGEST, P1, P2, P3, T1, US, W1, Desk, codes, right
from tests.ledger.rules.licensing import consent, grant, paper, scope, terminate

A, B, C, SPV = "甲公司", "乙公司", "丙公司", "平台公司"


@pytest.fixture
def desk():
    return Desk("2024-01-10").given(
        right(P1, {A: [1, 2], B: [1, 2]}, filed_on="2015-03-10", granted_on="2017-01-03"),
        right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"),
    )


def owned(id_, owners, **members):
    return Desk("2024-01-10").given(right(id_, owners, **members))


def licenses(desk, id_=P2):
    return {each["id"]: each for each in desk.statement(id_).get("licenses", ())}


def test_every_rule_of_the_family_is_listed_once():
    numbers = [rule.number for module in (family, open_licenses, recordals, uses) for rule in module.RULES]
    assert sorted(numbers, key=lambda number: int(number[2:])) == [f"L-{n}" for n in range(1, 21)]
    assert {family, open_licenses, recordals, uses} <= set(FAMILIES)


# Form and kind


@pytest.mark.rule("L-1", "accepts")
def test_a_license_without_a_kind_is_ordinary(desk):
    accepted = desk.submit(grant(A, C, "lic_1"))
    assert (accepted.verdict, codes(accepted)) == ("accepted", [])
    (license_,) = licenses(desk).values()
    assert (license_["kind"], license_["licensors"], license_["licensees"]) == ("ordinary", [A], [C])
    assert license_["scope"] == scope()


@pytest.mark.rule("L-1", "refuses")
def test_a_patent_license_is_written(desk):
    refused = desk.submit(grant(A, C, "lic_1", document=None))
    assert codes(refused) == ["WRITTEN_FORM_MISSING"]
    assert [each.missing.item for each in refused.missing] == ["contract"]
    desk.given(paper("contract", act="lic_1", sha256=DIGEST))
    assert desk.submit(grant(A, C, "lic_1", document=None)).verdict == "accepted"


@pytest.mark.parametrize(
    ("id_", "field", "kind", "expected"),
    [
        (W1, "reproduction", "exclusive", ["WRITTEN_FORM_MISSING"]),
        (W1, "reproduction", None, []),
        (T1, "9", "exclusive", []),
        (US, "*", "exclusive", ["WRITTEN_FORM_MISSING"]),
        (US, "*", None, []),
        ("CN:layout:BS.155508385", "*", None, ["WRITTEN_FORM_MISSING"]),
    ],
)
def test_which_licenses_are_written(id_, field, kind, expected):
    told = grant(A, C, None, kind, rights=id_, field=[field], document=None)
    assert codes(owned(id_, A).submit(told)) == expected


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"acts": []}, "SCOPE_INVALID", "/scope/acts"),
        ({"acts": ["affix"]}, "SCOPE_INVALID", "/scope/acts/0"),
        ({"territory": ["CN-99"]}, "SCOPE_INVALID", "/scope/territory/0"),
        ({"field": 7}, "SCOPE_INVALID", "/scope/field"),
        ({"until": "2023-12-31"}, "SCOPE_INVALID", "/scope/until"),
        ({"from": "2024-02-30"}, "DATE_INVALID", "/scope"),
        ({"from": None}, "SCOPE_INVALID", "/scope/from"),
        ({"price": 1}, "SCOPE_INVALID", "/scope"),
    ],
)
@pytest.mark.rule("L-5", "refuses")
def test_a_scope_that_cannot_be_compared_is_refused(desk, change, code, pointer):
    refused = desk.submit(grant(A, C, scope={**scope(), **change}))
    assert [(each.code, each.pointer) for each in refused.findings] == [(code, pointer)]


@pytest.mark.rule("L-19", "refuses")
def test_moral_rights_and_unnamed_rights_of_a_work_are_not_licensed():
    desk = owned(W1, A)
    moral = desk.submit(grant(A, C, rights=W1, field=["attribution"]))
    assert codes(moral) == ["RIGHT_NOT_TRANSFERABLE"]
    assert codes(desk.submit(grant(A, C, rights=W1, field=["*"]))) == ["RIGHT_NOT_GRANTED"]
    assert desk.submit(grant(A, C, rights=W1, field=["reproduction"])).verdict == "accepted"


# The right: status, term, goods


@pytest.mark.rule("L-3", "accepts")
def test_an_application_can_be_licensed_and_so_can_the_last_day_of_a_patent():
    desk = owned(P2, A, filed_on="2018-05-20")
    assert desk.submit(grant(A, C, until="2038-05-19")).verdict == "accepted"


@pytest.mark.rule("L-3", "refuses")
def test_a_license_ends_with_the_patent_and_there_is_none_of_a_dead_one(desk):
    beyond = desk.submit(grant(A, C, until="2038-05-20"))
    assert codes(beyond) == ["LICENCE_TERM_EXCEEDS_IP_TERM"]
    assert beyond.findings[0].data == {"until": "2038-05-20", "day": "2038-05-19"}
    assert codes(desk.submit(grant(A, C, until=None))) == ["LICENCE_TERM_EXCEEDS_IP_TERM"]
    desk.report("CNIPA", "L1", "right.lapsed", rights=P2, effective_from="2024-01-05")
    assert codes(desk.submit(grant(A, C, on="2024-01-08"))) == ["ASSET_NOT_IN_FORCE"]


@pytest.mark.rule("L-4", "accepts")
@pytest.mark.rule("L-4", "flags")
def test_a_mark_licensed_past_its_registration_depends_on_renewal():
    desk = owned(T1, A, expires_on="2028-01-13", particulars={"goods": ["9/蓄电池", "12"]})
    within = desk.submit(grant(A, C, rights=T1, field=["9/蓄电池/锂电池"], until="2028-01-13"))
    assert (within.verdict, within.flags) == ("accepted", ())
    past = desk.submit(grant(A, C, rights=T1, field=["12"], until="2028-01-14"))
    assert (past.verdict, past.flags) == ("accepted", ("RENEWAL_DEPENDENT",))
    assert "RENEWAL_DEPENDENT" in [flag["code"] for flag in desk.view(T1)["flags"]]
    assert {each["duty"] for node in desk.view(T1)["licenses"] for each in node["duties"]} == {
        "control_quality"
    }


@pytest.mark.rule("L-4", "refuses")
def test_a_mark_is_licensed_for_registered_goods_only():
    desk = owned(T1, A, expires_on="2028-01-13", particulars={"goods": ["9/蓄电池"]})
    refused = desk.submit(grant(A, C, rights=T1, field=["9"]))
    assert codes(refused) == ["SCOPE_EXCEEDS_REGISTRATION"]
    assert refused.findings[0].pointer == "/scope/field"


# Who may grant


@pytest.mark.rule("L-2", "refuses")
def test_a_stranger_grants_nothing(desk):
    assert codes(desk.submit(grant(C, B))) == ["GRANTOR_NOT_ENTITLED"]
    desk.given(grant(A, C, "lic_1", sublicense="ordinary"))
    assert codes(desk.submit(grant(B, SPV, parent="lic_1"))) == ["GRANTOR_NOT_ENTITLED"]


@pytest.mark.rule("L-2", "accepts")
@pytest.mark.rule("L-8", "accepts")
def test_a_licensee_with_authority_sublicenses_within_its_own(desk):
    desk.given(grant(A, C, "lic_1", sublicense="ordinary"))
    accepted = desk.submit(grant(C, B, "lic_2", parent="lic_1", territory=["CN-44"], until="2025-12-31"))
    assert accepted.verdict == "accepted"
    tree = desk.view(P2)["licenses"]
    assert [(node["level"], node["id"], node["parent"]) for node in tree] == [
        (0, "lic_1", None),
        (1, "lic_2", "lic_1"),
    ]


@pytest.mark.rule("L-8", "refuses")
@pytest.mark.parametrize(
    ("authority", "change", "code"),
    [
        ("none", {}, "SUBLICENCE_NOT_AUTHORISED"),
        ("ordinary", {"kind": "exclusive"}, "SUBLICENCE_NOT_AUTHORISED"),
        ("ordinary", {"kind": "sole"}, "SUBLICENCE_NOT_AUTHORISED"),
        ("ordinary", {"sublicense": "exclusive"}, "SUBLICENCE_NOT_AUTHORISED"),
        ("exclusive", {"scope": scope("2023-12-31", "2026-12-31")}, "SUBLICENCE_SCOPE_EXCEEDED"),
        ("exclusive", {"scope": scope(until="2027-01-01")}, "SUBLICENCE_SCOPE_EXCEEDED"),
        ("exclusive", {"scope": scope(territory=["*"])}, "SUBLICENCE_SCOPE_EXCEEDED"),
        ("ordinary", {"parent": "lic_unknown"}, "REFERENCE_UNKNOWN"),
    ],
)
def test_what_a_sublicense_may_not_do(desk, authority, change, code):
    desk.given(grant(A, C, "lic_1", "exclusive", sublicense=authority))
    assert codes(desk.submit({**grant(C, B, parent="lic_1"), **change}))[0] == code


@pytest.mark.rule("L-8", "refuses")
def test_the_dimensions_gone_beyond_are_named(desk):
    desk.given(grant(A, C, "lic_1", sublicense="ordinary", field=["batteries"], territory=["CN-44"]))
    refused = desk.submit(grant(C, B, parent="lic_1", field=["cars"], until="2030-01-01"))
    assert refused.findings[0].data["field"] == ["territory", "field", "period"]


@pytest.mark.rule("L-8", "accepts")
def test_the_licensor_may_authorize_a_sublicense_later(desk):
    desk.given(grant(A, C, "lic_1"))
    sub = grant(C, B, parent="lic_1", on="2024-01-05")
    refused = desk.submit(sub)
    assert codes(refused) == ["SUBLICENCE_NOT_AUTHORISED"]
    assert (refused.missing[0].missing.item, refused.missing[0].missing.holder) == ("consent", A)
    desk.given(consent(A, "licensor", "sublicense", to=[{"name": B}]))
    assert desk.submit({**sub, "kind": "sole"}).codes == ("SUBLICENCE_NOT_AUTHORISED",)
    assert desk.submit(sub).verdict == "accepted"


@pytest.mark.rule("L-19", "refuses")
def test_a_sublicense_grants_no_right_its_head_does_not_name():
    desk = owned(W1, A)
    desk.given(grant(A, C, "lic_1", rights=W1, field=["reproduction"], sublicense="ordinary"))
    refused = desk.submit(grant(C, B, rights=W1, field=["reproduction", "rental"], parent="lic_1"))
    assert codes(refused) == ["RIGHT_NOT_GRANTED", "SUBLICENCE_SCOPE_EXCEEDED"]


@pytest.mark.rule("L-9", "refuses")
def test_a_reverse_license_comes_from_an_exclusive_one_and_goes_back(desk):
    assert codes(desk.submit(grant(SPV, A, reverse=True)))[0] == "GRANTOR_NOT_ENTITLED"
    assert "REVERSE_WITHOUT_PARENT" in codes(desk.submit(grant(SPV, A, reverse=True)))
    desk.given(grant(A, SPV, "lic_1", sublicense="exclusive", territory=["CN-44"]))
    sole = desk.submit(grant(SPV, A, parent="lic_1", reverse=True, territory=["CN-44"]))
    assert codes(sole) == ["REVERSE_WITHOUT_PARENT"]
    desk.given(grant(A, SPV, "lic_2", "exclusive", sublicense="exclusive", territory=["CN-43"]))
    astray = desk.submit(grant(SPV, B, parent="lic_2", reverse=True, territory=["CN-43"]))
    assert [(each.code, each.pointer) for each in astray.findings] == [("FIELD_INVALID", "/licensees")]


# Conflicts


@pytest.mark.rule("L-5", "refuses")
@pytest.mark.rule("L-5", "accepts")
def test_s07_license_conflict():
    desk = owned(P2, A, filed_on="2018-05-20", granted_on="2020-06-02")
    place = {"territory": ["CN-44"], "field": ["batteries"]}
    desk.given(grant(A, B, "lic_1", "exclusive", **place, from_="2024-01-01", until="2026-12-31"))
    overlapping = desk.submit(grant(A, C, **place, from_="2026-12-31", until="2027-12-31"))
    assert codes(overlapping) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    assert overlapping.findings[0].data["reference"] == ["lic_1"]
    assert desk.submit(grant(A, C, **place, from_="2027-01-01", until="2027-12-31")).verdict == "accepted"
    hunan = desk.submit(
        grant(A, C, territory=["CN-43"], field=["batteries"], from_="2025-01-01", until="2025-12-31")
    )
    assert hunan.verdict == "accepted"


@pytest.mark.rule("L-5", "refuses")
@pytest.mark.rule("L-5", "accepts")
def test_s08_prior_ordinary_license(desk):
    desk.given(grant(A, B, "lic_2", until="2025-12-31"))
    told = grant(A, C, "lic_3", "exclusive", from_="2025-01-01", until="2027-12-31")
    assert codes(desk.submit(told)) == ["LICENCE_CONFLICT_PRIOR_ORDINARY"]
    assert desk.submit(told, subject_to=["lic_2"]).verdict == "accepted"
    assert {each["id"] for each in desk.view(P2, "2025-12-31")["licenses"]} == {"lic_2", "lic_3"}
    assert {each["id"] for each in desk.view(P2, "2026-01-01")["licenses"]} == {"lic_3"}


MATRIX = [
    (old, new, "LICENCE_CONFLICT_EXCLUSIVE" if old != "ordinary" else "LICENCE_CONFLICT_PRIOR_ORDINARY")
    for old in ("exclusive", "sole", "ordinary")
    for new in ("exclusive", "sole", "ordinary")
    if (old, new) != ("ordinary", "ordinary")
]


@pytest.mark.rule("L-5", "refuses")
@pytest.mark.parametrize(("old", "new", "code"), MATRIX)
def test_the_conflict_matrix(desk, old, new, code):
    desk.given(grant(A, B, "lic_1", old))
    assert codes(desk.submit(grant(A, C, None, new))) == [code]
    for change in (
        {"territory": ["US"]}, {"from_": "2027-01-01", "until": "2027-12-31"},
    ):  # fmt: skip
        assert desk.dry_run(grant(A, C, None, new, **change))[0].decision.verdict == "accepted"


@pytest.mark.rule("L-5", "accepts")
def test_ordinary_licenses_stand_beside_each_other_and_time_acts_or_field_keep_others_apart(desk):
    desk.given(grant(A, B, "lic_1"), grant(A, C, "lic_2"))
    desk = owned(P2, A)
    desk.given(grant(A, B, "lic_1", "exclusive", acts=["make"], field=["batteries"]))
    assert (
        desk.submit(grant(A, C, None, "exclusive", acts=["sell"], field=["batteries"])).verdict == "accepted"
    )
    assert desk.submit(grant(A, C, None, "exclusive", acts=["make"], field=["cars"])).verdict == "accepted"


def test_what_a_license_is_subject_to_is_an_ordinary_license_here(desk):
    desk.given(grant(A, B, "lic_1", "exclusive", territory=["CN-44"]))
    refused = desk.submit(grant(A, C, None, "exclusive", territory=["CN-43"], subject_to=["lic_1", "lic_9"]))
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("REFERENCE_UNKNOWN", "/subject_to/0"),
        ("REFERENCE_UNKNOWN", "/subject_to/1"),
    ]


@pytest.mark.rule("L-5", "refuses")
def test_a_recorded_license_of_unknown_scope_counts_as_the_whole_right(desk):
    desk.report("CNIPA", "EC01", "license.recorded", rights=P2, license="lic_reg", licensors=[{"name": A}],
                licensees=[{"name": B}], license_kind="sole", registered_on="2024-01-03")  # fmt: skip
    assert codes(desk.submit(grant(A, C, territory=["CN-44"], from_="2030-01-01", until="2030-01-02"))) == [
        "LICENCE_CONFLICT_EXCLUSIVE"
    ]
    desk.report("CNIPA", "EC02", "license.ended", rights=P2, license="lic_reg", registered_on="2024-01-09")
    later = grant(A, C, territory=["CN-44"], from_="2024-01-09")
    assert desk.submit(later).verdict == "accepted"


@pytest.mark.rule("L-5", "accepts")
def test_a_recorded_license_whose_scope_is_told_counts_for_that(desk):
    desk.report("CNIPA", "EC01", "license.recorded", rights=P2, license="lic_reg", licensors=[{"name": A}],
                licensees=[{"name": B}], license_kind="exclusive", registered_on="2024-01-03",
                scope=scope(territory=["CN-44"]))  # fmt: skip
    assert desk.submit(grant(A, C, territory=["CN-43"])).verdict == "accepted"
    assert codes(desk.submit(grant(A, C, territory=["广东"]))) == ["LICENCE_CONFLICT_EXCLUSIVE"]


@pytest.mark.rule("L-7", "accepts")
@pytest.mark.rule("L-7", "refuses")
def test_a_sole_licensor_grants_one_ordinary_license_in_place_of_its_own_use(desk):
    desk.given(grant(A, B, "lic_1", "sole"))
    assert codes(desk.submit(grant(A, C))) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    assert desk.submit(grant(A, C, "lic_2", instead_of_own_use=True)).verdict == "accepted"
    second = desk.submit(grant(A, SPV, instead_of_own_use=True))
    assert [(each.rule, each.code) for each in second.findings] == [("L-7", "LICENCE_CONFLICT_EXCLUSIVE")]
    desk.given(terminate("lic_2", [A, C], "2024-02-01"))
    after = desk.submit(grant(A, SPV, instead_of_own_use=True, from_="2024-02-01"))
    assert after.verdict == "accepted"


@pytest.mark.rule("L-7", "refuses")
def test_nobody_uses_in_place_of_the_licensor_under_an_exclusive_license(desk):
    desk.given(grant(A, B, "lic_1", "exclusive"))
    assert codes(desk.submit(grant(A, C, instead_of_own_use=True))) == ["LICENCE_CONFLICT_EXCLUSIVE"]


def test_a_license_has_an_id_of_its_own(desk):
    desk.given(grant(A, B, "lic_1"))
    assert codes(desk.submit(grant(A, C, "lic_1"))) == ["DUPLICATE_ID"]


# Two steps out and back (S21)


@pytest.mark.rule("L-9", "accepts")
@pytest.mark.rule("L-8", "refuses")
def test_s21_two_step_license_and_back():
    desk = Desk("2025-01-15").given(right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"))
    dates = {"from_": "2025-01-10", "on": "2025-01-10"}
    out = grant(A, SPV, "lic_out", "exclusive", until="2028-12-31", **dates)
    back = grant(SPV, A, "lic_back", "exclusive", parent="lic_out", reverse=True, until="2028-12-31", **dates)
    desk.given(out)
    assert codes(desk.submit(back)) == ["SUBLICENCE_NOT_AUTHORISED"]

    desk = Desk("2025-01-15").given(
        right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"), {**out, "sublicense": "exclusive"}
    )
    longer = grant(SPV, A, None, "exclusive", parent="lic_out", reverse=True, until="2029-01-31", **dates)
    refused = desk.submit(longer)
    assert codes(refused) == ["SUBLICENCE_SCOPE_EXCEEDED"]
    assert refused.findings[0].data["field"] == ["period"]
    assert desk.submit(back).verdict == "accepted"
    again = desk.submit(grant(A, C, from_="2026-01-01", until="2026-12-31", on="2025-01-12"))
    assert codes(again) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    assert [each.data["reference"] for each in again.findings] == [["lic_out", "lic_back"]]
    by_originator = desk.submit(
        grant(SPV, C, parent="lic_out", from_="2026-01-01", until="2026-12-31", on="2025-01-12")
    )
    assert codes(by_originator) == ["LICENCE_CONFLICT_EXCLUSIVE"]


# Co-owners


@pytest.mark.rule("L-11", "accepts")
@pytest.mark.rule("L-11", "refuses")
def test_s03_co_owner(desk):
    accepted = desk.submit(
        grant(A, C, "lic_1", rights=P1, fee={"minor": 10000000, "currency": "CNY"}, until="2026-12-31")
    )
    assert accepted.verdict == "accepted"
    license_ = licenses(desk, P1)["lic_1"]
    assert (license_["fee"], license_["fee_shared_with"]) == ({"minor": 10000000, "currency": "CNY"}, [B])
    (node,) = desk.view(P1)["licenses"]
    assert {"duty": "share_fee", "of": [A], "to": [B], "rule": "L-11"} in node["duties"]
    sole = desk.submit(grant(A, C, None, "sole", rights=P1, from_="2027-01-01", until="2027-12-31"))
    assert codes(sole) == ["COOWNER_CONSENT_MISSING"]
    assert [each.missing.holder for each in sole.missing] == [B]
    desk.given(consent(B, "coowner", rights=P1, license_kinds=["sole"]))
    sole = desk.submit(
        grant(A, C, None, "sole", rights=P1, from_="2027-01-01", until="2027-12-31", on="2024-01-05")
    )
    assert sole.verdict == "accepted"


@pytest.mark.rule("L-11", "accepts")
@pytest.mark.rule("L-11", "refuses")
def test_a_co_author_licenses_alone_after_consultation():
    desk = owned(W1, {A: [1, 2], B: [1, 2]})
    told = grant(A, C, rights=W1, field=["reproduction"], on="2024-01-05")
    assert codes(desk.submit(told)) == ["COOWNER_CONSENT_MISSING"]
    desk.given(paper("consultation_record", rights=W1))
    assert codes(desk.submit({**told, "kind": "exclusive"})) == ["COOWNER_CONSENT_MISSING"]
    assert desk.submit(told).verdict == "accepted"


@pytest.mark.rule("L-11", "flags")
def test_an_ordinary_license_of_a_mark_by_one_owner_is_flagged():
    desk = owned(T1, {A: [1, 2], B: [1, 2]})
    alone = desk.submit(grant(A, C, rights=T1, field=["9"]))
    assert (alone.verdict, alone.flags) == ("accepted", ("COOWNER_CONSENT_MISSING",))
    sole = desk.submit(grant(A, C, None, "sole", rights=T1, field=["12"]))
    assert codes(sole) == ["COOWNER_CONSENT_MISSING"]


@pytest.mark.rule("U-6", "accepts")
def test_a_us_co_owner_licenses_alone_and_accounts_to_nobody():
    desk = owned(US, {A: [1, 2], B: [1, 2]})
    assert desk.submit(grant(A, C, "lic_1", rights=US, territory=["US"])).verdict == "accepted"
    assert licenses(desk, US)["lic_1"]["fee_shared_with"] == []


@pytest.mark.rule("U-6", "refuses")
def test_a_us_co_owner_excludes_nobody_alone():
    desk = owned(US, {A: [1, 2], B: [1, 2]})
    exclusive = desk.submit(grant(A, C, None, "exclusive", rights=US, territory=["US"]))
    assert codes(exclusive) == ["COOWNER_CONSENT_MISSING"]


# Pledges and freezes


def pledged(desk, on="2023-06-01"):
    desk.report("CNIPA", "PL1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": A}],
                pledgees=[{"name": "乙银行"}], registered_on=on)  # fmt: skip
    return desk


@pytest.mark.rule("L-16", "refuses")
@pytest.mark.rule("L-16", "accepts")
def test_a_pledged_right_is_licensed_with_the_pledgees_consent_and_the_fee_routed(desk):
    pledged(desk)
    told = grant(A, C, on="2024-01-05")
    assert codes(desk.submit(told)) == ["PLEDGEE_CONSENT_MISSING"]
    desk.given(consent("乙银行", "pledgee", to=[{"name": C}]))
    assert codes(desk.submit(told)) == ["PROCEEDS_ROUTE_MISSING"]
    free = desk.dry_run({**told, "fee": {"minor": 0, "currency": "CNY"}})
    assert free[0].decision.verdict == "accepted"
    desk.given(
        {"command": "withdraw_consent", "rights": [P2], "consent": desk.statement(P2)["consents"][0]["id"],
         "giver": {"name": "乙银行"}, "withdrawn_on": "2024-01-03"},
        consent("乙银行", "pledgee", to=[{"name": C}], proceeds="escrow", on="2024-01-04"),
    )  # fmt: skip
    assert desk.submit(told).verdict == "accepted"


@pytest.mark.rule("L-16", "accepts")
def test_a_licensee_older_than_the_pledge_sublicenses_without_the_pledgee(desk):
    desk.given(grant(A, C, "lic_1", "exclusive", sublicense="exclusive"))
    pledged(desk, "2024-01-08")
    assert desk.submit(grant(C, B, parent="lic_1", territory=["CN-44"])).verdict == "accepted"


@pytest.mark.rule("L-17", "refuses")
@pytest.mark.rule("L-17", "accepts")
def test_a_frozen_right_is_not_licensed_and_earlier_licenses_go_on(desk):
    desk.given(grant(A, B, "lic_1"))
    desk.report("CNIPA", "FR1", "freeze.imposed", rights=P2, freeze="frz_1", effective_from="2024-01-09",
                until="2024-07-09", authorities=[{"name": "某法院"}])  # fmt: skip
    assert codes(desk.submit(grant(A, C))) == ["ASSET_FROZEN"]
    desk.on("2024-07-01")
    assert [node["state"] for node in desk.view(P2)["licenses"]] == ["in_force"]
    desk.on("2024-07-10")
    assert desk.submit(grant(A, C, on="2024-07-10")).verdict == "accepted"


# Cross licenses


def crossing(first, second, **members):
    return {
        "command": "grant_cross_license", "rights": [P2, P3], "contract": "XL-2024-1",
        "executed_on": "2024-01-05", "document": DIGEST,
        "grants": [
            {"rights": [P2], "license": "lic_a", "licensors": [{"name": A}], "licensees": [{"name": B}],
             "scope": scope(), **first},
            {"rights": [P3], "license": "lic_b", "licensors": [{"name": B}], "licensees": [{"name": A}],
             "scope": scope(), **second},
        ],
        **members,
    }  # fmt: skip


@pytest.mark.rule("L-10", "accepts")
def test_a_cross_license_grants_both_directions(desk):
    desk.given(right(P3, B, filed_on="2021-08-01", granted_on="2022-01-04"))
    assert desk.submit(crossing({}, {})).verdict == "accepted"
    there, back = licenses(desk)["lic_a"], licenses(desk, P3)["lic_b"]
    assert (there["counterpart"], back["counterpart"]) == ("lic_b", "lic_a")
    assert there["contract"] == back["contract"] == "XL-2024-1"


@pytest.mark.rule("L-10", "refuses")
def test_one_direction_that_fails_fails_both(desk):
    desk.given(right(P3, C, filed_on="2021-08-01", granted_on="2022-01-04"))
    refused = desk.submit(crossing({}, {}))
    assert [(each.code, each.pointer) for each in refused.findings] == [("GRANTOR_NOT_ENTITLED", None)]
    assert licenses(desk) == {}
    late = desk.submit(crossing({"scope": scope(until="2040-01-01")}, {}))
    assert late.findings[0].pointer == "/grants/0/scope/until"


@pytest.mark.rule("L-10", "refuses")
def test_a_cross_license_is_mutual_and_names_its_rights(desk):
    desk.given(right(P3, B, filed_on="2021-08-01", granted_on="2022-01-04"))
    refused = desk.submit(crossing({"licensees": [{"name": C}]}, {}, rights=[P2]))
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("FIELD_INVALID", "/grants/1/licensors"),
        ("FIELD_INVALID", "/rights"),
    ]
    same = desk.submit(crossing({}, {"license": "lic_a"}))
    assert codes(same) == ["DUPLICATE_ID"]


# The end


@pytest.mark.rule("L-18", "accepts")
@pytest.mark.rule("L-18", "refuses")
def test_sublicenses_end_with_the_license_they_come_from(desk):
    desk.given(
        grant(A, C, "lic_1", "exclusive", sublicense="exclusive"),
        grant(C, B, "lic_2", "exclusive", parent="lic_1", sublicense="exclusive"),
        grant(B, SPV, "lic_3", parent="lic_2"),
    )
    assert codes(desk.submit(terminate("lic_1", A, "2024-02-01"))) == ["SIGNATURE_MISSING"]
    desk.given(terminate("lic_1", [A, C], "2024-02-01"))
    ends = {id_: (each["ended_on"], each["end_cause"]) for id_, each in licenses(desk).items()}
    assert ends == {
        "lic_1": ("2024-02-01", "agreement"),
        "lic_2": ("2024-02-01", "head_ended"),
        "lic_3": ("2024-02-01", "head_ended"),
    }
    assert [node["id"] for node in desk.view(P2, "2024-01-31")["licenses"]] == ["lic_1", "lic_2", "lic_3"]
    assert desk.view(P2, "2024-02-01")["licenses"] == []
    again = desk.submit(terminate("lic_3", [B, SPV], "2024-03-01"))
    assert codes(again) == ["ALREADY_ENDED"]
    assert again.findings[0].data["day"] == "2024-02-01"


@pytest.mark.rule("L-18", "refuses")
def test_what_ran_out_or_never_was_cannot_be_ended(desk):
    desk.given(grant(A, C, "lic_1", until="2024-06-30"))
    assert codes(desk.submit(terminate("lic_9", A, "2024-02-01", "breach"))) == ["REFERENCE_UNKNOWN"]
    assert codes(desk.submit(terminate("lic_1", A, "2024-07-02", "breach"))) == ["ALREADY_ENDED"]
    assert codes(desk.submit(terminate("lic_1", A, "2023-12-31", "breach"))) == ["FIELD_INVALID"]
    assert codes(desk.submit(terminate("lic_1", SPV, "2024-02-01", "breach"))) == ["SIGNATURE_MISSING"]
    assert desk.submit(terminate("lic_1", A, "2024-02-01", "breach")).verdict == "accepted"


@pytest.mark.rule("L-18", "refuses")
@pytest.mark.parametrize("cause", ["expiry", "right_ended", "head_ended", "administrator"])
def test_nobody_ends_a_license_by_claiming_what_is_not_so(desk, cause):
    desk.given(grant(A, C, "lic_1", "exclusive"))
    refused = desk.submit(terminate("lic_1", SPV, "2024-02-01", cause))
    assert [(each.code, each.pointer) for each in refused.findings] == [("FIELD_INVALID", "/cause")]


@pytest.mark.rule("L-18", "accepts")
def test_what_has_come_about_ends_a_license(desk):
    desk.given(grant(A, C, "lic_1", until="2024-06-30"), grant(A, B, "lic_2"))
    assert desk.submit(terminate("lic_1", C, "2024-07-01", "expiry")).verdict == "accepted"
    desk.report("CNIPA", "L1", "right.lapsed", rights=P2, effective_from="2024-01-05")
    assert desk.submit(terminate("lic_2", C, "2024-01-05", "right_ended")).verdict == "accepted"


@pytest.mark.rule("L-18", "accepts")
def test_an_administrator_rescinds_by_notice_or_by_silence(desk):
    desk.given(grant(A, C, "lic_1", sublicense="ordinary"), grant(C, B, "lic_2", parent="lic_1"))
    desk.given(grant(A, SPV, "lic_3"))
    desk.report("COURT", "破1号", "insolvency.accepted", rights=P2, insolvency="ins_1", party={"name": A},
                procedure="liquidation", accepted_on="2024-01-05")  # fmt: skip
    desk.report("COURT", "破1号之一", "insolvency.license_decided", rights=P2, insolvency="ins_1",
                license="lic_1", choice="rescinded", decided_on="2024-01-08")  # fmt: skip
    assert {id_: (each["ended_on"], each["end_cause"]) for id_, each in licenses(desk).items()} == {
        "lic_1": ("2024-01-08", "administrator"),
        "lic_2": ("2024-01-08", "head_ended"),
        "lic_3": (None, None),
    }
    assert desk.submit(terminate("lic_3", "管理人", "2024-03-06", "administrator")).verdict == "accepted"


@pytest.mark.rule("L-18", "accepts")
def test_the_scope_of_an_ended_license_is_free_from_that_day_on(desk):
    desk.given(grant(A, C, "lic_1", "exclusive"), terminate("lic_1", [A, C], "2024-02-01"))
    assert codes(desk.submit(grant(A, B, from_="2024-01-31"))) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    assert desk.submit(grant(A, B, from_="2024-02-01")).verdict == "accepted"


@pytest.mark.rule("L-18", "accepts")
def test_the_contract_behind_a_recorded_license_can_end_though_the_register_still_shows_it(desk):
    desk.report("CNIPA", "EC01", "license.recorded", rights=P2, license="lic_reg", licensors=[{"name": A}],
                licensees=[{"name": B}], license_kind="exclusive", registered_on="2024-01-03")  # fmt: skip
    desk.given(terminate("lic_reg", [A, B], "2024-01-08"))
    assert desk.submit(grant(A, C, from_="2024-01-08", on="2024-01-09")).verdict == "accepted"
    assert [each["kind"] for each in desk.view(P2)["encumbrances"]] == ["license"]


def test_a_sublicense_under_an_ended_license_is_refused(desk):
    desk.given(grant(A, C, "lic_1", sublicense="ordinary"), terminate("lic_1", [A, C], "2024-01-08"))
    assert codes(desk.submit(grant(C, B, parent="lic_1", until="2024-01-07"))) == ["ALREADY_ENDED"]


# Reminders, compulsory licenses, registers


@pytest.mark.rule("L-20", "accepts")
@pytest.mark.parametrize(("by", "of"), [("licensor", A), ("licensee", C)])
def test_whoever_keeps_the_patent_alive_is_reminded(desk, by, of):
    desk.given(grant(A, C, "lic_1", maintained_by=by))
    (node,) = desk.view(P2)["licenses"]
    assert [(each["duty"], each["of"], each["rule"]) for each in node["duties"]] == [
        ("pay_fees", [of], "L-20"),
        ("defend_validity", [of], "L-20"),
    ]


@pytest.mark.rule("L-20", "flags")
def test_a_license_of_a_right_that_ended_says_so(desk):
    desk.given(grant(A, C, "lic_1"))
    desk.report("CNIPA", "L1", "right.lapsed", rights=P2, effective_from="2024-01-05")
    assert [node["state"] for node in desk.view(P2)["licenses"]] == ["right_ended"]


@pytest.mark.rule("R-6", "accepts")
@pytest.mark.rule("R-6", "refuses")
def test_a_compulsory_license_breaks_no_exclusive_one_and_is_never_sublicensed(desk):
    desk.given(grant(A, C, "lic_1", "exclusive"))
    told = desk.report("CNIPA", "强制许可1号", "compulsory_license.granted", rights=P2, license="lic_c",
                       licensees=[{"name": B}], effective_from="2024-01-04", until="2025-01-03")  # fmt: skip
    assert (told.verdict, told.flags) == ("accepted", ())
    assert licenses(desk)["lic_c"]["origin"] == "compulsory"
    refused = desk.submit(
        grant(B, SPV, parent="lic_c", on="2024-01-05", from_="2024-01-05", until="2024-12-31")
    )
    assert codes(refused) == ["SUBLICENCE_NOT_AUTHORISED", "LICENCE_CONFLICT_EXCLUSIVE"]
    assert desk.submit(grant(A, SPV, None, "exclusive", from_="2027-01-01", until="2027-12-31")).verdict == (
        "accepted"
    )


def test_a_compulsory_license_ends_by_the_offices_word(desk):
    desk.report("CNIPA", "强制许可1号", "compulsory_license.granted", rights=P2, license="lic_c",
                licensees=[{"name": B}], effective_from="2024-01-04")  # fmt: skip
    desk.report("CNIPA", "终止1号", "license.ended", rights=P2, license="lic_c", ended_on="2024-01-08")
    assert (licenses(desk)["lic_c"]["ended_on"], desk.view(P2)["flags"]) == ("2024-01-08", [])


@pytest.mark.rule("L-2", "flags")
@pytest.mark.rule("L-5", "flags")
def test_a_recorded_license_that_breaks_a_rule_is_accepted_and_flagged(desk):
    desk.given(grant(A, C, "lic_1", "exclusive"))
    told = desk.report("CNIPA", "EC01", "license.recorded", rights=P2, license="lic_reg",
                       licensors=[{"name": SPV}], licensees=[{"name": B}],
                       registered_on="2024-01-05")  # fmt: skip
    assert (told.verdict, told.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert {each.data["broken"] for each in told.findings} == {
        "GRANTOR_NOT_ENTITLED",
        "LICENCE_CONFLICT_EXCLUSIVE",
    }


def test_the_recordal_of_a_license_granted_here_breaks_nothing(desk):
    desk.given(grant(A, C, "lic_1", "exclusive"))
    told = desk.report("CNIPA", "EC01", "license.recorded", rights=P2, license="lic_1",
                       licensors=[{"name": A}], licensees=[{"name": C}], license_kind="exclusive",
                       registered_on="2024-01-09")  # fmt: skip
    assert (told.verdict, told.flags) == ("accepted", ())
    recordal = licenses(desk)["lic_1"]["recordal"]
    assert (recordal["recorded_on"], recordal["number"]) == ("2024-01-09", "EC01")
    assert len(desk.view(P2)["licenses"]) == 1


# Technology abroad


@pytest.mark.rule("T-11", "holds")
@pytest.mark.rule("T-10", "refuses")
def test_restricted_technology_is_licensed_abroad_with_its_papers(desk):
    abroad = [{"name": C, "attributes": {"seat": "foreign"}}]
    assert codes(desk.submit(grant(A, abroad))) == ["FIELD_MISSING"]
    assert codes(desk.submit(grant(A, abroad, export_class="prohibited"))) == ["EXPORT_PROHIBITED"]
    assert codes(desk.submit(grant(A, abroad, export_class="restricted"))) == ["EXPORT_LICENCE_MISSING"]
    desk.given(paper("export_license"))
    told = grant(A, abroad, "lic_1", "exclusive", export_class="restricted", on="2024-01-05")
    held = desk.submit(told)
    assert (held.verdict, codes(held)) == ("held", ["OUTBOUND_REVIEW_MISSING"])
    assert licenses(desk) == {}
    desk.given(paper("outbound_review"))
    assert list(licenses(desk)) == ["lic_1"]
