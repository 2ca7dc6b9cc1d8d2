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
