"""What encumbers rights: one row an encumbrance and right, so that a pledge's rights can be listed (B-4)."""

from collections.abc import Iterator
from typing import Any

from projections.tables import Projected, RightTable, Row
from projections.views import Views


def _rows(projected: Projected) -> Iterator[Row]:
    for place, item in enumerate(projected.statement["encumbrances"]):
        yield (
            projected.right,
            place,
            item["id"],
            item["kind"],
            item["register"],
            item["reference"],
            item["grantors"],
            item["holders"][-1]["names"] if item["holders"] else [],
            item["executed_on"],
            item["registered_on"],
            item["until"],
            item["ended_on"],
            item["ended_by"],
            item["end_state"],
        )


TABLE = RightTable(
    name="encumbrance",
    columns="""right_id text COLLATE "C" NOT NULL, place integer NOT NULL, id text COLLATE "C" NOT NULL,
        kind text NOT NULL, register text NOT NULL, reference text NOT NULL, grantors text[] NOT NULL,
        holders text[] NOT NULL, executed_on date, registered_on date NOT NULL, until_on date, ended_on date,
        ended_by text, end_state text""",
    key="right_id, place",
    rows=_rows,
    indexes=("(id, right_id)",),
)
"""`holders` are those of record after everything recorded; earlier ones stand in the statement."""


def rights_under(views: Views, encumbrance: str) -> list[dict[str, Any]]:
    """Every right the pledge, license or freeze `encumbrance` (`pld_…`) lies on, as projected.

    Members: `right`, `kind`, `reference`, `register`, `holders`, `grantors`, `registered_at`, `ended_at`,
    `ended_by`.
    """
    rows = views.rows(
        """SELECT right_id, kind, reference, register, holders, grantors, registered_on, ended_on, ended_by
             FROM {encumbrance} WHERE id = %s ORDER BY right_id""",
        encumbrance,
    )
    return [
        {
            "right": row[0],
            "kind": row[1],
            "reference": row[2],
            "register": row[3],
            "holders": row[4],
            "grantors": row[5],
            "registered_at": row[6].isoformat(),
            "ended_at": None if row[7] is None else row[7].isoformat(),
            "ended_by": row[8],
        }
        for row in rows
    ]
