"""Corrections: which target, by whom, how far back (family K)."""

from typing import Final

from ledger.reasons.base import Reason, of_flag

REASONS: Final = (
    Reason(
        "TARGET_UNKNOWN",
        "K-1",
        "entry {reference} is not on right {right}, has another digest, or counts no more",
        "记录 {reference} 不在权利 {right} 上，或者摘要值不符，或者已不再有效",
        "take position and digest from the answer that shows the entry, and name the first target where a "
        "correction was voided",
        "请按显示该记录的答复填写位置与摘要值，更正已被撤销的，请指明最初的记录",
    ),
    Reason(
        "CORRECTION_NOT_AUTHORISED",
        "K-2",
        "{party} may not correct or take back {reference}",
        "{party} 无权更正或者撤回 {reference}",
        "have the first submitter correct it or all its parties take it back; once registered, "
        "submit the authority's document",
        "请由原提交人更正，或者由全体当事人撤回；已经登记的，请提交有权机关的文书",
    ),
    Reason(
        "BACKDATING_NOT_PROVEN",
        "K-3",
        "the correction of {reference} moves its effect back to {day} without an authority's document",
        "对 {reference} 的更正将生效日提前至 {day}，但未附有权机关的文书",
        "submit that document, or the signatures of all parties who are affected",
        "请提交该文书，或者全体受影响当事人的签署",
    ),
    Reason(
        "RANK_BACKDATING",
        "K-4",
        "the correction would move the registration of {reference} to {day} and so improve its rank",
        "该更正将 {reference} 的登记日提前至 {day}，从而提升其顺位",
        "submit the register's certificate that shows the earlier time",
        "请提交登记机关载明该较早时间的证明",
    ),
    of_flag(
        "CORRECTION_CYCLE",
        "name as target the entry that was first recorded wrongly",
        "请以最初记载有误的记录为更正对象",
    ),
    Reason(
        "DEPENDS_ON_VOID",
        "K-6",
        "{reference} on right {right} rests on an act that is void, and stands until an authority removes it",
        "权利 {right} 上的 {reference} 以无效行为为基础，在有权机关处理前仍予保留",
        "have title examined, as a party in good faith may keep the right",
        "请核查权属来源，善意取得人可能保有权利",
    ),
    Reason(
        "ENTRY_VOIDED",
        "K-2",
        "{reference} was voided from its beginning by {number} and counts no more",
        "{reference} 已被 {number} 撤销，自始不再有效",
        "look at what rested on it, which stands until it is reversed itself",
        "请核查以其为基础的后续记录，该等记录在被撤销前仍予保留",
    ),
    Reason(
        "EXECUTED_STANDS",
        "K-9",
        "{reference} was carried out and is not rewritten by {number}",
        "{reference} 已经履行完毕，不因 {number} 而改写",
        "settle what is owed back between the parties, or have a court decide it",
        "请当事人之间自行返还结算，或者由法院裁判",
    ),
)
