"""Words for stories of a pool: a plan, its deals, and what happens to it, as commands for a `Desk`.

A plan of pledged loans, so that no licenses need be told of; amounts in cents.
"""

from ledger.rules.pooling import known_pool
from ledger.rules.redemptions import standing
from tests.ledger.rules.desk import DIGEST, report, right

POOL = "pol_1"
ORIGINATOR, MANAGER, TRUSTEE = "知识产权服务公司", "证券公司", "托管银行"
SENIOR, JUNIOR = "优先级", "次级"


def patent(number):
    """The id of the patent of this number in a story."""
    return f"CN:patent:2018{10000000 + number}.{_check_digit(f'2018{10000000 + number}')}"


def _check_digit(digits):
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def owned(right_, owner, **members):
    """A patent granted to an owner, good until 2038."""
    return right(right_, owner, filed_on="2018-05-20", granted_on="2020-01-03", **members)


def terms(senior, junior=0, *, rate="4.20%", matures_on="2027-03-20", **members):
    """A senior class with a rate, and below it one that takes what is left, where it has an amount."""
    tranches = [{"name": SENIOR, "principal": senior, "rate": rate}]
    tranches += [{"name": JUNIOR, "principal": junior}] if junior else []
    return {"currency": "CNY", "tranches": tranches, "matures_on": matures_on, **members}


def form(told, *, cut_off_on="2024-03-01", formed_on="2024-03-01", **members):
    return {
        "command": "form_pool", "pool": POOL, "name": "资产支持专项计划", "structure": "ip_pledge_loan",
        "originator": {"name": ORIGINATOR}, "manager": {"name": MANAGER}, "custodian": {"name": TRUSTEE},
        "cut_off_on": cut_off_on, "formed_on": formed_on, "terms": told, **members,
    }  # fmt: skip


def deal(name, licensee, principal, installments, **members):
    """The deal as `admit_deal` and `substitute_deal` have it, without rights."""
    steps = [{"on": on, "minor": minor} for on, minor in installments.items()]
    return {
        "deal": name, "licensee": {"name": licensee}, "principal": principal, "rate": "5.8%",
        "first_on": "2024-03-01", "installments": steps, **members,
    }  # fmt: skip


def admit(name, licensee, rights, principal, installments, *, admitted_on="2024-03-01", **members):
    return {
        "command": "admit_deal", "pool": POOL, "rights": rights, "admitted_on": admitted_on,
        **deal(name, licensee, principal, installments, **members),
    }  # fmt: skip


def notify(name, notified_on="2024-03-05"):
    return {"command": "notify_debtor", "pool": POOL, "deal": name, "notified_on": notified_on}


CUT_OFF = {"command": "fix_cut_off", "pool": POOL}


def establish(issued, *, established_on="2024-03-20", **members):
    return {
        "command": "establish_pool", "pool": POOL, "established_on": established_on, "issued": issued,
        "subscribed": issued, "investors": 20, "holder_of_record": {"name": MANAGER}, **members,
    }  # fmt: skip


def collect(name, amount, received_on):
    return {
        "command": "book_collection", "pool": POOL, "deal": name, "amount": amount,
        "received_on": received_on,
    }  # fmt: skip


def run(number, last, **members):
    return {"command": "run_period", "pool": POOL, "number": number, "last": last, **members}


def redeem(paid, redeemed_on, trigger="agreed", **members):
    return {
        "command": "redeem_deal", "pool": POOL, "trigger": trigger, "redeemed_on": redeemed_on, "paid": paid,
        **members,
    }  # fmt: skip


def invalid(right_, on, scope="full"):
    """The office's register: an invalidity became final."""
    return report(
        "CNIPA", f"W-{right_[-6:]}-{scope}", "invalidation.became_final", rights=right_, scope=scope,
        effective_from=on,
    )  # fmt: skip


def frozen(right_, on):
    """A court's preservation, served on the register."""
    return report(
        "CNIPA", f"F-{right_[-6:]}", "freeze.imposed", rights=right_, freeze=f"frz_{on}",
        stage="preservation", authorities=[{"name": "某中级人民法院"}], served_at=f"{on}T09:00:00+08:00",
    )  # fmt: skip


def valuation(name, values, base_date, *, purpose="securitization"):
    """A complete report, made on its base date; `values` in cents by right."""
    return {
        "command": "report_valuation", "valuation": f"val_{name}", "rights": list(values),
        "agency": {"name": "评估公司"}, "appraisers": ["A-1", "A-2"], "sealed": True, "base_date": base_date,
        "reported_on": base_date, "methods": ["income", "market"], "purpose": purpose, "document": DIGEST,
        "values": [
            {"right": right_, "value": {"minor": minor, "currency": "CNY"}}
            for right_, minor in values.items()
        ],
    }  # fmt: skip


def pool_at(desk):
    """The pool as the desk knows it."""
    return known_pool(POOL, desk.situation)


def triggers(desk, day=None):
    """All that stands on a day, today if none is given."""
    return standing(pool_at(desk), desk.situation, day or desk.today)


def trigger_codes(desk, day=None):
    return [each.code for each in triggers(desk, day)]
