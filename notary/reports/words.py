"""What reports call things, in English and Chinese."""

from typing import Final

Words = tuple[str, str]

TITLES: Final[dict[str, Words]] = {
    "entry": ("Proof of an entry", "条目证明"),
    "right": ("Certificate of a right, whole history", "权利记载证明（详式：全部历史）"),
    "status": ("Certificate of a right, status", "权利记载证明（简式：状态）"),
    "absent": ("Proof that nothing is recorded", "无记载证明"),
    "priority": ("Proof of ranks", "顺位证明"),
    "order": ("Proof of order", "入账先后证明"),
    "document": ("Proof that a file was held", "文件存证证明"),
    "consistency": ("Proof that the ledger only grew", "账本延续性证明"),
}

CLASSES: Final[dict[str, Words]] = {
    "AUTHORITY": ("report of an authority", "登记机关等的记载"),
    "PARTY": ("word of a party", "当事人陈述"),
    "OPERATOR": ("record of the operator", "运营方记录"),
}

KINDS: Final[dict[str, Words]] = {
    "pledge": ("pledge", "质押"),
    "lien": ("lien", "留置/扣押"),
    "license": ("license", "许可"),
    "open_license": ("open license", "开放许可"),
    "freeze": ("freeze", "保全/冻结"),
    "levy": ("levy of execution", "强制执行"),
}

STATES: Final[dict[str, Words]] = {
    "registered": ("registered", "已登记"),
    "contracted": ("signed, not registered", "已签约，未登记"),
    "released": ("released", "已解除"),
    "cancelled": ("cancelled", "已注销"),
    "withdrawn": ("withdrawn", "已撤回"),
    "lifted": ("lifted", "已解除"),
    "disposed": ("disposed of by the court", "已由法院处分"),
    "expired": ("expired", "已届满"),
    "object_lost": ("no object: right invalid", "标的丧失：权利无效"),
    "applied": ("applied for, not registered", "已申请，未登记"),
    "refused": ("registration refused", "登记机关不予登记"),
    "revoked": ("entry revoked, as if never made", "登记已撤销，视为自始未登记"),
    "registration_expired": ("registration expired, not released", "登记期限届满，并非解除"),
}

STATUSES: Final[dict[str, Words]] = {
    "APPLICATION": ("application", "申请中"),
    "IN_FORCE": ("in force", "有效"),
    "FEE_LATE": ("in force, annual fee late", "有效，年费滞纳期"),
    "RENEWAL_GRACE": ("in force, in its grace period for renewal", "有效，续展宽展期"),
    "LAPSED": ("lapsed", "终止"),
    "EXPIRED": ("expired", "届满"),
    "SURRENDERED": ("surrendered", "放弃"),
    "DISCONTINUED": ("application ended", "申请终止"),
    "NOT_RENEWED": ("not renewed", "未续展"),
    "REVOKED": ("revoked", "撤销"),
    "INVALID_PART": ("in force, partly invalid", "部分无效，其余有效"),
    "INVALID_FULL": ("invalid from the beginning", "自始无效"),
}

EVENTS: Final[dict[str, Words]] = {
    "right.registered": ("right registered", "权利登记"),
    "right.described": ("right described", "权利信息补充"),
    "transfer.registered": ("transfer registered", "转让登记"),
    "transmission.registered": ("transmission registered", "移转登记"),
    "transfer.contracted": ("transfer contracted", "转让合同签订"),
    "transmission.claimed": ("transmission claimed", "移转申报"),
    "conveyance.qualified": ("value and notice of a conveyance stated", "转让对价与知情情况陈述"),
    "party.renamed": ("name changed", "名称变更"),
    "party.address_changed": ("address changed", "地址变更"),
    "license.recorded": ("license recorded", "许可备案"),
    "license.changed": ("license recordal changed", "许可备案变更"),
    "license.ended": ("license recordal cancelled", "许可备案注销"),
    "license.offered": ("open license declared", "开放许可声明"),
    "license.offer_withdrawn": ("open license withdrawn", "开放许可声明撤回"),
    "pledge.registered": ("pledge registered", "质押登记"),
    "pledge.changed": ("pledge changed", "质押变更"),
    "pledge.assigned": ("pledge assigned", "质权转让"),
    "pledge.released": ("release recorded", "质押解除登记"),
    "pledge.contracted": ("pledge contracted", "质押合同签订"),
    "pledge.applied": ("pledge applied for", "申请质押登记"),
    "pledge.refused": ("pledge registration refused", "质押登记不予办理"),
    "pledge.extended": ("pledge registration extended", "质押登记期限延展"),
    "pledge.revoked": ("pledge entry revoked", "质押登记撤销"),
    "pledge.change_agreed": ("pledge change agreed", "约定变更质押"),
    "pledge.rank_swap_agreed": ("swap of ranks agreed", "约定变更质押顺位"),
    "pledge.ranks_swapped": ("ranks swapped", "质押顺位变更登记"),
    "freeze.imposed": ("freeze imposed", "保全冻结"),
    "freeze.lifted": ("freeze lifted", "保全解除"),
    "freeze.renewed": ("freeze renewed", "续行冻结"),
    "freeze.converted": ("freeze converted to execution", "保全转执行冻结"),
    "freeze.limited": ("freeze limited to a share", "冻结限于份额"),
    "freeze.ceiling_set": ("ceiling of a freeze noted", "冻结期限上限"),
    "disposal.completed": ("disposed of in execution", "执行处分"),
    "suspension.started": ("procedures suspended", "中止程序"),
    "suspension.extended": ("suspension extended", "中止延期"),
    "suspension.ended": ("procedures resumed", "恢复程序"),
    "insolvency.accepted": ("bankruptcy petition accepted", "受理破产申请"),
    "insolvency.converted": ("bankruptcy proceedings converted", "破产程序转换"),
    "insolvency.ended": ("bankruptcy proceedings ended", "破产程序终结"),
    "insolvency.license_decided": ("license continued or rescinded", "管理人决定许可合同"),
    "insolvency.enforcement_allowed": ("enforcement allowed by the court", "法院准许行使质权"),
    "right.granted": ("right granted", "授权"),
    "right.lapsed": ("right lapsed", "权利终止"),
    "right.restored": ("right restored", "权利恢复"),
    "right.expired": ("term ended", "保护期届满"),
    "right.surrendered": ("right surrendered", "权利放弃"),
    "right.renewed": ("right renewed", "权利续展"),
    "application.ended": ("application ended", "申请终止"),
    "invalidation.decided": ("declared invalid, not final", "宣告无效（未生效）"),
    "invalidation.became_final": ("invalidity final", "无效决定生效"),
    "invalidation.requested": ("invalidation requested", "请求宣告无效"),
    "invalidation.dismissed": ("right upheld", "维持有效"),
    "right.not_renewed": ("struck, not renewed", "未续展注销"),
    "right.revoked": ("right revoked", "权利撤销"),
    "right.term_compensated": ("term compensated", "专利权期限补偿"),
    "fee.paid": ("annual fee paid", "年费缴纳"),
    "fee.unpaid": ("annual fee unpaid", "年费未缴"),
    "dispute.raised": ("dispute raised", "权属等纠纷提起"),
    "dispute.ended": ("dispute ended", "纠纷结束"),
    "surrender.declared": ("surrender declared", "声明放弃"),
    "marks.listed": ("similar marks listed", "近似商标清单"),
    "procedure.recorded": ("step of an office procedure", "登记程序进展"),
    "party.registered": ("party registered", "当事人登记"),
    "party.described": ("party described", "当事人信息补充"),
    "party.key_revoked": ("key revoked", "密钥撤销"),
    "recording.corrected": ("recording corrected", "登记更正"),
    "recording.noted": ("recording noted", "其他登记事项"),
    "entry.corrected": ("entry corrected", "记录更正"),
    "entry.retracted": ("entry retracted by its parties", "当事人撤回记录"),
    "entry.reversed": ("entry reversed by an authority", "有权机关撤销记录"),
    "document.deposited": ("document deposited", "文件存证"),
    "seal.recorded": ("seal recorded", "封印"),
}

NAME_KINDS: Final[dict[str, Words]] = {
    "application": ("application", "申请号"),
    "publication": ("publication", "公布号"),
    "grant": ("grant", "授权/专利号"),
    "registration": ("registration", "注册号"),
    "international": ("international", "国际号"),
}


def word(words: dict[str, Words], key: str, lang: str) -> str:
    """The word for a key, or the key itself where there is none."""
    return words.get(key, (key, key))[1 if lang == "zh" else 0]
