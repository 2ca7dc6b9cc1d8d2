"""Pledge contracts: what they say, what is pledged and by whom (P-1 to P-3, P-9, P-10, P-15 to P-17)."""

import pytest

from tests.ledger.rules.desk import DIGEST, P1, P2, P4, T1, W1, Desk, codes, report, right
from tests.ledger.rules.pledging import (
    BANK,
    MAXIMUM,
    OTHER_BANK,
    OWNER,
    application,
    company,
    contract,
    flagged,
    mark,
    money,
    p2,
    p4,
    refused,
    registered,
    w1,
)

GI = "CN:geographical_indication:AGI2019-01-0001"


@pytest.fixture
def desk():
    return Desk("2024-05-06").given(p2())


def pledge(desk, rights=(P2,), **members):
    return desk.submit(contract(rights, **members))


# P-1


@pytest.mark.rule("P-1", "accepts")
@pytest.mark.parametrize(("told", "id_"), [(p2(), P2), (mark(T1), T1), (w1(), W1)])
def test_a_patent_a_mark_and_a_work_can_be_pledged(told, id_):
    assert pledge(Desk("2024-05-06").given(told), [id_]).verdict == "accepted"


@pytest.mark.rule("P-1", "refuses")
@pytest.mark.parametrize(
    ("object_", "code"), [("right_to_use", "RIGHT_NOT_PLEDGEABLE"), ("royalties", "WRONG_REGISTRY")]
)
def test_neither_a_licensee_s_right_nor_royalties_are_pledged_here(desk, object_, code):
    assert codes(pledge(desk, object=object_)) == [code]


@pytest.mark.rule("P-1", "refuses")
def test_personal_rights_of_an_author_are_not_pledged():
    desk = Desk("2024-05-06").given(w1())
    assert codes(pledge(desk, [W1], assets=[{"right": W1, "items": [2, 5]}])) == ["RIGHT_NOT_PLEDGEABLE"]


@pytest.mark.rule("P-1", "refuses")
def test_a_protected_product_is_no_property_but_a_mark_for_it_is():
    product = right(GI, OWNER, granted_on="2019-01-01", title="某茶", particulars={"protection": "product"})
    assert codes(pledge(Desk("2024-05-06").given(product), [GI])) == ["RIGHT_NOT_PLEDGEABLE"]
    as_mark = right(GI, OWNER, granted_on="2019-01-01", title="某茶", particulars={"protection": "mark"})
    assert pledge(Desk("2024-05-06").given(as_mark), [GI]).verdict == "accepted"


# P-2, P-10


@pytest.mark.rule("P-2", "refuses")
@pytest.mark.rule("P-4", "refuses")
@pytest.mark.parametrize(
    "field",
    [
        "pledgors", "debtor", "pledgees", "addresses_stated", "claim", "amount", "debt_until", "secures",
        "executed_on", "document",
    ],
)  # fmt: skip
def test_each_missing_part_of_the_contract_has_its_own_code(desk, field):
    refused = pledge(desk, **{field: None})
    assert f"PLEDGE_FIELD_MISSING:{field}" in codes(refused)
    assert [each.pointer for each in refused.findings if each.code.endswith(f":{field}")] == [f"/{field}"]


@pytest.mark.rule("P-2", "refuses")
def test_a_form_with_nothing_but_the_right_lacks_everything_at_once(desk):
    bare = desk.submit(command="contract_pledge", rights=[P2])
    assert codes(bare)[:10] == [
        f"PLEDGE_FIELD_MISSING:{field}"
        for field in (
            "pledgors", "debtor", "pledgees", "addresses_stated", "claim", "debt_until", "secures",
            "executed_on", "document", "amount",
        )
    ]  # fmt: skip


@pytest.mark.rule("P-2", "refuses")
def test_particulars_that_neither_contract_nor_register_tells_are_missing():
    desk = Desk("2024-05-06").given(right(P2, OWNER, granted_on="2020-03-03"), mark(T1, particulars=None))
    assert codes(pledge(desk, [P2, T1])) == [
        "PLEDGE_FIELD_MISSING:assets/title",
        "PLEDGE_FIELD_MISSING:assets/filed_on",
        "PLEDGE_FIELD_MISSING:assets/classes",
        "PLEDGE_FIELD_MISSING:assets/until",
    ]


@pytest.mark.rule("P-2", "accepts")
def test_the_contract_may_list_what_the_register_does_not_tell():
    desk = Desk("2024-05-06").given(right(P2, OWNER, granted_on="2020-03-03"))
    listed = [{"right": P2, "title": "一种电池", "filed_on": "2018-05-20"}]
    assert pledge(desk, assets=listed).verdict == "accepted"
    (kept,) = desk.statement(P2)["pledges"]
    assert (kept["asset"]["title"], kept["amount"], kept["third_party"]) == (
        "一种电池",
        money(2_000_000),
        False,
    )


@pytest.mark.rule("P-2", "refuses")
@pytest.mark.parametrize(
    "wrong",
    [
        {"assets": [{"right": P4}]},
        {"assets": [{"right": P2}, {"right": P2}]},
        {"debt_from": "2025-06-01"},
        {"assets": [{"right": P2, "part": money(1)}]},
        {"assets": [{"right": P2, "part": money(2_000_000, "USD")}]},
    ],
)
def test_a_list_that_does_not_fit_is_refused(desk, wrong):
    assert codes(pledge(desk, **wrong)) == ["FIELD_INVALID"]


@pytest.mark.rule("P-10", "accepts")
def test_a_maximum_amount_pledge_states_cap_period_and_claims(desk):
    assert pledge(desk, amount=None, maximum=MAXIMUM, pledge="pld_max").verdict == "accepted"
    (kept,) = desk.statement(P2)["pledges"]
    assert kept["maximum"]["cap"] == money(10_000_000)
    assert kept["maximum"]["cap_includes_costs"] is True
    (shown,) = desk.view(P2)["pending"]
    assert shown["agreed"]["cap"] == money(10_000_000)


@pytest.mark.rule("P-10", "accepts")
def test_parties_may_say_that_they_agreed_on_no_period(desk):
    terms = {**MAXIMUM, "without_period": True}
    del terms["ends_on"]
    assert pledge(desk, amount=None, maximum=terms).verdict == "accepted"


@pytest.mark.rule("P-10", "refuses")
@pytest.mark.parametrize("field", ["cap", "ends_on", "claims"])
def test_a_maximum_amount_pledge_lacks_one_of_its_terms(desk, field):
    terms = {name: value for name, value in MAXIMUM.items() if name != field}
    refused = pledge(desk, amount=None, maximum=terms)
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("MAX_AMOUNT_FIELD_MISSING", f"/maximum/{field}")
    ]


def test_the_period_of_a_maximum_amount_pledge_counts_against_the_patent_s_term():
    desk = Desk("2024-05-06").given(p4())
    late = {**MAXIMUM, "ends_on": "2026-06-30"}
    refused = pledge(desk, [P4], amount=None, maximum=late, debt_until="2026-04-14")
    assert codes(refused) == ["DEBT_TERM_EXCEEDS_IP_TERM"]


def test_an_id_is_used_once(desk):
    assert pledge(desk, pledge="pld_g1").verdict == "accepted"
    assert codes(pledge(desk, pledge="pld_g1")) == ["DUPLICATE_ID"]


# P-3


@pytest.mark.rule("P-3", "accepts")
def test_a_contract_is_shown_as_contracted_without_rank_and_restrains_nobody(desk):
    assert pledge(desk, pledge="pld_g1").verdict == "accepted"
    answer = desk.view(P2)
    assert answer["encumbrances"] == []
    (pending,) = answer["pending"]
    assert (pending["id"], pending["state"], pending["rank"], pending["registered_at"]) == (
        "pld_g1", "contracted", None, None,
    )  # fmt: skip
    assert desk.view(P2, "2024-05-05")["pending"] == []
    second = pledge(desk, pledge="pld_g2", pledgees=[{"name": OTHER_BANK}])
    assert second.verdict == "accepted"


# P-9


@pytest.mark.rule("P-9", "flags")
def test_register_and_contract_differ_and_the_register_wins(desk):
    desk.given(contract([P2], pledge="pld_g1"))
    desk.on("2024-05-10").given(
        registered("Y1", P2, on="2024-05-10", contract="pld_g1", amount=money(1_500_000))
    )
    answer = desk.view(P2)
    assert flagged(answer) == ["REGISTER_CONTRACT_MISMATCH"]
    (flag,) = desk.statement(P2)["flags"]
    assert (flag["data"]["field"], flag["data"]["expected"], flag["data"]["given"]) == (
        "amount", "150000000 CNY", "200000000 CNY",
    )  # fmt: skip
    assert answer["encumbrances"][0]["secured"]["amount"] == money(1_500_000)
    desk.on("2024-06-01").given(
        report(
            "CNIPA", "Y1-change", "pledge.changed", rights=[P2], pledge="pld_y1",
            registered_on="2024-06-01", amount=money(2_000_000),
        )
    )  # fmt: skip
    assert flagged(desk.view(P2)) == []
    assert flagged(desk.view(P2, "2024-05-31")) == ["REGISTER_CONTRACT_MISMATCH"]


@pytest.mark.rule("P-9", "accepts")
def test_where_the_register_is_silent_the_contract_is_read(desk):
    desk.given(contract([P2], pledge="pld_g1"))
    desk.on("2024-05-10").given(registered("Y1", P2, on="2024-05-10", contract="pld_g1"))
    answer = desk.view(P2)
    assert (flagged(answer), answer["encumbrances"][0]["secured"]["amount"]) == ([], money(2_000_000))


@pytest.mark.rule("P-9", "flags")
def test_a_contract_that_lists_the_right_otherwise_than_the_register_is_flagged(desk):
    accepted = pledge(desk, assets=[{"right": P2, "filed_on": "2018-05-21"}])
    assert (accepted.verdict, accepted.flags) == ("accepted", ("REGISTER_CONTRACT_MISMATCH",))


# P-15


@pytest.fixture
def third_party(desk):
    """甲公司 pledges for 丁公司's debt."""
    return lambda **members: pledge(desk, debtor={"name": "丁公司"}, command_id="act-15", **members)


def paper(kind, rights=(P2,), **members):
    return {
        "command": "file_document", "rights": list(rights), "kind": kind, "issued_on": "2024-05-06",
        "party": {"name": OWNER}, "sha256": DIGEST, **members,
    }  # fmt: skip


@pytest.mark.rule("P-15", "holds")
def test_a_pledge_for_another_s_debt_waits_for_the_resolution(desk, third_party):
    held = third_party(debtor_is="other")
    assert (held.verdict, codes(held)) == ("held", ["RESOLUTION_MISSING"])
    assert desk.view(P2)["pending"] == []
    desk.on("2024-05-08").given(paper("resolution", issued_on="2024-05-08"))
    (pending,) = desk.view(P2)["pending"]
    assert (pending["state"], pending["grantors"]) == ("contracted", [OWNER])
    assert desk.statement(P2)["pledges"][0]["third_party"] is True


@pytest.mark.rule("P-15", "holds")
@pytest.mark.parametrize("relation", ["shareholder", "controller", None])
def test_for_a_shareholder_s_debt_the_board_does_not_suffice(desk, third_party, relation):
    desk.given(paper("resolution"))
    assert codes(third_party(debtor_is=relation)) == ["RESOLUTION_MISSING"]
    desk.given(paper("shareholder_resolution"))
    assert desk.statement(P2)["held"][0]["state"] == "activated"


@pytest.mark.rule("P-15", "holds")
def test_a_listed_company_discloses_its_resolution(desk, third_party):
    desk.given(paper("resolution"))
    listed = [company(listed=True)]
    assert codes(third_party(debtor_is="other", pledgors=listed)) == ["DISCLOSURE_MISSING"]


@pytest.mark.rule("P-15", "accepts")
def test_neither_one_s_own_debt_nor_a_natural_person_s_pledge_needs_a_resolution(desk):
    assert pledge(desk).verdict == "accepted"
    desk = Desk("2024-05-06").given(p2("张三"))
    person = [{"name": "张三", "attributes": {"kind": "natural_person"}}]
    assert pledge(desk, pledgors=person, debtor={"name": "丁公司"}).verdict == "accepted"


def test_another_company_s_resolution_does_not_count(desk, third_party):
    desk.given(paper("resolution", party={"name": "丁公司"}))
    assert codes(third_party(debtor_is="other")) == ["RESOLUTION_MISSING"]


def test_whether_a_third_party_pledgor_is_listed_must_be_known(third_party, desk):
    desk.given(paper("resolution"))
    unknown = [
        {"name": OWNER, "attributes": {"kind": "legal_person", "state_organ": False, "public_welfare": False}}
    ]
    assert codes(third_party(debtor_is="other", pledgors=unknown)) == ["PARTY_ATTRIBUTE_MISSING"]


# P-16


@pytest.mark.rule("P-16", "refuses")
def test_a_state_organ_pledges_nothing(desk):
    assert codes(pledge(desk, pledgors=[company(state_organ=True)])) == ["PLEDGOR_INCAPABLE"]


@pytest.mark.rule("P-16", "refuses")
@pytest.mark.rule("P-16", "accepts")
def test_a_public_welfare_body_pledges_what_does_not_serve_its_purpose():
    desk = Desk("2024-05-06").given(p2(), p4())
    school = [company(public_welfare=True)]
    assert codes(pledge(desk, pledgors=school)) == ["PLEDGOR_INCAPABLE"]
    serving = pledge(desk, [P2, P4], pledgors=school, welfare_rights=[P4])
    assert [(each.code, each.right) for each in serving.findings] == [("PLEDGOR_INCAPABLE", P4)]
    assert pledge(desk, pledgors=school, welfare_rights=[]).verdict == "accepted"


def test_what_is_not_known_of_a_pledgor_is_not_taken_for_no(desk):
    refused = pledge(desk, pledgors=[{"name": OWNER}])
    assert [(each.code, each.pointer) for each in refused.findings] == [
        ("PARTY_ATTRIBUTE_MISSING", "/pledgors/0/attributes/state_organ"),
        ("PARTY_ATTRIBUTE_MISSING", "/pledgors/0/attributes/public_welfare"),
    ]


# P-17


@pytest.mark.rule("P-17", "flags")
def test_a_forfeiture_clause_is_accepted_and_told(desk):
    accepted = pledge(desk, forfeiture_clause=True)
    assert (accepted.verdict, accepted.flags) == ("accepted", ("FORFEITURE_CLAUSE",))
    assert flagged(desk.view(P2)) == ["FORFEITURE_CLAUSE"]


@pytest.mark.rule("P-17", "flags")
def test_a_transfer_to_the_pledgee_on_default_alone_is_flagged(desk):
    desk.given(contract([P2], forfeiture_clause=True, pledge="pld_g1"))
    moved = desk.on("2025-05-06").report(
        "CNIPA", "T1", "transfer.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": BANK}], registered_on="2025-05-06",
    )  # fmt: skip
    broken = [each.data["broken"] for each in moved.findings if each.code == "AUTHORITY_CONFLICT"]
    assert (moved.verdict, "NO_TITLE_BY_DEFAULT" in broken) == ("accepted", True)


@pytest.mark.rule("P-17", "accepts")
def test_a_court_s_auction_to_the_pledgee_is_no_forfeiture(desk):
    desk.given(contract([P2], forfeiture_clause=True, pledge="pld_g1"))
    moved = desk.on("2025-05-06").report(
        "CNIPA", "T1", "transmission.registered", rights=P2, grantors=[{"name": OWNER}],
        grantees=[{"name": BANK}], registered_on="2025-05-06", cause="auction",
    )  # fmt: skip
    broken = [each.data["broken"] for each in moved.findings if each.code == "AUTHORITY_CONFLICT"]
    assert "NO_TITLE_BY_DEFAULT" not in broken


# Who owns what


def test_a_third_party_may_add_its_own_right_to_the_security():
    desk = Desk("2024-05-06").given(p2(), p4("丁公司"))
    both = [company(), company("丁公司")]
    desk.given(paper("shareholder_resolution", [P4], party={"name": "丁公司"}))
    assert pledge(desk, [P2, P4], pledgors=both).verdict == "accepted"
    stranger = pledge(desk, [P2], pledgors=both)
    assert ("PLEDGE_NOT_PATENTEE", "/pledgors/1") in [(each.code, each.pointer) for each in stranger.findings]


def test_an_unknown_right_is_refused_and_nothing_else_is_asked(desk):
    assert "RIGHT_UNKNOWN" in codes(pledge(desk, [P1]))


@pytest.mark.rule("P-9", "flags")
@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"to": OTHER_BANK}, "pledgees"),
        ({"by": "丁公司"}, "pledgors"),
        ({"secures": ["principal"]}, "secures"),
        ({"debt_until": "2025-05-06"}, "debt_until"),
        ({"cap": money(2_000_000)}, "cap"),
    ],
)
def test_whatever_the_register_states_otherwise_is_named(desk, told, field):
    desk.given(contract([P2], pledge="pld_g1"))
    desk.given(registered("Y1", P2, on="2024-05-06", contract="pld_g1", **told))
    differing = [each for each in desk.statement(P2)["flags"] if each["code"] == "REGISTER_CONTRACT_MISMATCH"]
    assert [each["data"]["field"] for each in differing] == [field]


@pytest.mark.rule("P-9", "accepts")
def test_the_order_of_what_is_secured_and_one_of_several_pledgors_make_no_difference():
    desk = Desk("2024-05-06").given(p2(), p4("张三"))
    both = [company(), {"name": "张三", "attributes": {"kind": "natural_person"}}]
    desk.given(contract([P2, P4], pledge="pld_g1", pledgors=both))
    told = {"contract": "pld_g1", "secures": ["interest", "principal"]}
    desk.given(registered("Y1", P2, on="2024-05-06", **told))
    desk.given(registered("Y2", P4, on="2024-05-06", by="张三", **told))
    assert [flagged(desk.view(id_)) for id_ in (P2, P4)] == [[], []]


def test_who_was_refused_may_apply_again(desk):
    desk.given(contract([P2], pledge="pld_g1"))
    states = []
    for day, told in (
        ("2024-05-07", application("pld_g1", [P2], on="2024-05-07")),
        ("2024-05-08", refused("R1", P2, pledge="pld_g1", on="2024-05-08", text="材料不全")),
        ("2024-05-09", application("pld_g1", [P2], on="2024-05-09")),
    ):
        desk.on(day).given(told)
        (pending,) = desk.view(P2)["pending"]
        states.append((pending["state"], pending["detail"]))
    assert states == [("applied", None), ("refused", "材料不全"), ("applied", None)]
