"""Every flag code a statement can carry, in the order a reader should meet them, one sentence each.

Sentences are filled from the flag's data with `str.format`; a code without data reads the same for all.
"""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, the rule it comes from, and its sentence in English and Chinese."""

    name: str
    rule: str
    en: str
    zh: str

    def message(self, data: dict[str, Any]) -> dict[str, str]:
        """Both sentences, filled."""
        return {"en": self.en.format(**data), "zh": self.zh.format(**data)}


_FLAGS: Final = (
    Code(
        "CHAIN_OF_TITLE_BREAK",
        "T-2, N-2",
        "recording {number}: {grantors} conveyed or pledged what was not theirs of record; "
        "the owner of record was then {owners}",
        "登记 {number}：{grantors} 作出的转让或出质超出其登记权利；当时的登记权利人为 {owners}",
    ),
    Code(
        "OWNER_UNKNOWN",
        "N-1",
        "no recording on this ledger shows an owner; ask for a register extract",
        "本账本中没有任何记录显示权利人；请调取登记簿副本",
    ),
    Code(
        "REGISTER_OWNER_DIFFERS",
        "N-2",
        "the register names {stated} as owner, the recordings lead to {owners}",
        "登记簿载明的权利人为 {stated}，而依各次登记推得 {owners}",
    ),
    Code(
        "INVENTOR_NOT_CONVEYED",
        "T-2",
        "no recorded conveyance by inventor {inventors}; a share may be outstanding",
        "未见发明人 {inventors} 的转让登记；可能尚有份额未转让",
    ),
    Code(
        "SHARE_UNSPECIFIED",
        "A-2",
        "the register gives no shares; equal shares are shown",
        "登记簿未载明份额；此处按等额显示",
    ),
    Code(
        "RELEASE_BY_OTHER_PARTY",
        "P-21",
        "release {number} of {reference} was given by {releasors}, but the pledgee of record is {holders}; "
        "the pledge stands",
        "解除登记 {number} 针对 {reference}，由 {releasors} 作出，但登记质权人为 {holders}；质权仍存续",
    ),
    Code(
        "PLEDGE_ASSIGNED_BY_OTHER_PARTY",
        "P-12",
        "assignment {number} of pledge {reference} was given by {releasors}, but the pledgee of record is "
        "{holders}; the pledge stays with them",
        "质权转让登记 {number} 针对 {reference}，由 {releasors} 作出，但登记质权人为 {holders}；质权人不变",
    ),
    Code(
        "RELEASE_WITHOUT_PLEDGE",
        "P-21",
        "release {number} names this right, but no pledge {references} stands on it; "
        "another right may have been meant",
        "解除登记 {number} 列有本权利，但本权利上没有质押 {references}；可能误列了其他权利",
    ),
    Code(
        "RELEASE_OMITS_RIGHT",
        "P-21",
        "release {number} of {references} does not name this right; here the pledge stands",
        "解除登记 {number} 针对 {references}，但未列本权利；本权利上的质权仍存续",
    ),
    Code(
        "RELEASE_AMBIGUOUS",
        "P-21",
        "release {number} names no recording and fits {references}; none was taken off",
        "解除登记 {number} 未指明所解除的登记，可能对应 {references}；均未解除",
    ),
    Code(
        "RELEASE_MATCHED_BY_PARTIES",
        "P-21",
        "release {number} names no recording; it was matched to {references} by its parties",
        "解除登记 {number} 未指明所解除的登记；依当事人对应至 {references}",
    ),
    Code(
        "PROBABLE_DUPLICATE_RECORDING",
        "N-2",
        "recordings {references} have the same parties and date: probably one pledge recorded twice; "
        "each stands until it is released itself",
        "登记 {references} 当事人与日期相同，可能为同一质押的重复登记；各自须单独解除",
    ),
    Code(
        "DUPLICATE_STILL_OPEN",
        "P-21",
        "{released} was released, its probable duplicate {open} was not and still stands",
        "{released} 已解除，但其可能的重复登记 {open} 未解除，仍然存续",
    ),
    Code(
        "RANK_TIE",
        "P-7",
        "pledges {references} were registered on the same day; they rank equally",
        "质押 {references} 于同日登记；顺位相同",
    ),
    Code(
        "PLEDGE_REFERENCE_UNKNOWN",
        "K-1",
        "recording {number} speaks of pledge {references}, which is not on this right",
        "登记 {number} 涉及质押 {references}，但本权利上没有该质押",
    ),
    Code(
        "FREEZE_LIFT_UNMATCHED",
        "F-1",
        "recording {number} lifts a freeze, but which one cannot be told; all stand",
        "登记 {number} 解除保全，但无法确定所指何项；均仍存续",
    ),
    Code(
        "LICENSE_REFERENCE_UNKNOWN",
        "K-1",
        "recording {number} ends or changes license {reference}, which is not on this right",
        "登记 {number} 变更或注销许可备案 {reference}，但本权利上没有该备案",
    ),
    Code(
        "INVALIDATION_DECIDED_NOT_FINAL",
        "A-4",
        "declared invalid ({scope}) on {day}, not yet final: the right is still in force",
        "已于 {day} 被宣告无效（{scope}），尚未生效：权利目前仍有效",
    ),
    Code(
        "OBJECT_LOST",
        "P-26",
        "the right is finally invalid from the beginning: pledge {reference} has no object; "
        "the debt is untouched",
        "权利已终局无效、自始不存在：质押 {reference} 失去标的；债权不受影响",
    ),
    Code(
        "STATUS_TRANSITION_INVALID",
        "A-3",
        "{status} was reported after {before}, which the rules do not provide for",
        "在 {before} 之后登记了 {status}，与规则不符",
    ),
    Code(
        "RECORDING_CORRECTED",
        "K-1",
        "recording {number} was corrected by {corrections}",
        "登记 {number} 已被 {corrections} 更正",
    ),
    Code(
        "RECORDING_RESTATED",
        "K-1",
        "the register now reports recording {number} differently; the later report is shown",
        "登记机关对登记 {number} 的记载前后不一；此处以后报为准",
    ),
    Code(
        "TARGET_UNKNOWN",
        "K-1",
        "corrective recording {number} corrects {target}, which is not on this right; it is read on its own",
        "更正登记 {number} 所更正的 {target} 不在本权利上；按其自身内容处理",
    ),
    Code(
        "CORRECTION_CYCLE",
        "K-5",
        "recordings {references} correct each other; each is read as recorded",
        "登记 {references} 相互更正；均按原记载处理",
    ),
    Code(
        "NUNC_PRO_TUNC",
        "U-1",
        "recording {number} declares an earlier effect than its date; the day stands in the deed only",
        "登记 {number} 声明溯及既往；生效日仅载于文书",
    ),
    Code(
        "RECORDING_UNKNOWN",
        "N-2",
        "recording {number} ({recorded}) is of a kind this ledger does not read; look at the document",
        "登记 {number}（{recorded}）属本账本未能识别的种类；请查阅原文件",
    ),
)

FLAGS: Final[dict[str, Code]] = {code.name: code for code in _FLAGS}
PRECEDENCE: Final[dict[str, int]] = {code.name: place for place, code in enumerate(_FLAGS)}
