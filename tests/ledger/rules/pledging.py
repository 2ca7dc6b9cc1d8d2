"""Words for stories about pledges: the rights of the scenarios, a complete contract, an application, entries.

desk = Desk("2024-05-06").given(p2())
desk.given(contract([P2], pledge="pld_g1"))
desk.on("2024-05-07").given(application("pld_g1", [P2]))
desk.on("2024-05-10").given(registered("Y2024980001", P2, contract="pld_g1"))
"""

from tests.ledger.rules.desk import DIGEST, P2, P4, T1, T2, W1, report, right

OWNER, BANK, OTHER_BANK = "甲公司", "乙银行", "丙银行"
COMPANY = {"kind": "legal_person", "state_organ": False, "public_welfare": False, "listed": False}


def company(name=OWNER, **attributes):
    return {"name": name, "attributes": {**COMPANY, **attributes}}


def money(major, currency="CNY"):
    return {"minor": major * 100, "currency": currency}


def p2(owners=OWNER, **members):
    told = {"title": "一种电池", "filed_on": "2018-05-20", "granted_on": "2020-03-03", **members}
    return right(P2, owners, **told)


def p4(owners=OWNER, **members):
    told = {"title": "一种支架", "filed_on": "2016-04-15", "granted_on": "2016-10-12", **members}
    return right(P4, owners, **told)


def mark(id_, owners=OWNER, **members):
    told = {"granted_on": "2018-01-14", "particulars": {"goods": ["9"]}, **members}
    return right(id_, owners, names=[{"kind": "registration", "number": id_[-8:]}], **told)


def w1(owners=OWNER, **members):
    told = {"title": "管理软件", "expires_on": "2071-12-31", **members}
    return right(W1, owners, **told)


def similar(*ids, on="2024-01-02"):
    return report("CNIPA", f"marks-{len(ids)}-{on}", "marks.listed", rights=ids, listed_on=on)


def contract(rights, **members):
    """A contract that lacks nothing; a member given as None is left out."""
    told = {
        "command": "contract_pledge", "rights": list(rights), "pledgors": [company()],
        "debtor": {"name": OWNER}, "pledgees": [{"name": BANK}], "addresses_stated": True,
        "claim": "loan", "amount": money(2_000_000), "debt_until": "2025-05-05",
        "secures": ["principal", "interest"], "executed_on": "2024-05-06", "document": DIGEST,
        "assets": [{"right": each, "items": [5, 6]} for each in rights if each == W1],
        **members,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


MAXIMUM = {"cap": money(10_000_000), "begins_on": "2024-01-01", "ends_on": "2025-12-31", "claims": "loans"}


def application(pledge, rights, *, on, **members):
    return {
        "command": "apply_pledge_registration", "pledge": pledge, "rights": list(rights), "filed_on": on,
        "applicants": [{"name": OWNER}, {"name": BANK}], **members,
    }  # fmt: skip


def registered(number, rights, *, on, by=OWNER, to=BANK, register="CNIPA", **members):
    """The office's word; the entry has an id of its own unless one is given."""
    told = {
        "pledge": f"pld_{number.lower()}",
        "pledgors": [{"name": by}],
        "pledgees": [{"name": to}],
        **members,
    }
    return report(register, number, "pledge.registered", rights=rights, registered_on=on, **told)


def refused(number, rights, *, pledge, on, register="CPCC", **members):
    return report(
        register, number, "pledge.refused", rights=rights, pledge=pledge, registered_on=on, **members
    )


def ranks(answer):
    """Reference and rank of what stands."""
    return {item["reference"]: item["rank"] for item in answer["encumbrances"]}


def flagged(answer):
    return [flag["code"] for flag in answer["flags"]]


MARKS = (T1, T2)
