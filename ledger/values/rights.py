"""How a right is named (domain.md 2.1).

A right's id is `<office>:<kind>:<number>`, the number being its application number where one is known,
because many rights never get another: `US:patent:15145443`, `CN:patent:201810200002.3`,
`CN:trademark:12345678`, `CN:software:2021SR0123456`. A right known by a publication or patent number
only is named by that number with its office in front: `CN:patent:CN100334574`.

Application, publication and grant numbers are *names* of one right; `readings` turns any usual notation
into the names it may mean, and the ledger answers which of them it knows.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ledger.errors import InputRejected

KINDS: Final = (
    "patent",
    "trademark",
    "copyright",
    "software",
    "layout",
    "variety",
    "geographical_indication",
)
NAME_KINDS: Final = ("application", "publication", "grant", "registration", "international")

WORK_REGISTERS: Final = "国京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼川渝蜀贵黔滇云藏陕秦甘陇青宁新兵港澳台"
"""Signs in front of 作登字: the national register of works and those of the provinces."""

_ID: Final = re.compile(rf"([A-Z]{{2}}):([a-z_]+):([0-9A-Za-z./()号第软著登字作{WORK_REGISTERS}-]{{1,60}})")
_US_PATENT: Final = re.compile(r"(?:US)?(?P<number>(?:D|RE|PP|H|T)?[0-9]{5,8})(?P<kind>[A-Z][0-9]?)?")
_US_PUBLICATION: Final = re.compile(r"(?:US)?(?P<year>20[0-9]{2})/?(?P<serial>[0-9]{7})(?:A[1-9])?")
_US_APPLICATION: Final = re.compile(r"(?:US)?(?P<series>[0-9]{2})/(?P<serial>[0-9]{6})")
_US_INPADOC: Final = re.compile(r"(?:US)?(?P<year>(?:19|20)[0-9]{2})(?P<number>[0-9]{8})A?")
_CN_APPLICATION: Final = re.compile(
    r"(?:ZL|CN)?(?P<number>(?:19|20)[0-9]{2}[1-9][0-9]{7}|[0-9]{2}[1-9][0-9]{5})\.?(?P<check>[0-9X])"
)
_CN_PUBLICATION: Final = re.compile(r"CN(?P<number>[1-9][0-9]{5,8})(?:[A-Z][0-9]?)?")
_CN_SOFTWARE: Final = re.compile(r"20[0-9]{2}SR[0-9]{6,7}")
_OFFICE_NUMBER: Final = re.compile(r"(?P<office>[A-Z]{2})(?P<number>[A-Z]?[0-9]{4,14})(?P<kind>[A-Z][0-9]?)?")


@dataclass(frozen=True, slots=True, order=True)
class RightId:
    """Office (WIPO ST.3), kind and number of a right: a family member elsewhere is another right (N-8)."""

    office: str
    kind: str
    number: str

    def __str__(self) -> str:
        return f"{self.office}:{self.kind}:{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class RightName:
    """One number a right goes by at its office."""

    office: str
    right_kind: str
    kind: str
    number: str

    @property
    def key(self) -> str:
        """Text by which names are looked up."""
        return f"{self.office}:{self.right_kind}:{self.kind}:{self.number}"


@lru_cache(maxsize=65536)
def parse_right_id(text: str) -> RightId:
    """`US:patent:15145443` as a RightId.

    Raises:
        InputRejected: `ASSET_ID_INVALID`, not of that form or of an unknown kind (rule A-1).
    """
    match = _ID.fullmatch(text)
    if not match or match[2] not in KINDS:
        raise InputRejected(
            "ASSET_ID_INVALID",
            f"{text!r} is not a right: write OFFICE:KIND:NUMBER, for example US:patent:15145443; "
            f"kinds are {', '.join(KINDS)}",
            f"{text!r} 不是权利编号：请写成 局：种类：号码，例如 CN:patent:201810200002.3;"
            f"种类为 {'、'.join(KINDS)}",
            text=text,
        )
    return RightId(match[1], match[2], match[3])


def readings(text: str) -> list[RightName]:
    """Every name a notation may mean, likeliest first; empty when it fits no known form.

    `US 8,789,601 B2` is a grant; `15/145,443` an application; eight bare digits are a US application and
    seven a US patent first; `ZL201810200002.3` a Chinese application. With an office and kind in front
    (`US:patent:8789601`) only that office's readings are given. Words around a number say of which kind it
    is: `US 15145443 (application)`, `U.S. Patent No. 8,789,601`, `专利号 ZL201810200002.3`.
    """
    compact = re.sub(r"[\s,]|NO\.", "", unicodedata.normalize("NFKC", text.replace("№", "")).upper())
    prefix = re.fullmatch(r"([A-Z]{2}):([A-Z_]+):(.+)", compact)
    if prefix:
        office, kind, number = prefix[1], prefix[2].lower(), prefix[3]
        names = _readings_at(office, kind, number)
        return names or [RightName(office, kind, name_kind, number) for name_kind in NAME_KINDS]
    compact, said = _without_words(compact)
    names = []
    for office, kind in _GUESSES:
        names += _readings_at(office, kind, compact)
    generic = _OFFICE_NUMBER.fullmatch(compact)
    if generic and generic["office"] not in {"US", "CN", "ZL", "RE", "PP"}:
        office, number = generic["office"], generic["number"]
        names += [
            RightName(office, "patent", kind, number) for kind in ("publication", "application", "grant")
        ]
    return _of_kind(said, list(dict.fromkeys(names)), compact)


_GUESSES: Final = (("US", "patent"), ("CN", "patent"), ("CN", "software"))
_SAID: Final = (
    ("publication", re.compile(r"PUBLICATION|PUBL?\.|公开号|公布号|公告号")),
    ("application", re.compile(r"APPLICATION|APPL?\.|SERIAL|SER\.|申请号")),
    ("grant", re.compile(r"PATENT|PAT\.|GRANT")),
)
"""Words that say of which kind a number is; *patent application publication* is a publication."""
_IDLE: Final = re.compile(r"NUMBER|授权|专利|第|号|[:()#]")


def _without_words(compact: str) -> tuple[str, str | None]:
    """A notation without the words around its number, and the kind that they say, if any."""
    said = next((kind for kind, words in _SAID if words.search(compact)), None)
    for _, words in _SAID:
        compact = words.sub("", compact)
    compact = _IDLE.sub("", compact.replace("U.S.", "US"))
    return compact.replace("USUS", "US"), said


def _of_kind(said: str | None, names: list[RightName], compact: str) -> list[RightName]:
    """The readings of the kind that was said. Words may be loose (a ZL number is an application number)."""
    chosen = [name for name in names if name.kind == said]
    if chosen or said != "application":
        return chosen or names
    digits = compact.removeprefix("US")
    # US and digits alone are a patent's number, unless it was said to be an application's.
    if compact.startswith("US") and digits.isascii() and digits.isdecimal() and len(digits) <= 8:
        return [RightName("US", "patent", "application", digits.zfill(8))]
    return names


def _readings_at(office: str, kind: str, number: str) -> list[RightName]:
    if (office, kind) == ("US", "patent"):
        return _us_patent(number)
    if (office, kind) == ("CN", "patent"):
        return _cn_patent(number)
    if (office, kind) == ("CN", "software") and _CN_SOFTWARE.fullmatch(number):
        return [RightName("CN", "software", "registration", number)]
    return []


def _us_patent(number: str) -> list[RightName]:
    names = []
    if match := _US_APPLICATION.fullmatch(number):
        return [RightName("US", "patent", "application", match["series"] + match["serial"])]
    if match := _US_PUBLICATION.fullmatch(number):
        names.append(RightName("US", "patent", "publication", match["year"] + match["serial"]))
    if match := _US_INPADOC.fullmatch(number):
        names.append(RightName("US", "patent", "application", match["number"]))
    if (match := _US_PATENT.fullmatch(number)) and us_grant_number(match["number"])[-1:].isdigit():
        grant = RightName("US", "patent", "grant", us_grant_number(match["number"]))
        digits = match["number"]
        application = RightName("US", "patent", "application", digits.zfill(8))
        if match["kind"] or not digits.isdigit() or number.startswith("US"):
            names.append(grant)
        elif len(digits) == 8:
            names += [application, grant]
        else:
            names += [grant, application] if len(digits) == 7 else [grant]
    return names


def us_grant_number(number: str) -> str:
    """A US patent number without leading zeros: `08789601` and `8789601` are one, `D0654321` is `D654321`."""
    prefix = re.match(r"[A-Z]*", number)
    letters = prefix[0] if prefix else ""
    return letters + number[len(letters) :].lstrip("0")


def _cn_patent(number: str) -> list[RightName]:
    names = []
    if (match := _CN_APPLICATION.fullmatch(number)) and _may_be_application(number, match):
        names.append(RightName("CN", "patent", "application", f"{match['number']}.{match['check']}"))
    if match := _CN_PUBLICATION.fullmatch(number):
        names.append(RightName("CN", "patent", "publication", match["number"]))
    return names


def _may_be_application(number: str, match: re.Match[str]) -> bool:
    """Nine digits without a point are an old application number only if their check digit fits."""
    return "." in number or len(match["number"]) == 12 or cn_check_digit(match["number"]) == match["check"]


def cn_check_digit(number: str) -> str:
    """Check character of a Chinese application number's 8 or 12 digits (rule A-ID1).

    >>> cn_check_digit("201710601862"), cn_check_digit("95115608")
    ('3', 'X')
    """
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "0123456789X"[total % 11]
