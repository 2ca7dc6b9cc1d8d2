"""Statistics over an export: the counts an annual report prints. Each question is one SQL for all engines.

An entry counts on the day of its registration, or of its legal effect where it has none. What was corrected
counts as corrected, what was taken back or voided not at all. An act is counted once however many entries say
it (a register that tells of a pledge right by right), its rights once each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from projections.batch.engines import Engine, entry_views, question
from projections.batch.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Question:
    """A name, which is that of its file in `sql/`, and its titles."""

    name: str
    en: str
    zh: str


QUESTIONS: Final = (
    Question("acts_by_year", "By year, kind of right, office and region", "按年度、权利种类、局与地区"),
    Question("amounts_by_year", "Amounts by year", "按年度统计的金额"),
    Question("acts_by_amount", "By size of the amount", "按金额区间"),
    Question("pledged_by_year", "Pledges and pledged amounts by year", "按年度统计的质押与质押金额"),
    Question("top_secured_parties", "Secured parties with the most pledges", "质权人排名"),
    Question("entries_by_type", "All entries by type", "全部条目按类型"),
)

COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "year": ("year", "年度"),
    "counted_as": ("what", "事项"),
    "kind": ("kind", "权利种类"),
    "office": ("office", "局"),
    "region": ("region", "地区"),
    "currency": ("currency", "币种"),
    "amount_from": ("from", "金额不低于"),
    "party": ("party", "当事人编号"),
    "name": ("name", "名称"),
    "type": ("type", "类型"),
    "class": ("class", "类别"),
    "acts": ("acts", "件数"),
    "entries": ("entries", "条目数"),
    "rights": ("rights", "权利数"),
    "with_amount": ("with an amount", "有金额的件数"),
    "amount_minor": ("amount (minor units)", "金额（最小货币单位）"),
    "first_year": ("first year", "最早年度"),
    "last_year": ("last year", "最近年度"),
    "first_position": ("first position", "首条"),
    "last_position": ("last position", "末条"),
}
"""Every column that a question has, in one order for all, with its English and Chinese heading."""


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a question: plain values, the same whichever engine gave them."""

    question: Question
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """The rows by column."""
        return [dict(zip(self.columns, each, strict=True)) for each in self.rows]


def statistics(
    engine: Engine, folder: Path, manifest: Manifest, questions: Sequence[Question] = QUESTIONS
) -> list[Table]:
    """The answers over all parts of the export in `folder`, in the order of `questions`."""
    if not manifest.parts:
        return [Table(each, (), ()) for each in questions]
    entry_views(engine, [folder / part.file for part in manifest.parts])
    for view in ("counted", "acts"):
        engine.keep(view)
    tables = []
    for each in questions:
        answer = engine.query(question(each.name))
        tables.append(Table(each, answer.columns, tuple(tuple(map(_plain, row)) for row in answer.rows)))
    return tables


def records(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """All rows of all tables with the same members, for one file: `question` and every one of `COLUMNS`."""
    return [
        {"question": table.question.name} | {name: record.get(name) for name in COLUMNS}
        for table in tables
        for record in table.records()
    ]


def _plain(value: Any) -> int | str | None:
    """Engines differ in how they give an exact sum; none gives a float."""
    if isinstance(value, Decimal) and value == int(value):
        return int(value)
    assert value is None or isinstance(value, int | str), value
    return value
