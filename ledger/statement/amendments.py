"""Which entries count after corrections, retractions and reversals of entries (K-1 to K-7, K-9).

Nothing is removed from the record: the statement lists every answered entry under `corrections`. A target
stands before what answers it, so following targets always ends; an entry that claims otherwise is no
correction of anything. The latest standing correction of a target gives its content (K-5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.facts.base import Fact, Party
from ledger.facts.consents import ConsentGiven
from ledger.facts.corrections import EntryCorrected, EntryRetracted, EntryReversed
from ledger.facts.freezes import FreezeImposed
from ledger.statement.base import Flag, Record, Recorded, listed, of_kinds
from ledger.values.parties import party_id

Amendment = EntryCorrected | EntryRetracted | EntryReversed

AMENDMENTS: Final[frozenset[type[Fact]]] = frozenset((EntryCorrected, EntryRetracted, EntryReversed))

EXECUTED: Final = frozenset(
    (
        "claim.drawn",
        "claim.repaid",
        "disposal.completed",
        "fee.paid",
        "judicial_sale.completed",
        "loan.interest_paid",
        "loan.recovered",
        "loss.covered",
        "pledge.object_replaced",
        "pool.collected",
        "pool.deal_redeemed",
        "pool.disposed",
        "pool.period_run",
        "pool.topped_up",
        "proceeds.distributed",
        "subsidy.granted",
    )
)
"""Types of facts that say a payment, distribution or sale was carried out (K-9)."""


def apply(
    recorded: list[Recorded], right: str
) -> tuple[list[Recorded], dict[str, list[dict[str, Any]]], list[Flag]]:
    """What counts, in order of position; the member `corrections`, absent where empty; and the flags."""
    answers = _answers(recorded)
    if answers is None:
        return recorded, {}, []
    flags = list(_unfounded(answers, right))
    current: list[Recorded] = []
    for item in recorded:
        if type(item.fact) in AMENDMENTS:
            continue
        position = item.record.position
        executed = item.fact.TYPE in EXECUTED
        if executed and (position in answers.voids or position in answers.corrections):
            flags.append(_stands(item, [*answers.corrections.get(position, ()), *answers.void_of(position)]))
            current.append(item)
        elif position in answers.voids:
            flags.append(_voided(item, answers.voids[position]))
        elif position in answers.corrections:
            chain = answers.corrections[position]
            current.append(_restated(item, chain))
            flags.append(_corrected(item, chain))
            if not _keeps_its_place(item, chain[-1]):
                flags.append(_backdated(item, chain[-1]))
        else:
            current.append(item)
    for position, void in answers.voids.items():
        flags += _dependants(answers.by_position[position], void, current, right)
    listing = list(_told(answers))
    return current, {"corrections": listing} if listing else {}, flags


def root_of(recorded: list[Recorded], item: Recorded) -> Recorded:
    """The entry that `item` restates through a chain of corrections; itself if it is no correction."""
    by_position = {each.record.position: each for each in recorded}
    return _root(item, by_position) or item


def standing(recorded: list[Recorded], position: int) -> Recorded | None:
    """The entry at `position` as it counts now; None if it is none of these, or void.

    For a correction that is not void, the correction itself.
    """
    answers = _answers(recorded)
    found = next((each for each in recorded if each.record.position == position), None)
    if found is None or answers is None or type(found.fact) in AMENDMENTS:
        return None if answers is not None and position in answers.voids else found
    return next((each for each in apply(recorded, "")[0] if each.record.position == position), None)


def place_of(fact: Fact) -> str | None:
    """The day by which a fact ranks at its register: of service for a freeze (F-5), else of registration."""
    members = vars(fact)
    day: str | None = members.get("registered_on")
    if isinstance(fact, FreezeImposed):
        day = members.get("effective_from") or day
    return day


def own_tags(fact: Fact) -> set[str]:
    """The tag of the very pledge or license a fact is about, not of those it comes from."""
    members = vars(fact)
    return {f"{kind}:{members[kind]}" for kind in ("pledge", "license") if members.get(kind)}


@dataclass(frozen=True, slots=True)
class _Answers:
    """What answers which entry: by the position of the entry answered."""

    by_position: dict[int, Recorded]
    voids: dict[int, Recorded]
    corrections: dict[int, list[Recorded]]
    answering: list[Recorded]

    def void_of(self, position: int) -> list[Recorded]:
        return [self.voids[position]] if position in self.voids else []


def _answers(recorded: list[Recorded]) -> _Answers | None:
    """K-5: the corrections and the void of each entry answered; None where nothing is."""
    answering = of_kinds(recorded, AMENDMENTS)
    if not answering:
        return None
    by_position = {item.record.position: item for item in recorded}
    found = _Answers(by_position, {}, {}, answering)
    # The latest first: whether an answer itself was voided is known before it voids anything.
    for item in sorted(answering, key=lambda each: each.record.position, reverse=True):
        target = _target(item, by_position)
        if target is None or item.record.position in found.voids:
            continue
        if isinstance(item.fact, EntryCorrected):
            root = _root(item, by_position)
            if root is not None:
                found.corrections.setdefault(root.record.position, []).insert(0, item)
        else:
            found.voids.setdefault(target.record.position, item)
    return found


def _target(item: Recorded, by_position: dict[int, Recorded]) -> Recorded | None:
    fact = item.fact
    assert isinstance(fact, Amendment)
    target = by_position.get(fact.target.position)
    if target is None or target.record.position >= item.record.position:
        return None
    return target


def _root(item: Recorded, by_position: dict[int, Recorded]) -> Recorded | None:
    """Through corrections of corrections to what was first recorded, if it is of the type restated."""
    fact = item.fact
    here: Recorded | None = item
    while here is not None and isinstance(here.fact, EntryCorrected):
        here = _target(here, by_position)
    if here is None or (isinstance(fact, EntryCorrected) and fact.restates != here.fact.TYPE):
        return None
    return here


def _restated(item: Recorded, chain: list[Recorded]) -> Recorded:
    last = chain[-1]
    assert isinstance(last.fact, EntryCorrected)
    fact = last.fact.restated
    if not _keeps_its_place(item, last):
        fact = _in_place(fact, item.fact)
    effective_on = fact.effective_on or item.record.effective_on
    registered_on = vars(fact).get("registered_on") or effective_on
    record = replace(item.record, effective_on=effective_on, registered_on=registered_on)
    return Recorded(record, fact, (*item.corrected_by, *(each.record for each in chain)))


def improves(fact: Fact, before: Fact) -> bool:
    """Whether a restatement would rank earlier than what it restates; one without a day might."""
    then, now = place_of(before), place_of(fact)
    return then is not None and (now is None or now < then)


def _keeps_its_place(item: Recorded, correction: Recorded) -> bool:
    """K-4: no earlier place, but by that register's own word or where its certificate was shown."""
    assert isinstance(correction.fact, EntryCorrected)
    if not improves(correction.fact.restated, item.fact):
        return True
    own = correction.record.authority and correction.record.register == item.record.register
    return own or correction.fact.certificate is not None


def _in_place(fact: Fact, before: Fact) -> Fact:
    """`fact` with the place in the register that it had."""
    places = ("registered_on", "effective_from") if isinstance(fact, FreezeImposed) else ("registered_on",)
    kept: dict[str, Any] = {name: vars(before).get(name) for name in places if name in vars(fact)}
    return fact.model_copy(update=kept)


def _told(answers: _Answers) -> Iterator[dict[str, Any]]:
    answered = sorted({*answers.corrections, *answers.voids})
    for position in answered:
        item = answers.by_position[position]
        by = [*answers.corrections.get(position, ()), *answers.void_of(position)]
        yield {
            "entry": position,
            "type": item.fact.TYPE,
            "reference": item.record.number,
            "state": _state(item, position, answers),
            "entries": [each.record.position for each in by],
        }


def _state(item: Recorded, position: int, answers: _Answers) -> str:
    if item.fact.TYPE in EXECUTED:
        return "executed"
    return "void" if position in answers.voids else "corrected"


def _unfounded(answers: _Answers, right: str) -> Iterator[Flag]:
    """Answers to what is not on this right; one that names itself or a later entry would be a circle."""
    by_position = answers.by_position
    for item in answers.answering:
        fact = item.fact
        assert isinstance(fact, Amendment)
        if fact.target.position >= item.record.position:
            data = {"references": listed([item.record.number])}
            yield Flag("CORRECTION_CYCLE", item.entries, since=item.record.effective_on, data=data)
        elif _target(item, by_position) is None or (
            isinstance(fact, EntryCorrected) and _root(item, by_position) is None
        ):
            data = {"reference": str(fact.target.position), "right": right, "rule": "K-1"}
            yield Flag("TARGET_UNKNOWN", item.entries, since=item.record.effective_on, data=data)


def _corrected(item: Recorded, chain: list[Recorded]) -> Flag:
    return Flag(
        "RECORDING_CORRECTED",
        (item.record.position, *(each.record.position for each in chain)),
        since=chain[0].record.effective_on,
        data={"number": item.record.number, "corrections": listed([each.record.number for each in chain])},
    )


def _backdated(item: Recorded, correction: Recorded) -> Flag:
    assert isinstance(correction.fact, EntryCorrected)
    return Flag(
        "RANK_BACKDATING",
        (item.record.position, correction.record.position),
        since=item.record.registered_on,
        data={"reference": item.record.number, "day": place_of(correction.fact.restated)},
    )


def _voided(item: Recorded, void: Recorded) -> Flag:
    return Flag(
        "ENTRY_VOIDED",
        (item.record.position, void.record.position),
        since=item.record.registered_on,
        data={"reference": item.record.number, "number": void.record.number},
    )


def _stands(item: Recorded, answering: list[Recorded]) -> Flag:
    """K-9: what was carried out stays as recorded, and is told to whoever asks."""
    return Flag(
        "EXECUTED_STANDS",
        (item.record.position, *(each.record.position for each in answering)),
        since=item.record.registered_on,
        data={"reference": item.record.number, "number": answering[-1].record.number},
    )


_GIVING: Final = ("grantors", "transferors", "pledgors", "licensors", "assignors", "sublicensors")
_RECEIVING: Final = ("grantees", "transferees", "pledgees", "licensees", "assignees", "sublicensees")
"""Members by which facts name the side that disposes and the side that acquires."""


def _dependants(target: Recorded, void: Recorded, current: list[Recorded], right: str) -> list[Flag]:
    """K-6: later rights that rest on a void act, also through one another; they stand and are listed.

    CC 155, 311 [V] by analogy: who acquired in good faith may keep the right.
    """
    first: Record = target.record
    ours = _ids(target.fact, _GIVING)
    acquired = _ids(target.fact, _RECEIVING) - ours
    spoken_of = own_tags(target.fact)
    found: list[Flag] = []
    for item in sorted(current, key=lambda each: each.record.register_order):
        if item.record.register_order <= first.register_order:
            continue
        rests = (
            bool(acquired & _ids(item.fact, _GIVING))
            or bool(spoken_of.intersection(item.fact.links()))
            or (isinstance(target.fact, ConsentGiven) and _consented_to(target.fact, item.fact))
        )
        if not rests:
            continue
        acquired |= _ids(item.fact, _RECEIVING) - ours
        executed = item.fact.TYPE in EXECUTED
        code = "EXECUTED_STANDS" if executed else "DEPENDS_ON_VOID"
        data = {"reference": item.record.number, "number": void.record.number, "right": right}
        entries = (item.record.position, first.position, void.record.position)
        found.append(Flag(code, entries, since=item.record.registered_on, data=data))
    return found


def _consented_to(consent: ConsentGiven, fact: Fact) -> bool:
    """An act of the kind consented to, with the other side the consent names, where it names one."""
    if fact.TYPE.partition(".")[0] != consent.act:
        return False
    to = {party_id(party.name) for party in consent.to}
    return not to or bool(to & _ids(fact, _RECEIVING))


def _ids(fact: Fact, members: tuple[str, ...]) -> set[str]:
    return {
        party_id(party.name)
        for member in members
        for party in vars(fact).get(member) or ()
        if isinstance(party, Party)
    }
