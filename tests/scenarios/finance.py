"""S13, S24: capital paid in with a right, subsidies and the compensation fund."""

from ledger.statement.contributions import contribution_on, paid_in_from
from tests.ledger.rules.desk import DIGEST, P2, parties
from tests.ledger.rules.pledging import money
from tests.scenarios.numbers import cn_patent
from tests.scenarios.telling import Story, given, on, reckoned, then, when
from tests.scenarios.words import COMPANY, A, K, entered, patent, pledged, waiver

Q = "丁科技有限公司"
AGENCY = "北京某某资产评估有限公司"
P2_PLEDGED = cn_patent(2018, 200003)


def contributed(id_, contribution):
    return {
        "command": "declare_contribution", "rights": [id_], "contribution": contribution,
        "contributor": {"name": A, "attributes": COMPANY}, "company": {"name": Q, "attributes": COMPANY},
        "form": "limited", "founded_on": "2024-08-01", "executed_on": "2024-08-20", "export_class": "free",
        "subscribed": money(3_000_000), "document": DIGEST,
    }  # fmt: skip


def valued(base_date, yuan):
    return {
        "command": "report_valuation", "rights": [P2], "agency": {"name": AGENCY},
        "appraisers": ["11000001", "11000002"], "sealed": True, "base_date": base_date,
        "reported_on": base_date, "methods": ["income", "market"], "purpose": "contribution",
        "values": [{"right": P2, "value": money(yuan)}], "document": DIGEST,
    }  # fmt: skip


def performed(*days):
    def ask(statement_of):
        statement = statement_of(P2)
        (told,) = statement["contributions"]
        return [contribution_on(told, day) for day in days], paid_in_from([statement], "con_q")

    return ask


S13 = Story(
    "S13",
    "capital in kind is paid in from the later of registration and delivery",
    on("2024-08-20"),
    given(
        patent(P2),
        patent(P2_PLEDGED, filed_on="2018-05-20", granted_on="2020-03-03"),
        waiver(P2, "2024-08-01"),
        pledged("Y1", P2_PLEDGED, "2024-05-10"),
        valued("2023-06-30", 3_000_000),
    ),
    when(contributed(P2, "con_q"), flags=["VALUATION_STALE", "VALUATION_MISSING"]),
    when(contributed(P2_PLEDGED, "con_p"), "PLEDGEE_CONSENT_MISSING", flags=None),
    given(valued("2024-07-31", 3_100_000)),
    on("2024-10-09"),
    given(entered("t-1", P2, A, Q, "2024-10-09", effective_from="2024-10-09")),
    reckoned(performed("2024-10-08", "2024-10-09"), (["DECLARED", "PARTLY_PERFORMED"], None)),
    on("2024-11-05"),
    when(
        {
            "command": "deliver_contribution", "rights": [P2], "contribution": "con_q",
            "company": {"name": Q}, "delivered_on": "2024-11-05", "document": DIGEST,
        }
    ),
    reckoned(performed("2024-11-04", "2024-11-05"), (["PARTLY_PERFORMED", "PAID_IN"], "2024-11-05")),
    then(P2, "2024-10-08", owners=[A]),
    then(P2, "2024-10-09", owners=[Q]),
    then(P2_PLEDGED, "2024-11-05", owners=[A], ranks={"Y1": 1}),
)  # fmt: skip

FUND = "fund_1"


def loan(id_, yuan):
    return {
        "command": "record_loan", "loan": id_, "lender": {"name": K}, "borrower": {"name": A},
        "principal": money(yuan), "drawn_on": "2024-01-15", "due_on": "2025-01-14", "pledges": ["pld_y1"],
    }  # fmt: skip


def interest(id_, yuan):
    return {"command": "record_interest", "loan": id_, "amount": money(yuan), "paid_on": "2024-06-20"}


def subsidy(id_, yuan):
    return {
        "command": "claim_subsidy", "enterprise": {"name": A}, "kind": "loan_interest", "scheme": "dongguan",
        "year": 2024, "basis": money(yuan), "loan": id_, "executed_on": "2025-02-01",
    }  # fmt: skip


def defaulted(id_, yuan):
    return {
        "command": "record_default", "loan": id_, "defaulted_on": "2025-01-20", "unpaid": money(yuan),
        "notices": [DIGEST],
    }  # fmt: skip


def compensation(id_):
    return {
        "command": "claim_compensation", "loan": id_, "fund": FUND, "scheme": "dongguan", "rights": [P2],
        "executed_on": "2025-02-01",
    }  # fmt: skip


def granted(yuan):
    return {"subsidy.granted": {"/granted": money(yuan)}}


def covered(yuan):
    return {"loss.covered": {"/amount": money(yuan)}}


S24 = Story(
    "S24",
    "a subsidy and a fund pay up to their caps, over several loans",
    on("2024-01-10"),
    given(patent(P2), pledged("Y1", P2, "2024-01-10")),
    on("2025-02-01"),
    given(loan("loan_1", 5_000_000), loan("loan_2", 20_000_000)),
    given(interest("loan_1", 400_000), interest("loan_2", 1_200_000)),
    when(subsidy("loan_1", 400_000), says=granted(280_000)),
    when(subsidy("loan_2", 1_200_000), flags=["SUBSIDY_CAP"], says=granted(720_000)),
    given(
        {
            "command": "establish_fund", "fund": FUND, "manager": {"name": "知识产权风险补偿基金管理中心"},
            "balance": money(50_000_000), "banks": parties(K), "established_on": "2020-01-01",
        },
        {
            "command": "report_exposure", "fund": FUND, "bank": {"name": K}, "total": money(200_000_000),
            "as_of": "2024-12-31",
        },
    ),
    given(loan("loan_0", 18_500_000), defaulted("loan_0", 18_500_000), defaulted("loan_1", 2_500_000)),
    when(compensation("loan_0"), says=covered(18_500_000)),
    when(compensation("loan_1"), flags=["COMP_CAP"], says=covered(1_500_000)),
    then(P2, "2025-02-01", owners=[A], ranks={"Y1": 1}),
)  # fmt: skip

STORIES = (S13, S24)
