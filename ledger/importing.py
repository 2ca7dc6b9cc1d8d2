"""Register reports into entries: what is new is appended once, what is known is left alone.

Importing the same file twice changes nothing, and a later snapshot adds only what is new: the entries of a
recording carry the tag `record:<register>:<number>`, and what they already said of which right is looked up
before anything is written, under a condition that nobody said more in between (rule N-5). A record and the
rights it names become one append request: all of it stands or none.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final

import orjson

from ledger.entry import Draft, Entry, Source, new_salts, read_own
from ledger.errors import ConcurrencyConflict
from ledger.facts.base import Fact
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.garbage import collecting_seldom
from ledger.registers.reports import Rejection, Report
from ledger.store.database import Store
from ledger.store.requests import NO_ENTRY, Appended, AppendRequest, AssetHead, Condition
from ledger.values.dates import day_of

BATCH_RECORDS: Final = 400
BATCH_BYTES: Final = 8_000_000
ATTEMPTS: Final = 8

SECONDARY_SOURCES: Final = ("application/vnd.epo",)
"""Media types of sources that repeat other offices' recordings; they never restate an office's own report."""


@dataclass(slots=True)
class Summary:
    """What an import did, counted in records of the files.

    `firsts` and `lasts` are the positions of each record appended; `flagged` is filled by whoever knows the
    statements, from `count_records` of the positions flags speak of.
    """

    read: int = 0
    appended: int = 0
    unchanged: int = 0
    flagged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    firsts: "array[int]" = field(default_factory=lambda: array("q"))
    lasts: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, other: "Summary") -> None:
        """Count another file's import in."""
        self.read += other.read
        self.appended += other.appended
        self.unchanged += other.unchanged
        self.flagged += other.flagged
        self.rejected += other.rejected
        self.firsts += other.firsts
        self.lasts += other.lasts

    def note(self, placed: Appended) -> None:
        """A record was appended at these positions."""
        self.appended += 1
        self.firsts.append(placed.first_position)
        self.lasts.append(placed.last_position)

    def span(self) -> tuple[int, int] | None:
        """The first and last position appended, or None."""
        return (min(self.firsts), max(self.lasts)) if self.firsts else None

    def count_records(self, positions: Iterable[int]) -> int:
        """How many of the appended records have one of `positions`."""
        places = sorted(zip(self.firsts, self.lasts, strict=True))
        lasts = [last for _, last in places]
        found = set()
        for position in positions:
            at = bisect_left(lasts, position)
            if at < len(places) and places[at][0] <= position:
                found.add(at)
        return len(found)

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
    """Appends reports to one ledger, a batch at a time, in memory that does not grow with the file."""

    def __init__(self, store: Store, *, actor: str, clock: Callable[[], datetime]) -> None:
        """`actor` is the authenticated principal; `clock` gives aware instants."""
        self._store = store
        self._actor = actor
        self._clock = clock

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
        with collecting_seldom():
            for batch in _read_ahead(_batches(iter(records))):
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
        for (report, _), result in zip(asked, results, strict=True):
            if isinstance(result, Appended) and result.replay:
                summary.unchanged += 1
            elif isinstance(result, Appended):
                summary.note(result)
            else:
                again.append(report)
        return again


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
            self._cover(read_own(stored.raw, stored.position))
        self._known = _known_descriptions(store, known)
        self._busy: Counter[str] = Counter()
        self._salts = new_salts()

    def _look_up_pledged(self, store: Store, pledges: set[str]) -> None:
        """The rights under each pledge that a release of this batch names."""
        self._pledged = {pledge: {} for pledge in pledges}
        for stored in store.reader.tagged(sorted(pledges)):
            entry = read_own(stored.raw, stored.position)
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
        facts = [said for given in report.facts if (said := self._news(report, given)) is not None]
        self._note_pledged(report)
        described = [said for given in report.descriptions if (said := self._description(given)) is not None]
        if not facts and not described:
            return None
        news = [*self._undescribed(facts), *described, *facts]
        source = Source(report.register, report.number, sha256(report.source).hexdigest(), report.media_type)
        command_id = _command_id(report, news)
        drafts = tuple(self._draft(said, report, source, command_id) for said in news)
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

    def _undescribed(self, facts: list["_Said"]) -> list["_Said"]:
        """A registration for each right that is new and that the report does not describe."""
        rights = dict.fromkeys(right for said in facts for right in said.fact.rights)
        new = [right for right in rights if self._heads[right] == NO_ENTRY and right not in self._known]
        self._known.update({right: _Known() for right in new})
        return [_said(RightRegistered(rights=(right,))) for right in new]

    def _cover(self, entry: Entry) -> None:
        if entry.source is not None:
            key = (f"record:{entry.source.register}:{entry.source.number}", entry.type)
            self._covered.setdefault(key, []).append(
                _Coverage(entry.source.media_type, _content_key(entry.data), frozenset(entry.data["rights"]))
            )

    def _news(self, report: Report, fact: Fact) -> "_Said | None":
        """`fact` reduced to the rights of which the ledger does not say it yet."""
        data = fact.as_data()
        content = _content_key(data)
        covered: set[str] = set()
        for coverage in self._covered.get((_record_tag(report), fact.TYPE), []):
            if coverage.content == content or not _restates(report.media_type, coverage.media_type):
                covered |= coverage.rights
        rights = tuple(dict.fromkeys(right for right in fact.rights if right not in covered))
        if not rights:
            return None
        update = {"rights": rights}
        if isinstance(fact, PledgeReleased) and report.names_all_rights:
            update["omits"] = self._omitted(fact)
        lists = {member: list(value) for member, value in update.items()}
        return _Said(type(fact), fact.model_copy(update=update), {**data, **lists})

    def _omitted(self, fact: PledgeReleased) -> tuple[str, ...]:
        """Rights under the named pledges that the release does not name."""
        pledged = [self._pledged.get(f"pledge:{pledge}", {}) for pledge in fact.pledges]
        named = set(fact.rights)
        return tuple(dict.fromkeys(right for rights in pledged for right in rights if right not in named))

    def _description(self, fact: Fact) -> "_Said | None":
        """The description of a new right, or what is new of a known one."""
        assert isinstance(fact, RightDescribed)
        (right,) = fact.rights
        known = self._known.get(right)
        head = self._heads[right]
        if known is None and head == NO_ENTRY:
            data = fact.as_data()
            self._known[right] = _learn(_Known(), data)
            return _Said(RightRegistered, fact, data)
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
        said = _said(RightDescribed(rights=fact.rights, names=names, **values))
        _learn(known, said.data)
        return said

    def _draft(self, said: "_Said", report: Report, source: Source, command_id: str) -> Draft:
        """A description is of the right, whichever recording brought it: facts alone carry its tag."""
        fact = said.fact
        tags = fact.tags()
        if said.kind not in _DESCRIPTIONS:
            tags = tuple(sorted((*tags, _record_tag(report))))
        return Draft(
            type=said.kind.TYPE,
            type_v=said.kind.VERSION,
            entry_class=report.entry_class,
            subjects=tags,
            effective_at=fact.effective_on or getattr(fact, "filed_on", None) or self._today,
            actor=self._actor,
            command_id=command_id,
            data=said.data,
            salt=next(self._salts),
            source=source,
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact to be recorded as `kind`, and its data, made once.

    The description of a right that is new is recorded as its registration, which has the same members.
    """

    kind: type[Fact]
    fact: Fact
    data: dict[str, Any]


def _said(fact: Fact) -> _Said:
    return _Said(type(fact), fact, fact.as_data())


@dataclass(frozen=True, slots=True)
class _Coverage:
    """That an entry of some source said this content of these rights."""

    media_type: str
    content: str
    rights: frozenset[str]


_DESCRIPTIONS: Final = frozenset((RightRegistered, RightDescribed))
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
    """What a fact says, whichever rights it says it of."""
    content = {name: value for name, value in data.items() if name not in {"rights", "omits"}}
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _command_id(report: Report, news: list[_Said]) -> str:
    content = [[said.kind.TYPE, said.data] for said in news]
    digest = sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
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
        entry = read_own(stored.raw, stored.position)
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


def _read_ahead(batches: Iterator[list[Report | Rejection]]) -> Iterator[list[Report | Rejection]]:
    """The same batches; the next one is read while the database works on this one."""
    with ThreadPoolExecutor(1, "reader") as reader:
        following = reader.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = reader.submit(next, batches, None)
            yield batch


def _size(record: Report | Rejection) -> int:
    return len(record.source) if isinstance(record, Report) else 0
