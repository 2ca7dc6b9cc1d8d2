"""S21 by one command, S22, S23: licensed out and back, a redemption, a payment period."""

from tests.ledger.rules import plans
from tests.ledger.rules.desk import P2
from tests.ledger.rules.licensing import grant
from tests.ledger.rules.plans import two_step
from tests.ledger.rules.pooled import (
    CUT_OFF,
    POOL,
    admit,
    collect,
    establish,
    form,
    invalid,
    notify,
    owned,
    patent,
    redeem,
    run,
    terms,
)
from tests.scenarios.telling import Story, given, on, then, when

Q, R = "丙公司", "丁公司"
Q_RIGHTS = [patent(1), patent(2), patent(3)]
R_RIGHT = patent(4)
PRICE = 603_813_699
RISK = ["RECHARACTERISATION_RISK"]

S21_AT_ONCE = Story(
    "S21-two-step",
    "both steps are granted together or neither is",
    on("2025-01-15"),
    given(*plans.owned(P2)),
    when(two_step(one={"sublicense": "none"}), "SUBLICENCE_NOT_AUTHORISED", flags=RISK),
    when(
        two_step(two={"scope": plans.step("x", until="2029-01-31")["scope"]}),
        "SUBLICENCE_SCOPE_EXCEEDED",
        flags=RISK,
    ),
    then(P2, "2025-01-15", licenses=[]),
    when(two_step(), flags=RISK),
    when(
        grant(plans.OWNER, "己公司", on="2025-01-15", from_="2025-02-01", until="2026-01-31"),
        "LICENCE_CONFLICT_EXCLUSIVE",
    ),
    then(P2, "2028-06-30", licenses=[plans.STEP_ONE, plans.STEP_TWO], holds={"/expires_on": "2038-05-19"}),
)  # fmt: skip

OUT = {"/pools/0/out_by": "redeemed", "/pools/0/until": "2024-07-30"}

S22 = Story(
    "S22",
    "a patent finally invalid takes its licensee's deal back, for principal and 40 days of interest",
    on("2024-03-20"),
    given(
        *(owned(each, Q) for each in Q_RIGHTS),
        owned(R_RIGHT, R),
        form(terms(500_000_000)),
        admit("deal_q", Q, Q_RIGHTS, 650_000_000, {"2025-06-20": 650_000_000}, first_on="2024-03-20"),
        admit("deal_r", R, [R_RIGHT], 100_000_000, {"2025-06-20": 100_000_000}, first_on="2024-03-20"),
        CUT_OFF,
        notify("deal_q"),
        notify("deal_r"),
        establish(500_000_000),
    ),
    on("2024-06-20"),
    when(collect("deal_q", 50_000_000 + 9_502_466, "2024-06-20")),
    on("2024-07-30"),
    when(redeem(PRICE, "2024-07-30", "right_invalid", licensee={"name": Q}), "TRIGGER_NOT_STANDING"),
    when(invalid(Q_RIGHTS[0], "2024-07-30")),
    when(redeem(600_000_000, "2024-07-30", "right_invalid", licensee={"name": Q}), "REDEMPTION_UNDERPAID"),
    when(redeem(PRICE - 1, "2024-07-30", "right_invalid", licensee={"name": Q}), "REDEMPTION_UNDERPAID"),
    when(
        redeem(PRICE, "2024-07-30", "right_invalid", licensee={"name": Q}),
        says={
            "pool.deal_redeemed": {
                "/outstanding": 600_000_000, "/interest": 3_813_699, "/premium": 0, "/paid": PRICE,
                "/rights": Q_RIGHTS,
            }
        },
    ),
    then(Q_RIGHTS[0], "2024-07-30", status="INVALID_FULL", holds=OUT),
    then(Q_RIGHTS[1], "2024-07-30", status="IN_FORCE", holds=OUT),
    then(R_RIGHT, "2024-07-30", status="IN_FORCE", holds={"/pools/0/until": None}),
)  # fmt: skip

S23 = Story(
    "S23",
    "a period pays taxes, fees, senior interest, and the rest as senior principal",
    on("2024-03-20"),
    given(
        *(owned(each, Q) for each in Q_RIGHTS),
        form(terms(9_500_000_000, 500_000_000)),
        admit("deal_q", Q, Q_RIGHTS, 10_000_000_000, {"2027-03-20": 11_000_000_000}),
        CUT_OFF,
        notify("deal_q"),
        establish(10_000_000_000),
    ),
    on("2024-06-20"),
    when(collect("deal_q", 1_200_000_000, "2024-06-19")),
    when(run(2, "2024-06-20"), "PERIOD_OUT_OF_ORDER"),
    when(
        run(1, "2024-06-20", taxes=8_000_000, fees=10_000_000),
        says={
            "pool.period_run": {
                "/first": "2024-03-20", "/collections": 1_200_000_000,
                "/lines/0/paid": 8_000_000, "/lines/1/paid": 10_000_000,
                "/lines/2/item": "interest", "/lines/2/paid": 100_569_863,
                "/lines/5/item": "principal", "/lines/5/paid": 1_081_430_137,
                "/lines/6/item": "residual", "/lines/6/paid": 0,
                "/principal": [8_418_569_863, 500_000_000], "/retained": 0,
            }
        },
    ),
    when(run(1, "2024-06-20", taxes=8_000_000, fees=10_000_000), "PERIOD_OUT_OF_ORDER"),
    then(Q_RIGHTS[0], "2024-06-20", status="IN_FORCE", holds={"/pools/0/pool": POOL}),
)  # fmt: skip

STORIES = (S21_AT_ONCE, S22, S23)
