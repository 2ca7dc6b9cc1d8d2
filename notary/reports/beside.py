"""What stands beside owners and register: contracts nobody registered, freezes in line, acts held or told.

None of it has rank or effect on third parties (N-9, N-12); who reads a certificate must see it all the same.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ledger.reasons import ReasonUnknown, reason_of
from notary.reports.blocks import Block, Paragraph, Table
from notary.reports.words import ACTS, AGREED, RECORDALS, SECTIONS, WAITING, word

Say = Callable[[str, str], str]
Shown = dict[str, Any]

_SPELLED_OUT: Final = frozenset(
    (
        "right", "names", "title", "status", "as_of", "owners", "encumbrances", "pending", "flags",
        "extract", "expires_on", "details", "transfer_pending", "licenses", "freeze_queue", "held",
        "reported",
    )
)  # fmt: skip


def blocks(shown: Shown, lang: str, listed: Callable[[Sequence[int]], str]) -> Iterator[Block]:
    """Tables of what the answer for a day tells beside owners and encumbrances, each where it tells any.

    Args:
        shown: what `ledger.statement.view` answers.
        lang: `zh` or `en`.
        listed: writes positions of entries for a cell.
    """
    writer = _Writer(lang, listed)
    yield from writer.transfers(shown.get("transfer_pending", ()))
    yield from writer.licenses(shown.get("licenses", ()))
    yield from writer.freezes(shown.get("freeze_queue", {}))
    yield from writer.held(shown.get("held", ()))
    yield from writer.reported(shown.get("reported", ()))
    yield from writer.further(shown)


class _Writer:
    def __init__(self, lang: str, listed: Callable[[Sequence[int]], str]) -> None:
        self._lang = lang
        self._listed = listed

    def _say(self, en: str, zh: str) -> str:
        return zh if self._lang == "zh" else en

    def _table(self, title: str, columns: tuple[tuple[str, str, int], ...], rows: Any) -> Iterator[Block]:
        """Columns are English, Chinese, width; the last one, of entries, is added."""
        made = tuple(rows)
        if not made:
            return
        yield Paragraph(title)
        heads = tuple(self._say(en, zh) for en, zh, _ in columns)
        widths = tuple(width for _, _, width in columns)
        yield Table((*heads, self._say("Entries", "条目")), made, (*widths, 12))

    def transfers(self, told: Sequence[Shown]) -> Iterator[Block]:
        yield from self._table(
            self._say(
                "Agreed or claimed, but not in the register; until then it has no effect on third parties:",
                "已签约或已申报但登记簿未载；在登记之前对第三人不生效力：",
            ),
            (
                ("Kind", "种类", 12), ("From", "转出方", 22), ("To", "受让方", 22), ("Signed", "签订日", 14),
                ("State", "状态", 18),
            ),
            (
                (
                    word(AGREED, each["kind"], self._lang),
                    self._names(each["grantors"]),
                    self._names([party["name"] for party in each["grantees"]]),
                    each["executed_on"] or "–",
                    self._state(each),
                    self._listed(each["entries"]),
                )
                for each in told
            ),
        )  # fmt: skip

    def licenses(self, told: Sequence[Shown]) -> Iterator[Block]:
        yield from self._table(
            self._say(
                "Licenses as contracted or recorded; one that was not recorded binds its parties as well:",
                "许可（合同约定或备案）；未备案的许可对合同双方仍有约束力：",
            ),
            (
                ("License", "许可", 20), ("Kind", "种类", 12), ("Licensor", "许可人", 16),
                ("Licensee", "被许可人", 16), ("Term", "期限", 13), ("State", "状态", 11),
            ),
            (
                (
                    each["reference"],
                    word(AGREED, each["kind"], self._lang),
                    self._names(each["licensors"]),
                    self._names(each["licensees"]),
                    f"{each['from']}\n{each['until'] or '–'}",
                    self._license_state(each),
                    self._listed(each["entries"]),
                )
                for each in told
            ),
        )  # fmt: skip

    def freezes(self, queue: dict[str, list[Shown]]) -> Iterator[Block]:
        in_line = [(state, each) for state in ("waiting", "unserved") for each in queue.get(state, ())]
        yield from self._table(
            self._say(
                "Freezes in line behind the live one, in order of service; none binds before it is its turn:",
                "轮候冻结，依送达先后；在前一冻结解除或者届满之前不生效力：",
            ),
            (
                ("Reference", "文号", 24), ("Authority", "机关", 24), ("Stage", "阶段", 12),
                ("Served", "送达日", 12), ("State", "状态", 16),
            ),
            (
                (
                    f"{each['register']} {each['reference']}".strip(),
                    self._names(each["holders"]),
                    word(AGREED, each["stage"] or "–", self._lang),
                    each["served_on"] or "–",
                    word(WAITING, state, self._lang),
                    self._listed(each["entries"]),
                )
                for state, each in in_line
            ),
        )  # fmt: skip

    def held(self, told: Sequence[Shown]) -> Iterator[Block]:
        yield from self._table(
            self._say(
                "Acts submitted that wait for something; held, they have neither effect nor rank:",
                "已提交但待补正的行为；待补正期间既无效力亦无顺位：",
            ),
            (
                ("Act", "行为", 20), ("Waits for", "待补正事项", 42), ("Until", "期限", 12),
                ("State", "状态", 14),
            ),
            (
                (
                    f"{word(ACTS, each['kind'] or '–', self._lang)}\n{each['act']}",
                    "\n".join(self._missing(missing) for missing in each["missing"]),
                    each["until"],
                    word(WAITING, each["state"], self._lang),
                    self._listed(each["entries"]),
                )
                for each in told
            ),
        )  # fmt: skip

    def reported(self, told: Sequence[Shown]) -> Iterator[Block]:
        yield from self._table(
            self._say(
                "Reported from outside with evidence though it breaks rules; it changed nothing above:",
                "平台外发生、附证据报告的行为，因不符合规则，对以上记载无影响：",
            ),
            (("Act", "行为", 24), ("On", "发生日", 14), ("What it breaks", "不符合之处", 50)),
            (
                (
                    f"{word(ACTS, each['kind'] or '–', self._lang)}\n{each['act']}",
                    each["happened_on"],
                    ", ".join(each["codes"]),
                    self._listed(each["entries"]),
                )
                for each in told
            ),
        )

    def further(self, shown: Shown) -> Iterator[Block]:
        """The parts that are not spelled out here: nobody must think the report were all."""
        named = [name for name in shown if name not in _SPELLED_OUT and shown[name]]
        if named:
            parts = self._say(", ", "、").join(word(SECTIONS, name, self._lang) for name in named)
            yield Paragraph(
                self._say(
                    f"The statement also tells of: {parts}. They stand in proofs/statement.json.",
                    f"权利状态另载有：{parts}；内容见 proofs/statement.json。",
                )
            )

    def _state(self, each: Shown) -> str:
        state = word(WAITING, each["state"], self._lang)
        return f"{state}\n{each['ended_on']}" if each["ended_on"] else state

    def _license_state(self, each: Shown) -> str:
        recordal = word(RECORDALS, each["recordal"]["state"], self._lang)
        return f"{word(WAITING, each['state'], self._lang)}\n{recordal}"

    def _missing(self, missing: Shown) -> str:
        """The reason's sentence; of a code that this release does not know, the code."""
        code: str = missing["code"]
        try:
            reason = reason_of(code)
        except ReasonUnknown:
            return code
        return f"{reason.message({**missing, 'document': missing['item']})[self._lang]} ({code})"

    def _names(self, names: Sequence[str]) -> str:
        return self._say("; ", "；").join(names) or "–"
