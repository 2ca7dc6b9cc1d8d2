"""Which entries the flags of the projected statements speak of."""

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
