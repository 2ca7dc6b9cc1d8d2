"""Scope of a grant: acts × territory × field × time, and what of a right is still free (domain 3.L).

Two scopes overlap only if all four dimensions meet; one lies within another only if all four do. What
remains of a right after its grants is a list of disjoint scopes, exact to the day: nothing is rounded and
nothing is listed twice.

As JSON a scope is `{"acts": ["*"], "territory": ["CN-44"], "field": ["batteries"], "from": "2024-01-01",
"until": "2026-12-31"}`, with `"except": {"territory": ["CN-4403"]}` where something inside is left out.
`*` is all there is; `until` null has no end. The longest name decides. Time runs from 00:00 of `from` to
24:00 of `until`, Asia/Shanghai.

The names of acts and fields depend on the kind of right:

| kind | acts | field |
|---|---|---|
| patent | make, use, offer_to_sell, sell, import (PL 11) | free names, nested by `/` |
| trademark | affix, sell, advertise, import, export (TML 48, 57) | Nice classes, goods below: `9/蓄电池` |
| copyright | exercise | rights 5 to 17 of CL 10, by name or item number |
| software | exercise | rights of SWR 8 that may be licensed |
| layout | reproduce, exploit (ICR 7) | free names |
| variety | produce, propagate, process, offer_to_sell, sell, import, export, store | free names |

The acts of a variety are those of Seed Law 28. Free names are compared after folding width, case and
blanks. Whether two different ones mean overlapping things no program can tell: use the codes of a
classification (`H01M/H01M10`) where that matters.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from ledger.errors import InputRejected
from ledger.values.dates import parse_day
from ledger.values.extents import EVERYTHING, NOTHING, Extent, Path, at, chosen, closed, described
from ledger.values.signs import unreadable_sign
from ledger.values.territories import WORLD, territory_path, territory_text


@dataclass(frozen=True, slots=True)
class Period:
    """From 00:00 of `first` to 24:00 of `last`; `last` None has no end."""

    first: date
    last: date | None = None

    def __and__(self, other: "Period") -> "Period | None":
        first = max(self.first, other.first)
        last = min(self.last or date.max, other.last or date.max)
        return None if last < first else Period(first, None if last == date.max else last)

    def __sub__(self, other: "Period") -> list["Period"]:
        common = self & other
        if common is None:
            return [self]
        rest = []
        if self.first < common.first:
            rest.append(Period(self.first, common.first - _DAY))
        if common.last is not None and (self.last is None or common.last < self.last):
            rest.append(Period(common.last + _DAY, self.last))
        return rest

    def __le__(self, other: "Period") -> bool:
        return self - other == []


@dataclass(frozen=True, slots=True)
class Scope:
    """What a grant covers of a right of `kind`; no dimension is empty. Made by `parse_scope`."""

    kind: str
    acts: Extent
    territory: Extent
    field: Extent
    period: Period

    def overlaps(self, other: "Scope") -> bool:
        """Whether all four dimensions meet (L-5)."""
        return self.common(other) is not None

    def common(self, other: "Scope") -> "Scope | None":
        """What both cover, or None."""
        period = self.period & other.period
        if period is None or self.kind != other.kind:
            return None
        territory, field = self.territory & other.territory, self.field & other.field
        acts = self.acts & other.acts
        return (
            None if NOTHING in (acts, territory, field) else Scope(self.kind, acts, territory, field, period)
        )

    def within(self, other: "Scope") -> bool:
        """Whether all four dimensions lie inside those of `other` (L-3, L-4, L-8)."""
        return self.kind == other.kind and not subtract(self, other)

    def as_json(self) -> dict[str, Any]:
        """The JSON form; equal scopes have the same."""
        frame = _FRAMES[self.kind]
        form: dict[str, Any] = {}
        left_out = {}
        for dimension in _DIMENSIONS:
            included, excluded = described(frame.universe(dimension), getattr(self, dimension))
            form[dimension] = [_text(dimension, path) for path in included]
            if excluded:
                left_out[dimension] = [_text(dimension, path) for path in excluded]
        if left_out:
            form["except"] = left_out
        form["from"] = self.period.first.isoformat()
        form["until"] = self.period.last.isoformat() if self.period.last else None
        return form


def parse_scope(kind: str, form: Any) -> Scope:
    """A scope from its JSON form.

    Raises:
        InputRejected: `SCOPE_INVALID` with the JSON `pointer` of the wrong member; `RIGHT_NOT_TRANSFERABLE`
            for a moral right of an author (A-9); `DATE_INVALID`.
    """
    frame = _FRAMES.get(kind)
    if frame is None:
        raise _invalid("", f"rights of kind {kind!r} have no scope; kinds are {', '.join(_FRAMES)}")
    if not isinstance(form, Mapping):
        raise _invalid("", "must be an object")
    unknown = sorted(map(str, form.keys() - {*_DIMENSIONS, "except", "from", "until"}))
    if unknown:
        raise _invalid("", f"unknown member {unknown[0][:40]!r}")
    left_out = form.get("except", {})
    if not isinstance(left_out, Mapping) or left_out.keys() - set(_DIMENSIONS):
        raise _invalid("/except", f"must be an object with members {', '.join(_DIMENSIONS)}")
    acts, territory, field = (_extent(frame, dimension, form, left_out) for dimension in _DIMENSIONS)
    return Scope(kind, acts, territory, field, parse_period(form))


def parse_period(form: Mapping[str, Any]) -> Period:
    """The time of a scope from the members `from` and `until` of its JSON form.

    Raises:
        InputRejected: `SCOPE_INVALID` with the JSON `pointer` of the wrong member; `DATE_INVALID`.
    """
    first, last = form.get("from"), form.get("until")
    if not isinstance(first, str):
        raise _invalid("/from", "must be a day, YYYY-MM-DD")
    if last is not None and not isinstance(last, str):
        raise _invalid("/until", "must be a day, YYYY-MM-DD, or null")
    period = Period(parse_day(first), None if last is None else parse_day(last))
    if period.last is not None and period.last < period.first:
        raise _invalid("/until", f"{last} is before {first}")
    return period


def subtract(scope: Scope, other: Scope) -> list[Scope]:
    """What of `scope` lies outside `other`, as at most five disjoint scopes."""
    common = scope.common(other)
    if common is None:
        return [scope]
    pieces = []
    for dimension in ("territory", "field", "acts"):
        outside = getattr(scope, dimension) - getattr(common, dimension)
        if outside != NOTHING:
            pieces.append(replace(scope, **{dimension: outside}))
        scope = replace(scope, **{dimension: getattr(common, dimension)})
    return pieces + [replace(scope, period=period) for period in scope.period - common.period]


def remaining(right: Scope, grants: Iterable[Scope]) -> list[Scope]:
    """What of a right no grant covers: disjoint scopes, none when nothing is left (M-2).

    The order of the grants does not matter. Pieces that differ in one dimension only are
    joined, so the list is short but not always the shortest.
    """
    pieces = [right]
    for grant in sorted(grants, key=_order):
        pieces = _joined([rest for piece in pieces for rest in subtract(piece, grant)])
    return sorted(pieces, key=_order)


_DAY: Final = timedelta(1)
_DIMENSIONS: Final = ("acts", "territory", "field")
_NAMES_MAX: Final = 200
_NAME_LENGTH_MAX: Final = 120
_DEPTH_MAX: Final = 6

COPYRIGHT_ITEMS: Final = {
    5: "reproduction",
    6: "distribution",
    7: "rental",
    8: "exhibition",
    9: "performance",
    10: "projection",
    11: "broadcasting",
    12: "information_network",
    13: "cinematography",
    14: "adaptation",
    15: "translation",
    16: "compilation",
    17: "other",
}
"""Property rights of CL 10(1)(5) to (17), which alone can be transferred, licensed and pledged (A-9)."""
MORAL_ITEMS: Final = {1: "publication", 2: "attribution", 3: "alteration", 4: "integrity"}
"""Rights of CL 10(1)(1) to (4)."""
_SOFTWARE_ITEMS: Final = (
    "alteration", "reproduction", "distribution", "rental", "information_network", "translation", "other",
)  # fmt: skip
"""SWR 8(3) to (9): software's right of alteration is exercised by licensees and may be licensed [M]."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The universes of one kind of right, other spellings of its fields, and the fields nobody may grant."""

    acts: Extent
    field: Extent
    aliases: Mapping[str, str]
    moral: frozenset[str]

    def universe(self, dimension: str) -> Extent:
        if dimension == "territory":
            return WORLD
        return self.acts if dimension == "acts" else self.field


def _frame(
    acts: str, field: Extent = EVERYTHING, aliases: Mapping[str, str] | None = None, moral: Iterable[str] = ()
) -> _Frame:
    return _Frame(closed(acts.split()), field, aliases or {}, frozenset(moral))


_CLASSES: Final = {f"{number:02d}": str(number) for number in range(1, 10)}
_GOODS: Final = closed(str(number) for number in range(1, 46))
_FRAMES: Final = {
    "patent": _frame("make use offer_to_sell sell import"),
    "trademark": _frame("affix sell advertise import export", _GOODS, _CLASSES),
    "geographical_indication": _frame("affix sell advertise import export", _GOODS, _CLASSES),
    "copyright": _frame(
        "exercise",
        closed(COPYRIGHT_ITEMS.values()),
        {str(number): name for number, name in (COPYRIGHT_ITEMS | MORAL_ITEMS).items()},
        MORAL_ITEMS.values(),
    ),
    "software": _frame("exercise", closed(_SOFTWARE_ITEMS), moral=("publication", "attribution")),
    "layout": _frame("reproduce exploit"),
    "variety": _frame("produce propagate process offer_to_sell sell import export store"),
}


def _extent(frame: _Frame, dimension: str, form: Mapping[str, Any], left_out: Mapping[str, Any]) -> Extent:
    included = _paths(frame, dimension, form.get(dimension), f"/{dimension}")
    excluded = _paths(frame, dimension, left_out.get(dimension, []), f"/except/{dimension}")
    both = set(included) & set(excluded)
    if both:
        raise _invalid(f"/except/{dimension}", f"{_text(dimension, min(both))!r} is both in and out")
    extent = chosen(frame.universe(dimension), included, excluded)
    if extent == NOTHING:
        raise _invalid(f"/{dimension}", "is empty; name what is granted, or * for all")
    return extent


def _paths(frame: _Frame, dimension: str, names: Any, pointer: str) -> list[Path]:
    if not isinstance(names, list | tuple) or len(names) > _NAMES_MAX:
        raise _invalid(pointer, f"must be a list of at most {_NAMES_MAX} names")
    return [_path(frame, dimension, name, f"{pointer}/{place}") for place, name in enumerate(names)]


def _path(frame: _Frame, dimension: str, name: Any, pointer: str) -> Path:
    if not isinstance(name, str) or not 0 < len(name) <= _NAME_LENGTH_MAX or unreadable_sign(name):
        raise _invalid(pointer, f"must be a readable name of at most {_NAME_LENGTH_MAX} signs")
    if name == "*":
        return ()
    if dimension == "territory":
        path = territory_path(name)
    else:
        path = tuple(_folded(part) for part in name.split("/"))
        path = (frame.aliases.get(path[0], path[0]), *path[1:]) if dimension == "field" else path
    if path is None or "" in path or "*" in path or len(path) > _DEPTH_MAX:
        raise _invalid(pointer, f"{name!r} is no {dimension}")
    if dimension == "field" and path[0] in frame.moral:
        raise InputRejected(
            "RIGHT_NOT_TRANSFERABLE",
            f"{name!r} is a right of the author's person, which cannot be licensed or pledged (CL 10)",
            f"{name!r} 属于著作人身权，不得许可、转让或出质（著作权法第十条）",
            pointer=pointer,
        )
    if at(path) & frame.universe(dimension) == NOTHING:
        known = [known for known, _ in frame.universe(dimension).named]
        raise _invalid(pointer, f"{name!r} is no {dimension} here; one of {', '.join(known[:45])}")
    return path


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _text(dimension: str, path: Path) -> str:
    if not path:
        return "*"
    return territory_text(path) if dimension == "territory" else "/".join(path)


def _joined(pieces: list[Scope]) -> list[Scope]:
    """Pieces that differ in one dimension only, and touch there, made one."""
    count = 0
    while len(pieces) != count:
        count = len(pieces)
        for dimension in (*_DIMENSIONS, "period"):
            alike: dict[Scope, list[Any]] = {}
            for piece in pieces:
                pattern = replace(piece, **{dimension: _ANYTHING[dimension]})
                alike.setdefault(pattern, []).append(getattr(piece, dimension))
            join: Callable[[list[Any]], list[Any]] = _joined_periods if dimension == "period" else _union
            pieces = [
                replace(pattern, **{dimension: whole})
                for pattern, parts in alike.items()
                for whole in join(parts)
            ]
    return pieces


_ANYTHING: Final[dict[str, Any]] = {
    "acts": EVERYTHING,
    "territory": EVERYTHING,
    "field": EVERYTHING,
    "period": Period(date.min),
}


def _union(extents: list[Extent]) -> list[Extent]:
    whole = extents[0]
    for extent in extents[1:]:
        whole |= extent
    return [whole]


def _joined_periods(periods: list[Period]) -> list[Period]:
    joined: list[Period] = []
    for period in sorted(periods, key=lambda period: period.first):
        if joined and joined[-1].last is not None and joined[-1].last + _DAY == period.first:
            joined[-1] = Period(joined[-1].first, period.last)
        else:
            joined.append(period)
    return joined


def _order(scope: Scope) -> tuple[Any, ...]:
    form = scope.as_json()
    return (form["from"], form["until"] or "9999", repr(form))


def _invalid(pointer: str, reason: str) -> InputRejected:
    return InputRejected(
        "SCOPE_INVALID",
        f"scope{pointer}: {reason}",
        f"许可范围{pointer} 填写有误（{reason}）",
        pointer=pointer,
        reason=reason,
    )
