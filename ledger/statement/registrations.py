"""What a right is: its names, title, dates and inventors, gathered from every report of it.

Beside the members every statement has there are, where something was said of them: `details` (what decides
the term, goods, rights of a work), `renewal` (when a mark can be renewed), `extracts` (days of the register
extracts the reports rest on) and `similar_marks` (lists of marks that go together).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.facts.base import Fact, Party
from ledger.facts.registrations import Particulars, RightDescribed, RightRegistered
from ledger.facts.status import MarksListed, RightGranted
from ledger.statement.base import Recorded, names, of_kinds
from ledger.statement.reading import bundle_of, extract_age
from ledger.values import terms
from ledger.values.calendar import add_months
from ledger.values.dates import LATEST, last_day_of_term, parse_day
from ledger.values.identifiers import PatentSort
from ledger.values.rights import NAME_KINDS, RightId, parse_right_id

DESCRIPTIONS: Final = frozenset((RightRegistered, RightDescribed))


@dataclass(slots=True)
class Description:
    """The right as described so far; the first report of a value wins, names accumulate."""

    names: dict[tuple[str, str], str | None] = field(default_factory=dict)
    title: str | None = None
    sort: str | None = None
    filed_on: str | None = None
    granted_on: str | None = None
    expires_on: str | None = None
    holders: tuple[Party, ...] = ()
    holders_entry: int = 0
    inventors: tuple[Party, ...] = ()
    details: dict[str, Any] | None = None
    """Known members of `Particulars`; None where no report had any."""
    extracts: list[tuple[str, int]] = field(default_factory=list)
    stated_at: int = 0
    """Position of the report that stated `expires_on`; 0 where it is reckoned."""
    arises_by_itself: bool = False
    """A work or software needs no grant (CL 2, SWR 14)."""
    mark: bool = False

    def as_json(self) -> dict[str, Any]:
        """The descriptive members of a statement."""
        return {
            "names": [
                {"kind": kind, "number": number, "on": self.names[kind, number]}
                for kind, number in sorted(self.names, key=_name_order)
            ],
            "title": self.title,
            "sort": self.sort,
            "filed_on": self.filed_on,
            "granted_on": self.granted_on,
            "expires_on": self.expires_on,
            "inventors": names(self.inventors),
        }

    def further(self) -> dict[str, Any]:
        """The members only some statements have."""
        found: dict[str, Any] = {}
        if self.details:
            found["details"] = self.details
        if self.extracts:
            found["extracts"] = [{"on": day, "entry": entry} for day, entry in self.extracts]
        if self.mark and self.details is not None and self.expires_on is not None:
            last = parse_day(self.expires_on)
            found["renewal"] = {
                "from": (add_months(last, -12) + timedelta(1)).isoformat(),
                "grace_until": _months_on(last, 6).isoformat(),
            }
        return found


def _months_on(day: date, months: int) -> date:
    return LATEST if day.year >= LATEST.year else add_months(day, months)


def _name_order(name: tuple[str, str]) -> tuple[int, str]:
    return (NAME_KINDS.index(name[0]), name[1])


def describe(right: str, recorded: list[Recorded]) -> Description:
    """Everything the reports say a right is; holders are those last stated."""
    description = Description()
    for item in of_kinds(recorded, DESCRIPTIONS):
        fact = item.fact
        assert isinstance(fact, RightRegistered | RightDescribed)
        for name in fact.names:
            key = (name.kind, name.number)
            description.names[key] = description.names.get(key) or name.on
        for member in ("title", "sort", "filed_on", "granted_on", "expires_on"):
            if getattr(description, member) is None:
                setattr(description, member, getattr(fact, member))
        if fact.expires_on is not None and not description.stated_at:
            description.stated_at = item.record.position
        _particulars(description, fact, item.record.position)
        description.inventors = description.inventors or fact.inventors
        if fact.holders:
            description.holders, description.holders_entry = fact.holders, item.record.position
    identity = parse_right_id(right)
    description.mark = identity.kind == "trademark"
    if description.details is not None:
        _reckon(identity, description, _granted_on(recorded, description))
    elif description.expires_on is None:
        description.expires_on = _last_day_in_force(right, description)
    return description


def shown(statement: dict[str, Any], day: str) -> dict[str, Any]:
    """`expires_on`, `details`, `renewal`, `extract` and `similar_marks`, each where something was said of it.

    `extract` is `{"on", "age_days"}` of the newest register extract by that day (A-10).
    """
    found: dict[str, Any] = {
        member: statement[member] for member in ("details", "renewal") if member in statement
    }
    age = extract_age(statement, day)
    if age is not None:
        found["extract"] = {"on": (parse_day(day) - timedelta(age)).isoformat(), "age_days": age}
    if found:
        found["expires_on"] = statement["expires_on"]
    bundle = bundle_of(statement)
    return {**found, "similar_marks": bundle} if bundle else found


def stale_on(
    statement: dict[str, Any], day: str, limit: int | None
) -> list[tuple[str, list[int], dict[str, Any]]]:
    """A-10: the flag `STALE_EXTRACT` as code, entries and data, for an extract older than `limit` days."""
    age = extract_age(statement, day)
    if age is None or limit is None or age <= limit:
        return []
    on = (parse_day(day) - timedelta(age)).isoformat()
    entries = [each["entry"] for each in statement["extracts"] if each["on"] == on]
    return [("STALE_EXTRACT", entries, {"right": statement["right"], "day": on, "limit": limit})]


def similar_marks(recorded: list[Recorded]) -> dict[str, list[dict[str, Any]]]:
    """`similar_marks` in order of position; absent where there is no list (T-13)."""
    lists = [
        {
            "rights": sorted(item.fact.rights),
            "source": "register" if item.record.authority else "operator",
            "from": item.record.effective_on,
            "entries": list(item.entries),
        }
        for item in of_kinds(recorded, _LISTS)
        if isinstance(item.fact, MarksListed)
    ]
    return {"similar_marks": lists} if lists else {}


_LISTS: Final[frozenset[type[Fact]]] = frozenset((MarksListed,))


def _particulars(description: Description, fact: RightRegistered | RightDescribed, position: int) -> None:
    """What a report adds; of each member the first report stands."""
    if fact.particulars is not None:
        told = fact.particulars.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        description.details = {**told, **(description.details or {})}
    if fact.extract_on is not None:
        description.extracts.append((fact.extract_on, position))


def _granted_on(recorded: list[Recorded], description: Description) -> date | None:
    """The earliest day of grant or registration anybody told."""
    granting = {"grant", "registration"}
    told = [
        description.granted_on,
        *(day for (kind, _), day in description.names.items() if kind in granting),
        *(item.record.effective_on for item in of_kinds(recorded, _GRANTS)),
    ]
    return _date(min([day for day in told if day], default=None))


_GRANTS: Final[frozenset[type[Fact]]] = frozenset((RightGranted,))


def _reckon(identity: RightId, description: Description, granted_on: date | None) -> None:
    """The last day in force where no report stated it, and the day fees and term count from.

    Dates that contradict each other give no term: a command with them is refused, a register's report is
    kept as it is (N-2).
    """
    assert description.details is not None
    particulars = Particulars.model_validate(description.details)
    description.arises_by_itself = identity.kind in {"copyright", "software"}
    try:
        if (identity.office, identity.kind) == ("CN", "patent") and description.filed_on is not None:
            counting_on = counting_date(description.filed_on, particulars)
            description.details = {**description.details, "counting_on": counting_on.isoformat()}
        if description.expires_on is None:
            last = last_day(identity, particulars, description, granted_on)
            description.expires_on = last.isoformat() if last else None
    except InputRejected:
        return


def counting_date(filed_on: str, particulars: Particulars) -> date:
    """The day terms and fees of a Chinese patent count from (A-ID2).

    Raises:
        InputRejected: `DATE_ORDER_INVALID`, an international or parent's filing later than this one.
    """
    return terms.counting_date(
        parse_day(filed_on),
        international_filed_on=_date(particulars.international_filed_on),
        parent_filed_on=_date(particulars.parent_filed_on),
    )


def last_day(  # noqa: PLR0911  # one return a kind of right
    identity: RightId, particulars: Particulars, description: Description, granted_on: date | None
) -> date | None:
    """The last day in force by the terms of domain.md 2.1; None where a day it counts from is not known.

    Raises:
        InputRejected: `DATE_ORDER_INVALID`, `DATE_INVALID`: the days contradict each other.
    """
    filed_on = _date(description.filed_on)
    completed_on, published_on = _date(particulars.completed_on), _date(particulars.published_on)
    died_on = _date(particulars.last_author_died_on)
    natural = particulars.author_kind == "natural_person"
    match (identity.office, identity.kind):
        case ("CN", "patent") if description.filed_on is not None:
            sort = _patent_sort(description.sort or _cn_sort(identity.number))
            counting_on = counting_date(description.filed_on, particulars)
            return terms.patent_last_day(sort, counting_on) if sort else None
        case ("CN", "trademark") if granted_on is not None:
            return terms.trademark_period(granted_on).last_day
        case ("CN", "layout") if filed_on is not None:
            exploited_on = _date(particulars.first_exploited_on)
            return terms.layout_last_day(filed_on, first_exploited_on=exploited_on, completed_on=completed_on)
        case ("CN", "variety") if granted_on is not None and particulars.woody is not None:
            return terms.variety_last_day(granted_on, woody=particulars.woody)
        case ("CN", "copyright" | "software") if natural:
            return terms.authored_work_last_day(died_on)
        case ("CN", "copyright" | "software") if particulars.author_kind and completed_on is not None:
            return terms.corporate_work_last_day(completed_on, published_on)
        case ("US", _):
            return _us_last_day(identity, particulars, description, granted_on)
    return None


def _us_last_day(
    identity: RightId, particulars: Particulars, description: Description, granted_on: date | None
) -> date | None:
    filed_on = _date(description.filed_on)
    earliest, completed_on = _date(particulars.earliest_filed_on), _date(particulars.completed_on)
    if identity.kind == "patent" and description.sort == "design":
        return terms.us_design_last_day(filed_on, granted_on) if filed_on and granted_on else None
    if identity.kind == "patent" and earliest and granted_on:
        return terms.us_patent_last_day(
            earliest,
            granted_on,
            adjustment_days=particulars.adjustment_days or 0,
            disclaimed_after=_date(particulars.disclaimed_after),
        )
    if identity.kind == "trademark" and granted_on:
        return terms.us_trademark_period(granted_on).last_day
    if identity.kind == "copyright" and particulars.author_kind == "natural_person":
        return terms.us_authored_work_last_day(_date(particulars.last_author_died_on))
    if identity.kind == "copyright" and completed_on:
        return terms.us_work_for_hire_last_day(completed_on, _date(particulars.published_on))
    return None


def _date(day: str | None) -> date | None:
    return None if day is None else parse_day(day)


def _patent_sort(sort: str | None) -> PatentSort | None:
    return PatentSort(sort) if sort in set(PatentSort) else None


_CN_YEARS = {"invention": 20, "utility_model": 10, "design": 15}


def _last_day_in_force(right: str, description: Description) -> str | None:
    """The day after which a Chinese patent has ended: the one before the anniversary of filing (A-ID3).

    Designs filed before 2021-06-01 run 10 years (PL 42, transition). Other offices' terms are not computed:
    they rest on facts registers report elsewhere, such as the earliest non-provisional filing (35 USC 154).
    """
    identity = parse_right_id(right)
    if (identity.office, identity.kind) != ("CN", "patent") or description.filed_on is None:
        return None
    sort = description.sort or _cn_sort(identity.number)
    if sort is None:
        return None
    years = 10 if sort == "design" and description.filed_on < "2021-06-01" else _CN_YEARS.get(sort)
    if years is None:
        return None
    return last_day_of_term(parse_day(description.filed_on), years).isoformat()


def _cn_sort(number: str) -> str | None:
    digits = number.partition(".")[0]
    if not digits.isdigit() or len(digits) not in {8, 12}:
        return None
    letter = digits[2] if len(digits) == 8 else digits[4]
    return {
        "1": "invention",
        "8": "invention",
        "2": "utility_model",
        "9": "utility_model",
        "3": "design",
    }.get(letter)
