"""One row of an export, from one entry: a pure function, so that an audit can make every row again.

`raw` are the exact bytes that were hashed. All other columns repeat what they say or follow from it.
"""

from functools import lru_cache
from typing import Any, Final

from ledger.entry import Entry
from ledger.errors import InputRejected
from ledger.values.dates import day_of, parse_moment
from ledger.values.rights import parse_right_id
from projections.batch.counting import counted

_PROVINCES: Final = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23",
    "沪": "31", "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41",
    "鄂": "42", "湘": "43", "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51", "蜀": "51",
    "贵": "52", "黔": "52", "云": "53", "滇": "53", "藏": "54", "陕": "61", "秦": "61", "甘": "62",
    "陇": "62", "青": "63", "宁": "64", "新": "65", "兵": "65",
}  # fmt: skip
"""The sign in front of 作登字 and the province (GB/T 2260) that keeps that register of works."""
_ELSEWHERE: Final = {"港": "HK", "澳": "MO", "台": "TW"}

Row = dict[str, Any]


def row(entry: Entry, digest: bytes, link: bytes) -> Row:
    """The row of `entry`; `digest` and `link` are those stored beside it."""
    source, sums = entry.source, counted(entry)
    return {
        "position": entry.position,
        "recorded_at": entry.recorded_at,
        "effective_on": day_of(parse_moment(entry.effective_at)),
        "type": entry.type,
        "type_v": entry.type_v,
        "class": entry.entry_class.value,
        "actor": entry.actor,
        "command_id": entry.command_id,
        "source_register": source and source.register,
        "source_number": source and source.number,
        "digest": digest,
        "link": link,
        "raw": entry.raw,
        "assets": [
            {"id": asset.id, "seq": asset.seq, "prev": asset.prev, **placed(asset.id)}
            for asset in entry.assets
        ],
        "tags": list(entry.subjects),
        "counted_as": sums.counted_as,
        "counted_on": sums.on,
        "act": sums.act,
        "amount_minor": sums.minor,
        "currency": sums.currency,
        "amount_whole": sums.whole,
        "secured": [{"party": party, "name": name} for party, name in sums.secured],
        "answers": sums.answers,
    }


@lru_cache(maxsize=65536)
def placed(right: str) -> dict[str, str | None]:
    """Office, kind and region of a right, None for what its id does not tell.

    The region is the province whose register of works holds it, as `CN-44`; offices of other rights register
    for the whole country.

    >>> placed("CN:copyright:粤作登字-2023-F-00012345")
    {'office': 'CN', 'kind': 'copyright', 'region': 'CN-44'}
    """
    try:
        parsed = parse_right_id(right)
    except InputRejected:
        return {"office": None, "kind": None, "region": None}
    sign = parsed.number[0]
    region = f"CN-{_PROVINCES[sign]}" if sign in _PROVINCES else _ELSEWHERE.get(sign)
    return {"office": parsed.office, "kind": parsed.kind, "region": region}
