"""When two names may be one party, on names as registers write them (design 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values.parties import NameMatch, match_names, nearly_same, normalize, party_id, same_party

SAME = [
    ("US WELL SERVICES LLC", "U.S. WELL SERVICES, LLC", NameMatch.NORMALIZED),
    ("GOOGLE INC.", "Google Inc", NameMatch.NORMALIZED),
    ("AT&T INC", "AT & T INC.", NameMatch.NORMALIZED),
    ("JOHNSON & JOHNSON", "Johnson and Johnson", NameMatch.NORMALIZED),
    ("华为技术有限公司", "华为技术 有限公司", NameMatch.NORMALIZED),
    ("甲\uff08北京\uff09公司", "甲(北京)公司", NameMatch.NORMALIZED),
    ("ACME INCORPORATED", "ACME, INC.", NameMatch.LEGAL_FORM),
    ("ACME LIMITED LIABILITY COMPANY", "ACME LLC", NameMatch.LEGAL_FORM),
    ("ACME L.L.C.", "ACME, LLC", NameMatch.NORMALIZED),
    ("ACME L. L. C.", "ACME, LLC", NameMatch.LEGAL_FORM),
    ("THE ACME COMPANY", "ACME CO.", NameMatch.LEGAL_FORM),
    ("HUAWEI TECHNOLOGIES CO., LTD.", "HUAWEI TECHNOLOGIES COMPANY LIMITED", NameMatch.LEGAL_FORM),
    ("ACME", "ACME LLC", NameMatch.LEGAL_FORM),
    ("WELLS FARGO BANK, NATIONAL ASSOCIATION", "WELLS FARGO BANK, N.A.", NameMatch.LEGAL_FORM),
    ("华为技术有限公司", "华为技术有限责任公司", NameMatch.LEGAL_FORM),
    ("BANK OF AMERICA, N.A.", "BANK OF AMERICA, N.A., AS ADMINISTRATIVE AGENT", NameMatch.ROLE),
    ("BANK OF AMERICA, N.A.", "BANK OF AMERICA, N.A., AS ADMINSTRATIVE AGENT", NameMatch.ROLE),
    ("BANK OF AMERICA NA", "BANK OF AMERICA, N.A. (AS CO-COLLATERAL AGENT)", NameMatch.ROLE),
    ("CLMG CORP., AS AGENT", "CLMG CORP. AS THE COLLATERAL TRUSTEE FOR ALL", NameMatch.ROLE),
    ("ACME INC F/K/A FOO INC", "FOO, INC.", NameMatch.ALIAS),
    ("ACME INC (FORMERLY KNOWN AS FOO INC)", "FOO INC", NameMatch.ALIAS),
    ("ACME INC F.K.A. FOO INC", "ACME, INC.", NameMatch.ALIAS),
    ("ACME INC FKA FOO INC", "FOO INCORPORATED", NameMatch.ALIAS),
    ("BOURN, CHARLES", "Charles T. Bourn", NameMatch.WORDS),
    ("OEHRING, JARED", "JARED OEHRING", NameMatch.WORDS),
]

DIFFERENT = [
    ("ABC HOLDINGS LLC", "ABC LLC"),
    ("ABC LLC", "ABC INC"),
    ("GOOGLE INC.", "GOOGLE LLC"),
    ("华为技术有限公司", "华为终端有限公司"),
    ("华为技术有限公司", "华为技术股份有限公司"),
    ("华为技术有限公司", "技术有限公司"),
    ("BANK OF AMERICA", "BANK OF AMERICA CALIFORNIA"),
    ("WELLS FARGO BANK, N.A.", "WELLS FARGO CAPITAL FINANCE, LLC"),
    ("AKA TECH", "TECH"),
    ("DBA HOLDINGS INC", "HOLDINGS INC"),
    ("ALPHA INC D/B/A ACME", "BETA INC D/B/A ACME"),
    ("ALPHA INC F/K/A OLD CO", "BETA INC F/K/A OLD CO"),
    ("---", "..."),
    ("SMITH, JOHN", "SMITH, JANE"),
    ("SMITH, J", "SMITH, JOHN"),
    ("BANK OF CHINA", "CHINA BANK OF COMMERCE"),
]


@pytest.mark.parametrize(("left", "right", "rule"), SAME)
def test_names_of_one_party_match_under_the_strictest_rule_that_fits(left, right, rule):
    assert match_names(left, right) is rule
    assert match_names(right, left) is rule


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_names_of_two_parties_do_not_match(left, right):
    assert match_names(left, right) is None
    assert match_names(right, left) is None


def test_a_person_s_words_are_not_enough_to_end_a_right():
    assert match_names("BOURN, CHARLES", "Charles T. Bourn") is NameMatch.WORDS
    assert same_party("BOURN, CHARLES", "Charles T. Bourn") is None


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("CLMG CORP., AS ADMINISTRATIVE AGENT", "CLMG CORP., AS ADMINSTRATIVE AGENT", True),
        ("PIPER SANDLER FINANCE LLC", "PIPER SANDLER FINANSE LLC", True),
        ("PIPER SANDLER FINANCE LLC", "PIPER JAFFRAY FINANCE LLC", False),
        ("华为技术有限公司", "华为终端有限公司", False),
        ("AB INC", "XY INC", False),
        ("A", "B", False),
    ],
)
def test_a_slip_of_the_pen_is_suspected_only_in_a_name_long_enough(left, right, near):
    assert nearly_same(left, right) is near
    assert nearly_same(right, left) is near


NAMES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            [
                "ACME",
                "BETA",
                "THE",
                "CO",
                "LTD",
                "LLC",
                "INC.",
                "N.A.",
                "F/K/A",
                "AS",
                "AGENT",
                ",",
                "(",
                "有限公司",
            ]
        ),
        max_size=7,
    ).map(" ".join),
)


@given(NAMES, NAMES)
def test_matching_is_symmetric_and_total(left, right):
    assert match_names(left, right) is match_names(right, left)
    assert nearly_same(left, right) == nearly_same(right, left)


@given(NAMES)
def test_every_name_matches_itself(name):
    assert match_names(name, name) is NameMatch.IDENTICAL
    assert party_id(name).startswith("pty_")
    assert len(party_id(name)) == 30


@given(NAMES, NAMES)
def test_names_of_one_id_match(left, right):
    """What is listed together under a debtor is never more than names that differ in writing."""
    if party_id(left) == party_id(right):
        assert match_names(left, right) in {NameMatch.IDENTICAL, NameMatch.NORMALIZED}


@given(NAMES)
def test_a_normalized_name_is_its_own_normal_form(name):
    assert normalize(normalize(name)) == normalize(name)
