"""A product of 10 licensees and 30 rights through submission on a real ledger, month by month.

The story is that of the rules' own simulation; a desk in memory hears every command too, and each decision,
each fact and in the end each statement must be the same. One thing no command says: a patent falls because
the register's gazette is imported.
"""

from datetime import UTC, datetime

import pytest

from ledger import canonical
from ledger.entry import EntryClass
from ledger.facts.status import InvalidationBecameFinal
from ledger.importing import Importer
from ledger.registers.reports import Report
from ledger.statement import fold, read
from ledger.statement.pool_periods import rerun
from ledger.statement.pools import pool_of
from ledger.store.audit import audit
from ledger.submission import Given, Submissions
from notary.evidence.export import export
from notary.evidence.requests import EntryRequest, RightRequest
from notary.tokens import Outcome
from notary.verify import verify
from projections import catch_up, open_views
from projections.pools import pool as pool_answer
from tests.ledger.rules.desk import Desk
from tests.ledger.rules.pooled import POOL, frozen, valuation
from tests.ledger.rules.test_pool_simulation import BEGIN, MONTHS, Story
from tests.projections.ledgers import assert_equals_fold

GAZETTE = "CNIPA"


class Twin(Desk):
    """A desk in memory and a real ledger that hear the same; whatever they answer must agree."""

    def __init__(self, today, store, clock):
        super().__init__(today)
        self.store, self.clock = store, clock
        self.submissions = Submissions(store, actor="trustee")

    def on(self, today):
        if today != self.today:
            self.clock.on(today)
        return super().on(today)

    def submit(self, command=None, /, **members):
        told = {**(command or {}), **members}
        told.setdefault("command_id", f"c-{next(self._numbers)}")
        decision = super().submit(told)
        (answer,) = self.submissions.submit(Given((told,)))
        _agree(answer, decision)
        entries = [self.store.reader.entry(position).parse() for position in answer["positions"]]
        said = [(each.fact.TYPE, each.fact.as_data()) for each in decision.said]
        assert [(entry.type, entry.data) for entry in entries] == said
        assert self.store.reader.head().position == self.situation.position
        return decision

    def dry_run(self, command=None, /, **members):
        told = {**(command or {}), **members, "command_id": "foreseen"}
        rulings = super().dry_run(told)
        (answer,) = self.submissions.submit(Given((told,)))
        _agree(answer, rulings[0].decision)
        assert answer["decision"] == "refused", "what is accepted would be written"
        assert self.store.reader.head().position == self.situation.position
        return rulings

    def imported(self, command):
        """The register's own file says it, in one record; the desk in memory hears it as a report."""
        told = {name: value for name, value in command["fact"].items() if name != "type"}
        fact = InvalidationBecameFinal(**told)
        record = f'<decision number="{command["source"]["number"]}"/>'.encode()
        report = Report(
            GAZETTE, command["source"]["number"], EntryClass.AUTHORITY, (), (fact,), record,
            "application/xml", "record 1",
        )  # fmt: skip
        importer = Importer(self.store, actor="importer", clock=self.store.clock)
        before = self.store.reader.head().position
        assert importer.run([report], "gazette.xml").appended == 1
        assert importer.run([report], "gazette.xml").unchanged == 1
        assert super().submit(command).verdict == "accepted"
        assert self.store.reader.head().position == self.situation.position == before + 1
        return before + 1


def _agree(answer, decision):
    found = (answer["decision"], tuple(answer["codes"]), tuple(answer["flags"]))
    assert found == (decision.verdict.value, decision.codes, decision.flags)


class Product(Story):
    """The story with a freeze and a fall in values, each answered as the documents say."""

    def __init__(self, seed, store, clock, *, horizon, scheduled):
        clock.on(BEGIN)
        super().__init__(seed, scheduled=scheduled, desk=Twin(BEGIN, store, clock), horizon=horizon)
        self.store = store
        self.views = open_views(store)

    def recorded(self):
        return [read(stored.parse()) for stored in self.store.reader.tagged([f"pool:{POOL}"])]

    def standing(self):
        """Triggers as the ledger answers for them."""
        catch_up(self.store)
        return pool_answer(self.views, POOL)["triggers"]

    def period(self, last):
        """The period as recorded is the desk's, and the recorded entries give it again."""
        super().period(last)
        told = pool_of(self.recorded())
        assert told.periods == self.pool.periods
        assert told.balances() == self.pool.balances()
        assert told.inflows == self.pool.inflows
        fact = told.periods[-1]
        again = rerun(told, fact.number)
        assert [(line.due, line.paid) for line in again.lines] == [
            (line.due, line.paid) for line in fact.lines
        ]

    def events(self, number):
        super().events(number)
        today = self.desk.today
        if number == 4:
            for each in self.live():
                worth = self.values(each.rights_on(today), each.outstanding(today) * 7 // 10)
                self.desk.given(valuation(f"{each.fact.deal[5:]}_{number}", worth, today))
        if number == 7:
            chosen = self.dice.choice([each for each in self.live() if each.fact.licensee.name != "公司1"])
            self.desk.given(frozen(chosen.rights_on(today)[0], today))

    def invalidate(self, right, today):
        """The gazette alone, without any command, raises the trigger for all deals of the licensee."""
        assert "POOLED_RIGHT_INVALID" not in {each["code"] for each in self.standing()}
        number = f"W-{right[-6:]}"
        fact = {
            "type": "invalidation.became_final", "rights": [right], "scope": "full", "effective_from": today
        }  # fmt: skip
        position = self.desk.imported(
            {"command": "report", "source": {"register": GAZETTE, "number": number}, "fact": fact}
        )
        (trigger,) = [each for each in self.standing() if each["code"] == "POOLED_RIGHT_INVALID"]
        assert (trigger["right"], trigger["since"]) == (right, today)
        assert position in trigger["entries"]

    def act(self, today):
        """A frozen right is taken back before anything else is looked at."""
        for each in self.standing():
            if each["code"] == "POOLED_RIGHT_FROZEN":
                self.seen.add(each["code"])
                self.redeem(each["data"]["party"], "ineligible", today)
        super().act(today)

    def told(self):
        self.begin()
        for number in range(1, self.horizon + 1):
            self.month(number)
        self.end()
        return self


def assert_told_the_same(story):
    """Audit, projection, the fold of the entries and the desk in memory: one story."""
    store = story.store
    assert audit(store).finding is None
    catch_up(store)
    assert_equals_fold(store, story.views)
    rights = sorted(story.desk.situation.rights)
    assert len(rights) >= 30
    for right in rights:
        entries = (stored.parse() for stored in store.reader.asset_entries(right))
        same = canonical.encode(story.desk.statement(right))
        assert canonical.encode(fold(right, entries)) == same
        assert all(each["until"] for each in story.desk.statement(right)["pools"])


def assert_proven(story, trust):
    """The redemption for the imported invalidity, and a right it freed, are shown to a stranger."""
    (entry, *_) = [
        stored.parse()
        for stored in story.store.reader.tagged([f"pool:{POOL}"])
        if stored.parse().type == "pool.deal_redeemed" and stored.parse().data["trigger"] == "right_invalid"
    ]
    for request in (EntryRequest(entry.position), RightRequest(entry.data["rights"][0])):
        package = export(story.store, request, reports=False)
        report = verify(package, trust, datetime.now(UTC))
        assert (report.failed, report.outcome) == ((), Outcome.PASS), request


@pytest.fixture
def product(open_ledger, clock):
    """A product on a ledger of its own, told to its end."""

    def told(seed, horizon, *, scheduled):
        store = open_ledger(clock=clock)
        return Product(seed, store, clock, horizon=horizon, scheduled=scheduled).told()

    return told


@pytest.fixture
def seal(notary, clock, tmp_path):
    """Seals a ledger whose story is over; what a verifier trusts."""

    def sealed(store):
        assert store.reader.head().recorded_at < datetime.now(UTC)
        clock.to_the_present()
        trust = notary.seal(store, tmp_path)
        clock.to_the_present()
        return trust

    return sealed


@pytest.mark.parametrize(
    ("seed", "horizon", "scheduled"),
    [
        (1, 18, False),
        pytest.param(1, MONTHS, False, marks=pytest.mark.campaign),
        pytest.param(3, MONTHS, True, marks=pytest.mark.campaign),
    ],
)
def test_a_product_is_run_month_by_month_on_the_ledger_and_proven(product, seal, seed, horizon, scheduled):
    story = product(seed, horizon, scheduled=scheduled)
    assert len(story.pool.periods) == horizon + 1
    happened = {"substitute_deal", "top_up_pool", "invalidation", "redeem_deal", "record_deal_default"}
    assert happened <= story.happened
    seen = {"POOLED_RIGHT_INVALID", "POOLED_RIGHT_FROZEN", "LICENSEE_DEFAULT", "COVER_TEST_FAILED"}
    assert seen <= story.seen
    if horizon == MONTHS:
        assert {"start_disposal", "dispose", "review_pool"} <= story.happened
        assert {"MASS_REDEMPTION", "REVIEW_OVERDUE"} <= story.seen
    assert bool(story.drawn_when_all_is_shared_out()) == scheduled
    assert_told_the_same(story)
    assert_proven(story, seal(story.store))
