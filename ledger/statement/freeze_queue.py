"""The queue of court freezes on a Chinese right: who is live when, and who waits (F-1 to F-7).

Freezes take their places in the order they were served on the register, whenever they were recorded here.
One is live at a time; the first in line becomes live the day the live one is lifted, and the day after the
live one's last day. All of it follows from dates in the facts, so the queue is told as dates too.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.documents import DocumentFiled
from ledger.facts.enforcement import JudicialSaleCompleted
from ledger.facts.freezes import (
    DisposalCompleted,
    FreezeCeilingSet,
    FreezeConverted,
    FreezeImposed,
    FreezeLifted,
    FreezeLimited,
    FreezeRenewed,
    service_day,
)
from ledger.facts.insolvency import InsolvencyAccepted
from ledger.statement.base import Flag, Recorded, listed, names, of_kinds
from ledger.statement.registrations import Description
from ledger.statement.transfers import Period, owners_at
from ledger.values.calendar import add_months, term_end
from ledger.values.dates import LATEST, parse_day, parse_moment
from ledger.values.parties import same_party

_IMPOSED: Final[frozenset[type[Fact]]] = frozenset((FreezeImposed,))
_CEILINGS: Final[frozenset[type[Fact]]] = frozenset((FreezeCeilingSet,))
_PAPERS: Final[frozenset[type[Fact]]] = frozenset((DocumentFiled,))
_EVENTS: Final[frozenset[type[Fact]]] = frozenset(
    (
        FreezeRenewed,
        FreezeConverted,
        FreezeLimited,
        FreezeLifted,
        DisposalCompleted,
        JudicialSaleCompleted,
        InsolvencyAccepted,
    )
)
_SECRET_MONTHS: Final = 18
"""An invention is published 18 months from filing at the latest (PL 34)."""


@dataclass(slots=True)
class Queued:
    """One freeze of the queue; what the notice said, and what became of it."""

    id: str
    item: Recorded
    authorities: list[str]
    debtors: list[str]
    stages: list[dict[str, Any]]
    served_at: str | None
    """Day or instant of service; None while it is not proved."""
    stated_until: str | None
    term_months: int | None
    published_on: str | None = None
    unpublished_object: bool = False
    renews: str | None = None
    since: str | None = None
    """The day it became live."""
    until: str | None = None
    computed: bool = False
    """Whether `until` is the ceiling, because the notice states no end."""
    shares: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    ended_on: str | None = None
    ended_by: str | None = None
    end_state: str | None = None

    @property
    def served_on(self) -> str | None:
        """The Shanghai day of service."""
        return service_day(self.served_at) if self.served_at else None

    @property
    def number(self) -> str:
        """Its number at the register."""
        return self.item.record.number

    @property
    def instant(self) -> str | None:
        """The instant of service in UTC, where more than the day is known."""
        return _instant(self.served_at)

    @property
    def stage(self) -> str:
        """The stage reached by what was read so far."""
        return str(self.stages[-1]["stage"])

    def end(self, day: str, number: str | None, state: str) -> None:
        """It is over from this day on."""
        self.ended_on, self.ended_by, self.end_state = day, number, state

    def as_json(self) -> dict[str, Any]:
        """A member of the statement's `freezes`."""
        return {
            "id": self.id,
            "register": self.item.record.register,
            "reference": self.number,
            "authorities": self.authorities,
            "debtors": self.debtors,
            "stages": self.stages,
            "reported_on": self.item.record.registered_on,
            "served_on": self.served_on,
            "served_at": self.instant,
            "from": self.since,
            "until": self.until if self.since else self.stated_until,
            "computed": self.computed,
            "shares": self.shares,
            "renews": self.renews,
            "published_on": self.published_on,
            "ended_on": self.ended_on,
            "ended_by": self.ended_by,
            "end_state": self.end_state,
            "entries": list(dict.fromkeys(self.entries)),
        }

    def as_encumbrance(self) -> dict[str, Any]:
        """The encumbrance it is once live: it stands from the day it became so."""
        return {
            "kind": "freeze",
            "id": self.id,
            "register": self.item.record.register,
            "reference": self.number,
            "grantors": self.debtors,
            "holders": [{"from": self.since, "names": self.authorities}],
            "executed_on": None,
            "registered_on": self.since,
            "until": self.until,
            "ended_on": self.ended_on,
            "ended_by": self.ended_by,
            "end_state": self.end_state,
            "detail": None,
            "changes": self.changes,
            "entries": list(dict.fromkeys(self.entries)),
        }


def is_queued(right: str, fact: FreezeImposed) -> bool:
    """Whether a freeze takes a place in the queue: a staged one of a Chinese right (CPL 106 is PRC law)."""
    return right.startswith("CN:") and fact.stage is not None and not fact.levy


def gather(recorded: list[Recorded], right: str) -> list[Queued]:
    """The freezes of the queue as their notices tell them, each once (F-1).

    Service counts, as a report of the freeze, or else an authority's return of service, tells it.
    """
    by_id: dict[str, list[Recorded]] = {}
    for item in sorted(of_kinds(recorded, _IMPOSED), key=lambda each: each.record.register_order):
        assert isinstance(item.fact, FreezeImposed)
        by_id.setdefault(item.fact.freeze, []).append(item)
    proofs = _proofs(recorded)
    return [
        _merged(items, proofs.get(freeze, []))
        for freeze, items in by_id.items()
        if any(isinstance(item.fact, FreezeImposed) and is_queued(right, item.fact) for item in items)
    ]


def _merged(items: list[Recorded], proofs: list[Recorded]) -> Queued:
    """One freeze from all its reports: what a later one states replaces what an earlier one did.

    Of two last days the later counts: to end sooner a freeze is lifted, or its report corrected.
    """
    told: dict[str, Any] = {}
    authorities: list[Party] = []
    for item in items:
        assert isinstance(item.fact, FreezeImposed)
        longest = max(filter(None, (told.get("until"), item.fact.until)), default=None)
        told |= {member: value for member, value in vars(item.fact).items() if value is not None}
        told["until"] = longest
        authorities += item.fact.authorities
    served = told.get("served_at") or told.get("effective_from") or told.get("registered_on")
    entries = [position for item in items for position in item.entries]
    if served is None and proofs:
        proof = proofs[0].fact
        assert isinstance(proof, DocumentFiled)
        served = proof.effective_from or proof.issued_on
        entries += proofs[0].entries
    notice = next(item for item in items if getattr(item.fact, "stage", None) is not None)
    return Queued(
        id=told["freeze"],
        item=notice,
        authorities=names(tuple(authorities)),
        debtors=names(told.get("debtors", ())),
        stages=[{"from": None, "stage": told["stage"]}],
        served_at=served,
        stated_until=told.get("until"),
        term_months=told.get("term_months"),
        published_on=told.get("published_on"),
        unpublished_object=bool(told.get("unpublished_object")),
        entries=entries,
    )


def _proofs(recorded: list[Recorded]) -> dict[str, list[Recorded]]:
    """Returns of service by the freeze they are for. A party's word moves no place in the queue (N-1)."""
    found: dict[str, list[Recorded]] = {}
    for item in sorted(of_kinds(recorded, _PAPERS), key=lambda each: each.record.order):
        fact = item.fact
        assert isinstance(fact, DocumentFiled)
        if fact.kind == "service_proof" and fact.act and item.record.authority:
            found.setdefault(fact.act, []).append(item)
    return found


def _instant(served_at: str | None) -> str | None:
    if served_at is None or len(served_at) <= len("2024-01-15"):
        return None
    moment = parse_moment(served_at)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


class Queue:
    """The queue while its events are taken in the order of their days."""

    def __init__(
        self,
        right: str,
        recorded: list[Recorded],
        titles: list[Period],
        description: Description,
        standing: list[dict[str, Any]],
    ) -> None:
        """`standing` are the freezes and levies beside the queue, which this may end too."""
        self._right = right
        self._recorded = recorded
        self._titles = titles
        self._description = description
        self._beside = standing
        self._ceilings = _ceilings(recorded)
        self._known: dict[str, Queued] = {}
        self._live: Queued | None = None
        self._waiting: list[Queued] = []
        self._vacant_since = "0000-00-00"
        self._flags: list[Flag] = []

    def run(self, freezes: list[Queued]) -> tuple[list[Queued], list[Flag]]:
        """All freezes in order of service with what became of them, those not served last; and the flags."""
        self._known = {freeze.id: freeze for freeze in freezes}
        agenda: list[tuple[tuple[str, int, str, str, str, str], Recorded | Queued]] = [
            (_service_key(freeze), freeze) for freeze in freezes if freeze.served_at
        ]
        agenda += [(_event_key(item), item) for item in of_kinds(self._recorded, _EVENTS)]
        for key, event in sorted(agenda, key=lambda pair: pair[0]):
            self._advance(key[0])
            if isinstance(event, Queued):
                self._serve(event)
            else:
                self._take(event, key[0])
        self._advance(None)
        ordered = sorted(self._known.values(), key=_service_key)
        self._tell(ordered)
        return ordered, self._flags

    # Time passes

    def _advance(self, day: str | None) -> None:
        """Up to the beginning of `day`: live freezes run out, those in line follow (F-3, F-5)."""
        while True:
            if self._live is not None:
                until = self._live.until
                if until is None or (day is not None and until >= day):
                    return
                self._vacate(_after(until))
            if not self._waiting:
                return
            following = self._waiting[0]
            start = self._free_from(max(self._vacant_since, following.served_on or ""))
            if start is None or (day is not None and start > day):
                return
            self._waiting.pop(0)
            if following.stated_until is not None and following.stated_until < start:
                following.end(_after(following.stated_until), None, "expired")
            else:
                self._install(following, start)

    def _free_from(self, day: str) -> str | None:
        """The first day from `day` on without a freeze beside the queue; None while one has no end."""
        while True:
            blocking = [
                freeze for freeze in self._beside if freeze["kind"] == "freeze" and _lies(freeze, day)
            ]
            if not blocking:
                return day
            ends = [
                freeze["ended_on"] or (freeze["until"] and _after(freeze["until"])) for freeze in blocking
            ]
            if None in ends:
                return None
            day = max(ends)

    def _install(self, freeze: Queued, day: str) -> None:
        self._live = freeze
        freeze.since = day
        ceiling = self._ceiling(freeze, day)
        if freeze.stated_until is not None:
            freeze.until = freeze.stated_until
        elif freeze.term_months is not None:
            freeze.until = _months_after(day, freeze.term_months)
        elif ceiling is not None:
            freeze.until, freeze.computed = _months_after(day, ceiling), True
        self._limit(freeze, day, day, freeze.entries)

    def _vacate(self, day: str) -> None:
        self._live = None
        self._vacant_since = day

    # Events

    def _serve(self, freeze: Queued) -> None:
        """A notice reached the register: to the end of the line, unless it grips nothing (F-5, F-7)."""
        day = freeze.served_on
        assert day is not None
        if freeze.ended_on is not None:
            return
        if self._is_former_owners(freeze, day):
            freeze.end(day, None, "ineffective")
            owners = [owner.name for owner in owners_at(self._titles, day)]
            self._flag(
                "FREEZE_ON_FORMER_OWNER", freeze, day, party=listed(freeze.debtors), owner=listed(owners)
            )
            return
        self._waiting.append(freeze)
        self._advance(day)

    def _take(self, item: Recorded, day: str) -> None:
        match item.fact:
            case FreezeRenewed() as fact:
                self._renew(item, fact, day)
            case FreezeConverted() as fact:
                self._convert(item, fact, day)
            case FreezeLimited() as fact:
                self._narrow(item, fact, day)
            case FreezeLifted() as fact:
                self._lift(item, fact, day)
            case DisposalCompleted() as fact:
                self._dispose(item, fact, day)
            case JudicialSaleCompleted() as fact:
                self._sell(item, fact, day)
            case InsolvencyAccepted() as fact:
                self._release_all(item, fact, day)

    def _renew(self, item: Recorded, fact: FreezeRenewed, day: str) -> None:
        """In time it moves the last day; late, it goes to the end of the queue as a freeze of its own (F-3).

        Where the notice states no end the term runs from the old last day, which is the longer reading [M].
        """
        freeze = self._known.get(fact.freeze)
        if freeze is None or (freeze is not self._live and freeze not in self._waiting):
            self._renew_late(item, fact, freeze, day)
            return
        freeze.entries += item.entries
        before = freeze.until if freeze is self._live else freeze.stated_until
        if freeze is not self._live:
            freeze.stated_until = fact.until or freeze.stated_until
            freeze.term_months = fact.term_months or freeze.term_months
        elif before is not None:
            months = fact.term_months or self._ceiling(freeze, day)
            freeze.computed = fact.until is None and fact.term_months is None
            freeze.until = fact.until or (_months_after(before, months) if months else None)
            self._limit(freeze, before, day, item.entries)
        after = freeze.until if freeze is self._live else freeze.stated_until
        freeze.changes.append({"on": day, "item": "until", "before": before, "after": after})

    def _renew_late(self, item: Recorded, fact: FreezeRenewed, old: Queued | None, day: str) -> None:
        stage = old.stage if old else "execution"
        freeze = Queued(
            id=record_id("frz", item.record.register, item.record.number),
            item=item,
            authorities=names(fact.authorities) or (old.authorities if old else []),
            debtors=names(fact.debtors or ()) or (old.debtors if old else []),
            stages=[{"from": None, "stage": stage}],
            served_at=fact.served_at,
            stated_until=fact.until,
            term_months=fact.term_months,
            renews=fact.freeze,
            entries=list(item.entries),
        )
        self._known[freeze.id] = freeze
        code = "FREEZE_RENEWED_LATE" if old else "FREEZE_REFERENCE_UNKNOWN"
        self._flag(code, freeze, day, number=item.record.number, reference=fact.freeze)
        self._serve(freeze)

    def _convert(self, item: Recorded, fact: FreezeConverted, day: str) -> None:
        """The time runs on; only the ceiling of a later renewal is another one (F-4)."""
        freeze = self._found(item, fact.freeze)
        if freeze is not None:
            freeze.entries += item.entries
            before = freeze.stage
            freeze.stages.append({"from": day, "stage": "execution"})
            freeze.changes.append({"on": day, "item": "stage", "before": before, "after": "execution"})

    def _narrow(self, item: Recorded, fact: FreezeLimited, day: str) -> None:
        freeze = self._found(item, fact.freeze)
        if freeze is not None:
            freeze.entries += item.entries
            freeze.shares.append({"from": day, "share": list(fact.share)})

    def _lift(self, item: Recorded, fact: FreezeLifted, day: str) -> None:
        """The freeze named; or the only one there is, live or waiting (F-5).

        A lifting dated before the service of what it lifts is a slip of a date: the freeze stands.
        """
        freeze: Queued | dict[str, Any] | None = None
        if fact.freeze is not None:
            freeze = self._known.get(fact.freeze)
            followed = any(each.renews == fact.freeze for each in self._open())
            early = freeze is not None and freeze.served_on is not None and day < freeze.served_on
            if freeze is not None and (freeze.ended_on is not None or followed or early):
                freeze = None
        else:
            candidates: list[Queued | dict[str, Any]] = [*self._open()]
            candidates += [each for each in self._beside if _lies(each, day)]
            freeze = candidates[0] if len(candidates) == 1 else None
        if freeze is None:
            self._unmatched("FREEZE_LIFT_UNMATCHED", item)
        elif isinstance(freeze, Queued):
            freeze.entries += item.entries
            if freeze.until is None or freeze.until >= day or freeze is self._live:
                freeze.end(day, item.record.number, "lifted")
            self._leave(freeze, day)
        else:
            end_beside(freeze, day, item)

    def _dispose(self, item: Recorded, fact: DisposalCompleted, day: str) -> None:
        """Wholly: whoever waits gets nothing. In part: they attach to the rest (F-6)."""
        live = self._live
        if live is None or fact.freeze not in {None, live.id}:
            self._unmatched("DISPOSAL_UNMATCHED", item)
            return
        if fact.scope == "full":
            self._dispose_of_all(live, item, day)
            return
        live.entries += item.entries
        live.end(day, item.record.number, "disposed")
        for freeze in self._waiting:
            freeze.entries += item.entries
            if fact.remainder is not None:
                freeze.shares.append({"from": day, "share": list(fact.remainder)})
        self._vacate(day)
        self._advance(day)

    def _sell(self, item: Recorded, fact: JudicialSaleCompleted, day: str) -> None:
        """A judicial sale is a disposal of the whole by the court that sold; another's leaves freezes be."""
        live = self._live
        if live is not None and any(same_party(name, fact.court.name) for name in live.authorities):
            self._dispose_of_all(live, item, day)
        elif self._open():
            self._unmatched("DISPOSAL_UNMATCHED", item)

    def _dispose_of_all(self, live: Queued, item: Recorded, day: str) -> None:
        for freeze, state in ((live, "disposed"), *((each, "lapsed") for each in self._waiting)):
            freeze.entries += item.entries
            freeze.end(day, item.record.number, state)
        self._waiting = []
        self._vacate(day)

    def _release_all(self, item: Recorded, fact: InsolvencyAccepted, day: str) -> None:
        """Every freeze of the insolvent's property ends that day (BKL 19); a co-owner's stays frozen."""
        owners = owners_at(self._titles, day)
        if owners and not any(owner.is_called(fact.party.name) for owner in owners):
            return
        alone = len(owners) < 2  # one owner is no co-owner
        others = [owner for owner in owners if not owner.is_called(fact.party.name)]
        for freeze in self._open():
            named = any(same_party(name, fact.party.name) for name in freeze.debtors)
            shared = any(owner.is_called(name) for owner in others for name in freeze.debtors)
            if alone or (named and not shared):
                freeze.entries += item.entries
                freeze.end(day, item.record.number, "lifted")
                self._leave(freeze, day, advance=False)
        for beside in self._beside:
            if alone and beside["kind"] == "freeze" and _lies(beside, day):
                end_beside(beside, day, item)
        self._advance(day)

    def _leave(self, freeze: Queued, day: str, *, advance: bool = True) -> None:
        if freeze is self._live:
            self._vacate(day)
        elif freeze in self._waiting:
            self._waiting.remove(freeze)
        if advance:
            self._advance(day)

    def _open(self) -> list[Queued]:
        return ([self._live] if self._live else []) + self._waiting

    def _found(self, item: Recorded, freeze: str) -> Queued | None:
        found = self._known.get(freeze)
        if found is None:
            self._unmatched("FREEZE_REFERENCE_UNKNOWN", item)
        return found

    # What must be said

    def _tell(self, ordered: list[Queued]) -> None:
        by_day: dict[str, list[Queued]] = {}
        for freeze in ordered:
            if freeze.served_on is None:
                reported_on = freeze.item.record.registered_on
                self._flag("SERVICE_TIME_MISSING", freeze, reported_on, over=freeze.ended_on)
                continue
            by_day.setdefault(freeze.served_on, []).append(freeze)
            if freeze.end_state != "ineffective":
                self._tell_one(freeze, freeze.served_on)
        for day, freezes in by_day.items():
            if len(freezes) > 1 and not all(freeze.instant for freeze in freezes):
                for freeze in freezes:
                    self._flag("SERVICE_TIME_MISSING", freeze, day, over=freeze.ended_on)

    def _tell_one(self, freeze: Queued, served_on: str) -> None:
        over = _end_of(freeze)
        if freeze.computed and freeze.since is not None:
            self._flag("FREEZE_TERM_COMPUTED", freeze, freeze.since, over=freeze.ended_on, until=freeze.until)
        if freeze.unpublished_object or self._is_undisclosed(served_on):
            self._flag("EXEMPT_PROPERTY", freeze, served_on, over=over)
        if freeze.since is not None and (freeze.published_on is None or freeze.published_on > freeze.since):
            ends = min((day for day in (freeze.published_on, over) if day), default=None)
            self._flag("FREEZE_UNPUBLISHED", freeze, freeze.since, over=ends)
        owners = owners_at(self._titles, served_on)
        others = [
            owner.name for owner in owners if not any(owner.is_called(debtor) for debtor in freeze.debtors)
        ]
        if freeze.debtors and others and len(others) < len(owners):
            self._flag("COOWNERS_TO_BE_NOTIFIED", freeze, served_on, over=over, holder=listed(others))

    def _limit(self, freeze: Queued, start: str, since: str, entries: list[int] | tuple[int, ...]) -> None:
        """The ceiling counts from the day a freeze is live, that of a renewal from the old last day (F-2)."""
        ceiling = self._ceiling(freeze, since)
        if ceiling is None or freeze.until is None:
            return
        limit = _months_after(start, ceiling)
        if freeze.until > limit:
            data = {"until": freeze.until, "limit": limit, "reference": freeze.number, "right": self._right}
            over = _after(freeze.until)
            self._flags.append(
                Flag("FREEZE_TERM_OVER_CEILING", tuple(entries), since=since, until=over, data=data)
            )

    def _ceiling(self, freeze: Queued, day: str) -> int | None:
        """Months by the row recorded for the freeze or what it renews, in force on `day`."""
        found = self._ceilings.get(freeze.id) or self._ceilings.get(freeze.renews or "") or []
        if not found:
            return None
        fact = ([each for each in found if each.since <= day] or found[:1])[-1]
        return fact.preservation_months if freeze.stage == "preservation" else fact.execution_months

    def _is_former_owners(self, freeze: Queued, day: str) -> bool:
        """Title had passed from all debtors named before the service (F-7).

        Under a contract it passes at registration, so that a transfer still pending loses; by judgment or
        succession at its effect, so that a court's earlier transfer order goes first. Of a debtor the chain
        never shows as owner nothing is known: the freeze stands. Service on the day title passed stands too.
        """
        return bool(freeze.debtors) and all(self._had_passed_on(name, day) for name in freeze.debtors)

    def _had_passed_on(self, name: str, day: str) -> bool:
        owned = [
            place
            for place, period in enumerate(self._titles)
            if any(owner.is_called(name) for owner in period.owners)
        ]
        if not owned or owned[-1] + 1 >= len(self._titles):
            return False
        return (self._titles[owned[-1] + 1].since or "") < day

    def _is_undisclosed(self, day: str) -> bool:
        """F-11: an application no publication of which is known, in the months it is kept secret (FRZ 3)."""
        known = self._description
        published = any(kind in {"publication", "grant", "registration"} for kind, _ in known.names)
        if not self._right.startswith("CN:patent:") or published or known.granted_on or not known.filed_on:
            return False
        return day < add_months(parse_day(known.filed_on), _SECRET_MONTHS).isoformat()

    def _flag(
        self, code: str, freeze: Queued, since: str, *, over: str | None = None, **data: str | None
    ) -> None:
        told = {"right": self._right, "reference": freeze.number, "number": freeze.number, **data}
        self._flags.append(
            Flag(code, tuple(dict.fromkeys(freeze.entries)), since=since, until=over, data=told)
        )

    def _unmatched(self, code: str, item: Recorded) -> None:
        data = {"number": item.record.number, "right": self._right}
        self._flags.append(Flag(code, item.entries, since=item.record.registered_on, data=data))


def end_beside(freeze: dict[str, Any], day: str, item: Recorded) -> None:
    """A freeze that is no part of the queue is lifted."""
    freeze["ended_on"], freeze["ended_by"], freeze["end_state"] = day, item.record.number, "lifted"
    freeze["entries"] += item.entries


def _service_key(freeze: Queued) -> tuple[str, int, str, str, str, str]:
    """By time of service; on one day those of known time first, then by the register's numbers."""
    record = freeze.item.record
    day = freeze.served_on or "9999-12-31"
    return (day, 0, freeze.instant or "~", record.register, record.number, freeze.id)


_PHASES: Final[dict[type[Fact], int]] = {
    FreezeRenewed: 0,
    FreezeConverted: 1,
    FreezeLimited: 1,
    FreezeLifted: 2,
    DisposalCompleted: 3,
    JudicialSaleCompleted: 3,
    InsolvencyAccepted: 4,
}
"""On one day notices come first, then what ends freezes: so the first in line follows on that very day."""


def _event_key(item: Recorded) -> tuple[str, int, str, str, str, str]:
    fact, record = item.fact, item.record
    day = record.effective_on
    if isinstance(fact, FreezeLifted) and fact.ended_on:
        day = fact.ended_on
    instant = _instant(fact.served_at) if isinstance(fact, FreezeRenewed) else None
    # A lifting that names nothing comes after those of its day that do.
    last = "~~" if isinstance(fact, FreezeLifted) and fact.freeze is None else "~"
    return (day, _PHASES[type(fact)], instant or last, record.register, record.number, record.type)


def _ceilings(recorded: list[Recorded]) -> dict[str, list[FreezeCeilingSet]]:
    found: dict[str, list[FreezeCeilingSet]] = {}
    for item in of_kinds(recorded, _CEILINGS):
        assert isinstance(item.fact, FreezeCeilingSet)
        found.setdefault(item.fact.freeze, []).append(item.fact)
    return {freeze: sorted(facts, key=lambda fact: fact.since) for freeze, facts in found.items()}


def _lies(freeze: dict[str, Any], day: str) -> bool:
    return bool(
        freeze["registered_on"] <= day
        and (freeze["ended_on"] is None or freeze["ended_on"] > day)
        and (freeze["until"] is None or freeze["until"] >= day)
    )


def _end_of(freeze: Queued) -> str | None:
    """The first day it is over, as far as anything is known of its end."""
    known = [freeze.ended_on, freeze.until and _after(freeze.until)]
    return min((day for day in known if day), default=None)


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


def _months_after(day: str, months: int) -> str:
    """The last day of a term of months; at most the last day the ledger knows. Not rolled (N-4)."""
    try:
        return term_end(parse_day(day), months=months).isoformat()
    except InputRejected:
        return LATEST.isoformat()
