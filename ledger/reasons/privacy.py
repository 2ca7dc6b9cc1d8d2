"""Personal data, erasure and what may leave the country (section 6); no sentence repeats a value."""

from typing import Final

from ledger.reasons.base import Reason

REASONS: Final = (
    Reason(
        "PII_IN_EVENT",
        "PV-1",
        "{field} contains personal data of the kind {kind}, which is never written to the ledger "
        "(Personal Information Protection Law art. 6)",
        "字段 {field} 含有个人信息（{kind}），不得写入账本（《个人信息保护法》第六条）",
        "remove it here and deposit it in the vault, giving only its commitment",
        "请从该字段删除，存入保管库，命令中仅填写其承诺值",
    ),
    Reason(
        "VAULT_MISSING",
        "PV-2",
        "confidential values are not taken here, because no vault is open",
        "此处未打开保险库，不接受保密字段",
        "submit by the command line or the HTTP interface of the ledger's home, which have it",
        "请通过账本所在目录的命令行或其 HTTP 接口提交",
    ),
    Reason(
        "ERASED",
        "PV-3",
        "the value of {field} was erased at the request of its subject, and only its commitment is left",
        "字段 {field} 的内容已应信息主体请求删除，仅保留承诺值",
        "ask the party to present the original document",
        "请要求当事人出示原件",
    ),
    Reason(
        "ERASURE_RESTRICTED",
        "PV-4",
        "the data of {party} cannot be erased until {until}, since {reference} still needs them "
        "(Personal Information Protection Law art. 47)",
        "{party} 的信息因 {reference} 仍需保存至 {until}，暂不能删除（《个人信息保护法》第四十七条）",
        "ask again when that ground has ended (until then the data are only stored and protected)",
        "请待该事由消灭后再次申请（在此之前仅予存储和保护）",
    ),
    Reason(
        "EXPORT_GATE",
        "PV-7",
        "personal data or data stored in China may not be handed to {party} abroad without a transfer basis "
        "or approval "
        "(Personal Information Protection Law art. 38 to 41)",
        "未具备出境条件或者未经主管机关批准，不得向境外的 {party} 提供个人信息或者存储于境内的数据"
        "（《个人信息保护法》第三十八条至第四十一条）",
        "submit the transfer basis or the approval of the competent authority",
        "请提交出境依据或者主管机关的批准文件",
    ),
)
