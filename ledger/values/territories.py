"""Territories: a country contains its provinces, a province its cities (GB/T 2260; ISO 3166).

`CN` is the mainland, where rights granted by its offices are in force: 31 divisions at province level, and
nothing else (N-8). Hong Kong, Macao and Taiwan have offices of their own: `HK`, `MO`, `TW` (T-10). A
province is `CN-44` or 广东; a city `CN-4403` and a county `CN-440305` nest below it. Elsewhere `US` contains
`US-CA`. Only provinces are checked against a list. `*` is the world.
"""

import csv
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ledger.values.extents import Extent, Path, closed


@dataclass(frozen=True, slots=True)
class Province:
    """A division at province level (GB/T 2260-2007, first two digits)."""

    code: str
    jurisdiction: str
    name_zh: str
    short_zh: str
    name_en: str


def _provinces() -> tuple[Province, ...]:
    text = files("ledger.values").joinpath("provinces_cn.csv").read_text("utf-8")
    return tuple(Province(**row) for row in csv.DictReader(text.splitlines()))


PROVINCES: Final = _provinces()
WORLD: Final = Extent(
    rest=True,
    named=(("CN", closed(each.code for each in PROVINCES if each.jurisdiction == "CN")),),
)
"""The universe: no list of countries, but a closed list of the mainland's provinces."""

_BY_CODE: Final = {each.code: each for each in PROVINCES}
_BY_NAME: Final = {name: each for each in PROVINCES for name in (each.name_zh, each.short_zh)}
_DIVISION: Final = re.compile(r"CN-(?P<province>[0-9]{2})(?P<city>[0-9]{2})?(?P<county>[0-9]{2})?")
_ELSEWHERE: Final = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Z0-9]{1,3}))?")


def territory_path(text: str) -> Path | None:
    """`CN-4403` as the path of nested names, or None where there is no such territory.

    >>> territory_path("CN-4403"), territory_path("广东"), territory_path("CN-81")
    (('CN', '44', '03'), ('CN', '44'), ('HK',))
    """
    province = _BY_NAME.get(text)
    if province is not None:
        return _province_path(province)
    if match := _DIVISION.fullmatch(text):
        province = _BY_CODE.get(match["province"])
        if province is None:
            return None
        return (*_province_path(province), *filter(None, (match["city"], match["county"])))
    match = _ELSEWHERE.fullmatch(text)
    if match is None or (match["country"] == "CN" and match["part"]):
        return None
    return (match["country"], *filter(None, (match["part"],)))


def territory_text(path: Path) -> str:
    """The code of a path: `('CN', '44', '03')` is `CN-4403`."""
    return path[0] if len(path) == 1 else f"{path[0]}-{''.join(path[1:])}"


def _province_path(province: Province) -> Path:
    return ("CN", province.code) if province.jurisdiction == "CN" else (province.jurisdiction,)
