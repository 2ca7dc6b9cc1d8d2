"""Transfers and transmissions: form, entitlement, consents, exports (family T)."""

from typing import Final

from ledger.reasons.base import Reason

REASONS: Final = (
    Reason(
        "WRITTEN_FORM_MISSING",
        "T-1, L-1",
        "no written contract was submitted, and this act needs one",
        "未提交书面合同，而该行为须采用书面形式",
        "submit the contract with its digest",
        "请提交书面合同及其摘要值",
    ),
    Reason(
        "SIGNATURE_MISSING",
        "T-1",
        "the signature of {party} is missing",
        "缺少 {party} 的签名或者盖章",
        "have every transferor and transferee sign",
        "请由全体转让人和受让人签章",
    ),
    Reason(
        "NOT_OWNER_OF_RECORD",
        "T-2",
        "right {right} stands in the name of {owner} and not of {party}",
        "权利 {right} 的登记权利人为 {owner}，而非 {party}",
        "have the owner of record act, or have the missing transfer registered first",
        "请由登记权利人办理，或者先完成缺少的转让登记",
    ),
    Reason(
        "SHARE_EXCEEDS_HOLDING",
        "T-2",
        "{party} disposes of {given} of right {right} but holds {share}",
        "{party} 处分权利 {right} 的 {given}，但其仅持有 {share}",
        "reduce the share to what is held of record",
        "请将份额减至其登记持有的份额以内",
    ),
    Reason(
        "COOWNER_CONSENT_MISSING",
        "T-6, L-11, P-4, P-5, P-6",
        "the consent of co-owner {owner} of right {right} to this act is missing",
        "缺少权利 {right} 的共有人 {owner} 对该行为的同意",
        "obtain the consent of all co-owners, or submit the agreement among them that allows it",
        "请取得全体共有人同意，或者提交允许该行为的共有人约定",
    ),
    Reason(
        "PREEMPTION_NOT_CLEARED",
        "T-7",
        "nothing shows that co-owner {owner} was offered the share on the same terms "
        "(Civil Code art. 305, 306)",
        "未见已以同等条件通知共有人 {owner} 优先购买的证明（《民法典》第三百零五条、第三百零六条）",
        "submit the notice with the answer or with proof that the time to answer has passed",
        "请提交通知及答复，或者答复期限已过的证明",
    ),
    Reason(
        "PROCEEDS_ROUTE_MISSING",
        "T-8, L-16",
        "it is not stated that the proceeds of pledged right {right} go to early payment of the debt or to "
        "escrow "
        "(Civil Code art. 444)",
        "未载明出质权利 {right} 所得价款用于提前清偿债务或者提存（《民法典》第四百四十四条）",
        "name the pledgee who is paid early, or the escrow",
        "请写明提前清偿的质权人或者提存机构",
    ),
    Reason(
        "EXPORT_PROHIBITED",
        "T-10",
        "the technology of right {right} may not be exported (Technology Import and Export Regulations)",
        "权利 {right} 所涉技术属于禁止出口的技术（《技术进出口管理条例》）",
        "give up the transfer to {party}, or have the class checked by the commerce department if it is "
        "wrong",
        "请勿向 {party} 转让，认为分类有误的，请由商务主管部门核定",
    ),
    Reason(
        "EXPORT_LICENCE_MISSING",
        "T-10",
        "the technology of right {right} is restricted, and no export license for {party} was submitted "
        "(Technology Import and Export Regulations)",
        "权利 {right} 所涉技术属于限制出口的技术，未提交向 {party} 出口的技术出口许可证"
        "（《技术进出口管理条例》）",
        "obtain the export license, as the contract has effect only from its date",
        "请先取得技术出口许可证，合同自许可证颁发之日起生效",
    ),
    Reason(
        "EXPORT_CERT_MISSING",
        "T-10",
        "the registration certificate for the export of free technology to {party} is missing for right "
        "{right}",
        "权利 {right} 向 {party} 转让，缺少自由出口技术合同登记证书",
        "register the contract with the commerce department and submit the certificate",
        "请向商务主管部门办理合同登记并提交登记证书",
    ),
    Reason(
        "OUTBOUND_REVIEW_MISSING",
        "T-11",
        "right {right} passes into foreign hands ({party}), and the outward-transfer review is missing",
        "权利 {right} 将由境外主体 {party} 取得或者控制，缺少知识产权对外转让审查意见",
        "submit the review opinion of the competent department",
        "请提交主管部门出具的审查意见",
    ),
    Reason(
        "APPROVAL_MISSING",
        "T-12",
        "the approval for the transfer of plant variety right {right} is missing",
        "植物新品种权 {right} 的转让缺少审批机关的批准",
        "obtain the approval and submit it",
        "请取得批准文件后提交",
    ),
    Reason(
        "SIMILAR_MARKS_NOT_BUNDLED",
        "T-13, P-5",
        "trademark {right} must go together with the identical or similar marks {reference}, which are left "
        "out",
        "商标 {right} 应与相同或者近似的商标 {reference} 一并办理，现有遗漏",
        "include all identical or similar marks on identical or similar goods",
        "请将在相同或者类似商品上注册的相同或者近似商标一并列入",
    ),
    Reason(
        "TM_PARTIAL_GOODS_TRANSFER",
        "T-14",
        "trademark {right} can be transferred only whole, not for some of its goods",
        "商标 {right} 只能整体转让，不得仅就部分商品转让",
        "transfer the whole registration, or license the goods that are meant",
        "请整体转让，或者就所涉商品订立使用许可",
    ),
    Reason(
        "TRANSFEREE_NOT_QUALIFIED",
        "T-15",
        "nothing shows that {party} qualifies to hold the collective or certification mark {right}",
        "未见 {party} 具备受让集体商标、证明商标 {right} 的主体资格的证明",
        "submit the proof of qualification and the rules of use",
        "请提交主体资格证明和使用管理规则",
    ),
    Reason(
        "LICENCE_IN_TRANSFER_GAP",
        "T-16",
        "license {reference} on right {right} was granted on {day}, between the transfer contract and its "
        "registration",
        "权利 {right} 的许可 {reference} 订立于 {day}，处于转让合同成立与登记之间",
        "settle with licensee and transferee whether it goes on",
        "请与被许可人和受让人确认该许可是否继续",
    ),
    Reason(
        "OPEN_LICENCE_RECONFIRM",
        "T-17",
        "right {right} passes to {owner} while an open license is on offer, and licenses already taken go on",
        "权利 {right} 在开放许可期间转归 {owner}，已成立的许可继续有效",
        "have the new owner confirm or withdraw the offer",
        "请由新权利人确认或者撤回开放许可声明",
    ),
    Reason(
        "AUTHORITY_DOCUMENT_MISSING",
        "T-18",
        "the transmission of right {right} to {party} is not proven by a document of an authority",
        "权利 {right} 移转至 {party}，缺少有权机关出具的证明文件",
        "submit the judgment, auction ruling, merger registration or proof of inheritance",
        "请提交判决书、拍卖成交裁定、合并登记证明或者继承证明",
    ),
    Reason(
        "INVENTOR_PREEMPTION_NOT_OFFERED",
        "T-19",
        "nothing shows that the inventors of right {right} were offered to buy first on equal terms "
        "(Civil Code art. 847)",
        "未见权利 {right} 的职务技术成果完成人以同等条件优先受让的告知证明（《民法典》第八百四十七条）",
        "submit the offer and the inventors' answer",
        "请提交告知文件及完成人的答复",
    ),
    Reason(
        "PRICE_PROCEDURE_MISSING",
        "T-20",
        "it is not shown how the price of right {right} was fixed, though {owner} is a state university or "
        "institute",
        "{owner} 为国家设立的高等院校或者研究开发机构，未说明权利 {right} 的定价方式",
        "submit the record of the listed trade or auction, or the agreement with its public announcement",
        "请提交挂牌交易、拍卖的记录，或者协议定价及其公示材料",
    ),
    Reason(
        "COMPETING_TRANSFER",
        "T-21",
        "another transfer of right {right}, {reference}, is already waiting for registration",
        "权利 {right} 已有另一转让 {reference} 待登记",
        "wait for the register, which decides, or withdraw one of them",
        "请待登记机关登记确定，或者撤回其中一项",
    ),
    Reason(
        "GOODWILL_MISSING",
        "U-4",
        "the goodwill of the business is not said to pass with US mark {right} (15 USC 1060(a)(1))",
        "未载明商誉随美国商标 {right} 一并转让（《美国法典》第 15 编第 1060 条第 a 款第 1 项）",
        "state that the goodwill passes, and see that the contract says so",
        "请载明商誉一并转让，并核对合同约定",
    ),
    Reason(
        "ITU_NOT_ASSIGNABLE",
        "U-4",
        "intent-to-use application {right} cannot pass to {party}, who does not succeed to the business "
        "(15 USC 1060(a)(1))",
        "意图使用申请 {right} 不得转让给非业务承继人 {party}（《美国法典》第 15 编第 1060 条第 a 款第 1 项）",
        "transfer the business with it, or wait for the amendment or statement of use",
        "请连同业务一并转让，或者待提交使用声明后再转让",
    ),
    Reason(
        "PRIORITY_CONFLICT",
        "U-3, U-4, U-5",
        "the right was conveyed twice: as stated, {number} prevails over {reference} ({given})",
        "该权利曾作两次处分：依所作陈述，{number} 优先于 {reference}（{given}）",
        "look at the section on priority, and do not rely on the other one",
        "请查看优先顺序部分，勿依赖另一项处分",
    ),
    Reason(
        "PRIORITY_UNDETERMINED",
        "U-3, U-4, U-5",
        "the right was conveyed twice by {reference}, and who prevails depends on what nobody stated: "
        "{field} ({given})",
        "该权利经 {reference} 作两次处分，孰先取决于尚未陈述的事项：{field}（{given}）",
        "state value, notice and the days of signing, with proof, before you lend on it",
        "放款前请补充对价、知情与签署日期的陈述及证明",
    ),
)
