"""Which rights a party is named on, and as what (B-3): owner, pledgor, pledgee, licensor, licensee, court.

By contract alone: contract_pledgor, contract_pledgee, secured_debtor, assignee (of a claim), beneficiary
(of a trust).

A party here is a *name* (design 6): names that may be one person stand under several ids, and `find` shows
them side by side instead of merging them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from ledger.values.parties import normalize, party_id
from projections.ownership import with_ends
from projections.tables import Projected, RightTable, Row, Statement
from projections.views import Views

_ROLES: Final = {
    "pledge": ("pledgor", "pledgee"),
    "lien": ("pledgor", "pledgee"),
    "license": ("licensor", "licensee"),
    "open_license": ("licensor", "licensee"),
    "freeze": ("debtor", "authority"),
    "levy": ("debtor", "authority"),
}


def _rows(projected: Projected) -> Iterator[Row]:
    right = projected.right
    for period, until in with_ends(projected.statement["titles"]):
        for owner in period["owners"]:
            name = owner["name"]
            yield (owner["party"], name, normalize(name), right, "owner", "", "", period["from"], until)
    for item in projected.statement["encumbrances"]:
        giving, holding = _ROLES.get(item["kind"], ("grantor", "holder"))
        subject = (item["id"], item["reference"])
        since, until = item["registered_on"], item["ended_on"]
        for name in item["grantors"]:
            yield (party_id(name), name, normalize(name), right, giving, *subject, since, until)
        ends = [step["from"] for step in item["holders"][1:]] + [until]
        for step, end in zip(item["holders"], ends, strict=True):
            for name in step["names"]:
                yield (party_id(name), name, normalize(name), right, holding, *subject, step["from"], end)
    for name, role, pledge, since in _agreed(projected.statement):
        yield (party_id(name), name, normalize(name), right, role, pledge, pledge, since, None)


def _agreed(statement: Statement) -> Iterator[tuple[str, str, str, str]]:
    """Who stands in a role by contract alone, whatever a register shows: name, role, pledge, since when."""
    for contract in statement.get("pledges", ()):
        told = (contract["id"], contract["executed_on"])
        for name in contract["pledgors"]:
            yield (name, "contract_pledgor", *told)
        for name in contract["pledgees"]:
            yield (name, "contract_pledgee", *told)
        yield (contract["debtor"], "secured_debtor", *told)
    for each in statement.get("claim_assignments", ()):
        yield each["grantee"], "assignee", each["pledge"], each["on"]
    for each in statement.get("debtor_changes", ()):
        yield each["to"], "secured_debtor", each["pledge"], each["on"]
    for each in statement.get("trusts", ()):
        for name in each["creditors"]:
            yield name, "beneficiary", each["pledge"], each["from"]


TABLE = RightTable(
    name="party",
    columns="""party text COLLATE "C" NOT NULL, name text NOT NULL, normalized text COLLATE "C" NOT NULL,
        right_id text COLLATE "C" NOT NULL, role text NOT NULL, encumbrance text COLLATE "C" NOT NULL,
        reference text NOT NULL, from_on date, until_on date""",
    key="",
    rows=_rows,
    indexes=("(party, right_id)", "(normalized text_pattern_ops)"),
)
"""One row for each interval in which a party has a role on a right; `until_on` is the first day without."""


def find(views: Views, name: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """Parties whose normalized name begins with `name`: `party`, `name`, `rights` (how many)."""
    rows = views.rows(
        """SELECT party, min(name), count(DISTINCT right_id) FROM {party}
            WHERE normalized LIKE %s GROUP BY party ORDER BY 2, 1 LIMIT %s""",
        _escaped(normalize(name)) + "%",
        limit,
    )
    return [{"party": party, "name": shown, "rights": rights} for party, shown, rights in rows]


def rights_of(
    views: Views, party: str, as_of: date, *, role: str | None = None, after: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """Rights on which `party` (`pty_…`, or a name) has a role on `as_of` (B-3), in order of right.

    Members: `right`, `role`, `name`, `encumbrance` and `reference` (None for an owner), `since`. The next
    page begins `after` the last right of this one.
    """
    identity = party if party.startswith("pty_") else party_id(party)
    rows = views.rows(
        """SELECT right_id, role, name, encumbrance, reference, from_on FROM {party}
            WHERE party = %s AND (from_on IS NULL OR from_on <= %s) AND (until_on IS NULL OR until_on > %s)
              AND (%s::text IS NULL OR role = %s) AND right_id IN (
                  SELECT DISTINCT p.right_id FROM {party} p WHERE p.party = %s AND p.right_id > %s
                     AND (p.from_on IS NULL OR p.from_on <= %s) AND (p.until_on IS NULL OR p.until_on > %s)
                     AND (%s::text IS NULL OR p.role = %s)
                   ORDER BY p.right_id LIMIT %s)
            ORDER BY right_id, role, reference""",
        *(identity, as_of, as_of, role, role),
        *(identity, after, as_of, as_of, role, role, limit),
    )
    return [
        {
            "right": row[0],
            "role": row[1],
            "name": row[2],
            "encumbrance": row[3] or None,
            "reference": row[4] or None,
            "since": None if row[5] is None else row[5].isoformat(),
        }
        for row in rows
    ]


def _escaped(text: str) -> str:
    """`text` without meaning for LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
