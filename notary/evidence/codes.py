"""The numbered checks of an evidence package, and every code with which one can end, in two languages."""

from typing import Final

NOT_REACHED: Final = "NOT_REACHED"

CHECKS: Final[dict[str, tuple[str, str]]] = {
    "ARCHIVE": (
        "The file is one zip archive with the members of a package.",
        "文件为一个证据包 zip，成员合规。",
    ),
    "MANIFEST": ("The manifest lists every member with size and digest.", "清单列明全部成员及其大小与摘要。"),
    "ENTRIES": ("Every entry is canonical and of version 1.", "每一条目均为规范格式、版本 1。"),
    "CHECKPOINT": ("The checkpoint is of the ledger and size stated.", "检查点属于所述账本与大小。"),
    "OPERATOR_SIGNATURE": ("The operator signed the checkpoint.", "运营方已签署检查点。"),
    "INCLUSION": ("Every entry is in the log of the checkpoint.", "每一条目均在检查点所载日志中。"),
    "MAP": ("Every map proof leads to the map root.", "每一映射证明均通向映射根。"),
    "COMPLETENESS": ("No entry of the rights shown whole is missing.", "完整出示的权利不缺任何条目。"),
    "STATEMENT": ("The statement is the one the ledger commits to.", "权利状态即账本所承诺者。"),
    "CLAIMS": ("Every claim follows from what was checked.", "每项主张均由已核内容得出。"),
    "TOKENS": ("A trusted authority stamped the checkpoint.", "受信时间戳机构已为检查点加盖时间戳。"),
    "AUTHORITIES": ("As many authorities as required stamped it.", "加盖时间戳的机构达到要求数量。"),
    "CONSISTENCY": ("It extends the checkpoints known before.", "检查点延续此前已知的检查点。"),
    "WITNESSES": ("As many witnesses as required cosigned it.", "联署的见证方达到要求数量。"),
    "DISCLOSURES": ("Opened fields are those the entries commit to.", "公开字段与条目承诺一致。"),
    "DOCUMENTS": ("Documents are those the entries commit to.", "文件与条目承诺一致。"),
    "SIGNATURES": (
        "Signed acts verify by the keys beside them; whose keys, only parties/ of the trust folder says.",
        "所签行为以条目所附密钥验签成立；密钥归属仅以信任文件夹 parties/ 为准。",
    ),
}
"""Name of each check and what it says when passed, in the order of docs/formats.md 8.4, from 1 on."""

CODES: Final[dict[str, tuple[str, str]]] = {
    NOT_REACHED: (
        "This rests on something that failed or could not be read in an earlier check.",
        "此项所依据的内容在前面的检查中未通过或无法读取。",
    ),
    "FILE_UNREADABLE": ("The file cannot be read: {reason}.", "无法读取文件：{reason}。"),
    "MEMBER_MISSING": ("The member {name} is missing.", "缺少成员 {name}。"),
    "MEMBER_NOT_LISTED": ("The manifest does not list {name}.", "清单未列 {name}。"),
    "MEMBER_DIFFERS": (
        "{name} has the digest {found}, the manifest says {expected}.",
        "{name} 的摘要为 {found}，清单所载为 {expected}。",
    ),
    "FILES_OUT_OF_ORDER": (
        "The manifest's list of files is not ascending and free of repeats.",
        "清单的文件列表未按升序排列或有重复。",
    ),
    "CHECKPOINT_DIFFERS": (
        "The checkpoint is of {found_origin}, size {found_size}; the manifest says {origin}, size {size}.",
        "检查点属于 {found_origin}、大小 {found_size}；清单所载为 {origin}、大小 {size}。",
    ),
    "RECORDED_OUT_OF_ORDER": (
        "Entry {position} says it was recorded before entry {before}.",
        "第 {position} 条所载入账时间早于第 {before} 条。",
    ),
    "SEAL_MISPLACED": (
        "The seal of {size} entries cannot stand at entry {seal}.",
        "{size} 条的封印不可能为第 {seal} 条。",
    ),
    "GENESIS_DIFFERS": (
        "The first entry does not follow the beginning of {origin}.",
        "第一条与 {origin} 的起点不相衔接。",
    ),
    "CHAIN_DIFFERS": (
        "The checkpoint's chain value is not that of its last entry, {position}.",
        "检查点的链值并非其最后一条（第 {position} 条）的链值。",
    ),
    "OPERATOR_KEY_MISSING": (
        "No operator's key was given; get it from the operator by another road than this package.",
        "未提供运营方密钥；请通过本证据包以外的途径向运营方获取。",
    ),
    "PROOFS_OUT_OF_ORDER": (
        "The proofs of entries are not ascending and free of repeats at position {position}.",
        "条目证明在第 {position} 条处未按升序排列或有重复。",
    ),
    "ENTRY_UNPROVED": ("The entry {position} has no proof.", "第 {position} 条没有证明。"),
    "PROOF_WITHOUT_ENTRY": (
        "There is a proof of entry {position}, but no entry.",
        "有第 {position} 条的证明而无条目。",
    ),
    "INCLUSION_FAILED": (
        "The entry {position} is not in the log of the checkpoint: {reason_en}",
        "第 {position} 条不在检查点所载日志中：{reason_zh}",
    ),
    "MAP_PROOF_REPEATED": ("There are two map proofs of {key_of}.", "{key_of} 有两份映射证明。"),
    "MAP_SUBJECT_INVALID": (
        "{key_of} is no right, party or pool with a leaf of its kind.",
        "{key_of} 不是权利、当事人或资产池，或其叶类型不符。",
    ),
    "MAP_PROOF_FAILED": (
        "The map proof of {key_of} fails: {reason_en}",
        "{key_of} 的映射证明不成立：{reason_zh}",
    ),
    "ENTRY_MISSING": (
        "Of {right}, entry number {seq} is missing: the ledger holds {count} entries of it.",
        "{right} 缺少第 {seq} 个条目：账本中该权利共有 {count} 个条目。",
    ),
    "ENTRY_SURPLUS": (
        "Of {right}, {found} entries are shown; the ledger holds {count}.",
        "{right} 出示了 {found} 个条目，而账本中共有 {count} 个。",
    ),
    "ENTRY_CHAIN_BROKEN": (
        "Of {right}, entry number {seq} does not follow the one before it.",
        "{right} 的第 {seq} 个条目与前一条目不相衔接。",
    ),
    "HEAD_DIFFERS": (
        "The last entry of {right} has the digest {found}; the ledger says {expected}.",
        "{right} 最后条目的摘要为 {found}，账本所载为 {expected}。",
    ),
    "STATEMENT_UNPROVED": (
        "No map proof says what the ledger states of {right}.",
        "没有映射证明说明账本关于 {right} 的记载。",
    ),
    "STATEMENT_DIFFERS": (
        "The statement has the digest {found}; the ledger commits to {expected}.",
        "权利状态的摘要为 {found}，账本承诺为 {expected}。",
    ),
    "STATEMENT_NOT_RECOMPUTED": (
        "Folding the entries of {right} gives another statement, of digest {found}, not {expected}.",
        "由 {right} 的条目重新推算得到的状态摘要为 {found}，而非 {expected}。",
    ),
    "STATEMENT_BEYOND_US": (
        "The statement cannot be computed again by this release: {reason_en}",
        "本版本无法重新推算该状态：{reason_zh}",
    ),
    "CLAIM_UNPROVED": (
        "Nothing in the package proves the claim {claim}.",
        "证据包中没有内容证明主张 {claim}。",
    ),
    "CLAIM_DIFFERS": (
        "The claim {claim} says {claimed}, the proofs say {found}.",
        "主张 {claim} 所称为 {claimed}，证明所示为 {found}。",
    ),
    "CLAIM_MISSING": (
        "A package of kind {kind} makes the claim {claim} about what is requested; this one does not.",
        "{kind} 类证据包应就所请求的对象提出主张 {claim}，此件没有。",
    ),
    "REQUEST_MALFORMED": (
        "The request is not one of a package of kind {kind}.",
        "请求不符合 {kind} 类证据包的格式。",
    ),
    "NO_TOKEN": ("There is no time-stamp.", "没有时间戳。"),
    "TOKEN_FAILED": ("{authority}: {check}, {reason_en}", "{authority}：{check}，{reason_zh}"),
    "TOKEN_NOT_JUDGED": ("{authority}: {check}, {reason_en}", "{authority}：{check}，{reason_zh}"),
    "TOKEN_ACCEPTED": (
        "{authority}: existed not later than {time}.",
        "{authority}：不晚于 {time} 已存在。",
    ),
    "TOKEN_FILE_UNREADABLE": ("{name} cannot be used: {reason_en}", "{name} 无法使用：{reason_zh}"),
    "AUTHORITIES_TOO_FEW": (
        "{found} independent authorities stamped the checkpoint, {required} are required.",
        "有 {found} 家独立机构为检查点加盖时间戳，要求 {required} 家。",
    ),
    "AUTHORITY_ROOTS_MISSING": (
        "No root of a time-stamping authority was given.",
        "未提供任何时间戳机构的根证书。",
    ),
    "HISTORY_FORKED": (
        "The ledger showed another state of size {size} before: the operator has two histories.",
        "此前所见大小为 {size} 的账本状态与此不同：运营方有两套历史。",
    ),
    "NOT_CONSISTENT": (
        "The log does not extend its state of size {size}: {reason_en}",
        "日志并非大小 {size} 时状态的延续：{reason_zh}",
    ),
    "EARLIER_NOTE_DIFFERS": (
        "The earlier note is not that of the state of size {size}.",
        "早先的签名记录与大小 {size} 的状态不符。",
    ),
    "KNOWN_CHECKPOINT_NOT_COMPARED": (
        "The package has no proof from the known checkpoint of size {size}.",
        "证据包不含自大小 {size} 的已知检查点起的证明。",
    ),
    "WITNESSES_MISSING": ("No key of a witness was given.", "未提供任何见证方密钥。"),
    "WITNESSES_TOO_FEW": (
        "{found} known witnesses cosigned the checkpoint, {required} are required.",
        "有 {found} 家已知见证方联署检查点，要求 {required} 家。",
    ),
    "COSIGNATURES_MALFORMED": (
        "The lines of witnesses are not those of a note: {reason_en}",
        "见证方签名行格式不符：{reason_zh}",
    ),
    "COSIGNATURE_INVALID": ("The cosignature of {witness} is not sound.", "{witness} 的联署无效。"),
    "DISCLOSURE_MALFORMED": (
        "A disclosure of entry {position} is not base64url of [salt, path, value].",
        "第 {position} 条的公开字段不是 [盐, 路径, 值] 的 base64url。",
    ),
    "DISCLOSURE_NOT_COMMITTED": (
        "Entry {position} does not commit to the field opened with digest {digest}.",
        "第 {position} 条没有对摘要为 {digest} 的公开字段作出承诺。",
    ),
    "DOCUMENT_DIFFERS": (
        "The document {name} has the digest {found}.",
        "文件 {name} 的摘要为 {found}。",
    ),
    "DOCUMENT_NOT_COMMITTED": (
        "No entry of the package commits to the document {name}.",
        "证据包中没有条目承诺文件 {name}。",
    ),
    "SIGNED_ACT_BEYOND_US": (
        "Entry {position} keeps signatures in version {version} of its form; this release cannot read it.",
        "第 {position} 条的签名格式为第 {version} 版，本版本无法读取。",
    ),
    "SIGNED_ACT_MALFORMED": (
        "Entry {position} keeps no signed command: text in canonical JSON with at least one signature.",
        "第 {position} 条未载有所签指令：应为规范 JSON 文本及至少一个签名。",
    ),
    "SIGNED_ACT_OTHER": (
        "What was signed in entry {position} is not the act {act}.",
        "第 {position} 条所签内容并非行为 {act}。",
    ),
    "SIGNED_FOR_ANOTHER_LEDGER": (
        "What was signed in entry {position} is meant for another ledger than {origin}.",
        "第 {position} 条所签内容指向 {origin} 以外的账本。",
    ),
    "ACT_SIGNATURE_REFUSED": (
        "The signature in the name of {party} in entry {position} does not hold: {reason_en}",
        "第 {position} 条中以 {party} 名义所作签名不成立：{reason_zh}",
    ),
    "ACT_KEY_NAMED_OTHERWISE": (
        "Entry {position} names the key of {party} otherwise than by its thumbprint {kid}.",
        "第 {position} 条对 {party} 密钥的标识与其指纹 {kid} 不符。",
    ),
    "SIGNED_BY_KEY": (
        "Entry {position}: the key {kid} signed in the name of {party}; whose key it is was not checked.",
        "第 {position} 条：密钥 {kid} 以 {party} 名义签名。密钥归属未予核对。",
    ),
    "SIGNED_BY_PARTY": (
        "Entry {position}: {party} signed, by its key {kid}.",
        "第 {position} 条：{party} 以其密钥 {kid} 签名。",
    ),
    "SIGNER_NOT_KNOWN": (
        "Entry {position}: the key {kid} signed in the name of {party}; it is none of the keys given for it.",
        "第 {position} 条：密钥 {kid} 以 {party} 名义签名，但不在所提供的该方密钥之中。",
    ),
}
"""What each code says; the names in braces are the data of the finding."""
