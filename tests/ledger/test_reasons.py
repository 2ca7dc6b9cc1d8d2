"""Every code of the specification has a reason that says, in both languages, what is wrong and what to do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import FLAGS
from ledger.reasons import REASONS, ReasonUnknown, merged, reason_of
from ledger.reasons.base import Reason

GROUND = "STALE_VERSION AUTHORITY_CONFLICT REPORTED_OFF_PLATFORM NO_RULE_BROKEN"
PARTIES = "PARTY_ID_INVALID PARTY_ID_CHECK_OVERRIDDEN PARTY_ATTRIBUTE_MISSING CHANGE_NOT_BUNDLED"
STATUS = """
    ASSET_ID_INVALID ASSET_DUPLICATE SHARE_UNSPECIFIED SHARES_NOT_ONE STATUS_TRANSITION_INVALID
    INVALIDATION_DECIDED_NOT_FINAL PLEDGEE_CONSENT_MISSING ASSET_FROZEN RIGHT_NOT_TRANSFERABLE STALE_EXTRACT
    DATE_ORDER_INVALID FEE_STATUS_UNKNOWN LAPSE_EXPECTED KEY_INVALID
"""
REGISTRATION = "REGISTRY_SEQUENCE_INVALID JOINT_FILING_REQUIRED AGENCY_REQUIRED TRANSLATION_MISSING"
TRANSFERS = """
    WRITTEN_FORM_MISSING SIGNATURE_MISSING NOT_OWNER_OF_RECORD SHARE_EXCEEDS_HOLDING ASSET_NOT_IN_FORCE
    COOWNER_CONSENT_MISSING PREEMPTION_NOT_CLEARED PROCEEDS_ROUTE_MISSING PROCEDURE_SUSPENDED
    EXPORT_PROHIBITED EXPORT_LICENCE_MISSING EXPORT_CERT_MISSING OUTBOUND_REVIEW_MISSING APPROVAL_MISSING
    SIMILAR_MARKS_NOT_BUNDLED TM_PARTIAL_GOODS_TRANSFER TRANSFEREE_NOT_QUALIFIED LICENCE_IN_TRANSFER_GAP
    OPEN_LICENCE_RECONFIRM AUTHORITY_DOCUMENT_MISSING INVENTOR_PREEMPTION_NOT_OFFERED PRICE_PROCEDURE_MISSING
    VALUATION_MISSING COMPETING_TRANSFER
    GOODWILL_MISSING ITU_NOT_ASSIGNABLE PRIORITY_CONFLICT PRIORITY_UNDETERMINED
"""
LICENSES = """
    GRANTOR_NOT_ENTITLED LICENCE_TERM_EXCEEDS_IP_TERM RENEWAL_DEPENDENT SCOPE_EXCEEDS_REGISTRATION
    LICENCE_CONFLICT_EXCLUSIVE LICENCE_CONFLICT_PRIOR_ORDINARY OWNER_EXCLUDED SUBLICENCE_NOT_AUTHORISED
    SUBLICENCE_SCOPE_EXCEEDED REVERSE_WITHOUT_PARENT EVAL_REPORT_MISSING ANNUAL_FEE_OVERDUE
    OPEN_LICENCE_ACTIVE FEE_NOT_PAID OPEN_LICENCE_WITHDRAWN RECORDAL_OVERDUE NOT_OPPOSABLE ALREADY_ENDED
    RIGHT_NOT_GRANTED RECORDAL_RIGHT_ENDED RECORDAL_GRANTOR_NOT_ENTITLED RECORDAL_CONTENT_MISSING
    RECORDAL_TERM_EXCEEDS_IP RECORDAL_COOWNER_BREACH RECORDAL_FEE_LATE RECORDAL_SUSPENDED_OR_FROZEN
    RECORDAL_DUPLICATE RECORDAL_PLEDGED_WITHOUT_CONSENT RECORDAL_CONFLICT
"""
PLEDGES = """
    RIGHT_NOT_PLEDGEABLE WRONG_REGISTRY PLEDGE_FIELD_MISSING PLEDGE_NOT_PATENTEE NOT_GRANTED
    DEBT_TERM_EXCEEDS_IP_TERM PLEDGE_ALREADY_REGISTERED DUAL_FILING_NO_ACK INVALIDATION_PENDING_NO_ACK
    PLEDGE_NOT_OWNER OWNERSHIP_DISPUTED PRIOR_LICENCE_UNDISCLOSED RANK_TIE JUNIOR_CONSENT_MISSING
    REGISTER_CONTRACT_MISMATCH MAX_AMOUNT_FIELD_MISSING DRAW_AFTER_DETERMINATION PLEDGEE_OF_RECORD_DIFFERS
    PLEDGOR_DISCHARGED RESOLUTION_MISSING DISCLOSURE_MISSING PLEDGOR_INCAPABLE FORFEITURE_CLAUSE
    NO_TITLE_BY_DEFAULT PLEDGOR_CONSENT_MISSING ENFORCEMENT_TIME_BARRED REGISTRATION_EXPIRED
    RELEASE_NOT_AUTHORISED GUARANTOR_RELEASED NO_ENFORCEMENT_EVENT METHOD_INVALID DISTRIBUTION_UNBALANCED
    OBJECT_LOST TOP_UP_DUE PARTIALLY_PERFECTED DETERMINATION_NOT_DUE NOT_PARTY_TO_PLEDGE RESERVE_TOO_LOW
"""
FREEZES = """
    SERVICE_TIME_MISSING FREEZE_TERM_OVER_CEILING FREEZE_ON_FORMER_OWNER EXEMPT_PROPERTY INSOLVENCY_STAY
    AVOIDABLE REORG_STAY FREEZE_TERM_COMPUTED FREEZE_RENEWED_LATE FREEZE_REFERENCE_UNKNOWN FREEZE_UNPUBLISHED
    DISPOSAL_UNMATCHED COOWNERS_TO_BE_NOTIFIED
"""
SECURITIZATION = """
    STRUCTURE_UNKNOWN LEASE_INTANGIBLE STEP1_MISSING TENOR_MISMATCH RECHARACTERISATION_RISK POOL_INELIGIBLE
    ASSET_ALREADY_POOLED COMMINGLING DEBTOR_NOT_NOTIFIED HOLDER_NOT_MANAGER TRANCHE_SUM_MISMATCH
    OVERCOLLATERAL_SHORT INVESTOR_LIMIT WATERFALL_ORDER WATERFALL_UNBALANCED ENHANCEMENT_ORDER MASS_REDEMPTION
    REDEMPTION_UNDERPAID SUBSTITUTE_INELIGIBLE COVER_TEST_FAILED CLEANUP_NOT_ALLOWED CURE_RUNNING
    REVIEW_OVERDUE
    PERIOD_OUT_OF_ORDER TRIGGER_NOT_STANDING REDEMPTION_INCOMPLETE POOLED_RIGHT_INVALID
    POOLED_RIGHT_INVALID_PART POOLED_RIGHT_ENDED POOLED_RIGHT_FROZEN LICENSEE_DEFAULT POOL_MATURED
    DISPOSAL_NOTICE_MISSING POOL_STILL_OWES MONEY_NOT_DISTRIBUTED
    POOL_ENDED DEAL_LEFT_POOL POOL_STEP_DONE POOL_STEP_MISSING SUBSCRIPTION_SHORT
"""
FUNDING = """
    CONTRIBUTION_OVERDUE OVERVALUED LICENCE_CONTRIBUTION_REVIEW VALUATION_FIELD_MISSING VALUATION_STALE
    VALUATION_PURPOSE SUBSIDY_CAP INTEREST_NOT_PAID NO_PAYMENT_PROOF COMP_CAP FUND_EXHAUSTED NOT_ELIGIBLE_LOAN
    CLAIM_EVIDENCE_MISSING REFUND_DUE SUBSIDY_TERM OVER_INSURED DOUBLE_RECOVERY POLICY_NOT_IN_FORCE
"""
CORRECTIONS = """
    TARGET_UNKNOWN CORRECTION_NOT_AUTHORISED BACKDATING_NOT_PROVEN RANK_BACKDATING CORRECTION_CYCLE
    DEPENDS_ON_VOID ENTRY_VOIDED EXECUTED_STANDS
"""
PRIVACY = "PII_IN_EVENT ERASED ERASURE_RESTRICTED EXPORT_GATE VAULT_MISSING"
FORM = """
    FIELD_MISSING FIELD_UNKNOWN FIELD_INVALID TEXT_UNREADABLE TEXT_TOO_LONG DATE_INVALID DATE_OUT_OF_RANGE
    DATE_IN_FUTURE AMOUNT_INVALID AMOUNT_TOO_LARGE RATE_INVALID CURRENCY_UNKNOWN CURRENCY_MISMATCH
    SCOPE_INVALID
    COMMAND_UNKNOWN COMMAND_TOO_LARGE JSON_INVALID
"""
SUBMISSION = """
    COMMAND_ID_REUSED RIGHT_UNKNOWN REFERENCE_UNKNOWN REFERENCE_AMBIGUOUS DUPLICATE_ID DUPLICATE_REPORT
    CLASS_NOT_PERMITTED SIGNATURE_INVALID SIGNATURE_REQUIRED SIGNER_UNKNOWN KEY_REVOKED PARTY_UNKNOWN NOT_HELD
    HOLD_EXPIRED BATCH_ABORTED CALENDAR_YEAR_MISSING
"""
FAMILIES = (
    GROUND, PARTIES, STATUS, REGISTRATION, TRANSFERS, LICENSES, PLEDGES, FREEZES, SECURITIZATION, FUNDING,
    CORRECTIONS, PRIVACY, FORM, SUBMISSION,
)  # fmt: skip
SPECIFIED = [code for family in FAMILIES for code in family.split()]

MEMBERS = {
    "right", "party", "holder", "owner", "number", "reference", "day", "until", "field", "given", "expected",
    "rule", "broken", "amount", "limit", "status", "kind", "document", "share", "office", "class_",
}  # fmt: skip

every_reason = pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.name)


def members(sentence):
    return set(re.findall(r"{([^}]*)}", sentence))


def test_the_table_holds_the_codes_of_the_specification_each_once_and_no_other():
    assert len(SPECIFIED) == len(set(SPECIFIED))
    assert set(SPECIFIED) == REASONS.keys()
    assert all(reason.name == code for code, reason in REASONS.items())


def test_a_code_in_two_families_is_refused():
    reason = REASONS["ASSET_FROZEN"]
    with pytest.raises(AssertionError, match="ASSET_FROZEN"):
        merged([[reason], [reason]])


@every_reason
def test_a_reason_cites_its_rules_by_number(reason):
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", reason.name)
    assert re.fullmatch(r"[A-Z]{1,2}-[A-Z]*\d+(, [A-Z]{1,2}-[A-Z]*\d+)*", reason.rule)


@every_reason
def test_a_reason_says_what_is_wrong_and_what_to_do_in_english(reason):
    for sentence in (reason.en, reason.remedy_en):
        assert sentence.strip() == sentence
        assert re.match(r"[a-z{]", sentence)
        assert not sentence.endswith(".")
        assert sentence.isascii()
        assert "  " not in sentence


@every_reason
def test_a_reason_says_what_is_wrong_and_what_to_do_in_chinese(reason):
    for sentence in (reason.zh, reason.remedy_zh):
        assert sentence.strip() == sentence
        assert re.search(r"[\u4e00-\u9fff]", sentence)
        assert not re.search(r"[,;:()?!]", re.sub(r"{\w+}", "", sentence))
        assert not sentence.endswith("。")


@every_reason
def test_both_languages_name_the_same_members_of_the_data(reason):
    assert members(reason.en) == members(reason.zh)
    assert members(reason.remedy_en) == members(reason.remedy_zh)
    if reason.name not in FLAGS:
        assert members(reason.en + reason.remedy_en) <= MEMBERS


@every_reason
def test_a_message_without_data_shows_dashes(reason):
    message = reason.message({})
    assert message.keys() == {"en", "zh"}
    for language, text in message.items():
        assert not re.search(r"[{}]", text)
        sentences = (reason.en, reason.remedy_en) if language == "en" else (reason.zh, reason.remedy_zh)
        assert text.count("–") == sum(len(re.findall(r"{\w+}", sentence)) for sentence in sentences)


def test_a_message_is_the_complaint_and_then_the_remedy_filled_from_the_data():
    reason = Reason(
        "EXAMPLE", "N-11", "{party} lacks {field}", "{party} 缺少 {field}", "add {field}", "请补充 {field}"
    )
    message = reason.message({"party": ["A", "B"], "field": "day", "other": 1})
    assert message == {"en": "A, B lacks day; add day", "zh": "A、B 缺少 day；请补充 day"}


@pytest.mark.parametrize("absent", [None, "", [], (), [None]])
def test_a_member_that_says_nothing_is_shown_as_a_dash(absent):
    reason = Reason("EXAMPLE", "N-11", "{right}", "{right}", "go", "办")
    assert reason.message({"right": absent}) == {"en": "–; go", "zh": "–；办"}


def test_nought_is_shown_and_is_not_taken_for_absent():
    reason = Reason("EXAMPLE", "N-11", "{limit}", "{limit}", "go", "办")
    assert reason.message({"limit": 0}) == {"en": "0; go", "zh": "0；办"}


@given(st.dictionaries(st.sampled_from(sorted(MEMBERS)), st.text() | st.integers() | st.lists(st.text())))
def test_no_data_keeps_a_reason_from_being_told(data):
    """Not even data that looks like a placeholder itself."""
    for reason in REASONS.values():
        reason.message(data)


def test_data_is_not_read_as_a_sentence_of_its_own():
    message = REASONS["FIELD_UNKNOWN"].message({"field": "{code} {0.__class__}"})
    assert "{code} {0.__class__}" in message["en"]


def test_a_flag_of_statements_is_taken_from_its_own_table():
    """But for one that says another thing of a command than of a register's corrective recording."""
    shared = (FLAGS.keys() & REASONS.keys()) - {"TARGET_UNKNOWN"}
    assert shared == {
        "SHARE_UNSPECIFIED", "STATUS_TRANSITION_INVALID", "INVALIDATION_DECIDED_NOT_FINAL", "RANK_TIE",
        "OBJECT_LOST", "CORRECTION_CYCLE",
    }  # fmt: skip
    for code in shared:
        assert REASONS[code].en is FLAGS[code].en
        assert REASONS[code].zh is FLAGS[code].zh
        assert REASONS[code].rule is FLAGS[code].rule


@pytest.mark.parametrize(
    ("emitted", "name"),
    [
        ("ASSET_FROZEN", "ASSET_FROZEN"),
        ("PLEDGE_FIELD_MISSING:debt_period", "PLEDGE_FIELD_MISSING"),
        ("POOL_INELIGIBLE:ASSET_FROZEN", "POOL_INELIGIBLE"),
    ],
)
def test_an_emitted_code_finds_its_reason_with_or_without_a_field(emitted, name):
    assert reason_of(emitted) is REASONS[name]


@pytest.mark.parametrize(
    "code", ["", ":", "asset_frozen", "ASSET_THAWED", "ASSET_THAWED:day", " ASSET_FROZEN"]
)
def test_an_unknown_code_is_said_to_be_unknown(code):
    with pytest.raises(ReasonUnknown) as raised:
        reason_of(code)
    assert raised.value.code == "REASON_UNKNOWN"
    assert raised.value.data == {"given": code}
    assert raised.value.message_en.isascii()
    assert not raised.value.message_zh.isascii()
