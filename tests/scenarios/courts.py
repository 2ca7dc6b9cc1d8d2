"""S19, S25: freezes that queue, an owner's bankruptcy, and what was known when."""

from ledger.statement.freezes import freeze_queue
from tests.ledger.rules.desk import DIGEST, P1, parties, report
from tests.ledger.rules.licensing import consent, grant, paper
from tests.ledger.rules.pledging import contract, money
from tests.scenarios.numbers import cn_patent
from tests.scenarios.telling import EntryOf, Story, given, on, reckoned, then, when
from tests.scenarios.words import A, D, K, fee, patent, pledged, signing, transfer

C1, C2 = "杭州市中级人民法院", "北京知识产权法院"


def freeze(number, court, served_at, **members):
    return report(
        "CNIPA", number, "freeze.imposed", rights=P1, freeze=f"frz_{number.lower()}", stage="preservation",
        served_at=served_at, authorities=parties(court), **members,
    )  # fmt: skip


def agreed(act):
    """The pledgee's consent, so that the freeze alone stands in the way."""
    return consent(K, "pledgee", act, rights=P1, on="2023-09-02", to=parties(D), proceeds="escrow")


def queue(day):
    """Who is live and who waits, each with its last day."""

    def ask(statement_of):
        found = freeze_queue(statement_of(P1), day)
        return tuple(
            [(item["reference"], item["until"]) for item in found[part]] for part in ("live", "waiting")
        )

    return ask


def avoidable(statement_of):
    return [
        flag["data"]["reference"] for flag in statement_of(P1)["flags"] if flag["code"] == "AVOIDABLE"
    ]  # fmt: skip


_DAY = "2024-05-06"

S19 = Story(
    "S19",
    "two courts, a renewal that comes too late, and the owner's bankruptcy",
    on("2022-03-01"),
    given(patent(P1)),
    given(
        report(
            "CNIPA", "L1", "license.recorded", rights=P1, license="lic_l1", licensors=parties(A),
            licensees=parties("戊公司"), registered_on="2022-03-01",
        )
    ),
    on("2023-08-20"),
    given(
        contract([P1], pledge="pld_c", executed_on="2023-08-20", debt_until="2025-08-19", earlier_debt=True)
    ),
    on("2023-09-02"),
    given(pledged("K", P1, "2023-09-02", contract="pld_c")),
    given(agreed("transfer"), agreed("license")),
    on("2024-01-15"),
    when(freeze("C1", C1, "2024-01-15T10:00:00+08:00", term_months=6)),
    on("2024-03-01"),
    when(freeze("C2", C2, "2024-03-01T15:00:00+08:00", term_months=6)),
    reckoned(queue("2024-03-01"), ([("C1", "2024-07-15")], [("C2", "2025-01-16")])),
    on(_DAY),
    when(transfer(P1, A, D, _DAY, price=money(1_000_000)), "ASSET_FROZEN", flags=None),
    when(
        grant([signing(A, _DAY)], [signing(D, _DAY)], rights=P1, from_=_DAY, on=_DAY, fee=money(1)),
        "ASSET_FROZEN", flags=None,
    ),
    when(
        contract([P1], pledge="pld_c9", pledgees=parties("丙银行"), executed_on=_DAY),
        "ASSET_FROZEN", "PLEDGE_ALREADY_REGISTERED", flags=None,
    ),
    when(
        {
            "command": "declare_open_license", "rights": [P1], "declarants": [signing(A, _DAY)],
            "fee": money(20_000), "fee_terms": "每年支付一次", "executed_on": _DAY, "offered_from": _DAY,
            "offered_until": "2025-12-31",
        },
        "ASSET_FROZEN", "PLEDGEE_CONSENT_MISSING", flags=None,
    ),
    then(P1, _DAY, owners=[A], ranks={"L1": None, "K": 1, "C1": None}),
    on("2024-07-17"),
    when(
        report(
            "CNIPA", "C1-2", "freeze.renewed", rights=P1, freeze="frz_c1", authorities=parties(C1),
            served_at="2024-07-17T09:00:00+08:00", term_months=6,
        ),
        flags=None,
    ),
    reckoned(queue("2024-07-15"), ([("C1", "2024-07-15")], [("C2", "2025-01-16")])),
    reckoned(queue("2024-07-16"), ([("C2", "2025-01-16")], [])),
    reckoned(queue("2024-07-17"), ([("C2", "2025-01-16")], [("C1-2", "2025-07-17")])),
    then(P1, "2024-07-16", ranks={"L1": None, "K": 1, "C2": None}),
    then(P1, "2024-07-17", flags=["FREEZE_UNPUBLISHED", "FREEZE_RENEWED_LATE"]),
    on("2024-09-02"),
    when(
        report(
            "HZZY", "（2024）浙01破申8号", "insolvency.accepted", rights=P1, insolvency="ins_1",
            party={"name": A}, procedure="liquidation", accepted_on="2024-09-02", authorities=parties(C1),
        ),
        flags=None,
    ),
    reckoned(queue("2024-09-01"), ([("C2", "2025-01-16")], [("C1-2", None)])),
    reckoned(queue("2024-09-02"), ([], [])),
    reckoned(avoidable, ["K"]),
    then(P1, "2024-09-02", ranks={"L1": None, "K": 1}),
    then(P1, "2024-07-17", known="2024-03-01", ranks={"L1": None, "K": 1, "C2": None}),
)  # fmt: skip

P5 = cn_patent(2015, 100002)


def invalidated():
    return report(
        "CNIPA", "W1", "invalidation.became_final", rights=P1, scope="full", effective_from="2025-02-10",
        registered_on="2025-02-14",
    )  # fmt: skip


def moved_back(day):
    """The operator's correction of a registration."""
    return {
        "command": "correct_act", "kind": "clerical", "rights": [P5], "reason": "笔误", "document": DIGEST,
        "target": EntryOf(P5, "pledge.registered"),
        "fact": {
            "type": "pledge.registered", "rights": [P5], "pledge": "pld_k", "pledgors": parties(A),
            "pledgees": parties("乙银行"), "registered_on": day,
        },
    }  # fmt: skip


S25 = Story(
    "S25",
    "what was answered then is answered for ever; no rank moves back without the register",
    on("2024-03-01"),
    given(patent(P1), fee("收据-10", "paid", P1, 10, paid_on="2024-03-01")),
    on("2024-05-20"),
    given(pledged("Y1", P1, "2024-05-20")),
    on("2024-06-01"),
    given(patent(P5, filed_on="2015-03-10", granted_on="2017-01-03")),
    then(P1, "2024-06-01", status="IN_FORCE", ranks={"Y1": 1}),
    on("2024-06-14"),
    given(pledged("J", P5, "2024-06-14", to="丙银行")),
    on("2024-06-21"),
    given(pledged("K", P5, "2024-06-21")),
    then(P5, "2024-06-24", ranks={"J": 1, "K": 2}),
    on("2024-06-24"),
    when(moved_back("2024-06-12"), "RANK_BACKDATING", flags=None, missing=["register_certificate"]),
    then(P5, "2024-06-24", ranks={"J": 1, "K": 2}),
    when(
        paper("register_certificate", rights=P5, on="2024-06-24", sha256=DIGEST, act="pld_k")
    ),
    when(moved_back("2024-06-12"), flags=None),
    then(P5, "2024-06-24", ranks={"K": 1, "J": 2}),
    then(P5, "2024-06-24", known="2024-06-21", ranks={"J": 1, "K": 2}),
    on("2025-02-14"),
    when(invalidated(), flags=None),
    on("2025-03-01"),
    then(
        P1, "2024-06-01", status="INVALID_FULL", states={"Y1": "object_lost"}, flags=["OBJECT_LOST"],
        holds={"/fees/0/paid_on": "2024-03-01"},
    ),
    then(P1, "2024-06-01", known="2024-06-01", status="IN_FORCE", ranks={"Y1": 1}, flags=[]),
    ranked=((P5, "pld_k", "pld_j", None),),
)  # fmt: skip

STORIES = (S19, S25)
