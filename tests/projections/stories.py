"""Ledgers told by commands: a bank's pledges, a loan with its fund, a pool with three periods.

Everything goes through submission, with a clock set by hand.
"""

from itertools import count

from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import P2, P4, W1, report
from tests.ledger.rules.pledging import (
    OTHER_BANK,
    contract,
    money,
    p2,
    p4,
    refused,
    registered,
    w1,
)
from tests.ledger.rules.pooled import (
    CUT_OFF,
    admit,
    collect,
    establish,
    form,
    notify,
    owned,
    patent,
    run,
    terms,
    valuation,
)
from tests.submission.clock import Clock

GOOD, LATE = patent(1), patent(2)
FIRST, SECOND = "丙公司", "丁公司"


class Story:
    """A ledger that tells what is submitted to it; each command must be accepted."""

    def __init__(self, open_ledger, day="2024-05-06"):
        self.clock = Clock(day)
        self.store = open_ledger(clock=self.clock)
        self._desk = Submissions(self.store, actor="test")
        self._numbers = count(1)

    def on(self, day):
        self.clock.on(day)
        return self

    def given(self, *commands):
        for command in commands:
            answer = self.submit(command)
            assert answer["decision"] == "accepted", (answer["codes"], command)
        return self

    def submit(self, command):
        (answer,) = self._desk.submit(Given(({"command_id": f"c-{next(self._numbers)}", **command},)))
        return answer


def mixed_pledge(story):
    """S16's shape: one debt over three rights, two registered and one refused, behind another bank on P2."""
    story.given(p2(), p4(), w1())
    story.given(
        contract([P2], pledge="pld_old", pledgees=[{"name": OTHER_BANK}], amount=money(1_000_000)),
        contract([P2, P4, W1], pledge="pld_mix", amount=money(2_000_000)),
    )
    story.on("2024-05-20").given(
        registered("K1", P2, on="2024-05-10", to=OTHER_BANK, contract="pld_old", amount=money(1_000_000)),
        registered("K2", [P2, P4], on="2024-05-13", contract="pld_mix", amount=money(2_000_000)),
        refused("R1", W1, pledge="pld_mix", on="2024-05-14", code="OWNER_MISMATCH"),
        {
            "command": "draw_claim",
            "pledge": "pld_mix",
            "claim": "clm_1",
            "amount": money(2_000_000),
            "rate": "5.8%",
            "drawn_on": "2024-05-15",
            "due_on": "2025-05-05",
        },
    )
    return story.given(
        valuation("p2", {P2: 400_000_000}, "2024-04-30", purpose="pledge"),
        valuation("p4", {P4: 100_000_000}, "2024-04-30", purpose="pledge"),
    )


def freeze(right, *, on="2024-06-03", number="F-1"):
    told = {"freeze": f"frz_{number.lower()}", "authorities": [{"name": "某法院"}], "stage": "preservation"}
    return report("CNIPA", number, "freeze.imposed", rights=right, registered_on=on, served_at=on, **told)


def small_pool(story):
    """A plan of two deals and two classes; the first licensee pays, the second is never told to."""
    issue = 1_000_000
    return story.given(
        owned(GOOD, FIRST),
        owned(LATE, SECOND),
        form(
            terms(800_000, 200_000, matures_on="2026-12-20", reserve_target=10_000, cover_percent=150),
            cut_off_on="2024-03-01",
            formed_on="2024-03-01",
        ),
        admit("deal_a", FIRST, [GOOD], 600_000, {"2024-06-15": 300_000, "2026-06-15": 360_000}),
        admit("deal_b", SECOND, [LATE], 400_000, {"2024-06-15": 100_000, "2026-06-15": 340_000}),
        CUT_OFF,
        notify("deal_a"),
        establish(issue, reserve=10_000),
        valuation("pool", {GOOD: 1_000_000, LATE: 800_000}, "2024-02-20"),
    )


def three_periods(story):
    """Collections of the first deal alone, one booked late; periods of June, September and December."""
    story.on("2024-06-20").given(
        collect("deal_a", 300_000, "2024-06-14"), run(1, "2024-06-20", taxes=1_000, fees=2_000)
    )
    story.on("2024-09-20").given(run(2, "2024-09-20", fees=500))
    return story.on("2024-12-20").given(
        collect("deal_a", 20_000, "2024-09-10"),
        collect("deal_a", 30_000, "2024-12-02"),
        run(3, "2024-12-20"),
    )
