"""How rights are used: owners under exclusive licenses, licensees of works (L-6, L-19)."""

import pytest

from tests.ledger.rules.desk import P2, W1, Desk, codes, right
from tests.ledger.rules.licensing import grant, scope

A, B, C, SPV = "甲公司", "乙公司", "丙公司", "平台公司"


def use(user, under=None, *, rights=P2, from_="2024-02-01", until="2024-02-10", **members):
    told = {
        "command": "report_use", "rights": [rights], "user": {"name": user},
        "scope": scope(from_, until, **members), "under": under,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


@pytest.fixture
def desk():
    return Desk("2024-03-01").given(right(P2, A, filed_on="2018-05-20", granted_on="2020-06-02"))


@pytest.mark.rule("L-6", "accepts")
@pytest.mark.parametrize("kind", ["sole", "ordinary"])
def test_an_owner_may_use_what_it_did_not_license_exclusively(desk, kind):
    desk.given(grant(A, B, "lic_1", kind))
    told = desk.submit(use(A))
    assert (told.verdict, told.flags) == ("accepted", ())
    assert [each["user"] for each in desk.statement(P2)["uses"]] == [A]


@pytest.mark.rule("L-6", "flags")
def test_an_owner_is_excluded_from_what_it_licensed_exclusively(desk):
    desk.given(grant(A, B, "lic_1", "exclusive", territory=["CN-44"]))
    inside = desk.submit(use(A, territory=["CN-4403"]))
    assert (inside.verdict, inside.flags) == ("accepted", ("OWNER_EXCLUDED",))
    assert inside.findings[0].data == {"owner": A, "reference": ["lic_1"]}
    assert "OWNER_EXCLUDED" in [flag["code"] for flag in desk.view(P2)["flags"]]
    assert desk.submit(use(A, territory=["CN-43"])).flags == ()
    assert desk.submit(use(A, from_="2023-12-01", until="2023-12-31", territory=["CN-44"])).flags == ()


@pytest.mark.rule("L-6", "accepts")
@pytest.mark.rule("L-6", "flags")
def test_a_reverse_license_lets_the_owner_use_it_again_within_its_scope(desk):
    desk.given(
        grant(A, SPV, "lic_1", "exclusive", sublicense="exclusive"),
        grant(SPV, A, "lic_2", "exclusive", parent="lic_1", reverse=True, territory=["CN-44"]),
    )
    assert desk.submit(use(A, territory=["CN-44"])).flags == ()
    assert desk.submit(use(A, "lic_2", territory=["CN-44"])).flags == ()
    beyond = desk.submit(use(A, territory=["CN-44", "CN-43"]))
    assert [each.data["reference"] for each in beyond.findings] == [["lic_1"]]


@pytest.mark.rule("L-19", "accepts")
@pytest.mark.rule("L-19", "refuses")
def test_a_licensee_of_a_work_exercises_only_what_is_named():
    desk = Desk("2024-03-01").given(right(W1, A))
    desk.given(grant(A, C, "lic_1", rights=W1, field=["reproduction"]))
    assert desk.submit(use(C, "lic_1", rights=W1, field=["reproduction"])).verdict == "accepted"
    refused = desk.submit(use(C, "lic_1", rights=W1, field=["rental"]))
    assert codes(refused) == ["RIGHT_NOT_GRANTED"]
    assert refused.findings[0].data["given"] == ["rental"]


def test_a_use_relies_on_a_license_of_the_user_and_stays_within_it(desk):
    desk.given(grant(A, C, "lic_1", territory=["CN-44"]))
    assert codes(desk.submit(use(C, "lic_9"))) == ["REFERENCE_UNKNOWN"]
    assert codes(desk.submit(use(B, "lic_1"))) == ["REFERENCE_UNKNOWN"]
    assert codes(desk.submit(use(C, "lic_1"))) == ["FIELD_INVALID"]
    assert codes(desk.submit(use(C, from_="2024-03-02", until=None))) == ["DATE_IN_FUTURE"]
    assert codes(desk.submit(use(C, territory=["XX-1"]))) == []
    assert codes(desk.submit(use(C, territory=["CN-99"]))) == ["SCOPE_INVALID"]
