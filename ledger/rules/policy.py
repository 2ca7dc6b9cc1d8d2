"""What a court, office, fund or operator may change, each with the days it is in force and its authority.

The rows shipped with a release stand in `policy.csv`: `name, value, valid_from, valid_until, source`. An
operator may give a file of the same form, whose rows come before the shipped ones. A value is an integer;
an act is judged by the row in force on its day (N-7).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ledger.errors import InputRejected
from ledger.values.dates import parse_day


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of one parameter: first and last day in force, and who set it where."""

    name: str
    value: int
    valid_from: str
    valid_until: str
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings in order of preference."""

    settings: tuple[Setting, ...]

    def value(self, name: str, day: str) -> int:
        """The value in force on a day.

        Raises:
            InputRejected: `POLICY_NOT_IN_FORCE`, no row covers the day (G-8).
        """
        for setting in self.settings:
            if setting.name == name and setting.valid_from <= day <= setting.valid_until:
                return setting.value
        raise InputRejected(
            "POLICY_NOT_IN_FORCE",
            f"no policy value {name!r} is in force on {day}; add a row to the policy file",
            f"{day} 没有生效的参数 {name!r}；请在参数文件中补充",
            name=name,
            day=day,
        )

    def preferring(self, settings: tuple[Setting, ...]) -> "Policy":
        """The policy in which `settings` come first."""
        return Policy((*settings, *self.settings))


def read_settings(lines: Iterable[str]) -> tuple[Setting, ...]:
    """Settings from CSV with the columns of `policy.csv`.

    Raises:
        InputRejected: `POLICY_INVALID`, with the line.
    """
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or tuple(reader.fieldnames) != _COLUMNS:
        raise _invalid(1)
    return tuple(_setting(row, reader.line_num) for row in reader)


_COLUMNS: Final = ("name", "value", "valid_from", "valid_until", "source")
_FOREVER: Final = "2200-12-31"


def _setting(row: dict[str, str], line: int) -> Setting:
    if None in row or None in row.values() or not row["value"].isdecimal() or not row["source"]:
        raise _invalid(line)
    until = row["valid_until"] or _FOREVER
    if parse_day(until) < parse_day(row["valid_from"]):
        raise _invalid(line)
    return Setting(row["name"], int(row["value"]), row["valid_from"], until, row["source"])


def _invalid(line: int) -> InputRejected:
    return InputRejected(
        "POLICY_INVALID",
        f"line {line} of the policy file: columns are {', '.join(_COLUMNS)}; a value is an integer, "
        "a row has first day, last day (or none) and a source",
        f"参数文件第 {line} 行有误：各列应为 {'、'.join(_COLUMNS)}；数值为整数，并须有生效日与依据",
        line=line,
    )


def _shipped() -> Policy:
    text = files("ledger.rules").joinpath("policy.csv").read_text("utf-8")
    return Policy(read_settings(text.splitlines()))


POLICY: Final = _shipped()
"""What this release ships."""
