"""The JSON forms of scopes, each read and written once: a right with a thousand licenses repeats a few.

Acts, territory and field are what takes time to read; they are kept by their canonical text. The period is
read anew, as it differs from license to license.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import orjson

from ledger.values.extents import Extent
from ledger.values.scope import Period, Scope, parse_period, parse_scope

_KEPT: Final = 65536
_ALWAYS: Final = {"from": "2000-01-01"}
_PERIOD: Final = frozenset(_ALWAYS) | {"until"}


def scope_of(kind: str, form: Any) -> Scope:
    """The scope a JSON form says for rights of `kind`.

    Raises:
        InputRejected: as `parse_scope`.
    """
    if not isinstance(form, Mapping):
        return parse_scope(kind, form)
    return replace(_space(kind, _text(form)), period=parse_period(form))


def settled_form(kind: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form in its one spelling; a scope without end has no member `until`.

    Raises:
        InputRejected: as `parse_scope`.

    >>> form = {"acts": ["*"], "territory": ["广东"], "field": ["9/Cells"]}
    >>> settled_form("trademark", {**form, "from": "2024-01-01", "until": None})
    {'acts': ['*'], 'territory': ['CN-44'], 'field': ['9/cells'], 'from': '2024-01-01'}
    """
    period = parse_period(form)
    settled = orjson.loads(_space_text(kind, _text(form)))
    return {**settled, **period_form(period)}


def period_form(period: Period) -> dict[str, str]:
    """The members `from` and, where there is an end, `until`."""
    ends = {} if period.last is None else {"until": period.last.isoformat()}
    return {"from": period.first.isoformat(), **ends}


def meets_space_of(kind: str, form: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """The question whether another form of this kind meets acts, territory and field of `form` (L-5).

    What is compared is kept, dimension by dimension: of a thousand licenses few differ in all.
    """
    territory, field, acts = (_names(form, dimension) for dimension in ("territory", "field", "acts"))

    def meets(other: Mapping[str, Any]) -> bool:
        return (
            _names_meet(kind, "territory", territory, _names(other, "territory"))
            and _names_meet(kind, "field", field, _names(other, "field"))
            and _names_meet(kind, "acts", acts, _names(other, "acts"))
        )

    return meets


def dimensions_outside(scope: Scope, other: Scope) -> list[str]:
    """Which of acts, territory, field and period of `scope` go beyond those of `other`."""
    return [
        dimension
        for dimension in ("acts", "territory", "field", "period")
        if not getattr(scope, dimension) <= getattr(other, dimension)
    ]


_Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Names included and left out."""


def _names(form: Mapping[str, Any], dimension: str) -> _Names:
    if "except" in form:
        return (tuple(form[dimension]), tuple(form["except"].get(dimension, ())))
    return (tuple(form[dimension]), ())


@lru_cache(maxsize=_KEPT)
def _names_meet(kind: str, dimension: str, one: _Names, other: _Names) -> bool:
    return _meet(_extent(kind, dimension, one), _extent(kind, dimension, other))


@lru_cache(maxsize=_KEPT)
def _extent(kind: str, dimension: str, names: _Names) -> Extent:
    form: dict[str, Any] = {"acts": ["*"], "territory": ["*"], "field": ["*"], **_ALWAYS}
    included, excluded = names
    form[dimension] = included
    form["except"] = {dimension: excluded}
    extent: Extent = getattr(parse_scope(kind, form), dimension)
    return extent


def _meet(one: Extent, other: Extent) -> bool:
    if one.rest and other.rest:
        return True
    here, there = dict(one.named), dict(other.named)
    for name, extent in here.items():
        below = there.get(name)
        if _meet(extent, below) if below is not None else other.rest and _any(extent):
            return True
    return one.rest and any(name not in here and _any(extent) for name, extent in there.items())


def _any(extent: Extent) -> bool:
    return extent.rest or any(_any(below) for _, below in extent.named)


def _text(form: Mapping[str, Any]) -> bytes:
    space = {name: told for name, told in form.items() if name not in _PERIOD}
    return orjson.dumps(space, option=orjson.OPT_SORT_KEYS)


@lru_cache(maxsize=_KEPT)
def _space(kind: str, text: bytes) -> Scope:
    return parse_scope(kind, {**orjson.loads(text), **_ALWAYS})


@lru_cache(maxsize=_KEPT)
def _space_text(kind: str, text: bytes) -> bytes:
    form = _space(kind, text).as_json()
    return orjson.dumps({name: told for name, told in form.items() if name not in _PERIOD})
