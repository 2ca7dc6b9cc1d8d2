"""What is copied into a table is what comes out of it, whatever the text."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.copying import copy_text

TEXT = st.text(
    st.one_of(st.sampled_from('\\\t\n\r\0"{}, N.\b\f\v'), st.characters(exclude_categories=["Cs"])),
    max_size=12,
)
ROWS = st.lists(
    st.tuples(
        TEXT, st.none() | TEXT, st.lists(TEXT, max_size=3), st.integers(-(2**63), 2**63 - 1), st.datetimes()
    )
)
COLUMNS = "place integer, one text, other text, list text[], number bigint, moment timestamptz"


@given(rows=ROWS)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_come_out_as_they_went_in_but_for_the_zero_character(store, rows):
    """Separators, quotes, escapes, PostgreSQL's own marks for null and the end, and an empty text or list."""
    told = [
        (place, *cells, moment.replace(tzinfo=UTC))
        for place, (*cells, moment) in enumerate([*rows, *CORNERS])
    ]
    with store.database.connect() as connection:
        connection.execute(f"CREATE TEMPORARY TABLE cells ({COLUMNS})")
        with connection.cursor().copy("COPY cells FROM STDIN") as copy:
            copy.write(copy_text(told))
        found = connection.execute("SELECT * FROM cells ORDER BY place").fetchall()
    assert found == [tuple(map(storable, row)) for row in told]


def storable(cell):
    match cell:
        case str():
            return cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [storable(member) for member in cell]
        case _:
            return cell


NOON = datetime(2020, 2, 29, 12, 0, 0, 1)  # noqa: DTZ001  # the test gives it its zone
CORNERS = [
    ("", "", [], 0, NOON),
    ("\\N", None, ["NULL", "null", ""], 0, NOON),
    ("\\.", "\\.\n", ["\\", '"', ","], 0, NOON),
]
