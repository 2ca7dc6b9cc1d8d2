"""What a right is: its names, title, dates and inventors, gathered from every report of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.facts.base import Party
from ledger.facts.registrations import RightDescribed, RightRegistered
from ledger.statement.base import Recorded, names, of_kinds
from ledger.values.dates import last_day_of_term, parse_day
from ledger.values.rights import NAME_KINDS, parse_right_id

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
        description.inventors = description.inventors or fact.inventors
        if fact.holders:
            description.holders, description.holders_entry = fact.holders, item.record.position
    if description.expires_on is None:
        description.expires_on = _last_day_in_force(right, description)
    return description


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
