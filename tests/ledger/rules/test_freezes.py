"""Freezes and suspensions: service, ceilings, the queue, and what else a court's word meets (F-1 to F-12)."""

import pytest

from ledger.rules import common
from ledger.rules.freezes import RULES
from ledger.statement.freezes import freeze_queue
from tests.ledger.rules.desk import DIGEST, P1, P2, T1, US, W1, Desk, codes, parties, report, right

HANGZHOU, BEIJING, SHANGHAI = "杭州市中级人民法院", "北京知识产权法院", "上海知识产权法院"


def freeze(number, served_at=None, *, court=HANGZHOU, rights=P1, stage="preservation", **members):
    """A court's notice, seen by the register."""
    told = {"freeze": f"frz_{number.lower()}", "authorities": parties(court), "stage": stage, **members}
    if served_at:
        told["served_at"] = served_at
    return report("CNIPA", number, "freeze.imposed", rights=rights, **told)


def renewal(number, of, served_at, **members):
    return report(
        "CNIPA", number, "freeze.renewed", rights=P1, freeze=of, served_at=served_at,
        authorities=parties(HANGZHOU), **members,
    )  # fmt: skip


def on_freeze(number, type_, of, day, **members):
    return report("CNIPA", number, type_, rights=P1, freeze=of, effective_from=day, **members)


def lift(number, day, of=None):
    named = {"freeze": of} if of else {}
    return report("CNIPA", number, "freeze.lifted", rights=P1, registered_on=day, **named)


def transfer(number, day, grantor="甲公司", grantee="乙公司", signed="2024-01-02"):
    return report(
        "CNIPA", number, "transfer.registered", rights=P1, grantors=parties(grantor),
        grantees=parties(grantee), executed_on=signed, registered_on=day,
    )  # fmt: skip


def pledge(number, day, pledgee="乙银行"):
    return report(
        "CNIPA", number, "pledge.registered", rights=P1, pledge=f"pld_{number}", pledgors=parties("甲公司"),
        pledgees=parties(pledgee), registered_on=day,
    )  # fmt: skip


def queue(desk, day):
    """References of the freezes that are live, wait and are not served yet."""
    found = freeze_queue(desk.statement(P1), day)
    return tuple([item["reference"] for item in found[part]] for part in ("live", "waiting", "unserved"))


def flags(desk, day, right_id=P1):
    """Codes of the flags shown of family F, those of unpublished freezes aside."""
    found = [flag["code"] for flag in desk.view(right_id, day)["flags"]]
    return [code for code in found if code not in {"FREEZE_UNPUBLISHED", *_OF_OTHERS}]


_OF_OTHERS = {"FEE_STATUS_UNKNOWN", "STALE_EXTRACT"}


def found_on(check):
    return [finding.code for finding in check]


@pytest.fixture
def desk():
    return Desk("2024-01-10").given(
        right(P1, "甲公司", title="一种电池", filed_on="2015-03-10", granted_on="2017-01-03"),
        right(T1, "甲公司", filed_on="2017-01-14"),
        right(W1, "甲公司"),
    )


# F-1


@pytest.mark.rule("F-1", "accepts")
@pytest.mark.parametrize(("day", "live"), [("2024-01-14", []), ("2024-01-15", ["C1"]), ("2024-07-16", [])])
def test_a_freeze_is_effective_from_service_to_its_stated_end(desk, day, live):
    desk.on("2024-01-16").given(freeze("C1", "2024-01-15T10:00:00+08:00", until="2024-07-15"))
    assert queue(desk, day) == (live, [], [])
    assert [item["reference"] for item in desk.view(P1, day)["encumbrances"]] == live


def test_service_at_night_in_universal_time_is_on_the_next_day_in_shanghai(desk):
    desk.on("2024-01-17").given(freeze("C1", "2024-01-15T16:30:00Z", term_months=6))
    assert queue(desk, "2024-01-15")[0] == []
    (live,) = freeze_queue(desk.statement(P1), "2024-01-16")["live"]
    assert (live["from"], live["until"], live["served_at"]) == (
        "2024-01-16", "2024-07-16", "2024-01-15T16:30:00.000000Z",
    )  # fmt: skip


@pytest.mark.rule("F-1", "holds")
def test_a_notice_without_time_of_service_waits_for_it_and_is_shown(desk):
    """The report is kept, a bank sees it, and nothing is blocked by it."""
    assert desk.on("2024-01-16").submit(freeze("C1")).verdict == "accepted"
    assert queue(desk, "2024-01-16") == ([], [], ["C1"])
    assert flags(desk, "2024-01-16") == ["SERVICE_TIME_MISSING"]
    assert desk.view(P1)["freeze_queue"]["unserved"][0]["holders"] == [HANGZHOU]
    assert found_on(common.not_frozen("T-9", P1, desk.statement(P1), "2024-01-16")) == []


@pytest.mark.rule("F-1", "accepts")
def test_a_return_of_service_from_the_court_makes_the_freeze_live_from_that_day(desk):
    proof = {"kind": "service_proof", "act": "frz_c1", "issued_on": "2024-01-15"}
    desk.on("2024-01-18").given(freeze("C1"), report("HZZY", "R1", "document.filed", rights=P1, **proof))
    assert queue(desk, "2024-01-15") == (["C1"], [], [])
    assert "SERVICE_TIME_MISSING" not in flags(desk, "2024-01-18")


@pytest.mark.rule("F-1", "holds")
def test_a_return_of_service_on_a_party_s_word_alone_leaves_it_waiting(desk):
    """A creditor could else put itself before others in the queue (N-1)."""
    desk.on("2024-01-18").given(
        freeze("C1"),
        {
            "command": "file_document", "rights": [P1], "kind": "service_proof", "act": "frz_c1",
            "issued_on": "2024-01-15", "sha256": DIGEST,
        },
    )  # fmt: skip
    assert queue(desk, "2024-01-18") == ([], [], ["C1"])
    assert flags(desk, "2024-01-18") == ["SERVICE_TIME_MISSING"]


@pytest.mark.rule("F-1", "accepts")
def test_a_further_report_of_the_same_freeze_brings_the_time_of_service(desk):
    later = report(
        "CNIPA",
        "C1-served",
        "freeze.imposed",
        rights=P1,
        freeze="frz_c1",
        served_at="2024-01-15T09:00:00+08:00",
    )
    desk.on("2024-01-18").given(freeze("C1", term_months=6), later)
    assert queue(desk, "2024-01-18") == (["C1"], [], [])
    (live,) = desk.view(P1)["freeze_queue"]["live"]
    assert (live["stage"], live["until"]) == ("preservation", "2024-07-15")


@pytest.mark.parametrize("served_at", ["2024-01-15T10:00:00", "2024-02-30", "soon", ""])
def test_a_time_of_service_without_zone_or_sense_is_refused(desk, served_at):
    given = freeze("C1")
    given["fact"]["served_at"] = served_at
    refused = desk.submit(given)
    assert refused.verdict == "refused"
    assert refused.findings[0].code in {"DATE_INVALID", "FIELD_INVALID"}


@pytest.mark.rule("F-1", "flags")
def test_a_freeze_of_a_right_that_has_ended_is_accepted_and_flagged(desk):
    desk.given(
        report(
            "CNIPA", "L", "right.lapsed", rights=P1, effective_from="2023-03-10", registered_on="2023-11-01"
        )
    )
    assert desk.on("2024-01-16").submit(freeze("C1", "2024-01-15")).flags == ("AUTHORITY_CONFLICT",)
    assert "AUTHORITY_CONFLICT" in flags(desk, "2024-01-16")


# F-2


@pytest.mark.rule("F-2", "accepts")
@pytest.mark.parametrize(
    ("id_", "stage", "served", "until"),
    [
        (P1, "preservation", "2024-01-15", "2024-07-15"),
        (P1, "preservation", "2024-08-31", "2025-02-28"),
        (T1, "preservation", "2024-01-15", "2025-01-15"),
        (W1, "preservation", "2024-01-15", "2027-01-15"),
        (P1, "execution", "2024-01-15", "2027-01-15"),
        (T1, "execution", "2024-02-29", "2027-02-28"),
        (T1, "preservation", "2020-12-31", "2021-06-30"),
        (P1, "execution", "2015-02-03", "2017-02-03"),
    ],
)
def test_a_freeze_that_states_no_end_ends_with_the_ceiling_of_its_time(desk, id_, stage, served, until):
    desk.on("2024-09-01").given(freeze("C1", served, rights=id_, stage=stage))
    (live,) = freeze_queue(desk.statement(id_), served)["live"]
    assert live["until"] == until
    assert "FREEZE_TERM_COMPUTED" in flags(desk, served, id_)


@pytest.mark.rule("F-2", "flags")
@pytest.mark.parametrize(
    ("term", "flagged"),
    [({"until": "2024-07-15"}, False), ({"until": "2024-07-16"}, True), ({"term_months": 7}, True)],
)
def test_a_term_past_the_ceiling_is_flagged_and_holds(desk, term, flagged):
    assert desk.on("2024-01-16").submit(freeze("C1", "2024-01-15", **term)).verdict == "accepted"
    assert ("FREEZE_TERM_OVER_CEILING" in flags(desk, "2024-01-16")) is flagged
    assert queue(desk, "2024-07-16")[0] == (["C1"] if flagged else [])


def test_a_freeze_the_register_merely_lists_stands_until_lifted(desk):
    """Nobody saw the notice, so nothing is computed and nothing queues."""
    plain = report(
        "CNIPA", "G1", "freeze.imposed", rights=P1, freeze="frz_g1", effective_from="2016-01-15",
        authorities=parties(HANGZHOU),
    )  # fmt: skip
    desk.given(plain)
    assert [item["until"] for item in desk.view(P1)["encumbrances"]] == [None]
    assert "freezes" not in desk.statement(P1)
    assert "freeze_queue" not in desk.view(P1)
    assert queue(desk, "2024-01-10") == (["G1"], [], [])


# F-3


@pytest.mark.rule("F-3", "accepts")
def test_a_renewal_served_on_the_last_day_moves_the_end(desk):
    desk.on("2024-07-15").given(
        freeze("C1", "2024-01-15", term_months=6), renewal("C1-2", "frz_c1", "2024-07-15T23:59:00+08:00")
    )
    assert queue(desk, "2024-07-16") == (["C1"], [], [])
    (live,) = freeze_queue(desk.statement(P1), "2024-07-16")["live"]
    assert (live["from"], live["until"]) == ("2024-01-15", "2025-01-15")


@pytest.mark.rule("F-3", "flags")
def test_a_late_renewal_is_a_new_freeze_at_the_end_of_the_queue(desk):
    desk.on("2024-07-17").given(
        freeze("C1", "2024-01-15", term_months=6),
        freeze("C2", "2024-03-01", court=BEIJING),
        renewal("C1-2", "frz_c1", "2024-07-16T00:00:00+08:00", term_months=6),
    )
    assert queue(desk, "2024-07-16") == (["C2"], ["C1-2"], [])
    assert "FREEZE_RENEWED_LATE" in flags(desk, "2024-07-17")


@pytest.mark.rule("F-2", "flags")
def test_a_renewal_past_the_ceiling_is_flagged_from_its_service(desk):
    desk.on("2024-07-01").given(
        freeze("C1", "2024-01-15", term_months=6), renewal("C1-2", "frz_c1", "2024-07-01", until="2025-01-16")
    )
    assert "FREEZE_TERM_OVER_CEILING" not in flags(desk, "2024-06-30")
    assert "FREEZE_TERM_OVER_CEILING" in flags(desk, "2024-07-01")


def test_a_renewal_of_an_unknown_freeze_is_a_freeze_of_its_own(desk):
    desk.on("2024-07-17").given(renewal("R9", "frz_unknown", "2024-07-16", term_months=6))
    assert queue(desk, "2024-07-17") == (["R9"], [], [])
    assert "FREEZE_REFERENCE_UNKNOWN" in flags(desk, "2024-07-17")


def test_the_renewal_of_a_freeze_that_waits_keeps_its_place(desk):
    desk.on("2024-07-17").given(
        freeze("C1", "2024-01-15", term_months=6),
        freeze("C2", "2024-03-01", court=BEIJING, term_months=6),
        freeze("C3", "2024-03-02", court=SHANGHAI),
        renewal("C2-2", "frz_c2", "2024-06-01", term_months=5),
    )
    assert queue(desk, "2024-07-16") == (["C2"], ["C3"], [])
    assert freeze_queue(desk.statement(P1), "2024-07-16")["live"][0]["until"] == "2024-12-16"


# F-4


@pytest.mark.rule("F-4", "accepts")
def test_preservation_becomes_an_execution_freeze_and_its_time_runs_on(desk):
    desk.on("2024-07-10").given(
        freeze("C1", "2024-01-15", term_months=6),
        on_freeze("E1", "freeze.converted", "frz_c1", "2024-05-06"),
        renewal("C1-2", "frz_c1", "2024-07-10"),
    )
    stages = {
        day: freeze_queue(desk.statement(P1), day)["live"][0]["stage"] for day in ("2024-05-05", "2024-05-06")
    }
    assert stages == {"2024-05-05": "preservation", "2024-05-06": "execution"}
    (live,) = freeze_queue(desk.statement(P1), "2024-07-10")["live"]
    assert live["until"] == "2027-07-15"
    assert "FREEZE_TERM_OVER_CEILING" not in flags(desk, "2024-07-10")


@pytest.mark.rule("F-4", "flags")
def test_what_has_ended_is_not_converted(desk):
    desk.on("2024-08-01").given(freeze("C1", "2024-01-15", term_months=6))
    decision = desk.submit(on_freeze("E1", "freeze.converted", "frz_c1", "2024-08-01"))
    assert decision.flags == ("AUTHORITY_CONFLICT",)
    assert decision.findings[0].data["broken"] == "ALREADY_ENDED"
    assert queue(desk, "2024-08-01") == ([], [], [])


# F-5


@pytest.mark.rule("F-5", "accepts")
def test_the_first_in_line_is_live_the_day_the_live_freeze_is_lifted_and_its_term_starts_then(desk):
    desk.on("2024-05-20").given(
        freeze("C3", "2024-03-01T15:00:00+08:00", court=SHANGHAI, stage="execution"),
        freeze("C2", "2024-03-01T09:30:00+08:00", court=BEIJING, term_months=6),
        freeze("C1", "2024-01-15", term_months=6),
    )
    assert queue(desk, "2024-05-20") == (["C1"], ["C2", "C3"], [])
    desk.given(lift("L1", "2024-05-20", "frz_c1"))
    assert queue(desk, "2024-05-19") == (["C1"], ["C2", "C3"], [])
    assert queue(desk, "2024-05-20") == (["C2"], ["C3"], [])
    (live,) = freeze_queue(desk.statement(P1), "2024-05-20")["live"]
    assert (live["from"], live["until"]) == ("2024-05-20", "2024-11-20")
    assert queue(desk, "2024-11-21") == (["C3"], [], [])
    assert freeze_queue(desk.statement(P1), "2024-11-21")["live"][0]["until"] == "2027-11-21"


def test_a_waiting_freeze_that_is_lifted_never_becomes_live(desk):
    desk.on("2024-05-20").given(
        freeze("C1", "2024-01-15", term_months=6),
        freeze("C2", "2024-03-01", court=BEIJING),
        lift("L2", "2024-05-20", "frz_c2"),
    )
    assert queue(desk, "2024-05-19") == (["C1"], ["C2"], [])
    assert queue(desk, "2024-07-16") == ([], [], [])
    assert desk.view(P1, "2024-07-16")["encumbrances"] == []


def test_a_waiting_freeze_whose_stated_last_day_passes_is_over(desk):
    """A stated end prevails over any term that would start when it is live (F-1)."""
    desk.on("2024-05-20").given(
        freeze("C1", "2024-01-15", term_months=6),
        freeze("C2", "2024-03-01", court=BEIJING, until="2024-07-15"),
    )
    assert queue(desk, "2024-07-15") == (["C1"], ["C2"], [])
    assert queue(desk, "2024-07-16") == ([], [], [])


@pytest.mark.rule("F-5", "flags")
def test_a_lifting_that_names_no_freeze_does_not_choose_between_live_and_waiting(desk):
    desk.on("2024-05-20").given(
        freeze("C1", "2024-01-15", term_months=6),
        freeze("C2", "2024-03-01", court=BEIJING),
        lift("L1", "2024-05-20"),
    )
    assert queue(desk, "2024-05-20") == (["C1"], ["C2"], [])
    assert "FREEZE_LIFT_UNMATCHED" in flags(desk, "2024-05-20")


def test_a_lifting_that_names_no_freeze_ends_the_only_one(desk):
    desk.on("2024-05-20").given(freeze("C1", "2024-01-15", term_months=6), lift("L1", "2024-05-20"))
    assert queue(desk, "2024-05-20") == ([], [], [])


def test_a_lifting_may_be_recorded_before_the_freeze_it_ends(desk):
    desk.on("2024-05-20").given(lift("L1", "2024-05-20", "frz_c1"), freeze("C1", "2024-01-15", term_months=6))
    assert queue(desk, "2024-05-19")[0] == ["C1"]
    assert queue(desk, "2024-05-20")[0] == []


def test_two_freezes_of_one_day_without_times_stand_in_the_order_of_their_numbers_and_are_flagged(desk):
    desk.on("2024-03-02").given(
        freeze("C2", "2024-03-01", court=BEIJING), freeze("C1", "2024-03-01", term_months=6)
    )
    assert queue(desk, "2024-03-01") == (["C1"], ["C2"], [])
    assert flags(desk, "2024-03-01").count("SERVICE_TIME_MISSING") == 2


def test_a_freeze_waits_behind_one_the_register_merely_lists(desk):
    listed = report(
        "CNIPA", "G1", "freeze.imposed", rights=P1, freeze="frz_g1", effective_from="2024-01-15",
        authorities=parties(HANGZHOU),
    )  # fmt: skip
    desk.on("2024-05-20").given(listed, freeze("C2", "2024-03-01", court=BEIJING))
    assert queue(desk, "2024-04-01") == (["G1"], ["C2"], [])
    desk.given(lift("L1", "2024-05-20", "frz_g1"))
    assert queue(desk, "2024-05-20") == (["C2"], [], [])


def test_freezes_of_another_country_s_right_do_not_queue():
    desk = Desk("2024-05-20").given(right(US, "A Corp."))
    desk.given(freeze("C1", "2024-01-15", rights=US), freeze("C2", "2024-03-01", rights=US, court=BEIJING))
    assert [item["reference"] for item in desk.view(US)["encumbrances"]] == ["C1", "C2"]
    assert "freezes" not in desk.statement(US)


# F-6


def waiting_three(desk):
    return desk.on("2024-05-20").given(
        freeze("C1", "2024-01-15", stage="execution"),
        freeze("C2", "2024-03-01", court=BEIJING, stage="execution"),
        freeze("C3", "2024-03-02", court=SHANGHAI),
    )


@pytest.mark.rule("F-6", "accepts")
def test_disposal_of_the_whole_by_the_first_court_ends_the_queue(desk):
    waiting_three(desk).given(on_freeze("D1", "disposal.completed", "frz_c1", "2024-05-20", scope="full"))
    assert queue(desk, "2024-05-19") == (["C1"], ["C2", "C3"], [])
    assert queue(desk, "2024-05-20") == ([], [], [])
    assert [item["end_state"] for item in desk.statement(P1)["freezes"]] == ["disposed", "lapsed", "lapsed"]


@pytest.mark.rule("F-6", "accepts")
def test_after_disposal_of_a_part_the_waiting_freezes_attach_to_the_rest(desk):
    waiting_three(desk).given(
        on_freeze("D1", "disposal.completed", "frz_c1", "2024-05-20", scope="part", remainder=[1, 2])
    )
    assert queue(desk, "2024-05-20") == (["C2"], ["C3"], [])
    (live,) = freeze_queue(desk.statement(P1), "2024-05-20")["live"]
    assert (live["from"], live["until"], live["share"]) == ("2024-05-20", "2027-05-20", [1, 2])


@pytest.mark.rule("F-6", "flags")
def test_disposal_by_a_court_that_waits_leaves_all_freezes(desk):
    waiting_three(desk).given(on_freeze("D1", "disposal.completed", "frz_c2", "2024-05-20", scope="full"))
    assert queue(desk, "2024-05-20") == (["C1"], ["C2", "C3"], [])
    assert "DISPOSAL_UNMATCHED" in flags(desk, "2024-05-20")


@pytest.mark.parametrize(("court", "left"), [(HANGZHOU, ([], [], [])), (BEIJING, (["C1"], ["C2", "C3"], []))])
def test_a_judicial_sale_ends_the_queue_if_the_first_court_sold(desk, court, left):
    waiting_three(desk).given(
        report(
            "HZZY", "S1", "judicial_sale.completed", rights=P1, sale="sal_1", court=parties(court)[0],
            buyers=parties("丁公司"), price={"minor": 320000000, "currency": "CNY"}, served_on="2024-05-20",
        )
    )  # fmt: skip
    assert queue(desk, "2024-05-20") == left


# F-7


@pytest.mark.rule("F-7", "flags")
def test_a_freeze_of_what_the_debtor_no_longer_owns_takes_no_hold(desk):
    desk.on("2024-03-02").given(
        transfer("T1", "2024-02-20"), freeze("C1", "2024-02-21", debtors=parties("甲公司"))
    )
    assert queue(desk, "2024-03-01") == ([], [], [])
    assert flags(desk, "2024-03-01") == ["FREEZE_ON_FORMER_OWNER"]
    assert found_on(common.not_frozen("T-9", P1, desk.statement(P1), "2024-03-01")) == []
    assert desk.statement(P1)["freezes"][0]["end_state"] == "ineffective"


@pytest.mark.rule("F-7", "accepts")
@pytest.mark.parametrize("registered", ["2024-02-21", "2024-03-28"])
def test_a_freeze_served_before_a_pending_transfer_is_registered_wins(desk, registered):
    """Signed on 2024-01-02; on the very day of registration the order is not known, and the freeze stands."""
    desk.on("2024-04-01").given(
        freeze("C1", "2024-02-21", debtors=parties("甲公司")), transfer("T1", registered)
    )
    assert queue(desk, "2024-04-01") == (["C1"], [], [])
    assert "FREEZE_ON_FORMER_OWNER" not in flags(desk, "2024-04-01")


def test_a_court_s_transfer_order_effective_before_the_service_goes_first(desk):
    order = report(
        "HZZY", "J1", "transmission.registered", rights=P1, cause="judgment", grantors=parties("甲公司"),
        grantees=parties("丁公司"), effective_from="2024-02-10", registered_on="2024-03-28",
    )  # fmt: skip
    desk.on("2024-04-01").given(freeze("C1", "2024-02-21", debtors=parties("甲公司")), order)
    assert queue(desk, "2024-04-01") == ([], [], [])
    assert "FREEZE_ON_FORMER_OWNER" in flags(desk, "2024-04-01")


def test_a_freeze_against_a_debtor_unknown_to_the_chain_of_title_stands_and_is_flagged(desk):
    decision = desk.on("2024-02-22").submit(freeze("C1", "2024-02-21", debtors=parties("丙公司")))
    assert [(each.code, each.data["broken"]) for each in decision.findings] == [
        ("AUTHORITY_CONFLICT", "NOT_OWNER_OF_RECORD")
    ]
    assert queue(desk, "2024-02-22") == (["C1"], [], [])


# F-8, F-9


@pytest.mark.rule("F-8", "refuses")
def test_acts_on_a_frozen_right_are_refused(desk):
    desk.on("2024-01-16").given(freeze("C1", "2024-01-15", until="2024-07-15"))
    (finding,) = common.not_frozen("T-9", P1, desk.statement(P1), "2024-07-15")
    assert (finding.code, finding.data["reference"], finding.data["until"]) == (
        "ASSET_FROZEN",
        "C1",
        "2024-07-15",
    )
    assert finding.data["holder"] == [HANGZHOU]


@pytest.mark.rule("F-8", "accepts")
def test_after_the_freeze_has_run_out_acts_are_free(desk):
    desk.on("2024-01-16").given(freeze("C1", "2024-01-15", until="2024-07-15"))
    assert found_on(common.not_frozen("T-9", P1, desk.statement(P1), "2024-07-16")) == []


@pytest.mark.rule("F-8", "flags")
def test_a_freeze_not_known_to_be_published_is_told_so_and_blocks_all_the_same(desk):
    desk.on("2024-03-01").given(freeze("C1", "2024-01-15", until="2024-07-15", published_on="2024-02-09"))
    assert "FREEZE_UNPUBLISHED" in [flag["code"] for flag in desk.view(P1, "2024-02-08")["flags"]]
    assert "FREEZE_UNPUBLISHED" not in [flag["code"] for flag in desk.view(P1, "2024-02-09")["flags"]]
    assert found_on(common.not_frozen("T-9", P1, desk.statement(P1), "2024-02-08")) == ["ASSET_FROZEN"]


@pytest.mark.rule("F-9", "accepts")
def test_a_pledged_right_may_be_frozen_and_the_pledge_keeps_its_rank(desk):
    desk.given(pledge("1", "2023-06-01"))
    assert desk.on("2024-01-16").submit(freeze("C1", "2024-01-15")).flags == ()
    standing = {item["reference"]: item["rank"] for item in desk.view(P1)["encumbrances"]}
    assert standing == {"1": 1, "C1": None}


# F-10


@pytest.fixture
def shared():
    return Desk("2024-01-10").given(
        right(P1, {"甲公司": [1, 2], "乙公司": [1, 2]}, filed_on="2015-03-10", granted_on="2017-01-03")
    )


@pytest.mark.rule("F-10", "flags")
def test_the_freeze_of_a_co_owned_right_reaches_all_and_asks_to_notify_them(shared):
    shared.on("2024-01-16").given(freeze("C1", "2024-01-15", debtors=parties("甲公司")))
    (told,) = [flag for flag in shared.statement(P1)["flags"] if flag["code"] == "COOWNERS_TO_BE_NOTIFIED"]
    assert told["data"]["holder"] == "乙公司"
    statement = shared.statement(P1)
    assert found_on(common.not_frozen("T-9", P1, statement, "2024-01-16", acting=["乙公司"])) == [
        "ASSET_FROZEN"
    ]


@pytest.mark.rule("F-10", "accepts")
def test_after_partition_only_the_debtor_s_share_stays_frozen(shared):
    shared.on("2024-03-01").given(
        freeze("C1", "2024-01-15", debtors=parties("甲公司")),
        on_freeze("P", "freeze.limited", "frz_c1", "2024-02-20", share=[1, 2]),
    )
    statement = shared.statement(P1)
    assert freeze_queue(statement, "2024-02-19")["live"][0]["share"] is None
    assert freeze_queue(statement, "2024-02-20")["live"][0]["share"] == [1, 2]
    assert found_on(common.not_frozen("T-9", P1, statement, "2024-02-20", acting=["乙公司"])) == []
    assert found_on(common.not_frozen("T-9", P1, statement, "2024-02-19", acting=["乙公司"])) == [
        "ASSET_FROZEN"
    ]


@pytest.mark.rule("F-10", "refuses")
def test_after_partition_the_debtor_s_own_share_and_the_whole_stay_frozen(shared):
    shared.on("2024-03-01").given(
        freeze("C1", "2024-01-15", debtors=parties("甲公司")),
        on_freeze("P", "freeze.limited", "frz_c1", "2024-02-20", share=[1, 2]),
    )
    statement = shared.statement(P1)
    for acting in (["甲公司"], ["乙公司", "甲公司"], None):
        found = found_on(common.not_frozen("T-9", P1, statement, "2024-03-01", acting=acting))
        assert found == ["ASSET_FROZEN"]


# F-11


@pytest.mark.rule("F-11", "flags")
def test_an_unpublished_work_is_exempt(desk):
    desk.on("2024-01-16").given(freeze("C1", "2024-01-15", rights=W1, unpublished_object=True))
    assert "EXEMPT_PROPERTY" in flags(desk, "2024-01-16", W1)


@pytest.mark.rule("F-11", "flags")
@pytest.mark.parametrize(("served", "exempt"), [("2024-11-19", True), ("2024-11-20", False)])
def test_an_application_still_secret_is_exempt(served, exempt):
    """Filed on 2023-05-20, it is published within 18 months (PL 34)."""
    desk = Desk("2025-01-10").given(
        right(P2, "甲公司", filed_on="2023-05-20"), freeze("C1", served, rights=P2)
    )
    assert ("EXEMPT_PROPERTY" in flags(desk, served, P2)) is exempt


@pytest.mark.rule("F-11", "accepts")
def test_a_granted_patent_is_not_exempt(desk):
    desk.on("2024-01-16").given(freeze("C1", "2024-01-15"))
    assert "EXEMPT_PROPERTY" not in flags(desk, "2024-01-16")


# F-12


def suspension(number, type_, **members):
    return report("CNIPA", number, f"suspension.{type_}", rights=P1, suspension="sus_1", **members)


@pytest.mark.rule("F-12", "refuses")
def test_a_suspension_blocks_the_same_procedures_for_a_year(desk):
    desk.on("2024-02-02").given(suspension("Z1", "started", effective_from="2024-02-01"))
    (finding,) = common.not_frozen("P-4", P1, desk.statement(P1), "2025-02-01")
    assert (finding.code, finding.data["until"]) == ("PROCEDURE_SUSPENDED", "2025-02-01")
    assert [item["reference"] for item in desk.view(P1)["suspensions"]] == ["Z1"]


@pytest.mark.rule("F-12", "accepts")
def test_procedures_resume_by_themselves_after_a_year_or_when_the_dispute_ends(desk):
    desk.on("2024-02-02").given(suspension("Z1", "started", effective_from="2024-02-01"))
    assert found_on(common.not_frozen("P-4", P1, desk.statement(P1), "2025-02-02")) == []
    desk.on("2024-05-06").given(suspension("Z2", "ended", ended_on="2024-05-06"))
    assert found_on(common.not_frozen("P-4", P1, desk.statement(P1), "2024-05-05")) == ["PROCEDURE_SUSPENDED"]
    assert found_on(common.not_frozen("P-4", P1, desk.statement(P1), "2024-05-06")) == []


@pytest.mark.rule("F-12", "refuses")
def test_an_extension_granted_in_time_goes_on(desk):
    desk.on("2025-01-20").given(
        suspension("Z1", "started", effective_from="2024-02-01"),
        suspension("Z2", "extended", effective_from="2025-01-20", until="2025-08-01"),
    )
    assert found_on(common.not_frozen("P-4", P1, desk.statement(P1), "2025-08-01")) == ["PROCEDURE_SUSPENDED"]
    assert found_on(common.not_frozen("P-4", P1, desk.statement(P1), "2025-08-02")) == []


@pytest.mark.rule("F-12", "flags")
def test_a_late_extension_begins_anew_and_is_flagged(desk):
    desk.on("2025-02-10").given(suspension("Z1", "started", effective_from="2024-02-01"))
    late = desk.submit(suspension("Z2", "extended", effective_from="2025-02-10"))
    assert late.flags == ("AUTHORITY_CONFLICT",)
    statement = desk.statement(P1)
    assert found_on(common.not_frozen("P-4", P1, statement, "2025-02-09")) == []
    assert found_on(common.not_frozen("P-4", P1, statement, "2025-02-10")) == ["PROCEDURE_SUSPENDED"]


def test_every_rule_of_the_family_stands_once():
    assert [rule.number for rule in RULES] == [f"F-{number}" for number in range(1, 13)]
    assert all(rule.home for rule in RULES)


@pytest.mark.rule("F-1", "refuses")
def test_bad_form_and_an_unknown_right_are_the_only_grounds_to_refuse_a_freeze(desk):
    assert codes(desk.submit(freeze("C1", "2024-01-05", rights=P2))) == ["RIGHT_UNKNOWN"]
    assert codes(desk.submit(freeze("C1", "2024-01-05", stage="pre"))) == ["FIELD_INVALID"]


def test_a_second_report_of_a_freeze_does_not_end_it_sooner(desk):
    desk.given(freeze("F1", "2024-01-09", until="2024-07-08"))
    again = freeze("F2", "2024-01-09", until="2024-02-08")
    again["fact"]["freeze"] = "frz_f1"
    desk.given(again)
    assert "F1" in queue(desk, "2024-07-08")[0]


@pytest.mark.parametrize(
    "ended", [{"registered_on": "2024-01-08"}, {"registered_on": "2024-01-10", "ended_on": "2023-01-08"}]
)
@pytest.mark.parametrize("rights", [P1, US])
def test_a_lifting_dated_before_the_freeze_it_names_lifts_nothing(desk, ended, rights):
    made = Desk("2024-01-10").given(right(rights, {"甲公司": [1, 1]}, filed_on="2015-03-10"))
    on = {"effective_from": "2024-01-09"} if rights == US else {}
    made.given(freeze("F1", "2024-01-09", rights=rights, until="2024-07-08", **on))
    made.given(report("CNIPA", "L1", "freeze.lifted", rights=rights, freeze="frz_f1", **ended))
    shown = made.view(rights)
    assert [item["kind"] for item in shown["encumbrances"]] == ["freeze"]
    assert "FREEZE_LIFT_UNMATCHED" in [flag["code"] for flag in shown["flags"]]
