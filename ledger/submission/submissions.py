"""The desk where commands are handed in: read, decide, append, and again once if somebody was faster (N-5).

One command, or one atomic list, is one append request: all of it stands or nothing. Each entry carries the
tag of its act, and the first one of an act also the digests of what was submitted and of what was answered;
both are kept as documents (E-1). By these a repeat is recognized, and answered with the first answer, also
of an act that took effect later, when another command arrived.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger.confidential import Disclosure, disclose
from ledger.entry import Draft, Entry, Source, new_salts
from ledger.errors import ChainBroken, InputRejected
from ledger.facts.acts import ActHeld
from ledger.rules import PROCEDURES
from ledger.rules.base import PLATFORM, Command, Finding, Verdict, refuse
from ledger.rules.docket import Ruling, aborted, ill_formed, rule_on
from ledger.rules.fields import SourceSaid
from ledger.rules.form import Procedures, Submitted, parse
from ledger.rules.policy import POLICY, Policy
from ledger.rules.situation import Situation, sources
from ledger.store.database import Store
from ledger.store.requests import Appended, AppendRequest, Condition, Reused, Stale
from ledger.submission.answers import ANSWER_TYPE, Answer, described, encoded, moved, refused
from ledger.submission.differences import first_difference
from ledger.submission.intake import Given
from ledger.submission.memory import Memory
from ledger.submission.permissions import ALL, Permissions
from ledger.submission.reading import Reading, act_tag, read_for

ATTEMPTS: Final = 2
"""The first reading and, if it had gone stale, a fresh one."""

_TEXT: Final = "record:command:"
_ANSWER: Final = "record:answer:"
_JSON: Final = "application/json"
_RESERVED: Final = ("import:", "deposit:", "seal:", "cosigned:", "list:")
"""How the ids of the ledger's own doings begin."""

Keep = Callable[[Sequence[Disclosure]], tuple[str, ...]]
"""Puts disclosures of one data subject where they can be opened again; gives their commitments."""


@dataclass(slots=True)
class _Item:
    """A value handed in: a command with its digest and confidential values, or what is wrong with it."""

    value: Any
    submitted: Submitted | None
    findings: tuple[Finding, ...]
    digest: str = ""
    disclosures: tuple[Disclosure, ...] = ()
    commitments: tuple[str, ...] = ()

    @property
    def command_id(self) -> str:
        """As given, whatever it is."""
        if self.submitted is not None:
            return self.submitted.command.command_id
        return ill_formed(self.value, ()).act


@dataclass(slots=True)
class _Result:
    """What becomes of an item: rulings, or an answer without; `twin` is the one it repeats in a list."""

    item: _Item
    rulings: list[Ruling] = field(default_factory=list)
    answer: Answer = field(default_factory=dict)
    twin: "_Result | None" = None

    @property
    def accepted(self) -> bool:
        """Whether the command has effect."""
        if self.twin is not None:
            return self.twin.accepted
        if self.rulings:
            return self.rulings[0].decision.verdict is Verdict.ACCEPTED
        return bool(self.answer["decision"] == Verdict.ACCEPTED.value)

    @property
    def writes(self) -> bool:
        """Whether something is to be recorded."""
        return bool(self.rulings) and bool(self.rulings[0].decision.said)

    def told(self, first_position: int | None) -> Answer:
        """The answer, with its entries standing from `first_position` on; None where nothing was written."""
        if self.twin is not None:
            return self.twin.told(first_position) | {"repeated": True}
        if not self.writes:
            return self.answer
        return (
            _without_positions(self.answer) if first_position is None else moved(self.answer, first_position)
        )


class Submissions:
    """Takes the commands of one principal for one ledger, each decided on what it is appended to (N-5)."""

    def __init__(
        self,
        store: Store,
        *,
        actor: str,
        clock: Callable[[], datetime] | None = None,
        permissions: Permissions = ALL,
        keep: Keep | None = None,
        procedures: Procedures = PROCEDURES,
        policy: Policy = POLICY,
        memory: Memory | None = None,
    ) -> None:
        """`actor` is the authenticated principal; without `keep` confidential values are refused.

        `memory` is that of this ledger, where several share it.
        """
        self._store = store
        self._actor = actor
        self._clock = clock or store.clock
        self._permissions = permissions
        self._keep = keep
        self._procedures = procedures
        self._policy = policy
        self._memory = memory or Memory()
        self._salts = new_salts()

    def submit(self, given: Given) -> list[Answer]:
        """Decide and record; an answer per command, in order.

        Commands of a list are carried out one after the other, those of an atomic one together or not at all.

        Raises:
            StorageUnavailable: commands before may stand; the same list may be given again, and those are
                then answered with their first answers.
        """
        items = [self._item(value) for value in given.values]
        if given.atomic:
            return self._carry_out(items, atomic=True)
        return [answer for item in items for answer in self._carry_out([item], atomic=False)]

    def dry_run(self, given: Given) -> list[Answer]:
        """What `submit` would answer now, each command decided on what those before it would leave.

        Writes nothing: there are no `positions` but those of repeats.

        Raises:
            StorageUnavailable.
        """
        items = [self._item(value) for value in given.values]
        results, _ = self._decide(items, atomic=given.atomic)
        return [result.told(None) for result in results]

    def _item(self, value: Any) -> _Item:
        """A value with everything that can be said of it before the ledger is read."""
        submitted = parse(value, self._procedures)
        if not isinstance(submitted, Submitted):
            return _Item(value, None, submitted)
        command = submitted.command
        found = [*self._permissions.refusals(command), *_reserved(command)]
        disclosures, faults = self._disclosed(command.confidential or {})
        digest = sha256(submitted.text.encode()).hexdigest()
        return _Item(value, submitted, (*found, *faults), digest, disclosures)

    def _disclosed(self, confidential: dict[str, Any]) -> tuple[tuple[Disclosure, ...], list[Finding]]:
        if confidential and self._keep is None:
            return (), [refuse("PV-2", "VAULT_MISSING", pointer="/confidential")]
        try:
            return tuple(disclose(path, value) for path, value in confidential.items()), []
        except InputRejected as error:
            given, expected = error.data.get("path", ""), error.message_en
            return (), [
                refuse("PV-2", "FIELD_INVALID", pointer="/confidential", given=given, expected=expected)
            ]

    def _carry_out(self, items: list[_Item], *, atomic: bool) -> list[Answer]:
        moved_on = refuse("N-5", "STALE_VERSION")
        results: list[_Result] = []
        for _ in range(ATTEMPTS):
            results, reading = self._decide(items, atomic=atomic)
            writing = [result for result in results if result.writes]
            if not writing:
                return [result.told(None) for result in results]
            match self._append(writing, reading):
                case Appended(first_position=position, replay=False):
                    return [result.told(position) for result in results]
                case Stale(detail=detail):
                    self._memory.forget(reading.heads)
                    moved_on = refuse("N-5", "STALE_VERSION", right=detail.removeprefix("asset:"))
                case Reused():
                    return [_id_reused(result.item, "/command_id") for result in results]
                case Appended():
                    continue  # somebody recorded the same commands meanwhile: the next reading finds them
        return [
            refused(result.item.command_id, [moved_on]) if result.writes else result.told(None)
            for result in results
        ]

    def _decide(self, items: list[_Item], *, atomic: bool) -> tuple[list[_Result], Reading]:
        """Results with answers whose positions count from the first entry to be written."""
        commands = [item.submitted.command for item in items if item.submitted is not None]
        also: set[str] = set()
        while True:
            reading = read_for(
                commands,
                self._store.reader,
                self._clock(),
                self._procedures,
                policy=self._policy,
                origin=self._store.origin,
                also=also,
                memory=self._memory,
            )
            results = self._rule(items, reading)
            self._memory.keep(reading.known())
            unread = set(_concerned(results)) - reading.heads.keys()
            if not unread:
                break
            also |= unread  # a rule speaks of a right that the command did not lead to
        if atomic:
            _abort(results)
        place = 0
        for result in results:
            if result.rulings:
                result.answer, place = _numbered(result, place)
        return results, reading

    def _rule(self, items: list[_Item], reading: Reading) -> list[_Result]:
        situation = reading.situation
        results: list[_Result] = []
        earlier: dict[str, _Result] = {}
        for item in items:
            result = _Result(item)
            results.append(result)
            submitted = item.submitted
            first = earlier.get(item.command_id)
            if submitted is None or item.findings:
                result.answer = refused(item.command_id, item.findings)
            elif item.command_id in reading.acts:
                result.answer = self._first_answer(item, reading)
            elif first is None:
                result.rulings, situation = rule_on(submitted, situation, self._procedures)
                earlier[item.command_id] = result
            elif first.item.digest == item.digest:
                result.twin = first
            else:
                result.answer = _id_reused(item, _difference(first.item, submitted.text))
        return results

    def _first_answer(self, item: _Item, reading: Reading) -> Answer:
        """The answer an act got when it was recorded; of a held one also what became of it since."""
        assert item.submitted is not None
        entries = reading.acts[item.command_id]
        text, kept = (_tagged(entries[0], kind) for kind in (_TEXT, _ANSWER))
        if text != item.digest:
            known = orjson.loads(self._document(text, entries[0]))
            return _id_reused(item, first_difference(known, orjson.loads(item.submitted.text)) or "")
        answer: Answer = orjson.loads(self._document(kept, entries[0]))
        answer = moved(answer, entries[0].position - answer["positions"][0]) | {"repeated": True}
        if answer["decision"] == Verdict.HELD.value:
            answer["now"] = _became(item.command_id, entries, answer, reading.situation)
        return answer

    def _document(self, digest: str, entry: Entry) -> bytes:
        found = self._store.documents.get(digest)
        if found is None:
            raise ChainBroken(entry.position, "document kept of its command", digest, "nothing")
        return found.content

    def _append(self, writing: list[_Result], reading: Reading) -> Appended | Stale | Reused:
        """Keep the documents and confidential values, then append: an entry never names what is not there."""
        documents = [part for result in writing for part in _documents(result)]
        self._store.documents.put_many(documents, entry_follows=True)
        for result in writing:
            item = result.item
            if item.disclosures and not item.commitments:
                assert self._keep is not None
                item.commitments = self._keep(item.disclosures)
        fingerprint = sha256("".join(result.item.digest for result in writing).encode())
        alone = len(writing) == 1
        request_id = writing[0].item.command_id if alone else f"list:{fingerprint.hexdigest()}"
        drafts = tuple(
            draft for result in writing for draft in self._drafts(result, request_id, reading.situation)
        )
        condition = Condition(assets=reading.heads, tags=reading.tags, after=reading.situation.position)
        return self._store.writer.append(AppendRequest(drafts, condition, request_id, fingerprint.digest()))

    def _drafts(self, result: _Result, request_id: str, situation: Situation) -> Iterator[Draft]:
        """The entries of a result, as `Situation.after` foresaw them."""
        item = result.item
        own: tuple[str, ...] = (_TEXT + item.digest, _ANSWER + sha256(encoded(result.answer)).hexdigest())
        commitments = item.commitments
        for ruling in result.rulings:
            assert ruling.source is not None
            said = ruling.decision.said
            for each, source in zip(said, sources(said, ruling.source), strict=True):
                yield Draft(
                    type=each.fact.TYPE,
                    type_v=each.fact.VERSION,
                    entry_class=each.by or ruling.entry_class,
                    subjects=(*each.fact.tags(), act_tag(ruling.act), *_reported(source), *own),
                    effective_at=each.effective_at or each.fact.effective_on or situation.today,
                    actor=self._actor,
                    command_id=request_id,
                    data=each.fact.as_data(),
                    salt=next(self._salts),
                    source=source,
                    commitments=commitments,
                )
                own, commitments = (), ()


def _reserved(command: Command) -> Iterator[Finding]:
    """Nobody hands in a command under the ledger's own ids, nor a report as if this ledger had made it.

    What is reported under the number of an earlier recording restates it.
    """
    given = command.command_id
    if given.startswith(_RESERVED):
        expected = "an id that does not begin as those of the ledger itself do"
        yield refuse("N-5", "FIELD_INVALID", pointer="/command_id", given=given, expected=expected)
    source = getattr(command, "source", None)
    if isinstance(source, SourceSaid) and source.registry == PLATFORM:
        expected = "a register, court or gazette other than this ledger"
        yield refuse("N-1", "FIELD_INVALID", pointer="/source/register", given=PLATFORM, expected=expected)


def _reported(source: Source) -> tuple[str, ...]:
    """The tag of a register's recording, by which an import finds that it was reported already."""
    return () if source.register == PLATFORM else (f"record:{source.register}:{source.number}",)


def _abort(results: list[_Result]) -> None:
    """All or nothing: where one has no effect, none of the others may."""
    culprit = next((place for place, result in enumerate(results) if not result.accepted), None)
    if culprit is None:
        return
    named = results[culprit].item.command_id or f"/{culprit}"
    for result in results:
        if result.rulings:
            result.rulings = aborted(result.rulings, named)


def _numbered(result: _Result, place: int) -> tuple[Answer, int]:
    """The answer to rulings whose entries stand from `place` on, and the place behind them."""
    answers = []
    for ruling in result.rulings:
        behind = place + len(ruling.decision.said)
        answers.append((ruling, range(place, behind)))
        place = behind
    (own, positions), *freed = answers
    acts = [described(ruling.act, ruling.decision, places) for ruling, places in freed]
    return described(own.act, own.decision, positions, acts), place


def _documents(result: _Result) -> Iterator[tuple[bytes, str]]:
    """What was submitted, what was answered, and the text of a held act, which is its source when freed."""
    assert result.item.submitted is not None
    yield result.item.submitted.text.encode(), _JSON
    yield encoded(result.answer), ANSWER_TYPE
    for ruling in result.rulings:
        for said in ruling.decision.said:
            if isinstance(said.fact, ActHeld):
                yield said.fact.command.encode(), _JSON


def _concerned(results: list[_Result]) -> Iterator[str]:
    for result in results:
        for ruling in result.rulings:
            for said in ruling.decision.said:
                yield from said.fact.rights


def _tagged(entry: Entry, kind: str) -> str:
    return next(tag.removeprefix(kind) for tag in entry.subjects if tag.startswith(kind))


def _became(act: str, entries: tuple[Entry, ...], answer: Answer, situation: Situation) -> dict[str, Any]:
    """Where a held act stands: `held`, `expired`, `activated`, `refused` or `withdrawn`, and its entries."""
    rights = [right for entry in entries for right in entry.asset_ids]
    held = next(
        each
        for _, statement in situation.statements(rights)
        for each in statement.get("held", ())
        if each["act"] == act
    )
    lapsed = held["state"] == "held" and situation.today > held["until"]
    later = {entry.position for entry in entries} | set(held["entries"])
    return {
        "state": "expired" if lapsed else held["state"],
        "on": held["until"] if lapsed else held["ended_on"],
        "codes": held["codes"],
        "positions": sorted(later.difference(answer["positions"])),
    }


def _difference(first: _Item, text: str) -> str:
    assert first.submitted is not None
    return first_difference(orjson.loads(first.submitted.text), orjson.loads(text)) or ""


def _id_reused(item: _Item, pointer: str) -> Answer:
    """N-5: the id stands for other content already; `pointer` is the first member that differs."""
    found = refuse("N-5", "COMMAND_ID_REUSED", pointer=pointer, reference=item.command_id)
    return refused(item.command_id, [found])


def _without_positions(answer: Answer) -> Answer:
    acts = [_without_positions(act) for act in answer["acts"]]
    return answer | {"positions": [], "acts": acts}
