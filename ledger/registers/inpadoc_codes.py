"""What INPADOC's event codes mean, as data beside this module.

`inpadoc_codes.csv` is the EPO's public table of legal event codes, edition 2024-17: 4,397 codes of 56
authorities with class (the letters of WIPO ST.27), influence (`+`, `-` or none) and English description.
`inpadoc_facts.csv` is ours, reviewed by hand: what a code reports in the terms of this ledger. The same
letters mean different things at different authorities (RF ends a seizure in BE and LU, a pledge or a
confiscation in NL, and is a reissue application in US), so no code is ever looked up without its authority.

Words of `inpadoc_facts.csv`, apart from those that name a fact:

| word | meaning |
|---|---|
| `…_by_text` | one code for several facts: the event's own text decides, else it is noted and flagged |
| `owner_unclear`, `party_data` | owner, name or address changed, the code does not say which |
| `flagged` | touches title or encumbrance in a way this ledger cannot resolve: noted and flagged |
| `noted_text` | noted with the event's free text, which for this code holds wording of the procedure only |
| `noted` | noted with the table's description; so is a code of the table without a row here |
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

EDITION: Final = "2024-17"


@dataclass(frozen=True, slots=True)
class EventCode:
    """One row of the EPO's table; `fact` is our word for it, None where we have none."""

    authority: str
    code: str
    event_class: str
    influence: str
    description: str
    fact: str | None


def look_up(authority: str, code: str) -> EventCode | None:
    """The code as `authority` (WIPO ST.3) uses it, or None where the table does not know it there."""
    return table().get((authority, code.strip()))


@lru_cache(maxsize=1)
def table() -> dict[tuple[str, str], EventCode]:
    """Every code by authority and code."""
    meanings = {(row["authority"], row["code"]): row["fact"] for row in _rows("inpadoc_facts.csv")}
    return {
        (row["authority"], row["code"]): EventCode(
            row["authority"],
            row["code"],
            row["class"],
            row["influence"],
            row["description"],
            meanings.get((row["authority"], row["code"])),
        )
        for row in _rows("inpadoc_codes.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = files("ledger.registers").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
