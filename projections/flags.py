"""Which entries the flags of the projected statements speak of, and the warnings in a story of its own."""

from collections.abc import Iterable
from typing import Any

from ledger.facts.acts import FlagsRaised
from ledger.reasons import REASONS
from ledger.statement.base import Recorded
from projections.views import Views


def flagged_positions(views: Views, first: int, last: int) -> set[int]:
    """Positions from `first` to `last` that a flag speaks of which does not end by itself.

    Raises:
        StorageUnavailable, ProjectionBehind
    """
    views.reach_head()
    rows = views.rows(
        """SELECT DISTINCT entry::bigint
             FROM {statement} r, json_array_elements(r.statement::json -> 'flags') AS flag,
                  json_array_elements_text(flag -> 'entries') AS entry
            WHERE r.position >= %s AND r.statement NOT LIKE '%%"flags":[]%%'
              AND flag ->> 'until' IS NULL AND entry::bigint BETWEEN %s AND %s""",
        first,
        first,
        last,
    )
    return {position for (position,) in rows}


def warnings(recorded: Iterable[Recorded]) -> list[dict[str, Any]]:
    """The warnings attached to acts on a pool, loan or fund, in order, each with sentence and entry."""
    return [
        {
            "code": flag.code,
            "rule": flag.rule,
            "right": flag.right,
            "since": item.fact.since,
            "act": item.fact.act,
            "data": flag.data,
            "entries": list(item.entries),
            "message": _message(flag.code, {"right": flag.right, "rule": flag.rule, **flag.data}),
        }
        for item in recorded
        if isinstance(item.fact, FlagsRaised)
        for flag in item.fact.flags
    ]


def _message(code: str, data: dict[str, Any]) -> dict[str, str]:
    """The code itself where an entry of another release has one that stands in no table here."""
    reason = REASONS.get(code.partition(":")[0])
    return reason.message(data) if reason else {"en": code, "zh": code}
