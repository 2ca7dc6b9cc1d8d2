"""Rows in the text format of PostgreSQL's COPY.

A few thousand entries make some hundred thousand cells. psycopg looks up how to write each of them; knowing
that they are texts, numbers, times, lists of texts or nothing takes half the time.
"""

from collections.abc import Iterable
from typing import Any, Final

from projections.tables import Row

_NULL: Final = r"\N"
_ESCAPES: Final = str.maketrans(
    {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": "\N{REPLACEMENT CHARACTER}"}
)
"""PostgreSQL's text holds every character but the zero one; a statement, being JSON, escapes it anyway."""


def copy_text(rows: Iterable[Row]) -> str:
    """`rows` as `COPY … FROM STDIN` reads them; cells are str, int, datetime, list of str, or None."""
    return "".join(["\t".join([_cell(value) for value in row]) + "\n" for row in rows])


def _cell(value: Any) -> str:
    if type(value) is str:
        # Nearly every text is plain, and asking is quicker than translating.
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
    if value is None:
        return _NULL
    return _array(value).translate(_ESCAPES) if type(value) is list else str(value)


def _array(members: list[str]) -> str:
    quoted = ['"' + member.replace("\\", r"\\").replace('"', r"\"") + '"' for member in members]
    return "{" + ",".join(quoted) + "}"
