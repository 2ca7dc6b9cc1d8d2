"""Submit and principal as a user runs them."""

import io
import json
import re
import sys
from pathlib import Path
from typing import get_args
from unittest import mock

import pytest

from ledger import rules
from ledger.facts.documents import PaperKind
from ledger.reasons.words import ITEMS
from tests.ledger.rules.desk import DIGEST, P1
from tests.submission.commands import consent, paper, registration


@pytest.fixture
def file(tmp_path):
    def write(value, name="commands.json"):
        path = tmp_path / name
        path.write_bytes(
            value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        )
        return path

    return write


def test_a_command_is_submitted_and_the_right_asked_about(ipledger, file):
    answer = ipledger("submit", file(registration()), "--json")
    assert (answer.code, answer.json["decision"], answer.json["positions"]) == (0, "accepted", [1])
    assert ipledger("submit", file(registration()), "--json").json["repeated"] is True
    shown = ipledger("status", P1, "--lang", "zh")
    assert (shown.code, "甲公司" in shown.out) == (0, True)
    assert ipledger("verify").code == 0


def test_a_list_is_answered_one_by_one_and_a_refusal_ends_with_1(ipledger, file):
    answer = ipledger("submit", file([registration(), consent("c-1", giver={"name": "丙公司"})]), "--json")
    assert answer.code == 1
    assert [each["decision"] for each in answer.json["decisions"]] == ["accepted", "refused"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["refused", "GRANTOR_NOT_ENTITLED /giver:", "2 commands: 1 accepted, 0 held, 1 refused."]),
        ("zh", ["拒绝", "GRANTOR_NOT_ENTITLED /giver:", "共 2 项：接受 1，待补正 0，拒绝 1。"]),
    ],
)
def test_people_are_told_in_their_language(ipledger, file, lang, words):
    told = file([registration(), consent("c-1", giver={"name": "丙公司"})])
    answer = ipledger("submit", told, "--lang", lang)
    assert answer.code == 1
    for word in words:
        assert word in answer.out


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "Dry run: nothing was written."), ("zh", "预审：未作任何记录。")]
)
def test_a_dry_run_says_so_and_writes_nothing(ipledger, file, lang, word):
    answer = ipledger("submit", "--dry-run", file(registration()), "--lang", lang)
    assert (answer.code, word in answer.out) == (0, True)
    assert ipledger("status", P1).code == 2
    assert ipledger("submit", "--dry-run", file(registration()), "--json").json["positions"] == []


def test_commands_are_read_from_standard_input(ipledger):
    lines = "\n".join(json.dumps(command) for command in (registration(), paper("d-1")))
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode()))):
        answer = ipledger("submit", "-", "--json")
    assert (answer.code, [each["positions"] for each in answer.json["decisions"]]) == (0, [[1], [2]])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "JSON_INVALID"),
        (b'{"a": 1.5}', "JSON_INVALID"),
        (b"[]", "LIST_INVALID"),
        (b"\xff", "JSON_INVALID"),
    ],
)
def test_what_cannot_be_read_ends_with_2(ipledger, file, content, code):
    answer = ipledger("submit", file(content), "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, code)


def test_a_file_that_is_not_there_ends_with_2(ipledger, tmp_path):
    for path in (tmp_path / "missing", tmp_path, "a\0b"):
        answer = ipledger("submit", path, "--json")
        assert (answer.code, answer.json["error"]["code"]) == (2, "FILE_UNREADABLE")


def test_a_database_that_is_not_there_ends_with_3(ipledger, file):
    address = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"
    answer = ipledger("submit", file(registration()), "--json", IPLEDGER_DATABASE_URL=address)
    assert (answer.code, answer.json["error"]["code"]) == (3, "STORAGE_UNAVAILABLE")


def test_a_confidential_value_is_opened_by_who_may(ipledger, file):
    ipledger("submit", file([registration(), paper("d-1", confidential={"/price": 987654321})]))
    opened = ipledger(
        "field", "open", "2", "/price", "--role", "custodian", "--reason", "audit of the deal", "--json"
    )
    assert opened.code == 0, opened.err
    assert "987654321" in opened.out


def test_a_principal_is_added_listed_and_removed(ipledger):
    made = ipledger("principal", "add", "bank", "--class", "PARTY", "--party", "乙银行", "--json")
    assert (made.code, made.json["classes"], made.json["parties"]) == (0, ["PARTY"], ["乙银行"])
    assert len(made.json["token"]) >= 40
    kept = ipledger.home / "principals.toml"
    assert made.json["token"] not in kept.read_text("utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    again = ipledger("principal", "add", "bank", "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "PRINCIPAL_EXISTS")
    assert [each["name"] for each in ipledger("principal", "list", "--json").json["principals"]] == ["bank"]
    assert "乙银行" in ipledger("principal", "list").out
    assert ipledger("principal", "remove", "bank").code == 0
    assert ipledger("principal", "remove", "bank").code == 2
    assert ipledger("principal", "list", "--json").json["principals"] == []


def test_a_principals_token_is_shown_once(ipledger):
    shown = ipledger("principal", "add", "clerk", "--class", "AUTHORITY", "--class", "PARTY", "--lang", "zh")
    assert shown.code == 0
    assert "不再显示" in shown.out
    assert ipledger("principal", "add", "a b", "--json").json["error"]["code"] == "PRINCIPALS_MISCONFIGURED"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("独占许可合同", "冻结（送达未证明）", "但权利受上列事项影响")),
        ("en", ("exclusive license", "freeze, service not proved", "not free of what is listed")),
    ],
)
def test_what_stands_beside_the_register_is_shown_and_the_right_is_not_called_free(
    ipledger, file, lang, words
):
    freeze = {
        "type": "freeze.imposed", "rights": [P1], "freeze": "frz_1", "stage": "preservation",
        "authorities": [{"name": "甲法院"}],
    }  # fmt: skip
    notice = {
        "command": "report", "command_id": "f-1", "source": {"register": "COURT", "number": "1"},
        "fact": freeze,
    }  # fmt: skip
    granted = {
        "command": "grant_license", "command_id": "l-1", "rights": [P1], "kind": "exclusive",
        "licensors": [{"name": "甲公司"}], "licensees": [{"name": "丁公司"}], "document": DIGEST,
        "scope": {
            "acts": ["make"], "territory": ["CN"], "field": ["*"],
            "from": "2024-01-09", "until": "2030-01-01",
        },
        "executed_on": "2024-01-09",
    }  # fmt: skip
    alone = registration(owners={"甲公司": [1, 1]})
    assert ipledger("submit", file([alone, granted, notice])).code == 0
    shown = ipledger("status", P1, "--lang", lang).out
    assert all(word in shown for word in words)


def test_everything_that_can_be_missing_has_a_chinese_name():
    assert {each for each in get_args(PaperKind) if each != "other"} <= ITEMS.keys()
    written = "".join(path.read_text() for path in Path(rules.__file__).parent.glob("*.py"))
    assert set(re.findall(r'Missing\(\s*"([a-z_]+)"', written)) <= ITEMS.keys()


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("issuer", {"name": "甲公司"}, "填写为 对象，应为 文本"),
        ("issued_on", 20240109, "填写为 20240109，应为"),
        ("rights", P1, "应为 列表"),
        ("kind", "no_such_kind", '填写为 "no_such_kind"，应为 contract'),
    ],
)
def test_a_fault_of_form_is_told_without_english_or_gaps(ipledger, file, member, value, words):
    answer = ipledger("submit", file(paper("d-1", **{member: value})), "--lang", "zh")
    assert (answer.code, words in answer.out) == (1, True), answer.out
    assert "Input should" not in answer.out
    assert "–" not in answer.out
