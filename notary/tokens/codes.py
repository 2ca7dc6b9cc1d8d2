"""Every check of a token, in order, and every code with which one can end, in English and Chinese."""

from typing import Final

PASSED: Final = "PASSED"
NOT_ASKED: Final = "NOT_ASKED"
NOT_REACHED: Final = "NOT_REACHED"

CHECKS: Final[dict[str, tuple[str, str]]] = {
    "ENCODING": ("The bytes are one response or token in DER.", "字节为一个 DER 编码的响应或令牌。"),
    "STATUS": ("The authority granted the time-stamp.", "时间戳机构已签发时间戳。"),
    "CONTENT_TYPE": ("Time-stamp information is signed, nothing else.", "被签名的是时间戳信息。"),
    "TSTINFO": ("The time-stamp information is well-formed, version 1.", "时间戳信息格式正确，版本 1。"),
    "IMPRINT": ("The token is for the given digest.", "令牌对应所给摘要。"),
    "NONCE": ("The token answers the given request.", "令牌对应所给请求。"),
    "POLICY": ("The token is under the requested policy.", "令牌符合所请求的策略。"),
    "EXTENSIONS": ("No critical extension changes its meaning.", "没有改变其含义的关键扩展。"),
    "ONE_SIGNER": ("There is exactly one signature.", "恰有一个签名。"),
    "SIGNER_CERTIFICATE": ("The certificate of the signer is at hand.", "签名者证书可得。"),
    "SIGNED_ATTRIBUTES": ("The signature covers the time-stamp information.", "签名覆盖时间戳信息。"),
    "SIGNING_CERTIFICATE": ("The signature names the signer's certificate.", "签名指明签名者证书。"),
    "SIGNATURE": ("The signature is sound and of a strong algorithm.", "签名有效且算法足够强。"),
    "TSA_NAME": ("The token names the authority that signed it.", "令牌所载机构即签名机构。"),
    "KEY_USAGE": ("The key is for signatures only.", "密钥仅用于签名。"),
    "EXTENDED_KEY_USAGE": ("The key is for time-stamps only.", "密钥专用于时间戳。"),
    "CHAIN": (
        "The certificate leads to a trusted root, all valid at the time.",
        "证书链在该时刻有效并通向受信根。",
    ),
    "REVOCATION": ("The certificates are not revoked for this time.", "证书就该时间未被吊销。"),
    "CLOCK": ("The time is not later than the verifier's clock.", "时间不晚于验证方时钟。"),
}
"""Name of each check and what it says when passed, in the order they are made; the first is number 1."""

CODES: Final[dict[str, tuple[str, str]]] = {
    NOT_ASKED: ("Nothing was given to check this against.", "未提供供此项核对的依据。"),
    NOT_REACHED: ("An earlier check ended before this could be made.", "前面的检查已中止，无法进行此项。"),
    "ENCODING_INVALID": (
        "The bytes are not strict DER at offset {offset}: {reason}.",
        "偏移 {offset} 处不是严格的 DER 编码：{reason}。",
    ),
    "TOKEN_TOO_LARGE": (
        "A token has at most {maximum} bytes; this has {length}.",
        "令牌最多 {maximum} 字节，此件为 {length} 字节。",
    ),
    "STATUS_NOT_GRANTED": (
        "The authority answered with status {status}, not 0 or 1 (granted): {explanation}",
        "机构返回状态 {status}，而非 0 或 1（已签发）：{explanation}",
    ),
    "TOKEN_MISSING": ("The response holds no token.", "响应中没有令牌。"),
    "CONTENT_TYPE_WRONG": (
        "The signed content is {found}, not time-stamp information.",
        "被签名的内容是 {found}，不是时间戳信息。",
    ),
    "TSTINFO_MALFORMED": (
        "The time-stamp information is malformed: {reason}.",
        "时间戳信息格式错误：{reason}。",
    ),
    "TSTINFO_VERSION": (
        "The time-stamp information is of version {found}, not 1.",
        "时间戳信息版本为 {found}，而非 1。",
    ),
    "IMPRINT_ALGORITHM_FORBIDDEN": (
        "The imprint's algorithm {found} is not SHA-256, SHA-384 or SHA-512.",
        "印记算法 {found} 不是 SHA-256、SHA-384 或 SHA-512。",
    ),
    "IMPRINT_ALGORITHM_MISMATCH": (
        "The imprint is made with {found}, not {expected}.",
        "印记使用 {found}，而非 {expected}。",
    ),
    "IMPRINT_MISMATCH": (
        "The token is for {found}, not for {expected}.",
        "令牌对应 {found}，而非 {expected}。",
    ),
    "NONCE_MISSING": (
        "The request had the nonce {expected}, the token has none.",
        "请求含随机数 {expected}，令牌没有。",
    ),
    "NONCE_MISMATCH": (
        "The token has the nonce {found}, not {expected}.",
        "令牌的随机数为 {found}，而非 {expected}。",
    ),
    "POLICY_MISMATCH": (
        "The token is under policy {found}, not {expected}.",
        "令牌依据策略 {found}，而非 {expected}。",
    ),
    "EXTENSION_CRITICAL": ("The critical extension {oid} is not understood.", "无法理解关键扩展 {oid}。"),
    "SIGNER_COUNT": ("There are {found} signatures, not one.", "有 {found} 个签名，而非一个。"),
    "SIGNER_MALFORMED": ("The signer information is malformed: {reason}.", "签名者信息格式错误：{reason}。"),
    "SIGNER_CERTIFICATE_MISSING": (
        "The certificate of the signer ({signer}) is neither in the token nor supplied.",
        "签名者（{signer}）的证书既不在令牌中，也未另行提供。",
    ),
    "SIGNED_ATTRIBUTES_MISSING": ("There are no signed attributes.", "没有签名属性。"),
    "SIGNED_ATTRIBUTE_COUNT": (
        "The signed attribute {oid} is missing, repeated or has not exactly one value.",
        "签名属性 {oid} 缺失、重复或值的个数不为一。",
    ),
    "CONTENT_TYPE_ATTRIBUTE_WRONG": (
        "The signed content type is {found}, not time-stamp information.",
        "签名属性所载内容类型为 {found}，不是时间戳信息。",
    ),
    "DIGEST_ALGORITHM_FORBIDDEN": (
        "The signature's digest {found} is not SHA-256, SHA-384 or SHA-512.",
        "签名摘要算法 {found} 不是 SHA-256、SHA-384 或 SHA-512。",
    ),
    "DIGEST_ALGORITHM_UNSUPPORTED": (
        "The digest algorithm {found} is not supported.",
        "不支持摘要算法 {found}。",
    ),
    "MESSAGE_DIGEST_MISMATCH": (
        "The signed digest {found} is not that of the time-stamp information, {expected}.",
        "签名属性所载摘要 {found} 与时间戳信息的摘要 {expected} 不符。",
    ),
    "SIGNING_CERTIFICATE_MISSING": (
        "No signed attribute names the signer's certificate (RFC 5816).",
        "没有签名属性指明签名者证书（RFC 5816）。",
    ),
    "SIGNING_CERTIFICATE_MALFORMED": (
        "The attribute that names the signer's certificate is malformed: {reason}.",
        "指明签名者证书的属性格式错误：{reason}。",
    ),
    "SIGNING_CERTIFICATE_MISMATCH": (
        "The signature names the certificate with hash {found}, the signer's has {expected}.",
        "签名指明的证书哈希为 {found}，签名者证书为 {expected}。",
    ),
    "ISSUER_SERIAL_MISMATCH": (
        "The signature names issuer and serial number of another certificate.",
        "签名指明的颁发者与序列号属于另一证书。",
    ),
    "SIGNATURE_INVALID": (
        "The signature does not fit the key and the signed bytes.",
        "签名与密钥及被签字节不符。",
    ),
    "SIGNATURE_ALGORITHM_UNSUPPORTED": (
        "The signature algorithm {found} is not supported; nothing is said about the signature.",
        "不支持签名算法 {found}；对签名不作判断。",
    ),
    "SIGNATURE_ALGORITHM_MISMATCH": (
        "The signature algorithm {found} does not fit the key or the digest {digest}.",
        "签名算法 {found} 与密钥或摘要 {digest} 不匹配。",
    ),
    "KEY_TOO_WEAK": ("A key of {bits} bits ({kind}) is too weak.", "{bits} 位的 {kind} 密钥过弱。"),
    "KEY_MALFORMED": ("The public key of the certificate cannot be read.", "证书公钥无法读取。"),
    "TSA_NAME_MISMATCH": (
        "The token names {found}, its signer is {expected}.",
        "令牌所载名称为 {found}，签名者为 {expected}。",
    ),
    "KEY_USAGE_WRONG": (
        "The key usage of the signer's certificate is not digitalSignature or nonRepudiation alone.",
        "签名者证书的密钥用途不是仅限 digitalSignature 或 nonRepudiation。",
    ),
    "EXTENDED_KEY_USAGE_MISSING": (
        "The signer's certificate is not for time-stamps.",
        "签名者证书未注明用于时间戳。",
    ),
    "EXTENDED_KEY_USAGE_NOT_CRITICAL": (
        "The signer's purpose is not marked critical (RFC 3161 section 2.3).",
        "签名者证书的用途未标为关键（RFC 3161 第 2.3 节）。",
    ),
    "EXTENDED_KEY_USAGE_NOT_SOLE": (
        "The signer's certificate has other purposes beside time-stamps (RFC 3161 section 2.3).",
        "签名者证书除时间戳外还有其他用途（RFC 3161 第 2.3 节）。",
    ),
    "TRUST_ROOT_MISSING": ("No trusted root was given.", "未提供受信根证书。"),
    "CHAIN_UNTRUSTED": (
        "No chain leads from {subject} to a trusted root.",
        "从 {subject} 无法通向受信根证书。",
    ),
    "CHAIN_NOT_VALID_AT_TIME": (
        "{subject} was valid from {not_before} to {not_after}, not at {at}.",
        "{subject} 的有效期为 {not_before} 至 {not_after}，不含 {at}。",
    ),
    "CHAIN_CRITICAL_EXTENSION": (
        "{subject} has the critical extension {oid}, which is not understood.",
        "{subject} 含无法理解的关键扩展 {oid}。",
    ),
    "CHAIN_ISSUER_NOT_CA": (
        "{subject} issued a certificate but is no authority for certificates.",
        "{subject} 签发了证书但并非证书颁发机构。",
    ),
    "CHAIN_ISSUER_KEY_USAGE": (
        "The key of {subject} may not sign certificates.",
        "{subject} 的密钥不得用于签发证书。",
    ),
    "CHAIN_PATH_LENGTH": (
        "Below {subject} stand {found} authorities, it allows {allowed}.",
        "{subject} 之下有 {found} 级机构，其限制为 {allowed} 级。",
    ),
    "CHAIN_WEAK_SIGNATURE": (
        "{subject} is signed with an algorithm that is too weak ({found}).",
        "{subject} 的签名算法过弱（{found}）。",
    ),
    "CHAIN_UNSUPPORTED_SIGNATURE": (
        "{subject} is signed with {found}, which is not supported.",
        "{subject} 的签名算法 {found} 不受支持。",
    ),
    "CERTIFICATE_REVOKED": (
        "{subject} was revoked on {revoked_at}, reason {reason}; its time-stamps of {at} no longer count.",
        "{subject} 已于 {revoked_at} 被吊销（原因 {reason}）；其 {at} 的时间戳不再有效。",
    ),
    "REVOCATION_UNKNOWN": (
        "None of the revocation lists given speaks about {subject} at {at}.",
        "所提供的吊销列表均未涵盖 {subject} 于 {at} 的状态。",
    ),
    "CLOCK_IN_FUTURE": (
        "The token says {found}, the verifier's clock {at}.",
        "令牌时间为 {found}，验证方时钟为 {at}。",
    ),
}
"""What each code says; the names in braces are the data of the check."""

INDETERMINATE_CODES: Final = frozenset(
    {
        NOT_ASKED,
        NOT_REACHED,
        "DIGEST_ALGORITHM_UNSUPPORTED",
        "SIGNATURE_ALGORITHM_UNSUPPORTED",
        "CHAIN_UNSUPPORTED_SIGNATURE",
        "TRUST_ROOT_MISSING",
        "REVOCATION_UNKNOWN",
    }
)
"""Codes that say the check could not be made. All others say it failed."""
