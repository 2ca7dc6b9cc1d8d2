"""Since when the laws this ledger applies are in force, for rules that changed on such a day (N-7).

The keys are those rules cite. A fact is judged by the law of its own day: a design filed before the Patent
Law of 2020 was in force has the shorter term for ever.
"""

from datetime import date
from typing import Final

IN_FORCE_SINCE: Final = {
    "TML": date(2019, 11, 1),
    "TPP": date(2020, 5, 1),
    "CC": date(2021, 1, 1),
    "SEC": date(2021, 1, 1),
    "PL": date(2021, 6, 1),
    "CL": date(2021, 6, 1),
    "OLR": date(2021, 8, 1),
    "PIPL": date(2021, 11, 1),
    "PPM": date(2021, 11, 15),
    "PIR": date(2024, 1, 20),
    "CoL": date(2024, 7, 1),
    "PVR": date(2025, 6, 1),
}
"""First day in force of the version applied. TPP, PPM, PIPL and SEC [V]; the others [M].

TML 商标法 2019, TPP 商标质押 Announcement 358, CC 民法典, SEC 担保制度解释, PL 专利法 2020, CL 著作权法 2020,
OLR 在线诉讼规则, PIPL 个人信息保护法, PPM 专利质押 Announcement 461, PIR 实施细则 2023, CoL 公司法 2023,
PVR 植物新品种保护条例 (Decree 807).
"""


def in_force(statute: str, day: date) -> bool:
    """Whether that version of a statute is in force on a legal day."""
    return IN_FORCE_SINCE[statute] <= day
