"""Rank by registration, changes of the secured debt, swaps of rank (P-7, P-8); contracts show as such."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statement.ranks import ranks_on, slices_on
from ledger.statement.secured import secured_limit
from tests.ledger.rules.desk import DIGEST, P2, P4, T1, Desk, codes, report
from tests.ledger.rules.pledging import (
    BANK,
    OWNER,
    application,
    company,
    contract,
    flagged,
    mark,
    money,
    p2,
    p4,
    ranks,
    refused,
    registered,
)

K1, K2, K3 = "K1银行", "K2银行", "K3银行"


@pytest.fixture
def desk():
    """T1 is pledged to K1 for 2,000,000, to K2 and to K3, in this order."""
    desk = Desk("2024-01-05").given(mark(T1))
    for number, bank, day in (("S1", K1, "2024-01-05"), ("S2", K2, "2024-02-05"), ("S3", K3, "2024-03-05")):
        desk.on(day).given(
            registered(
                number, T1, on=day, to=bank, amount=money(2_000_000), secures=["principal"],
                debt_until="2025-01-05",
            )
        )  # fmt: skip
    return desk.on("2024-06-03")


def change(pledge="pld_s1", by=(OWNER, K1), **members):
    return {
        "command": "change_pledge", "rights": [T1], "pledge": pledge, "by": [{"name": name} for name in by],
        "executed_on": "2024-06-03", **members,
    }  # fmt: skip


def swap(one="pld_s1", other="pld_s3", by=(OWNER, K1, K3), **members):
    return {
        "command": "swap_ranks", "rights": [T1], "pledges": [one, other],
        "by": [{"name": name} for name in by], "executed_on": "2024-06-03", **members,
    }  # fmt: skip


def consent(giver, act, pledge=None):
    told = {"pledge": pledge} if pledge else {}
    return {
        "command": "give_consent", "rights": [T1], "giver": {"name": giver}, "role": "junior_pledgee",
        "act": act, "given_on": "2024-06-03", "document": DIGEST, **told,
    }  # fmt: skip


def changed(number, pledge, *, on, **members):
    return report("CNIPA", number, "pledge.changed", rights=[T1], pledge=pledge, registered_on=on, **members)


def swapped(number="W1", *, on="2024-07-01", pledges=("pld_s1", "pld_s3")):
    return report(
        "CNIPA", number, "pledge.ranks_swapped", rights=[T1], pledges=list(pledges), registered_on=on
    )


# P-7


@pytest.mark.rule("P-7", "accepts")
def test_juniors_move_up_when_a_senior_entry_ends(desk):
    assert ranks(desk.view(T1)) == {"S1": 1, "S2": 2, "S3": 3}
    desk.given(
        report(
            "CNIPA", "S1-end", "pledge.released", rights=[T1], pledges=["pld_s1"], references=["S1"],
            registered_on="2024-06-03",
        )
    )  # fmt: skip
    assert ranks(desk.view(T1)) == {"S2": 1, "S3": 2}
    assert ranks(desk.view(T1, "2024-06-02")) == {"S1": 1, "S2": 2, "S3": 3}


@pytest.mark.rule("P-7", "flags")
def test_pledges_of_one_day_rank_equally_unless_the_register_shows_times():
    desk = Desk("2024-01-05").given(mark(T1))
    desk.given(
        registered("S1", T1, on="2024-01-05", to=K1, registered_time="14:00:00"),
        registered("S2", T1, on="2024-01-05", to=K2, registered_time="09:30:00"),
    )
    assert (ranks(desk.view(T1)), flagged(desk.view(T1))) == ({"S2": 1, "S1": 2}, [])
    assert [item["reference"] for item in desk.view(T1)["encumbrances"]] == ["S2", "S1"]
    desk.given(registered("S3", T1, on="2024-01-05", to=K3))
    assert (ranks(desk.view(T1)), flagged(desk.view(T1))) == ({"S1": 1, "S2": 1, "S3": 1}, ["RANK_TIE"])


@pytest.mark.rule("P-7", "accepts")
def test_ranks_are_of_each_right_alone(desk):
    desk.given(p4())
    desk.given(registered("S3-P4", P4, on="2024-06-03", to=K3))
    assert ranks(desk.view(P4)) == {"S3-P4": 1}


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from([None, "09:00:00", "10:00:00"])), min_size=1, max_size=6
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
@pytest.mark.rule("P-7", "accepts")
def test_rank_order_is_a_function_of_register_times_alone(times, random):
    """Not of the contract's day, of who reported first, of the numbers or the amounts."""
    first = date(2024, 1, 5)
    entries = [
        registered(
            f"S{place}", T1, on=(first + timedelta(days)).isoformat(), to=f"K{place}银行",
            amount=money(random.randrange(1, 9)), executed_on=f"2023-0{random.randrange(1, 9)}-01",
            **({"registered_time": time} if time else {}),
        )
        for place, (days, time) in enumerate(times)
    ]  # fmt: skip
    shuffled = random.sample(entries, len(entries))
    found = ranks_on(Desk("2024-02-01").given(mark(T1), *shuffled).statement(T1), "2024-02-01")
    untimed = {days for days, time in times if time is None}
    places = [(days, "" if days in untimed else time) for days, time in times]
    assert found == {
        f"pld_s{place}": 1 + sum(other < own for other in places) for place, own in enumerate(places)
    }


# P-8: changes


@pytest.mark.rule("P-8", "accepts")
def test_an_increase_ranks_for_the_extra_part_from_its_registration(desk):
    assert desk.submit(change(amount=money(3_000_000))).verdict == "accepted"
    assert secured(desk, "S1") == money(2_000_000)
    desk.on("2024-06-10").given(changed("S1-c", "pld_s1", on="2024-06-10", amount=money(3_000_000)))
    assert secured(desk, "S1") == money(3_000_000)
    assert secured(desk, "S1", "2024-06-09") == money(2_000_000)
    assert [[(part["pledge"], part["amount"]["minor"]) for part in group] for group in parts(desk)] == [
        [("pld_s1", 200_000_000)],
        [("pld_s2", 200_000_000)],
        [("pld_s3", 200_000_000)],
        [("pld_s1", 100_000_000)],
    ]


def test_what_was_given_up_does_not_rank_again_as_before(desk):
    desk.given(
        changed("S1-a", "pld_s1", on="2024-06-04", amount=money(500_000)),
        changed("S1-b", "pld_s1", on="2024-06-05", amount=money(2_000_000)),
    )
    desk.on("2024-06-05")
    assert [(group[0]["pledge"], group[0]["amount"]["minor"]) for group in parts(desk)] == [
        ("pld_s1", 50_000_000),
        ("pld_s2", 200_000_000),
        ("pld_s3", 200_000_000),
        ("pld_s1", 150_000_000),
    ]


def secured(desk, reference, day=None):
    statement = desk.statement(T1)
    (item,) = [each for each in statement["encumbrances"] if each["reference"] == reference]
    return secured_limit(statement, item, day or desk.today)["amount"]


def parts(desk):
    return slices_on(desk.statement(T1), desk.today)


@pytest.mark.rule("P-8", "refuses")
@pytest.mark.parametrize(
    "further",
    [
        {"secures": ["principal", "interest"]},
        {"debt_until": "2025-01-06"},
        {"amount": money(2_000_000, "USD")},
    ],
)
def test_what_reaches_further_at_the_old_rank_needs_the_juniors_consent(desk, further):
    lone = desk.submit(change(**further))
    assert codes(lone) == ["JUNIOR_CONSENT_MISSING"]
    assert [each.missing.holder for each in lone.findings] == [K2, K3]
    desk.given(consent(K2, "pledge_change", "pld_s1"))
    assert [each.missing.holder for each in desk.submit(change(**further)).findings] == [K3]
    desk.given(consent(K3, "pledge_change"))
    assert desk.submit(change(**further)).verdict == "accepted"


@pytest.mark.rule("P-8", "accepts")
@pytest.mark.parametrize(
    ("members", "by"),
    [
        ({"secures": ["principal"], "debt_until": "2024-12-31", "amount": money(1)}, (OWNER, K1)),
        ({"pledge": "pld_s3", "debt_until": "2026-01-05"}, (OWNER, K3)),
    ],
)
def test_a_narrower_debt_and_the_last_in_rank_harm_nobody(desk, members, by):
    assert desk.submit(change(by=by, **members)).verdict == "accepted"


def test_the_consent_to_another_pledge_s_change_does_not_count(desk):
    desk.given(consent(K2, "pledge_change", "pld_s3"), consent(K3, "rank_change"))
    assert [each.missing.holder for each in desk.submit(change(debt_until="2026-01-01")).findings] == [K2, K3]


def test_both_sides_agree_on_a_change_of_something_they_have(desk):
    assert codes(desk.submit(change(by=(K1,), amount=money(1)))) == ["SIGNATURE_MISSING"]
    assert codes(desk.submit(change())) == ["FIELD_MISSING"]
    assert codes(desk.submit(change(pledge="pld_none", amount=money(1)))) == ["REFERENCE_UNKNOWN"]


def test_a_contract_that_is_not_registered_is_changed_without_asking_anybody():
    desk = Desk("2024-05-06").given(p4(), contract([P4], pledge="pld_g1"))
    told = {
        "command": "change_pledge", "rights": [P4], "pledge": "pld_g1", "executed_on": "2024-05-06",
        "by": [{"name": OWNER}, {"name": BANK}],
    }  # fmt: skip
    assert desk.submit({**told, "debt_until": "2026-04-14"}).verdict == "accepted"
    assert codes(desk.submit({**told, "debt_until": "2026-04-15"})) == ["DEBT_TERM_EXCEEDS_IP_TERM"]
    assert desk.statement(P4)["pledges"][0]["changes_agreed"][0]["debt_until"] == "2026-04-14"


def test_the_register_is_measured_by_the_contract_as_changed():
    desk = Desk("2024-05-06").given(p2(), contract([P2], pledge="pld_g1"))
    desk.given(registered("Y1", P2, on="2024-05-06", contract="pld_g1", amount=money(2_000_000)))
    desk.given(
        {
            "command": "change_pledge", "rights": [P2], "pledge": "pld_y1", "executed_on": "2024-05-06",
            "by": [{"name": OWNER}, {"name": BANK}], "amount": money(3_000_000),
        }
    )  # fmt: skip
    assert flagged(desk.view(P2)) == []
    for day, amount, expected in (
        ("2024-05-10", 3_000_000, []),
        ("2024-05-11", 2_500_000, ["REGISTER_CONTRACT_MISMATCH"]),
    ):
        desk.on(day).given(
            report(
                "CNIPA", f"Y1-{day}", "pledge.changed", rights=[P2], pledge="pld_y1", registered_on=day,
                amount=money(amount),
            )
        )  # fmt: skip
        assert flagged(desk.view(P2)) == expected


# P-8: swaps


@pytest.mark.rule("P-8", "refuses")
@pytest.mark.rule("P-8", "accepts")
def test_a_swap_needs_the_consent_of_whom_it_passes_and_counts_from_the_register(desk):
    lone = desk.submit(swap())
    assert codes(lone) == ["JUNIOR_CONSENT_MISSING"]
    assert [each.missing.holder for each in lone.findings] == [K2]
    desk.given(consent(K2, "rank_change"))
    assert desk.submit(swap()).verdict == "accepted"
    assert ranks(desk.view(T1)) == {"S1": 1, "S2": 2, "S3": 3}
    assert desk.on("2024-07-01").submit(swapped()).flags == ()
    assert ranks(desk.view(T1)) == {"S3": 1, "S2": 2, "S1": 3}
    assert [item["reference"] for item in desk.view(T1)["encumbrances"]] == ["S3", "S2", "S1"]
    assert ranks(desk.view(T1, "2024-06-30")) == {"S1": 1, "S2": 2, "S3": 3}


@pytest.mark.rule("P-8", "accepts")
def test_neighbors_swap_without_asking_those_behind(desk):
    assert desk.submit(swap("pld_s1", "pld_s2", by=(OWNER, K1, K2))).verdict == "accepted"


@pytest.mark.rule("P-8", "flags")
def test_a_swap_in_the_register_without_a_known_consent_is_believed_and_flagged(desk):
    believed = desk.on("2024-07-01").submit(swapped())
    assert (believed.verdict, believed.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert believed.findings[0].data["broken"] == "JUNIOR_CONSENT_MISSING"
    assert ranks(desk.view(T1))["S3"] == 1


def test_a_swap_is_of_two_registered_pledges_by_all_concerned(desk):
    assert codes(desk.submit(swap(by=(K1, K3)))) == ["SIGNATURE_MISSING", "JUNIOR_CONSENT_MISSING"]
    assert codes(desk.submit(swap("pld_s1", "pld_none"))) == ["REFERENCE_UNKNOWN"]
    assert codes(desk.submit(swap("pld_s1", "pld_s1", by=(OWNER, K1)))) == ["FIELD_INVALID"]


# N-9


@given(
    st.lists(st.sampled_from(["contract", "hold", "apply", "refuse", "change"]), max_size=8),
    st.sampled_from([P2, T1]),
)
@settings(max_examples=60, deadline=None)
@pytest.mark.rule("P-3", "accepts")
@pytest.mark.rule("N-9", "accepts")
def test_without_the_office_s_word_nothing_is_ever_shown_as_registered(steps, id_):
    """Contracts, held contracts, applications and refusals in any order leave the right free of pledges."""
    desk = Desk("2024-05-06").given(p2() if id_ == P2 else mark(T1))
    for place, step in enumerate(steps):
        commands = {
            "contract": contract([id_], pledge=f"pld_g{place}"),
            "hold": contract([id_], pledge=f"pld_h{place}", debtor={"name": "丁公司"}, pledgors=[company()]),
            "apply": application(f"pld_g{place - 1}", [id_], on="2024-05-06"),
            "refuse": refused(f"R{place}", id_, pledge=f"pld_g{place - 1}", on="2024-05-06"),
            "change": {
                "command": "change_pledge", "rights": [id_], "pledge": f"pld_g{place - 1}",
                "executed_on": "2024-05-06", "by": [{"name": OWNER}, {"name": BANK}], "amount": money(1),
            },
        }  # fmt: skip
        desk.submit(commands[step])
    answer = desk.view(id_, include_ended=True)
    assert answer["encumbrances"] == []
    assert {item["state"] for item in answer["pending"]} <= {"contracted", "applied", "refused"}
    assert all(item["rank"] is None and item["registered_at"] is None for item in answer["pending"])
    assert not any(item["id"].startswith("pld_h") for item in answer["pending"])
