"""S03, S07, S08, S09, S10, S21: what licenses exclude, what co-owners may do alone, and open offers."""

from tests.ledger.rules.desk import DIGEST, P1, P2, P4, parties, report
from tests.ledger.rules.licensing import consent, grant, paper
from tests.ledger.rules.pledging import money
from tests.scenarios.telling import Story, given, on, then, when
from tests.scenarios.words import A, B, C, D, patent

SPV = "平台公司"

S03 = Story(
    "S03",
    "a co-owner grants an ordinary license alone and shares the fee; a sole one needs the other's consent",
    on("2024-01-10"),
    given(patent(P1, {A: [1, 2], B: [1, 2]})),
    when(grant(A, C, "lic_1", rights=P1, fee=money(100_000))),
    then(
        P1, "2024-01-10", shares={A: [1, 2], B: [1, 2]}, licenses=["lic_1"],
        shows={"/licenses/0/kind": "ordinary"},
        holds={"/licenses/0/fee_shared_with": [B], "/licenses/0/fee": money(100_000)},
    ),
    when(
        grant(A, C, "lic_2", "sole", rights=P1, from_="2027-01-01", until="2027-12-31"),
        "COOWNER_CONSENT_MISSING", missing=["consent"],
    ),
    when(consent(B, "coowner", rights=P1, on="2024-01-10", license_kinds=["sole"])),
    when(grant(A, C, "lic_2", "sole", rights=P1, from_="2027-01-01", until="2027-12-31", on="2024-01-10")),
    then(P1, "2024-01-10", licenses=["lic_1", "lic_2"]),
)  # fmt: skip


def batteries(territory, from_, until):
    return {"territory": [territory], "field": ["batteries"], "from_": from_, "until": until}


S07 = Story(
    "S07",
    "one day of overlap with an exclusive license is a conflict; a later day or another province is none",
    on("2024-01-10"),
    given(patent(P2)),
    when(grant(A, B, "lic_1", "exclusive", **batteries("CN-44", "2024-01-01", "2026-12-31"))),
    when(
        grant(A, C, "lic_2", **batteries("CN-44", "2026-12-31", "2027-12-31")), "LICENCE_CONFLICT_EXCLUSIVE"
    ),
    when(grant(A, C, "lic_2", **batteries("CN-44", "2027-01-01", "2027-12-31"))),
    when(grant(A, C, "lic_3", **batteries("CN-43", "2025-01-01", "2025-12-31"))),
    then(P2, "2024-01-10", owners=[A], licenses=["lic_1", "lic_2", "lic_3"]),
)

S08 = Story(
    "S08",
    "an exclusive license leaves an older ordinary one standing, and must say so",
    on("2024-01-10"),
    given(patent(P2)),
    when(grant(A, B, "lic_2", until="2025-12-31")),
    when(
        grant(A, C, "lic_3", "exclusive", from_="2025-01-01", until="2027-12-31"),
        "LICENCE_CONFLICT_PRIOR_ORDINARY",
    ),
    when(grant(A, C, "lic_3", "exclusive", from_="2025-01-01", until="2027-12-31", subject_to=["lic_2"])),
    then(P2, "2025-12-31", licenses=["lic_2", "lic_3"]),
    then(P2, "2026-01-01", licenses=["lic_3"]),
)


def recordal(license_, on):
    return {
        "command": "file_license_recordal", "rights": [P2], "license": license_, "by": parties(A),
        "filed_on": on,
    }  # fmt: skip


S09 = Story(
    "S09",
    "a license is recorded within three months, on the next working day after a holiday; late is a warning",
    on("2024-07-01"),
    given(patent(P2)),
    when(grant(A, C, "lic_1", on="2024-07-01")),
    then(
        P2, "2024-10-08",
        shows={"/licenses/0/recordal/due_on": "2024-10-08", "/licenses/0/recordal/state": "open"}, flags=[],
    ),
    then(P2, "2024-10-09", shows={"/licenses/0/recordal/state": "overdue"}, flags=["RECORDAL_OVERDUE"]),
    on("2024-10-08"),
    when(recordal("lic_1", "2024-10-08")),
    then(P2, "2024-10-09", shows={"/licenses/0/recordal/state": "filed"}, flags=[]),
    then(P2, "2024-10-09", known="2024-07-01", flags=["RECORDAL_OVERDUE"]),
    on("2024-11-30"),
    when(grant(A, B, "lic_2", on="2024-11-30", territory=["CN-44"])),
    then(P2, "2024-11-30", holds={"/licenses/1/recordal/due_on": "2025-02-28"}),
    on("2025-03-03"),
    when(recordal("lic_2", "2025-03-03"), flags=["RECORDAL_OVERDUE"]),
    then(
        P2, "2025-03-04", licenses=["lic_1", "lic_2"], flags=["RECORDAL_OVERDUE"],
        shows={"/licenses/1/state": "in_force"},
    ),
)  # fmt: skip

FEE = money(20_000)


def taken(by, license_, on):
    return {
        "command": "accept_open_license", "rights": [P4], "offer": "lic_open", "license": license_,
        "licensees": parties(by), "notified_on": on, "paid_on": on, "amount": FEE, "payment": DIGEST,
    }  # fmt: skip


def announced(number, type_, on):
    return report("CNIPA", number, type_, rights=P4, license="lic_open", registered_on=on)


S10 = Story(
    "S10",
    "whoever notifies and pays before the withdrawal is announced has the open license and keeps it",
    on("2024-01-10"),
    given(patent(P4), paper("evaluation_report", rights=P4)),
    when(
        {
            "command": "declare_open_license", "rights": [P4], "license": "lic_open",
            "declarants": parties(A), "fee": FEE, "fee_terms": "每年支付一次", "executed_on": "2024-01-10",
            "offered_from": "2024-02-01", "offered_until": "2026-04-14",
        }
    ),
    on("2024-02-01"),
    when(announced("OL1", "license.offered", "2024-02-01")),
    then(P4, "2024-02-01", licenses=[], shows={"/open_license/id": "lic_open", "/open_license/fee": FEE}),
    on("2024-03-05"),
    when(taken(C, "lic_c", "2024-03-05")),
    then(
        P4, "2024-03-05", licenses=["lic_c"],
        shows={"/licenses/0/from": "2024-03-05", "/licenses/0/origin": "open_license"},
    ),
    when(
        grant(A, B, "lic_b", "exclusive", rights=P4, from_="2025-01-01", until="2025-12-31", on="2024-03-05",
              subject_to=["lic_c"]),
        "OPEN_LICENCE_ACTIVE",
    ),
    on("2024-05-20"),
    when(
        {
            "command": "withdraw_open_license", "rights": [P4], "offer": "lic_open", "by": parties(A),
            "filed_on": "2024-05-20",
        }
    ),
    on("2024-06-01"),
    when(announced("OL2", "license.offer_withdrawn", "2024-06-01")),
    on("2024-06-02"),
    when(taken(D, "lic_d", "2024-06-02"), "OPEN_LICENCE_WITHDRAWN"),
    then(P4, "2025-01-01", licenses=["lic_c"]),
)  # fmt: skip


def out(license_, **members):
    return grant(
        A, SPV, license_, "exclusive", from_="2025-01-10", until="2028-12-31", on="2025-01-10", **members
    )


def back(license_, parent, until, **members):
    return grant(
        SPV, A, license_, "exclusive", from_="2025-01-10", until=until, on="2025-01-10", parent=parent,
        reverse=True, **members,
    )  # fmt: skip


S21 = Story(
    "S21",
    "the two-step license: out with the right to sublicense, and back within its bounds",
    on("2025-01-15"),
    given(patent(P1), patent(P2)),
    when(out("lic_silent", rights=P1)),
    when(back("lic_b1", "lic_silent", "2028-12-31", rights=P1), "SUBLICENCE_NOT_AUTHORISED"),
    when(out("lic_out", sublicense="exclusive")),
    when(back("lic_back", "lic_out", "2029-01-31"), "SUBLICENCE_SCOPE_EXCEEDED"),
    when(back("lic_back", "lic_out", "2028-12-31")),
    when(
        grant(A, C, "lic_x", from_="2026-01-01", until="2026-12-31", on="2025-01-12"),
        "LICENCE_CONFLICT_EXCLUSIVE",
    ),
    then(P2, "2028-06-30", owners=[A], licenses=["lic_out", "lic_back"], holds={"/expires_on": "2038-05-19"}),
)

STORIES = (S03, S07, S08, S09, S10, S21)
