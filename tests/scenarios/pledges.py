"""S11, S12, S14 to S18: how a pledge arises, ranks, is paid, and ends."""

from ledger.statement.claims import secured_amount
from ledger.statement.perfection import perfection
from tests.ledger.rules.desk import P2, P4, T1, T2, W1, parties, report
from tests.ledger.rules.pledging import (
    MARKS,
    MAXIMUM,
    application,
    contract,
    mark,
    money,
    refused,
    similar,
    w1,
)
from tests.scenarios.numbers import UTILITY_MODEL, cn_patent
from tests.scenarios.telling import Story, given, on, reckoned, then, when
from tests.scenarios.words import A, K, fee, patent, pledged, struck

OTHER_BANK = "丙银行"
P4_PAID = cn_patent(2016, 500006, UTILITY_MODEL)

S11 = Story(
    "S11",
    "a pledge arises when it is registered; until then it is contracted",
    on("2024-05-06"),
    given(patent(P2)),
    when(contract([P2], pledge="pld_g1")),
    on("2024-05-10"),
    when(pledged("Y1", P2, "2024-05-10", contract="pld_g1")),
    then(P2, "2024-05-08", ranks={}, pending=["contracted"]),
    then(P2, "2024-05-10", known="2024-05-06", ranks={}, pending=["contracted"]),
    then(
        P2, "2024-05-10", ranks={"Y1": 1}, states={"Y1": "registered"}, pending=[], flags=[],
        shows={
            "/encumbrances/0/registered_at": "2024-05-10",
            "/encumbrances/0/secured/amount": money(2_000_000),
        },
        holds={"/pledges/0/debt_until": "2025-05-05"},
    ),
)  # fmt: skip

S12 = Story(
    "S12",
    "a late fee blocks registration though the patent is in force; the debt may not outlast the patent",
    on("2024-05-20"),
    given(patent(P4), patent(P4_PAID, filed_on="2016-04-15", granted_on="2016-10-12")),
    given(contract([P4], pledge="pld_g4", executed_on="2024-05-20")),
    given(fee("缴费通知-9", "unpaid", P4, 9, stated_on="2024-05-20")),
    on("2024-06-01"),
    when(application("pld_g4", [P4], on="2024-06-01"), "ANNUAL_FEE_OVERDUE"),
    then(P4, "2024-04-15", status="IN_FORCE"),
    then(P4, "2024-06-01", status="FEE_LATE", ranks={}, pending=["contracted"]),
    given(fee("收据-9", "paid", P4_PAID, 9, paid_on="2024-04-10")),
    when(
        contract([P4_PAID], pledge="pld_g5", executed_on="2024-06-01", debt_until="2026-06-30"),
        "DEBT_TERM_EXCEEDS_IP_TERM",
    ),
    when(contract([P4_PAID], pledge="pld_g5", executed_on="2024-06-01", debt_until="2026-04-14")),
    when(application("pld_g5", [P4_PAID], on="2024-06-01")),
    then(P4_PAID, "2024-06-01", status="IN_FORCE", holds={"/expires_on": "2026-04-14"}),
    on("2024-11-20"),
    when(
        report(
            "CNIPA", "终止-9", "right.lapsed", rights=P4, cause="fee", effective_from="2024-04-15",
            registered_on="2024-11-19",
        )
    ),
    then(P4, "2024-04-14", status="IN_FORCE"),
    then(P4, "2024-04-15", status="LAPSED"),
    then(P4, "2024-06-01", status="LAPSED"),
    then(P4, "2024-06-01", known="2024-06-01", status="FEE_LATE"),
)  # fmt: skip

S14 = Story(
    "S14",
    "a patent is not pledged twice; marks are, and rank by registration",
    on("2024-01-02"),
    given(patent(P2), mark(T1), mark(T2), similar(T1, T2)),
    given(contract([P2], pledge="pld_g1", executed_on="2024-01-02")),
    given(contract(MARKS, pledge="pld_c1", pledgees=parties("K1银行"), executed_on="2024-01-02")),
    on("2024-01-05"),
    given(pledged("Y1", P2, "2024-01-05", contract="pld_g1")),
    when(pledged("K1", MARKS, "2024-01-05", to="K1银行", contract="pld_c1")),
    when(
        contract([P2], pledge="pld_g2", pledgees=parties(OTHER_BANK), executed_on="2024-01-05"),
        "PLEDGE_ALREADY_REGISTERED",
    ),
    when(contract(MARKS, pledge="pld_c2", pledgees=parties("K2银行"), executed_on="2024-01-05")),
    on("2024-02-05"),
    when(pledged("K2", MARKS, "2024-02-05", to="K2银行", contract="pld_c2")),
    then(P2, "2024-02-05", ranks={"Y1": 1}),
    then(T1, "2024-02-04", ranks={"K1": 1}, pending=["contracted"]),
    then(T1, "2024-02-05", ranks={"K1": 1, "K2": 2}, flags=[]),
    then(T2, "2024-02-05", ranks={"K1": 1, "K2": 2}, flags=[]),
    ranked=((T1, "pld_k1", "pld_k2", "2024-02-05"), (T2, "pld_k2", "pld_k1", None)),
)


def drawn(pledge, amount, on, **members):
    return {
        "command": "draw_claim", "pledge": pledge, "amount": money(amount), "drawn_on": on, **members,
    }  # fmt: skip


S15 = Story(
    "S15",
    "the proceeds go to the costs and then by rank; what the cap leaves open is owed without security",
    on("2024-01-02"),
    given(mark(T1), mark(T2), similar(T1, T2)),
    given(contract(MARKS, pledge="pld_c1", executed_on="2024-01-02", amount=money(2_150_000))),
    on("2024-01-05"),
    given(pledged("K1", MARKS, "2024-01-05", contract="pld_c1")),
    on("2024-02-05"),
    given(
        contract(
            MARKS, pledge="pld_c2", pledgees=parties(OTHER_BANK), executed_on="2024-02-05", amount=None,
            maximum={**MAXIMUM, "cap": money(1_000_000)}, debt_until="2025-12-31",
        ),
        pledged("K2", MARKS, "2024-02-05", to=OTHER_BANK, contract="pld_c2", cap=money(1_000_000)),
        drawn("pld_c1", 2_150_000, "2024-02-05"),
        drawn("pld_c2", 1_180_000, "2024-02-05"),
    ),
    on("2025-06-01"),
    when(
        {
            "command": "distribute_proceeds", "rights": list(MARKS), "distributed_on": "2025-06-01",
            "proceeds": money(3_200_000), "costs": money(80_000), "pledges": ["pld_c1", "pld_c2"],
        }
    ),
    *(
        then(
            each, "2025-06-01", states={"K1": "discharge_asserted", "K2": "discharge_asserted"},
            holds={
                "/distributions/0/proceeds": 320_000_000,
                "/distributions/0/payments/0/purpose": "costs",
                "/distributions/0/payments/0/amount": 8_000_000,
                "/distributions/0/payments/1/pledge": "pld_k1",
                "/distributions/0/payments/1/amount": 215_000_000,
                "/distributions/0/payments/2/pledge": "pld_k2",
                "/distributions/0/payments/2/amount": 97_000_000,
                "/distributions/0/shortfalls": [
                    {"pledge": "pld_k2", "creditors": [OTHER_BANK], "debtors": [A], "amount": 21_000_000}
                ],
            },
        )
        for each in MARKS
    ),
    reckoned(lambda told: len(told(T1)["distributions"][0]["payments"]), 3),
    ranked=((T1, "pld_k1", "pld_k2", "2024-02-05"),),
)  # fmt: skip


def secured(day, *members):
    def ask(statement_of):
        told = secured_amount(statement_of(P2), "pld_c1", day)
        return tuple(told[member] for member in members)

    return ask


S16 = Story(
    "S16",
    "a freeze known to the pledgee fixes what a maximum-amount pledge secures",
    on("2024-01-05"),
    given(patent(P2)),
    given(
        contract(
            [P2], pledge="pld_c1", executed_on="2024-01-05", amount=None, maximum=MAXIMUM,
            debt_until="2026-12-31",
        )
    ),
    on("2024-01-10"),
    given(pledged("Y1", P2, "2024-01-10", contract="pld_c1", cap=money(10_000_000))),
    when(drawn("pld_c1", 3_000_000, "2024-01-10")),
    on("2024-03-01"),
    when(drawn("pld_c1", 4_000_000, "2024-03-01")),
    on("2024-06-01"),
    when(
        {
            "command": "repay_claim", "pledge": "pld_c1", "amount": money(2_000_000), "paid_on": "2024-06-01",
        }
    ),
    on("2024-08-01"),
    when(
        {
            "command": "determine_claims", "pledge": "pld_c1", "cause": "freeze", "by": {"name": K},
            "determined_on": "2024-08-01",
        }
    ),
    on("2024-09-10"),
    when(drawn("pld_c1", 5_000_000, "2024-09-10"), flags=["DRAW_AFTER_DETERMINATION"]),
    reckoned(secured("2024-09-10", "secured_principal", "unsecured"), (500_000_000, 500_000_000)),
    then(P2, "2024-09-10", ranks={"Y1": 1}, flags=["DRAW_AFTER_DETERMINATION"]),
)  # fmt: skip

MIXED = (P2, T1, T2, W1)


def perfected(day):
    def ask(statement_of):
        told = perfection({id_: statement_of(id_) for id_ in MIXED}, "pld_mix", day)
        return told["perfection"], told["flags"], [each["code"] for each in told["rights"]]

    return ask


S17 = Story(
    "S17",
    "a mixed pledge is perfected office by office",
    on("2024-05-06"),
    given(patent(P2), mark(T1), mark(T2), similar(T1, T2), w1()),
    when(contract(MIXED, pledge="pld_mix", amount=money(2_500_000))),
    reckoned(perfected("2024-05-06"), ("NONE", [], [None] * 4)),
    when(application("pld_mix", [P2], on="2024-05-06")),
    when(application("pld_mix", [T1, T2], on="2024-05-06")),
    when(application("pld_mix", [W1], on="2024-05-06")),
    on("2024-05-10"),
    when(pledged("Y1", P2, "2024-05-10", contract="pld_mix")),
    on("2024-05-14"),
    when(pledged("S1", [T1, T2], "2024-05-14", contract="pld_mix")),
    on("2024-05-20"),
    when(refused("R1", W1, pledge="pld_mix", on="2024-05-20", code="PRIOR_LICENCE_UNDISCLOSED")),
    reckoned(
        perfected("2024-05-20"),
        (
            "PARTIAL",
            [{"code": "PARTIALLY_PERFECTED", "rights": [W1]}],
            [None, None, None, "PRIOR_LICENCE_UNDISCLOSED"],
        ),
    ),
    then(P2, "2024-05-20", ranks={"Y1": 1}, flags=[]),
    then(T2, "2024-05-20", ranks={"S1": 1}, flags=[]),
    then(W1, "2024-05-20", ranks={}, pending=["refused"], flags=["PARTIALLY_PERFECTED"]),
)


def release(by, on):
    return {
        "command": "release_pledge", "pledge": "pld_g1", "by": parties(by), "cause": "repaid",
        "released_on": on,
    }  # fmt: skip


S18 = Story(
    "S18",
    "a release is asserted by the pledgee, and done when the register strikes its entry",
    on("2024-05-06"),
    given(patent(P2), contract([P2], pledge="pld_g1")),
    on("2024-05-10"),
    given(pledged("Y1", P2, "2024-05-10", contract="pld_g1")),
    on("2025-05-06"),
    when(release(A, "2025-05-06"), "RELEASE_NOT_AUTHORISED", missing=["signature"]),
    when(release(K, "2025-05-06")),
    on("2025-05-12"),
    when(struck("Z1", P2, "pld_y1", "2025-05-12")),
    then(P2, "2025-05-05", states={"Y1": "registered"}),
    then(
        P2, "2025-05-08", states={"Y1": "discharge_asserted"}, ranks={"Y1": 1},
        shows={
            "/encumbrances/0/discharge/asserted_on": "2025-05-06", "/encumbrances/0/discharge/by": [K],
            "/encumbrances/0/discharge/cancelled_on": None,
        },
    ),
    then(P2, "2025-05-12", states={}),
    then(
        P2, "2025-05-12", ended=True, states={"Y1": "cancelled"},
        shows={
            "/encumbrances/0/ended_at": "2025-05-12",
            "/encumbrances/0/discharge/asserted_on": "2025-05-06",
            "/encumbrances/0/discharge/cancelled_on": "2025-05-12",
        },
    ),
    then(P2, "2025-05-12", known="2025-05-06", states={"Y1": "discharge_asserted"}),
)  # fmt: skip

STORIES = (S11, S12, S14, S15, S16, S17, S18)
