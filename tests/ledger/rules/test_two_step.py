"""Out and back again: two licenses, both or none (S-2 to S-4, S21)."""

import pytest

from tests.ledger.rules.desk import P1, P2, T1, Desk, codes, report, right
from tests.ledger.rules.licensing import consent, grant, paper, terminate
from tests.ledger.rules.plans import (
    BANK,
    MANAGER,
    ORIGINATOR,
    OWNER,
    STEP_ONE,
    STEP_TWO,
    admit,
    form,
    owned,
    step,
    two_step,
)


@pytest.fixture
def desk():
    return Desk("2025-01-15").given(*owned(P2))


def pledge(number="p-1", on="2025-01-05", *, pledgee=MANAGER, rights=P2):
    return report(
        "CNIPA", number, "pledge.registered", rights=rights, pledge=f"pld_{number}",
        pledgors=[{"name": OWNER}], pledgees=[{"name": pledgee}], registered_on=on,
    )  # fmt: skip


def agreed(act, to, *, giver=MANAGER, on="2025-01-08"):
    return consent(
        giver, "pledgee", act, on=on, to=[{"name": to}], license_kinds=["exclusive"], proceeds="escrow"
    )  # fmt: skip


def pointers(decision):
    return {finding.code: finding.pointer for finding in decision.findings}


@pytest.mark.rule("S-2", "refuses")
def test_s21_without_words_for_an_exclusive_sublicense_nothing_comes_back(desk):
    """S21: step 1 A to O 2025-01-10 to 2028-12-31 without sublicense words."""
    assert desk.statement(P2)["expires_on"] == "2038-05-19"
    refused = desk.submit(two_step(one={"sublicense": "none"}))
    assert codes(refused) == ["SUBLICENCE_NOT_AUTHORISED"]
    assert pointers(refused)["SUBLICENCE_NOT_AUTHORISED"] == "/step_one"
    assert "licenses" not in desk.statement(P2)


@pytest.mark.rule("S-2", "accepts")
@pytest.mark.rule("S-3", "accepts")
@pytest.mark.rule("S-3", "flags")
def test_s21_with_the_words_both_are_granted_and_the_risk_is_disclosed(desk):
    granted = desk.submit(two_step())
    assert granted.verdict == "accepted"
    assert granted.flags == ("RECHARACTERISATION_RISK",)
    one, two = desk.view(P2)["licenses"]
    assert (one["id"], one["kind"], one["licensors"], one["licensees"], one["level"]) == (
        STEP_ONE, "exclusive", [OWNER], [ORIGINATOR], 0,
    )  # fmt: skip
    assert (two["id"], two["kind"], two["parent"], two["reverse"], two["licensees"], two["level"]) == (
        STEP_TWO, "exclusive", STEP_ONE, True, [OWNER], 1,
    )  # fmt: skip
    assert [each["code"] for each in desk.view(P2)["flags"]].count("RECHARACTERISATION_RISK") == 1


@pytest.mark.rule("S-2", "refuses")
def test_s21_a_license_back_that_outlasts_the_one_out_is_refused(desk):
    """S21: step 2 to 2029-01-31 goes beyond step 1, which ends 2028-12-31."""
    refused = desk.submit(two_step(two={"scope": step("x", until="2029-01-31")["scope"]}))
    assert codes(refused) == ["SUBLICENCE_SCOPE_EXCEEDED"]
    assert pointers(refused)["SUBLICENCE_SCOPE_EXCEEDED"] == "/step_two/scope"


@pytest.mark.rule("S-2", "refuses")
def test_s21_neither_owner_nor_originator_licenses_others_within_the_scope(desk):
    desk.given(two_step())
    by_owner = desk.submit(grant(OWNER, "己公司", on="2025-01-15", from_="2025-02-01", until="2026-01-31"))
    assert codes(by_owner) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    by_originator = desk.submit(
        grant(
            ORIGINATOR, "己公司", on="2025-01-15", from_="2025-02-01", until="2026-01-31", parent=STEP_ONE
        )
    )  # fmt: skip
    assert codes(by_originator) == ["LICENCE_CONFLICT_EXCLUSIVE"]
    after = desk.submit(grant(OWNER, "己公司", on="2025-01-15", from_="2029-01-01", until="2029-12-31"))
    assert after.verdict == "accepted"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"matures_on": "2029-01-01"}, "/matures_on"),
        ({"two": {"scope": step("x", until="2028-06-29")["scope"]}}, "/matures_on"),
    ],
)
@pytest.mark.rule("S-2", "refuses")
def test_the_license_back_lasts_until_the_plan_matures(desk, change, pointer):
    refused = desk.submit(two_step(**change))
    assert codes(refused) == ["TENOR_MISMATCH"]
    assert pointers(refused)["TENOR_MISMATCH"] == pointer


@pytest.mark.rule("S-2", "accepts")
def test_a_license_back_to_the_very_day_of_maturity_is_long_enough(desk):
    assert desk.submit(two_step(matures_on="2028-12-31")).verdict == "accepted"


@pytest.mark.rule("S-2", "refuses")
def test_the_license_out_ends_within_the_term_of_the_right(desk):
    """P2's last day is 2038-05-19; a mark, whose license may depend on renewal, may not in a plan."""
    longer = {"scope": step("x", until="2038-05-20")["scope"]}
    refused = desk.submit(two_step(one=longer, two=longer))
    assert codes(refused) == ["LICENCE_TERM_EXCEEDS_IP_TERM", "TENOR_MISMATCH"]
    desk.given(right(T1, OWNER, granted_on="2018-01-14", expires_on="2028-01-13"))
    marks = desk.submit(two_step(rights=T1))
    assert (codes(marks), desk.statement(T1)["expires_on"]) == (["TENOR_MISMATCH"], "2028-01-13")


@pytest.mark.rule("S-2", "refuses")
def test_without_the_first_step_there_is_no_second(desk):
    refused = desk.submit(two_step(one=False))
    assert codes(refused) == ["STEP1_MISSING"]
    later = desk.submit(two_step(one={"executed_on": "2025-01-12"}, two={"executed_on": "2025-01-11"}))
    assert codes(later) == ["STEP1_MISSING"]


def test_the_second_step_may_be_signed_later_but_not_in_the_future(desk):
    refused = desk.submit(two_step(two={"executed_on": "2025-01-16"}))
    assert codes(refused) == ["DATE_IN_FUTURE"]
    assert pointers(refused)["DATE_IN_FUTURE"] == "/step_two/executed_on"
    assert desk.on("2025-01-16").submit(two_step(two={"executed_on": "2025-01-16"})).verdict == "accepted"
    assert [each["granted_on"] for each in desk.statement(P2)["licenses"]] == ["2025-01-10", "2025-01-16"]


def test_both_are_refused_when_one_of_several_rights_stands_in_the_way(desk):
    """Atomic over rights and steps: P1 belongs to somebody else, and P2 stays as it was."""
    desk.given(*owned(P1, owner="丁公司"))
    refused = desk.submit(two_step(rights=[P1, P2]))
    assert codes(refused) == ["GRANTOR_NOT_ENTITLED"]
    assert [each.right for each in refused.findings if each.code in refused.codes] == [P1]
    assert "licenses" not in desk.statement(P2)


def test_an_earlier_license_stands_in_the_way_of_both(desk):
    desk.given(grant(OWNER, "己公司", "lic_prior", on="2025-01-02", from_="2025-01-02"))
    refused = desk.submit(two_step())
    assert codes(refused) == ["LICENCE_CONFLICT_PRIOR_ORDINARY"]
    subject = {"subject_to": ["lic_prior"]}
    assert desk.submit(two_step(one=subject, two=subject)).verdict == "accepted"


def test_both_steps_bear_ids_of_their_own(desk):
    assert codes(desk.submit(two_step(two={"license": STEP_ONE}))) == ["DUPLICATE_ID"]
    unnamed = two_step()
    del unnamed["step_one"]["license"], unnamed["step_two"]["license"]
    desk.given(unnamed)
    one, two = desk.statement(P2)["licenses"]
    assert one["id"] != two["id"] == two["id"]
    assert two["parent"] == one["id"]


def test_a_scope_nobody_can_read_is_refused_in_its_place(desk):
    refused = desk.submit(two_step(one={"scope": {"acts": ["*"]}}))
    assert refused.verdict == "refused"
    assert all(
        each.pointer.startswith("/step_one/scope")
        for each in refused.findings
        if each.code == "SCOPE_INVALID"
    )
    assert "SCOPE_INVALID" in codes(refused)


@pytest.mark.rule("S-4", "refuses")
@pytest.mark.rule("S-4", "accepts")
def test_a_pledge_in_aid_binds_both_licenses_to_the_consent_of_its_holder(desk):
    """Twice bound: the manager consents to the license out, by L-16, and to the one back, by S-4."""
    desk.given(pledge())
    refused = desk.submit(two_step())
    assert codes(refused) == ["PLEDGEE_CONSENT_MISSING"]
    assert {each.rule for each in refused.findings if each.code in refused.codes} == {"L-16", "S-4"}
    desk.given(agreed("license", ORIGINATOR))
    half = desk.submit(two_step())
    assert [each.rule for each in half.findings if each.code in half.codes] == ["S-4"]
    desk.given(agreed("sublicense", OWNER))
    assert desk.submit(two_step()).verdict == "accepted"


@pytest.mark.rule("S-4", "accepts")
@pytest.mark.rule("S-4", "refuses")
def test_licenses_that_are_earlier_need_no_consent_and_later_ones_do_at_admission(desk):
    desk.given(two_step(), form())
    desk.given(pledge("p-1", "2025-01-11"))
    assert desk.dry_run(admit())[0].decision.verdict == "accepted"
    desk.given(pledge("p-2", "2025-01-09"))
    refused = desk.submit(admit())
    assert codes(refused) == ["PLEDGEE_CONSENT_MISSING"]
    assert {each.rule for each in refused.findings if each.code in refused.codes} == {"S-4"}


@pytest.mark.parametrize(
    ("licenses", "code"),
    [
        ([], "STEP1_MISSING"),
        ([{"right": P2, "step_one": "lic_other", "step_two": STEP_TWO}], "STEP1_MISSING"),
        ([{"right": P2, "step_one": STEP_TWO, "step_two": STEP_ONE}], "STEP1_MISSING"),
        ([{"right": P2, "step_one": STEP_ONE}], "REFERENCE_UNKNOWN"),
        ([{"right": P2, "step_one": STEP_ONE, "step_two": "lic_other"}], "REFERENCE_UNKNOWN"),
    ],
)
@pytest.mark.rule("S-2", "refuses")
def test_a_deal_of_a_two_step_plan_rests_on_both_licenses(desk, licenses, code):
    desk.given(two_step(), form())
    assert codes(desk.submit(admit(licenses=licenses))) == [code]


@pytest.mark.rule("S-2", "refuses")
def test_a_license_that_was_ended_carries_no_deal(desk):
    desk.given(two_step(), form())
    desk.given(terminate(STEP_ONE, [OWNER, ORIGINATOR], "2025-01-14"))
    assert codes(desk.submit(admit())) == ["STEP1_MISSING"]


@pytest.mark.rule("S-2", "refuses")
def test_a_plan_of_longer_life_than_its_licenses_takes_no_deal(desk):
    desk.given(two_step(), form(terms=form()["terms"] | {"matures_on": "2029-06-30"}))
    assert codes(desk.submit(admit())) == ["TENOR_MISMATCH"]


@pytest.mark.rule("S-3", "flags")
def test_steps_granted_one_by_one_are_disclosed_when_the_deal_comes_in(desk):
    desk.given(
        grant(
            OWNER, ORIGINATOR, STEP_ONE, "exclusive", on="2025-01-10", from_="2025-01-10",
            until="2028-12-31", sublicense="exclusive",
        ),
        grant(
            ORIGINATOR, OWNER, STEP_TWO, "exclusive", on="2025-01-10", from_="2025-01-10",
            until="2028-12-31", parent=STEP_ONE, reverse=True,
        ),
        form(),
    )  # fmt: skip
    assert desk.submit(admit()).flags == ("RECHARACTERISATION_RISK",)


def test_technology_licensed_abroad_waits_for_its_review_in_both_steps_at_once(desk):
    desk.given(paper("export_license", on="2025-01-10"))
    foreign = {"name": "Foreign Leasing Inc", "attributes": {"seat": "foreign"}}
    held = desk.submit(two_step(originator=foreign, export_class="restricted"))
    assert (held.verdict, codes(held)) == ("held", ["OUTBOUND_REVIEW_MISSING"])
    assert "licenses" not in desk.statement(P2)
    desk.given(paper("outbound_review", on="2025-01-15"))
    assert [each["id"] for each in desk.statement(P2)["licenses"]] == [STEP_ONE, STEP_TWO]


def test_a_bank_that_holds_a_pledge_has_its_say_like_any_other(desk):
    desk.given(pledge(pledgee=BANK))
    assert codes(desk.submit(two_step())) == ["PLEDGEE_CONSENT_MISSING"]
