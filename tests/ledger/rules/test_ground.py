"""The ground rules every family inherits (N-1 to N-12), shown on an act that waits for a paper."""

from datetime import date
from typing import ClassVar, Literal

import pytest

from ledger.facts.consents import ConsentGiven
from ledger.rules import PROCEDURES, acts, ground
from ledger.rules.base import Command, Missing, Procedure, Said, Stage, flag, hold, refuse
from ledger.rules.common import not_frozen
from ledger.rules.docket import ill_formed, rule_on, rule_on_all
from ledger.rules.fields import Amount, CommandDay, PartySaid
from ledger.rules.form import Submitted, parse
from ledger.rules.papers import document_for
from ledger.rules.policy import POLICY, Setting
from ledger.values.calendar import CHINA, procedural_term_end, term_end
from ledger.values.money import Money, allocate, interest, parse_rate
from ledger.values.statutes import IN_FORCE_SINCE
from ledger.values.terms import DESIGN_REFORM
from tests.ledger.rules.desk import DIGEST, P1, P2, US, Desk, codes, right

CONSENT = {
    "command": "give_consent", "rights": [P1], "giver": {"name": "甲公司"}, "role": "licensor",
    "act": "license", "given_on": "2024-01-09",
}  # fmt: skip


class Export(Command):
    """An act that waits for an export certificate and that a freeze forbids; it leaves a consent behind."""

    KIND: ClassVar[str] = "export"
    command: Literal["export"]
    giver: PartySaid
    executed_on: CommandDay
    amount: Amount | None = None

    def actors(self):
        return (self.giver.name,)


def _certified(command, situation, day):
    for name, statement in situation.statements(command.rights):
        if document_for(statement, "export_certificate", day) is None:
            yield hold("T-10", "EXPORT_CERT_MISSING", Missing("export_certificate", "商务主管部门", name))


def _unfrozen(command, situation, day):
    for name, statement in situation.statements(command.rights):
        yield from not_frozen("T-9", name, statement, day)


def _warned(command, situation, day):
    if command.note:
        yield flag("T-7", "PREEMPTION_NOT_CLEARED")


def _limited(command, situation, day):
    if command.amount and command.amount.minor > situation.policy.value("export_limit", day):
        yield refuse("C-2", "OVERVALUED", day=day)


def _exported(command, situation):
    fact = ConsentGiven(
        rights=command.rights, consent=command.new_id("cns"), giver=command.giver.fact, role="licensor",
        act="license", given_on=command.executed_on,
    )  # fmt: skip
    return (Said(fact),)


# The family's stage comes first on purpose: the order is that of the stages.
EXPORT = Procedure(
    Export,
    (
        (Stage.FAMILY, _limited),
        (Stage.CONSENTS, _certified),
        (Stage.FREEZE, _unfrozen),
        (Stage.FORM, _warned),
    ),
    _exported,
)
WITH_EXPORT = {**PROCEDURES, "export": EXPORT}
WITH_EXPORT.update((each.command.KIND, each) for each in acts.over(WITH_EXPORT))
LIMITS = (
    Setting("export_limit", 100, "1900-01-01", "2024-01-31", "test"),
    Setting("export_limit", 50, "2024-02-01", "2200-12-31", "test"),
)


class ExportDesk(Desk):
    """A desk that knows one more kind of act."""

    def rulings(self, **members):
        """All rulings a command brings about, kept."""
        told = {"command_id": f"x-{next(self._numbers)}", **members}
        submitted = parse(told, WITH_EXPORT)
        if not isinstance(submitted, Submitted):
            return [ill_formed(told, submitted)]
        rulings, self.situation = rule_on(submitted, self.situation, WITH_EXPORT)
        return rulings

    def export(self, executed_on="2024-01-10", **members):
        told = {"rights": [P1], "giver": {"name": "甲公司"}, "executed_on": executed_on, **members}
        return self.rulings(command="export", **told)[0]

    def certify(self, issued_on):
        return self.rulings(
            command="file_document", rights=[P1], kind="export_certificate", issued_on=issued_on
        )


@pytest.fixture
def desk():
    return ExportDesk("2024-01-10", POLICY.preferring(LIMITS)).given(
        right(P1, "甲公司", filed_on="2015-03-10", granted_on="2017-01-03")
    )


def freeze(desk, on):
    return desk.on(on).rulings(
        command="report", source={"register": "CNIPA", "number": "F"},
        fact={"type": "freeze.imposed", "rights": [P1], "freeze": "frz_1", "effective_from": on,
              "until": "2024-12-31", "authorities": [{"name": "法院"}]},
    )  # fmt: skip


# N-1


@pytest.mark.rule("N-1", "accepts")
def test_only_an_authority_word_makes_an_owner_or_a_pledge_of_record(desk):
    desk.report(
        "CNIPA", "T", "transfer.registered", rights=P1, registered_on="2024-01-09",
        grantors=[{"name": "甲公司"}], grantees=[{"name": "乙公司"}],
    )  # fmt: skip
    assert [owner["name"] for owner in desk.view(P1)["owners"]] == ["乙公司"]


@pytest.mark.rule("N-1", "refuses")
@pytest.mark.parametrize("type_", ["pledge.contracted", "transfer.contracted", "license.granted", "act.held"])
def test_a_contract_is_nothing_that_a_register_reports(desk, type_):
    assert codes(desk.report("CNIPA", "T", type_, rights=P1)) == ["FIELD_INVALID"]


def test_an_act_of_parties_changes_no_owner_and_no_rank(desk):
    before = desk.view(P1)
    desk.certify("2024-01-09")
    assert desk.export().decision.verdict == "accepted"
    after = desk.view(P1)
    assert (after["owners"], after["encumbrances"]) == (before["owners"], before["encumbrances"])


def test_an_office_that_only_records_speaks_as_a_party(desk):
    desk.given(report_us("1"))
    (item,) = [each for each in desk.situation.rights[US].recorded if each.fact.TYPE == "right.registered"]
    assert not item.record.authority


def report_us(number):
    return {
        "command": "report", "source": {"register": "USPTO", "number": number},
        "fact": {"type": "right.registered", "rights": [US], "names": [], "holders": [{"name": "A"}]},
    }  # fmt: skip


# N-2


@pytest.mark.rule("N-2", "flags")
def test_a_report_that_breaks_a_rule_is_accepted_and_flagged(desk):
    decision = desk.report(
        "COURT", "1", "entry.reversed", rights=P1, target={"position": 9, "digest": "0" * 64}, reason="x"
    )
    assert (decision.verdict, decision.flags) == ("accepted", ("AUTHORITY_CONFLICT",))
    assert "AUTHORITY_CONFLICT" in [each["code"] for each in desk.view(P1)["flags"]]


# N-3


@pytest.mark.rule("N-3", "accepts")
def test_effect_and_recording_are_two_axes(desk):
    desk.report(
        "CNIPA", "T", "transfer.registered", rights=P1, registered_on="2024-01-05",
        grantors=[{"name": "甲公司"}], grantees=[{"name": "乙公司"}],
    )  # fmt: skip
    assert [owner["name"] for owner in desk.view(P1, "2024-01-04")["owners"]] == ["甲公司"]
    assert [owner["name"] for owner in desk.view(P1, "2024-01-05")["owners"]] == ["乙公司"]


@pytest.mark.rule("N-3", "refuses")
def test_an_act_of_tomorrow_is_refused(desk):
    assert codes(desk.export("2024-01-11").decision) == ["DATE_IN_FUTURE", "EXPORT_CERT_MISSING"]


# N-4


@pytest.mark.rule("N-4", "accepts")
def test_a_term_runs_to_the_corresponding_day_or_the_last_of_the_month():
    assert term_end(date(2024, 11, 30), months=3) == date(2025, 2, 28)
    assert term_end(date(2024, 1, 15), months=6) == date(2024, 7, 15)
    assert procedural_term_end(date(2024, 7, 1), months=3).day == date(2024, 10, 8)


@pytest.mark.rule("N-4", "flags")
def test_a_year_without_a_published_calendar_is_told():
    assert CHINA.roll(date(2199, 6, 1)).flag == "CALENDAR_YEAR_MISSING"


# N-6


@pytest.mark.rule("N-6", "refuses")
@pytest.mark.parametrize(
    ("amount", "code", "pointer"),
    [
        ({"minor": 1.5, "currency": "CNY"}, "AMOUNT_INVALID", "/amount/minor"),
        ({"minor": True, "currency": "CNY"}, "AMOUNT_INVALID", "/amount/minor"),
        ({"minor": "100", "currency": "CNY"}, "AMOUNT_INVALID", "/amount/minor"),
        ({"minor": -1, "currency": "CNY"}, "AMOUNT_INVALID", "/amount/minor"),
        ({"minor": 2**53, "currency": "CNY"}, "AMOUNT_TOO_LARGE", "/amount/minor"),
        ({"minor": 1, "currency": "RMB"}, "CURRENCY_UNKNOWN", "/amount/currency"),
    ],
)
def test_money_is_an_integer_of_minor_units_in_a_currency(desk, amount, code, pointer):
    findings = desk.export(amount=amount).decision.findings
    assert [(each.code, each.pointer) for each in findings] == [(code, pointer)]


@pytest.mark.rule("N-6", "accepts")
def test_interest_is_rounded_once_and_the_residue_goes_to_the_last():
    due = interest(Money(600_000_000, "CNY"), parse_rate("5.8%"), date(2024, 6, 20), date(2024, 7, 30))
    assert due.minor == 3_813_699
    parts = allocate(Money(100, "CNY"), [1, 1, 1])
    assert [part.minor for part in parts] == [33, 33, 34]


# N-7


@pytest.mark.rule("N-7", "accepts")
def test_an_act_is_judged_by_the_value_of_its_day_and_of_today(desk):
    desk.certify("2024-01-09")
    assert desk.export(amount={"minor": 80, "currency": "CNY"}).decision.verdict == "accepted"


@pytest.mark.rule("N-7", "refuses")
def test_an_act_of_an_earlier_day_must_be_allowed_today_too(desk):
    desk.certify("2024-01-09")
    (finding,) = desk.on("2024-02-01").export(amount={"minor": 80, "currency": "CNY"}).decision.findings
    assert (finding.code, finding.data["day"]) == ("OVERVALUED", "2024-02-01")


@pytest.mark.rule("N-7", "accepts")
@pytest.mark.parametrize(
    ("filed_on", "last_day"), [("2021-05-31", "2031-05-30"), ("2021-06-01", "2036-05-31")]
)
def test_a_design_has_the_term_of_the_law_of_its_filing_day(filed_on, last_day):
    desk = Desk("2024-01-10").given(
        right("CN:patent:202130400004.X", "甲公司", filed_on=filed_on, granted_on="2022-01-03")
    )
    assert desk.statement("CN:patent:202130400004.X")["expires_on"] == last_day
    assert ground.applies("PL", filed_on) == (last_day > "2032")


def test_the_days_of_the_laws_are_those_of_the_specification():
    assert IN_FORCE_SINCE["PL"] == DESIGN_REFORM
    dated = {
        "TML": "2019-11-01", "TPP": "2020-05-01", "CC": "2021-01-01", "SEC": "2021-01-01",
        "PL": "2021-06-01", "CL": "2021-06-01", "OLR": "2021-08-01", "PPM": "2021-11-15",
        "PIPL": "2021-11-01", "PIR": "2024-01-20", "CoL": "2024-07-01",
    }  # fmt: skip
    assert {statute: ground.in_force_since(statute) for statute in dated} == dated


# N-8


@pytest.mark.rule("N-8", "accepts")
@pytest.mark.rule("N-8", "refuses")
def test_a_pledge_in_one_country_says_nothing_of_the_family_member_elsewhere(desk):
    desk.given(report_us("1"))
    before = desk.statement(US)
    desk.report("CNIPA", "K", "pledge.registered", rights=P1, pledge="pld_k", registered_on="2024-01-09")
    assert [item["id"] for item in desk.view(P1)["encumbrances"]] == ["pld_k"]
    assert desk.statement(US) == before
    unknown = desk.report("CNIPA", "K2", "pledge.registered", rights="DE:patent:1", pledge="pld_d")
    assert codes(unknown) == ["RIGHT_UNKNOWN"]


# N-9


@pytest.mark.rule("N-9", "holds")
def test_a_held_act_is_listed_by_itself_with_what_is_missing(desk):
    before = desk.view(P1)
    ruling = desk.export()
    assert (ruling.decision.verdict, ruling.decision.until) == ("held", "2024-04-09")
    after = desk.view(P1)
    (held,) = after.pop("held")
    assert (held["act"], held["kind"], held["state"], held["until"]) == (
        ruling.act, "export", "held", "2024-04-09",
    )  # fmt: skip
    assert held["missing"] == [
        {"code": "EXPORT_CERT_MISSING", "item": "export_certificate", "holder": "商务主管部门", "right": P1}
    ]
    assert after == before


@pytest.mark.rule("N-9", "accepts")
def test_a_held_act_is_withdrawn_by_whoever_submitted_it(desk):
    act = desk.export().act
    withdraw = {"command": "withdraw_act", "rights": [P1], "act": act}
    assert codes(desk.rulings(**withdraw, by={"name": "乙公司"})[0].decision) == ["CORRECTION_NOT_AUTHORISED"]
    assert desk.rulings(**withdraw, by={"name": "甲公司"})[0].decision.verdict == "accepted"
    assert "held" not in desk.view(P1)
    (held,) = desk.view(P1, include_ended=True)["held"]
    assert held["state"] == "withdrawn"
    assert desk.certify("2024-01-10")[1:] == []


@pytest.mark.rule("N-9", "refuses")
def test_what_is_not_held_cannot_be_withdrawn(desk):
    decision = desk.submit(command="withdraw_act", rights=[P1], act="nothing", by={"name": "甲公司"})
    assert codes(decision) == ["NOT_HELD"]


@pytest.mark.rule("N-9", "refuses")
def test_of_a_list_that_stands_or_falls_together_nothing_stands(desk):
    good = CONSENT | {"command_id": "g", "role": "coowner"}
    bad = CONSENT | {"command_id": "b", "role": "pledgee"}
    rulings = rule_on_all([good, bad], desk.situation, PROCEDURES, atomic=True)
    assert [each[0].decision.verdict for each in rulings] == ["refused", "refused"]
    assert rulings[0][0].decision.codes == ("BATCH_ABORTED",)
    assert "consents" not in desk.statement(P1)


# N-10


@pytest.mark.rule("N-10", "accepts")
def test_the_missing_item_sets_the_act_free_at_that_moment(desk):
    act = desk.export().act
    before = desk.situation.position
    filed, freed = desk.on("2024-01-20").certify("2024-01-09")
    assert (filed.decision.verdict, freed.act, freed.decision.verdict) == ("accepted", act, "accepted")
    (held,) = desk.view(P1, include_ended=True)["held"]
    assert held["state"] == "activated"
    assert desk.statement(P1)["held"][0]["ended_on"] == "2024-01-20"
    (consent,) = desk.statement(P1)["consents"]
    assert min(consent["entries"]) > before
    assert "held" not in desk.view(P1)


@pytest.mark.rule("N-10", "refuses")
def test_an_act_that_the_rules_now_refuse_is_dropped_with_the_reasons(desk):
    desk.export()
    freeze(desk, "2024-01-15")
    assert [each["state"] for each in desk.view(P1)["held"]] == ["held"]
    _, dropped = desk.on("2024-01-20").certify("2024-01-09")
    assert dropped.decision.codes == ("ASSET_FROZEN",)
    (held,) = desk.view(P1, include_ended=True)["held"]
    assert (held["state"], held["codes"]) == ("refused", ["ASSET_FROZEN"])
    assert "consents" not in desk.statement(P1)


@pytest.mark.rule("N-10", "holds")
def test_what_arrives_without_being_the_missing_item_leaves_the_act_waiting(desk):
    desk.export()
    rulings = desk.rulings(command="file_document", rights=[P1], kind="contract", issued_on="2024-01-09")
    assert len(rulings) == 1
    assert [each["state"] for each in desk.view(P1)["held"]] == ["held"]


@pytest.mark.rule("N-10", "refuses")
def test_the_wait_ends_by_itself(desk):
    act = desk.export().act
    assert [each["state"] for each in desk.view(P1, "2024-04-09")["held"]] == ["held"]
    assert [each["state"] for each in desk.view(P1, "2024-04-10")["held"]] == ["expired"]
    assert len(desk.on("2024-04-10").certify("2024-01-09")) == 1
    withdrawn = desk.rulings(command="withdraw_act", rights=[P1], act=act, by={"name": "甲公司"})[0]
    assert withdrawn.decision.codes == ("HOLD_EXPIRED",)


def test_on_the_last_day_the_act_is_still_set_free(desk):
    desk.export()
    assert len(desk.on("2024-04-09").certify("2024-01-09")) == 2


# N-11


@pytest.mark.rule("N-11", "refuses")
def test_all_that_fails_is_told_by_stage_whatever_the_order_of_the_checks(desk):
    freeze(desk, "2024-01-10")
    decision = desk.export(
        "2024-01-11", rights=[P1, P2], note="x", amount={"minor": 101, "currency": "CNY"}
    ).decision
    assert [(each.code, each.stage.name) for each in decision.findings] == [
        ("RIGHT_UNKNOWN", "IDENTITY"),
        ("DATE_IN_FUTURE", "FORM"),
        ("PREEMPTION_NOT_CLEARED", "FORM"),
        ("ASSET_FROZEN", "FREEZE"),
        ("EXPORT_CERT_MISSING", "CONSENTS"),
        ("OVERVALUED", "FAMILY"),
    ]  # fmt: skip
    assert decision.codes[0] == "RIGHT_UNKNOWN"


@pytest.mark.rule("N-11", "accepts")
def test_a_check_that_fails_on_the_day_of_the_act_and_today_says_so_once(desk):
    desk.on("2024-02-01")
    decision = desk.export("2024-01-10").decision
    assert (decision.verdict, decision.codes) == ("held", ("EXPORT_CERT_MISSING",))
    assert len(decision.findings) == 1


# N-12


def reported(desk, act=None, **members):
    told = {"command": "export", "rights": [P1], "giver": {"name": "甲公司"}, "executed_on": "2024-01-09"}
    return desk.rulings(
        **{
            "command": "report_act", "rights": [P1], "act": told if act is None else act, "document": DIGEST,
            "happened_on": "2024-01-09", **members,
        }
    )[0]  # fmt: skip


@pytest.mark.rule("N-12", "accepts")
@pytest.mark.rule("N-12", "flags")
def test_an_act_elsewhere_that_breaks_a_rule_is_listed_apart_with_what_it_broke(desk):
    before = desk.view(P1)
    ruling = reported(desk)
    assert (ruling.decision.verdict, ruling.decision.flags) == ("accepted", ("REPORTED_OFF_PLATFORM",))
    after = desk.view(P1)
    (listed,) = after.pop("reported")
    assert (listed["kind"], listed["codes"], listed["happened_on"]) == (
        "export", ["EXPORT_CERT_MISSING"], "2024-01-09",
    )  # fmt: skip
    assert [flag["code"] for flag in after.pop("flags")] == ["REPORTED_OFF_PLATFORM"]
    before.pop("flags")
    assert after == before
    assert "reported" not in desk.view(P1, "2024-01-08")


@pytest.mark.rule("N-12", "refuses")
def test_an_act_elsewhere_that_breaks_nothing_is_to_be_submitted_as_it_is(desk):
    desk.certify("2024-01-09")
    assert reported(desk).decision.codes == ("NO_RULE_BROKEN",)


def test_a_reported_act_is_judged_by_the_rules_of_its_day(desk):
    desk.certify("2024-01-09")
    told = {"command": "export", "rights": [P1], "giver": {"name": "甲公司"}, "executed_on": "2024-01-09"}
    priced = told | {"amount": {"minor": 80, "currency": "CNY"}}
    desk.on("2024-02-01")
    assert reported(desk, priced).decision.codes == ("NO_RULE_BROKEN",)


@pytest.mark.rule("N-12", "refuses")
@pytest.mark.parametrize(
    ("act", "code", "pointer"),
    [
        ({"command": "export"}, "FIELD_MISSING", "/act/rights"),
        ({"command": "no"}, "COMMAND_UNKNOWN", "/act/command"),
        (CONSENT | {"rights": [P2]}, "FIELD_INVALID", "/act/rights"),
        (report_us("1"), "FIELD_INVALID", "/act/command"),
        (CONSENT | {"recorded_at": "2020"}, "FIELD_UNKNOWN", "/act/recorded_at"),
    ],
)
def test_what_is_reported_must_be_an_act_of_parties_on_the_same_rights(desk, act, code, pointer):
    decision = reported(desk, act).decision
    assert decision.verdict == "refused"
    assert (code, pointer) in [(each.code, each.pointer) for each in decision.findings]
    assert "NO_RULE_BROKEN" not in decision.codes


def test_what_has_not_happened_yet_is_not_reported(desk):
    assert "DATE_IN_FUTURE" in reported(desk, happened_on="2024-01-11").decision.codes


def test_the_parties_and_pledges_of_a_reported_act_are_known(desk):
    told = {
        "command": "report_act", "command_id": "r", "rights": [P1], "document": DIGEST,
        "happened_on": "2024-01-09",
        "act": {"giver": {"name": "甲公司"}, "to": [{"name": "乙公司"}], "pledge": "pld_x", "x": ["lic_y"]},
    }  # fmt: skip
    command = parse(told, PROCEDURES).command
    assert command.names() == ("甲公司", "乙公司")
    assert command.links() == ("pledge:pld_x", "license:lic_y")
