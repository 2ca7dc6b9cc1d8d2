"""Public schemes as data: rates and caps with the authority, document and days each is in force (G-8).

The rows shipped with a release stand in `schemes.csv`; amounts are minor units, percentages integers. A claim
is judged by the version in force on its trigger date.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ledger.errors import InputRejected
from ledger.values.dates import parse_day


@dataclass(frozen=True, slots=True)
class Provision:
    """One parameter of a scheme and where it stands."""

    scheme: str
    parameter: str
    value: int
    valid_from: str
    valid_until: str
    authority: str
    document: str


@dataclass(frozen=True, slots=True)
class Version:
    """What of a scheme is in force on a day."""

    scheme: str
    day: str
    provisions: tuple[Provision, ...]

    def value(self, parameter: str) -> int | None:
        """The parameter, or None where the scheme has nothing of that kind in force on the day."""
        return next((each.value for each in self.provisions if each.parameter == parameter), None)

    @property
    def reference(self) -> str:
        """Scheme, document and first day in force, as it stands in an entry."""
        newest = max(self.provisions, key=lambda each: each.valid_from)
        return f"{self.scheme} {newest.document} {newest.valid_from}"


def version(scheme: str, day: str, provisions: tuple[Provision, ...] | None = None) -> Version | None:
    """The version of a scheme in force on a day; None before, after, and for unknown ones."""
    table = SHIPPED if provisions is None else provisions
    found = tuple(
        each for each in table if each.scheme == scheme and each.valid_from <= day <= each.valid_until
    )
    return Version(scheme, day, found) if found else None


def read_provisions(lines: Iterable[str]) -> tuple[Provision, ...]:
    """Provisions from CSV with the columns of `schemes.csv`.

    Raises:
        InputRejected: `POLICY_INVALID`, with the line.
    """
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or tuple(reader.fieldnames) != _COLUMNS:
        raise _invalid(1)
    return tuple(_provision(row, reader.line_num) for row in reader)


_COLUMNS: Final = ("scheme", "parameter", "value", "valid_from", "valid_until", "authority", "document")


def _provision(row: dict[str, str], line: int) -> Provision:
    if None in row or None in row.values() or not row["value"].isdecimal() or not row["document"]:
        raise _invalid(line)
    if parse_day(row["valid_until"]) < parse_day(row["valid_from"]):
        raise _invalid(line)
    return Provision(**{**row, "value": int(row["value"])})  # type: ignore[arg-type]  # the columns are the members


def _invalid(line: int) -> InputRejected:
    return InputRejected(
        "POLICY_INVALID",
        f"line {line} of the schemes: columns are {', '.join(_COLUMNS)}; a value is an integer, a row has "
        "first and last day, authority and document",
        f"政策参数第 {line} 行有误：各列应为 {'、'.join(_COLUMNS)}；数值为整数，并须有起止日、制定机关与文号",
        line=line,
    )


def _shipped() -> tuple[Provision, ...]:
    text = files("ledger.rules").joinpath("schemes.csv").read_text("utf-8")
    return read_provisions(text.splitlines())


SHIPPED: Final = _shipped()
"""Sample schemes of the project's papers; an operator replaces them by those of its place."""
