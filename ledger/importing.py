"""Register reports into entries: what is new is appended once, what is known is left alone.

Importing the same file twice changes nothing, and a later snapshot adds only what is new: the entries of a
recording carry the tag `record:<register>:<number>`, and what they already said of which right is looked up
before anything is written, under a condition that nobody said more in between (rule N-5). A record and the
rights it names become one append request: all of it stands or none.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from ledger import canonical
from ledger.entry import Draft, Entry, Source, new_salt, parse
from ledger.errors import ConcurrencyConflict
from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.registers.reports import Rejection, Report
from ledger.statement import State, document
from ledger.store.database import Store
from ledger.store.requests import NO_ENTRY, Appended, AppendRequest, AssetHead, Condition
from ledger.values.dates import day_of

BATCH_RECORDS: Final = 400
BATCH_BYTES: Final = 8_000_000
ATTEMPTS: Final = 8
STATES_KEPT: Final = 20_000

SECONDARY_SOURCES: Final = ("application/vnd.epo",)
"""Media types of sources that repeat other offices' recordings; they never restate an office's own report."""


@dataclass(slots=True)
class Summary:
    """What an import did, counted in records of the files."""

    read: int = 0
    appended: int = 0
    unchanged: int = 0
    flagged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: "Summary") -> None:
        """Count another file's import in."""
        self.read += other.read
        self.appended += other.appended
        self.unchanged += other.unchanged
        self.flagged += other.flagged
        self.rejected += other.rejected

    def as_json(self) -> dict[str, Any]:
        """The form `ipledger import --json` prints."""
        return {
            "read": self.read,
            "appended": self.appended,
            "unchanged": self.unchanged,
            "flagged": self.flagged,
            "rejected": self.rejected,
        }


class Importer:
    """Appends reports to one ledger; keeps what it learned of rights between batches, in bounded memory."""

    def __init__(self, store: Store, *, actor: str, clock: Callable[[], datetime]) -> None:
        """`actor` is the authenticated principal; `clock` gives aware instants."""
        self._store = store
        self._actor = actor
        self._clock = clock
        self._states: OrderedDict[str, State] = OrderedDict()

    def run(
        self,
        records: Iterable[Report | Rejection],
        file: str,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Summary:
        """Import the records of one file; `progress` is told how many records each batch held.

        Raises:
            StorageUnavailable: what was appended before stands, and a second run completes it.
        """
        summary = Summary()
        for batch in _batches(iter(records)):
            reports = []
            for record in batch:
                summary.read += 1
                if isinstance(record, Rejection):
                    summary.rejected.append(record.as_json(file))
                else:
                    reports.append(record)
            self._import(reports, summary)
            progress(len(batch))
        return summary

    def _import(self, reports: list[Report], summary: Summary) -> None:
        """Append what is new of a batch, in order of registration, until nothing of it is in dispute."""
        open_reports = sorted(reports, key=_registration_order)
        stalled = 0
        while open_reports:
            left = self._attempt(open_reports, summary)
            stalled = stalled + 1 if len(left) == len(open_reports) else 0
            if stalled == ATTEMPTS:
                raise ConcurrencyConflict(f"recording {left[0].number}")
            open_reports = left

    def _attempt(self, reports: list[Report], summary: Summary) -> list[Report]:
        """One lookup, one append; the reports that must be tried again are returned."""
        desk = _Desk(self._store, reports, self._actor, self._clock())
        again: list[Report] = []
        asked: list[tuple[Report, AppendRequest]] = []
        for report in reports:
            if desk.is_busy(report):
                again.append(report)
                continue
            request = desk.request(report)
            if request is None:
                summary.unchanged += 1
            else:
                asked.append((report, request))
        self._store.documents.put_many((report.source, report.media_type) for report, _ in asked)
        results = self._store.writer.append_many([request for _, request in asked])
        placed: list[Appended] = []
        for (report, _), result in zip(asked, results, strict=True):
            if isinstance(result, Appended) and result.replay:
                summary.unchanged += 1
            elif isinstance(result, Appended):
                placed.append(result)
                summary.appended += 1
            else:
                again.append(report)
        summary.flagged += self._flagged(placed)
        return again

    def _flagged(self, placed: list[Appended]) -> int:
        """How many of the appended reports some flag speaks of that does not end by itself."""
        if not placed:
            return 0
        first, last = placed[0].first_position, placed[-1].last_position
        entries = [
            parse(stored.raw, stored.position)
            for stored in self._store.reader.entries(after=first - 1, upto=last)
        ]
        touched: dict[str, list[Entry]] = {}
        for entry in entries:
            for right in entry.asset_ids:
                touched.setdefault(right, []).append(entry)
        flagged: set[int] = set()
        for right, news in touched.items():
            for flag in document(self._state(right, news))["flags"]:
                if flag["until"] is None:
                    flagged.update(flag["entries"])
        return sum(
            any(position in flagged for position in range(result.first_position, result.last_position + 1))
            for result in placed
        )

    def _state(self, right: str, news: list[Entry]) -> State:
        """The right's state after `news`, from memory where it continues what was kept."""
        first = next(link.seq for link in news[0].assets if link.id == right)
        state = self._states.pop(right, State(right))
        if len(state.recorded) != first - 1:
            state = State(right)
            news = [
                parse(stored.raw, stored.position)
                for stored in self._store.reader.asset_entries(right, upto=news[-1].position)
            ]
        for entry in news:
            state.evolve(entry)
        self._states[right] = state
        if len(self._states) > STATES_KEPT:
            self._states.popitem(last=False)
        return state


@dataclass(slots=True)
class _Known:
    """What the ledger already says of one right: its numbers and the values given."""

    names: set[tuple[str, str]] = field(default_factory=set)
    values: set[tuple[str, str]] = field(default_factory=set)


class _Desk:
    """Everything looked up for one batch, and the requests that follow from it."""

    def __init__(self, store: Store, reports: list[Report], actor: str, now: datetime) -> None:
        self._actor = actor
        self._today = day_of(now).isoformat()
        rights = {right for report in reports for fact in _all_facts(report) for right in fact.rights}
        pledges = {
            f"pledge:{pledge}"
            for report in reports
            for fact in report.facts
            if isinstance(fact, PledgeReleased)
            for pledge in fact.pledges
        }
        self._heads: dict[str, AssetHead | None] = {}
        self._after = store.reader.head().position
        self._heads.update(store.reader.asset_heads(sorted(rights)))
        known = sorted(right for right in rights if self._heads[right] != NO_ENTRY)
        self._covered: dict[tuple[str, str], list[_Coverage]] = {}
        self._pledged: dict[str, dict[str, None]] = {}
        self._look_up_pledged(store, pledges)
        for stored in store.reader.tagged(sorted({_record_tag(report) for report in reports})):
            self._cover(parse(stored.raw, stored.position))
        self._known = _known_descriptions(store, known)
        self._busy: Counter[str] = Counter()

    def _look_up_pledged(self, store: Store, pledges: set[str]) -> None:
        """The rights under each pledge that a release of this batch names."""
        self._pledged = {pledge: {} for pledge in pledges}
        for stored in store.reader.tagged(sorted(pledges)):
            entry = parse(stored.raw, stored.position)
            if entry.type == "pledge.registered":
                for tag in entry.subjects:
                    if tag in pledges:
                        self._pledged[tag].update(dict.fromkeys(entry.asset_ids))
        omitted = {right for rights in self._pledged.values() for right in rights} - self._heads.keys()
        self._heads.update(store.reader.asset_heads(sorted(omitted)))

    def is_busy(self, report: Report) -> bool:
        """An earlier report of this batch speaks of the same recording: it must be appended first."""
        return self._busy[_record_tag(report)] > 0

    def request(self, report: Report) -> AppendRequest | None:
        """The append that adds what is new in `report`, or None if nothing is."""
        facts = [fact for given in report.facts if (fact := self._news(report, given)) is not None]
        self._note_pledged(report)
        described = [fact for given in report.descriptions if (fact := self._description(given)) is not None]
        if not facts and not described:
            return None
        described = [*self._undescribed(facts), *described]
        source = Source(report.register, report.number, sha256(report.source).hexdigest(), report.media_type)
        command_id = _command_id(report, [*described, *facts])
        drafts = tuple(self._draft(fact, report, source, command_id) for fact in (*described, *facts))
        rights = dict.fromkeys(right for draft in drafts for right in draft.assets)
        condition = Condition(
            assets={right: self._heads[right] for right in rights},
            tags=(_record_tag(report),),
            after=self._after,
        )
        for right in rights:
            self._heads[right] = None
        self._busy[_record_tag(report)] += 1
        return AppendRequest(drafts, condition, command_id)

    def _note_pledged(self, report: Report) -> None:
        for fact in report.facts:
            if isinstance(fact, PledgeRegistered) and f"pledge:{fact.pledge}" in self._pledged:
                self._pledged[f"pledge:{fact.pledge}"].update(dict.fromkeys(fact.rights))

    def _undescribed(self, facts: list[Fact]) -> list[Fact]:
        """A registration for each right that is new and that the report does not describe."""
        rights = dict.fromkeys(right for fact in facts for right in fact.rights)
        new = [right for right in rights if self._heads[right] == NO_ENTRY and right not in self._known]
        self._known.update({right: _Known() for right in new})
        return [RightRegistered(rights=(right,)) for right in new]

    def _cover(self, entry: Entry) -> None:
        if entry.source is not None:
            key = (f"record:{entry.source.register}:{entry.source.number}", entry.type)
            self._covered.setdefault(key, []).append(
                _Coverage(entry.source.media_type, _content_key(entry.data), frozenset(entry.data["rights"]))
            )

    def _news(self, report: Report, fact: Fact) -> Fact | None:
        """`fact` reduced to the rights of which the ledger does not say it yet."""
        content = _content_key(fact.as_data())
        covered: set[str] = set()
        for coverage in self._covered.get((_record_tag(report), fact.TYPE), []):
            if coverage.content == content or not _restates(report.media_type, coverage.media_type):
                covered |= coverage.rights
        rights = tuple(dict.fromkeys(right for right in fact.rights if right not in covered))
        if not rights:
            return None
        if isinstance(fact, PledgeReleased):
            omits = self._omitted(fact) if report.names_all_rights else ()
            return fact.model_copy(update={"rights": rights, "omits": omits})
        return fact.model_copy(update={"rights": rights})

    def _omitted(self, fact: PledgeReleased) -> tuple[str, ...]:
        """Rights under the named pledges that the release does not name."""
        pledged = [self._pledged.get(f"pledge:{pledge}", {}) for pledge in fact.pledges]
        named = set(fact.rights)
        return tuple(dict.fromkeys(right for rights in pledged for right in rights if right not in named))

    def _description(self, fact: Fact) -> Fact | None:
        """The description of a new right, or what is new of a known one."""
        assert isinstance(fact, RightDescribed)
        (right,) = fact.rights
        known = self._known.get(right)
        head = self._heads[right]
        if known is None and head == NO_ENTRY:
            self._known[right] = _learn(_Known(), fact.as_data())
            return RightRegistered(**fact.model_dump())
        known = self._known.setdefault(right, _Known())
        names = tuple(name for name in fact.names if (name.kind, name.number) not in known.names)
        values = {
            member: value
            for member in _SINGLE_VALUES
            if (value := getattr(fact, member))
            and (member, _value_key(value)) not in known.values
            and not (member in _FIRST_ONLY and any(seen == member for seen, _ in known.values))
        }
        if not names and not values:
            return None
        news = RightDescribed(rights=fact.rights, names=names, **values)
        _learn(known, news.as_data())
        return news

    def _draft(self, fact: Fact, report: Report, source: Source, command_id: str) -> Draft:
        tags = (
            {*fact.tags(), _record_tag(report)}
            if not isinstance(fact, RightRegistered | RightDescribed)
            else {*fact.tags()}
        )
        return Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=report.entry_class,
            subjects=tuple(sorted(tags)),
            effective_at=fact.effective_on or getattr(fact, "filed_on", None) or self._today,
            actor=self._actor,
            command_id=command_id,
            data=fact.as_data(),
            salt=new_salt(),
            source=source,
        )


@dataclass(frozen=True, slots=True)
class _Coverage:
    """That an entry of some source said this content of these rights."""

    media_type: str
    content: str
    rights: frozenset[str]


_DESCRIBES: Final = b'"type":"right.'
"""In the bytes of every entry that describes a right; spares parsing a long history."""
_FIRST_ONLY: Final = frozenset(("title", "inventors"))
"""Values of which the first report is kept: offices respell them from file to file."""
_SINGLE_VALUES: Final = ("sort", "title", "filed_on", "granted_on", "expires_on", "holders", "inventors")


def _all_facts(report: Report) -> tuple[Fact, ...]:
    return (*report.descriptions, *report.facts)


def _record_tag(report: Report) -> str:
    return f"record:{report.register}:{report.number}"


def _registration_order(report: Report) -> tuple[str, str]:
    days = [getattr(fact, "registered_on", None) or fact.effective_on for fact in report.facts]
    return (min((day for day in days if day), default=""), report.number)


def _content_key(data: dict[str, Any]) -> str:
    content = {name: value for name, value in data.items() if name not in {"rights", "omits"}}
    return sha256(canonical.encode(content)).hexdigest()


def _command_id(report: Report, facts: list[Fact]) -> str:
    digest = sha256(canonical.encode([[fact.TYPE, fact.as_data()] for fact in facts])).hexdigest()
    return f"import:{report.register}:{report.number}:{digest[:32]}"


def _restates(reporting: str, reported: str) -> bool:
    """Whether a report of one source may restate another's: its own earlier one, or a mere repeater's."""
    if reporting == reported:
        return True
    return reported.startswith(SECONDARY_SOURCES) and not reporting.startswith(SECONDARY_SOURCES)


def _known_descriptions(store: Store, rights: list[str]) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    for stored in store.reader.tagged([f"asset:{right}" for right in rights]):
        if _DESCRIBES not in stored.raw:
            continue
        entry = parse(stored.raw, stored.position)
        if entry.type in {RightRegistered.TYPE, RightDescribed.TYPE}:
            for right in entry.asset_ids:
                _learn(known.setdefault(right, _Known()), entry.data)
    return known


def _learn(known: _Known, data: dict[str, Any]) -> _Known:
    known.names.update((name["kind"], name["number"]) for name in data.get("names", ()))
    for member in _SINGLE_VALUES:
        if data.get(member):
            known.values.add((member, _value_key(data[member])))
    return known


def _value_key(value: Any) -> str:
    if isinstance(value, str):
        return value
    names = [item["name"] if isinstance(item, dict) else item.name for item in value]
    return "\n".join(names)


def _batches(records: Iterator[Report | Rejection]) -> Iterator[list[Report | Rejection]]:
    """Batches bounded in number and in bytes."""
    while batch := list(islice(records, 1)):
        size = _size(batch[0])
        for record in islice(records, BATCH_RECORDS - 1):
            batch.append(record)
            size += _size(record)
            if size > BATCH_BYTES:
                break
        yield batch


def _size(record: Report | Rejection) -> int:
    return len(record.source) if isinstance(record, Report) else 0
