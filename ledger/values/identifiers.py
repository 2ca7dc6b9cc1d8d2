"""Numbers of parties and rights as their registers write them, with check digits (domain.md 2.1, 2.2).

Every `parse_…` takes what somebody typed and returns the value in its one canonical form, or raises
InputRejected with `PARTY_ID_INVALID` or `ASSET_ID_INVALID`. The refusal's data name the `reason`: `FORM`;
`CHECK_DIGIT` with the one it must be (`expected`); `REGION` or `DATE` inside a resident number; or one of
`ledger.values.signs.Deception` with `position` (from 1) and `code_point`.

Registers' files are read by `ledger.values.rights` and `ledger.registers`, which are lenient (N-2); here
somebody can be asked to type it again. A filing date is never taken from a number: a divisional application
keeps its parent's date (A-ID2).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NoReturn

from ledger.errors import InputRejected
from ledger.values.rights import WORK_REGISTERS, cn_check_digit, us_grant_number
from ledger.values.signs import Sign, deceptive_sign, unreadable_sign

PARTY_ID_INVALID: Final = "PARTY_ID_INVALID"
ASSET_ID_INVALID: Final = "ASSET_ID_INVALID"


@dataclass(frozen=True, slots=True)
class _Form:
    """What a number looks like, and how to say so; `han` are the Chinese signs it may contain."""

    pattern: re.Pattern[str]
    en: str
    zh: str
    code: str = ASSET_ID_INVALID
    han: str = ""
    secret: bool = False


# Parties


@dataclass(frozen=True, slots=True, order=True)
class CreditCode:
    """Unified social credit code 统一社会信用代码 of an organization (GB 32100-2015, rule ID-1)."""

    number: str


@dataclass(frozen=True, slots=True, order=True)
class Lei:
    """Legal entity identifier (ISO 17442, rule ID-3)."""

    number: str


@dataclass(frozen=True, slots=True)
class ResidentId:
    """Resident identity number 公民身份号码 (GB 11643-1999, rule ID-2).

    Never stored in an entry (PV-1) and therefore never printed: it may go into the vault or a keyed
    commitment only.
    """

    number: str = field(repr=False)


def parse_credit_code(text: str) -> CreditCode:
    """`91000000MAXX000018` as a CreditCode.

    A refusal for `CHECK_DIGIT` alone may be overridden by an operator with the digest of the license scan,
    because some early codes fail it (rule ID-1).

    >>> parse_credit_code("91000000MAXX000018")
    CreditCode(number='91000000MAXX000018')
    """
    number = _matched(_CREDIT_CODE, text)[0]
    # GB 32100, 4.2: weight of the i-th sign is 3^(i-1) mod 31
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(number[:17]))
    _require_check(_CREDIT_CODE, text, number[17:], _CREDIT_SIGNS[-total % 31])
    return CreditCode(number)


def parse_lei(text: str) -> Lei:
    """`0000TESTBANKALPHA071` as a Lei; its check digits are those of ISO/IEC 7064 MOD 97-10."""
    number = _matched(_LEI, text)[0]
    digits = "".join(str(int(sign, 36)) for sign in number[:18])
    _require_check(_LEI, text, number[18:], f"{98 - int(digits) * 100 % 97:02d}")
    return Lei(number)


def parse_resident_id(text: str) -> ResidentId:
    """Eighteen signs as a ResidentId; what was typed is in no refusal, neither in message nor data."""
    number = _matched(_RESIDENT, text)[0]
    if not _PROVINCES.match(number):
        _refuse(
            _RESIDENT, text, "REGION", "digits 1 and 2 are no region of GB/T 2260", "前两位不是行政区划代码"
        )
    if not _is_day(number[6:14]):
        _refuse(_RESIDENT, text, "DATE", "digits 7 to 14 are no day", "第 7 至 14 位不是有效的出生日期")
    _require_check(_RESIDENT, text, number[17], _resident_check(number))
    return ResidentId(number)


def is_resident_id(number: str) -> bool:
    """Whether 17 digits and a check sign (`x` counts as `X`) are a valid number of GB 11643."""
    upper = number.upper()
    if not _RESIDENT.pattern.fullmatch(upper) or not _PROVINCES.match(upper) or not _is_day(upper[6:14]):
        return False
    return upper[17] == _resident_check(upper)


_CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE: Final = _Form(
    re.compile(f"[{_CREDIT_SIGNS}]{{18}}"),
    "a unified social credit code has 18 signs of 0-9 and A-Z without I, O, S, V, Z",
    "统一社会信用代码为 18 位，由 0-9 及 A-Z（不含 I、O、S、V、Z）组成",
    PARTY_ID_INVALID,
)
_LEI: Final = _Form(
    re.compile(r"[0-9A-Z]{18}[0-9]{2}"),
    "an LEI has 18 letters or digits and two check digits",
    "LEI 为 18 位字母或数字加 2 位校验数字",
    PARTY_ID_INVALID,
)
_RESIDENT: Final = _Form(
    re.compile(r"[0-9]{17}[0-9X]"),
    "a resident identity number has 17 digits and a check sign 0-9 or X",
    "公民身份号码为 17 位数字加 1 位校验码（0-9 或 X）",
    PARTY_ID_INVALID,
    secret=True,
)
_PROVINCES: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""First two digits of GB/T 2260; 83 stands on the residence permits of people from Taiwan."""


def _resident_check(number: str) -> str:
    """ISO/IEC 7064 MOD 11-2 over the first 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return "10X98765432"[total % 11]


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


# Chinese patents


class PatentSort(StrEnum):
    """The three patents of PL 2."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


@dataclass(frozen=True, slots=True, order=True)
class CnApplicationNumber:
    """A Chinese application number, `201710601862.3` or, before October 2003, `95115608.X`.

    `pct` says that its type digit is 8 or 9, an international application in the national phase; some
    numbers before 1998 stand for one without saying so. The patent's number is the same behind `ZL`.
    """

    number: str
    sort: PatentSort
    pct: bool


@dataclass(frozen=True, slots=True, order=True)
class CnPublicationNumber:
    """A Chinese publication or grant number: `CN100334574C` has number `100334574` and kind code `C`."""

    number: str
    sort: PatentSort
    kind_code: str


def parse_cn_application_number(text: str) -> CnApplicationNumber:
    """`201710601862.3`, `2017106018623` or `ZL201710601862.3` as a CnApplicationNumber (rule A-ID1).

    >>> parse_cn_application_number("ZL95115608.X").number
    '95115608.X'
    """
    match = _matched(_CN_APPLICATION, text)
    number, check = match["number"], cn_check_digit(match["number"])
    _require_check(_CN_APPLICATION, text, match["check"] or "", check)
    digit = number[4] if len(number) == 12 else number[2]
    return CnApplicationNumber(f"{number}.{check}", _SORTS[digit], pct=digit in "89")


def parse_cn_publication_number(text: str) -> CnPublicationNumber:
    """`CN107012345A` as a CnPublicationNumber; its kind code must stand with it and fit the first digit."""
    match = _matched(_CN_PUBLICATION, text)
    number = match["number"]
    return CnPublicationNumber(number, _SORTS[number[0]], match["kind"])


_SORTS: Final = {
    "1": PatentSort.INVENTION,
    "8": PatentSort.INVENTION,
    "2": PatentSort.UTILITY_MODEL,
    "9": PatentSort.UTILITY_MODEL,
    "3": PatentSort.DESIGN,
}
_CN_APPLICATION: Final = _Form(
    re.compile(
        r"(?:ZL|CN)?(?P<number>20(?:0[3-9]|[1-9][0-9])[12389][0-9]{7}|(?:8[5-9]|9[0-9]|0[0-3])[12389][0-9]{5})"
        r"\.?(?P<check>[0-9X])?"
    ),
    "a Chinese application number is a year, a type digit (1, 8 invention; 2, 9 utility model; 3 design), a "
    "serial number, a point and a check digit, such as 201710601862.3 or 95115608.X",
    "中国专利申请号由年份、种类号（1、8 发明；2、9 实用新型；3 外观设计）、流水号、小数点和校验位"
    "组成，例如 201710601862.3 或 95115608.X",
)
_CN_PUBLICATION: Final = _Form(
    re.compile(
        r"CN(?P<number>[123](?:[0-9]{6}|[0-9]{8}))"
        r"(?P<kind>(?<=CN1.{6})[ABC]|(?<=CN1.{8})(?:[AB][89]?|C[1-7]?)"
        r"|(?<=CN2.{6})[UY]|(?<=CN2.{8})(?:U[89]?|Y[1-7]?)"
        r"|(?<=CN3.{6})[SD]|(?<=CN3.{8})(?:S[1-9]?|D))"
    ),
    "a Chinese publication number is CN, 7 or 9 digits and a kind code: A, B, C behind 1…, U, Y behind 2…, "
    "S, D behind 3…",
    "中国专利文献号由 CN、7 位或 9 位数字和文献种类代码组成：1 开头用 A、B、C，2 开头用 U、Y，3 开头用 S、D",
)


# Other Chinese rights


@dataclass(frozen=True, slots=True, order=True)
class TrademarkNumber:
    """A Chinese trademark number; `madrid` when the mark is an international registration (`G…`).

    The letter behind a divided file belongs to the number (domain 2.1).
    """

    number: str
    madrid: bool


@dataclass(frozen=True, slots=True, order=True)
class RegistrationNumber:
    """A number that says nothing further to the rules."""

    number: str


def parse_cn_trademark_number(text: str) -> TrademarkNumber:
    """`12345678`, `12345678A` or `G1234567`."""
    number = _matched(_CN_TRADEMARK, text)[0]
    return TrademarkNumber(number, madrid=number.startswith("G"))


def parse_cn_software_number(text: str) -> RegistrationNumber:
    """The registration number 登记号 `2021SR0123456`; the certificate bears another one."""
    return RegistrationNumber(_matched(_CN_SOFTWARE, text)[0])


def parse_cn_software_certificate(text: str) -> RegistrationNumber:
    """The certificate number 证书号 `软著登字第1234567号`."""
    return RegistrationNumber(_matched(_CN_SOFTWARE_CERTIFICATE, text)[0])


def parse_cn_copyright_number(text: str) -> RegistrationNumber:
    """`国作登字-2023-F-00123456`; a province's register has its short name in front, `粤作登字-…`."""
    return RegistrationNumber(_matched(_CN_COPYRIGHT, text)[0])


def parse_cn_layout_number(text: str) -> RegistrationNumber:
    """`BS.155508385`, a layout design of an integrated circuit."""
    return RegistrationNumber(_matched(_CN_LAYOUT, text)[0])


def parse_cn_variety_number(text: str) -> RegistrationNumber:
    """`CNA20191006012` or `CNA20070123.4` (agriculture), `20200001` (forestry)."""
    return RegistrationNumber(_matched(_CN_VARIETY, text)[0])


_CN_TRADEMARK: Final = _Form(
    re.compile(r"G?[1-9][0-9]{0,7}[A-Z]{0,2}"),
    "a Chinese trademark number has 1 to 8 digits without leading zero, G in front of an international "
    "registration, a letter behind a divided one",
    "商标注册号为 1 至 8 位数字（首位不为 0），国际注册冠以 G，分割注册后缀字母",
)
_CN_SOFTWARE: Final = _Form(
    re.compile(r"20[0-9]{2}SR[0-9]{6,7}"),
    "a software registration is a year, SR and 6 or 7 digits, such as 2021SR0123456",
    "软件著作权登记号为年份、SR 和 6 至 7 位数字，例如 2021SR0123456",
)
_CN_SOFTWARE_CERTIFICATE: Final = _Form(
    re.compile(r"软著登字第[1-9][0-9]{0,8}号"),
    "a software certificate is numbered such as 软著登字第1234567号",
    "软件著作权证书号形如 软著登字第1234567号",
    han="软著登字第号",
)
_CN_COPYRIGHT: Final = _Form(
    re.compile(r"[\u4e00-\u9fff]作登字-(?:19|20)[0-9]{2}-[A-L]-[0-9]{8}"),
    "a registration of a work is 国作登字 (or a province's short name in front), year, class A to L and 8 "
    "digits, such as 国作登字-2023-F-00123456",
    "作品登记号由 国作登字（或省份简称）、年份、类别 A 至 L 和 8 位数字组成，例如 国作登字-2023-F-00123456",
    han="作登字" + WORK_REGISTERS,
)
_CN_LAYOUT: Final = _Form(
    re.compile(r"BS\.[0-9]{6,12}"),
    "a layout design is BS. and digits, such as BS.155508385",
    "布图设计登记号为 BS. 加数字，例如 BS.155508385",
)
_CN_VARIETY: Final = _Form(
    re.compile(r"CNA[0-9]{8}\.[0-9X]|CNA(?:19|20)[0-9]{9}|(?:19|20)[0-9]{6}"),
    "a plant variety is CNA and digits (agriculture), such as CNA20191006012, or 8 digits (forestry)",
    "品种权号为 CNA 加数字（农业），例如 CNA20191006012，或 8 位数字（林草）",
)


# United States


class UsNumberKind(StrEnum):
    """What a US patent number is a number of."""

    APPLICATION = "application"
    PUBLICATION = "publication"
    GRANT = "grant"


@dataclass(frozen=True, slots=True, order=True)
class UsPatentNumber:
    """`number` is written as in `ledger.values.rights`: `8789601`, `D654321`, `15145443`, `20170123456`."""

    kind: UsNumberKind
    number: str


def parse_us_patent_number(text: str) -> UsPatentNumber:
    """`8,789,601`, `US12345678B2`, `D654,321`, `15/145,443`, `US 2017/0123456 A1`.

    Eight bare digits are refused: they may be an application or a patent.
    """
    match = _matched(_US_PATENT, text)
    if match["serial"]:
        return UsPatentNumber(UsNumberKind.APPLICATION, match["series"] + match["serial"])
    if match["publication"]:
        return UsPatentNumber(UsNumberKind.PUBLICATION, match["year"] + match["publication"])
    number = us_grant_number(match["grant"])
    bare = len(text) == 8 and text.isdigit()
    if bare or not number[-1:].isdigit():
        _refuse(_US_PATENT, text, "FORM", _US_PATENT.en, _US_PATENT.zh)
    return UsPatentNumber(UsNumberKind.GRANT, number)


def parse_us_trademark_number(text: str) -> RegistrationNumber:
    """A registration `1,234,567` or a serial number `88/123,456`, written `1234567` and `88123456`."""
    return RegistrationNumber(_matched(_US_TRADEMARK, text)[0].replace("/", ""))


def parse_us_copyright_number(text: str) -> RegistrationNumber:
    """`TX 1-234-567`, `VA0001234567`, `PAu 123-456` (unpublished), written `TX0001234567`: ten digits."""
    match = _matched(_US_COPYRIGHT, text)
    return RegistrationNumber(match["register"] + match["serial"].zfill(10))


_US_PATENT: Final = _Form(
    re.compile(
        r"(?:US)?(?:(?P<series>[0-9]{2})/(?P<serial>[0-9]{6})|(?P<year>20[0-9]{2})/?(?P<publication>[0-9]{7})(?:A[1-9])?"
        r"|(?P<grant>[0-9]{5,8}|(?:D|RE|PP|H|T)[0-9]{3,8})(?:[A-Z][0-9]?)?)"
    ),
    "write a US patent as 8,789,601 or US 12345678 B2 (D, RE, PP in front where they belong), an "
    "application as 15/145,443, a publication as US 2017/0123456 A1",
    "美国专利请写作 8,789,601 或 US 12345678 B2（必要时冠以 D、RE、PP），申请写作 15/145,443，"
    "公开写作 US 2017/0123456 A1",
)
_US_TRADEMARK: Final = _Form(
    re.compile(r"[1-9][0-9]{0,6}|[0-9]{2}/?[0-9]{6}"),
    "write a US registration as 1,234,567 and a serial number as 88/123,456",
    "美国商标注册号请写作 1,234,567，申请号写作 88/123,456",
)
_US_COPYRIGHT: Final = _Form(
    re.compile(r"(?P<register>(?:TX|VA|PA|SR)U?)(?P<serial>[0-9]{1,10})"),
    "a US copyright registration is TX, VA, PA or SR (U behind it if unpublished) and up to 10 digits",
    "美国版权登记号为 TX、VA、PA 或 SR（未发表的后加 U）加至多 10 位数字",
)
_GROUPED: Final = (_US_PATENT, _US_TRADEMARK, _US_COPYRIGHT)
"""Forms whose digits people group with blanks, commas or hyphens."""


# One entry for rule A-1


def canonical_number(office: str, kind: str, text: str) -> str:
    """The one spelling of a right's number at an office (rule A-1).

    `office` is WIPO ST.3, `kind` one of `ledger.values.rights.KINDS`. Where domain 2.1 knows no form, only
    an empty number and unreadable signs are refused.

    >>> canonical_number("CN", "patent", "ZL2015101000018")
    '201510100001.8'
    """
    parse = _PARSERS.get((office, kind))
    if parse is not None:
        return parse(text)
    sign = unreadable_sign(text)
    if sign is not None:
        _refuse_sign(_ANY, text, sign)
    return _matched(_ANY, text, checked=True)[0]


_ANY: Final = _Form(
    re.compile(r"\S(?:.{0,78}\S)?"),
    "a number has 1 to 80 signs, without a blank at either end",
    "号码为 1 至 80 个字符，首尾不得为空格",
)
_PARSERS: Final[dict[tuple[str, str], Callable[[str], str]]] = {
    ("CN", "patent"): lambda text: parse_cn_application_number(text).number,
    ("CN", "trademark"): lambda text: parse_cn_trademark_number(text).number,
    ("CN", "software"): lambda text: parse_cn_software_number(text).number,
    ("CN", "copyright"): lambda text: parse_cn_copyright_number(text).number,
    ("CN", "layout"): lambda text: parse_cn_layout_number(text).number,
    ("CN", "variety"): lambda text: parse_cn_variety_number(text).number,
    ("US", "patent"): lambda text: parse_us_patent_number(text).number,
    ("US", "trademark"): lambda text: parse_us_trademark_number(text).number,
    ("US", "copyright"): lambda text: parse_us_copyright_number(text).number,
}


def _matched(form: _Form, text: str, *, checked: bool = False) -> re.Match[str]:
    """The upper-case text under its form; `checked` when its signs have been looked at already."""
    sign = None if checked else deceptive_sign(text, form.han)
    if sign is not None:
        _refuse_sign(form, text, sign)
    compact = text if form is _ANY else text.upper()
    if form in _GROUPED:
        compact = re.sub(r"(?<=[0-9A-Z])[, -](?=[0-9A-Z])", "", compact)
    match = form.pattern.fullmatch(compact)
    if match is None:
        _refuse(form, text, "FORM", form.en, form.zh)
    return match


def _require_check(form: _Form, text: str, found: str, expected: str) -> None:
    if found == expected:
        return
    instead_en, instead_zh = (f"not {found}", f"而非 {found}") if found else ("it is missing", "现缺失")
    if form.secret:
        instead_en, instead_zh = "another one was given", "与所填不符"
    _refuse(
        form,
        text,
        "CHECK_DIGIT",
        f"the check digit must be {expected}, {instead_en}",
        f"校验位应为 {expected}，{instead_zh}",
        expected=expected,
    )


def _refuse_sign(form: _Form, text: str, sign: Sign) -> NoReturn:
    _refuse(
        form,
        text,
        sign.reason.value,
        f"sign {sign.position} is {sign.code_point} ({sign.name}), which does not belong there; retype it",
        f"第 {sign.position} 个字符为 {sign.code_point}（{sign.name}），不应出现；请重新键入",
        position=sign.position,
        code_point=sign.code_point,
    )


_SHOWN: Final = 80
"""No number is longer; a refusal does not carry a whole file back."""


def _refuse(form: _Form, text: str, reason: str, en: str, zh: str, **data: str | int) -> NoReturn:
    if form.secret:
        raise InputRejected(form.code, en, zh, reason=reason, **data)
    shown = text[:_SHOWN]
    raise InputRejected(form.code, f"{shown!r}: {en}", f"{shown!r}：{zh}", reason=reason, text=shown, **data)
