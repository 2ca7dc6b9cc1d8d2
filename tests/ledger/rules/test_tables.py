"""Parameters and schemes as an operator writes them: what is read, what is refused and which row counts."""

import pytest

from ledger.errors import InputRejected
from ledger.rules import policy, schemes
from ledger.rules.policy import POLICY, Setting, read_settings
from ledger.rules.schemes import SHIPPED, Provision, read_provisions

SETTINGS = "name,value,valid_from,valid_until,source"
PROVISIONS = "scheme,parameter,value,valid_from,valid_until,authority,document"


def test_a_parameter_is_read_with_its_days_and_its_authority():
    rows = ["hold_days,60,2024-01-01,2024-12-31,某法院", "extract_age_days,7,2024-01-01,,x"]
    assert read_settings([SETTINGS, *rows]) == (
        Setting("hold_days", 60, "2024-01-01", "2024-12-31", "某法院"),
        Setting("extract_age_days", 7, "2024-01-01", "2200-12-31", "x"),
    )


def test_a_provision_is_read_with_its_days_and_its_document():
    assert read_provisions([PROVISIONS, "s,p,70,2018-01-01,2018-01-01,A,1号"]) == (
        Provision("s", "p", 70, "2018-01-01", "2018-01-01", "A", "1号"),
    )


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([], 1),
        (["name,value,valid_from,source,valid_until"], 1),
        ([SETTINGS, "a,1,2024-01-01,,x", "b,1.5,2024-01-01,,x"], 3),
        ([SETTINGS, "a,-1,2024-01-01,,x"], 2),
        ([SETTINGS, "a,1,2024-01-01,,"], 2),
        ([SETTINGS, "a,1,2024-01-01,"], 2),
        ([SETTINGS, "a,1,2024-01-01,,x,y"], 2),
        ([SETTINGS, "a,1,2024-01-02,2024-01-01,x"], 2),
    ],
)
def test_a_parameter_of_another_form_is_refused_with_its_line(lines, line):
    with pytest.raises(InputRejected) as refused:
        read_settings(lines)
    assert (refused.value.code, refused.value.data["line"]) == ("POLICY_INVALID", line)
    assert all(
        name in text
        for name in SETTINGS.split(",")
        for text in (refused.value.message_en, refused.value.message_zh)
    )


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([], 1),
        (["scheme,value,parameter,valid_from,valid_until,authority,document"], 1),
        ([PROVISIONS, "s,p,1,2024-01-01,2024-12-31,A,1", "s,p,x,2024-01-01,2024-12-31,A,1"], 3),
        ([PROVISIONS, "s,p,1,2024-01-01,2024-12-31,A,"], 2),
        ([PROVISIONS, "s,p,1,2024-01-01,2024-12-31,A"], 2),
        ([PROVISIONS, "s,p,1,2024-01-01,2024-12-31,A,1,2"], 2),
        ([PROVISIONS, "s,p,1,2024-01-02,2024-01-01,A,1"], 2),
    ],
)
def test_a_provision_of_another_form_is_refused_with_its_line(lines, line):
    with pytest.raises(InputRejected) as refused:
        read_provisions(lines)
    assert (refused.value.code, refused.value.data["line"]) == ("POLICY_INVALID", line)
    assert all(
        name in text
        for name in PROVISIONS.split(",")
        for text in (refused.value.message_en, refused.value.message_zh)
    )


def test_the_parameter_in_force_on_the_day_counts_and_an_operator_s_row_before_ours():
    own = read_settings([SETTINGS, "hold_days,60,2024-01-01,2024-12-31,x"])
    preferred = POLICY.preferring(own)
    days = ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01")
    assert [preferred.value("hold_days", day) for day in days] == [90, 60, 60, 90]


def test_a_parameter_that_is_not_in_force_is_told_with_its_day():
    with pytest.raises(InputRejected) as refused:
        POLICY.value("no_such", "2024-05-06")
    assert refused.value.code == "POLICY_NOT_IN_FORCE"
    assert (refused.value.data["name"], refused.value.data["day"]) == ("no_such", "2024-05-06")


def test_what_is_shipped_is_what_the_files_say():
    assert policy._shipped() == POLICY
    assert schemes._shipped() == SHIPPED
    assert {row.parameter for row in SHIPPED if row.scheme == "dongguan"} >= {"loan_interest_percent"}
