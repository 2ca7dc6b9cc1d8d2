"""Three ways to play a story: in memory, on a real ledger through submission, over HTTP."""

from datetime import UTC, date, datetime, time, timedelta

from ledger.rules.policy import POLICY
from ledger.statement import fold
from ledger.statement.view import view
from ledger.submission import Given, Submissions
from ledger.values.dates import SHANGHAI
from projections import catch_up, open_views, status
from tests.ledger.rules.desk import noon
from tests.ledger.rules.records import RecordingDesk
from tests.scenarios.telling import QUESTIONS, Ask, EntryOf, On, Say, at


def play(story, player):
    """Every step in its turn; what is answered must be what the story says."""
    for number, step in enumerate(story.steps, 1):
        match step:
            case On(day=day):
                player.on(day)
            case Say():
                told = {"command_id": f"{story.number}-{number}", **_filled(step.command, player)}
                _check_said(player.say(told), step, told)
            case Ask():
                if player.answers:
                    _check_asked(player, step)
            case _:
                if player.answers:
                    _agree(step.function(player.statement), step.expected, step)
    return player


def _filled(command, player):
    """The command with the entries it names."""
    target = command.get("target")
    return command | {"target": player.entry(target)} if isinstance(target, EntryOf) else command


def _check_said(answer, step, told):
    _agree((answer["decision"], answer["codes"]), (step.decision, list(step.codes)), told)
    if step.flags is not None:
        _agree(answer["flags"], list(step.flags), told)
    if step.missing is not None:
        _agree([each["item"] for each in answer["missing"]], list(step.missing), told)
    freed = [each["command_id"] for each in answer["acts"] if each["decision"] == "accepted"]
    _agree(freed, list(step.frees), told)
    for type_, members in step.says.items():
        (data,) = [data for said, data in answer["said"] if said == type_]
        _agree({pointer: at(data, pointer) for pointer in members}, members, told)


def _check_asked(player, step):
    answer = player.ask(step.right, step.as_of, step.known, ended=step.ended)
    expected = dict(step.expected)
    shows, holds = expected.pop("shows", {}), expected.pop("holds", {})
    _agree({name: QUESTIONS[name](answer) for name in expected}, expected, step)
    _agree({pointer: at(answer, pointer) for pointer in shows}, shows, step)
    statement = player.statement(step.right)
    _agree({pointer: at(statement, pointer) for pointer in holds}, holds, step)


def _agree(found, expected, step):
    assert found == expected, f"{step}\nfound {found}"


def _shown(statement, day, *, ended):
    stale_after = POLICY.value("extract_age_days", day)
    return view(statement, date.fromisoformat(day), include_ended=ended, extract_age_days=stale_after)


class _Desk(RecordingDesk):
    """Remembers the rulings of the last command."""

    def _rule(self, command, members):
        self.rulings, situation = super()._rule(command, members)
        return self.rulings, situation


class InMemory:
    """Rules and fold alone."""

    answers = True

    def __init__(self):
        self.desk = None
        self.positions = {}
        """The last position at the end of each day that has passed."""

    def on(self, day):
        if self.desk is None:
            self.desk = _Desk(day)
        else:
            self.positions[self.desk.today] = self.desk.situation.position
            self.desk.on(day)

    def say(self, command):
        self.desk.submit(command)
        own, *freed = self.desk.rulings
        return {
            "decision": own.decision.verdict.value,
            "codes": list(own.decision.codes),
            "flags": list(own.decision.flags),
            "missing": [{"item": each.missing.item} for each in own.decision.missing],
            "acts": [
                {"command_id": each.act, "decision": each.decision.verdict.value} for each in freed
            ],
            "said": [(each.fact.TYPE, each.fact.as_data()) for each in own.decision.said],
        }  # fmt: skip

    def entry(self, wanted):
        return self.desk.target(wanted.right, wanted.type, nth=wanted.nth)

    def statement(self, right):
        return self.desk.statement(right)

    def ask(self, right, day, known, *, ended):
        if known is None:
            return _shown(self.statement(right), day, ended=ended)
        return _shown(self.desk.known_at(self.positions[known], right), day, ended=ended)


class HandSetClock:
    """Instants of the day it is set to, each later than the one before."""

    def __init__(self):
        self.now = None

    def on(self, day):
        assert self.now is None or noon(day) > self.now
        self.now = noon(day)

    def to_the_present(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        self.now += timedelta(microseconds=1)
        return self.now


class OnLedger:
    """Through submission on a real ledger; every answer once given is asked for again at the end."""

    answers = True

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.views = open_views(store)
        self.desk = Submissions(store, actor="test")
        self.given = []

    def on(self, day):
        self.clock.on(day)

    def say(self, command):
        (answer,) = self.desk.submit(Given((command,)))
        entries = [self.store.reader.entry(position).parse() for position in answer["positions"]]
        return answer | {"said": [(entry.type, entry.data) for entry in entries]}

    def entry(self, wanted):
        entries = self.store.reader.asset_entries(wanted.right)
        found = [stored for stored in entries if stored.parse().type == wanted.type]
        return {"position": found[wanted.nth].position, "digest": found[wanted.nth].digest.hex()}

    def statement(self, right):
        return fold(right, (stored.parse() for stored in self.store.reader.asset_entries(right)))

    def ask(self, right, day, known, *, ended):
        """The stored answer, which is that of the fold; kept to be asked for again."""
        catch_up(self.store)
        at_ = None if known is None else datetime.combine(date.fromisoformat(known), time.max, SHANGHAI)
        answer = self._answer(right, day, at_, ended=ended)
        if known is None:
            shown = _shown(self.statement(right), day, ended=ended)
            assert {name: answer[name] for name in shown} == shown
        self.given.append((right, day, self.clock.now if known is None else at_, ended, answer))
        return answer

    def _answer(self, right, day, known_at, *, ended):
        told = status(
            self.views, right, as_of=date.fromisoformat(day), known_at=known_at, include_ended=ended
        )
        del told["known_at"]
        return told

    def repeat_all(self):
        """K-7: what was answered as known then is answered again, whatever came since."""
        for right, day, known_at, ended, answer in self.given:
            assert self._answer(right, day, known_at, ended=ended) == answer


class OverHttp:
    """Through `POST /v1/commands`: decisions, codes and flags alone."""

    answers = False

    def __init__(self, store, clock, post):
        self.store, self.clock, self.post = store, clock, post

    def on(self, day):
        self.clock.on(day)

    def say(self, command):
        answer = self.post(command)
        entries = [self.store.reader.entry(position).parse() for position in answer["positions"]]
        return answer | {"said": [(entry.type, entry.data) for entry in entries]}

    entry = OnLedger.entry
