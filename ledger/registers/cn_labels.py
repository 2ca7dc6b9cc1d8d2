"""The labelled text of a Chinese legal event, taken apart: `登记号:Y2019330000056` and its like.

CNIPA writes one `label:value` a line, with full-width or half-width colon; the English renderings that
INPADOC and the lists made from it carry run on in one line, `Pledgee: … Pledgor: … Registration number: …`.
Both are read here into pairs of one vocabulary, in the order of the text. What stands under an address
label, or under a label not known here, is dropped: it must not be taken for the value before it.
"""

import re
from functools import lru_cache
from typing import Final, Literal

from ledger.registers.fields import day_or_none, name_of, text_of

Field = Literal[
    "number", "registered", "recorded", "changed", "ended", "terminated", "abandoned", "decided",
    "decision", "pledgors", "pledgees", "licensors", "licensees", "license_kind", "item", "before", "after",
    "owner_before", "owner_after", "coowner_before", "coowner_after", "dropped",
]  # fmt: skip
Pairs = list[tuple[Field, str]]

_LABELS: Final[dict[Field, tuple[str, ...]]] = {
    "number": ("登记号", "合同备案号", "质押登记号", "Registration number", "Contract record no."),
    "registered": ("登记生效日", "Effective date of registration"),
    "recorded": ("备案日期", "备案日", "Record date"),
    "changed": ("变更日", "变更日期", "Change date"),
    "ended": ("解除日", "注销日", "Date of cancellation"),
    "terminated": ("终止日期", "终止日", "专利权终止日", "专利权终止日期", "Termination date"),
    "abandoned": ("放弃生效日", "Effective date of abandoning"),
    "decided": ("无效宣告决定日", "Decision date of declaring invalidation"),
    "decision": ("无效宣告决定号", "Decision number of declaring invalidation"),
    "pledgors": ("出质人", "Pledgor"),
    "pledgees": ("质权人", "Pledgee"),
    "licensors": ("让与人", "许可人", "Assignor"),
    "licensees": ("受让人", "被许可人", "Assignee"),
    "license_kind": ("许可种类", "License type"),
    "item": ("变更事项", "Change item"),
    "before": ("变更前权利人", "变更前"),
    "after": ("变更后权利人", "变更后"),
    "owner_before": ("Patentee before", "Applicant before", "FORMER OWNER", "FORMER NAME"),
    "owner_after": ("Patentee after", "Applicant after"),
    "coowner_before": ("Co-patentee before", "Co-applicant before"),
    "coowner_after": ("Co-patentee after", "Co-applicant after"),
    "dropped": (
        "Address after", "Address before", "Patentee address", "Applicant address",
        "Denomination of invention",
        "Granted publication date", "Application publication date", "Expiry date", "Review conclusion",
        "Addressee", "Document name", "Former decision", "Former decision publication date", "Agent",
        "Free format text",
    ),
}  # fmt: skip
_FIELD_OF: Final = {label.upper(): field for field, labels in _LABELS.items() for label in labels}
_ENGLISH: Final = re.compile(
    r"(?:(?<=[\s;,.])|^)("
    + "|".join(sorted((re.escape(label) for label in _FIELD_OF if label.isascii()), key=len, reverse=True))
    + r")\s*[::]",
    re.IGNORECASE,
)
_LINE: Final = re.compile(r"\s*([^\s::][^::\n]{0,24}?)\s*[::](.*)")
_CHINESE_DAY: Final = re.compile(r"(\d{4})\s*[年./]\s*(\d{1,2})\s*[月./]\s*(\d{1,2})\s*日?")
_SEPARATORS: Final = re.compile(r"[;;、\n]+")
_NOBODY: Final = frozenset(("无", "空", "-", "—", "/", "NONE"))


def labelled(text: str) -> Pairs:
    """Labels and values of a CNIPA text, line by line; a line without a label continues the one before."""
    pairs: Pairs = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if english := _labelled_english(line):
            pairs += english
        elif found:
            pairs.append((_FIELD_OF.get(found[1].strip(), "dropped"), found[2].strip()))
        elif pairs and line.strip():
            field, value = pairs[-1]
            pairs[-1] = (field, f"{value}\n{line.strip()}" if value else line.strip())
    return pairs


def _labelled_english(text: str) -> Pairs:
    """The pairs of a line of English labels; none where its first word is no label."""
    marks = list(_ENGLISH.finditer(text))
    if not marks or text[: marks[0].start()].strip():
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (_FIELD_OF[mark[1].upper()], text[mark.end() : end].strip(" ;,\t"))
        for mark, end in zip(marks, ends, strict=True)
    ]


def first(pairs: Pairs, *fields: Field) -> str | None:
    """The first value that says something under one of `fields`."""
    return next((text for field, value in pairs if field in fields and (text := text_of(value))), None)


def day(pairs: Pairs, *fields: Field) -> str | None:
    """The first day under one of `fields`; an impossible one is left out."""
    for field, value in pairs:
        if field in fields and (found := day_of(value)):
            return found
    return None


@lru_cache(maxsize=65536)
def day_of(text: str | None) -> str | None:
    """`20190718`, `2019-07-18`, `2019.07.18`, `2019年7月18日` as a day; None for nothing or no day."""
    found = _CHINESE_DAY.fullmatch((text or "").strip())
    written = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text
    return day_or_none(written)


def people(pairs: Pairs, *fields: Field) -> tuple[str, ...]:
    """Every name under `fields`, co-owners split at `;`, `;`, `、`, in order and each once."""
    found = [
        name
        for field, value in pairs
        if field in fields
        for part in _SEPARATORS.split(value)
        if (name := name_of(part)) and name.upper() not in _NOBODY
    ]
    return tuple(dict.fromkeys(found))
