"""Which report of a recording counts: restatements and corrective recordings (K-1, K-5, U-1).

Everything stays on record. A recording met again with other content counts as last reported; a corrective
recording replaces the content of the one it corrects, through any chain of corrections, the latest winning.
The corrected recording keeps its own place in the register: a correction never improves a rank (K-4).
"""

from typing import Any

from ledger.facts.base import Fact, record_id
from ledger.facts.corrections import RecordingCorrected, RecordingNoted
from ledger.facts.licenses import LicenseRecorded
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.facts.transfers import PartyRenamed, TransferRegistered, TransmissionRegistered
from ledger.statement.base import Flag, Recorded, listed


def settle(recorded: list[Recorded]) -> tuple[list[Recorded], list[Flag]]:
    """The recordings that count, corrections applied, in order of position; and what must be said of it."""
    current, flags = _restatements(recorded)
    corrections = {
        (item.record.register, item.record.number): item
        for item in current
        if isinstance(item.fact, RecordingCorrected)
    }
    if not corrections:
        return current, flags
    originals = {
        (item.record.register, item.record.number): item
        for item in current
        if not isinstance(item.fact, RecordingCorrected)
    }
    chains: dict[tuple[str, str], list[Recorded]] = {}
    standing: list[Recorded] = []
    for item in sorted(corrections.values(), key=lambda each: each.record.register_order):
        root, cycle = _root(item, corrections)
        if root in originals:
            chains.setdefault(root, []).append(item)
            continue
        standing.append(_on_its_own(item))
        flags.append(_unrooted(item, root[1], cycle=cycle))
    settled = [
        _restate(item, chains[key]) if (key := (item.record.register, item.record.number)) in chains else item
        for item in current
        if not isinstance(item.fact, RecordingCorrected)
    ]
    flags += [_corrected(originals[key], chain) for key, chain in chains.items()]
    return sorted(settled + standing, key=lambda item: item.record.position), flags


def _restatements(recorded: list[Recorded]) -> tuple[list[Recorded], list[Flag]]:
    """Each recording once, as last reported."""
    latest: dict[tuple[str, str, str], Recorded] = {}
    repeated: dict[tuple[str, str, str], list[int]] = {}
    current: list[Recorded] = []
    for item in recorded:
        if isinstance(item.fact, RightRegistered | RightDescribed):
            current.append(item)
            continue
        key = (item.record.register, item.record.number, item.fact.TYPE)
        if key in latest:
            repeated.setdefault(key, [latest[key].record.position]).append(item.record.position)
        latest[key] = item
    flags = [
        Flag(
            "RECORDING_RESTATED",
            tuple(entries),
            since=latest[key].record.registered_on,
            data={"number": key[1]},
        )
        for key, entries in repeated.items()
    ]
    current += latest.values()
    return sorted(current, key=lambda item: item.record.position), flags


def _root(
    item: Recorded, corrections: dict[tuple[str, str], Recorded]
) -> tuple[tuple[str, str], list[Recorded]]:
    """The recording a chain of corrections ends at, and the chain if it runs in a circle."""
    chain: list[Recorded] = [item]
    while True:
        fact = chain[-1].fact
        target = (item.record.register, getattr(fact, "corrects", None) or "")
        if target not in corrections:
            return target, []
        if corrections[target] in chain:
            return target, chain
        chain.append(corrections[target])


def _restate(item: Recorded, chain: list[Recorded]) -> Recorded:
    """`item` with the content of the last correction."""
    correction = chain[-1].fact
    assert isinstance(correction, RecordingCorrected)
    fact = item.fact.model_copy(update=_content(item.fact, correction))
    effective_on = fact.effective_on or item.record.effective_on
    record = item.record
    moved = type(record)(
        record.position,
        record.register,
        record.number,
        record.authority,
        record.registered_on,
        effective_on,
    )
    return Recorded(moved, fact, tuple(each.record for each in chain))


_SIDES: dict[type[Fact], tuple[str, str]] = {
    TransferRegistered: ("grantors", "grantees"),
    TransmissionRegistered: ("grantors", "grantees"),
    PartyRenamed: ("grantors", "grantees"),
    PledgeRegistered: ("pledgors", "pledgees"),
    PledgeReleased: ("releasors", "beneficiaries"),
    LicenseRecorded: ("licensors", "licensees"),
    RecordingNoted: ("grantors", "grantees"),
}


def _content(fact: Fact, correction: RecordingCorrected) -> dict[str, object]:
    giving, receiving = _SIDES.get(type(fact), ("", ""))
    update: dict[str, object] = {}
    if giving and correction.grantors:
        update[giving] = correction.grantors
    if receiving and correction.grantees:
        update[receiving] = correction.grantees
    if correction.executed_on and "executed_on" in type(fact).model_fields:
        update["executed_on"] = correction.executed_on
    return update


def _on_its_own(item: Recorded) -> Recorded:
    """A correction whose target is unknown, read as what it says it confirms."""
    fact = item.fact
    assert isinstance(fact, RecordingCorrected)
    record = item.record
    common: dict[str, Any] = {
        "rights": fact.rights,
        "executed_on": fact.executed_on,
        "registered_on": fact.registered_on,
        "text": fact.text,
    }
    match fact.restates or "transfer":
        case "pledge":
            restated: Fact = PledgeRegistered(
                pledge=record_id("pld", record.register, record.number),
                pledgors=fact.grantors,
                pledgees=fact.grantees,
                **common,
            )
        case "rename":
            restated = PartyRenamed(grantors=fact.grantors, grantees=fact.grantees, **common)
        case "transmission":
            restated = TransmissionRegistered(
                grantors=fact.grantors, grantees=fact.grantees, cause="other", **common
            )
        case "license":
            restated = LicenseRecorded(
                license=record_id("lic", record.register, record.number),
                licensors=fact.grantors,
                licensees=fact.grantees,
                **common,
            )
        case "release":
            restated = PledgeReleased(releasors=fact.grantors, beneficiaries=fact.grantees, **common)
        case _:
            restated = TransferRegistered(grantors=fact.grantors, grantees=fact.grantees, **common)
    return Recorded(record, restated)


def _unrooted(item: Recorded, target: str, *, cycle: list[Recorded]) -> Flag:
    if cycle:
        return Flag(
            "CORRECTION_CYCLE",
            tuple(sorted(each.record.position for each in cycle)),
            since=item.record.registered_on,
            data={"references": listed(sorted(each.record.number for each in cycle))},
        )
    return Flag(
        "TARGET_UNKNOWN",
        (item.record.position,),
        since=item.record.registered_on,
        data={"number": item.record.number, "target": target or "–"},
    )


def _corrected(original: Recorded, chain: list[Recorded]) -> Flag:
    return Flag(
        "RECORDING_CORRECTED",
        (original.record.position, *(each.record.position for each in chain)),
        since=chain[0].record.registered_on,
        data={
            "number": original.record.number,
            "corrections": listed([each.record.number for each in chain]),
        },
    )
