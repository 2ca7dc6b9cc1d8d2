"""Every numbered rule of the specification stands once, has a home that names it, and is shown by tests."""

import pytest

from ledger.rules.base import Rule
from scripts import export_rules

SPECIFIED = {
    "N": range(1, 13),
    "ID": range(1, 6),
    "A-ID": range(1, 5),
    "A": range(1, 11),
    "R": range(1, 7),
    "T": range(1, 22),
    "L": range(1, 21),
    "P": range(1, 28),
    "F": range(1, 16),
    "K": range(1, 10),
    "U": range(1, 8),
}
"""How many rules each family of the specification has."""

NUMBERS = [
    f"{letters}{'' if letters == 'A-ID' else '-'}{number}"
    for letters, numbers in SPECIFIED.items()
    for number in numbers
]
RULES = {rule.number: rule for rule in export_rules.rules()}
MARKS = export_rules.marks()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_rule_of_the_specification_stands_in_exactly_one_table(number):
    assert [rule.number for rule in export_rules.rules()].count(number) == 1


@pytest.mark.parametrize("number", sorted(RULES))
def test_a_rule_has_a_home_that_names_it_and_sentences_for_its_codes(number):
    assert list(export_rules._untold(RULES[number])) == []


@pytest.mark.parametrize("number", sorted(RULES))
def test_a_rule_is_shown_accepting_and_refusing_holding_or_flagging(number):
    assert list(export_rules._untested(RULES[number], MARKS)) == []


def test_no_test_is_marked_with_a_rule_that_does_not_exist():
    assert sorted(MARKS.keys() - RULES.keys()) == []


@pytest.mark.parametrize("number", sorted(RULES))
def test_a_rule_is_told_in_both_languages(number):
    rule = RULES[number]
    assert rule.en.isascii()
    assert any("\u4e00" <= sign <= "\u9fff" for sign in rule.zh)
    assert rule.source
    assert rule.home or rule.left_out


def test_the_page_of_rules_is_up_to_date():
    assert export_rules.FILE.read_text("utf-8") == export_rules.page(MARKS)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('@pytest.mark.rule("T-1", "accepts")\ndef test_x(): ...', ("T-1", "accepts", "test_x")),
        (
            '@pytest.mark.rule("T-1", "flags")\nclass Test:\n  def test_x(self): ...',
            ("T-1", "flags", "Test::test_x"),
        ),
        (
            '@parametrize("a", [param(1, marks=mark.rule("T-1", "holds"))])\ndef test_x(a): ...',
            ("T-1", "holds", "test_x"),
        ),
    ],
)  # fmt: skip
def test_marks_are_found_wherever_they_stand(tmp_path, line, told):
    (tmp_path / "test_it.py").write_text(line, "utf-8")
    number, effect, name = told
    assert export_rules.marks(tmp_path) == {number: {effect: [f"{tmp_path.name}/test_it.py::{name}"]}}


@pytest.mark.parametrize("mark", ['"T-1"', '"T-1", "likes"', "number, effect"])
def test_a_mark_that_names_no_rule_or_effect_stops_the_export(tmp_path, mark):
    (tmp_path / "test_it.py").write_text(f"@pytest.mark.rule({mark})\ndef test_x(): ...", "utf-8")
    with pytest.raises(AssertionError):
        export_rules.marks(tmp_path)


def test_a_docstring_names_a_rule_alone_or_in_a_run():
    assert export_rules._names("T-16: licenses survive", "T-16")
    assert export_rules._names("what passes (T-16 to T-18)", "T-17")
    assert not export_rules._names("T-160, LT-16", "T-16")
    assert not export_rules._names("T-16 to T-18", "T-19")


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("ledger.rules.decide:_findings", "N-11"),
        ("ledger.rules.base:Command.entry_class", "N-1"),
        ("ledger.rules.base:PLATFORM", "numbered"),
        ("ledger.rules.ground", "N-1 to N-12"),
    ],
)
def test_what_is_said_of_a_home_is_found_for_functions_members_constants_and_files(home, words):
    assert words in export_rules.docstring_of(home)


@pytest.mark.parametrize("home", ["ledger.rules.nowhere:x", "ledger.rules.base:nothing"])
def test_a_home_that_does_not_exist_is_told(home):
    rule = Rule("T-99", "x", "甲", "s", "V", ("NO_SUCH_CODE",), home)
    assert list(export_rules._untold(rule)) == [
        "code NO_SUCH_CODE has no sentence", f"home {home} does not exist",
    ]  # fmt: skip


def test_a_rule_without_home_says_why_it_is_left_out():
    bare = Rule("T-99", "x", "甲", "s", "V")
    assert list(export_rules._untold(bare)) == ["has no home, and no reason why it is left out"]
    left = Rule("T-99", "x", "甲", "s", "V", left_out="nobody keeps such a register")
    assert [*export_rules._untold(left), *export_rules._untested(left, {})] == []
