"""Freezes, suspensions and insolvency (family F)."""

from typing import Final

from ledger.reasons.base import Reason

REASONS: Final = (
    Reason(
        "ASSET_FROZEN",
        "A-7, A-8, T-9, L-12, L-17, P-4, P-5, F-8",
        "right {right} is frozen under {reference} until {until}",
        "权利 {right} 已被保全或者冻结（{reference}），期限至 {until}",
        "wait until the freeze has ended, or submit the court's notice of lifting",
        "请待冻结期满，或者提交人民法院的解除通知",
    ),
    Reason(
        "PROCEDURE_SUSPENDED",
        "T-9, P-4, F-12",
        "procedures on right {right} are suspended until {until} for an ownership dispute ({reference})",
        "权利 {right} 因权属纠纷中止有关程序（{reference}），期限至 {until}",
        "wait until they resume, or submit the document that ends the dispute",
        "请待程序恢复，或者提交纠纷已经解决的文件",
    ),
    Reason(
        "SERVICE_TIME_MISSING",
        "F-1",
        "it is not stated when the assistance notice {number} was served on the register",
        "未载明协助执行通知 {number} 送达登记机关的时间",
        "submit the return of service with day and time",
        "请提交载明日期和时间的送达回证",
    ),
    Reason(
        "FREEZE_TERM_OVER_CEILING",
        "F-2",
        "the freeze {reference} on right {right} runs until {until}, past the ceiling of {limit}",
        "权利 {right} 的冻结 {reference} 至 {until}，超过法定最长期限 {limit}",
        "rely on the document, and ask the court if the end matters",
        "以文书所载为准，如期限影响权益，请向法院核实",
    ),
    Reason(
        "FREEZE_TERM_COMPUTED",
        "F-2",
        "the notice of freeze {reference} states no end; without a renewal it ends by law with {until}",
        "冻结 {reference} 的通知未载明期限；如不续行冻结，依法至 {until} 届满",
        "ask the court for the end it set, if it matters",
        "如期限影响权益，请向法院核实冻结终止日",
    ),
    Reason(
        "FREEZE_RENEWED_LATE",
        "F-3",
        "the renewal {number} of freeze {reference} was served after that had ended; it is a new freeze at "
        "the end of the queue",
        "续行冻结通知 {number} 送达时冻结 {reference} 已经届满，按新的冻结排在轮候队列末位",
        "rely on the order of service, and inform the court",
        "请以送达先后为准，并告知法院",
    ),
    Reason(
        "FREEZE_REFERENCE_UNKNOWN",
        "F-1, F-3, F-12, F-13",
        "document {number} speaks of a freeze, suspension or case that is not recorded on this right",
        "文书 {number} 所指的冻结、中止或者破产案件在本权利上没有记录",
        "record the first document, or ask the court which case is meant",
        "请先记录原始文书，或者向法院核实所指案件",
    ),
    Reason(
        "FREEZE_UNPUBLISHED",
        "F-8",
        "the freeze {reference} is not known to be published; it does not bind a third party in good faith "
        "(FRZ 24)",
        "冻结 {reference} 未见公示，不能对抗善意第三人（《查封规定》第二十四条）",
        "deal with the right only after asking the register, as it is frozen all the same",
        "权利仍处于冻结状态，交易前请向登记机关核实",
    ),
    Reason(
        "DISPOSAL_UNMATCHED",
        "F-6",
        "document {number} tells of a disposal, but not by the court whose freeze is live; all freezes stand",
        "文书 {number} 载明的处分并非由首先冻结的法院作出；各项冻结均仍存续",
        "ask the court whose freeze is live",
        "请向首先冻结的法院核实",
    ),
    Reason(
        "COOWNERS_TO_BE_NOTIFIED",
        "F-10",
        "the freeze {reference} on right {right} also reaches its co-owners {holder}, who are to be notified",
        "冻结 {reference} 及于权利 {right} 的其他共有人 {holder}，应当通知共有人",
        "agree on a partition with the creditor's consent, after which the debtor's share alone stays frozen",
        "共有人可以协议分割并经债权人认可，此后冻结仅及于债务人的份额",
    ),
    Reason(
        "FREEZE_ON_FORMER_OWNER",
        "F-7",
        "the freeze {reference} names {party}, but right {right} was registered to {owner} before it was "
        "served",
        "冻结 {reference} 针对 {party}，但送达前权利 {right} 已登记至 {owner} 名下",
        "inform the court, as the freeze does not take hold of the new owner's right",
        "请告知法院，该冻结对新权利人的权利不生效力",
    ),
    Reason(
        "EXEMPT_PROPERTY",
        "F-11",
        "right {right} is an unpublished work or undisclosed invention and is exempt from seizure",
        "权利 {right} 属于未发表的著作或者未公开的发明，不得查封、冻结",
        "draw the court's attention to the exemption",
        "请向法院提出异议",
    ),
    Reason(
        "INSOLVENCY_STAY",
        "F-13",
        "bankruptcy of {party} was accepted on {day}, so that single payments and execution are stopped "
        "(Enterprise Bankruptcy Law art. 16, 19)",
        "法院已于 {day} 受理 {party} 的破产申请，个别清偿无效，执行程序中止"
        "（《企业破产法》第十六条、第十九条）",
        "file the claim with the administrator, who decides on open contracts",
        "请向管理人申报债权，未履行完毕的合同由管理人决定是否继续履行",
    ),
    Reason(
        "AVOIDABLE",
        "F-14",
        "{reference} of {day} falls within the period before the bankruptcy of {party} in which it may be "
        "avoided "
        "(Enterprise Bankruptcy Law art. 31, 32)",
        "{day} 的 {reference} 处于 {party} 破产受理前的可撤销期间（《企业破产法》第三十一条、第三十二条）",
        "expect the administrator's claim, and keep proof of fair value",
        "请留意管理人可能请求撤销，并保存对价合理的证据",
    ),
    Reason(
        "REORG_STAY",
        "F-15",
        "{party} is in reorganization, so that enforcement of pledge {reference} is paused "
        "(Enterprise Bankruptcy Law art. 75)",
        "{party} 处于重整期间，质押 {reference} 暂停行使（《企业破产法》第七十五条）",
        "apply to the court for leave if the object may lose its value",
        "标的价值可能明显减少的，请向法院申请恢复行使",
    ),
)
