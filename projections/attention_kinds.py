"""What can need attention: one row a code, with the roles it is for and its sentence in both languages.

Sentences are filled from the item's data: `right`, `day` (since when), `until` (when it is due), `reference`.
A code without a sentence here speaks with that of `ledger.reasons` or of the statement's flags.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from ledger import codes
from ledger.reasons import REASONS

Role = Literal["bank", "platform", "trustee", "owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_ALL: Final[tuple[Role, ...]] = ROLES
_OWNED: Final[tuple[Role, ...]] = ("bank", "platform", "trustee", "owner")
_SECURED: Final[tuple[Role, ...]] = ("bank", "platform")


@dataclass(frozen=True, slots=True)
class Kind:
    """For whom it is, and how it reads; without words the reason's own."""

    roles: tuple[Role, ...]
    en: str = ""
    zh: str = ""


KINDS: Final[dict[str, Kind]] = {
    "FEE_DUE": Kind(
        _OWNED,
        "the fee of year {number} of {right} is due by {until}; pay it and file the receipt",
        "{right} 第 {number} 年年费应于 {until} 前缴纳；请缴纳并提交缴费凭证",
    ),
    "MAINTENANCE_DUE": Kind(
        _OWNED,
        "a maintenance fee of {right} is due by {until}; pay it and file the receipt",
        "{right} 的维持费应于 {until} 前缴纳；请缴纳并提交缴费凭证",
    ),
    "FEE_LATE": Kind(
        _OWNED,
        "the fee of {right} due {reference} is unpaid; with surcharge it is taken until {until}",
        "{right} 于 {reference} 应缴的费用尚未缴纳；滞纳期内可缴至 {until}",
    ),
    "LAPSE_EXPECTED": Kind(_OWNED),
    "FEE_STATUS_UNKNOWN": Kind(_OWNED),
    "RENEWAL_DUE": Kind(
        _OWNED,
        "{right} can be renewed until {until}; file the renewal",
        "{right} 可于 {until} 前申请续展；请提交续展申请",
    ),
    "RENEWAL_GRACE": Kind(
        _OWNED,
        "{right} was not renewed in time; in its grace period it can be until {until}",
        "{right} 未按期续展；宽展期内可续展至 {until}",
    ),
    "RIGHT_EXPIRING": Kind(
        _OWNED,
        "the term of {right} ends on {until}",
        "{right} 的保护期将于 {until} 届满",
    ),
    "RIGHT_ENDED": Kind(
        _OWNED,
        "{right} ended on {day}: {status}; whoever relies on it must look for other security",
        "{right} 已于 {day} 终止：{status}；依赖该权利者须另寻担保",
    ),
    "RIGHT_INVALID": Kind(
        _OWNED,
        "the invalidity of {right} became final on {day}; it counts as never granted",
        "{right} 的无效宣告已于 {day} 生效；该权利视为自始即不存在",
    ),
    "RIGHT_INVALID_PART": Kind(
        _OWNED,
        "{right} became invalid in part on {day}; have what is left valued again",
        "{right} 已于 {day} 部分无效；请对维持有效的部分重新评估",
    ),
    "INVALIDATION_PENDING": Kind(
        _OWNED,
        "the invalidation of {right} was requested on {day} and is not decided (case {reference})",
        "{right} 已于 {day} 被请求宣告无效，尚未决定（案号 {reference}）",
    ),
    "INVALIDATION_DECIDED": Kind(
        _OWNED,
        "the invalidation of {right} was decided on {day} and is not final (case {reference})",
        "{right} 的无效宣告请求已于 {day} 作出决定，尚未生效（案号 {reference}）",
    ),
    "OWNERSHIP_DISPUTE": Kind(
        _OWNED,
        "a dispute about {right} has been pending since {day}",
        "{right} 自 {day} 起存在未决的权属争议",
    ),
    "ASSET_FROZEN": Kind(
        _OWNED,
        "{right} has been frozen since {day} ({reference}), until {until}",
        "{right} 自 {day} 起被冻结（{reference}），至 {until}",
    ),
    "FREEZE_EXPIRING": Kind(
        _OWNED,
        "the freeze {reference} on {right} runs out after {until} unless it is renewed before",
        "{right} 上的冻结（{reference}）将于 {until} 届满，须在届满前续行冻结",
    ),
    "PROCEDURES_SUSPENDED": Kind(
        _OWNED,
        "procedures on {right} have been suspended since {day} ({reference})",
        "{right} 的相关程序自 {day} 起中止（{reference}）",
    ),
    "INSOLVENCY_PENDING": Kind(
        _OWNED,
        "a bankruptcy petition against {party} was accepted on {day} ({reference}); file claims",
        "对 {party} 的破产申请已于 {day} 受理（{reference}）；请向管理人申报债权",
    ),
    "VALUATION_STALE": Kind(
        ("bank", "trustee", "owner"),
        "the last valuation of {right} ({reference}) no longer counts since {day}; have it valued again",
        "{right} 最近一次评估（{reference}）自 {day} 起不再计入；请重新评估",
    ),
    "REGISTRATION_EXPIRING": Kind(
        _SECURED,
        "the registration of pledge {reference} on {right} runs until {until}; apply for its extension",
        "{right} 上质押（{reference}）的登记期限至 {until}；请申请延展",
    ),
    "REGISTRATION_EXPIRED": Kind(
        _SECURED,
        "the registration of pledge {reference} on {right} ran out on {day} and was not released",
        "{right} 上质押（{reference}）的登记已于 {day} 期满，尚未注销",
    ),
    "LIMITATION_NEAR": Kind(
        ("bank",),
        "claim {reference} is enforceable from the pledge on {right} until {until}; demand payment or sue",
        "债权 {reference} 可就 {right} 上质押主张至 {until}；请催告或起诉",
    ),
    "ENFORCEMENT_TIME_BARRED": Kind(
        ("bank",),
        "claim {reference} on {right} has been time-barred since {day}",
        "{right} 上的债权 {reference} 自 {day} 起已过诉讼时效",
    ),
    "RECORDAL_DUE": Kind(
        ("platform", "owner"),
        "license {reference} on {right} is to be filed for recordal by {until}",
        "{right} 上的许可 {reference} 应于 {until} 前申请备案",
    ),
    "RECORDAL_OVERDUE": Kind(("platform", "owner")),
    "CONTRIBUTION_DUE": Kind(
        ("platform", "owner"),
        "contribution {reference} with {right} is to be registered and delivered by {until}",
        "以 {right} 出资（{reference}）应于 {until} 前完成过户与交付",
    ),
    "CONTRIBUTION_OVERDUE": Kind(("platform", "owner")),
    "HELD_ACT_EXPIRING": Kind(
        ("platform", "owner", "bank"),
        "act {reference} on {right} waits for {missing} and is dropped after {until}",
        "{right} 上的行为 {reference} 尚缺 {missing}，逾 {until} 即失效",
    ),
    "AUTHORITY_CONFLICT": Kind(("platform",)),
    "AVOIDABLE": Kind(_SECURED),
    "POOLED_RIGHT_INVALID": Kind(_ALL),
    "POOLED_RIGHT_INVALID_PART": Kind(_ALL),
    "POOLED_RIGHT_ENDED": Kind(_ALL),
    "POOLED_RIGHT_FROZEN": Kind(_ALL),
    "LICENSEE_DEFAULT": Kind(("trustee", "platform", "owner")),
    "MASS_REDEMPTION": Kind(("trustee", "platform", "owner")),
    "COVER_TEST_FAILED": Kind(("trustee", "platform", "owner")),
    "REVIEW_OVERDUE": Kind(("trustee", "platform")),
    "POOL_MATURED": Kind(("trustee", "platform", "owner")),
    "INSTALLMENT_DUE": Kind(
        ("trustee", "owner"),
        "{party} owes an instalment of {amount} on deal {reference} by {until}",
        "{party} 应于 {until} 前支付交易 {reference} 的一期款项 {amount}",
    ),
    "REVIEW_DUE": Kind(
        ("trustee",),
        "values and debtors of pool {reference} are to be reviewed by {until}",
        "资产池 {reference} 应于 {until} 前完成价值与债务人复核",
    ),
    "CURE_RUNNING": Kind(
        ("trustee", "owner"),
        "{party} may cure its default on deal {reference} until {until}",
        "{party} 可于 {until} 前补正其在交易 {reference} 下的违约",
    ),
    "DEBTOR_NOT_NOTIFIED": Kind(
        ("trustee", "platform"),
        "debtor {party} of deal {reference} was not notified of the sale; it may still pay the originator",
        "尚未将转让事宜通知交易 {reference} 的债务人 {party}；其仍可向原始权益人清偿",
    ),
}
"""Every code of the feed."""


_OF_A_POOL: Final = Kind(("trustee", "platform", "owner"))


def kind_of(code: str) -> Kind:
    """The row of a code; a trigger of pools without one is for those that the pool concerns."""
    return KINDS.get(code, _OF_A_POOL)


def codes_of(role: Role) -> list[str]:
    """The codes a role is shown."""
    return [code for code, kind in KINDS.items() if role in kind.roles]


def message(code: str, data: dict[str, Any]) -> dict[str, str]:
    """The sentence in English and Chinese."""
    kind = kind_of(code)
    if kind.en:
        shown = _Shown({name: _text(value) for name, value in data.items()})
        return {"en": kind.en.format_map(shown), "zh": kind.zh.format_map(shown)}
    flag = codes.FLAGS.get(code)
    if flag is not None and "rule" not in data:
        return flag.message(data)
    return REASONS[code].message(data)


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
