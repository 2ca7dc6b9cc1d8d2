"""Pledges: object, contract, consents, rank, release, enforcement (family P)."""

from typing import Final

from ledger.reasons.base import Reason, of_flag

REASONS: Final = (
    Reason(
        "RIGHT_NOT_PLEDGEABLE",
        "P-1",
        "{right} is not a transferable property right that can be pledged (Civil Code art. 440, 444)",
        "{right} 不属于可以出质的可转让财产权（《民法典》第四百四十条、第四百四十四条）",
        "pledge the right itself through its owner, not a licensee's right to use it",
        "请由权利人以权利本身出质，被许可人的使用权不得出质",
    ),
    Reason(
        "WRONG_REGISTRY",
        "P-1",
        "a pledge of {kind} is not registered with {office}",
        "{kind} 的质押不在 {office} 登记",
        "register royalty claims as receivables in the movables and rights registry, and each right with its "
        "own office",
        "许可费债权请作为应收账款在动产融资统一登记公示系统办理，各类权利在其主管机关办理",
    ),
    Reason(
        "PLEDGE_FIELD_MISSING",
        "P-2, P-4",
        "the pledge contract lacks {field} (Civil Code art. 427)",
        "质押合同缺少 {field}（《民法典》第四百二十七条）",
        "supplement the contract and submit it again",
        "请补充合同内容后重新提交",
    ),
    Reason(
        "PLEDGE_NOT_PATENTEE",
        "P-4",
        "pledgor {party} is not the registered patentee of right {right}, who is {owner}",
        "出质人 {party} 与权利 {right} 登记的专利权人 {owner} 不一致",
        "have the registered patentee pledge, or have the transfer registered first",
        "请由登记的专利权人出质，或者先办理转让登记",
    ),
    Reason(
        "NOT_GRANTED",
        "P-4",
        "right {right} is not granted yet and cannot be pledged",
        "权利 {right} 尚未授权，不能出质",
        "apply when the grant has been announced",
        "请待授权公告后申请",
    ),
    Reason(
        "DEBT_TERM_EXCEEDS_IP_TERM",
        "P-4, P-6",
        "the debt runs until {until}, but right {right} is in force only until {day}",
        "债务履行期至 {until}，而权利 {right} 的有效期仅至 {day}",
        "end the debt period on or before that day, or pledge a longer right",
        "请将债务履行期届满日改为不晚于该日，或者以期限更长的权利出质",
    ),
    Reason(
        "PLEDGE_ALREADY_REGISTERED",
        "P-4",
        "patent {right} is already pledged to {holder} under {reference}, and the office registers no second "
        "pledge",
        "专利 {right} 已出质给 {holder}（{reference}），登记机关不予办理再次质押",
        "have the earlier pledge struck from the register first",
        "请先注销在先的质押登记",
    ),
    Reason(
        "DUAL_FILING_NO_ACK",
        "P-4",
        "utility model {right} has a same-day invention application {reference}, and nobody declared to "
        "proceed",
        "实用新型 {right} 存在同日申请的发明专利申请 {reference}，当事人未声明继续办理",
        "submit the declaration of both parties to proceed",
        "请提交双方继续办理的声明",
    ),
    Reason(
        "INVALIDATION_PENDING_NO_ACK",
        "P-4",
        "an invalidation request {reference} against right {right} is pending, and nobody declared to "
        "proceed",
        "权利 {right} 已被请求宣告无效（{reference}），当事人未声明继续办理",
        "submit the declaration of both parties to proceed",
        "请提交双方继续办理的声明",
    ),
    Reason(
        "PLEDGE_NOT_OWNER",
        "P-5, P-6",
        "pledgor {party} is not the owner of right {right}, which stands in the name of {owner}",
        "出质人 {party} 不是权利 {right} 的权利人，权利人为 {owner}",
        "have the owner pledge, or have the transfer recorded first",
        "请由权利人出质，或者先办理转让手续",
    ),
    Reason(
        "OWNERSHIP_DISPUTED",
        "P-6",
        "the ownership of right {right} is in dispute ({reference})",
        "权利 {right} 存在权属争议（{reference}）",
        "submit the document that ends the dispute",
        "请提交争议已经解决的文件",
    ),
    Reason(
        "PRIOR_LICENCE_UNDISCLOSED",
        "P-6",
        "the application does not disclose the earlier license {reference} on right {right}",
        "申请未披露权利 {right} 上在先的许可 {reference}",
        "list every earlier license in the application",
        "请在申请中列明全部在先许可",
    ),
    Reason(
        "PLEDGEE_CONSENT_MISSING",
        "A-7, T-8, L-12, L-16, S-4, C-3",
        "right {right} is pledged to {holder} under {reference}, whose written consent to this act is "
        "missing",
        "权利 {right} 已出质给 {holder}（{reference}），缺少该质权人对该行为的书面同意",
        "obtain the consent of every registered pledgee, naming this act and the other party",
        "请取得每一登记质权人的书面同意，并写明该行为及相对人",
    ),
    of_flag(
        "RANK_TIE",
        "if the office holds the exact times, report them with its document",
        "登记机关有具体时间记载的，请附文件报告",
    ),
    Reason(
        "JUNIOR_CONSENT_MISSING",
        "P-8",
        "the change of pledge {reference} harms pledgee {holder}, whose written consent is missing "
        "(Civil Code art. 409)",
        "质押 {reference} 的变更对质权人 {holder} 产生不利影响，缺少其书面同意（《民法典》第四百零九条）",
        "obtain the written consent of each pledgee who is affected",
        "请取得受影响的各质权人的书面同意",
    ),
    Reason(
        "REGISTER_CONTRACT_MISMATCH",
        "P-9",
        "register and contract of pledge {reference} differ in {field}: {expected} is registered, {given} "
        "agreed",
        "质押 {reference} 的登记与合同在 {field} 上不一致：登记为 {expected}，合同为 {given}",
        "rely on the register towards third parties, or have the entry changed",
        "对第三人以登记为准，如需一致，请办理变更登记",
    ),
    Reason(
        "MAX_AMOUNT_FIELD_MISSING",
        "P-10",
        "the maximum-amount pledge lacks {field}",
        "最高额质押缺少 {field}",
        "state the cap, the period and the claims covered",
        "请写明最高债权额、债权确定期间和担保的债权范围",
    ),
    Reason(
        "DRAW_AFTER_DETERMINATION",
        "P-11",
        "the drawing of {amount} on {day} came after the claims under pledge {reference} were determined "
        "and is unsecured",
        "{day} 的提款 {amount} 发生在质押 {reference} 的债权确定之后，不受该质押担保",
        "take other security for it",
        "请就该笔债权另行取得担保",
    ),
    Reason(
        "DETERMINATION_NOT_DUE",
        "P-11",
        "claims under pledge {reference} cannot be determined on request on {day}: the period agreed, or two "
        "years from registration, runs until {until} (Civil Code art. 423)",
        "质押 {reference} 的债权不能于 {day} 因请求而确定：约定期间或者设立后二年至 {until} 方届满"
        "（《民法典》第四百二十三条）",
        "wait until that day has passed, or name another ground of determination",
        "请待该日届满，或者另行说明债权确定的事由",
    ),
    Reason(
        "NOT_PARTY_TO_PLEDGE",
        "P-11, P-12, P-13, P-18, P-23, P-26",
        "{party} is not the {expected} of pledge {reference}, which is {holder}",
        "{party} 不是质押 {reference} 的相应当事人（{expected}），该当事人为 {holder}",
        "have that party act, or submit first the assignment or takeover that put another in its place",
        "请由该当事人办理，或者先提交债权转让、债务承担等变更",
    ),
    Reason(
        "PLEDGEE_OF_RECORD_DIFFERS",
        "P-12",
        "the claim under pledge {reference} belongs to {party}, while {holder} is still pledgee of record "
        "(Civil Code art. 547)",
        "质押 {reference} 所担保的债权已归 {party}，而登记质权人仍为 {holder}（《民法典》第五百四十七条）",
        "have the register changed, although the pledge has already followed the claim",
        "质权已随债权移转，仍请办理变更登记",
    ),
    Reason(
        "PLEDGOR_DISCHARGED",
        "P-13",
        "the debt was taken over without the written consent of {party}, who is no longer liable as pledgor "
        "(Civil Code art. 391)",
        "债务转移未经出质人 {party} 书面同意，其不再承担相应的担保责任（《民法典》第三百九十一条）",
        "obtain new security, or the pledgor's written consent",
        "请另行取得担保，或者取得出质人的书面同意",
    ),
    Reason(
        "RESOLUTION_MISSING",
        "P-15",
        "{party} pledges for the debt of another, and its board or shareholder resolution is missing "
        "(Company Law art. 15)",
        "{party} 为他人债务出质，缺少董事会或者股东会决议（《公司法》第十五条）",
        "submit the resolution, for a shareholder's or controller's debt that of the shareholders "
        "without the votes of those concerned",
        "请提交决议，为股东或者实际控制人担保的，须为有关股东回避表决的股东会决议",
    ),
    Reason(
        "DISCLOSURE_MISSING",
        "P-15",
        "{party} is listed, and the public disclosure of its resolution is missing",
        "{party} 为上市公司，缺少担保决议的公开披露",
        "submit the reference of the announcement",
        "请提交公告编号或者公告文件",
    ),
    Reason(
        "PLEDGOR_INCAPABLE",
        "P-16",
        "{party} may not give security with right {right}, being a state organ, or because the right serves "
        "public welfare",
        "{party} 系国家机关，或者权利 {right} 属于公益设施，不得提供担保",
        "obtain security from another party",
        "请由其他主体提供担保",
    ),
    Reason(
        "FORFEITURE_CLAUSE",
        "P-17",
        "the contract gives right {right} to the pledgee on default, which has the effect of priority in "
        "payment only "
        "(Civil Code art. 428)",
        "合同约定债务人不履行债务时权利 {right} 归质权人所有，依法只能就其优先受偿"
        "（《民法典》第四百二十八条）",
        "realize the pledge by agreement on the price, auction or sale",
        "请以折价、拍卖或者变卖方式实现质权",
    ),
    Reason(
        "NO_TITLE_BY_DEFAULT",
        "P-17",
        "right {right} does not pass to pledgee {holder} by default alone (Civil Code art. 428)",
        "权利 {right} 不因债务人违约而当然归质权人 {holder} 所有（《民法典》第四百二十八条）",
        "agree on conversion at a market price after default, or enforce by auction or sale",
        "请在违约后按市场价格协议折价，或者通过拍卖、变卖实现质权",
    ),
    Reason(
        "PLEDGOR_CONSENT_MISSING",
        "P-14, P-18",
        "pledgee {holder} may not use, license or re-pledge right {right}, nor secure a new loan with it in "
        "place of the old, without the pledgor's consent (Civil Code art. 431, 434; Security Interpretation "
        "art. 16)",
        "未经出质人同意，质权人 {holder} 不得使用、许可或者转质权利 {right}，也不得以其担保借新还旧的新贷"
        "（《民法典》第四百三十一条、第四百三十四条，《担保制度解释》第十六条）",
        "obtain the pledgor's consent and submit it",
        "请取得出质人同意并提交",
    ),
    Reason(
        "ENFORCEMENT_TIME_BARRED",
        "P-19",
        "the limitation period of the claim under pledge {reference} ended on {until} "
        "(Civil Code art. 188, 419)",
        "质押 {reference} 所担保债权的诉讼时效已于 {until} 届满（《民法典》第一百八十八条、第四百一十九条）",
        "submit proof of interruption, suspension or acknowledgment, if there is any",
        "如有时效中断、中止或者债务人同意履行的证据，请提交",
    ),
    Reason(
        "REGISTRATION_EXPIRED",
        "P-20",
        "the registration of trademark pledge {reference} expired after {until} without extension",
        "商标质权 {reference} 的登记期限至 {until} 届满，未办理延期",
        "have it registered again, and treat it as expired and not as released",
        "请重新办理登记，该质权属登记期满，并非解除",
    ),
    Reason(
        "RELEASE_NOT_AUTHORISED",
        "P-21",
        "the release of pledge {reference} was not signed by pledgee {holder}",
        "质押 {reference} 的解除未经质权人 {holder} 签署",
        "submit the pledgee's release, or the document of an authority",
        "请提交质权人出具的解除文件或者有权机关的文书",
    ),
    Reason(
        "GUARANTOR_RELEASED",
        "P-22",
        "waiving the debtor's own pledge {reference} frees the other guarantors to that extent "
        "(Civil Code art. 409, 435)",
        "放弃债务人自己提供的质押 {reference} 的，其他担保人在相应范围内免责"
        "（《民法典》第四百零九条、第四百三十五条）",
        "obtain the guarantors' promise to remain liable, if the waiver is to stand",
        "如仍需放弃，请取得其他担保人继续承担担保责任的承诺",
    ),
    Reason(
        "NO_ENFORCEMENT_EVENT",
        "P-23",
        "the debt under pledge {reference} is not due and unpaid, and no agreed trigger has occurred "
        "(Civil Code art. 436)",
        "质押 {reference} 所担保的债务未到期或者已履行，也未发生约定的实现情形（《民法典》第四百三十六条）",
        "submit proof of default or of the agreed trigger",
        "请提交违约或者约定情形发生的证明",
    ),
    Reason(
        "METHOD_INVALID",
        "P-23",
        "{given} is not a way to realize pledge {reference}, which is done by agreed conversion, auction or "
        "sale",
        "{given} 不是实现质押 {reference} 的法定方式，应为协议折价、拍卖或者变卖",
        "choose one of them, or apply to the court at the place of pledge registration",
        "请选择其一，或者向质押登记地人民法院申请",
    ),
    Reason(
        "DISTRIBUTION_UNBALANCED",
        "P-24",
        "the payments sum to {given}, but the proceeds are {expected}",
        "各项分配合计 {given}，而变价款为 {expected}",
        "distribute the whole by rank: costs, then interest and principal of each rank, then the surplus to "
        "the pledgor",
        "请按顺位全额分配：先支付费用，再依次清偿各顺位的利息和本金，余额归出质人",
    ),
    Reason(
        "RESERVE_TOO_LOW",
        "P-25",
        "the reserve of judicial sale {reference} is {given}, below the least the rules allow, {limit}",
        "司法拍卖 {reference} 的保留价为 {given}，低于规定的最低限额 {limit}",
        "ask the court to review the reserve before the sale",
        "请在拍卖前申请法院复核保留价",
    ),
    of_flag(
        "OBJECT_LOST",
        "have the entry struck, and ask the pledgor for other security",
        "请办理注销登记，并要求出质人另行提供担保",
    ),
    Reason(
        "TOP_UP_DUE",
        "P-26",
        "the value of the object of pledge {reference} has fallen, so that the pledgee may ask for more "
        "security "
        "(Civil Code art. 433)",
        "质押 {reference} 的标的价值减少，质权人有权要求提供相应的担保（《民法典》第四百三十三条）",
        "provide further security, or agree on sale and early payment",
        "请补充担保，或者协议处分并提前清偿",
    ),
    Reason(
        "PARTIALLY_PERFECTED",
        "P-27",
        "of the mixed pledge {reference}, right {right} is not registered, while the registered rights "
        "secure "
        "the whole debt",
        "混合质押 {reference} 中的权利 {right} 尚未登记，已登记的权利担保全部债务",
        "complete the registration at {office}",
        "请在 {office} 完成登记",
    ),
)
