"""A registry desk without a database: commands in, decisions out, the clock set by hand.

    desk = Desk("2024-05-06")
    desk.given(right(P2, owners="A"))
    assert desk.submit(...).codes == ("PLEDGEE_CONSENT_MISSING",)
    desk.on("2024-05-08").view(P2)

Everything passes through the real form, the real rules and the real fold; only the store is missing.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from ledger.rules import PROCEDURES
from ledger.rules.docket import ill_formed, rule_on
from ledger.rules.form import Submitted, parse
from ledger.rules.situation import Situation
from ledger.statement.view import view
from ledger.values.dates import SHANGHAI

P1 = "CN:patent:201510100001.8"
P2 = "CN:patent:201810200002.3"
P3 = "CN:patent:202130400004.X"
P4 = "CN:patent:201620500005.5"
T1 = "CN:trademark:10000001"
T2 = "CN:trademark:10000002"
W1 = "CN:software:2021SR0123456"
US = "US:patent:15145443"
DIGEST = "ab" * 32


def noon(day):
    return datetime.combine(date.fromisoformat(day), time(12), SHANGHAI).astimezone(UTC)


class Desk:
    """`decisions` keeps every ruling made."""

    def __init__(self, today, policy=None):
        self.situation = Situation(noon(today), **({"policy": policy} if policy else {}))
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
            stages = [finding.stage for finding in ruling.decision.findings if finding.stage is not None]
            assert stages == sorted(stages), "N-11: findings stand in the order of the stages"
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
        return view(
            self.statement(right), date.fromisoformat(as_of or self.today), include_ended=include_ended
        )

    def _rule(self, command, members):
        told = dict(command or {}, **members)
        told.setdefault("command_id", f"c-{next(self._numbers)}")
        submitted = parse(told, PROCEDURES)
        if not isinstance(submitted, Submitted):
            return [ill_formed(told, submitted)], self.situation
        return rule_on(submitted, self.situation, PROCEDURES)


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
