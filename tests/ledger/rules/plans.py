"""Words for securitization: an owner that is the debtor, originator, manager and bank, pool `pol_one`."""

from tests.ledger.rules.desk import DIGEST, P2, Desk, right
from tests.ledger.rules.licensing import scope

OWNER, ORIGINATOR, MANAGER, BANK = "甲公司", "丙租赁有限公司", "戊资产管理有限公司", "乙银行"
POOL, DEAL = "pol_one", "deal_one"
MATURES = "2028-06-30"
STEP_ONE, STEP_TWO = "lic_out", "lic_back"


def terms(**members):
    """Senior 95,000,000.00 at 4.20 %, subordinate 5,000,000.00, CNY."""
    return {
        "currency": "CNY", "matures_on": MATURES,
        "tranches": [
            {"name": "优先级", "principal": 9_500_000_000, "rate": "4.20%"},
            {"name": "次级", "principal": 500_000_000},
        ],
        **members,
    }  # fmt: skip


def form(structure="two_step_license", **members):
    told = {
        "command": "form_pool", "pool": POOL, "name": "知识产权第一期资产支持专项计划",
        "structure": structure, "originator": {"name": ORIGINATOR}, "manager": {"name": MANAGER},
        "custodian": {"name": BANK}, "cut_off_on": "2025-01-31", "formed_on": "2025-01-10",
        "terms": terms(), **members,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def step(license_, from_="2025-01-10", until="2028-12-31", *, on="2025-01-10", **members):
    told = {
        "license": license_, "scope": scope(from_, until), "executed_on": on, "document": DIGEST, **members
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def two_step(*, rights=P2, one=None, two=None, **members):
    """Both steps; `one` and `two` are members that differ, `one=False` leaves the first out."""
    first = {"step_one": step(STEP_ONE, **{"sublicense": "exclusive", **(one or {})})}
    told = {
        "command": "grant_two_step_license", "rights": [rights] if isinstance(rights, str) else list(rights),
        "owners": [{"name": OWNER}], "originator": {"name": ORIGINATOR}, "matures_on": MATURES,
        "step_two": step(STEP_TWO, **(two or {})), **members,
    }  # fmt: skip
    return told if one is False else {**first, **told}


def admit(*, rights=P2, deal=DEAL, principal=10_000_000_000, on="2025-01-15", licenses=True, **members):
    """A deal of 100,000,000.00 at 5.8 %, paid back in June 2027 and June 2028."""
    rights = [rights] if isinstance(rights, str) else list(rights)
    half = principal // 2
    told = {
        "command": "admit_deal", "pool": POOL, "deal": deal, "rights": rights,
        "licensee": {"name": OWNER}, "principal": principal, "rate": "5.8%", "first_on": "2025-01-10",
        "installments": [
            {"on": "2027-06-20", "minor": half}, {"on": "2028-06-20", "minor": principal - half}
        ],
        "admitted_on": on, **members,
    }  # fmt: skip
    if licenses is True:
        told["licenses"] = [
            {"right": each, "step_one": STEP_ONE, "step_two": STEP_TWO} for each in rights
        ]  # fmt: skip
    elif licenses:
        told["licenses"] = licenses
    return told


def fix(**members):
    return {"command": "fix_cut_off", "pool": POOL, **members}


def notify(deal=DEAL, on="2025-02-10", **members):
    return {"command": "notify_debtor", "pool": POOL, "deal": deal, "notified_on": on, **members}


def collect(amount, on, deal=DEAL, **members):
    return {
        "command": "book_collection", "pool": POOL, "deal": deal, "amount": amount, "received_on": on,
        **members,
    }  # fmt: skip


def turn_over(received_on, on, deal=DEAL):
    return {
        "command": "turn_over_collection", "pool": POOL, "deal": deal, "received_on": received_on,
        "turned_over_on": on,
    }  # fmt: skip


def establish(on="2025-02-20", **members):
    return {
        "command": "establish_pool", "pool": POOL, "established_on": on, "issued": 10_000_000_000,
        "subscribed": 10_000_000_000, "investors": 12, "holder_of_record": {"name": MANAGER}, **members,
    }  # fmt: skip


def owned(*rights, owner=OWNER):
    """Patents of S21 and others on the register: filed 2018-05-20, in force since 2020."""
    return [right(each, owner, filed_on="2018-05-20", granted_on="2020-01-03") for each in rights or (P2,)]


def licensed_desk(*rights, today="2025-01-15"):
    """A desk on which `rights` are licensed in two steps and the pool is formed."""
    rights = rights or (P2,)
    return Desk(today).given(*owned(*rights), two_step(rights=rights), form())


def fixed_desk():
    """The pool of one deal with its cut-off fixed and the debtor notified, on 2025-02-20."""
    return licensed_desk().given(admit()).on("2025-02-20").given(fix(), notify())
