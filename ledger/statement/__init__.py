"""Floor 2: what the entries of a right mean. One pure fold, used by everything that answers for a right.

`State` gathers a right's entries, `document` resolves them into the statement: canonical JSON that holds
intervals, dates and ranks as facts, so that nothing changes merely because a day passes. `ledger.statement.
view` evaluates it at a day. *Known at K* is the statement of the entries up to K.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ledger import codes, facts
from ledger.entry import Entry
from ledger.facts.base import Fact
from ledger.facts.corrections import RecordingNoted
from ledger.statement import (
    acts,
    amendments,
    claims,
    contributions,
    corrections,
    disputes,
    enforcement,
    fees,
    freezes,
    grants,
    insolvency,
    licenses,
    papers,
    pledge_contracts,
    pledges,
    pools,
    priority,
    procedures,
    registrations,
    status,
    transfer_contracts,
    transfers,
    valuations,
)
from ledger.statement.base import Flag, Grouped, Recorded, of_kinds, record_of

STATEMENT_VERSION: Final = 1


@dataclass(slots=True)
class State:
    """A right's facts as read so far, in order of position."""

    right: str
    recorded: list[Recorded] = field(default_factory=list)

    def evolve(self, entry: Entry) -> None:
        """Take in the right's next entry.

        Raises:
            As `read`.
        """
        self.recorded.append(read(entry))


def read(entry: Entry) -> Recorded:
    """What an entry says and where it stands: the same for every right it concerns.

    Raises:
        UnknownEventType: an event this release cannot read.
        EntryMalformed: data that its schema does not allow.
    """
    fact = facts.read(entry)
    return Recorded(record_of(entry, fact), fact)


def fold(right: str, entries: Iterable[Entry]) -> dict[str, Any]:
    """The statement of `right` from its entries in order of position.

    K-7: of the entries up to K alone it is what was known at K, for ever.
    """
    state = State(right)
    for entry in entries:
        state.evolve(entry)
    return document(state)


def held_acts(state: State) -> list[dict[str, Any]]:
    """The member `held` of the right's statement, without the rest of it."""
    current, _, _ = amendments.apply(state.recorded, state.right)
    settled, _ = corrections.settle(current)
    return acts.resolve(settled, state.right)[0].get("held", [])


def document(state: State) -> dict[str, Any]:
    """The statement as JSON of version 1 (docs/formats.md)."""
    current, answered, amendment_flags = amendments.apply(state.recorded, state.right)
    remaining, flags = corrections.settle(current)
    settled = Grouped(remaining)
    flags += amendment_flags
    description = registrations.describe(state.right, settled)
    sales = enforcement.sale_effects(settled)
    effective = Grouped([*settled, *sales]) if sales else settled
    titles, title_flags = transfers.resolve(effective, description, state.right)
    awaited, awaited_flags = transfer_contracts.resolve(settled, state.recorded, titles, state.right)
    ranked, ranked_flags = priority.resolve(settled, state.right, description.granted_on)
    held, pledge_flags = pledges.resolve(settled, titles, state.right)
    contracts, contract_flags = pledge_contracts.resolve(settled, held, state.right)
    licensed, license_flags = licenses.resolve(effective)
    frozen, queued, freeze_flags = freezes.resolve(settled, titles, description, state.right)
    insolvent, insolvency_flags = insolvency.resolve(settled, titles, held, state.right)
    intervals, status_flags = status.resolve(settled, description, state.right)
    followed, step_flags = procedures.resolve(settled)
    flags += title_flags + pledge_flags + license_flags + freeze_flags + status_flags + step_flags
    flags += _noted(settled) + insolvency_flags
    granted, grant_flags = grants.resolve(effective, licensed, state.right)
    acted, act_flags = acts.resolve(settled, state.right)
    flags += act_flags + contract_flags + awaited_flags + ranked_flags + grant_flags
    contributed, contribution_flags = contributions.resolve(settled, titles)
    flags += contribution_flags
    if intervals[0].status == "INVALID_FULL":
        flags += _objects_lost(held, intervals[0].entry)
    encumbrances = [pledge.as_json() for pledge in held] + licensed + frozen
    enforcement.close(encumbrances, settled)
    return {
        "v": STATEMENT_VERSION,
        "right": state.right,
        "count": len(state.recorded),
        **description.as_json(),
        "titles": [period.as_json() for period in titles],
        "encumbrances": encumbrances,
        "status": [interval.as_json() for interval in intervals],
        "flags": [flag.as_json() for flag in sorted(flags, key=_precedence)],
        # What follows is absent where there is nothing to say.
        **description.further(),
        **registrations.similar_marks(settled),
        **status.stayed(settled, state.right),
        **fees.resolve(settled, description),
        **disputes.resolve(settled),
        **followed,
        **answered,
        **granted,
        **papers.resolve(settled),
        **queued,
        **insolvent,
        **valuations.resolve(settled, state.right),
        **contributed,
        **pools.resolve(settled, state.right),
        **contracts,
        **claims.resolve(settled),
        **enforcement.resolve(settled),
        **awaited,
        **ranked,
        **acted,
    }


def _precedence(flag: Flag) -> tuple[int, tuple[int, ...]]:
    return (codes.PRECEDENCE.get(flag.code, len(codes.PRECEDENCE)), flag.entries)


_NOTES: Final[frozenset[type[Fact]]] = frozenset((RecordingNoted,))


def _noted(recorded: list[Recorded]) -> list[Flag]:
    return [
        Flag(
            "RECORDING_UNKNOWN",
            item.entries,
            since=item.record.registered_on,
            data={"number": item.record.number, "recorded": item.fact.text or item.fact.code},
        )
        for item in of_kinds(recorded, _NOTES)
        if isinstance(item.fact, RecordingNoted) and item.fact.unknown
    ]


def _objects_lost(held: list[pledges.Pledge], entry: int) -> list[Flag]:
    return [
        Flag(
            "OBJECT_LOST",
            (*pledge.item.entries, entry),
            since=pledge.item.record.registered_on,
            data={"reference": pledge.number},
        )
        for pledge in held
        if pledge.open
    ]
