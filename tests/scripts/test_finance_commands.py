"""Pools, pledges, exposure, loans, funds, licenses, freezes, dates and attention as a user asks for them."""

import json
import sys
from unittest import mock

import pytest

from ledger.submission import Given, Submissions
from scripts import charts
from scripts.asking import amount
from tests.ledger.rules.desk import P2, P4
from tests.ledger.rules.pledging import BANK, OWNER
from tests.ledger.rules.pooled import MANAGER, POOL
from tests.projections.stories import Story, freeze, mixed_pledge, small_pool, three_periods
from tests.scripts.conftest import Command
from tests.submission.clock import Clock


class Told(Story):
    """A story on the ledger of a home."""

    def __init__(self, command, day):
        self.clock = Clock(day)
        self.store = command.open()
        self.store.clock = self.clock
        self._desk = Submissions(self.store, actor="test")
        self._numbers = iter(range(1, 1000))

    def submit(self, command):
        (answer,) = self._desk.submit(Given(({"command_id": f"c-{next(self._numbers)}", **command},)))
        return answer


@pytest.fixture(scope="module")
def told(tmp_path_factory, new_database):
    """A ledger with a mixed pledge, a freeze, and a pool of three periods; read it, do not change it."""
    command = Command(tmp_path_factory.mktemp("told"), IPLEDGER_DATABASE_URL=new_database())
    story = small_pool(Told(command, "2024-03-20"))
    mixed_pledge(story.on("2024-05-06")).on("2024-06-05").given(freeze(P2))
    three_periods(story)
    story.store.close()
    return command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("pool", POOL, "--as-of", "2024-12-20"),
            ["质押贷款", "优先级", "丙公司", "已通知", "逾期", "覆盖倍数"],
        ),
        (("pool", POOL, "--period", "1"), ["支付顺序", "利息", "资金来源", "依据条目", "分毫不差"]),
        (("pool", "--as-of", "2024-12-20"), ["资产池", MANAGER]),
        (
            ("pledge", "pld_mix", "--as-of", "2024-06-05"),
            ["仅部分权利已登记", "担保", "质押率", "ASSET_FROZEN"],
        ),
        (("exposure", BANK, "--as-of", "2024-06-05"), ["合计", "顺位", "质押率", "项质押"]),
        (("exposure", OWNER, "--side", "debtor", "--as-of", "2024-06-05"), ["pld_old", "pld_mix"]),
        (("licenses", P2), ["没有许可记录", "可授予普通许可的范围"]),
        (("freezes", P2, "--as-of", "2024-06-05"), ["生效冻结", "某法院", "财产保全"]),
        (("calendar", P2, "--as-of", "2024-05-15"), ["年费 7", "2024-05-20", "余量", "保护期至"]),
        (("attention", "--role", "bank", "--as-of", "2024-06-05"), ["待办提醒", "冻结", "2024-12-03"]),
        (("attention", "--party", MANAGER, "--as-of", "2024-12-20"), ["LICENSEE_DEFAULT", "丁公司"]),
    ],
)
def test_people_read_chinese_in_eighty_columns(told, arguments, words):
    answer = told(*arguments, "--lang", "zh")
    assert (answer.code, answer.err) == (0, "")
    for word in words:
        assert word in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("pool", POOL, "--as-of", "2024-12-20"),
        ("pool", POOL, "--period", "3"),
        ("pledge", "pld_mix", "--as-of", "2024-06-05"),
        ("exposure", BANK, "--as-of", "2024-06-05"),
        ("attention", "--as-of", "2024-12-20"),
        ("calendar", P4, "--as-of", "2024-05-15"),
        ("freezes", P2, "--as-of", "2024-06-05"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_fit_eighty_columns(told, arguments, lang):
    from rich.cells import cell_len

    shown = told.at_terminal(80, *arguments, "--lang", lang)
    assert "┃" in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_programs_get_what_the_interface_serves(told):
    answer = told("pool", POOL, "--as-of", "2024-12-20", "--json").json
    assert (answer["pool"], len(answer["periods"])) == (POOL, 3)
    again = told("pool", POOL, "--as-of", "2024-12-20", "--known-at", answer["known_at"], "--json").json
    assert again == answer
    feed = told("attention", "--as-of", "2024-12-20", "--limit", "1", "--json").json
    behind = told("attention", "--as-of", "2024-12-20", "--after", feed["next"], "--json").json
    assert feed["items"][0]["id"] not in {item["id"] for item in behind["items"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pool", "pol_none"), "POOL_UNKNOWN"),
        (("pool", POOL, "--period", "9"), "PERIOD_UNKNOWN"),
        (("pool", POOL, "--chart", "chart.pdf"), "CHART_INVALID"),
        (("pool", "--chart", "chart.svg"), "CHART_INVALID"),
        (("pool", POOL, "--period", "1", "--chart", "chart.svg"), "CHART_INVALID"),
        (("pool", POOL, "--as-of", "yesterday"), "DATE_INVALID"),
        (("pool", POOL, "--known-at", "2024-01-01"), "INSTANT_INVALID"),
        (("loan", "loan_none"), "LOAN_UNKNOWN"),
        (("fund", "fund_none"), "FUND_UNKNOWN"),
        (("pledge", "pld_none"), "PLEDGE_UNKNOWN"),
        (("exposure", BANK, "--side", "both"), "SIDE_INVALID"),
        (("licenses", "US:patent:1"), "RIGHT_UNKNOWN"),
        (("attention", "--role", "king"), "ROLE_INVALID"),
        (("attention", "--after", "nowhere"), "CURSOR_INVALID"),
    ],
)
def test_what_cannot_be_asked_is_our_error_and_ends_with_2(told, arguments, code):
    answer = told(*arguments, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (2, code)
    assert set(answer.json["error"]["message"]) == {"en", "zh"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_chart_is_drawn_with_chinese_letters_and_twice_the_same(told, tmp_path, lang):
    files = [tmp_path / name for name in ("one.svg", "two.svg")]
    for file in files:
        answer = told("pool", POOL, "--chart", file, "--lang", lang)
        assert (answer.code, answer.err) == (0, "")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert b"<text" not in first
    assert b"NotoSansSC" in first


def test_a_chart_is_drawn_as_png(told, tmp_path):
    assert told("pool", POOL, "--chart", tmp_path / "chart.png").code == 0
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_chinese_font_labels_are_english_and_that_is_said(told, tmp_path):
    with mock.patch.object(charts, "_chinese_family", return_value=None):
        answer = told("pool", POOL, "--chart", tmp_path / "chart.svg", "--lang", "zh")
    assert answer.code == 0
    assert "未找到中文字体" in answer.err
    assert b"NotoSans" not in (tmp_path / "chart.svg").read_bytes()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_matplotlib_the_extra_is_named(told, tmp_path, lang):
    with mock.patch.dict(sys.modules, {"matplotlib": None, "matplotlib.figure": None}):
        answer = told("pool", POOL, "--chart", tmp_path / "chart.svg", "--lang", lang)
    assert answer.code == 3
    assert answer.err.startswith("CHARTS_UNAVAILABLE")
    assert "ipledger[charts]" in answer.err


def test_amounts_are_written_to_the_cent():
    assert [amount(minor, "CNY") for minor in (0, 5, 123456789, -5, None)] == [
        "0.00",
        "0.05",
        "1,234,567.89",
        "-0.05",
        "–",
    ]
    assert (amount(1234, "JPY"), amount(1234, "XXX?")) == ("1,234", "1,234")


def test_loans_and_funds_are_told_in_both_languages(ipledger, tmp_path):
    from tests.ledger.rules import test_funding as funding

    commands = [
        {**funding.loan(), "command_id": "c-1"},
        {**funding.interest("loan_1", 400_000), "command_id": "c-2"},
        {
            "command": "establish_fund", "fund": "fund_1", "manager": {"name": funding.MANAGER},
            "balance": funding.cny(50_000_000), "banks": [{"name": BANK}], "established_on": "2018-01-01",
            "command_id": "c-3",
        },
    ]  # fmt: skip
    file = tmp_path / "commands.json"
    file.write_text(json.dumps(commands, ensure_ascii=False), encoding="utf-8")
    assert ipledger("submit", file).code == 0
    for lang, words in (
        ("zh", ["乙银行 向 甲公司", "已付利息", "400,000.00"]),
        ("en", ["lent", "interest paid"]),
    ):
        shown = ipledger("loan", "loan_1", "--lang", lang)
        assert shown.code == 0
        for word in words:
            assert word in shown.out
    shown = ipledger("fund", "fund_1", "--lang", "zh")
    assert (shown.code, "50,000,000.00" in shown.out, "补偿额度余额" in shown.out) == (0, True, True)
    assert ipledger("loan", "loan_1", "--json").json["principal"] == 500_000_000
