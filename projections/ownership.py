"""Who owned a right, from day to day, in a table that can be asked by party."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from projections.tables import Projected, RightTable, Row
from projections.views import Views


def _rows(projected: Projected) -> Iterator[Row]:
    for number, (period, until) in enumerate(with_ends(projected.statement["titles"])):
        for place, owner in enumerate(period["owners"]):
            yield (
                projected.right,
                number,
                place,
                period["from"],
                until,
                owner["party"],
                owner["name"],
                *owner["share"],
                owner["since"],
                owner["basis"],
                owner["entry"],
            )


TABLE = RightTable(
    name="owner",
    columns="""right_id text COLLATE "C" NOT NULL, period integer NOT NULL, place integer NOT NULL,
        from_on date, until_on date, party text COLLATE "C" NOT NULL, name text NOT NULL,
        share_n numeric NOT NULL, share_d numeric NOT NULL, since date, basis text NOT NULL,
        entry bigint NOT NULL""",
    key="right_id, period, place",
    rows=_rows,
    indexes=("(party, right_id)",),
)
"""One row for each owner in each period of the chain of title; `from_on` null is from the beginning."""


def with_ends(titles: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Each period of a statement's `titles`, and the day the next one begins."""
    return zip_longest(titles, (period["from"] for period in titles[1:]))


def periods(views: Views, right: str) -> list[dict[str, Any]]:
    """The chain of title of a right as projected: one row an owner and period, earliest first (B-11)."""
    rows = views.rows(
        """SELECT from_on, until_on, party, name, share_n, share_d, since, basis, entry
             FROM {owner} WHERE right_id = %s ORDER BY period, place""",
        right,
    )
    return [
        {
            "from": _day(row[0]),
            "until": _day(row[1]),
            "party": row[2],
            "name": row[3],
            "share": [int(row[4]), int(row[5])],
            "since": _day(row[6]),
            "basis": row[7],
            "entry": row[8],
        }
        for row in rows
    ]


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()
