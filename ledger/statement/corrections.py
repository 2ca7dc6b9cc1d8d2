"""Which report of a recording counts: restatements and corrective recordings (K-1, K-5, U-1).

Everything stays on record. A recording met again with other content counts as last reported; a corrective
recording replaces the content of the one it corrects, through any chain of corrections, the latest winning.
The corrected recording keeps its own place in the register: a correction never improves a rank (K-4).
"""

from dataclasses import replace
from typing import Any, Final

from ledger.facts.base import Fact, Party, record_id
from ledger.facts.corrections import RecordingCorrected, RecordingNoted
from ledger.facts.licenses import LicenseRecorded
from ledger.facts.pledges import PledgeAssigned, PledgeRegistered, PledgeReleased
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.facts.transfers import PartyRenamed, TransferRegistered, TransmissionRegistered
from ledger.statement.base import Flag, Record, Recorded, listed, of_kinds
from ledger.statement.registrations import DESCRIPTIONS

_CORRECTIONS: Final[frozenset[type[Fact]]] = frozenset((RecordingCorrected,))
_Key = tuple[str, str]
"""Register and number: what a correction names its target by."""


def settle(recorded: list[Recorded]) -> tuple[list[Recorded], list[Flag]]:
    """The recordings that count, corrections applied, in order of position; and what must be said of it."""
    current, flags = _restatements(recorded)
    corrections: dict[_Key, list[Recorded]] = {}
    for item in of_kinds(current, _CORRECTIONS):
        corrections.setdefault(_key(item), []).append(item)
    if not corrections:
        return current, flags
    originals: dict[_Key, list[Recorded]] = {}
    for item in filter(_is_original, current):
        originals.setdefault(_key(item), []).append(item)
    chains: dict[_Key, list[Recorded]] = {}
    standing: list[Recorded] = []
    correcting = [item for items in corrections.values() for item in items]
    for item in sorted(correcting, key=lambda each: each.record.register_order):
        roots = _roots(item, corrections)
        found = [root for root, cycle in roots if root in originals and not cycle]
        for root in found:
            chains.setdefault(root, []).append(item)
        if not found:
            standing.append(_on_its_own(item))
            flags += [_unrooted(item, root[1], cycle) for root, cycle in roots]
    settled = [
        item
        for item in current
        if not (_is_original(item) and _key(item) in chains) and not isinstance(item.fact, RecordingCorrected)
    ]
    for key, chain in chains.items():
        settled += [_restate(item, chain, alone=len(originals[key]) == 1) for item in originals[key]]
        flags.append(_corrected(originals[key], chain))
    return sorted(settled + standing, key=lambda item: item.record.position), _each_once(flags)


def _key(item: Recorded) -> _Key:
    return (item.record.register, item.record.number)


def _is_original(item: Recorded) -> bool:
    return not isinstance(item.fact, RecordingCorrected | RightRegistered | RightDescribed)


def _restatements(recorded: list[Recorded]) -> tuple[list[Recorded], list[Flag]]:
    """Each recording once, as last reported."""
    latest: dict[tuple[str, str, str, str], Recorded] = {}
    repeated: dict[tuple[str, str, str, str], list[int]] = {}
    current: list[Recorded] = []
    for item in recorded:
        if type(item.fact) in DESCRIPTIONS:
            current.append(item)
            continue
        # One corrective recording may name several: each of its corrections is a report of its own.
        corrects = (item.fact.corrects or "") if isinstance(item.fact, RecordingCorrected) else ""
        key = (item.record.register, item.record.number, item.fact.TYPE, corrects)
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


def _roots(
    item: Recorded, corrections: dict[_Key, list[Recorded]]
) -> list[tuple[_Key, tuple[Recorded, ...]]]:
    """The recordings a chain of corrections ends at, each with the chain if it runs in a circle.

    Each correction on the way is followed once, by whatever way it is first met: a filer who lets every
    recording name all earlier ones costs no more than their number.
    """
    roots: dict[_Key, tuple[Recorded, ...]] = {}
    met: set[tuple[_Key, str]] = set()
    open_chains: list[tuple[Recorded, ...]] = [(item,)]
    while open_chains:
        chain = open_chains.pop()
        fact = chain[-1].fact
        assert isinstance(fact, RecordingCorrected)
        target = (item.record.register, fact.corrects or "")
        if target in {_key(each) for each in chain}:
            roots[target] = chain
            continue
        if target not in corrections:
            roots.setdefault(target, ())
        for each in corrections.get(target, []):
            step = (target, getattr(each.fact, "corrects", None) or "")
            if step not in met:
                met.add(step)
                open_chains.append((*chain, each))
    return list(roots.items())


def _restate(item: Recorded, chain: list[Recorded], *, alone: bool) -> Recorded:
    """`item` with the content of its corrections, in their order; `alone` if its number holds no other."""
    fact = item.fact
    for each in chain:
        assert isinstance(each.fact, RecordingCorrected)
        fact = _corrected_fact(fact, each.fact, item.record, alone=alone)
    record = replace(item.record, effective_on=fact.effective_on or item.record.effective_on, type=fact.TYPE)
    return Recorded(record, fact, tuple(each.record for each in chain))


_KINDS: Final[dict[type[Fact], tuple[str, str, str]]] = {
    TransferRegistered: ("transfer", "grantors", "grantees"),
    TransmissionRegistered: ("transmission", "grantors", "grantees"),
    PartyRenamed: ("rename", "grantors", "grantees"),
    PledgeRegistered: ("pledge", "pledgors", "pledgees"),
    PledgeAssigned: ("pledge_assignment", "grantors", "grantees"),
    PledgeReleased: ("release", "releasors", "beneficiaries"),
    LicenseRecorded: ("license", "licensors", "licensees"),
    RecordingNoted: ("note", "grantors", "grantees"),
}
"""What a correction may call the fact, and its members for the conveying and the receiving side."""


def _corrected_fact(fact: Fact, correction: RecordingCorrected, record: Record, *, alone: bool) -> Fact:
    """`fact` with the parties, date and, where the correction says so, nature that it should have had.

    A pledge stays a pledge whatever a correction calls it: a form's "hereby confirms the assignment" must
    not turn an encumbrance into a change of owner.
    """
    if type(fact) not in _KINDS:
        return fact
    kind, giving, receiving = _KINDS[type(fact)]
    grantors = correction.grantors or getattr(fact, giving)
    grantees = correction.grantees or getattr(fact, receiving)
    executed_on = correction.executed_on or getattr(fact, "executed_on", None)
    restates = correction.restates
    if alone and kind != "pledge" and restates is not None and restates != kind:
        return _as_kind(
            restates,
            record,
            grantors,
            grantees,
            rights=fact.rights,
            executed_on=executed_on,
            registered_on=getattr(fact, "registered_on", None),
            text=correction.text,
        )
    return fact.model_copy(update={giving: grantors, receiving: grantees, "executed_on": executed_on})


def _on_its_own(item: Recorded) -> Recorded:
    """A correction whose target is unknown, read as what it says it confirms."""
    fact = item.fact
    assert isinstance(fact, RecordingCorrected)
    restated = _as_kind(
        fact.restates or "transfer",
        item.record,
        fact.grantors,
        fact.grantees,
        rights=fact.rights,
        executed_on=fact.executed_on,
        registered_on=fact.registered_on,
        text=fact.text,
    )
    return Recorded(replace(item.record, type=restated.TYPE), restated)


def _as_kind(
    kind: str, record: Record, grantors: tuple[Party, ...], grantees: tuple[Party, ...], **common: Any
) -> Fact:
    match kind:
        case "pledge":
            pledge = record_id("pld", record.register, record.number)
            return PledgeRegistered(pledge=pledge, pledgors=grantors, pledgees=grantees, **common)
        case "rename":
            return PartyRenamed(grantors=grantors, grantees=grantees, **common)
        case "transmission":
            return TransmissionRegistered(grantors=grantors, grantees=grantees, cause="other", **common)
        case "license":
            license_ = record_id("lic", record.register, record.number)
            return LicenseRecorded(license=license_, licensors=grantors, licensees=grantees, **common)
        case "release":
            return PledgeReleased(releasors=grantors, beneficiaries=grantees, **common)
        case _:
            return TransferRegistered(grantors=grantors, grantees=grantees, **common)


def _unrooted(item: Recorded, target: str, cycle: tuple[Recorded, ...]) -> Flag:
    if cycle:
        return Flag(
            "CORRECTION_CYCLE",
            tuple(sorted(each.record.position for each in cycle)),
            since=min(each.record.registered_on for each in cycle),
            data={"references": listed(sorted(each.record.number for each in cycle))},
        )
    return Flag(
        "TARGET_UNKNOWN",
        (item.record.position,),
        since=item.record.registered_on,
        data={"number": item.record.number, "target": target or "–"},
    )


def _corrected(originals: list[Recorded], chain: list[Recorded]) -> Flag:
    return Flag(
        "RECORDING_CORRECTED",
        tuple(each.record.position for each in (*originals, *chain)),
        since=chain[0].record.registered_on,
        data={
            "number": originals[0].record.number,
            "corrections": listed([each.record.number for each in chain]),
        },
    )


def _each_once(flags: list[Flag]) -> list[Flag]:
    """A circle of corrections is met from each of its members and told once."""
    return list({(flag.code, flag.entries): flag for flag in flags}.values())
