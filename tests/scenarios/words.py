"""The commands of the stories: what parties want, what registers say; complete unless told otherwise."""

from tests.ledger.rules.desk import DIGEST, P1, P2, P3, P4, parties, report, right
from tests.ledger.rules.licensing import paper

A, B, C, D = "甲公司", "乙公司", "丙公司", "丁公司"
K = "乙银行"
COMPANY = {"seat": "mainland", "state_owned": False, "kind": "legal_person"}

_FILED = {
    P1: ("2015-03-10", "2017-01-03"),
    P2: ("2018-05-20", "2020-03-03"),
    P3: ("2021-08-01", "2022-01-04"),
    P4: ("2016-04-15", "2016-10-12"),
}


def patent(id_, owners=A, *, filed_on=None, granted_on=None):
    """The register's extract of a patent; of P1 to P4 the days are known."""
    filed, granted = _FILED.get(id_, (filed_on, granted_on))
    return right(id_, owners, title="一种电池", filed_on=filed, granted_on=granted)


def signing(name, on, **attributes):
    return {"name": name, "signed_on": on, "attributes": COMPANY | attributes}


def transfer(rights, by, to, on, **members):
    """A contract signed by both sides, mainland companies unless told otherwise."""
    return {
        "command": "contract_transfer",
        "rights": [rights] if isinstance(rights, str) else list(rights),
        "grantors": [by if isinstance(by, dict) else signing(by, on)],
        "grantees": [to if isinstance(to, dict) else signing(to, on)],
        "executed_on": on,
        "document": DIGEST,
        **members,
    }


def entered(number, rights, by, to, on, *, register="CNIPA", **members):
    """The register's entry of a transfer."""
    return report(
        register, number, "transfer.registered", rights=rights, grantors=parties(by), grantees=parties(to),
        registered_on=on, **members,
    )  # fmt: skip


def pledged(number, rights, on, *, by=A, to=K, **members):
    """The register's entry of a pledge, under the id `pld_` and its number."""
    told = {"pledge": f"pld_{number.lower()}", **members}
    return report(
        "CNIPA", number, "pledge.registered", rights=rights, pledgors=parties(by), pledgees=parties(to),
        registered_on=on, **told,
    )  # fmt: skip


def struck(number, rights, pledge, on):
    """The register strikes its entry of a pledge."""
    return report(
        "CNIPA", number, "pledge.released", rights=rights, pledges=[pledge], registered_on=on, cancelled=True
    )


def fee(number, type_, right_, year, **members):
    return report("CNIPA", number, f"fee.{type_}", rights=right_, year=year, **members)


def waiver(id_, on):
    """The inventors do not want to buy what they are entitled to be offered first (T-19)."""
    return paper("inventor_waiver", rights=id_, on=on, sha256=DIGEST)
