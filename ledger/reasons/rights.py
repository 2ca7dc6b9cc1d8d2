"""Rights and their parties, status, and the office's procedure (families ID, A, R)."""

from typing import Final

from ledger.reasons.base import Reason, of_flag

REASONS: Final = (
    Reason(
        "PARTY_ID_INVALID",
        "ID-1, ID-2, ID-3",
        "the identification code of {party} in {field} fails its format or check digit",
        "字段 {field} 中 {party} 的证件号码格式或者校验位不正确",
        "compare it with the certificate "
        "(an operator may accept an early business code on a scan of the license)",
        "请与证照核对（早期统一社会信用代码可由运营方凭营业执照扫描件放行）",
    ),
    Reason(
        "PARTY_ID_CHECK_OVERRIDDEN",
        "ID-1",
        "the unified social credit code of {party} fails its check digit and was accepted on the license "
        "{document}",
        "{party} 的统一社会信用代码校验位不符，已凭营业执照 {document} 放行",
        "confirm the code in the national enterprise credit information system",
        "请在国家企业信用信息公示系统核对该代码",
    ),
    Reason(
        "PARTY_ATTRIBUTE_MISSING",
        "ID-4",
        "{field} of {party} is not known, and the rules of this act depend on it",
        "未登记 {party} 的 {field}，而本行为的规则须以此判断",
        "complete the party's particulars and submit again",
        "请补全当事人信息后重新提交",
    ),
    Reason(
        "KEY_INVALID",
        "E-4",
        "the key in {field} of {party} cannot be used ({given})",
        "{party} 在字段 {field} 中的密钥不能使用（{given}）",
        "give the public part of an Ed25519 or P-256 key as a JWK (RFC 7517, 8037)",
        "请以 JWK 格式提供 Ed25519 或 P-256 公钥（RFC 7517、RFC 8037）",
    ),
    Reason(
        "CHANGE_NOT_BUNDLED",
        "ID-5",
        "the change of name or address of {owner} leaves out trademark {right} "
        "(Trademark Law Implementing Regulations art. 30)",
        "{owner} 变更名义或者地址，未一并变更注册商标 {right}（《商标法实施条例》第三十条）",
        "change all registered trademarks of this owner together",
        "请将该注册人的全部注册商标一并变更",
    ),
    Reason(
        "ASSET_ID_INVALID",
        "A-1, A-ID1",
        "{given} is not a valid number for a right of this kind, where {expected} is expected",
        "{given} 不是该类权利的有效号码，应为 {expected}",
        "compare the number and its check digit with the certificate",
        "请与证书核对号码及其校验位",
    ),
    Reason(
        "ASSET_DUPLICATE",
        "A-1",
        "{number} is already on this ledger as {right}",
        "{number} 已在本账本登记为 {right}",
        "use the existing right, since a grant changes its status and makes no new right",
        "请使用已有权利，授权仅为状态变更，不产生新的权利",
    ),
    Reason(
        "SHARES_NOT_ONE",
        "A-2, T-5",
        "the shares of right {right} sum to {share} and not to 1",
        "权利 {right} 的份额合计为 {share}，不等于 1",
        "state exact fractions, such as 1/3, that sum to 1",
        "请以精确分数填写，例如 1/3，且合计为 1",
    ),
    of_flag(
        "SHARE_UNSPECIFIED",
        "if the co-owners agreed on shares, file their agreement",
        "共有人对份额另有约定的，请提交约定文件",
    ),
    of_flag(
        "STATUS_TRANSITION_INVALID",
        "compare the notice with the register and report the step in between, if there is one",
        "请将通知与登记簿核对，如有中间步骤，请补充报告",
    ),
    of_flag(
        "INVALIDATION_DECIDED_NOT_FINAL",
        "watch the 3 months for court action (Patent Law art. 46) and report the final decision",
        "请关注三个月的起诉期限（《专利法》第四十六条），并在决定生效后报告",
    ),
    Reason(
        "ASSET_NOT_IN_FORCE",
        "T-3, L-3, P-4, P-5, S-17",
        "right {right} has the status {status} and is not in force for this act",
        "权利 {right} 的状态为 {status}，不处于可为该行为的有效状态",
        "check the register and report a restoration first, if there was one",
        "请核对登记簿，如权利已恢复，请先报告恢复",
    ),
    Reason(
        "ANNUAL_FEE_OVERDUE",
        "A-6, L-12, P-4",
        "the annual fee of right {right} due on {day} is not paid",
        "权利 {right} 应于 {day} 缴纳的年费尚未缴纳",
        "pay the fee with its surcharge by {until}, report the payment and submit again",
        "请于 {until} 前缴纳年费及滞纳金，报告缴费后重新提交",
    ),
    Reason(
        "DATE_ORDER_INVALID",
        "A-ID2, N-4",
        "the date {given} in {field} of right {right} must not be later than {expected}",
        "权利 {right} 字段 {field} 的日期 {given} 不应晚于 {expected}",
        "compare both dates with the register",
        "请将两个日期与登记簿核对",
    ),
    Reason(
        "FEE_STATUS_UNKNOWN",
        "A-6, A-ID4",
        "nobody has said whether the annual fee of right {right} due on {day} was paid; unpaid at the end of "
        "{until}, the right has ended on its due day",
        "尚无人报告权利 {right} 应于 {day} 缴纳的年费是否已缴；至 {until} 仍未缴纳的，权利自应缴之日起终止",
        "ask the register or see the receipt, and report the payment",
        "请向登记机关查询或者查验缴费收据，并报告缴费情况",
    ),
    Reason(
        "LAPSE_EXPECTED",
        "A-6, A-ID4",
        "the annual fee of right {right} due on {day} was not paid, and its late period ended on {until}; "
        "a lapse as of {day} is to be expected, though the register has not reported it",
        "权利 {right} 应于 {day} 缴纳的年费未缴，滞纳期已于 {until} 届满；登记机关虽未公告终止，"
        "权利预计自 {day} 起终止",
        "treat the right as ended until the register shows a payment or a restoration",
        "在登记簿显示已缴费或者已恢复之前，请按已终止对待",
    ),
    Reason(
        "RIGHT_NOT_TRANSFERABLE",
        "A-9, C-1",
        "right {right}, or the part of it named in {field}, cannot be transferred, licensed or pledged",
        "权利 {right} 或者字段 {field} 所列的部分不得转让、许可或者出质",
        "name property rights only, for a work those of Copyright Law art. 10 items 5 to 17",
        "请仅列财产权，作品限于《著作权法》第十条第一款第五项至第十七项",
    ),
    Reason(
        "STALE_EXTRACT",
        "A-10",
        "the newest register extract of right {right} is of {day}, older than the {limit} days of the policy",
        "权利 {right} 最近的登记簿副本日期为 {day}，已超过政策允许的 {limit} 日",
        "obtain a new extract before relying on the ownership shown",
        "请先调取新的登记簿副本，再据以认定权属",
    ),
    Reason(
        "REGISTRY_SEQUENCE_INVALID",
        "R-1",
        "the office's procedure {number} cannot stand at {status} after the steps reported so far",
        "依已报告的步骤，程序 {number} 不应处于 {status}",
        "report the missing step with its date, or check the document",
        "请补报缺少的步骤及其日期，或者核对文件",
    ),
    Reason(
        "JOINT_FILING_REQUIRED",
        "R-2",
        "this application must be filed by both sides, and {party} has not joined it",
        "本申请须由双方共同提出，{party} 尚未参加",
        "file it again with the signatures of both sides",
        "请由双方签章后共同提出",
    ),
    Reason(
        "AGENCY_REQUIRED",
        "R-3",
        "{party} has no residence or seat in China and has appointed no agency",
        "{party} 在中国没有经常居所或者营业所，且未委托代理机构",
        "appoint a patent or trademark agency and submit the power of attorney",
        "请委托依法设立的专利或者商标代理机构并提交委托书",
    ),
    Reason(
        "TRANSLATION_MISSING",
        "R-3",
        "document {document} is in a foreign language and has no Chinese translation",
        "文件 {document} 为外文，未附中文译文",
        "submit the Chinese translation",
        "请提交中文译文",
    ),
)
