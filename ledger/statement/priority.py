"""Who prevails between two conveyances of one US right: the section `priority` (U-3 to U-5).

It is there only where somebody stated value, notice or good faith of a conveyance, because without them no
register tells who prevails. A pair is two conveyances by the same grantor, of which the earlier left nothing
for the later; each is told with the clause that decides, its days, and what is not known.

| clause | who prevails |
|---|---|
| recorded_in_time | the earlier: recorded within the months the law gives |
| recorded_before | the earlier: recorded before the later was signed, in copyright before it was recorded |
| later_protected | the later: for value and without notice; in copyright also recorded first, in good faith |
| later_not_protected | the earlier: the later was a gift, knew, or was not in good faith |
| none_recorded | the earlier, as long as the later is not recorded (copyright) |
| license_taken_before | the nonexclusive license: written, and taken before the transfer or its recording |
| undetermined | nobody that could be told: `unknown` says what is missing |

Patents: 35 USC 261. Marks: 15 USC 1060(a)(4). Copyright: 17 USC 205(c) to (e). Months end on the day of the
same number; one that ends on a Saturday or Sunday may run to Monday (35 USC 21(b)), and a recording in
between is undetermined here, since the calendar of federal holidays is not at hand.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party
from ledger.facts.licenses import LicenseRecorded
from ledger.facts.pledges import PledgeRegistered
from ledger.facts.transfers import ConveyanceQualified, TransferContracted, TransferRegistered
from ledger.statement.base import Flag, Recorded, names, of_kinds
from ledger.statement.conveyances import completions, fit
from ledger.values.calendar import term_end
from ledger.values.dates import parse_day
from ledger.values.parties import same_party
from ledger.values.rights import parse_right_id

_CONVEYANCES: Final[frozenset[type[Fact]]] = frozenset(
    (TransferRegistered, TransferContracted, PledgeRegistered, LicenseRecorded)
)
_QUALIFIED: Final[frozenset[type[Fact]]] = frozenset((ConveyanceQualified,))
_QUALITIES: Final = ("for_value", "without_notice", "good_faith", "executed_abroad")
_LAWS: Final = {"patent": "35 USC 261", "trademark": "15 USC 1060(a)(4)", "copyright": "17 USC 205"}
_SATURDAY: Final = 5


@dataclass(slots=True)
class _Conveyed:
    """A conveyance, when it was signed and recorded, and what is known of its taker."""

    kind: str
    register: str
    number: str
    grantors: tuple[Party, ...]
    grantees: tuple[Party, ...]
    executed_on: str | None
    recorded_on: str | None
    entries: list[int]
    called: set[str]
    qualities: dict[str, bool] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "register": self.register,
            "number": self.number,
            "from": names(self.grantors),
            "to": names(self.grantees),
            "executed_on": self.executed_on,
            "recorded_on": self.recorded_on,
        }


@dataclass(frozen=True, slots=True)
class _Outcome:
    """`prevails` is `earlier`, `later` or None; `deadline` the last day for the earlier one's recording."""

    prevails: str | None
    clause: str
    deadline: str | None = None
    unknown: tuple[str, ...] = ()
    open_until: str | None = None
    """The earlier one prevails after all if it is recorded by then."""


def is_conveyance(item: Recorded, register: str, number: str) -> bool:
    """Whether a recorded fact is the conveyance of that name: a recording, or a contract by its id."""
    if type(item.fact) not in _CONVEYANCES:
        return False
    if isinstance(item.fact, TransferContracted) and number == item.fact.transfer:
        return True
    return (item.record.register, item.record.number) == (register, number)


def resolve(
    recorded: list[Recorded], right: str, granted_on: str | None
) -> tuple[dict[str, Any], list[Flag]]:
    """U-3 to U-5: `priority` in order of signing, absent where nobody stated what decides it; and its flags.

    `granted_on` is the day of the work's registration, without which recording gives no constructive notice
    (17 USC 205(c)); where it is not known the work, which its id names by a registration, is taken to have
    been registered.
    """
    stated = of_kinds(recorded, _QUALIFIED)
    law = _LAWS.get(parse_right_id(right).kind)
    if not stated or law is None or parse_right_id(right).office != "US":
        return {}, []
    conveyed = _conveyances(recorded, right)
    for item in stated:
        _qualify(item, conveyed)
    found: list[dict[str, Any]] = []
    flags: list[Flag] = []
    for one, other in combinations(conveyed, 2):
        earlier, later = sorted((one, other), key=_signing)
        if not _conflict(earlier, later, conveyed, law):
            continue
        outcome = _outcome(earlier, later, law, granted_on)
        entries = sorted({*earlier.entries, *later.entries})
        found.append(_as_json(earlier, later, law, outcome, entries))
        flags.append(_flag(earlier, later, law, outcome, entries))
    return ({"priority": found} if found else {}), flags


def _signing(conveyed: _Conveyed) -> tuple[str, str, int]:
    return (conveyed.executed_on or "", conveyed.recorded_on or "9999", conveyed.entries[0])


def _conveyances(recorded: list[Recorded], right: str) -> list[_Conveyed]:
    """Each deed once: a contract of this ledger that was recorded is one with its recording."""
    completed = completions(recorded, right)
    recordings = {item.record.position: position for position, item in completed.items()}
    found = []
    for item in of_kinds(recorded, _CONVEYANCES):
        if item.record.position in recordings:
            continue
        conveyed = _read(item)
        contract = completed.get(item.record.position)
        if contract is not None and isinstance(contract.fact, TransferContracted):
            conveyed.called |= {_called(contract), f"LEDGER {contract.fact.transfer}"}
            conveyed.executed_on = conveyed.executed_on or contract.fact.executed_on
            conveyed.entries += contract.entries
        if conveyed.grantors and conveyed.grantees:
            found.append(conveyed)
    return sorted(found, key=_signing)


def _called(item: Recorded) -> str:
    return f"{item.record.register} {item.record.number}"


def _read(item: Recorded) -> _Conveyed:
    recorded_on: str | None = item.record.registered_on
    called = {_called(item)}
    match item.fact:
        case TransferContracted() as fact:
            kind, givers, takers, recorded_on = "transfer", fact.grantors, fact.grantees, None
            called.add(f"LEDGER {fact.transfer}")
        case PledgeRegistered() as fact:
            kind, givers, takers = "pledge", fact.pledgors, fact.pledgees
        case LicenseRecorded() as fact:
            # An exclusive license is a transfer of ownership (17 USC 101).
            kind = "transfer" if fact.license_kind == "exclusive" else "license"
            givers, takers = fact.licensors, fact.licensees
        case TransferRegistered() as fact:
            kind, givers, takers = "transfer", fact.grantors, fact.grantees
        case other:
            raise AssertionError(other)
    record = item.record
    return _Conveyed(
        kind, record.register, record.number, givers, takers, fact.executed_on, recorded_on,
        list(item.entries), called,
    )  # fmt: skip


def _qualify(item: Recorded, conveyed: list[_Conveyed]) -> None:
    """The later statement counts where two differ."""
    fact = item.fact
    assert isinstance(fact, ConveyanceQualified)
    for each in conveyed:
        if f"{fact.registry} {fact.number}" in each.called or f"LEDGER {fact.number}" in each.called:
            told = {name: getattr(fact, name) for name in _QUALITIES}
            each.qualities |= {name: value for name, value in told.items() if value is not None}
            each.entries += item.entries


def _conflict(earlier: _Conveyed, later: _Conveyed, conveyed: list[_Conveyed], law: str) -> bool:
    """One grantor, two takers, and nothing came back to the grantor in between."""
    kinds = {earlier.kind, later.kind}
    if "license" in kinds and (law != "17 USC 205" or kinds != {"license", "transfer"}):
        return False
    if earlier.kind == "pledge" and law != "17 USC 205":
        return False
    if later.kind == "pledge" and law == "15 USC 1060(a)(4)":
        return False
    shared = [party for party in later.grantors if fit(earlier.grantors, (party,))]
    if not shared or (fit(earlier.grantees, later.grantees) and fit(later.grantees, earlier.grantees)):
        return False
    if fit(earlier.grantees, later.grantors):
        return False
    return not any(_came_back(each, earlier, later, shared) for each in conveyed)


def _came_back(each: _Conveyed, earlier: _Conveyed, later: _Conveyed, grantors: list[Party]) -> bool:
    if each.kind != "transfer" or each is earlier or each is later:
        return False
    days = (earlier.executed_on, each.executed_on, later.executed_on)
    if any(day is None for day in days) or list(days) != sorted(str(day) for day in days):
        return False
    return any(same_party(taker.name, party.name) for taker in each.grantees for party in grantors)


def _outcome(earlier: _Conveyed, later: _Conveyed, law: str, granted_on: str | None) -> _Outcome:
    if earlier.executed_on is None or later.executed_on is None:
        return _Outcome(None, "undetermined", unknown=("executed_on",))
    if earlier.executed_on == later.executed_on:
        return _Outcome(None, "undetermined", unknown=("order_of_signing",))
    if law != "17 USC 205":
        return _three_months(earlier, later)
    if "license" in {earlier.kind, later.kind}:
        return _written_license(earlier, later, granted_on)
    return _copyright(earlier, later, granted_on)


def _three_months(earlier: _Conveyed, later: _Conveyed) -> _Outcome:
    """35 USC 261: void against the later for value without notice, unless recorded in time or before it."""
    recorded_on, signed_on, then = earlier.recorded_on, str(earlier.executed_on), str(later.executed_on)
    deadline = _months_after(signed_on, 3)
    if recorded_on is not None and deadline is not None:
        if recorded_on <= deadline:
            return _Outcome("earlier", "recorded_in_time", deadline)
        if recorded_on < then:
            return _Outcome("earlier", "recorded_before", deadline)
    outcome = _protected(later, ("for_value", "without_notice"), deadline)
    if recorded_on is None and outcome.prevails != "earlier":
        return _Outcome(outcome.prevails, outcome.clause, deadline, outcome.unknown, _next_monday(deadline))
    if outcome.prevails != "earlier" and _within_weekend(recorded_on, deadline):
        return _Outcome(None, "undetermined", deadline, (*outcome.unknown, "weekend_extension"))
    return outcome


def _copyright(earlier: _Conveyed, later: _Conveyed, granted_on: str | None) -> _Outcome:
    """17 USC 205(d): the earlier if recorded in time or first; else the later, if it is protected."""
    first, second = _notice_day(earlier, granted_on), _notice_day(later, granted_on)
    signed_on = str(earlier.executed_on)
    abroad = earlier.qualities.get("executed_abroad")
    deadline = _months_after(signed_on, 2 if abroad else 1)
    if first is not None and deadline is not None and first <= deadline:
        return _Outcome("earlier", "recorded_in_time", deadline)
    if first is not None and (second is None or first < second):
        return _Outcome("earlier", "recorded_before", deadline)
    if second is None:
        return _Outcome("earlier", "none_recorded", deadline)
    if first == second:
        return _Outcome(None, "undetermined", deadline, ("order_of_recording",))
    longest = _months_after(signed_on, 2) if abroad is None else deadline
    outcome = _protected(later, ("good_faith", "for_value", "without_notice"), deadline)
    return outcome if outcome.prevails == "earlier" else _while_in_time(outcome, first, longest)


def _while_in_time(outcome: _Outcome, recorded_on: str | None, longest: str | None) -> _Outcome:
    """The same, unless the earlier can still be recorded, or was in time had it been signed abroad."""
    if recorded_on is None:
        return replace(outcome, open_until=longest)
    if longest is not None and recorded_on <= longest:
        return replace(
            outcome, prevails=None, clause="undetermined", unknown=(*outcome.unknown, "executed_abroad")
        )
    return outcome


def _written_license(earlier: _Conveyed, later: _Conveyed, granted_on: str | None) -> _Outcome:
    """17 USC 205(e): taken before the transfer, or in good faith before its recording and without notice."""
    if earlier.kind == "license":
        return _Outcome("earlier", "license_taken_before")
    recorded_on = _notice_day(earlier, granted_on)
    if recorded_on is not None and recorded_on <= str(later.executed_on):
        return _Outcome("earlier", "recorded_before")
    return _protected(later, ("good_faith", "without_notice"), None, "license_taken_before")


def _notice_day(conveyed: _Conveyed, granted_on: str | None) -> str | None:
    """The day a recording gives constructive notice: not before the work is registered (17 USC 205(c))."""
    if conveyed.recorded_on is None:
        return None
    return max(conveyed.recorded_on, granted_on or conveyed.recorded_on)


def _protected(
    later: _Conveyed, needed: tuple[str, ...], deadline: str | None, clause: str = "later_protected"
) -> _Outcome:
    known = [later.qualities.get(name) for name in needed]
    if any(value is False for value in known):
        return _Outcome("earlier", "later_not_protected", deadline)
    unknown = tuple(name for name, value in zip(needed, known, strict=True) if value is None)
    if unknown:
        return _Outcome(None, "undetermined", deadline, unknown)
    return _Outcome("later", clause, deadline)


def _months_after(day: str, months: int) -> str | None:
    """The last day of a term from `day`; None beyond the years the ledger knows."""
    try:
        return term_end(parse_day(day), months=months).isoformat()
    except InputRejected:
        return None


def _next_monday(day: str | None) -> str | None:
    """`day`, or the Monday after it where it is a Saturday or Sunday (35 USC 21(b))."""
    if day is None:
        return None
    last = date.fromisoformat(day)
    return (last + timedelta(max(0, 7 - last.weekday()) if last.weekday() >= _SATURDAY else 0)).isoformat()


def _within_weekend(recorded_on: str | None, deadline: str | None) -> bool:
    return recorded_on is not None and deadline is not None and recorded_on <= (_next_monday(deadline) or "")


def _as_json(
    earlier: _Conveyed, later: _Conveyed, law: str, outcome: _Outcome, entries: list[int]
) -> dict[str, Any]:
    return {
        "law": law,
        "earlier": earlier.as_json(),
        "later": later.as_json(),
        "prevails": outcome.prevails,
        "clause": outcome.clause,
        "deadline": outcome.deadline,
        "open_until": outcome.open_until,
        "unknown": list(outcome.unknown),
        "entries": entries,
    }


def _flag(earlier: _Conveyed, later: _Conveyed, law: str, outcome: _Outcome, entries: list[int]) -> Flag:
    both = (earlier, later)
    numbers = {"earlier": earlier.number, "later": later.number}
    since = max(each.executed_on or each.recorded_on or "" for each in both) or None
    if outcome.prevails is None:
        data = {"reference": list(numbers.values()), "field": list(outcome.unknown), "given": law}
        return Flag("PRIORITY_UNDETERMINED", tuple(entries), since=since, data={"rule": "U-3", **data})
    loser = "later" if outcome.prevails == "earlier" else "earlier"
    data = {"number": numbers[outcome.prevails], "reference": numbers[loser], "given": law}
    return Flag("PRIORITY_CONFLICT", tuple(entries), since=since, data={"rule": "U-3", **data})


def shown(statement: dict[str, Any], day: str) -> dict[str, list[dict[str, Any]]]:
    """`priority` as it stands on a day, with a sentence for each pair; absent where there is none.

    Until `open_until` nobody prevails yet: the earlier conveyance can still be recorded in time.
    """
    found = [_shown(pair, day) for pair in statement.get("priority", ()) if _begun(pair, day)]
    return {"priority": found} if found else {}


def _begun(pair: dict[str, Any], day: str) -> bool:
    signed: str | None = pair["later"]["executed_on"]
    return signed is None or signed <= day


def _shown(pair: dict[str, Any], day: str) -> dict[str, Any]:
    open_still = pair["open_until"] is not None and day <= pair["open_until"]
    prevails = None if open_still else pair["prevails"]
    clause = "open" if open_still else pair["clause"]
    data = {
        "earlier": pair["earlier"]["number"],
        "later": pair["later"]["number"],
        "deadline": pair["deadline"] or "–",
        "law": pair["law"],
        "recorded": pair["earlier"]["recorded_on"] or "–",
        "signed": pair["later"]["executed_on"] or "–",
        "until": pair["open_until"] or "–",
        "unknown": ", ".join(pair["unknown"]) or "–",
    }
    english, chinese = _SENTENCES[clause]
    message = {"en": english.format_map(data), "zh": chinese.format_map(data)}
    return {**pair, "prevails": prevails, "clause": clause, "message": message}


_LATER_PROTECTED: Final = (
    "{later} prevails over {earlier}: signed {signed} for value and without notice, and {earlier} was not "
    "recorded by {deadline} nor before it ({law})"
)
_LATER_PROTECTED_ZH: Final = (
    "{later} 优先于 {earlier}：{signed} 签署，支付对价且不知情，而 {earlier} "
    "未于 {deadline} 前或者先于其登记（{law}）"
)
_NONE_RECORDED: Final = (
    "{earlier} prevails over {later}, signed first; {later} can still prevail by being recorded first ({law})"
)
_SENTENCES: Final = {
    "recorded_in_time": (
        "{earlier} prevails over {later}: recorded {recorded}, within the time that ended {deadline} ({law})",
        "{earlier} 优先于 {later}：于 {recorded} 登记，未逾 {deadline} 届满的期限（{law}）",
    ),
    "recorded_before": (
        "{earlier} prevails over {later}: recorded {recorded}, before the later one ({law})",
        "{earlier} 优先于 {later}：于 {recorded} 登记，先于在后者（{law}）",
    ),
    "later_protected": (_LATER_PROTECTED, _LATER_PROTECTED_ZH),
    "later_not_protected": (
        "{earlier} prevails over {later}, which was not for value, in good faith and without notice ({law})",
        "{earlier} 优先于 {later}：后者并非支付对价、善意且不知情（{law}）",
    ),
    "none_recorded": (
        _NONE_RECORDED,
        "{earlier} 签署在先，优先于 {later}；后者仍可因先登记而优先（{law}）",
    ),
    "license_taken_before": (
        "the written nonexclusive license prevails over the transfer ({law}): {earlier}, {later}",
        "书面非独占许可优先于转让（{law}）：{earlier}、{later}",
    ),
    "undetermined": (
        "who prevails of {earlier} and {later} cannot be told: not known are {unknown} ({law})",
        "{earlier} 与 {later} 孰先无法判断：尚不知 {unknown}（{law}）",
    ),
    "open": (
        "not settled yet: {earlier} prevails over {later} if it is recorded by {until} ({law})",
        "尚未确定：{earlier} 如于 {until} 前登记，则优先于 {later}（{law}）",
    ),
}
