"""The words that findings carry in their data, as Chinese sentences say them.

Data stays as commands write it, for programs; only the sentence for people is translated. A word that is not
here, such as a name or a number, stands as it is.
"""

import re
from typing import Final

ITEMS: Final = {
    "consent": "同意书",
    "signature": "电子签名",
    "proceeds_route": "价款去向（提存或提前清偿）",
    "contract": "合同",
    "declaration": "继续办理的声明",
    "document": "文件摘要",
    "export_certificate": "技术出口合同登记证书",
    "export_license": "技术出口许可证",
    "outbound_review": "对外转让审查意见",
    "approval": "批准文件",
    "resolution": "董事会或者股东会决议",
    "shareholder_resolution": "股东会决议",
    "disclosure": "公告/披露文件",
    "valuation": "评估报告",
    "price_procedure": "定价程序文件",
    "evaluation_report": "专利权评价报告",
    "agency_appointment": "代理委托书",
    "translation": "译文",
    "register_extract": "登记簿副本",
    "register_certificate": "登记证书",
    "registration": "登记",
    "authority_document": "权力来源文件",
    "service_proof": "送达证明",
    "preemption_waiver": "优先购买权放弃声明",
    "inventor_waiver": "发明人优先受让放弃声明",
    "qualification": "资格证明",
    "coownership_agreement": "共有协议",
    "payment_proof": "付款证明",
    "consultation_record": "协商记录",
    "notice": "通知",
    "notice_of_default": "违约通知",
}
"""What a checklist names: consents, documents and steps."""

_CONTRACT: Final = {
    "addresses_stated": "当事人住所的记载",
    "amount": "被担保债权数额",
    "cap": "最高债权额",
    "claim": "债权种类",
    "claims": "被担保的债权范围",
    "covers": "被担保的债权范围",
    "debt_until": "债务履行期限",
    "secures": "担保范围",
    "period": "债权确定期间",
    "title": "名称",
    "number": "编号",
    "filed_on": "申请日",
    "granted_on": "授权公告日",
    "registered_on": "登记日",
    "classes": "类别",
    "expires_on": "有效期",
    "kind": "种类",
    "scope": "范围",
    "term": "期限",
    "parties": "当事人",
    "licensor": "许可人",
    "licensee": "被许可人",
    "until": "终止日",
    "ends_on": "债权确定日",
    "executed_on": "签订日",
}

_KINDS: Final = {
    "patent": "专利",
    "trademark": "商标",
    "copyright": "作品著作权",
    "software": "软件著作权",
    "layout": "集成电路布图设计",
    "variety": "植物新品种权",
    "royalties": "许可使用费债权",
    "RESIDENT_ID": "公民身份号码",
    "MOBILE_NUMBER": "手机号码",
    "BANK_CARD": "银行卡号",
    "EMAIL": "个人电子邮箱",
}

_STATUSES: Final = {
    "APPLICATION": "申请中",
    "IN_FORCE": "有效",
    "FEE_LATE": "有效，年费滞纳期",
    "RENEWAL_GRACE": "有效，续展宽展期",
    "LAPSED": "已终止",
    "EXPIRED": "已届满",
    "SURRENDERED": "已放弃",
    "DISCONTINUED": "申请终止",
    "NOT_RENEWED": "未续展",
    "REVOKED": "已撤销",
    "INVALID_PART": "部分无效",
    "INVALID_FULL": "自始无效",
}

_FORMS: Final = {
    "a number": "数",
    "a text": "文本",
    "a text that is not empty": "非空文本",
    "a whole number": "整数",
    "a truth value": "true 或 false",
    "a list": "列表",
    "an object": "对象",
    "nothing": "空值",
    "no blank at either end": "首尾无空格的文本",
    "a share [n, d] above 0 and at most 1": "大于 0 且不超过 1 的份额 [分子, 分母]",
    "60 days or more": "60 日以上",
    "a US right": "美国权利",
    "a register of the right's own office": "权利所属国家或者地区的登记机关",
    "a trademark": "商标",
    "a maximum-amount pledge": "最高额质押",
    "another pledge": "另一项质押",
    "an act of parties": "当事人的行为",
    "an object with the member command": "含有成员 command 的对象",
    "a day not before drawn_on": "不早于 drawn_on 的日期",
    "not after reported_on": "不晚于 reported_on 的日期",
    "a simpler fraction": "更简单的分数",
    "a cause that the ledger knows to have come about by ended_on": "在 ended_on 之前已发生的事由",
}

CHINESE: Final = {**_FORMS, **_STATUSES, **_KINDS, **_CONTRACT, **ITEMS}

_PATTERNS: Final = (
    (re.compile(r"one of (.+)"), "{0} 之一"),
    (re.compile(r"at least (\d+) members?"), "至少 {0} 项"),
    (re.compile(r"at most (\d+) members?"), "至多 {0} 项"),
    (re.compile(r"a number of at least (-?\d+)"), "不小于 {0} 的数"),
    (re.compile(r"a number of at most (-?\d+)"), "不大于 {0} 的数"),
    (re.compile(r"a number above (-?\d+)"), "大于 {0} 的数"),
    (re.compile(r"a number below (-?\d+)"), "小于 {0} 的数"),
    (re.compile(r"assets/(.+)"), "质物清单 {0}"),
    (re.compile(r"attribute:(.+)"), "当事人属性 {0}"),
)


def in_chinese(word: str) -> str:
    """The Chinese word for one that stands in a finding's data; itself where there is none."""
    known = CHINESE.get(word)
    if known is not None:
        return known
    for pattern, told in _PATTERNS:
        match = pattern.fullmatch(word)
        if match is not None:
            return told.format(in_chinese(match[1]))
    return word
