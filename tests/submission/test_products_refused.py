"""What contradicts itself or comes out of turn in a product, a loan or a subsidy: a code, and no entry."""

import pytest

from ledger.submission import Given, Submissions
from tests.ledger.rules.desk import DIGEST, P2, report, right
from tests.ledger.rules.pooled import (
    CUT_OFF,
    JUNIOR,
    MANAGER,
    ORIGINATOR,
    POOL,
    SENIOR,
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
from tests.ledger.rules.test_funding import BANK, BORROWER, claim, cny, default, interest, loan, subsidy
from tests.submission.clock import Clock
from tests.submission.commands import count

Q, PATENT, FREE = "丙公司", patent(1), patent(2)
DUE = {"2024-06-15": 100_000, "2026-06-15": 950_000}


class Teller:
    """Submits commands under ids of its own; those that are given must be accepted."""

    def __init__(self, store):
        self.store = store
        self._desk = Submissions(store, actor="trustee")
        self._numbers = iter(range(1, 1000))

    def submit(self, command):
        (answer,) = self._desk.submit(Given(({"command_id": f"c-{next(self._numbers)}", **command},)))
        return answer

    def given(self, *commands):
        for command in commands:
            answer = self.submit(command)
            assert answer["decision"] == "accepted", (answer["codes"], command)

    def refused(self, command, code, pointer):
        """Refused for this, at this place, with both sentences; the ledger's head stays where it is."""
        head = self.store.reader.head()
        answer = self.submit(command)
        assert answer["decision"] == "refused"
        told = [each for each in answer["reasons"] if each["code"] == code]
        assert told, answer["codes"]
        assert pointer in [each["pointer"] for each in told]
        assert all(each["message"]["en"] and each["message"]["zh"] for each in told)
        assert (answer["positions"], answer["acts"]) == ([], [])
        assert self.store.reader.head() == head


def teller_on(open_ledger, day):
    return Teller(open_ledger(clock=Clock(day)))


def tranches(*told):
    return terms(1_000_000) | {"tranches": list(told)}


def senior(principal=900_000, **members):
    return {"name": SENIOR, "principal": principal, "rate": "4.20%", **members}


def junior(principal=100_000, **members):
    return {"name": JUNIOR, "principal": principal, **members}


@pytest.mark.parametrize(
    ("told", "code", "pointer"),
    [
        (terms(0), "FIELD_INVALID", "/terms/tranches/0/principal"),
        (terms(-1), "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        (terms(0.5), "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        (terms("1000"), "AMOUNT_INVALID", "/terms/tranches/0/principal"),
        (terms(2**53), "AMOUNT_TOO_LARGE", "/terms/tranches/0/principal"),
        (terms(2**53 - 1, 2**53 - 1), "AMOUNT_TOO_LARGE", "/terms/tranches"),
        (tranches(junior(), senior()), "FIELD_INVALID", "/terms/tranches/0/rate"),
        (tranches(senior(), senior()), "FIELD_INVALID", "/terms/tranches/1/name"),
        (tranches(senior(rate="-4.20%")), "FIELD_INVALID", "/terms/tranches/0/rate"),
        (
            tranches(senior(schedule=[{"on": "2025-01-01", "minor": 900_001}])),
            "FIELD_INVALID",
            "/terms/tranches/0/schedule",
        ),
        (
            tranches(senior(schedule=[{"on": "2027-03-21", "minor": 1}])),
            "FIELD_INVALID",
            "/terms/tranches/0/schedule/0/on",
        ),
        (
            tranches(senior(schedule=[{"on": day, "minor": 1} for day in ("2026-01-01", "2025-01-01")])),
            "FIELD_INVALID",
            "/terms/tranches/0/schedule",
        ),
        (terms(1_000_000, matures_on="2024-03-01"), "FIELD_INVALID", "/terms/matures_on"),
        (terms(1_000_000, substitution_until="2027-03-21"), "FIELD_INVALID", "/terms/substitution_until"),
        (terms(1_000_000, enhanced=2), "FIELD_INVALID", "/terms/enhanced"),
        (terms(1_000_000, reserve_target=1_000_001), "FIELD_INVALID", "/terms/reserve_target"),
        (terms(1_000_000, currency="RMB"), "CURRENCY_UNKNOWN", "/terms/currency"),
        (terms(1_000_000, cleanup_percent=101), "FIELD_INVALID", "/terms/cleanup_percent"),
        (
            terms(1_000_000, guarantor={"party": {"name": "担保人"}, "limit": 0}),
            "FIELD_INVALID",
            "/terms/guarantor/limit",
        ),
    ],
)
def test_terms_that_contradict_each_other_form_no_pool(open_ledger, told, code, pointer):
    teller_on(open_ledger, "2024-03-20").refused(form(told), code, pointer)


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (form(terms(1_000_000), manager={"name": ORIGINATOR}), "FIELD_INVALID", "/manager"),
        (form(terms(1_000_000), formed_on="2024-03-21"), "DATE_IN_FUTURE", "/formed_on"),
        (form(terms(1_000_000), structure="whole_business"), "STRUCTURE_UNKNOWN", "/structure"),
        (establish(1_000_000), "REFERENCE_UNKNOWN", "/pool"),
        (run(1, "2024-03-20"), "REFERENCE_UNKNOWN", "/pool"),
    ],
)
def test_a_product_that_cannot_be_or_was_never_formed_takes_nothing(open_ledger, command, code, pointer):
    teller_on(open_ledger, "2024-03-20").refused(command, code, pointer)


def building(teller):
    """Formed, with its one deal and the cut-off fixed; not established."""
    teller.given(
        owned(PATENT, Q), owned(FREE, Q), form(terms(900_000, 100_000)),
        admit("deal_q", Q, [PATENT], 1_000_000, DUE), CUT_OFF, notify("deal_q"),
    )  # fmt: skip
    return teller


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"issued": 999_999, "subscribed": 999_999}, "TRANCHE_SUM_MISMATCH", "/issued"),
        ({"issued": 1_000_001}, "TRANCHE_SUM_MISMATCH", "/issued"),
        ({"issued": -1}, "AMOUNT_INVALID", "/issued"),
        ({"subscribed": 1_000_001}, "SUBSCRIPTION_SHORT", "/subscribed"),
        ({"investors": 201}, "INVESTOR_LIMIT", "/investors"),
        ({"unqualified": 1}, "INVESTOR_LIMIT", "/unqualified"),
        ({"holder_of_record": {"name": ORIGINATOR}}, "HOLDER_NOT_MANAGER", "/holder_of_record"),
        ({"established_on": "2024-03-21"}, "DATE_IN_FUTURE", "/established_on"),
        ({"reserve": 0.5}, "AMOUNT_INVALID", "/reserve"),
    ],
)
def test_an_issue_that_is_not_its_terms_is_not_established(open_ledger, change, code, pointer):
    building(teller_on(open_ledger, "2024-03-20")).refused({**establish(1_000_000), **change}, code, pointer)


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (admit("deal_z", Q, [FREE], 100, {"2026-06-15": 100}), "POOL_STEP_DONE", "/pool"),
        (form(terms(1_000_000)), "DUPLICATE_ID", "/pool"),
        (CUT_OFF, "POOL_STEP_DONE", "/pool"),
        (notify("deal_q"), "POOL_STEP_DONE", "/pool"),
        (run(1, "2024-03-20"), "POOL_STEP_MISSING", "/pool"),
    ],
)
def test_a_step_out_of_turn_is_not_taken(open_ledger, command, code, pointer):
    building(teller_on(open_ledger, "2024-03-20")).refused(command, code, pointer)


def taken_back(paid, trigger):
    return redeem(paid, "2024-09-20", trigger, deals=["deal_q"])


ACCELERATE = {"command": "accelerate_pool", "pool": POOL, "accelerated_on": "2024-09-20"}


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (run(1, "2024-09-20"), "PERIOD_OUT_OF_ORDER", "/number"),
        (run(3, "2024-09-20"), "PERIOD_OUT_OF_ORDER", "/number"),
        (run(2, "2024-06-20"), "PERIOD_OUT_OF_ORDER", "/last"),
        (run(2, "2024-09-20", first="2024-06-21"), "PERIOD_OUT_OF_ORDER", "/first"),
        (run(2, "2024-09-21"), "DATE_IN_FUTURE", "/last"),
        (run(2, "2024-09-20", taxes=-1), "AMOUNT_INVALID", "/taxes"),
        (run(2, "2024-09-20", fees=12.5), "AMOUNT_INVALID", "/fees"),
        (run(2, "2024-09-20", collections=5), "FIELD_UNKNOWN", "/collections"),
        (establish(1_000_000), "POOL_STEP_DONE", "/pool"),
        (collect("deal_q", 0, "2024-09-01"), "FIELD_INVALID", "/amount"),
        (collect("deal_q", -500, "2024-09-01"), "AMOUNT_INVALID", "/amount"),
        (collect("deal_q", 0.01, "2024-09-01"), "AMOUNT_INVALID", "/amount"),
        (collect("deal_q", 500, "2024-03-01"), "FIELD_INVALID", "/received_on"),
        (collect("deal_x", 500, "2024-09-01"), "REFERENCE_UNKNOWN", "/deal"),
        (taken_back(10**7, "right_invalid"), "TRIGGER_NOT_STANDING", "/trigger"),
        (taken_back(10**7, "licensee_default"), "TRIGGER_NOT_STANDING", "/trigger"),
        (taken_back(10**7, "impairment"), "TRIGGER_NOT_STANDING", "/trigger"),
        (taken_back(-1, "agreed"), "AMOUNT_INVALID", "/paid"),
        (taken_back(1, "agreed"), "REDEMPTION_UNDERPAID", "/paid"),
        ({**ACCELERATE, "cause": "LICENSEE_DEFAULT"}, "TRIGGER_NOT_STANDING", "/cause"),
        (
            {"command": "clean_up_pool", "pool": POOL, "cleaned_up_on": "2024-09-20", "paid": 10**7},
            "CLEANUP_NOT_ALLOWED",
            "/pool",
        ),
        (
            {"command": "close_pool", "pool": POOL, "closed_on": "2024-09-20"},
            "POOL_STILL_OWES",
            "/written_off",
        ),
    ],
)
def test_a_live_product_takes_nothing_twice_early_or_unfounded(open_ledger, command, code, pointer):
    clock = Clock("2024-03-20")
    teller = building(Teller(open_ledger(clock=clock)))
    teller.given(establish(1_000_000))
    clock.on("2024-09-20")
    teller.given(collect("deal_q", 100_000, "2024-06-15"), run(1, "2024-06-20"))
    teller.refused(command, code, pointer)


LATE = "2026-07-20"
CONSENTED = {"consented_by": {"name": MANAGER}, "substituted_on": LATE}


@pytest.mark.parametrize(
    "command",
    [
        run(3, LATE),
        collect("deal_q", 500, LATE),
        redeem(10**7, LATE, "right_invalid", licensee={"name": Q}),
        redeem(10**7, LATE, deals=["deal_q"]),
        {"command": "record_deal_default", "pool": POOL, "deal": "deal_q", "due_on": "2026-06-15",
         "defaulted_on": LATE},
        {"command": "accelerate_pool", "pool": POOL, "accelerated_on": LATE, "cause": "POOL_MATURED"},
        {"command": "start_disposal", "pool": POOL, "deal": "deal_q", "noticed_on": LATE,
         "cure_until": "2026-08-20"},
        {"command": "dispose", "pool": POOL, "deal": "deal_q", "rights": [PATENT], "method": "auction",
         "proceeds": 1, "disposed_on": LATE},
        {"command": "top_up_pool", "pool": POOL, "minor": 5, "topped_up_on": LATE},
        {"command": "review_pool", "pool": POOL, "reviewed_on": LATE},
        {"command": "clean_up_pool", "pool": POOL, "cleaned_up_on": LATE, "paid": 10**7},
        {"command": "close_pool", "pool": POOL, "closed_on": LATE},
    ],
    ids=lambda command: command["command"],
)  # fmt: skip
def test_after_closing_no_trigger_and_no_money_reaches_a_product(open_ledger, command):
    """A patent that falls when all is over is the register's fact, and calls for no redemption."""
    clock = Clock("2024-03-20")
    teller = building(Teller(open_ledger(clock=clock)))
    teller.given(establish(1_000_000))
    clock.on("2026-06-20")
    teller.given(
        collect("deal_q", 100_000, "2024-06-15"), collect("deal_q", 1_200_000, "2026-06-15"),
        run(1, "2026-06-20"), {"command": "close_pool", "pool": POOL, "closed_on": "2026-06-20"},
    )  # fmt: skip
    clock.on(LATE)
    teller.given(invalid(PATENT, "2026-07-01"))
    teller.refused(command, "POOL_ENDED", "/pool")


def lent(teller):
    """A loan secured by P2's pledge, interest of 400,000 paid, a fund with nothing reported to it yet."""
    pledge = report(
        "CNIPA", "p-1", "pledge.registered", rights=P2, pledge="pld_1", pledgors=[{"name": BORROWER}],
        pledgees=[{"name": BANK}], registered_on="2024-01-10",
    )  # fmt: skip
    established = {
        "command": "establish_fund", "fund": "fund_1", "manager": {"name": "管理中心"},
        "balance": cny(50_000_000), "banks": [{"name": BANK}], "established_on": "2020-01-01",
    }  # fmt: skip
    exposed = {
        "command": "report_exposure", "fund": "fund_1", "bank": {"name": BANK}, "total": cny(200_000_000),
        "as_of": "2024-12-31",
    }  # fmt: skip
    teller.given(
        right(P2, BORROWER, filed_on="2018-05-20", granted_on="2020-01-03"), pledge, loan(),
        interest("loan_1", 400_000), established, exposed,
    )  # fmt: skip
    return teller


PREMIUM = {"kind": "insurance_premium", "reference": "ins_1"}


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (claim(), "CLAIM_EVIDENCE_MISSING", "/loan"),
        (default(notices=[]), "CLAIM_EVIDENCE_MISSING", "/notices"),
        (default(unpaid=-1), "AMOUNT_INVALID", "/unpaid/minor"),
        (default(unpaid=5_000_001), "FIELD_INVALID", "/unpaid"),
        (subsidy("loan_1", 400_000, scheme="elsewhere"), "POLICY_NOT_IN_FORCE", "/scheme"),
        (subsidy("loan_1", 400_000, year=2016), "POLICY_NOT_IN_FORCE", "/scheme"),
        (subsidy("loan_1", 400_001), "INTEREST_NOT_PAID", "/basis"),
        (subsidy("loan_9", 400_000), "REFERENCE_UNKNOWN", "/loan"),
        (subsidy("loan_1", 400_000, **PREMIUM), "NO_PAYMENT_PROOF", "/document"),
        (subsidy("loan_1", 1, basis={"minor": 1.5, "currency": "CNY"}), "AMOUNT_INVALID", "/basis/minor"),
        (interest("loan_1", -1), "AMOUNT_INVALID", "/amount/minor"),
        (loan(), "DUPLICATE_ID", "/loan"),
        (loan("loan_2", due_on="2023-01-01"), "FIELD_INVALID", "/due_on"),
    ],
)
def test_money_is_not_claimed_or_lent_against_the_rules(open_ledger, command, code, pointer):
    lent(teller_on(open_ledger, "2025-02-01")).refused(command, code, pointer)


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (claim(scheme="elsewhere"), "POLICY_NOT_IN_FORCE", "/scheme"),
        (claim(rights=[]), "CLAIM_EVIDENCE_MISSING", "/rights"),
        (claim(fund="fund_9"), "REFERENCE_UNKNOWN", "/fund"),
        (default(), "DUPLICATE_REPORT", "/loan"),
    ],
)
def test_a_loss_is_not_compensated_without_its_proof(open_ledger, command, code, pointer):
    teller = lent(teller_on(open_ledger, "2025-02-01"))
    teller.given(default())
    teller.refused(command, code, pointer)


def test_one_loss_is_not_compensated_twice(open_ledger):
    teller = lent(teller_on(open_ledger, "2025-02-01"))
    teller.given(default(), claim())
    covered = {
        "command": "cover_loss", "loan": "loan_1", "payer": {"name": "担保公司"}, "capacity": "guarantor",
        "amount": cny(2_500_000), "paid_on": "2025-02-01",
    }  # fmt: skip
    guarantee = {
        "command": "give_guarantee", "loan": "loan_1", "guarantor": {"name": "担保公司"},
        "limit": cny(9_000_000), "given_on": "2024-01-15",
    }  # fmt: skip
    teller.given(guarantee)
    teller.refused(covered, "DOUBLE_RECOVERY", "/amount")


def test_of_an_atomic_list_with_one_bad_period_nothing_stands(open_ledger):
    teller = building(teller_on(open_ledger, "2024-03-20"))
    before = count(teller.store)
    listed = [
        {"command_id": f"x-{number}", **command}
        for number, command in enumerate((establish(1_000_000), run(2, "2024-03-20")))
    ]
    desk = Submissions(teller.store, actor="trustee")
    first, second = desk.submit(Given(tuple(listed), listed=True, atomic=True))
    assert first["codes"] == ["BATCH_ABORTED"]
    assert "PERIOD_OUT_OF_ORDER" in second["codes"]
    assert count(teller.store) == before


def test_what_the_product_refuses_it_refuses_of_documents_too(open_ledger):
    """A digest that is none is a fault of form wherever it stands."""
    teller = building(teller_on(open_ledger, "2024-03-20"))
    teller.refused(
        form(terms(1_000_000), pool="pol_2", document=DIGEST.upper()), "FIELD_INVALID", "/document"
    )
