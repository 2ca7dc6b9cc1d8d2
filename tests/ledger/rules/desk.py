"""A registry desk without a database: commands in, decisions out, the clock set by hand.

    desk = Desk("2024-05-06")
    desk.given(right(P2, owners="A"))
    assert desk.submit(...).codes == ("PLEDGEE_CONSENT_MISSING",)
    desk.on("2024-05-08").view(P2)

Everything passes through the real form, the real rules and the real fold; only the store is missing.
What holds for every decision is looked at in each (`_is_sound`), so that no test has to say it.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from pydantic import BaseModel

from ledger.facts.parties import profile_tag
from ledger.reasons.base import ABSENT
from ledger.rules import assembled
from ledger.rules.base import Outcome, Verdict
from ledger.rules.decide import signed_text
from ledger.rules.docket import ill_formed, rule_on
from ledger.rules.fields import PartySaid
from ledger.rules.form import Submitted, parse, read_json
from ledger.rules.reports import Report
from ledger.rules.situation import Situation
from ledger.statement.view import view
from ledger.submission.answers import described
from ledger.values.dates import SHANGHAI
from tests.ledger.rules.shapes import misshapen, untold

P1 = "CN:patent:201510100001.8"
P2 = "CN:patent:201810200002.3"
P3 = "CN:patent:202130400004.X"
P4 = "CN:patent:201620500005.5"
T1 = "CN:trademark:10000001"
T2 = "CN:trademark:10000002"
W1 = "CN:software:2021SR0123456"
US = "US:patent:15145443"
DIGEST = "ab" * 32
NUMBER = r"A-ID[1-4]|(N|ID|A|R|T|L|P|F|K|U|S|C|I|G|V|E|PV)-[0-9]+"
"""Of a rule of the specification."""
SPARING = {
    "ASSET_ID_INVALID", "AUTHORITY_DOCUMENT_MISSING", "CORRECTION_NOT_AUTHORISED", "CURRENCY_MISMATCH",
    "DATE_INVALID", "ENHANCEMENT_ORDER", "FIELD_INVALID", "LEASE_INTANGIBLE", "LICENCE_TERM_EXCEEDS_IP_TERM",
    "PLEDGE_NOT_OWNER", "PLEDGE_NOT_PATENTEE", "PLEDGOR_INCAPABLE", "POOL_INELIGIBLE", "RANK_BACKDATING",
    "SHARES_NOT_ONE", "SUBSTITUTE_INELIGIBLE",
}  # fmt: skip
"""Codes whose sentence may have a dash: of several rights, of what has no end, of what nobody said."""
UNSAID = {
    "accept_open_license payment", "change_pledge pledge", "contract_pledge debtor_is",
    "contract_transfer filing_basis", "contract_transfer goods", "correct_act kind",
    "declare_contribution export_class", "distribute_proceeds pledges", "file_procedure document",
    "file_procedure language", "grant_license export_class", "grant_two_step_license export_class",
    "grant_two_step_license matures_on", "qualify_conveyance by.name", "redeem_deal licensee.name",
    "redeem_deal paid", "repay_claim amount.currency", "repay_claim amount.minor",
    "repay_claim interest.currency", "start_enforcement agreed_by.name", "substitute_deal consented_by.name",
}  # fmt: skip
"""What is only judged by, or recorded under another name; a party's attributes stand in its file."""
NOT_ASKED = {
    "call_contribution company", "cover_loss payer", "deliver_contribution company", "file_document party",
    "file_document to", "form_pool terms", "give_guarantee guarantor", "issue_insurance insurer",
    "redeem_deal licensee", "report_exposure bank", "substitute_deal consented_by", "withdraw_act by",
    "withdraw_consent giver",
}  # fmt: skip
"""Members with parties of whose file no rule asks anything."""


def noon(day):
    return datetime.combine(date.fromisoformat(day), time(12), SHANGHAI).astimezone(UTC)


class Desk:
    """`decisions` keeps every ruling made."""

    def __init__(self, today, policy=None):
        self.situation = Situation(noon(today), **({"policy": policy} if policy else {}))
        self.procedures = assembled()
        self.decisions = []
        self._numbers = count(1)

    def on(self, today):
        """The same desk on another day (never an earlier one)."""
        assert noon(today) >= self.situation.now
        self.situation = replace(self.situation, now=noon(today), _profiles={})
        return self

    @property
    def today(self):
        return self.situation.today

    def dry_run(self, command=None, /, **members):
        """The rulings on a command, without keeping them: its own first, then those of acts it sets free."""
        return self._rule(command, members)[0]

    def submit(self, command=None, /, **members):
        """The decision on a command, kept if accepted or held; `command_id` is made up where not given."""
        rulings, self.situation = self._rule(command, members)
        self.decisions += [ruling.decision for ruling in rulings]
        for ruling in rulings:
            _is_sound(ruling)
        for _, statement in self.situation.statements(told_of(rulings)):
            assert list(misshapen(statement, "statement")) == []
        return rulings[0].decision

    def given(self, *commands):
        """What is so before the story begins: each must be accepted."""
        for command in commands:
            decision = self.submit(command)
            assert decision.verdict == "accepted", (decision.codes, command)
        return self

    def report(self, register, number, type_, /, *, rights, **members):
        """A register's word, as the command `report`."""
        return self.submit(report(register, number, type_, rights=rights, **members))

    def statement(self, right):
        return self.situation.statement(right)

    def view(self, right, as_of=None, *, include_ended=False):
        """What is answered about `right` on a day, today if none is given."""
        answer = view(
            self.statement(right), date.fromisoformat(as_of or self.today), include_ended=include_ended
        )
        assert list(misshapen(answer, "view")) == []
        return answer

    def _rule(self, command, members):
        told = dict(command or {}, **members)
        told.setdefault("command_id", f"c-{next(self._numbers)}")
        submitted = parse(told, self.procedures)
        if not isinstance(submitted, Submitted):
            return [ill_formed(told, submitted)], self.situation
        rulings, after = rule_on(submitted, self.situation, self.procedures)
        named = {f"{submitted.command.command} {member}" for member in _nameless(submitted.command)}
        assert named <= NOT_ASKED, "a command names everybody whose file its rules may ask for"
        if rulings[0].decision.verdict is Verdict.HELD:
            kept = parse(read_json(signed_text(submitted.command)), self.procedures).command
            bare = {"signatures": (), "confidential": None}
            assert kept == submitted.command.model_copy(update=bare), "what is kept of an act is the act"
        read = asked_for(submitted.command, self.situation, self.procedures)
        narrow, _ = rule_on(submitted, read, self.procedures)
        assert [each.decision for each in narrow] == [each.decision for each in rulings], (
            "a command asks for everything its decision rests on"
        )
        return rulings, after


def _nameless(command):
    """Members that hold a party which the command does not name."""
    for member, value in vars(command).items():
        if not {party.name for party in _parties_in(value)} <= set(command.names()):
            yield member


def _parties_in(value):
    if isinstance(value, PartySaid):
        yield value
    elif isinstance(value, tuple | BaseModel):
        for part in value if isinstance(value, tuple) else vars(value).values():
            yield from _parties_in(part)


def asked_for(command, situation, procedures):
    """No more of a situation than the command asks to be read, as a submission reads it from the store."""
    rights = _rights_read(command, situation)
    waiting = [
        parse(read_json(held["command"]), procedures).command
        for _, statement in situation.statements(rights)
        for held in statement.get("held", ())
        if held["state"] == "held"
    ]
    commands = [command, *waiting]
    rights |= {right for each in commands for right in _rights_read(each, situation)}
    names = {
        name
        for each in commands
        for name in (*each.names(), *each.actors(), *(signature.party for signature in each.signatures))
    }
    read = {profile_tag(name) for name in names} | {
        f"record:{tag}"
        for right in rights & situation.rights.keys()
        for item in situation.rights[right].recorded
        for tag in item.fact.tags()
        if tag.startswith("party:")
    }
    tags = {tag for each in commands for tag in each.dossiers()}
    return replace(
        situation,
        rights={right: state for right, state in situation.rights.items() if right in rights},
        files={key: file for key, file in situation.files.items() if f"record:party:{key}" in read},
        dossiers={tag: kept for tag, kept in situation.dossiers.items() if tag in tags},
        _statements={right: situation.statement(right) for right in rights if situation.knows(right)},
        _profiles={},
    )


def _rights_read(command, situation):
    """The rights of a command, and those that whatever it links to concerns."""
    links = set(command.links())
    return {
        *command.rights,
        *(command.fact.rights if isinstance(command, Report) else ()),
        *(
            right
            for state in situation.rights.values()
            for item in state.recorded
            if links.intersection(item.fact.tags())
            for right in item.fact.rights
        ),
    }


def told_of(rulings):
    """The rights that facts of these rulings speak of."""
    return {right for ruling in rulings for said in ruling.decision.said for right in said.fact.rights}


def members_of(command):
    """The members a command of this kind may have, as they are spelled in JSON."""
    return {field.alias or name for name, field in type(command).model_fields.items()}


def _is_sound(ruling):
    """Of every decision: the order, and that each finding cites a rule, leads to a member and reads well."""
    findings = ruling.decision.findings
    stages = [finding.stage for finding in findings if finding.stage is not None]
    assert stages == sorted(stages), "N-11: findings stand in the order of the stages"
    answer = described(ruling.act, ruling.decision)
    for finding in findings:
        assert re.fullmatch(NUMBER, finding.rule), finding
        assert untold(finding) == [], finding
        assert finding.outcome is not Outcome.HOLD or finding.missing, finding
        assert finding.missing is None or re.fullmatch("[a-z_]+(:[a-z_]+)?", finding.missing.item), finding
        # A fault of a deal is told by its place in the deal, which a command may hold further down.
        if ruling.command and finding.pointer and not finding.rule.startswith("S-"):
            assert finding.pointer.split("/")[1] in members_of(ruling.command), finding
    for reason in answer["reasons"]:
        assert ABSENT not in reason["message"]["en"] or reason["code"].partition(":")[0] in SPARING, reason
    if ruling.command and ruling.decision.verdict is Verdict.ACCEPTED:
        assert set(_left_out(ruling)) <= UNSAID, "what a command tells stands in a fact"


def _left_out(ruling):
    """Members of an accepted command, as `kind member`, whose value stands in none of its facts."""
    kept = {"signatures", "confidential", "source", "command", "command_id", "rights"}
    told = ruling.command.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=kept)
    said = [each.fact.as_data() for each in ruling.decision.said]
    facts = json.dumps([said, [each.effective_at for each in ruling.decision.said]], ensure_ascii=False)
    for path, value in _told(told):
        if str(value) not in facts and ".attributes." not in path:
            yield f"{ruling.command.command} {path}"


def _told(value, path=""):
    """Every text and number of a JSON value, with the names of the members that lead to it."""
    match value:
        case dict():
            for name, member in value.items():
                yield from _told(member, f"{path}.{name}" if path else name)
        case list():
            for member in value:
                yield from _told(member, path)
        case str() | int() if not isinstance(value, bool):
            yield path, value


def report(register, number, type_, /, *, rights, **members):
    """`report` for a fact of type `type_`; `rights` is an id or a list of them."""
    return {
        "command": "report",
        "source": {"register": register, "number": number},
        "fact": {"type": type_, "rights": [rights] if isinstance(rights, str) else list(rights), **members},
    }


def parties(names):
    """`"A"`, `["A", "B"]`, `{"A": [1, 2]}` or ready dicts, as parties of a command or fact."""
    if isinstance(names, str):
        names = [names]
    if isinstance(names, dict):
        return [{"name": name, "share": share} for name, share in names.items()]
    return [{"name": name} if isinstance(name, str) else name for name in names]


def right(id_, owners=(), *, filed_on=None, granted_on=None, on=None, **members):
    """A report that the register has this right, with these owners; granted where a day is given."""
    told = {"names": [], "filed_on": filed_on, "granted_on": granted_on, **members}
    told = {name: value for name, value in told.items() if value}
    return report(
        "CNIPA", f"extract-{id_[-12:]}-{on or ''}", "right.registered",
        rights=id_, holders=parties(owners), **told,
    )  # fmt: skip


def codes(decision):
    return list(decision.codes)


def days_later(day, days):
    return (date.fromisoformat(day) + timedelta(days)).isoformat()
